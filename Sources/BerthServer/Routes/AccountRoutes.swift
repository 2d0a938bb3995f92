import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// Subscriptions, tenants, resource groups and what Azure's tools ask beside them.
struct AccountRoutes: Sendable {
    let accounts: Accounts
    let directory: Directory

    private static let group: RouterPath = "/subscriptions/:subscription/resourceGroups/:group"

    func add(to router: Router<ControlRequestContext>) {
        router.get("/subscriptions") { _, context in
            var seen: [JSON] = []
            for record in try await accounts.subscriptions() {
                guard try await directory.sees(context.caller, "/subscriptions/\(record.id)") else { continue }
                seen.append(ResourceJSON.subscription(record, tenant: directory.tenant))
            }
            return Response.json(["value": .array(seen), "count": ["type": "Total", "value": .integer(seen.count)]])
        }
        router.get("/subscriptions/:subscription") { _, context in
            let record = try await accounts.subscription(try context.name("subscription"))
            return Response.json(ResourceJSON.subscription(record, tenant: directory.tenant))
        }
        router.get("/subscriptions/:subscription/locations") { _, context in
            let id = try await accounts.subscription(try context.name("subscription")).id
            return Response.json([
                "value": [
                    [
                        "id": .string("/subscriptions/\(id)/locations/local"), "name": "local",
                        "type": "Region", "displayName": "Local", "regionalDisplayName": "Local",
                    ]
                ]
            ])
        }
        router.get("/tenants") { _, _ in
            Response.json([
                "value": [
                    [
                        "id": .string("/tenants/\(directory.tenant)"), "tenantId": .string(directory.tenant),
                        "displayName": "Berth", "tenantCategory": "Home",
                    ]
                ]
            ])
        }
        addGroups(to: router)
        addProviders(to: router)
        router.get("/subscriptions/:subscription/resources") { request, context in
            let filter = ListFilter(request.uri.queryParameters["$filter"].map(String.init))
            let found = try await resources(in: try context.name("subscription"), filter)
            return Response.json(["value": .array(found)])
        }
    }

    private func addGroups(to router: Router<ControlRequestContext>) {
        router.get("/subscriptions/:subscription/resourceGroups") { _, context in
            let found = try await accounts.resourceGroups(in: try context.name("subscription"))
            return Response.json(["value": .array(found.map(ResourceJSON.group))])
        }
        router.get(Self.group) { _, context in
            let found = try await accounts.resourceGroup(
                try context.name("group"),
                in: try context.name("subscription")
            )
            return Response.json(ResourceJSON.group(found))
        }
        router.head(Self.group) { _, context in
            // Asked by `az group exists`: its answer is the status.
            do {
                _ = try await accounts.resourceGroup(
                    try context.name("group"),
                    in: try context.name("subscription")
                )
                return Response(status: .noContent)
            } catch let missing as Diagnostic where missing.code == .resourceNotFound {
                return Response(status: .notFound)
            }
        }
        for method in [HTTPRequest.Method.put, .patch] {
            router.on(Self.group, method: method) { request, context in
                let body = try await request.json()
                let (record, isNew) = try await accounts.putResourceGroup(
                    try context.name("group"),
                    in: try context.name("subscription"),
                    location: body["location"]?.stringValue ?? "local",
                    tags: body["tags"]?.objectValue.map(JSON.object) ?? [:]
                )
                return Response.json(ResourceJSON.group(record), status: isNew ? .created : .ok)
            }
        }
        router.delete(Self.group) { _, context in
            let existed = try await accounts.deleteResourceGroup(
                try context.name("group"),
                in: try context.name("subscription")
            )
            return Response(status: existed ? .ok : .noContent)
        }
    }

    private static func provider(_ subscription: String, _ name: String) -> JSON {
        [
            "id": .string("/subscriptions/\(subscription)/providers/\(name)"), "namespace": .string(name),
            "registrationState": "Registered", "registrationPolicy": "RegistrationRequired", "resourceTypes": [],
        ]
    }

    private func addProviders(to router: Router<ControlRequestContext>) {
        let names = [
            "Microsoft.MachineLearningServices", "Microsoft.ContainerRegistry", "Microsoft.Storage",
            "Microsoft.ManagedIdentity", "Microsoft.Authorization",
        ]
        router.get("/subscriptions/:subscription/providers") { _, context in
            let id = try await accounts.subscription(try context.name("subscription")).id
            return Response.json(["value": .array(names.map { Self.provider(id, $0) })])
        }
        router.get("/subscriptions/:subscription/providers/:provider") { _, context in
            let id = try await accounts.subscription(try context.name("subscription")).id
            let wanted = try context.name("provider")
            guard let name = names.first(where: { $0.lowercased() == wanted.lowercased() }) else {
                throw Diagnostic(.resourceNotFound, nil, "this server has no provider `\(wanted)`")
            }
            return Response.json(Self.provider(id, name))
        }
        router.post("/subscriptions/:subscription/providers/:provider/register") { _, context in
            // All that there are work without.
            Response.json(Self.provider(try context.name("subscription"), try context.name("provider")))
        }
    }

    /// What a subscription holds, as far as tools look for it: workspaces, and their accounts and registries.
    private func resources(in subscription: String, _ filter: ListFilter) async throws -> [JSON] {
        var found: [JSON] = []
        func add(_ id: String, _ type: String, _ location: String) {
            let name = id.split(separator: "/").last.map(String.init) ?? ""
            guard filter.allows("resourceType", type), filter.allows("name", name) else { return }
            found.append([
                "id": .string(id), "name": .string(name), "type": .string(type), "location": .string(location),
            ])
        }
        for record in try await accounts.workspaces(in: subscription, group: nil) {
            let workspace = try ResourceJSON.workspace(record)
            add(record.scope.path, "Microsoft.MachineLearningServices/workspaces", record.location)
            add(workspace.storageAccountID, "Microsoft.Storage/storageAccounts", record.location)
            add(workspace.registryID, "Microsoft.ContainerRegistry/registries", record.location)
        }
        for record in try await directory.identities(below: "/subscriptions/\(subscription)") {
            add(record.resourceID ?? "", "Microsoft.ManagedIdentity/userAssignedIdentities", record.location)
        }
        return found
    }
}
