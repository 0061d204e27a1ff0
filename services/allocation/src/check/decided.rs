//! What the decisions on the way to a leaf say, and what follows from them for items, arcs, partners and contacts.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Faults, Rule};
use super::part::{Part, item_of, partners_of};
use crate::certificate::Decision;
use crate::problem::{Partners, Split};

/// What is decided. Sets, because what is decided twice is one decision.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// Items that must be served wholly.
    pub(super) served: BTreeSet<u32>,
    /// Items that must not be served.
    refused: BTreeSet<u32>,
    /// Arcs that carry their items' quantities, by item.
    used: BTreeMap<u32, BTreeSet<u32>>,
    /// Arcs that carry nothing.
    unused: BTreeSet<u32>,
    /// By bound on partners: those that are among the need's partners, and those that are not.
    partners: BTreeMap<u32, Choice>,
    /// By bound on contacts: the items that are among those the partner is asked about, and those that are not.
    contacts: BTreeMap<u32, Choice>,
}

/// What a bound's decisions chose and what they excluded.
#[derive(Debug, Default)]
struct Choice {
    chosen: BTreeSet<u32>,
    excluded: BTreeSet<u32>,
}

impl Choice {
    /// Of a bound on partners: who helps already is among them, whatever is decided.
    fn of(bound: &Partners) -> Self {
        Self { chosen: bound.already.iter().copied().collect(), excluded: BTreeSet::new() }
    }

    fn note(&mut self, which: u32, holds: bool) {
        if holds {
            self.chosen.insert(which)
        } else {
            self.excluded.insert(which)
        };
    }

    /// With as many chosen as may be, no other is one of them; with more, nothing of this kind can be, and none is.
    fn excludes(&self, which: u32, most: u32) -> bool {
        let chosen = self.chosen.len();
        let most = most as usize;
        self.excluded.contains(&which) || chosen > most || (chosen == most && !self.chosen.contains(&which))
    }
}

impl Decided {
    /// What these decisions say. Nothing, if one of them is none of this component's.
    pub(super) fn of(part: &Part<'_>, path: &[(Decision, bool)], faults: &mut Faults) -> Option<Self> {
        let mut decided = Self::default();
        // Where nobody may be asked, nothing needs deciding.
        let closed = (0_u32..).zip(&part.parts().contacts).filter(|(_, bound)| bound.most == 0);
        decided.contacts.extend(closed.map(|(nth, _)| (nth, Choice::default())));
        for (on, holds) in path {
            if let Err(rule) = known(part, *on) {
                faults.say(rule);
                return None;
            }
            decided.note(part, *on, *holds);
        }
        Some(decided)
    }

    fn note(&mut self, part: &Part<'_>, on: Decision, holds: bool) {
        match on {
            Decision::Item(item) => self.serve(part, item, holds),
            Decision::Arc(arc) if holds => self.use_arc(part, arc),
            Decision::Arc(arc) => {
                self.unused.insert(arc);
            }
            Decision::Bundle(bundle) => {
                for item in &part.parts().bundles[bundle as usize].items {
                    self.serve(part, *item, holds);
                }
            }
            Decision::Partner(bound, partner) => self.among(part, bound).note(partner, holds),
            Decision::Contact(bound, item) => self.contacts.entry(bound).or_default().note(item, holds),
        }
    }

    /// What is decided of one item of a bundle is decided of all of them.
    fn serve(&mut self, part: &Part<'_>, item: u32, holds: bool) {
        let bundle = part.ties.bundle.get(&item).map(|bundle| &part.parts().bundles[*bundle as usize].items);
        let items = bundle.map_or(std::slice::from_ref(&item), |items| items);
        if holds { self.served.extend(items) } else { self.refused.extend(items) }
    }

