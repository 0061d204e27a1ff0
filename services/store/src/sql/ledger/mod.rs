//! The ledger over SQL: requests that arrive together share a transaction, in which each is decided for itself.

mod automatic;
mod claims;
mod deadlines;
mod draft;
mod flight;
mod inbox;
mod load;
mod logged;
mod look;
mod lookups;
mod memory;
mod providers;
mod queue;
mod recall;
mod save;
mod thread;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::broadcast;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::{Command, Done};

use super::database::{Database, Lane};
use super::session::{Failure, Session};
use super::steps;
use super::write::{WRITE_ATTEMPTS_MAX, WRITE_RETRY_FIRST_WAIT_MILLISECONDS, jitter};
use super::writer::Writer;
use crate::contract::{WriteContext, Written};
use crate::error::StoreError;
use crate::ledger::{Appended, Basis};
use draft::Draft;
use look::look;
use memory::Memory;

pub(super) use deadlines::follow_needs;
pub(super) use load::{holding, push_of_period, using_up};
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
    /// Kept while there is work.
    lane: Option<Lane>,
}

impl Desk {
    fn new(database: Arc<Database>, tenant: TenantId, appended: broadcast::Sender<Arc<Appended>>) -> Self {
        Self { database, tenant, memory: Memory::default(), appended, lane: None }
    }

    /// Settles requests of one tenant: all in one transaction, one by one when something of them together goes wrong. The first attempt
    /// relies on what is remembered, and may have been made already; the next ones read and lock.
    async fn settle(&mut self, asked: &[Arc<Asked>], mut tried: Option<Failure>) -> Vec<Settled> {
        let mut wait = Duration::from_millis(WRITE_RETRY_FIRST_WAIT_MILLISECONDS);
        let mut last = StoreError::Defect("no attempt made".to_owned());
        for number in 1..=WRITE_ATTEMPTS_MAX {
            let relying = tried.is_some() || (number == 1 && self.memory.is_relied_upon());
            let attempt = match tried.take() {
                Some(failure) => Err(failure),
                None => self.attempt(asked, relying).await,
            };
            let failure = match attempt {
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
                        settled.extend(Box::pin(self.settle(std::slice::from_ref(one), None)).await);
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

    /// Settles requests in one transaction, from its first look to its commit.
    async fn attempt(&mut self, asked: &[Arc<Asked>], relying: bool) -> Result<Vec<Settled>, Failure> {
        let relying = relying && recall::can_be_recalled(asked);
        let database = Arc::clone(&self.database);
        let draft = match &*database {
            Database::Sqlite { writer, .. } => self.attempt_there(writer, asked, relying).await?,
            Database::Postgres { .. } => {
                let writing = async {
                    let mut session = database.begin_write().await?;
                    let draft = self.write(&mut session, asked, relying).await?;
                    session.commit().await?;
                    Ok(draft)
                };
                database.bounded(writing).await?
            }
        };
        self.memory.learn(&draft);
        Ok(self.conclude(draft))
    }

    /// All of a transaction where the connection is: nothing in it waits for anything but the file.
    async fn attempt_there(&mut self, writer: &Writer, asked: &[Arc<Asked>], relying: bool) -> Result<Draft, Failure> {
        let mut there = Self::new(Arc::clone(&self.database), self.tenant.clone(), self.appended.clone());
        there.memory = std::mem::take(&mut self.memory);
        let asked = asked.to_vec();
        let work = move |session: &mut Session| {
            let written = there.write(session, &asked, relying).now_or_never();
            let waited = || StoreError::Defect("a transaction in a file waited for something else".to_owned());
            let written = written.unwrap_or_else(|| Err(waited().into()));
            (there.memory, written)
        };
        // Where it is lost, it begins anew.
        let (memory, written) = writer.transact(work).await?;
        self.memory = memory;
        written
    }

    /// Writes a transaction, from its first look on.
    async fn write(&mut self, session: &mut Session, asked: &[Arc<Asked>], relying: bool) -> Result<Draft, Failure> {
        let sight = look(session, &self.tenant).await?;
        if relying && sight.lapsed {
            // Offers that lapsed are taken from what they hold, which is to be read.
            return Err(Failure::Refused);
        }
        self.memory.follow(session, &self.tenant, sight.head).await?;
        let mut draft = self.draft(session, asked, &sight, relying, &[]).await?;
        steps::run_at_once(session, std::mem::take(&mut draft.steps)).await?;
        Ok(draft)
    }

    /// What a transaction that lasts has come to.
    fn conclude(&self, draft: Draft) -> Vec<Settled> {
        if self.appended.receiver_count() > 0 && draft.logs() {
            let (tenant, behind) = (self.tenant.clone(), draft.behind.at);
            let events = draft.logged.into_events(draft.at.first, draft.now);
            // Nobody may be listening any more.
            let _ = self.appended.send(Arc::new(Appended { tenant, behind, events }));
        }
        draft.settled
    }
}
