//! What offers are judged upon: given with them as the service does, and held against the log, for nothing of it may have changed.

use std::sync::Arc;

use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, Version};
use wishwell_domain::ledger::Command;
use wishwell_domain::need::{Need, NeedState};
use wishwell_domain::referral::Origin;
use wishwell_store::{Basis, Written};

use crate::actors::View;
use crate::audit::Audit;

/// What somebody judges the offers among these commands upon: a picture that may lag behind, and needs: those of whom somebody chose as they
/// were in that picture, as if they were kept at hand, others as they are now. None where nothing is offered.
pub(crate) fn basis(view: &View<'_>, commands: &[Command]) -> Option<Basis> {
    let mut basis = Basis { position: LogPosition(view.follower.position()), ..Basis::default() };
    for command in commands {
        let Command::Offer(offer) = command else { continue };
        let at_hand =
            (offer.origin == Origin::Chosen).then(|| view.audit.need_at(offer.need, basis.position)).flatten();
        basis.needs.push(Arc::new(at_hand.unwrap_or(&view.audit.needs[&offer.need]).clone()));
        // What is pledged in the same request was in no picture.
        if let Some(resource) = view.audit.resources.get(&offer.resource) {
            basis.subjects.extend([resource.id.name(), resource.organization.name()]);
        }
    }
    (!basis.needs.is_empty()).then_some(basis)
}

/// What had changed of what offers were judged upon by the time they were made.
pub(crate) fn faults(basis: &Basis, written: &Written, audit: &Audit) -> Vec<String> {
    let made = |change: &&Change| matches!(change, Change::Referral(referral) if referral.version == Version(1));
    let first = written.outcomes.iter().filter_map(|outcome| outcome.after.as_ref()).find(made);
    let Some(at) = first.and_then(|first| audit.events.iter().position(|event| event.change == *first)) else {
        return Vec::new();
    };
    let seen = usize::try_from(basis.position.0).unwrap().min(at);
    let since = audit.events[seen..at].iter().map(|event| event.change.subject());
    let mut faults: Vec<String> = since
        .filter(|subject| basis.subjects.contains(subject))
        .map(|subject| format!("{subject} has changed since {:?}, and was offered at {}", basis.position, at + 1))
        .collect();
    for judged in basis.needs.iter().filter(|_| !basis.roughly) {
        let now = audit.need_at(judged.id, LogPosition(i64::try_from(at).unwrap()));
        if now.is_none_or(|now| said(now) != said(judged)) {
            faults.push(format!("{now:?} was offered at {}, as if it were {judged:?}", at + 1));
        }
    }
    faults
}

/// What somebody said of a need: without what is taken of it, and as what it is published.
fn said(need: &Need) -> Need {
    let mut said = need.clone();
    for item in &mut said.items {
        (item.referred, item.served) = (0, 0);
        item.taken.clear();
    }
    (said.wish, said.publication) = (None, None);
    (said.state, said.version, said.updated_at) = (NeedState::Open, Version(0), said.created_at);
    said
}
