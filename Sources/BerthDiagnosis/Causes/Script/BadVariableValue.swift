import BerthModel

extension Cause {
    /// A variable is set, and the script cannot use its value. The value itself is not repeated.
    static let badVariableValue = Cause(
        "bad-variable-value",
        .exact,
        .raised { error, facts in
            guard error.phase != .run,
                error.root.is("ValueError", "JSONDecodeError", "Error", "InvalidOperation", "SyntaxError"),
                let frame = error.userFrame,
                let name = facts.setVariable(near: frame)
            else { return nil }
            let place = facts.place(frame, word: name)
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) cannot use the value of the environment variable `\(name)`: \(error.root.briefTitle.shortened(to: 200))",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("correct `\(name)` under `environment_variables:` in the deployment file")]
            )
        }
    )
}

extension Facts {
    /// The variable of the deployment that the failing statement reads.
    fileprivate func setVariable(near frame: Frame) -> String? {
        let text = source(shown(frame.path))?.statement(at: frame.line)?.text ?? frame.text
        guard text.containsAny("environ", "getenv(") else { return nil }
        return text.quoted.first { spec.environmentVariables[$0] != nil }
    }
}
