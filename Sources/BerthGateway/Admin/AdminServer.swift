import BerthDiagnostics
import BerthJSON
import CBerthPlatform
import Glibc

/// The unix socket of the control plane, and the signals: one thing at a time, on the thread that calls `next`.
final class AdminServer {
    enum Event {
        case request(Connection, [UInt8])
        case signal(Int32)
        case watched
        case timeout
    }

    final class Connection {
        fileprivate let descriptor: Int32
        fileprivate var received: [UInt8] = []
        /// Where the search for a line's end goes on.
        fileprivate var searched = 0

        fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { Glibc.close(descriptor) }
    }

    private static let maxLineBytes = 64 << 20
    private static let maxConnections = 32
    private static let replyTimeoutMs: Int32 = 5000
    private let listener: Int32
    private let signals: Int32
    private let path: String
    private var connections: [Connection] = []
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// `signals`: made by `berth_signal_descriptor` before the first thread was, or a thread would die of a signal.
    init(path: String, signals: Int32) throws(Diagnostic) {
        self.path = path
        self.signals = signals
        listener = berth_listen_unix(path, 64)
        guard listener >= 0, signals >= 0 else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "the gateway cannot open its admin socket",
                evidence: [Evidence("system", "\(path): \(String(cString: strerror(-min(listener, signals))))")]
            )
        }
    }

    func close() {
        Glibc.close(listener)
        Glibc.close(signals)
        connections = []
    }

    /// The next thing that happens.
    func next(alsoWatching watched: Int32, timeoutMs: Int32) -> Event {
        while true {
            for connection in connections {
                if let line = takeLine(connection) { return .request(connection, line) }
            }
            var entries = [pollfd(fd: watched, events: Int16(POLLIN), revents: 0)]
            entries.append(pollfd(fd: signals, events: Int16(POLLIN), revents: 0))
            // A full house waits in the backlog.
            let accepts: Int32 = connections.count < Self.maxConnections ? listener : -1
            entries.append(pollfd(fd: accepts, events: Int16(POLLIN), revents: 0))
            entries += connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            let count = poll(&entries, nfds_t(entries.count), timeoutMs)
            guard count > 0 else {
                if count == 0 { return .timeout }
                continue
            }
            var gone: [Int] = []
            for (index, entry) in entries.dropFirst(3).enumerated() where entry.revents != 0 {
                if !receive(connections[index]) { gone.append(index) }
            }
            for index in gone.reversed() { connections.remove(at: index) }
            if entries[2].revents != 0 { accept() }
            if entries[1].revents != 0 {
                let signal = berth_next_signal(signals)
                if signal != 0 { return .signal(signal) }
            }
            if entries[0].revents != 0 { return .watched }
        }
    }

    private func accept() {
        var peer: UInt64 = 0
        let descriptor = berth_accept(listener, &peer)
        if descriptor >= 0 { connections.append(Connection(descriptor)) }
    }

    /// - Returns: false where the connection has ended.
    private func receive(_ connection: Connection) -> Bool {
        let count = berth_receive(connection.descriptor, &chunk, chunk.count)
        if count > 0 {
            connection.received += chunk[..<count]
            return connection.received.count <= Self.maxLineBytes
        }
        return count == -Int(EAGAIN) || count == -Int(EINTR)
    }

    private func takeLine(_ connection: Connection) -> [UInt8]? {
        guard let end = connection.received[connection.searched...].firstIndex(of: 0x0A) else {
            connection.searched = connection.received.count
            return nil
        }
        let line = Array(connection.received[..<end])
        connection.received.removeFirst(end + 1)
        connection.searched = 0
        return line
    }

    /// Sends a line; a peer that does not read it in time loses its connection.
    func reply(_ json: JSON, to connection: Connection) { send(json.utf8 + [0x0A], to: connection) }

    /// Answers a collector that speaks HTTP, and ends the connection.
    func replyInHTTP(_ status: String, _ text: String, to connection: Connection) {
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n"
            + "Content-Length: \(text.utf8.count)\r\n\r\n"
        send(Array((head + text).utf8), to: connection)
        drop(connection)
    }

    private func send(_ bytes: [UInt8], to connection: Connection) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                berth_send(connection.descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent)
            }
            if count > 0 {
                sent += count
            } else if count == -Int(EAGAIN) {
                guard waitForRoom(connection) else { return drop(connection) }
            } else {
                return drop(connection)
            }
        }
    }

    private func waitForRoom(_ connection: Connection) -> Bool {
        var entry = pollfd(fd: connection.descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, Self.replyTimeoutMs) > 0
    }

    private func drop(_ connection: Connection) { connections.removeAll { $0 === connection } }

    /// Hands listening sockets to a successor.
    func send(_ sockets: [Predecessor.Socket], to connection: Connection) {
        for message in Predecessor.messages(for: sockets) {
            let bytes = Array(message.text.utf8)
            let sent = berth_send_descriptors(
                connection.descriptor,
                bytes,
                bytes.count,
                message.descriptors,
                Int32(message.descriptors.count)
            )
            guard sent == bytes.count else { return drop(connection) }
        }
    }
}
