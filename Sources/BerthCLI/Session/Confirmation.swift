import BerthDiagnostics

extension Invocation {
    /// ` --local` where the command had it, for lines to paste.
    var localFlag: String { flag(CommonOption.local) ? " --local" : "" }

    /// Asks on a terminal. Without one, and without `--yes`, refuses at once.
    func confirm(_ question: String) throws(CommandFailure) {
        guard !flag(CommonOption.yes) else { return }
        guard console.canAsk else {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "nobody can be asked for a confirmation: there is no terminal",
                    help: ["add --yes to delete without a question"]
                )
            )
        }
        console.error("\(question) (y/n): ")
        let answer = readLine()?.trimmed.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else {
            throw .failed(Diagnostic(.operationCanceled, nil, "nothing was deleted: not confirmed"))
        }
    }
}
