//! Group commit: the requests of a tenant that wait while a transaction commits go into the next one together.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, oneshot};
use wishwell_domain::error::Error;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::Command;
use wishwell_domain::limits::{LEDGER_APPENDED_WAITING_MAX, LEDGER_BATCH_REQUESTS_MAX, LEDGER_QUEUE_REQUESTS_MAX};

use super::flight::Flight;
use super::inbox::{Inlet, NotTaken, Outlet, inbox};
use super::thread::LedgerThread;
use super::{Asked, Desk, Settled};
use crate::contract::{WriteContext, Written};
use crate::error::StoreError;
use crate::ledger::{Appended, Basis};
use crate::sql::database::Database;

/// A request on its way, and who waits for its answer.
#[derive(Debug)]
struct Waiting {
    asked: Arc<Asked>,
    answer: oneshot::Sender<Result<Written, StoreError>>,
}

/// One queue a tenant, served by one task each: tenants do not wait for each other, and the requests of one do not fight for
/// its log's head.
#[derive(Debug)]
pub(in crate::sql) struct Queues {
    tenants: Mutex<HashMap<TenantId, Arc<Inlet<Waiting>>>>,
    appended: broadcast::Sender<Arc<Appended>>,
    thread: Option<LedgerThread>,
}

impl Queues {
    /// Queues of a database. One that is a file writes on the caller's threads, so that whoever schedules those has it in hand.
    pub(in crate::sql) fn of(database: &Database) -> Self {
        let thread = match database {
            Database::Sqlite { .. } => None,
            Database::Postgres { .. } => LedgerThread::start(),
        };
        Self { tenants: Mutex::default(), appended: broadcast::Sender::new(LEDGER_APPENDED_WAITING_MAX), thread }
    }

    /// What is appended from now on.
    pub(in crate::sql) fn appended(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.appended.subscribe()
    }

    /// Hands a request in and waits for its answer. The request is settled also when nobody waits any more.
    pub(in crate::sql) async fn carry_out(
        &self,
        database: &Arc<Database>,
        context: &WriteContext,
        commands: Vec<Command>,
        basis: Option<Basis>,
    ) -> Result<Written, StoreError> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { asked: Arc::new(Asked { context: context.clone(), commands, basis }), answer };
        let queue = self.queue(database, &context.tenant);
        queue.put(waiting).map_err(|reason| match reason {
            NotTaken::Full => StoreError::Refused(Box::new(Error::TooMuchAtOnce {
                limit: "ledger_queue_requests_max",
                max: i64::try_from(LEDGER_QUEUE_REQUESTS_MAX).unwrap_or(i64::MAX),
            })),
            NotTaken::Closed => closed(),
        })?;
        // Whoever waits for an answer keeps no queue open.
        drop(queue);
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    fn queue(&self, database: &Arc<Database>, tenant: &TenantId) -> Arc<Inlet<Waiting>> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        // A task that ended, by a panic, is replaced.
        match tenants.get(tenant).filter(|queue| !queue.is_closed()) {
            Some(queue) => Arc::clone(queue),
            None => {
                let (queue, requests) = inbox(LEDGER_QUEUE_REQUESTS_MAX);
                let queue = Arc::new(queue);
                let desk = Desk::new(Arc::clone(database), tenant.clone(), self.appended.clone());
                match &self.thread {
                    Some(thread) => thread.begin(Box::pin(serve(desk, requests))),
                    None => drop(tokio::spawn(serve(desk, requests))),
                }
                tenants.insert(tenant.clone(), Arc::clone(&queue));
                queue
            }
        }
    }

    /// Takes no more requests; what is in the queues is still settled.
    pub(in crate::sql) fn close(&self) {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the ledger is closed".to_owned())
}

/// Requests of a transaction that is being written, and who waits for their answers.
struct UnderWay {
    flight: Flight,
    waiting: Vec<Waiting>,
}

async fn serve(mut desk: Desk, requests: Outlet<Waiting>) {
    let mut batch: VecDeque<Waiting> = VecDeque::new();
    let mut under_way: Option<UnderWay> = None;
    loop {
        gather(&requests, &mut batch);
        under_way = match under_way {
            Some(before) => go_on(&mut desk, before, &requests, &mut batch).await,
            None if !batch.is_empty() => begin(&mut desk, &mut batch).await,
            None if requests.is_done() => return,
            None => {
                desk.rest();
                requests.wait_for(1).await;
                None
            }
        };
    }
}

/// Takes what waits, as far as there is room in a transaction.
fn gather(requests: &Outlet<Waiting>, batch: &mut VecDeque<Waiting>) {
    batch.extend(requests.take(LEDGER_BATCH_REQUESTS_MAX.saturating_sub(batch.len())));
}

/// Begins with a transaction before which none is under way.
async fn begin(desk: &mut Desk, batch: &mut VecDeque<Waiting>) -> Option<UnderWay> {
    let asked = asked(batch);
    let mut tried = None;
    if desk.can_fly(&asked) {
        match desk.prepare(&asked, None).await {
            Ok(ready) => return Some(UnderWay { flight: desk.take_off(ready), waiting: batch.drain(..).collect() }),
            Err(failure) => tried = Some(failure),
        }
    }
    let settled = desk.settle(&asked, tried).await;
    answer(batch.drain(..).collect(), settled, batch);
    None
}

/// Goes on while a transaction is under way: thinks the next one out when enough wait for it, or there is none before it any more.
async fn go_on(
    desk: &mut Desk,
    mut before: UnderWay,
    requests: &Outlet<Waiting>,
    batch: &mut VecDeque<Waiting>,
) -> Option<UnderWay> {
    // Those whom the one before it answered ask again; too early, the next would go with a few of those who are to come, and each
    // transaction costs the database something of its own.
    let enough = before.flight.requests().clamp(1, LEDGER_BATCH_REQUESTS_MAX);
    tokio::select! {
        biased;
        () = before.flight.arrive() => {}
        () = requests.wait_for(enough.saturating_sub(batch.len())) => {}
    }
    gather(requests, batch);
    let next = asked(batch);
    let ready = if !next.is_empty() && !before.flight.has_arrived() && desk.can_fly(&next) {
        // Where it cannot be thought out yet, it is when there is none before it.
        desk.prepare(&next, Some(before.flight.ahead())).await.ok()
    } else {
        None
    };
    match desk.land(before.flight).await {
        Ok(settled) => {
            let after = ready.map(|ready| {
                let flight = desk.take_off(ready);
                UnderWay { flight, waiting: batch.drain(..next.len()).collect() }
            });
            answer(before.waiting, settled, batch);
            after
        }
        Err((asked, failure)) => {
            let settled = desk.settle(&asked, Some(failure)).await;
            answer(before.waiting, settled, batch);
            None
        }
    }
}

fn asked(batch: &VecDeque<Waiting>) -> Vec<Arc<Asked>> {
    batch.iter().map(|waiting| Arc::clone(&waiting.asked)).collect()
}

fn answer(waiting: Vec<Waiting>, settled: Vec<Settled>, batch: &mut VecDeque<Waiting>) {
    for (waiting, settled) in waiting.into_iter().zip(settled) {
        match settled {
            // Nobody may be waiting any more.
            Settled::Answered(answer) => drop(waiting.answer.send(answer)),
            Settled::Later => batch.push_back(waiting),
        }
    }
}
