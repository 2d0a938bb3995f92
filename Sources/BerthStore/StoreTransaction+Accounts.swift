import BerthJSON
import BerthModel
import GRDB

extension StoreTransaction {
    // MARK: Subscriptions

    /// The one whose id or name is `text`.
    package func subscription(_ text: String) throws -> SubscriptionRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM subscription WHERE id = ?1 OR name = ?1 COLLATE NOCASE ORDER BY id = ?1 DESC",
            arguments: [text]
        ).map(Self.subscription)
    }

    /// Oldest first.
    package func subscriptions() throws -> [SubscriptionRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM subscription ORDER BY created_at, id").map(Self.subscription)
    }

    package func save(_ record: SubscriptionRecord) throws {
        try database.execute(
            sql: "INSERT INTO subscription VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
            arguments: [record.id, record.name, record.createdAt]
        )
    }

    private static func subscription(_ row: Row) -> SubscriptionRecord {
        SubscriptionRecord(id: row["id"], name: row["name"], createdAt: row["created_at"])
    }

    // MARK: Resource groups

    package func resourceGroup(_ name: String, in subscription: String) throws -> ResourceGroupRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM resource_group WHERE subscription = ? AND name = ?",
            arguments: [subscription, name]
        ).map(Self.resourceGroup)
    }

    /// By name.
    package func resourceGroups(in subscription: String) throws -> [ResourceGroupRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM resource_group WHERE subscription = ? ORDER BY name",
            arguments: [subscription]
        ).map(Self.resourceGroup)
    }

    package func save(_ record: ResourceGroupRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO resource_group VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET tags = excluded.tags
                """,
            arguments: [record.subscription, record.name, record.location, record.tags.text(), record.createdAt]
        )
    }

    package func deleteResourceGroup(_ name: String, in subscription: String) throws {
        try database.execute(
            sql: "DELETE FROM resource_group WHERE subscription = ? AND name = ?",
            arguments: [subscription, name]
        )
    }

    private static func resourceGroup(_ row: Row) throws -> ResourceGroupRecord {
        ResourceGroupRecord(
            subscription: row["subscription"],
            name: row["name"],
            location: row["location"],
            tags: try json(row["tags"]),
            createdAt: row["created_at"]
        )
    }

    // MARK: Workspaces

    package func workspace(_ name: String) throws -> WorkspaceRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM workspace WHERE name = ?", arguments: [name])
            .map(Self.workspace)
    }

    /// By name; of all groups where `group` is nil, of all subscriptions where `subscription` is nil too.
    package func workspaces(in subscription: String? = nil, group: String? = nil) throws -> [WorkspaceRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM workspace WHERE (?1 IS NULL OR subscription = ?1) AND (?2 IS NULL OR resource_group = ?2)
                ORDER BY name
                """,
            arguments: [subscription, group]
        ).map(Self.workspace)
    }

    /// Those whose id begins with these digits, dashes left out.
    package func workspaces(withIDPrefix digits: String) throws -> [WorkspaceRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM workspace WHERE substr(replace(id, '-', ''), 1, length(?1)) = ?1",
            arguments: [digits]
        ).map(Self.workspace)
    }

    package func save(_ record: WorkspaceRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO workspace VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET spec = excluded.spec, modified_at = excluded.modified_at
                """,
            arguments: [
                record.name, record.subscription, record.resourceGroup, record.id, record.location,
                record.spec.text(), record.createdAt, record.modifiedAt,
            ]
        )
    }

    package func deleteWorkspace(_ name: String) throws {
        try database.execute(sql: "DELETE FROM workspace WHERE name = ?", arguments: [name])
    }

    private static func workspace(_ row: Row) throws -> WorkspaceRecord {
        WorkspaceRecord(
            name: row["name"],
            subscription: row["subscription"],
            resourceGroup: row["resource_group"],
            id: row["id"],
            location: row["location"],
            spec: try json(row["spec"]),
            createdAt: row["created_at"],
            modifiedAt: row["modified_at"]
        )
    }
}
