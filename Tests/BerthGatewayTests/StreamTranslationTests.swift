import NIOCore
import NIOHPACK
import Testing

@testable import BerthGateway

@Suite("Heads and answers between HTTP/2 and HTTP/1.1")
struct StreamTranslationTests {
    /// The answer's parts, pieces of the body put together.
    private func read(_ pieces: [[UInt8]], isAnswerToHead: Bool = false) -> [String] {
        var reader = AnswerReader(isAnswerToHead: isAnswerToHead)
        var table = FieldTable()
        defer {
            reader.free()
            table.free()
        }
        var parts: [String] = []
        var body = ""
        var hasBody = false
        func text(_ headers: HPACKHeaders) -> String { headers.map { "\($0.name)=\($0.value)" }.joined(separator: ";") }
        for piece in pieces {
            piece.withUnsafeBytes { bytes in
                reader.read(bytes, ByteBufferAllocator(), &table) { part in
                    switch part {
                    case .head(let headers, let ends): parts.append("\(text(headers)) \(ends)")
                    case .data(let buffer, let ends):
                        hasBody = true
                        body += String(buffer: buffer)
                        if ends { parts.append("body \(body) true") }
                    case .trailers(let headers):
                        if hasBody { parts.append("body \(body) false") }
                        parts.append("trailers \(text(headers))")
                    }
                }
            }
        }
        return parts
    }

    private static let answers: [(String, [String])] = [
        (
            "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 3\r\n\r\none",
            [":status=200;x-a=b;content-length=3 false", "body one true"]
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", [":status=200;content-length=0 true"]),
        ("HTTP/1.1 204 No Content\r\n\r\n", [":status=204 true"]),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
            [":status=100 false", ":status=413;content-length=1 false", "body x true"]
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\n, two\r\n0\r\n\r\n",
            [":status=200 false", "body one, two true"]
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n0\n\r\n0\r\nX-Delay:  5\r\nY: z\r\n\r\n",
            [":status=200 false", "body 0\n false", "trailers x-delay=5;y=z"]
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [":status=200 false", "body  true"]),
        (
            "HTTP/1.1 424 Model Error; original-code=500\r\nKeep-Alive: 5\r\nTrailer: X\r\nContent-Length: 2\r\n\r\nab",
            [":status=424;trailer=X;content-length=2 false", "body ab true"]
        ),
    ]

    @Test("an answer is told in the same parts wherever its bytes are split", arguments: answers)
    func everySplit(text: String, parts: [String]) {
        let bytes = Array(text.utf8)
        #expect(read([bytes]) == parts)
        for place in 0...bytes.count { #expect(read([Array(bytes[..<place]), Array(bytes[place...])]) == parts) }
        #expect(read(bytes.map { [$0] }) == parts)
    }

    @Test("the answer to HEAD ends with its head, whatever length it tells")
    func head() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n"
        #expect(read([Array(text.utf8)], isAnswerToHead: true) == [":status=200;content-length=300 true"])
    }

