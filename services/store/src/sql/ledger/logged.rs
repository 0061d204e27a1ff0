//! What a transaction of the ledger logs, and what its requests are answered of it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{CapacityPoolId, LogPosition, NeedId, ReferralId, ResourceId};
use wishwell_domain::ledger::{CLOCK_PRINCIPAL, Changes, Command, Done};

use super::{Asked, Settled, Standing};
use crate::contract::{Effect, Outcome, Written};
use crate::error::StoreError;
use crate::sql::moves;

/// What a transaction logs.
pub(super) struct Logged {
    entries: Vec<(String, Change)>,
    /// Where each subject is among the entries.
    places: HashMap<Subject, usize>,
    /// Whether offers moved something in pools and needs, and nothing else has changed of them.
    moves_alone: bool,
}

/// What the ledger changes, by identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Pool(CapacityPoolId),
    Resource(ResourceId),
    Need(NeedId),
    Referral(ReferralId),
}

impl Subject {
    const fn of(change: &Change) -> Option<Self> {
        match change {
            Change::CapacityPool(pool) => Some(Self::Pool(pool.id)),
            Change::Resource(resource) => Some(Self::Resource(resource.id)),
            Change::Need(need) => Some(Self::Need(need.id)),
            Change::Referral(referral) => Some(Self::Referral(referral.id)),
            _ => None,
        }
    }

    /// What a command was about, when it changed something.
    const fn done(done: Done) -> Option<Self> {
        match done {
            Done::Referral(id) => Some(Self::Referral(id)),
            Done::Pool(id) => Some(Self::Pool(id)),
            Done::Need(id) => Some(Self::Need(id)),
            Done::Unchanged(_) => None,
        }
    }
}

impl Logged {
    pub(super) fn of(changes: Changes, asked: &[Arc<Asked>], standings: &[Option<Standing>]) -> Self {
        let names = names(&changes, asked, standings);
        let moves_alone = moves::are_all(&changes);
        // What is referred to comes before what refers to it, so that tables can be made again from the log.
        let pools = changes.pools.into_iter().map(|changed| Change::CapacityPool(changed.after));
        let resources = changes.resources.into_iter().map(|changed| Change::Resource(Box::new(changed.after)));
        let needs = changes.needs.into_iter().map(|changed| Change::Need(Box::new(changed.after)));
        let mut referrals: Vec<_> = changes.referrals.into_iter().map(|changed| changed.after).collect();
        referrals.sort_by_key(|referral| referral.attempt);
        let referrals = referrals.into_iter().map(|referral| Change::Referral(Box::new(referral)));
        let mut logged = Self { entries: Vec::new(), places: HashMap::new(), moves_alone };
        for change in pools.chain(resources).chain(needs).chain(referrals) {
            let subject = Subject::of(&change);
            let name = subject.and_then(|subject| names.get(&subject)).map_or(CLOCK_PRINCIPAL, String::as_str);
            logged.entries.push((name.to_owned(), change));
            logged.places.extend(subject.map(|subject| (subject, logged.entries.len() - 1)));
        }
        logged
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Change)> {
        self.entries.iter().map(|(principal, change)| (principal.as_str(), change))
    }

    /// Whether the entries can be logged as what was moved.
    pub(super) const fn moves_alone(&self) -> bool {
        self.moves_alone
    }

    /// The events, as they are in the log from `first` on.
    pub(super) fn into_events(self, first: LogPosition, at: Timestamp) -> Vec<Arc<Event>> {
        let numbered = (first.0..).zip(self.entries);
        numbered
            .map(|(position, (principal, change))| {
                Arc::new(Event { position: LogPosition(position), at, principal, change })
            })
            .collect()
    }

    fn find(&self, subject: Subject) -> Option<(usize, &Change)> {
        let at = *self.places.get(&subject)?;
        self.entries.get(at).map(|(_, change)| (at, change))
    }

    pub(super) fn answer(&self, standing: Standing, position: LogPosition) -> Result<Settled, StoreError> {
        Ok(match standing {
            Standing::Refused(error) => Settled::Answered(Err(error)),
            Standing::Known(written) => Settled::Answered(Ok(written)),
            Standing::Later => Settled::Later,
            Standing::Done(done) => {
                let outcomes = done.into_iter().map(|done| self.outcome(done)).collect::<Result<Vec<_>, _>>()?;
                Settled::Answered(Ok(Written { outcomes, position, replayed: false, kept: None }))
            }
        })
    }

    fn outcome(&self, done: Done) -> Result<Outcome, StoreError> {
        let Some(subject) = Subject::done(done) else { return Ok(Outcome { effect: Effect::Unchanged, after: None }) };
        let (_, change) =
            self.find(subject).ok_or_else(|| StoreError::Defect(format!("{subject:?} did not change")))?;
        let new = match change {
            Change::Referral(referral) => referral.version.0 == 1,
            Change::CapacityPool(pool) => pool.version.0 == 1,
            _ => false,
        };
        let effect = if new { Effect::Created } else { Effect::Updated };
        Ok(Outcome { effect, after: Some(change.clone()) })
    }

    /// Where the log has the after-images of outcomes.
    pub(super) fn positions(&self, outcomes: &[Outcome], first: LogPosition) -> Vec<Option<i64>> {
        outcomes
            .iter()
            .map(|outcome| {
                let (at, _) = self.find(Subject::of(outcome.after.as_ref()?)?)?;
                Some(first.0 + i64::try_from(at).ok()?)
            })
            .collect()
    }
}

/// In whose name each change is logged, by subject: who asked for it, or who took the step that it follows from.
fn names(changes: &Changes, asked: &[Arc<Asked>], standings: &[Option<Standing>]) -> HashMap<Subject, String> {
    let mut names = HashMap::new();
    for referral in changes.referrals.iter().map(|changed| &changed.after) {
        let of = [Subject::Referral(referral.id), Subject::Need(referral.need), Subject::Resource(referral.resource)];
        let pools = referral.lines.iter().map(|line| Subject::Pool(line.pool));
        names.extend(of.into_iter().chain(pools).map(|subject| (subject, referral.last.by.clone())));
    }
    for (asked, standing) in asked.iter().zip(standings) {
        let Some(Standing::Done(done)) = standing else { continue };
        // Whoever makes an offer also marks the one that it follows, whose own last step was another's.
        let followed = asked.commands.iter().filter_map(|command| match command {
            Command::Offer(offer) => offer.previous,
            _ => None,
        });
        names.extend(followed.map(|followed| (Subject::Referral(followed), asked.context.principal.clone())));
        names.extend(done.iter().filter_map(|done| Some((Subject::done(*done)?, asked.context.principal.clone()))));
    }
    names
}
