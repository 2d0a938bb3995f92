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
        return migrator
    }
}
