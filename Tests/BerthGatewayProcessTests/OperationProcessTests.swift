import BerthGatewayLink
import BerthJSON
import BerthModel
import Foundation
import Synchronization
import Testing

@testable import BerthGateway

/// Requests one after the other on threads of their own, until told to end.
final class Load: Sendable {
    private let ends = Mutex(false)
    private let group = DispatchGroup()
    private let answers = Mutex<[String: Int]>([:])
    private let longest = Mutex(Duration.zero)

    /// Half of the threads keep their connection, the others make a new one each time.
    init(threads: Int, _ port: Int, request: String) {
        for index in 0..<threads {
            group.enter()
            Thread { [self] in
                run(port, request, keepsConnection: index % 2 == 0)
                group.leave()
            }.start()
        }
    }

    private func run(_ port: Int, _ request: String, keepsConnection: Bool) {
        var caller = Caller(port: port)
        while !ends.withLock({ $0 }) {
            let start = ContinuousClock.now
            caller.send(request)
            let answer = caller.readAnswer()
            longest.withLock { $0 = max($0, ContinuousClock.now - start) }
            answers.withLock { $0[String(answer.split(separator: "\r\n").first ?? "closed"), default: 0] += 1 }
            if !keepsConnection || answer.contains("\r\nConnection: close\r\n") || answer.isEmpty {
                caller = Caller(port: port)
            }
        }
    }

    /// Answers so far, by status line.
    var counts: [String: Int] { answers.withLock { $0 } }
    var total: Int { counts.values.reduce(0, +) }
    var slowest: Duration { longest.withLock { $0 } }

    func waitFor(_ more: Int) {
        let wanted = total + more
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while total < wanted, ContinuousClock.now < end { sched_yield() }
    }

    func end() {
        ends.withLock { $0 = true }
        group.wait()
    }
}

@Suite("Operation of the gateway's process", .serialized)
struct OperationProcessTests {
    private static let request = "POST /api/v1/endpoint/e/score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"

    @Test("SIGHUP: a planned restart under load hands the sockets over and fails no request", arguments: [1, 2])
    func planned(loops: Int) async throws {
        let probe = try Probe(loops: loops)
        try await probe.ready()
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        _ = try await probe.link.publish(single([.tcp(host: "127.0.0.1", port: origin.port)], concurrency: 32))
        let load = Load(threads: 4, probe.port, request: Self.request)
        load.waitFor(50)
        probe.signal(SIGHUP)
        let first = Int(probe.pid)
        let second = try await probe.ready { $0.pid != first && $0.revision == 1 }
        #expect(second != first && second > 0)
        load.waitFor(50)
        #expect(probe.exitStatus() == 0)
        load.waitFor(50)
        // Again: the successor knows how to do it too.
        kill(pid_t(second), SIGHUP)
        let third = try await probe.ready { $0.pid != second && $0.pid != first }
        load.waitFor(50)
        load.end()
        #expect(load.counts.keys.sorted() == ["HTTP/1.1 200 OK"], "\(load.counts)")
        #expect(Probe.waitForEnd(of: pid_t(second)))
        kill(pid_t(third), SIGTERM)
        #expect(Probe.waitForEnd(of: pid_t(third)))
    }

    @Test("the process gives up the right to every file but its own, the database among them")
    func fenced() async throws {
        let probe = try Probe()
        try await probe.ready()
        let status = try String(contentsOfFile: "/proc/\(probe.pid)/status", encoding: .utf8)
        #expect(status.contains("NoNewPrivs:\t1"))
        probe.signal(SIGTERM)
        #expect(probe.exitStatus() == 0)
        // The same fence around a thread of this process, and what it can open then.
        let folder = try Rig.scratch()
        try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: false)
        for name in ["berth.db", "run/routes.snapshot"] {
            try "x".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        let ended = DispatchSemaphore(value: 0)
        let results = Mutex<[String]>([])
        Thread {
            let configuration = GatewayConfiguration(
                runFolder: "\(folder)/run",
                snapshotPath: "\(folder)/run/routes.snapshot"
            )
            let why = GatewayFence.enter(configuration)
            let database = open("\(folder)/berth.db", O_RDONLY)
            let cause = errno
            let snapshot = open("\(folder)/run/routes.snapshot", O_RDWR)
            results.withLock { $0 = [why ?? "in", "\(database) \(cause == EACCES)", "\(snapshot >= 0)"] }
            ended.signal()
        }.start()
        #expect(ended.wait(timeout: .now() + 10) == .success)
        #expect(results.withLock { $0 } == ["in", "-1 true", "true"])
    }

