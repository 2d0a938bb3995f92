import BerthJSON

/// An option of a command, as help, parser, completion and man page see it.
struct Option: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Takes nothing.
        case flag
        /// Takes one word; given twice, the last one counts.
        case value(String)
        /// Takes one word or several, and may be repeated: `--set a=1 b=2 --set c=3`.
        case values(String)

        /// The placeholder of the word.
        var placeholder: String? {
            switch self {
            case .flag: nil
            case .value(let name), .values(let name): name
            }
        }
    }

    /// Without its dashes.
    let name: String
    let short: Character?
    /// Other long names, without dashes; not shown in the usage line.
    var aliases: [String]
    let kind: Kind
    let help: String
    /// The words that it takes; empty: any.
    var choices: [String]
    var isRequired: Bool
    /// What counts when it is not given, for the help.
    var fallback: String?

    init(
        _ name: String,
        _ short: Character? = nil,
        _ kind: Kind = .flag,
        aliases: [String] = [],
        choices: [String] = [],
        isRequired: Bool = false,
        fallback: String? = nil,
        help: String
    ) {
        self.name = name
        self.short = short
        self.kind = kind
        self.aliases = aliases
        self.choices = choices
        self.isRequired = isRequired
        self.fallback = fallback
        self.help = help
    }

    /// A copy that must be given.
    var required: Option {
        var copy = self
        copy.isRequired = true
        return copy
    }
}

/// A word of a command that is no option.
struct Operand: Hashable, Sendable {
    let name: String
    let help: String
    var isRequired = true
}

/// A line to paste, with what it does.
struct Example: Hashable, Sendable {
    let what: String
    /// Without the program's name.
    let line: String

    init(_ what: String, _ line: String) {
        self.what = what
        self.line = line
    }
}

/// What a command leaves behind for stdout.
enum Outcome: Hashable, Sendable {
    case nothing
    /// Rendered as `--output` says, after `--query`.
    case result(JSON)
    /// Printed as it is; with `--query` it is read as JSON first.
    case text(String)
}

/// One command of the command line: the only place that names its options. Parser, help, completion and man pages are
/// all made from it.
struct Command: Sendable {
    /// Whose options of general use it takes.
    enum SharedOptions: Hashable, Sendable {
        /// Those of a command that talks to a control plane.
        case server
        /// Those of a command that prints a result.
        case output
        /// `--help` and the amount of talk.
        case bare
    }

    /// `["online-endpoint", "create"]`.
    let path: [String]
    /// One line, lower-case start, no full stop.
    let abstract: String
    var discussion: String
    var operands: [Operand]
    /// Those of its own.
    let ownOptions: [Option]
    let common: SharedOptions
    let examples: [Example]
    /// For makers of packages, not in the list of commands.
    var isHidden: Bool
    let run: @Sendable (Invocation) async throws(CommandFailure) -> Outcome

    init(
        _ path: String,
        _ abstract: String,
        discussion: String = "",
        operands: [Operand] = [],
        options: [Option] = [],
        common: SharedOptions = .server,
        examples: [Example] = [],
        isHidden: Bool = false,
        run: @escaping @Sendable (Invocation) async throws(CommandFailure) -> Outcome
    ) {
        self.path = path.split(separator: " ").map(String.init)
        self.abstract = abstract
        self.discussion = discussion
        self.operands = operands
        ownOptions = options
        self.common = common
        self.examples = examples
        self.isHidden = isHidden
        self.run = run
    }

    var name: String { path.joined(separator: " ") }
    /// What stands behind the noun: `create`, `assignment create`.
    var verb: String { path.dropFirst().joined(separator: " ") }
    var options: [Option] { ownOptions + commonOptions }

    var commonOptions: [Option] {
        switch common {
        case .server: CommonOption.scope + CommonOption.output + CommonOption.talk
        case .output: CommonOption.output + CommonOption.talk
        case .bare: CommonOption.talk
        }
    }
}

/// A noun with its verbs.
struct CommandGroup: Sendable {
    let name: String
    let abstract: String
    let commands: [Command]
    /// Verbs of earlier builds, and what they are called now.
    var oldVerbs: [String: String] = [:]

    func command(_ verb: String) -> Command? {
        let name = oldVerbs[verb] ?? verb
        return commands.first { $0.verb == name }
    }
}
