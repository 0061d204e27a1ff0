//! What is held against what while a simulation goes on and when it is over.

use std::collections::{BTreeSet, HashMap};

use wishwell_domain::event::Change;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::Escalation;

use crate::actors;
use crate::candidates;
use crate::simulation::Simulation;
use crate::world::tenant;

impl Simulation {
    /// Lets the store add up its own figures.
    pub(crate) fn verify(&mut self) {
        let store = self.machine.store();
        let verification = self.machine.run(store.verify(&tenant())).unwrap();
        self.faults.extend(verification.discrepancies.into_iter().map(|found| format!("verify: {found:?}")));
    }

    /// Lets every chain end that nobody goes on with. None is followed for ever.
    fn end_chains(&mut self) {
        let mut ended = BTreeSet::new();
        // To look whether somebody is needed lets lapsed offers go, whose chains end then.
        while let Some(id) = self.audit.referrals.values().find(|referral| referral.next_is_due).map(|found| found.id) {
            let (store, end) = (self.machine.store(), actors::escalate(id, Escalation::NobodyLeft));
            let answer = self.machine.run(store.carry_out(&end.context(), end.commands.clone()));
            self.read_on();
            if !ended.insert(id) || !self.faults.is_empty() {
                self.faults.push(format!("the chain of {id} does not end: {answer:?}"));
                return;
            }
        }
    }

    /// Holds the tables against the log, and a store made again from the log against both.
    pub(crate) fn end(&mut self) {
        self.tell(|| "the end".to_owned());
        self.end_chains();
        self.verify();
        let (store, tenant) = (self.machine.store(), tenant());
        let everything = self.machine.run(store.everything(&tenant)).unwrap();
        for (name, logged) in self.audit.everything() {
            if everything.get(name) != Some(logged) {
                self.faults
                    .push(format!("I5: {name} is {:?} in the tables, {logged:?} in the log", everything.get(name)));
            }
        }
        if everything.len() != self.audit.everything().count() {
            self.faults.push("I5: the tables hold something that the log does not tell of".to_owned());
        }
        for request in self.requests.iter().filter(|request| request.answer.is_none() && !request.maybe) {
            for id in request.offers().filter(|id| self.audit.referrals.contains_key(id)) {
                self.faults.push(format!("{id} was made by a request that was refused"));
            }
        }
        if self.log() != self.audit.events {
            self.faults
                .push("I5, I8: the log is another one than was read: what was erased, or something else".to_owned());
        }
        self.faults.extend(candidates::not_replayable(&self.audit.events, &self.audit.referrals));
        let catalog = self.machine.run(store.load_catalog(&tenant, &|_| {})).unwrap();
        self.faults.extend(candidates::differences(catalog, &self.audit.events, &self.audit.needs, self.now));
        if self.faults.is_empty() {
            self.make_again(&everything);
        }
    }

    /// Makes the tables again from the log, as a tenant of its own, which nothing but the file has in common with the first.
    fn make_again(&mut self, everything: &HashMap<String, Change>) {
        let again = TenantId::parse("tenant", "again").unwrap();
        let store = self.machine.store();
        let (found, verification, movements) = self.machine.run(async {
            store.restore(&again, &self.audit.events).await.unwrap();
            let movements = [store.movements(&tenant()).await.unwrap(), store.movements(&again).await.unwrap()];
            (store.everything(&again).await.unwrap(), store.verify(&again).await.unwrap(), movements)
        });
        let [stored, made] = movements;
        if stored != made {
            self.faults.push("I5: a store made again from the log has other movements".to_owned());
        }
        for (name, known) in everything {
            if found.get(name) != Some(known) {
                self.faults.push(format!("I5: {name} is {known:?}, made again {:?}", found.get(name)));
            }
        }
        if found.len() != everything.len() {
            self.faults.push("I5: a store made again from the log holds more".to_owned());
        }
        self.faults.extend(verification.discrepancies.iter().map(|found| format!("I5: made again: {found:?}")));
    }
}
