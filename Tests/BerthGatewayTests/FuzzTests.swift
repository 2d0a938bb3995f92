import BerthModel
import Testing

@testable import BerthGateway

/// Everything at once, chosen by a seed: requests and answers with bytes changed, in pieces, clients and instances that
/// go, limits that delay, tables that change, time that passes.
@Suite("Fuzzing of a whole loop")
struct FuzzTests {
    private static let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.0 204 None\r\nX: y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + String(repeating: "z", count: 3000),
    ]

    private func changed(_ text: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        guard Int.random(in: 0..<3, using: &random) == 0 else { return bytes }
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x30].randomElement(using: &random) ?? 0, at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    private func table(_ revision: Int, _ random: inout SeededGenerator) -> RouteTable {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = [0, 3, 100].randomElement(using: &random) ?? 0
        limits.bandwidthBytesPerSecond = [0, 0, 500, 5000].randomElement(using: &random) ?? 0
        limits.maxConnections = [0, 0, 2].randomElement(using: &random) ?? 0
        limits.newConnectionsPerSecond = [0, 0, 2].randomElement(using: &random) ?? 0
        limits.maxResponseBytes = [0, 100, 5000].randomElement(using: &random) ?? 0
        return Bench.table(
            revision: revision,
            timeoutMs: [100, 5000].randomElement(using: &random) ?? 100,
            concurrency: Int.random(in: 1...3, using: &random),
            instances: Int.random(in: 1...3, using: &random),
            traffic: ["blue": 50, "green": 50],
            mirror: Bool.random(using: &random) ? ["green": 50] : [:],
            limits: limits
        )
    }

    private func step(_ bench: Bench, _ clients: inout [Int32], _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: clients.append(bench.connect())
        case 1: bench.advance(Int64.random(in: 0...400, using: &random))
        case 2:
            if let client = clients.randomElement(using: &random) { bench.core.peerClosed(client) }
        case 3:
            if let upstream = bench.core.wire.upstreams.randomElement(using: &random),
                bench.core.wire.sockets[upstream]?.isClosed == false
            {
                bench.core.upstreamClosed(upstream)
            }
        case 4: bench.core.wire.connectFailures = Int.random(in: 0...2, using: &random)
        case 5, 6:
            for upstream in bench.core.wire.upstreams where bench.core.wantsAnswerBytes(upstream) {
                guard bench.core.wire.sockets[upstream]?.isClosed == false, !bench.sent(to: upstream).isEmpty else {
                    continue
                }
                _ = bench.takeSent(to: upstream)
                let bytes = changed(Self.answers.randomElement(using: &random) ?? "", &random)
                let cut = Int.random(in: 0...bytes.count, using: &random)
                for piece in [bytes[..<cut], bytes[cut...]] where !piece.isEmpty {
                    guard bench.core.wire.sockets[upstream]?.isClosed == false,
                        bench.core.wantsAnswerBytes(upstream)
                    else { break }
                    bench.answer(piece, from: upstream)
                }
            }
        default:
            guard let client = clients.randomElement(using: &random),
                bench.core.wire.sockets[client]?.isClosed == false, bench.core.wantsBytes(client)
            else { return }
            var text = ParserTests.requests.randomElement(using: &random) ?? ""
            if Bool.random(using: &random) {
                let size = Int.random(in: 0...3000, using: &random)
                text = "POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
                text += String(repeating: "b", count: size)
            }
            bench.receive(changed(text, &random), on: client)
        }
        bench.core.turn()
    }

    @Test("nothing is lost, whatever happens", arguments: 0..<400 as Range<UInt64>)
    func everything(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 7_000)
        let bench = Bench(table(1, &random))
        bench.core.writesLog = true
        var clients: [Int32] = []
        for round in 2..<6 {
            for _ in 0..<60 { step(bench, &clients, &random) }
            bench.apply(table(round, &random))
            let busy = bench.core.wire.upstreams.filter { bench.core.wire.sockets[$0]?.isClosed == false }.count
            #expect(busy <= 64, "seed \(seed)")
        }
        for client in clients { bench.core.peerClosed(client) }
        for _ in 0..<60 { bench.advance(5_000) }
        #expect(bench.core.exchangeCount == 0, "seed \(seed)")
        #expect(bench.core.connectionCount == 0, "seed \(seed)")
        #expect(bench.core.waitingCount == 0 && bench.core.heldCount == 0, "seed \(seed)")
        #expect(bench.inFlight.values.allSatisfy { $0 == 0 }, "seed \(seed)")
        #expect(bench.pendingCounts.allSatisfy { $0 == 0 }, "seed \(seed): \(bench.pendingCounts)")
        #expect(bench.core.generation?.pointee.exchanges == 0, "seed \(seed)")
    }

    @Test(
        "any split is exact in its period, and nobody is ever far from its share",
        arguments: 0..<50 as Range<UInt64>
    )
    func schedule(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var weights: [Int] = []
        var left = 100
        while left > 0 {
            let share = Int.random(in: 1...left, using: &random)
            weights.append(share)
            left -= share
        }
        let period = TrafficSchedule.period(of: weights)
        var counts = [Int](repeating: 0, count: weights.count)
        for (place, index) in period.enumerated() {
            counts[Int(index)] += 1
            for (other, weight) in weights.enumerated() {
                let share = Double((place + 1) * weight) / 100
                #expect(abs(Double(counts[other]) - share) <= Double(weights.count), "seed \(seed)")
            }
        }
        let whole = 100 / period.count
        #expect(counts.map { $0 * whole } == weights, "seed \(seed)")
    }
}
