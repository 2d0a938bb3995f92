import BerthDiagnostics

/// What was typed, as far as it can be known without doing anything.
enum CommandLineRequest: Sendable {
    case run(Command, Arguments)
    case help(Command)
    case groupHelp(CommandGroup)
    case rootHelp
}

/// Finds the command in what was typed. A pure function of the words.
struct CommandLineReader {
    let groups: [CommandGroup]
    let commands: [Command]
    /// `berth`, or `az ml` when called by that name.
    let program: String

    /// What `words`, all that stand behind the program's name, ask for. A leading `ml` is skipped: `az ml …`, and what is
    /// pasted from there. Throws a usage error that names the nearest command or option.
    func read(_ words: [String]) throws(CommandFailure) -> CommandLineRequest {
        var rest = words[...]
        var early = takeEarlyOptions(&rest)
        if rest.first == "ml" {
            rest.removeFirst()
            early += takeEarlyOptions(&rest)
        }
        let asksHelp = Self.asksHelp(early + rest)
        if rest.first == "help", !commands.contains(where: { $0.path == ["help"] }) {
            return try help(on: rest.dropFirst())
        }
        guard let noun = rest.first else {
            if let first = early.first, !asksHelp { throw unknownCommand(first) }
            return .rootHelp
        }
        if Dashes.straighten(noun) == "--version" || noun == "-v" { return try read(["version"] + rest.dropFirst()) }
        if let command = commands.first(where: { $0.path == [noun] }) {
            rest.removeFirst()
            return try request(command, early + rest)
        }
        guard let group = groups.first(where: { $0.name == noun }) else {
            if asksHelp, Dashes.startsOption(noun) { return .rootHelp }
            throw unknownCommand(noun)
        }
        rest.removeFirst()
        guard let verb = rest.first, !Dashes.startsOption(verb) else {
            if rest.isEmpty || asksHelp { return .groupHelp(group) }
            throw unknownVerb(rest.first ?? "", in: group)
        }
        // A verb may have two words: `role assignment create`.
        let pair = rest.count > 1 ? group.command("\(verb) \(rest[rest.startIndex + 1])") : nil
        guard let command = pair ?? group.command(verb) else {
            throw unknownVerb(verb, in: group)
        }
        rest.removeFirst(pair == nil ? 1 : 2)
        return try request(command, early + rest)
    }

    private func request(_ command: Command, _ words: [String]) throws(CommandFailure) -> CommandLineRequest {
        if Self.asksHelp(words) { return .help(command) }
        return .run(command, try ArgumentReader.read(words, for: command, program: program))
    }

    /// Options before the command's name (`berth --debug online-endpoint show`); the command reads them.
    private func takeEarlyOptions(_ words: inout ArraySlice<String>) -> [String] {
        var taken: [String] = []
        while let word = words.first, Dashes.startsOption(word) {
            let straight = Dashes.straighten(word)
            let known = CommonOption.talk + CommonOption.output + CommonOption.scope
            guard
                let option = known.first(where: { option in
                    straight == "--\(option.name)" || option.short.map { straight == "-\($0)" } == true
                })
            else {
                guard known.contains(where: { straight.hasPrefix("--\($0.name)=") }) else { break }
                taken.append(words.removeFirst())
                continue
            }
            taken.append(words.removeFirst())
            if option.kind != .flag, let value = words.popFirst() { taken.append(value) }
        }
        return taken
    }

    /// Whether help is asked for anywhere before a `--`.
    private static func asksHelp(_ words: [String]) -> Bool {
        words.prefix { $0 != "--" }.contains { ["-h", "--help"].contains(Dashes.straighten($0)) }
    }

    private func help(on words: ArraySlice<String>) throws(CommandFailure) -> CommandLineRequest {
        guard !words.isEmpty else { return .rootHelp }
        return try read(Array(words) + ["--help"])
    }

    private func unknownCommand(_ word: String) -> CommandFailure {
        let names = groups.map(\.name) + commands.filter { !$0.isHidden }.map(\.name)
        let nearest = nearestName(to: word, among: names)
        // A verb without its noun is answered with the nouns that have it.
        let withVerb = groups.filter { group in group.commands.contains { $0.path.last == word } }.map(\.name)
        var help = nearest.map { ["did you mean `\(program) \($0)`?"] } ?? []
        if help.isEmpty, let noun = withVerb.first { help = ["did you mean `\(program) \(noun) \(word)`?"] }
        if help.isEmpty { help = ["see all commands: \(program) --help"] }
        return .usage(
            Diagnostic(.badArgument, .argumentInvalid, "`\(word)` is no command of `\(program)`", help: help)
        )
    }

    private func unknownVerb(_ word: String, in group: CommandGroup) -> CommandFailure {
        let verbs = group.commands.map(\.verb)
        let nearest = nearestName(to: word, among: verbs)
        return .usage(
            Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`\(word)` is no command of `\(program) \(group.name)`",
                help: [
                    nearest.map { "did you mean `\(program) \(group.name) \($0)`?" }
                        ?? "it has \(verbs.joined(separator: ", "))"
                ]
            )
        )
    }
}
