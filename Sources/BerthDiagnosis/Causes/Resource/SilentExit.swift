import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A worker that ended itself without an exception: `os._exit()`, or a library that calls exit.
    static let silentExit = Cause(
        "silent-exit",
        .kind,
        .died { death, facts in
            guard case .exited(let status) = death.ending, death.worker != nil || facts.lastEvent(.boot) != nil else {
                return nil
            }
            let calls = facts.exitCalls(in: death.phase.function)
            let place = calls.count == 1 ? calls.first : nil
            let last = death.lastLines.last { !$0.trimmed.isEmpty }
            let printed = facts.printedLast(death)
            let who =
                place.map { "\(facts.subject($0)) ends the process with status \(status)" }
                ?? "\(death.who) ended itself with status \(status)"
            let trace =
                printed.map { "; the last that it wrote is `\($0.title.shortened(to: 200))`" }
                ?? ", without an exception"
            return Finding(
                .workerExited,
                "\(who) while \(death.phase.text)\(trace)" + (death.times > 1 ? " (\(death.times) times)" : ""),
                at: place,
                evidence: [death.evidence] + (last.map { facts.logged($0) } ?? []),
                help: [
                    place.map {
                        facts.then("raise an exception that says why, in place of the call in \(facts.subject($0))")
                    }
                        ?? facts.then(
                            "look for os._exit or a library that ends the process in what \(death.phase.function.map { $0.isEmpty ? "the import" : "\($0)()" } ?? "the script") calls"
                        )
                ]
            )
        }
    )
}

extension Facts {
    /// The exception whose traceback is the last thing in the log: printed by a handler that then ended the process.
    fileprivate func printedLast(_ death: Death) -> Exception? {
        guard let last = death.lastLines.last(where: { !$0.trimmed.isEmpty })?.trimmed,
            let exception = LogTraceback.last(in: evidence.logTail, codeFolder: evidence.codeFolder).first
        else { return nil }
        return exception.title == last || last.hasSuffix(exception.firstLine) && last.hasPrefix(exception.type)
            ? exception : nil
    }

    /// Places in the user's code that end the process: in `function`, else in the script, else in the other files.
    fileprivate func exitCalls(in function: String?) -> [Place] {
        func calls(_ source: PythonSource?) -> [PythonSource.Statement] {
            (source?.statements ?? []).filter {
                $0.text.containsAny("os._exit(", "sys.exit(", "quit(", "os.abort(", "os.kill(os.getpid()")
                    || $0.text.hasPrefix("exit(")
            }
        }
        let ofScript = calls(script)
        let own = ofScript.filter { ($0.scopes.first ?? "") == function }
        let chosen = own.isEmpty ? ofScript : own
        if !chosen.isEmpty { return chosen.map { place(path: codePath, line: $0.line) } }
        let others = codeTree.filter { $0.path.hasSuffix(".py") }.prefix(50)
        return others.flatMap { file in
            calls(source(file.path)).map { place(path: (evidence.codeFolder ?? "") + "/" + file.path, line: $0.line) }
        }
    }
}
