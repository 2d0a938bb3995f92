import BerthJSON
import BerthModel
import Foundation
import Testing

@testable import BerthGateway

@Suite("Status table")
struct StatusTableTests {
    static let post = "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func body(_ answer: String) throws -> JSON {
        let end = try #require(answer.range(of: "\r\n\r\n"))
        return try JSON.parse(String(answer[end.upperBound...]))
    }

    private func expect(
        _ bench: Bench,
        _ client: Int32,
        _ status: String,
        _ code: String,
        _ layer: String
    ) throws {
        let answer = bench.sent(to: client)
        #expect(bench.status(of: client) == "HTTP/1.1 \(status)")
        #expect(answer.contains("\r\nx-berth-layer: \(layer)\r\n"))
        #expect(answer.contains("\r\nx-request-id: ") && answer.contains("\r\nx-ms-request-id: "))
        let error = try #require(try body(answer)["error"])
        #expect(error["code"]?.stringValue == code)
        #expect(error["message"]?.stringValue?.isEmpty == false)
        #expect(error["requestId"]?.stringValue?.count == 36)
    }

    @Test("200: the model's answer with the identifiers and the deployment's name")
    func answered() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(
            "POST /score HTTP/1.1\r\nHost: a\r\nx-ms-client-request-id: my-id_1\r\nContent-Length: 1\r\n\r\nx",
            on: client
        )
        let upstream = try #require(bench.core.wire.upstreams.first)
        #expect(bench.sent(to: upstream).contains("\r\nx-ms-client-request-id: my-id_1\r\n"))
        bench.answer(
            "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nx-request-id: model\r\nX-Own: 1\r\n\r\nok",
            from: upstream
        )
        let answer = bench.sent(to: client)
        #expect(bench.status(of: client) == "HTTP/1.1 200 OK")
        #expect(answer.contains("\r\nx-ms-client-request-id: my-id_1\r\n"))
        #expect(answer.contains("\r\nx-ms-request-id: my-id_1\r\n"))
        #expect(answer.contains("\r\nazureml-model-deployment: blue\r\n"))
        #expect(answer.contains("\r\nX-Own: 1\r\n") && !answer.contains("x-request-id: model"))
        #expect(answer.hasSuffix("\r\n\r\nok"))
        #expect(!bench.isEnding(client))
    }

    @Test("404: no such endpoint, path, deployment; no traffic")
    func notFound() throws {
        let bench = Bench()
        for (port, path, code) in [
            (0 as UInt16, "/score", "EndpointNotFound"), (0, "/api/v1/endpoint/none/score", "EndpointNotFound"),
            (0, "/api/v1/endpoint/", "EndpointNotFound"), (Bench.port, "/nope", "PathNotFound"),
            (Bench.port, "/score/", "PathNotFound"), (0, "/api/v1/endpoint/shared", "PathNotFound"),
        ] {
            let client = bench.connect(port: port)
            bench.receive("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n", on: client)
            try expect(bench, client, "404 Not Found", code, "client")
        }
        let unknown = bench.connect()
        bench.receive("GET /score HTTP/1.1\r\nHost: a\r\nazureml-model-deployment: nope\r\n\r\n", on: unknown)
        try expect(bench, unknown, "404 Not Found", "DeploymentNotFound", "client")
        bench.apply(Bench.table(revision: 2, traffic: ["blue": 0, "green": 0]))
        let none = bench.connect()
        bench.receive("GET /score HTTP/1.1\r\nHost: a\r\n\r\n", on: none)
        try expect(bench, none, "404 Not Found", "NoDeploymentWithTraffic", "gateway")
    }

    @Test(
        "401: no, malformed or wrong credentials, with a challenge and without the deployment's name",
        arguments: [
            ("", "CredentialMissing"), ("Authorization: secret-secret-secret\r\n", "CredentialMalformed"),
            ("Authorization: Basic c2VjcmV0\r\n", "CredentialMalformed"),
            ("Authorization: Bearer\r\n", "CredentialMalformed"),
            ("Authorization: {Bearer secret-secret-secret\r\n", "CredentialMalformed"),
            ("Authorization: {Bearer secret-secret-secreT}\r\n", "CredentialInvalid"),
            ("Authorization: {secret-secret-secret}\r\n", "CredentialMalformed"),
            ("Authorization: \"Bearer secret-secret-secret\"\r\n", "CredentialMalformed"),
            ("Authorization: Bearer \r\n", "CredentialMalformed"),
            ("Authorization: Bearer a b\r\n", "CredentialMalformed"),
            ("Authorization: Bearersecret-secret-secret\r\n", "CredentialMalformed"),
            ("Authorization: Bearer secret-secret-secreT\r\n", "CredentialInvalid"),
            ("Authorization: Bearer secret\r\n", "CredentialInvalid"),
        ]
    )
    func unauthorized(field: String, code: String) throws {
        let bench = Bench()
        let client = bench.connect(port: 0)
        bench.receive(
            "POST /api/v1/endpoint/shared/score HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 1\r\n\r\nx",
            on: client
        )
        try expect(bench, client, "401 Unauthorized", code, "client")
        #expect(bench.sent(to: client).contains("\r\nWWW-Authenticate: Bearer"))
        #expect(!bench.sent(to: client).contains("\"deployment\""))
        #expect(bench.core.wire.upstreams.isEmpty)
        #expect(!bench.isEnding(client))
    }

    @Test(
        "a key opens the endpoint by path and by host, and does not reach the model",
        arguments: [
            ("/api/v1/endpoint/shared/score", "a", "Bearer secret-secret-secret"),
            ("/api/v1/endpoint/SHARED/score", "a", "bearer  secret-secret-secret"),
            ("/score", "shared.west.inference.test", "Bearer secret-secret-secret"),
            ("/score", "shared.west.inference.test", "{Bearer secret-secret-secret}"),
            ("/score", "Shared.West.Inference.Test:443", "BEARER secret-secret-secret"),
        ]
    )
    func authorized(path: String, host: String, credential: String) throws {
        let bench = Bench()
        let client = bench.connect(port: 0)
        bench.receive("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nAuthorization: \(credential)\r\n\r\n", on: client)
        let sent = try #require(bench.forwarded.first)
        #expect(sent.hasPrefix("GET /score HTTP/1.1\n"))
        #expect(!sent.contains("secret"))
    }

    @Test("429 Rate-limiting: exactly the endpoint's requests in any second")
    func rate() throws {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = 5
        let bench = Bench(Bench.table(limits: limits))
        let client = bench.connect()
        func ask() -> String {
            _ = bench.takeSent(to: client)
            bench.receive(Self.post, on: client)
            if let upstream = bench.core.wire.upstreams.first, !bench.takeSent(to: upstream).isEmpty {
                bench.answer(Self.ok, from: upstream)
            }
            return String(bench.status(of: client).dropFirst(9))
        }
        for _ in 0..<5 { #expect(ask() == "200 OK") }
        #expect(ask() == "429 Rate-limiting")
        try expect(bench, client, "429 Rate-limiting", "RateLimited", "gateway")
        #expect(bench.sent(to: client).contains("\r\nRetry-After: 1\r\n"))
        bench.advance(999)
        #expect(ask() == "429 Rate-limiting")
        bench.advance(1)
        for _ in 0..<5 { #expect(ask() == "200 OK") }
        #expect(ask() == "429 Rate-limiting")
    }

    @Test("429 Too many pending requests: exactly 2 x concurrency x instances", arguments: [(1, 1), (2, 3), (3, 2)])
    func pending(concurrency: Int, instances: Int) throws {
        let bench = Bench(Bench.table(concurrency: concurrency, instances: instances))
        let limit = 2 * concurrency * instances
        let clients = (0...limit).map { _ in bench.connect() }
        for client in clients { bench.receive(Self.post, on: client) }
        try expect(bench, clients[limit], "429 Too many pending requests", "TooManyPendingRequests", "gateway")
        #expect(try body(bench.sent(to: clients[limit]))["error"]?["limit"]?["value"]?.intValue == limit)
        for client in clients[..<limit] { #expect(bench.sent(to: client).isEmpty) }
        #expect(bench.core.wire.upstreams.count == concurrency * instances)
        #expect(bench.inFlight.filter { $0.key.hasPrefix("blue") }.values.allSatisfy { $0 == concurrency })
        // Each answer lets one of those who wait in, in order.
        let first = try #require(bench.core.wire.upstreams.first)
        _ = bench.takeSent(to: first)
        bench.answer(Self.ok, from: first)
        #expect(bench.sent(to: first).hasPrefix("POST /score"))
    }

    @Test(
        "413: too large by Content-Length, or while it is read",
        arguments: [
            "Content-Length: 11\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
        ]
    )
    func tooLarge(rest: String) throws {
        var limits = RouteTable.Limits()
        limits.maxRequestBytes = 10
        let bench = Bench(Bench.table(limits: limits))
        let client = bench.connect()
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\n\(rest)", on: client)
        try expect(bench, client, "413 Payload Too Large", "RequestPayloadTooLarge", "client")
        #expect(bench.isEnding(client) && bench.core.wire.upstreams.isEmpty)
        let exact = bench.connect()
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", on: exact)
        #expect(bench.forwarded.count == 1)
    }

    @Test("408: while running, waiting and uploading; the instance's connection is cut")
    func timeouts() throws {
        let bench = Bench()
        let running = bench.connect()
        let waiting = bench.connect()
        bench.receive(Self.post, on: running)
        bench.receive(Self.post, on: waiting)
        let uploading = bench.connect()
        bench.advance(4990)
        #expect(bench.sent(to: running).isEmpty)
        bench.advance(20)
        try expect(bench, running, "408 Request Timeout", "RequestTimeout", "model")
        try expect(bench, waiting, "408 Request Timeout", "RequestTimeout", "model")
        #expect(bench.core.wire.upstreams.count == 1)
        #expect(bench.core.wire.sockets[bench.core.wire.upstreams[0]]?.isClosed == true)
        #expect(!bench.isEnding(running))
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nx", on: uploading)
        bench.advance(5010)
        try expect(bench, uploading, "408 Request Timeout", "RequestTimeout", "client")
        #expect(bench.isEnding(uploading))
        #expect(bench.inFlight.values.allSatisfy { $0 == 0 })
    }

    @Test("424: every status of the model but 200, its body passed on", arguments: [201, 204, 302, 400, 404, 500, 503])
    func modelError(status: Int) throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(Self.post, on: client)
        let upstream = try #require(bench.core.wire.upstreams.first)
        let body = status == 204 ? "" : "{\"a\":1}"
        bench.answer("HTTP/1.1 \(status) Why Not\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", from: upstream)
        let answer = bench.sent(to: client)
        #expect(bench.status(of: client) == "HTTP/1.1 424 Model Error; original-code=\(status)")
        #expect(answer.contains("\r\nms-azureml-model-error-statuscode: \(status)\r\n"))
        #expect(answer.contains("\r\nms-azureml-model-error-reason: Why Not\r\n"))
        #expect(answer.contains("\r\nx-berth-layer: model\r\n") && answer.hasSuffix("\r\n\r\n\(body)"))
    }

    @Test("424 Response payload too large; while streaming the answer is cut off")
    func answerTooLarge() throws {
        var limits = RouteTable.Limits()
        limits.maxResponseBytes = 10
        let bench = Bench(Bench.table(limits: limits))
        let client = bench.connect()
        bench.receive(Self.post, on: client)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", from: bench.core.wire.upstreams[0])
        try expect(bench, client, "424 Response payload too large", "ResponsePayloadTooLarge", "model")
        let streaming = bench.connect()
        bench.receive(Self.post, on: streaming)
        let upstream = bench.core.wire.upstreams[1]
        bench.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", from: upstream)
        #expect(bench.sent(to: streaming).hasSuffix("\r\n\r\n5\r\nhello\r\n"))
        bench.answer("6\r\n world\r\n0\r\n\r\n", from: upstream)
        #expect(bench.sent(to: streaming).hasSuffix("5\r\nhello\r\n"))
        #expect(bench.core.wire.sockets[streaming]?.isClosed == true)
    }

    @Test("424: the instance died, cannot be reached, or is not ready")
    func modelGone() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(Self.post, on: client)
        bench.core.upstreamClosed(bench.core.wire.upstreams[0])
        try expect(bench, client, "424 Model Error", "InstanceDied", "model")
        bench.core.wire.connectFailures = 1
        let unreachable = bench.connect()
        bench.receive(Self.post, on: unreachable)
        try expect(bench, unreachable, "424 Model Error", "InstanceUnreachable", "model")
        var table = Bench.table(revision: 2)
        table.endpoints[0].deployments[0].instances = []
        bench.apply(table)
        let none = bench.connect()
        bench.receive(Self.post, on: none)
        try expect(bench, none, "424 Model Error", "NoInstanceReady", "model")
    }

    @Test("one retry on another instance when nothing was sent")
    func retry() throws {
        let bench = Bench(Bench.table(instances: 2))
        bench.core.wire.connectFailures = 1
        let client = bench.connect()
        bench.receive(Self.post, on: client)
        let upstream = try #require(bench.core.wire.upstreams.first)
        bench.answer(Self.ok, from: upstream)
        #expect(bench.status(of: client) == "HTTP/1.1 200 OK")
        bench.core.wire.connectFailures = 2
        bench.core.upstreamClosed(upstream)
        let second = bench.connect()
        bench.receive(Self.post, on: second)
        try expect(bench, second, "424 Model Error", "InstanceUnreachable", "model")
    }

    @Test("a request that found its instance dead waits for another one that is busy")
    func retryWaits() throws {
        let bench = Bench(Bench.table(instances: 2))
        let first = bench.connect()
        bench.receive(Self.post, on: first)
        bench.core.wire.connectFailures = 1
        let second = bench.connect()
        bench.receive(Self.post, on: second)
        #expect(bench.sent(to: second).isEmpty && bench.core.waitingCount == 1)
        let upstream = try #require(bench.core.wire.upstreams.first)
        _ = bench.takeSent(to: upstream)
        bench.answer(Self.ok, from: upstream)
        #expect(bench.status(of: first) == "HTTP/1.1 200 OK")
        bench.answer(Self.ok, from: upstream)
        #expect(bench.status(of: second) == "HTTP/1.1 200 OK")
        #expect(bench.core.wire.upstreams.count == 1)
    }

    @Test("a client that goes away frees its place and cuts the instance off")
    func disconnect() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(Self.post, on: client)
        let upstream = try #require(bench.core.wire.upstreams.first)
        bench.core.peerClosed(client)
        #expect(bench.core.wire.sockets[upstream]?.isClosed == true)
        #expect(bench.inFlight["blue-0"] == 0)
        #expect(bench.core.exchangeCount == 0 && bench.core.connectionCount == 0)
    }

    @Test("100 Continue is sent when the body is wanted, and not when it is refused")
    func continues() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(
            "POST /score HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
            on: client
        )
        #expect(bench.takeSent(to: client) == "HTTP/1.1 100 Continue\r\n\r\n")
        bench.receive("x", on: client)
        #expect(bench.forwarded.count == 1)
        let refused = bench.connect()
        bench.receive("POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", on: refused)
        #expect(bench.status(of: refused) == "HTTP/1.1 404 Not Found")
        #expect(bench.isEnding(refused))
    }

    @Test("a refused request's body is passed over and the connection goes on")
    func passesOver() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe", on: client)
        #expect(bench.takeSent(to: client).hasPrefix("HTTP/1.1 404 "))
        bench.receive("llo" + Self.post, on: client)
        #expect(bench.forwarded.count == 1)
    }

    @Test("HTTP/1.0 is answered without chunks and closed, unless it asks to stay")
    func oldVersion() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive("GET /score HTTP/1.0\r\n\r\n", on: client)
        bench.answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            from: bench.core.wire.upstreams[0]
        )
        #expect(!bench.sent(to: client).contains("chunked") && bench.sent(to: client).hasSuffix("\r\n\r\nok"))
        #expect(bench.isEnding(client))
        let stays = bench.connect()
        bench.receive("GET /score HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", on: stays)
        bench.answer(Self.ok, from: bench.core.wire.upstreams[0])
        #expect(bench.sent(to: stays).contains("\r\nConnection: keep-alive\r\n") && !bench.isEnding(stays))
    }

    @Test("a head that comes too slowly ends with 408, an idle connection silently")
    func slow() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive("GET /sc", on: client)
        bench.advance(9000)
        bench.receive("ore HT", on: client)
        bench.advance(1100)
        try expect(bench, client, "408 Request Timeout", "RequestTimeout", "client")
        let idle = bench.connect()
        bench.advance(10_100)
        #expect(bench.sent(to: idle).isEmpty && bench.core.wire.sockets[idle]?.isClosed == true)
    }
}
