//! A transportation problem in a file that the peers read: little-endian, arrays after each other.
//!
//! `WWTRANS1`; items, pools, arcs, tiers (u32 each); the weight of distance (i64); of each item the quantity and the price of a unit
//! not served (i64 each); of each pool the capacity (i64); of each item the tier and the category (u32 each); of each pool the category
//! (u32); the first arc of each item and one more (u32); of each arc pool and distance (u32 each).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use wishwell_allocation::{Level, Problem};

/// Writes it.
pub(crate) fn write(problem: &Problem, item_category: &[u8], pool_category: &[u8], file: &Path) {
    let parts = problem.parts();
    assert!(
        problem.is_flow() && parts.caps.is_empty() && parts.groups.is_empty(),
        "peers are told transportation problems alone"
    );
    let weight = |level| i64::try_from(problem.weights().weight(level)).expect("weights fit peers' numbers");
    let tiers = parts.levels.iter().filter(|level| matches!(level, Level::Tier(_))).count();
    let mut out = BufWriter::new(File::create(file).expect("the problem can be written"));
    let mut put = |bytes: &[u8]| out.write_all(bytes).expect("the problem can be written");
    put(b"WWTRANS1");
    for count in [parts.items.len(), parts.pools.len(), parts.arc_pool.len(), tiers] {
        put(&(count as u32).to_le_bytes());
    }
    put(&weight(Level::Distance).to_le_bytes());
    parts.items.iter().for_each(|item| put(&item.quantity.to_le_bytes()));
    let unit = |tier, worth| i64::try_from(problem.weights().unit(tier, worth)).expect("weights fit peers' numbers");
    parts.items.iter().for_each(|item| put(&unit(item.tier, item.worth).to_le_bytes()));
    for pool in &parts.pools {
        assert!(pool.segments.iter().all(|segment| segment.price == 0), "peers are told no prices of load");
        put(&pool.segments.iter().map(|segment| segment.units).sum::<u64>().to_le_bytes());
    }
    parts.items.iter().for_each(|item| put(&u32::from(item.tier).to_le_bytes()));
    item_category.iter().chain(pool_category).for_each(|category| put(&u32::from(*category).to_le_bytes()));
    for list in [&parts.first, &parts.arc_pool, &parts.arc_distance] {
        list.iter().for_each(|number| put(&number.to_le_bytes()));
    }
    out.flush().expect("the problem can be written");
}
