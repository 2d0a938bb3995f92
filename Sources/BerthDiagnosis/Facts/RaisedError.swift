import BerthJSON

/// One exception, as the inference server or a traceback in the log describes it.
struct Exception: Sendable {
    /// As Python prints it: `ModuleNotFoundError`, `sklearn.exceptions.NotFittedError`.
    let type: String
    let message: String
    /// The module of an ImportError.
    var module: String?
    /// The path of an OSError.
    var path: String?
    /// Outermost first.
    var frames: [Frame] = []
    /// Of a SyntaxError: file, line, column and text of the place.
    var file: String?
    var line: Int?
    var column: Int?
    var text: String?
    /// Names near the one that is missing, that the object or module has.
    var similar: [String] = []
    /// The end of what a failed child process wrote.
    var output: String?

    init(type: String, message: String) {
        self.type = type
        self.message = message
    }

    init(_ body: JSON) {
        type = body["type"]?.stringValue ?? "Exception"
        message = body["message"]?.stringValue ?? ""
        module = body["module"]?.stringValue
        path = body["path"]?.stringValue
        frames = (body["frames"]?.arrayValue ?? []).compactMap(Frame.init)
        file = body["file"]?.stringValue
        line = body["line"]?.intValue
        column = body["column"]?.intValue
        text = body["text"]?.stringValue
        similar = (body["similar"]?.arrayValue ?? []).compactMap(\.stringValue)
        output = body["output"]?.stringValue
    }

    /// Without the module: `NotFittedError`.
    var shortType: String { type.split(separator: ".").last.map(String.init) ?? type }
    var firstLine: String { message.split(separator: "\n").first.map(String.init) ?? "" }
    /// The message in one line: where the first only counts or announces, with the next that says something.
    var brief: String {
        let lines = message.split(separator: "\n").map { String($0).trimmed }.filter { !$0.isEmpty }
        guard let first = lines.first else { return "" }
        guard lines.count > 1, first.hasPrefix("while ") || first.contains("validation error") || first.hasSuffix(":")
        else { return first }
        let rest = lines.dropFirst().prefix(first.contains("validation error") ? 2 : 1).joined(separator: ": ")
        return (first.hasSuffix(":") ? first : first + ":") + " " + rest
    }
    /// `Type: message` with `brief`.
    var briefTitle: String { brief.isEmpty ? shortType : "\(shortType): \(brief)" }
    /// `Type: message`, one line.
    var title: String { firstLine.isEmpty ? shortType : "\(shortType): \(firstLine)" }
    var isImportError: Bool { shortType == "ImportError" || shortType == "ModuleNotFoundError" }
    var isSyntaxError: Bool { ["SyntaxError", "IndentationError", "TabError"].contains(shortType) }
    var userFrame: Frame? { frames.last { $0.isUser } }

    func `is`(_ types: String...) -> Bool { types.contains(shortType) || types.contains(type) }
    func says(_ part: String) -> Bool { message.contains(part) }
}

/// An exception that ended a phase, with those that it came from, and which of them is the root.
struct RaisedError: Sendable {
    let phase: Phase
    /// As raised first, then what it came from, nearest first. Never empty.
    let chain: [Exception]
    /// The exception that is to be explained.
    let root: Exception
    /// An exception of the handler itself, when the handler of the root failed.
    let ofHandler: Exception?
    let requestID: String?
    /// It ended a thread, and was found behind another failure.
    var isOfThread = false

    init(phase: Phase, chain: [Exception], requestID: String? = nil) {
        self.phase = phase
        self.chain = chain
        self.requestID = requestID
        var index = 0
        var handler: Int?
        while index + 1 < chain.count {
            switch Self.relation(of: chain[index], to: chain[index + 1]) {
            case .wrapsItsCause: break
            case .handlerFailed: handler = handler ?? index
            case .isOriginal:
                root = chain[index]
                ofHandler = handler.map { chain[$0] }
                return
            }
            index += 1
        }
        root = chain[index]
        ofHandler = handler.map { chain[$0] }
    }

    private enum Relation {
        case wrapsItsCause, handlerFailed, isOriginal
    }

    /// How an exception stands to the one that was being handled when it came up.
    ///
    /// `raise` in the user's own handler only puts other words on the cause. A handler that stumbles over a name or an
    /// attribute hides the cause. Anything else – the fallback failed too, or a library translated its inner error –
    /// speaks for itself.
    private static func relation(of exception: Exception, to cause: Exception) -> Relation {
        if exception.shortType.hasSuffix("ExceptionGroup") { return .wrapsItsCause }
        // A library that called the user's code, and put its own words on what came up there.
        if let first = cause.frames.first, !first.isUser, cause.frames.last?.isUser ?? false { return .wrapsItsCause }
        guard let innermost = exception.frames.last, innermost.isUser else {
            // `sys.exit()` has no frame of Python code below the user's line.
            return exception.is("SystemExit") ? .wrapsItsCause : .isOriginal
        }
        if innermost.text.hasPrefix("raise") || exception.is("SystemExit") { return .wrapsItsCause }
        let isSlip = exception.is("NameError", "UnboundLocalError", "AttributeError", "TypeError")
        return isSlip ? .handlerFailed : .isOriginal
    }

    /// The user's line to look at: of the root, else of what the root was raised from outwards.
    var userFrame: Frame? {
        let start = chain.firstIndex { $0.title == root.title && $0.frames == root.frames } ?? 0
        for index in stride(from: start, through: 0, by: -1) {
            if let frame = chain[index].userFrame { return frame }
        }
        return chain.lazy.compactMap(\.userFrame).first
    }

    /// The first exception of the chain, from the innermost outwards, for which `matches` holds.
    func first(where matches: (Exception) -> Bool) -> Exception? {
        chain.last(where: matches)
    }
}