    /// An arc that is used serves its item, and brings the partners it touches.
    fn use_arc(&mut self, part: &Part<'_>, arc: u32) {
        let parts = part.parts();
        let item = item_of(parts, arc);
        self.serve(part, item, true);
        self.used.entry(item).or_default().insert(arc);
        for partner in partners_of(parts, arc as usize) {
            for bound in part.ties.partners.get(&item).into_iter().flatten() {
                self.among(part, *bound).note(partner, true);
            }
            for bound in part.ties.contacts.get(&partner).into_iter().flatten() {
                self.contacts.entry(*bound).or_default().note(item, true);
            }
        }
    }

    /// What is decided of a bound on partners.
    fn among(&mut self, part: &Part<'_>, bound: u32) -> &mut Choice {
        self.partners.entry(bound).or_insert_with(|| Choice::of(&part.parts().partners[bound as usize]))
    }

    /// Whether nothing is decided.
    pub(super) fn is_nothing(&self) -> bool {
        self.served.is_empty()
            && self.refused.is_empty()
            && self.unused.is_empty()
            && self.partners.is_empty()
            && self.contacts.is_empty()
    }

    /// The arcs decided to carry their items' quantities, with their items.
    pub(super) fn used(&self) -> impl Iterator<Item = (u32, u32)> {
        self.used.iter().flat_map(|(item, arcs)| arcs.iter().map(|arc| (*item, *arc)))
    }

    /// Whether the arc of this item is decided to carry the item's quantity.
    pub(super) fn uses(&self, item: u32, arc: u32) -> bool {
        self.used.get(&item).is_some_and(|arcs| arcs.contains(&arc))
    }

    /// Whether the decisions leave this arc of this item open.
    pub(super) fn leaves_open(&self, part: &Part<'_>, item: u32, arc: u32) -> bool {
        let other_used = self.used.get(&item).is_some_and(|arcs| arcs.iter().any(|used| *used != arc));
        if self.refused.contains(&item) || self.unused.contains(&arc) || other_used {
            return false;
        }
        if self.partners.is_empty() && self.contacts.is_empty() {
            return true;
        }
        let (parts, ties) = (part.parts(), part.ties);
        partners_of(parts, arc as usize).all(|partner| {
            let among = |bound: &u32| {
                let most = parts.partners[*bound as usize].most;
                self.partners.get(bound).is_none_or(|choice| !choice.excludes(partner, most))
            };
            let asked = |bound: &u32| {
                let most = parts.contacts[*bound as usize].most;
                self.contacts.get(bound).is_none_or(|choice| !choice.excludes(item, most))
            };
            ties.partners.get(&item).into_iter().flatten().all(among)
                && ties.contacts.get(&partner).into_iter().flatten().all(asked)
        })
    }
}

/// The decision is about something of the component and divides its plans in two kinds that leave none out.
fn known(part: &Part<'_>, on: Decision) -> Result<(), Rule> {
    let parts = part.parts();
    let here = |item: &u32| part.item(*item).is_some();
    let there = match on {
        Decision::Item(item) => here(&item),
        Decision::Arc(arc) => (arc as usize) < parts.arc_pool.len() && here(&item_of(parts, arc)),
        Decision::Bundle(bundle) => parts.bundles.get(bundle as usize).is_some_and(|of| of.items.iter().any(here)),
        Decision::Partner(bound, _) => parts.partners.get(bound as usize).is_some_and(|of| of.items.iter().any(here)),
        Decision::Contact(bound, item) => (bound as usize) < parts.contacts.len() && here(&item),
    };
    if !there {
        return Err(Rule::NoSuchDecision(on));
    }
    let item = match on {
        Decision::Item(item) => item,
        Decision::Arc(arc) => item_of(parts, arc),
        _ => return Ok(()),
    };
    // One that may be served in part, or over two arcs at once, is of neither kind. A single unit is whole by itself.
    let item = parts.items[item as usize];
    if item.split == Split::Whole || item.quantity == 1 { Ok(()) } else { Err(Rule::LeavesOut(on)) }
}
