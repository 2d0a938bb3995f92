import BerthDiagnostics
import BerthJSON
import BerthRuntime

/// What ended or blocked the instance, of which the rest is a consequence.
enum Incident: Sendable {
    case raised(RaisedError)
    case scriptInvalid(ScriptProblem)
    case died(Death)
    case notStarted(LaunchFailure)
    case stuck(Wait)

    var code: ErrorCode {
        switch self {
        case .raised(let error): error.phase == .run ? .scoringFailed : .containerCrashed
        case .stuck(let wait): wait.isRun ? .scoringFailed : .containerCrashed
        case .scriptInvalid, .died: .containerCrashed
        case .notStarted: .containerStartFailed
        }
    }
}

/// How far a worker has come.
enum Phase: String, Sendable {
    case boot
    case importing = "import"
    case initializing = "init"
    case serving
    case run

    /// For sentences: `while …`.
    var text: String {
        switch self {
        case .boot: "starting"
        case .importing: "importing the scoring script"
        case .initializing: "init() ran"
        case .serving: "it waited for requests"
        case .run: "run() answered a request"
        }
    }

    /// The reason for an exception of this phase that has no closer one.
    var reason: Reason {
        switch self {
        case .boot, .importing: .userScriptImportError
        case .initializing: .userScriptInitFailed
        case .serving, .run: .userScriptRunFailed
        }
    }

    /// `in init()`, or nothing where the phase does not help.
    var suffix: String {
        switch self {
        case .initializing: " in init()"
        case .run, .serving: " in run()"
        case .boot, .importing: ""
        }
    }
}

/// `script-invalid` of the protocol.
struct ScriptProblem: Hashable, Sendable {
    let kind: String
    let detail: String
    let line: Int?
    let similar: [String]

    init(_ body: JSON) {
        kind = body["problem"]?.stringValue ?? ""
        detail = body["detail"]?.stringValue ?? ""
        line = body["line"]?.intValue
        similar = (body["similar"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}

/// A process of the instance that is gone.
struct Death: Sendable {
    enum Ending: Hashable, Sendable {
        case exited(Int)
        case signaled(Int)
        /// Ended for memory, by us or by the kernel; only ever with one of these two facts.
        case outOfMemory(byUs: Bool)
        /// Nobody wrote how.
        case lost
    }

    let ending: Ending
    let phase: Phase
    /// nil: the inference server itself.
    let worker: Int?
    let lastLines: [String]
    let requestID: String?
    /// How often a worker died in this way.
    var times = 1
    /// Where it was, when the log holds a stack of the end. Outermost first.
    var frames: [Frame] = []
}

struct LaunchFailure: Hashable, Sendable {
    let stage: String
    let errno: Int
    let message: String
}

/// Something that did not come to an end in time.
struct Wait: Sendable {
    enum Kind: Hashable, Sendable {
        case readiness(seconds: Double)
        case liveness(failures: Int)
        case run(seconds: Double)
    }

    let kind: Kind
    let phase: Phase
    /// Where the main thread was, outermost first; empty where nobody asked or it did not answer.
    let frames: [Frame]

    var isRun: Bool { if case .run = kind { true } else { false } }
}

/// A place in a stack.
struct Frame: Hashable, Sendable {
    let path: String
    let line: Int
    let function: String
    let text: String
    /// Below the code folder.
    let isUser: Bool

    init(path: String, line: Int, function: String, text: String, isUser: Bool) {
        self.path = path
        self.line = line
        self.function = function
        self.text = text
        self.isUser = isUser
    }

    init?(_ body: JSON) {
        guard let path = body["path"]?.stringValue else { return nil }
        self.init(
            path: path,
            line: body["line"]?.intValue ?? 0,
            function: body["function"]?.stringValue ?? "",
            text: body["text"]?.stringValue ?? "",
            isUser: body["user"]?.boolValue ?? false
        )
    }
}
