import Testing

@testable import BerthGateway

@Suite("Attacks on the parser")
struct AttackTests {
    @Test("the corpus is large and has no attack twice")
    func corpus() {
        #expect(AttackCorpus.all.count >= 150)
        #expect(Set(AttackCorpus.all.map(\.text)).count == AttackCorpus.all.count)
    }

    @Test("an attack is answered once, ends its connection and reaches no instance", arguments: AttackCorpus.all)
    func refused(attack: AttackCorpus.Attack) {
        let bench = Bench()
        let client = bench.connect()
        bench.receive(attack.text + AttackCorpus.smuggled, on: client)
        let answer = bench.sent(to: client)
        #expect(bench.core.wire.upstreams.isEmpty)
        #expect(["400", "414", "417", "431", "505"].contains(answer.dropFirst(9).prefix(3)), "\(answer.prefix(80))")
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains("\r\nx-berth-layer: client\r\n"))
        #expect(answer.components(of: "x-berth-layer: ") == 1)
        #expect(bench.isEnding(client))
        #expect(bench.core.exchangeCount == 0)
    }

    @Test("an attack in single bytes meets the same answer", arguments: AttackCorpus.all)
    func refusedInSingleBytes(attack: AttackCorpus.Attack) {
        let whole = Bench()
        let first = whole.connect()
        whole.receive(attack.text + AttackCorpus.smuggled, on: first)
        let bench = Bench()
        let client = bench.connect()
        for byte in (attack.text + AttackCorpus.smuggled).utf8 { bench.receive([byte], on: client) }
        #expect(bench.status(of: client) == whole.status(of: first))
        #expect(bench.core.wire.upstreams.isEmpty)
        #expect(bench.isEnding(client))
    }

    @Test(
        "an instance that does not answer in HTTP/1.1 is a fault of the model",
        arguments: [
            "hello\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 O\u{1}K\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200\tOK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n",
        ]
    )
    func badAnswers(text: String) throws {
        let bench = Bench()
        let client = bench.connect()
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", on: client)
        let upstream = try #require(bench.core.wire.upstreams.first)
        bench.answer(text, from: upstream)
        #expect(bench.status(of: client) == "HTTP/1.1 424 Model Error")
        #expect(bench.sent(to: client).contains("ModelAnswerMalformed"))
        #expect(bench.core.wire.sockets[upstream]?.isClosed == true)
    }
}

extension String {
    /// How often `part` occurs.
    func components(of part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
