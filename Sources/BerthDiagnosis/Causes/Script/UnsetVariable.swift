import BerthModel
import BerthRuntime

extension Cause {
    /// `os.environ["X"]` where nothing sets X.
    static let unsetVariable = Cause(
        "unset-variable",
        .found,
        .raised { error, facts in
            guard error.root.is("KeyError"), let name = error.root.quotedName ?? Optional(error.root.firstLine),
                error.root.frames.last.map({
                    $0.path.hasSuffix("os.py") || $0.path.hasSuffix("<frozen os>")
                        || $0.isUser && $0.text.contains("environ")
                }) ?? false,
                facts.spec.environmentVariables[name] == nil
            else { return nil }
            return facts.unset(name, error)
        }
    )

    /// `os.path.join(os.getenv("X"), …)`: the value that is None comes from a variable that nothing sets.
    static let unsetVariableNone = Cause(
        "unset-variable-none",
        .found,
        .raised { error, facts in
            guard error.root.is("TypeError", "AttributeError", "ValueError", "ValidationError"),
                error.root.says("NoneType"),
                let frame = error.userFrame,
                let name = facts.unsetVariable(near: frame)
            else { return nil }
            return facts.unset(name, error)
        }
    )
}

extension Facts {
    fileprivate func unset(_ name: String, _ error: RaisedError) -> Finding {
        let place = place(error.userFrame, word: name)
        let platform = ["AZUREML_MODEL_DIR", "AML_APP_ROOT", "AZUREML_ENTRY_SCRIPT", "WORKER_COUNT"].filter {
            $0 != "AZUREML_MODEL_DIR" || evidence.modelFolder != nil
        }
        let similar = (spec.environmentVariables.keys.sorted() + platform).first {
            $0 != name && Spelling.distance($0, name) <= 2
        }
        var help = then("add `\(name): …` under `environment_variables:` in the deployment file")
        if name == "AZUREML_MODEL_DIR" { help = then("give the deployment a `model:` with a `path:`") }
        if let similar { help = then("write `\(similar)`, which is set, in \(subject(place))") }
        return Finding(
            error.phase.reason,
            "\(subject(place)) needs the environment variable `\(name)`, which is not set"
                + (similar.map { "; `\($0)` is" } ?? ""),
            at: place,
            evidence: logged(error.root),
            help: [help]
        )
    }

    /// The variable that the line, or an assignment to a name in it, reads with `getenv` or `environ.get`, and that
    /// nothing sets.
    fileprivate func unsetVariable(near frame: Frame) -> String? {
        let source = source(shown(frame.path))
        let known = source?.statements ?? []
        let own = known.last { $0.line <= frame.line }?.text ?? frame.text
        var texts = [frame.text, own]
        for statement in known.reversed() where statement.line <= frame.line || statement.scopes.isEmpty {
            let names = PythonSource.assignedNames(statement.text)
            if names.contains(where: { own.hasWord($0) }) { texts.append(statement.text) }
        }
        for text in texts {
            for call in ["getenv(", "environ.get("] {
                guard let rest = text.after(call), let name = rest.quoted.first, spec.environmentVariables[name] == nil,
                    !rest.prefix(while: { $0 != ")" }).contains(",")
                else { continue }
                return name == "AZUREML_MODEL_DIR" && evidence.modelFolder != nil ? nil : name
            }
        }
        return nil
    }
}
