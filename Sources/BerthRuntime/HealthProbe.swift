import Glibc

/// One health question over a unix socket: `GET /`, answered by 200 or not.
package enum HealthProbe {
    /// Whether the server on `socket` answers 200 within `timeout`. Blocks a thread of its own, not the shared pool.
    package static func isHealthy(socket: String, timeout: Duration) async -> Bool {
        await OwnThread.run { ask(socket, timeout) }
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
        let request = Array("GET / HTTP/1.1\r\nHost: instance\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        let wanted = Array("HTTP/1.1 200".utf8)
        while head.count < wanted.count {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else { return false }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(left.rounded(.up))) > 0 else { return false }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { return false }
            head += buffer.prefix(count)
        }
        return head.starts(with: wanted)
    }
}
