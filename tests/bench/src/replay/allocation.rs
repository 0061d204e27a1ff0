//! Rounds as one allocation each, instead of one donation after another.

use super::clock::{Open, Rule, Shipment};
use super::direct;
use super::pairs::{Pairs, Policy};
use super::world::World;

/// Who finds the plan of a round.
pub(super) trait Planner {
    /// People before units, then the least distance, among the pairs that are allowed.
    fn plan(&mut self, world: &World, pairs: &Pairs) -> Vec<Shipment>;
}

/// Allocates each round as a whole.
pub(super) struct Allocation<'a> {
    pub(super) policy: Policy,
    pub(super) planner: &'a mut dyn Planner,
}

impl Rule for Allocation<'_> {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        let pairs = Pairs::of(world, open, &self.policy);
        if pairs.pairs.is_empty() { Vec::new() } else { self.planner.plan(world, &pairs) }
    }
}

/// Allocates each round for the greatest fill less miles at a price: a sum instead of levels.
#[derive(Debug)]
pub(super) struct Priced {
    /// So many unit-miles are worth as much as filling a request.
    pub(super) unit_miles_of_request: u64,
}

impl Rule for Priced {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        let pairs = Pairs::of(world, open, &Policy::default());
        if pairs.pairs.is_empty() {
            return Vec::new();
        }
        let mile = direct::VALUE_MAX as f64 / self.unit_miles_of_request as f64;
        let problem = direct::priced_problem(&pairs, |_, asked| direct::VALUE_MAX / asked, mile);
        direct::priced_shipments(&pairs, &problem, &direct::solve_priced(&problem))
    }
}

/// The solver, called in this process: for tests, which start no service.
#[cfg(test)]
#[derive(Debug)]
pub(super) struct Solver;

#[cfg(test)]
impl Planner for Solver {
    fn plan(&mut self, _: &World, pairs: &Pairs) -> Vec<Shipment> {
        direct::shipments(pairs, &direct::solve(&direct::problem_of_people(pairs)))
    }
}
