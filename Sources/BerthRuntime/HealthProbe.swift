import Glibc

/// One health question over a unix socket: `GET /`, answered by 200 or not.
package enum HealthProbe {
    /// Whether the server on `socket` answers 200 within `timeout`. Blocks a thread of its own, not the shared pool.
    package static func isHealthy(socket: String, timeout: Duration) async -> Bool {
        await OwnThread.run { ask(socket, timeout) }
    }

    /// Whether the server on `port` of `host`, an IPv4 address, answers `GET path` with 200 within `timeout`.
    package static func isHealthy(host: String, port: Int, path: String, timeout: Duration) async -> Bool {
        await OwnThread.run { ask(host, port, path, timeout) }
    }

    private static func ask(_ host: String, _ port: Int, _ path: String, _ timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now + timeout
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return false }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        if status != 0 {
            guard errno == EINPROGRESS, wait(descriptor, Int16(POLLOUT), until: deadline) else { return false }
        }
        return answers(descriptor, path: path, host: "\(host):\(port)", by: deadline)
    }

    private static func wait(_ descriptor: Int32, _ events: Int16, until deadline: ContinuousClock.Instant) -> Bool {
        let left = (deadline - .now) / .milliseconds(1)
        guard left > 0 else { return false }
        var waiting = pollfd(fd: descriptor, events: events, revents: 0)
        return poll(&waiting, 1, Int32(left.rounded(.up))) > 0
    }

    private static func ask(_ path: String, _ timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now + timeout
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        // On a unix socket EAGAIN means that the server's queue is full: nobody takes connections.
        guard status == 0 else { return false }
        return answers(descriptor, path: "/", host: "instance", by: deadline)
    }

    private static func answers(
        _ descriptor: Int32,
        path: String,
        host: String,
        by deadline: ContinuousClock.Instant
    ) -> Bool {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        // Servers of old answer with HTTP/1.0.
        let wanted = Array(" 200".utf8)
        while head.count < 12 {
            guard wait(descriptor, Int16(POLLIN), until: deadline) else { return false }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { return false }
            head += buffer.prefix(count)
        }
        return head.starts(with: Array("HTTP/1.".utf8)) && head[8..<12].elementsEqual(wanted)
    }
}
