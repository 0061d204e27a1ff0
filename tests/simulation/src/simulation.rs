//! One simulation from its first step to its last check.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::event::Event;
use wishwell_domain::ids::LogPosition;
use wishwell_store::WriteContext;

use crate::actors::View;
use crate::audit::Audit;
use crate::candidates::Follower;
use crate::counts::Counts;
use crate::dice::Dice;
use crate::machine::Machine;
use crate::plants::Plant;
use crate::requests::{Call, Request};
use crate::world::{self, tenant};

/// Most events read at once.
const EVENTS_MAX: usize = 1_000;
/// Steps between two looks at the tables.
const STEPS_BETWEEN_LOOKS: usize = 8;

/// What is to be simulated.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What decides everything.
    pub seed: u64,
    /// How many steps are taken.
    pub steps: usize,
    /// A bug to find.
    pub plant: Option<Plant>,
    /// Whether each step is told.
    pub trace: bool,
}

/// How a simulation went.
#[derive(Debug, Clone)]
pub struct Report {
    /// What is wrong; it ends with the first step after which something is.
    pub faults: Vec<String>,
    /// SHA-256 of the event log, in hexadecimal.
    pub log_hash: String,
    /// How often what happened.
    pub counts: Counts,
    /// Each step, where that was asked for.
    pub trace: Vec<String>,
}

/// A simulation under way.
pub(crate) struct Simulation {
    pub(crate) dice: Dice,
    pub(crate) machine: Machine,
    pub(crate) audit: Audit,
    pub(crate) follower: Follower,
    pub(crate) requests: Vec<Request>,
    /// Calls that were sent and have not come yet.
    pub(crate) held_up: Vec<Call>,
    pub(crate) counts: Counts,
    pub(crate) faults: Vec<String>,
    pub(crate) plant: Option<Plant>,
    pub(crate) now: Timestamp,
    trace: Option<Vec<String>>,
}

/// Runs a simulation.
#[must_use]
pub fn run(options: Options) -> Report {
    let now = world::beginning();
    let mut simulation = Simulation {
        dice: Dice::new(options.seed),
        machine: Machine::new(now),
        audit: Audit::default(),
        follower: Follower::new(),
        requests: Vec::new(),
        held_up: Vec::new(),
        counts: Counts::default(),
        faults: Vec::new(),
        plant: options.plant,
        now,
        trace: options.trace.then(Vec::new),
    };
    simulation.begin();
    for step in 1..=options.steps {
        simulation.tell(|| format!("step {step}"));
        simulation.step();
        if step % STEPS_BETWEEN_LOOKS == 0 {
            simulation.verify();
        }
        if !simulation.faults.is_empty() {
            break;
        }
    }
    if simulation.faults.is_empty() {
        let late = std::mem::take(&mut simulation.held_up);
        simulation.wave(late);
    }
    if simulation.faults.is_empty() {
        simulation.end();
    }
    simulation.audit.note(&mut simulation.counts);
    Report {
        faults: simulation.faults,
        log_hash: simulation.audit.log_hash(),
        counts: simulation.counts,
        trace: simulation.trace.unwrap_or_default(),
    }
}

impl Simulation {
    pub(crate) fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(what());
        }
    }

    fn begin(&mut self) {
        let context = WriteContext { tenant: tenant(), principal: "desk".to_owned(), request: None };
        let ground = world::ground(&mut self.dice);
        let store = self.machine.store();
        self.machine.run(store.write(&context, ground)).unwrap();
        self.read_on();
        self.follower.follow(&self.audit.events, self.audit.position());
    }

    fn step(&mut self) {
        let minutes = self.dice.pick(&[0, 0, 0, 0, 0, 0, 1, 5, 5, 5, 20, 40, 100, 24 * 60, 4 * 24 * 60]);
        if minutes > 0 {
            self.now += SignedDuration::from_mins(minutes);
            self.machine.set_clock(self.now);
            self.tell(|| format!("  {minutes} minutes pass"));
        }
        // The picture that decisions are made on may lag behind the log by some events, or by none.
        let behind = self.dice.pick(&[0, 0, 0, 1, 4, 15]);
        let to = self.audit.position() - behind;
        if to > self.follower.position() {
            self.follower.follow(&self.audit.events, to);
        }
        match self.dice.below(100) {
            0..8 => self.change_catalogue(),
            8..24 => self.sweep(),
            24..26 => {
                self.tell(|| "  restart".to_owned());
                self.machine.restart();
            }
            _ => {
                let calls = self.calls();
                self.wave(calls);
            }
        }
    }

    /// What somebody sees who decides now.
    pub(crate) fn view(&self) -> View<'_> {
        View { audit: &self.audit, follower: &self.follower, now: self.now, plant: self.plant }
    }

    /// Events after a position, at most [`EVENTS_MAX`].
    fn events_after(&self, position: usize) -> Vec<Event> {
        let after = LogPosition(i64::try_from(position).unwrap());
        self.machine.run(self.machine.store().events(&tenant(), after, EVENTS_MAX)).unwrap()
    }

    /// The whole log, as whoever comes now reads it.
    pub(crate) fn log(&self) -> Vec<Event> {
        let mut log = Vec::new();
        loop {
            let events = self.events_after(log.len());
            let is_last = events.len() < EVENTS_MAX;
            log.extend(events);
            if is_last {
                return log;
            }
        }
    }

    /// Reads the log from where the audit ends.
    pub(crate) fn read_on(&mut self) {
        loop {
            let events = self.events_after(self.audit.events.len());
            let count = events.len();
            self.faults.extend(self.audit.follow(events));
            if count < EVENTS_MAX || !self.faults.is_empty() {
                return;
            }
        }
    }
}
