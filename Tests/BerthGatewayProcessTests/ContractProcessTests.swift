import BerthGateway
import BerthGatewayLink
import BerthJSON
import BerthModel
import CBerthPlatform
import Foundation
import Testing

/// A lone endpoint `e` with a deployment `blue`, on a port of its own or on the shared one.
func single(
    _ addresses: [RouteTable.Address],
    revision: Int = 1,
    port: Int = 0,
    auth: RouteTable.Auth = .none,
    timeoutMs: Int = 10_000,
    concurrency: Int = 1,
    scoringPath: String = "/score",
    passesEveryPath: Bool = false,
    limits: (inout RouteTable.Limits) -> Void = { $0.requestsPerSecond = 0 }
) -> RouteTable {
    var wanted = RouteTable.Limits()
    limits(&wanted)
    return RouteTable(
        revision: revision,
        endpoints: [
            RouteTable.Endpoint(
                name: "e",
                workspace: "w",
                localPort: port,
                auth: auth,
                limits: wanted,
                deployments: [
                    RouteTable.Deployment(
                        name: "blue",
                        requestTimeoutMs: timeoutMs,
                        maxConcurrentRequestsPerInstance: concurrency,
                        instanceCount: max(addresses.count, 1),
                        scoringPath: scoringPath,
                        passesEveryPath: passesEveryPath,
                        instances: addresses.enumerated().map { .init(id: "blue-\($0)", addresses: [$1]) }
                    )
                ],
                traffic: ["blue": 100]
            )
        ],
        workspaces: [.init(name: "w", id: "11-22", subscriptionID: "33-44", location: "here")]
    )
}

func sha256(_ text: String) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    berth_sha256(Array(text.utf8), text.utf8.count, &digest)
    return digest.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
}

@Suite("The HTTP contract over real sockets", .serialized)
struct ContractProcessTests {
    private func begin(loops: Int = 1, sharedPort: Int = 0) async throws -> Rig {
        let rig = try Rig(sharedPort: sharedPort, loops: loops)
        try await rig.ready()
        return rig
    }

    private func status(_ answer: String) -> String { String(answer.split(separator: "\r\n").first ?? "") }

    @Test(
        "both keys work; a regenerated key works and the old one does not, at once and within 100 ms",
        arguments: [1, 2],
        Transport.lines
    )
    func keys(loops: Int, over transport: Transport) async throws {
        let shared = freePort()
        let rig = try await begin(loops: loops, sharedPort: shared)
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        func ask(_ key: String) throws -> String {
            let caller = try rig.line(transport, port: shared)
            caller.send("GET /api/v1/endpoint/e/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n\r\n")
            return status(caller.readAnswer())
        }
        func publish(_ revision: Int, _ keys: [String]) async throws {
            let hashes = keys.map(sha256)
            let address = RouteTable.Address.tcp(host: "127.0.0.1", port: origin.port)
            _ = try await rig.link.publish(single([address], revision: revision, auth: .keys(sha256: hashes)))
        }
        try await publish(1, ["primary-primary-primary", "secondary-secondary-sec"])
        #expect(try ask("primary-primary-primary") == "HTTP/1.1 200 OK")
        #expect(try ask("secondary-secondary-sec") == "HTTP/1.1 200 OK")
        #expect(try ask("third-third-third-third") == "HTTP/1.1 401 Unauthorized")
        var fastest = Duration.seconds(60)
        var last = "primary-primary-primary"
        for round in 0..<5 {
            let fresh = "regenerated-regenerated-\(round)"
            let start = ContinuousClock.now
            try await publish(2 + round, [fresh, "secondary-secondary-sec"])
            #expect(try ask(last) == "HTTP/1.1 401 Unauthorized")
            fastest = min(fastest, ContinuousClock.now - start)
            #expect(try ask(fresh) == "HTTP/1.1 200 OK" && ask("secondary-secondary-sec") == "HTTP/1.1 200 OK")
            last = fresh
        }
        #expect(fastest < .milliseconds(100), "\(fastest)")
        try await rig.end()
        for file in try FileManager.default.contentsOfDirectory(atPath: rig.folder) where !file.hasSuffix(".sock") {
            let text = try String(contentsOfFile: "\(rig.folder)/\(file)", encoding: .utf8)
            #expect(!text.contains("primary-primary") && !text.contains("regenerated-"), "a key stands in \(file)")
        }
    }

