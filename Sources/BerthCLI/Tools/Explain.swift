import BerthDiagnostics

/// `explain`.
enum Explain {
    static let language = Option(
        "lang",
        nil,
        .value("LANGUAGE"),
        choices: Language.allCases.map(\.rawValue),
        fallback: "en",
        help: "the language of the page"
    )

    static let command = Command(
        "explain",
        "show the page behind an error code or a reason",
        operands: [
            Operand(name: "CODE", help: "a code (ERR_2200) or a reason (UserScriptImportError); none: list them")
        ]
        .map { operand in
            var optional = operand
            optional.isRequired = false
            return optional
        },
        options: [language],
        common: .bare,
        examples: [
            Example("a code", "explain ERR_2200"),
            Example("in Japanese", "explain ERR_2200 --lang ja"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        guard let word = call.arguments.operands.first else {
            return .text(ExplainPages.topics.joined(separator: "\n"))
        }
        let chosen = call.string(language).flatMap { Language(rawValue: $0.lowercased()) } ?? .english
        guard let page = ExplainPages.page(for: word, language: chosen) else {
            let near = ExplainPages.suggestions(for: word)
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`\(word)` is no error code and no reason",
                    help: [
                        near.isEmpty
                            ? "list all: \(call.program) explain"
                            : "did you mean \(near.map { "`\($0)`" }.joined(separator: ", "))?"
                    ]
                )
            )
        }
        return .text(page)
    }
}
