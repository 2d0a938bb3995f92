import BerthGateway
import BerthGatewayLink
import BerthModel
import Foundation
import Testing

@Suite("Streams of HTTP/2 over real sockets", .serialized)
struct StreamTests {
    /// Runs `body` against a gateway with one worker.
    private func withRig(
        concurrency: Int = 64,
        _ body: (Rig, Worker) async throws -> Void
    ) async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        _ = try await rig.link.publish(
            rig.table(1, port: 0, workers: ["one"], concurrency: concurrency)
        )
        try await body(rig, worker)
        try await rig.end()
    }

    @Test("many streams at once, each with its own answer")
    func many() async throws {
        try await withRig { rig, worker in
            let caller = try rig.frameClient()
            for _ in 0..<90 { caller.begin("x") }
            for _ in 0..<90 { #expect(caller.answer().body == "one") }
            #expect(worker.requests.count == 90)
        }
    }

    @Test("a body in frames without a length arrives whole", arguments: [1, 7, 16_384])
    func framesBecomeOneBody(size: Int) async throws {
        try await withRig { rig, worker in
            let caller = try rig.frameClient()
            let id = caller.open(caller.fields(), endsStream: false)
            let body = Array(String(repeating: "0123456789", count: size == 1 ? 20 : 3000).utf8) + [UInt8(ascii: "x")]
            for start in stride(from: 0, to: body.count, by: size) {
                let piece = Array(body[start..<min(start + size, body.count)])
                caller.data(piece, on: id, endsStream: start + size >= body.count)
            }
            #expect(caller.answer().status == 200)
            let request = try #require(worker.requests.first)
            #expect(request.contains("Content-Length: ") && !request.lowercased().contains("transfer-encoding"))
            #expect(request.hasSuffix(String(decoding: body, as: UTF8.self)))
        }
    }

    @Test("an answer larger than the client's window waits for it, and others pass it")
    func windows() async throws {
        try await withRig { rig, _ in
            let caller = try rig.frameClient(window: 1000)
            caller.begin("large x")
            #expect(caller.read { caller.received(on: 1) == 1000 })
            caller.begin("x")
            #expect(caller.read { caller.received(on: 3) == 3 })
            while caller.received(on: 1) < Worker.large.utf8.count {
                let before = caller.received(on: 1)
                caller.send(Frame(kind: .windowUpdate, stream: 1, payload: Frame.word(40_000)))
                guard caller.read(until: { caller.received(on: 1) >= min(before + 40_000, Worker.large.utf8.count) })
                else { break }
            }
            #expect(caller.answer().body == Worker.large)
            #expect(caller.answer().body == "one")
        }
    }

    @Test("an upload larger than the window is let through as it is used")
    func upload() async throws {
        try await withRig { rig, worker in
            let caller = try rig.frameClient()
            let id = caller.open(caller.fields([("content-length", "1200001")]), endsStream: false)
            #expect(caller.read { caller.settings[4] != nil })
            var window = caller.settings[4] ?? 0
            var left = 1_200_000
            while left > 0 {
                if window < 16_000 {
                    let granted = caller.grants[id, default: 0]
                    try #require(caller.read { caller.grants[id, default: 0] > granted })
                    window += caller.grants[id, default: 0] - granted
                }
                let count = min(left, 16_000)
                caller.data([UInt8](repeating: UInt8(ascii: "a"), count: count), on: id, endsStream: false)
                window -= count
                left -= count
            }
            caller.data([UInt8(ascii: "x")], on: id, endsStream: true)
            #expect(caller.answer().status == 200)
            #expect(worker.requests.first.map { $0.utf8.count > 1_200_000 } == true)
        }
    }

    @Test("an answer in chunks becomes frames, HEAD has no body, 404 and 413 are answered while the body is sent")
    func answers() async throws {
        try await withRig { rig, worker in
            let caller = try rig.frameClient()
            caller.begin("pieces x")
            let pieces = caller.answer()
            #expect(pieces.body == "one, two" && pieces.fields["transfer-encoding"] == nil)
            let tooLarge = caller.open(caller.fields([("content-length", "2000000")]), endsStream: false)
            let refused = caller.answer()
            #expect(refused.status == 413 && refused.fields["x-berth-layer"] == "client")
            #expect(caller.read { caller.resets[tooLarge] == 0 })
            var elsewhere = caller.fields()
            elsewhere[2].1 = "/nowhere"
            caller.open(elsewhere, endsStream: false)
            #expect(caller.answer().status == 404)
            #expect(worker.requests.count == 1)
            #expect(caller.score("x").status == 200)
        }
    }

    @Test("a stream that is reset drops its work, and the connection goes on")
    func reset() async throws {
        try await withRig { rig, worker in
            let caller = try rig.frameClient()
            caller.begin("hold")
            #expect(worker.awaitHeld())
            caller.send(Frame(kind: .reset, stream: 1, payload: Frame.word(8)))
            #expect(worker.awaitDropped())
            caller.begin("x")
            #expect(caller.read { caller.received(on: 3) == 3 })
        }
    }

    @Test("as many streams as are offered may be open; one more breaks the protocol")
    func tooMany() async throws {
        try await withRig(concurrency: 128) { rig, _ in
            let caller = try rig.frameClient()
            #expect(caller.read { caller.settings[3] != nil })
            let limit = try #require(caller.settings[3])
            let open = (0..<limit).map { _ in caller.open(caller.fields(), endsStream: false) }
            for id in open { caller.data([UInt8(ascii: "x")], on: id, endsStream: true) }
            for _ in open { #expect(caller.answer().status == 200) }
            for _ in 0...limit { caller.open(caller.fields(), endsStream: false) }
            #expect(caller.readToEnd() == 1)
            #expect(try rig.frameClient().score("x").status == 200)
        }
    }

    @Test("a gateway that ends says so to a busy connection, serves what comes until that is read, and ends with it")
    func goodbye() async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        _ = try await rig.link.publish(rig.table(1, port: 0, workers: ["one"], concurrency: 8))
        let caller = try rig.frameClient()
        caller.begin("hold")
        #expect(worker.awaitHeld())
        try await rig.link.shutdown(grace: .seconds(10))
        #expect(caller.read { caller.goodbyes.contains { $0.last == 0x7FFF_FFFF && $0.code == 0 } })
        caller.begin("x")
        #expect(caller.read { caller.received(on: 3) == 3 })
        worker.release()
        #expect(caller.answer().body == "one")
        #expect(caller.answer().body == "one")
        #expect(caller.readToEnd() == 0)
        #expect(caller.goodbyes.last?.last == 3)
        #expect(rig.exitStatus() == 0)
    }

    @Test("what curl and Python send in plain text to this port is answered in plain text")
    func plainText() async throws {
        try await withRig { rig, worker in
            let caller = TextClient(PlainStream(port: rig.securePort), path: "/score")
            let answer = caller.score("x")
            #expect(answer.status == 400 && answer.body.contains("use https"))
            #expect(worker.requests.isEmpty)
        }
    }
}
