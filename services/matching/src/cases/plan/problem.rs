//! From needs and resources to a problem.

use wishwell_allocation::{
    Bundle, Cap, Contacts, Group, Item, Level, Partners, Pool, Problem, ProblemParts, Segment, Split,
};
use wishwell_domain::limits::PLAN_PAIRS_MAX;
use wishwell_domain::round::{Aim, Counting, LoadStep};
use wishwell_domain::{Error, Violation};

use super::{PlanNeed, PlanQuestion};

/// Up to this distance thousandths are counted.
const THOUSANDTHS_MAX: f64 = 1_000_000.0;
/// No group, cap or organization.
const NONE: u32 = u32::MAX;

/// A problem and what its distances are measured in.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) problem: Problem,
    /// So many units of the problem are one of the caller's.
    pub(super) scale: f64,
}

/// Which resources can serve which categories.
struct ByCategory {
    of: Vec<Vec<u32>>,
    /// Those that can serve anything.
    any: Vec<u32>,
}

impl PlanQuestion {
    /// The problem.
    ///
    /// # Errors
    /// More pairs than a plan has, and figures that do not fit together.
    pub(super) fn draw(&self) -> Result<Drawn, Error> {
        let arcs = self.arcs()?;
        let farthest = arcs.distance.iter().copied().fold(0.0, f64::max);
        let scale = if farthest <= THOUSANDTHS_MAX { 1_000.0 } else { 1.0 };
        let groups = self.groups();
        let (pools, caps) = self.pools();
        let mut parts = ProblemParts {
            levels: self.levels(),
            items: self.items(),
            pools,
            caps,
            groups,
            bundles: self.bundles(),
            partners: self.partners(),
            contacts: self.contacts(),
            first: arcs.first,
            arc_pool: arcs.pool,
            // Distances are at most 2^30 before and after.
            arc_distance: arcs.distance.iter().map(|distance| (distance * scale).round() as u32).collect(),
            draws: Vec::new(),
            distance_told: 0,
            finer: 1,
        };
        if self.rules.counting == Counting::People {
            parts.count_items_alike();
        }
        let problem = Problem::new(parts).map_err(|error| {
            let violation = |(field, rule): (String, String)| Violation::new(field, "plan.problem", rule);
            Error::InvalidArgument(error.violations.into_iter().map(violation).collect())
        })?;
        Ok(Drawn { problem, scale })
    }

    fn levels(&self) -> Vec<Level> {
        let mut levels = Vec::new();
        if self.rules.guarantee_first {
            levels.push(Level::Guarantee);
        }
        let mut tiers: Vec<u8> = self.needs.iter().map(|need| need.tier).collect();
        tiers.sort_unstable();
        tiers.dedup();
        levels.extend(tiers.into_iter().map(Level::Tier));
        for aim in &self.rules.aims {
            match aim {
                Aim::Guarantee if self.rules.guarantee_first => {}
                Aim::Guarantee => levels.push(Level::Guarantee),
                Aim::Distance => levels.push(Level::Distance),
                Aim::Load => levels.push(Level::Load),
            }
        }
        levels
    }

    fn items(&self) -> Vec<Item> {
        let item = |need: &PlanNeed| Item {
            quantity: need.quantity,
            tier: need.tier,
            worth: 1,
            group: need.group.and_then(|group| self.guaranteed.get(&group).copied()),
            split: if need.whole { Split::Whole } else { Split::Any },
        };
        self.needs.iter().map(item).collect()
    }

    fn groups(&self) -> Vec<Group> {
        let mut asked = vec![0_u128; self.rules.guarantees.len()];
        for need in &self.needs {
            let place = need.group.and_then(|group| self.guaranteed.get(&group));
            if let Some(asked) = place.and_then(|place| asked.get_mut(*place as usize)) {
                *asked += u128::from(need.quantity);
            }
        }
        let group = |(asked, (_, share)): (u128, &(String, u16))| Group {
            guarantee: u64::try_from((asked * u128::from(*share)).div_ceil(1_000)).unwrap_or(u64::MAX),
            group: None,
        };
        asked.into_iter().zip(&self.rules.guarantees).map(group).collect()
    }

    fn pools(&self) -> (Vec<Pool>, Vec<Cap>) {
        let cap = |(_, units): &(String, u64)| Cap { segments: free(*units), cap: None };
        let caps = self.rules.organization_caps.iter().map(cap).collect();
        let pools = self
            .resources
            .iter()
            .map(|resource| Pool {
                segments: segments(resource.capacity, &self.rules.load_steps),
                cap: self.capped.get(&resource.organization).copied(),
                partner: resource.organization,
            })
            .collect();
        (pools, caps)
    }

    fn bundles(&self) -> Vec<Bundle> {
        let mut bundles = vec![Bundle { items: Vec::new() }; self.bundle_count as usize];
        for (item, need) in (0..).zip(&self.needs) {
            if let Some(bundle) = need.bundle.and_then(|bundle| bundles.get_mut(bundle as usize)) {
                bundle.items.push(item);
            }
        }
        bundles
    }

    fn partners(&self) -> Vec<Partners> {
        let Some(most) = self.rules.partners_per_need_max else { return Vec::new() };
        let of = |(item, need): (u32, &PlanNeed)| {
            (!need.whole).then(|| Partners { items: vec![item], most, already: Vec::new() })
        };
        (0..).zip(&self.needs).filter_map(of).collect()
    }

