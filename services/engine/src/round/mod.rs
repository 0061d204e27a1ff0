//! Rounds: from a picture of needs and resources to a problem of allocation, and from its solution to what it means.
//!
//! [`draft`] finds what could serve each open item, by the constraints of [`Snapshot::find`](crate::Snapshot::find), and makes the
//! problem of it. A solver finds a plan, a checker verifies it, and [`tell`] says in the domain's words who gets what, why, what lacks
//! and how fair it is. `docs/allocation.md` says what of a round is a flow and what needs whole numbers.

mod assemble;
mod exhausted;
mod fairness;
mod gaps;
mod gather;
mod guarantees;
mod items;
mod lanes;
mod marked;
mod network;
mod pairs;
mod pins;
mod pools;
mod prices;
mod reasons;
mod residual;
mod room;
mod servings;
mod shortage;
mod sides;
mod tell;
mod ways;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;

use jiff::Timestamp;
use wishwell_allocation::{Problem, ProblemError};
use wishwell_domain::Violations;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::error::Violation;
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{HouseholdId, NeedId, OrganizationId};
use wishwell_domain::round::RoundRules;
use wishwell_solver::Control;

use crate::snapshot::Snapshot;
use crate::snapshot::need::OpenNeed;
use assemble::Assembled;
pub use gaps::{TIER_MILLIONTHS, tier_worth};
pub use gather::PairDistances;
pub use prices::level_figures;
pub use shortage::{Shortage, Worth, worth};
pub use tell::{Solved, tell, tell_each};

/// What a round is told beside the picture and its rules.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The present.
    pub at: Timestamp,
    /// Threads to work with, at least 1: the result does not depend on them.
    pub threads: usize,
    /// Facts for eligibility, by need; without them what a rule asks for stays open.
    pub facts: &'a HashMap<NeedId, Facts>,
    /// Groups of needs whose beneficiary or household belongs to more than the need itself says: all that count, those of the need
    /// among them.
    pub group_tags: &'a HashMap<NeedId, Vec<GroupTag>>,
    /// Households of needs that do not name one themselves.
    pub households: &'a HashMap<NeedId, HouseholdId>,
    /// How many items organizations were asked about lately, which counts in the budget of contacts.
    pub contacted: &'a HashMap<OrganizationId, u32>,
    /// Organizations that help a need already, by need, each once: they count in a bound on its partners.
    pub helping: &'a HashMap<NeedId, Vec<OrganizationId>>,
    /// Needs that nothing may be offered for, because whom they are for has taken the consent back: they take no part.
    pub withheld: &'a HashSet<NeedId>,
    /// Distances to take instead of those on the map: a need and a resource without one are forbidden, and where either is does not
    /// matter any more. In any unit.
    pub distances: Option<&'a PairDistances>,
}

impl<'a> Given<'a> {
    /// The groups that count for a need.
    pub(crate) fn tags(&self, need: &'a OpenNeed) -> &'a [GroupTag] {
        self.group_tags.get(&need.id).map_or(&*need.group_tags, Vec::as_slice)
    }

    /// Those who help a need already.
    pub(crate) fn helping(&self, need: NeedId) -> &'a [OrganizationId] {
        self.helping.get(&need).map_or(&[], Vec::as_slice)
    }
}

/// Why no problem can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftError {
    /// Rules that do not fit together, or the picture.
    Invalid(Violations),
    /// Too much for one round.
    TooLarge {
        /// Of what.
        what: &'static str,
        /// Most.
        most: usize,
        /// So many, or more.
        found: usize,
    },
    /// The levels of the objective do not fit: quantities, distances or prices are too large together.
    Problem(ProblemError),
    /// Asked to stop.
    Stopped,
}

impl DraftError {
    fn invalid(violation: Violation) -> Self {
        let mut violations = Violations::new();
        violations.add(violation);
        Self::Invalid(violations)
    }
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(violations) => {
                for (nth, violation) in violations.as_slice().iter().enumerate() {
                    write!(f, "{}{violation}", if nth == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
            Self::TooLarge { what, most, found } => write!(f, "a round has at most {most} {what}, got {found}"),
            Self::Problem(error) => error.fmt(f),
            Self::Stopped => f.write_str("asked to stop"),
        }
    }
}

impl std::error::Error for DraftError {}

/// A problem with what its numbers stand for.
#[derive(Debug)]
pub struct Draft<'a> {
    snapshot: &'a Snapshot,
    rules: &'a RoundRules,
    given: &'a Given<'a>,
    made: Assembled,
}

impl Draft<'_> {
    /// The problem to solve.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.made.problem
    }

    /// Open items of the round, those included that nothing can serve.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.made.items.items.len()
    }
}

/// Makes the problem of a round.
///
/// # Errors
/// Rules that the catalogue does not allow (guarantees that cross, pinned parts that cannot be), more than the limits of a round, and
/// being asked to stop.
pub fn draft<'a>(
    snapshot: &'a Snapshot,
    rules: &'a RoundRules,
    given: &'a Given<'a>,
    control: &dyn Control,
) -> Result<Draft<'a>, DraftError> {
    let mut violations = Violations::new();
    rules.check("rules", &mut violations);
    if !violations.is_empty() {
        return Err(DraftError::Invalid(violations));
    }
    let made = assemble::assemble(snapshot, rules, given, control)?;
    Ok(Draft { snapshot, rules, given, made })
}
