//! The knapsack of one agent: which jobs are worth most within its capacity, and what it loses by taking or leaving each.
//!
//! Bellman's table over the capacities. Forced decisions come from tables of the jobs before and after the one forced, which meet
//! at every division of the capacity.

use std::ops::Add;

/// A job that the agent may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Weight in units of the table.
    pub(super) weight: usize,
    /// What taking it brings.
    pub(super) profit: i64,
}

/// A number of the table. Narrow ones go twice as many at a time through the processor.
trait Value: Copy + Ord + Default + Add<Output = Self> + Into<i64> {
    fn narrowed(profit: i64) -> Self;
}

impl Value for i64 {
    fn narrowed(profit: i64) -> Self {
        profit
    }
}

impl Value for i32 {
    #[expect(clippy::cast_possible_truncation, reason = "the sum of all profits was seen to fit")]
    fn narrowed(profit: i64) -> Self {
        profit as Self
    }
}

/// Room for the tables, used again from knapsack to knapsack.
#[derive(Default)]
pub(super) struct Knapsack {
    narrow: Tables<i32>,
    wide: Tables<i64>,
    work: u64,
}

/// What forcing does to the best value of a knapsack.
#[derive(Default)]
pub(super) struct Forced {
    /// Of each item worth taking: the best value without it.
    pub(super) without: Vec<i64>,
    /// Of each item worth taking: the best value with it.
    pub(super) with: Vec<i64>,
    /// Of each item not worth taking: the best value with it all the same, or more where that loses more than the slack.
    pub(super) others_with: Vec<i64>,
}

impl Knapsack {
    /// How many numbers of tables were computed so far.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// The best value within the capacity, and which items give it. Every profit is positive, no item outweighs the capacity.
    pub(super) fn best(&mut self, items: &[Item], capacity: usize, chosen: &mut Vec<bool>) -> i64 {
        let (weight, profit) = total(items);
        self.work += items.len() as u64;
        chosen.clear();
        chosen.resize(items.len(), weight <= capacity);
        if weight <= capacity {
            return profit;
        }
        let (best, work) = if profit <= i64::from(i32::MAX) {
            self.narrow.best(items, capacity, chosen)
        } else {
            self.wide.best(items, capacity, chosen)
        };
        self.work += work;
        best
    }

    /// The best value within the capacity and what forcing each item does to it. The profits of `items` are positive, those of
    /// `others` are not; none outweighs the capacity. What loses more than `slack` need not be known exactly.
    pub(super) fn forced(
        &mut self,
        items: &[Item],
        others: &[Item],
        capacity: usize,
        slack: i64,
        forced: &mut Forced,
    ) -> i64 {
        let (_, profit) = total(items);
        let (best, work) = if profit <= i64::from(i32::MAX) {
            self.narrow.forced(items, others, capacity, slack, forced)
        } else {
            self.wide.forced(items, others, capacity, slack, forced)
        };
        self.work += work + (items.len() + others.len()) as u64;
        best
    }
}

fn total(items: &[Item]) -> (usize, i64) {
    items.iter().fold((0, 0), |(weight, profit), item| (weight + item.weight, profit + item.profit))
}

/// The part of a row that matters: the first items can use no more than they weigh, and need what the later ones cannot use.
#[derive(Clone, Copy, Debug)]
struct Band {
    from: usize,
    to: usize,
}

/// The bands of the rows before each item and after the last, from `below` under what the later items need.
fn bands(items: &[Item], capacity: usize, below: usize, bands: &mut Vec<Band>) {
    let (mut before, (mut after, _)) = (0, total(items));
    bands.clear();
    let mut push = |before: usize, after: usize| {
        let to = capacity.min(before);
        bands.push(Band { from: capacity.saturating_sub(after + below).min(to), to });
    };
    push(before, after);
    for item in items {
        before += item.weight;
        after -= item.weight;
        push(before, after);
    }
}