    @Test("SIGTERM: what is under way is answered, nothing new is taken, then it ends with 0")
    func terminates() async throws {
        let probe = try Probe()
        try await probe.ready()
        let arrived = DispatchSemaphore(value: 0)
        let goes = DispatchSemaphore(value: 0)
        let origin = Origin { _, line in
            arrived.signal()
            goes.wait()
            line.answer("late")
        }
        defer { origin.stop() }
        _ = try await probe.link.publish(single([.tcp(host: "127.0.0.1", port: origin.port)]))
        let caller = Caller(port: probe.port)
        caller.send(Self.request)
        #expect(arrived.wait(timeout: .now() + 10) == .success)
        probe.signal(SIGTERM)
        _ = try await probe.ready(\.isDraining)
        #expect(Caller(port: probe.port).score("x").isEmpty)
        goes.signal()
        #expect(caller.readToEnd().hasSuffix("late"))
        #expect(probe.exitStatus() == 0)
    }

    @Test("a table of 10,000 endpoints is applied without a pause, and the gateway starts from it")
    func tenThousand() async throws {
        let shared = freePort()
        let rig = try Rig(sharedPort: shared)
        try await rig.ready()
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        var table = single([.tcp(host: "127.0.0.1", port: origin.port)], concurrency: 8)
        _ = try await rig.link.publish(table)
        let one = table.endpoints[0]
        for index in 0..<10_000 {
            var more = one
            more.name = "e\(index)"
            table.endpoints.append(more)
        }
        let load = Load(threads: 2, shared, request: Self.request)
        load.waitFor(20)
        let before = load.total
        for revision in 2...3 {
            table.revision = revision
            #expect(try await rig.link.publish(table).applied == revision)
        }
        let during = load.total - before
        load.end()
        #expect(load.counts.keys.sorted() == ["HTTP/1.1 200 OK"], "\(load.counts)")
        // Reading and compiling take seconds in a debug build; the loop does not notice.
        #expect(during > 20 && load.slowest < .milliseconds(500), "\(during) answers, slowest \(load.slowest)")
        func ask() -> String {
            let caller = Caller(port: shared)
            caller.send("GET /api/v1/endpoint/e9999/score HTTP/1.1\r\nHost: a\r\n\r\n")
            return caller.readAnswer()
        }
        #expect(ask().hasSuffix("ok"))
        try await rig.end()
        let again = try Rig(after: rig, sharedPort: shared)
        try await again.ready()
        #expect(try await again.link.status().revision == 3)
        #expect(ask().hasSuffix("ok"))
        try await again.end()
    }

    @Test("a snapshot that cannot be read is set aside, and the gateway starts without a table")
    func brokenSnapshot() async throws {
        let shared = freePort()
        let broken = Data("{\"revision\": 1, \"endpoints\": [".utf8)
        let rig = try Rig(sharedPort: shared) {
            _ = FileManager.default.createFile(atPath: $0.snapshotPath, contents: broken)
        }
        try await rig.ready()
        #expect(try await rig.link.status().revision == -1)
        let caller = Caller(port: shared)
        caller.send(Self.request)
        let answer = caller.readAnswer()
        #expect(answer.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n") && answer.contains("GatewayNotReady"))
        #expect(answer.contains("\r\nx-berth-layer: platform\r\n"))
        #expect(FileManager.default.fileExists(atPath: "\(rig.folder)/routes.snapshot.unreadable"))
        try await rig.end()
    }

