//! The flow of random allocations, against the same network said in the plainest way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod random;

use random::{Kind, Random, bind, transport};
use wishwell_allocation::{Level, Objective, Plan, Prices, Problem, Segment};
use wishwell_solver::Unwatched;
use wishwell_solver::simplex::{Network, NetworkArc, Outcome, Relaxed};

const SMALL: Kind = Kind {
    items: 7,
    pools: 5,
    tiers: 2,
    worths: &[1, 2],
    quantity: 4,
    capacity: 6,
    segments: 3,
    price: 3,
    arcs: 4,
    distance: 5,
};

const LARGE: Kind = Kind {
    items: 60,
    pools: 20,
    tiers: 4,
    worths: &[252, 840, 2520],
    quantity: 1 << 40,
    capacity: 1 << 40,
    segments: 4,
    price: 1 << 10,
    arcs: 8,
    distance: 1 << 30,
};

/// What the best flow reaches, weighted: source, groups, items, pools, caps and sink as the network is described.
fn plainest(problem: &Problem, relaxed: &Relaxed) -> Option<i128> {
    let parts = problem.parts();
    let weights = problem.weights();
    let weight = |level| weights.weight(level) as i64;
    let (items, groups) = (2_u32, 2 + parts.items.len() as u32);
    let pools = groups + parts.groups.len() as u32;
    let caps = pools + parts.pools.len() as u32;
    let asked: i64 = parts.items.iter().map(|item| item.quantity as i64).sum();
    let mut supplies = vec![0; caps as usize + parts.caps.len()];
    supplies[0] = asked;
    supplies[1] = -asked;
    let mut network = Network::new(supplies);
    let mut add = |tail, head, lower, upper, cost| network.add(NetworkArc { tail, head, lower, upper, cost });
    add(0, 1, 0, None, 0);
    for (nth, group) in (0..).zip(&parts.groups) {
        let above = group.group.map_or(0, |above| groups + above);
        add(above, groups + nth, 0, Some(group.guarantee as i64), -weight(Level::Guarantee));
        add(above, groups + nth, 0, None, 0);
    }
    for (nth, item) in (0_u32..).zip(&parts.items) {
        let quantity = item.quantity as i64;
        let least = relaxed.required.as_ref().map_or(0, |required| if required[nth as usize] { quantity } else { 0 });
        let worth = weight(Level::Tier(item.tier)) * i64::try_from(item.worth).unwrap();
        add(item.group.map_or(0, |group| groups + group), items + nth, least, Some(quantity), -worth);
        for arc in problem.arcs(nth) {
            if relaxed.usable.as_ref().is_none_or(|usable| usable.contains(&(arc as u32))) {
                let cost = weight(Level::Distance) * i64::from(parts.arc_distance[arc]);
                add(items + nth, pools + parts.arc_pool[arc], 0, None, cost);
            }
        }
    }
    let mut segments = |node, cap: Option<u32>, segments: &[Segment], most: u64| {
        let mut left = most;
        for segment in segments {
            let units = segment.units.min(left);
            left -= units;
            let cost = weight(Level::Load) * i64::from(segment.price);
            add(node, cap.map_or(1, |cap| caps + cap), 0, Some(units as i64), cost);
        }
    };
    for (nth, pool) in (0_u32..).zip(&parts.pools) {
        segments(pools + nth, pool.cap, &pool.segments, relaxed.pools[nth as usize]);
    }
    for (nth, cap) in (0_u32..).zip(&parts.caps) {
        segments(caps + nth, cap.cap, &cap.segments, relaxed.caps[nth as usize]);
    }
    network.solve(&Unwatched).ok().map(|found| -found.cost)
}

fn weighted(problem: &Problem, plan: &Plan) -> i128 {
    let reached = Objective::of(problem, plan);
    problem.weights().levels().iter().zip(&reached.0).map(|((_, weight), figure)| weight * figure).sum()
}

