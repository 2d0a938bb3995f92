import Glibc

/// One line out and one line back over a unix socket, blocking, with a deadline over all of it.
package enum LineExchange {
    /// What could not be done, and the system's word for why.
    package struct Failure: Error, Hashable, Sendable {
        package let what: String
        package let cause: String
    }

    /// An answer above this is refused.
    private static let maxAnswerBytes = 64 << 20

    /// Sends `line` and a line feed, and returns the answer without its line feed.
    ///
    /// - Throws: `Failure` when nothing listens, when the deadline has passed, or when the answer has no end.
    package static func ask(
        _ line: [UInt8],
        of path: String,
        within limit: Duration
    ) throws(Failure) -> [UInt8] {
        let end = ContinuousClock.now.advanced(by: limit)
        let socket = try connect(to: path)
        defer { close(socket) }
        try send(line + [UInt8(ascii: "\n")], over: socket, until: end)
        return try receiveLine(from: socket, until: end)
    }

    private static func connect(to path: String) throws(Failure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw Failure(what: "connect", cause: "the path is too long") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw failure("socket") }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let failure = failure("connect")
            close(socket)
            throw failure
        }
        return socket
    }

    private static func failure(_ what: String) -> Failure {
        Failure(what: what, cause: String(cString: strerror(errno)))
    }

    /// Waits until the socket can be read or written.
    private static func wait(
        _ socket: Int32,
        for events: Int32,
        until end: ContinuousClock.Instant
    ) throws(Failure) {
        while true {
            let left = ContinuousClock.now.duration(to: end).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw Failure(what: "wait", cause: "no answer before the deadline") }
            var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
            let count = poll(&entry, 1, Int32(min(milliseconds, 3_600_000)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw failure("poll") }
        }
    }

    private static func send(
        _ bytes: [UInt8],
        over socket: Int32,
        until end: ContinuousClock.Instant
    ) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            try wait(socket, for: POLLOUT, until: end)
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    socket,
                    buffer.baseAddress.map { $0 + sent },
                    buffer.count - sent,
                    Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
                )
            }
            if count >= 0 {
                sent += count
            } else if errno != EAGAIN, errno != EINTR {
                throw failure("send")
            }
        }
    }

    private static func receiveLine(
        from socket: Int32,
        until end: ContinuousClock.Instant
    ) throws(Failure) -> [UInt8] {
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while line.count <= maxAnswerBytes {
            try wait(socket, for: POLLIN, until: end)
            let count = recv(socket, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if count == 0 { throw Failure(what: "receive", cause: "the connection was closed before the answer") }
            if count < 0 {
                guard errno == EAGAIN || errno == EINTR else { throw failure("receive") }
                continue
            }
            if let stop = chunk[..<count].firstIndex(of: UInt8(ascii: "\n")) {
                return line + chunk[..<stop]
            }
            line += chunk[..<count]
        }
        throw Failure(what: "receive", cause: "the answer is larger than \(maxAnswerBytes) bytes")
    }
}
