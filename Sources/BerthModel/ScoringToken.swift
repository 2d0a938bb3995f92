/// The tokens that endpoints take: what the control plane issues and the gateway verifies.
///
/// Both kinds are JSON Web Tokens in the compact form (RFC 7519, RFC 7515), signed with ES256:
///
/// | part | `aml_token` | `aad_token` |
/// | --- | --- | --- |
/// | header `alg` | `ES256`, nothing else | the same |
/// | header `kid` | the id of a `RouteTable.SigningKey` of the issuer | the same |
/// | claim `iss` | the name of a `RouteTable.TokenIssuer` | the same |
/// | claim `aud` | `berth-endpoint` | `https://ml.azure.com`, with or without a slash at its end |
/// | claim `exp` | seconds since 1970; required | the same |
/// | claim `nbf` | may be absent; up to `clockSkew` ahead is taken | the same |
/// | claim `endpoint` | `<workspace>/<endpoint>` | – |
/// | claim `oid` | whom it was given to; for the traffic log | object id of the identity; required |
///
/// `aud` may be a list that holds the audience. Other members are ignored, but a header with `crit` is refused, as the
/// standard asks for. A token is at most `maxBytes` long.
package enum ScoringToken {
    /// Source: the documented response header limits of common servers; tokens of real directories stay below.
    package static let maxBytes = 8192
    package static let amlAudience = "berth-endpoint"
    /// Source: the documentation of Microsoft Entra tokens for endpoints.
    package static let aadAudience = "https://ml.azure.com"
    /// How far the clocks of issuer and gateway may be apart for `nbf`, in seconds. `exp` has no such mercy.
    package static let clockSkew = 60

    /// The claim `endpoint` of an `aml_token`.
    package static func endpointClaim(workspace: String, endpoint: String) -> String { "\(workspace)/\(endpoint)" }
}
