//! What is sent when: new requests, old ones again, some of them twice, in another order, or held up on their way.

use crate::actors::View;
use crate::counts::Happening;
use crate::requests::Call;
use crate::simulation::Simulation;

/// How many of the latest requests may be sent again.
const SENT_AGAIN_MAX: usize = 10;

impl Simulation {
    /// What comes at once.
    pub(crate) fn calls(&mut self) -> Vec<Call> {
        let mut calls = Vec::new();
        for _ in 0..self.dice.pick(&[1, 1, 1, 2, 3, 4, 6]) {
            let again = self.dice.chance(18).then(|| self.again()).flatten();
            if let Some(call) = again.or_else(|| self.new_request()) {
                calls.push(call);
            }
        }
        if !calls.is_empty() && self.dice.chance(20) {
            let twice = self.dice.pick(&calls);
            if twice.context.request.is_some() {
                self.counts.note(Happening::Doubled, 1);
                calls.insert(self.dice.below(calls.len() + 1), twice);
            }
        }
        if calls.len() > 1 && self.dice.chance(30) {
            self.counts.note(Happening::Reordered, 1);
            for at in (1..calls.len()).rev() {
                calls.swap(at, self.dice.below(at + 1));
            }
        }
        for call in &mut calls {
            call.torn = self.dice.chance(8);
        }
        self.hold_up(calls)
    }

    fn new_request(&mut self) -> Option<Call> {
        let view = View { audit: &self.audit, follower: &self.follower, now: self.now, plant: self.plant };
        let request = view.request(&mut self.dice)?;
        let call = request.call(self.requests.len());
        self.requests.push(request);
        Some(call)
    }

    /// One of the latest requests once more, whether or not it was answered; some of those that were with another body.
    fn again(&mut self) -> Option<Call> {
        let latest = self.requests.len().min(SENT_AGAIN_MAX);
        if latest == 0 {
            return None;
        }
        let at = self.requests.len() - 1 - self.dice.below(latest);
        let request = &self.requests[at];
        request.id?;
        let mut call = request.call(at);
        let other_body = self.dice.chance(15) && request.answer.is_some();
        if let Some(key) = call.context.request.as_mut().filter(|_| other_body) {
            key.body_digest = [8; 32];
            call.other_body = true;
        }
        Some(call)
    }

    /// Keeps some calls back, and brings some of those that were.
    fn hold_up(&mut self, calls: Vec<Call>) -> Vec<Call> {
        let mut come = Vec::new();
        for call in std::mem::take(&mut self.held_up) {
            if self.dice.chance(40) { come.push(call) } else { self.held_up.push(call) }
        }
        for call in calls {
            // What is refused for its body alone says nothing when it comes late.
            if !call.other_body && self.dice.chance(6) {
                self.tell(|| format!("  held up: {call:?}"));
                self.counts.note(Happening::HeldUp, 1);
                self.held_up.push(call);
            } else {
                come.push(call);
            }
        }
        come
    }
}
