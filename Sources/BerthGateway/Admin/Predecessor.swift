import CBerthPlatform
import Glibc

/// A gateway that runs in our run folder already: its listening sockets are asked for, then it is told to drain.
///
/// The sockets come in messages of up to 200 descriptors as ancillary data, with a text line each that says what they
/// are.
final class Predecessor {
    struct Socket {
        var descriptor: Int32
        var port: UInt16
        var isShared: Bool
        var isSecure = false
    }

    static let socketsPerMessage = 200
    private let path: String
    private var connection: Int32 = -1

    init(socketPath: String) { path = socketPath }

    deinit { if connection >= 0 { close(connection) } }

    /// Copies of the sockets that it listens on; empty where there is no predecessor.
    func takeSockets() -> [Socket] {
        var storage = [UInt8](repeating: 0, count: 128)
        let size = berth_unix_address(path, &storage)
        var descriptor: Int32 = -1
        guard size > 0, berth_connect(storage, size, 0, &descriptor) >= 0 else { return [] }
        connection = descriptor
        setDeadline(descriptor)
        guard send("{\"do\":\"handover\"}\n") else { return [] }
        var sockets: [Socket] = []
        while let (found, hasMore) = receive() {
            sockets += found
            if !hasMore { break }
        }
        return sockets
    }

    /// The successor serves: the predecessor may drain.
    func confirm() {
        guard connection >= 0 else { return }
        // Where it has gone in the meantime, nothing needs to be told.
        _ = send("{\"do\":\"took-over\"}\n")
        close(connection)
        connection = -1
    }

    private func setDeadline(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return berth_send_descriptors(connection, bytes, bytes.count, nil, 0) == bytes.count
    }

    /// One message. Its text is a line of numbers: for each descriptor its port, and 1 where it is shared, plus 2 where
    /// clients speak TLS there; then 1 where another message follows.
    private func receive() -> ([Socket], Bool)? {
        var descriptors = [Int32](repeating: -1, count: Self.socketsPerMessage)
        var count = Int32(descriptors.count)
        var text = [UInt8](repeating: 0, count: 8192)
        let received = berth_receive_descriptors(connection, &text, text.count, &descriptors, &count)
        guard received > 0 else { return nil }
        let line = String(decoding: text[..<Int(received)].prefix { $0 != 0x0A }, as: UTF8.self)
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 2 * Int(count) + 1, let last = numbers.last else {
            for descriptor in descriptors.prefix(Int(count)) { close(descriptor) }
            return nil
        }
        let sockets = (0..<Int(count)).map { index in
            Socket(
                descriptor: descriptors[index],
                port: UInt16(clamping: numbers[2 * index]),
                isShared: numbers[2 * index + 1] & 1 != 0,
                isSecure: numbers[2 * index + 1] & 2 != 0
            )
        }
        return (sockets, last == 1)
    }

    /// The messages that `receive` reads.
    static func messages(for sockets: [Socket]) -> [(text: String, descriptors: [Int32])] {
        var messages: [(text: String, descriptors: [Int32])] = []
        var rest = sockets[...]
        repeat {
            let part = rest.prefix(socketsPerMessage)
            rest = rest.dropFirst(part.count)
            let numbers =
                part.flatMap { [Int($0.port), ($0.isShared ? 1 : 0) | ($0.isSecure ? 2 : 0)] } + [rest.isEmpty ? 0 : 1]
            messages.append((numbers.map(String.init).joined(separator: " ") + "\n", part.map(\.descriptor)))
        } while !rest.isEmpty
        return messages
    }
}
