//! Decides which resources can serve a need, and says why. Pure and deterministic.
//!
//! A [`Snapshot`] is an immutable picture of one tenant's catalogue and open needs at a log position. [`Snapshot::find`] ranks the
//! resources that can serve a need item, [`Snapshot::find_needs`] the open needs that a resource can serve, [`Snapshot::explain`]
//! judges one pair, and [`Asking`] says whom to ask for an item, one after the other. Time, facts and rules come in as parameters: the
//! same snapshot position, query and rules give the same answer, however the snapshot came about.

mod ahead;
pub mod answer;
pub mod asking;
mod assess;
mod bounds;
#[cfg(any(test, feature = "brute-force"))]
pub mod brute_force;
mod capacity;
mod context;
pub mod eligibility;
mod explain;
mod find;
mod find_needs;
mod index;
mod near_miss;
mod nearest;
mod periods;
pub mod query;
pub mod reason;
mod recurring;
pub mod round;
pub mod score;
mod screen;
pub mod snapshot;
#[doc(hidden)]
pub mod synthetic;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;

pub use answer::{Answer, Candidate, Capacity, EligibilityState, NearMiss, NeedMatch, NeedRank, NeedsAnswer};
pub use asking::{Asking, Chance, Onward, Subject};
pub use query::{NeedsQuery, Query, QueryError, Scratch, TimeWindow, Wanted};
pub use reason::{Clause, FactSet, ModeSet, Reason, ReasonCode};
pub use score::{Millionths, SCORE_TERMS, ScoreTerm, ScoringRules, Terms};
pub use snapshot::{CatalogInput, ResourceRef, RoundPrices, Snapshot, SnapshotBuilder};

/// Version of the engine's rules of decision: grows whenever the same input may be answered differently.
pub const ENGINE_VERSION: u32 = 6;
