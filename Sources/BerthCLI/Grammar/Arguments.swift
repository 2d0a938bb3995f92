import BerthDiagnostics

/// The options and operands of one command, as they were typed.
struct Arguments: Hashable, Sendable {
    /// The words of each time that an option was given.
    private var values: [String: [[String]]] = [:]
    /// Names of the options that were given, by their full name.
    private(set) var given: Set<String> = []
    fileprivate(set) var operands: [String] = []
    /// What was understood though it was not written so; for stderr.
    fileprivate(set) var notes: [String] = []

    init() {}

    func flag(_ option: Option) -> Bool { given.contains(option.name) }
    func string(_ option: Option) -> String? { values[option.name]?.last?.last }
    /// All words of all times.
    func strings(_ option: Option) -> [String] { groups(option).flatMap { $0 } }
    /// The words of each time: `--add tags a=1 --add tags b=2`.
    func groups(_ option: Option) -> [[String]] { values[option.name] ?? [] }

    fileprivate mutating func take(_ option: Option, _ words: [String]) {
        given.insert(option.name)
        guard !words.isEmpty else { return }
        values[option.name, default: []].append(words)
    }
}

/// Reads the words behind a command's name. A pure function of the words: no files, no environment.
///
/// Understood as `az` does: unique prefixes of long options, `--name=value`, several words after one `--set`. Beyond it:
/// dashes that a web page has made typographic (`–-container`, `—n`).
struct ArgumentReader {
    private let command: Command
    private let program: String
    private var words: ArraySlice<String>
    private var arguments = Arguments()

    /// What `words` say to `command`.
    ///
    /// - Throws: a usage error that names the nearest option.
    static func read(_ words: [String], for command: Command, program: String) throws(CommandFailure) -> Arguments {
        var reader = ArgumentReader(command: command, program: program, words: words[...])
        try reader.run()
        return reader.arguments
    }

    private init(command: Command, program: String, words: ArraySlice<String>) {
        self.command = command
        self.program = program
        self.words = words
    }

    private mutating func run() throws(CommandFailure) {
        var optionsEnded = false
        while let word = words.popFirst() {
            if optionsEnded || !Dashes.startsOption(word) {
                try operand(word)
            } else if word == "--" {
                optionsEnded = true
            } else {
                try option(straightened(word))
            }
        }
        // `-h` wins over what is missing: whoever asks for help does not know yet.
        guard !arguments.flag(CommonOption.help) else { return }
        try checkRequired()
    }

    private mutating func straightened(_ word: String) -> String {
        let straight = Dashes.straighten(word)
        if straight != word { arguments.notes.append("`\(word)` is understood as `\(straight)`") }
        return straight
    }

    private mutating func operand(_ word: String) throws(CommandFailure) {
        guard arguments.operands.count < command.operands.count else {
            throw usage("`\(program) \(command.name)` does not take `\(word)`", help: [])
        }
        arguments.operands.append(word)
    }

    private mutating func option(_ word: String) throws(CommandFailure) {
        if word.hasPrefix("--") {
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = try match(String(parts[0]))
            try take(option, written: "--\(parts[0])", attached: parts.count > 1 ? String(parts[1]) : nil)
        } else {
            try shortOptions(word)
        }
    }

    /// `-n`, `-nNAME`, `-n=NAME`, `-yh`.
    private mutating func shortOptions(_ word: String) throws(CommandFailure) {
        var rest = word.dropFirst()
        while let letter = rest.popFirst() {
            guard let option = command.options.first(where: { $0.short == letter }) else {
                throw unknown(word, nearest: nil)
            }
            if case .flag = option.kind {
                try take(option, written: "-\(letter)", attached: nil)
                continue
            }
            if rest.first == "=" { rest.removeFirst() }
            try take(option, written: "-\(letter)", attached: rest.isEmpty ? nil : String(rest))
            return
        }
    }

    /// The option with this name, this alias, or alone in beginning with this.
    private func match(_ name: String) throws(CommandFailure) -> Option {
        let options = command.options
        if let exact = options.first(where: { $0.name == name || $0.aliases.contains(name) }) { return exact }
        let begun = options.filter { option in
            !name.isEmpty && ([option.name] + option.aliases).contains { $0.hasPrefix(name) }
        }
        if begun.count > 1 {
            let candidates = begun.map { "`--\($0.name)`" }.joined(separator: ", ")
            throw usage("`--\(name)` could mean \(candidates)", help: ["write one of them in full"])
        }
        if let only = begun.first { return only }
        throw unknown("--\(name)", nearest: nearestName(to: name, among: options.flatMap { [$0.name] + $0.aliases }))
    }

