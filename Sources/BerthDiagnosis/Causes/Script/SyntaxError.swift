import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A file that Python cannot read.
    static let syntaxError = Cause(
        "syntax-error",
        .kind,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts) else { return nil }
            return fault.finding("is not valid Python: \(fault.message)", facts, help: "correct \(fault.subject)")
        }
    )
}

/// A syntax error with its place, for the causes that know more about it.
struct SyntaxFault {
    let exception: Exception
    let place: Place
    let subject: String
    /// The line at fault.
    let line: String
    let message: String
    /// The file is the user's own.
    let isUser: Bool
    let userFrame: Frame?

    init?(_ error: RaisedError, _ facts: Facts) {
        let root = error.root
        guard root.isSyntaxError, let file = root.file ?? error.userFrame?.path else { return nil }
        exception = root
        var place = facts.place(path: file, line: root.line, text: root.text)
        place.location.column = root.column.flatMap { $0 > 0 ? $0 : nil }
        self.place = place
        subject = facts.subject(place)
        line = place.sourceLine ?? root.text ?? ""
        message = Self.withoutPlace(root.firstLine)
        isUser = facts.evidence.codeFolder.map { file.hasPrefix($0 + "/") } ?? false
        userFrame = error.userFrame
    }

    /// Python's message without the place that some versions append.
    private static func withoutPlace(_ text: String) -> String {
        guard text.hasSuffix(")"), let start = text.firstRange(of: " (")?.lowerBound, text.contains(", line ") else {
            return text
        }
        return String(text[..<start])
    }

    /// The sentence `<place> <fault>`.
    func finding(_ fault: String, _ facts: Facts, help: String) -> Finding {
        Finding(
            .userScriptSyntaxError,
            "\(subject) \(fault)",
            at: place,
            evidence: facts.logged(exception.title),
            help: [facts.then(help)]
        )
    }
}