    @Test("the traffic log has every column, is rotated, and keeps as many files as it may")
    func trafficLog() async throws {
        let shared = freePort()
        let mint = TokenMint()
        let rig = try Rig(sharedPort: shared) {
            $0.trafficLogMaxBytes = 30_000
            $0.trafficLogKeptFiles = 2
        }
        try await rig.ready()
        let origin = Origin { _, line in line.send("HTTP/1.1 503 Busy Now\r\nContent-Length: 2\r\n\r\nno") }
        defer { origin.stop() }
        var table = single([.tcp(host: "127.0.0.1", port: origin.port)], auth: .amlToken)
        table.tokenIssuers = mint.issuers
        _ = try await rig.link.publish(table)
        let claims = mint.claims([("aud", "berth-endpoint"), ("endpoint", "w/e"), ("oid", "12-34")])
        let token = try mint.token(claims)
        let caller = Caller(port: shared)
        for _ in 0..<400 {
            caller.send(
                "POST /api/v1/endpoint/e/score?q=secret HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                    + "User-Agent: \(String(repeating: "u", count: 100))\r\nx-ms-client-request-id: my-id\r\n"
                    + "Content-Length: 3\r\n\r\nabc"
            )
            #expect(caller.readAnswer().hasPrefix("HTTP/1.1 424 Model Error; original-code=503\r\n"))
        }
        try await rig.end()
        let files = try FileManager.default.contentsOfDirectory(atPath: rig.folder)
            .filter { $0.hasPrefix("traffic.jsonl") }.sorted()
        #expect(files == ["traffic.jsonl", "traffic.jsonl.1", "traffic.jsonl.2"])
        for file in files {
            let text = try String(contentsOfFile: "\(rig.folder)/\(file)", encoding: .utf8)
            #expect(!text.contains("secret") && !text.contains(token.suffix(30)))
            for line in text.split(separator: "\n") {
                let row = try JSON.parse(String(line))
                #expect(Set((row.objectValue ?? JSONObject()).map(\.key)) == Self.columns)
                #expect(row["UserAgent"]?.stringValue?.count == 70 && row["XMSClientRequestId"] == "my-id")
                #expect(row["AuthType"] == "AMLToken" && row["IdentityData"] == "12-34")
                #expect(row["Location"] == "here" && row["SubscriptionId"] == "33-44")
                #expect(row["ModelStatusCode"] == 503 && row["ModelStatusReason"] == "Busy Now")
            }
        }
    }

    /// Source: the columns of AmlOnlineEndpointTrafficLog.
    private static let columns: Set<String> = [
        "TimeGenerated", "Location", "OperationName", "SubscriptionId", "AzureMLWorkspaceId", "AzureMLWorkspaceName",
        "EndpointName", "DeploymentName", "Method", "Path", "Protocol", "ResponseCode", "ResponseCodeReason",
        "ModelStatusCode", "ModelStatusReason", "RequestPayloadSize", "ResponsePayloadSize", "UserAgent", "XRequestId",
        "XMSClientRequestId", "TotalDurationMs", "RequestDurationMs", "ResponseDurationMs", "RequestThrottlingDelayMs",
        "ResponseThrottlingDelayMs", "AuthType", "IdentityData",
    ]

    @Test("counters and histograms by endpoint, deployment and status, in Prometheus' form", arguments: [1, 2])
    func prometheus(loops: Int) async throws {
        let shared = freePort()
        let rig = try Rig(sharedPort: shared, loops: loops)
        try await rig.ready()
        let origin = Origin { request, line in
            request.hasSuffix("bad") ? line.send("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n") : line.answer("ok")
        }
        defer { origin.stop() }
        _ = try await rig.link.publish(single([.tcp(host: "127.0.0.1", port: origin.port)]))
        for index in 0..<30 {
            let caller = Caller(port: shared)
            let body = index % 3 == 0 ? "bad" : "fine"
            let path = index == 29 ? "/nowhere" : "/api/v1/endpoint/e/score"
            caller.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            _ = caller.readAnswer()
        }
        let text = try await rig.link.metrics()
        let labels = "workspace=\"w\",endpoint=\"e\",deployment=\"blue\""
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
            #expect(parts.count == 2 && Double(parts[1]) != nil, "\(line)")
        }
        #expect(values["berth_gateway_requests_total{\(labels),status=\"200\"}"] == 19)
        #expect(values["berth_gateway_requests_total{\(labels),status=\"424\"}"] == 10)
        #expect(values["berth_gateway_model_answers_total{\(labels),status=\"500\"}"] == 10)
        #expect(values["berth_gateway_requests_total{status=\"404\"}"] == 1)
        let name = "berth_gateway_request_duration_seconds"
        #expect(values["\(name)_count{\(labels),status=\"200\"}"] == 19)
        #expect(values["\(name)_bucket{\(labels),status=\"424\",le=\"+Inf\"}"] == 10)
        #expect((values["\(name)_sum{\(labels),status=\"200\"}"] ?? 0) > 0)
        #expect(values["berth_gateway_endpoint_connections_made_total{workspace=\"w\",endpoint=\"e\"}"] == 29)
        #expect(values["berth_gateway_connections_accepted_total"] == 30)
        let collector = Caller(PlainStream(path: "\(rig.folder)/admin.sock"))
        collector.send("GET /metrics HTTP/1.1\r\nHost: gateway\r\nAccept: */*\r\n\r\n")
        let page = collector.readToEnd()
        #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n") && page.contains("berth_gateway_requests_total{\(labels)"))
        let stats = try await rig.link.stats()
        #expect(stats.deployments.first { $0.deployment == "blue" }?.latency.total == 29)
        #expect(try #require(GatewayStats(json: stats.json)) == stats)
        try await rig.end()
    }
}
