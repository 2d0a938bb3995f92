import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// User-assigned identities and service principals.
struct IdentityRoutes: Sendable {
    let directory: Directory
    let accounts: Accounts
    let control: ControlPlane

    private static let below: RouterPath = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    private static let identities: RouterPath = "/subscriptions/:subscription/resourceGroups/:group/\(below)"
    private static let principals: RouterPath = "/providers/Microsoft.Authorization/servicePrincipals"

    func add(to router: Router<ControlRequestContext>) {
        router.get("/subscriptions/:subscription/\(Self.below)") { _, context in
            try await list(below: "/subscriptions/\(try context.name("subscription"))")
        }
        router.get(Self.identities) { _, context in
            let group = try await accounts.resourceGroup(
                try context.name("group"),
                in: try context.name("subscription")
            )
            return try await list(below: "/subscriptions/\(group.subscription)/resourceGroups/\(group.name)")
        }
        router.get("\(Self.identities)/:identity") { _, context in
            let id = try await id(context)
            guard let found = try await directory.identity(id) else { throw Self.missing(id) }
            return Response.json(ResourceJSON.identity(found, tenant: directory.tenant))
        }
        for method in [HTTPRequest.Method.put, .patch] {
            router.on("\(Self.identities)/:identity", method: method) { request, context in
                let body = try await request.json()
                let (record, isNew) = try await directory.putIdentity(
                    try await id(context),
                    name: try context.name("identity"),
                    location: body["location"]?.stringValue ?? "local",
                    tags: body["tags"]?.objectValue.map(JSON.object) ?? [:]
                )
                return Response.json(
                    ResourceJSON.identity(record, tenant: directory.tenant),
                    status: isNew ? .created : .ok
                )
            }
        }
        router.delete("\(Self.identities)/:identity") { _, context in
            let existed = try await directory.deleteIdentity(try await id(context))
            if existed { await control.rolesChanged() }
            return Response(status: existed ? .ok : .noContent)
        }
        addServicePrincipals(to: router)
    }

    /// The ARM id as the group is spelt in the store.
    private func id(_ context: ControlRequestContext) async throws -> String {
        let group = try await accounts.resourceGroup(
            try context.name("group"),
            in: try context.name("subscription")
        )
        return "/subscriptions/\(group.subscription)/resourceGroups/\(group.name)"
            + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(try context.name("identity"))"
    }

    private func list(below scope: String) async throws -> Response {
        let found = try await directory.identities(below: scope)
        return Response.json(["value": .array(found.map { ResourceJSON.identity($0, tenant: directory.tenant) })])
    }

    private static func missing(_ id: String) -> Diagnostic {
        Diagnostic(
            .resourceNotFound,
            nil,
            "there is no identity `\(id)`",
            help: ["see which there are: berth identity list"]
        )
    }

    // MARK: Service principals

    private func addServicePrincipals(to router: Router<ControlRequestContext>) {
        router.get(Self.principals) { _, _ in
            let found = try await directory.principals(.servicePrincipal)
            return Response.json([
                "value": .array(found.map { ResourceJSON.servicePrincipal($0, tenant: directory.tenant) })
            ])
        }
        // PUT and not POST: the action of the role rule is then `write`, which no contributor may do here.
        router.put("\(Self.principals)/:principal") { _, context in
            let name = try context.name("principal")
            guard (1...120).contains(name.utf8.count) else {
                throw Diagnostic(.badArgument, .argumentInvalid, "a service principal needs a name of 1 to 120 bytes")
            }
            let (record, secret) = try await directory.createServicePrincipal(named: name)
            return withSecret(record, secret)
        }
        router.put("\(Self.principals)/:principal/credentials/new") { _, context in
            let (record, secret) = try await directory.resetCredential(of: try context.name("principal"))
            return withSecret(record, secret)
        }
        router.get("\(Self.principals)/:principal") { _, context in
            let found = try await directory.principal(try context.name("principal"))
            return Response.json(ResourceJSON.servicePrincipal(found, tenant: directory.tenant))
        }
        router.delete("\(Self.principals)/:principal") { _, context in
            try await directory.deleteServicePrincipal(try context.name("principal"))
            await control.rolesChanged()
            return Response(status: .noContent)
        }
    }

    private func withSecret(_ record: PrincipalRecord, _ secret: Secret) -> Response {
        var body = ResourceJSON.servicePrincipal(record, tenant: directory.tenant)
        body["password"] = .string(secret.reveal())
        body["tenant"] = .string(directory.tenant)
        return .json(body, status: .created, headers: [.cacheControl: "no-store"])
    }
}
