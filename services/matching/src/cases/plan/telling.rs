//! What the plan of a problem means for the needs and resources it is about.

use wishwell_allocation::{Plan, Segment, Verdict};
use wishwell_domain::limits::ROUND_SUPPLY_GAPS_MAX;
use wishwell_domain::round::{Tally, TierTally, UnservedReason};
use wishwell_engine::round::{Shortage, level_figures, worth};
use wishwell_solver::Solution;

use super::problem::Drawn;
use super::{PlanAnswer, PlanGap, PlanPrice, PlanQuestion, PlanServing, PlanUnserved};

impl PlanQuestion {
    pub(super) fn tell(&self, drawn: &Drawn, solution: &Solution, verdict: &Verdict, threads: usize) -> PlanAnswer {
        let parts = drawn.problem.parts();
        let servings = servings(drawn, &solution.plan);
        let mut served = vec![0_u64; self.needs.len()];
        let mut given = vec![0_u64; self.resources.len()];
        for serving in &servings {
            add(&mut served, serving.need, serving.units);
            add(&mut given, serving.resource, serving.units);
        }
        let room = self.room(drawn, &given);
        let mut tally = Tally::default();
        let mut tiers: Vec<TierTally> = Vec::new();
        let mut unserved = Vec::new();
        for ((number, need), served) in (0..).zip(&self.needs).zip(served) {
            let tier = tier_of(&mut tiers, need.tier + 1);
            for tally in [&mut tally, tier] {
                count(tally, need.quantity, served);
            }
            if served < need.quantity {
                let reason = self.reason(drawn, &room, number);
                unserved.push(PlanUnserved { need: number, units: need.quantity - served, reason });
            }
        }
        tiers.sort_by_key(|tier| tier.tier);
        let (prices, gaps) = self.worth(drawn, solution, threads);
        PlanAnswer {
            levels: level_figures(&drawn.problem, &verdict.objective, &verdict.bound),
            optimal: verdict.optimal,
            is_flow: drawn.problem.is_flow(),
            pairs: parts.arc_pool.len(),
            servings,
            unserved,
            tally,
            tiers,
            prices,
            gaps,
        }
    }

    /// What more of each resource would be worth, and where it is missing. Prices prove a flow alone.
    fn worth(&self, drawn: &Drawn, solution: &Solution, threads: usize) -> (Vec<PlanPrice>, Vec<PlanGap>) {
        let problem = &drawn.problem;
        if !problem.is_flow() {
            return (Vec::new(), Vec::new());
        }
        let kind = |item: u32| self.needs.get(item as usize).map(|need| need.categories.as_slice());
        let worth = worth(problem, &solution.plan, &solution.certificate, threads, kind);
        let gap = |short: Shortage| PlanGap {
            resource: short.pool,
            tier: short.tier + 1,
            need: short.item,
            price: short.price,
            units: short.units,
            exact: short.exact,
        };
        let price = |(resource, price)| PlanPrice { resource, price };
        let gaps = worth.shortages.into_iter().take(ROUND_SUPPLY_GAPS_MAX).map(gap);
        (worth.prices.into_iter().map(price).collect(), gaps.collect())
    }

    /// Units left of each resource, by itself and by the cap of its organization.
    fn room(&self, drawn: &Drawn, given: &[u64]) -> Room {
        let parts = drawn.problem.parts();
        let mut through = vec![0_u64; parts.caps.len()];
        for (pool, units) in parts.pools.iter().zip(given) {
            if let Some(cap) = pool.cap {
                add(&mut through, cap, *units);
            }
        }
        Room {
            pools: parts.pools.iter().zip(given).map(|(pool, units)| capacity(&pool.segments) - units).collect(),
            caps: parts.caps.iter().zip(through).map(|(cap, units)| capacity(&cap.segments) - units).collect(),
        }
    }

    /// Why a need is not wholly served, by what is left where it could be served.
    fn reason(&self, drawn: &Drawn, room: &Room, number: u32) -> UnservedReason {
        let parts = drawn.problem.parts();
        let arcs = drawn.problem.arcs(number);
        let Some(need) = self.needs.get(number as usize) else { return UnservedReason::NotProven };
        if arcs.is_empty() {
            return UnservedReason::NoCandidate;
        }
        if need.bundle.is_some() {
            return UnservedReason::Bundle;
        }
        let (mut left, mut uncapped) = (0, 0);
        for pool in parts.arc_pool.get(arcs).into_iter().flatten() {
            let of = room.pools.get(*pool as usize).copied().unwrap_or_default();
            let cap = parts.pools.get(*pool as usize).and_then(|pool| pool.cap);
            let under = cap.and_then(|cap| room.caps.get(cap as usize).copied()).unwrap_or(u64::MAX);
            left = left.max(of);
            uncapped = uncapped.max(of.min(under));
        }
        match (left, uncapped) {
            (0, _) => UnservedReason::Capacity,
            (_, 0) => UnservedReason::OrganizationCap,
            (_, most) if need.whole && most < need.quantity => UnservedReason::Whole,
            _ if self.rules.contacts_per_organization_max.is_some() => UnservedReason::Contacts,
            _ if self.rules.partners_per_need_max.is_some() => UnservedReason::Partners,
            _ => UnservedReason::NotProven,
        }
    }
}

struct Room {
    pools: Vec<u64>,
    caps: Vec<u64>,
}

fn servings(drawn: &Drawn, plan: &Plan) -> Vec<PlanServing> {
    let parts = drawn.problem.parts();
    let serving = |(arc, units): &(u32, u64)| {
        let need = parts.first.partition_point(|first| first <= arc).checked_sub(1)?;
        Some(PlanServing {
            need: u32::try_from(need).ok()?,
            resource: *parts.arc_pool.get(*arc as usize)?,
            units: *units,
            distance: f64::from(*parts.arc_distance.get(*arc as usize)?) / drawn.scale,
        })
    };
    plan.flows().iter().filter_map(serving).collect()
}

fn add(sums: &mut [u64], place: u32, units: u64) {
    if let Some(sum) = sums.get_mut(place as usize) {
        *sum += units;
    }
}

fn capacity(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.units).sum()
}

fn tier_of(tiers: &mut Vec<TierTally>, tier: u8) -> &mut Tally {
    let at = tiers.iter().position(|known| known.tier == tier).unwrap_or_else(|| {
        tiers.push(TierTally { tier, tally: Tally::default() });
        tiers.len() - 1
    });
    &mut tiers[at].tally
}

fn count(tally: &mut Tally, asked: u64, served: u64) {
    let units = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
    tally.items += 1;
    tally.units_asked = tally.units_asked.saturating_add(units(asked));
    tally.units_served = tally.units_served.saturating_add(units(served));
    match served {
        0 => tally.unserved += 1,
        served if served < asked => tally.partly += 1,
        _ => tally.served += 1,
    }
}
