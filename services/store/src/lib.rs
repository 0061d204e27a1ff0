//! Remembers: the Store contract, its conformance suite, SQLite and PostgreSQL behind it.

pub mod contract;
pub mod error;
mod inspect;
pub mod ledger;
mod migrations;
pub mod notifications;
mod postgres;
pub mod rounds;
mod sql;
mod sqlite;
pub mod tallies;

pub use contract::*;
pub use error::StoreError;
pub use inspect::{Inspection, inspect_postgres, inspect_sqlite};
pub use ledger::{
    Appended, Basis, Booked, Discrepancy, Due, DueReferral, Ledger, ReferralFilter, Turn, VERIFY_DISCREPANCIES_MAX,
    Verification,
};
pub use migrations::Schema;
pub use notifications::{NotificationFilter, Notifications, Places, SubscriptionFilter, Told};
pub use postgres::{PostgresOptions, PostgresStore};
pub use rounds::{RoundFilter, Rounds};
pub use sqlite::{Durability, SqliteStore};
pub use tallies::{AnswerTimes, NeedTally, ReferralTally, Tallies};
