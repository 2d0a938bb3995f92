import BerthJSON
import BerthModel
import Testing

@testable import BerthGateway

@Suite("Routing")
struct RoutingTests {
    private func ask(_ bench: Bench, _ client: Int32, _ fields: String = "") -> String {
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: 1\r\n\r\nx", on: client)
        for upstream in bench.core.wire.upstreams where !bench.takeSent(to: upstream).isEmpty {
            bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", from: upstream)
        }
        let answer = bench.takeSent(to: client)
        return answer.split(separator: "\r\n").first { $0.hasPrefix("azureml-model-deployment: ") }
            .map { String($0.dropFirst(26)) } ?? "none"
    }

    @Test(
        "the split is exact in every hundred requests",
        arguments: [[90, 10], [50, 50], [1, 99], [100, 0], [33, 67]]
    )
    func split(weights: [Int]) {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = 0
        let bench = Bench(Bench.table(traffic: ["blue": weights[0], "green": weights[1]], limits: limits))
        let client = bench.connect()
        for _ in 0..<3 {
            let names = (0..<100).map { _ in ask(bench, client) }
            #expect(names.filter { $0 == "blue" }.count == weights[0])
            #expect(names.filter { $0 == "green" }.count == weights[1])
        }
    }

    @Test("turns are spread evenly")
    func smooth() {
        #expect(TrafficSchedule.period(of: [50, 50]) == [0, 1])
        #expect(TrafficSchedule.period(of: [60, 20, 20]) == [0, 1, 0, 2, 0])
        #expect(TrafficSchedule.period(of: [0, 0]).isEmpty)
    }

    @Test("azureml-model-deployment goes past the split")
    func named() {
        let bench = Bench()
        #expect(ask(bench, bench.connect(), "azureml-model-deployment: green\r\n") == "green")
    }

    @Test("a new table is served by the next request; an instance that it drops finishes its request and gets no other")
    func drains() throws {
        let bench = Bench(Bench.table(concurrency: 2))
        let first = bench.connect()
        let post = "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        bench.receive(post, on: first)
        var table = Bench.table(revision: 2, concurrency: 2)
        table.endpoints[0].deployments[0].instances = [RouteTable.Instance(id: "new", addresses: [.unix("/n.sock")])]
        bench.apply(table)
        #expect(bench.inFlight["blue-0"] == 1)
        let second = bench.connect()
        bench.receive(post, on: second)
        #expect(bench.inFlight["new"] == 1 && bench.inFlight["blue-0"] == 1)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", from: bench.core.wire.upstreams[0])
        #expect(bench.status(of: first) == "HTTP/1.1 200 OK")
        #expect(bench.inFlight["blue-0"] == nil)
    }

    @Test("a table that comes while a body does holds for that request; one that names it no more refuses it")
    func renews() throws {
        let bench = Bench(Bench.table(mirror: ["green": 50]))
        let head = "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx"
        let first = bench.connect()
        bench.receive(head, on: first)
        for revision in 2...4 {
            var table = Bench.table(revision: revision)
            table.endpoints[0].deployments[0].instances = [
                .init(id: "new-\(revision)", addresses: [.unix("/n\(revision).sock")])
            ]
            bench.apply(table)
        }
        let second = bench.connect()
        bench.receive(head, on: second)
        bench.receive("x", on: first)
        #expect(bench.inFlight == ["new-4": 1, "green-0": 0, "red-0": 0])
        // It waits, and moves along with each table; then its deployment goes.
        bench.receive("x", on: second)
        #expect(bench.core.waitingCount == 1)
        bench.apply(Bench.table(revision: 5))
        #expect(bench.core.waitingCount == 0 && bench.inFlight["blue-0"] == 1 && bench.inFlight["new-4"] == 1)
        bench.core.peerClosed(first)
        let third = bench.connect()
        bench.receive(head, on: third)
        var table = Bench.table(revision: 6, traffic: ["green": 100])
        table.endpoints[0].deployments.removeFirst()
        bench.apply(table)
        bench.receive("x", on: third)
        #expect(bench.status(of: third) == "HTTP/1.1 424 Model Error")
        for client in [second, third] { bench.core.peerClosed(client) }
        #expect(bench.core.exchangeCount == 0 && bench.core.generation?.pointee.exchanges == 0)
        #expect(bench.pendingCounts.allSatisfy { $0 == 0 })
    }

