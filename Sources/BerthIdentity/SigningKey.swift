package import BerthDiagnostics
package import BerthJSON
package import BerthModel
import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why a token does not count.
package enum TokenRefusal: Error, Hashable, Sendable {
    case malformed, unknownKey, wrongSignature, expired, notYetValid
}

/// A key that signs tokens: ES256, RFC 7515 and 7518.
package struct SigningKey: Sendable {
    private let key: P256.Signing.PrivateKey
    /// The key's name, `kid`: the start of its fingerprint.
    package let id: String

    /// How far the clocks of issuer and reader may differ, in seconds.
    private static let leeway = 60.0
    /// Longer ones are no tokens of ours.
    private static let maxTokenBytes = 16_384

    /// A new key.
    package init() { self.init(key: P256.Signing.PrivateKey()) }

    private init(key: P256.Signing.PrivateKey) {
        self.key = key
        id = String(Digest.hex(Array(key.publicKey.x963Representation)).prefix(16))
    }

    /// The key in `text`, which `text` made.
    package init(_ text: Secret) throws(Diagnostic) {
        do {
            self.init(key: try P256.Signing.PrivateKey(pemRepresentation: text.reveal()))
        } catch {
            throw Diagnostic(.internalError, .platformFault, "the key that signs tokens cannot be read")
        }
    }

    package var text: Secret { Secret(key.pemRepresentation) }

    /// The public key as PEM.
    package var publicKeyPEM: String { key.publicKey.pemRepresentation }

    /// The public key for readers of tokens. Source: RFC 7517.
    package var publicJWK: JSON {
        let point = Array(key.publicKey.rawRepresentation)
        return [
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": .string(id),
            "x": .string(Base64URL.text(Array(point.prefix(32)))),
            "y": .string(Base64URL.text(Array(point.suffix(32)))),
        ]
    }

    /// A signed token with `claims`.
    package func sign(_ claims: JSON) throws(Diagnostic) -> Secret {
        let header: JSON = ["alg": "ES256", "kid": .string(id), "typ": "JWT"]
        let text = "\(Base64URL.text(Array(header.text().utf8))).\(Base64URL.text(Array(claims.text().utf8)))"
        do {
            let signature = try key.signature(for: Data(text.utf8))
            return Secret("\(text).\(Base64URL.text(Array(signature.rawRepresentation)))")
        } catch {
            throw Diagnostic(.internalError, .platformFault, "a token could not be signed")
        }
    }

    /// The claims of a token that this key has signed and that is valid at `now`, seconds since 1970.
    package func claims(of token: String, now: Double) throws(TokenRefusal) -> JSON {
        guard token.utf8.count <= Self.maxTokenBytes else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]), let claims = Self.json(parts[1]),
            let bytes = Base64URL.bytes(parts[2]), header["alg"]?.stringValue == "ES256"
        else { throw .malformed }
        guard header["kid"]?.stringValue == id else { throw .unknownKey }
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        guard let signature = Self.signature(bytes), key.publicKey.isValidSignature(signature, for: signed) else {
            throw .wrongSignature
        }
        guard let expiry = claims["exp"]?.doubleValue, now < expiry + Self.leeway else { throw .expired }
        if let start = claims["nbf"]?.doubleValue, now < start - Self.leeway { throw .notYetValid }
        return claims
    }

    private static func signature(_ bytes: [UInt8]) -> P256.Signing.ECDSASignature? {
        // A wrong length is what the caller wants to know, and all that can be wrong.
        try? P256.Signing.ECDSASignature(rawRepresentation: Data(bytes))
    }

    private static func json(_ part: Substring) -> JSON? {
        guard let bytes = Base64URL.bytes(part) else { return nil }
        // Anything that is no JSON makes the token malformed.
        return try? JSON.parse(bytes)
    }
}
