//! Minimum-cost flows of random networks, against successive shortest paths by Bellman and Ford.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod random;

use random::Random;
use wishwell_solver::Unwatched;
use wishwell_solver::simplex::{Network, NetworkArc, NetworkError, NetworkFlow};

const FAR: i128 = i128::MAX / 4;

/// The cheapest cost, by the obvious slow way: fill what earns, then send what is left over shortest paths, one by one.
fn slow(network: &Network) -> Option<i128> {
    let nodes = network.supplies().len();
    let mut left: Vec<i128> = network.supplies().iter().map(|units| i128::from(*units)).collect();
    let mut residual = Vec::new();
    let mut cost = 0_i128;
    for arc in network.arcs() {
        let upper = i128::from(arc.upper?);
        let at = if arc.cost < 0 { upper } else { i128::from(arc.lower) };
        if upper < i128::from(arc.lower) {
            return None;
        }
        cost += at * i128::from(arc.cost);
        left[arc.tail as usize] -= at;
        left[arc.head as usize] += at;
        residual.push((arc.tail as usize, arc.head as usize, upper - at, i128::from(arc.cost)));
        residual.push((arc.head as usize, arc.tail as usize, at - i128::from(arc.lower), -i128::from(arc.cost)));
    }
    if left.iter().sum::<i128>() != 0 {
        return None;
    }
    while let Some(from) = left.iter().position(|units| *units > 0) {
        let mut way = vec![(FAR, usize::MAX); nodes];
        way[from].0 = 0;
        for _ in 0..nodes {
            for (nth, (tail, head, room, price)) in residual.iter().enumerate() {
                if *room > 0 && way[*tail].0 < FAR && way[*tail].0 + price < way[*head].0 {
                    way[*head] = (way[*tail].0 + price, nth);
                }
            }
        }
        let to = (0..nodes).filter(|node| left[*node] < 0 && way[*node].0 < FAR).min_by_key(|node| way[*node].0)?;
        let (mut node, mut units) = (to, left[from].min(-left[to]));
        while node != from {
            units = units.min(residual[way[node].1].2);
            node = residual[way[node].1].0;
        }
        node = to;
        while node != from {
            let nth = way[node].1;
            residual[nth].2 -= units;
            residual[nth ^ 1].2 += units;
            node = residual[nth].0;
        }
        left[from] -= units;
        left[to] += units;
        cost += units * way[to].0;
    }
    Some(cost)
}

/// That the flow is one, and that its prices prove that none is cheaper.
fn verify(network: &Network, found: &NetworkFlow) {
    let mut left = network.supplies().to_vec();
    let mut cost = 0;
    for (arc, units) in network.arcs().iter().zip(&found.flows) {
        assert!(arc.lower <= *units && arc.upper.is_none_or(|upper| *units <= upper));
        left[arc.tail as usize] -= units;
        left[arc.head as usize] += units;
        cost += i128::from(*units) * i128::from(arc.cost);
        let change = i128::from(arc.cost) + found.prices[arc.head as usize] - found.prices[arc.tail as usize];
        assert!(change >= 0 || arc.upper == Some(*units));
        assert!(change <= 0 || arc.lower == *units);
    }
    assert!(left.iter().all(|units| *units == 0));
    assert_eq!(cost, found.cost);
}

fn random_network(random: &mut Random, nodes: u64, arcs: u64) -> Network {
    let mut supplies = vec![0_i64; nodes as usize];
    for _ in 0..random.below(3) {
        let units = random.below(20) as i64;
        supplies[random.below(nodes) as usize] += units;
        supplies[random.below(nodes) as usize] -= units;
    }
    let mut network = Network::new(supplies);
    let (least, most) = (random.below(2) * 10, random.below(30) + 1);
    for _ in 0..random.below(arcs + 1) {
        let lower = if random.once_in(6) { random.below(4) as i64 } else { 0 };
        network.add(NetworkArc {
            tail: random.below(nodes) as u32,
            head: random.below(nodes) as u32,
            lower,
            upper: Some(lower + random.below(most) as i64),
            cost: random.below(40) as i64 - least as i64,
        });
    }
    network
}

#[test]
fn flows_cost_what_shortest_paths_cost_and_their_prices_prove_it() {
    let mut random = Random(7);
    let (mut feasible, mut infeasible) = (0, 0);
    for round in 0..6_000 {
        let (nodes, arcs) = if round % 10 == 0 { (30, 200) } else { (7, 24) };
        let network = random_network(&mut random, 1 + nodes, arcs);
        match (network.solve(&Unwatched), slow(&network)) {
            (Ok(found), Some(cost)) => {
                verify(&network, &found);
                assert_eq!(found.cost, cost, "{network:?}");
                assert_eq!(network.solve(&Unwatched).unwrap(), found);
                feasible += 1;
            }
            (Err(NetworkError::Infeasible), None) => infeasible += 1,
            (found, slow) => panic!("{found:?} but {slow:?} of {network:?}"),
        }
    }
    assert!(feasible > 1_000 && infeasible > 1_000);
}

fn path(upper: Option<i64>, cost: i64, units: i64) -> Network {
    let mut network = Network::new(vec![units, 0, -units]);
    network.add(NetworkArc { tail: 0, head: 1, lower: 0, upper, cost });
    network.add(NetworkArc { tail: 1, head: 2, lower: 0, upper: None, cost });
    network
}

#[test]
fn costs_and_quantities_at_the_edge_are_exact_or_refused() {
    let large = 1 << 40;
    let found = path(None, i64::MAX, large).solve(&Unwatched).unwrap();
    assert_eq!(found.cost, 2 * i128::from(large) * i128::from(i64::MAX));
    let earns = path(Some(large), i64::MIN, large).solve(&Unwatched).unwrap();
    assert_eq!(earns.cost, 2 * i128::from(large) * i128::from(i64::MIN));
    assert_eq!(path(None, 1, i64::MAX).solve(&Unwatched), Err(NetworkError::TooLarge));
    assert_eq!(path(Some(large - 1), 1, large).solve(&Unwatched), Err(NetworkError::Infeasible));
    assert_eq!(Network::new(vec![1, 0]).solve(&Unwatched), Err(NetworkError::Infeasible));
    assert_eq!(Network::new(Vec::new()).solve(&Unwatched).unwrap().cost, 0);
    assert_eq!(Network::new(vec![3, -3]).solve(&Unwatched), Err(NetworkError::Infeasible));
}

#[test]
fn a_cycle_that_earns_without_a_bound_is_told() {
    let mut network = Network::new(vec![0, 0]);
    network.add(NetworkArc { tail: 0, head: 1, lower: 0, upper: None, cost: -2 });
    network.add(NetworkArc { tail: 1, head: 0, lower: 0, upper: None, cost: 1 });
    assert_eq!(network.solve(&Unwatched), Err(NetworkError::Unbounded));
    let mut network = Network::new(vec![0, 0]);
    network.add(NetworkArc { tail: 0, head: 1, lower: 0, upper: None, cost: -2 });
    network.add(NetworkArc { tail: 1, head: 0, lower: 0, upper: Some(5), cost: 1 });
    assert_eq!(network.solve(&Unwatched).unwrap().cost, -5);
}

#[test]
fn arcs_of_nodes_that_are_not_there_are_told() {
    let mut network = Network::new(vec![0]);
    network.add(NetworkArc { tail: 0, head: 1, lower: 0, upper: None, cost: 0 });
    assert_eq!(network.solve(&Unwatched), Err(NetworkError::UnknownNode(0)));
    assert_eq!(NetworkError::UnknownNode(0).to_string(), "arcs[0] names a node that is not there");
}
