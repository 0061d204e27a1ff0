//! The check against hand-made problems, all plans of tiny ones, planted faults, and garbage.

mod garbage;
mod network;
mod planted;
mod priced;
mod random;
mod soundness;

use crate::objective::Level;
use crate::problem::{Cap, Group, Item, Pool, Problem, ProblemParts, Segment, Split};

/// The levels of a problem with two tiers.
fn two_tiers() -> Vec<Level> {
    vec![Level::Tier(0), Level::Tier(1), Level::Guarantee, Level::Distance, Level::Load]
}

fn item(quantity: u64, tier: u8, group: Option<u32>) -> Item {
    Item { quantity, tier, worth: 1, group, split: Split::Any }
}

fn pool(segments: &[(u64, u32)], cap: Option<u32>, partner: u32) -> Pool {
    Pool { segments: stretches(segments), cap, partner }
}

fn cap(segments: &[(u64, u32)], above: Option<u32>) -> Cap {
    Cap { segments: stretches(segments), cap: above }
}

fn stretches(segments: &[(u64, u32)]) -> Vec<Segment> {
    segments.iter().map(|(units, price)| Segment { units: *units, price: *price }).collect()
}

/// The problem of these items with their arcs, (pool, distance) each.
fn problem(items: Vec<(Item, Vec<(u32, u32)>)>, pools: Vec<Pool>, caps: Vec<Cap>, groups: Vec<Group>) -> Problem {
    Problem::new(parts(items, pools, caps, groups)).unwrap()
}

fn parts(items: Vec<(Item, Vec<(u32, u32)>)>, pools: Vec<Pool>, caps: Vec<Cap>, groups: Vec<Group>) -> ProblemParts {
    let mut parts =
        ProblemParts { levels: two_tiers(), pools, caps, groups, first: vec![0], ..ProblemParts::default() };
    for (item, arcs) in items {
        parts.items.push(item);
        for (pool, distance) in arcs {
            parts.arc_pool.push(pool);
            parts.arc_distance.push(distance);
        }
        parts.first.push(parts.arc_pool.len() as u32);
    }
    parts
}
