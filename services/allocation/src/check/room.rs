//! How much pools and caps can give once arcs are decided to be used.

use super::decided::Decided;
use super::part::{Part, further};
use super::totals::length;
use crate::certificate::SUMS_MAX;

/// Units that pools and caps can give, by place. All sums fit: quantities and capacities are at most 2^40, and a path has less than
/// 2^32 arcs of less than 2^20 draws each.
#[derive(Debug, Default)]
pub(super) struct Room {
    pools: Vec<Giver>,
    caps: Vec<Giver>,
}

/// What one pool or cap can give.
#[derive(Clone, Copy, Debug, Default)]
struct Giver {
    /// What arcs decided to be used carry into it, in the flow.
    carried: i128,
    /// What is left for all others: the capacity less `carried`, less what is reserved for the further draws of arcs decided to be
    /// used. Negative where they want more than there is.
    left: i128,
}

impl Room {
    pub(super) fn of(part: &Part<'_>, decided: &Decided) -> Self {
        let (parts, component) = (part.parts(), part.component);
        let giver = |segments| Giver { carried: 0, left: i128::from(length(segments)) };
        let mut room = Self {
            pools: component.pools.iter().map(|pool| giver(&parts.pools[*pool as usize].segments)).collect(),
            caps: component.caps.iter().map(|cap| giver(&parts.caps[*cap as usize].segments)).collect(),
        };
        for (item, arc) in decided.used() {
            let quantity = i128::from(parts.items[item as usize].quantity);
            room.take(part, parts.arc_pool[arc as usize], quantity, quantity);
            for (_, pool) in further(parts, arc as usize) {
                room.take(part, *pool, quantity, 0);
            }
        }
        room
    }

    /// Takes units from what is left in a pool and in the caps above it; `carried` of them are in the flow.
    fn take(&mut self, part: &Part<'_>, pool: u32, units: i128, carried: i128) {
        let from = |giver: &mut Giver| {
            giver.left -= units;
            giver.carried += carried;
        };
        if let Some(at) = part.pool(pool) {
            from(&mut self.pools[at]);
        }
        for at in part.caps_above(pool) {
            from(&mut self.caps[at]);
        }
    }

    pub(super) fn left_in_pool(&self, at: usize) -> i128 {
        self.pools[at].left
    }

    pub(super) fn left_in_cap(&self, at: usize) -> i128 {
        self.caps[at].left
    }

    /// Leaves no more than a sum of these quantities, each at the most once, can fill: the largest such sum, or what is less laborious
    /// and at least as much, a multiple of their greatest common divisor.
    pub(super) fn shorten(&mut self, pool: usize, quantities: &[u64]) {
        let left = &mut self.pools[pool].left;
        let Some(room) = u64::try_from(*left).ok().filter(|room| *room > 0) else { return };
        let filled = if room <= SUMS_MAX {
            largest_sum(quantities, room as usize) as u64
        } else {
            let divisor = quantities.iter().fold(0, |a, b| greatest_common_divisor(a, *b));
            if divisor == 0 { 0 } else { room - room % divisor }
        };
        *left = i128::from(filled);
    }

    /// What a pool can give in all, at least nothing.
    pub(super) fn of_pool(&self, at: usize) -> u64 {
        self.pools[at].units()
    }

    /// What a cap can give in all, at least nothing.
    pub(super) fn of_cap(&self, at: usize) -> u64 {
        self.caps[at].units()
    }

    /// What a pool can give in all; negative where more is reserved than it has.
    pub(super) fn signed_of_pool(&self, at: usize) -> i128 {
        self.pools[at].carried + self.pools[at].left
    }

    /// What a cap can give in all; negative where more is reserved than it has.
    pub(super) fn signed_of_cap(&self, at: usize) -> i128 {
        self.caps[at].carried + self.caps[at].left
    }
}

impl Giver {
    fn units(self) -> u64 {
        u64::try_from(self.carried + self.left).unwrap_or(0)
    }
}

/// The largest sum of some of these quantities that is at most `most`: bit `s` of the words says whether `s` is a sum.
fn largest_sum(quantities: &[u64], most: usize) -> usize {
    let mut sums = vec![0_u64; most / 64 + 1];
    sums[0] = 1;
    for quantity in quantities.iter().filter(|quantity| **quantity <= most as u64) {
        let (words, bits) = (*quantity as usize / 64, *quantity as usize % 64);
        // Downwards, so that what is read is still without this quantity.
        for word in (words..sums.len()).rev() {
            let low = sums[word - words] << bits;
            let high = if bits > 0 && word > words { sums[word - words - 1] >> (64 - bits) } else { 0 };
            sums[word] |= low | high;
        }
        if sums[most / 64] >> (most % 64) & 1 == 1 {
            return most;
        }
    }
    (0..=most).rev().find(|sum| sums[sum / 64] >> (sum % 64) & 1 == 1).unwrap_or(0)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::{greatest_common_divisor, largest_sum};

    #[test]
    fn the_largest_sum_is_the_one_that_trying_all_subsets_finds() {
        let quantities = [3_u64, 64, 65, 130, 7, 7, 128];
        for most in 0..420 {
            let sums = (0..1 << quantities.len()).map(|subset: u32| {
                quantities
                    .iter()
                    .enumerate()
                    .filter(|(nth, _)| subset >> nth & 1 == 1)
                    .map(|(_, units)| *units)
                    .sum::<u64>()
            });
            let best = sums.filter(|sum| *sum <= most).max().unwrap();
            assert_eq!(largest_sum(&quantities, most as usize) as u64, best, "up to {most}");
        }
    }

    #[test]
    fn the_greatest_common_divisor_of_nothing_and_a_number_is_the_number() {
        assert_eq!(greatest_common_divisor(0, 12), 12);
        assert_eq!(greatest_common_divisor(18, 12), 6);
    }
}
