import BerthAPI
import BerthControl
import BerthJSON
import HTTPTypes
import Hummingbird

/// Where a workspace's routes begin.
enum RoutePath {
    static let workspace: RouterPath =
        "/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.MachineLearningServices/workspaces/:workspace"
    static let endpoints: RouterPath = "\(workspace)/onlineEndpoints"
}

extension ControlRequestContext {
    func scope() throws -> WorkspaceScope {
        WorkspaceScope(
            subscription: try parameters.require("subscription"),
            resourceGroup: try parameters.require("group"),
            workspace: try parameters.require("workspace")
        )
    }
}

struct EndpointRoutes: Sendable {
    let control: ControlPlane

    func add(to router: Router<ControlRequestContext>) {
        router.put("\(RoutePath.endpoints)/:endpoint") { request, context in
            let name = try context.parameters.require("endpoint")
            let scope = try context.scope()
            let wanted = try EndpointResource(json: try await request.json(), scope: scope, name: name).spec
            let made = try await control.putEndpoint(wanted, in: scope)
            return Response.json(made.json, status: .ok)
        }
        router.get("\(RoutePath.endpoints)/:endpoint") { _, context in
            let name = try context.parameters.require("endpoint")
            return Response.json(try await control.endpoint(name, in: try context.scope()).json)
        }
        router.get(RoutePath.endpoints) { _, context in
            let found = try await control.endpoints(in: try context.scope())
            return Response.json(["value": .array(found.map(\.json))])
        }
        router.delete("\(RoutePath.endpoints)/:endpoint") { _, context in
            let operation = try await control.deleteEndpoint(
                try context.parameters.require("endpoint"),
                in: try context.scope(),
                requestID: context.requestID
            )
            return OperationRoutes.accepted(operation)
        }
        router.post("\(RoutePath.endpoints)/:endpoint/listKeys") { _, context in
            _ = try await control.endpoint(try context.parameters.require("endpoint"), in: try context.scope())
            // Local endpoints check no key. Scripts that fetch one and send it along go on working.
            let key: JSON = "local-endpoints-do-not-check-keys"
            return Response.json(["primaryKey": key, "secondaryKey": key])
        }
    }
}
