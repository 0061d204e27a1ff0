//! What a step says beside where it leads: how much was accepted, delivered, had arrived or is there still, and how it is rated. And what the
//! end of a need says of what ends with it.

use std::collections::BTreeSet;

use super::{Arrived, Books, Step};
use crate::error::{Error, Violation, Violations};
use crate::ids::NeedId;
use crate::limits::RATING_MAX;
use crate::referral::{Action, Moves, Referral, ReferralState, Transition};

/// How many units of a referral a step leaves where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    /// In play; of what ends early those that it was for.
    pub(super) units: i64,
    /// Of these, what had arrived where it ends early.
    pub(super) arrived: i64,
    /// Of these, what is there still where a dispute is settled.
    pub(super) returned: i64,
}

impl Said {
    /// Of a step of which nobody says more.
    pub(super) const fn all(units: i64) -> Self {
        Self { units, arrived: 0, returned: 0 }
    }

    /// What a step says of its referral.
    ///
    /// # Errors
    /// All that cannot be so, by field.
    pub(super) fn of(referral: &Referral, step: &Step, line: &Transition) -> Result<Self, Error> {
        let mut violations = Violations::new();
        let units = violations.take(units_of(referral, step, line));
        let arrived = violations.take(arrived_of(referral, step, line));
        let returned = violations.take(returned_of(referral, step, line, arrived.unwrap_or_default()));
        let rated =
            step.rating.is_none_or(|rating| step.action == Action::Confirm && (1..=RATING_MAX).contains(&rating));
        violations.require(rated, || {
            let message = format!("must be 1 to {RATING_MAX}, and is said when a referral is confirmed only");
            Violation::new("rating", "step.rating", message)
        });
        violations.into_result()?;
        let units = units.unwrap_or(referral.units);
        Ok(Self { units, arrived: arrived.unwrap_or_default(), returned: returned.unwrap_or_default() })
    }

    /// The units that the lines of its hold keep.
    pub(super) const fn used_up_by(self, moves: Moves) -> i64 {
        match moves {
            Moves::Return => self.arrived,
            _ => self.units - self.returned,
        }
    }
}

/// The units that a step leaves in play.
fn units_of(referral: &Referral, step: &Step, line: &Transition) -> Result<i64, Violation> {
    let counts = matches!(line.moves, Moves::Commit | Moves::Consume);
    let units = match step.units {
        Some(units) if counts => units,
        Some(units) if !line.ends_early() => {
            let message = "is said when a referral is accepted, delivered, cancelled or failed only";
            return Err(Violation::new("quantity", "step.quantity", message).with_value(units));
        }
        None if line.moves == Moves::Commit && referral.enquiry => {
            let message = "is required: it was an enquiry, and the answer says how much";
            return Err(Violation::new("quantity", "enquiry.quantity", message));
        }
        _ => referral.units,
    };
    if !(1..=referral.units).contains(&units) {
        let message = format!("must be 1 to {}", referral.units);
        return Err(Violation::new("quantity", "step.quantity_range", message).with_value(units));
    }
    Ok(units)
}

/// The units that had arrived where a step ends a referral early.
fn arrived_of(referral: &Referral, step: &Step, line: &Transition) -> Result<i64, Violation> {
    let Some(arrived) = step.units.filter(|_| line.ends_early()) else { return Ok(0) };
    // What is disputed was delivered already.
    let instead = if line.from == ReferralState::Disputed { "confirm" } else { "deliver" };
    a_part("quantity", referral, arrived, instead)
}

/// Refuses what is no part of a referral that ends early; of all of it, `instead` is to be done.
fn a_part(field: &str, referral: &Referral, arrived: i64, instead: &str) -> Result<i64, Violation> {
    if arrived == referral.units {
        let message = format!("must be less than {arrived}, which is all of it: {instead} it instead");
        return Err(Violation::new(field, "step.quantity_whole", message).with_value(arrived));
    }
    if !(0..referral.units).contains(&arrived) {
        let message = format!("must be 0 to {}, less than all of it", referral.units - 1);
        return Err(Violation::new(field, "step.quantity_range", message).with_value(arrived));
    }
    Ok(arrived)
}

/// The units that are there still where a step settles a dispute: of those that had not arrived.
fn returned_of(referral: &Referral, step: &Step, line: &Transition, arrived: i64) -> Result<i64, Violation> {
    let Some(returned) = step.returned else { return Ok(0) };
    if !line.settles() {
        let message =
            "is said when a dispute is settled only: whatever else ends gives back by itself what had not arrived";
        return Err(Violation::new("returned_quantity", "step.returned", message).with_value(returned));
    }
    let most = referral.units - arrived;
    if !(0..=most).contains(&returned) {
        let message = format!("must be 0 to {most}, which is what had not arrived");
        return Err(Violation::new("returned_quantity", "step.returned_range", message).with_value(returned));
    }
    Ok(returned)
}

impl Books {
    /// Refuses what is said to have arrived of referrals where they do not end with the need, or it is no part of them.
    pub(super) fn must_have_arrived(&self, need: NeedId, arrived: &[Arrived]) -> Result<(), Error> {
        let mut violations = Violations::new();
        let mut named = BTreeSet::new();
        for (index, Arrived { referral, units }) in arrived.iter().enumerate() {
            let field = |of: &str| format!("arrived[{index}].{of}");
            let under_way = |known: &&Referral| {
                known.need == need && matches!(known.state, ReferralState::Accepted | ReferralState::InProgress)
            };
            let Some(known) = self.referrals.get(*referral).filter(under_way) else {
                let message = format!("must be of {}, accepted and under way", need.name());
                let violation = Violation::new(field("referral"), "need.not_under_way", message);
                violations.add(violation.with_value(referral.name()));
                continue;
            };
            violations.require(named.insert(*referral), || {
                Violation::new(field("referral"), "list.unique", "must not repeat a referral")
                    .with_value(referral.name())
            });
            violations.take(a_part(&field("quantity"), known, *units, "deliver"));
        }
        violations.into_result()
    }
}
