/// A shell that can complete.
enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
}

/// Completions of commands and options, made from the declarations of the commands. They start nothing: names of
/// endpoints are not completed.
struct CompletionScript {
    let groups: [CommandGroup]
    let commands: [Command]

    private var visible: [Command] { commands.filter { !$0.isHidden } }
    private var all: [Command] { groups.flatMap(\.commands) + visible }

    func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    // MARK: bash

    private var bash: String {
        var lines = [
            "# Completions of berth for bash.", "_berth() {",
            "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" words=\"\"",
            "    COMPREPLY=()", "    case \"$previous\" in",
        ]
        for (choices, spellings) in choicesBySpelling() {
            lines.append("    \(spellings.joined(separator: "|"))) words=\"\(choices)\" ;;")
        }
        lines += ["    \(fileSpellings().joined(separator: "|"))) compopt -o default; return ;;", "    esac"]
        lines += [
            "    if [ -n \"$words\" ]; then", "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))",
            "        return", "    fi", "    if [ \"$COMP_CWORD\" -eq 1 ]; then", "        words=\"\(firstWords)\"",
            "    else", "        case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in",
        ]
        for command in groups.flatMap(\.commands) {
            lines.append("        \"\(command.name)\") words=\"\(longOptions(command))\" ;;")
        }
        for command in visible { lines.append("        \"\(command.name) \"*) words=\"\(longOptions(command))\" ;;") }
        for group in groups { lines.append("        \"\(group.name) \"*) words=\"\(verbs(group))\" ;;") }
        lines += [
            "        esac", "    fi", "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))", "}",
            "complete -F _berth berth",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: zsh

    private var zsh: String {
        var lines = ["#compdef berth", "# Completions of berth for zsh.", "_berth() {", "    local -a list"]
        lines += ["    if (( CURRENT == 2 )); then", "        list=("]
        lines += groups.map { "            '\($0.name):\(Self.quoted($0.abstract))'" }
        lines += visible.map { "            '\($0.name):\(Self.quoted($0.abstract))'" }
        lines += ["        )", "        _describe 'command' list", "        return", "    fi", "    case $words[2] in"]
        for group in groups {
            lines += ["    \(group.name))", "        if (( CURRENT == 3 )); then", "            list=("]
            lines += group.commands.map { "                '\($0.verb):\(Self.quoted($0.abstract))'" }
            lines += ["            )", "            _describe 'command' list", "            return", "        fi"]
            lines.append("        case $words[3] in")
            for command in group.commands {
                lines.append("        \(command.verb)) _arguments \(zshArguments(command)) ;;")
            }
            lines += ["        esac ;;"]
        }
        for command in visible { lines.append("    \(command.name)) _arguments \(zshArguments(command)) ;;") }
        lines += ["    esac", "}", "_berth \"$@\""]
        return lines.joined(separator: "\n") + "\n"
    }

    private func zshArguments(_ command: Command) -> String {
        command.options.map { option in
            let help = Self.quoted(option.help).replacing("[", with: "(").replacing("]", with: ")")
            let value =
                switch option.kind {
                case .flag: ""
                case .value(let name), .values(let name):
                    option.choices.isEmpty
                        ? ":\(name):\(name == "FILE" ? "_files" : " ")"
                        : ":\(name):(\(option.choices.joined(separator: " ")))"
                }
            return "'--\(option.name)[\(help)]\(value)'"
        }.joined(separator: " ")
    }

    // MARK: fish

    private var fish: String {
        var lines = ["# Completions of berth for fish.", "complete -c berth -f"]
        let nouns = (groups.map(\.name) + visible.map(\.name)).joined(separator: " ")
        let noNoun = "not __fish_seen_subcommand_from \(nouns)"
        for (name, abstract) in groups.map({ ($0.name, $0.abstract) }) + visible.map({ ($0.name, $0.abstract) }) {
            lines.append("complete -c berth -n '\(noNoun)' -a '\(name)' -d '\(Self.quoted(abstract))'")
        }
        for group in groups {
            let list = verbs(group)
            let noVerb = "__fish_seen_subcommand_from \(group.name); and not __fish_seen_subcommand_from \(list)"
            for command in group.commands {
                let verb = command.verb
                lines.append("complete -c berth -n '\(noVerb)' -a '\(verb)' -d '\(Self.quoted(command.abstract))'")
            }
        }
        for command in all {
            let seen = command.path.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
            for option in command.options {
                var line = "complete -c berth -n '\(seen)' -l '\(option.name)'"
                if let short = option.short { line += " -s '\(short)'" }
                switch option.kind {
                case .flag: break
                case .value(let name), .values(let name):
                    line += name == "FILE" ? " -rF" : " -x"
                    if !option.choices.isEmpty { line += " -a '\(option.choices.joined(separator: " "))'" }
                }
                lines.append(line + " -d '\(Self.quoted(option.help))'")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Words

    private var firstWords: String { (groups.map(\.name) + visible.map(\.name)).joined(separator: " ") }
    private func verbs(_ group: CommandGroup) -> String {
        group.commands.map(\.verb).joined(separator: " ")
    }

    private func longOptions(_ command: Command) -> String {
        command.options.map { "--\($0.name)" }.joined(separator: " ")
    }

    /// Lists of choices, each with the options that take it wherever they stand.
    private func choicesBySpelling() -> [(choices: String, spellings: [String])] {
        var found: [(String, [String])] = []
        for option in all.flatMap(\.options) where !option.choices.isEmpty {
            let choices = option.choices.joined(separator: " ")
            let spelling = "--\(option.name)"
            guard !found.contains(where: { $0.1.contains(spelling) }) else { continue }
            found.append((choices, [spelling] + (option == CommonOption.format ? ["-o"] : [])))
        }
        return found
    }

    private func fileSpellings() -> [String] {
        var found: [String] = []
        for option in all.flatMap(\.options) where option.kind.placeholder == "FILE" {
            let spelling = "--\(option.name)"
            if !found.contains(spelling) { found.append(spelling) }
        }
        return found + ["-f"]
    }

    /// For text between single quotes; a colon would end a description.
    private static func quoted(_ text: String) -> String {
        text.replacing("'", with: "").replacing(":", with: ",").replacing("`", with: "")
    }
}

extension String {
    /// With each `old` made into `new`.
    fileprivate func replacing(_ old: Character, with new: String) -> String {
        reduce(into: "") { text, sign in
            if sign == old { text += new } else { text.append(sign) }
        }
    }
}
