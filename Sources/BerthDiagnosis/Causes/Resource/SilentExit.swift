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
            let place = calls.count == 1 ? calls.first.map { facts.place(path: facts.codePath, line: $0.line) } : nil
            let last = death.lastLines.last { !$0.trimmed.isEmpty }
            let who =
                place.map { "\(facts.subject($0)) ends the process with status \(status)" }
                ?? "\(death.who) ended itself with status \(status)"
            return Finding(
                .workerExited,
                "\(who) while \(death.phase.text), without an exception"
                    + (death.times > 1 ? ", \(death.times) times" : ""),
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
    /// Statements of the script that end the process, in `function` and in what it calls in the same file.
    fileprivate func exitCalls(in function: String?) -> [PythonSource.Statement] {
        guard let script else { return [] }
        let calls = script.statements.filter {
            $0.text.containsAny("os._exit(", "sys.exit(", "quit(", "os.abort(") || $0.text.hasPrefix("exit(")
        }
        guard let function else { return calls }
        let own = calls.filter { ($0.scopes.first ?? "") == function }
        return own.isEmpty ? calls : own
    }
}