    private mutating func take(_ option: Option, written: String, attached: String?) throws(CommandFailure) {
        switch option.kind {
        case .flag:
            if let attached { throw usage("`\(written)` takes no value, but has `\(attached)`", help: []) }
            arguments.take(option, [])
        case .value(let placeholder):
            guard let value = attached ?? nextValue() else { throw missing(placeholder, after: written, option) }
            try check(value, of: option, written: written)
            arguments.take(option, [value])
        case .values(let placeholder):
            guard let first = attached ?? nextValue() else { throw missing(placeholder, after: written, option) }
            var words = [first]
            while let more = nextValue() { words.append(more) }
            arguments.take(option, words)
        }
    }

    private mutating func nextValue() -> String? {
        // A lone dash is a value: stdin. What begins with a real or a typographic dash is the next option.
        guard let next = words.first, !Dashes.startsOption(next) else { return nil }
        return words.popFirst()
    }

    private func check(_ value: String, of option: Option, written: String) throws(CommandFailure) {
        guard !option.choices.isEmpty, !option.choices.contains(value) else { return }
        // Case and dashes are forgiven where the command reads them itself; here only the list counts.
        if option == CommonOption.container {
            let nearest = nearestName(to: value, among: option.choices)
            throw usage(
                "invalid container type `\(value)`: supported container types are "
                    + option.choices.joined(separator: ", "),
                help: nearest.map { ["did you mean `\($0)`?"] } ?? []
            )
        }
        let loose = value.lowercased().filter { $0 != "_" }
        guard !option.choices.contains(where: { $0.filter { $0 != "_" } == loose }) else { return }
        let nearest = nearestName(to: value, among: option.choices)
        throw usage(
            "`\(written)` does not take `\(value)`, but one of \(option.choices.joined(separator: ", "))",
            help: nearest.map { ["did you mean `\($0)`?"] } ?? []
        )
    }

    private func checkRequired() throws(CommandFailure) {
        let missing =
            command.options.filter { $0.isRequired && !arguments.given.contains($0.name) }
            .map { option in option.short.map { "`--\(option.name)`/`-\($0)`" } ?? "`--\(option.name)`" }
            + command.operands.dropFirst(arguments.operands.count).filter(\.isRequired).map { "`\($0.name)`" }
        guard missing.isEmpty else {
            throw usage("`\(program) \(command.name)` needs \(missing.joined(separator: " and "))", help: [])
        }
    }

    private func missing(_ placeholder: String, after written: String, _ option: Option) -> CommandFailure {
        let value = option.choices.first ?? placeholder
        return usage("`\(written)` needs a value", help: ["write it behind the option: \(written) \(value)"])
    }

    /// Options of `az` that these commands do not have, and what to do instead.
    private static let unserved = [
        "--vscode-debug": "run the script under a debugger of your own: berth infsrv --entry_script score.py",
        "--web": "look at it with `show` and `get-logs`",
        "--local-enable-gpu": "leave it away",
        "--package-model": "leave it away: nothing is packaged, the model is used where it lies",
    ]

    private func unknown(_ word: String, nearest: String?) -> CommandFailure {
        if let instead = Self.unserved[word] {
            return usage("`\(word)` is an option of `az` that `\(program)` does not serve", help: [instead])
        }
        return unknownAnywhere(word, nearest: nearest)
    }

    private func unknownAnywhere(_ word: String, nearest: String?) -> CommandFailure {
        usage(
            "`\(word)` is no option of `\(program) \(command.name)`",
            help: nearest.map { ["did you mean `--\($0)`?"] } ?? ["see the options: \(program) \(command.name) --help"]
        )
    }

    private func usage(_ message: String, help: [String]) -> CommandFailure {
        let general = "see the options: \(program) \(command.name) --help"
        return .usage(Diagnostic(.badArgument, .argumentInvalid, message, help: help.isEmpty ? [general] : help))
    }
}

/// Dashes at the start of a word, as keyboards and web pages write them.
enum Dashes {
    /// Hyphen-minus, hyphen, no-break hyphen, figure dash, en dash, em dash, bar, minus.
    private static let all: Set<Character> = ["-", "‐", "‑", "‒", "–", "—", "―", "−"]

    /// Whether `word` is an option rather than a value. A lone dash is a value, and so is a dash before a blank.
    static func startsOption(_ word: String) -> Bool {
        guard let first = word.first, all.contains(first) else { return false }
        let body = word.drop { all.contains($0) }
        if body.isEmpty { return word == "--" }
        return body.first?.isWhitespace == false
    }

    /// `word` with typographic dashes at its start made into the hyphens that were meant. A word with hyphens only
    /// stays as it is.
    static func straighten(_ word: String) -> String {
        let lead = word.prefix { all.contains($0) }
        guard lead.contains(where: { $0 != "-" }) else { return word }
        let body = word.dropFirst(lead.count)
        let name = body.prefix { $0 != "=" }
        return (name.count == 1 ? "-" : "--") + body
    }
}
