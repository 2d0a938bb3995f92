package import BerthAPI
package import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
package import BerthRuntime
import BerthStore

/// What a server has from its first start on: a subscription, a resource group and a workspace named `default`, and an
/// owner who may do everything.
package enum FirstStart {
    private static let limit = 65_536

    /// Makes what is missing and writes the owner's file, which says how to reach the server at `server`. The owner's
    /// secret is in that file alone; where the file is lost, a new secret takes the place of the old one.
    package static func prepare(
        _ home: BerthHome,
        server: String,
        directory: Directory,
        accounts: Accounts
    ) async throws(Diagnostic) -> (ServerLogin, isFirst: Bool) {
        let scope = try await defaultWorkspace(accounts)
        let known = try read(home.ownerFile)
        var login =
            known
            ?? ServerLogin(
                server: server,
                authorityFile: home.authorityFile,
                tenant: directory.tenant,
                clientID: "",
                clientSecret: Secret(""),
                defaults: scope
            )
        login.server = server
        login.authorityFile = home.authorityFile
        if try await !directory.accepts(login) {
            let (owner, secret) = try await directory.newOwner(replacing: known?.clientID)
            login.tenant = directory.tenant
            login.clientID = owner.clientID
            login.clientSecret = secret
            login.defaults = scope
        }
        do {
            try AtomicFile.write(Array(login.jsonWithSecret().text().utf8), to: home.ownerFile, durable: true)
        } catch {
            throw Diagnostic(
                .internalError,
                .homeNotWritable,
                "the owner's credential cannot be written",
                evidence: [Evidence("file", home.ownerFile), Evidence("system", "\(error)")]
            )
        }
        return (login, isFirst: known == nil)
    }

    /// The login in the file; nil where there is none, or it is none: then a new one is made.
    private static func read(_ path: String) throws(Diagnostic) -> ServerLogin? {
        do {
            guard let bytes = try RegularFile.read(path, limit: limit) else { return nil }
            return ServerLogin(json: try JSON.parse(bytes))
        } catch is JSONSyntaxError {
            return nil
        } catch {
            throw Diagnostic(
                .internalError,
                .homeNotWritable,
                "the owner's credential cannot be read",
                evidence: [Evidence("file", path), Evidence("system", "\(error)")]
            )
        }
    }

    /// The oldest workspace's place; with a new store, `default` in `default`.
    private static func defaultWorkspace(_ accounts: Accounts) async throws(Diagnostic) -> WorkspaceScope {
        let time = accounts.now()
        let subscription = SubscriptionRecord(id: Fresh.guid(), name: "default", createdAt: time)
        let id = Fresh.guid()
        return try await accounts.store.write { transaction in
            let owner = try transaction.subscriptions().first
            if owner == nil { try transaction.save(subscription) }
            let scope = WorkspaceScope(
                subscription: owner?.id ?? subscription.id,
                resourceGroup: "default",
                workspace: "default"
            )
            guard owner == nil else { return scope }
            try transaction.save(
                ResourceGroupRecord(
                    subscription: scope.subscription,
                    name: scope.resourceGroup,
                    location: "local",
                    tags: [:],
                    createdAt: time
                )
            )
            try transaction.save(
                WorkspaceRecord(
                    name: scope.workspace,
                    subscription: scope.subscription,
                    resourceGroup: scope.resourceGroup,
                    id: id,
                    location: "local",
                    spec: WorkspaceResource(scope: scope, location: "local").json,
                    createdAt: time,
                    modifiedAt: time
                )
            )
            return scope
        }
    }
}

extension Directory {
    /// Whether the login's secret is good, and its principal owns everything.
    func accepts(_ login: ServerLogin) async throws(Diagnostic) -> Bool {
        guard !login.clientID.isEmpty else { return false }
        let sha256 = Digest.hex(login.clientSecret.reveal())
        let time = now()
        return try await store.read { transaction in
            guard let principal = try transaction.principal(login.clientID) else { return false }
            return try transaction.credentials(of: principal.objectID).contains {
                $0.expiresAt > time && Digest.areEqual($0.sha256, sha256)
            }
        }
    }

    /// A principal with the role Owner on everything, and with the one that reads and writes all blobs. `id` is that of
    /// the owner whose secret was lost.
    func newOwner(replacing id: String?) async throws(Diagnostic) -> (PrincipalRecord, Secret) {
        if let id, !id.isEmpty, try await store.read({ try $0.principal(id) }) != nil {
            return try await resetCredential(of: id)
        }
        let (owner, secret) = try await createServicePrincipal(named: "owner")
        for role in [Role.owner, .blobDataOwner] {
            _ = try await assign(
                RoleAssignment(id: Fresh.guid(), principal: owner.objectID, role: role, scope: "/")
            )
        }
        return (owner, secret)
    }
}
