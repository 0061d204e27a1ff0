//! Opening the store that the configuration names, with the master key that is its own, and its refusals in words that help.

use std::path::Path;
use std::sync::Arc;

use wishwell_matching::MasterKey;
use wishwell_store::{Durability, PostgresOptions, PostgresStore, Schema, SqliteStore, Store, StoreError};

use crate::config::{Database, folder_of};
use crate::exit::{Exit, Failure};

/// Keys of a tenant that a master key is tried on: one of them alone might be damaged.
const KEYS_TRIED: usize = 8;

/// Opens the store that is served.
pub(crate) async fn open(database: &Database, relaxed: bool) -> Result<Arc<dyn Store>, Failure> {
    open_with(database, relaxed, Schema::BroughtUpToDate).await
}

/// Opens a store that is looked into, perhaps while another version serves it: it stays as it is.
pub(crate) async fn open_as_it_is(database: &Database) -> Result<Arc<dyn Store>, Failure> {
    open_with(database, false, Schema::AsItIs).await
}

async fn open_with(database: &Database, relaxed: bool, schema: Schema) -> Result<Arc<dyn Store>, Failure> {
    let durability = if relaxed { Durability::Relaxed } else { Durability::Full };
    let opened = match database {
        Database::Sqlite(path) => {
            check_folder(path)?;
            match schema {
                Schema::BroughtUpToDate => SqliteStore::open(path, durability).await,
                Schema::AsItIs => SqliteStore::open_as_it_is(path, durability).await,
            }
        }
        Database::Postgres(url) => {
            PostgresStore::connect(url, PostgresOptions { durability, schema, ..PostgresOptions::default() }).await
        }
    };
    opened.map_err(|error| failure(&database.shown(), &error))
}

fn check_folder(path: &Path) -> Result<(), Failure> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    Err(Failure::one(
        Exit::Storage,
        format!("the store sqlite:{} cannot be opened", path.display()),
        format!("there is no folder {}", folder.display()),
        format!("mkdir -p {}", folder.display()),
    ))
}

/// Refuses a master key that opens none of the keys that were tried, of any tenant: it would lock everybody out, and seal what is new so that
/// nobody else can read it. Of a tenant alone whose keys do not open, the log is told.
pub(crate) async fn must_open_keys(store: &dyn Store, master_key: &MasterKey, shown: &str) -> Result<(), Failure> {
    let unusable = |error| failure(shown, &error);
    let (mut fits, mut locked) = (false, Vec::new());
    for tenant in store.tenants().await.map_err(unusable)? {
        let keys = master_key.tenant(&tenant);
        let wrapped = store.some_keys(&tenant, KEYS_TRIED).await.map_err(unusable)?;
        if wrapped.iter().any(|(subject, key)| keys.unwrap_key(subject, key).is_ok()) {
            fits = true;
        } else if !wrapped.is_empty() {
            locked.push(format!("none of {} keys of tenant {tenant} opens with it", wrapped.len()));
        }
    }
    if fits || locked.is_empty() {
        locked.iter().for_each(|what| tracing::error!(what, "the master key does not belong to a tenant's data"));
        return Ok(());
    }
    Err(Failure::one(
        Exit::Configuration,
        format!("the master key does not belong to the store {shown}"),
        locked.join("; "),
        "start with the master key that the store was written with, or look whether the store is the right one",
    ))
}

/// Refuses to go on without a master key where something is sealed: a new one would open none of it.
pub(crate) async fn must_need_no_key(store: &dyn Store, key_file: &Path, shown: &str) -> Result<(), Failure> {
    let unusable = |error| failure(shown, &error);
    for tenant in store.tenants().await.map_err(unusable)? {
        if !store.some_keys(&tenant, 1).await.map_err(unusable)?.is_empty() {
            return Err(Failure::one(
                Exit::Configuration,
                format!("the master key of the store {shown} is missing"),
                format!(
                    "{} is not there, and what is sealed in the store opens with that key alone",
                    key_file.display()
                ),
                "put it back from its backup: a new one opens nothing",
            ));
        }
    }
    Ok(())
}

/// What a store's refusal means to whoever starts the process.
pub(crate) fn failure(shown: &str, error: &StoreError) -> Failure {
    let (exit, remedy) = match error {
        StoreError::Corrupt(_) => (
            Exit::Storage,
            "keep the file as it is and restore a backup beside it; docs/operations.md says how. `wishwell doctor` looks at it",
        ),
        StoreError::AnotherProgram { .. } => (
            Exit::Storage,
            "name another file: --data-dir FOLDER for development, database_url = \"sqlite:FOLDER/wishwell.db\" for a deployment",
        ),
        StoreError::NewerSchema { .. } => (Exit::Storage, "start the version that wrote it, or a later one"),
        StoreError::OlderSchema { .. } => (
            Exit::Storage,
            "use the version that serves it, or start this one, which brings it up to date (back it up before)",
        ),
        StoreError::CannotWrite(_) => {
            (Exit::Storage, "look at free space (`df -h`), and at who owns the file and its folder")
        }
        StoreError::Unavailable(_) => (
            Exit::Unavailable,
            "look whether the database runs and lets this user in, or whether another process holds the file",
        ),
        _ => (Exit::Defect, "please report this"),
    };
    Failure::one(exit, format!("the store {shown} cannot be used"), error.to_string(), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_folder_is_named_with_the_command_that_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("wishwell.db");
        let failure = open(&Database::Sqlite(path), false).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Storage);
        assert!(failure.problems[0].remedy.starts_with("mkdir -p "), "{failure}");
    }

    #[test]
    fn another_programs_file_is_answered_with_how_to_name_ones_own() {
        let error = StoreError::AnotherProgram { path: "theirs.db".to_owned(), has: "notes".to_owned() };
        let failure = failure("sqlite:theirs.db", &error);
        assert_eq!(failure.exit, Exit::Storage);
        assert!(failure.problems[0].what.contains("another program") && failure.problems[0].what.contains("notes"));
        assert!(failure.problems[0].remedy.contains("database_url"), "{failure}");
    }

    #[tokio::test]
    async fn a_file_that_is_no_store_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let contents = "not a database ".repeat(100);
        std::fs::write(&path, &contents).unwrap();
        let failure = open(&Database::Sqlite(path.clone()), false).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Storage, "{failure}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), contents);
    }
}
