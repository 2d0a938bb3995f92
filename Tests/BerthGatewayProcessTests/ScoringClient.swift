import Foundation

/// How a test talks to the gateway.
enum Transport: CaseIterable {
    case http
    /// HTTP/1.1 over TLS.
    case https
    case http2

    /// Those that speak HTTP/1.1.
    static let lines: [Transport] = [.http, .https]

    /// A port of its own for an endpoint, where this goes there: without TLS. With TLS it is found by its path.
    func ownPort() -> Int { self == .http ? freePort() : 0 }
}

/// An answer, whichever protocol it came by.
struct Answer: Equatable {
    var status = 0
    /// Names in lower case.
    var fields: [String: String] = [:]
    var body = ""
    /// The connection, or the stream, ended before the answer did.
    var isCutOff = false
}

/// A client with one connection.
protocol ScoringClient: AnyObject {
    /// Sends a request with this body.
    func begin(_ body: String)
    /// The answer to the oldest request that has not been answered.
    func answer() -> Answer
    /// The gateway has said that the connection ends after this answer.
    func isToldToEnd(_ answer: Answer) -> Bool
}

extension ScoringClient {
    func score(_ body: String) -> Answer {
        begin(body)
        return answer()
    }
}

/// HTTP/1.1, with or without TLS below it.
final class TextClient: ScoringClient {
    let stream: any ByteStream
    private let path: String
    private var received: [UInt8] = []

    init(_ stream: any ByteStream, path: String) {
        self.stream = stream
        self.path = path
    }

    deinit { stream.close() }

    func send(_ text: String) { stream.send(Array(text.utf8)) }

    func begin(_ body: String) {
        send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Everything until the peer closes.
    func readToEnd() -> String {
        while true {
            let bytes = stream.receive()
            guard !bytes.isEmpty else { return String(decoding: received, as: UTF8.self) }
            received += bytes
        }
    }

    func answer() -> Answer {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let answer = read(text[..<end.lowerBound])
                let length = answer.fields["content-length"].flatMap { Int($0) } ?? 0
                let head = text[..<end.upperBound].utf8.count
                if received.count >= head + length {
                    var answer = answer
                    answer.body = String(decoding: received[head..<(head + length)], as: UTF8.self)
                    received.removeFirst(head + length)
                    return answer
                }
            }
            let bytes = stream.receive()
            guard !bytes.isEmpty else {
                var answer = text.isEmpty ? Answer() : read(text[...])
                answer.isCutOff = true
                return answer
            }
            received += bytes
        }
    }

    private func read(_ head: Substring) -> Answer {
        var answer = Answer()
        let lines = head.split(separator: "\r\n")
        answer.status = Int(lines.first?.dropFirst(9).prefix(3) ?? "") ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            answer.fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return answer
    }

    func isToldToEnd(_ answer: Answer) -> Bool { answer.fields["connection"] == "close" }
}
