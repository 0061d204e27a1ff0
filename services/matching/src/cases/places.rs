//! Divisions as they may be shown: how far up from where somebody is.

use wishwell_domain::ids::DivisionCode;
use wishwell_domain::limits::{OFFER_PLACE_DIGITS_MAX, TREE_DEPTH_MAX};
use wishwell_domain::referral::Referral;
use wishwell_engine::Snapshot;

/// A division and all above it, the smallest first, from the one with at most so many digits on.
pub(crate) fn chain(code: &DivisionCode, digits_max: usize, snapshot: &Snapshot) -> impl Iterator<Item = DivisionCode> {
    let above = |code: &DivisionCode| snapshot.division(code.as_str()).and_then(|known| known.parent.clone());
    // Trees are shallow, and a circle in one must not hold up an answer.
    let line = std::iter::successors(Some(code.clone()), above).take(TREE_DEPTH_MAX + 1);
    line.filter(move |code| code.as_str().len() <= digits_max)
}

/// The smallest division above a code, or itself, with so many digits at most.
pub(crate) fn coarse_division(code: &DivisionCode, digits_max: usize, snapshot: &Snapshot) -> Option<DivisionCode> {
    chain(code, digits_max, snapshot).next()
}

/// Where the need of an offer is, as exactly as a partner may know that has not promised anything: of a wish what the wish showed when it was
/// offered, and of what was never one by then the district.
pub(crate) fn place_of_offer(referral: &Referral, snapshot: &Snapshot) -> Option<DivisionCode> {
    let division = referral.division.as_ref()?;
    let shown = match &referral.seen_as {
        Some(seen) => Some(seen.place.clone()),
        // As what it was seen, offers before did not keep.
        None => snapshot.place_in_pool(referral.need, referral.created_at).map(|place| place.cloned()),
    };
    shown.unwrap_or_else(|| coarse_division(division, OFFER_PLACE_DIGITS_MAX, snapshot))
}