#[derive(Default)]
struct Tables<V> {
    /// Row `k`: the best value of the first `k` items within each capacity from the start of its band to the end of the next one.
    rows: Vec<V>,
    bands: Vec<Band>,
    /// The best value of the later items within what each capacity leaves.
    rest: Vec<V>,
    rest_next: Vec<V>,
}

impl<V: Value> Tables<V> {
    /// Fills the rows, and says how many numbers that took.
    fn fill(&mut self, items: &[Item], capacity: usize, below: usize) -> u64 {
        let width = capacity + 1;
        let size = (items.len() + 1) * width;
        if self.rows.len() < size {
            self.rows.resize(size, V::default());
        }
        bands(items, capacity, below, &mut self.bands);
        self.rows[0] = V::default();
        let mut work = 0;
        for (k, item) in items.iter().enumerate() {
            let (last, band) = (self.bands[k], self.bands[k + 1]);
            let (done, open) = self.rows.split_at_mut((k + 1) * width);
            let leave = &mut done[k * width..];
            let after = &mut open[..width];
            let all = leave[last.to];
            leave[last.to + 1..=band.to].fill(all);
            let heavy = band.from.max(item.weight);
            after[band.from..heavy].copy_from_slice(&leave[band.from..heavy]);
            let take = &leave[heavy - item.weight..];
            larger(&mut after[heavy..=band.to], &leave[heavy..], take, V::narrowed(item.profit));
            work += (band.to + 1 - band.from) as u64;
        }
        work
    }

    fn best(&mut self, items: &[Item], capacity: usize, chosen: &mut [bool]) -> (i64, u64) {
        let work = self.fill(items, capacity, 0);
        let width = capacity + 1;
        let mut left = capacity;
        for (k, item) in items.iter().enumerate().rev() {
            left = left.min(self.bands[k + 1].to);
            if self.rows[(k + 1) * width + left] != self.rows[k * width + left] {
                chosen[k] = true;
                left -= item.weight;
            }
        }
        (self.rows[items.len() * width + self.bands[items.len()].to].into(), work)
    }

    fn forced(
        &mut self,
        items: &[Item],
        others: &[Item],
        capacity: usize,
        slack: i64,
        forced: &mut Forced,
    ) -> (i64, u64) {
        let close = |other: &&Item| -other.profit <= slack;
        let below = others.iter().filter(close).map(|other| other.weight).max().unwrap_or(0);
        let mut work = self.fill(items, capacity, below);
        let width = capacity + 1;
        let last = &self.rows[items.len() * width..][..=self.bands[items.len()].to];
        let most = last.len() - 1;
        let best: i64 = last[most].into();
        forced.others_with.clear();
        forced.others_with.extend(others.iter().map(|other| {
            let rest = if close(&other) { last[most.min(capacity - other.weight)].into() } else { best };
            rest + other.profit
        }));
        forced.without.clear();
        forced.without.resize(items.len(), best);
        forced.with.clear();
        forced.with.resize(items.len(), best);
        bands(items, capacity, 0, &mut self.bands);
        self.rest.clear();
        self.rest.resize(width, V::default());
        self.rest_next.resize(width, V::default());
        let mut left = capacity;
        for (k, item) in items.iter().enumerate().rev() {
            let (band, next) = (self.bands[k], self.bands[k + 1]);
            left = left.min(next.to);
            let rest = self.rest[next.from];
            self.rest[band.from..next.from].fill(rest);
            let before = &self.rows[k * width..][..width];
            if self.rows[(k + 1) * width + left] == before[left] {
                forced.with[k] =
                    item.profit + meeting(&before[band.from..=band.to], &self.rest[band.from + item.weight..]);
            } else {
                let from = next.from.min(band.to);
                forced.without[k] = meeting(&before[from..=band.to], &self.rest[from..]);
                left -= item.weight;
            }
            // What the item still fits in.
            let fits = (band.to + 1).min(width - item.weight);
            let take = &self.rest[band.from + item.weight..];
            let to = &mut self.rest_next[band.from..fits];
            larger(to, &self.rest[band.from..fits], take, V::narrowed(item.profit));
            self.rest_next[fits..=band.to.max(fits - 1)].copy_from_slice(&self.rest[fits..=band.to.max(fits - 1)]);
            std::mem::swap(&mut self.rest, &mut self.rest_next);
            work += 2 * (band.to + 1 - band.from) as u64;
        }
        (best, work)
    }
}

