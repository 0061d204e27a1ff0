//! What time makes of offers and promises, and who does something about it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use wishwell_domain::ids::ReferralId;
use wishwell_domain::referral::{Referral, ReferralState};
use wishwell_store::Due;

use crate::actors::View;
use crate::requests::Request;
use crate::simulation::Simulation;
use crate::world::tenant;

/// Most referrals that one sweep looks at.
const SWEPT_MAX: usize = 50;

impl Simulation {
    /// A sweeper's round, or those of two replicas at once. It may be over before it has come to everything, and what one part of it left
    /// does not keep the next from what it finds.
    pub(crate) fn sweep(&mut self) {
        let lapsed = self
            .due(Due::Lapsed, |referral, now| referral.state == ReferralState::Offered && referral.expires_at <= now);
        if !lapsed.is_empty() && self.dice.chance(60) {
            let request = View::look(&lapsed);
            self.sweep_for(vec![request]);
        }
        let overdue = self.due(Due::Overdue, |referral, now| {
            let promised = matches!(referral.state, ReferralState::Accepted | ReferralState::InProgress);
            promised && referral.due_at <= now && referral.escalated_at.is_none()
        });
        self.sweep_for(overdue.iter().map(|referral| View::escalate(referral.id)).collect());
        let to_follow = self.due(Due::ToFollow, |referral, _| referral.next_is_due);
        let mut requests = Vec::new();
        for referral in &to_follow {
            if self.dice.chance(20) {
                continue;
            }
            // Whoever could not be asked for a reason that lasts: somebody is told.
            let refused = self.requests.iter().any(|request| request.follows(referral.id) && request.answer.is_none());
            if refused && self.dice.chance(60) {
                requests.push(View::escalate(referral.id));
                continue;
            }
            let view = View { audit: &self.audit, follower: &self.follower, now: self.now, plant: self.plant };
            requests.push(view.follow(referral, &mut self.dice));
        }
        self.sweep_for(requests);
    }

    fn sweep_for(&mut self, requests: Vec<Request>) {
        let mut calls = Vec::new();
        for request in requests {
            // Whoever follows the same offer has made the same key.
            let known = self
                .requests
                .iter()
                .position(|other| request.id.is_some() && (other.method, other.id) == (request.method, request.id));
            let at = known.unwrap_or(self.requests.len());
            let call = request.call(at);
            if known.is_none() {
                self.requests.push(request);
            }
            calls.push(call.clone());
            if self.dice.chance(30) {
                calls.push(call);
            }
        }
        if self.faults.is_empty() {
            self.wave(calls);
        }
    }

    /// What time has made something of, by the store and by the log.
    fn due(&mut self, due: Due, is_due: impl Fn(&Referral, Timestamp) -> bool) -> Vec<Referral> {
        let store = self.machine.store();
        let found = self.machine.run(store.due(&tenant(), due, SWEPT_MAX)).unwrap();
        let ids: BTreeSet<ReferralId> = found.iter().map(|referral| referral.id).collect();
        let referrals = self.audit.referrals.values();
        let expected: BTreeSet<ReferralId> =
            referrals.filter(|referral| is_due(referral, self.now)).map(|referral| referral.id).collect();
        if ids != expected && expected.len() <= SWEPT_MAX {
            self.faults.push(format!("{due:?} are {ids:?} in the tables, {expected:?} in the log"));
        }
        found.iter().filter_map(|referral| self.audit.referrals.get(&referral.id).cloned()).collect()
    }
}
