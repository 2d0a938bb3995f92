package import BerthModel
import GRDB

/// Somebody asks for more cores than the limit: kept until a limit is set.
package struct QuotaRequestRecord: Hashable, Sendable {
    package var subject: QuotaSubject
    package var cores: Cores
    package var reason: String
    /// Seconds since 1970.
    package var createdAt: Double

    package init(subject: QuotaSubject, cores: Cores, reason: String, createdAt: Double) {
        self.subject = subject
        self.cores = cores
        self.reason = reason
        self.createdAt = createdAt
    }
}

extension StoreTransaction {
    // MARK: Limits

    package func quotaLimits() throws -> [QuotaSubject: Cores] {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM quota_limit")
        return Dictionary(rows.map { (Self.subject($0), Cores($0["cores"])) }, uniquingKeysWith: { _, last in last })
    }

    /// Sets a limit and answers what was asked for it.
    package func setQuotaLimit(_ subject: QuotaSubject, _ cores: Cores) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO quota_limit VALUES (?, ?, ?, ?, ?)",
            arguments: Self.key(subject) + [cores.count]
        )
        try database.execute(
            sql: "DELETE FROM quota_request WHERE subscription = ? AND region = ? AND family = ? AND workspace = ?",
            arguments: Self.key(subject)
        )
    }

    // MARK: Requests

    package func quotaRequests() throws -> [QuotaRequestRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM quota_request ORDER BY created_at").map { row in
            QuotaRequestRecord(
                subject: Self.subject(row),
                cores: Cores(row["cores"]),
                reason: row["reason"],
                createdAt: row["created_at"]
            )
        }
    }

    /// Replaces an earlier request for the same.
    package func save(_ record: QuotaRequestRecord) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO quota_request VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: Self.key(record.subject) + [record.cores.count, record.reason, record.createdAt]
        )
    }

    /// An empty text stands for «all», in family and workspace alike: both are part of the key.
    private static func key(_ subject: QuotaSubject) -> StatementArguments {
        [subject.place.subscription, subject.place.region, subject.family ?? "", subject.workspace ?? ""]
    }

    private static func subject(_ row: Row) -> QuotaSubject {
        let family: String = row["family"]
        let workspace: String = row["workspace"]
        return QuotaSubject(
            place: QuotaPlace(subscription: row["subscription"], region: row["region"]),
            family: family.isEmpty ? nil : family,
            workspace: workspace.isEmpty ? nil : workspace
        )
    }

    // MARK: Holds

    package func quotaHolds() throws -> [QuotaHold] {
        try Row.fetchAll(database, sql: "SELECT * FROM quota_hold ORDER BY revision").map { row in
            QuotaHold(
                revision: row["revision"],
                place: QuotaPlace(subscription: row["subscription"], region: row["region"]),
                holder: Self.holder(row),
                family: row["family"],
                cores: Cores(row["cores"])
            )
        }
    }

    package func save(_ hold: QuotaHold) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO quota_hold VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                hold.revision, hold.place.subscription, hold.place.region, hold.holder.workspace, hold.holder.endpoint,
                hold.holder.deployment, hold.family, hold.cores.count,
            ]
        )
    }

    package func capacityHolds() throws -> [CapacityHold] {
        try Row.fetchAll(database, sql: "SELECT * FROM capacity_hold ORDER BY revision").map { row in
            CapacityHold(
                revision: row["revision"],
                holder: Self.holder(row),
                instances: row["instances"],
                cores: Cores(row["cores"]),
                memory: Bytes(row["memory"])
            )
        }
    }

    package func save(_ hold: CapacityHold) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO capacity_hold VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                hold.revision, hold.holder.workspace, hold.holder.endpoint, hold.holder.deployment, hold.instances,
                hold.cores.count, hold.memory.count,
            ]
        )
    }

    func releaseHolds(of revision: Int) throws {
        try database.execute(sql: "DELETE FROM quota_hold WHERE revision = ?", arguments: [revision])
        try database.execute(sql: "DELETE FROM capacity_hold WHERE revision = ?", arguments: [revision])
    }

    private static func holder(_ row: Row) -> ResourceHolder {
        ResourceHolder(workspace: row["workspace"], endpoint: row["endpoint"], deployment: row["deployment"])
    }
}
