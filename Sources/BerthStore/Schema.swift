import GRDB

/// The schema, one migration a released change. A migration is never edited after a release.
enum Schema {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 endpoints, deployments, revisions, instances, operations") { database in
            try database.execute(
                sql: """
                    CREATE TABLE endpoint (
                        workspace TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL,
                        local_port INTEGER NOT NULL, created_at REAL NOT NULL, modified_at REAL NOT NULL,
                        PRIMARY KEY (workspace, name)
                    ) STRICT;
                    CREATE TABLE deployment (
                        workspace TEXT NOT NULL, endpoint TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL,
                        state TEXT NOT NULL, serving_revision INTEGER, created_at REAL NOT NULL,
                        modified_at REAL NOT NULL, failures TEXT NOT NULL, warnings TEXT NOT NULL,
                        PRIMARY KEY (workspace, endpoint, name),
                        FOREIGN KEY (workspace, endpoint) REFERENCES endpoint (workspace, name)
                    ) STRICT;
                    CREATE TABLE revision (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, endpoint TEXT NOT NULL,
                        deployment TEXT NOT NULL, spec TEXT NOT NULL, phase TEXT NOT NULL, created_at REAL NOT NULL,
                        launch TEXT
                    ) STRICT;
                    CREATE INDEX revision_by_deployment ON revision (workspace, endpoint, deployment);
                    CREATE TABLE instance (
                        id TEXT PRIMARY KEY, revision INTEGER NOT NULL, ordinal INTEGER NOT NULL, phase TEXT NOT NULL,
                        created_at REAL NOT NULL, restarts INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX instance_by_revision ON instance (revision, ordinal);
                    CREATE TABLE operation (
                        id TEXT PRIMARY KEY, kind TEXT NOT NULL, workspace TEXT NOT NULL, endpoint TEXT NOT NULL,
                        deployment TEXT, revision INTEGER, status TEXT NOT NULL, request_id TEXT NOT NULL,
                        created_at REAL NOT NULL, failures TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX operation_by_status ON operation (status, workspace, endpoint);
                    """
            )
        }
        migrator.registerMigration("2 subscriptions, workspaces, principals, roles, secrets") { database in
            try database.execute(sql: accounts)
        }
        migrator.registerMigration("containers, blobs, blocks", migrate: blobs)
        migrator.registerMigration("models, codes, environments", migrate: assets)
        migrator.registerMigration("quota and capacity") { database in
            try database.execute(sql: quota)
        }
        return migrator
    }

    /// What may be used, what was asked for, and what is held.
    private static let quota = """
        CREATE TABLE quota_limit (
            subscription TEXT NOT NULL, region TEXT NOT NULL, family TEXT NOT NULL,
            workspace TEXT NOT NULL, cores INTEGER NOT NULL CHECK (cores >= 0),
            PRIMARY KEY (subscription, region, family, workspace)
        ) STRICT;
        CREATE TABLE quota_request (
            subscription TEXT NOT NULL, region TEXT NOT NULL, family TEXT NOT NULL,
            workspace TEXT NOT NULL, cores INTEGER NOT NULL, reason TEXT NOT NULL, created_at REAL NOT NULL,
            PRIMARY KEY (subscription, region, family, workspace)
        ) STRICT;
        CREATE TABLE quota_hold (
            revision INTEGER PRIMARY KEY REFERENCES revision (number) ON DELETE CASCADE,
            subscription TEXT NOT NULL, region TEXT NOT NULL, workspace TEXT NOT NULL,
            endpoint TEXT NOT NULL, deployment TEXT NOT NULL, family TEXT NOT NULL,
            cores INTEGER NOT NULL CHECK (cores >= 0)
        ) STRICT;
        CREATE TABLE capacity_hold (
            revision INTEGER PRIMARY KEY REFERENCES revision (number) ON DELETE CASCADE,
            workspace TEXT NOT NULL, endpoint TEXT NOT NULL, deployment TEXT NOT NULL,
            instances INTEGER NOT NULL, cores INTEGER NOT NULL, memory INTEGER NOT NULL
        ) STRICT;
        """

    /// Who and where. Names are compared without regard to case, as ARM does.
    private static let accounts = """
        CREATE TABLE subscription (
            id TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL, created_at REAL NOT NULL
        ) STRICT;
        CREATE TABLE resource_group (
            subscription TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL COLLATE NOCASE, location TEXT NOT NULL,
            tags TEXT NOT NULL, created_at REAL NOT NULL, PRIMARY KEY (subscription, name)
        ) STRICT;
        CREATE TABLE workspace (
            name TEXT PRIMARY KEY COLLATE NOCASE, subscription TEXT NOT NULL COLLATE NOCASE,
            resource_group TEXT NOT NULL COLLATE NOCASE, id TEXT NOT NULL, location TEXT NOT NULL,
            spec TEXT NOT NULL, created_at REAL NOT NULL, modified_at REAL NOT NULL,
            FOREIGN KEY (subscription, resource_group) REFERENCES resource_group (subscription, name)
        ) STRICT;
        CREATE INDEX workspace_by_group ON workspace (subscription, resource_group);
        CREATE TABLE principal (
            object_id TEXT PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
            resource_id TEXT UNIQUE COLLATE NOCASE, location TEXT NOT NULL, tags TEXT NOT NULL,
            created_at REAL NOT NULL
        ) STRICT;
        CREATE TABLE credential (
            id TEXT PRIMARY KEY, object_id TEXT NOT NULL, sha256 TEXT NOT NULL, expires_at REAL NOT NULL,
            FOREIGN KEY (object_id) REFERENCES principal (object_id) ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX credential_by_principal ON credential (object_id);
        CREATE TABLE role_assignment (
            id TEXT PRIMARY KEY, object_id TEXT NOT NULL, role TEXT NOT NULL, scope TEXT NOT NULL COLLATE NOCASE,
            created_at REAL NOT NULL, UNIQUE (object_id, role, scope)
        ) STRICT;
        CREATE INDEX endpoint_by_name ON endpoint (name COLLATE NOCASE);
        CREATE TABLE secret (name TEXT PRIMARY KEY, sealed BLOB NOT NULL, sha256 TEXT NOT NULL) STRICT;
        """
}
