//! Helm's tables, made as its migrations make them, and noted where they note it. Helm: `pkg/storage/driver/sql.go`,
//! `ensureDBSetup`; rubenv/sql-migrate.

use super::{connection::Connection, failure::Failure};

/// Each migration's id and what it does, in the order of ids, which is sql-migrate's.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "custom_labels",
        "CREATE TABLE custom_labels_v1 (
            releaseKey VARCHAR(64),
            releaseNamespace VARCHAR(67),
            key VARCHAR(317),
            value VARCHAR(63)
        );
        CREATE INDEX ON custom_labels_v1 (releaseKey, releaseNamespace);
        GRANT ALL ON custom_labels_v1 TO PUBLIC;
        ALTER TABLE custom_labels_v1 ENABLE ROW LEVEL SECURITY;",
    ),
    (
        "init",
        "CREATE TABLE releases_v1 (
            key VARCHAR(90),
            type VARCHAR(64) NOT NULL,
            body TEXT NOT NULL,
            name VARCHAR(64) NOT NULL,
            namespace VARCHAR(64) NOT NULL,
            version INTEGER NOT NULL,
            status TEXT NOT NULL,
            owner TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            modifiedAt INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (key, namespace)
        );
        CREATE INDEX ON releases_v1 (key, namespace);
        CREATE INDEX ON releases_v1 (version);
        CREATE INDEX ON releases_v1 (status);
        CREATE INDEX ON releases_v1 (owner);
        CREATE INDEX ON releases_v1 (createdAt);
        CREATE INDEX ON releases_v1 (modifiedAt);
        GRANT ALL ON releases_v1 TO PUBLIC;
        ALTER TABLE releases_v1 ENABLE ROW LEVEL SECURITY;",
    ),
];

/// Where sql-migrate notes what it has done.
const NOTES: &str = "CREATE TABLE IF NOT EXISTS gorp_migrations (
    id text NOT NULL PRIMARY KEY,
    applied_at timestamp with time zone
)";

/// Two programs that make the tables at once would trip over each other: one of them waits. The number is the text
/// `pintle`, in bytes.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock(123598127000677)";

/// Makes what is missing.
pub(super) fn ensure(connection: &mut Connection) -> Result<(), Failure> {
    // Who may only use the tables cannot make them, and need not.
    if missing(connection).is_ok_and(|missing| missing.is_empty()) {
        return Ok(());
    }
    connection.transaction(|connection| {
        connection.query(LOCK, &[])?;
        connection.script(NOTES)?;
        for (id, statements) in missing(connection)? {
            connection.script(statements)?;
            connection.query("INSERT INTO gorp_migrations (id, applied_at) VALUES ($1, now())", &[id])?;
        }
        Ok(())
    })
}

fn missing(connection: &mut Connection) -> Result<Vec<(&'static str, &'static str)>, Failure> {
    let done: Vec<String> =
        connection.query("SELECT id FROM gorp_migrations", &[])?.iter().map(|row| row.text(0)).collect();
    Ok(MIGRATIONS.into_iter().filter(|(id, _)| !done.iter().any(|known| known == id)).collect())
}
