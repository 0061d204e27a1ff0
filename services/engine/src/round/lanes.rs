//! What of a pool each of its lanes may take: those who take the same quantity of it for each unit have one lane.
//!
//! A flow sends units, and a unit of one lane is not as much of the pool as one of another. So what a lane may take is said before the
//! plan is made. As long as all that all lanes ask is there, it is what the others do not ask, and binds nobody: the plan is as good as any.
//! Where it is not, what there is goes to the items by urgency, within a tier to as many as can be, and the lanes have what their items
//! have. No lane takes what another was given, so that every plan fits; another division may have allowed a better one.

use std::collections::HashMap;

use wishwell_allocation::Split;
use wishwell_domain::round::Counting;

use super::assemble::{outstanding, split, tier};
use super::gather::Gatherer;
use super::pairs::Pairs;
use super::pools::RoundPools;

/// What an item could take from a lane.
#[derive(Debug, Clone, Copy)]
struct Claim {
    /// The first lane of the pool and period.
    pool: u32,
    /// Most urgent first, then what serves the most; as the pool counts.
    order: (u8, i64),
    item: u32,
    lane: u32,
    /// What the item asks of the lane, as the pool counts.
    amount: i64,
    /// What is not taken in parts: all of it, or a unit.
    step: i64,
}

/// Says what each lane of pools with several may take.
pub(super) fn divide(gatherer: &Gatherer<'_>, pairs: &Pairs, pinned: &HashMap<u32, i64>, pools: &mut RoundPools) {
    if pools.pools.iter().all(|pool| pool.lanes.1 <= 1) {
        return;
    }
    let mut claims = claims(gatherer, pairs, pinned, pools);
    claims.sort_unstable_by_key(|claim| (claim.pool, claim.order, claim.item, claim.lane));
    for of_pool in claims.chunk_by(|one, other| one.pool == other.pool) {
        let Some(claim) = of_pool.first() else { continue };
        let Some(left) = RoundPools::amount(gatherer.snapshot, &pools.pools[claim.pool as usize]) else { continue };
        let (first, count) = pools.pools[claim.pool as usize].lanes;
        let lanes = &mut pools.pools[first as usize..(first + count) as usize];
        let asked = sums(of_pool, first, lanes.len(), |claim| claim.amount);
        let all = asked.iter().fold(0, |sum: i64, asked| sum.saturating_add(*asked));
        if all <= left {
            for (lane, asked) in lanes.iter_mut().zip(asked) {
                lane.share = Some(left - (all - asked));
            }
            continue;
        }
        let mut rest = left;
        let given = sums(of_pool, first, lanes.len(), |claim| {
            let given = claim.amount.min(rest) / claim.step * claim.step;
            rest -= given;
            given
        });
        for (lane, given) in lanes.iter_mut().zip(given) {
            // What nobody gets whole is left to whoever takes least for a unit.
            lane.share = Some(given.saturating_add(std::mem::take(&mut rest)));
            lane.divided = true;
        }
    }
}

/// By lane, the sum of what claims come to, in their order.
fn sums(claims: &[Claim], first: u32, lanes: usize, mut of: impl FnMut(&Claim) -> i64) -> Vec<i64> {
    let mut sums = vec![0_i64; lanes];
    for claim in claims {
        if let Some(sum) = sums.get_mut((claim.lane - first) as usize) {
            *sum = sum.saturating_add(of(claim));
        }
    }
    sums
}

/// What the items could take from pools with several lanes: each from each lane once, as its quantity is given once.
fn claims(gatherer: &Gatherer<'_>, pairs: &Pairs, pinned: &HashMap<u32, i64>, pools: &RoundPools) -> Vec<Claim> {
    let several = |pool: u32| pools.pools.get(pool as usize).is_some_and(|pool| pool.lanes.1 > 1);
    let mut claims = Vec::new();
    let mut lanes: Vec<u32> = Vec::new();
    for (at, item) in gatherer.items.items.iter().enumerate() {
        let choices = pairs.choices(at);
        lanes.clear();
        for (choice, pool) in (choices.from..).zip(choices.pools).filter(|(_, pool)| several(**pool)) {
            lanes.push(pools.lane(gatherer.snapshot, *pool, pairs.origins.get(choice).resource));
        }
        for (choice, pool) in choices.further.iter().filter(|(_, pool)| several(*pool)) {
            lanes.push(pools.lane(gatherer.snapshot, *pool, pairs.origins.get(*choice as usize).resource));
        }
        if lanes.is_empty() {
            continue;
        }
        let Some(quantity) = outstanding(pinned, at, item, pairs.times[at]) else { continue };
        let quantity = i64::try_from(quantity).unwrap_or(i64::MAX);
        let parts = split(gatherer.items, item, choices.further.is_empty()) == Split::Any;
        lanes.sort_unstable();
        lanes.dedup();
        for lane in &lanes {
            let pool = &pools.pools[*lane as usize];
            let amount = quantity.saturating_mul(pool.per_unit);
            let least = match gatherer.rules.counting {
                Counting::People => amount,
                Counting::Units => pool.per_unit,
            };
            claims.push(Claim {
                pool: pool.lanes.0,
                order: (tier(item.urgency), least),
                item: u32::try_from(at).unwrap_or(u32::MAX),
                lane: *lane,
                amount,
                step: if parts { pool.per_unit } else { amount },
            });
        }
    }
    claims
}
