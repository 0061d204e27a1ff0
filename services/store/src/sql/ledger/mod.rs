//! The ledger over SQL: requests that arrive together share a transaction, in which each is decided for itself.

mod automatic;
mod load;
mod logged;
mod look;
mod lookups;
mod memory;
mod queue;
mod recall;
mod save;
mod verify;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::{Books, Command, Done, Refusal};
use wishwell_domain::need::Need;

use super::database::Database;
use super::record::Record as _;
use super::request;
use super::session::{Failure, Session};
use super::statement::Dialect;
use super::write::{WRITE_ATTEMPTS_MAX, WRITE_RETRY_FIRST_WAIT_MILLISECONDS, jitter};
use super::{log, steps};
use crate::contract::{WriteContext, Written};
use crate::error::StoreError;
use crate::ledger::{Appended, Basis};
use logged::Logged;
use look::look;
use memory::Memory;

pub(super) use queue::Queues;
pub(super) use save::saving_referrals;

/// Times a transaction of several requests is tried before each gets one of its own.
const SHARED_ATTEMPTS_MAX: u32 = 3;

/// A request to the ledger.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) context: WriteContext,
    pub(super) commands: Vec<Command>,
    /// What they were decided upon, if upon anything.
    pub(super) basis: Option<Basis>,
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

/// What a tenant's requests are settled with, one transaction after the other.
struct Desk {
    database: Arc<Database>,
    tenant: TenantId,
    memory: Memory,
    appended: broadcast::Sender<Arc<Appended>>,
}

impl Desk {
    fn new(database: Arc<Database>, tenant: TenantId, appended: broadcast::Sender<Arc<Appended>>) -> Self {
        Self { database, tenant, memory: Memory::default(), appended }
    }

    /// Settles requests of one tenant: all in one transaction, one by one when something of them together goes wrong. The first attempt
    /// relies on what is remembered; the next ones read and lock.
    async fn settle(&mut self, asked: &[Arc<Asked>]) -> Vec<Settled> {
        let mut wait = Duration::from_millis(WRITE_RETRY_FIRST_WAIT_MILLISECONDS);
        let mut last = StoreError::Defect("no attempt made".to_owned());
        for number in 1..=WRITE_ATTEMPTS_MAX {
            let relying = number == 1 && self.memory.is_relied_upon();
            let failure = match self.attempt(asked, relying).await {
                Ok(settled) => return settled,
                Err(failure) => failure,
            };
            if !matches!(failure, Failure::Refused) {
                self.memory.forget();
            }
            match failure {
                // Somebody else was faster than what is remembered; items of needs have no version, but a constraint.
                Failure::Conflict | Failure::Check(_) if relying => self.memory.doubt(),
                // A request that was answered before, most likely: the next attempt looks for it.
                Failure::Unique(_) | Failure::Refused if relying => {}
                // The row of a new entity that is there already conflicts with every attempt.
                Failure::Conflict if number < SHARED_ATTEMPTS_MAX || asked.len() == 1 => {
                    last = Failure::Conflict.into_store_error();
                    tokio::time::sleep(wait + jitter(wait)).await;
                    wait *= 2;
                }
                // Something that only the tables knew. Alone, each request is answered for itself.
                Failure::Conflict
                | Failure::Unique(_)
                | Failure::ForeignKey(_)
                | Failure::Check(_)
                | Failure::Refused
                | Failure::Store(StoreError::Corrupt(_) | StoreError::Defect(_))
                    if asked.len() > 1 =>
                {
                    let mut settled = Vec::with_capacity(asked.len());
                    for one in asked {
                        settled.extend(Box::pin(self.settle(std::slice::from_ref(one))).await);
                    }
                    return settled;
                }
                // Somebody else's transaction answered the same request meanwhile, or made the same thing.
                Failure::Unique(name) => {
                    last = StoreError::Defect(format!("unexpected violation of {name}"));
                    tokio::time::sleep(wait + jitter(wait)).await;
                }
                Failure::Check(constraint) => {
                    last = StoreError::ConstraintViolated { mutation: 0, constraint };
                    break;
                }
                failure => {
                    last = failure.into_store_error();
                    break;
                }
            }
        }
        asked.iter().map(|_| Settled::Answered(Err(last.clone()))).collect()
    }

