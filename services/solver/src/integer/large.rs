//! Large components: what is more urgent first and by itself, then prices of all that is drawn on, and a plan made at these prices.
//!
//! Of a large component most is decided by the relaxed flow and by prices, and few items are in dispute. So everything here takes time
//! nearly linear in the arcs: the items of all tiers but the last are solved by themselves, which bounds all levels but theirs and gives
//! a plan to go on from; descending prices bound the rest; local search serves whom it can where prices say that somebody could be served.

use wishwell_allocation::{Branch, Component, Level, LevelPrices, Objective, Plan, Prices, ProblemParts, Proof};

use super::Answer;
use super::chain::Chains;
use super::construct::Work;
use super::dual::{Dual, First};
use super::improve::Search;
use super::index::Index;
use super::relaxation::relax;
use super::state::State;
use super::steps;
use crate::control::{Cancelled, Control};
use crate::numbers::Numbers;
use crate::simplex::{Outcome, Relaxed};
use crate::{Options, SolveError};

/// Arcs from which on a component is large.
pub(super) const ARCS_MIN: usize = 8_192;

/// Tries of the local search for each item: to serve more, and to serve them nearer.
const TRIES_PER_ITEM: u64 = 4;
const TRIES_NEARER_PER_ITEM: u64 = 2;

/// Looks at jobs that chains may move, for each item.
const LOOKS_PER_ITEM: u64 = 400;

/// What one more on the levels above may earn on the next level, to bound plans that reach all of them.
const CREDITS: [i128; 2] = [1, 4];

/// Most nodes of the trees of what is above, which there are several of in one another.
const NODES_ABOVE_MAX: u64 = 200;

/// Stops when somebody else wants it, and tells nothing: items solved by themselves get their final place later.
struct Quiet<'a>(&'a dyn Control);

impl Control for Quiet<'_> {
    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

/// What is above the last tier, solved by itself.
struct Above {
    plan: Plan,
    components: Vec<Component>,
    /// What no plan exceeds on the levels above.
    reached: Vec<i128>,
    nodes: u64,
}

/// A plan and its bound. None, where the component needs other means: something of it is impossible, or levels do not fit together.
pub(super) fn solve(
    index: &Index<'_>,
    nodes_max: u64,
    start: Option<&Plan>,
    control: &dyn Control,
) -> Result<Option<Answer>, Cancelled> {
    let problem = index.problem;
    let Ok(relaxed) = relax(index, &[]) else { return Ok(None) };
    let Outcome::Optimal(flow, prices) = relaxed.solve(problem, control)? else { return Ok(None) };
    let above = above(index, nodes_max, start, control)?;
    let reached = above.as_ref().map(|above| above.reached.as_slice());
    let Some((weighed, told, mut bound)) = lowest(index, &relaxed, &prices, reached) else { return Ok(None) };
    bound = bound.min(steps::bound(index, &Objective::of(problem, &flow)));
    if let Some(reached) = reached {
        bound = bound.min(steps::bound_above(index, reached));
    }
    if control.stopped() {
        return Err(Cancelled);
    }
    let work = Work::of(index, &weighed);
    let mut state = State::nobody(index);
    if let Some(above) = &above {
        go_on(&work, &mut state, &above.plan, &flow);
    } else {
        work.take_over(&mut state, start.unwrap_or(&flow));
    }
    complete(&work, &mut state);
    let mut plan = state.plan();
    if let Some(start) = start.filter(|_| above.is_some()) {
        let mut other = State::nobody(index);
        work.take_over(&mut other, start);
        complete(&work, &mut other);
        if other.score() > state.score() {
            plan = other.plan();
        }
    }
    let (components, nodes) = above.map_or((Vec::new(), 0), |above| (above.components, above.nodes));
    Ok(Some(Answer {
        objective: Objective::of(problem, &plan),
        plan,
        bound,
        root: Branch::Leaf(Box::new(Proof { flow, prices })),
        priced: Some(Box::new(told)),
        above: components,
        nodes: nodes + 1,
    }))
}

