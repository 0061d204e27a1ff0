//! What time makes of offers and promises, and who does something about it. Whom to ask next, what is asked of the ledger and when a
//! chain ends is production's to say; here it is sent, cut off and doubled, and what it comes to is held against what it should.

use std::collections::BTreeSet;

use jiff::Timestamp;
use wishwell_domain::Error;
use wishwell_domain::ids::{ReferralId, ResourceId};
use wishwell_domain::ledger::sweep::{self, Obstacle};
use wishwell_domain::ledger::{Command, Escalation};
use wishwell_domain::limits::{AUTO_REFER_ATTEMPTS_MAX, OFFER_ATTEMPTS_MAX, SWEEP_REFERRALS_MAX};
use wishwell_domain::referral::{Origin, Referral, ReferralState};
use wishwell_engine::{Asking, Chance, Onward};
use wishwell_store::{Basis, Due};

use crate::actors::{self, View};
use crate::counts::Happening;
use crate::dice::Dice;
use crate::plants::Plant;
use crate::requests::Request;
use crate::simulation::Simulation;
use crate::upon;
use crate::world::tenant;

/// A chain of offers that a sweeper goes on with.
struct Chain {
    referral: Referral,
    asking: Asking,
    /// Candidates that were not asked before, the best first; empty where so many were asked that nobody is any more.
    left: Vec<Chance>,
    /// The one that was offered to last.
    last: Option<Chance>,
    /// How often it was judged.
    judged: usize,
}

impl Chain {
    fn begin(view: &View<'_>, referral: Referral, judged: usize) -> Self {
        let (need, ordinal) = (referral.need, referral.item_ordinal);
        let tried: Vec<&Referral> = view.of_item(need, ordinal).collect();
        let in_vain = |tried: &&&Referral| tried.covered_units() == 0;
        let attempts = tried.iter().filter(|tried| tried.origin == Origin::Automatic).filter(in_vain).count();
        let mut left = Vec::new();
        if attempts < AUTO_REFER_ATTEMPTS_MAX as usize {
            left = view.follower.chances(&view.audit.needs[&need], ordinal, view.now);
            left.retain(|chance| tried.iter().all(|tried| tried.resource != chance.resource));
        }
        Self { asking: view.asking(need, ordinal, Some(referral.id)), referral, left, last: None, judged }
    }

    /// What is wrong with an offer, which must be the best that is left.
    fn fault_of(&mut self, offer: &Command) -> Option<String> {
        let Command::Offer(offer) = offer else { return Some(format!("a sweeper asks for {offer:?}")) };
        let best = (!self.left.is_empty()).then(|| self.left.remove(0));
        let is_best = best.as_ref().is_some_and(|best| best.resource == offer.resource);
        let is_right = is_best && offer.previous == Some(self.referral.id);
        self.last = best;
        let best = &self.last;
        (!is_right).then(|| format!("after {} the best that is left is {best:?}, not {offer:?}", self.referral.id))
    }

    /// Notes why the last offer was refused: an organization that was asked enough is asked no more.
    fn note(&mut self, refusal: &Error) {
        if matches!(refusal, Error::ContactBudgetSpent { .. }) {
            let enough = self.last.as_ref().map(|last| last.organization);
            self.left.retain(|chance| Some(chance.organization) != enough);
        }
    }

    /// What is wrong when nobody is left to ask.
    fn fault_of_nobody(&self) -> Option<String> {
        let passed_over: Vec<ResourceId> = self.left.iter().map(|chance| chance.resource).collect();
        (!passed_over.is_empty()).then(|| format!("{passed_over:?} were passed over after {}", self.referral.id))
    }
}

/// What is wrong when a refusal that lasts is waited for to pass.
fn fault_of_waiting(chain: &Chain, why: &Error) -> Option<String> {
    let lasts = !matches!(why, Error::ContactBudgetSpent { .. });
    let waits = Obstacle::of(why) == Obstacle::Passing;
    (lasts && waits).then(|| format!("{} is tried again and again: {why}", chain.referral.id))
}

impl Simulation {
    /// A sweeper's round, or those of two replicas at once. It may be over before it has come to everything, and what one part of it left
    /// does not keep the next from what it finds.
    pub(crate) fn sweep(&mut self) {
        let lapsed = self
            .due(Due::Lapsed, |referral, now| referral.state == ReferralState::Offered && referral.expires_at <= now);
        if !lapsed.is_empty() && self.dice.chance(60) {
            self.sweep_for(vec![actors::look(lapsed.iter().map(|referral| referral.id))]);
        }
        let overdue = self.due(Due::Overdue, |referral, now| {
            let promised = matches!(referral.state, ReferralState::Accepted | ReferralState::InProgress);
            // What was told of before it was due was told for another reason.
            promised && referral.due_at <= now && referral.escalated_at.is_none_or(|at| at < referral.due_at)
        });
        self.sweep_for(overdue.iter().map(|late| actors::escalate(late.id, Escalation::Overdue)).collect());
        self.look_for_chains_that_lateness_ended(&overdue);
        let to_follow = self.due(Due::ToFollow, |referral, _| referral.next_is_due);
        let mut chains = Vec::new();
        for referral in to_follow {
            if !self.dice.chance(20) {
                chains.push(Chain::begin(&self.view(), referral, 1));
            }
        }
        self.follow(chains);
    }

