//! Whose a SQLite file is. Any program's is a file of the same kind, and migrations would run into its tables.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{BUSY_WAIT_SECONDS_MAX, direct_error};
use crate::error::StoreError;

/// What the files of this program say they are, <https://www.sqlite.org/pragma.html#pragma_application_id>: "WISH".
pub(super) const APPLICATION_ID: i32 = 0x5749_5348;
/// Where that stands in a file's header, and how long a header is, <https://www.sqlite.org/fileformat2.html#the_database_header>.
const ID_OFFSET: usize = 68;
const HEADER_BYTES: usize = 100;
/// Name of the first migration: stores from before files said what they are have that.
const FIRST_MIGRATION: &str = "foundation";
/// Tables of another program that are named.
const NAMED_MAX: usize = 3;

/// Refuses a file that another program has made. Nothing of it is changed, and nothing is put beside it, but for SQLite's index of a
/// write-ahead log (`-shm`) where that program left a log without one: read without it, the file may look as if it held nothing. What
/// cannot be read at all is for whoever opens it to say.
///
/// # Errors
/// [`StoreError::AnotherProgram`] for such a file, and others when it cannot be read as a database.
pub(crate) fn must_be_ours(path: &Path) -> Result<(), StoreError> {
    let Some(header) = header(path) else { return Ok(()) };
    let says = header.get(ID_OFFSET..ID_OFFSET + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
    if header.is_empty() || says == Some(APPLICATION_ID) {
        return Ok(());
    }
    let found = look(path).map_err(direct_error)?;
    if found.is_ours() {
        return Ok(());
    }
    Err(StoreError::AnotherProgram { path: path.display().to_string(), has: found.told() })
}

/// The first bytes of a file; none where there is no file, or none that can be read.
fn header(path: &Path) -> Option<Vec<u8>> {
    let file = std::fs::File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64).read_to_end(&mut header).ok()?;
    Some(header)
}

/// What a file holds.
#[derive(Debug)]
struct Contents {
    application_id: i32,
    /// Names of tables and whatever else there is, but for SQLite's own.
    names: Vec<String>,
    /// Name of the first migration; none when there is none.
    first_migration: Option<String>,
}

impl Contents {
    fn is_ours(&self) -> bool {
        match self.application_id {
            APPLICATION_ID => true,
            0 => {
                // The driver's own table comes before the first migration.
                let nothing = self.names.iter().all(|name| name == MIGRATIONS_TABLE);
                self.first_migration.as_deref().map_or(nothing, |first| first == FIRST_MIGRATION)
            }
            _ => false,
        }
    }

    /// By what somebody may know the file again.
    fn told(&self) -> String {
        let mut told = Vec::new();
        if self.application_id != 0 {
            told.push(format!("application_id {:#010x}", self.application_id));
        }
        told.extend(self.names.iter().take(NAMED_MAX).cloned());
        if self.names.len() > NAMED_MAX {
            told.push(format!("{} more", self.names.len() - NAMED_MAX));
        }
        told.join(", ")
    }
}

const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

fn look(path: &Path) -> Result<Contents, rusqlite::Error> {
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match uri_as_it_lies(path) {
        Some(uri) => Connection::open_with_flags(uri, read_only | OpenFlags::SQLITE_OPEN_URI)?,
        None => Connection::open_with_flags(path, read_only)?,
    };
    connection.busy_timeout(Duration::from_secs(BUSY_WAIT_SECONDS_MAX))?;
    let application_id = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let names = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC, name",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<String>, _>>()?;
    // Somebody else's table of that name may have other columns.
    let first = "SELECT description FROM _sqlx_migrations WHERE version = 1";
    let first_migration = match names.iter().any(|name| name == MIGRATIONS_TABLE) {
        true => connection.query_row(first, [], |row| row.get(0)).ok(),
        false => None,
    };
    Ok(Contents { application_id, names, first_migration })
}

