//! A component's tree: every decision divides the plans in two kinds that leave none out, so each plan belongs to a leaf, and the best
//! of the leaves' flows bounds them all. The components' bounds add up, level by level.

use super::cut;
use super::decided::Decided;
use super::fault::{Faults, Node, Rule, Subject};
use super::part::{Part, Places, Ties, verify_apart};
use super::relaxed::Relaxed;
use super::slackness::Claim;
use super::steps::WholeSteps;
use super::totals::Totals;
use crate::certificate::{Branch, Certificate, Decision, Proof};
use crate::objective::Objective;
use crate::problem::Problem;

/// What no plan exceeds, with the number of leaves that say so. Faults say where the certificate proves nothing.
pub(super) fn verify(problem: &Problem, certificate: &Certificate, faults: &mut Faults) -> Option<(Objective, usize)> {
    let places = Places::of(problem, &certificate.components, faults)?;
    faults.about(Subject::Plan);
    verify_apart(problem, &places, faults);
    let ties = Ties::of(problem.parts());
    let mut bound = vec![0_i128; problem.parts().levels.len()];
    let mut leaves = 0;
    for (number, component) in certificate.components.iter().enumerate() {
        let part = Part::new(problem, component, number, &places, &ties);
        let best = best_leaf(&part, number, &mut leaves, faults)?;
        for (sum, level) in bound.iter_mut().zip(best.0) {
            *sum = sum.checked_add(level)?;
        }
    }
    Some((Objective(bound), leaves))
}

/// What is still to be done, last first: a stack of its own, because a tree may be deeper than the thread's stack.
enum Step<'a> {
    Decide(Decision, bool),
    Visit(&'a Branch),
    Undo,
}

/// The lexicographic maximum over a component's leaves.
fn best_leaf(part: &Part<'_>, number: usize, leaves: &mut usize, faults: &mut Faults) -> Option<Objective> {
    let mut steps = vec![Step::Visit(&part.component.root)];
    let mut path: Vec<(Decision, bool)> = Vec::new();
    let mut best: Option<Objective> = None;
    let steps_of_tiers = WholeSteps::of(part);
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
