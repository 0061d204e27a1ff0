//! Tiny problems by chance, and all their plans.

use super::{cap, item, parts, pool};
use crate::certificate::{Component, Decision};
use crate::objective::Objective;
use crate::plan::Plan;
use crate::problem::{Bundle, Contacts, Group, Partners, Problem, ProblemParts, Split};

/// Numbers that look random: Steele, Lea and Flood's SplitMix64.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn above(&mut self, nth: usize, of: usize) -> Option<u32> {
        let most = nth.min(of) as u64;
        (most > 0 && self.once_in(2)).then(|| self.below(most) as u32)
    }

    fn segments(&mut self) -> Vec<(u64, u32)> {
        match self.below(5) {
            0 => vec![],
            1 => vec![(1 + self.below(3), 0), (1 + self.below(2), 1 + self.below(3) as u32)],
            2 => vec![(1 + self.below(4), self.below(3) as u32)],
            _ => vec![(1 + self.below(5), 0)],
        }
    }
}

/// A tiny problem, a flow.
pub(super) fn flow_problem(chance: &mut Chance) -> ProblemParts {
    let (pools, caps, groups) = (1 + chance.below(4), chance.below(3) as usize, chance.below(3) as usize);
    let items = (0..1 + chance.below(3)).map(|_| {
        let mut one = item(1 + chance.below(3), chance.below(2) as u8, chance.above(groups, groups));
        one.worth = 1 + chance.below(3);
        let mut arcs = Vec::new();
        for pool in 0..pools as u32 {
            if arcs.len() < 3 && chance.below(3) > 0 {
                arcs.push((pool, chance.below(6) as u32));
            }
        }
        (one, arcs)
    });
    let items = items.collect();
    let pools = (0..pools).map(|_| {
        let segments = chance.segments();
        pool(&segments, chance.above(caps, caps), chance.below(3) as u32)
    });
    let pools = pools.collect();
    let caps = (0..caps).map(|nth| {
        let segments = chance.segments();
        cap(&segments, chance.above(nth, nth))
    });
    let caps = caps.collect();
    let groups = (0..groups).map(|nth| Group { guarantee: chance.below(3), group: chance.above(nth, nth) });
    let groups = groups.collect();
    parts(items, pools, caps, groups)
}

/// A tiny problem that needs whole numbers.
pub(super) fn whole_problem(chance: &mut Chance) -> Problem {
    let mut parts = flow_problem(chance);
    let (items, pools) = (parts.items.len() as u64, parts.pools.len() as u64);
    for item in &mut parts.items {
        if chance.below(3) > 0 {
            item.split = Split::Whole;
        }
    }
    for item in 0..items as usize {
        for arc in parts.first[item]..parts.first[item + 1] {
            let further = chance.below(pools) as u32;
            if parts.items[item].split == Split::Whole && chance.once_in(3) && further != parts.arc_pool[arc as usize] {
                parts.draws.push((arc, further));
            }
        }
    }
    let some = |chance: &mut Chance| (0..items as u32).filter(|_| chance.below(3) > 0).collect::<Vec<u32>>();
    for _ in 0..chance.below(2) {
        parts.bundles.push(Bundle { items: some(chance) });
    }
    for _ in 0..chance.below(3) {
        let most = 1 + chance.below(2) as u32;
        let mut already: Vec<u32> = (0..3).filter(|_| chance.once_in(5)).collect();
        already.truncate(most as usize);
        parts.partners.push(Partners { items: some(chance), most, already });
    }
    parts.bundles.retain(|bundle| !bundle.items.is_empty());
    parts.partners.retain(|partners| !partners.items.is_empty());
    for partner in 0..chance.below(3) as u32 {
        parts.contacts.push(Contacts { partner, most: chance.below(3) as u32 });
    }
    Problem::new(parts).unwrap()
}

