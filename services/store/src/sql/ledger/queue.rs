//! Group commit: the requests of a tenant that wait while a transaction commits go into the next one together.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, mpsc, oneshot};
use wishwell_domain::error::Error;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::Command;
use wishwell_domain::limits::{LEDGER_APPENDED_WAITING_MAX, LEDGER_BATCH_REQUESTS_MAX, LEDGER_QUEUE_REQUESTS_MAX};

use super::{Asked, Desk, Settled};
use crate::contract::{WriteContext, Written};
use crate::error::StoreError;
use crate::ledger::{Appended, Basis};
use crate::sql::database::Database;

/// A request on its way, and who waits for its answer.
struct Waiting {
    asked: Arc<Asked>,
    answer: oneshot::Sender<Result<Written, StoreError>>,
}

/// One queue a tenant, served by one task each: tenants do not wait for each other, and the requests of one do not fight for
/// its log's head.
#[derive(Debug)]
pub(in crate::sql) struct Queues {
    tenants: Mutex<HashMap<TenantId, mpsc::Sender<Waiting>>>,
    appended: broadcast::Sender<Arc<Appended>>,
}

impl Default for Queues {
    fn default() -> Self {
        Self { tenants: Mutex::default(), appended: broadcast::Sender::new(LEDGER_APPENDED_WAITING_MAX) }
    }
}

impl Queues {
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
        queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Refused(Box::new(Error::LimitReached {
                limit: "ledger_queue_requests_max",
                max: i64::try_from(LEDGER_QUEUE_REQUESTS_MAX).unwrap_or(i64::MAX),
            })),
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    fn queue(&self, database: &Arc<Database>, tenant: &TenantId) -> mpsc::Sender<Waiting> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        // A task that ended, by a panic, is replaced.
        match tenants.get(tenant).filter(|queue| !queue.is_closed()) {
            Some(queue) => queue.clone(),
            None => {
                let (queue, requests) = mpsc::channel(LEDGER_QUEUE_REQUESTS_MAX);
                let desk = Desk::new(Arc::clone(database), tenant.clone(), self.appended.clone());
                tokio::spawn(serve(desk, requests));
                tenants.insert(tenant.clone(), queue.clone());
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

async fn serve(mut desk: Desk, mut requests: mpsc::Receiver<Waiting>) {
    let mut batch: VecDeque<Waiting> = VecDeque::new();
    loop {
        if batch.is_empty() {
            match requests.recv().await {
                Some(request) => batch.push_back(request),
                None => return,
            }
        }
        while batch.len() < LEDGER_BATCH_REQUESTS_MAX {
            match requests.try_recv() {
                Ok(request) => batch.push_back(request),
                Err(_) => break,
            }
        }
        let asked: Vec<Arc<Asked>> = batch.iter().map(|waiting| Arc::clone(&waiting.asked)).collect();
        for settled in desk.settle(&asked).await {
            let Some(waiting) = batch.pop_front() else { break };
            match settled {
                // Nobody may be waiting any more.
                Settled::Answered(answer) => drop(waiting.answer.send(answer)),
                Settled::Later => batch.push_back(waiting),
            }
        }
    }
}
