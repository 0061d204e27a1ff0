//! Why no plan is of a kind: what is decided to be served needs more than the pools and caps that it can reach have.

use super::decided::Decided;
use super::fault::{Faults, Rule};
use super::part::Part;
use super::relaxed::Relaxed;
use crate::certificate::Cut;

/// All units of the cut's items pass one of its pools or caps, and they are more than these can give.
pub(super) fn verify(part: &Part<'_>, decided: &Decided, relaxed: &Relaxed, cut: &Cut, faults: &mut Faults) {
    let before = faults.len();
    let ascends = |list: &[u32]| list.is_sorted_by(|a, b| a < b);
    let items_fit = ascends(&cut.items) && cut.items.iter().all(|item| decided.served.contains(item));
    let pools_fit = ascends(&cut.pools) && cut.pools.iter().all(|pool| part.pool(*pool).is_some());
    let caps_fit = ascends(&cut.caps) && cut.caps.iter().all(|cap| part.cap(*cap).is_some());
    for (of, fits) in [("items", items_fit), ("pools", pools_fit), ("caps", caps_fit)] {
        if !fits {
            faults.say(Rule::CutListed(of));
        }
    }
    if faults.len() > before {
        return;
    }
    leads_in(part, relaxed, cut, faults);
    let asked = cut.items.iter().map(|item| i128::from(part.parts().items[*item as usize].quantity)).sum::<i128>();
    let pools = cut.pools.iter().filter_map(|pool| part.pool(*pool)).map(|at| relaxed.room.signed_of_pool(at));
    let caps = cut.caps.iter().filter_map(|cap| part.cap(*cap)).map(|at| relaxed.room.signed_of_cap(at));
    let room = pools.chain(caps).sum::<i128>();
    if asked <= room {
        faults.say(Rule::CutGives { room, asked });
    }
}

/// Each open arc of the cut's items leads to one of its pools or below one of its caps.
fn leads_in(part: &Part<'_>, relaxed: &Relaxed, cut: &Cut, faults: &mut Faults) {
    let parts = part.parts();
    let mut nth = 0;
    for (at, item) in part.component.items.iter().enumerate() {
        let arcs = part.arcs(at);
        let first = nth;
        nth += arcs.len();
        if cut.items.binary_search(item).is_err() {
            continue;
        }
        for (_, arc) in (first..).zip(arcs).filter(|(nth, _)| relaxed.is_open(*nth)) {
            let pool = parts.arc_pool[arc];
            let below = || {
                let mut caps = part.caps_above(pool).map(|at| part.component.caps[at]);
                caps.any(|cap| cut.caps.binary_search(&cap).is_ok())
            };
            if cut.pools.binary_search(&pool).is_err() && !below() {
                faults.say(Rule::CutOpen(arc));
            }
        }
    }
}
