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
    /// Of each item not worth taking: the best value with it all the same.
    pub(super) others_with: Vec<i64>,
}

impl Knapsack {
    /// How many numbers of tables were computed so far.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// The best value within the capacity, and which items give it. Every profit is positive, no item outweighs the capacity.
    pub(super) fn best(&mut self, items: &[Item], capacity: usize, chosen: &mut Vec<bool>) -> i64 {
        chosen.clear();
        let weight: usize = items.iter().map(|item| item.weight).sum();
        let profit: i64 = items.iter().map(|item| item.profit).sum();
        self.work += items.len() as u64;
        if weight <= capacity {
            chosen.resize(items.len(), true);
            return profit;
        }
        chosen.resize(items.len(), false);
        self.work += (items.len() * capacity) as u64;
        if profit <= i64::from(i32::MAX) {
            self.narrow.best(items, capacity, chosen)
        } else {
            self.wide.best(items, capacity, chosen)
        }
    }

    /// The best value within the capacity and what forcing each item does to it. The profits of `items` are positive, those of
    /// `others` are not; none outweighs the capacity.
    pub(super) fn forced(&mut self, items: &[Item], others: &[Item], capacity: usize, forced: &mut Forced) -> i64 {
        let profit: i64 = items.iter().map(|item| item.profit).sum();
        self.work += (3 * items.len() * capacity + items.len() + others.len()) as u64;
        if profit <= i64::from(i32::MAX) {
            self.narrow.forced(items, others, capacity, forced)
        } else {
            self.wide.forced(items, others, capacity, forced)
        }
    }
}

#[derive(Default)]
struct Tables<V> {
    /// Row `k`: the best value of the first `k` items within each capacity.
    rows: Vec<V>,
    /// The best value of the later items within what each capacity leaves.
    rest: Vec<V>,
    rest_next: Vec<V>,
}

impl<V: Value> Tables<V> {
    fn fill(&mut self, items: &[Item], capacity: usize) {
        let width = capacity + 1;
        let size = (items.len() + 1) * width;
        if self.rows.len() < size {
            self.rows.resize(size, V::default());
        }
        self.rows[..width].fill(V::default());
        for (k, item) in items.iter().enumerate() {
            let (done, open) = self.rows.split_at_mut((k + 1) * width);
            let before = &done[k * width..];
            let after = &mut open[..width];
            after[..item.weight].copy_from_slice(&before[..item.weight]);
            larger(&mut after[item.weight..], &before[item.weight..], before, V::narrowed(item.profit));
        }
    }

    fn backtrack(&self, items: &[Item], capacity: usize, chosen: &mut [bool]) {
        let width = capacity + 1;
        let mut left = capacity;
        for (k, item) in items.iter().enumerate().rev() {
            if self.rows[(k + 1) * width + left] != self.rows[k * width + left] {
                chosen[k] = true;
                left -= item.weight;
            }
        }
    }

    fn best(&mut self, items: &[Item], capacity: usize, chosen: &mut [bool]) -> i64 {
        self.fill(items, capacity);
        self.backtrack(items, capacity, chosen);
        self.rows[items.len() * (capacity + 1) + capacity].into()
    }

    fn forced(&mut self, items: &[Item], others: &[Item], capacity: usize, forced: &mut Forced) -> i64 {
        self.fill(items, capacity);
        let width = capacity + 1;
        let last = &self.rows[items.len() * width..][..width];
        let best: i64 = last[capacity].into();
        forced.others_with.clear();
        forced.others_with.extend(others.iter().map(|other| other.profit + last[capacity - other.weight].into()));
        forced.without.clear();
        forced.without.resize(items.len(), best);
        forced.with.clear();
        forced.with.resize(items.len(), best);
        self.rest.clear();
        self.rest.resize(width, V::default());
        self.rest_next.clear();
        self.rest_next.resize(width, V::default());
        let mut left = capacity;
        for (k, item) in items.iter().enumerate().rev() {
            let before = &self.rows[k * width..][..width];
            if self.rows[(k + 1) * width + left] == before[left] {
                forced.with[k] = item.profit + meeting(before, &self.rest[item.weight..]);
            } else {
                forced.without[k] = meeting(before, &self.rest);
                left -= item.weight;
            }
            let reach = width - item.weight;
            larger(&mut self.rest_next[..reach], &self.rest, &self.rest[item.weight..], V::narrowed(item.profit));
            self.rest_next[reach..].copy_from_slice(&self.rest[reach..]);
            std::mem::swap(&mut self.rest, &mut self.rest_next);
        }
        best
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
