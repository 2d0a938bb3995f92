import BerthJSON
package import BerthModel
import Foundation
import GRDB

extension StoreTransaction {
    // MARK: Principals

    /// The one whose object id or client id is `id`.
    package func principal(_ id: String) throws -> PrincipalRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM principal WHERE object_id = ?1 OR client_id = ?1",
            arguments: [id.lowercased()]
        ).map(Self.principal)
    }

    /// The one that is, or belongs to, the resource.
    package func principal(ofResource id: String) throws -> PrincipalRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM principal WHERE resource_id = ?", arguments: [id])
            .map(Self.principal)
    }

    /// By name.
    package func principals(_ kind: PrincipalRecord.Kind) throws -> [PrincipalRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM principal WHERE kind = ? ORDER BY name, object_id",
            arguments: [kind.rawValue]
        ).map(Self.principal)
    }

    package func save(_ record: PrincipalRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO principal VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (object_id) DO UPDATE SET name = excluded.name, tags = excluded.tags
                """,
            arguments: [
                record.objectID, record.clientID, record.kind.rawValue, record.name, record.resourceID,
                record.location, record.tags.text(), record.createdAt,
            ]
        )
    }

    /// With its credentials and roles.
    package func deletePrincipal(_ objectID: String) throws {
        try database.execute(sql: "DELETE FROM role_assignment WHERE object_id = ?", arguments: [objectID])
        try database.execute(sql: "DELETE FROM credential WHERE object_id = ?", arguments: [objectID])
        try database.execute(sql: "DELETE FROM principal WHERE object_id = ?", arguments: [objectID])
    }

    private static func principal(_ row: Row) throws -> PrincipalRecord {
        PrincipalRecord(
            objectID: row["object_id"],
            clientID: row["client_id"],
            kind: try word(row["kind"]),
            name: row["name"],
            resourceID: row["resource_id"],
            location: row["location"],
            tags: try json(row["tags"]),
            createdAt: row["created_at"]
        )
    }

    // MARK: Credentials

    package func credentials(of objectID: String) throws -> [CredentialRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM credential WHERE object_id = ? ORDER BY expires_at, id",
            arguments: [objectID]
        ).map { row in
            CredentialRecord(
                id: row["id"],
                objectID: row["object_id"],
                sha256: row["sha256"],
                expiresAt: row["expires_at"]
            )
        }
    }

    package func save(_ record: CredentialRecord) throws {
        try database.execute(
            sql: "INSERT INTO credential VALUES (?, ?, ?, ?)",
            arguments: [record.id, record.objectID, record.sha256, record.expiresAt]
        )
    }

    package func deleteCredentials(of objectID: String) throws {
        try database.execute(sql: "DELETE FROM credential WHERE object_id = ?", arguments: [objectID])
    }

    // MARK: Roles

    /// All, oldest first.
    package func roleAssignments() throws -> [RoleAssignment] {
        try Row.fetchAll(database, sql: "SELECT * FROM role_assignment ORDER BY created_at, id").map { row in
            RoleAssignment(
                id: row["id"],
                principal: row["object_id"],
                role: try Self.word(row["role"]),
                scope: row["scope"]
            )
        }
    }

    /// Adds the assignment; one with the same principal, role and scope that is there already is what is returned.
    package func insert(_ assignment: RoleAssignment, createdAt: Double) throws -> RoleAssignment {
        try database.execute(
            sql: "INSERT INTO role_assignment VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [
                assignment.id, assignment.principal, assignment.role.rawValue, assignment.scope, createdAt,
            ]
        )
        let id = try String.fetchOne(
            database,
            sql: "SELECT id FROM role_assignment WHERE object_id = ? AND role = ? AND scope = ?",
            arguments: [assignment.principal, assignment.role.rawValue, assignment.scope]
        )
        var kept = assignment
        kept.id = id ?? assignment.id
        return kept
    }

    package func deleteRoleAssignment(_ id: String) throws {
        try database.execute(sql: "DELETE FROM role_assignment WHERE id = ?", arguments: [id])
    }

    /// Removes all roles on the resource and below it.
    package func deleteRoleAssignments(on scope: String) throws {
        for assignment in try roleAssignments() where RoleRule.covers(scope, assignment.scope) {
            try deleteRoleAssignment(assignment.id)
        }
    }

    // MARK: Secrets

    package func secret(_ name: String) throws -> SecretRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM secret WHERE name = ?", arguments: [name]).map(Self.secret)
    }

    /// Those whose names begin with `prefix`, by name.
    package func secrets(prefix: String) throws -> [SecretRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM secret WHERE name >= ? AND name < ? ORDER BY name",
            arguments: [prefix, prefix + "\u{10FFFF}"]
        ).map(Self.secret)
    }

    package func save(_ record: SecretRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO secret VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET sealed = excluded.sealed, sha256 = excluded.sha256
                """,
            arguments: [record.name, Data(record.sealed), record.sha256]
        )
    }

    package func deleteSecret(_ name: String) throws {
        try database.execute(sql: "DELETE FROM secret WHERE name = ?", arguments: [name])
    }

    private static func secret(_ row: Row) -> SecretRecord {
        let sealed: Data = row["sealed"]
        return SecretRecord(name: row["name"], sealed: Array(sealed), sha256: row["sha256"])
    }
}