/// Goes on from a plan of the more urgent: whole parts of the flow that serves all as well as can be are taken over, the more urgent
/// are served beside them where they fit, or where others move aside, and for the rest of them room is made where their own plan has
/// them.
fn go_on(work: &Work<'_>, state: &mut State<'_>, above: &Plan, flow: &Plan) {
    let index = work.index;
    work.take_over(state, flow);
    let mut jobs: Vec<u32> =
        above.flows().iter().map(|(arc, _)| work.job_of[index.item_of[*arc as usize] as usize]).collect();
    jobs.dedup();
    for job in &jobs {
        work.serve_job(state, *job);
        state.keep();
    }
    Chains::new(work, LOOKS_PER_ITEM * jobs.len() as u64).serve(state, &jobs);
    if !restore(work, state, above) {
        for (arc, _) in state.plan().flows() {
            state.set(*arc, 0);
        }
        work.take_over(state, above);
        work.leave_what_is_dear(state, above);
    }
    work.mend(state);
    state.keep();
}

/// Serves whom another plan serves and this one does not as that one does: whoever else uses what they need there is released, and goes
/// in turn to where that plan has it, if it has. That plan is feasible, so nobody is moved twice. False, where something that is not a
/// pool is in the way.
fn restore(work: &Work<'_>, state: &mut State<'_>, above: &Plan) -> bool {
    let index = work.index;
    let quantity = |item: u32| index.quantity(item);
    let homes = |item: u32| {
        let arcs = index.problem.arcs(item);
        let from = above.flows().partition_point(|(arc, _)| (*arc as usize) < arcs.start);
        above.flows()[from..].iter().take_while(move |(arc, _)| (*arc as usize) < arcs.end)
    };
    let mut home = vec![false; index.parts().items.len()];
    let items = above.flows().iter().map(|(arc, _)| index.item_of[*arc as usize]);
    let mut due: Vec<u32> = items.filter(|item| state.served(*item) < quantity(*item)).collect();
    while let Some(item) = due.pop() {
        if std::mem::replace(&mut home[item as usize], true) {
            continue;
        }
        for arc in index.problem.arcs(item) {
            state.set(arc as u32, 0);
        }
        for (arc, units) in homes(item) {
            while state.room(*arc) < *units {
                let Some(short) = index.touched(*arc).find(|pool| state.left(*pool) < *units) else { return false };
                let users = state.users(short).iter().map(|user| index.item_of[*user as usize]);
                let weight = |item: &u32| (work.jobs[work.job_of[*item as usize] as usize].value, *item);
                let Some(other) = users.filter(|other| !home[*other as usize]).min_by_key(weight) else { return false };
                for arc in index.problem.arcs(other) {
                    state.set(arc as u32, 0);
                }
                if homes(other).next().is_some() {
                    due.push(other);
                }
            }
            state.set(*arc, *units);
        }
        state.keep();
    }
    true
}

/// Serves whom there is room for, then whom others make room for.
fn complete(work: &Work<'_>, state: &mut State<'_>) {
    let jobs = work.ordered_by_gain();
    for job in &jobs {
        work.serve_job(state, *job);
        state.keep();
    }
    let items = work.index.parts().items.len() as u64;
    let mut chains = Chains::new(work, LOOKS_PER_ITEM * items);
    chains.serve(state, &jobs);
    Search { work, tries: TRIES_PER_ITEM * items }.serve_more(state, &jobs);
    Search { work, tries: TRIES_NEARER_PER_ITEM * items }.serve_nearer(state, &jobs);
    chains.serve(state, &jobs);
}

/// The prices that give the lowest bound: weighted, as a certificate tells them, and the bound.
fn lowest(
    index: &Index<'_>,
    relaxed: &Relaxed,
    prices: &Prices,
    reached: Option<&[i128]>,
) -> Option<(Prices, LevelPrices, Objective)> {
    let firsts: Vec<Option<First<'_>>> = match reached {
        Some(reached) => CREDITS.iter().map(|credit| Some(First { reached, credit: *credit })).collect(),
        None => vec![None],
    };
    let found = firsts.into_iter().filter_map(|first| {
        let mut dual = Dual::of(index, relaxed, prices, first)?;
        dual.descend();
        let (told, bound) = dual.proof(relaxed);
        Some((dual.weighed(), told, bound))
    });
    found.min_by(|one, other| one.2.cmp(&other.2))
}

