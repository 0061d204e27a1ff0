//! Divisions as they may be shown: how far up from where somebody is.

use wishwell_domain::ids::DivisionCode;
use wishwell_domain::limits::TREE_DEPTH_MAX;
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
