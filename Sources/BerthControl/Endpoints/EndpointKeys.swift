package import BerthAPI
package import BerthDiagnostics
import BerthIdentity
import BerthJSON
package import BerthModel
import BerthStore

/// The two keys of an endpoint.
package struct EndpointKeys: Sendable {
    package enum Slot: String, CaseIterable, Hashable, Sendable {
        case primary, secondary
    }

    package var primary: Secret
    package var secondary: Secret

    /// What a caller of an endpoint with `aad_token` must be allowed to do.
    static let scoreAction = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"

    /// What begins the names of an endpoint's secrets.
    static func prefix(_ workspace: String, _ endpoint: String) -> String { "endpoint/\(workspace)/\(endpoint)/" }

    static func name(_ slot: Slot, _ workspace: String, _ endpoint: String) -> String {
        prefix(workspace, endpoint) + slot.rawValue
    }

    static func fresh(
        _ slot: Slot,
        _ workspace: String,
        _ endpoint: String,
        _ box: SecretBox
    ) throws(Diagnostic) -> SecretRecord {
        let name = name(slot, workspace, endpoint)
        let key = Fresh.secret()
        return SecretRecord(name: name, sealed: try box.seal(key, name: name), sha256: Digest.hex(key.reveal()))
    }
}

/// What comes into the store together with an endpoint of a server: keys, and the identity with its roles.
struct EndpointMaking: Sendable {
    let keys: [SecretRecord]
    let identity: PrincipalRecord
    let roles: [RoleAssignment]
    let wanted: Identity
    let now: Double

    /// Takes what belongs to an endpoint out of the store.
    static func remove(_ endpoint: String, in workspace: String, _ transaction: StoreTransaction) throws {
        for secret in try transaction.secrets(prefix: EndpointKeys.prefix(workspace, endpoint)) {
            try transaction.deleteSecret(secret.name)
        }
        guard let owner = try transaction.workspace(workspace) else { return }
        let id = owner.scope.endpoint(endpoint)
        if let identity = try transaction.principal(ofResource: id) {
            try transaction.deletePrincipal(identity.objectID)
        }
        try transaction.deleteRoleAssignments(on: id)
    }

    /// Keys are made once; the identity comes and goes with what the spec wants.
    func save(isNew: Bool, _ transaction: StoreTransaction) throws {
        if isNew { for key in keys { try transaction.save(key) } }
        let known = try identity.resourceID.flatMap { try transaction.principal(ofResource: $0) }
        switch wanted {
        case .systemAssigned:
            guard known == nil else { return }
            try transaction.save(identity)
            for role in roles { _ = try transaction.insert(role, createdAt: now) }
        case .none:
            if let known { try transaction.deletePrincipal(known.objectID) }
        case .userAssigned(let ids):
            if let known { try transaction.deletePrincipal(known.objectID) }
            for id in ids where try transaction.principal(ofResource: id)?.kind != .userAssigned {
                throw Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "there is no user-assigned identity `\(id)`",
                    help: ["create it first: berth identity create -n NAME -g GROUP"]
                )
            }
        }
    }
}

