//! Choosing the nearest misses: fewest failed constraints first, then as candidates are ordered.
//!
//! What fails something for certain is put off until the search knows the last candidate's score. Then those with the fewest failures
//! come first, and whoever can no longer be among the nearest is not looked at.

use crate::ahead;
use crate::find::{Hit, LANES, Lanes, Search};
use crate::score::Millionths;
use crate::snapshot::{ResourceRef, Snapshot};

/// A resource that waits to be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    /// An upper bound of its score.
    pub(crate) bound: Millionths,
    pub(crate) resource: ResourceRef,
    pub(crate) levels_below: u8,
    /// A lower bound of the number of constraints it fails.
    pub(crate) failures: u8,
}

/// Groups by failures: one, two, more.
const GROUPS: usize = 3;

/// What fails something for certain, by failures.
pub(crate) type PutOffs = [Vec<Pending>; GROUPS];

/// The misses of a search.
pub(crate) struct Nearest<'a> {
    /// While searching all that were judged, in any order; afterwards the nearest, in order.
    misses: &'a mut Vec<Hit>,
    put_off: &'a mut PutOffs,
    limit: usize,
}

impl<'a> Nearest<'a> {
    pub(crate) fn new(misses: &'a mut Vec<Hit>, put_off: &'a mut PutOffs, limit: usize) -> Self {
        misses.clear();
        put_off.iter_mut().for_each(Vec::clear);
        Self { misses, put_off, limit }
    }

    /// Puts a resource off that fails something for certain.
    #[inline]
    pub(crate) fn put_off(&mut self, put_off: Pending) {
        let group = usize::from(put_off.failures.saturating_sub(1)).min(GROUPS - 1);
        self.put_off[group].push(put_off);
    }

    /// Adds a miss met while searching.
    pub(crate) fn add(&mut self, miss: Hit) {
        self.misses.push(miss);
    }

    /// Whether a miss with at least so many failures and at most this score may still be among the nearest.
    #[inline]
    pub(crate) fn may_keep(&self, failures: u8, score: Millionths) -> bool {
        if self.misses.len() < self.limit {
            return true;
        }
        let last = self.misses.last().map(|last| (last.assessment.failed.len(), last.score));
        last.is_some_and(|(most, lowest)| failures < most || failures == most && score >= lowest)
    }

    /// Inserts a miss into the nearest, if it is among them.
    pub(crate) fn keep(&mut self, miss: Hit, snapshot: &Snapshot) {
        let at = self.misses.partition_point(|known| is_nearer(known, &miss, snapshot));
        if at < self.limit {
            self.misses.truncate(self.limit - 1);
            self.misses.insert(at, miss);
        }
    }

    /// Keeps the nearest of the misses met, in order.
    fn select(&mut self, snapshot: &Snapshot) {
        let limit = self.limit.min(self.misses.len());
        if limit < self.misses.len() && limit > 0 {
            let order = |a: &Hit, b: &Hit| order(a, b, snapshot);
            self.misses.select_nth_unstable_by(limit - 1, order);
        }
        self.misses.truncate(limit);
        self.misses.sort_unstable_by(|a, b| order(a, b, snapshot));
    }
}

/// Whether `a` comes before `b` among near misses.
fn is_nearer(a: &Hit, b: &Hit, snapshot: &Snapshot) -> bool {
    let (failed, others) = (a.assessment.failed.len(), b.assessment.failed.len());
    failed < others || failed == others && a.before(b, snapshot)
}

fn order(a: &Hit, b: &Hit, snapshot: &Snapshot) -> std::cmp::Ordering {
    if is_nearer(a, b, snapshot) {
        std::cmp::Ordering::Less
    } else if is_nearer(b, a, snapshot) {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Equal
    }
}

impl<'a> Search<'a> {
    /// Chooses, of resources that reach the last candidate's score and that would fit had they more left, the first in order. What
    /// was put off fails something else.
    pub(crate) fn choose_used_up(&self, most: usize, used_up: &mut Vec<Hit>) {
        used_up.clear();
        if most == 0 {
            return;
        }
        let threshold = self.threshold();
        let met = self.nearest.misses.iter().filter(|miss| miss.score >= threshold && miss.lacks_capacity_alone());
        used_up.extend(met);
        used_up.sort_unstable_by(|a, b| order(a, b, self.snapshot));
        used_up.truncate(most);
    }

    /// Chooses the nearest misses among resources that reach the last candidate's score.
    pub(crate) fn choose_misses(&mut self) {
        let threshold = self.threshold();
        self.nearest.misses.retain(|miss| miss.score >= threshold);
        self.nearest.select(self.snapshot);
        for (group, least) in (0..GROUPS).zip(1..) {
            // Whoever comes later fails as much or more.
            if !self.nearest.may_keep(least, Millionths::MAX) {
                break;
            }
            let put_off = std::mem::take(&mut self.nearest.put_off[group]);
            let mut left = put_off.iter().filter(|put_off| put_off.bound >= threshold);
            while let Some(lanes) = self.next_lanes(&mut left) {
                lanes.iter().flatten().for_each(|lane| self.judge_miss(lane, threshold));
            }
            self.nearest.put_off[group] = put_off;
        }
    }

    /// The next that may be among the nearest, on their way; none when there are no more.
    fn next_lanes<'p>(&self, left: &mut impl Iterator<Item = &'p Pending>) -> Option<Lanes<'a>> {
        let mut lanes: Lanes<'a> = [const { None }; LANES];
        let mut likely = left.filter(|put_off| self.nearest.may_keep(put_off.failures, put_off.bound));
        for (lane, put_off) in lanes.iter_mut().zip(&mut likely) {
            *lane = self.lane(put_off);
            lane.iter().for_each(|lane| ahead::line_of(lane.row));
        }
        lanes[0]?;
        lanes.iter().flatten().for_each(|lane| self.send_for_parts(lane));
        self.read_parts(&mut lanes);
        Some(lanes)
    }
}
