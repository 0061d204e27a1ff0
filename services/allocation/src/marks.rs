//! What worths stand for in prices.
//!
//! Without groups a simple cycle of the residual network passes the source once, so that of two items at the most one is served more and
//! one less: whether that is better depends on which of their units is worth more, and not on how much. So any marks in the order of the
//! worths prove the same, and a price needs no more digits than there are different worths. Marks are as even as they can be, so that
//! they tell how much about as well.

use std::collections::BTreeSet;
use std::sync::Arc;

/// The worths of a tier's items with their marks, both ascending; none, where each is its own mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(Option<Arc<[(u64, u64)]>>);

impl Marks {
    /// Of these worths, marks up to `even`, or as many as there are worths.
    pub(crate) fn of(worths: impl Iterator<Item = u64> + Clone, even: u64) -> Self {
        let most = worths.clone().max().unwrap_or(0);
        if most <= even {
            return Self(None);
        }
        // One by one: there are few different ones among many.
        let mut different = BTreeSet::new();
        for worth in worths {
            different.insert(worth);
        }
        let mut last = 0;
        let mut mark = |worth: u64| {
            let share = u128::from(worth) * u128::from(even) / u128::from(most);
            last = u64::try_from(share).unwrap_or(even).max(last + 1);
            (worth, last)
        };
        Self(Some(different.into_iter().map(&mut mark).collect()))
    }

    /// What stands for a worth.
    pub(crate) fn mark(&self, worth: u64) -> u64 {
        let along = self.0.as_ref().map(|known| along(known, worth.into(), |(worth, mark)| (worth, mark)));
        along.map_or(worth, |mark| u64::try_from(mark).unwrap_or(u64::MAX))
    }

    /// What a digit of a price tells of worth: of a mark the worth that it stands for, else about as much.
    pub(crate) fn figure(&self, digit: i128) -> i128 {
        let Some(known) = &self.0 else { return digit };
        let figure = along(known, digit.unsigned_abs(), |(worth, mark)| (mark, worth));
        digit.signum() * i128::try_from(figure).unwrap_or(i128::MAX)
    }

    /// The digit that tells a figure.
    pub(crate) fn digit(&self, figure: i128) -> i128 {
        let Some(known) = &self.0 else { return figure };
        let digit = along(known, figure.unsigned_abs(), |(worth, mark)| (worth, mark));
        figure.signum() * i128::try_from(digit).unwrap_or(i128::MAX)
    }
}

/// What belongs to a place on the line through these points, which begins at nothing and goes on behind the last as before it; rounded
/// down.
fn along(points: &[(u64, u64)], at: u128, order: impl Fn((u64, u64)) -> (u64, u64)) -> u128 {
    let point = |nth: usize| points.get(nth).map(|point| order(*point)).map(|(x, y)| (u128::from(x), u128::from(y)));
    let behind = points.partition_point(|point| u128::from(order(*point).0) < at).min(points.len().saturating_sub(1));
    let Some((x, y)) = point(behind) else { return at };
    let (before_x, before_y) = behind.checked_sub(1).and_then(point).unwrap_or_default();
    before_y + (at - before_x).saturating_mul(y - before_y) / (x - before_x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_keep_the_order_of_worths_and_tell_them_again() {
        // As of quantities from one to a million million: some worths are far apart, many close together.
        let whole: u64 = 2_520 << 40;
        let quantities = (1..2_000_u64).map(|n| n * n * n).chain([1 << 40]);
        let worths: Vec<u64> = quantities.map(|quantity| whole / quantity).collect();
        let marks = Marks::of(worths.iter().copied(), 1 << 16);
        let mut known: Vec<(u64, u64)> = worths.iter().map(|worth| (*worth, marks.mark(*worth))).collect();
        known.sort_unstable();
        known.dedup();
        assert!(known.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
        assert!(known[0].1 >= 1 && known.last().map(|last| last.1) == Some(1 << 16));
        for (worth, mark) in known {
            assert_eq!(marks.figure(mark.into()), worth.into());
            assert_eq!(marks.figure(-i128::from(mark)), -i128::from(worth));
            assert_eq!(marks.digit(worth.into()), mark.into());
        }
        assert_eq!(marks.figure(0), 0);
        assert!((1..70_000).all(|digit| marks.figure(digit) >= digit), "what is something stays something");
    }

    #[test]
    fn more_worths_than_marks_have_as_many_marks_as_they_are() {
        let marks = Marks::of(1_000_000..1_000_100, 16);
        assert_eq!(marks.mark(1_000_000), 15);
        assert_eq!(marks.mark(1_000_099), 15 + 99);
    }

    #[test]
    fn small_worths_are_their_own_marks() {
        let marks = Marks::of([1, 7, 2_520].into_iter(), 1 << 16);
        assert_eq!((marks.mark(7), marks.mark(5), marks.figure(-9), marks.digit(2_521)), (7, 5, -9, 2_521));
    }
}
