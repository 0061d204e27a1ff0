//! Units through each node of the network, and what they add up to.

use super::fault::{Faults, Node, Rule};
use super::part::Part;
use crate::objective::{Level, Objective};
use crate::plan::Plan;
use crate::problem::Segment;

/// Units through each node of a component, by its place.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) items: Vec<u64>,
    pub(super) pools: Vec<u64>,
    pub(super) caps: Vec<u64>,
    pub(super) groups: Vec<u64>,
    /// Distance, summed over units.
    distance: i128,
}

impl Totals {
    /// What a flow carries through each node. Nothing, if it names arcs that are not there or carries more than can be counted.
    pub(super) fn of(part: &Part<'_>, flow: &Plan, faults: &mut Faults) -> Option<Self> {
        let component = part.component;
        let mut totals = Self {
            items: vec![0; component.items.len()],
            pools: vec![0; component.pools.len()],
            caps: vec![0; component.caps.len()],
            groups: vec![0; component.groups.len()],
            distance: 0,
        };
        let counted = totals.count_arcs(part, flow).and_then(|()| totals.count_above(part));
        counted.map_err(|rule| faults.say(rule)).ok().map(|()| totals)
    }

    fn count_arcs(&mut self, part: &Part<'_>, flow: &Plan) -> Result<(), Rule> {
        let parts = part.parts();
        let mut items = part.component.items.iter().enumerate().peekable();
        for (arc, units) in flow.flows() {
            // A flow names its arcs ascending, and so do the items theirs.
            while items.next_if(|(_, item)| parts.first[**item as usize + 1] <= *arc).is_some() {}
            let of = items.peek().filter(|(_, item)| parts.first[**item as usize] <= *arc);
            let (at, _) = of.ok_or(Rule::NoSuchArc(*arc))?;
            let item = Node::Item(*at);
            let pool = parts.arc_pool[*arc as usize];
            let pool_at = part.pool(pool).ok_or(Rule::NoSuchArc(*arc))?;
            add(&mut self.items[*at], *units, item)?;
            add(&mut self.pools[pool_at], *units, Node::Pool(pool as usize))?;
            self.distance = i128::from(*units)
                .checked_mul(i128::from(parts.arc_distance[*arc as usize]))
                .and_then(|far| self.distance.checked_add(far))
                .ok_or(Rule::Overflow(item))?;
        }
        Ok(())
    }

    fn count_above(&mut self, part: &Part<'_>) -> Result<(), Rule> {
        let (parts, component) = (part.parts(), part.component);
        let into_cap = |caps: &mut [u64], cap: Option<u32>, units: u64| {
            let at = cap.and_then(|cap| part.cap(cap));
            at.map_or(Ok(()), |at| add(&mut caps[at], units, Node::Cap(component.caps[at] as usize)))
        };
        for (pool, units) in component.pools.iter().zip(&self.pools) {
            into_cap(&mut self.caps, parts.pools[*pool as usize].cap, *units)?;
        }
        // What is above has a lower index: backwards, everything below a cap or group is counted before it is added itself.
        for (at, cap) in component.caps.iter().enumerate().rev() {
            let units = self.caps[at];
            into_cap(&mut self.caps, parts.caps[*cap as usize].cap, units)?;
        }
        let into_group = |groups: &mut [u64], group: Option<u32>, units: u64| {
            let at = group.and_then(|group| part.group(group));
            at.map_or(Ok(()), |at| add(&mut groups[at], units, Node::Group(component.groups[at] as usize)))
        };
        for (item, units) in component.items.iter().zip(&self.items) {
            into_group(&mut self.groups, parts.items[*item as usize].group, *units)?;
        }
        for (at, group) in component.groups.iter().enumerate().rev() {
            let units = self.groups[at];
            into_group(&mut self.groups, parts.groups[*group as usize].group, units)?;
        }
        Ok(())
    }

    /// What it reaches on each level. Nothing, if that cannot be counted.
    pub(super) fn objective(&self, part: &Part<'_>) -> Option<Objective> {
        let (parts, component) = (part.parts(), part.component);
        let items = || component.items.iter().map(|item| &parts.items[*item as usize]).zip(&self.items);
        let pools = || component.pools.iter().map(|pool| &parts.pools[*pool as usize].segments).zip(&self.pools);
        let caps = || component.caps.iter().map(|cap| &parts.caps[*cap as usize].segments).zip(&self.caps);
        let groups = || component.groups.iter().map(|group| &parts.groups[*group as usize]).zip(&self.groups);
        let reached = |level: &Level| match level {
            Level::Tier(tier) => total(items().filter(|(item, _)| item.tier == *tier), |(item, units)| {
                i128::from(*units).checked_mul(i128::from(item.worth))
            }),
            Level::Guarantee => total(groups(), |(group, units)| Some(i128::from(group.guarantee.min(*units)))),
            Level::Distance => self.distance.checked_neg(),
            Level::Load => total(pools().chain(caps()), |(segments, units)| price(segments, *units))?.checked_neg(),
        };
        parts.levels.iter().map(reached).collect::<Option<Vec<i128>>>().map(Objective)
    }
}

/// How many units the segments hold.
pub(super) fn length(segments: &[Segment]) -> u64 {
    segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.units))
}

fn add(sum: &mut u64, units: u64, node: Node) -> Result<(), Rule> {
    *sum = sum.checked_add(units).ok_or(Rule::Overflow(node))?;
    Ok(())
}

fn total<T>(mut of: impl Iterator<Item = T>, figure: impl Fn(T) -> Option<i128>) -> Option<i128> {
    of.try_fold(0_i128, |sum, one| sum.checked_add(figure(one)?))
}

/// Price of the first `units` of these segments.
fn price(segments: &[Segment], units: u64) -> Option<i128> {
    let mut left = units;
    let mut sum = 0_i128;
    for segment in segments {
        let taken = left.min(segment.units);
        sum = sum.checked_add(i128::from(taken).checked_mul(i128::from(segment.price))?)?;
        left -= taken;
    }
    Some(sum)
}
