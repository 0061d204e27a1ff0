//! What a round decided for each item, as it is answered.

use wishwell_api::v1;
use wishwell_domain::ids::ResourceId;
use wishwell_domain::round::{
    Alternative, Change, LevelPrice, LostTo, Miss, MissedConstraint, OfferFate, OutcomeState, PoolPeriod, RoundOffer,
    RoundOutcome, Serving, Unserved,
};

use super::common;
use super::round::{date, level_kind_out, number, reason_out, seconds};

pub(crate) fn outcome_out(outcome: &RoundOutcome) -> v1::RoundOutcome {
    let item = &outcome.item;
    v1::RoundOutcome {
        ordinal: number(outcome.ordinal),
        pass: number(outcome.pass),
        state: match outcome.state() {
            OutcomeState::Served => v1::RoundOutcomeState::Served,
            OutcomeState::PartlyServed => v1::RoundOutcomeState::PartlyServed,
            OutcomeState::Unserved => v1::RoundOutcomeState::Unserved,
        }
        .into(),
        need: item.need.name(),
        item_ordinal: item.item_ordinal.into(),
        category: item.category.to_string(),
        division: common::code_out(item.division.as_ref()),
        tier: item.tier.into(),
        quantity: item.quantity,
        occurrences: number(item.occurrences),
        waiting_duration: Some(seconds(item.waiting_seconds)),
        servings: item.servings.iter().map(serving_out).collect(),
        unserved: item.unserved.as_ref().map(unserved_out),
        offers: outcome.offers.iter().map(|offer| offer_out(outcome, offer)).collect(),
    }
}

fn offer_out(outcome: &RoundOutcome, offer: &RoundOffer) -> v1::RoundOffer {
    let (referral, refusal) = match &offer.fate {
        OfferFate::Offered(referral) => (referral.name(), String::new()),
        OfferFate::Refused(reason) => (String::new(), reason.clone()),
    };
    let units = outcome.units_of(offer);
    v1::RoundOffer {
        pass: number(offer.pass),
        resource: offer.resource.name(),
        quantity: offer.quantity,
        referral,
        refusal,
        planned_units: units.planned,
        offered_units: units.offered,
    }
}

fn serving_out(serving: &Serving) -> v1::Serving {
    v1::Serving {
        resource: serving.resource.name(),
        organization: serving.organization.name(),
        quantity: serving.quantity,
        occurrences: number(serving.occurrences),
        pools: serving.pools.iter().map(pool_out).collect(),
        distance_metres: serving.distance_metres.map(number),
        eligibility_open: serving.eligibility_open,
        pinned: serving.pinned,
        alternatives: serving.alternatives.iter().map(alternative_out).collect(),
    }
}

fn alternative_out(alternative: &Alternative) -> v1::ServingAlternative {
    v1::ServingAlternative {
        resource: alternative.resource.name(),
        distance_metres: alternative.distance_metres.map(number),
        price: alternative.price.iter().map(price_out).collect(),
    }
}

pub(crate) fn price_out(price: &LevelPrice) -> v1::RoundPrice {
    let (kind, tier) = level_kind_out(price.level);
    v1::RoundPrice { kind: kind.into(), tier, amount: price.amount }
}

pub(crate) fn pool_out(at: &PoolPeriod) -> v1::PoolPeriod {
    v1::PoolPeriod { capacity_pool: at.pool.name(), period_start: date(at.period_start) }
}

fn unserved_out(unserved: &Unserved) -> v1::Unserved {
    v1::Unserved {
        units: unserved.units,
        reason: reason_out(unserved.reason).into(),
        can_be_asked: unserved.can_be_asked.iter().map(ResourceId::name).collect(),
        lost_to: unserved.lost_to.iter().map(lost_out).collect(),
        near_misses: unserved.near_misses.iter().map(miss_out).collect(),
        changes: unserved.changes.iter().map(change_out).collect(),
    }
}

fn lost_out(lost: &LostTo) -> v1::LostCapacity {
    v1::LostCapacity {
        resource: lost.resource.name(),
        at: Some(pool_out(&lost.at)),
        price: lost.price.iter().map(price_out).collect(),
    }
}

fn miss_out(miss: &Miss) -> v1::MissedResource {
    let constraint = |missed: &MissedConstraint| v1::MissedConstraint {
        code: missed.code.clone(),
        metres_too_far: missed.metres_too_far.map(number),
        fits_from: date(missed.fits_from),
        remaining: missed.remaining,
    };
    v1::MissedResource {
        resource: miss.resource.name(),
        distance_metres: miss.distance_metres.map(number),
        constraints: miss.constraints.iter().map(constraint).collect(),
    }
}

fn change_out(change: &Change) -> v1::ServingChange {
    let mut shown = v1::ServingChange::default();
    let kind = match change {
        Change::Radius { resource, more_metres } => {
            (shown.resource, shown.amount) = (resource.name(), i64::from(*more_metres));
            v1::ServingChangeKind::Radius
        }
        Change::Date { resource, date: day } => {
            (shown.resource, shown.date) = (resource.name(), date(Some(*day)));
            v1::ServingChangeKind::Date
        }
        Change::Quantity { resource, quantity } => {
            (shown.resource, shown.amount) = (resource.name(), *quantity);
            v1::ServingChangeKind::Quantity
        }
        Change::Units { resource, at, units } => {
            (shown.resource, shown.amount, shown.at) = (resource.name(), *units, Some(pool_out(at)));
            v1::ServingChangeKind::Units
        }
        Change::Organization { organization, more } => {
            (shown.organization, shown.amount) = (organization.name(), *more);
            v1::ServingChangeKind::Organization
        }
    };
    shown.kind = kind.into();
    shown
}
