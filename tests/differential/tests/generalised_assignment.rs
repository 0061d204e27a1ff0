//! The generalised assignment solver on published instances, against their published optima.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use wishwell_allocation::assignment_check::{
    AssignmentClaim, AssignmentMultipliers, AssignmentProblem, check_assignment,
};
use wishwell_instances::orlib::GeneralisedAssignment;
use wishwell_solver::Unwatched;
use wishwell_solver::gap::{Instance, Limits, solve};

/// Those that take seconds to minutes; `tests/bench/run collection` solves them.
const SLOW: [&str; 4] = ["chu1997/d10100", "chu1997/d10200", "chu1997/d20100", "chu1997/d20200"];

#[test]
fn published_instances_are_proven_to_their_published_optima() {
    let folder = wishwell_test_support::data_or_skip!("gap");
    let table = std::fs::read_to_string(folder.join("best_known.csv")).unwrap();
    let mut solved = 0;
    for row in table.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let (name, optimum) = (fields[0], fields[6]);
        if SLOW.contains(&name) {
            continue;
        }
        let read = GeneralisedAssignment::parse(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
        let GeneralisedAssignment { agents, jobs, costs, weights, capacities } = &read;
        let instance = Instance::new(*agents, *jobs, costs.clone(), weights.clone(), capacities.clone()).unwrap();
        let problem = AssignmentProblem { agents: *agents, jobs: *jobs, costs, weights, capacities };
        let outcome = solve(&instance, &Limits::default(), &Unwatched);
        let optimum: i64 = optimum.parse().unwrap();
        assert_eq!((outcome.cost, outcome.bound, outcome.proven), (Some(optimum), Some(optimum), true), "{name}");
        let root = outcome.root.as_ref().unwrap();
        let multipliers =
            AssignmentMultipliers { scale: root.scale, of_jobs: &root.multipliers, divisors: &root.divisors };
        let claim = AssignmentClaim {
            assignment: outcome.assignment.as_deref().zip(outcome.cost),
            bound: outcome.bound,
            multipliers: Some(multipliers),
        };
        let checked = check_assignment(&problem, &claim).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        // The multipliers alone leave less than half of one per cent.
        assert!(optimum - checked.bound_checked.unwrap() <= optimum / 200, "{name}: {checked:?}");
        solved += 1;
    }
    assert_eq!(solved, 80);
}
