import BerthDiagnostics
import BerthRuntime
import Foundation

/// Holds a lock for as long as this process lives: two control planes on one home would undo each other's work.
struct SingleInstance {
    /// How long a child of a killed holder may hold its lock: until the program that it was made for begins.
    private static let childPatience: Duration = .seconds(5)

    private let descriptor: Int32

    init(lockFile: String, isLocal: Bool) throws(Diagnostic) {
        descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Diagnostic(
                .internalError,
                .homeNotWritable,
                "the control plane's lock cannot be made",
                evidence: [Evidence("file", lockFile), Evidence("system", String(cString: strerror(errno)))],
                help: ["make BERTH_HOME writable, or set BERTH_HOME to another folder"]
            )
        }
        guard Self.isTaken(descriptor) else {
            close(descriptor)
            throw Diagnostic(
                .conflict,
                .operationInProgress,
                "another control plane runs on this BERTH_HOME",
                evidence: [Evidence("file", lockFile)],
                help: ["end it first: berth stop"]
            )
        }
        let text = Array("\(getpid())\(isLocal ? " local" : "")\n".utf8)
        ftruncate(descriptor, 0)
        _ = write(descriptor, text, text.count)
    }

    func release() { close(descriptor) }

    /// Takes the lock. Where its holder was killed while it started a program, the child has the lock for a moment longer:
    /// that is waited for. A holder that lives is not.
    private static func isTaken(_ descriptor: Int32) -> Bool {
        let deadline = ContinuousClock.now + childPatience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, !holderLives(descriptor), ContinuousClock.now < deadline
            else {
                return false
            }
            // The end of a process that is not ours to wait for.
            poll(nil, 0, 5)
        }
        return true
    }

    /// Whether the process that has written the file still runs.
    private static func holderLives(_ descriptor: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = String(decoding: bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)
        guard let pid = pid_t(digits), pid > 0 else { return false }
        return kill(pid, 0) == 0 || errno != ESRCH
    }
}

/// The control plane of `--local` that a server takes over from: its instances are adopted.
struct Predecessor {
    /// Its own limit is 10 s.
    private static let patience: Duration = .seconds(15)

    let home: BerthHome

    /// Ends one that runs for `--local` and waits until it is gone; anything else is left alone.
    func end() async throws(Diagnostic) {
        let bytes: [UInt8]
        do { bytes = try RegularFile.read(home.serveProcessFile, limit: 64) ?? [] } catch { return }
        let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 2, words[1] == "local", let pid = pid_t(words[0]), isHeld() else { return }
        kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + Self.patience
        while isHeld(), ContinuousClock.now < deadline {
            // Cancelled: this process ends, and so does the wait.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    /// The lock tells whether the process that has written the file still lives.
    private func isHeld() -> Bool {
        let descriptor = open(home.serveProcessFile, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
