import BerthDiagnostics
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a command's words go: data to stdout, all else to stderr.
struct Console: Sendable {
    enum Stream: Sendable { case out, error }

    /// Whether stderr is a terminal, so that a line may be redrawn.
    var isTerminal: Bool
    /// Whether somebody can be asked.
    var canAsk: Bool
    /// On stderr.
    var usesColour: Bool
    /// On stdout, for the formats that have colours.
    var coloursOutput = false
    /// Of messages for people; data is the same in every language.
    var language = Language.english
    /// Columns of the terminal.
    var width: Int
    private let sink: @Sendable (Stream, String) -> Void
    /// The system's error number of the first result that could not be written; 0 where all was.
    private let lost: @Sendable () -> CInt

    init(
        isTerminal: Bool,
        canAsk: Bool = false,
        usesColour: Bool = false,
        width: Int = 100,
        lost: @escaping @Sendable () -> CInt = { 0 },
        sink: @escaping @Sendable (Stream, String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.canAsk = canAsk
        self.usesColour = usesColour
        self.width = width
        self.lost = lost
        self.sink = sink
    }

    /// The console of this process.
    static func process(environment: [String: String]) -> Console {
        let isTerminal = isatty(STDERR_FILENO) == 1
        let isDumb = environment["TERM"].map { $0.isEmpty || $0 == "dumb" } ?? true
        let refusesColour = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        var size = winsize()
        let hasSize = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
        let loss = Loss()
        var console = Console(
            isTerminal: isTerminal && !isDumb,
            canAsk: isTerminal && isatty(STDIN_FILENO) == 1,
            usesColour: isTerminal && !isDumb && !refusesColour,
            width: hasSize ? Int(size.ws_col) : 100,
            lost: { loss.code.withLock(\.self) }
        ) { stream, text in
            let code = Self.write(text, to: stream == .out ? STDOUT_FILENO : STDERR_FILENO)
            guard code != 0, stream == .out else { return }
            loss.code.withLock { $0 = $0 == 0 ? code : $0 }
        }
        console.language = Language(environment: environment)
        console.coloursOutput = isatty(STDOUT_FILENO) == 1 && !isDumb && !refusesColour
        return console
    }

    /// A diagnostic for people, in their language.
    func text(_ diagnostic: Diagnostic, colour: Bool) -> String { diagnostic.localized(language).text(colour: colour) }

    func out(_ text: String) { sink(.out, text) }
    func error(_ text: String) { sink(.error, text) }

    /// What is to be said where a part of the result could not be written.
    var lostOutput: Diagnostic? {
        let code = lost()
        guard code != 0 else { return nil }
        let isFull = code == ENOSPC || code == EDQUOT
        return Diagnostic(
            isFull ? .notEnoughDisk : .internalError,
            isFull ? .diskFull : .platformFault,
            "the result could not be written to the standard output",
            evidence: [Evidence("system", String(cString: strerror(code)))],
            help: [isFull ? "free some space, or write it elsewhere" : "look at where the output goes"]
        )
    }

    private final class Loss: Sendable {
        let code = Mutex<CInt>(0)
    }

    /// Returns the system's error number. A closed pipe is no error: who reads has seen enough.
    private static func write(_ text: String, to descriptor: CInt) -> CInt {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Int(posixWrite(descriptor, $0.baseAddress, $0.count)) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return errno == EPIPE ? 0 : errno
            }
        }
        return 0
    }
}

private func posixWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
