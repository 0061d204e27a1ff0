//! The cases, by subject.

pub mod batches;
pub mod concurrency;
pub mod constraints;
pub mod duplicates;
pub mod erased_needs;
pub mod erasure;
pub mod ledger;
pub mod ledger_chains;
pub mod ledger_concurrency;
pub mod ledger_groups;
pub mod ledger_memory;
pub mod ledger_moves;
pub mod ledger_periods;
pub mod ledger_recurring;
pub mod ledger_time;
pub mod lifecycle;
pub mod lists;
pub mod log;
pub mod notifications;
pub mod requests;
pub mod round_trip;
pub mod rounds;
pub mod tallies;
pub mod tenants;
pub mod wishes;
pub mod writes;
