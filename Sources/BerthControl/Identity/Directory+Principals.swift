package import BerthDiagnostics
import BerthIdentity
package import BerthJSON
package import BerthModel
package import BerthStore

extension Directory {
    /// How long a secret of a service principal lasts, in seconds. Source: `az ad sp create-for-rbac`, one year.
    private static let credentialLifetime = 365 * 86_400.0

    // MARK: Service principals

    /// A new service principal and its secret, which nobody can read again.
    package func createServicePrincipal(named name: String) async throws(Diagnostic) -> (PrincipalRecord, Secret) {
        let record = PrincipalRecord(
            objectID: Fresh.guid(),
            clientID: Fresh.guid(),
            kind: .servicePrincipal,
            name: name,
            resourceID: nil,
            createdAt: now()
        )
        let (secret, credential) = newCredential(of: record.objectID)
        try await store.write { transaction in
            try transaction.save(record)
            try transaction.save(credential)
        }
        return (record, secret)
    }

    /// A new secret in place of all earlier ones.
    package func resetCredential(of id: String) async throws(Diagnostic) -> (PrincipalRecord, Secret) {
        let principal = try await principal(id)
        let (secret, credential) = newCredential(of: principal.objectID)
        try await store.write { transaction in
            try transaction.deleteCredentials(of: principal.objectID)
            try transaction.save(credential)
        }
        return (principal, secret)
    }

    private func newCredential(of objectID: String) -> (Secret, CredentialRecord) {
        let secret = Fresh.secret()
        let record = CredentialRecord(
            id: Fresh.guid(),
            objectID: objectID,
            sha256: Digest.hex(secret.reveal()),
            expiresAt: now() + Self.credentialLifetime
        )
        return (secret, record)
    }

    /// The principal with the object id or client id `id`.
    package func principal(_ id: String) async throws(Diagnostic) -> PrincipalRecord {
        guard let found = try await store.read({ try $0.principal(id) }) else { throw Self.nobody(id) }
        return found
    }

    package func principals(_ kind: PrincipalRecord.Kind) async throws(Diagnostic) -> [PrincipalRecord] {
        try await store.read { try $0.principals(kind) }
    }

    /// Removes a service principal with its roles; its tokens allow nothing from now on.
    package func deleteServicePrincipal(_ id: String) async throws(Diagnostic) {
        let principal = try await principal(id)
        guard principal.kind == .servicePrincipal else { throw Self.nobody(id) }
        try await store.write { try $0.deletePrincipal(principal.objectID) }
        forgetRoles()
    }

    private static func nobody(_ id: String) -> Diagnostic {
        Diagnostic(
            .resourceNotFound,
            nil,
            "nobody has the id `\(id)`",
            help: ["see who there is: berth ad sp list, berth identity list"]
        )
    }

    // MARK: Identities

    /// The identity that is, or belongs to, the resource with the ARM id `id`; nil where there is none.
    package func identity(_ id: String) async throws(Diagnostic) -> PrincipalRecord? {
        try await store.read { try $0.principal(ofResource: id) }
    }

    /// User-assigned identities below `scope`, by name.
    package func identities(below scope: String) async throws(Diagnostic) -> [PrincipalRecord] {
        try await store.read { transaction in
            try transaction.principals(.userAssigned).filter { RoleRule.covers(scope, $0.resourceID ?? "") }
        }
    }

    /// Creates the user-assigned identity with the ARM id `id`, or changes its tags.
    package func putIdentity(
        _ id: String,
        name: String,
        location: String,
        tags: JSON
    ) async throws(Diagnostic) -> (PrincipalRecord, isNew: Bool) {
        let fresh = PrincipalRecord(
            objectID: Fresh.guid(),
            clientID: Fresh.guid(),
            kind: .userAssigned,
            name: name,
            resourceID: id,
            location: location,
            tags: tags,
            createdAt: now()
        )
        return try await store.write { transaction in
            if var known = try transaction.principal(ofResource: id) {
                known.tags = tags
                try transaction.save(known)
                return (known, false)
            }
            try transaction.save(fresh)
            return (fresh, true)
        }
    }

    /// Whether there was such an identity.
    package func deleteIdentity(_ id: String) async throws(Diagnostic) -> Bool {
        let existed = try await store.write { transaction -> Bool in
            guard let known = try transaction.principal(ofResource: id), known.kind == .userAssigned else {
                return false
            }
            try transaction.deletePrincipal(known.objectID)
            return true
        }
        forgetRoles()
        return existed
    }

    // MARK: Role assignments

    /// All assignments on `scope`, above it and below it.
    package func roleAssignments(around scope: String) async throws(Diagnostic) -> [RoleAssignment] {
        try await store.read { transaction in
            try transaction.roleAssignments().filter {
                RoleRule.covers($0.scope, scope) || RoleRule.covers(scope, $0.scope)
            }
        }
    }

    /// The assignment with the id (a GUID), nil where there is none.
    package func roleAssignment(_ id: String) async throws(Diagnostic) -> RoleAssignment? {
        try await store.read { try $0.roleAssignments() }.first { $0.id.lowercased() == id.lowercased() }
    }

    /// Gives `principal` a role; one that is there already is what is returned.
    ///
    /// - Throws: `ResourceNotFound` where nobody has the id.
    package func assign(_ wanted: RoleAssignment) async throws(Diagnostic) -> RoleAssignment {
        let time = now()
        let made = try await store.write { transaction -> RoleAssignment in
            guard let principal = try transaction.principal(wanted.principal) else {
                throw Self.nobody(wanted.principal)
            }
            var assignment = wanted
            assignment.principal = principal.objectID
            return try transaction.insert(assignment, createdAt: time)
        }
        forgetRoles()
        return made
    }

    /// Takes a role away. The last owner of everything keeps theirs: nobody could give it back.
    package func unassign(_ id: String) async throws(Diagnostic) -> RoleAssignment? {
        let removed = try await store.write { transaction -> RoleAssignment? in
            let all = try transaction.roleAssignments()
            guard let found = all.first(where: { $0.id.lowercased() == id.lowercased() }) else { return nil }
            let owners = all.filter { $0.role == .owner && $0.scope == "/" }
            guard owners.map(\.id) != [found.id] else {
                throw Diagnostic(
                    .conflict,
                    nil,
                    "the last owner of this server cannot lose the role",
                    help: ["make somebody else owner of `/` first"]
                )
            }
            try transaction.deleteRoleAssignment(found.id)
            return found
        }
        forgetRoles()
        return removed
    }
}
