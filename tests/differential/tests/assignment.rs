//! The network simplex on published instances, against their published optima.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;

use wishwell_solver::Unwatched;
use wishwell_solver::simplex::{Network, NetworkArc};

fn numbers(text: &str) -> Vec<i64> {
    text.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

/// The network of a DIMACS `min` file; nodes are numbered from 1 there.
fn dimacs(text: &str) -> Network {
    let mut supplies = Vec::new();
    let mut arcs = Vec::new();
    for line in text.lines() {
        match line.split_at_checked(1) {
            Some(("p", rest)) => supplies = vec![0; numbers(rest.trim_start().trim_start_matches("min"))[0] as usize],
            Some(("n", rest)) => {
                let [node, units] = numbers(rest)[..] else { panic!("{line}") };
                supplies[node as usize - 1] = units;
            }
            Some(("a", rest)) => {
                let [tail, head, lower, upper, cost] = numbers(rest)[..] else { panic!("{line}") };
                arcs.push(NetworkArc { tail: tail as u32 - 1, head: head as u32 - 1, lower, upper: Some(upper), cost });
            }
            _ => {}
        }
    }
    let mut network = Network::new(supplies);
    for arc in arcs {
        network.add(arc);
    }
    network
}

/// The network of a dense assignment: each of the first half gives one to one of the second.
fn assignment(text: &str) -> Network {
    let all = numbers(text);
    let size = all[0] as usize;
    let mut network = Network::new((0..2 * size).map(|node| if node < size { 1 } else { -1 }).collect());
    for (nth, cost) in all[1..=size * size].iter().enumerate() {
        let (tail, head) = ((nth / size) as u32, (size + nth % size) as u32);
        network.add(NetworkArc { tail, head, lower: 0, upper: Some(1), cost: *cost });
    }
    network
}

fn optima(folder: &Path) -> Vec<(String, i128)> {
    let table = std::fs::read_to_string(folder.join("optima.csv")).unwrap();
    let rows = table.lines().skip(1).map(|row| {
        let (file, _) = row.split_once(',').unwrap();
        let (_, optimum) = row.rsplit_once(',').unwrap();
        (file.to_owned(), optimum.parse().unwrap())
    });
    rows.collect()
}

#[test]
fn the_simplex_meets_every_published_optimum() {
    let folder = wishwell_test_support::data_or_skip!("assignment");
    let optima = optima(&folder);
    assert!(!optima.is_empty());
    for (file, optimum) in optima {
        let text = std::fs::read_to_string(folder.join(&file)).unwrap();
        let network = if file.ends_with(".dmx") { dimacs(&text) } else { assignment(&text) };
        let found = network.solve(&Unwatched).unwrap();
        assert_eq!(found.cost, optimum, "{file}");
        for (arc, units) in network.arcs().iter().zip(&found.flows) {
            let change = i128::from(arc.cost) + found.prices[arc.head as usize] - found.prices[arc.tail as usize];
            assert!(change >= 0 || arc.upper == Some(*units), "{file}");
            assert!(change <= 0 || arc.lower == *units, "{file}");
        }
    }
}
