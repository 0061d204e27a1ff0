//! A component's tree: every decision divides the plans in two kinds that leave none out, so each plan belongs to a leaf, and the best
//! of the leaves' flows bounds them all. The components' bounds add up, level by level.

use super::cut;
use super::decided::Decided;
use super::fault::{Faults, Node, Rule, Subject};
use super::part::{Part, Places, Scope, Ties, verify_apart};
use super::priced;
use super::relaxed::Relaxed;
use super::slackness::Claim;
use super::steps::WholeSteps;
use super::totals::Totals;
use crate::certificate::{Branch, Certificate, Component, Decision, Proof};
use crate::limits::TIERS_MAX;
use crate::objective::{Level, Objective};
use crate::problem::Problem;

/// What no plan exceeds, with the number of leaves that say so. Faults say where the certificate proves nothing.
pub(super) fn verify(problem: &Problem, certificate: &Certificate, faults: &mut Faults) -> Option<(Objective, usize)> {
    let ties = Ties::of(problem.parts());
    let mut leaves = 0;
    let bound = sum(problem, &certificate.components, Scope::Whole, &ties, 0, &mut leaves, faults)?;
    Some((bound, leaves))
}

/// The sum of the bounds of components that share nothing.
fn sum(
    problem: &Problem,
    components: &[Component],
    scope: Scope<'_>,
    ties: &Ties,
    depth: u8,
    leaves: &mut usize,
    faults: &mut Faults,
) -> Option<Objective> {
    let places = Places::of(problem, components, faults)?;
    if depth == 0 {
        faults.about(Subject::Plan);
    }
    verify_apart(problem, &places, scope, faults);
    let mut bound = vec![0_i128; problem.parts().levels.len()];
    for (number, component) in components.iter().enumerate() {
        let part = Part::new(problem, component, number, &places, ties);
        let best = of_component(&part, number, depth, leaves, faults)?;
        for (sum, level) in bound.iter_mut().zip(best.0) {
            *sum = sum.checked_add(level)?;
        }
    }
    Some(Objective(bound))
}

/// The lowest of what is said of a component: all of it holds.
fn of_component(
    part: &Part<'_>,
    number: usize,
    depth: u8,
    leaves: &mut usize,
    faults: &mut Faults,
) -> Option<Objective> {
    let steps = WholeSteps::of(part);
    let mut bound = best_leaf(part, number, &steps, leaves, faults)?;
    let component = part.component;
    let mut first = None;
    if !component.above.is_empty() {
        faults.about(Subject::Component(number));
        let (tier, levels) = last_tier(part).filter(|_| depth < TIERS_MAX).or_else(|| {
            faults.say(Rule::NothingAbove);
            None
        })?;
        let scope = Scope::Above(component, tier);
        let above = sum(part.problem, &component.above, scope, part.ties, depth + 1, leaves, faults)?;
        let of_tiers = above.0[..levels].to_vec();
        bound = bound.min(steps.bound_above(&of_tiers));
        first = Some(of_tiers);
    }
    if let Some(prices) = &component.priced {
        faults.about(Subject::Component(number));
        bound = bound.min(priced::bound(part, prices, first.as_deref(), &steps, faults)?);
    }
    Some(bound)
}

/// The tier of a component's items whose level comes last, and how many levels come before it, if all of these are tiers.
fn last_tier(part: &Part<'_>) -> Option<(u8, usize)> {
    let parts = part.parts();
    let place = |tier: u8| parts.levels.iter().position(|level| *level == Level::Tier(tier)).unwrap_or(0);
    let tiers = part.component.items.iter().map(|item| parts.items[*item as usize].tier);
    let (levels, tier) = tiers.map(|tier| (place(tier), tier)).max()?;
    parts.levels[..levels].iter().all(|level| matches!(level, Level::Tier(_))).then_some((tier, levels))
}

/// What is still to be done, last first: a stack of its own, because a tree may be deeper than the thread's stack.
enum Step<'a> {
    Decide(Decision, bool),
    Visit(&'a Branch),
    Undo,
}

/// The lexicographic maximum over a component's leaves.
fn best_leaf(
    part: &Part<'_>,
    number: usize,
    steps_of_tiers: &WholeSteps,
    leaves: &mut usize,
    faults: &mut Faults,
) -> Option<Objective> {
    let mut steps = vec![Step::Visit(&part.component.root)];
    let mut path: Vec<(Decision, bool)> = Vec::new();
    let mut best: Option<Objective> = None;
    let (first, before) = (*leaves, faults.len());
    while let Some(step) = steps.pop() {
        if faults.is_full() {
            return None;
        }
        faults.about(Subject::Leaf { component: number, leaf: *leaves - first });
        match step {
            Step::Decide(on, holds) => path.push((on, holds)),
            Step::Undo => {
                path.pop();
            }
            Step::Visit(Branch::Fork { on, yes, no }) => {
                for (holds, branch) in [(false, no), (true, yes)] {
                    steps.push(Step::Undo);
                    steps.push(Step::Visit(branch));
                    steps.push(Step::Decide(*on, holds));
                }
            }
            Step::Visit(Branch::Leaf(proof)) => {
                *leaves += 1;
                best = best.max(leaf(part, &path, proof, faults).map(|reached| steps_of_tiers.bound(reached)));
            }
            Step::Visit(Branch::Impossible(cut)) => {
                *leaves += 1;
                if let Some(decided) = Decided::of(part, &path, faults) {
                    cut::verify(part, &decided, &Relaxed::of(part, &decided), cut, faults);
                }
            }
        }
    }
    if best.is_none() && faults.len() == before {
        faults.say(Rule::NoBound);
    }
    best
}

/// What the leaf's flow reaches, which is the most that any flow, and so any plan, of its kind reaches.
fn leaf(part: &Part<'_>, path: &[(Decision, bool)], proof: &Proof, faults: &mut Faults) -> Option<Objective> {
    let decided = Decided::of(part, path, faults)?;
    let relaxed = Relaxed::of(part, &decided);
    let totals = Totals::of(part, &proof.flow, faults)?;
    feasible(part, &decided, &relaxed, &totals, faults);
    Claim { part, decided: &decided, relaxed: &relaxed, proof, totals: &totals }.verify(faults);
    let objective = totals.objective(part);
    if objective.is_none() {
        faults.say(Rule::Overflow(Node::Item(0)));
    }
    objective
}

/// The flow carries nowhere more than is asked or than there is, and serves what is decided to be served. That it uses open arcs alone
/// is seen where the arcs are gone through.
fn feasible(part: &Part<'_>, decided: &Decided, relaxed: &Relaxed, totals: &Totals, faults: &mut Faults) {
    let (parts, component) = (part.parts(), part.component);
    let mut within = |node: Node, units: u64, most: u64| {
        if units > most {
            faults.say(Rule::TooMuch { node, units, most });
        }
    };
    for (item, units) in component.items.iter().zip(&totals.items) {
        within(Node::Item(*item as usize), *units, parts.items[*item as usize].quantity);
    }
    for (at, (pool, units)) in component.pools.iter().zip(&totals.pools).enumerate() {
        within(Node::Pool(*pool as usize), *units, relaxed.room.of_pool(at));
    }
    for (at, (cap, units)) in component.caps.iter().zip(&totals.caps).enumerate() {
        within(Node::Cap(*cap as usize), *units, relaxed.room.of_cap(at));
    }
    for item in &decided.served {
        let units = part.item(*item).map_or(0, |at| totals.items[at]);
        if units != parts.items[*item as usize].quantity {
            faults.say(Rule::Unserved(*item as usize));
        }
    }
}
