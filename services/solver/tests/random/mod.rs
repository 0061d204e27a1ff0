//! Random small problems.
#![allow(dead_code, reason = "each test uses its share")]

use wishwell_allocation::{Bundle, Cap, Contacts, Group, Item, Level, Partners, Pool, ProblemParts, Segment, Split};

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `below` - 1.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What random problems are like.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) items: u64,
    pub(crate) pools: u64,
    pub(crate) tiers: u8,
    pub(crate) worths: &'static [u64],
    pub(crate) quantity: u64,
    pub(crate) capacity: u64,
    pub(crate) segments: u64,
    pub(crate) price: u64,
    pub(crate) arcs: u64,
    pub(crate) distance: u64,
}

fn levels(random: &mut Random, tiers: u8) -> Vec<Level> {
    let mut levels: Vec<Level> = (0..tiers).map(Level::Tier).collect();
    levels.extend([Level::Guarantee, Level::Distance, Level::Load]);
    if random.once_in(8) {
        let last = levels.len() - 1;
        levels.swap(last - 1, last);
    }
    if random.once_in(16) {
        // Any order is an order: distance before people, if somebody wants it.
        levels.reverse();
    }
    levels
}

/// Convex segments of up to this much together.
pub(crate) fn segments(random: &mut Random, capacity: u64, most: u64, price: u64) -> Vec<Segment> {
    let mut prices: Vec<u32> = (0..random.below(most + 1)).map(|_| random.below(price + 1) as u32).collect();
    prices.sort_unstable();
    let each = capacity / prices.len().max(1) as u64;
    prices.into_iter().map(|price| Segment { units: 1 + random.below(each.max(1)), price }).collect()
}

/// A random transportation problem of up to so much of everything.
pub(crate) fn transport(random: &mut Random, kind: &Kind) -> ProblemParts {
    let mut parts = ProblemParts { levels: levels(random, kind.tiers), first: vec![0], ..ProblemParts::default() };
    for _ in 0..random.below(kind.pools + 1) {
        let segments = segments(random, kind.capacity, kind.segments, kind.price);
        parts.pools.push(Pool { segments, cap: None, partner: random.below(kind.pools) as u32 });
    }
    for _ in 0..random.below(kind.items + 1) {
        parts.items.push(Item {
            quantity: 1 + random.below(kind.quantity),
            tier: random.below(u64::from(kind.tiers)) as u8,
            worth: kind.worths[random.below(kind.worths.len() as u64) as usize],
            group: None,
            split: Split::Any,
        });
        let mut pools: Vec<u32> = (0..random.below(kind.arcs + 1))
            .filter(|_| !parts.pools.is_empty())
            .map(|_| random.below(parts.pools.len() as u64) as u32)
            .collect();
        pools.sort_unstable();
        pools.dedup();
        for pool in pools {
            parts.arc_pool.push(pool);
            parts.arc_distance.push(random.below(kind.distance + 1) as u32);
        }
        parts.first.push(parts.arc_pool.len() as u32);
    }
    parts
}

/// Adds some of all that binds items and pools together.
pub(crate) fn bind(random: &mut Random, parts: &mut ProblemParts) {
    let (items, pools) = (parts.items.len() as u64, parts.pools.len() as u64);
    for nth in 0..random.below(4) {
        let above = (nth > 0 && random.once_in(2)).then(|| random.below(nth) as u32);
        parts.caps.push(Cap { segments: segments(random, 9, 2, 3), cap: above });
        parts.groups.push(Group { guarantee: random.below(5), group: above });
    }
    let sides = parts.caps.len() as u64;
    for pool in &mut parts.pools {
        pool.cap = (sides > 0 && random.once_in(4)).then(|| random.below(sides) as u32);
    }
    for item in &mut parts.items {
        item.group = (sides > 0 && random.once_in(4)).then(|| random.below(sides) as u32);
        item.split = if random.once_in(2) { Split::Whole } else { Split::Any };
    }
    for item in 0..items as usize {
        for arc in parts.first[item]..parts.first[item + 1] {
            let draw = random.below(pools) as u32;
            if parts.items[item].split == Split::Whole && random.once_in(8) && draw != parts.arc_pool[arc as usize] {
                parts.draws.push((arc, draw));
            }
        }
    }
    for _ in 0..random.below(3) {
        let members: Vec<u32> = (0..items as u32).filter(|_| random.once_in(4)).collect();
        if !members.is_empty() {
            let already: Vec<u32> = (0..pools as u32).filter(|_| random.once_in(6)).take(2).collect();
            let most = 1.max(already.len() as u32 + random.below(2) as u32);
            parts.partners.push(Partners { items: members, most, already });
        }
    }
    let bundle: Vec<u32> = (0..items as u32).filter(|_| random.once_in(4)).collect();
    if !bundle.is_empty() {
        parts.bundles.push(Bundle { items: bundle });
    }
    if random.once_in(2) {
        parts.contacts.push(Contacts { partner: random.below(pools + 1) as u32, most: 1 });
    }
}
