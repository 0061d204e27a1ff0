//! What the domain promises, one module per word.

// Test code: a broken assumption is a failed test, and the panic is how it says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod beneficiary;
mod capacity_pool;
mod codes;
mod fact;
mod fixtures;
mod geo;
mod ledger;
mod ledger_arrived;
mod ledger_chains;
mod ledger_claims;
mod ledger_cleared;
mod ledger_deadlines;
mod ledger_periods;
mod ledger_random;
mod ledger_recurring;
mod ledger_world;
mod need;
mod occurrence;
mod organization;
mod plan;
mod polygon;
mod publication;
mod referral;
mod resource;
mod round;
mod schedule;
mod tree;
mod vocabulary;
mod zone;
