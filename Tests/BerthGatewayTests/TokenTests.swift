import BerthJSON
import BerthModel
import Testing

@testable import BerthGateway

@Suite("Tokens")
struct TokenTests {
    private static let mint = TokenMint()

    private func fault(_ token: String, keys: TokenKeys = TokenKeys(mint.issuers)) -> TokenFault? {
        switch keys.verify(Array(token.utf8)) {
        case .valid: nil
        case .invalid(let fault): fault
        }
    }

    @Test("a token is right by the raw key and by the key in PEM")
    func forms() throws {
        let token = try Self.mint.aml("w/aml")
        for issuers in [Self.mint.issuers, Self.mint.issuersInPEM] {
            let keys = TokenKeys(issuers)
            #expect(keys.problems.isEmpty)
            #expect(fault(token, keys: keys) == nil)
        }
        #expect(TokenKeys([.init(name: "i", keys: [.init(id: "k", publicKey: "AAAA")])]).problems.count == 1)
        #expect(TokenKeys([.init(name: "i", keys: [.init(id: "k", publicKey: "-----BEGIN X")])]).problems.count == 1)
    }

    @Test("another algorithm, key, issuer or signature is refused, and so is what lacks a claim")
    func refused() throws {
        let mint = Self.mint
        let good = try mint.aml("w/aml")
        let parts = good.split(separator: ".").map(String.init)
        let claims = mint.claims([("aud", "berth-endpoint"), ("endpoint", "w/aml")])
        #expect(fault("") == .notCompactForm && fault("a.b") == .notCompactForm)
        #expect(fault(good + ".") == .notCompactForm && fault(parts[0] + "..") == .notCompactForm)
        #expect(fault("\(parts[0])=.\(parts[1]).\(parts[2])") == .notCompactForm)
        #expect(fault(String(repeating: "a", count: 9000)) == .notCompactForm)
        #expect(fault("\(TokenMint.base64([0x5B, 0x5D])).\(parts[1]).\(parts[2])") == .notCompactForm)
        for algorithm in ["none", "HS256", "RS256", "es256", "ES384", ""] {
            let token = try mint.token(claims, header: ["alg": .string(algorithm), "kid": "k1"])
            #expect(fault(token) == .algorithm, "\(algorithm)")
        }
        let critical: JSON = ["alg": "ES256", "kid": "k1", "crit": ["x"], "x": 1]
        #expect(fault(try mint.token(claims, header: critical)) == .algorithm)
        #expect(fault(try mint.token(claims, header: ["alg": "ES256"])) == .unknownKey)
        #expect(fault(try mint.token(claims, header: ["alg": "ES256", "kid": "k2"])) == .unknownKey)
        var stranger = TokenMint()
        #expect(fault(try stranger.aml("w/aml")) == .signature)
        stranger.issuer = "https://other"
        #expect(fault(try stranger.aml("w/aml")) == .unknownIssuer)
        let none = TokenMint.base64(Array(#"{"alg":"none","kid":"k1"}"#.utf8))
        #expect(fault("\(none).\(parts[1]).") == .algorithm || fault("\(none).\(parts[1]).") == .notCompactForm)
        #expect(fault("\(parts[0]).\(parts[1]).\(parts[2].dropLast(2))") == .signature)
        #expect(fault("\(parts[0]).\(TokenMint.base64(mint.claims([]).utf8)).\(parts[2])") == .signature)
        for missing: [(String, JSON)] in [
            [("aud", "berth-endpoint")], [("aud", "https://ml.azure.com")],
            [("aud", "berth-endpoint"), ("endpoint", "")],
            [("aud", "berth-endpoint"), ("endpoint", .string(String(repeating: "x", count: 200)))],
        ] {
            #expect(fault(try mint.token(mint.claims(missing))) == .claims)
        }
        #expect(fault(try mint.token(["iss": .string(mint.issuer), "aud": "berth-endpoint"])) == .claims)
        let text: JSON = ["iss": .string(mint.issuer), "exp": "9999999999", "aud": "x"]
        #expect(fault(try mint.token(text)) == .claims)
    }

    @Test("every bit of a token that is changed makes it wrong", arguments: 0..<200 as Range<UInt64>)
    func everyBit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let keys = TokenKeys(Self.mint.issuers)
        var bytes = Array(try Self.mint.aad("11").utf8)
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] ^= 1 << UInt8.random(in: 0..<7, using: &random)
        if case .valid = keys.verify(bytes) { Issue.record("seed \(seed) at \(place)") }
    }

