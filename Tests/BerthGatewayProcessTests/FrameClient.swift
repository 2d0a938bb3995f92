import Foundation
import NIOCore
import NIOHPACK

/// One frame of HTTP/2.
struct Frame {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    static let endStream: UInt8 = 1
    static let ack: UInt8 = 1
    static let endHeaders: UInt8 = 4

    var kind: Kind
    var flags: UInt8 = 0
    var stream: Int = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let length = payload.count
        let head: [UInt8] = [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), kind.rawValue]
        return head + [flags] + Frame.word(stream) + payload
    }

    static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    /// A number at this place of the payload.
    func word(at place: Int) -> Int {
        guard payload.count >= place + 4 else { return -1 }
        return payload[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
}

/// HTTP/2 by hand: frames are made here, byte by byte, so that wrong ones can be made too.
final class FrameClient: ScoringClient {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let stream: any ByteStream
    private let path: String
    private var received: [UInt8] = []
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
    private var nextStream = 1
    private var waiting: [Int] = []
    private var answers: [Int: Answer] = [:]
    private var ended: Set<Int> = []
    /// Error codes of streams that the gateway has reset.
    private(set) var resets: [Int: Int] = [:]
    /// Last stream and error code of each GOAWAY.
    private(set) var goodbyes: [(last: Int, code: Int)] = []
    private(set) var settings: [Int: Int] = [:]
    private(set) var pingAnswers = 0
    /// Bytes that the gateway has asked for by WINDOW_UPDATE, by stream.
    private(set) var grants: [Int: Int] = [:]

    /// `window`: what the gateway may send on a stream without being asked again.
    init(_ stream: any ByteStream, path: String, window: Int = 1 << 24) {
        self.stream = stream
        self.path = path
        let ours: [UInt8] = [0, 4] + Frame.word(window)
        stream.send(Self.preface + Frame(kind: .settings, payload: ours).bytes)
        send(Frame(kind: .windowUpdate, payload: Frame.word(1 << 24)))
    }

    deinit { stream.close() }

    func send(_ frame: Frame) { stream.send(frame.bytes) }

    /// Fields without compression: a literal that is not indexed, RFC 7541 §6.2.2.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        func text(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
            var rest = bytes.count - 127
            var length: [UInt8] = [127]
            while rest >= 128 {
                length.append(UInt8(rest & 127 | 128))
                rest >>= 7
            }
            return length + [UInt8(rest)] + bytes
        }
        return fields.flatMap { [0] + text($0.0) + text($0.1) }
    }

    func fields(_ more: [(String, String)] = [], method: String = "POST") -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":path", path), (":authority", "localhost")] + more
    }

    /// Opens a stream with these fields; answers are told in this order.
    @discardableResult
    func open(_ fields: [(String, String)], endsStream: Bool) -> Int {
        let id = nextStream
        nextStream += 2
        waiting.append(id)
        let flags = Frame.endHeaders | (endsStream ? Frame.endStream : 0)
        send(Frame(kind: .headers, flags: flags, stream: id, payload: Self.block(fields)))
        return id
    }

    func data(_ bytes: [UInt8], on id: Int, endsStream: Bool) {
        send(Frame(kind: .data, flags: endsStream ? Frame.endStream : 0, stream: id, payload: bytes))
    }

    func begin(_ body: String) {
        let id = open(fields([("content-length", String(body.utf8.count))]), endsStream: false)
        data(Array(body.utf8), on: id, endsStream: true)
    }

    func answer() -> Answer {
        guard !waiting.isEmpty else { return Answer(isCutOff: true) }
        let id = waiting.removeFirst()
        while !ended.contains(id) {
            guard readFrame() != nil else {
                var answer = answers[id] ?? Answer()
                answer.isCutOff = true
                return answer
            }
        }
        return answers.removeValue(forKey: id) ?? Answer()
    }

    /// Bytes of the answer's body so far.
    func received(on id: Int) -> Int { answers[id]?.body.utf8.count ?? 0 }

    func isToldToEnd(_ answer: Answer) -> Bool {
        while goodbyes.isEmpty { if readFrame() == nil { return false } }
        return true
    }

    /// Reads until the connection ends; the error code of its last GOAWAY, or nil where there was none.
    func readToEnd() -> Int? {
        while readFrame() != nil {}
        return goodbyes.last?.code
    }

    /// Reads until this holds, or the connection ends.
    func read(until condition: () -> Bool) -> Bool {
        while !condition() { if readFrame() == nil { return false } }
        return true
    }

    /// The next frame; what it means has been noted, and SETTINGS and PING have been answered.
    @discardableResult
    func readFrame() -> Frame? {
        while true {
            if received.count >= 9 {
                let length = Int(received[0]) << 16 | Int(received[1]) << 8 | Int(received[2])
                if received.count >= 9 + length {
                    let id = Int(received[5]) << 24 | Int(received[6]) << 16 | Int(received[7]) << 8 | Int(received[8])
                    guard let kind = Frame.Kind(rawValue: received[3]) else { return nil }
                    let payload = Array(received[9..<(9 + length)])
                    let frame = Frame(kind: kind, flags: received[4], stream: id, payload: payload)
                    received.removeFirst(9 + length)
                    note(frame)
                    return frame
                }
            }
            let bytes = stream.receive()
            guard !bytes.isEmpty else { return nil }
            received += bytes
        }
    }

    private func note(_ frame: Frame) {
        switch frame.kind {
        case .headers: noteFields(frame)
        case .data:
            answers[frame.stream, default: Answer()].body += String(decoding: frame.payload, as: UTF8.self)
            if frame.flags & Frame.endStream != 0 { ended.insert(frame.stream) }
        case .reset:
            resets[frame.stream] = frame.word(at: 0)
            if ended.insert(frame.stream).inserted { answers[frame.stream, default: Answer()].isCutOff = true }
        case .settings:
            guard frame.flags & Frame.ack == 0 else { return }
            for place in stride(from: 0, to: frame.payload.count, by: 6) {
                settings[Int(frame.payload[place]) << 8 | Int(frame.payload[place + 1])] = frame.word(at: place + 2)
            }
            send(Frame(kind: .settings, flags: Frame.ack))
        case .ping:
            if frame.flags & Frame.ack != 0 {
                pingAnswers += 1
            } else {
                send(Frame(kind: .ping, flags: Frame.ack, payload: frame.payload))
            }
        case .goAway: goodbyes.append((frame.word(at: 0), frame.word(at: 4)))
        case .windowUpdate: grants[frame.stream, default: 0] += frame.word(at: 0)
        case .priority, .pushPromise, .continuation: break
        }
    }

    private func noteFields(_ frame: Frame) {
        var block = ByteBuffer(bytes: frame.payload)
        guard let fields = try? decoder.decodeHeaders(from: &block) else { return }  // shows as status 0
        for (name, value, _) in fields {
            if name == ":status" {
                answers[frame.stream, default: Answer()].status = Int(value) ?? 0
            } else {
                answers[frame.stream, default: Answer()].fields[name] = value
            }
        }
        if frame.flags & Frame.endStream != 0 { ended.insert(frame.stream) }
    }
}
