//! The ledger over SQL: requests that arrive together share a transaction, in which each is decided for itself.

mod automatic;
mod load;
mod lookups;
mod queue;
mod save;
mod verify;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::ledger::{Books, CLOCK_PRINCIPAL, Changes, Command, Done, Refusal};

use super::database::Database;
use super::record::Record as _;
use super::request;
use super::session::{Failure, Session};
use super::statement::Dialect;
use super::write::{WRITE_ATTEMPTS_MAX, WRITE_RETRY_FIRST_WAIT_MILLISECONDS, jitter};
use super::{log, now};
use crate::contract::{Effect, Outcome, WriteContext, Written};
use crate::error::StoreError;

pub(super) use queue::Queues;
pub(super) use save::save_referrals;

/// Times a transaction of several requests is tried before each gets one of its own.
const SHARED_ATTEMPTS_MAX: u32 = 3;

/// A request to the ledger.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) context: WriteContext,
    pub(super) commands: Vec<Command>,
}

/// What became of a request in a transaction.
#[derive(Debug)]
enum Settled {
    Answered(Result<Written, StoreError>),
    /// It goes into the next transaction.
    Later,
}

/// What a request has come to while its transaction is open.
enum Standing {
    /// Its commands are in the books.
    Done(Vec<Done>),
    Refused(StoreError),
    /// It was answered before.
    Known(Written),
    Later,
}

/// Settles requests of one tenant: all in one transaction, one by one when something of them together goes wrong.
async fn settle(database: &Database, tenant: &TenantId, asked: &[Arc<Asked>]) -> Vec<Settled> {
    let mut wait = Duration::from_millis(WRITE_RETRY_FIRST_WAIT_MILLISECONDS);
    let mut last = StoreError::Defect("no attempt made".to_owned());
    for number in 1..=WRITE_ATTEMPTS_MAX {
        match attempt(database, tenant, asked).await {
            Ok(settled) => return settled,
            // The row of a new entity that is there already conflicts with every attempt.
            Err(Failure::Conflict) if number < SHARED_ATTEMPTS_MAX || asked.len() == 1 => {
                last = Failure::Conflict.into_store_error();
                tokio::time::sleep(wait + jitter(wait)).await;
                wait *= 2;
            }
            // Something that only the tables knew. Alone, each request is answered for itself.
            Err(
                Failure::Conflict
                | Failure::Unique(_)
                | Failure::ForeignKey(_)
                | Failure::Check(_)
                | Failure::Refused
                | Failure::Store(StoreError::Corrupt(_) | StoreError::Defect(_)),
            ) if asked.len() > 1 => {
                let mut settled = Vec::with_capacity(asked.len());
                for one in asked {
                    settled.extend(Box::pin(settle(database, tenant, std::slice::from_ref(one))).await);
                }
                return settled;
            }
            // Somebody else's transaction answered the same request meanwhile, or made the same thing.
            Err(Failure::Unique(name)) => {
                last = StoreError::Defect(format!("unexpected violation of {name}"));
                tokio::time::sleep(wait + jitter(wait)).await;
            }
            Err(Failure::Check(constraint)) => {
                last = StoreError::ConstraintViolated { mutation: 0, constraint };
                break;
            }
            Err(failure) => {
                last = failure.into_store_error();
                break;
            }
        }
    }
    asked.iter().map(|_| Settled::Answered(Err(last.clone()))).collect()
}

async fn attempt(database: &Database, tenant: &TenantId, asked: &[Arc<Asked>]) -> Result<Vec<Settled>, Failure> {
    let mut session = database.begin_write().await?;
    let now = now(&mut session).await?;
    let mut standings: Vec<Option<Standing>> = known(&mut session, asked).await?;
    let open: Vec<&Asked> =
        asked.iter().zip(&standings).filter(|(_, known)| known.is_none()).map(|(asked, _)| asked.as_ref()).collect();
    let mut books = Books::new(now);
    load::bring(&mut session, tenant, &mut books, &open).await?;
    if session.dialect() == Dialect::Postgres {
        // Another replica may have answered the same request while this one waited for the rows.
        for (standing, known) in standings.iter_mut().zip(known(&mut session, asked).await?) {
            *standing = standing.take().or(known);
        }
    }
    books.let_lapsed_offers_go();
    for (asked, standing) in asked.iter().zip(&mut standings) {
        if standing.is_none() {
            *standing = Some(match books.carry_out(&asked.context.principal, &asked.commands) {
                Ok(done) => Standing::Done(done),
                Err(Refusal::Refused(error)) => Standing::Refused(StoreError::Refused(Box::new(error))),
                Err(Refusal::Later) => Standing::Later,
            });
        }
    }
    let mut changes = books.close();
    changes.referrals.iter_mut().for_each(|changed| changed.after.settle());
    save::save(&mut session, tenant, now, &changes).await?;
    let logged = Logged::of(changes, asked, &standings);
    let at = log::append_changes(&mut session, tenant, now, logged.entries()).await?;
    let settled = standings
        .into_iter()
        .map(|standing| logged.answer(standing.unwrap_or(Standing::Later), at.position))
        .collect::<Result<Vec<_>, _>>()?;
    let kept = asked.iter().zip(&settled).filter_map(|(asked, settled)| match (&asked.context.request, settled) {
        (Some(key), Settled::Answered(Ok(written))) if !written.replayed => {
            Some((&asked.context, key, written, logged.positions(&written.outcomes, at.first)))
        }
        _ => None,
    });
    request::keep_answered(&mut session, now, kept.collect()).await?;
    session.commit().await?;
    Ok(settled)
}

