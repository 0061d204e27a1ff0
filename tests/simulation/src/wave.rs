//! Calls that are under way at once, what becomes of them, and what a crash in their midst leaves.

use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;

use futures::future::join_all;
use wishwell_domain::ids::LogPosition;
use wishwell_store::{Store, StoreError, WriteContext};

use crate::candidates::Follower;
use crate::counts::Happening;
use crate::requests::{Answer, Call, judge, sets};
use crate::simulation::Simulation;
use crate::world::tenant;

/// Answered requests that are asked for again after a crash.
const ASKED_AGAIN_MAX: usize = 6;
/// More awaits than a call has on its way to its answer, alone or with those that share its transaction.
const AWAITS_MAX: usize = 5;
/// Turns of the runtime after which a transaction is written and nobody answered.
const TURNS_TO_BEGIN: usize = 1;

impl Simulation {
    /// Sends calls at once and holds what comes of them against what may.
    pub(crate) fn wave(&mut self, calls: Vec<Call>) {
        if calls.is_empty() {
            return;
        }
        for call in &calls {
            self.tell(|| {
                format!("  {}{} {call:?}", call.context.principal, if call.torn { ", who goes away" } else { "" })
            });
        }
        match self.dice.below(100) {
            0..9 => self.wave_without_power(&calls),
            9..25 => self.wave_without_end(calls),
            _ => {
                let answers = self.send(&calls);
                self.settle(&calls, answers, None);
            }
        }
    }

    /// The power fails somewhere in what the wave wrote.
    fn wave_without_power(&mut self, calls: &[Call]) {
        self.counts.note(Happening::PowerLost, 1);
        let before = self.machine.held();
        let answers = self.send(calls);
        let loses_more = self.plant.is_some_and(|plant| plant.loses_answered_writes());
        let kept = self.machine.lose_power(before, &mut self.dice, loses_more);
        self.tell(|| format!("  the power fails, {kept:?} bytes are left of the write-ahead log"));
        self.settle(calls, answers, Some(kept.unwrap_or(u64::MAX)));
    }

    /// The process ends while calls are under way, which are sent again to the next one: between any two awaits, or, of several, after
    /// the first commit.
    fn wave_without_end(&mut self, mut calls: Vec<Call>) {
        // Whoever is there when a process ends learns of it.
        calls.iter_mut().for_each(|call| call.torn = false);
        let awaits = (calls.len() == 1 || self.dice.chance(50)).then(|| self.dice.below(AWAITS_MAX));
        let store = self.machine.store();
        let mut under_way = join_all(calls.iter().map(|call| call.carry_out(&*store)));
        let commits = self.machine.commits();
        let mut passed = 0;
        let answered = loop {
            if awaits == Some(passed) || (awaits.is_none() && self.machine.commits() != commits) {
                break false;
            }
            if self.machine.go_on(&mut under_way) {
                break true;
            }
            passed += 1;
        };
        if !answered {
            self.counts.note(awaits.map_or(Happening::EndedAfterCommit, |_| Happening::EndedWithin), 1);
        }
        drop(under_way);
        drop(store);
        self.machine.restart();
        self.tell(|| {
            awaits.map_or_else(|| "  the process ends".to_owned(), |at| format!("  the process ends at await {at}"))
        });
        let answers = self.send(&calls);
        self.settle(&calls, answers, None);
    }

    /// Sends calls in order, in one go or in two, and waits for whoever waits.
    fn send(&mut self, calls: &[Call]) -> Vec<Answer> {
        let pause = self.dice.chance(35).then(|| self.dice.below(calls.len() + 1));
        let mut sent = calls.to_vec();
        if let Some(plant) = self.plant {
            plant.before(&mut sent, &self.machine, &self.audit, self.now);
        }
        for call in sent.iter().filter(|call| call.torn) {
            self.counts.note(Happening::Torn, 1);
            self.requests[call.request].maybe = true;
        }
        let mut answers = self.machine.run(send(self.machine.store(), &sent, pause, &self.machine.log_path()));
        if let Some(plant) = self.plant {
            plant.after(&mut answers, &self.machine);
        }
        answers
    }

    /// Holds answers against the log. `kept` is how much a loss of power left of the write-ahead log, none where there was none.
    fn settle(&mut self, calls: &[Call], answers: Vec<Answer>, kept: Option<u64>) {
        let before = self.audit.position();
        if kept.is_some() {
            self.read_again();
        }
        self.read_on();
        if !self.faults.is_empty() {
            return;
        }
        for (call, answer) in calls.iter().zip(answers) {
            let Some((answer, written_at)) = answer else { continue };
            if let (Some(kept), Ok(_), false) = (kept, &answer, call.other_body)
                && !self.survived(call, written_at, kept)
            {
                continue;
            }
            let request = &mut self.requests[call.request];
            let faults = judge(request, call, answer, &self.audit, &mut self.counts);
            self.faults.extend(faults);
        }
        if kept.is_some() {
            self.ask_again();
        }
        self.look_for_what_was_forced(calls, before);
    }

