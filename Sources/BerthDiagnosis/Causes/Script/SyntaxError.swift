import BerthDiagnostics

extension Cause {
    /// A file that Python cannot read.
    static let syntaxError = Cause(
        "syntax-error",
        .kind,
        .raised { error, facts in
            let root = error.root
            guard root.isSyntaxError, let file = root.file else { return nil }
            var place = facts.place(path: file, line: root.line, text: root.text)
            place.location.column = root.column.flatMap { $0 > 0 ? $0 : nil }
            return Finding(
                .userScriptSyntaxError,
                "\(facts.subject(place)) is not valid Python \(facts.python): \(SyntaxWords.message(root))",
                at: place,
                evidence: facts.logged(root),
                help: [facts.then("correct \(facts.subject(place))")]
            )
        }
    )
}

enum SyntaxWords {
    /// Python's message without the place that some versions append.
    static func message(_ exception: Exception) -> String {
        let text = exception.firstLine
        guard let end = text.firstRange(of: " (")?.lowerBound, text.hasSuffix(")"), text.contains(", line ") else {
            return text
        }
        return String(text[..<end])
    }
}
