//! Components of random problems, against the obvious slow way of finding them.

mod random;

use random::{Kind, Random};
use wishwell_allocation::{Plan, Prices, Problem, ProblemParts};
use wishwell_solver::Components;

const KIND: Kind = Kind {
    items: 12,
    pools: 12,
    tiers: 2,
    worths: &[1],
    quantity: 3,
    capacity: 4,
    segments: 2,
    price: 3,
    arcs: 3,
    distance: 9,
};

/// A node of the problem's picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Item(u32),
    Pool(u32),
    Cap(u32),
    Group(u32),
}

/// All pairs that may compete.
fn bonds(parts: &ProblemParts) -> Vec<(Node, Node)> {
    use Node::{Cap, Group, Item, Pool};
    let mut bonds = Vec::new();
    for item in 0..parts.items.len() {
        for arc in parts.first[item]..parts.first[item + 1] {
            bonds.push((Item(item as u32), Pool(parts.arc_pool[arc as usize])));
            for (_, pool) in parts.draws.iter().filter(|(of, _)| *of == arc) {
                bonds.push((Item(item as u32), Pool(*pool)));
            }
        }
        bonds.extend(parts.items[item].group.map(|group| (Item(item as u32), Group(group))));
    }
    for (nth, pool) in (0..).zip(&parts.pools) {
        bonds.extend(pool.cap.map(|cap| (Pool(nth), Cap(cap))));
        for (other, of) in (0..).zip(&parts.pools) {
            if of.partner == pool.partner && parts.contacts.iter().any(|contacts| contacts.partner == of.partner) {
                bonds.push((Pool(nth), Pool(other)));
            }
        }
    }
    bonds.extend((0..).zip(&parts.caps).filter_map(|(nth, cap)| Some((Cap(nth), Cap(cap.cap?)))));
    bonds.extend((0..).zip(&parts.groups).filter_map(|(nth, group)| Some((Group(nth), Group(group.group?)))));
    let sets = parts.bundles.iter().map(|bundle| &bundle.items).chain(parts.partners.iter().map(|of| &of.items));
    bonds.extend(sets.flat_map(|items| items.iter().map(|item| (Item(items[0]), Item(*item)))));
    bonds
}

fn component(components: &Components, node: Node) -> u32 {
    let within = |members: &[u32], nth: u32| members.contains(&nth);
    let of = (0..components.len() as u32).filter(|component| match node {
        Node::Item(nth) => within(components.items(*component), nth),
        Node::Pool(nth) => within(components.pools(*component), nth),
        Node::Cap(nth) => within(components.caps(*component), nth),
        Node::Group(nth) => within(components.groups(*component), nth),
    });
    let of: Vec<u32> = of.collect();
    assert_eq!(of.len(), 1, "each is in one component");
    of[0]
}

#[expect(clippy::unwrap_used, reason = "the parts are valid by construction")]
fn random_problem(seed: u64) -> Problem {
    let random = &mut Random(seed);
    let mut parts = random::transport(random, &KIND);
    if !parts.pools.is_empty() && random.once_in(2) {
        random::bind(random, &mut parts);
    }
    Problem::new(parts).unwrap()
}

#[test]
fn what_may_compete_is_in_one_component_and_nothing_else_is() {
    for seed in 0..2_000 {
        let problem = random_problem(seed);
        let (parts, components) = (problem.parts(), Components::of(&problem));
        let bonds = bonds(parts);
        for (one, other) in &bonds {
            assert_eq!(component(&components, *one), component(&components, *other), "seed {seed}");
        }
        // Spread from each component's first item over all bonds: all items with arcs there must be reached.
        let mut last = None;
        for nth in 0..components.len() as u32 {
            let items = components.items(nth);
            let with_arcs = |item: &&u32| !problem.arcs(**item).is_empty();
            let Some(start) = items.iter().find(with_arcs) else {
                assert_eq!(nth as usize + 1, components.len(), "only the last one is idle, seed {seed}");
                continue;
            };
            assert!(last < Some(*start), "components ascend by their first item, seed {seed}");
            last = Some(*start);
            let mut reached = vec![Node::Item(*start)];
            let mut at = 0;
            while at < reached.len() {
                for (one, other) in &bonds {
                    for (from, to) in [(one, other), (other, one)] {
                        if *from == reached[at] && !reached.contains(to) {
                            reached.push(*to);
                        }
                    }
                }
                at += 1;
            }
            assert!(items.iter().filter(with_arcs).all(|item| reached.contains(&Node::Item(*item))), "seed {seed}");
        }
    }
}

