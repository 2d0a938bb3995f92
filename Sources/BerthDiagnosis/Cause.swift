import BerthDiagnostics

/// A cause of failure, as data: what it looks at and when it matches. Each lives in a file of its own.
struct Cause: Sendable {
    /// What a cause looks at. The judge asks only the causes that fit the incident.
    enum Rule: Sendable {
        /// An exception ended the import, `init()`, or a call of `run()`.
        case raised(@Sendable (RaisedError, Facts) -> Finding?)
        /// The script was read and lacks what the server needs.
        case scriptInvalid(@Sendable (ScriptProblem, Facts) -> Finding?)
        /// A process of the instance ended without an exception that was seen.
        case died(@Sendable (Death, Facts) -> Finding?)
        /// The program could not be started at all.
        case notStarted(@Sendable (LaunchFailure, Facts) -> Finding?)
        /// Something did not come to an end in time.
        case stuck(@Sendable (Wait, Facts) -> Finding?)
        /// Holds whatever the incident was: found by looking, told after it.
        case standing(@Sendable (Facts) -> [Finding])
        /// Of interest on a healthy instance, too.
        case warning(@Sendable (Facts) -> [Finding])
    }

    /// How closely a cause describes what happened; between two that match, the closer one speaks.
    enum Closeness: Int, Comparable, Sendable {
        /// Any failure of this kind.
        case general
        /// A failure of this class, whose remedy is known.
        case kind
        /// This very failure: the thing at fault is named.
        case exact
        /// This very failure, and what is behind it was found in the user's files.
        case found

        static func < (left: Closeness, right: Closeness) -> Bool { left.rawValue < right.rawValue }
    }

    /// Lower-case words with dashes; unique in the catalogue.
    let name: String
    let closeness: Closeness
    let rule: Rule

    init(_ name: String, _ closeness: Closeness, _ rule: Rule) {
        self.name = name
        self.closeness = closeness
        self.rule = rule
    }
}

/// What a cause says when it matches: a diagnostic without its code, which the judge adds.
struct Finding: Sendable {
    enum Certainty: Int, Comparable, Sendable {
        /// The facts allow this and something less probable. The message says so.
        case likely
        /// The facts allow nothing else.
        case certain

        static func < (left: Certainty, right: Certainty) -> Bool { left.rawValue < right.rawValue }
    }

    var reason: Reason
    var message: String
    var certainty: Certainty = .certain
    var place: Place?
    var evidence: [Evidence] = []
    var help: [String] = []
    /// Other than the code of the incident.
    var code: ErrorCode?

    init(
        _ reason: Reason,
        _ message: String,
        certainty: Certainty = .certain,
        at place: Place? = nil,
        evidence: [Evidence] = [],
        help: [String?] = [],
        code: ErrorCode? = nil
    ) {
        self.reason = reason
        self.message = message
        self.certainty = certainty
        self.place = place
        self.evidence = evidence
        self.help = help.compactMap(\.self)
        self.code = code
    }
}

/// A place in the user's files with the text of its line.
struct Place: Hashable, Sendable {
    var location: SourceLocation
    var sourceLine: String?
}