/// Of each place the larger of leaving the item and taking it.
fn larger<V: Value>(to: &mut [V], leave: &[V], take: &[V], profit: V) {
    for ((to, &leave), &take) in to.iter_mut().zip(leave).zip(take) {
        let taken = take + profit;
        *to = if taken > leave { taken } else { leave };
    }
}

/// The best sum of what comes before and what comes after.
fn meeting<V: Value>(before: &[V], after: &[V]) -> i64 {
    let mut best = V::default();
    for (&before, &after) in before.iter().zip(after) {
        let sum = before + after;
        best = if sum > best { sum } else { best };
    }
    best.into()
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    /// The best value of a choice that `allowed` accepts, by trying every one.
    fn brute_force(items: &[Item], capacity: usize, allowed: impl Fn(usize) -> bool) -> i64 {
        (0_usize..1 << items.len())
            .filter(|&choice| allowed(choice))
            .map(|choice| items.iter().enumerate().filter(move |(k, _)| choice >> k & 1 == 1).map(|(_, &item)| item))
            .filter(|chosen| chosen.clone().map(|item| item.weight).sum::<usize>() <= capacity)
            .map(|chosen| chosen.map(|item| item.profit).sum())
            .max()
            .unwrap_or(i64::MIN)
    }

    #[test]
    fn the_best_and_every_forced_value_are_what_trying_every_choice_finds() {
        let mut random = Random::new(9);
        let mut number = |from: u64, to: u64| from + random.below(to - from + 1);
        let mut knapsack = Knapsack::default();
        let (mut chosen, mut forced) = (Vec::new(), Forced::default());
        for round in 0..2_000 {
            let capacity = number(0, 30) as usize;
            let unit = if round % 2 == 0 { 1 } else { 1 << 33 };
            let heaviest = if round % 3 == 0 { capacity as u64 } else { capacity.min(9) as u64 };
            let mut list = |count: u64, from: u64, to: u64, sign: i64| {
                (0..count)
                    .map(|_| Item {
                        weight: number(0, heaviest) as usize,
                        profit: sign * unit * number(from, to) as i64,
                    })
                    .collect::<Vec<_>>()
            };
            let items = list(round % 8, 1, 20, 1);
            let others = list(round % 4, 0, 6, -1);
            let best = brute_force(&items, capacity, |_| true);
            assert_eq!(knapsack.best(&items, capacity, &mut chosen), best, "{items:?} {capacity}");
            let own = items.iter().zip(&chosen).filter(|&(_, &chosen)| chosen).map(|(item, _)| *item);
            assert_eq!(own.clone().map(|item| item.profit).sum::<i64>(), best, "{items:?} {capacity}");
            assert!(own.map(|item| item.weight).sum::<usize>() <= capacity, "{items:?} {capacity}");
            let slack = 3 * unit;
            assert_eq!(knapsack.forced(&items, &others, capacity, slack, &mut forced), best, "{items:?} {capacity}");
            for k in 0..items.len() {
                let with = brute_force(&items, capacity, |choice| choice >> k & 1 == 1);
                let without = brute_force(&items, capacity, |choice| choice >> k & 1 == 0);
                assert_eq!((forced.with[k], forced.without[k]), (with, without), "{k} of {items:?} {capacity}");
            }
            for (k, other) in others.iter().enumerate() {
                let with = other.profit + brute_force(&items, capacity - other.weight, |_| true);
                let known = forced.others_with[k];
                let exact = -other.profit <= slack;
                assert!(
                    known == with || !exact && known >= with && best - known > slack,
                    "{k} of {others:?} {items:?} {capacity}"
                );
            }
        }
    }
}
