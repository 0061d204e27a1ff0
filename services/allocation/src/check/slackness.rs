//! Why prices prove that a flow is the best one.
//!
//! A price of a pool or cap is what a unit costs from there to the sink; groups lie on the side of the source, and a price of theirs is
//! what a unit costs from the source to there. What is earned costs negatively. Along every arc of the network:
//!
//! - where one more unit could be carried, it must not pay: the step in price is at most what the unit costs (dual feasibility);
//! - where a unit is carried, taking it back must not pay: the step is at least what the unit costs (complementary slackness).
//!
//! Then no way round the network on which units could be moved costs less than nothing, and such a flow cannot be improved. Costs are
//! the levels in weights that order them without trade (see [`crate::PriceWeights`]), so it cannot be improved on any level without
//! losing on a more important one. An item needs no price: its best arc at the pools' prices says what its units are worth.

use super::decided::Decided;
use super::fault::{Faults, Node, Rule};
use super::part::Part;
use super::relaxed::Relaxed;
use super::totals::Totals;
use crate::certificate::Proof;
use crate::objective::Level;
use crate::problem::Segment;

/// What the levels below tiers weigh.
struct Weights {
    guarantee: i128,
    distance: i128,
    load: i128,
}

impl Weights {
    fn of(part: &Part<'_>) -> Self {
        let weight = |level| part.problem.weights().weight(level);
        Self { guarantee: weight(Level::Guarantee), distance: weight(Level::Distance), load: weight(Level::Load) }
    }
}

/// A flow over the open arcs of a component, with what is claimed to prove it.
pub(super) struct Claim<'a> {
    pub(super) part: &'a Part<'a>,
    pub(super) decided: &'a Decided,
    pub(super) relaxed: &'a Relaxed,
    pub(super) proof: &'a Proof,
    /// Of the proof's flow.
    pub(super) totals: &'a Totals,
}

