//! The one connection that writes a SQLite file, on a thread of its own. SQLite has one writer at a time: whoever wants to write waits
//! for its turn here, in order of arrival, and blocks no thread meanwhile.
//!
//! Between a task and this thread goes whole work, not single rows: a statement that is given a thousand rows is prepared once, run for
//! each of them, and answered once; and what is decided without waiting for anything else is decided here, from the first look to the
//! commit.
//!
//! Or it is written on the threads of those who ask ([`Thread::Askers`]): what happens when is then for whoever schedules them to say.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::direct;
use super::session::{Failure, Fields, Session};
use super::statement::Statement;
use crate::error::StoreError;

/// Statements that are kept prepared.
const STATEMENTS_KEPT_MAX: usize = 256;

/// Opens a connection that writes, with everything set and checked that an answered write rests on.
type Open = Box<dyn Fn() -> Result<Connection, Failure> + Send>;
/// What the thread does with its connection.
type Job = Box<dyn FnOnce(&mut Slot) + Send>;

/// On which thread a SQLite file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thread {
    /// One of its own.
    Own,
    /// That of whoever asks, which waits for the disk.
    Askers,
}

/// Where jobs are done.
#[derive(Clone)]
enum Place {
    There(mpsc::Sender<Job>),
    Here(Arc<Mutex<Slot>>),
}

/// A SQLite file's writer.
pub(crate) struct Writer {
    place: Place,
    /// One permit, whose owner's turn it is. Fair.
    turn: Arc<Semaphore>,
    wait_max: Duration,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Where the thread keeps its connection: none before the first use, and after one that cannot be used any more.
struct Slot {
    open: Open,
    connection: Option<Connection>,
}

impl Slot {
    /// Does a job. Whoever asked for one that panics learns that nobody answers; the next one gets a connection that nothing is known of.
    fn work(&mut self, job: Job) {
        if catch_unwind(AssertUnwindSafe(|| job(self))).is_err() {
            self.connection = None;
        }
    }

    fn connection(&mut self) -> Result<&mut Connection, Failure> {
        if self.connection.is_none() {
            let connection = (self.open)()?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT_MAX);
            self.connection = Some(connection);
        }
        self.connection.as_mut().ok_or_else(ended)
    }

    /// Starts a transaction that holds the write lock. One that reads first and writes later could not be let through once another
    /// process has written in between.
    fn begin(&mut self) -> Result<(), Failure> {
        self.take_back();
        let connection = self.connection()?;
        connection
            .prepare_cached("BEGIN IMMEDIATE")
            .and_then(|mut begin| begin.execute(()))
            .map_err(direct::failure)?;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Failure> {
        let connection = self.connection()?;
        // SQLite ends a transaction by itself when the disk is full. What has ended cannot be committed.
        connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute(())).map_err(direct::failure)?;
        Ok(())
    }

    /// All of a transaction.
    fn transact<D, T>(
        &mut self,
        work: impl FnOnce(&mut Session) -> (D, Result<T, Failure>),
    ) -> Result<(D, Result<T, Failure>), Failure> {
        self.begin()?;
        // Should the work panic, the connection ends with it, and so does its transaction.
        let mut session = Session::SqliteDirect(self.connection.take().ok_or_else(ended)?);
        let (done, worked) = work(&mut session);
        if let Session::SqliteDirect(connection) = session {
            self.connection = Some(connection);
        }
        let committed = worked.and_then(|worked| self.commit().map(|()| worked));
        if committed.is_err() {
            self.take_back();
        }
        Ok((done, committed))
    }

    /// Ends a transaction without changes, where there is one.
    fn take_back(&mut self) {
        let ends = |connection: &Connection| connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if self.connection.as_ref().is_some_and(|connection| !ends(connection)) {
            self.connection = None;
        }
    }
}

impl Place {
    /// Starts the thread, if it has one.
    fn new(thread: Thread, open: Open) -> Result<Self, Failure> {
        let mut slot = Slot { open, connection: None };
        if thread == Thread::Askers {
            return Ok(Self::Here(Arc::new(Mutex::new(slot))));
        }
        let (jobs, waiting) = mpsc::channel::<Job>();
        let serving = move || {
            while let Ok(job) = waiting.recv() {
                slot.work(job);
            }
        };
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned());
        thread
            .spawn(serving)
            .map_err(|error| Failure::Store(StoreError::Unavailable(format!("no thread can be started: {error}"))))?;
        Ok(Self::There(jobs))
    }

    /// Has a job done, or does it.
    fn hand(&self, job: Job) -> Result<(), Failure> {
        match self {
            Self::There(jobs) => jobs.send(job).map_err(|_| ended()),
            Self::Here(slot) => {
                slot.lock().unwrap_or_else(PoisonError::into_inner).work(job);
                Ok(())
            }
        }
    }

    /// Has something done and waits for what comes of it.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Slot) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        self.hand(Box::new(move |slot: &mut Slot| {
            // Nobody may be waiting any more.
            let _ = answer.send(work(slot));
        }))?;
        if let Self::Here(_) = self {
            // Where a thread of its own would be waited for, others have their turn.
            tokio::task::yield_now().await;
        }
        answered.await.unwrap_or_else(|_| Err(ended()))
    }
}

