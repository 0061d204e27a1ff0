//! Bringing a database's tables up to date, and refusing those of a later program.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::error::StoreError;

/// Migrations in order: version, name, and their text for either database. Released ones never change.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "foundation",
        include_str!("../migrations/sqlite/0001_foundation.sql"),
        include_str!("../migrations/postgres/0001_foundation.sql"),
    ),
    (
        2,
        "kept_answers",
        include_str!("../migrations/sqlite/0002_kept_answers.sql"),
        include_str!("../migrations/postgres/0002_kept_answers.sql"),
    ),
    (
        3,
        "ledger",
        include_str!("../migrations/sqlite/0003_ledger.sql"),
        include_str!("../migrations/postgres/0003_ledger.sql"),
    ),
    (
        4,
        "occurrences",
        include_str!("../migrations/sqlite/0004_occurrences.sql"),
        include_str!("../migrations/postgres/0004_occurrences.sql"),
    ),
    (
        5,
        "lighter_ledger",
        include_str!("../migrations/sqlite/0005_lighter_ledger.sql"),
        include_str!("../migrations/postgres/0005_lighter_ledger.sql"),
    ),
    (
        6,
        "rounds",
        include_str!("../migrations/sqlite/0006_rounds.sql"),
        include_str!("../migrations/postgres/0006_rounds.sql"),
    ),
    (
        7,
        "answers_to_offers",
        include_str!("../migrations/sqlite/0007_answers_to_offers.sql"),
        include_str!("../migrations/postgres/0007_answers_to_offers.sql"),
    ),
    (
        8,
        "notifications",
        include_str!("../migrations/sqlite/0008_notifications.sql"),
        include_str!("../migrations/postgres/0008_notifications.sql"),
    ),
    (
        9,
        "wish_places",
        include_str!("../migrations/sqlite/0009_wish_places.sql"),
        include_str!("../migrations/postgres/0009_wish_places.sql"),
    ),
    (
        10,
        "what_referrals_are_for",
        include_str!("../migrations/sqlite/0010_what_referrals_are_for.sql"),
        include_str!("../migrations/postgres/0010_what_referrals_are_for.sql"),
    ),
    (
        11,
        "lighter_holds",
        include_str!("../migrations/sqlite/0011_lighter_holds.sql"),
        include_str!("../migrations/postgres/0011_lighter_holds.sql"),
    ),
    (
        12,
        "names_of_publications",
        include_str!("../migrations/sqlite/0012_names_of_publications.sql"),
        include_str!("../migrations/postgres/0012_names_of_publications.sql"),
    ),
    (
        13,
        "moves_together",
        include_str!("../migrations/sqlite/0013_moves_together.sql"),
        include_str!("../migrations/postgres/0013_moves_together.sql"),
    ),
    (
        14,
        "erased_needs",
        include_str!("../migrations/sqlite/0014_erased_needs.sql"),
        include_str!("../migrations/postgres/0014_erased_needs.sql"),
    ),
    (
        15,
        "sides_of_steps",
        include_str!("../migrations/sqlite/0015_sides_of_steps.sql"),
        include_str!("../migrations/postgres/0015_sides_of_steps.sql"),
    ),
    (
        16,
        "offers_told",
        include_str!("../migrations/sqlite/0016_offers_told.sql"),
        include_str!("../migrations/postgres/0016_offers_told.sql"),
    ),
    (
        17,
        "what_had_arrived",
        include_str!("../migrations/sqlite/0017_what_had_arrived.sql"),
        include_str!("../migrations/postgres/0017_what_had_arrived.sql"),
    ),
    (
        18,
        "ways_of_needs",
        include_str!("../migrations/sqlite/0018_ways_of_needs.sql"),
        include_str!("../migrations/postgres/0018_ways_of_needs.sql"),
    ),
    (
        19,
        "notes_left",
        include_str!("../migrations/sqlite/0019_notes_left.sql"),
        include_str!("../migrations/postgres/0019_notes_left.sql"),
    ),
    (
        20,
        "erased_for_good",
        include_str!("../migrations/sqlite/0020_erased_for_good.sql"),
        include_str!("../migrations/postgres/0020_erased_for_good.sql"),
    ),
    (
        21,
        "pledges",
        include_str!("../migrations/sqlite/0021_pledges.sql"),
        include_str!("../migrations/postgres/0021_pledges.sql"),
    ),
    (
        22,
        "due_by_kind",
        include_str!("../migrations/sqlite/0022_due_by_kind.sql"),
        include_str!("../migrations/postgres/0022_due_by_kind.sql"),
    ),
    (
        23,
        "offers_of_rounds",
        include_str!("../migrations/sqlite/0023_offers_of_rounds.sql"),
        include_str!("../migrations/postgres/0023_offers_of_rounds.sql"),
    ),
    (
        24,
        "what_is_there_still",
        include_str!("../migrations/sqlite/0024_what_is_there_still.sql"),
        include_str!("../migrations/postgres/0024_what_is_there_still.sql"),
    ),
];

/// The schema's version in this program.
pub(crate) const SCHEMA_VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// What to run on SQLite.
pub(crate) fn sqlite() -> Migrator {
    migrator(|(.., sqlite, _)| sqlite)
}

/// What to run on PostgreSQL.
pub(crate) fn postgres() -> Migrator {
    migrator(|(.., postgres)| postgres)
}

fn migrator(text: impl Fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let migration = |entry: &(i64, &'static str, &'static str, &'static str)| {
        let (version, name, ..) = entry;
        Migration::new(*version, Cow::Borrowed(name), MigrationType::Simple, text(entry).into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect())
}

/// What becomes of tables that are not this program's, or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schema {
    /// They are brought up to date, or made.
    #[default]
    BroughtUpToDate,
    /// They are refused and left as they are: for whoever looks into a store that others serve.
    AsItIs,
}

impl Schema {
    /// Whether tables of this version, none for none, are to be migrated. Refuses those that a later program has made, and others that are
    /// to be left as they are.
    pub(crate) fn migrates(self, found: Option<i64>) -> Result<bool, StoreError> {
        match (found, self) {
            (Some(SCHEMA_VERSION), _) => Ok(false),
            (Some(found), _) if found > SCHEMA_VERSION => Err(StoreError::NewerSchema { found, known: SCHEMA_VERSION }),
            (_, Self::BroughtUpToDate) => Ok(true),
            (found, Self::AsItIs) => {
                Err(StoreError::OlderSchema { found: found.unwrap_or_default(), needed: SCHEMA_VERSION })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_file_is_embedded_for_both_databases() {
        for database in ["sqlite", "postgres"] {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .expect("the folder is there")
                .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
                .collect();
            files.sort();
            let expected: Vec<String> =
                MIGRATIONS.iter().map(|(version, name, ..)| format!("{version:04}_{name}.sql")).collect();
            assert_eq!(files, expected, "{database}");
        }
    }
}
