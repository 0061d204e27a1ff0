//! The answer to any problem: taken apart into its independent components, each solved by what suits it, put together again.

use wishwell_allocation::{Branch, Certificate, Component, Objective, Plan, Prices, Problem, ProblemError, Proof};

use crate::components::Components;
use crate::control::{Cancelled, Control};
use crate::numbers::Numbers;
use crate::simplex::{Outcome, Relaxed};
use crate::{integer, parallel, transport};

/// How to solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads to work on. The answer does not depend on how many.
    pub threads: usize,
    /// Most nodes of each component's tree of decisions, for what needs whole numbers; at least one is looked at.
    pub nodes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, nodes_max: 1_000 }
    }
}

/// A plan with what proves how good it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The best plan found.
    pub plan: Plan,
    /// The proof of the bound.
    pub certificate: Certificate,
    /// What the plan reaches.
    pub objective: Objective,
    /// What no plan exceeds.
    pub bound: Objective,
    /// Whether no plan does better: the plan reaches the bound. Always so for a flow.
    pub optimal: bool,
    /// Nodes of all trees of decisions together.
    pub nodes: u64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SolveError {
    /// It was asked to stop.
    Cancelled,
    /// A component is not a problem by itself: a fault of the solver, told instead of a wrong answer.
    Component(ProblemError),
}

impl std::fmt::Display for SolveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancelled => Cancelled.fmt(f),
            Self::Component(error) => write!(f, "a component is not a problem by itself: {error}"),
        }
    }
}

impl std::error::Error for SolveError {}

impl From<Cancelled> for SolveError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What came of one component, in its own numbers.
enum Part {
    Flow(Plan, Prices),
    Whole(Box<integer::Answer>),
}

/// The best plan that can be found, and the proof of how good it is: optimal for flows, and for the rest as far as the options' bound
/// of nodes allows. `start` is a plan to begin with where whole numbers are needed: what of it is feasible is taken over.
///
/// # Errors
///
/// [`SolveError::Cancelled`], if `control` asked to stop.
pub fn solve(
    problem: &Problem,
    options: &Options,
    start: Option<&Plan>,
    control: &dyn Control,
) -> Result<Solution, SolveError> {
    if transport::handles(problem) {
        let transport::Solution { plan, prices } = transport::solve(problem, options.threads, control)?;
        return Ok(of_flow(problem, plan, prices));
    }
    let components = Components::of(problem);
    let parts = parallel::each(
        &components.by_size(),
        options.threads,
        || (),
        |(), component| solve_component(problem, &components, component, options, start, control),
    );
    let parts = parts.into_iter().collect::<Result<Vec<Part>, SolveError>>()?;
    Ok(join(problem, &components, parts))
}

fn of_flow(problem: &Problem, plan: Plan, prices: Prices) -> Solution {
    let parts = problem.parts();
    let all = |count: usize| (0..count as u32).collect();
    let objective = Objective::of(problem, &plan);
    let component = Component {
        items: all(parts.items.len()),
        pools: all(parts.pools.len()),
        caps: all(parts.caps.len()),
        groups: all(parts.groups.len()),
        root: Branch::Leaf(Box::new(Proof { flow: plan.clone(), prices })),
        priced: None,
        above: Vec::new(),
    };
    Solution {
        plan,
        certificate: Certificate { components: vec![component] },
        bound: objective.clone(),
        objective,
        optimal: true,
        nodes: 1,
    }
}

fn solve_component(
    problem: &Problem,
    components: &Components,
    component: u32,
    options: &Options,
    start: Option<&Plan>,
    control: &dyn Control,
) -> Result<Part, SolveError> {
    let part = problem.part(components.extract(problem, component)).map_err(SolveError::Component)?;
    let start = start.map(|start| Numbers::of(problem, components, component).within(start));
    if part.is_flow() {
        let (plan, prices) = solve_flow(&part, start, control)?;
        return Ok(Part::Flow(plan, prices));
    }
    let answer = integer::solve(&part, options.nodes_max, start.as_ref(), control)?;
    control.settled(part.parts().items.len() as u64);
    Ok(Part::Whole(Box::new(answer)))
}

