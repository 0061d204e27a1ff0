//! The optima of the public collection are met, and proven.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use wishwell_allocation::{Objective, Problem, check};
use wishwell_instances::dimacs::MinCostFlow;
use wishwell_instances::orlib::Assignment;
use wishwell_solver::{Options, Unwatched, solve};
use wishwell_test_support::data_or_skip;

/// What the optimum reaches, by a certificate that holds, and the same on one thread and on two.
fn optimum(problem: &Problem) -> Objective {
    let solution = solve(problem, &Options::default(), None, &Unwatched).unwrap();
    let on_two = solve(problem, &Options { threads: 2, ..Options::default() }, None, &Unwatched).unwrap();
    assert!(solution == on_two, "the answer depends on the number of threads");
    let verdict = check(problem, &solution.plan, &solution.certificate).unwrap();
    assert!(verdict.optimal);
    verdict.objective
}

#[test]
fn every_optimum_of_the_collection_is_met_and_proven() {
    let folder = data_or_skip!("assignment");
    let table = fs::read_to_string(folder.join("optima.csv")).unwrap();
    let optima: BTreeMap<&str, i128> = table
        .lines()
        .skip(1)
        .map(|line| (line.split(',').next().unwrap(), line.rsplit(',').next().unwrap().parse().unwrap()))
        .collect();
    assert_eq!(optima.len(), 7);
    for (file, known) in optima {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let cost = if file.ends_with(".dmx") {
            let allocation = MinCostFlow::parse(&text).unwrap().problem().unwrap();
            allocation.cost(&optimum(&allocation.problem))
        } else {
            let assignment = Assignment::parse(&text).unwrap();
            let reached = optimum(&assignment.problem().unwrap());
            (reached.0[0] == assignment.rows as i128).then(|| -reached.0[2])
        };
        assert_eq!(cost, Some(known), "{file}");
    }
}
