import BerthJSON
import BerthModel
import Crypto

/// The public keys of those who may sign tokens, and the check of a token against them. Pure: the time and the endpoint
/// are looked at by the one who asks.
///
/// Source of the form: RFC 7515 (compact serialisation), RFC 7518 §3.4 (ES256), RFC 7519 (claims), RFC 8725 (what to refuse).
final class TokenKeys: Sendable {
    static let maxKeys = 64

    private struct Name: Hashable { var issuer: String, key: String }

    let issuers: [RouteTable.TokenIssuer]
    /// Keys that cannot be read, and why; tokens that name them are refused.
    let problems: [String]
    private let keys: [Name: P256.Signing.PublicKey]
    private let names: Set<String>

    init(_ issuers: [RouteTable.TokenIssuer]) {
        self.issuers = issuers
        names = Set(issuers.map(\.name))
        var keys: [Name: P256.Signing.PublicKey] = [:]
        var problems: [String] = []
        for issuer in issuers {
            for key in issuer.keys {
                let name = Name(issuer: issuer.name, key: key.id)
                guard keys.count < Self.maxKeys else {
                    problems.append("key `\(key.id)` of `\(issuer.name)` is one more than \(Self.maxKeys)")
                    continue
                }
                do {
                    keys[name] = try Self.read(key.publicKey)
                } catch {
                    problems.append("key `\(key.id)` of `\(issuer.name)` is no public key on P-256: \(error)")
                }
            }
        }
        self.keys = keys
        self.problems = problems
    }

    private static func read(_ text: String) throws -> P256.Signing.PublicKey {
        if text.hasPrefix("-----BEGIN") { return try P256.Signing.PublicKey(pemRepresentation: text) }
        return try P256.Signing.PublicKey(x963Representation: Base64.decode(Array(text.utf8)) ?? [])
    }

    /// Checks form, algorithm, issuer, key and signature, and takes the claims out.
    func verify(_ token: [UInt8]) -> TokenVerdict {
        do throws(TokenFault) {
            return .valid(try check(token))
        } catch {
            return .invalid(error)
        }
    }

    private func check(_ token: [UInt8]) throws(TokenFault) -> TokenClaims {
        guard token.count <= ScoringToken.maxBytes else { throw .notCompactForm }
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = object(parts[0]), let payload = object(parts[1]),
            let signature = Base64.decodeURL(parts[2])
        else { throw .notCompactForm }
        guard header["alg"]?.stringValue == "ES256", header["crit"] == nil else { throw .algorithm }
        guard let issuer = payload["iss"]?.stringValue, names.contains(issuer) else { throw .unknownIssuer }
        guard let id = header["kid"]?.stringValue, let key = keys[Name(issuer: issuer, key: id)] else {
            throw .unknownKey
        }
        let signed = token[..<(parts[0].count + 1 + parts[1].count)]
        guard signature.count == 64, isSigned(signed, by: key, signature) else { throw .signature }
        return try claims(payload)
    }

    private func object(_ part: ArraySlice<UInt8>) -> JSON? {
        guard let bytes = Base64.decodeURL(part) else { return nil }
        do throws(JSONSyntaxError) {
            let json = try JSON.parse(bytes)
            guard case .object = json else { return nil }
            return json
        } catch {
            // Where and why it is no JSON is of no interest: it is no token.
            return nil
        }
    }

    private func isSigned(_ bytes: ArraySlice<UInt8>, by key: P256.Signing.PublicKey, _ signature: [UInt8]) -> Bool {
        do {
            let signature = try P256.Signing.ECDSASignature(rawRepresentation: signature)
            return key.isValidSignature(signature, for: Array(bytes))
        } catch {
            // A signature whose numbers are out of range is a wrong one.
            return false
        }
    }

    private func claims(_ payload: JSON) throws(TokenFault) -> TokenClaims {
        var claims = TokenClaims()
        guard let expires = seconds(payload["exp"]) else { throw .claims }
        claims.expires = expires
        if let notBefore = payload["nbf"] {
            guard let notBefore = seconds(notBefore) else { throw .claims }
            claims.notBefore = notBefore
        }
        let audiences = payload["aud"]?.arrayValue?.compactMap(\.stringValue) ?? [payload["aud"]?.stringValue ?? ""]
        claims.isForEndpoint = audiences.contains(ScoringToken.amlAudience)
        claims.isForIdentity = audiences.contains {
            $0 == ScoringToken.aadAudience || $0 == ScoringToken.aadAudience + "/"
        }
        let endpoint = payload["endpoint"]?.stringValue ?? ""
        let identity = payload["oid"]?.stringValue ?? ""
        if claims.isForEndpoint, endpoint.isEmpty { throw .claims }
        if claims.isForIdentity, identity.isEmpty { throw .claims }
        guard claims.setTexts(endpoint: endpoint, identity: identity) else { throw .claims }
        return claims
    }

    /// A NumericDate of RFC 7519: whole seconds, or with a fraction that is dropped.
    private func seconds(_ json: JSON?) -> Int64? {
        if let whole = json?.intValue { return Int64(whole) }
        guard let number = json?.doubleValue, number >= 0, number < 1e15 else { return nil }
        return Int64(number)
    }
}
