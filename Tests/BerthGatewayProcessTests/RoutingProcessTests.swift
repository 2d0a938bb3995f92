import BerthGatewayLink
import BerthModel
import Foundation
import Synchronization
import Testing

@Suite("Routing over real sockets", .serialized)
struct RoutingProcessTests {
    /// A gateway with an endpoint of two deployments.
    private func begin(
        loops: Int,
        _ addresses: [String: [RouteTable.Address]],
        traffic: [String: Int],
        mirror: [String: Int] = [:],
        concurrency: Int = 1
    ) async throws -> (Rig, Int) {
        let shared = freePort()
        let rig = try Rig(sharedPort: shared, loops: loops)
        try await rig.ready()
        var table = single([], concurrency: concurrency)
        table.endpoints[0].deployments = addresses.sorted { $0.key < $1.key }.map { name, places in
            RouteTable.Deployment(
                name: name,
                requestTimeoutMs: 10_000,
                maxConcurrentRequestsPerInstance: concurrency,
                instanceCount: places.count,
                instances: places.enumerated().map { .init(id: "\(name)-\($0)", addresses: [$1]) }
            )
        }
        table.endpoints[0].traffic = traffic
        table.endpoints[0].mirror = mirror
        _ = try await rig.link.publish(table)
        return (rig, shared)
    }

    /// Whether a deployment's counters come to what is wanted.
    private func counted(
        _ rig: Rig,
        _ name: String,
        _ isWanted: (GatewayStats.Deployment) -> Bool
    ) async throws -> Bool {
        let end = ContinuousClock.now.advanced(by: .seconds(10))
        repeat {
            let stats = try await rig.link.stats()
            if let one = stats.deployments.first(where: { $0.deployment == name }), isWanted(one) { return true }
            await Task.yield()
        } while ContinuousClock.now < end
        return false
    }

    private static func post(_ body: String = "x", _ fields: String = "") -> String {
        "POST /api/v1/endpoint/e/score HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func deployment(_ answer: String) -> String {
        answer.split(separator: "\r\n").first { $0.hasPrefix("azureml-model-deployment: ") }
            .map { String($0.dropFirst(26)) } ?? "none"
    }