    async fn attempt(&mut self, asked: &[Arc<Asked>], relying: bool) -> Result<Vec<Settled>, Failure> {
        let Self { database, tenant, memory, appended } = self;
        let relying = relying && recall::can_be_recalled(asked);
        let mut session = if relying { database.begin_ledger().await? } else { database.begin_write().await? };
        let sight = look(&mut session, tenant).await?;
        if relying && sight.lapsed {
            // Offers that lapsed are taken from what they hold, which is to be read.
            return Err(Failure::Refused);
        }
        memory.follow(&mut session, tenant, sight.head).await?;
        let mut standings = coming_twice(asked);
        if !relying {
            know(&mut session, asked, &mut standings, Option::is_none).await?;
        }
        let open: Vec<&Asked> = asked
            .iter()
            .zip(&standings)
            .filter(|(_, known)| known.is_none())
            .map(|(asked, _)| asked.as_ref())
            .collect();
        let mut books = Books::new(sight.now);
        if relying {
            recall::recall(&mut session, tenant, &mut books, &open, memory).await?;
        } else {
            load::bring(&mut session, tenant, &mut books, &open, sight.lapsed).await?;
            if session.dialect() == Dialect::Postgres {
                // Another replica may have answered the same request while this one waited for the rows.
                know(&mut session, asked, &mut standings, Option::is_none).await?;
            }
            books.let_lapsed_offers_go();
        }
        for (asked, standing) in asked.iter().zip(&mut standings) {
            if standing.is_none() {
                *standing = Some(decide(&mut books, memory, asked));
            }
        }
        let refused = |standing: &Option<Standing>| matches!(standing, Some(Standing::Refused(_)));
        if relying && standings.iter().any(refused) {
            // One that is answered again finds its own effect in its way. One that is not refused cannot be kept twice.
            session.plan_anew().await?;
            know(&mut session, asked, &mut standings, refused).await?;
        }
        let mut changes = books.close();
        changes.referrals.iter_mut().for_each(|changed| changed.after.settle());
        let dialect = session.dialect();
        let mut steps = save::saving(dialect, tenant, sight.now, &changes)?;
        let logged = Logged::of(changes, asked, &standings);
        let at = if relying {
            // Nobody else may have logged anything since the look: then all of it is known beforehand, and goes at once.
            let (logging, at) = log::appending(dialect, tenant, sight.now, sight.head, logged.entries())?;
            steps.extend(logging);
            at
        } else {
            steps::run(&mut session, std::mem::take(&mut steps)).await?;
            log::append_changes(&mut session, tenant, sight.now, logged.entries()).await?
        };
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
        steps.extend(request::keeping_answered(dialect, sight.now, kept.collect())?);
        steps::run_at_once(&mut session, steps).await?;
        session.commit().await?;
        memory.learn(logged.entries().map(|(_, change)| change), sight.head, &at);
        if appended.receiver_count() > 0 && at.first <= at.position {
            let events = logged.into_events(at.first, sight.now);
            // Nobody may be listening any more.
            let _ = appended.send(Arc::new(Appended { tenant: tenant.clone(), events }));
        }
        Ok(settled)
    }
}

fn decide(books: &mut Books, memory: &Memory, asked: &Asked) -> Standing {
    let current = |basis: &Basis| {
        let alike = |judged: &Arc<Need>| books.brought_need(judged.id).is_some_and(|need| need.asks_alike(judged));
        !memory.is_outdated(basis) && basis.needs.iter().all(alike)
    };
    if asked.basis.as_ref().is_some_and(|basis| !current(basis)) {
        return Standing::Refused(StoreError::Outdated);
    }
    match books.carry_out(&asked.context.principal, &asked.commands) {
        Ok(done) => Standing::Done(done),
        Err(Refusal::Refused(error)) => Standing::Refused(StoreError::Refused(Box::new(error))),
        Err(Refusal::Later) => Standing::Later,
    }
}

/// Which requests come twice in one transaction: the second waits for the first one's answer.
fn coming_twice(asked: &[Arc<Asked>]) -> Vec<Option<Standing>> {
    let mut seen = HashSet::new();
    let mut twice = |asked: &Arc<Asked>| {
        let key = asked.context.request.as_ref()?;
        let first = seen.insert((asked.context.principal.clone(), key.method, key.request_id));
        (!first).then_some(Standing::Later)
    };
    asked.iter().map(&mut twice).collect()
}

/// Finds out which of the requests that stand so were answered before.
async fn know(
    session: &mut Session,
    asked: &[Arc<Asked>],
    standings: &mut [Option<Standing>],
    so: impl Fn(&Option<Standing>) -> bool,
) -> Result<(), Failure> {
    let looked_for = asked.iter().zip(&*standings).filter(|(_, standing)| so(standing));
    let mut known = request::answered_many(session, looked_for.map(|(asked, _)| &asked.context)).await?;
    for (asked, standing) in asked.iter().zip(standings).filter(|(_, standing)| so(standing)) {
        let Some(key) = asked.context.request.as_ref() else { continue };
        let identity = (asked.context.principal.clone(), key.method.to_owned(), key.request_id);
        if let Some(kept) = known.remove(&identity) {
            *standing = Some(match kept {
                Ok(written) => Standing::Known(written),
                Err(error) => Standing::Refused(error),
            });
        }
    }
    Ok(())
}
