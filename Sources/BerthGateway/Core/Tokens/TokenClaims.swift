/// What a token says whose signature is right, in a form without references that an event loop can keep.
struct TokenClaims {
    /// Longer ones cannot name an endpoint or an identity of ours.
    static let maxEndpoint = 96
    static let maxIdentity = 64

    /// For endpoints with `aml_token`; for those with `aad_token`. A list of audiences may hold both.
    var isForEndpoint = false
    var isForIdentity = false
    /// Seconds since 1970.
    var notBefore: Int64 = 0
    var expires: Int64 = 0
    /// The claim `endpoint`, and behind it the claim `oid`.
    var text = InlineText()
    var endpointCount: UInt8 = 0
    var identityCount: UInt8 = 0

    /// Room for both claims.
    struct InlineText {
        static let capacity = TokenClaims.maxEndpoint + TokenClaims.maxIdentity
        var storage:
            (
                UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
                UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
            ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    }

    func withEndpoint<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: text) { body(UnsafeRawBufferPointer(rebasing: $0[..<Int(endpointCount)])) }
    }

    func withIdentity<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: text) { bytes in
            let start = Int(endpointCount)
            return body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(identityCount)]))
        }
    }

    /// False where a claim is too long.
    mutating func setTexts(endpoint: String, identity: String) -> Bool {
        let first = Array(endpoint.utf8)
        let second = Array(identity.utf8)
        guard first.count <= Self.maxEndpoint, second.count <= Self.maxIdentity else { return false }
        endpointCount = UInt8(first.count)
        identityCount = UInt8(second.count)
        withUnsafeMutableBytes(of: &text) { $0.copyBytes(from: first + second) }
        return true
    }
}

/// Why a token opens nothing.
enum TokenFault: UInt8, Error, CaseIterable {
    case notCompactForm, algorithm, unknownIssuer, unknownKey, signature, claims
    /// These depend on the time and on the endpoint, so they are decided for each request.
    case expired, notYetValid, otherAudience, otherEndpoint

    /// For the message.
    var text: StaticString {
        switch self {
        case .notCompactForm: "the credential is no token: three parts in Base64url with dots between them"
        case .algorithm: "the token's header has another algorithm than ES256, or a critical extension"
        case .unknownIssuer: "the token's issuer (`iss`) is not one that this server trusts"
        case .unknownKey: "the token's issuer has no key with the token's `kid`"
        case .signature: "the token's signature is wrong"
        case .claims: "the token lacks a claim that it needs: `iss`, `aud`, `exp`, and `endpoint` or `oid`"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .otherAudience: "the token is for another audience (`aud`)"
        case .otherEndpoint: "the token is for another endpoint"
        }
    }
}

/// What the verification of a token comes to, whatever the endpoint and the time.
enum TokenVerdict {
    case valid(TokenClaims)
    case invalid(TokenFault)
}
