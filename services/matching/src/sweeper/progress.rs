//! How far sweeps have come with what is due. What cannot be swept, a damaged row above all, is left alone for a while, and what waits
//! behind it is come to: else a sweep's worth of such rows would be all that is ever looked at.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use wishwell_domain::ids::ReferralId;
use wishwell_domain::limits::{SWEEP_REFERRALS_MAX, SWEEP_SET_ASIDE_MAX, SWEEP_SET_ASIDE_SECONDS};
use wishwell_store::DueReferral;

/// How far sweeps have come with one kind of what is due in one tenant. Each looks at one page, those that wait longest first.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The last one of the page before; none where that was the end, and the next sweep begins anew.
    after: Option<DueReferral>,
    /// As it was for the page that is looked at.
    begun_after: Option<DueReferral>,
    /// What could not be swept, and until when it is left alone; at most [`SWEEP_SET_ASIDE_MAX`].
    aside: BTreeMap<ReferralId, Timestamp>,
}

impl Progress {
    /// What the next page comes after.
    pub(super) const fn after(&self) -> Option<&DueReferral> {
        self.after.as_ref()
    }

    /// Turns to this page; answers what of it is to be swept. A page of less than [`SWEEP_REFERRALS_MAX`] is the last one.
    pub(super) fn turn(&mut self, page: Vec<DueReferral>, now: Timestamp) -> Vec<DueReferral> {
        self.begun_after = self.after;
        self.after = page.last().filter(|_| page.len() >= SWEEP_REFERRALS_MAX).copied();
        self.aside.retain(|_, until| *until > now);
        page.into_iter().filter(|referral| !self.aside.contains_key(&referral.id)).collect()
    }

    /// Turns back to the page that was looked at, of which something is left.
    pub(super) const fn turn_back(&mut self) {
        self.after = self.begun_after;
    }

    /// Leaves a referral alone for [`SWEEP_SET_ASIDE_SECONDS`].
    pub(super) fn set_aside(&mut self, referral: ReferralId, now: Timestamp) {
        if self.aside.len() < SWEEP_SET_ASIDE_MAX {
            let until = now.checked_add(SignedDuration::from_secs(SWEEP_SET_ASIDE_SECONDS)).unwrap_or(Timestamp::MAX);
            self.aside.insert(referral, until);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wishwell_domain::ids::{NeedId, Version};

    use super::*;

    fn due(number: usize) -> DueReferral {
        let id = Uuid::from_u128(number as u128);
        let (id, need) = (ReferralId::from_uuid(id), NeedId::from_uuid(id));
        DueReferral { id, since: Timestamp::UNIX_EPOCH, need, item_ordinal: 1, version: Version(1) }
    }

    /// What the store answers of these.
    fn page(due: &[DueReferral], progress: &Progress) -> Vec<DueReferral> {
        let behind = due.iter().filter(|due| progress.after().is_none_or(|after| due.id > after.id));
        behind.take(SWEEP_REFERRALS_MAX).copied().collect()
    }

    #[test]
    fn behind_what_cannot_be_swept_the_others_are_come_to() {
        let mut left: Vec<DueReferral> = (0..4 * SWEEP_REFERRALS_MAX).map(due).collect();
        let damaged = left[3 * SWEEP_REFERRALS_MAX - 1].id;
        let (mut progress, now) = (Progress::default(), Timestamp::UNIX_EPOCH);
        let mut told = 0;
        for _ in 0..8 {
            let page = page(&left, &progress);
            for referral in progress.turn(page, now) {
                if referral.id <= damaged {
                    told += 1;
                    progress.set_aside(referral.id, now);
                } else {
                    left.retain(|due| due.id != referral.id);
                }
            }
        }
        assert_eq!((left.len(), told), (3 * SWEEP_REFERRALS_MAX, 3 * SWEEP_REFERRALS_MAX), "each is told once");
    }

    #[test]
    fn a_page_that_was_broken_off_is_turned_to_again() {
        let due: Vec<DueReferral> = (0..3 * SWEEP_REFERRALS_MAX).map(due).collect();
        let (mut progress, now) = (Progress::default(), Timestamp::UNIX_EPOCH);
        let first = page(&due, &progress);
        assert_eq!(progress.turn(first.clone(), now), first);
        let second = page(&due, &progress);
        assert_eq!(progress.turn(second.clone(), now), second);
        progress.turn_back();
        assert_eq!(page(&due, &progress), second);
    }

    #[test]
    fn what_was_set_aside_is_tried_again_when_its_time_is_over() {
        let (mut progress, now) = (Progress::default(), Timestamp::UNIX_EPOCH);
        progress.set_aside(due(1).id, now);
        let later = now + SignedDuration::from_secs(SWEEP_SET_ASIDE_SECONDS);
        let page = || vec![due(1), due(2)];
        assert_eq!(progress.turn(page(), later - SignedDuration::from_micros(1)), [due(2)]);
        assert_eq!(progress.turn(page(), later), page());
    }

    #[test]
    fn more_than_can_be_set_aside_is_tried_whenever_it_is_come_to() {
        let (mut progress, now) = (Progress::default(), Timestamp::UNIX_EPOCH);
        (0..=SWEEP_SET_ASIDE_MAX).for_each(|number| progress.set_aside(due(number).id, now));
        assert_eq!(progress.turn(vec![due(SWEEP_SET_ASIDE_MAX), due(0)], now), [due(SWEEP_SET_ASIDE_MAX)]);
        assert_eq!(progress.after(), None, "nothing is behind a page that is not full");
    }
}
