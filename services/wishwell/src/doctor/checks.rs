//! What can be looked at without a server: keys, store, disk, clock, neighbours.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wishwell_domain::clock::Clock as _;
use wishwell_matching::MasterKey;
use wishwell_store::{Inspection, inspect_postgres, inspect_sqlite};

use super::{Finding, KeySource, folder_of, probe, read_key_file};
use crate::config::{Database, without_password};
use crate::exit::Problem;
use crate::run::{SystemClock, must_need_no_key, must_open_keys, open_store_as_it_is, store_failure};

/// Less free space is worth a warning.
const DISK_WARN_BYTES: u64 = 1 << 30;
/// Less free space is a failure: a checkpoint of the write-ahead log may need as much.
const DISK_FAIL_BYTES: u64 = 100 << 20;
/// A clock that differs by more is worth a warning.
const SKEW_WARN_MILLISECONDS: i64 = 1_000;
/// A clock that differs by more decides wrongly what is open and what has expired.
const SKEW_FAIL_MILLISECONDS: i64 = 60_000;

/// What became of reading the master key.
pub(super) enum Key {
    Read(MasterKey),
    /// There is no such file.
    Missing(PathBuf),
    Unreadable,
}

/// The master key can be read, and by its owner alone.
pub(super) fn master_key(source: KeySource) -> (Key, Finding) {
    let path = match source {
        KeySource::Environment(key) => return (Key::Read(key), Finding::ok("master key", "from WISHWELL_MASTER_KEY")),
        KeySource::File(path) => path,
    };
    let shown = path.display();
    let Ok(metadata) = std::fs::metadata(&path) else {
        let remedy = "`wishwell` makes one for development, `wishwell key master > FILE` for a deployment";
        let finding = Finding::warn("master key", format!("{shown} is not there yet"), remedy);
        return (Key::Missing(path), finding);
    };
    let mode = metadata.permissions().mode();
    match read_key_file(&path) {
        Err(problem) => (Key::Unreadable, Finding::fail("master key", problem.what, problem.remedy)),
        Ok(key) if mode & 0o077 != 0 => {
            let what = format!("{shown} can be read by others (mode {:03o})", mode & 0o777);
            (Key::Read(key), Finding::warn("master key", what, format!("chmod 600 {shown}")))
        }
        Ok(key) => (Key::Read(key), Finding::ok("master key", format!("{shown}, for its owner alone"))),
    }
}

/// The master key is the one that the store was written with. Of one that cannot be read that is said already.
pub(super) async fn key_of_store(database: &Database, key: &Key) -> Vec<Finding> {
    let shown = database.shown();
    let looked = async {
        let store = open_store_as_it_is(database).await?;
        let fits = match key {
            Key::Read(key) => must_open_keys(store.as_ref(), key, &shown).await,
            Key::Missing(path) => must_need_no_key(store.as_ref(), path, &shown).await,
            Key::Unreadable => Ok(()),
        };
        store.close().await;
        fits
    };
    match looked.await {
        Ok(()) if matches!(key, Key::Read(_)) => {
            vec![Finding::ok("master key", "opens what is sealed in the store, if anything is")]
        }
        Ok(()) => Vec::new(),
        Err(failure) => {
            let told = |problem: &Problem| {
                Finding::fail("master key", format!("{}\n{}", failure.summary, problem.what), problem.remedy.clone())
            };
            failure.problems.iter().map(told).collect()
        }
    }
}

/// The store is whole, of a version this program knows, and durable.
pub(super) async fn store(database: &Database, relaxed: bool, makes_folder: bool) -> Vec<Finding> {
    let shown = database.shown();
    let inspected = match database {
        Database::Sqlite(path) if path.is_dir() => {
            let remedy = "name a file: sqlite:FOLDER/wishwell.db";
            return vec![Finding::fail("store", format!("{shown} is a folder"), remedy)];
        }
        Database::Sqlite(path) if !makes_folder && !folder_of(path).is_dir() => {
            let folder = folder_of(path).display();
            return vec![Finding::fail("store", format!("there is no folder {folder}"), format!("mkdir -p {folder}"))];
        }
        Database::Sqlite(path) if !path.exists() => {
            return vec![Finding::warn("store", format!("{shown} is not there yet"), "it is made at the first start")];
        }
        Database::Sqlite(path) => inspect_sqlite(path).await,
        Database::Postgres(url) => inspect_postgres(url).await,
    };
    let found = match inspected {
        Ok(found) => found,
        Err(error) => {
            let failure = store_failure(&shown, &error);
            let problems = failure.problems.into_iter();
            return problems.map(|problem| Finding::fail("store", problem.what, problem.remedy)).collect();
        }
    };
    let mut findings = vec![schema(&shown, &found), integrity(database, &found)];
    findings.push(durability(&found, relaxed));
    findings.extend(found.now.map(|now| clock(now, SystemClock.now())));
    findings
}

