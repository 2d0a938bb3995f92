import BerthJSON
import BerthModel
import Testing

@testable import BerthGateway

@Suite("Limits that delay")
struct DelayTests {
    private func bench(timeoutMs: Int = 5000, _ change: (inout RouteTable.Limits) -> Void) -> Bench {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = 0
        change(&limits)
        return Bench(Bench.table(timeoutMs: timeoutMs, concurrency: 8, limits: limits))
    }

    private func post(_ count: Int) -> String {
        "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "x", count: count)
    }

    private func upstream(_ bench: Bench) throws -> Int32 { try #require(bench.core.wire.upstreams.last) }

    @Test("a request above the bandwidth reaches the model later, and the trailers and the log tell by how much")
    func request() throws {
        let bench = bench { $0.bandwidthBytesPerSecond = 1000 }
        bench.core.writesLog = true
        let client = bench.connect()
        bench.receive(post(3000), on: client)
        #expect(bench.forwarded.isEmpty && !bench.core.wantsBytes(client))
        bench.advance(1990)
        #expect(bench.forwarded.isEmpty)
        bench.advance(14)
        #expect(bench.forwarded.count == 1)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: try upstream(bench))
        let answer = bench.sent(to: client)
        #expect(answer.contains("\r\nTrailer: ms-azureml-bandwidth-request-delay-ms\r\n"))
        #expect(answer.contains("\r\n2\r\nok\r\n0\r\nms-azureml-bandwidth-request-delay-ms: 200"))
        #expect(answer.hasSuffix("\r\nms-azureml-bandwidth-response-delay-ms: 0\r\n\r\n"))
        #expect(!answer.contains("Content-Length"))
        bench.core.flushLog()
        let line = try JSON.parse(bench.core.wire.logged)
        #expect((2000...2010).contains(line["RequestThrottlingDelayMs"]?.intValue ?? 0))
        #expect(line["ResponseThrottlingDelayMs"] == 0)
        // The next second's worth passes at once, and without trailers.
        bench.advance(3000)
        _ = bench.takeSent(to: client)
        bench.receive(post(900), on: client)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: try upstream(bench))
        #expect(bench.sent(to: client).hasSuffix("\r\nContent-Length: 2\r\n\r\nok"))
    }

    @Test("a body in pieces is read at the bandwidth's pace", arguments: [true, false])
    func pieces(isChunked: Bool) throws {
        let bench = bench { $0.bandwidthBytesPerSecond = 1000 }
        let client = bench.connect()
        let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 2000"
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n", on: client)
        let piece = String(repeating: "x", count: 500)
        var times = 0
        for _ in 0..<4 {
            while !bench.core.wantsBytes(client) {
                times += 1
                bench.advance(100)
            }
            bench.receive(isChunked ? "1f4\r\n\(piece)\r\n" : piece, on: client)
        }
        if isChunked {
            while !bench.core.wantsBytes(client) { bench.advance(100) }
            bench.receive("0\r\n\r\n", on: client)
        }
        for _ in 0..<20 where bench.forwarded.isEmpty { bench.advance(100) }
        #expect(bench.forwarded.count == 1 && bench.forwarded[0].hasSuffix(piece))
        #expect((4...7).contains(times), "\(times)")
    }

    @Test("an answer above the bandwidth is held back before its head, which announces the trailers")
    func answer() throws {
        let bench = bench { $0.bandwidthBytesPerSecond = 1000 }
        let client = bench.connect()
        bench.receive(post(1), on: client)
        let upstream = try upstream(bench)
        let body = String(repeating: "y", count: 2500)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2500\r\n\r\n" + body.prefix(100), from: upstream)
        #expect(bench.sent(to: client).isEmpty && !bench.core.wantsAnswerBytes(upstream))
        bench.advance(1490)
        #expect(bench.sent(to: client).isEmpty)
        bench.advance(14)
        #expect(bench.sent(to: client).contains("\r\nTransfer-Encoding: chunked\r\n"))
        #expect(bench.core.wantsAnswerBytes(upstream))
        bench.answer(String(body.dropFirst(100)), from: upstream)
        #expect(bench.sent(to: client).contains("\r\n0\r\nms-azureml-bandwidth-request-delay-ms: 0\r\n"))
        #expect(bench.sent(to: client).contains("\r\nms-azureml-bandwidth-response-delay-ms: 150"))
        #expect(bench.core.exchangeCount == 0 && !bench.isEnding(client))
    }

    @Test("a stream goes on at the bandwidth's pace; an instance that ends meanwhile loses nothing")
    func stream() throws {
        let bench = bench { $0.bandwidthBytesPerSecond = 1000 }
        let client = bench.connect()
        bench.receive(post(1), on: client)
        let upstream = try upstream(bench)
        let piece = String(repeating: "z", count: 750)
        bench.answer("HTTP/1.1 200 OK\r\n\r\n\(piece)", from: upstream)
        #expect(bench.core.wantsAnswerBytes(upstream))
        bench.answer(piece, from: upstream)
        #expect(bench.sent(to: client).components(of: piece) == 2 && !bench.core.wantsAnswerBytes(upstream))
        bench.core.upstreamClosed(upstream)
        #expect(bench.core.exchangeCount == 1)
        bench.advance(510)
        #expect(bench.core.exchangeCount == 0)
        #expect(bench.sent(to: client).hasSuffix("\r\nms-azureml-bandwidth-response-delay-ms: 510\r\n\r\n"))
    }