    @Test(
        "the split is exact over all loops and connections; a name goes past it; an update holds at once",
        arguments: [1, 2]
    )
    func split(loops: Int) async throws {
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        let address = RouteTable.Address.tcp(host: "127.0.0.1", port: origin.port)
        let (rig, port) = try await begin(
            loops: loops,
            ["blue": [address], "green": [address]],
            traffic: ["blue": 90, "green": 10]
        )
        func ask(_ fields: String = "") -> String {
            let caller = Caller(port: port)
            caller.send(Self.post("x", fields))
            return deployment(caller.readAnswer())
        }
        for _ in 0..<2 {
            let names = (0..<100).map { _ in ask() }
            #expect(names.filter { $0 == "blue" }.count == 90 && names.filter { $0 == "green" }.count == 10)
        }
        for _ in 0..<10 { #expect(ask("azureml-model-deployment: green\r\n") == "green") }
        var table = single([address], revision: 2)
        table.endpoints[0].deployments[0].name = "purple"
        table.endpoints[0].traffic = ["purple": 100]
        _ = try await rig.link.publish(table)
        for _ in 0..<10 { #expect(ask() == "purple") }
        try await rig.end()
    }

    @Test("exactly 2 x concurrency x instances requests are admitted over all loops", arguments: [1, 2])
    func pending(loops: Int) async throws {
        let arrived = DispatchSemaphore(value: 0)
        let goes = DispatchSemaphore(value: 0)
        let most = Mutex((now: 0, most: 0))
        let origin = Origin { request, line in
            most.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            arrived.signal()
            goes.wait()
            most.withLock { $0.now -= 1 }
            line.answer(request.contains("x-berth-deadline-ms:") ? "told" : "untold")
        }
        defer { origin.stop() }
        let address = RouteTable.Address.tcp(host: "127.0.0.1", port: origin.port)
        let (rig, port) = try await begin(loops: loops, ["blue": [address]], traffic: ["blue": 100], concurrency: 3)
        let callers = (0..<9).map { _ in Caller(port: port) }
        for caller in callers { caller.send(Self.post()) }
        for _ in 0..<3 { #expect(arrived.wait(timeout: .now() + 10) == .success) }
        #expect(try await counted(rig, "blue") { $0.statuses[429] == 3 })
        for _ in 0..<6 { goes.signal() }
        let answers = callers.map { $0.readAnswer() }
        let admitted = answers.filter { $0.hasPrefix("HTTP/1.1 200 OK\r\n") }
        let refused = answers.filter { $0.hasPrefix("HTTP/1.1 429 Too many pending requests\r\n") }
        #expect(admitted.count == 6 && refused.count == 3)
        #expect(admitted.allSatisfy { $0.hasSuffix("told") && !$0.hasSuffix("untold") })
        #expect(
            refused.allSatisfy { $0.contains("\"value\":6,\"current\":6") && $0.contains("\r\nRetry-After: 1\r\n") }
        )
        #expect(most.withLock { $0.most } == 3)
        #expect(try await rig.link.inFlight() == ["blue-0": 0])
        try await rig.end()
    }

    @Test("a dead instance among two is found out: every request is answered, and the dead one rests")
    func failover() async throws {
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        let dead = RouteTable.Address.tcp(host: "127.0.0.1", port: freePort())
        let alive = RouteTable.Address.tcp(host: "127.0.0.1", port: origin.port)
        let (rig, port) = try await begin(loops: 1, ["blue": [dead, alive]], traffic: ["blue": 100])
        let caller = Caller(port: port)
        for _ in 0..<50 {
            caller.send(Self.post())
            #expect(caller.readAnswer().hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        try await rig.end()
    }

    @Test("a server that closes its idle connections costs no request")
    func staleConnections() async throws {
        let closed = DispatchSemaphore(value: 0)
        let origin = Origin { _, line in
            line.answer("ok")
            line.end()
            closed.signal()
        }
        defer { origin.stop() }
        let address = RouteTable.Address.tcp(host: "127.0.0.1", port: origin.port)
        let (rig, port) = try await begin(loops: 1, ["blue": [address]], traffic: ["blue": 100])
        let caller = Caller(port: port)
        for _ in 0..<50 {
            caller.send(Self.post())
            #expect(caller.readAnswer().hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(closed.wait(timeout: .now() + 10) == .success)
        }
        #expect(origin.connectionCount == 50)
        try await rig.end()
    }

    @Test("copies go to the mirror after the answer, in their share; what the mirror does is not felt")
    func mirror() async throws {
        let copied = DispatchSemaphore(value: 0)
        let origin = Origin { _, line in line.answer("ok") }
        let watcher = Origin { _, line in
            copied.signal()
            line.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
        }
        defer {
            origin.stop()
            watcher.stop()
        }
        let (rig, port) = try await begin(
            loops: 2,
            [
                "blue": [.tcp(host: "127.0.0.1", port: origin.port)],
                "green": [.tcp(host: "127.0.0.1", port: watcher.port)],
            ],
            traffic: ["blue": 100],
            mirror: ["green": 50],
            concurrency: 20
        )
        for _ in 0..<20 {
            let caller = Caller(port: port)
            caller.send(Self.post())
            let answer = caller.readAnswer()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && deployment(answer) == "blue")
        }
        for _ in 0..<10 { #expect(copied.wait(timeout: .now() + 10) == .success) }
        #expect(watcher.requests.count == 10)
        watcher.stop()
        // The mirror is gone: its copies are counted, and the clients notice nothing.
        for _ in 0..<20 {
            let caller = Caller(port: port)
            caller.send(Self.post())
            #expect(caller.readAnswer().hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        #expect(try await counted(rig, "green") { $0.mirrored + $0.mirrorsDropped == 20 && $0.statuses.isEmpty })
        try await rig.end()
    }
}
