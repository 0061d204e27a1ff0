//! The real collections are read whole.

#![allow(clippy::unwrap_used)]

use std::fs;

use wishwell_instances::dimacs::MinCostFlow;
use wishwell_instances::orlib::{Assignment, GeneralisedAssignment};
use wishwell_test_support::data_or_skip;

#[test]
fn every_assignment_and_flow_of_the_collection_is_read() {
    let folder = data_or_skip!("assignment");
    for (file, rows) in [("assign100.txt", 100), ("assign200.txt", 200), ("assign300.txt", 300), ("assign400.txt", 400)]
    {
        let read = Assignment::parse(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        assert_eq!(read.rows, rows, "{file}");
        assert_eq!(read.problem().unwrap().parts().arc_pool.len(), rows * rows);
    }
    for (file, nodes, arcs) in [("sample.dmx", 4, 4), ("Network1.dmx", 501, 4_008), ("netgen_cap_400.dmx", 400, 1_298)]
    {
        let read = MinCostFlow::parse(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        assert_eq!((read.supply.len(), read.arcs.len()), (nodes, arcs), "{file}");
        let allocation = read.problem().unwrap();
        let room = allocation.problem.parts().pools.iter().flat_map(|pool| &pool.segments).map(|segment| segment.units);
        assert_eq!(i128::from(room.sum::<u64>()), allocation.asked, "{file}");
    }
}

#[test]
fn every_generalised_assignment_of_the_collection_is_read() {
    let folder = data_or_skip!("gap");
    let table = fs::read_to_string(folder.join("best_known.csv")).unwrap();
    let mut count = 0;
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let read = GeneralisedAssignment::parse(&fs::read_to_string(folder.join(fields[0])).unwrap()).unwrap();
        assert_eq!(read.jobs.to_string(), fields[3], "{}", fields[0]);
        assert_eq!(read.agents.to_string(), fields[4], "{}", fields[0]);
        count += 1;
    }
    assert_eq!(count, 84);
}
