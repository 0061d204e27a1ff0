//! Holds: what a referral has of which pool, and how its steps move that.
//!
//! | what a step does | STOCK, SLOTS, BUDGET, UNBOUNDED | CASELOAD |
//! |---|---|---|
//! | the offer | free → pending | free → pending |
//! | commit | pending → committed, the rest → free | the same |
//! | release | pending → free | the same |
//! | consume | committed → consumed, the rest → free | stays committed: the case is open |
//! | return | what had arrived of committed → consumed, the rest → free | committed → free: no case stays open |
//! | close | nothing | committed → free: the place is there for the next case |
//! | settle | what is there still of consumed → free, the rest stays consumed | committed → free |
//!
//! A line says what counts now; what a step moved is the difference between two lines ([`movements`]). So figures, ledger and
//! log cannot say different things.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Moves;
use crate::capacity_pool::PoolKind;
use crate::ids::CapacityPoolId;

/// Where what a line names has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Held, not yet accepted.
    Pending,
    /// Held and accepted.
    Committed,
    /// Used up.
    Consumed,
    /// Given back before acceptance.
    Released,
    /// Given back after acceptance, also where it was used up for what turned out not to have been delivered.
    Returned,
}

/// What is held of one pool in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HoldLine {
    /// The pool.
    pub pool: CapacityPoolId,
    /// Its kind, which decides what moves when.
    pub kind: PoolKind,
    /// First day of the period, for SLOTS only.
    pub period_start: Option<Date>,
    /// Quantity in the pool's unit for each unit of the item.
    pub quantity_per_unit: i64,
    /// Units of the item in this line; for a CASELOAD the places, whatever the number of occurrences.
    pub units: i64,
    /// Where they are.
    pub state: LineState,
}

/// Changes of a pool's figures, in the pool's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// Held, not yet accepted.
    pub pending: i64,
    /// Held and accepted.
    pub committed: i64,
    /// Used up.
    pub consumed: i64,
}

impl Amounts {
    /// What has to be added to `before` to get this.
    #[must_use]
    pub const fn minus(self, before: Self) -> Self {
        Self {
            pending: self.pending - before.pending,
            committed: self.committed - before.committed,
            consumed: self.consumed - before.consumed,
        }
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            pending: self.pending + other.pending,
            committed: self.committed + other.committed,
            consumed: self.consumed + other.consumed,
        }
    }

    /// What is promised or offered and can still come back.
    #[must_use]
    pub const fn held(self) -> i64 {
        self.pending + self.committed
    }

    /// Whether nothing changes.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.pending == 0 && self.committed == 0 && self.consumed == 0
    }
}

/// One movement of a ledger: what a step changed in a pool or one of its periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Movement {
    /// The pool.
    pub pool: CapacityPoolId,
    /// First day of the period, for SLOTS only.
    pub period_start: Option<Date>,
    /// What is added to its figures.
    pub amounts: Amounts,
}

impl HoldLine {
    /// What the line adds to the figures of its pool. The product fits: both factors are checked when the line is made.
    #[must_use]
    pub const fn amounts(&self) -> Amounts {
        let quantity = self.units.saturating_mul(self.quantity_per_unit);
        match self.state {
            LineState::Pending => Amounts { pending: quantity, committed: 0, consumed: 0 },
            LineState::Committed => Amounts { pending: 0, committed: quantity, consumed: 0 },
            LineState::Consumed => Amounts { pending: 0, committed: 0, consumed: quantity },
            LineState::Released | LineState::Returned => Amounts { pending: 0, committed: 0, consumed: 0 },
        }
    }

    /// Whether something is held that can still be given back.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        matches!(self.state, LineState::Pending | LineState::Committed)
    }
}

/// The lines after a step. `units` are the units of the item that were accepted or delivered, had arrived when it ended early, or stay used up
/// where a dispute is settled, over all occurrences; a step that keeps all of them passes all. Lines of one pool keep the earliest periods.
#[must_use]
pub fn after(lines: &[HoldLine], moves: Moves, units: i64) -> Vec<HoldLine> {
    let mut shares: Vec<(CapacityPoolId, i64)> = Vec::with_capacity(lines.len());
    let mut keep = |line: &HoldLine| {
        if line.kind == PoolKind::Caseload {
            return line.units.min(units);
        }
        let at = shares.iter().position(|(pool, _)| *pool == line.pool).unwrap_or_else(|| {
            shares.push((line.pool, units));
            shares.len() - 1
        });
        let left = &mut shares[at].1;
        let kept = line.units.min(*left);
        *left -= kept;
        kept
    };
    let to = |line: &HoldLine, units: i64, used: LineState, unused: LineState| {
        if units > 0 { HoldLine { units, state: used, ..*line } } else { HoldLine { state: unused, ..*line } }
    };
    lines
        .iter()
        .map(|line| match (moves, line.state, line.kind) {
            (Moves::Commit, LineState::Pending, _) => to(line, keep(line), LineState::Committed, LineState::Released),
            (Moves::Release, LineState::Pending, _) => HoldLine { state: LineState::Released, ..*line },
            (Moves::Consume, LineState::Committed, PoolKind::Caseload) => {
                to(line, keep(line), LineState::Committed, LineState::Returned)
            }
            // Nobody closes the case of what has ended.
            (Moves::Return | Moves::Close | Moves::Settle, LineState::Committed, PoolKind::Caseload) => {
                HoldLine { state: LineState::Returned, ..*line }
            }
            (Moves::Consume | Moves::Return, LineState::Committed, _) => {
                to(line, keep(line), LineState::Consumed, LineState::Returned)
            }
            (Moves::Settle, LineState::Consumed, _) => to(line, keep(line), LineState::Consumed, LineState::Returned),
            _ => *line,
        })
        .collect()
}

/// What a step moved: the difference between the lines after and before it. Lines keep their places.
#[must_use]
pub fn movements(before: &[HoldLine], after: &[HoldLine]) -> Vec<Movement> {
    after
        .iter()
        .enumerate()
        .map(|(at, line)| Movement {
            pool: line.pool,
            period_start: line.period_start,
            amounts: line.amounts().minus(before.get(at).map(HoldLine::amounts).unwrap_or_default()),
        })
        .filter(|movement| !movement.amounts.is_zero())
        .collect()
}
