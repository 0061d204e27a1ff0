//! Requests as their callers know them: what was asked under which key, and what was answered.

use uuid::Uuid;
use wishwell_domain::Error;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, NeedId, ReferralId};
use wishwell_domain::ledger::Command;
use wishwell_store::{Basis, Effect, RequestKey, Store, StoreError, WriteContext, Written};

use crate::audit::Audit;
use crate::counts::{Counts, Happening};
use crate::upon;
use crate::world;

/// Something that somebody wants, however often it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) principal: &'static str,
    /// None for what is not kept: nobody asks twice for the same.
    pub(crate) id: Option<Uuid>,
    pub(crate) method: &'static str,
    pub(crate) commands: Vec<Command>,
    /// What its offers were judged upon; none where it offers nothing, or what somebody else judged.
    pub(crate) basis: Option<Basis>,
    /// The answer that its caller has seen.
    pub(crate) answer: Option<Written>,
    /// Why it was last refused.
    pub(crate) refusal: Option<Error>,
    /// Whether it was last refused because what it was judged upon had changed.
    pub(crate) outdated: bool,
    /// Whether it may have had an effect that nobody was told of.
    pub(crate) maybe: bool,
}

/// One sending of a request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Which request.
    pub(crate) request: usize,
    pub(crate) context: WriteContext,
    pub(crate) commands: Vec<Command>,
    pub(crate) basis: Option<Basis>,
    /// Whether its caller goes away before the answer.
    pub(crate) torn: bool,
    /// Whether another body comes under the same key.
    pub(crate) other_body: bool,
}

impl Call {
    /// Asks a store for it.
    pub(crate) async fn carry_out(&self, store: &dyn Store) -> Result<Written, StoreError> {
        store.carry_out_upon(&self.context, self.commands.clone(), self.basis.clone()).await
    }
}

/// What came of a call: none where nobody waited. The length of the write-ahead log is that of the moment of the answer.
pub(crate) type Answer = Option<(Result<Written, StoreError>, u64)>;

impl Request {
    /// Something that was not asked before.
    pub(crate) fn new(
        principal: &'static str,
        id: Option<Uuid>,
        method: &'static str,
        commands: Vec<Command>,
        basis: Option<Basis>,
    ) -> Self {
        Self { principal, id, method, commands, basis, answer: None, refusal: None, outdated: false, maybe: false }
    }

    /// The request's context, with a body of its own.
    pub(crate) fn context(&self) -> WriteContext {
        let request = self.id.map(|request_id| RequestKey { method: self.method, request_id, body_digest: [7; 32] });
        WriteContext { tenant: world::tenant(), principal: self.principal.to_owned(), request }
    }

    /// A sending of it.
    pub(crate) fn call(&self, request: usize) -> Call {
        let (context, commands, basis) = (self.context(), self.commands.clone(), self.basis.clone());
        Call { request, context, commands, basis, torn: false, other_body: false }
    }

    /// Takes out of its answer what was erased: whoever asks again is answered without it.
    pub(crate) fn forget(&mut self, erased: NeedId) {
        let outcomes = self.answer.iter_mut().flat_map(|answer| &mut answer.outcomes);
        for outcome in outcomes {
            match &mut outcome.after {
                Some(Change::Need(need)) if need.id == erased => world::take_text_from(need),
                Some(Change::Referral(referral)) if referral.need == erased => world::take_score_from(referral),
                _ => {}
            }
        }
    }

    /// Referrals that it would make.
    pub(crate) fn offers(&self) -> impl Iterator<Item = ReferralId> {
        self.commands.iter().filter_map(|command| match command {
            Command::Offer(offer) => Some(offer.id),
            _ => None,
        })
    }
}

/// The pool whose figures a command sets, and whether it may call off what is promised.
pub(crate) fn sets(command: &Command) -> Option<(CapacityPoolId, bool)> {
    match command {
        Command::SetFigures(set) => Some((set.pool, set.force)),
        _ => None,
    }
}

/// What is wrong with the answer to a call, and whether it is the request's first.
pub(crate) fn judge(
    request: &mut Request,
    call: &Call,
    answer: Result<Written, StoreError>,
    audit: &Audit,
    counts: &mut Counts,
) -> Vec<String> {
    let mut faults = Vec::new();
    match answer {
        _ if call.other_body => {
            if !matches!(answer, Err(StoreError::RequestIdReused { .. })) {
                faults.push(format!("I4: another body under the same key was answered {answer:?}"));
            }
        }
        Ok(written) => {
            counts.note(if written.replayed { Happening::AnsweredAgain } else { Happening::CarriedOut }, 1);
            faults.extend(faults_of_answer(request, &written, audit));
            if let Some(basis) = call.basis.as_ref().filter(|_| !written.replayed) {
                faults.extend(upon::faults(basis, &written, audit));
            }
            match &request.answer {
                Some(first) if request.id.is_some() => {
                    if (&first.outcomes, first.position) != (&written.outcomes, written.position) || !written.replayed {
                        faults.push(format!("I4: answered {first:?}, then {written:?}"));
                    }
                }
                _ => request.answer = Some(written),
            }
        }
        Err(StoreError::Refused(refusal)) => {
            counts.note(Happening::Refused, 1);
            if let Some(first) = request.answer.as_ref().filter(|_| request.id.is_some()) {
                faults.push(format!("I4: answered {first:?}, then refused: {refusal}"));
            }
            request.refusal = Some(*refusal);
        }
        Err(StoreError::Outdated) if call.basis.is_some() => {
            counts.note(Happening::Outdated, 1);
            if let Some(first) = request.answer.as_ref().filter(|_| request.id.is_some()) {
                faults.push(format!("I4: answered {first:?}, then refused as outdated"));
            }
            request.outdated = true;
        }
        Err(error) => faults.push(format!("an answer that has no place here: {error:?}")),
    }
    faults
}

fn faults_of_answer(request: &Request, written: &Written, audit: &Audit) -> Vec<String> {
    let mut faults = Vec::new();
    // Two may have come to different commands under one key, as two sweepers do; how many there are they know.
    if written.outcomes.len() != request.commands.len() {
        faults.push(format!("{} commands were answered with {written:?}", request.commands.len()));
    }
    if written.position.0 > audit.position() {
        faults.push(format!("answered position {}, the log ends at {}", written.position.0, audit.position()));
    }
    for outcome in &written.outcomes {
        match &outcome.after {
            Some(after) if !audit.has(after) => faults.push(format!("I3: answered, but not in the log: {after:?}")),
            None if outcome.effect != Effect::Unchanged => {
                faults.push(format!("an effect without a trace: {outcome:?}"))
            }
            _ => {}
        }
    }
    faults
}
