import BerthDiagnostics
import BerthJSON
import BerthRuntime

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    import Darwin
#endif

/// Sees to it that this user's control plane runs, for `--local`.
///
/// Two commands at once start one server only: a lock is held from the look at the socket until the server is ready.
struct ServerStarter {
    /// How long a server that ends may take: its own limit is 10 s.
    private static let predecessorPatience: Duration = .seconds(15)
    /// How many lines of a server's log tell why it did not start.
    private static let evidenceLines = 12

    let home: BerthHome
    /// Absolute path of this program.
    let executable: String
    /// Told before there is a wait that a person would notice.
    let onStart: (String) -> Void

    /// Returns when somebody listens on the home's socket.
    func ensureRunning() throws(Diagnostic) {
        try home.create()
        if try UnixSocket.isAnswered(home.serveSocket) { return }
        let lock = try FileLock(path: home.serveLock)
        defer { lock.release() }
        // Whoever held the lock before has started it.
        if try UnixSocket.isAnswered(home.serveSocket) { return }
        onStart("starting the local server")
        guard try !waitForPredecessor() else { return }
        try start()
    }

    /// A server that ends by itself listens no more but still holds the home; one that somebody else has started holds
    /// it but does not listen yet. Waits until it is gone, or answers: then true.
    private func waitForPredecessor() throws(Diagnostic) -> Bool {
        let deadline = ContinuousClock.now + Self.predecessorPatience
        while FileLock.isHeld(home.serveProcessFile), ContinuousClock.now < deadline {
            if try UnixSocket.isAnswered(home.serveSocket) { return true }
            // Two things are waited for, and only one of them could wake us.
            poll(nil, 0, 20)
        }
        return false
    }

    private func start() throws(Diagnostic) {
        let log = home.logFile("serve")
        let logged = Self.size(of: log)
        do {
            try DetachedProcess.start(
                [executable, "serve", "--local", "--ready-fd", "3"],
                environment: ProcessEnvironment.read().merging(["BERTH_HOME": home.path]) { _, new in new },
                logFile: log
            )
        } catch {
            throw Self.refusal(error) ?? failed(error, log: log, from: logged)
        }
    }

    /// The server's own reason, which it says instead of `ready`: `error: <diagnostic as JSON>`.
    static func refusal(_ failure: Diagnostic) -> Diagnostic? {
        let lead = "error: "
        guard let line = failure.evidence.first(where: { $0.text.hasPrefix(lead) })?.text else { return nil }
        do {
            return Diagnostic(json: try JSON.parse(String(line.dropFirst(lead.count))))
        } catch {
            // Not JSON: the words stay evidence.
            return nil
        }
    }

    private func failed(_ failure: Diagnostic, log: String, from start: Int) -> Diagnostic {
        Diagnostic(
            .internalError,
            .serverUnreachable,
            "the local server did not start",
            evidence: failure.evidence + Self.tail(of: log, from: start).map { Evidence("serve.log", $0) },
            help: ["read the whole log: \(log)"]
        )
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func tail(of path: String, from start: Int) -> [String] {
        let bytes: [UInt8]
        do {
            bytes = try UserFile.readIfPresent(path) ?? []
        } catch {
            return ["the log cannot be read: \(error.message)"]
        }
        let text = String(decoding: bytes.dropFirst(start), as: UTF8.self)
        return text.split(separator: "\n").suffix(evidenceLines).map(String.init)
    }
}

/// The absolute path of the program that runs.
enum SelfExecutable {
    /// `argument`, the name by which the program was called, counts where the system cannot tell.
    static func path(argument: String) -> String {
        #if os(Linux)
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("/proc/self/exe", &buffer, buffer.count)
            if count > 0 {
                let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                // After an upgrade in place the old file has no name any more; the new one has.
                let gone = " (deleted)"
                return path.hasSuffix(gone) ? String(path.dropLast(gone.count)) : path
            }
        #endif
        return argument
    }
}

/// A lock on a file that ends with its holder.
struct FileLock: ~Copyable {
    private let descriptor: CInt

    /// Waits until the lock is free.
    init(path: String) throws(Diagnostic) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(descriptor)
                throw Self.failure(path, code)
            }
        }
    }

    func release() { close(descriptor) }

    /// Whether another process holds a lock on the file.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private static func failure(_ path: String, _ code: CInt) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .homeNotWritable,
            "`\(path)` cannot be locked",
            evidence: [Evidence("system", String(cString: strerror(code)))]
        )
    }
}
