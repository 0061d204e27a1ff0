//! Clients at play: each asks for what makes sense, again when it does not know what became of it, and everything is noted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::ask::{Ask, Told, outcome, send};
use crate::board::Board;
use crate::choose;
use crate::clock::Pace;
use crate::history::{Attempt, Outcome};
use crate::random::Random;
use crate::world::World;

/// Times a client sends a request again at once when it does not know what became of it.
const RETRIES_MAX: usize = 3;
/// Times a request is sent again when the storm is over, until somebody knows.
const CLASSIFY_ATTEMPTS_MAX: usize = 100;

/// Everything the clients share.
#[derive(Debug)]
pub struct Play {
    world: World,
    pace: Pace,
    /// What they know.
    pub board: Arc<Board>,
    /// Ways to the replicas.
    pub channels: Vec<Channel>,
    started: Instant,
    over: AtomicBool,
    attempts: SyncMutex<Vec<Attempt>>,
    unknown: SyncMutex<Vec<Ask>>,
}

impl Play {
    /// A play that begins now.
    #[must_use]
    pub fn new(world: World, channels: Vec<Channel>, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            world,
            pace,
            board: Arc::default(),
            channels,
            started: Instant::now(),
            over: AtomicBool::new(false),
            attempts: SyncMutex::default(),
            unknown: SyncMutex::default(),
        })
    }

    /// Lets clients play, each with random numbers of its own.
    pub fn start(self: &Arc<Self>, clients: usize, random: &Random) -> JoinSet<()> {
        let mut running = JoinSet::new();
        for number in 0..clients {
            running.spawn(Arc::clone(self).client(random.fork(1_000 + u64::try_from(number).unwrap_or_default())));
        }
        running
    }

    /// Ends the play: no client sends anything new.
    ///
    /// # Panics
    /// When a client did.
    pub async fn end(&self, mut clients: JoinSet<()>) {
        self.over.store(true, Ordering::Relaxed);
        while let Some(ended) = clients.join_next().await {
            ended.expect("a client plays to the end");
        }
    }

    /// What was attempted and has ended so far, without the first `known` of them.
    #[must_use]
    pub fn attempts_after(&self, known: usize) -> Vec<Attempt> {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.get(known..).unwrap_or_default().to_vec()
    }

    /// Everything that was attempted, in the order in which it ended.
    #[must_use]
    pub fn attempts(&self) -> Vec<Attempt> {
        let mut attempts = self.attempts_after(0);
        attempts.sort_by_key(|attempt| attempt.ended);
        attempts
    }

    /// Sends a request once, to one of the replicas, and notes what came.
    async fn attempt(&self, ask: &Ask, replica: usize) -> Outcome {
        let Some(channel) = self.channels.get(replica % self.channels.len()) else {
            unreachable!("replicas are counted")
        };
        let invoked = self.now();
        let told = send(channel, ask).await;
        let ended = self.now();
        let outcome = outcome(&told);
        let (request, kind, meant) = (ask.request, ask.kind, ask.meant());
        let attempt = Attempt { request, kind, meant, invoked, ended, outcome: outcome.clone() };
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(attempt);
        match told {
            Ok(Told::Referral(referral, _)) => self.board.referral(&referral),
            Ok(Told::Pool(pool, _)) => self.board.pool(&pool),
            Ok(Told::Need(need, _)) => self.board.need(need),
            Ok(Told::Round(round, _)) => self.board.round(round.name),
            Ok(Told::Wishes(wishes)) => self.board.wishes(wishes),
            Err(_) => {}
        }
        outcome
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Sends a request as impatient callers do: sometimes to two replicas at once, and again when nobody knows.
    async fn carry_out(&self, ask: Ask, random: &mut Random) {
        let replica = random.below(self.channels.len());
        let mut outcomes = if !ask.kind.is_read() && random.percent(5) {
            let (one, other) = tokio::join!(self.attempt(&ask, replica), self.attempt(&ask, replica + 1));
            vec![one, other]
        } else {
            vec![self.attempt(&ask, replica).await]
        };
        if ask.kind.is_read() {
            return;
        }
        let is_done = |outcomes: &[Outcome]| outcomes.iter().any(|outcome| matches!(outcome, Outcome::Done(_)));
        let is_unknown = |outcomes: &[Outcome]| outcomes.iter().any(|outcome| matches!(outcome, Outcome::Unknown(_)));
        for _ in 0..RETRIES_MAX {
            if !is_unknown(&outcomes) || is_done(&outcomes) || random.percent(40) {
                break;
            }
            tokio::time::sleep(random.between(Duration::from_millis(20), Duration::from_millis(500))).await;
            outcomes.push(self.attempt(&ask, random.below(self.channels.len())).await);
        }
        if is_done(&outcomes) && random.percent(8) {
            outcomes.push(self.attempt(&ask, random.below(self.channels.len())).await);
        }
        // Also when it was refused in the end: what was sent first may still have been on its way.
        if is_unknown(&outcomes) {
            self.unknown.lock().unwrap_or_else(PoisonError::into_inner).push(ask);
        }
    }

    async fn client(self: Arc<Self>, mut random: Random) {
        while !self.over.load(Ordering::Relaxed) {
            match choose::next(&mut random, &self.world, &self.board, self.pace.now()) {
                Some(ask) => self.carry_out(ask, &mut random).await,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
            tokio::time::sleep(random.between(Duration::ZERO, Duration::from_millis(30))).await;
        }
    }

    /// Sends what is unknown again until somebody knows; how many there were.
    pub async fn classify(self: &Arc<Self>) -> usize {
        let unknown = std::mem::take(&mut *self.unknown.lock().unwrap_or_else(PoisonError::into_inner));
        let count = unknown.len();
        let mut running = JoinSet::new();
        for (number, ask) in unknown.into_iter().enumerate() {
            if running.len() >= 16 {
                running.join_next().await;
            }
            let play = Arc::clone(self);
            running.spawn(async move {
                for attempt in 0..CLASSIFY_ATTEMPTS_MAX {
                    if !matches!(play.attempt(&ask, number + attempt).await, Outcome::Unknown(_)) {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            });
        }
        while running.join_next().await.is_some() {}
        count
    }
}