impl Writer {
    /// Opens the connection. `wait_max` bounds the wait for a turn.
    pub(crate) async fn start(
        thread: Thread,
        open: impl Fn() -> Result<Connection, Failure> + Send + 'static,
        wait_max: Duration,
    ) -> Result<Self, Failure> {
        let place = Place::new(thread, Box::new(open))?;
        let writer = Self { place, turn: Arc::new(Semaphore::new(1)), wait_max };
        writer.call(|_| Ok(())).await?;
        Ok(writer)
    }

    async fn wait(&self) -> Result<OwnedSemaphorePermit, Failure> {
        match tokio::time::timeout(self.wait_max, Arc::clone(&self.turn).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) => Err(StoreError::Unavailable("closed".to_owned()).into()),
            Err(_) => Err(StoreError::Unavailable("no connection became free".to_owned()).into()),
        }
    }

    /// Begins a transaction when it is its turn.
    pub(crate) async fn begin(&self) -> Result<Writing, Failure> {
        let turn = self.wait().await?;
        let writing = Writing { place: self.place.clone(), ended: false, _turn: turn };
        writing.place.ask(Slot::begin).await?;
        Ok(writing)
    }

    /// Does all of a transaction when it is its turn: what `work` has written lasts if it answers so and the commit succeeds. `work` may
    /// not wait for anything but its session, which never keeps it waiting.
    pub(crate) async fn transact<D: Send + 'static, T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> (D, Result<T, Failure>) + Send + 'static,
    ) -> Result<(D, Result<T, Failure>), Failure> {
        let turn = self.wait().await?;
        // Its turn lasts as long as its work, whether or not anybody waits for it.
        let transact = move |slot: &mut Slot| {
            let done = slot.transact(work);
            drop(turn);
            done
        };
        self.place.ask(transact).await
    }

    /// Does something with the connection outside of any transaction.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = self.wait().await?;
        let done = self.place.ask(|slot| work(slot.connection()?)).await;
        drop(turn);
        done
    }

    /// Lets the next one whose turn it is have a new connection.
    #[cfg(test)]
    pub(crate) async fn give_up_connection(&self) {
        let turn = self.wait().await;
        let given_up = self.place.ask(|slot| {
            slot.connection = None;
            Ok(())
        });
        given_up.await.unwrap();
        drop(turn);
    }

    /// Waits, without a runtime, until the thread has done what it was handed: whoever opens the file after that finds nobody who still
    /// writes what was under way.
    pub(crate) fn finish(&self) {
        let (done, finished) = mpsc::channel();
        if self.place.hand(Box::new(move |_| drop(done))).is_ok() {
            // Nothing is ever sent: it ends with the other side.
            let _: Result<(), _> = finished.recv();
        }
    }

    /// Waits for those whose turn it is, and closes the connection.
    pub(crate) async fn close(&self) {
        // Whoever comes later is told so; who waits already, too.
        if let Ok(turn) = Arc::clone(&self.turn).acquire_owned().await {
            self.turn.close();
            let closed = self.place.ask(|slot| {
                slot.take_back();
                slot.connection = None;
                Ok(())
            });
            // A thread that has ended has closed it.
            let _ = closed.await;
            drop(turn);
        }
    }
}

/// A transaction that may write. Dropping it takes it back.
pub(crate) struct Writing {
    place: Place,
    /// Whether there is nothing to be taken back any more.
    ended: bool,
    /// Given up last: who comes next begins after whatever is still to be done.
    _turn: OwnedSemaphorePermit,
}

impl Writing {
    /// As [`Session::execute_each`].
    pub(crate) async fn execute(&self, statements: Vec<(Statement, Option<u64>)>) -> Result<u64, Failure> {
        self.place.ask(|slot| direct::execute_each(slot.connection()?, statements)).await
    }

    /// The rows of a query.
    pub(crate) async fn fetch(&self, statement: Statement) -> Result<Rows, Failure> {
        self.place
            .ask(|slot| {
                let mut columns = Vec::new();
                let mut rows = Vec::new();
                direct::fetch(slot.connection()?, statement, |row| {
                    if columns.is_empty() {
                        columns = row.as_ref().column_names().into_iter().map(str::to_owned).collect();
                    }
                    let value = |index| row.get::<_, Stored>(index);
                    let row: Result<Vec<Stored>, _> = (0..columns.len()).map(value).collect();
                    rows.push(row.map_err(|error| StoreError::Defect(format!("sqlite: {error}")))?);
                    Ok(())
                })?;
                Ok(Rows { columns, rows })
            })
            .await
    }

    /// Makes its changes last.
    pub(crate) async fn commit(mut self) -> Result<(), Failure> {
        let committed = self.place.ask(Slot::commit).await;
        self.ended = committed.is_ok();
        committed
    }

    /// Ends it without changes.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        let taken_back = self.place.ask(|slot| {
            slot.take_back();
            Ok(())
        });
        let ended = taken_back.await;
        self.ended = ended.is_ok();
        ended
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.ended {
            // A thread that has ended has taken it back.
            let _ = self.place.hand(Box::new(Slot::take_back));
        }
    }
}

/// What a query has answered.
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    rows: Vec<Vec<Stored>>,
}

impl Rows {
    /// Hands each row to `each`; answers how many there were.
    pub(crate) fn read(
        &self,
        mut each: impl FnMut(&mut Fields<'_>) -> Result<(), StoreError>,
    ) -> Result<usize, Failure> {
        for row in &self.rows {
            each(&mut Fields::of_stored(&self.columns, row))?;
        }
        Ok(self.rows.len())
    }
}

fn ended() -> Failure {
    StoreError::Unavailable("a connection's thread ended".to_owned()).into()
}
