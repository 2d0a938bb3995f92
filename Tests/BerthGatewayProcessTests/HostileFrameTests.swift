import BerthGateway
import BerthGatewayLink
import BerthModel
import Foundation
import Testing

@Suite("Hostile frames of HTTP/2 over real sockets", .serialized)
struct HostileFrameTests {
    /// What a client sends after its first SETTINGS, and the GOAWAY codes that it may earn; none: the connection ends.
    struct Attack: Sendable, CustomStringConvertible {
        let description: String
        let bytes: [UInt8]
        var codes: Set<Int>
    }

    private static let ok = FrameClient.block([
        (":method", "POST"), (":scheme", "https"), (":path", Rig.path), (":authority", "localhost"),
    ])

    private static func frame(
        _ kind: Frame.Kind,
        _ payload: [UInt8] = [],
        flags: UInt8 = 0,
        stream: Int = 0
    ) -> [UInt8] {
        Frame(kind: kind, flags: flags, stream: stream, payload: payload).bytes
    }

    private static func head(_ stream: Int, ends: Bool = false, _ block: [UInt8] = ok) -> [UInt8] {
        frame(.headers, block, flags: Frame.endHeaders | (ends ? Frame.endStream : 0), stream: stream)
    }

    static let attacks: [Attack] = broken + floods

    private static var broken: [Attack] {
        let word = Frame.word
        return [
            Attack(
                description: "a frame above 16 KiB",
                bytes: frame(.data, .init(repeating: 0, count: 16_385), stream: 1),
                codes: [6]
            ),
            Attack(description: "DATA on stream 0", bytes: frame(.data, [1]), codes: [1]),
            Attack(description: "HEADERS on stream 0", bytes: head(0), codes: [1]),
            Attack(description: "HEADERS on an even stream", bytes: head(2), codes: [1]),
            Attack(description: "a stream number that goes back", bytes: head(5) + head(3), codes: [1, 5]),
            Attack(description: "DATA on an idle stream", bytes: frame(.data, [1], stream: 9), codes: [1, 5]),
            Attack(description: "CONTINUATION alone", bytes: frame(.continuation, ok, flags: 4, stream: 1), codes: [1]),
            Attack(
                description: "another frame between HEADERS and CONTINUATION",
                bytes: frame(.headers, Array(ok.prefix(9)), stream: 1) + frame(.ping, .init(repeating: 0, count: 8)),
                codes: [1]
            ),
            Attack(description: "SETTINGS of 5 bytes", bytes: frame(.settings, [0, 3, 0, 0, 1]), codes: [6, 1]),
            Attack(
                description: "SETTINGS ack with a payload",
                bytes: frame(.settings, [0, 3, 0, 0, 0, 1], flags: 1),
                codes: [6, 1]
            ),
            Attack(description: "SETTINGS on a stream", bytes: frame(.settings, stream: 1), codes: [1]),
            Attack(description: "a window of 2^31", bytes: frame(.settings, [0, 4] + word(1 << 31)), codes: [3, 1]),
            Attack(description: "a frame size of 100", bytes: frame(.settings, [0, 5] + word(100)), codes: [1]),
            Attack(description: "PING of 7 bytes", bytes: frame(.ping, .init(repeating: 0, count: 7)), codes: [6, 1]),
            Attack(
                description: "PING on a stream",
                bytes: frame(.ping, .init(repeating: 0, count: 8), stream: 1),
                codes: [1]
            ),
            Attack(description: "WINDOW_UPDATE of 0", bytes: frame(.windowUpdate, word(0)), codes: [1]),
            Attack(description: "WINDOW_UPDATE of 3 bytes", bytes: frame(.windowUpdate, [0, 0, 1]), codes: [6, 1]),
            Attack(
                description: "a connection window above 2^31",
                bytes: frame(.windowUpdate, word(0x7FFF_FFFF)),
                codes: [3]
            ),
            Attack(description: "RST_STREAM on an idle stream", bytes: frame(.reset, word(8), stream: 7), codes: [1]),
            Attack(description: "RST_STREAM on stream 0", bytes: frame(.reset, word(8)), codes: [1]),
            Attack(
                description: "PUSH_PROMISE from a client",
                bytes: frame(.pushPromise, word(2) + ok, flags: 4, stream: 1),
                codes: [1]
            ),
            Attack(
                description: "an index that no table has",
                bytes: head(1, [0xFF, 0xFF, 0xFF, 0x7F]),
                codes: [9, 1]
            ),
            Attack(description: "a text longer than its block", bytes: head(1, [0, 0x7E, 0x61]), codes: [9, 1]),
            Attack(
                description: "padding longer than the frame",
                bytes: frame(.data, [255, 1], flags: 8, stream: 1),
                codes: [1]
            ),
            Attack(
                description: "a stream that depends on itself",
                bytes: frame(.priority, word(1) + [1], stream: 1),
                codes: [1]
            ),
        ]
    }