impl Claim<'_> {
    /// The prices prove that no flow over the open arcs, with the room there is, earns more than this one.
    pub(super) fn verify(&self, faults: &mut Faults) {
        let (component, prices, before) = (self.part.component, &self.proof.prices, faults.len());
        for (of, expected, found) in [
            ("pools", component.pools.len(), prices.pools.len()),
            ("caps", component.caps.len(), prices.caps.len()),
            ("groups", component.groups.len(), prices.groups.len()),
        ] {
            if expected != found {
                faults.say(Rule::Lengths { of, expected, found });
            }
        }
        if faults.len() > before {
            return;
        }
        let weights = Weights::of(self.part);
        self.givers(&weights, faults);
        self.groups(&weights, faults);
        self.items(&weights, faults);
    }

    /// From pools and caps onwards.
    fn givers(&self, weights: &Weights, faults: &mut Faults) {
        let (part, prices, room, totals) = (self.part, &self.proof.prices, &self.relaxed.room, self.totals);
        let above = |cap: Option<u32>| cap.and_then(|cap| part.cap(cap)).map_or(0, |at| prices.caps[at]);
        let cost = |segment: Option<u32>| segment.map(|price| weights.load.checked_mul(i128::from(price)));
        for (at, pool) in part.component.pools.iter().enumerate() {
            let of = &part.parts().pools[*pool as usize];
            let (last, next) = margin(&of.segments, room.of_pool(at), totals.pools[at]);
            let step = prices.pools[at].checked_sub(above(of.cap));
            within(Node::Pool(*pool as usize), step, cost(last), cost(next), faults);
        }
        for (at, cap) in part.component.caps.iter().enumerate() {
            let of = &part.parts().caps[*cap as usize];
            let (last, next) = margin(&of.segments, room.of_cap(at), totals.caps[at]);
            let step = prices.caps[at].checked_sub(above(of.cap));
            within(Node::Cap(*cap as usize), step, cost(last), cost(next), faults);
        }
    }

    /// From the source to the groups: the first units, up to the guarantee, earn; the others cost nothing.
    fn groups(&self, weights: &Weights, faults: &mut Faults) {
        let (part, prices) = (self.part, &self.proof.prices);
        for (at, group) in part.component.groups.iter().enumerate() {
            let of = part.parts().groups[*group as usize];
            let above = of.group.and_then(|above| part.group(above)).map_or(0, |at| prices.groups[at]);
            let units = self.totals.groups[at];
            let cost = |guaranteed: bool| if guaranteed { weights.guarantee.checked_neg() } else { Some(0) };
            let last = (units > 0).then(|| cost(units <= of.guarantee));
            let next = Some(cost(units < of.guarantee));
            within(Node::Group(*group as usize), prices.groups[at].checked_sub(above), last, next, faults);
        }
    }

    /// From the source or a group through the items to their pools.
    fn items(&self, weights: &Weights, faults: &mut Faults) {
        let mut flows = self.proof.flow.flows().iter().peekable();
        let mut nth = 0;
        for (at, item) in self.part.component.items.iter().enumerate() {
            if faults.is_full() {
                return;
            }
            let mut gains = Gains::default();
            let of = &self.part.parts().items[*item as usize];
            let earned = self.part.problem.weights().unit(of.tier, of.worth);
            for arc in self.part.arcs(at) {
                let carries = flows.next_if(|(of, _)| *of as usize == arc).is_some();
                let open = self.relaxed.is_open(nth);
                nth += 1;
                if open {
                    let Some(gain) = self.gain(weights, *item, earned, arc) else {
                        return faults.say(Rule::Overflow(Node::Item(*item as usize)));
                    };
                    gains.note(gain, arc, carries);
                } else if carries {
                    faults.say(Rule::Forbidden(arc));
                }
            }
            self.judge(&gains, *item, self.totals.items[at], faults);
        }
    }

    /// What a unit of the item, which earns so much, gains over the arc. Nothing, if that exceeds the range of numbers.
    fn gain(&self, weights: &Weights, item: u32, earned: i128, arc: usize) -> Option<i128> {
        let (part, prices) = (self.part, &self.proof.prices);
        let parts = part.parts();
        let item = &parts.items[item as usize];
        let group = item.group.and_then(|group| part.group(group)).map_or(0, |at| prices.groups[at]);
        let pool = prices.pools[part.pool(parts.arc_pool[arc])?];
        let far = weights.distance.checked_mul(i128::from(parts.arc_distance[arc]))?;
        earned.checked_sub(group)?.checked_sub(far)?.checked_sub(pool)
    }

    /// No arc gains more than one that carries units; what is not served would not gain, and what is served and need not be does not
    /// lose.
    fn judge(&self, gains: &Gains, item: u32, served: u64, faults: &mut Faults) {
        if let (Some((worst, arc)), Some(best)) = (gains.worst_used, gains.best)
            && worst < best
        {
            faults.say(Rule::NotTheBestArc(arc));
        }
        if self.decided.served.contains(&item) {
            return;
        }
        let quantity = self.part.parts().items[item as usize].quantity;
        if served < quantity && gains.best.is_some_and(|best| best > 0) {
            faults.say(Rule::WorthServing(item as usize));
        }
        if gains.worst_used.is_some_and(|(worst, _)| worst < 0) {
            faults.say(Rule::NotWorthServing(item as usize));
        }
    }
}

/// What a unit of an item gains at the prices.
#[derive(Default)]
struct Gains {
    /// Over the best of its open arcs.
    best: Option<i128>,
    /// Over the worst of those that carry units, with the arc.
    worst_used: Option<(i128, usize)>,
}

impl Gains {
    fn note(&mut self, gain: i128, arc: usize, carries: bool) {
        self.best = self.best.max(Some(gain));
        if carries && self.worst_used.is_none_or(|(worst, _)| gain < worst) {
            self.worst_used = Some((gain, arc));
        }
    }
}

/// Prices of the last of so many units and of the next one, where there is one: `room` units of the segments may be used.
fn margin(segments: &[Segment], room: u64, units: u64) -> (Option<u32>, Option<u32>) {
    let mut last = None;
    let mut passed = 0_u64;
    for segment in segments {
        if units > passed {
            last = Some(segment.price);
        }
        passed = passed.saturating_add(segment.units);
        if units < passed {
            return (last, Some(segment.price).filter(|_| units < room));
        }
    }
    (last, None)
}

/// A step from node to node costs at least what its last unit did and at most what its next one would, where there are such.
fn within(node: Node, step: Option<i128>, last: Option<Option<i128>>, next: Option<Option<i128>>, faults: &mut Faults) {
    let (Some(step), true) = (step, last != Some(None) && next != Some(None)) else {
        faults.say(Rule::Overflow(node));
        return;
    };
    if last.flatten().is_some_and(|last| step < last) {
        faults.say(Rule::PriceTooLow(node));
    }
    if next.flatten().is_some_and(|next| step > next) {
        faults.say(Rule::PriceTooHigh(node));
    }
}
