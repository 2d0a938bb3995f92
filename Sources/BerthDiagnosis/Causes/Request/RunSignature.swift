import BerthDiagnostics

extension Cause {
    /// `run(self, data)`: the call itself fails, before the first line of the function.
    static let runSignature = Cause(
        "run-signature",
        .found,
        .raised { error, facts in
            guard error.phase == .run, error.root.is("TypeError"), error.userFrame == nil,
                error.root.message.hasPrefix("run() "),
                let definition = facts.script?.definition(of: "run")
            else { return nil }
            let place = facts.place(path: facts.codePath, line: definition.line, word: "run")
            let parameters = definition.text.between("run(", ")") ?? ""
            return Finding(
                .userScriptSignatureError,
                "run() is called with the request's data alone, and \(facts.subject(place)) requires `\(parameters.shortened(to: 100))`",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("write `def run(data):` in \(facts.subject(place))")]
            )
        }
    )
}
