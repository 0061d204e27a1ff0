//! What was offered of a plan: the ledger may refuse what has changed since it was made, and a round may be called off before all of it
//! is offered. What is told of a round as its decision is what partners were asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wishwell_api::v1::{RoundOffer, RoundOutcome, RoundOutcomeState, Serving};
use wishwell_domain::text::LocalizedText;
use wishwell_report::{OfferFigures, ReasonFigures};

use super::ToldRound;
use super::catalogue::Catalogue;
use super::places::units;
use super::words::refusal;

/// Why an item of which the plan served all is not.
pub(super) const REFUSED: &str = "REFUSED";
pub(super) const CAME_SHORT: &str = "CAME_SHORT";
pub(super) const NOT_OFFERED: &str = "NOT_OFFERED";

/// Outcomes as they came to: of a dry run what was planned, of any other round what was offered.
pub(super) fn came_to<'a>(told: &'a ToldRound, catalogue: &Catalogue) -> Cow<'a, [RoundOutcome]> {
    if told.round.dry_run {
        return Cow::Borrowed(&told.outcomes);
    }
    Cow::Owned(told.outcomes.iter().map(|outcome| as_offered(outcome, catalogue)).collect())
}

fn is_made(offer: &&RoundOffer) -> bool {
    !offer.referral.is_empty()
}

fn as_offered(outcome: &RoundOutcome, catalogue: &Catalogue) -> RoundOutcome {
    let made = || outcome.offers.iter().filter(is_made);
    // An item that was planned anew asks for what is left of it.
    let before: i64 = made().filter(|offer| offer.pass != outcome.pass).map(|offer| offer.offered_units).sum();
    let last = outcome.quantity.saturating_mul(i64::from(outcome.occurrences.max(1)));
    let asked = last.saturating_add(before);
    let servings: Vec<Serving> = made().map(|offer| serving(outcome, offer, catalogue)).collect();
    let given = servings.iter().map(units).fold(0, u64::saturating_add);
    let state = match given {
        given if given >= asked.max(0).unsigned_abs() => RoundOutcomeState::Served,
        0 => RoundOutcomeState::Unserved,
        _ => RoundOutcomeState::PartlyServed,
    };
    let unserved =
        outcome.unserved.clone().filter(|_| state != RoundOutcomeState::Served && refused(outcome).is_none());
    // Plans may ask for different occurrences of it: all of them together are told in units.
    RoundOutcome { quantity: asked, occurrences: 1, servings, state: state.into(), unserved, ..outcome.clone() }
}

/// What was offered, as the plan has it; of an earlier plan, with what is known of it still.
fn serving(outcome: &RoundOutcome, offer: &RoundOffer, catalogue: &Catalogue) -> Serving {
    let planned = outcome.servings.iter().find(|serving| serving.resource == offer.resource);
    let planned = planned.cloned().unwrap_or_else(|| Serving {
        resource: offer.resource.clone(),
        organization: catalogue
            .resources
            .get(&offer.resource)
            .map(|found| found.organization.clone())
            .unwrap_or_default(),
        ..Serving::default()
    });
    Serving { quantity: offer.offered_units, occurrences: 1, ..planned }
}

/// What was refused of the plan that decided an item.
fn refused(outcome: &RoundOutcome) -> Option<&RoundOffer> {
    outcome.offers.iter().find(|offer| offer.pass == outcome.pass && !offer.refusal.is_empty())
}

/// Whether less was offered than planned.
fn is_short(offer: &RoundOffer) -> bool {
    is_made(&offer) && offer.offered_units < offer.planned_units
}

/// Why an item that its plan served is not, by code: it was refused, wholly or in part, or not offered, or not yet.
pub(super) fn why_not(outcome: &RoundOutcome) -> (String, LocalizedText) {
    if refused(outcome).is_some() {
        let text =
            LocalizedText::new("情况已变，转介未成", "refused, because things had changed since the plan was made");
        return (REFUSED.to_owned(), text);
    }
    if outcome.offers.iter().any(is_short) {
        let text = LocalizedText::new(
            "转介时部分周期已满",
            "full in some of its days, weeks or months by the time it was offered",
        );
        return (CAME_SHORT.to_owned(), text);
    }
    (NOT_OFFERED.to_owned(), LocalizedText::new("尚未转介", "not offered"))
}

/// What became of the offers that a round's plans asked for; nothing of a dry run.
pub(super) fn offers(told: &ToldRound) -> Option<OfferFigures> {
    if told.round.dry_run {
        return None;
    }
    let all = || told.outcomes.iter().flat_map(|outcome| &outcome.offers);
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for offer in all().filter(|offer| !offer.refusal.is_empty()) {
        *reasons.entry(&offer.refusal).or_default() += 1;
    }
    let figures = |(code, items): (&str, u64)| ReasonFigures { code: code.to_owned(), text: refusal(code), items };
    let made = all().filter(is_made).count() as u64;
    let short = all().filter(|offer| is_short(offer)).count() as u64;
    let refused: Vec<ReasonFigures> = reasons.into_iter().map(figures).collect();
    let done = made + refused.iter().map(|reason| reason.items).sum::<u64>();
    let planned = told.round.progress.map_or(0, |progress| progress.planned_offers.max(0).unsigned_abs());
    Some(OfferFigures { planned: planned.max(done), made, short, refused })
}
