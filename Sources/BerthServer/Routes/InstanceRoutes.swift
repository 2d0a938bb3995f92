import BerthControl
import BerthDiagnostics
import BerthJSON
import BerthModel
import HTTPTypes
import Hummingbird

/// Tokens for instances, as Azure's containers ask for them: on loopback, with a word from their environment.
struct InstanceRoutes: Sendable {
    let directory: Directory

    func add(to router: Router<ControlRequestContext>) {
        router.get("/msi/token") { request, _ in
            let parameters = request.uri.queryParameters
            func value(_ name: String) -> String? { parameters[name[...]].map(String.init) }
            guard let word = request.headers[.identityHeader] ?? request.headers[.msiSecret] else {
                throw Diagnostic(
                    .unauthorized,
                    nil,
                    "the request has no identity header",
                    help: ["send $IDENTITY_HEADER as X-IDENTITY-HEADER, or $MSI_SECRET as secret"]
                )
            }
            guard var resource = value("resource"), !resource.isEmpty else {
                throw Diagnostic(.badArgument, .argumentInvalid, "`resource` is missing")
            }
            while resource.hasSuffix("/") { resource.removeLast() }
            let (token, clientID) = try await directory.instanceToken(
                secret: Secret(word),
                clientID: value("client_id") ?? value("clientid"),
                resource: resource
            )
            return Response.json(
                [
                    "access_token": .string(token.text.reveal()), "token_type": "Bearer",
                    "expires_on": .string(String(Int(token.expiresAt))), "resource": .string(token.resource),
                    "client_id": .string(clientID),
                ],
                headers: [.cacheControl: "no-store"]
            )
        }
    }
}
