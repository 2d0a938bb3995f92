import BerthDiagnostics

extension Cause {
    /// The script parses a command line at import, and ends the worker over the server's own arguments.
    static let parsesArguments = Cause(
        "parses-arguments",
        .found,
        .raised { error, facts in
            let parsers = [
                "argparse.py", "optparse.py", "absl/flags", "click/core.py", "docopt.py", "fire/core.py", "getopt.py",
            ]
            guard error.root.is("SystemExit") || error.root.is("UsageError", "UnrecognizedFlagError", "GetoptError"),
                error.chain.contains(where: {
                    $0.frames.contains { frame in
                        parsers.contains { frame.path.hasSuffix($0) || frame.path.contains($0) }
                    }
                })
            else { return nil }
            let place = facts.place(error.userFrame)
            return Finding(
                error.phase == .initializing ? .userScriptInitFailed : .userScriptImportError,
                "\(facts.subject(place)) parses command-line arguments\(error.phase == .initializing ? " in init()" : " when it is imported"), "
                    + "which ends the worker: a deployment has none",
                at: place,
                evidence: facts.logged("error: ").filter { $0.line != nil },
                help: [
                    facts.then(
                        "move the parsing under `if __name__ == \"__main__\":` in \(place?.location.path ?? facts.scriptName), "
                            + "or read `environment_variables` with os.environ"
                    )
                ]
            )
        }
    )

    /// `sys.exit()`, `quit()` or `raise SystemExit` in the user's code.
    static let exitsItself = Cause(
        "exits-itself",
        .exact,
        .raised { error, facts in
            guard error.root.is("SystemExit", "KeyboardInterrupt") else { return nil }
            let place = facts.place(error.userFrame)
            let status = error.root.firstLine
            let with =
                status.isEmpty || status == "None"
                ? "" : Int(status) == nil ? " (`\(status.shortened(to: 120))`)" : " with status \(status)"
            return Finding(
                .workerExited,
                "\(facts.subject(place)) ends the process\(with)\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(error.root).filter { $0.line != nil },
                help: [
                    facts.then(
                        "raise an exception that says why, in place of \(facts.subject(place)), or remove the call"
                    )
                ]
            )
        }
    )
}
