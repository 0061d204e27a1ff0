//! What a step says beside where it leads: how much was accepted, delivered, or had arrived, and how it is rated.

use super::Step;
use crate::error::{Error, Violation};
use crate::limits::RATING_MAX;
use crate::referral::{Action, Moves, Referral, ReferralState, Transition};

/// The units that a step leaves in play.
pub(super) fn units_of(referral: &Referral, step: &Step, line: &Transition) -> Result<i64, Error> {
    let counts = matches!(line.moves, Moves::Commit | Moves::Consume);
    let units = match step.units {
        Some(units) if counts => units,
        Some(units) if !line.ends_early() => {
            let message = "is said when a referral is accepted, delivered, cancelled or failed only";
            return Err(Violation::new("quantity", "step.quantity", message).with_value(units).into());
        }
        None if line.moves == Moves::Commit && referral.enquiry => {
            let message = "is required: it was an enquiry, and the answer says how much";
            return Err(Violation::new("quantity", "enquiry.quantity", message).into());
        }
        _ => referral.units,
    };
    if !(1..=referral.units).contains(&units) {
        let message = format!("must be 1 to {}", referral.units);
        return Err(Violation::new("quantity", "step.quantity_range", message).with_value(units).into());
    }
    if step.rating.is_some_and(|rating| step.action != Action::Confirm || !(1..=RATING_MAX).contains(&rating)) {
        let message = format!("must be 1 to {RATING_MAX}, and is said when a referral is confirmed only");
        return Err(Violation::new("rating", "step.rating", message).into());
    }
    Ok(units)
}

/// The units that had arrived where a step ends a referral early.
pub(super) fn arrived_of(referral: &Referral, step: &Step, line: &Transition) -> Result<i64, Error> {
    let Some(arrived) = step.units.filter(|_| line.ends_early()) else { return Ok(0) };
    if arrived == referral.units {
        // What is disputed was delivered already.
        let instead = if line.from == ReferralState::Disputed { "confirm" } else { "deliver" };
        let message = format!("must be less than {arrived}, which is all of it: {instead} it instead");
        return Err(Violation::new("quantity", "step.quantity_whole", message).with_value(arrived).into());
    }
    if !(0..referral.units).contains(&arrived) {
        let message = format!("must be 0 to {}, less than all of it", referral.units - 1);
        return Err(Violation::new("quantity", "step.quantity_range", message).with_value(arrived).into());
    }
    Ok(arrived)
}
