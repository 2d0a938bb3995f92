import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// The script was imported and lacks what the server calls.
    static let scriptInvalid = Cause(
        "script-invalid",
        .exact,
        .scriptInvalid { problem, facts in
            let script = facts.scriptName
            switch problem.kind {
            case "no-init", "no-run": return missingFunction(problem, facts)
            case "run-signature", "init-signature": return signature(problem, facts)
            case "script-missing": return missingScript(problem, facts)
            case "werkzeug-missing":
                return Finding(
                    .userScriptImportError,
                    "\(script) uses @rawhttp, which needs the package werkzeug, which is not in the environment",
                    at: facts.place(path: facts.codePath, line: problem.line),
                    help: [facts.adding("werkzeug")]
                )
            case "rawhttp-and-schema":
                return Finding(
                    .userScriptSignatureError,
                    "run() in \(script) is decorated with both @rawhttp and @input_schema, which exclude one another",
                    at: facts.place(path: facts.codePath, line: problem.line),
                    help: [facts.then("remove one of the two decorators in \(script)")]
                )
            default:
                return Finding(
                    .userScriptSignatureError,
                    "\(script) cannot be used: \(problem.detail)",
                    at: facts.place(path: facts.codePath, line: problem.line)
                )
            }
        }
    )

    private static func missingFunction(_ problem: ScriptProblem, _ facts: Facts) -> Finding {
        let script = facts.scriptName
        let name = problem.kind == "no-init" ? "init" : "run"
        let head = name == "init" ? "def init():" : "def run(data):"
        if let nested = facts.script?.statements.first(where: { !$0.scopes.isEmpty && $0.text.definesFunction(name) }) {
            let place = facts.place(path: facts.codePath, line: nested.line, word: name)
            return Finding(
                .userScriptFunctionNotFound,
                "\(script) has no function `\(name)` at its top level; \(facts.subject(place)) defines it inside `\(nested.scopes.joined(separator: "."))`",
                at: place,
                help: [facts.then("move `\(name)` to the top level of \(script)")]
            )
        }
        if problem.detail.contains("is not a function") {
            let line = facts.script?.statements.last {
                $0.scopes.isEmpty && PythonSource.assignedNames($0.text).contains(name)
            }?.line
            let place = facts.place(path: facts.codePath, line: line, word: name)
            return Finding(
                .userScriptFunctionNotFound,
                "`\(name)` in \(facts.subject(place)) is not a function",
                at: place,
                help: [facts.then("define `\(head)` in \(script), and give the value another name")]
            )
        }
        let own = facts.script?.topLevelNames ?? []
        let similar = problem.similar.first ?? aliases[name]?.first { own.contains($0) }
        guard let similar, let line = facts.script?.definition(of: similar)?.line else {
            let isEmpty = facts.script?.statements.isEmpty ?? false
            return Finding(
                .userScriptFunctionNotFound,
                "\(script) has no function `\(name)`" + (isEmpty ? ": the file is empty" : ""),
                at: facts.place(path: facts.codePath, line: nil),
                help: [facts.then("define `\(head)` at the top level of \(script)")]
            )
        }
        let place = facts.place(path: facts.codePath, line: line, word: similar)
        return Finding(
            .userScriptFunctionNotFound,
            "\(script) has no function `\(name)`; line \(line) defines `\(similar)`",
            at: place,
            help: [facts.then("rename `\(similar)` to `\(name)` in \(facts.subject(place))")]
        )
    }

    /// Names that other frameworks give to the same functions.
    private static let aliases = [
        "init": ["initialize", "setup", "load", "load_model", "model_fn", "Init", "__init__"],
        "run": ["predict", "score", "inference", "handler", "main", "predict_fn", "invoke", "Run"],
    ]

    private static func signature(_ problem: ScriptProblem, _ facts: Facts) -> Finding {
        let name = problem.kind == "run-signature" ? "run" : "init"
        let line = facts.script?.definition(of: name)?.line ?? problem.line
        let place = facts.place(path: facts.codePath, line: line, word: name)
        let what: String
        if name == "init" {
            let names = problem.detail.after("requires: ") ?? "arguments"
            what = "init() is called without arguments, and \(facts.subject(place)) requires `\(names)`"
        } else if problem.detail.contains("needs to accept") {
            what = "run() is called with the request's data, and \(facts.subject(place)) takes no parameter for it"
        } else {
            what =
                "run() is called by the names of its parameters, and \(facts.subject(place)) has `*args`, `**kwargs` or positional-only ones"
        }
        return Finding(
            .userScriptSignatureError,
            what,
            at: place,
            help: [
                facts.then("write `\(name == "init" ? "def init():" : "def run(data):")` in \(facts.subject(place))")
            ]
        )
    }

    private static func missingScript(_ problem: ScriptProblem, _ facts: Facts) -> Finding {
        let script = facts.scriptName
        let elsewhere = facts.codeTree.first { $0.path != script && $0.path.fileName == script.fileName }?.path
        let right = elsewhere ?? problem.similar.first
        let folder = facts.evidence.userCodeFolder?.fileName
        return Finding(
            .userScriptNotFound,
            "the scoring script `\(script)` is not in the code folder" + (folder.map { " `\($0)`" } ?? "")
                + (right.map { "; there is `\($0)`" } ?? ""),
            evidence: [Evidence("spec", "code_configuration.scoring_script: \(script)")],
            help: [
                right.map { facts.update(setting: "code_configuration.scoring_script=\($0)") }
                    ?? facts.then("put `\(script)` into the code folder")
            ]
        )
    }
}

extension String {
    fileprivate func definesFunction(_ name: String) -> Bool {
        hasPrefix("def \(name)(") || hasPrefix("async def \(name)(")
    }
}