    /// To tell that what was promised is late says nothing of who is to be asked for the rest.
    fn look_for_chains_that_lateness_ended(&mut self, overdue: &[Referral]) {
        for before in overdue.iter().filter(|referral| referral.next_is_due) {
            if self.audit.referrals.get(&before.id).is_some_and(|after| !after.next_is_due) {
                self.faults.push(format!("{} is late, and nobody is asked for the rest any more", before.id));
            }
        }
    }

    /// Asks the next candidates, until each is asked or nobody is left, and tells of those chains that have ended.
    fn follow(&mut self, mut chains: Vec<Chain>) {
        let mut ended = Vec::new();
        while !chains.is_empty() && self.faults.is_empty() {
            let asked = self.ask(std::mem::take(&mut chains), &mut ended);
            for mut chain in asked {
                let request = self.requests.iter_mut().find(|request| is_follow(request, &chain.referral)).unwrap();
                if std::mem::take(&mut request.outdated) {
                    chains.extend(self.judge_anew(chain));
                    continue;
                }
                // Without an answer of any kind it is tried again by a later sweep.
                let Some(refusal) = request.refusal.take() else { continue };
                chain.note(&refusal);
                match chain.asking.refused(refusal) {
                    Onward::Next if self.plant == Some(Plant::AsksTheBestAlone) => {
                        ended.push(self.nobody_is_left(chain));
                    }
                    Onward::Next => {
                        self.counts.note(Happening::AskedOn, 1);
                        chains.push(chain);
                    }
                    Onward::Anew => chains.extend(self.judge_anew(chain)),
                    Onward::End(why) => ended.push((chain, why)),
                }
            }
        }
        self.faults.extend(ended.iter().filter_map(|(chain, why)| fault_of_waiting(chain, why)));
        let lasting = ended.iter().filter(|(_, why)| Obstacle::of(why) != Obstacle::Passing);
        self.sweep_for(lasting.map(|(chain, _)| actors::escalate(chain.referral.id, Escalation::NobodyLeft)).collect());
        let for_long =
            |chain: &Chain, why: &Error| sweep::waits_for_long(why, chain.referral.urgency, chain.referral.updated_at);
        let waiting = ended.iter().filter(|(chain, why)| for_long(chain, why));
        self.sweep_for(waiting.map(|(chain, _)| actors::tell_of_waiting(chain.referral.id)).collect());
    }

    /// The same chain upon what is true now, as long as a sweep tries it; a later one does then.
    fn judge_anew(&mut self, chain: Chain) -> Option<Chain> {
        self.follower.follow(&self.audit.events, self.audit.position());
        let again = chain.judged < OFFER_ATTEMPTS_MAX;
        again.then(|| Chain::begin(&self.view(), chain.referral, chain.judged + 1))
    }

    /// What an offer of a chain is held to: the last attempt only to what its need wants, which many change for each other.
    fn basis(&self, chain: &Chain, offer: &Command) -> Option<Basis> {
        let basis = upon::basis(&self.view(), std::slice::from_ref(offer))?;
        Some(Basis { roughly: chain.judged >= OFFER_ATTEMPTS_MAX, ..basis })
    }

    /// Sends the next offer of each chain, all at once, and answers those that had one.
    fn ask(&mut self, chains: Vec<Chain>, ended: &mut Vec<(Chain, Error)>) -> Vec<Chain> {
        let (mut requests, mut asked) = (Vec::new(), Vec::new());
        for mut chain in chains {
            let id = self.dice.uuid(self.now);
            match self.view().next_offer(&mut chain.asking, id) {
                Some(offer) => {
                    self.faults.extend(chain.fault_of(&offer));
                    let mut dice = Dice::new(self.dice.next());
                    let rivals =
                        (0..dice.between(1, 4)).filter_map(|_| self.view().rival(&mut dice, chain.last.as_ref()?));
                    requests.extend(rivals);
                    let basis = self.basis(&chain, &offer);
                    requests.push(actors::follow(&chain.referral, offer, basis));
                    asked.push(chain);
                }
                None => ended.push(self.nobody_is_left(chain)),
            }
        }
        self.sweep_for(requests);
        asked
    }

    fn nobody_is_left(&mut self, chain: Chain) -> (Chain, Error) {
        self.faults.extend(chain.fault_of_nobody());
        let why = chain.asking.nobody_left();
        (chain, why)
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
            match known {
                Some(known) => {
                    self.requests[known].refusal = None;
                    self.requests[known].outdated = false;
                }
                None => self.requests.push(request),
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
        let found = self.machine.run(store.due(&tenant(), due, None, SWEEP_REFERRALS_MAX)).unwrap();
        let ids: BTreeSet<ReferralId> = found.iter().map(|referral| referral.id).collect();
        let referrals = self.audit.referrals.values();
        let expected: BTreeSet<ReferralId> =
            referrals.filter(|referral| is_due(referral, self.now)).map(|referral| referral.id).collect();
        if ids != expected && expected.len() <= SWEEP_REFERRALS_MAX {
            self.faults.push(format!("{due:?} are {ids:?} in the tables, {expected:?} in the log"));
        }
        found.iter().filter_map(|referral| self.audit.referrals.get(&referral.id).cloned()).collect()
    }
}

/// Whether a request is a sweeper's next offer after one that came to nothing or to a part.
fn is_follow(request: &Request, previous: &Referral) -> bool {
    let (method, id) = actors::follow_key(previous);
    (request.method, request.id) == (method, Some(id))
}
