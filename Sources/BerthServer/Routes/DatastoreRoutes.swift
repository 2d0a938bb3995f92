import BerthAPI
import BerthArtifacts
import BerthControl
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// The one datastore of a workspace: its default blob container.
struct DatastoreRoutes: Sendable {
    let storage: WorkspaceStorage
    let now: @Sendable () -> Double

    static let name = "workspaceblobstore"
    private static let datastores: RouterPath = "\(RoutePath.workspace)/datastores"

    func add(to router: Router<ControlRequestContext>) {
        router.get(Self.datastores) { _, context in
            Response.json(["value": [try await datastore(context)]])
        }
        router.get("\(Self.datastores)/:datastore") { _, context in
            try check(context)
            return Response.json(try await datastore(context))
        }
        router.post("\(Self.datastores)/:datastore/listSecrets") { request, context in
            try check(context)
            let hours = try await request.json()["expireAfterHours"]?.intValue ?? 1
            let container = try await container(context)
            let expiry = now() + Double(min(max(1, hours), 168) * 3600)
            let signature = storage.signature(for: container, expiry: expiry, canDelete: true)
            return Response.json(["secretsType": "Sas", "sasToken": .string("?" + signature.reveal())])
        }
    }

    private func check(_ context: ControlRequestContext) throws {
        let name = try context.name("datastore")
        guard name.lowercased() == Self.name else {
            throw Diagnostic(
                .resourceNotFound,
                nil,
                "there is no datastore `\(name)`",
                help: ["use `\(Self.name)`, the one datastore of a workspace"]
            )
        }
    }

    private func container(_ context: ControlRequestContext) async throws -> ContainerKey {
        guard let workspace = context.workspace else { throw ControlRequestContext.noStorage }
        do throws(BlobFailure) {
            return try await storage.defaultContainer(of: workspace)
        } catch {
            throw error.diagnostic("the workspace's container cannot be made")
        }
    }

    /// The account's name carries host and path: clients build its URL as `https://<name>.blob.<suffix>` and look at
    /// nothing else, so this brings them here without a name server. Source: the fields that azure-ai-ml reads.
    private func datastore(_ context: ControlRequestContext) async throws -> JSON {
        let container = try await container(context)
        let host = context.baseURL.dropFirst("https://".count)
        let account = host.isEmpty ? container.account : "\(host)/\(BlobRequest.pathPrefix)/\(container.account)"
        let scope = try context.scope()
        let created = Timestamp.text(context.workspace?.createdAt ?? 0)
        return [
            "id": .string("\(scope.path)/datastores/\(Self.name)"),
            "name": .string(Self.name),
            "type": "Microsoft.MachineLearningServices/workspaces/datastores",
            "properties": [
                "datastoreType": "AzureBlob", "accountName": .string(account),
                "containerName": .string(container.name), "endpoint": .string(MetadataRoutes.storageSuffix),
                "protocol": "https", "isDefault": true, "credentials": ["credentialsType": "Sas"],
                "tags": [:], "properties": [:], "description": .null, "serviceDataAccessAuthIdentity": "None",
                "subscriptionId": .string(scope.subscription), "resourceGroup": .string(scope.resourceGroup),
            ],
            "systemData": [
                "createdAt": .string(created), "createdBy": "", "createdByType": "Application",
                "lastModifiedAt": .string(created), "lastModifiedBy": "", "lastModifiedByType": "Application",
            ],
        ]
    }
}
