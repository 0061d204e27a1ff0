//! All plans of a tiny problem.

use std::collections::{BTreeMap, BTreeSet};

use wishwell_allocation::{Objective, Plan, Problem, Segment, Split};

fn capacity(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.units).sum()
}

/// Whether a plan respects everything.
pub(crate) fn feasible(problem: &Problem, flows: &[(u32, u64)]) -> bool {
    let parts = problem.parts();
    let mut served = vec![0; parts.items.len()];
    let mut pools = vec![0; parts.pools.len()];
    let mut caps = vec![0; parts.caps.len()];
    let mut partners: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for (arc, units) in flows {
        let item = parts.first.partition_point(|first| first <= arc) - 1;
        served[item] += units;
        let draws = parts.draws.iter().filter(|(of, _)| of == arc).map(|(_, pool)| *pool);
        for pool in draws.chain([parts.arc_pool[*arc as usize]]) {
            pools[pool as usize] += units;
            partners.entry(item).or_default().insert(parts.pools[pool as usize].partner);
            let mut cap = parts.pools[pool as usize].cap;
            while let Some(nth) = cap {
                caps[nth as usize] += units;
                cap = parts.caps[nth as usize].cap;
            }
        }
    }
    let of = |item: u32| partners.get(&(item as usize)).cloned().unwrap_or_default();
    pools.iter().zip(&parts.pools).all(|(units, pool)| *units <= capacity(&pool.segments))
        && caps.iter().zip(&parts.caps).all(|(units, cap)| *units <= capacity(&cap.segments))
        && served.iter().zip(&parts.items).all(|(units, item)| *units <= item.quantity)
        && parts.bundles.iter().all(|bundle| {
            let full = |item: &u32| served[*item as usize] == parts.items[*item as usize].quantity;
            bundle.items.iter().all(full) || bundle.items.iter().all(|item| served[*item as usize] == 0)
        })
        && parts.partners.iter().all(|bound| {
            let serving = bound.items.iter().flat_map(|item| of(*item));
            let all: BTreeSet<u32> = serving.chain(bound.already.iter().copied()).collect();
            all.len() <= bound.most as usize
        })
        && parts.contacts.iter().all(|bound| {
            let asked = (0..parts.items.len()).filter(|item| of(*item as u32).contains(&bound.partner)).count();
            asked <= bound.most as usize
        })
}

/// What the best of all plans reaches, each item served by multiples of its grain.
pub(crate) fn best_of_all(problem: &Problem, grains: &[u64]) -> Objective {
    let mut best = Objective::of(problem, &Plan::default());
    try_from(problem, grains, 0, &mut Vec::new(), &mut best);
    best
}

/// All ways to serve one item.
fn ways(problem: &Problem, item: u32, grain: u64) -> Vec<Vec<(u32, u64)>> {
    let of = problem.parts().items[item as usize];
    let mut ways = vec![Vec::new()];
    for arc in problem.arcs(item) {
        for nth in 0..ways.len() {
            let way: Vec<(u32, u64)> = ways[nth].clone();
            let left = of.quantity - way.iter().map(|(_, units)| units).sum::<u64>();
            let least = if of.split == Split::Whole { of.quantity } else { grain };
            for units in (least..=left).step_by(grain as usize) {
                let mut more = way.clone();
                more.push((arc as u32, units));
                ways.push(more);
            }
        }
    }
    ways
}

fn try_from(problem: &Problem, grains: &[u64], item: u32, flows: &mut Vec<(u32, u64)>, best: &mut Objective) {
    let Some(grain) = grains.get(item as usize) else {
        if feasible(problem, flows) {
            let reached = Objective::of(problem, &Plan::new(flows.clone()));
            if reached > *best {
                *best = reached;
            }
        }
        return;
    };
    for way in ways(problem, item, *grain) {
        let kept = flows.len();
        flows.extend(way);
        try_from(problem, grains, item + 1, flows, best);
        flows.truncate(kept);
    }
}