    private func write(_ fields: [(String, String)], endsStream: Bool = true) throws(HeadFault) -> String {
        var writer = ByteWriter(capacity: 100_000)
        defer { writer.free() }
        var head = StreamHead()
        try head.write(HPACKHeaders(fields), endsStream: endsStream, limit: 65_536, to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func request(_ more: [(String, String)] = []) -> [(String, String)] {
        [(":method", "POST"), (":scheme", "https"), (":path", "/score?a=b"), (":authority", "host:1")] + more
    }

    @Test("a head is written as HTTP/1.1 writes it")
    func written() throws {
        #expect(try write(request()) == "POST /score?a=b HTTP/1.1\r\nHost: host:1\r\n\r\n")
        let sized = try write(request([("content-length", "5"), ("x", "y")]), endsStream: false)
        #expect(sized == "POST /score?a=b HTTP/1.1\r\nHost: host:1\r\ncontent-length: 5\r\nx: y\r\n\r\n")
        let chunked = try write(request(), endsStream: false)
        #expect(chunked == "POST /score?a=b HTTP/1.1\r\nHost: host:1\r\nTransfer-Encoding: chunked\r\n\r\n")
        let cookies = try write(request([("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]))
        #expect(cookies == "POST /score?a=b HTTP/1.1\r\nHost: host:1\r\nx: y\r\ncookie: a=1; b=2\r\n\r\n")
        let named = try write([(":method", "GET"), (":scheme", "http"), (":path", "/"), ("host", "h")])
        #expect(named == "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try write(request([("host", "HOST:1")])).components(of: "ost: ") == 1)
    }

    @Test(
        "every byte that ends a line or a word is refused in every place",
        arguments: [0x0D, 0x0A, 0x00, 0x20] as [UInt8]
    )
    func noInjection(byte: UInt8) {
        let text = "a" + String(decoding: [byte], as: UTF8.self) + "b"
        for place in 0..<4 {
            var fields = request()
            fields[place].1 += text
            #expect(throws: HeadFault.self) { try self.write(fields) }
        }
        #expect(throws: HeadFault.self) { try self.write(request([(text, "x")])) }
        guard byte != 0x20 else { return }
        #expect(throws: HeadFault.self) { try self.write(request([("x", text)])) }
    }

    @Test("more fields than the limit are too large")
    func limit() {
        let large = (0..<30).map { ("x\($0)", String(repeating: "a", count: 3000)) }
        #expect(throws: HeadFault.headTooLarge) { try self.write(request(large)) }
    }

    @Test("random heads: what passes is one head of HTTP/1.1 with the same fields", arguments: 0..<40 as Range<UInt64>)
    func randomHeads(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("ab:/ \r\n\t%.?-_\u{0}\u{7F}é=;,\"A0".unicodeScalars)
        for _ in 0..<200 {
            func text() -> String {
                var text = String.UnicodeScalarView()
                for _ in 0..<Int(random.next() % 6) {
                    text.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
                }
                return String(text)
            }
            var fields = request((0..<Int(random.next() % 4)).map { _ in (text(), text()) })
            if random.next() % 3 == 0 { fields[Int(random.next() % 4)].1 = text() }
            guard let written = try? write(fields) else { continue }  // refused, as most are
            let lines = written.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.suffix(2) == ["", ""], "\(seed): \(written.debugDescription)")
            // A line for the request, one for the host, one for each field: none has become two.
            let sent = fields.filter { !$0.0.hasPrefix(":") && $0.0 != "cookie" && $0.0 != "host" }.count
            #expect(lines.count == 4 + sent, "\(seed): \(written.debugDescription)")
            #expect(!written.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" || $0 == "\0" })
        }
    }
}

@Suite("Streams in the core")
struct CoreStreamTests {
    private func carrier(_ bench: Bench) -> Int32 {
        let socket = bench.connect()
        bench.core.carriesStreams(socket)
        return socket
    }

    private func stream(_ bench: Bench, on carrier: Int32) -> Int32 {
        let socket = bench.core.wire.newSocket(isUpstream: false)
        bench.core.acceptedStream(socket, on: carrier)
        return socket
    }

    @Test("a stream is a client of its own, and the connection is counted once")
    func scores() throws {
        let bench = Bench()
        let connection = carrier(bench)
        let first = stream(bench, on: connection)
        let second = stream(bench, on: connection)
        #expect(bench.core.connectionCount == 1)
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", on: first)
        let upstream = try #require(bench.core.wire.upstreams.first)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", from: upstream)
        #expect(bench.status(of: first) == "HTTP/1.1 200 OK")
        bench.core.peerClosed(first)
        #expect(bench.core.wire.sockets[first]?.isClosed == true)
        #expect(bench.core.wire.sockets[connection]?.isClosed == false)
        bench.core.peerClosed(second)
        bench.core.peerClosed(connection)
        #expect(bench.core.connectionCount == 0)
    }

    /// The last word was said, and nothing is expected any more.
    private func hasEnded(_ bench: Bench, _ socket: Int32) -> Bool {
        bench.core.wire.sockets[socket]?.hasFinishedWriting == true
    }

    @Test("a connection with a stream does not rest, one without ends after the idle time")
    func rests() {
        let bench = Bench()
        let connection = carrier(bench)
        let only = stream(bench, on: connection)
        bench.core.writesLog = true
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", on: only)
        bench.advance(4_000)
        #expect(bench.core.wire.sockets[connection]?.isClosed == false)
        bench.core.peerClosed(only)
        #expect(String(decoding: bench.core.log.bytes, as: UTF8.self).contains("\"Protocol\":\"HTTP/2\""))
        bench.advance(74_000)
        #expect(!hasEnded(bench, connection))
        bench.advance(2_000)
        #expect(hasEnded(bench, connection))
        bench.advance(3_000)
        #expect(bench.core.wire.sockets[connection]?.isClosed == true)
    }

    @Test("draining tells connections that carry streams, now and later, and ends them when they are empty")
    func drains() {
        let bench = Bench()
        let connection = carrier(bench)
        let only = stream(bench, on: connection)
        bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", on: only)
        bench.core.drain(idleNs: 1_000_000_000)
        #expect(bench.core.wire.sockets[connection]?.refusesStreams == true)
        bench.advance(3_000)
        #expect(!hasEnded(bench, connection))
        bench.core.peerClosed(only)
        #expect(hasEnded(bench, connection))
        let late = carrier(bench)
        bench.advance(900)
        #expect(!hasEnded(bench, late))
        bench.advance(200)
        #expect(hasEnded(bench, late))
    }

    @Test("a head that could not be translated is answered with 400 and accounted for", arguments: HeadFault.allCases)
    func refusedHead(fault: HeadFault) {
        let bench = Bench()
        let only = stream(bench, on: carrier(bench))
        bench.core.refuseHead(only, fault)
        bench.core.turn()
        #expect(bench.sent(to: only).hasPrefix("HTTP/1.1 \(fault.status) "))
        #expect(bench.sent(to: only).contains("\r\nx-berth-layer: client\r\n"))
        #expect(bench.core.exchangeCount == 0 && bench.core.wire.upstreams.isEmpty)
    }
}

@Suite("Records of TLS")
struct TLSRecordTests {
    private func whole(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBytes { TLSRecords.wholeBytes($0) } }

    @Test("whole records are told from the beginning of one")
    func told() {
        let record: [UInt8] = [23, 3, 3, 0, 2, 9, 9]
        #expect(whole([]) == 0)
        for count in 1..<7 { #expect(whole(Array(record.prefix(count))) == 0) }
        #expect(whole(record) == 7)
        #expect(whole(record + record.prefix(6)) == 7)
        #expect(whole(record + record) == 14)
    }

    @Test("what is no record is passed on as it is")
    func noRecords() {
        #expect(whole(Array("SSH-2.0-x\r\n".utf8)) == 11)
        #expect(whole([23, 3, 3, 0xFF, 0xFF, 1]) == 6)
        #expect(whole([23, 3, 3, 0, 0, 99, 0, 0, 0, 0]) == 10)
    }
}