/// A decision about some component's items.
pub(super) fn decision(chance: &mut Chance, problem: &Problem, component: &Component) -> Option<Decision> {
    let parts = problem.parts();
    let item = *component.items.get(chance.below(component.items.len().max(1) as u64) as usize)?;
    let whole = parts.items[item as usize].split == Split::Whole || parts.items[item as usize].quantity == 1;
    let arcs = problem.arcs(item);
    match chance.below(6) {
        0 if whole => Some(Decision::Item(item)),
        1 | 2 if whole && !arcs.is_empty() => {
            Some(Decision::Arc((arcs.start + chance.below(arcs.len() as u64) as usize) as u32))
        }
        3 => parts.bundles.iter().position(|of| of.items.contains(&item)).map(|nth| Decision::Bundle(nth as u32)),
        4 => {
            let bound = parts.partners.iter().position(|of| of.items.contains(&item))?;
            Some(Decision::Partner(bound as u32, chance.below(3) as u32))
        }
        _ if parts.contacts.is_empty() => None,
        _ => Some(Decision::Contact(chance.below(parts.contacts.len() as u64) as u32, item)),
    }
}

/// All plans that respect everything.
pub(super) fn plans(problem: &Problem) -> Vec<Plan> {
    let parts = problem.parts();
    let mut all: Vec<Vec<(u32, u64)>> = vec![Vec::new()];
    for item in 0..parts.items.len() as u32 {
        let ways = ways(problem, item);
        all = all.iter().flat_map(|so_far| ways.iter().map(move |way| [so_far.as_slice(), way].concat())).collect();
        all.retain(|flows| capacities_hold(parts, flows));
    }
    all.into_iter().filter(|flows| the_rest_holds(problem, flows)).map(Plan::new).collect()
}

/// What the best of all plans reaches.
pub(super) fn best(problem: &Problem) -> (Objective, Plan) {
    let plans = plans(problem).into_iter().map(|plan| (Objective::of(problem, &plan), plan));
    plans.max_by(|a, b| a.0.cmp(&b.0)).unwrap()
}

/// The ways to serve one item.
fn ways(problem: &Problem, item: u32) -> Vec<Vec<(u32, u64)>> {
    let of = problem.parts().items[item as usize];
    let arcs = problem.arcs(item);
    if of.split == Split::Whole {
        return std::iter::once(Vec::new()).chain(arcs.map(|arc| vec![(arc as u32, of.quantity)])).collect();
    }
    let mut ways: Vec<(u64, Vec<(u32, u64)>)> = vec![(of.quantity, Vec::new())];
    for arc in arcs {
        let more = ways.iter().flat_map(|(left, way)| {
            (0..=*left).map(move |units| {
                let further = if units > 0 { vec![(arc as u32, units)] } else { vec![] };
                (left - units, [way.as_slice(), &further].concat())
            })
        });
        ways = more.collect();
    }
    ways.into_iter().map(|(_, way)| way).collect()
}

fn touched(parts: &ProblemParts, arc: u32) -> Vec<u32> {
    let further = parts.draws.iter().filter(|(of, _)| *of == arc).map(|(_, pool)| *pool);
    std::iter::once(parts.arc_pool[arc as usize]).chain(further).collect()
}

fn capacities_hold(parts: &ProblemParts, flows: &[(u32, u64)]) -> bool {
    let capacity = |segments: &[crate::problem::Segment]| segments.iter().map(|segment| segment.units).sum::<u64>();
    let mut pools = vec![0; parts.pools.len()];
    let mut caps = vec![0; parts.caps.len()];
    for (arc, units) in flows {
        for pool in touched(parts, *arc) {
            pools[pool as usize] += units;
            let mut above = parts.pools[pool as usize].cap;
            while let Some(cap) = above {
                caps[cap as usize] += units;
                above = parts.caps[cap as usize].cap;
            }
        }
    }
    pools.iter().zip(&parts.pools).all(|(units, pool)| *units <= capacity(&pool.segments))
        && caps.iter().zip(&parts.caps).all(|(units, cap)| *units <= capacity(&cap.segments))
}

