//! Notes beside records, in a table of our own: Helm's have no room for them and stay as they are.
//!
//! The table is made when there is something to note, and nobody needs it to read records. Helm, which does not know it,
//! deletes records and makes others of their names: a note belongs to the record that was created when it says.

use std::collections::BTreeMap;

use super::{connection::Connection, failure::Failure, schema::LOCK};

/// Notes by their names.
pub(super) type Notes = BTreeMap<String, String>;

/// It may be used by whoever may use Helm's tables.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS pintle_notes_v1 (
    releaseKey VARCHAR(90),
    releaseNamespace VARCHAR(64),
    createdAt INTEGER NOT NULL,
    notes TEXT NOT NULL,
    PRIMARY KEY (releaseKey, releaseNamespace)
);
GRANT ALL ON pintle_notes_v1 TO PUBLIC;
ALTER TABLE pintle_notes_v1 ENABLE ROW LEVEL SECURITY;";

const WRITE: &str = "INSERT INTO pintle_notes_v1 (releaseKey, releaseNamespace, createdAt, notes) \
                     SELECT key, namespace, createdAt, $3::text FROM releases_v1 WHERE key = $1 AND namespace = $2 \
                     ON CONFLICT (releaseKey, releaseNamespace) \
                     DO UPDATE SET createdAt = EXCLUDED.createdAt, notes = EXCLUDED.notes";

/// What Helm left behind of a namespace.
const SWEEP: &str = "DELETE FROM pintle_notes_v1 n WHERE n.releaseNamespace = $1 AND NOT EXISTS (SELECT 1 FROM \
                     releases_v1 r WHERE r.key = n.releaseKey AND r.namespace = n.releaseNamespace \
                     AND r.createdAt = n.createdAt)";

const READ: &str = "SELECT n.releaseNamespace, n.releaseKey, n.notes FROM pintle_notes_v1 n JOIN releases_v1 r \
                    ON r.key = n.releaseKey AND r.namespace = n.releaseNamespace AND r.createdAt = n.createdAt \
                    WHERE ($1 = '' OR r.namespace = $1) AND ($2 = '' OR r.name = $2)";

fn is_there(connection: &mut Connection) -> Result<bool, Failure> {
    let rows = connection.query("SELECT to_regclass('pintle_notes_v1') IS NOT NULL", &[])?;
    Ok(rows.first().is_some_and(|row| row.text(0) == "t"))
}

/// The notes of a release's records, or (empty) of all, by namespace and key.
pub(super) fn read(
    connection: &mut Connection,
    namespace: &str,
    name: &str,
) -> Result<BTreeMap<(String, String), Notes>, Failure> {
    if !is_there(connection)? {
        return Ok(BTreeMap::new());
    }
    let rows = connection.query(READ, &[namespace, name])?;
    // What is no note of ours is none.
    let notes = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Ok(rows.iter().map(|row| ((row.text(0), row.text(1)), notes(&row.text(2)))).collect())
}

/// Writes the notes of a record in the place of those that were there.
pub(super) fn write(connection: &mut Connection, key: &str, namespace: &str, notes: &Notes) -> Result<(), Failure> {
    let is_there = is_there(connection)?;
    if notes.is_empty() {
        let delete = "DELETE FROM pintle_notes_v1 WHERE releaseKey = $1 AND releaseNamespace = $2";
        return if is_there { connection.query(delete, &[key, namespace]).map(drop) } else { Ok(()) };
    }
    let text = serde_json::to_string(notes).map_err(|error| Failure::Text(error.to_string()))?;
    connection.transaction(|connection| {
        if !is_there {
            // Two that make it at once would trip over each other.
            connection.query(LOCK, &[])?;
            connection.script(TABLE)?;
        }
        connection.query(SWEEP, &[namespace])?;
        connection.query(WRITE, &[key, namespace, &text]).map(drop)
    })
}
