import BerthDiagnostics

/// `explain`.
enum Explain {
    static let language = Option(
        "lang",
        nil,
        .value("LANGUAGE"),
        choices: Language.allCases.map(\.rawValue),
        fallback: "that of LANG, else en",
        help: "the language of the page; every command takes it, for its messages"
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

    /// Takes `--lang LANGUAGE` out of a command line: it concerns the words of every command. What is no language of
    /// ours stays, and is refused by the command.
    static func takeLanguage(from words: inout [String]) -> Language? {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        guard let index = words[..<end].firstIndex(where: { $0 == "--lang" || $0.hasPrefix("--lang=") }) else {
            return nil
        }
        let isOne = words[index] != "--lang"
        guard isOne || words.indices.contains(index + 1),
            let chosen = Language(rawValue: (isOne ? String(words[index].dropFirst(7)) : words[index + 1]).lowercased())
        else { return nil }
        words.removeSubrange(index...(isOne ? index : index + 1))
        return chosen
    }

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        guard let word = call.arguments.operands.first else {
            return .text(ExplainPages.topics.joined(separator: "\n"))
        }
        guard let page = ExplainPages.page(for: word, language: call.console.language) else {
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