fn the_rest_holds(problem: &Problem, flows: &[(u32, u64)]) -> bool {
    let parts = problem.parts();
    let served = |item: u32| {
        flows
            .iter()
            .filter(|(arc, _)| problem.arcs(item).contains(&(*arc as usize)))
            .map(|(_, units)| *units)
            .sum::<u64>()
    };
    let partners = |item: u32| {
        let of = flows.iter().filter(|(arc, _)| problem.arcs(item).contains(&(*arc as usize)));
        of.flat_map(|(arc, _)| touched(parts, *arc))
            .map(|pool| parts.pools[pool as usize].partner)
            .collect::<Vec<u32>>()
    };
    let bundles = parts.bundles.iter().all(|bundle| {
        bundle.items.iter().all(|item| served(*item) == 0)
            || bundle.items.iter().all(|item| served(*item) == parts.items[*item as usize].quantity)
    });
    let needs = parts.partners.iter().all(|need| {
        let mut all: Vec<u32> = need.items.iter().flat_map(|item| partners(*item)).collect();
        all.extend(&need.already);
        all.sort_unstable();
        all.dedup();
        all.len() <= need.most as usize
    });
    let contacts = parts.contacts.iter().all(|contact| {
        let items = 0..parts.items.len() as u32;
        items.filter(|item| partners(*item).contains(&contact.partner)).count() <= contact.most as usize
    });
    bundles && needs && contacts
}

/// The finest division into components: nodes that touch are put together until nothing changes.
pub(super) fn components(problem: &Problem) -> Vec<Component> {
    let parts = problem.parts();
    let (items, pools, caps) = (parts.items.len(), parts.pools.len(), parts.caps.len());
    let (pool_at, cap_at, group_at) = (items, items + pools, items + pools + caps);
    let mut of: Vec<usize> = (0..group_at + parts.groups.len()).collect();
    let mut tied: Vec<(usize, usize)> = Vec::new();
    for item in 0..items {
        tied.extend(parts.items[item].group.map(|group| (item, group_at + group as usize)));
        for arc in problem.arcs(item as u32) {
            for pool in touched(parts, arc as u32) {
                tied.push((item, pool_at + pool as usize));
                for contact in &parts.contacts {
                    if parts.pools[pool as usize].partner == contact.partner {
                        let others = (0..items).filter(|other| {
                            let mut arcs = problem.arcs(*other as u32).flat_map(|arc| touched(parts, arc as u32));
                            arcs.any(|pool| parts.pools[pool as usize].partner == contact.partner)
                        });
                        tied.extend(others.map(|other| (item, other)));
                    }
                }
            }
        }
    }
    tied.extend(
        parts.pools.iter().enumerate().filter_map(|(nth, pool)| Some((pool_at + nth, cap_at + pool.cap? as usize))),
    );
    tied.extend(
        parts.caps.iter().enumerate().filter_map(|(nth, cap)| Some((cap_at + nth, cap_at + cap.cap? as usize))),
    );
    tied.extend(
        parts.groups.iter().enumerate().filter_map(|(nth, of)| Some((group_at + nth, group_at + of.group? as usize))),
    );
    let together = parts.bundles.iter().map(|of| &of.items).chain(parts.partners.iter().map(|of| &of.items));
    tied.extend(together.flat_map(|items| items.iter().map(|item| (items[0] as usize, *item as usize))));
    let mut changed = true;
    while changed {
        changed = false;
        for (a, b) in &tied {
            let least = of[*a].min(of[*b]);
            changed |= of[*a] != least || of[*b] != least;
            (of[*a], of[*b]) = (least, least);
        }
    }
    let mut names = of.clone();
    names.sort_unstable();
    names.dedup();
    let within = |name: usize, from: usize, count: usize| {
        (0..count).filter(|nth| of[from + nth] == name).map(|nth| nth as u32).collect::<Vec<u32>>()
    };
    names
        .into_iter()
        .map(|name| Component {
            items: within(name, 0, items),
            pools: within(name, pool_at, pools),
            caps: within(name, cap_at, caps),
            groups: within(name, group_at, parts.groups.len()),
            root: super::network::nothing(),
            priced: None,
            above: Vec::new(),
        })
        .collect()
}
