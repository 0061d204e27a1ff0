//! Why prices of levels bound every plan of a component, with all that its arcs draw on.
//!
//! Take any plan. What it reaches is what its units gain at the prices, and what they pay there, less what serving them costs: pools and
//! caps are paid for each unit that touches them, which is at most as often as they have units, and groups pay back what their items
//! left over. Each of the three is bounded apart, level by level as an ordered sum, so the three bounds together bound the plan.

use super::decided::Decided;
use super::fault::{Faults, Node, Rule};
use super::part::{Part, draws_of};
use super::relaxed::Relaxed;
use super::steps::WholeSteps;
use super::totals::length;
use crate::certificate::LevelPrices;
use crate::limits::TIERS_MAX;
use crate::objective::{Level, Objective};
use crate::problem::Segment;

/// Most levels: tiers, guarantees, distance and load.
const LEVELS_MAX: usize = TIERS_MAX as usize + 3;

/// A figure a level, in parts of one; what the problem has no level for stays 0. Arrays are ordered as levels are.
type Figures = [i128; LEVELS_MAX];

const NOTHING: Figures = [0; LEVELS_MAX];

/// One figure more, or less. Nothing, if it does not fit.
fn plus(figures: &Figures, other: &Figures, times: i128) -> Option<Figures> {
    let mut sum = *figures;
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum = sum.checked_add(other.checked_mul(times)?)?;
    }
    Some(sum)
}

/// The bound that prices of levels prove, where no plan reaches more than `first` on the first levels. Nothing, with faults, where they prove none.
pub(super) fn bound(
    part: &Part<'_>,
    prices: &LevelPrices,
    first: Option<&[i128]>,
    steps: &WholeSteps,
    faults: &mut Faults,
) -> Option<Objective> {
    let decided = Decided::of(part, &[], faults)?;
    let relaxed = Relaxed::of(part, &decided);
    let bill = Bill::of(part, prices, first, &relaxed, faults)?;
    let before = faults.len();
    let sum = bill
        .credited(NOTHING)
        .and_then(|sum| bill.items(sum, faults))
        .and_then(|sum| bill.givers(sum))
        .and_then(|sum| bill.groups(sum, faults));
    if sum.is_none() && faults.len() == before {
        faults.say(Rule::Overflow(Node::Item(0)));
    }
    let mut reached = sum?.to_vec();
    reached.truncate(part.parts().levels.len());
    Some(steps.bound_of_parts(Objective(reached), bill.whole))
}

/// What is counted with.
struct Bill<'a> {
    part: &'a Part<'a>,
    prices: &'a LevelPrices,
    /// What is reached on the levels that have credits.
    first: &'a [i128],
    relaxed: &'a Relaxed,
    /// One, in parts.
    whole: i128,
    tiers: [usize; TIERS_MAX as usize],
    guarantee: usize,
    distance: usize,
    load: usize,
    /// Which pools arcs draw on beside their own, by place; and which caps are above one of these.
    drawn_pools: Vec<bool>,
    drawn_caps: Vec<bool>,
}

impl<'a> Bill<'a> {
    fn of(
        part: &'a Part<'a>,
        prices: &'a LevelPrices,
        first: Option<&'a [i128]>,
        relaxed: &'a Relaxed,
        faults: &mut Faults,
    ) -> Option<Self> {
        let (levels, component, before) = (&part.parts().levels, part.component, faults.len());
        if prices.parts == 0 || prices.parts > LevelPrices::PARTS_MAX {
            faults.say(Rule::Parts(prices.parts));
        }
        for (of, nodes, found) in [
            ("pools", component.pools.len(), prices.pools.len()),
            ("caps", component.caps.len(), prices.caps.len()),
            ("groups", component.groups.len(), prices.groups.len()),
            // There are as many as levels above, or none.
            ("credits", first.filter(|_| !prices.credits.is_empty()).map_or(0, <[i128]>::len), prices.credits.len()),
        ] {
            let expected = nodes.saturating_mul(levels.len());
            if expected != found {
                faults.say(Rule::Lengths { of, expected, found });
            }
        }
        if faults.len() > before {
            return None;
        }
        // Every level is there but tiers that no item has.
        let place = |of: Level| levels.iter().position(|level| *level == of).unwrap_or(0);
        let mut tiers = [0; TIERS_MAX as usize];
        for (tier, at) in (0..TIERS_MAX).zip(&mut tiers) {
            *at = place(Level::Tier(tier));
        }
        let (guarantee, distance, load) = (place(Level::Guarantee), place(Level::Distance), place(Level::Load));
        let mut bill = Self {
            part,
            prices,
            first: first.filter(|_| !prices.credits.is_empty()).unwrap_or_default(),
            relaxed,
            whole: i128::from(prices.parts),
            tiers,
            guarantee,
            distance,
            load,
            drawn_pools: vec![false; component.pools.len()],
            drawn_caps: vec![false; component.caps.len()],
        };
        for (_, pool) in (0..component.items.len()).flat_map(|at| draws_of(part.parts(), part.arcs(at))) {
            if let Some(at) = part.pool(*pool) {
                bill.drawn_pools[at] = true;
                part.caps_above(*pool).for_each(|cap| bill.drawn_caps[cap] = true);
            }
        }
        Some(bill)
    }

