import GRDB

extension Schema {
    /// Containers, blobs and blocks. Names compare as bytes: that is the order of a list.
    static func blobs(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE blob_container (
                    account TEXT NOT NULL, name TEXT NOT NULL, workspace TEXT NOT NULL, etag TEXT NOT NULL,
                    metadata TEXT NOT NULL, created_at REAL NOT NULL, modified_at REAL NOT NULL,
                    PRIMARY KEY (account, name)
                ) STRICT;
                CREATE INDEX blob_container_by_name ON blob_container (name);
                CREATE INDEX blob_container_by_workspace ON blob_container (workspace);
                CREATE TABLE blob (
                    account TEXT NOT NULL, container TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
                    bytes INTEGER NOT NULL, md5 TEXT, content_type TEXT NOT NULL, content_encoding TEXT,
                    content_language TEXT, content_disposition TEXT, cache_control TEXT, metadata TEXT NOT NULL,
                    etag TEXT NOT NULL, created_at REAL NOT NULL, modified_at REAL NOT NULL,
                    PRIMARY KEY (account, container, name),
                    FOREIGN KEY (account, container) REFERENCES blob_container (account, name)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX blob_by_digest ON blob (digest);
                CREATE TABLE blob_block (
                    account TEXT NOT NULL, container TEXT NOT NULL, blob TEXT NOT NULL, id TEXT NOT NULL,
                    file TEXT NOT NULL, bytes INTEGER NOT NULL, created_at REAL NOT NULL,
                    PRIMARY KEY (account, container, blob, id)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX blob_block_by_age ON blob_block (created_at);
                """
        )
    }

    /// Registered models, codes and environments: a container of versions each, and the versions.
    static func assets(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE asset (
                    workspace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
                    is_anonymous INTEGER NOT NULL, is_archived INTEGER NOT NULL, highest_number INTEGER NOT NULL,
                    created_at REAL NOT NULL, modified_at REAL NOT NULL,
                    PRIMARY KEY (workspace, kind, name)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE asset_version (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, kind TEXT NOT NULL,
                    name TEXT NOT NULL, version TEXT NOT NULL, body TEXT NOT NULL, content_hash TEXT,
                    is_anonymous INTEGER NOT NULL, is_archived INTEGER NOT NULL, created_at REAL NOT NULL,
                    modified_at REAL NOT NULL,
                    UNIQUE (workspace, kind, name, version)
                ) STRICT;
                CREATE INDEX asset_version_by_age ON asset_version (workspace, kind, name, sequence);
                CREATE INDEX asset_version_by_hash ON asset_version (workspace, kind, content_hash)
                    WHERE content_hash IS NOT NULL;
                """
        )
    }
}
