import BerthJSON
import BerthModel
import Crypto
import Foundation

/// Makes tokens as the control plane does.
struct TokenMint {
    let key = P256.Signing.PrivateKey()
    var issuer = "https://issuer.test/tenant"
    var id = "k1"

    /// The form in which the route table carries the key.
    var issuers: [RouteTable.TokenIssuer] {
        let text = Data(key.publicKey.x963Representation).base64EncodedString()
        return [RouteTable.TokenIssuer(name: issuer, keys: [RouteTable.SigningKey(id: id, publicKey: text)])]
    }

    var issuersInPEM: [RouteTable.TokenIssuer] {
        let signing = RouteTable.SigningKey(id: id, publicKey: key.publicKey.pemRepresentation)
        return [RouteTable.TokenIssuer(name: issuer, keys: [signing])]
    }

    var header: JSON { ["alg": "ES256", "typ": "JWT", "kid": .string(id)] }

    /// Seconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970) }

    func claims(_ more: [(String, JSON)], lifetime: Int = 3600, at now: Int = Self.now) -> JSON {
        .object(
            JSONObject([("iss", .string(issuer)), ("nbf", .integer(now)), ("exp", .integer(now + lifetime))] + more)
        )
    }

    func aml(_ endpoint: String, lifetime: Int = 3600, at now: Int = Self.now) throws -> String {
        try token(
            claims([("aud", "berth-endpoint"), ("endpoint", .string(endpoint))], lifetime: lifetime, at: now)
        )
    }

    func aad(
        _ identity: String,
        audience: JSON = "https://ml.azure.com",
        lifetime: Int = 3600,
        at now: Int = Self.now
    ) throws -> String {
        try token(claims([("aud", audience), ("oid", .string(identity))], lifetime: lifetime, at: now))
    }

    func token(_ claims: JSON, header: JSON? = nil) throws -> String {
        let signed = "\(Self.base64((header ?? self.header).utf8)).\(Self.base64(claims.utf8))"
        let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation
        return "\(signed).\(Self.base64(Array(signature)))"
    }

    static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
