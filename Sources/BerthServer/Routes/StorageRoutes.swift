import BerthAPI
import BerthArtifacts
import BerthControl
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// Storage accounts as ARM shows them: tools look an account up here, and ask for its keys.
struct StorageRoutes: Sendable {
    let accounts: Accounts
    let storage: WorkspaceStorage

    private static let below = "providers/Microsoft.Storage/storageAccounts"

    func add(to router: Router<ControlRequestContext>) {
        let group = "/subscriptions/:subscription/resourceGroups/:group/\(Self.below)"
        router.get("/subscriptions/:subscription/\(Self.below)") { _, context in
            try await list(context, group: nil)
        }
        router.get(RouterPath(group)) { _, context in
            try await list(context, group: try context.name("group"))
        }
        router.get(RouterPath("\(group)/:account")) { _, context in
            Response.json(Self.shown(try await workspace(context), context))
        }
        router.post(RouterPath("\(group)/:account/listKeys")) { _, context in
            let workspace = try await workspace(context)
            let key = JSON.string(storage.key(of: WorkspaceStorage.account(of: workspace)).text.reveal())
            let created = JSON.string(Timestamp.text(workspace.createdAt))
            // There is one key: it is derived, and ends with the server's secret.
            let keys = ["key1", "key2"].map { name -> JSON in
                ["keyName": .string(name), "value": key, "permissions": "FULL", "creationTime": created]
            }
            return Response.json(["keys": .array(keys)])
        }
    }

    private func list(_ context: ControlRequestContext, group: String?) async throws -> Response {
        let found = try await accounts.workspaces(in: try context.name("subscription"), group: group)
        return Response.json(["value": .array(found.map { Self.shown($0, context) })])
    }

    private func workspace(_ context: ControlRequestContext) async throws -> WorkspaceRecord {
        let name = try context.name("account")
        let found = try await accounts.workspaces(
            in: try context.name("subscription"),
            group: try context.name("group")
        )
        guard let workspace = found.first(where: { WorkspaceStorage.account(of: $0) == name.lowercased() }) else {
            throw Diagnostic(
                .resourceNotFound,
                nil,
                "there is no storage account `\(name)`",
                help: ["each workspace has one: berth workspace show --query storage_account"]
            )
        }
        return workspace
    }

    private static func shown(_ workspace: WorkspaceRecord, _ context: ControlRequestContext) -> JSON {
        let resource = WorkspaceResource(
            scope: workspace.scope,
            location: workspace.location,
            workspaceID: workspace.id
        )
        let blob = "\(context.baseURL)/\(BlobRequest.pathPrefix)/\(resource.storageAccountName)/"
        return [
            "id": .string(resource.storageAccountID), "name": .string(resource.storageAccountName),
            "type": "Microsoft.Storage/storageAccounts", "location": .string(workspace.location), "tags": [:],
            "kind": "StorageV2", "sku": ["name": "Standard_LRS", "tier": "Standard"],
            "properties": [
                "provisioningState": "Succeeded", "primaryEndpoints": ["blob": .string(blob)],
                "primaryLocation": .string(workspace.location), "statusOfPrimary": "available",
                "supportsHttpsTrafficOnly": true, "allowSharedKeyAccess": true,
                "creationTime": .string(Timestamp.text(workspace.createdAt)),
            ],
        ]
    }
}