    private static var floods: [Attack] {
        let word = Frame.word
        func many(_ count: Int, _ make: (Int) -> [UInt8]) -> [UInt8] { (0..<count).flatMap(make) }
        let entry = FrameClient.block([("x", String(repeating: "a", count: 3000))])
        // One field in the table, named many times: RFC 7541 calls it the decompression bomb.
        let bomb = [0x40] + entry.dropFirst() + [UInt8](repeating: 0xBE, count: 8000)
        return [
            Attack(
                description: "300 PINGs",
                bytes: many(300) { _ in frame(.ping, .init(repeating: 0, count: 8)) },
                codes: [11]
            ),
            Attack(description: "300 SETTINGS", bytes: many(300) { _ in frame(.settings) }, codes: [11]),
            Attack(
                description: "300 PRIORITYs",
                bytes: many(300) { frame(.priority, word(0) + [1], stream: 2 * $0 + 1) },
                codes: [11]
            ),
            Attack(
                description: "300 requests that are reset at once",
                bytes: many(300) { head(2 * $0 + 1) + frame(.reset, word(8), stream: 2 * $0 + 1) },
                codes: [11]
            ),
            Attack(
                description: "100 empty frames of DATA",
                bytes: head(1) + many(100) { _ in frame(.data, stream: 1) },
                codes: [11]
            ),
            Attack(
                description: "100 frames of CONTINUATION",
                bytes: frame(.headers, ok, stream: 1) + many(100) { _ in frame(.continuation, entry, stream: 1) },
                codes: [11, 1]
            ),
            Attack(description: "24 MB of fields in 11 KB", bytes: head(1, ok + bomb), codes: [1, 9, 11]),
            Attack(
                description: "100 KB of fields",
                bytes: frame(.headers, ok, stream: 1)
                    + many(7) { _ in frame(.continuation, many(5) { _ in entry }, stream: 1) },
                codes: [1, 11]
            ),
        ]
    }

