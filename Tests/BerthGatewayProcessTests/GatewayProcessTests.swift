import BerthDiagnostics
import BerthGateway
import BerthGatewayLink
import BerthModel
import Foundation
import Testing

@Suite("Gateway over real sockets", .serialized)
struct GatewayProcessTests {
    @Test("serves a table, keeps it on disk, and starts from it", arguments: [1, 2])
    func serves(loops: Int) async throws {
        let rig = try Rig(loops: loops)
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = freePort()
        let report = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        #expect(report == PublishReport(applied: 1, listening: ["local": port]))
        #expect(Caller(port: port).score("x").hasSuffix("\r\n\r\none"))
        try await rig.end()
        let again = try Rig(in: rig.folder, loops: loops)
        try await again.ready()
        #expect(try await again.link.status().revision == 1)
        #expect(Caller(port: port).score("x").hasSuffix("\r\n\r\none"))
        let stats = try await again.link.stats()
        #expect(stats.deployments.first?.statuses == [200: 1])
        #expect(try await again.link.metrics().contains("berth_gateway_requests_total{"))
        try await again.end()
        let log = try String(contentsOfFile: "\(rig.folder)/traffic.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").count == 2)
        #expect(log.contains("\"ResponseCode\":200") && log.contains("\"DeploymentName\":\"blue\""))
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

    @Test("an instance that the table drops finishes its request, and is then reported as free")
    func drainsInstance() async throws {
        let rig = try Rig()
        try await rig.ready()
        let (old, new) = (Worker("old", in: rig.folder), Worker("new", in: rig.folder))
        defer {
            old.stop()
            new.stop()
        }
        let port = freePort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["old"]))
        let caller = Caller(port: port)
        caller.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhold")
        #expect(old.awaitHeld())
        _ = try await rig.link.publish(rig.table(2, port: port, workers: ["new"]))
        #expect(try await rig.link.inFlight() == ["old": 1, "new": 0])
        #expect(Caller(port: port).score("x").hasSuffix("\r\n\r\nnew"))
        old.release()
        #expect(caller.readAnswer().hasSuffix("\r\n\r\nold"))
        #expect(try await rig.link.inFlight() == ["new": 0])
        try await rig.end()
    }

    @Test("work is dropped at its deadline, and when the client goes away")
    func cancels() async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = freePort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"], timeoutMs: 200))
        let late = Caller(port: port)
        #expect(late.score("hold").hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(worker.awaitHeld() && worker.awaitDropped())
        do {
            let gone = Caller(port: port)
            gone.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhold")
            #expect(worker.awaitHeld())
        }
        #expect(worker.awaitDropped())
        #expect(late.score("x").hasPrefix("HTTP/1.1 200 OK\r\n"))
        try await rig.end()
    }

    @Test("a second gateway takes the sockets over, and no request fails", arguments: [1, 2])
    func handsOver(loops: Int) async throws {
        let first = try Rig(loops: loops)
        try await first.ready()
        let worker = Worker("one", in: first.folder)
        defer { worker.stop() }
        let port = freePort()
        _ = try await first.link.publish(first.table(1, port: port, workers: ["one"], concurrency: 8))
        let held = Caller(port: port)
        held.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhold")
        #expect(worker.awaitHeld())
        let idle = Caller(port: port)
        #expect(idle.score("x").hasPrefix("HTTP/1.1 200 OK\r\n"))
        let second = try Rig(in: first.folder, loops: loops)
        // The connection that was idle is answered once more and told to end; new ones are served all the time.
        var answers: [String] = []
        repeat {
            answers.append(Caller(port: port).score("x"))
        } while answers.count < 200
        #expect(answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200 OK\r\n") && $0.hasSuffix("one") })
        worker.release()
        #expect(held.readAnswer().hasSuffix("\r\n\r\none"))
        #expect(idle.score("x").hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(first.exitStatus() == 0)
        #expect(Caller(port: port).score("x").hasPrefix("HTTP/1.1 200 OK\r\n"))
        try await second.end()
    }

    @Test("shutdown answers what is under way, then ends")
    func drains() async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = freePort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        let held = Caller(port: port)
        held.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhold")
        #expect(worker.awaitHeld())
        try await rig.link.shutdown(grace: .seconds(10))
        worker.release()
        let answer = held.readToEnd()
        #expect(answer.contains("\r\nConnection: close\r\n") && answer.hasSuffix("one"))
        #expect(rig.exitStatus() == 0)
    }

    @Test("attacks over real sockets: answered with an error, closed, nothing forwarded")
    func attacks() async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = freePort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        for attack in AttackCorpus.all {
            let caller = Caller(port: port)
            caller.send(attack.text + AttackCorpus.smuggled)
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
