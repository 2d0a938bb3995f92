import BerthJSON
import BerthModel
import GRDB

extension StoreTransaction {
    // MARK: Containers

    package func container(_ key: ContainerKey) throws -> ContainerRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM blob_container WHERE account = ? AND name = ?",
            arguments: [key.account, key.name]
        ).map(Self.container)
    }

    /// By name; `prefix` of the names, those after `marker`, at most `limit`.
    package func containers(
        of account: String,
        prefix: String = "",
        after marker: String = "",
        limit: Int
    ) throws -> [ContainerRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM blob_container WHERE account = ? AND name > ? AND substr(name, 1, length(?3)) = ?3
                ORDER BY name LIMIT ?
                """,
            arguments: [account, marker, prefix, limit]
        ).map(Self.container)
    }

    package func containers(ofWorkspace workspace: String) throws -> [ContainerRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM blob_container WHERE workspace = ?",
            arguments: [workspace]
        ).map(Self.container)
    }

    package func save(_ record: ContainerRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO blob_container VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET etag = excluded.etag, metadata = excluded.metadata,
                    modified_at = excluded.modified_at
                """,
            arguments: [
                record.key.account, record.key.name, record.workspace, record.etag, JSON(record.metadata).text(),
                record.createdAt, record.modifiedAt,
            ]
        )
    }

    /// Removes the container with its blobs and blocks. Their content stays until it is swept.
    package func deleteContainer(_ key: ContainerKey) throws {
        for table in ["blob", "blob_block"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE account = ? AND container = ?",
                arguments: [key.account, key.name]
            )
        }
        try database.execute(
            sql: "DELETE FROM blob_container WHERE account = ? AND name = ?",
            arguments: [key.account, key.name]
        )
    }

    private static func container(_ row: Row) throws -> ContainerRecord {
        var record = ContainerRecord(
            key: ContainerKey(account: row["account"], name: row["name"]),
            workspace: row["workspace"],
            etag: row["etag"],
            createdAt: row["created_at"]
        )
        record.metadata = try strings(row["metadata"])
        record.modifiedAt = row["modified_at"]
        return record
    }

    // MARK: Blobs

    package func blob(_ key: BlobKey) throws -> BlobRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM blob WHERE account = ? AND container = ? AND name = ?",
            arguments: [key.container.account, key.container.name, key.name]
        ).map(Self.blob)
    }

    /// Blobs whose names begin with `prefix`, by name in byte order, those after `marker`, at most `limit`.
    package func blobs(
        in container: ContainerKey,
        prefix: String,
        after marker: String,
        limit: Int
    ) throws -> [BlobRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM blob WHERE account = ?1 AND container = ?2 AND name > ?3 AND name >= ?4
                    AND substr(name, 1, length(?4)) = ?4
                    AND (?5 IS NULL OR name < ?5)
                ORDER BY name LIMIT ?6
                """,
            arguments: [container.account, container.name, marker, prefix, Self.end(of: prefix), limit]
        ).map(Self.blob)
    }

    /// The first text after all that begin with `prefix`, so that the index bounds the search; nil: none is known.
    private static func end(of prefix: String) -> String? {
        guard let last = prefix.unicodeScalars.last, last.value < 0x7E else { return nil }
        var scalars = prefix.unicodeScalars
        scalars.removeLast()
        guard let next = Unicode.Scalar(last.value + 1) else { return nil }
        scalars.append(next)
        return String(scalars)
    }

    package func save(_ record: BlobRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO blob VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, md5 = excluded.md5,
                    content_type = excluded.content_type, content_encoding = excluded.content_encoding,
                    content_language = excluded.content_language,
                    content_disposition = excluded.content_disposition, cache_control = excluded.cache_control,
                    metadata = excluded.metadata, etag = excluded.etag, modified_at = excluded.modified_at
                """,
            arguments: [
                record.key.container.account, record.key.container.name, record.key.name, record.digest,
                record.bytes.count, record.md5, record.headers.contentType, record.headers.contentEncoding,
                record.headers.contentLanguage, record.headers.contentDisposition, record.headers.cacheControl,
                JSON(record.metadata).text(), record.etag, record.createdAt, record.modifiedAt,
            ]
        )
    }

    package func deleteBlob(_ key: BlobKey) throws {
        try database.execute(
            sql: "DELETE FROM blob WHERE account = ? AND container = ? AND name = ?",
            arguments: [key.container.account, key.container.name, key.name]
        )
    }

    /// Whether some blob has this content.
    package func isReferenced(digest: String) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM blob WHERE digest = ?)",
            arguments: [digest]
        ) ?? false
    }

    private static func blob(_ row: Row) throws -> BlobRecord {
        var headers = BlobHeaders()
        headers.contentType = row["content_type"]
        headers.contentEncoding = row["content_encoding"]
        headers.contentLanguage = row["content_language"]
        headers.contentDisposition = row["content_disposition"]
        headers.cacheControl = row["cache_control"]
        var record = BlobRecord(
            key: BlobKey(container: ContainerKey(account: row["account"], name: row["container"]), name: row["name"]),
            digest: row["digest"],
            bytes: Bytes(row["bytes"]),
            md5: row["md5"],
            headers: headers,
            metadata: try strings(row["metadata"]),
            etag: row["etag"],
            createdAt: row["created_at"]
        )
        record.modifiedAt = row["modified_at"]
        return record
    }

    // MARK: Blocks

    package func block(_ id: String, of key: BlobKey) throws -> BlockRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM blob_block WHERE account = ? AND container = ? AND blob = ? AND id = ?",
            arguments: [key.container.account, key.container.name, key.name, id]
        ).map(Self.block)
    }

    package func blocks(of key: BlobKey) throws -> [BlockRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM blob_block WHERE account = ? AND container = ? AND blob = ?",
            arguments: [key.container.account, key.container.name, key.name]
        ).map(Self.block)
    }

    package func blockCount(of key: BlobKey) throws -> Int {
        try Int.fetchOne(
            database,
            sql: "SELECT count(*) FROM blob_block WHERE account = ? AND container = ? AND blob = ?",
            arguments: [key.container.account, key.container.name, key.name]
        ) ?? 0
    }

    /// All blocks that were uploaded before `time`.
    package func blocks(createdBefore time: Double) throws -> [BlockRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM blob_block WHERE created_at < ?", arguments: [time])
            .map(Self.block)
    }

    package func save(_ record: BlockRecord) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO blob_block VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                record.key.container.account, record.key.container.name, record.key.name, record.id, record.file,
                record.bytes.count, record.createdAt,
            ]
        )
    }

    package func deleteBlocks(of key: BlobKey) throws {
        try database.execute(
            sql: "DELETE FROM blob_block WHERE account = ? AND container = ? AND blob = ?",
            arguments: [key.container.account, key.container.name, key.name]
        )
    }

    package func deleteBlocks(createdBefore time: Double) throws {
        try database.execute(sql: "DELETE FROM blob_block WHERE created_at < ?", arguments: [time])
    }

    private static func block(_ row: Row) throws -> BlockRecord {
        BlockRecord(
            key: BlobKey(container: ContainerKey(account: row["account"], name: row["container"]), name: row["blob"]),
            id: row["id"],
            file: row["file"],
            bytes: Bytes(row["bytes"]),
            createdAt: row["created_at"]
        )
    }

    static func strings(_ text: String) throws -> [String: String] {
        (try json(text).objectValue ?? JSONObject()).reduce(into: [:]) { map, member in
            map[member.key] = member.value.stringValue ?? member.value.text()
        }
    }
}
