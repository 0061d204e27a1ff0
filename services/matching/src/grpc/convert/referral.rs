//! Referrals.

use jiff::SignedDuration;

use wishwell_api::v1;
use wishwell_domain::ids::{NeedId, ResourceId};
use wishwell_domain::need::Recurrence;
use wishwell_domain::referral::{
    Action, Decision, HoldLine, LineState, Origin, Referral, ReferralState, Side, StepReason,
};
use wishwell_domain::{Violation, Violations};

use super::{common, need};
use crate::cases::referrals::OfferAsked;

/// Pairs of words of the domain and of the wire, once for each direction that is needed: some words are only ever answered.
macro_rules! words {
    ($out:ident, $domain:ident, $wire:ident, [$($variant:ident),* $(,)?]) => {
        pub(crate) const fn $out(word: $domain) -> v1::$wire {
            match word {
                $($domain::$variant => v1::$wire::$variant,)*
            }
        }
    };
    ($out:ident, $in:ident, $domain:ident, $wire:ident, [$($variant:ident),* $(,)?]) => {
        words!($out, $domain, $wire, [$($variant),*]);

        pub(crate) fn $in(value: i32) -> Option<$domain> {
            match v1::$wire::try_from(value) {
                $(Ok(v1::$wire::$variant) => Some($domain::$variant),)*
                _ => None,
            }
        }
    };
}

words!(
    state_out,
    state,
    ReferralState,
    ReferralState,
    [Offered, Accepted, Declined, Expired, Withdrawn, InProgress, Delivered, Confirmed, Disputed, Cancelled, Failed]
);
words!(origin_out, Origin, ReferralOrigin, [Chosen, Automatic, Claim, Pledge, Round]);
words!(
    action_out,
    Action,
    ReferralAction,
    [Accept, Decline, Expire, Withdraw, Start, Deliver, Confirm, Dispute, Cancel, Fail]
);
words!(
    reason_out,
    reason,
    StepReason,
    StepReason,
    [
        NoCapacity,
        OutsideArea,
        NotEligible,
        NotReachable,
        WrongService,
        NoSuitableTime,
        NotWanted,
        NeedClosed,
        Shortfall,
        PoorQuality,
        NotDelivered,
        Other
    ]
);
words!(side_out, Side, StepSide, [Provider, Arranger, Recipient, Clock]);
words!(line_state_out, LineState, HoldLineState, [Pending, Committed, Consumed, Released, Returned]);

/// How much of a referral a caller sees.
pub(crate) struct Shown {
    /// As partners know the need.
    pub(crate) wish: String,
    /// Whether the need's own name is shown.
    pub(crate) need: bool,
    /// The division, as finely as the caller may know it.
    pub(crate) division: String,
}

pub(crate) fn referral_out(referral: &Referral, shown: Shown) -> v1::Referral {
    let recurrence = referral.every.map(|every| Recurrence { every, occurrences: referral.occurrences });
    v1::Referral {
        name: referral.id.name(),
        need: if shown.need { referral.need.name() } else { String::new() },
        item_ordinal: referral.item_ordinal.into(),
        wish: shown.wish,
        resource: referral.resource.name(),
        organization: referral.organization.name(),
        division: shown.division,
        urgency: need::urgency_out(referral.urgency).into(),
        origin: origin_out(referral.origin).into(),
        enquiry: referral.enquiry,
        quantity: Some(v1::Quantity { value: referral.quantity, unit: referral.unit.code().to_owned() }),
        recurrence: recurrence.map(need::recurrence_out),
        units: referral.units,
        arrived_units: referral.arrived,
        returned_units: referral.returned,
        state: state_out(referral.state).into(),
        lines: referral.lines.iter().map(line_out).collect(),
        expire_time: Some(common::timestamp_out(referral.expires_at)),
        due_time: Some(common::timestamp_out(referral.due_at)),
        last_action: referral.last.action.map_or(v1::ReferralAction::Unspecified, action_out).into(),
        last_reason: referral.last.reason.map_or(v1::StepReason::Unspecified, reason_out).into(),
        last_side: referral.last.side.map_or(v1::StepSide::Unspecified, side_out).into(),
        last_action_time: Some(common::timestamp_out(referral.last.at)),
        last_action_by: referral.last.by.clone(),
        // The terms of a score tell how near a beneficiary lives.
        decision: referral.decision.as_ref().filter(|_| shown.need).map(decision_out),
        previous: referral.previous.map(|previous| previous.name()).unwrap_or_default(),
        attempt: number(referral.attempt),
        escalate_time: referral.escalated_at.map(common::timestamp_out),
        rating: referral.rating.map(i32::from).unwrap_or_default(),
        has_delivery_note: referral.noted,
        round: referral.round.filter(|_| shown.need).map(|round| round.name()).unwrap_or_default(),
        etag: common::etag_out(referral.version),
        create_time: Some(common::timestamp_out(referral.created_at)),
        update_time: Some(common::timestamp_out(referral.updated_at)),
        category: referral.category.as_ref().map(ToString::to_string).unwrap_or_default(),
        // What it is called may change; whoever looks now says it.
        resource_title: None,
        occurrence_periods: referral.periods.iter().map(|day| common::date_out(Some(*day))).collect(),
    }
}

fn line_out(line: &HoldLine) -> v1::HoldLine {
    v1::HoldLine {
        capacity_pool: line.pool.name(),
        period_start: common::date_out(line.period_start),
        quantity: line.units.saturating_mul(line.quantity_per_unit),
        state: line_state_out(line.state).into(),
    }
}

fn decision_out(decision: &Decision) -> v1::DecisionRecord {
    v1::DecisionRecord {
        log_position: decision.position.0,
        evaluation_time: Some(common::timestamp_out(decision.evaluated_at)),
        engine_version: decision.engine_version.clone(),
        prices: decision.prices.map(|round| round.name()).unwrap_or_default(),
        rank: decision.rank.map(number),
        score: decision.score.map(number),
        term_values: decision.terms.iter().copied().map(number).collect(),
    }
}

fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What is offered to whom.
pub(crate) fn offer(field: &str, message: v1::ReferralOffer, violations: &mut Violations) -> Option<OfferAsked> {
    let need = violations.take(NeedId::parse_name(&format!("{field}.need"), &message.need));
    let resource = violations.take(ResourceId::parse_name(&format!("{field}.resource"), &message.resource));
    let answer_within = message.answer_within.map(|within| SignedDuration::new(within.seconds, within.nanos));
    Some(OfferAsked {
        need: need?,
        item_ordinal: item_ordinal(&format!("{field}.item_ordinal"), message.item_ordinal, violations)?,
        resource: resource?,
        quantity: message.quantity,
        answer_within,
        round: None,
    })
}

/// An item's place, within what validation allows.
pub(crate) fn item_ordinal(field: &str, value: i32, violations: &mut Violations) -> Option<u16> {
    let ordinal = u16::try_from(value).ok();
    violations.take(ordinal.ok_or_else(|| Violation::new(field, "item.unknown", "is no item").with_value(value)))
}