fn solve_flow(part: &Problem, start: Option<Plan>, control: &dyn Control) -> Result<(Plan, Prices), Cancelled> {
    if transport::handles(part) {
        let transport::Solution { plan, prices } = transport::solve(part, 1, control)?;
        return Ok((plan, prices));
    }
    match Relaxed::all_of(part).solve_from(part, &start.unwrap_or_default(), control)? {
        Outcome::Optimal(plan, prices) => {
            control.settled(part.parts().items.len() as u64);
            Ok((plan, prices))
        }
        Outcome::Impossible(_) => unreachable!("serving nobody is feasible where nobody is required"),
    }
}

/// Joins all flows to one component with one leaf; what needed whole numbers keeps its own tree.
fn join(problem: &Problem, components: &Components, parts: Vec<Part>) -> Solution {
    let mut flows = Flows::default();
    let mut plan = Vec::new();
    let mut certificate = Certificate { components: Vec::new() };
    let mut above = vec![0_i128; problem.parts().levels.len()];
    let mut nodes = 0;
    for (component, part) in (0_u32..).zip(parts) {
        let numbers = Numbers::of(problem, components, component);
        match part {
            Part::Flow(flow, prices) => flows.add(components, component, &numbers.of_whole(&flow), &prices),
            Part::Whole(answer) => {
                plan.extend_from_slice(numbers.of_whole(&answer.plan).flows());
                for (above, (bound, reached)) in above.iter_mut().zip(answer.bound.0.iter().zip(&answer.objective.0)) {
                    *above += bound - reached;
                }
                nodes += answer.nodes;
                certificate.components.push(Component {
                    items: components.items(component).to_vec(),
                    pools: components.pools(component).to_vec(),
                    caps: components.caps(component).to_vec(),
                    groups: components.groups(component).to_vec(),
                    root: numbers.branch(answer.root),
                    priced: answer.priced,
                    above: answer.above.into_iter().map(|of| numbers.component(of)).collect(),
                });
            }
        }
    }
    if !flows.items.is_empty() {
        nodes += 1;
        plan.extend_from_slice(&flows.plan);
        certificate.components.push(flows.component());
    }
    let plan = Plan::new(plan);
    let objective = Objective::of(problem, &plan);
    let optimal = above.iter().all(|above| *above == 0);
    let bound = Objective(objective.0.iter().zip(above).map(|(reached, above)| reached + above).collect());
    Solution { plan, certificate, objective, bound, optimal, nodes }
}

/// The components that are flows, together.
#[derive(Default)]
struct Flows {
    items: Vec<u32>,
    pools: Vec<(u32, i128)>,
    caps: Vec<(u32, i128)>,
    groups: Vec<(u32, i128)>,
    plan: Vec<(u32, u64)>,
}

impl Flows {
    fn add(&mut self, components: &Components, component: u32, flow: &Plan, prices: &Prices) {
        let priced = |of: &[u32], prices: &[i128]| of.iter().copied().zip(prices.iter().copied()).collect::<Vec<_>>();
        self.items.extend_from_slice(components.items(component));
        self.pools.extend(priced(components.pools(component), &prices.pools));
        self.caps.extend(priced(components.caps(component), &prices.caps));
        self.groups.extend(priced(components.groups(component), &prices.groups));
        self.plan.extend_from_slice(flow.flows());
    }

    fn component(mut self) -> Component {
        self.items.sort_unstable();
        let apart = |mut priced: Vec<(u32, i128)>| -> (Vec<u32>, Vec<i128>) {
            priced.sort_unstable_by_key(|(nth, _)| *nth);
            priced.into_iter().unzip()
        };
        let (pools, pool_prices) = apart(self.pools);
        let (caps, cap_prices) = apart(self.caps);
        let (groups, group_prices) = apart(self.groups);
        let prices = Prices { pools: pool_prices, caps: cap_prices, groups: group_prices };
        let proof = Proof { flow: Plan::new(self.plan), prices };
        Component {
            items: self.items,
            pools,
            caps,
            groups,
            root: Branch::Leaf(Box::new(proof)),
            priced: None,
            above: Vec::new(),
        }
    }
}
