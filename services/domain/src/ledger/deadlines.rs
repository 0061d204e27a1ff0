//! By when help is due, by when an offer of it is answered, and what becomes of both when its need is wanted by another time.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Offering, later};
use crate::capacity_pool::PeriodLength;
use crate::ids::Version;
use crate::limits::ANSWER_MINUTES_MIN;
use crate::need::Need;
use crate::referral::{Origin, Referral};
use crate::zone::Zone;

/// When help that is offered or put off at `now` is to have arrived: by the end of what its need allows, and of its last occurrence. Of a
/// period that begins before that end, help comes in what lies before it; what stands already for later periods is due with these.
pub(super) fn due_at(
    need: &Need,
    (every, periods): (Option<PeriodLength>, &[Date]),
    zone: &Zone,
    now: Timestamp,
) -> Timestamp {
    let due = need.due_at(now);
    let until = need.recurs_until(now).unwrap_or(Timestamp::MAX);
    let last = periods.last().zip(every).map(|(last, every)| {
        let end = zone.start_of(every.next_start(*last));
        if zone.start_of(*last) < until { end.min(until) } else { end }
    });
    last.map_or(due, |last| last.max(due))
}

/// Until when an offer can be answered: as long as its provider is given, and no longer than the help is of use, for whoever is asked next
/// would come too late. [`ANSWER_MINUTES_MIN`] it has at least, unless it was given less.
pub(super) fn answer_until(now: Timestamp, answer_within: SignedDuration, due_at: Timestamp) -> Timestamp {
    let least = SignedDuration::from_mins(ANSWER_MINUTES_MIN);
    later(now, answer_within).min(due_at.max(later(now, least)))
}

/// A live referral once its need is wanted by another time than when it was offered: due by that, and answered by then. None where that
/// leaves it as it is, and for what is over or has lapsed. What was told of as late and is not any more is waited for anew; where something
/// is left of the item of an automatic offer, that may be what was told of, and it stays so. `offering` is its resource's.
#[must_use]
pub fn retimed(referral: &Referral, need: &Need, offering: Option<&Offering>, now: Timestamp) -> Option<Referral> {
    if !referral.state.is_live() || referral.has_lapsed(now) {
        return None;
    }
    let zone = offering.map_or_else(Zone::of_places, Offering::zone);
    let due_at = due_at(need, (referral.every, &referral.periods), &zone, now);
    if due_at == referral.due_at {
        return None;
    }
    let left = referral.expires_at.duration_since(now);
    let some_left = need.items.iter().any(|item| item.ordinal == referral.item_ordinal && item.left() > 0);
    let rest_waits = referral.origin == Origin::Automatic && some_left;
    Some(Referral {
        expires_at: answer_until(now, left, due_at),
        due_at,
        escalated_at: referral.escalated_at.filter(|_| due_at <= now || rest_waits),
        version: Version(referral.version.0 + 1),
        updated_at: now,
        ..referral.clone()
    })
}
