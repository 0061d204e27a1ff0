//! The obvious slow ways of finding an optimal transport, and of telling whether prices prove one.
#![allow(dead_code, reason = "each test uses its share")]

use wishwell_allocation::{Level, Objective, Plan, Prices, Problem};

struct Edge {
    from: usize,
    to: usize,
    room: u64,
    cost: i128,
}

/// Successive shortest paths by Bellman and Ford over every node and segment, unit costs in the problem's weights.
pub(crate) fn successive_paths(problem: &Problem) -> Plan {
    let parts = problem.parts();
    let weight = |level| problem.weights().weight(level);
    let (items, pools) = (parts.items.len(), parts.pools.len());
    let (source, sink) = (items + pools, items + pools + 1);
    let mut edges: Vec<Edge> = Vec::new();
    let mut add = |from, to, room, cost| {
        edges.push(Edge { from, to, room, cost });
        edges.push(Edge { from: to, to: from, room: 0, cost: -cost });
    };
    for (arc, (pool, distance)) in parts.arc_pool.iter().zip(&parts.arc_distance).enumerate() {
        let item = parts.first.partition_point(|first| *first as usize <= arc) - 1;
        add(item, items + *pool as usize, u64::MAX / 4, weight(Level::Distance) * i128::from(*distance));
    }
    for (nth, item) in parts.items.iter().enumerate() {
        add(source, nth, item.quantity, -weight(Level::Tier(item.tier)) * i128::from(item.worth));
    }
    for (nth, pool) in parts.pools.iter().enumerate() {
        for segment in &pool.segments {
            add(items + nth, sink, segment.units, weight(Level::Load) * i128::from(segment.price));
        }
    }
    loop {
        let mut cost = vec![i128::MAX; sink + 1];
        let mut by = vec![usize::MAX; sink + 1];
        cost[source] = 0;
        let mut changed = true;
        while changed {
            changed = false;
            for (nth, edge) in edges.iter().enumerate() {
                if edge.room > 0 && cost[edge.from] < i128::MAX && cost[edge.from] + edge.cost < cost[edge.to] {
                    cost[edge.to] = cost[edge.from] + edge.cost;
                    by[edge.to] = nth;
                    changed = true;
                }
            }
        }
        if cost[sink] >= 0 {
            break;
        }
        let mut path = Vec::new();
        let mut at = sink;
        while at != source {
            path.push(by[at]);
            at = edges[by[at]].from;
        }
        let units = path.iter().map(|edge| edges[*edge].room).min().unwrap_or(0);
        for edge in path {
            edges[edge].room -= units;
            edges[edge ^ 1].room += units;
        }
    }
    Plan::new((0..parts.arc_pool.len()).map(|arc| (arc as u32, edges[2 * arc + 1].room)).collect())
}

/// The best objective of all plans, by trying every one.
pub(crate) fn exhaustive(problem: &Problem) -> Objective {
    fn from(problem: &Problem, arc: usize, flows: &mut Vec<(u32, u64)>, best: &mut Option<Objective>) {
        let parts = problem.parts();
        if arc == parts.arc_pool.len() {
            let objective = Objective::of(problem, &Plan::new(flows.clone()));
            if best.as_ref().is_none_or(|best| objective > *best) {
                *best = Some(objective);
            }
            return;
        }
        let item = parts.first.partition_point(|first| *first as usize <= arc) - 1;
        let pool = parts.arc_pool[arc];
        let served: u64 =
            flows.iter().filter(|(of, _)| problem.arcs(item as u32).contains(&(*of as usize))).map(|(_, u)| u).sum();
        let given: u64 =
            flows.iter().filter(|(of, _)| parts.arc_pool[*of as usize] == pool).map(|(_, units)| units).sum();
        let capacity: u64 = parts.pools[pool as usize].segments.iter().map(|segment| segment.units).sum();
        for units in 0..=(parts.items[item].quantity - served).min(capacity - given) {
            flows.push((arc as u32, units));
            from(problem, arc + 1, flows, best);
            flows.pop();
        }
    }
    let mut best = None;
    from(problem, 0, &mut Vec::new(), &mut best);
    best.unwrap_or_else(|| Objective::of(problem, &Plan::default()))
}

/// Asserts that a plan is feasible and that the prices prove it optimal.
pub(crate) fn assert_proven(problem: &Problem, plan: &Plan, prices: &Prices, name: &str) {
    let parts = problem.parts();
    let weight = |level| problem.weights().weight(level);
    let (mut served, mut given) = (vec![0_u64; parts.items.len()], vec![0_u64; parts.pools.len()]);
    let mut carried = vec![0_u64; parts.arc_pool.len()];
    for (arc, units) in plan.flows() {
        let item = parts.first.partition_point(|first| first <= arc) - 1;
        served[item] += units;
        given[parts.arc_pool[*arc as usize] as usize] += units;
        carried[*arc as usize] = *units;
    }
    assert_eq!(prices.pools.len(), parts.pools.len(), "{name}");
    for (nth, pool) in parts.pools.iter().enumerate() {
        let mut left = given[nth];
        for segment in &pool.segments {
            let price = weight(Level::Load) * i128::from(segment.price);
            let here = left.min(segment.units);
            assert!(here == segment.units || prices.pools[nth] <= price, "{name}: pool {nth} has room too dear");
            assert!(here == 0 || prices.pools[nth] >= price, "{name}: pool {nth} gives too cheaply");
            left -= here;
        }
        assert_eq!(left, 0, "{name}: pool {nth} gives more than it has");
    }
    for (nth, item) in parts.items.iter().enumerate() {
        let worth = weight(Level::Tier(item.tier)) * i128::from(item.worth);
        let gain = |arc: usize| {
            worth
                - weight(Level::Distance) * i128::from(parts.arc_distance[arc])
                - prices.pools[parts.arc_pool[arc] as usize]
        };
        let arcs = problem.arcs(nth as u32);
        let best = arcs.clone().map(gain).max().unwrap_or(0).max(0);
        assert!(served[nth] <= item.quantity, "{name}: item {nth} gets more than it asks");
        assert!(served[nth] == item.quantity || best == 0, "{name}: item {nth} lacks what would bring something");
        for arc in arcs {
            assert!(carried[arc] == 0 || gain(arc) == best, "{name}: arc {arc} is not the best of item {nth}");
        }
    }
}