/// The address of a file that nobody is writing to, by which SQLite puts nothing beside it; none where a write-ahead log lies there
/// already, which has to be read with it.
fn uri_as_it_lies(path: &Path) -> Option<String> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(PathBuf::from(log)).is_ok_and(|log| log.len() > 0) {
        return None;
    }
    let path = std::fs::canonicalize(path).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let written = path.as_os_str().as_encoded_bytes().iter();
    let written: String =
        written.map(|&byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    Some(format!("file:{written}?immutable=1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::inspect_sqlite;
    use crate::{Durability, SqliteStore};

    /// A file that another program has made with these statements.
    fn made(folder: &Path, name: &str, statements: &str) -> PathBuf {
        let path = folder.join(name);
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(statements).unwrap();
        connection.close().unwrap();
        path
    }

    fn files(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let mut files: Vec<_> =
            entries.map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap())).collect();
        files.sort();
        files
    }

    #[tokio::test]
    async fn another_programs_file_is_named_and_neither_it_nor_its_folder_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let of_their_own = "CREATE TABLE _sqlx_migrations (version BIGINT, description TEXT);
            INSERT INTO _sqlx_migrations VALUES (1, 'create users'); CREATE TABLE users (name TEXT)";
        for (name, statements, has) in [
            ("notes 100%?.db", "CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('kept')", "notes"),
            ("log.db", "PRAGMA journal_mode = WAL; CREATE TABLE entries (body TEXT)", "entries"),
            ("migrated.db", of_their_own, "users"),
            (
                "odd.db",
                "CREATE TABLE _sqlx_migrations (theirs TEXT); CREATE TABLE one (x); CREATE VIEW v AS SELECT 1",
                "one",
            ),
            ("marked.db", "PRAGMA application_id = 1196444487", "application_id 0x47504b47"),
            ("many.db", "CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x); CREATE TABLE d (x)", "1 more"),
        ] {
            let path = made(folder.path(), name, statements);
            let before = files(folder.path());
            let refused = [
                SqliteStore::open(&path, Durability::Full).await.unwrap_err(),
                SqliteStore::open_as_it_is(&path, Durability::Full).await.unwrap_err(),
                inspect_sqlite(&path).await.unwrap_err(),
            ];
            for refused in refused {
                assert!(matches!(refused, StoreError::AnotherProgram { .. }), "{name}: {refused:?}");
                let told = refused.to_string();
                assert!(told.contains(&path.display().to_string()) && told.contains(has), "{name}: {told}");
            }
            assert!(files(folder.path()) == before, "{name}");
        }
    }

    #[tokio::test]
    async fn what_another_program_has_only_in_its_log_is_seen_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("theirs.db");
        let theirs = Connection::open(&path).unwrap();
        theirs.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE entries (body TEXT)").unwrap();
        // And where that program has crashed, or its files were copied.
        let left = tempfile::tempdir().unwrap();
        for name in ["theirs.db", "theirs.db-wal"] {
            std::fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
        }
        let before = files(left.path());
        for path in [path, left.path().join("theirs.db")] {
            let refused = SqliteStore::open(&path, Durability::Full).await.unwrap_err();
            assert!(matches!(refused, StoreError::AnotherProgram { .. }), "{refused:?}");
        }
        let mut after = files(left.path());
        after.retain(|(name, _)| name != "theirs.db-shm");
        assert!(after == before, "but for an index of the log, all is as it was left");
    }

    #[tokio::test]
    async fn a_store_says_whose_it_is_and_one_from_before_that_is_known_by_its_first_migration() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let says = |path: &Path| {
            let connection = Connection::open(path).unwrap();
            connection.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0)).unwrap()
        };
        SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
        assert_eq!(says(&path), APPLICATION_ID);
        must_be_ours(&path).unwrap();

        Connection::open(&path).unwrap().execute_batch("PRAGMA application_id = 0").unwrap();
        SqliteStore::open_as_it_is(&path, Durability::Full).await.unwrap().close().await;
        assert_eq!(says(&path), 0, "who looks changes nothing");
        SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
        assert_eq!(says(&path), APPLICATION_ID, "the next start says it");

        // A start that ended before there were tables.
        let begun = made(folder.path(), "begun.db", "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY)");
        must_be_ours(&begun).unwrap();
        let empty = folder.path().join("empty.db");
        std::fs::write(&empty, "").unwrap();
        SqliteStore::open(&empty, Durability::Full).await.unwrap().close().await;
        assert_eq!(says(&empty), APPLICATION_ID);
    }
}
