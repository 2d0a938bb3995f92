import BerthJSON
import GRDB

extension StoreTransaction {
    // MARK: Assets

    package func asset(_ key: AssetKey) throws -> AssetRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM asset WHERE workspace = ? AND kind = ? AND name = ?",
            arguments: [key.workspace, key.kind.rawValue, key.name]
        ).map(Self.asset)
    }

    /// Named assets by name, those after `marker`, at most `limit`.
    package func assets(
        _ kind: AssetKind,
        in workspace: String,
        _ view: AssetView,
        after marker: String = "",
        limit: Int
    ) throws -> [AssetRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM asset WHERE workspace = ? AND kind = ? AND name > ? AND is_anonymous = 0
                    AND \(Self.condition(view)) ORDER BY name LIMIT ?
                """,
            arguments: [workspace, kind.rawValue, marker, limit]
        ).map(Self.asset)
    }

    package func save(_ record: AssetRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO asset VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET body = excluded.body, is_anonymous = excluded.is_anonymous,
                    is_archived = excluded.is_archived, highest_number = excluded.highest_number,
                    modified_at = excluded.modified_at
                """,
            arguments: [
                record.key.workspace, record.key.kind.rawValue, record.key.name, record.body.text(),
                record.isAnonymous, record.isArchived, record.highestNumber, record.createdAt, record.modifiedAt,
            ]
        )
    }

    private static func asset(_ row: Row) throws -> AssetRecord {
        var record = AssetRecord(
            key: try key(row),
            body: try json(row["body"]),
            isAnonymous: row["is_anonymous"],
            createdAt: row["created_at"]
        )
        record.isArchived = row["is_archived"]
        record.highestNumber = row["highest_number"]
        record.modifiedAt = row["modified_at"]
        return record
    }

    private static func key(_ row: Row) throws -> AssetKey {
        AssetKey(workspace: row["workspace"], kind: try word(row["kind"]), name: row["name"])
    }

    private static func condition(_ view: AssetView) -> String {
        switch view {
        case .active: "is_archived = 0"
        case .archived: "is_archived = 1"
        case .all: "1"
        }
    }

    // MARK: Versions

    package func assetVersion(_ version: String, of key: AssetKey) throws -> AssetVersionRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM asset_version WHERE workspace = ? AND kind = ? AND name = ? AND version = ?",
            arguments: [key.workspace, key.kind.rawValue, key.name, version]
        ).map(Self.version)
    }

    /// Newest first, after `offset` of them, at most `limit`.
    package func assetVersions(
        of key: AssetKey,
        _ view: AssetView,
        offset: Int = 0,
        limit: Int
    ) throws -> [AssetVersionRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM asset_version WHERE workspace = ? AND kind = ? AND name = ?
                    AND \(Self.condition(view)) ORDER BY sequence DESC LIMIT ? OFFSET ?
                """,
            arguments: [key.workspace, key.kind.rawValue, key.name, limit, offset]
        ).map(Self.version)
    }

    /// Versions of any name in the workspace whose content has this hash, newest first.
    package func assetVersions(
        _ kind: AssetKind,
        in workspace: String,
        contentHash: String,
        limit: Int
    ) throws -> [AssetVersionRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM asset_version WHERE workspace = ? AND kind = ? AND content_hash = ?
                    AND is_archived = 0 ORDER BY sequence DESC LIMIT ?
                """,
            arguments: [workspace, kind.rawValue, contentHash, limit]
        ).map(Self.version)
    }

    package func save(_ record: AssetVersionRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO asset_version (workspace, kind, name, version, body, content_hash, is_anonymous,
                    is_archived, created_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET body = excluded.body, content_hash = excluded.content_hash,
                    is_archived = excluded.is_archived, modified_at = excluded.modified_at
                """,
            arguments: [
                record.key.workspace, record.key.kind.rawValue, record.key.name, record.version, record.body.text(),
                record.contentHash, record.isAnonymous, record.isArchived, record.createdAt, record.modifiedAt,
            ]
        )
    }

    /// Whether it was there. An asset without versions stays: its numbers are not used again.
    package func deleteAssetVersion(_ version: String, of key: AssetKey) throws -> Bool {
        try database.execute(
            sql: "DELETE FROM asset_version WHERE workspace = ? AND kind = ? AND name = ? AND version = ?",
            arguments: [key.workspace, key.kind.rawValue, key.name, version]
        )
        return database.changesCount > 0
    }

    /// Forgets all assets of a workspace.
    package func deleteAssets(of workspace: String) throws {
        for table in ["asset_version", "asset"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE workspace = ?", arguments: [workspace])
        }
    }

    private static func version(_ row: Row) throws -> AssetVersionRecord {
        var record = AssetVersionRecord(
            key: try key(row),
            version: row["version"],
            body: try json(row["body"]),
            contentHash: row["content_hash"],
            isAnonymous: row["is_anonymous"],
            isArchived: row["is_archived"],
            createdAt: row["created_at"]
        )
        record.modifiedAt = row["modified_at"]
        return record
    }
}
