import Foundation

/// A blocking connection to the gateway that speaks HTTP/1.1 byte by byte, with a deadline on every read.
final class Caller {
    private let stream: any ByteStream
    /// Stands before `/score` where the endpoint has no port of its own.
    private let prefix: String
    private var received: [UInt8] = []

    init(_ stream: any ByteStream, prefix: String = "") {
        self.stream = stream
        self.prefix = prefix
    }

    convenience init(port: Int) { self.init(PlainStream(port: port)) }

    deinit { stream.close() }

    func send(_ text: String) {
        let text = prefix.isEmpty ? text : text.replacing(" /score ", with: " \(prefix)/score ")
        stream.send(Array(text.utf8))
    }

    /// - Returns: whether more has come.
    private func receive() -> Bool {
        let bytes = stream.receive()
        received += bytes
        return !bytes.isEmpty
    }

    private func take(_ count: Int) -> String {
        defer { received.removeFirst(count) }
        return String(decoding: received[..<count], as: UTF8.self)
    }

    /// Everything until the peer closes.
    func readToEnd() -> String {
        while receive() {}
        return take(received.count)
    }

    /// What comes until `mark` has come, `mark` included; nothing of it is taken twice.
    func read(until mark: String, after before: String = "") -> String {
        let wanted = Array(mark.utf8)
        let old = Array(before.utf8)
        while true {
            let all = old + received
            let ends = all.indices.dropFirst(max(wanted.count, old.count) - 1)
            if old.suffix(wanted.count).elementsEqual(wanted) { return "" }
            if let end = ends.first(where: { all[...$0].suffix(wanted.count).elementsEqual(wanted) }) {
                return take(end + 1 - old.count)
            }
            guard receive() else { return take(received.count) }
        }
    }

    func readHead() -> String { read(until: "\r\n\r\n") }

    /// Whether at least so many bytes come.
    func readToCount(_ wanted: Int) -> Bool {
        while received.count < wanted { guard receive() else { return false } }
        return true
    }

    /// One answer with a Content-Length.
    func readAnswer() -> String {
        let head = readHead()
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
        while received.count < length { guard receive() else { break } }
        return head + take(min(length, received.count))
    }

    func score(_ body: String) -> String {
        send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return readAnswer()
    }
}
