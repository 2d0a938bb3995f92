import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

struct WorkspaceRoutes: Sendable {
    let accounts: Accounts
    let assets: AssetWorld

    private static let below: RouterPath = "providers/Microsoft.MachineLearningServices/workspaces"

    func add(to router: Router<ControlRequestContext>) {
        router.get("/subscriptions/:subscription/\(Self.below)") { _, context in
            try await list(context, group: nil)
        }
        router.get("/subscriptions/:subscription/resourceGroups/:group/\(Self.below)") { _, context in
            try await list(context, group: try context.name("group"))
        }
        router.get(RoutePath.workspace) { _, context in
            Response.json(try ResourceJSON.workspace(try await accounts.workspace(try context.scope())).json)
        }
        for method in [HTTPRequest.Method.put, .patch] {
            router.on(RoutePath.workspace, method: method) { request, context in
                let scope = try context.scope()
                if method == .patch { _ = try await accounts.workspace(scope) }
                let wanted = try WorkspaceResource(json: try await request.json(), scope: scope)
                let (record, isNew) = try await accounts.putWorkspace(wanted)
                return Response.json(
                    try ResourceJSON.workspace(record).json,
                    status: isNew ? .created : .ok
                )
            }
        }
        router.delete(RoutePath.workspace) { _, context in
            let scope = try context.scope()
            let existed = try await accounts.deleteWorkspace(scope)
            if existed { try await assets.forget(workspace: scope.workspace) }
            return Response(status: existed ? .ok : .noContent)
        }
    }

    private func list(_ context: ControlRequestContext, group: String?) async throws -> Response {
        let found = try await accounts.workspaces(in: try context.name("subscription"), group: group)
        return Response.json(["value": .array(try found.map { try ResourceJSON.workspace($0).json })])
    }
}