    fn contacts(&self) -> Vec<Contacts> {
        let Some(most) = self.rules.contacts_per_organization_max else { return Vec::new() };
        (0..self.organization_count).map(|partner| Contacts { partner, most }).collect()
    }

    fn arcs(&self) -> Result<Arcs, Error> {
        let by_category = self.by_category();
        let mut arcs = Arcs { first: vec![0], pool: Vec::new(), distance: Vec::new() };
        let mut candidates: Vec<u32> = Vec::new();
        let mut given = self.pairs.as_slice();
        for (need, item) in (0..).zip(&self.needs) {
            let end = given.partition_point(|(of, ..)| *of <= need);
            let (own, rest) = given.split_at(end);
            given = rest;
            candidates.clear();
            if self.rules.given_pairs_only {
                candidates.extend(own.iter().map(|(_, resource, _)| *resource));
                candidates.retain(|resource| self.fits(item, *resource));
            } else {
                self.candidates(item, &by_category, &mut candidates);
            }
            for resource in &candidates {
                let said = own.binary_search_by_key(resource, |(_, resource, _)| *resource).ok();
                let distance = match said.and_then(|at| own.get(at)) {
                    Some((.., distance)) => *distance,
                    None => self.distance(item, *resource),
                };
                if self.rules.distance_max.is_none_or(|most| distance <= most) {
                    if arcs.pool.len() == PLAN_PAIRS_MAX {
                        return Err(Error::SentTooMuch { limit: "plan_pairs_max", max: PLAN_PAIRS_MAX });
                    }
                    arcs.pool.push(*resource);
                    arcs.distance.push(distance);
                }
            }
            arcs.first.push(u32::try_from(arcs.pool.len()).unwrap_or(NONE));
        }
        Ok(arcs)
    }

    fn by_category(&self) -> ByCategory {
        let mut by_category = ByCategory { of: vec![Vec::new(); self.category_count as usize], any: Vec::new() };
        for (number, resource) in (0..).zip(&self.resources) {
            if resource.categories.is_empty() {
                by_category.any.push(number);
            }
            for category in &resource.categories {
                if let Some(of) = by_category.of.get_mut(*category as usize) {
                    of.push(number);
                }
            }
        }
        by_category
    }

    /// Resources that share a category with the need, ascending, each once.
    fn candidates(&self, need: &PlanNeed, by_category: &ByCategory, candidates: &mut Vec<u32>) {
        if need.categories.is_empty() {
            candidates.extend(0..u32::try_from(self.resources.len()).unwrap_or(NONE));
            return;
        }
        candidates.extend_from_slice(&by_category.any);
        for category in &need.categories {
            candidates.extend(by_category.of.get(*category as usize).into_iter().flatten());
        }
        candidates.sort_unstable();
        candidates.dedup();
    }

    fn fits(&self, need: &PlanNeed, resource: u32) -> bool {
        let Some(resource) = self.resources.get(resource as usize) else { return false };
        need.categories.is_empty()
            || resource.categories.is_empty()
            || need.categories.iter().any(|category| resource.categories.binary_search(category).is_ok())
    }

    fn distance(&self, need: &PlanNeed, resource: u32) -> f64 {
        let there = self.resources.get(resource as usize).and_then(|resource| resource.place);
        need.place.zip(there).map_or(0.0, |(here, there)| f64::from(here.distance_metres(&there)))
    }
}

struct Arcs {
    first: Vec<u32>,
    pool: Vec<u32>,
    distance: Vec<f64>,
}

/// A capacity whose load costs nothing.
fn free(units: u64) -> Vec<Segment> {
    if units == 0 { Vec::new() } else { vec![Segment { units, price: 0 }] }
}

/// A capacity with its price of load.
fn segments(capacity: u64, steps: &[LoadStep]) -> Vec<Segment> {
    let starts = steps.iter().map(|step| {
        let at = (u128::from(capacity) * u128::from(step.from_permille)).div_ceil(1_000);
        (u64::try_from(at).unwrap_or(capacity), step.price)
    });
    let mut segments = Vec::with_capacity(steps.len() + 1);
    let (mut from, mut price) = (0, 0);
    for (start, next) in starts.chain([(capacity, 0)]) {
        if start > from {
            segments.push(Segment { units: start - from, price });
            from = start;
        }
        price = next;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capacity_is_cut_where_its_load_costs_more() {
        let steps = |steps: &[(u16, u32)]| -> Vec<LoadStep> {
            steps
                .iter()
                .map(|(from_permille, price)| LoadStep { from_permille: *from_permille, price: *price })
                .collect()
        };
        for (capacity, of, expected) in [
            (10, vec![(500, 1), (800, 4)], vec![(5, 0), (3, 1), (2, 4)]),
            (10, vec![(0, 7)], vec![(10, 7)]),
            (10, vec![], vec![(10, 0)]),
            (1, vec![(500, 1), (800, 4)], vec![(1, 0)]),
            (3, vec![(500, 1), (501, 2)], vec![(2, 0), (1, 2)]),
            (0, vec![(500, 1)], vec![]),
            (1 << 40, vec![(500, 1)], vec![(1 << 39, 0), (1 << 39, 1)]),
        ] {
            let cut: Vec<(u64, u32)> =
                segments(capacity, &steps(&of)).iter().map(|segment| (segment.units, segment.price)).collect();
            assert_eq!(cut, expected, "{capacity} {of:?}");
        }
    }
}