    /// A table with an endpoint for each kind of token.
    private func table(_ revision: Int = 1, _ issuers: [RouteTable.TokenIssuer] = mint.issuers) -> RouteTable {
        let deployment = RouteTable.Deployment(
            name: "red",
            instances: [.init(id: "red-0", addresses: [.unix("/run/red.sock")])]
        )
        let names: [(String, RouteTable.Auth)] = [
            ("aml", .amlToken), ("other", .amlToken), ("aad", .aadToken(scorers: ["BB-2", "aa-1", "cc-3"])),
        ]
        return RouteTable(
            revision: revision,
            endpoints: names.map { name, auth in
                .init(name: name, workspace: "w", auth: auth, deployments: [deployment], traffic: ["red": 100])
            },
            tokenIssuers: issuers
        )
    }

    private func bench(seconds: Int = TokenMint.now) -> Bench {
        let bench = Bench(table())
        bench.core.wallOffset = Int64(seconds) * 1_000_000_000 - bench.core.now
        return bench
    }

    private func ask(_ bench: Bench, _ endpoint: String, _ token: String) -> String {
        let client = bench.connect(port: 0)
        bench.receive(
            "GET /api/v1/endpoint/\(endpoint)/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n",
            on: client
        )
        for upstream in bench.core.wire.upstreams where !bench.takeSent(to: upstream).isEmpty {
            bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", from: upstream)
        }
        return bench.sent(to: client)
    }

    @Test("aml_token opens its own endpoint, with its own audience, while it is valid")
    func aml() throws {
        let now = TokenMint.now
        let bench = bench(seconds: now)
        let token = try Self.mint.aml("w/aml", lifetime: 100, at: now)
        #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 OK"))
        let other = ask(bench, "other", token)
        #expect(other.hasPrefix("HTTP/1.1 401 Unauthorized") && other.contains("TokenInvalid"))
        #expect(other.contains("another endpoint") && other.contains("error=\"invalid_token\""))
        #expect(ask(bench, "aad", token).contains("another audience"))
        #expect(ask(bench, "aml", try Self.mint.aad("aa-1", at: now)).contains("another audience"))
        #expect(ask(bench, "aml", "secret-secret-secret").hasPrefix("HTTP/1.1 401 "))
        bench.advance(99_000)
        #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 OK"))
        bench.advance(1_000)
        let late = ask(bench, "aml", token)
        #expect(late.hasPrefix("HTTP/1.1 401 Unauthorized") && late.contains("TokenExpired"))
        let early = try Self.mint.aml("w/aml", at: now + 100 + 61)
        #expect(ask(bench, "aml", early).contains("not valid yet"))
        bench.advance(1_000)
        #expect(ask(bench, "aml", early).hasPrefix("HTTP/1.1 200 OK"))
    }

    @Test("aad_token: who is among the scorers gets in, who is known and not among them gets 403")
    func aad() throws {
        let bench = bench()
        for (oid, audience) in [
            ("aa-1", "https://ml.azure.com"), ("bb-2", "https://ml.azure.com/"),
            ("CC-3", ["x", "https://ml.azure.com"]),
        ] as [(String, JSON)] {
            #expect(ask(bench, "aad", try Self.mint.aad(oid, audience: audience)).hasPrefix("HTTP/1.1 200 OK"))
        }
        for oid in ["aa-0", "aa-2", "dd-4", "a"] {
            let answer = ask(bench, "aad", try Self.mint.aad(oid))
            #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden") && answer.contains("ScoreNotAllowed"))
            #expect(answer.contains("error=\"insufficient_scope\"") && answer.contains("score/action"))
            #expect(answer.contains("\r\nx-berth-layer: client\r\n"))
        }
        let other = try Self.mint.aad("aa-1", audience: "https://management.azure.com")
        #expect(ask(bench, "aad", other).contains("another audience"))
        #expect(!bench.forwarded.contains { $0.contains("Authorization") })
    }

