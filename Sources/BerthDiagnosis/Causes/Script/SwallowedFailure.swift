import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `init()` caught its own failure, went on, and left the model unset; `run()` stumbles over it.
    static let swallowedFailure = Cause(
        "swallowed-failure",
        .found,
        .raised { error, facts in
            guard error.phase == .run, let script = facts.script,
                let name = AbsentValue(error, facts)?.names.first(where: {
                    script.localBinding(of: $0, in: "init") == nil
                })
            else { return nil }
            let body = script.body(of: "init")
            guard
                let assigned = body.first(where: { $0.isGuarded && PythonSource.assignedNames($0.text).contains(name) })
            else { return nil }
            let place = facts.place(error.userFrame, word: name)
            let chain = LogTraceback.last(
                in: facts.evidence.logTail.filter { !$0.contains(error.root.title) },
                codeFolder: facts.evidence.codeFolder
            )
            let hidden = chain.first.flatMap { $0.title == error.root.title ? nil : $0 }
            return Finding(
                .userScriptRunFailed,
                "run() has no `\(name)` (\(facts.subject(place))): init() caught the failure of \(facts.scriptName) line "
                    + "\(assigned.line) and went on" + (hidden.map { "; it was \($0.title.shortened(to: 200))" } ?? ""),
                at: place,
                evidence: facts.logged(error.root) + (hidden.map { facts.logged($0) } ?? []),
                help: [
                    facts.then(
                        "let the exception of line \(assigned.line) leave init(), so that the deployment fails with its cause"
                    )
                ]
            )
        }
    )
}
