/// `generate-docs`: what `make install` puts under `share/`.
enum GenerateDocs {
    static let command = Command(
        "generate-docs",
        "write man pages and completions into a folder",
        operands: [Operand(name: "FOLDER", help: "a folder laid out like /usr/share")],
        common: .bare,
        isHidden: true,
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let folder = call.arguments.operands.first ?? "."
        for (path, text) in files() {
            let full = "\(folder)/\(path)"
            do {
                try UserFile.makeFolder(String(full[..<(full.lastIndex(of: "/") ?? full.endIndex)]))
                try UserFile.write(text, to: full, mode: 0o644)
            } catch {
                throw .failed(error)
            }
        }
        return .nothing
    }

    /// Path below `share/` and text of each file.
    static func files() -> [(path: String, text: String)] {
        let script = CompletionScript(groups: CommandTable.groups, commands: CommandTable.single)
        let manual = ManPage(groups: CommandTable.groups, commands: CommandTable.single)
        let pages =
            [("berth", manual.root())]
            + CommandTable.all.filter { !$0.isHidden }.map { (ManPage.name($0), manual.page($0)) }
        return pages.map { ("man/man1/\($0.0).1", $0.1) } + [
            ("bash-completion/completions/berth", script.text(for: .bash)),
            ("zsh/site-functions/_berth", script.text(for: .zsh)),
            ("fish/vendor_completions.d/berth.fish", script.text(for: .fish)),
        ]
    }
}