struct Loads {
    served: Vec<u64>,
    groups: Vec<u64>,
    pools: Vec<u64>,
    caps: Vec<u64>,
}

fn loads(problem: &Problem, plan: &Plan) -> Loads {
    let parts = problem.parts();
    let mut loads = Loads {
        served: vec![0; parts.items.len()],
        groups: vec![0; parts.groups.len()],
        pools: vec![0; parts.pools.len()],
        caps: vec![0; parts.caps.len()],
    };
    for (arc, units) in plan.flows() {
        let item = parts.first.partition_point(|first| first <= arc) - 1;
        loads.served[item] += units;
        let mut group = parts.items[item].group;
        while let Some(nth) = group {
            loads.groups[nth as usize] += units;
            group = parts.groups[nth as usize].group;
        }
        let pool = parts.arc_pool[*arc as usize] as usize;
        loads.pools[pool] += units;
        let mut cap = parts.pools[pool].cap;
        while let Some(nth) = cap {
            loads.caps[nth as usize] += units;
            cap = parts.caps[nth as usize].cap;
        }
    }
    loads
}

/// That the plan is a flow of the relaxation and its prices prove it optimal, as the certificate's page says.
fn verify(problem: &Problem, relaxed: &Relaxed, plan: &Plan, prices: &Prices) {
    let parts = problem.parts();
    let weight = |level| problem.weights().weight(level);
    let loads = loads(problem, plan);
    let segments = |price: i128, above: Option<u32>, segments: &[Segment], units: u64, most: u64| {
        assert!(units <= most);
        let above = above.map_or(0, |cap| prices.caps[cap as usize]);
        let (mut units, mut left) = (units, most);
        for segment in segments {
            let length = segment.units.min(left);
            let within = units.min(length);
            let cost = weight(Level::Load) * i128::from(segment.price) + above;
            assert!(within == length || price <= cost);
            assert!(within == 0 || price >= cost);
            units -= within;
            left -= length;
        }
    };
    for (nth, pool) in parts.pools.iter().enumerate() {
        segments(prices.pools[nth], pool.cap, &pool.segments, loads.pools[nth], relaxed.pools[nth]);
    }
    for (nth, cap) in parts.caps.iter().enumerate() {
        segments(prices.caps[nth], cap.cap, &cap.segments, loads.caps[nth], relaxed.caps[nth]);
    }
    for (nth, group) in parts.groups.iter().enumerate() {
        let (price, units) = (prices.groups[nth], loads.groups[nth]);
        let above = group.group.map_or(0, |group| prices.groups[group as usize]);
        let earned = above - weight(Level::Guarantee);
        assert!(units >= group.guarantee || price <= earned);
        assert!(units == 0 || group.guarantee == 0 || price >= earned);
        assert!(price <= above);
        assert!(units <= group.guarantee || price >= above);
    }
    for (nth, item) in parts.items.iter().enumerate() {
        let required = relaxed.required.as_ref().is_some_and(|required| required[nth]);
        let group = item.group.map_or(0, |group| prices.groups[group as usize]);
        let worth = weight(Level::Tier(item.tier)) * i128::from(item.worth);
        let carries = |arc: usize| plan.flows().iter().any(|(of, _)| *of as usize == arc);
        let gain = |arc: usize| {
            let distance = weight(Level::Distance) * i128::from(parts.arc_distance[arc]);
            worth - group - distance - prices.pools[parts.arc_pool[arc] as usize]
        };
        let usable = |arc: &usize| relaxed.usable.as_ref().is_none_or(|usable| usable.contains(&(*arc as u32)));
        assert!(problem.arcs(nth as u32).all(|arc| !carries(arc) || usable(&arc)));
        let most = problem.arcs(nth as u32).filter(usable).map(gain).max();
        assert!(problem.arcs(nth as u32).all(|arc| !carries(arc) || Some(gain(arc)) == most));
        let served = loads.served[nth];
        assert!(served <= item.quantity && (!required || served == item.quantity));
        assert!(served == item.quantity || most.is_none_or(|most| most <= 0));
        assert!(served == 0 || required || most >= Some(0));
    }
}

