import BerthDiagnostics
import BerthJSON
import BerthModel
import GRDB

/// Typed access inside of one transaction of `Store`. Valid only while the transaction's closure runs.
package struct StoreTransaction {
    let database: Database

    // MARK: Endpoints

    package func endpoint(_ name: String, in workspace: String) throws -> EndpointRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM endpoint WHERE workspace = ? AND name = ?",
            arguments: [workspace, name]
        ).map(Self.endpoint)
    }

    /// By name; of all workspaces where `workspace` is nil.
    package func endpoints(in workspace: String? = nil) throws -> [EndpointRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM endpoint WHERE ?1 IS NULL OR workspace = ?1 ORDER BY workspace, name",
            arguments: [workspace]
        ).map(Self.endpoint)
    }

    /// Up to `limit` of a workspace by name, those behind `name`.
    package func endpoints(in workspace: String, after name: String, limit: Int) throws -> [EndpointRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM endpoint WHERE workspace = ? AND name > ? ORDER BY name LIMIT ?",
            arguments: [workspace, name, limit]
        ).map(Self.endpoint)
    }

    /// Those of a server with the name, in whatever workspace: `--local` has names of its own.
    package func endpoints(named name: String) throws -> [EndpointRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM endpoint WHERE name = ? COLLATE NOCASE AND workspace <> 'local'",
            arguments: [name]
        ).map(Self.endpoint)
    }

    package func save(_ record: EndpointRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO endpoint VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET spec = excluded.spec, state = excluded.state,
                    local_port = excluded.local_port, modified_at = excluded.modified_at
                """,
            arguments: [
                record.workspace, record.name, record.spec.text(), record.state.rawValue, record.localPort,
                record.createdAt, record.modifiedAt,
            ]
        )
    }

    package func deleteEndpoint(_ name: String, in workspace: String) throws {
        try database.execute(
            sql: "DELETE FROM endpoint WHERE workspace = ? AND name = ?",
            arguments: [workspace, name]
        )
    }

    private static func endpoint(_ row: Row) throws -> EndpointRecord {
        EndpointRecord(
            workspace: row["workspace"],
            name: row["name"],
            spec: try json(row["spec"]),
            state: try word(row["state"]),
            localPort: row["local_port"],
            createdAt: row["created_at"],
            modifiedAt: row["modified_at"]
        )
    }

    // MARK: Deployments

    package func deployment(_ key: DeploymentKey) throws -> DeploymentRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM deployment WHERE workspace = ? AND endpoint = ? AND name = ?",
            arguments: [key.workspace, key.endpoint, key.name]
        ).map(Self.deployment)
    }

    /// By name; of all endpoints where `endpoint` is nil.
    package func deployments(of endpoint: String? = nil, in workspace: String? = nil) throws -> [DeploymentRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM deployment WHERE (?1 IS NULL OR workspace = ?1) AND (?2 IS NULL OR endpoint = ?2)
                ORDER BY workspace, endpoint, name
                """,
            arguments: [workspace, endpoint]
        ).map(Self.deployment)
    }

    /// All deployments by name, without their specs.
    package func deploymentHeads() throws -> [DeploymentHead] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT workspace, endpoint, name, serving_revision FROM deployment ORDER BY workspace, endpoint, name
                """
        ).map { row in
            DeploymentHead(
                key: DeploymentKey(workspace: row["workspace"], endpoint: row["endpoint"], name: row["name"]),
                servingRevision: row["serving_revision"]
            )
        }
    }

    package func save(_ record: DeploymentRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO deployment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET spec = excluded.spec, state = excluded.state,
                    serving_revision = excluded.serving_revision, modified_at = excluded.modified_at,
                    failures = excluded.failures, warnings = excluded.warnings
                """,
            arguments: [
                record.key.workspace, record.key.endpoint, record.key.name, record.spec.text(), record.state.rawValue,
                record.servingRevision, record.createdAt, record.modifiedAt, JSON.array(record.failures).text(),
                JSON.array(record.warnings).text(),
            ]
        )
    }

    package func deleteDeployment(_ key: DeploymentKey) throws {
        try database.execute(
            sql: "DELETE FROM deployment WHERE workspace = ? AND endpoint = ? AND name = ?",
            arguments: [key.workspace, key.endpoint, key.name]
        )
    }

    private static func deployment(_ row: Row) throws -> DeploymentRecord {
        var record = DeploymentRecord(
            key: DeploymentKey(workspace: row["workspace"], endpoint: row["endpoint"], name: row["name"]),
            spec: try json(row["spec"]),
            state: try word(row["state"]),
            createdAt: row["created_at"]
        )
        record.servingRevision = row["serving_revision"]
        record.modifiedAt = row["modified_at"]
        record.failures = try json(row["failures"]).arrayValue ?? []
        record.warnings = try json(row["warnings"]).arrayValue ?? []
        return record
    }

    // MARK: Reading columns

    static func json(_ text: String) throws -> JSON { try JSON.parse(text) }

    static func word<Word: RawRepresentable<String>>(_ text: String) throws -> Word {
        guard let word = Word(rawValue: text) else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "the database holds `\(text)`, which this version does not know",
                help: ["use the version of berth that wrote this BERTH_HOME, or a newer one"]
            )
        }
        return word
    }
}
