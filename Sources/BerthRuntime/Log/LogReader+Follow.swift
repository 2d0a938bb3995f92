#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension LogReader {
    /// The last `lines` lines (nil: all that are kept), then each further line as it is written.
    ///
    /// Lines are read when they are asked for, so a slow reader costs no memory. Ends when its task is cancelled, and
    /// when `ended` says that nothing more will be written and all was given.
    ///
    /// `ended` is asked about once a second while nothing is written, on a thread of its own.
    package func follow(lines: Int?, ended: @escaping @Sendable () -> Bool) -> AsyncStream<String> {
        let follower = LogFollower(reader: self, lines: lines, ended: ended)
        return AsyncStream(unfolding: { await follower.next() }, onCancel: { follower.cancel() })
    }
}

/// The place of one reader in a log that grows.
private actor LogFollower {
    private let reader: LogReader
    private let ended: @Sendable () -> Bool
    private let watch: LogWatch
    private var pending: ArraySlice<String> = []
    /// The line that has no end yet.
    private var rest: [UInt8] = []
    private var position: Int?
    private let initialLines: Int?
    private var isOver = false

    init(reader: LogReader, lines: Int?, ended: @escaping @Sendable () -> Bool) {
        self.reader = reader
        self.ended = ended
        initialLines = lines
        watch = LogWatch(path: reader.path)
    }

    nonisolated func cancel() { watch.cancel() }

    func next() async -> String? {
        while true {
            if let line = pending.popFirst() { return line }
            guard !isOver, !Task.isCancelled else { return nil }
            if read() { continue }
            let watch = watch
            let ended = ended
            switch await OwnThread.run({ watch.wait(ended: ended) }) {
            case .changed: continue
            case .canceled: return nil
            case .ended:
                while read() {}
                if !rest.isEmpty { pending.append(LogLines.text(rest[...], limit: reader.settings.maxLineBytes)) }
                isOver = true
            }
        }
    }

    /// Reads on; false when there is nothing new.
    private func read() -> Bool {
        guard let place = position else {
            let tail = reader.tailAndEnd(lines: initialLines)
            rest = tail.rest
            position = tail.end
            pending = (tail.rest.isEmpty ? tail.lines : tail.lines.dropLast())[...]
            return true
        }
        let (bytes, end) = reader.read(from: place)
        guard end > place else { return false }
        position = end
        let (lines, rest) = LogLines.split(self.rest + bytes, limit: reader.settings.maxLineBytes)
        pending.append(contentsOf: lines)
        self.rest = rest
        // A line without end is given in pieces rather than kept without bound.
        if rest.count > reader.settings.maxLineBytes {
            pending.append(LogLines.text(rest[...], limit: rest.count))
            self.rest = []
        }
        return true
    }
}

/// Waits for a change in a log's folder.
private final class LogWatch: Sendable {
    enum Outcome { case changed, ended, canceled }

    /// How often `ended` is asked, and, where the kernel has no more watches to give, how late a line may be.
    private static let askEveryMs: CInt = 1000
    private static let withoutWatchMs: CInt = 200

    private let changes: CInt
    private let wakeRead: CInt
    private let wakeWrite: CInt

    init(path: String) {
        var ends: [CInt] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        (wakeRead, wakeWrite) = (ends[0], ends[1])
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        changes = Self.watch(folder)
    }

    deinit { for file in [changes, wakeRead, wakeWrite] where file >= 0 { close(file) } }

    func cancel() {
        var byte: UInt8 = 0
        // The pipe is never full: one byte is written, once.
        _ = write(wakeWrite, &byte, 1)
    }

    func wait(ended: () -> Bool) -> Outcome {
        var files = [
            pollfd(fd: changes, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
        ]
        // Asked before waiting: what was written before the end is then read after this answer.
        if ended() { return .ended }
        let count = poll(&files, nfds_t(files.count), changes < 0 ? Self.withoutWatchMs : Self.askEveryMs)
        if count > 0, files[1].revents != 0 { return .canceled }
        if files[0].revents != 0 { drain() }
        return .changed
    }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(changes, &buffer, buffer.count) > 0 {}
    }

    private static func watch(_ folder: String) -> CInt {
        #if os(Linux)
            let file = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
            guard file >= 0 else { return -1 }
            guard inotify_add_watch(file, folder, UInt32(IN_MODIFY | IN_CREATE | IN_DELETE)) >= 0 else {
                close(file)
                return -1
            }
            return file
        #else
            return -1
        #endif
    }
}
