import Testing

@testable import BerthGateway

/// A generator that gives the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite("Parser")
struct ParserTests {
    static let requests = [
        "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /score?a=b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n",
        "\r\nGET /swagger.json HTTP/1.1\r\nHost: a\r\nConnection: x-drop, keep-alive\r\nX-Drop: 1\r\nX-Keep: 2\r\n\r\n",
        "POST http://a/score HTTP/1.1\r\nhOsT: a\r\nTE: trailers\r\nUpgrade: h2c\r\nContent-Length:\t0 \r\n\r\n",
        "OPTIONS /score HTTP/1.0\r\nConnection: keep-alive\r\nX: \u{E9}\r\n\r\n",
    ]

    @Test("every split point of a request's bytes gives the same result", arguments: requests)
    func everySplit(text: String) throws {
        let bytes = Array(text.utf8)
        let whole = Bench()
        whole.receive(bytes, on: whole.connect())
        #expect(whole.forwarded.count == 1)
        for split in 1..<bytes.count {
            let bench = Bench()
            let client = bench.connect()
            bench.receive(bytes[..<split], on: client)
            bench.receive(bytes[split...], on: client)
            #expect(bench.forwarded == whole.forwarded, "split at \(split)")
        }
    }

    @Test("hop-by-hop fields, those that Connection names, and our own are not passed on")
    func filters() throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-drop, close\r\nX-Drop: 1\r\nKeep-Alive: 5\r\nTE: x\r\n"
                + "Proxy-Authorization: x\r\nUpgrade: y\r\nx-berth-deadline-ms: 1\r\nx-request-id: mine\r\nX-Keep: 2\r\n\r\n",
            on: client
        )
        let sent = try #require(bench.forwarded.first)
        #expect(sent == "GET / HTTP/1.1\nHost: a\nX-Keep: 2\nx-berth-deadline-ms:       5000\n\n")
    }

    @Test("a chunked body reaches the instance with its length")
    func dechunks() throws {
        let bench = Bench()
        bench.receive(Self.requests[1], on: bench.connect())
        let sent = try #require(bench.forwarded.first)
        #expect(sent.hasSuffix("Content-Length:            8\n\nhelloabc"))
        #expect(!sent.lowercased().contains("transfer-encoding"))
    }

    @Test("pipelined requests are answered in order, at every split point")
    func pipeline() throws {
        let text = (0..<3).map { "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\($0)" }.joined()
        let bytes = Array(text.utf8)
        for split in 0..<bytes.count {
            let bench = Bench()
            let client = bench.connect()
            if split > 0 { bench.receive(bytes[..<split], on: client) }
            bench.receive(bytes[split...], on: client)
            for number in 0..<3 {
                let upstream = try #require(bench.core.wire.upstreams.first)
                #expect(bench.takeSent(to: upstream).hasSuffix("\r\n\r\n\(number)"), "split at \(split)")
                bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)", from: upstream)
                #expect(bench.takeSent(to: client).hasSuffix("\r\n\r\n\(number)"))
            }
            #expect(bench.core.wire.upstreams.count == 1)
        }
    }

    @Test(
        "an answer passes at every split point",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
            "HTTP/1.1 200\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        ]
    )
    func answers(text: String) throws {
        let bytes = Array(text.utf8)
        for split in 1..<bytes.count {
            let bench = Bench()
            let client = bench.connect()
            bench.receive(Self.requests[0], on: client)
            let upstream = try #require(bench.core.wire.upstreams.first)
            bench.answer(bytes[..<split], from: upstream)
            bench.answer(bytes[split...], from: upstream)
            #expect(bench.status(of: client) == "HTTP/1.1 200 OK")
            #expect(bench.sent(to: client).filter(\.isLetter).hasSuffix("hello"), "split at \(split)")
            #expect(bench.core.exchangeCount == 0)
            #expect(bench.core.wire.sockets[upstream]?.isClosed == text.contains("close"))
        }
    }

    @Test("bytes changed at random never break the bookkeeping", arguments: 0..<300 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bench = Bench()
        for _ in 0..<20 {
            var bytes = Array((Self.requests.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x30].randomElement(using: &random) ?? 0, at: place)
                default: bytes += bytes[place...]
                }
            }
            let client = bench.connect()
            var rest = bytes[...]
            while !rest.isEmpty, bench.core.wire.sockets[client]?.isClosed == false {
                let count = min(rest.count, Int.random(in: 1...40, using: &random))
                if bench.core.wantsBytes(client) { bench.receive(rest.prefix(count), on: client) }
                rest = rest.dropFirst(count)
            }
            for upstream in bench.core.wire.upstreams where bench.core.wire.sockets[upstream]?.isClosed == false {
                let sent = bench.takeSent(to: upstream)
                let head = sent.components(of: "\r\n\r\n") > 0 ? String(sent.split(separator: "\r\n\r\n")[0]) : sent
                // Nothing that could be read in two ways has gone to an instance.
                #expect(head.lowercased().components(of: "\r\ncontent-length:") <= 1, "seed \(seed)")
                #expect(!head.lowercased().contains("\r\ntransfer-encoding"), "seed \(seed)")
                if !sent.isEmpty { bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", from: upstream) }
            }
            if bench.core.wire.sockets[client]?.isClosed == false { bench.core.peerClosed(client) }
            bench.core.turn()
            bench.advance(10)
        }
        bench.advance(100_000)
        #expect(bench.core.exchangeCount == 0, "seed \(seed)")
        #expect(bench.core.connectionCount == 0, "seed \(seed)")
        #expect(bench.core.waitingCount == 0, "seed \(seed)")
        #expect(bench.inFlight.values.allSatisfy { $0 == 0 }, "seed \(seed)")
    }
}
