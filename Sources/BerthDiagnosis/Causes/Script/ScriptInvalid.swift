import BerthDiagnostics

extension Cause {
    /// The script was imported and lacks what the server calls, or offers it in a form that cannot be called.
    static let scriptInvalid = Cause(
        "script-invalid",
        .exact,
        .scriptInvalid { problem, facts in
            let script = facts.scriptName
            let place = facts.place(path: facts.scriptName, line: problem.line)
            switch problem.kind {
            case "no-init", "no-run":
                let name = problem.kind == "no-init" ? "init" : "run"
                let call = name == "init" ? "init()" : "run(data)"
                guard let similar = problem.similar.first else {
                    return Finding(
                        .userScriptFunctionNotFound,
                        "\(script) has no function `\(name)`",
                        at: facts.place(path: script, line: nil),
                        help: [facts.then("define `def \(call):` at the top level of \(script)")]
                    )
                }
                return Finding(
                    .userScriptFunctionNotFound,
                    "\(script) has no function `\(name)`; the nearest name in it is `\(similar)`",
                    at: place,
                    help: [facts.then("rename `\(similar)` to `\(name)` in \(script)")]
                )
            case "run-signature", "init-signature":
                return Finding(.userScriptSignatureError, problem.detail, at: place, help: [])
            case "script-missing":
                return Finding(
                    .userScriptNotFound,
                    "the scoring script `\(script)` is not in the code folder",
                    help: []
                )
            default:
                return Finding(.userScriptSignatureError, "\(script) cannot be used: \(problem.detail)", at: place)
            }
        }
    )
}