    /// The figures of the node at a place.
    fn figures(&self, of: &[i64], at: usize) -> Figures {
        let levels = self.part.parts().levels.len();
        let mut figures = NOTHING;
        for (figure, price) in figures.iter_mut().zip(&of[at * levels..(at + 1) * levels]) {
            *figure = i128::from(*price);
        }
        figures
    }

    fn of_group(&self, group: Option<u32>) -> Figures {
        let at = group.and_then(|group| self.part.group(group));
        at.map_or(NOTHING, |at| self.figures(&self.prices.groups, at))
    }

    fn of_cap(&self, cap: Option<u32>) -> Figures {
        let at = cap.and_then(|cap| self.part.cap(cap));
        at.map_or(NOTHING, |at| self.figures(&self.prices.caps, at))
    }

    /// What is reached on the levels with credits, less the credits for it.
    fn credited(&self, mut sum: Figures) -> Option<Figures> {
        for (level, reached) in self.first.iter().enumerate() {
            sum[level] = sum[level].checked_add(reached.checked_mul(self.whole)?)?;
            sum = plus(&sum, &self.figures(&self.prices.credits, level), reached.checked_neg()?)?;
        }
        Some(sum)
    }

    /// What the items gain at the most.
    fn items(&self, mut sum: Figures, faults: &mut Faults) -> Option<Figures> {
        let parts = self.part.parts();
        let mut nth = 0;
        for (at, number) in self.part.component.items.iter().enumerate() {
            let item = &parts.items[*number as usize];
            let arcs = self.part.arcs(at);
            let mut draws = draws_of(parts, arcs.clone()).iter().peekable();
            let mut best = NOTHING;
            let mut one = NOTHING;
            let level = self.tiers[item.tier as usize];
            one[level] = self.whole;
            if level < self.first.len() {
                one = self.figures(&self.prices.credits, level);
            }
            let worth = plus(&NOTHING, &one, i128::from(item.worth))?;
            let worth = plus(&worth, &self.of_group(item.group), -1)?;
            for arc in arcs {
                let mut gain = worth;
                gain[self.distance] -= i128::from(parts.arc_distance[arc]).checked_mul(self.whole)?;
                gain = plus(&gain, &self.of_pool(parts.arc_pool[arc], faults)?, -1)?;
                while let Some((_, pool)) = draws.next_if(|(of, _)| *of as usize == arc) {
                    gain = plus(&gain, &self.of_pool(*pool, faults)?, -1)?;
                }
                if self.relaxed.is_open(nth) {
                    best = best.max(gain);
                }
                nth += 1;
            }
            sum = plus(&sum, &best, i128::from(item.quantity))?;
        }
        Some(sum)
    }

    fn of_pool(&self, pool: u32, faults: &mut Faults) -> Option<Figures> {
        let at = self.part.pool(pool);
        if at.is_none() {
            faults.say(Rule::NotApart(Node::Pool(pool as usize)));
        }
        at.map(|at| self.figures(&self.prices.pools, at))
    }

    /// What pools and caps are paid at the most, beside what their load costs.
    fn givers(&self, mut sum: Figures) -> Option<Figures> {
        let (parts, component) = (self.part.parts(), self.part.component);
        for (at, pool) in component.pools.iter().enumerate() {
            let of = &parts.pools[*pool as usize];
            let step = plus(&self.figures(&self.prices.pools, at), &self.of_cap(of.cap), -1)?;
            let room = if self.drawn_pools[at] { length(&of.segments) } else { self.relaxed.room.of_pool(at) };
            sum = self.paid(&sum, &step, &of.segments, self.drawn_pools[at], room)?;
        }
        for (at, cap) in component.caps.iter().enumerate() {
            let of = &parts.caps[*cap as usize];
            let step = plus(&self.figures(&self.prices.caps, at), &self.of_cap(of.cap), -1)?;
            sum = self.paid(&sum, &step, &of.segments, self.drawn_caps[at], length(&of.segments))?;
        }
        Some(sum)
    }

    fn paid(&self, sum: &Figures, step: &Figures, segments: &[Segment], drawn: bool, mut room: u64) -> Option<Figures> {
        let mut sum = *sum;
        for segment in segments {
            let units = segment.units.min(room);
            room -= units;
            let mut over = *step;
            if !drawn {
                over[self.load] = over[self.load].checked_sub(i128::from(segment.price).checked_mul(self.whole)?)?;
            }
            sum = plus(&sum, &over.max(NOTHING), i128::from(units))?;
        }
        Some(sum)
    }

    /// What groups add at the most: the first units, up to the guarantee, count.
    fn groups(&self, mut sum: Figures, faults: &mut Faults) -> Option<Figures> {
        let parts = self.part.parts();
        for (at, group) in self.part.component.groups.iter().enumerate() {
            let of = parts.groups[*group as usize];
            let step = plus(&self.figures(&self.prices.groups, at), &self.of_group(of.group), -1)?;
            if step > NOTHING {
                faults.say(Rule::GroupTooDear(*group as usize));
                return None;
            }
            let mut over = step;
            over[self.guarantee] = over[self.guarantee].checked_add(self.whole)?;
            sum = plus(&sum, &over.max(NOTHING), i128::from(of.guarantee))?;
        }
        Some(sum)
    }
}