    @Test("requests that wait move to the instances of the new table")
    func movesWaiting() throws {
        let bench = Bench()
        let post = "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        let clients = (0..<2).map { _ in bench.connect() }
        for client in clients { bench.receive(post, on: client) }
        #expect(bench.core.waitingCount == 1)
        var table = Bench.table(revision: 2)
        table.endpoints[0].deployments[0].instances = [RouteTable.Instance(id: "new", addresses: [.unix("/n.sock")])]
        bench.apply(table)
        #expect(bench.core.waitingCount == 0)
        #expect(bench.inFlight["new"] == 1)
    }

    @Test("a mirror gets its share of copies after the answer, and the client feels nothing of it")
    func mirrors() throws {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = 0
        let bench = Bench(Bench.table(mirror: ["green": 50], limits: limits))
        let client = bench.connect()
        var copies = 0
        for _ in 0..<20 {
            bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", on: client)
            let before = bench.core.wire.upstreams.filter { !bench.sent(to: $0).isEmpty }
            #expect(before.count == 1)
            for upstream in before { _ = bench.takeSent(to: upstream) }
            bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", from: before[0])
            #expect(bench.takeSent(to: client).components(of: "HTTP/1.1 200 OK") == 1)
            for upstream in bench.core.wire.upstreams where !bench.takeSent(to: upstream).isEmpty {
                copies += 1
                bench.answer("HTTP/1.1 500 Bad\r\nContent-Length: 2\r\n\r\nno", from: upstream)
            }
        }
        #expect(copies == 10)
        #expect(bench.core.exchangeCount == 0)
    }

    @Test("an address that fails again and again rests, and is used again when all rest")
    func ejects() throws {
        let bench = Bench(Bench.table(instances: 2))
        let post = "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        for _ in 0..<8 {
            let client = bench.connect()
            bench.core.wire.connectFailures = 1
            bench.receive(post, on: client)
            for upstream in bench.core.wire.upstreams where !bench.takeSent(to: upstream).isEmpty {
                bench.answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", from: upstream)
            }
        }
        bench.core.wire.connectFailures = 0
        #expect(ask(bench, bench.connect()) == "blue")
    }

    @Test("the table's JSON form gives the same table")
    func json() throws {
        var table = Bench.table(mirror: ["green": 10], limits: .azure2026)
        table.endpoints[0].auth = .amlToken
        table.endpoints.append(.init(name: "c", workspace: "w", auth: .aadToken(scorers: ["11", "22"])))
        table.tokenIssuers = [.init(name: "https://issuer", keys: [.init(id: "k1", publicKey: "BA==")])]
        table.workspaces = [.init(name: "w", id: "1-2", subscriptionID: "3-4", location: "westeurope")]
        #expect(try RouteTable(json: table.json) == table)
        #expect(throws: (any Error).self) { try RouteTable(json: ["revision": "1"]) }
        #expect(throws: (any Error).self) { try RouteTable(json: ["revision": 1, "endpoints": [["name": 1]]]) }
    }

    @Test("the traffic log has a line of JSON for each request, and no secret")
    func trafficLog() throws {
        let bench = Bench()
        bench.core.writesLog = true
        let client = bench.connect(port: 0)
        bench.receive(
            "POST /api/v1/endpoint/shared/score?q=1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\"y\r\nContent-Length: 3\r\n"
                + "Authorization: Bearer secret-secret-secret\r\n\r\nabc",
            on: client
        )
        bench.advance(7)
        bench.answer("HTTP/1.1 500 Oh No\r\nContent-Length: 2\r\n\r\nno", from: bench.core.wire.upstreams[0])
        bench.receive("GET /score HTTP/1.1\r\nHost: b\r\n\r\n", on: client)
        bench.core.flushLog()
        let text = String(decoding: bench.core.wire.logged, as: UTF8.self)
        #expect(!text.contains("secret"))
        let lines = try text.split(separator: "\n").map { try JSON.parse(String($0)) }
        let first = try #require(lines.first)
        #expect(lines.count == 2 && lines[1]["ResponseCode"] == 404)
        for (key, value) in [
            ("EndpointName", "shared"), ("DeploymentName", "red"), ("AzureMLWorkspaceName", "w"), ("Method", "POST"),
            ("Path", "/api/v1/endpoint/shared/score"), ("ResponseCode", 424), ("UserAgent", "x\"y"),
            ("ResponseCodeReason", "Model Error; original-code=500"), ("ModelStatusCode", 500), ("AuthType", "Key"),
            ("ModelStatusReason", "Oh No"), ("RequestPayloadSize", 3), ("ResponsePayloadSize", 2),
            ("TotalDurationMs", 7.0), ("Protocol", "HTTP/1.1"),
        ] as [(String, JSON)] {
            #expect(first[key] == value, "\(key)")
        }
    }
}