    private func withRig(_ body: (Rig, Worker) async throws -> Void) async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        _ = try await rig.link.publish(rig.table(1, port: 0, workers: ["one"], concurrency: 64))
        try await body(rig, worker)
        try await rig.end()
    }

    @Test("frames that break the protocol or only cost end their connection, and reach no instance")
    func attacked() async throws {
        try await withRig { rig, worker in
            for attack in Self.attacks {
                let caller = try rig.frameClient()
                caller.stream.send(attack.bytes)
                let code = caller.readToEnd()
                #expect(code.map { attack.codes.contains($0) } == true, "\(attack): \(code ?? -1)")
            }
            #expect(worker.requests.isEmpty)
            #expect(try rig.frameClient().score("x").status == 200)
        }
    }

    @Test(
        "what is no preface of HTTP/2 ends the connection",
        arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", "\u{0}\u{0}\u{0}\u{0}"]
    )
    func preface(text: String) async throws {
        try await withRig { rig, worker in
            let stream = try rig.secureStream(["h2"])
            stream.send(Array((text + String(repeating: "x", count: 24)).utf8))
            while !stream.receive().isEmpty {}
            #expect(worker.requests.isEmpty)
            #expect(try rig.frameClient().score("x").status == 200)
        }
    }

    /// Requests that are malformed by RFC 9113 §8, or that a server behind us could read in another way.
    private static var malformed: [(String, [(String, String)])] {
        func fields(_ change: (inout [(String, String)]) -> Void) -> [(String, String)] {
            var fields = [(":method", "POST"), (":scheme", "https"), (":path", Rig.path), (":authority", "localhost")]
            change(&fields)
            return fields
        }
        func with(_ name: String, _ value: String) -> (String, [(String, String)]) {
            ("\(name): \(value)".debugDescription, fields { $0.append((name, value)) })
        }
        func path(_ path: String) -> (String, [(String, String)]) { ("path \(path)", fields { $0[2].1 = path }) }
        return [
            with("X-Upper", "a"), with("x-é", "a"), with("x y", "a"), with("x:y", "a"), with("x\r\ny", "a"),
            with("", "a"),
            with("x", "a\r\nb: c"),
            with("x", "a\nb"), with("x", "a\rb"), with("x", "a\u{0}b"), with("x", " a"), with("x", "a "),
            with("x", "\u{7F}"),
            with("connection", "keep-alive"), with("transfer-encoding", "chunked"), with("upgrade", "h2c"),
            with("keep-alive", "1"), with("proxy-connection", "close"), with("te", "gzip"), with("host", "elsewhere"),
            with(":path", "/again"), with(":status", "200"), with(":strange", "a"), with("content-length", "5x"),
            with("content-length", "-1"), with("content_length", "1"), with("transfer_encoding", "chunked"),
            with("expect", "200-ok"), with("authorization\r\nx", "a"),
            path(""), path("score"), path("/a b"), path("/a\r\nX: y"), path("/a HTTP/1.1\r\nX: y\r\n\r\nGET /"),
            path("/../score"), path("/%2e%2e/score"), path("*"), path("/\u{1}"),
            ("no :path", fields { $0.remove(at: 2) }), ("no :method", fields { $0.remove(at: 0) }),
            ("no :scheme", fields { $0.remove(at: 1) }), ("no authority", fields { $0.remove(at: 3) }),
            ("a bad authority", fields { $0[3].1 = "a b" }),
            ("an authority with a line", fields { $0[3].1 = "a\r\nx: y" }),
            ("a bad method", fields { $0[0].1 = "GE T" }), ("a method with a line", fields { $0[0].1 = "GET /\r\n" }),
            ("CONNECT", fields { $0[0].1 = "CONNECT" }), ("a scheme of its own", fields { $0[1].1 = "ftp" }),
            ("a pseudo field behind others", fields { $0.insert(("x", "y"), at: 0) }),
        ]
    }

    @Test("a malformed request is refused by 4xx or by its stream's end, and reaches no instance")
    func malformedRequests() async throws {
        try await withRig { rig, worker in
            for (name, fields) in Self.malformed {
                let caller = try rig.frameClient()
                let id = caller.open(fields, endsStream: true)
                let answer = caller.answer()
                let isRefused = (400..<500).contains(answer.status) && answer.fields["x-berth-layer"] == "client"
                let isReset = caller.resets[id] == 1 || caller.goodbyes.contains { $0.code == 1 || $0.code == 9 }
                #expect(isRefused || isReset, "\(name): \(answer)")
            }
            #expect(worker.requests.isEmpty)
        }
    }

    @Test("a body that is not as long as it was said to be reaches no instance", arguments: [0, 1, 4, 6])
    func wrongLength(count: Int) async throws {
        try await withRig { rig, worker in
            let caller = try rig.frameClient()
            let id = caller.open(caller.fields([("content-length", "5")]), endsStream: count == 0)
            if count > 0 { caller.data(Array("xxxxxx".utf8.prefix(count)), on: id, endsStream: true) }
            let answer = caller.answer()
            #expect(caller.resets[id] == 1 || answer.status == 400, "\(answer)")
            #expect(worker.requests.isEmpty)
            #expect(try rig.frameClient().score("x").status == 200)
        }
    }
}