/// Forbids, requires and shortens at random.
fn relax(random: &mut Random, problem: &Problem) -> Relaxed {
    let mut relaxed = Relaxed::all_of(problem);
    if random.once_in(2) {
        let all = 0..problem.parts().arc_pool.len() as u32;
        relaxed.usable = Some(all.filter(|_| !random.once_in(5)).collect());
    }
    if random.once_in(2) {
        relaxed.required = Some(problem.parts().items.iter().map(|_| random.once_in(4)).collect());
    }
    for units in relaxed.pools.iter_mut().chain(&mut relaxed.caps) {
        if random.once_in(8) {
            *units = random.below(*units + 1);
        }
    }
    relaxed
}

/// That what the cut's items ask for is more than its pools and caps can give, and that they can go nowhere else.
fn verify_cut(problem: &Problem, relaxed: &Relaxed, cut: &wishwell_allocation::Cut) {
    let parts = problem.parts();
    let mut asked = 0;
    for item in &cut.items {
        assert!(relaxed.required.as_ref().unwrap()[*item as usize]);
        asked += parts.items[*item as usize].quantity;
        for arc in problem.arcs(*item) {
            if relaxed.usable.as_ref().is_some_and(|usable| !usable.contains(&(arc as u32))) {
                continue;
            }
            let pool = parts.arc_pool[arc];
            let mut covered = cut.pools.contains(&pool);
            let mut cap = parts.pools[pool as usize].cap;
            while let Some(nth) = cap {
                covered |= cut.caps.contains(&nth);
                cap = parts.caps[nth as usize].cap;
            }
            assert!(covered);
        }
    }
    let pools: u64 = cut.pools.iter().map(|pool| relaxed.pools[*pool as usize]).sum();
    let caps: u64 = cut.caps.iter().map(|cap| relaxed.caps[*cap as usize]).sum();
    assert!(asked > pools + caps);
}

#[test]
fn flows_reach_what_the_plainest_network_reaches_and_their_prices_prove_it() {
    let mut random = Random(11);
    let (mut optimal, mut impossible) = (0, 0);
    for _ in 0..6_000 {
        let mut parts = transport(&mut random, &SMALL);
        bind(&mut random, &mut parts);
        let problem = Problem::new(parts).unwrap();
        let relaxed = if random.once_in(3) { Relaxed::all_of(&problem) } else { relax(&mut random, &problem) };
        let best = plainest(&problem, &relaxed);
        match relaxed.solve(&problem, &Unwatched).unwrap() {
            Outcome::Optimal(plan, prices) => {
                assert_eq!(Some(weighted(&problem, &plan)), best, "{problem:?} {relaxed:?}");
                verify(&problem, &relaxed, &plan, &prices);
                optimal += 1;
            }
            Outcome::Impossible(cut) => {
                assert_eq!(best, None);
                verify_cut(&problem, &relaxed, &cut);
                impossible += 1;
            }
        }
    }
    assert!(optimal > 1_000 && impossible > 500, "{optimal} {impossible}");
}

#[test]
fn prices_of_128_bits_prove_flows_of_the_largest_figures() {
    let mut random = Random(13);
    let mut wide = 0;
    for _ in 0..150 {
        let mut parts = transport(&mut random, &LARGE);
        bind(&mut random, &mut parts);
        let problem = Problem::new(parts).unwrap();
        let relaxed = if random.once_in(3) { Relaxed::all_of(&problem) } else { relax(&mut random, &problem) };
        wide += u32::from(problem.weights().range() > i128::from(i64::MAX));
        match relaxed.solve(&problem, &Unwatched).unwrap() {
            Outcome::Optimal(plan, prices) => verify(&problem, &relaxed, &plan, &prices),
            Outcome::Impossible(cut) => verify_cut(&problem, &relaxed, &cut),
        }
    }
    assert!(wide > 50, "{wide}");
}
