import BerthDiagnostics

/// `completion`.
enum Completion {
    static let command = Command(
        "completion",
        "print the completions for a shell",
        operands: [Operand(name: "SHELL", help: "bash, zsh or fish")],
        common: .bare,
        examples: [
            Example("for this bash", "completion bash > ~/.local/share/bash-completion/completions/berth"),
            Example("for zsh", "completion zsh > ~/.zfunc/_berth"),
            Example("for fish", "completion fish > ~/.config/fish/completions/berth.fish"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = call.arguments.operands.first ?? ""
        guard let shell = Shell(rawValue: name.lowercased()) else {
            throw .usage(
                .init(
                    .badArgument,
                    .argumentInvalid,
                    "there are no completions for `\(name)`",
                    help: ["write one of \(Shell.allCases.map(\.rawValue).joined(separator: ", "))"]
                )
            )
        }
        return .text(CompletionScript(groups: CommandTable.groups, commands: CommandTable.single).text(for: shell))
    }
}
