import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// Where a workspace's routes begin.
enum RoutePath {
    static let workspace: RouterPath =
        "/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.MachineLearningServices/workspaces/:workspace"
    static let endpoints: RouterPath = "\(workspace)/onlineEndpoints"
}

extension ControlRequestContext {
    /// The workspace that the path names, as the store spells it.
    func scope() throws -> WorkspaceScope {
        if let workspace { return workspace.scope }
        return WorkspaceScope(
            subscription: try name("subscription"),
            resourceGroup: try name("group"),
            workspace: try name("workspace")
        )
    }

    /// Where the workspace is.
    var location: String { workspace?.location ?? "local" }

    /// A part of the path by its name in the route.
    func name(_ parameter: String) throws -> String {
        try PathPart.decode(try parameters.require(parameter)[...])
    }
}

struct EndpointRoutes: Sendable {
    let control: ControlPlane

    func add(to router: Router<ControlRequestContext>) {
        router.put("\(RoutePath.endpoints)/:endpoint") { request, context in
            let name = try context.name("endpoint")
            let scope = try context.scope()
            let wanted = try EndpointResource(json: try await request.json(), scope: scope, name: name).spec
            let (made, isNew, operation) = try await control.putEndpoint(
                wanted,
                in: scope,
                location: context.location,
                ifMatch: request.headers[.ifMatch],
                requestID: context.requestID
            )
            return try OperationRoutes.begun(made.json, operation, context, status: isNew ? .created : .ok)
        }
        router.get("\(RoutePath.endpoints)/:endpoint") { _, context in
            let name = try context.name("endpoint")
            let found = try await control.endpoint(name, in: try context.scope())
            return Response.json(found.json, headers: StateHeader.fields(found.etag))
        }
        router.get(RoutePath.endpoints) { request, context in
            let page = try Page(request)
            let found = try await control.endpoints(in: try context.scope(), after: page.after, limit: page.size)
            return Response.json(page.answer(found.map(\.json), last: found.last?.spec.name, request, context))
        }
        router.delete("\(RoutePath.endpoints)/:endpoint") { request, context in
            let operation = try await control.deleteEndpoint(
                try context.name("endpoint"),
                in: try context.scope(),
                ifMatch: request.headers[.ifMatch],
                requestID: context.requestID
            )
            return try OperationRoutes.accepted(operation, context)
        }
        addKeys(to: router)
    }

    private func addKeys(to router: Router<ControlRequestContext>) {
        router.post("\(RoutePath.endpoints)/:endpoint/listKeys") { _, context in
            let keys = try await control.keys(of: try context.name("endpoint"), in: try context.scope())
            return Response.json(
                ["primaryKey": .string(keys.primary.reveal()), "secondaryKey": .string(keys.secondary.reveal())],
                headers: [.cacheControl: "no-store"]
            )
        }
        router.post("\(RoutePath.endpoints)/:endpoint/regenerateKeys") { request, context in
            // `keyValue` holds the current key: clients send it along, and it is not what the key becomes.
            let word = try await request.json()["keyType"]?.stringValue ?? ""
            guard let slot = EndpointKeys.Slot(rawValue: word.lowercased()) else {
                throw Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`keyType` is `\(word)`, expected Primary or Secondary"
                )
            }
            try await control.regenerateKey(slot, of: try context.name("endpoint"), in: try context.scope())
            return Response.json([:])
        }
        router.post("\(RoutePath.endpoints)/:endpoint/token") { _, context in
            let token = try await control.scoringToken(
                of: try context.name("endpoint"),
                in: try context.scope(),
                for: context.caller
            )
            return Response.json(
                [
                    "accessToken": .string(token.text.reveal()), "tokenType": "Bearer",
                    "expiryTimeUtc": .integer(Int(token.expiresAt)),
                    "refreshAfterTimeUtc": .integer(Int(token.issuedAt + (token.expiresAt - token.issuedAt) * 0.8)),
                ],
                headers: [.cacheControl: "no-store"]
            )
        }
    }
}

/// The header that names a resource's state.
enum StateHeader {
    static func fields(_ etag: String?) -> HTTPFields {
        var fields = HTTPFields()
        fields[.eTag] = etag
        return fields
    }
}
