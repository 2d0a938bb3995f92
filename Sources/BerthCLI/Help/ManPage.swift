/// Manual pages, made from the declarations of the commands.
struct ManPage {
    let groups: [CommandGroup]
    let commands: [Command]

    private var all: [Command] { groups.flatMap(\.commands) + commands.filter { !$0.isHidden } }

    /// `berth-online-endpoint-create`.
    static func name(_ command: Command) -> String { (["berth"] + command.path).joined(separator: "-") }

    func root() -> String {
        var lines = Self.head("berth", "managed online endpoints on your own machines")
        lines += [".SH SYNOPSIS", ".B berth", ".I COMMAND", "[options]", ".SH COMMANDS"]
        for command in all {
            lines += [".TP", ".B berth \(Self.escaped(command.name))", Self.escaped(command.abstract)]
        }
        lines += [".SH FILES", ".TP", ".I ~/.berth", "State of this user; another folder is named by BERTH_HOME."]
        lines += [
            ".SH EXIT STATUS", "0 done, 1 the operation failed, 2 usage or spec error, 130 interrupted.",
            ".SH SEE ALSO",
        ]
        lines.append(all.map { ".BR \(Self.escaped(Self.name($0))) (1)" }.joined(separator: ",\n"))
        return lines.joined(separator: "\n") + "\n"
    }

    func page(_ command: Command) -> String {
        var lines = Self.head(Self.name(command), command.abstract)
        lines += [".SH SYNOPSIS", ".B " + Self.escaped(HelpText(program: "berth").usage(command))]
        if !command.discussion.isEmpty { lines += [".SH DESCRIPTION", Self.escaped(command.discussion)] }
        if !command.operands.isEmpty {
            lines.append(".SH ARGUMENTS")
            for operand in command.operands {
                lines += [".TP", ".I \(Self.escaped(operand.name))", Self.escaped(operand.help)]
            }
        }
        lines.append(".SH OPTIONS")
        for option in command.options {
            let spelling = HelpText.spelling(option).trimmed
            lines += [".TP", ".B \(Self.escaped(spelling))", Self.escaped(HelpText.explanation(option))]
        }
        if !command.examples.isEmpty {
            lines.append(".SH EXAMPLES")
            for example in command.examples {
                lines += [".PP", Self.escaped(example.what) + ":", ".PP", ".nf"]
                lines += [Self.escaped("    berth \(example.line)"), ".fi"]
            }
        }
        lines += [".SH SEE ALSO", ".BR berth (1)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func head(_ name: String, _ abstract: String) -> [String] {
        [
            ".TH \"\(name.uppercased())\" 1 \"\" \"berth \(ShowVersion.number)\" \"Berth\"", ".SH NAME",
            "\(escaped(name)) \\- \(escaped(abstract))",
        ]
    }

    /// Text in which nothing is an instruction of roff.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for sign in text {
            switch sign {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "'", ".": escaped += escaped.isEmpty ? "\\&\(sign)" : String(sign)
            default: escaped.append(sign)
            }
        }
        return escaped
    }
}
