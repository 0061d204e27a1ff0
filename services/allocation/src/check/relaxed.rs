//! What the decisions towards a leaf leave of the component once all else that needs whole numbers is forgotten: a flow over the arcs
//! that are still open, with the room that is left, in which some items must be served wholly.
//!
//! Every plan of the leaf's kind is such a flow and reaches the same as a flow, so no plan reaches more than the best flow does.

use std::collections::BTreeMap;

use super::decided::Decided;
use super::part::{Part, further, pools_of};
use super::room::Room;
use crate::problem::Split;

/// The open arcs, and the room in pools and caps.
#[derive(Debug)]
pub(super) struct Relaxed {
    pub(super) room: Room,
    /// A bit an arc, in the order of the component's items; none where all arcs are open.
    closed: Vec<u64>,
}

impl Relaxed {
    /// What the decisions leave.
    pub(super) fn of(part: &Part<'_>, decided: &Decided) -> Self {
        let mut room = Room::of(part, decided);
        let any_whole = part.component.items.iter().any(|item| is_whole(part, *item));
        let mut closed = Vec::new();
        if any_whole || !decided.is_nothing() {
            for_each_arc(part, |nth, item, arc| {
                if nth % 64 == 0 {
                    closed.push(0);
                }
                if !decided.leaves_open(part, item, arc) || too_large(part, decided, &room, item, arc) {
                    closed[nth / 64] |= 1 << (nth % 64);
                }
            });
        }
        let mut relaxed = Self { closed, room: Room::default() };
        if any_whole {
            relaxed.shorten(part, decided, &mut room);
        }
        relaxed.room = room;
        relaxed
    }

    /// Whether an arc is open; `nth` in the order of the component's items.
    pub(super) fn is_open(&self, nth: usize) -> bool {
        self.closed.get(nth / 64).is_none_or(|word| word >> (nth % 64) & 1 == 0)
    }

    /// Where only whole items can enter a pool, only sums of their quantities can.
    fn shorten(&self, part: &Part<'_>, decided: &Decided, room: &mut Room) {
        // By pool: the quantities of the whole items that may enter it, or nothing where others may.
        let mut entering: Vec<Option<Vec<u64>>> = vec![Some(Vec::new()); part.component.pools.len()];
        let mut last = vec![u32::MAX; part.component.pools.len()];
        for_each_arc(part, |nth, item, arc| {
            let Some(pool) = part.pool(part.parts().arc_pool[arc as usize]).filter(|_| self.is_open(nth)) else {
                return;
            };
            if !is_whole(part, item) {
                entering[pool] = None;
            } else if !decided.uses(item, arc) && last[pool] != item {
                // An item may have two arcs into a pool; it still enters once.
                last[pool] = item;
                entering[pool].iter_mut().for_each(|all| all.push(part.parts().items[item as usize].quantity));
            }
        });
        for (pool, quantities) in entering.iter().enumerate() {
            if let Some(quantities) = quantities {
                room.shorten(pool, quantities);
            }
        }
    }
}

/// The arcs of a component in the order of its items: a running number, the item, the arc.
fn for_each_arc(part: &Part<'_>, mut each: impl FnMut(usize, u32, u32)) {
    let mut nth = 0;
    for (at, item) in part.component.items.iter().enumerate() {
        for arc in part.arcs(at) {
            each(nth, *item, arc as u32);
            nth += 1;
        }
    }
}

fn is_whole(part: &Part<'_>, item: u32) -> bool {
    part.parts().items[item as usize].split == Split::Whole
}

/// Whether a whole item's quantity does not fit into what the arcs decided for leave somewhere on its way.
fn too_large(part: &Part<'_>, decided: &Decided, room: &Room, item: u32, arc: u32) -> bool {
    if !is_whole(part, item) || decided.uses(item, arc) {
        return false;
    }
    let parts = part.parts();
    let quantity = i128::from(parts.items[item as usize].quantity);
    let arc = arc as usize;
    let in_pools =
        pools_of(parts, arc).filter_map(|pool| part.pool(pool)).any(|pool| quantity > room.left_in_pool(pool));
    if in_pools {
        return true;
    }
    if further(parts, arc).is_empty() {
        return part.caps_above(parts.arc_pool[arc]).any(|cap| quantity > room.left_in_cap(cap));
    }
    // A cap above several of the arc's pools is drawn on by each.
    let mut times: BTreeMap<usize, i128> = BTreeMap::new();
    for cap in pools_of(parts, arc).flat_map(|pool| part.caps_above(pool)) {
        *times.entry(cap).or_default() += quantity;
    }
    times.iter().any(|(cap, units)| *units > room.left_in_cap(*cap))
}