#[test]
fn components_make_problems_whose_answers_make_the_answer_of_the_whole() {
    for seed in 0..2_000 {
        let problem = random_problem(seed);
        let (parts, components) = (problem.parts(), Components::of(&problem));
        let (mut plans, mut prices) = (Vec::new(), Vec::new());
        for nth in 0..components.len() as u32 {
            let part = problem.part(components.extract(&problem, nth)).unwrap();
            let inner = part.parts();
            assert_eq!(inner.arc_pool.len() as u64, components.arcs(nth));
            assert_eq!(part.weights(), problem.weights());
            for (place, item) in components.items(nth).iter().enumerate() {
                let (there, here) = (part.arcs(place as u32), problem.arcs(*item));
                assert_eq!(inner.arc_distance[there.clone()], parts.arc_distance[here.clone()]);
                let draws = |parts: &ProblemParts, arc: usize, to_whole: &dyn Fn(u32) -> u32| -> Vec<u32> {
                    let of_arc = parts.draws.iter().filter(|(of, _)| *of as usize == arc);
                    of_arc.map(|(_, pool)| to_whole(*pool)).collect()
                };
                for (inner_arc, arc) in there.zip(here) {
                    let to_whole = |pool: u32| components.pools(nth)[pool as usize];
                    assert_eq!(to_whole(inner.arc_pool[inner_arc]), parts.arc_pool[arc]);
                    assert_eq!(draws(inner, inner_arc, &to_whole), draws(parts, arc, &|pool| pool));
                }
                assert_eq!(
                    inner.items[place].group.map(|group| components.groups(nth)[group as usize]),
                    parts.items[*item as usize].group
                );
            }
            for (place, pool) in components.pools(nth).iter().enumerate() {
                assert_eq!(components.pool_place(*pool), place as u32);
                let cap = inner.pools[place].cap.map(|cap| components.caps(nth)[cap as usize]);
                assert_eq!(cap, parts.pools[*pool as usize].cap);
            }
            // A plan that carries on each arc its distance: recognisable in the whole.
            plans.push(Plan::new((0..).zip(&inner.arc_distance).map(|(arc, d)| (arc, u64::from(*d))).collect()));
            prices.push(Prices {
                pools: components.pools(nth).iter().map(|pool| i128::from(*pool)).collect(),
                caps: components.caps(nth).iter().map(|cap| i128::from(*cap)).collect(),
                groups: components.groups(nth).iter().map(|group| i128::from(*group)).collect(),
            });
        }
        let bounds: usize = (0..components.len() as u32)
            .map(|nth| components.bundles(nth).len() + components.partners(nth).len() + components.contacts(nth).len())
            .sum();
        assert_eq!(bounds, parts.bundles.len() + parts.partners.len() + parts.contacts.len(), "seed {seed}");
        let whole = Plan::new((0..).zip(&parts.arc_distance).map(|(arc, d)| (arc, u64::from(*d))).collect());
        assert_eq!(components.join_plans(&problem, &plans), whole, "seed {seed}");
        let joined = components.join_prices(&problem, &prices);
        assert!(joined.pools.iter().zip(0..).all(|(price, nth)| *price == nth));
        assert!(joined.caps.iter().zip(0..).all(|(price, nth)| *price == nth));
        assert!(joined.groups.iter().zip(0..).all(|(price, nth)| *price == nth));
    }
}

#[test]
fn the_largest_component_is_worked_on_first() {
    for seed in 0..100 {
        let components = Components::of(&random_problem(seed));
        let order = components.by_size();
        assert!(order.is_sorted_by_key(|nth| std::cmp::Reverse(components.arcs(*nth))));
        assert_eq!(order.len(), components.len());
    }
}
