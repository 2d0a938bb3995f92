import BerthDiagnostics
import BerthGateway
import BerthGatewayLink
import BerthModel
import Foundation
import Testing

@Suite("Gateway over real sockets", .serialized)
struct GatewayProcessTests {
    @Test("serves a table, keeps it on disk, and starts from it", arguments: [1, 2], Transport.allCases)
    func serves(loops: Int, over transport: Transport) async throws {
        let rig = try Rig(loops: loops)
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = transport.ownPort()
        let report = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        #expect(report == PublishReport(applied: 1, listening: transport == .http ? ["local": port] : [:]))
        #expect(try rig.caller(transport, port: port).score("x").body == "one")
        try await rig.end()
        let again = try Rig(after: rig, loops: loops)
        try await again.ready()
        #expect(try await again.link.status().revision == 1)
        #expect(try again.caller(transport, port: port).score("x").body == "one")
        let stats = try await again.link.stats()
        #expect(stats.deployments.first?.statuses == [200: 1])
        #expect(try await again.link.metrics().contains("berth_gateway_requests_total{"))
        try await again.end()
        let log = try String(contentsOfFile: "\(rig.folder)/traffic.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").count == 2)
        #expect(log.contains("\"ResponseCode\":200") && log.contains("\"DeploymentName\":\"blue\""))
        let spoken = transport == .http2 ? "HTTP/2" : "HTTP/1.1"
        #expect(log.components(separatedBy: "\"Protocol\":\"\(spoken)\"").count == 3)
    }

    @Test("a port in use is reported and all else is served")
    func portInUse() async throws {
        let rig = try Rig()
        try await rig.ready()
        let other = try Rig()
        try await other.ready()
        let port = freePort()
        _ = try await other.link.publish(other.table(1, port: port, workers: []))
        let report = try await rig.link.publish(rig.table(1, port: port, workers: []))
        #expect(report.failed == ["local": "port \(port) is in use"])
        #expect(report.applied == 1 && report.listening.isEmpty)
        try await other.end()
        let retried = try await rig.link.publish(rig.table(2, port: port, workers: []))
        #expect(retried.listening == ["local": port])
        try await rig.end()
    }

    @Test(
        "an instance that the table drops finishes its request, and is then reported as free",
        arguments: Transport.allCases
    )
    func drainsInstance(over transport: Transport) async throws {
        let rig = try Rig()
        try await rig.ready()
        let (old, new) = (Worker("old", in: rig.folder), Worker("new", in: rig.folder))
        defer {
            old.stop()
            new.stop()
        }
        let port = transport.ownPort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["old"]))
        let caller = try rig.caller(transport, port: port)
        caller.begin("hold")
        #expect(old.awaitHeld())
        _ = try await rig.link.publish(rig.table(2, port: port, workers: ["new"]))
        #expect(try await rig.link.inFlight() == ["old": 1, "new": 0])
        #expect(try rig.caller(transport, port: port).score("x").body == "new")
        old.release()
        #expect(caller.answer().body == "old")
        #expect(try await rig.link.inFlight() == ["new": 0])
        try await rig.end()
    }

    @Test("work is dropped at its deadline, and when the client goes away", arguments: Transport.allCases)
    func cancels(over transport: Transport) async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = transport.ownPort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"], timeoutMs: 200))
        let late = try rig.caller(transport, port: port)
        #expect(late.score("hold").status == 408)
        #expect(worker.awaitHeld() && worker.awaitDropped())
        do {
            let gone = try rig.caller(transport, port: port)
            gone.begin("hold")
            #expect(worker.awaitHeld())
        }
        #expect(worker.awaitDropped())
        #expect(late.score("x").status == 200)
        try await rig.end()
    }

    @Test("a second gateway takes the sockets over, and no request fails", arguments: [1, 2], Transport.allCases)
    func handsOver(loops: Int, over transport: Transport) async throws {
        let first = try Rig(loops: loops)
        try await first.ready()
        let worker = Worker("one", in: first.folder)
        defer { worker.stop() }
        let port = transport.ownPort()
        _ = try await first.link.publish(first.table(1, port: port, workers: ["one"], concurrency: 8))
        let held = try first.caller(transport, port: port)
        held.begin("hold")
        #expect(worker.awaitHeld())
        let idle = try first.caller(transport, port: port)
        #expect(idle.score("x").status == 200)
        let second = try Rig(after: first, loops: loops)
        // The connection that was idle is answered once more and told to end; new ones are served all the time.
        var answers: [Answer] = []
        repeat {
            answers.append(try first.caller(transport, port: port).score("x"))
        } while answers.count < 200
        #expect(answers.allSatisfy { $0.status == 200 && $0.body == "one" })
        // The idle connection is answered once more; with HTTP/2 it has been told that it has ended.
        if let streams = idle as? FrameClient {
            #expect(streams.readToEnd() == 0)
            #expect(streams.goodbyes.last?.last == 1)
        } else {
            #expect(idle.score("x").status == 200)
        }
        worker.release()
        #expect(held.answer().body == "one")
        #expect(first.exitStatus() == 0)
        #expect(try second.caller(transport, port: port).score("x").status == 200)
        try await second.end()
    }

    @Test("shutdown answers what is under way, then ends", arguments: Transport.allCases)
    func drains(over transport: Transport) async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = transport.ownPort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        let held = try rig.caller(transport, port: port)
        held.begin("hold")
        #expect(worker.awaitHeld())
        try await rig.link.shutdown(grace: .seconds(10))
        worker.release()
        let answer = held.answer()
        #expect(answer.body == "one" && held.isToldToEnd(answer))
        #expect(rig.exitStatus() == 0)
    }

    @Test(
        "attacks over real sockets: answered with an error, closed, nothing forwarded",
        arguments: [Transport.http, .https]
    )
    func attacks(over transport: Transport) async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = transport.ownPort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        for attack in AttackCorpus.all {
            let caller = try #require(try rig.caller(transport, port: port) as? TextClient)
            let text = transport == .http ? attack.text : attack.text.replacing("/score", with: Rig.path)
            caller.send(text + AttackCorpus.smuggled)
            let answer = caller.readToEnd()
            #expect(["400", "414", "417", "431", "505"].contains(answer.dropFirst(9).prefix(3)), "\(attack.name)")
            #expect(answer.split(separator: "x-berth-layer: ").count == 2, "\(attack.name)")
        }
        #expect(worker.requests.isEmpty)
        try await rig.end()
    }

    @Test("no gateway: the link says so")
    func nobody() async throws {
        let link = GatewayLink(socketPath: "/tmp/berth-no-such-gateway.sock")
        await #expect(throws: Diagnostic.self) { try await link.status() }
    }
}