    @Test("a delay beyond the deadline ends with 408 of the gateway's layer")
    func tooLong() throws {
        let bench = bench(timeoutMs: 1000) { $0.bandwidthBytesPerSecond = 1000 }
        let client = bench.connect()
        bench.receive(post(9000), on: client)
        bench.advance(1010)
        #expect(bench.status(of: client) == "HTTP/1.1 408 Request Timeout")
        #expect(bench.sent(to: client).contains("\r\nx-berth-layer: gateway\r\n"))
        #expect(bench.forwarded.isEmpty && bench.core.exchangeCount == 0)
    }

    @Test("a client that goes while it is delayed leaves nothing behind", arguments: [true, false])
    func goes(duringAnswer: Bool) throws {
        let bench = bench { $0.bandwidthBytesPerSecond = 1000 }
        let client = bench.connect()
        bench.receive(post(duringAnswer ? 1 : 5000), on: client)
        if duringAnswer {
            bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", from: try upstream(bench))
        }
        bench.core.peerClosed(client)
        bench.advance(100_000)
        #expect(bench.core.exchangeCount == 0 && bench.core.connectionCount == 0)
        #expect(bench.inFlight.values.allSatisfy { $0 == 0 })
    }

    @Test("one connection more than the endpoint has room for waits until another ends")
    func connections() throws {
        let bench = bench { $0.maxConnections = 2 }
        let clients = (0..<3).map { _ in bench.connect() }
        for client in clients { bench.receive(post(1), on: client) }
        #expect(bench.core.wire.upstreams.count == 2)
        bench.advance(1000)
        #expect(bench.core.wire.upstreams.count == 2 && bench.sent(to: clients[2]).isEmpty)
        for upstream in bench.core.wire.upstreams {
            bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: upstream)
        }
        // Those that are in stay in between requests.
        bench.receive(post(1), on: clients[0])
        bench.advance(500)
        #expect(bench.sent(to: clients[2]).isEmpty)
        bench.core.peerClosed(clients[1])
        bench.advance(100)
        for upstream in bench.core.wire.upstreams where !bench.takeSent(to: upstream).isEmpty {
            bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: upstream)
        }
        #expect(bench.status(of: clients[2]) == "HTTP/1.1 200 OK")
        #expect(bench.sent(to: clients[2]).contains("\r\nms-azureml-bandwidth-request-delay-ms: 1"))
        for client in [clients[0], clients[2]] { bench.core.peerClosed(client) }
        #expect(bench.core.heldCount == 0 && bench.core.connectionCount == 0)
    }

    @Test("a connection that finds no room until its deadline is refused with 429")
    func noRoom() throws {
        let bench = bench(timeoutMs: 300) { $0.maxConnections = 1 }
        let clients = (0..<2).map { _ in bench.connect() }
        for client in clients { bench.receive(post(1), on: client) }
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: try upstream(bench))
        for _ in 0..<20 { bench.advance(20) }
        let answer = bench.sent(to: clients[1])
        #expect(answer.hasPrefix("HTTP/1.1 429 Too many connections\r\n") && answer.contains("\r\nRetry-After: 1\r\n"))
        #expect(answer.contains("berth.max_connections") && answer.contains("\"value\":1,\"current\":1"))
        #expect(bench.core.heldCount == 0)
    }

    @Test("new connections above the rate wait for the next second; requests on old ones do not")
    func newConnections() throws {
        let bench = bench { $0.newConnectionsPerSecond = 2 }
        let clients = (0..<3).map { _ in bench.connect() }
        for client in clients { bench.receive(post(1), on: client) }
        #expect(bench.core.wire.upstreams.count == 2)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: bench.core.wire.upstreams[0])
        bench.receive(post(1), on: clients[0])
        #expect(bench.core.wire.upstreams.count == 2 && bench.core.heldCount == 1)
        for _ in 0..<52 { bench.advance(20) }
        #expect(bench.core.heldCount == 0 && bench.core.wire.upstreams.count == 3)
    }

    @Test("over any time no more passes than the rate and a second's worth", arguments: 0..<20 as Range<UInt64>)
    func meter(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = Int.random(in: 100...10_000_000, using: &random)
        let meter = BandwidthMeter()
        let start: Int64 = 1_000_000_000_000
        var now = start
        var passed = 0
        for _ in 0..<500 {
            let bytes = Int.random(in: 1...(rate * 2), using: &random)
            now += meter.charge(bytes, perSecond: rate, now: now)
            passed += bytes
            let allowed = Double(now - start) / 1e9 * Double(rate) + Double(rate) + 1
            #expect(Double(passed) <= allowed, "seed \(seed)")
            if Bool.random(using: &random) { now += Int64.random(in: 0...3_000_000_000, using: &random) }
        }
    }
}
