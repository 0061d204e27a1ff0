//! Needs that are changed and ended: what an answer says is what was asked, what is under way for a need ends with it and not otherwise, and
//! help is due when the need says so.

use std::collections::{BTreeSet, HashMap};

use super::Violation;
use crate::history::{Attempt, Evidence, Fact, Logged, NeedSeen, Outcome, ReferralLogged, Seen};

/// A referral in one of these is under way.
const LIVE: &[&str] = &["offered", "accepted", "in_progress"];

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    evidence.attempts.iter().for_each(|attempt| as_asked(attempt, &mut found));
    let mut known = Known::default();
    // The events of one transaction have one instant; between them the picture is not whole.
    for transaction in evidence.log.chunk_by(|one, next| one.at == next.at) {
        known.transaction(transaction, &mut found);
    }
    found
}

fn as_asked(attempt: &Attempt, found: &mut Vec<Violation>) {
    let Outcome::Done(answer) = &attempt.outcome else { return };
    let meant = &attempt.meant;
    let in_state = |state: &str| meant.state.is_none_or(|meant| meant == state);
    let is_so = match &answer.seen {
        Seen::Need(need) => {
            in_state(&need.state)
                && meant.asked.as_ref().is_none_or(|asked| *asked == need.asked())
                && meant.useful.is_none_or(|useful| useful == need.useful)
        }
        Seen::Round(round) => in_state(&round.state),
        Seen::Referral(_) | Seen::Pool(_) | Seen::Nothing => true,
    };
    if !is_so {
        found.push(Violation::NotAsAsked { request: attempt.request, kind: attempt.kind });
    }
}

/// Needs and their referrals, followed through the log.
#[derive(Default)]
struct Known<'l> {
    needs: HashMap<&'l str, &'l NeedSeen>,
    referrals: HashMap<&'l str, &'l ReferralLogged>,
    of_need: HashMap<&'l str, BTreeSet<&'l str>>,
}

/// What one transaction did.
#[derive(Default)]
struct Done<'l> {
    /// Needs that changed, or something for them.
    touched: BTreeSet<&'l str>,
    ended: BTreeSet<&'l str>,
    /// Referrals that were made, and all of needs that are wanted at another time.
    timed: BTreeSet<&'l str>,
    ended_with_need: Vec<&'l ReferralLogged>,
}

impl<'l> Known<'l> {
    fn transaction(&mut self, events: &'l [Logged], found: &mut Vec<Violation>) {
        let mut done = Done::default();
        for event in events {
            match &event.fact {
                Fact::Need(need) => self.need(need, event.position, &mut done, found),
                Fact::Referral(referral) => self.referral(referral, event.position, &mut done, found),
                Fact::Pool(_) | Fact::Round(_) | Fact::Other => {}
            }
        }
        let (at, position) = events.last().map_or((0, 0), |event| (event.at, event.position));
        for referral in done.ended_with_need.iter().filter(|referral| !done.ended.contains(referral.need.as_str())) {
            found.push(Violation::CalledOffWithoutEnd { referral: referral.seen.name.clone(), position });
        }
        let ended = done.touched.iter().filter_map(|need| self.needs.get(need)).filter(|need| need.ending().is_some());
        for need in ended {
            for referral in self.live_of(&need.name) {
                let (need, referral) = (need.name.clone(), referral.seen.name.clone());
                found.push(Violation::LiveAfterEnd { need, referral, position });
            }
        }
        for referral in done.timed.iter().filter_map(|name| self.referrals.get(name)) {
            self.due(referral, at, position, found);
        }
    }

    fn need(&mut self, need: &'l NeedSeen, position: i64, done: &mut Done<'l>, found: &mut Vec<Violation>) {
        done.touched.insert(&need.name);
        let Some(before) = self.needs.insert(&need.name, need) else { return };
        if before.ending().is_some() && before.ending() != need.ending() {
            let (from, to) = (before.state.clone(), need.state.clone());
            found.push(Violation::OpenedAgain { need: need.name.clone(), from, to, position });
        }
        if before.ending().is_none() && need.ending().is_some() {
            done.ended.insert(&need.name);
        }
        if before.useful != need.useful {
            done.timed.extend(self.of_need.get(need.name.as_str()).into_iter().flatten());
        }
    }

    fn referral(&mut self, now: &'l ReferralLogged, position: i64, done: &mut Done<'l>, found: &mut Vec<Violation>) {
        done.touched.insert(&now.need);
        self.of_need.entry(&now.need).or_default().insert(&now.seen.name);
        let Some(before) = self.referrals.insert(&now.seen.name, now) else {
            done.timed.insert(&now.seen.name);
            return;
        };
        if now.ended_with_need && before.seen.state != now.seen.state {
            done.ended_with_need.push(now);
        }
        let waits = |referral: &ReferralLogged| referral.seen.state == "offered";
        if waits(before) && waits(now) && now.expires_at > before.expires_at {
            found.push(Violation::GivenMoreTime { referral: now.seen.name.clone(), position });
        }
    }

    fn live_of(&self, need: &str) -> impl Iterator<Item = &&'l ReferralLogged> {
        let all = self.of_need.get(need).into_iter().flatten().filter_map(|name| self.referrals.get(name));
        all.filter(|referral| LIVE.contains(&referral.seen.state.as_str()))
    }

    /// What is given once is due by the end of the time that its need says, as long as that lies ahead. Of what recurs, each occurrence is.
    fn due(&self, referral: &ReferralLogged, at: i64, position: i64, found: &mut Vec<Violation>) {
        let is_live = LIVE.contains(&referral.seen.state.as_str());
        let has_lapsed = referral.seen.state == "offered" && referral.expires_at <= at;
        let until = self.needs.get(referral.need.as_str()).and_then(|need| need.useful.until);
        let Some(until) = until.filter(|until| is_live && !has_lapsed && !referral.recurs && *until > at) else {
            return;
        };
        if referral.due_at != until {
            let (referral, due_at) = (referral.seen.name.clone(), referral.due_at);
            found.push(Violation::DueOtherwise { referral, due_at, until, position });
        }
    }
}