fn schema(shown: &str, found: &Inspection) -> Finding {
    let known = found.schema_known;
    let shown = format!("{shown} ({})", found.backend_version);
    match found.schema_version {
        None => Finding::warn("store", format!("{shown} has no tables yet"), "they are made at the first start"),
        Some(version) if version > known => {
            let what = format!("{shown} has tables of version {version}, this program knows {known}");
            Finding::fail("store", what, "start the version that wrote it, or a later one")
        }
        Some(version) if version < known => {
            let what = format!("{shown} has tables of version {version}, this program makes {known}");
            Finding::warn("store", what, "the next start brings them up to date: make a backup before")
        }
        Some(version) => Finding::ok("store", format!("{shown}, tables of version {version}")),
    }
}

fn integrity(database: &Database, found: &Inspection) -> Finding {
    match database {
        Database::Postgres(_) => Finding::ok("integrity", "PostgreSQL looks after its own pages (amcheck, checksums)"),
        Database::Sqlite(_) if found.defects.is_empty() => {
            Finding::ok("integrity", "every page and every reference was read")
        }
        Database::Sqlite(_) => {
            let remedy = "stop the server, keep the file, and restore a backup beside it (docs/operations.md)";
            Finding::fail("integrity", found.defects.join("\n"), remedy)
        }
    }
}

fn durability(found: &Inspection, relaxed: bool) -> Finding {
    if !found.risks.is_empty() {
        let what = format!("answered writes may be lost: {}", found.risks.join(", "));
        return Finding::fail("durability", what, "switch it on, or accept the loss with relaxed_durability");
    }
    if relaxed {
        let what = "relaxed: the last answered writes are lost when the power goes";
        return Finding::warn("durability", what, "leave relaxed_durability out");
    }
    Finding::ok("durability", "full: an answered write survives a power cut")
}

/// Compares two clocks.
pub(super) fn clock(theirs: Timestamp, ours: Timestamp) -> Finding {
    let skew = theirs.as_millisecond().abs_diff(ours.as_millisecond());
    let skew = i64::try_from(skew).unwrap_or(i64::MAX);
    let what = format!("this machine's clock differs from the database's by {skew} ms");
    let remedy = "let both keep time with NTP (`timedatectl set-ntp true`)";
    match skew {
        SKEW_FAIL_MILLISECONDS.. => Finding::fail("clock", what, remedy),
        SKEW_WARN_MILLISECONDS.. => Finding::warn("clock", what, remedy),
        _ => Finding::ok("clock", what),
    }
}

/// There is room for more.
pub(super) fn disk(database: &Database) -> Vec<Finding> {
    let Database::Sqlite(path) = database else { return Vec::new() };
    let folder = folder_of(path);
    let folder = if folder.is_dir() { folder } else { Path::new(".") };
    let Ok(room) = rustix::fs::statvfs(folder) else { return Vec::new() };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let what = format!("{} MiB free in {}", free >> 20, folder.display());
    let remedy = "make room: a full disk refuses every write";
    vec![match free {
        ..DISK_FAIL_BYTES => Finding::fail("disk", what, remedy),
        DISK_FAIL_BYTES..DISK_WARN_BYTES => Finding::warn("disk", what, remedy),
        _ => Finding::ok("disk", what),
    }]
}

/// Redis and the receiver of traces can be reached. Neither is needed to answer rightly, so nothing here fails.
pub(super) async fn neighbours(redis_url: Option<&str>, otlp_endpoint: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let neighbours = [
        ("redis", redis_url, 6379, "without it replicas hear of each other's changes later"),
        ("traces", otlp_endpoint, 4317, "without it traces are dropped"),
    ];
    for (subject, url, port, remedy) in neighbours {
        let Some(url) = url else { continue };
        let shown = without_password(url);
        findings.push(match probe::reach(url, port).await {
            Ok(()) => Finding::ok(subject, format!("{shown} takes connections")),
            Err(error) => Finding::warn(subject, format!("{shown}: {error}"), remedy),
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn clocks_that_differ_are_told_by_how_much() {
        let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
        for (theirs, state) in
            [(1_000_000, State::Ok), (1_000_999, State::Ok), (998_000, State::Warn), (1_060_000, State::Fail)]
        {
            assert_eq!(clock(at(theirs), at(1_000_000)).state, state, "{theirs}");
        }
    }

    #[test]
    fn a_master_key_that_others_can_read_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert_eq!(master_key(KeySource::File(path.clone())).1.state, State::Warn);
        std::fs::write(&path, "12").unwrap();
        assert_eq!(master_key(KeySource::File(path.clone())).1.state, State::Fail);
        std::fs::write(&path, "ab".repeat(32)).unwrap();
        for (mode, state) in [(0o644, State::Warn), (0o600, State::Ok)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(master_key(KeySource::File(path.clone())).1.state, state);
        }
    }

    #[tokio::test]
    async fn a_store_that_is_not_there_is_not_made_by_looking() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let findings = store(&Database::Sqlite(path.clone()), false, true).await;
        assert_eq!(findings[0].state, State::Warn);
        assert!(!path.exists());
        std::fs::write(&path, "not a database ".repeat(100)).unwrap();
        assert_eq!(store(&Database::Sqlite(path), false, true).await[0].state, State::Fail);
    }
}
