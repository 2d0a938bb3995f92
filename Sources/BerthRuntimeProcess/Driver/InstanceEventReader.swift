import BerthJSON
import BerthRuntime
import CBerthPlatform
import Glibc

/// Reads the events of one instance from its parent, and, when that has gone, from the folder. Has a thread of its own.
final class InstanceEventReader: Sendable {
    /// Between two tries to reach a parent that holds the lock but does not listen: it is starting, or ending.
    private static let retryMs: CInt = 20

    private let folder: InstanceFolder
    private let continuation: AsyncStream<InstanceEvent>.Continuation
    private let wake = berth_event_fd()

    init(_ folder: InstanceFolder, _ continuation: AsyncStream<InstanceEvent>.Continuation) {
        self.folder = folder
        self.continuation = continuation
    }

    deinit { if wake >= 0 { close(wake) } }

    func cancel() {
        var one: UInt64 = 1
        // Fails only when it was woken 2^64 times before.
        _ = write(wake, &one, 8)
    }

    /// Reads until the end of the instance, or until it is canceled.
    func run() {
        var received = 0
        while let holder = LaunchHolder(of: folder) {
            if let connection = LaunchConnection(to: folder) {
                switch read(connection, skipping: &received) {
                case .over: return continuation.finish()
                case .lostConnection: break
                }
            }
            if isCanceled(orEnded: holder.pidfd, within: Self.retryMs) { return continuation.finish() }
        }
        replay(from: received)
        continuation.finish()
    }

    private enum Outcome { case over, lostConnection }

    /// Every connection begins with the first event: what was given already is skipped.
    private func read(_ connection: borrowing LaunchConnection, skipping received: inout Int) -> Outcome {
        var lines = LineBuffer(limit: InstanceEvent.maxLineBytes)
        var position = 0
        while true {
            var files = [
                pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&files, 2, -1) < 0, errno != EINTR { return .lostConnection }
            if files[1].revents != 0 { return .over }
            guard files[0].revents != 0 else { continue }
            let bytes = connection.receive()
            guard !bytes.isEmpty else { return .lostConnection }
            for line in lines.lines(adding: bytes[...]) {
                guard let event = InstanceEvent(line: line) else { continue }
                position += 1
                guard position > received else { continue }
                received = position
                continuation.yield(event)
                if event.name == .exited { return .over }
            }
        }
    }

    private func isCanceled(orEnded pidfd: CInt, within ms: CInt) -> Bool {
        var files = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0), pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0),
        ]
        return poll(&files, 2, ms) > 0 && files[0].revents != 0
    }

    /// After the end: what the folder holds.
    private func replay(from received: Int) {
        let kept = folder.keptEvents()
        for event in kept.dropFirst(received) {
            continuation.yield(event)
            if event.name == .exited { return }
        }
        if let report = folder.exitReport() {
            continuation.yield(report.event)
        } else if !kept.isEmpty || received > 0 {
            // Its parent was killed, so nobody has cleaned up behind it.
            let isGone = InstanceMark.killOrphans(of: folder)
            continuation.yield(InstanceEvent(.lost, at: berth_wall_seconds(), [("isGone", .bool(isGone))]))
        }
    }
}