    @Test(
        "tokens: verified away from the loop, 401 and 403 with a challenge, the log has kind and identity",
        arguments: Transport.lines
    )
    func tokens(over transport: Transport) async throws {
        let shared = freePort()
        let rig = try await begin(loops: 2, sharedPort: shared)
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        let mint = TokenMint()
        var table = single([.tcp(host: "127.0.0.1", port: origin.port)], auth: .amlToken, concurrency: 64)
        table.tokenIssuers = mint.issuersInPEM
        var second = table.endpoints[0]
        second.name = "f"
        second.auth = .aadToken(scorers: ["1-1"])
        table.endpoints.append(second)
        _ = try await rig.link.publish(table)
        func request(_ endpoint: String, _ token: String) -> String {
            "GET /api/v1/endpoint/\(endpoint)/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n"
        }
        func ask(_ endpoint: String, _ token: String) throws -> String {
            let caller = try rig.line(transport, port: shared)
            caller.send(request(endpoint, token))
            return caller.readAnswer()
        }
        let token = try mint.aml("w/e")
        // Many connections with a token that nobody knows yet.
        let callers = try (0..<32).map { _ in try rig.line(transport, port: shared) }
        for caller in callers { caller.send(request("e", token)) }
        for caller in callers { #expect(status(caller.readAnswer()) == "HTTP/1.1 200 OK") }
        #expect(try status(ask("f", mint.aad("1-1"))) == "HTTP/1.1 200 OK")
        let stranger = try ask("f", mint.aad("2-2"))
        #expect(status(stranger) == "HTTP/1.1 403 Forbidden" && stranger.contains("\r\nWWW-Authenticate: Bearer"))
        for wrong in [try mint.aml("w/other"), try TokenMint().aml("w/e"), try mint.aml("w/e", lifetime: -1), "a.b.c"] {
            let answer = try ask("e", wrong)
            #expect(status(answer) == "HTTP/1.1 401 Unauthorized")
            #expect(answer.contains("\r\nWWW-Authenticate: Bearer realm=\"berth\", error=\"invalid_token\"\r\n"))
            #expect(answer.contains("\r\nContent-Type: application/json\r\n") && answer.contains("\"code\":\"Token"))
        }
        let braces = try rig.line(transport, port: shared)
        braces.send("GET /api/v1/endpoint/e/score HTTP/1.1\r\nHost: a\r\nAuthorization: {Bearer \(token)}\r\n\r\n")
        #expect(status(braces.readAnswer()) == "HTTP/1.1 200 OK")
        for value in ["{Basic eDp5}", "Basic eDp5", "Bearer", "Bearer \"\(token)\" x", token] {
            let caller = try rig.line(transport, port: shared)
            caller.send("GET /api/v1/endpoint/e/score HTTP/1.1\r\nHost: a\r\nAuthorization: \(value)\r\n\r\n")
            let answer = caller.readAnswer()
            #expect(status(answer) == "HTTP/1.1 401 Unauthorized" && answer.contains("CredentialMalformed"))
            #expect(answer.contains("\r\nWWW-Authenticate: Bearer") && answer.contains("{\"error\":{\"code\":"))
        }
        try await rig.end()
        let log = try String(contentsOfFile: "\(rig.folder)/traffic.jsonl", encoding: .utf8)
        let lines = try log.split(separator: "\n").map { try JSON.parse(String($0)) }
        #expect(lines.filter { $0["AuthType"] == "AMLToken" }.count >= 32)
        #expect(
            lines.contains { $0["AuthType"] == "AADToken" && $0["IdentityData"] == "2-2" && $0["ResponseCode"] == 403 }
        )
        #expect(!log.contains(token.suffix(40)))
    }