extension ControlPlane {
    /// What belongs to an endpoint of a server; nil for `--local`, where nobody proves anything.
    func making(_ wanted: EndpointSpec, in scope: WorkspaceScope) async throws(Diagnostic) -> EndpointMaking? {
        guard scope != .local else { return nil }
        guard let directory = world.service?.directory else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "this control plane serves `--local` only",
                help: ["start a server: berth serve"]
            )
        }
        let workspace = try await world.store.read { try AccountRules.workspace(scope, $0) }
        let resource = WorkspaceResource(
            scope: workspace.scope,
            location: workspace.location,
            workspaceID: workspace.id
        )
        let objectID = Fresh.guid()
        // Source: what the service gives a system-assigned identity by itself.
        let grants: [(Role, String)] = [
            (.acrPull, resource.registryID), (.blobDataReader, resource.storageAccountID),
            (.metricsWriter, scope.endpoint(wanted.name)),
        ]
        var keys: [SecretRecord] = []
        for slot in EndpointKeys.Slot.allCases {
            keys.append(try EndpointKeys.fresh(slot, scope.workspace, wanted.name, directory.box))
        }
        return EndpointMaking(
            keys: keys,
            identity: PrincipalRecord(
                objectID: objectID,
                clientID: Fresh.guid(),
                kind: .systemAssigned,
                name: "\(scope.workspace)/\(wanted.name)",
                resourceID: scope.endpoint(wanted.name),
                createdAt: world.now()
            ),
            roles: grants.map {
                RoleAssignment(id: Fresh.guid(), principal: objectID, role: $0.0, scope: $0.1)
            },
            wanted: wanted.identity,
            now: world.now()
        )
    }

    /// Who the endpoint is, when it calls other services.
    func addIdentity(
        to resource: inout EndpointResource,
        _ directory: Directory,
        known: PrincipalRecord?
    ) async throws(Diagnostic) {
        switch resource.spec.identity {
        case .none: return
        case .systemAssigned:
            resource.principalID =
                if let known { known.objectID } else { try await directory.identity(resource.id)?.objectID }
            resource.tenantID = directory.tenant
        case .userAssigned(let ids):
            for id in ids {
                guard let known = try await directory.identity(id) else { continue }
                resource.assigned[id] = AssignedIdentity(principalID: known.objectID, clientID: known.clientID)
            }
        }
    }

    /// Both keys of an endpoint. Those of `--local` are not checked: scripts that fetch one and send it along go on
    /// working.
    package func keys(of endpoint: String, in scope: WorkspaceScope) async throws(Diagnostic) -> EndpointKeys {
        let resource = try await self.endpoint(endpoint, in: scope)
        guard scope != .local, let box = world.service?.directory.box else {
            let key = Secret("local-endpoints-do-not-check-keys")
            return EndpointKeys(primary: key, secondary: key)
        }
        guard resource.spec.authMode == .key else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "endpoint `\(endpoint)` has no keys: its auth_mode is `\(resource.spec.authMode.rawValue)`",
                help: ["get a token: berth online-endpoint get-credentials -n \(endpoint)"]
            )
        }
        let name = resource.spec.name
        let prefix = EndpointKeys.prefix(scope.workspace, name)
        let sealed = try await world.store.read { try $0.secrets(prefix: prefix) }
        var opened: [String: Secret] = [:]
        for record in sealed { opened[record.name] = try box.open(record.sealed, name: record.name) }
        guard let primary = opened[prefix + "primary"], let secondary = opened[prefix + "secondary"] else {
            throw Diagnostic(.internalError, .platformFault, "the keys of endpoint `\(endpoint)` are not in the store")
        }
        return EndpointKeys(primary: primary, secondary: secondary)
    }

    /// A new key in place of one of the two; the gateway knows it when this returns.
    package func regenerateKey(
        _ slot: EndpointKeys.Slot,
        of endpoint: String,
        in scope: WorkspaceScope
    ) async throws(Diagnostic) {
        _ = try await keys(of: endpoint, in: scope)
        guard scope != .local, let box = world.service?.directory.box else { return }
        let fresh = try EndpointKeys.fresh(slot, scope.workspace, endpoint, box)
        try await world.store.write { transaction in
            guard try transaction.endpoint(endpoint, in: scope.workspace) != nil else {
                throw EndpointRules.notFound(endpoint, among: [])
            }
            try transaction.save(fresh)
        }
        try await routes.publish()
    }

    /// A token that the endpoint takes, for endpoints with `aml_token`.
    package func scoringToken(
        of endpoint: String,
        in scope: WorkspaceScope,
        for caller: Caller
    ) async throws(Diagnostic) -> IssuedToken {
        let resource = try await self.endpoint(endpoint, in: scope)
        guard resource.spec.authMode == .amlToken, let directory = world.service?.directory else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "endpoint `\(endpoint)` gives out no tokens: its auth_mode is `\(resource.spec.authMode.rawValue)`",
                help: [
                    resource.spec.authMode == .key
                        ? "get a key: berth online-endpoint get-credentials -n \(endpoint)"
                        : "get a token: berth account get-access-token --resource https://ml.azure.com"
                ]
            )
        }
        let claim = ScoringToken.endpointClaim(workspace: scope.workspace, endpoint: resource.spec.name)
        return try directory.endpointToken(claim, for: caller)
    }
}

extension Directory {
    /// Whom the gateway believes.
    nonisolated var routeIssuer: RouteTable.TokenIssuer {
        RouteTable.TokenIssuer(
            name: issuer,
            keys: [RouteTable.SigningKey(id: key.id, publicKey: key.publicKeyPEM)]
        )
    }

    /// A token for one endpoint, `<workspace>/<name>`.
    nonisolated func endpointToken(_ endpoint: String, for caller: Caller) throws(Diagnostic) -> IssuedToken {
        let time = now()
        let expiry = (time + Self.tokenLifetime).rounded(.down)
        let subject =
            switch caller {
            case .principal(let objectID, _): objectID
            case .machineOwner, .nobody: ""
            }
        let claims: JSON = [
            "iss": .string(issuer),
            "aud": .string(ScoringToken.amlAudience),
            "endpoint": .string(endpoint),
            "sub": .string(subject),
            "oid": .string(subject),
            "iat": .integer(Int(time)),
            "nbf": .integer(Int(time)),
            "exp": .integer(Int(expiry)),
        ]
        return IssuedToken(
            text: try key.sign(claims),
            resource: ScoringToken.amlAudience,
            issuedAt: time,
            expiresAt: expiry
        )
    }
}
