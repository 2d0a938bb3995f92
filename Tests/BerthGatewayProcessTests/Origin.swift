import Foundation
import Glibc
import Synchronization

/// A server behind the gateway that does exactly what a test says, over a unix socket or TCP: the handler gets each
/// request as text and writes the answer itself.
final class Origin: Sendable {
    /// One connection from the gateway.
    struct Line: Sendable {
        let descriptor: Int32

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        func answer(_ body: String, _ fields: String = "") {
            send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
        }

        /// Ends this connection.
        func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    typealias Handler = @Sendable (String, Line) -> Void

    private let listener: Int32
    private let handler: Handler
    private let seen = Mutex<[String]>([])
    private let connections = Mutex(0)
    /// The port; 0 for a unix socket.
    let port: Int

    /// On loopback, at a port that the system chooses.
    init(_ handler: @escaping Handler) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &size)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.handler = handler
        run()
    }

    init(path: String, _ handler: @escaping Handler) {
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = listener
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        port = 0
        self.handler = handler
        run()
    }

    private func run() {
        listen(listener, 512)
        Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                connections.withLock { $0 += 1 }
                Thread { [self] in serve(connection) }.start()
            }
        }.start()
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var requests: [String] { seen.withLock { $0 } }
    /// Connections that were made so far.
    var connectionCount: Int { connections.withLock { $0 } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let (request, rest) = Self.split(bytes) {
                bytes = rest
                seen.withLock { $0.append(request) }
                handler(request, Line(descriptor: connection))
                continue
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            bytes += chunk[..<count]
        }
    }

    /// The first whole request, and what stands behind it.
    private static func split(_ bytes: [UInt8]) -> (String, [UInt8])? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.upperBound]
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
        let whole = head.utf8.count + length
        guard bytes.count >= whole else { return nil }
        return (String(decoding: bytes[..<whole], as: UTF8.self), Array(bytes[whole...]))
    }
}