    @Test("HEAD, OPTIONS, chunks both ways, trailers, Expect, HTTP/1.0", arguments: Transport.lines)
    func methods(over transport: Transport) async throws {
        let rig = try await begin()
        let origin = Origin { request, line in
            if request.hasPrefix("HEAD ") { return line.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") }
            if request.hasPrefix("OPTIONS ") {
                return line.send("HTTP/1.1 200 OK\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n")
            }
            if request.hasSuffix("chunks") {
                let fields = "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n"
                return line.send(
                    "HTTP/1.1 200 OK\r\n\(fields)\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\nContent-Length: 9\r\n\r\n"
                )
            }
            line.answer(String(request.suffix(8)))
        }
        defer { origin.stop() }
        let port = transport.ownPort()
        _ = try await rig.link.publish(single([.tcp(host: "127.0.0.1", port: origin.port)], port: port))
        let caller = try rig.line(transport, port: port)
        caller.send("HEAD /score HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = caller.readHead()
        #expect(status(head) == "HTTP/1.1 200 OK" && head.contains("\r\nContent-Length: 5\r\n"))
        caller.send("OPTIONS /score HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(caller.readAnswer().contains("\r\nAllow: POST\r\n"))
        caller.send(
            "POST /score HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\ndefgh\r\n0\r\nX: y\r\n\r\n"
        )
        #expect(caller.readAnswer().hasSuffix("\r\n\r\nabcdefgh"))
        #expect(!(origin.requests.last ?? "").lowercased().contains("transfer-encoding"))
        caller.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nchunks")
        let chunks = caller.read(until: "\r\n0\r\n")
        #expect(chunks.contains("\r\nTrailer: X-Sum\r\n") && chunks.contains("abc") && chunks.contains("de"))
        let trailers = chunks.components(separatedBy: "\r\n0\r\n").last ?? ""
        #expect((trailers + caller.read(until: "\r\n\r\n", after: trailers)) == "X-Sum: 5\r\n\r\n")
        caller.send("POST /score HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n")
        #expect(caller.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        caller.send("expected")
        #expect(caller.readAnswer().hasSuffix("\r\n\r\nexpected"))
        let old = try rig.line(transport, port: port)
        old.send("POST /score HTTP/1.0\r\nContent-Length: 6\r\n\r\nchunks")
        let answer = old.readToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\nabcde"))
        #expect(!answer.contains("chunked") && answer.contains("\r\nConnection: close\r\n"))
        try await rig.end()
    }

    @Test("server-sent events pass one by one, unbuffered; the client that goes ends them", arguments: Transport.lines)
    func events(over transport: Transport) async throws {
        let rig = try await begin()
        let next = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let origin = Origin { _, line in
            line.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for index in 0..<3 {
                line.send("9\r\ndata: \(index)\n\n\r\n")
                next.wait()
            }
            var byte: UInt8 = 0
            if recv(line.descriptor, &byte, 1, 0) <= 0 { ended.signal() }
        }
        defer { origin.stop() }
        let port = transport.ownPort()
        _ = try await rig.link.publish(single([.tcp(host: "127.0.0.1", port: origin.port)], port: port))
        do {
            let caller = try rig.line(transport, port: port)
            caller.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            for index in 0..<3 {
                // It has come although the instance has not said the next one.
                #expect(caller.read(until: "data: \(index)\n\n\r\n").contains("data: \(index)"))
                next.signal()
            }
        }
        #expect(ended.wait(timeout: .now() + 10) == .success)
        try await rig.end()
    }

    @Test(
        "slow clients hold nobody up: heads and bodies that trickle in, answers that nobody reads",
        arguments: Transport.lines
    )
    func slowClients(over transport: Transport) async throws {
        let rig = try await begin()
        let large = String(repeating: "y", count: 1_500_000)
        let origin = Origin { request, line in line.answer(request.hasSuffix("large") ? large : "ok") }
        defer { origin.stop() }
        let port = transport.ownPort()
        let table = single([.tcp(host: "127.0.0.1", port: origin.port)], port: port, concurrency: 1)
        _ = try await rig.link.publish(table)
        let heads = try (0..<50).map { _ in try rig.line(transport, port: port) }
        for caller in heads { caller.send("POST") }
        let body = try rig.line(transport, port: port)
        body.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        let deaf = try (0..<4).map { _ in try rig.line(transport, port: port) }
        for caller in deaf {
            caller.send("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nlarge")
            // Its head has come, so the instance has answered; the rest of it is left unread.
            #expect(caller.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
            let quick = try rig.line(transport, port: port)
            #expect(quick.score("x").hasPrefix("HTTP/1.1 200 OK"))
        }
        for caller in heads { caller.send(" /score HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") }
        #expect(heads.first.map { status($0.readAnswer()) } == "HTTP/1.1 200 OK")
        body.send("defghi")
        #expect(body.readAnswer().hasSuffix("ok"))
        #expect(deaf.first.map { $0.readToCount(1_500_000) } == true)
        try await rig.end()
    }

    @Test(
        "custom containers: their scoring route, every other path, host form; /swagger.json for all",
        arguments: Transport.lines
    )
    func paths(over transport: Transport) async throws {
        let shared = freePort()
        let rig = try await begin(sharedPort: shared)
        let origin = Origin { request, line in line.answer(String(request.split(separator: " ")[1])) }
        defer { origin.stop() }
        let address = RouteTable.Address.tcp(host: "localhost", port: origin.port)
        var table = single([address], scoringPath: "/v1/models/m:predict", passesEveryPath: true)
        var plain = single([address]).endpoints[0]
        plain.name = "plain"
        table.endpoints.append(plain)
        table.inferenceDomain = "west.inference.test"
        _ = try await rig.link.publish(table)
        let caller = try rig.line(transport, port: shared, prefix: "")
        func ask(_ path: String, host: String = "a") -> String {
            caller.send("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            let answer = caller.readAnswer()
            return status(answer) == "HTTP/1.1 200 OK"
                ? String(answer.components(separatedBy: "\r\n\r\n")[1]) : status(answer)
        }
        #expect(ask("/api/v1/endpoint/e/score?a=b%20c") == "/v1/models/m:predict?a=b%20c")
        #expect(ask("/api/v1/endpoint/e/v2/health/ready") == "/v2/health/ready")
        #expect(ask("/v1/models/m:predict", host: "e.west.inference.test") == "/v1/models/m:predict")
        #expect(ask("/score", host: "E.West.Inference.Test:\(shared)") == "/v1/models/m:predict")
        #expect(ask("/api/v1/endpoint/plain/swagger.json?version=3") == "/swagger.json?version=3")
        #expect(ask("/api/v1/endpoint/plain/score") == "/score" && ask("/", host: "plain.west.inference.test") == "/")
        #expect(ask("/api/v1/endpoint/plain/v2/x") == "HTTP/1.1 404 Not Found")
        #expect(ask("/score", host: "none.west.inference.test") == "HTTP/1.1 404 Not Found")
        #expect(ask("/score") == "HTTP/1.1 404 Not Found")
        try await rig.end()
    }

    @Test("connections per client have a limit, and go on when one ends", arguments: Transport.lines)
    func perClient(over transport: Transport) async throws {
        let rig = try Rig { $0.limits.maxConnectionsPerClient = 3 }
        try await rig.ready()
        let origin = Origin { _, line in line.answer("ok") }
        defer { origin.stop() }
        let port = transport.ownPort()
        _ = try await rig.link.publish(single([.tcp(host: "127.0.0.1", port: origin.port)], port: port))
        var callers = try (0..<3).map { _ in try rig.line(transport, port: port) }
        for caller in callers { #expect(caller.score("x").hasPrefix("HTTP/1.1 200 OK")) }
        // Over TLS it ends before its handshake.
        #expect((try? rig.line(transport, port: port).score("x"))?.isEmpty ?? true)
        callers.removeLast()
        var answer = ""
        let end = ContinuousClock.now.advanced(by: .seconds(10))
        while answer.isEmpty, ContinuousClock.now < end {
            answer = (try? rig.line(transport, port: port).score("x")) ?? ""  // the place may not be free yet
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
        try await rig.end()
    }
}
