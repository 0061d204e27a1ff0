//! A window of a plan: a few pools, whom they serve, and who waits for them, as a problem of their own with all else as it is.

use std::collections::BTreeMap;

use wishwell_allocation::{Bundle, Cap, Contacts, Group, Partners, Plan, Pool, Problem, ProblemParts, Segment};

use super::construct::Work;
use super::state::State;

/// Most jobs not served yet that a window takes in.
const WAITING_MAX: usize = 16;

/// A problem made of a window, and what its numbers are in the whole.
pub(super) struct Window {
    pub(super) problem: Problem,
    /// The plan's share in it.
    pub(super) plan: Plan,
    /// The arcs of the whole.
    pub(super) arcs: Vec<u32>,
    /// The jobs in it.
    pub(super) jobs: Vec<u32>,
}

/// A window's places: the number there of each of the whole's pools, caps and groups in it.
struct Places {
    pools: BTreeMap<u32, u32>,
    caps: BTreeMap<u32, u32>,
    groups: BTreeMap<u32, u32>,
}

fn places(numbers: impl Iterator<Item = u32>) -> BTreeMap<u32, u32> {
    let mut all: Vec<u32> = numbers.collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().zip(0..).collect()
}

/// The pools that compete most with a pool: those that most arcs of its items lead to, itself first.
pub(super) fn around(work: &Work<'_>, pool: u32, count: usize) -> Vec<u32> {
    let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
    for arc in work.entering(pool) {
        for other in work.index.problem.arcs(work.index.item_of[*arc as usize]) {
            *shared.entry(work.index.parts().arc_pool[other]).or_default() += 1;
        }
    }
    let mut pools: Vec<(u32, u32)> = shared.into_iter().filter(|(other, _)| *other != pool).collect();
    pools.sort_by_key(|(other, times)| (std::cmp::Reverse(*times), *other));
    std::iter::once(pool).chain(pools.into_iter().map(|(other, _)| other)).take(count).collect()
}

impl Window {
    /// The window of these pools; none where it holds no choice.
    pub(super) fn of(work: &Work<'_>, state: &State<'_>, pools: &[u32]) -> Option<Self> {
        let index = work.index;
        let within = |arc: u32| index.touched(arc).all(|pool| pools.contains(&pool));
        let jobs = jobs(work, state, pools, &within);
        let mut items: Vec<u32> = jobs.iter().flat_map(|job| work.jobs[*job as usize].items.iter().copied()).collect();
        items.sort_unstable();
        if items.len() < 2 {
            return None;
        }
        let places = Places {
            pools: places(pools.iter().copied()),
            caps: places(pools.iter().flat_map(|pool| index.caps_above(*pool))),
            groups: places(items.iter().flat_map(|item| index.groups_above(*item))),
        };
        let mut parts =
            ProblemParts { levels: index.parts().levels.clone(), first: vec![0], ..ProblemParts::default() };
        let mut arcs = Vec::new();
        for item in &items {
            let mut of = index.parts().items[*item as usize];
            of.group = of.group.map(|group| places.groups[&group]);
            parts.items.push(of);
            for arc in index.problem.arcs(*item).map(|arc| arc as u32).filter(|arc| within(*arc)) {
                let draws = index.draws(arc).iter().map(|pool| (arcs.len() as u32, places.pools[pool]));
                parts.draws.extend(draws);
                parts.arc_pool.push(places.pools[&index.parts().arc_pool[arc as usize]]);
                parts.arc_distance.push(index.parts().arc_distance[arc as usize]);
                arcs.push(arc);
            }
            parts.first.push(arcs.len() as u32);
        }
        let plan = (0_u32..).zip(&arcs).map(|(nth, arc)| (nth, state.flow(*arc)));
        let plan = Plan::new(plan.collect());
        add_sides(work, state, &places, &arcs, &mut parts);
        if !add_bounds(work, state, &items, &mut parts) {
            return None;
        }
        let problem = index.problem.part(parts).ok()?;
        Some(Self { problem, plan, arcs, jobs })
    }

    /// Puts another plan of the window in the place of the one it has; undone, and false, where the whole does not gain by it.
    pub(super) fn put(&self, work: &Work<'_>, state: &mut State<'_>, plan: &Plan) -> bool {
        let (mark, before) = (state.mark(), state.score());
        for job in &self.jobs {
            work.release(state, *job);
        }
        let fits = plan.flows().iter().all(|(nth, units)| {
            let arc = self.arcs[*nth as usize];
            let fits = state.room(arc) >= *units;
            if fits {
                state.set(arc, *units);
            }
            fits
        });
        debug_assert!(fits && state.score() > before);
        if !fits || state.score() <= before {
            state.undo(mark);
            return false;
        }
        state.keep();
        true
    }
}

/// The jobs that touch nothing but the window, and the most urgent of those that wait for it.
fn jobs(work: &Work<'_>, state: &State<'_>, pools: &[u32], within: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let index = work.index;
    let mut served = Vec::new();
    let mut waiting = Vec::new();
    for arc in pools.iter().flat_map(|pool| work.entering(*pool)).filter(|arc| within(**arc)) {
        let job = work.job_of[index.item_of[*arc as usize] as usize];
        let items = &work.jobs[job as usize].items;
        let used = items.iter().flat_map(|item| index.problem.arcs(*item)).filter(|arc| state.flow(*arc as u32) > 0);
        let used: Vec<u32> = used.map(|arc| arc as u32).collect();
        if used.is_empty() {
            waiting.push(job);
        } else if used.iter().all(|arc| within(*arc)) {
            served.push(job);
        }
    }
    waiting.sort_unstable();
    waiting.dedup();
    waiting.sort_by_key(|job| {
        let of = &work.jobs[*job as usize];
        (std::cmp::Reverse(of.worth), of.units, *job)
    });
    served.extend(waiting.into_iter().take(WAITING_MAX));
    served.sort_unstable();
    served.dedup();
    served
}

