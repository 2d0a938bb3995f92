import BerthJSON
import BerthRuntime
import Glibc

/// All events of an instance, in `events.jsonl`; readers get them from here, each from its own place.
///
/// Because the file is every reader's backlog, a slow reader costs nothing. When the disk is full, what comes is kept in
/// memory behind the file, within a bound, so that readers that are connected miss nothing that matters.
final class EventLog {
    private let file: CInt
    private let path: String
    private var bytesInFile = 0
    private var overflow: [UInt8] = []
    private var dropped = 0

    /// All bytes so far.
    var end: Int { bytesInFile + overflow.count }

    init(path: String) throws(SystemFailure) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemFailure("writing", path, errno: errno) }
    }

    deinit { close(file) }

    /// Adds an event, unless the log is so full that there is no more room for events of its kind.
    func append(_ event: InstanceEvent) {
        guard hasRoom(for: event.name) else {
            dropped += 1
            guard dropped == 1 else { return }
            let notice = "the log of events is full: further ones of the kind `\(event.name.word)` are dropped"
            return add(
                InstanceEvent(.warning, at: event.at, [("kind", "events-dropped"), ("message", .string(notice))])
            )
        }
        add(event)
    }

    private func hasRoom(for name: InstanceEvent.Name) -> Bool {
        switch name {
        case .launched, .launchFailed, .memoryLimitExceeded, .exited, .lost:
            true
        case .boot, .importing, .imported, .importFailed, .initializing, .initialized, .initFailed, .scriptInvalid,
            .ready, .workerExited, .givingUp, .stopping:
            end < LaunchSettings.eventBytesForAll
        case .warning, .runFailed, .runTimedOut, .stack, .memory, .unknown:
            end < LaunchSettings.eventBytesForRepeated
        }
    }

    private func add(_ event: InstanceEvent) {
        let line = event.body.utf8 + [UInt8(ascii: "\n")]
        guard overflow.isEmpty, write(line) else {
            if overflow.count + line.count <= LaunchSettings.eventBytesInMemory { overflow += line }
            return
        }
    }

    /// All of `line`, or nothing of it.
    private func write(_ line: [UInt8]) -> Bool {
        let count = line.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, off_t(bytesInFile)) }
        guard count == line.count else {
            if count > 0 { ftruncate(file, off_t(bytesInFile)) }
            return false
        }
        bytesInFile += count
        return true
    }

    /// Tries again to write what had no room. Called once, at the end.
    func flush() {
        guard !overflow.isEmpty else { return }
        let rest = overflow
        overflow = []
        if !write(rest) { overflow = rest }
    }

    /// Up to `count` bytes from `position` on.
    func read(from position: Int, count: Int) -> [UInt8] {
        guard position < bytesInFile else { return Array(overflow.dropFirst(position - bytesInFile).prefix(count)) }
        return Descriptor.read(file, at: position, count: min(count, bytesInFile - position)) ?? []
    }
}
