import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird
import NIOCore

/// The token service, in the shape of the Microsoft identity platform.
struct TokenRoutes: Sendable {
    let directory: Directory

    /// A form with a secret is short.
    private static let maxFormBytes = 65_536

    func add(to router: Router<ControlRequestContext>) {
        // `common` is spelt out: beside a route that begins with it, a parameter does not match it.
        for tenant in [":tenant", "common"] {
            for path in ["\(tenant)/.well-known", "\(tenant)/v2.0/.well-known"] {
                router.get("\(RouterPath(path))/openid-configuration") { _, context in
                    Response.json(configuration(context.baseURL, tenant: try context.tenant()))
                }
            }
            for path in ["\(tenant)/oauth2/token", "\(tenant)/oauth2/v2.0/token"] {
                router.post(RouterPath(path)) { request, context in try await token(request, context) }
            }
        }
        router.get("/:tenant/discovery/v2.0/keys") { _, _ in
            Response.json(["keys": [directory.key.publicJWK]])
        }
        router.get("/common/discovery/instance") { _, context in
            let host = String(context.baseURL.dropFirst("https://".count))
            return Response.json([
                "api-version": "1.1",
                "tenant_discovery_endpoint": .string(
                    "\(context.baseURL)/\(directory.tenant)/v2.0/.well-known/openid-configuration"
                ),
                "metadata": [
                    [
                        "preferred_network": .string(host), "preferred_cache": .string(host),
                        "aliases": [.string(host)],
                    ]
                ],
            ])
        }
    }

    private func configuration(_ base: String, tenant: String) -> JSON {
        let root = "\(base)/\(tenant)"
        return [
            "token_endpoint": .string("\(root)/oauth2/v2.0/token"),
            "authorization_endpoint": .string("\(root)/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": .string("\(root)/oauth2/v2.0/devicecode"),
            "jwks_uri": .string("\(root)/discovery/v2.0/keys"),
            "issuer": .string("\(root)/v2.0"),
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": ["code", "id_token", "token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["openid"],
            "tenant_region_scope": "local",
            "cloud_instance_name": "berth.local",
        ]
    }

    private func token(_ request: Request, _ context: ControlRequestContext) async throws -> Response {
        var request = request
        let body = try await request.collectBody(upTo: Self.maxFormBytes)
        guard let form = PercentEncoding.form(String(buffer: body)) else {
            return Self.refusal("invalid_request", "AADSTS900144: the body is no form", .badRequest)
        }
        let grant = form["grant_type"] ?? ""
        guard grant == "client_credentials" else {
            return Self.refusal(
                "unsupported_grant_type",
                "AADSTS70003: the grant type `\(grant.prefix(60))` is not supported: use client_credentials",
                .badRequest
            )
        }
        guard let id = form["client_id"], let secret = form["client_secret"] else {
            return Self.refusal(
                "invalid_request",
                "AADSTS900144: the form needs client_id and client_secret",
                .badRequest
            )
        }
        let resource = form["resource"] ?? Self.resource(scope: form["scope"] ?? "")
        do throws(Diagnostic) {
            let issued = try await directory.token(clientID: id, secret: Secret(secret), resource: resource)
            return Self.answer(issued)
        } catch {
            guard error.code == .unauthorized else { throw error }
            return Self.refusal("invalid_client", "AADSTS7000215: \(error.message)", .unauthorized)
        }
    }

    /// `https://management/.default` asks for `https://management`; of several scopes the first counts.
    private static func resource(scope: String) -> String {
        let first = scope.split(separator: " ").first.map(String.init) ?? ""
        var text = first.hasSuffix("/.default") ? String(first.dropLast("/.default".count)) : first
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    private static func answer(_ issued: IssuedToken) -> Response {
        let seconds = Int(issued.expiresAt - issued.issuedAt)
        return Response.json(
            [
                "token_type": "Bearer", "expires_in": .integer(seconds), "ext_expires_in": .integer(seconds),
                "expires_on": .integer(Int(issued.expiresAt)), "not_before": .integer(Int(issued.issuedAt)),
                "resource": .string(issued.resource), "access_token": .string(issued.text.reveal()),
            ],
            headers: [.cacheControl: "no-store"]
        )
    }

    /// Source: RFC 6749 §5.2, and the numbers that clients of the identity platform know.
    private static func refusal(_ error: String, _ words: String, _ status: HTTPResponse.Status) -> Response {
        let number = words.split(separator: ":").first.flatMap { Int($0.drop { !$0.isNumber }) }
        return Response.json(
            [
                "error": .string(error), "error_description": .string(words),
                "error_codes": .array([number].compactMap { $0 }.map(JSON.integer)),
            ],
            status: status,
            headers: [.cacheControl: "no-store"]
        )
    }
}

extension ControlRequestContext {
    /// The tenant that the path names; the word itself is of no interest.
    fileprivate func tenant() throws -> String {
        guard let word = parameters.get("tenant") else { return "common" }
        return try PathPart.decode(word[...])
    }
}