/// Segments without the first units, which others use, and no longer than what is left for the window.
fn trimmed(segments: &[Segment], used: u64, most: u64) -> Vec<Segment> {
    let (mut skip, mut left) = (used, most);
    let mut trimmed = Vec::new();
    for segment in segments {
        let skipped = skip.min(segment.units);
        skip -= skipped;
        let units = (segment.units - skipped).min(left);
        left -= units;
        if units > 0 {
            trimmed.push(Segment { units, price: segment.price });
        }
    }
    trimmed
}

/// Pools, caps and groups, with what others leave of them.
fn add_sides(work: &Work<'_>, state: &State<'_>, places: &Places, arcs: &[u32], parts: &mut ProblemParts) {
    let index = work.index;
    let whole = index.parts();
    // What the window's own arcs use now: as load, and with further draws.
    let mut given: BTreeMap<u32, u64> = BTreeMap::new();
    let mut drawn: BTreeMap<u32, u64> = BTreeMap::new();
    let mut passed: BTreeMap<u32, u64> = BTreeMap::new();
    let mut drawn_below: BTreeMap<u32, u64> = BTreeMap::new();
    let mut reached: BTreeMap<u32, u64> = BTreeMap::new();
    for arc in arcs {
        let units = state.flow(*arc);
        let own = whole.arc_pool[*arc as usize];
        *given.entry(own).or_default() += units;
        index.caps_above(own).for_each(|cap| *passed.entry(cap).or_default() += units);
        for pool in index.touched(*arc) {
            *drawn.entry(pool).or_default() += units;
            index.caps_above(pool).for_each(|cap| *drawn_below.entry(cap).or_default() += units);
        }
        index.groups_above(index.item_of[*arc as usize]).for_each(|group| *reached.entry(group).or_default() += units);
    }
    let of = |all: &BTreeMap<u32, u64>, nth: &u32| all.get(nth).copied().unwrap_or(0);
    for pool in places.pools.keys() {
        let used = state.given(*pool) - of(&given, pool);
        let own = &whole.pools[*pool as usize];
        parts.pools.push(Pool {
            segments: trimmed(&own.segments, used, state.left(*pool) + of(&drawn, pool)),
            cap: own.cap.map(|cap| places.caps[&cap]),
            partner: own.partner,
        });
    }
    for cap in places.caps.keys() {
        let used = state.passed(*cap) - of(&passed, cap);
        let own = &whole.caps[*cap as usize];
        parts.caps.push(Cap {
            segments: trimmed(&own.segments, used, state.left_below(*cap) + of(&drawn_below, cap)),
            cap: own.cap.map(|cap| places.caps[&cap]),
        });
    }
    for group in places.groups.keys() {
        let own = whole.groups[*group as usize];
        let others = state.reached(*group) - of(&reached, group);
        parts.groups.push(Group {
            guarantee: own.guarantee.saturating_sub(others),
            group: own.group.map(|above| places.groups[&above]),
        });
    }
}

/// Bundles and bounds, with what others use of them; false where one of them would leave nothing.
fn add_bounds(work: &Work<'_>, state: &State<'_>, items: &[u32], parts: &mut ProblemParts) -> bool {
    let index = work.index;
    let place = |item: &u32| items.binary_search(item).ok().map(|place| place as u32);
    let mut bundles: Vec<u32> = items.iter().filter_map(|item| index.bundle_of[*item as usize]).collect();
    bundles.dedup();
    bundles.sort_unstable();
    bundles.dedup();
    for bundle in bundles {
        let members = &index.parts().bundles[bundle as usize].items;
        parts.bundles.push(Bundle { items: members.iter().filter_map(place).collect() });
    }
    let mut bounds: Vec<u32> = items.iter().flat_map(|item| index.bounds_of.of(*item).iter().copied()).collect();
    bounds.sort_unstable();
    bounds.dedup();
    for bound in bounds {
        let of = &index.parts().partners[bound as usize];
        let outside = of.items.iter().filter(|item| place(item).is_none());
        let used = outside.flat_map(|item| index.problem.arcs(*item)).filter(|arc| state.flow(*arc as u32) > 0);
        let mut partners: Vec<u32> = used.flat_map(|arc| index.partners(arc as u32)).collect();
        partners.sort_unstable();
        partners.dedup();
        partners.retain(|partner| of.already.binary_search(partner).is_err());
        // Counting again who serves outside too is never too generous.
        let Some(most) = of.most.checked_sub(partners.len() as u32).filter(|most| *most > 0) else { return false };
        let items = of.items.iter().filter_map(place).collect();
        parts.partners.push(Partners { items, most, already: of.already.clone() });
    }
    for (nth, of) in (0_u32..).zip(&index.parts().contacts) {
        if parts.pools.iter().any(|pool| pool.partner == of.partner) {
            let outside = state.asked(nth).filter(|item| place(item).is_none()).count() as u32;
            parts.contacts.push(Contacts { partner: of.partner, most: of.most.saturating_sub(outside) });
        }
    }
    true
}