    @Test("a verdict is asked for once, and again when the keys change; then the old ones open nothing")
    func cached() throws {
        let bench = bench()
        let token = try Self.mint.aml("w/aml")
        for _ in 0..<3 { #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 ")) }
        #expect(bench.core.tickets == 1)
        let wrong = token.dropLast(4) + "AAAA"
        for _ in 0..<3 { #expect(ask(bench, "aml", String(wrong)).contains("signature")) }
        #expect(bench.core.tickets == 2)
        bench.apply(table(2))
        #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 "))
        #expect(bench.core.tickets == 2)
        bench.apply(table(3, TokenMint().issuers))
        #expect(ask(bench, "aml", token).contains("signature"))
        #expect(bench.core.tickets == 3)
    }

    @Test("while a token is verified the request waits, unused; the next ones behind it keep their order")
    func waits() throws {
        let bench = bench()
        bench.core.wire.keepsQuestions = true
        let client = bench.connect(port: 0)
        let token = try Self.mint.aml("w/aml")
        func request(_ name: String, _ token: String, _ body: String) -> String {
            "POST /api/v1/endpoint/\(name)/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        // Behind the good token comes a bad one: the verdict about the first must not let it in.
        bench.receive(request("aml", token, "one") + request("aml", "bad.bad.bad", "two"), on: client)
        #expect(!bench.core.wantsBytes(client) && bench.forwarded.isEmpty && bench.core.exchangeCount == 1)
        let question = try #require(bench.core.wire.questions.last)
        bench.core.verified(question, question.keys.verify(question.token))
        bench.core.turn()
        #expect(bench.forwarded.count == 1 && bench.forwarded[0].hasSuffix("one"))
        let upstream = try #require(bench.core.wire.upstreams.first)
        bench.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", from: upstream)
        #expect(bench.takeSent(to: client).hasPrefix("HTTP/1.1 200 OK"))
        let second = try #require(bench.core.wire.questions.last)
        bench.core.verified(second, second.keys.verify(second.token))
        bench.core.turn()
        #expect(bench.takeSent(to: client).hasPrefix("HTTP/1.1 401 Unauthorized"))
        #expect(bench.core.wire.upstreams.count == 1 && bench.core.exchangeCount == 0)
    }

    @Test("a client that goes while its token is verified, a late answer, and one that never comes")
    func abandoned() throws {
        let bench = bench()
        bench.core.wire.keepsQuestions = true
        let token = try Self.mint.aml("w/aml")
        let text = "GET /api/v1/endpoint/aml/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n"
        let gone = bench.connect(port: 0)
        bench.receive(text, on: gone)
        bench.core.peerClosed(gone)
        #expect(bench.core.exchangeCount == 0 && bench.core.connectionCount == 0)
        let late = bench.connect(port: 0)
        bench.receive(text, on: late)
        bench.advance(10_100)
        #expect(bench.status(of: late) == "HTTP/1.1 500 Internal Server Error")
        #expect(bench.sent(to: late).contains("\r\nx-berth-layer: platform\r\n"))
        for question in bench.core.wire.questions {
            bench.core.verified(question, question.keys.verify(question.token))
        }
        bench.core.turn()
        #expect(bench.forwarded.isEmpty && bench.core.exchangeCount == 0)
        // The verdict that came late is known all the same.
        #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 OK"))
    }

    @Test("a flood of wrong tokens does not push a right one out, and is refused where too many wait")
    func flood() throws {
        let bench = bench()
        let token = try Self.mint.aml("w/aml")
        #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 "))
        for index in 0..<5000 {
            var digest = [UInt64](repeating: UInt64(index) &* 0x9E37_79B9_7F4A_7C15, count: 4)
            digest.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress {
                    bench.core.tokens.insert(base, .invalid(.signature), seconds: bench.core.wallSeconds)
                }
            }
        }
        #expect(ask(bench, "aml", token).hasPrefix("HTTP/1.1 200 ") && bench.core.tickets == 1)
        bench.core.wire.isBusy = true
        let answer = ask(bench, "aml", try Self.mint.aml("w/aml", lifetime: 77))
        #expect(answer.hasPrefix("HTTP/1.1 429 Too many unverified tokens") && answer.contains("\r\nRetry-After: "))
    }

    @Test("Base64 is strict", arguments: ["a", "ab=c", "a*bc", "ab", "abcde"])
    func base64(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
        #expect(Base64.decodeURL(Array("/+==".utf8)[...]) == nil)
        #expect(Base64.decodeURL(Array("AQID_-8".utf8)[...]) == [1, 2, 3, 0xFF, 0xEF])
        #expect(Base64.decode(Array("AQID\n/+8=".utf8)) == [1, 2, 3, 0xFF, 0xEF])
    }
}
