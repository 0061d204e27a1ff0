//! Transactions of offers, each of which is one statement, on two connections: while one is written, the next is thought out upon what
//! that one will have changed, and sent as soon as it lasts. Where it comes to nothing, so does what was built upon it.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::draft::Draft;
use super::look::{Sight, look};
use super::{Asked, Desk, Settled, recall};
use crate::error::StoreError;
use crate::sql::database::Database;
use crate::sql::log::Head;
use crate::sql::session::{Failure, Session};
use crate::sql::statement::Bound;
use crate::sql::steps::{self, Step};

/// A transaction that can be written.
pub(super) struct Ready {
    asked: Vec<Arc<Asked>>,
    draft: Draft,
    work: Work,
}

enum Work {
    /// Nothing came of the requests.
    Nothing,
    One(Bound),
    /// Steps of which one relies on another.
    Several(Vec<Step>),
}

/// A transaction that is being written.
pub(super) struct Flight {
    asked: Vec<Arc<Asked>>,
    draft: Draft,
    writing: Option<JoinHandle<Arrival>>,
    arrival: Option<Arrival>,
}

/// The connection, where it can be used again, and what became of the transaction.
type Arrival = (Option<Session>, Result<(), Failure>);

/// What is to be known of a transaction that is being written.
#[derive(Clone, Copy)]
pub(super) struct Ahead<'f> {
    asked: &'f [Arc<Asked>],
    head: Head,
    end: Head,
}

impl Flight {
    /// Requests of it.
    pub(super) fn requests(&self) -> usize {
        self.asked.len()
    }

    pub(super) fn ahead(&self) -> Ahead<'_> {
        Ahead { asked: &self.asked, head: self.draft.head, end: self.draft.end() }
    }

    /// Whether it is known what became of it.
    pub(super) fn has_arrived(&self) -> bool {
        self.writing.is_none()
    }

    /// Waits for its end. May be given up and begun again.
    pub(super) async fn arrive(&mut self) {
        if let Some(writing) = &mut self.writing {
            // It may have been written or not: whoever asked asks again by the same request id, and nothing is decided anew meanwhile.
            let broke_off = || StoreError::Unavailable("writing the ledger broke off".to_owned());
            self.arrival = Some(writing.await.unwrap_or_else(|_| (None, Err(broke_off().into()))));
            self.writing = None;
        }
    }
}

impl Desk {
    /// Whether requests can be settled by one statement upon what is remembered.
    pub(super) fn can_fly(&mut self, asked: &[Arc<Asked>]) -> bool {
        if !self.memory.is_relied_upon() || !recall::can_be_recalled(asked) {
            return false;
        }
        self.lane = self.lane.take().or_else(|| self.database.lane());
        self.lane.is_some()
    }

    /// Gives connections back: there is nothing to do.
    pub(super) fn rest(&mut self) {
        self.lane = None;
    }

    /// Thinks a transaction out, upon what the one before it will have changed where that is still being written.
    pub(super) async fn prepare(&mut self, asked: &[Arc<Asked>], before: Option<Ahead<'_>>) -> Result<Ready, Failure> {
        let mut session = match self.lane.as_mut().and_then(|lane| lane.looking.take()) {
            Some(session) => session,
            None => self.database.ledger().await?,
        };
        let database = Arc::clone(&self.database);
        let ready = database.bounded(self.prepare_with(&mut session, asked, before)).await;
        if let (Ok(_) | Err(Failure::Refused | Failure::Conflict), Some(lane)) = (&ready, &mut self.lane) {
            lane.looking = Some(session);
        }
        ready
    }

    async fn prepare_with(
        &mut self,
        session: &mut Session,
        asked: &[Arc<Asked>],
        before: Option<Ahead<'_>>,
    ) -> Result<Ready, Failure> {
        let Sight { now, head, lapsed } = look(session, &self.tenant).await?;
        if lapsed {
            // Offers that lapsed are taken from what they hold, which is to be read.
            return Err(Failure::Refused);
        }
        let head = match before {
            None => {
                self.memory.follow(session, &self.tenant, head).await?;
                head
            }
            Some(before) if head == before.head || head == before.end => before.end,
            // Somebody else has logged something: what is under way will come to nothing, or is not all there is to know.
            Some(_) => return Err(Failure::Conflict),
        };
        let under_way = before.map_or(&[][..], |before| before.asked);
        let sight = Sight { now, head, lapsed };
        let mut draft = self.draft(session, asked, &sight, true, under_way).await?;
        let work = match std::mem::take(&mut draft.steps) {
            steps if steps.is_empty() => Work::Nothing,
            steps => match steps::as_one(steps) {
                Ok(statement) => Work::One(statement.into_bound()?),
                Err(steps) => Work::Several(steps),
            },
        };
        Ok(Ready { asked: asked.to_vec(), draft, work })
    }

    /// Begins to write a transaction. From now on, what it changes is remembered.
    pub(super) fn take_off(&mut self, ready: Ready) -> Flight {
        let Ready { asked, draft, work } = ready;
        self.memory.learn(&draft);
        let mut flight = Flight { asked, draft, writing: None, arrival: None };
        match work {
            Work::Nothing => flight.arrival = Some((None, Ok(()))),
            Work::One(bound) => {
                let (database, session) =
                    (Arc::clone(&self.database), self.lane.as_mut().and_then(|l| l.writing.take()));
                flight.writing = Some(tokio::spawn(write_one(database, session, bound)));
            }
            Work::Several(steps) => {
                let database = Arc::clone(&self.database);
                flight.writing = Some(tokio::spawn(async move { (None, write_several(&database, steps).await) }));
            }
        }
        flight
    }

    /// What has become of a transaction: what its requests are answered, or why it came to nothing.
    pub(super) async fn land(&mut self, mut flight: Flight) -> Result<Vec<Settled>, (Vec<Arc<Asked>>, Failure)> {
        flight.arrive().await;
        let (session, written) = flight.arrival.unwrap_or((None, Ok(())));
        if let (Some(session), Some(lane)) = (session, &mut self.lane) {
            lane.writing = Some(session);
        }
        match written {
            Ok(()) => Ok(self.conclude(flight.draft)),
            Err(failure) => {
                self.memory.unlearn(flight.draft.head);
                Err((flight.asked, failure))
            }
        }
    }
}

async fn write_one(database: Arc<Database>, session: Option<Session>, bound: Bound) -> Arrival {
    let mut session = match session {
        Some(session) => session,
        None => match database.ledger().await {
            Ok(session) => session,
            Err(failure) => return (None, Err(failure)),
        },
    };
    match database.bounded(session.execute_bound(bound)).await {
        Err(failure @ Failure::Store(_)) => (None, Err(failure)),
        written => (Some(session), written),
    }
}

async fn write_several(database: &Database, steps: Vec<Step>) -> Result<(), Failure> {
    let writing = async {
        let mut session = database.begin_write().await?;
        steps::run(&mut session, steps).await?;
        session.commit().await
    };
    database.bounded(writing).await
}