/// What is known of requests before they are looked at: those answered before, and those that come twice in one transaction,
/// of which the second waits for the first one's answer.
async fn known(session: &mut Session, asked: &[Arc<Asked>]) -> Result<Vec<Option<Standing>>, Failure> {
    let mut known = request::answered_many(session, asked.iter().map(|asked| &asked.context)).await?;
    let mut seen = HashSet::new();
    Ok(asked
        .iter()
        .map(|asked| {
            let key = asked.context.request.as_ref()?;
            if !seen.insert((asked.context.principal.as_str(), key.method, key.request_id)) {
                return Some(Standing::Later);
            }
            known.remove(&(asked.context.principal.clone(), key.method.to_owned(), key.request_id)).map(|kept| {
                match kept {
                    Ok(written) => Standing::Known(written),
                    Err(error) => Standing::Refused(error),
                }
            })
        })
        .collect())
}

/// What a transaction logs.
struct Logged {
    entries: Vec<(String, Change)>,
    /// Where each subject is among the entries.
    places: HashMap<String, usize>,
}

impl Logged {
    fn of(changes: Changes, asked: &[Arc<Asked>], standings: &[Option<Standing>]) -> Self {
        let names = names(&changes, asked, standings);
        // What is referred to comes before what refers to it, so that tables can be made again from the log.
        let pools = changes.pools.into_iter().map(|changed| Change::CapacityPool(changed.after));
        let resources = changes.resources.into_iter().map(|changed| Change::Resource(Box::new(changed.after)));
        let needs = changes.needs.into_iter().map(|changed| Change::Need(Box::new(changed.after)));
        let mut referrals: Vec<_> = changes.referrals.into_iter().map(|changed| changed.after).collect();
        referrals.sort_by_key(|referral| referral.attempt);
        let referrals = referrals.into_iter().map(|referral| Change::Referral(Box::new(referral)));
        let mut logged = Self { entries: Vec::new(), places: HashMap::new() };
        for change in pools.chain(resources).chain(needs).chain(referrals) {
            let subject = change.subject();
            let name = names.get(&subject).map_or(CLOCK_PRINCIPAL, String::as_str);
            logged.entries.push((name.to_owned(), change));
            logged.places.insert(subject, logged.entries.len() - 1);
        }
        logged
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &Change)> {
        self.entries.iter().map(|(principal, change)| (principal.as_str(), change))
    }

    fn find(&self, subject: &str) -> Option<(usize, &Change)> {
        let at = *self.places.get(subject)?;
        self.entries.get(at).map(|(_, change)| (at, change))
    }

    fn answer(&self, standing: Standing, position: LogPosition) -> Result<Settled, StoreError> {
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
        let Some(subject) = subject(done) else { return Ok(Outcome { effect: Effect::Unchanged, after: None }) };
        let (_, change) = self.find(&subject).ok_or_else(|| StoreError::Defect(format!("{subject} did not change")))?;
        let new = match change {
            Change::Referral(referral) => referral.version.0 == 1,
            Change::CapacityPool(pool) => pool.version.0 == 1,
            _ => false,
        };
        let effect = if new { Effect::Created } else { Effect::Updated };
        Ok(Outcome { effect, after: Some(change.clone()) })
    }

    /// Where the log has the after-images of outcomes.
    fn positions(&self, outcomes: &[Outcome], first: LogPosition) -> Vec<Option<i64>> {
        outcomes
            .iter()
            .map(|outcome| {
                let (at, _) = self.find(&outcome.after.as_ref()?.subject())?;
                Some(first.0 + i64::try_from(at).ok()?)
            })
            .collect()
    }
}

/// In whose name each change is logged, by subject: who asked for it, or who took the step that it follows from.
fn names(changes: &Changes, asked: &[Arc<Asked>], standings: &[Option<Standing>]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for referral in changes.referrals.iter().map(|changed| &changed.after) {
        names.insert(referral.id.name(), referral.last.by.clone());
        names.insert(referral.need.name(), referral.last.by.clone());
        names.insert(referral.resource.name(), referral.last.by.clone());
        names.extend(referral.lines.iter().map(|line| (line.pool.name(), referral.last.by.clone())));
    }
    // Whoever makes an offer also marks the one before it as followed, whose own last step was another's.
    for referral in changes.referrals.iter().filter(|changed| changed.before.is_none()).map(|changed| &changed.after) {
        names.extend(referral.previous.map(|previous| (previous.name(), referral.last.by.clone())));
    }
    for (asked, standing) in asked.iter().zip(standings) {
        let Some(Standing::Done(done)) = standing else { continue };
        names.extend(done.iter().filter_map(|done| Some((subject(*done)?, asked.context.principal.clone()))));
    }
    names
}

/// What a command was about, when it changed something.
fn subject(done: Done) -> Option<String> {
    match done {
        Done::Referral(id) => Some(id.name()),
        Done::Pool(id) => Some(id.name()),
        Done::Need(id) => Some(id.name()),
        Done::Unchanged(_) => None,
    }
}