/// The items of all tiers but the last, solved by themselves. None, where that says nothing: there is one tier, or something ties them.
fn above(
    index: &Index<'_>,
    nodes_max: u64,
    start: Option<&Plan>,
    control: &dyn Control,
) -> Result<Option<Above>, Cancelled> {
    let parts = index.parts();
    let place = |tier: u8| parts.levels.iter().position(|level| *level == Level::Tier(tier)).unwrap_or(0);
    let Some((levels, tier)) = parts.items.iter().map(|item| (place(item.tier), item.tier)).max() else {
        return Ok(None);
    };
    let tied = parts.bundles.iter().any(|bundle| {
        let last = bundle.items.iter().filter(|item| parts.items[**item as usize].tier == tier).count();
        last > 0 && last < bundle.items.len()
    });
    let tiers = parts.levels[..levels].iter().all(|level| matches!(level, Level::Tier(_)));
    if tied || !tiers || parts.items.iter().all(|item| item.tier == tier) {
        return Ok(None);
    }
    let kept = Kept::of(index, tier);
    let Ok(problem) = index.problem.part(kept.parts) else { return Ok(None) };
    let all = |count: usize| (0..count as u32).collect::<Vec<u32>>();
    let (pools, caps, contacts) = (all(parts.pools.len()), all(parts.caps.len()), all(parts.contacts.len()));
    let groups = all(parts.groups.len());
    let numbers = Numbers {
        items: &kept.items,
        pools: &pools,
        caps: &caps,
        groups: &groups,
        bundles: &kept.bundles,
        partners: &kept.partners,
        contacts: &contacts,
        arcs: kept.arcs,
    };
    let start = start.map(|start| numbers.within(start));
    let options = Options { threads: 1, nodes_max: nodes_max.min(NODES_ABOVE_MAX) };
    match crate::solve(&problem, &options, start.as_ref(), &Quiet(control)) {
        Ok(solution) => Ok(Some(Above {
            plan: numbers.of_whole(&solution.plan),
            components: solution.certificate.components.into_iter().map(|of| numbers.component(of)).collect(),
            reached: solution.bound.0[..levels].to_vec(),
            nodes: solution.nodes,
        })),
        Err(SolveError::Cancelled) => Err(Cancelled),
        Err(SolveError::Component(_)) => Ok(None),
    }
}

/// The parts of the items that are not of a tier, and what their numbers are in the component.
struct Kept {
    parts: ProblemParts,
    items: Vec<u32>,
    arcs: Vec<u32>,
    bundles: Vec<u32>,
    partners: Vec<u32>,
}

impl Kept {
    fn of(index: &Index<'_>, tier: u8) -> Self {
        let all = index.parts();
        let mut kept = Self {
            parts: ProblemParts {
                levels: all.levels.clone(),
                pools: all.pools.clone(),
                caps: all.caps.clone(),
                groups: all.groups.clone(),
                contacts: all.contacts.clone(),
                first: vec![0],
                ..ProblemParts::default()
            },
            items: Vec::new(),
            arcs: Vec::new(),
            bundles: Vec::new(),
            partners: Vec::new(),
        };
        let parts = &mut kept.parts;
        for (nth, item) in (0_u32..).zip(&all.items).filter(|(_, item)| item.tier != tier) {
            for arc in index.problem.arcs(nth) {
                let own = parts.arc_pool.len() as u32;
                parts.draws.extend(index.draws(arc as u32).iter().map(|pool| (own, *pool)));
                parts.arc_pool.push(all.arc_pool[arc]);
                parts.arc_distance.push(all.arc_distance[arc]);
                kept.arcs.push(arc as u32);
            }
            parts.items.push(*item);
            parts.first.push(parts.arc_pool.len() as u32);
            kept.items.push(nth);
        }
        let of = |items: &[u32]| -> Vec<u32> {
            items.iter().filter_map(|item| kept.items.binary_search(item).ok().map(|place| place as u32)).collect()
        };
        for (nth, bundle) in (0_u32..).zip(&all.bundles) {
            let items = of(&bundle.items);
            if !items.is_empty() {
                kept.bundles.push(nth);
                parts.bundles.push(wishwell_allocation::Bundle { items });
            }
        }
        for (nth, bound) in (0_u32..).zip(&all.partners) {
            let items = of(&bound.items);
            if !items.is_empty() {
                kept.partners.push(nth);
                parts.partners.push(wishwell_allocation::Partners { items, ..bound.clone() });
            }
        }
        kept
    }
}