    /// Whether an answered request is still answered after a crash. It has to be when it was on disk by then.
    fn survived(&mut self, call: &Call, written_at: u64, kept: u64) -> bool {
        let request = &mut self.requests[call.request];
        if request.id.is_none() {
            return false;
        }
        let store = self.machine.store();
        let answered = self.machine.run(store.answered(&request.context())).unwrap();
        if answered.is_none() {
            request.maybe = true;
            self.counts.note(Happening::TakenBack, 1);
            if written_at <= kept || request.answer.is_some() {
                self.faults.push(format!("I3: an answered request is lost: {request:?}"));
            }
        }
        answered.is_some()
    }

    /// What was answered before a crash is answered the same after it.
    fn ask_again(&mut self) {
        let store = self.machine.store();
        let answered = self.requests.iter().rev().filter(|request| request.id.is_some() && request.answer.is_some());
        for request in answered.take(ASKED_AGAIN_MAX) {
            let again = self.machine.run(store.answered(&request.context())).unwrap();
            let told = again.as_ref().map(|written| (&written.outcomes, written.position));
            if told != request.answer.as_ref().map(|written| (&written.outcomes, written.position)) {
                self.faults.push(format!("I3, I4: answered {:?}, after a crash {again:?}", request.answer));
            }
        }
    }

    /// Reads the log from its beginning: it goes on where the crash left it.
    fn read_again(&mut self) {
        let before = std::mem::take(&mut self.audit);
        self.read_on();
        if self.audit.events.get(..before.events.len()) != Some(&before.events[..]) {
            self.faults.push(format!("I3: a log of {} events ends at {}", before.position(), self.audit.position()));
        }
        self.forget_what_was_lost();
        if self.follower.position() > self.audit.position() {
            self.follower = Follower::new();
            self.follower.follow(&self.audit.events, self.audit.position());
        }
    }

    /// Nobody judges upon more of the log than there is.
    fn forget_what_was_lost(&mut self) {
        let end = LogPosition(self.audit.position());
        let of_requests = self.requests.iter_mut().filter_map(|request| request.basis.as_mut());
        let of_calls = self.held_up.iter_mut().filter_map(|call| call.basis.as_mut());
        of_requests.chain(of_calls).for_each(|basis| basis.position = basis.position.min(end));
    }

    /// Referrals are called off for want of capacity only where somebody said so.
    fn look_for_what_was_forced(&mut self, calls: &[Call], before: i64) {
        let forced: Vec<_> = calls
            .iter()
            .flat_map(|call| &self.requests[call.request].commands)
            .filter_map(sets)
            .filter_map(|(pool, force)| force.then_some(pool))
            .collect();
        for (_, pools) in self.audit.called_off.iter().filter(|(at, _)| *at > before) {
            if !pools.iter().any(|pool| forced.contains(pool)) {
                self.faults.push(format!("a referral on {pools:?} was called off, though nobody forced it"));
            }
        }
    }
}

/// Sends calls in order. At `pause` those before are already being settled when the next come.
async fn send(store: Arc<dyn Store>, calls: &[Call], pause: Option<usize>, log: &Path) -> Vec<Answer> {
    let mut running = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        if pause == Some(at) {
            for _ in 0..TURNS_TO_BEGIN {
                tokio::task::yield_now().await;
            }
        }
        let (store, log) = (&store, log);
        let mut answer = Box::pin(async move {
            let answer = call.carry_out(&**store).await;
            (answer, std::fs::metadata(log).map_or(0, |log| log.len()))
        });
        let mut at_once = None;
        poll_fn(|task| {
            if let Poll::Ready(answer) = answer.as_mut().poll(task) {
                at_once = Some(answer);
            }
            Poll::Ready(())
        })
        .await;
        running.push((call.torn, at_once, answer));
    }
    let mut torn = 0;
    let waiting = running.into_iter().map(|(is_torn, at_once, answer)| {
        torn += usize::from(is_torn);
        // Whoever goes away goes now.
        let answer = (!is_torn).then_some(answer);
        async move {
            match (at_once, answer) {
                (Some(answer), _) => Some(answer),
                (None, Some(answer)) => Some(answer.await),
                (None, None) => None,
            }
        }
    });
    let waiting: Vec<_> = waiting.collect();
    let answers = join_all(waiting).await;
    wait_for_the_torn(&store, torn).await;
    answers
}

/// What nobody waits for is settled all the same. Each transaction settles one of the waiting at least.
async fn wait_for_the_torn(store: &Arc<dyn Store>, torn: usize) {
    let context = WriteContext { tenant: tenant(), principal: "nobody".to_owned(), request: None };
    if torn > 0 {
        for _ in 0..=torn {
            match store.carry_out(&context, Vec::new()).await {
                Ok(_) => {}
                Err(StoreError::Unavailable(_)) => return,
                Err(error) => panic!("asking for nothing was answered {error}"),
            }
        }
    }
}
