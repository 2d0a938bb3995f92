/// The help of commands, made from their declarations.
struct HelpText {
    /// Fixed, so that help reads the same everywhere.
    static let width = 100
    private static let column = 36

    let program: String
    /// What is set; shown with the source of each.
    var defaults: [DefaultsFile.Entry] = []

    func command(_ command: Command) -> String {
        var lines = ["\(program) \(command.name): \(command.abstract)"]
        if !command.discussion.isEmpty {
            lines +=
                [""]
                + command.discussion.split(separator: "\n").flatMap {
                    TextLayout.wrap(String($0), width: Self.width)
                }
        }
        lines += ["", "Usage:", "  \(usage(command))"]
        if !command.operands.isEmpty {
            lines += ["", "Arguments:"]
            lines += command.operands.flatMap { row($0.name, $0.help) }
        }
        lines += options("Options:", command.ownOptions)
        lines += options("General options:", command.commonOptions)
        if !command.examples.isEmpty {
            lines += ["", "Examples:"]
            for example in command.examples {
                lines += ["  # \(example.what)", "  \(program) \(example.line)", ""]
            }
            lines.removeLast()
        }
        if command.common == .server { lines += defaultLines() }
        return lines.joined(separator: "\n") + "\n"
    }

    func group(_ group: CommandGroup) -> String {
        var lines = ["\(program) \(group.name): \(group.abstract)", "", "Usage:"]
        lines += ["  \(program) \(group.name) COMMAND [options]", "", "Commands:"]
        lines += group.commands.flatMap { row($0.verb, $0.abstract) }
        lines += ["", "Help on a command: \(program) \(group.name) COMMAND --help"]
        return lines.joined(separator: "\n") + "\n"
    }

    func root(_ groups: [CommandGroup], _ commands: [Command]) -> String {
        var lines = [
            "\(program): managed online endpoints on your own machines", "", "Usage:",
            "  \(program) COMMAND [options]", "", "Endpoints and deployments:",
        ]
        lines += groups.flatMap { row($0.name, $0.abstract) }
        lines += ["", "Other commands:"]
        lines += commands.filter { !$0.isHidden }.flatMap { row($0.name, $0.abstract) }
        lines += ["", "Start here:"]
        lines += [
            "  \(program) online-endpoint create --local --name diabetes",
            "  \(program) online-deployment create --local --file blue-deployment.yml --all-traffic",
            "  \(program) online-endpoint invoke --local --name diabetes --request-file sample-request.json",
            "", "Help on a command: \(program) COMMAND --help",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// `berth online-endpoint show --name NAME [options]`.
    func usage(_ command: Command) -> String {
        var words = [program, command.name]
        words += command.ownOptions.filter(\.isRequired).map { "--\($0.name) \($0.kind.placeholder ?? "")" }
        words += command.operands.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        return (words + ["[options]"]).joined(separator: " ")
    }

    private func options(_ title: String, _ options: [Option]) -> [String] {
        guard !options.isEmpty else { return [] }
        return ["", title] + options.flatMap { row(Self.spelling($0), Self.explanation($0)) }
    }

    private func row(_ left: String, _ right: String) -> [String] {
        TextLayout.columns(left, right, indent: 2, column: Self.column, width: Self.width)
    }

    /// `-n, --name NAME`, with room for the letter where there is none.
    static func spelling(_ option: Option) -> String {
        let letter = option.short.map { "-\($0), " } ?? "    "
        let words = [option.name] + option.aliases
        let value =
            switch option.kind {
            case .flag: ""
            case .value(let name): " \(name)"
            case .values(let name): " \(name)…"
            }
        return letter + words.map { "--\($0)" }.joined(separator: ", ") + value
    }

    static func explanation(_ option: Option) -> String {
        var text = option.help
        if !option.choices.isEmpty { text += ": " + option.choices.joined(separator: ", ") }
        if option.isRequired { text += " (required)" }
        if let fallback = option.fallback { text += " (default: \(fallback))" }
        return text
    }

    private func defaultLines() -> [String] {
        guard !defaults.isEmpty else {
            return ["", "Defaults: none are set; set them with: \(configure) --defaults workspace=NAME"]
        }
        return ["", "Defaults:"] + defaults.map { "  \($0.name) = \($0.value)  (from \($0.source))" }
    }

    private var configure: String { program == "berth" ? "berth configure" : "az configure" }
}
