//! Which share of an item an offer is for, and what that holds.

use jiff::Timestamp;
use jiff::civil::Date;

use super::deadlines::due_at;
use super::plan::{Ask, Plan, plan};
use super::{Offer, Offering};
use crate::capacity_pool::CapacityPool;
use crate::error::{Error, Violation};
use crate::ids::CapacityPoolId;
use crate::limits::QUANTITY_MAX;
use crate::need::{Need, NeedItem};
use crate::occurrence::Share;

/// What an offer comes to.
pub(super) struct Chosen {
    /// Of each occurrence.
    pub(super) quantity: i64,
    pub(super) plan: Plan,
    /// When the help is to have arrived.
    pub(super) due_at: Timestamp,
}

/// Chooses what is left of an item and when it is served.
///
/// Of the calendar period in which the window starts, little may be left: when the resource cannot serve in it, the next one is
/// the first, and no occurrence is lost but for those that would then begin after the end of a window that was said.
pub(super) fn choose<'p>(
    offer: &Offer,
    offering: &Offering,
    (need, item): (&Need, &NeedItem),
    now: Timestamp,
    pool_of: impl Fn(CapacityPoolId) -> Option<&'p CapacityPool>,
) -> Result<Chosen, Error> {
    let zone = offering.zone();
    let (start, end) = need.window(now);
    let until = need.recurs_until(now);
    let every = item.recurrence.map(|recurrence| recurrence.every);
    let planned = |share: &Share, periods: usize| {
        let periods = share.periods.get(..periods).unwrap_or(&share.periods);
        let end = every.map_or(end, |_| until.unwrap_or(Timestamp::MAX));
        let ask = Ask { quantity: share.quantity, every, periods, start, end, in_part: item.splittable };
        plan(offering, &ask, &pool_of)
    };
    let (today, last) = (zone.date_at(start), until.map(|until| zone.last_date_before(until)));
    let mut share = share_of(offer, need, item, (today, last))?;
    let begun = |first: &Date| *first <= today && zone.start_of(*first) < start;
    if let (Some(every), Some(first)) = (every, share.periods.first().filter(|first| begun(first)))
        && let Err(exhausted @ Error::CapacityExhausted { .. }) = planned(&share, 1)
    {
        let next = every.next_start(*first);
        if last.is_some_and(|last| last < next) {
            return Err(exhausted);
        }
        share = share_of(offer, need, item, (next, last))?;
    }
    let plan = planned(&share, share.periods.len())?;
    let due_at = due_at(need, (every, &plan.periods), &zone, now);
    Ok(Chosen { quantity: share.quantity, plan, due_at })
}

/// What is asked for, or what is left of the item.
fn share_of(offer: &Offer, need: &Need, item: &NeedItem, (from, last): (Date, Option<Date>)) -> Result<Share, Error> {
    if let Some(quantity) = offer.quantity.filter(|quantity| !(1..=QUANTITY_MAX).contains(quantity)) {
        let message = format!("must be 1 to {QUANTITY_MAX}");
        return Err(Violation::new("quantity", "quantity.range", message).with_value(quantity).into());
    }
    let all = item.next_share(from, last, None);
    let share = match offer.quantity {
        None => all.clone(),
        quantity => item.next_share(from, last, quantity),
    };
    // Periods beyond the end are asked for no more.
    let left = all.as_ref().map_or(0, |_| item.left());
    let (Some(all), Some(share)) = (all, share) else {
        let asked = offer.quantity.map_or(item.asked(), |each| each.saturating_mul(i64::from(item.occurrences())));
        return Err(Error::ItemCovered { name: need.id.name(), item: item.ordinal, asked, left });
    };
    // All there is to refer; less than the item only after a delivery of less.
    if !item.splittable && share.quantity != all.quantity {
        let message = format!("must be {}: the item cannot be split", all.quantity);
        return Err(Violation::new("quantity", "item.not_splittable", message).with_value(share.quantity).into());
    }
    Ok(share)
}
