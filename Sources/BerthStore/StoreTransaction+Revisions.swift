package import BerthJSON
import BerthModel
import GRDB

extension StoreTransaction {
    // MARK: Revisions

    /// A new revision; its number is unique and higher than every earlier one.
    package func insertRevision(of key: DeploymentKey, spec: JSON, createdAt: Double) throws -> RevisionRecord {
        try database.execute(
            sql: """
                INSERT INTO revision (workspace, endpoint, deployment, spec, phase, created_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.workspace, key.endpoint, key.name, spec.text(), RevisionRecord.Phase.starting.rawValue, createdAt,
            ]
        )
        let number = Int(database.lastInsertedRowID)
        return RevisionRecord(number: number, key: key, spec: spec, phase: .starting, createdAt: createdAt)
    }

    package func revision(_ number: Int) throws -> RevisionRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM revision WHERE number = ?", arguments: [number])
            .map(Self.revision)
    }

    /// Oldest first.
    package func revisions(of key: DeploymentKey) throws -> [RevisionRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM revision WHERE workspace = ? AND endpoint = ? AND deployment = ? ORDER BY number",
            arguments: [key.workspace, key.endpoint, key.name]
        ).map(Self.revision)
    }

    package func revisions(in phase: RevisionRecord.Phase) throws -> [RevisionRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM revision WHERE phase = ? ORDER BY number",
            arguments: [phase.rawValue]
        ).map(Self.revision)
    }

    /// How all revisions are started and what of, as text: to see which files they use.
    package func launchPlans() throws -> [String] {
        try String.fetchAll(database, sql: "SELECT launch || spec FROM revision WHERE launch IS NOT NULL")
    }

    /// One of which nothing runs any more gives its quota and its room back in the same transaction.
    package func save(_ record: RevisionRecord) throws {
        try database.execute(
            sql: "UPDATE revision SET spec = ?, phase = ?, launch = ? WHERE number = ?",
            arguments: [record.spec.text(), record.phase.rawValue, record.launch?.text(), record.number]
        )
        switch record.phase {
        case .failed, .retired: try releaseHolds(of: record.number)
        case .starting, .serving, .draining: break
        }
    }

    /// Removes the revision and its instances.
    package func deleteRevision(_ number: Int) throws {
        try database.execute(sql: "DELETE FROM instance WHERE revision = ?", arguments: [number])
        try database.execute(sql: "DELETE FROM revision WHERE number = ?", arguments: [number])
    }

    private static func revision(_ row: Row) throws -> RevisionRecord {
        let launch: String? = row["launch"]
        return RevisionRecord(
            number: row["number"],
            key: DeploymentKey(workspace: row["workspace"], endpoint: row["endpoint"], name: row["deployment"]),
            spec: try json(row["spec"]),
            phase: try word(row["phase"]),
            createdAt: row["created_at"],
            launch: try launch.map(json)
        )
    }

    // MARK: Instances

    /// By place, and within a place oldest first.
    package func instances(of revision: Int) throws -> [InstanceRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM instance WHERE revision = ? ORDER BY ordinal, restarts",
            arguments: [revision]
        ).map(Self.instance)
    }

    /// Instances that should run, of revisions in one of `phases`.
    package func instances(intendedIn phases: [RevisionRecord.Phase]) throws -> [InstanceRecord] {
        try phases.flatMap { phase in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT instance.* FROM instance JOIN revision ON revision.number = instance.revision
                    WHERE instance.phase = ? AND revision.phase = ? ORDER BY instance.id
                    """,
                arguments: [InstanceRecord.Phase.intended.rawValue, phase.rawValue]
            ).map(Self.instance)
        }
    }

    package func allInstances() throws -> [InstanceRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM instance ORDER BY id").map(Self.instance)
    }

    package func save(_ record: InstanceRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO instance VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET phase = excluded.phase, restarts = excluded.restarts
                """,
            arguments: [
                record.id, record.revision, record.ordinal, record.phase.rawValue, record.createdAt, record.restarts,
            ]
        )
    }

    package func deleteInstance(_ id: String) throws {
        try database.execute(sql: "DELETE FROM instance WHERE id = ?", arguments: [id])
    }

    private static func instance(_ row: Row) throws -> InstanceRecord {
        InstanceRecord(
            id: row["id"],
            revision: row["revision"],
            ordinal: row["ordinal"],
            phase: try word(row["phase"]),
            createdAt: row["created_at"],
            restarts: row["restarts"]
        )
    }

    // MARK: Operations

    package func operation(_ id: String) throws -> OperationRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM operation WHERE id = ?", arguments: [id]).map(Self.operation)
    }

    /// Those that a request has begun, oldest first.
    package func operations(requestID: String) throws -> [OperationRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM operation WHERE request_id = ? ORDER BY created_at",
            arguments: [requestID]
        ).map(Self.operation)
    }

    /// Operations in progress, oldest first; of one endpoint where it is named.
    package func operationsInProgress(
        on endpoint: String? = nil,
        in workspace: String? = nil
    ) throws -> [OperationRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM operation WHERE status = ?1 AND (?2 IS NULL OR workspace = ?2)
                    AND (?3 IS NULL OR endpoint = ?3) ORDER BY created_at
                """,
            arguments: [OperationRecord.Status.inProgress.rawValue, workspace, endpoint]
        ).map(Self.operation)
    }

    package func save(_ record: OperationRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET status = excluded.status, failures = excluded.failures
                """,
            arguments: [
                record.id, record.kind.rawValue, record.workspace, record.endpoint, record.deployment, record.revision,
                record.status.rawValue, record.requestID, record.createdAt, JSON.array(record.failures).text(),
            ]
        )
    }

    /// Forgets operations that ended before `time`.
    package func deleteOperations(endedBefore time: Double) throws {
        try database.execute(
            sql: "DELETE FROM operation WHERE status <> ? AND created_at < ?",
            arguments: [OperationRecord.Status.inProgress.rawValue, time]
        )
    }

    private static func operation(_ row: Row) throws -> OperationRecord {
        var record = OperationRecord(
            id: row["id"],
            kind: try word(row["kind"]),
            workspace: row["workspace"],
            endpoint: row["endpoint"],
            deployment: row["deployment"],
            revision: row["revision"],
            requestID: row["request_id"],
            createdAt: row["created_at"]
        )
        record.status = try word(row["status"])
        record.failures = try json(row["failures"]).arrayValue ?? []
        return record
    }
}
