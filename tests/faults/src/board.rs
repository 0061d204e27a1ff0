//! What clients know of the world while they play: the latest needs, referrals and wishes. What they know may be outdated, as
//! it is for everybody.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use wishwell_api::v1;

use crate::random::Random;

/// Needs that are still looked at.
const NEEDS_MAX: usize = 60;
/// Rounds that are still looked at.
const ROUNDS_MAX: usize = 4;
/// Times that a need which was ended is still looked at, as by whoever has not heard of it.
const ENDED_MAX: usize = 6;
/// Referrals that are still looked at: few, so that several clients meet at one.
const REFERRALS_MAX: usize = 80;

#[derive(Debug, Default)]
struct Notes {
    needs: VecDeque<v1::Need>,
    ended: VecDeque<v1::Need>,
    rounds: VecDeque<String>,
    referrals: VecDeque<v1::Referral>,
    wishes: Vec<v1::WishItem>,
    /// What is gone for good from each pool.
    consumed: HashMap<String, i64>,
}

/// The notes of all clients.
#[derive(Debug, Default)]
pub struct Board(Mutex<Notes>);

impl Board {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a need, and forgets an older version of it. Of those that have ended a few are looked at for a while.
    pub fn need(&self, need: v1::Need) {
        let mut notes = self.notes();
        let version = |need: &v1::Need| need.etag.parse::<i64>().unwrap_or_default();
        if notes.ended.iter().any(|known| known.name == need.name) {
            return;
        }
        let known = notes.needs.iter().position(|known| known.name == need.name);
        if matches!(need.state(), v1::NeedState::Withdrawn | v1::NeedState::Closed) {
            if let Some(at) = known {
                notes.needs.remove(at);
            }
            notes.ended.push_back(need);
        } else if let Some(known) = known.and_then(|at| notes.needs.get_mut(at)) {
            if version(known) < version(&need) {
                *known = need;
            }
        } else {
            notes.needs.push_back(need);
        }
        if notes.needs.len() > NEEDS_MAX {
            notes.needs.pop_front();
        }
        if notes.ended.len() > ENDED_MAX {
            notes.ended.pop_front();
        }
    }

    /// Notes a round.
    pub fn round(&self, name: String) {
        let mut notes = self.notes();
        if !notes.rounds.contains(&name) {
            notes.rounds.push_back(name);
        }
        if notes.rounds.len() > ROUNDS_MAX {
            notes.rounds.pop_front();
        }
    }

    /// Notes a referral; an older version of it is forgotten, and so are those that have come to an end.
    pub fn referral(&self, referral: &v1::Referral) {
        use v1::ReferralState as State;
        let mut notes = self.notes();
        let version = |referral: &v1::Referral| referral.etag.parse::<i64>().unwrap_or_default();
        if let Some(at) = notes.referrals.iter().position(|known| known.name == referral.name) {
            if notes.referrals.get(at).is_some_and(|known| version(known) > version(referral)) {
                return;
            }
            notes.referrals.remove(at);
        }
        let open = [State::Offered, State::Accepted, State::InProgress, State::Delivered, State::Disputed];
        if open.contains(&referral.state()) {
            notes.referrals.push_back(referral.clone());
        }
        if notes.referrals.len() > REFERRALS_MAX {
            notes.referrals.pop_front();
        }
    }

    /// Notes what is in the wishing pool.
    pub fn wishes(&self, wishes: Vec<v1::WishItem>) {
        self.notes().wishes = wishes;
    }

    /// Notes a pool.
    pub fn pool(&self, pool: &v1::CapacityPool) {
        let mut notes = self.notes();
        let consumed = notes.consumed.entry(pool.name.clone()).or_default();
        *consumed = (*consumed).max(pool.consumed);
    }

    /// A need, in rare cases one that has ended.
    pub fn some_need(&self, random: &mut Random) -> Option<v1::Need> {
        let notes = self.notes();
        let among = if random.percent(4) { &notes.ended } else { &notes.needs };
        among.get(random.below(among.len())).cloned()
    }

    /// A round.
    pub fn some_round(&self, random: &mut Random) -> Option<String> {
        let notes = self.notes();
        notes.rounds.get(random.below(notes.rounds.len())).cloned()
    }

    /// A referral.
    pub fn some_referral(&self, random: &mut Random) -> Option<v1::Referral> {
        let notes = self.notes();
        notes.referrals.get(random.below(notes.referrals.len())).cloned()
    }

    /// Referrals of a need of which a part may have arrived, as far as anybody knows.
    pub fn promised(&self, need: &str) -> Vec<v1::Referral> {
        use v1::ReferralState as State;
        let promised = |referral: &&v1::Referral| {
            referral.need == need
                && referral.units > 1
                && matches!(referral.state(), State::Accepted | State::InProgress)
        };
        self.notes().referrals.iter().filter(promised).cloned().collect()
    }

    /// A wish.
    pub fn some_wish(&self, random: &mut Random) -> Option<v1::WishItem> {
        random.pick(&self.notes().wishes).cloned()
    }

    /// What is gone for good from a pool, as far as anybody knows.
    pub fn consumed(&self, pool: &str) -> i64 {
        self.notes().consumed.get(pool).copied().unwrap_or_default()
    }
}
