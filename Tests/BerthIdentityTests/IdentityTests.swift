import BerthDiagnostics
import BerthJSON
import BerthModel
import Testing

@testable import BerthIdentity

@Suite("tokens")
struct SigningKeyTests {
    static let key = SigningKey()
    static let now = 1_700_000_000.0
    static let claims: JSON = ["oid": "somebody", "exp": .integer(1_700_003_600), "nbf": .integer(1_700_000_000)]

    @Test("what is signed is read back with the key, also after the key was kept as text")
    func roundTrip() throws {
        let token = try Self.key.sign(Self.claims).reveal()
        #expect(try Self.key.claims(of: token, now: Self.now) == Self.claims)
        let kept = try SigningKey(Self.key.text)
        #expect(kept.id == Self.key.id)
        #expect(try kept.claims(of: token, now: Self.now) == Self.claims)
    }

    @Test("another key's token is refused")
    func otherKey() throws {
        let token = try SigningKey().sign(Self.claims).reveal()
        #expect(throws: TokenRefusal.unknownKey) { try Self.key.claims(of: token, now: Self.now) }
    }

    @Test("a token counts until its end, with a minute for clocks that differ", arguments: [0.0, 3600, 3659])
    func inTime(after: Double) throws {
        let token = try Self.key.sign(Self.claims).reveal()
        #expect(throws: Never.self) { try Self.key.claims(of: token, now: Self.now + after) }
    }

    @Test("and not longer, and not before it begins")
    func outOfTime() throws {
        let token = try Self.key.sign(Self.claims).reveal()
        #expect(throws: TokenRefusal.expired) { try Self.key.claims(of: token, now: Self.now + 3661) }
        #expect(throws: TokenRefusal.notYetValid) { try Self.key.claims(of: token, now: Self.now - 61) }
    }

    @Test("a token without an end is refused")
    func endless() throws {
        let token = try Self.key.sign(["oid": "somebody"]).reveal()
        #expect(throws: TokenRefusal.expired) { try Self.key.claims(of: token, now: Self.now) }
    }

    @Test("every change of a token's letters is seen", arguments: 0..<40 as Range<Int>)
    func changed(seed: Int) throws {
        var signs = Array(try Self.key.sign(Self.claims).reveal())
        let place = seed * (signs.count - 1) / 40
        signs[place] = signs[place] == "A" ? "B" : "A"
        #expect(throws: TokenRefusal.self) { try Self.key.claims(of: String(signs), now: Self.now) }
    }

    @Test(
        "what is no token is refused",
        arguments: [
            "", "a", "a.b", "a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.",
            String(repeating: "a", count: 20_000),
        ]
    )
    func malformed(text: String) {
        #expect(throws: TokenRefusal.malformed) { try Self.key.claims(of: text, now: Self.now) }
    }
}

@Suite("sealed secrets")
struct SecretBoxTests {
    @Test("a secret opens with its key and under its name only")
    func seal() throws {
        let key = SecretBox.newKey()
        #expect(key.count == SecretBox.keyBytes)
        let sealed = try SecretBox(key: key).seal(Secret("geheim"), name: "one")
        #expect(try SecretBox(key: key).open(sealed, name: "one").reveal() == "geheim")
        #expect(throws: Diagnostic.self) { try SecretBox(key: key).open(sealed, name: "two") }
        #expect(throws: Diagnostic.self) { try SecretBox(key: SecretBox.newKey()).open(sealed, name: "one") }
        #expect(throws: Diagnostic.self) { try SecretBox(key: key).open(Array(sealed.dropLast()), name: "one") }
    }
}

@Suite("certificates")
struct LocalAuthorityTests {
    static let now = 1_700_000_000.0
    static let names = ["localhost", "127.0.0.1", "::1", "gpu1"]

    @Test("an authority's certificate is good for the names that it was made for, for a year and a month")
    func leaf() throws {
        let authority = try LocalAuthority.make(name: "test", now: Self.now)
        let leaf = try LocalAuthority.leaf(for: Self.names, signedBy: authority, now: Self.now)
        func isUsable(_ names: [String], _ authority: CertificatePair, after days: Double) -> Bool {
            LocalAuthority.isUsable(leaf, for: names, signedBy: authority, now: Self.now + days * 86_400)
        }
        #expect(isUsable(Self.names, authority, after: 0))
        #expect(isUsable(["gpu1"], authority, after: 366))
        #expect(!isUsable(["gpu1"], authority, after: 368))
        #expect(!isUsable(["gpu2"], authority, after: 0))
        #expect(!isUsable(["10.0.0.1"], authority, after: 0))
        let other = try LocalAuthority.make(name: "test", now: Self.now)
        #expect(!isUsable(Self.names, other, after: 0))
    }

    @Test(
        "addresses are told from names",
        arguments: [
            ("127.0.0.1", [127, 0, 0, 1]), ("gpu1", nil), ("1.2.3", nil), ("1.2.3.256", nil),
            ("::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            ("fe80::2:3", [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3]), ("::g", nil),
        ] as [(String, [UInt8]?)]
    )
    func addresses(text: String, bytes: [UInt8]?) {
        #expect(IPAddress.bytes(text) == bytes)
    }
}

@Suite("fingerprints and fresh secrets")
struct DigestTests {
    @Test("SHA-256 as everybody writes it")
    func hex() {
        #expect(Digest.hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("base64 for URLs, there and back", arguments: 0..<70)
    func base64(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
        let text = Base64URL.text(bytes)
        #expect(Base64URL.bytes(text) == bytes)
        #expect(!text.contains("=") && !text.contains("+") && !text.contains("/"))
    }

    @Test("of several spellings of the same bytes only one counts", arguments: ["AB", "A", "AA=", "A+", "AAB"])
    func spellings(text: String) {
        #expect(Base64URL.bytes(text) == nil)
    }

    @Test("secrets are long, plain and different; ids are UUIDs")
    func fresh() {
        let secrets = Set((0..<100).map { _ in Fresh.secret().reveal() })
        #expect(secrets.count == 100)
        #expect(secrets.allSatisfy { $0.count == 43 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
        #expect(Fresh.guid().split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    }

    @Test("comparing does not stop at the first difference, and is right")
    func equal() {
        #expect(Digest.areEqual("abc", "abc"))
        #expect(!Digest.areEqual("abc", "abd") && !Digest.areEqual("abc", "ab") && !Digest.areEqual("", "a"))
    }
}
