//! The life of a round as one table of cases.

use super::entity::RoundState::{self, Cancelled, Committed, Committing, Failed, Pending, Running, Solved};

/// A step of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundStep {
    /// Somebody begins to work on it.
    Begin,
    /// Somebody takes up what another left: the plan is made anew, or the commit goes on where it stood.
    Resume,
    /// The plan is made and its certificate accepted.
    Solve,
    /// The plan begins to be turned into offers.
    Commit,
    /// Every planned offer was made or refused.
    Finish,
    /// It is called off.
    Cancel,
    /// It cannot go on.
    Fail,
}

impl RoundStep {
    /// Every step.
    pub const ALL: [Self; 7] =
        [Self::Begin, Self::Resume, Self::Solve, Self::Commit, Self::Finish, Self::Cancel, Self::Fail];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Resume => "resume",
            Self::Solve => "solve",
            Self::Commit => "commit",
            Self::Finish => "finish",
            Self::Cancel => "cancel",
            Self::Fail => "fail",
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTransition {
    /// Where the round stands.
    pub from: RoundState,
    /// The step taken.
    pub step: RoundStep,
    /// Where it leads.
    pub to: RoundState,
    /// Whether a dry run takes it too.
    pub of_dry_run: bool,
}

const fn any(from: RoundState, step: RoundStep, to: RoundState) -> RoundTransition {
    RoundTransition { from, step, to, of_dry_run: true }
}

const fn commit(from: RoundState, step: RoundStep, to: RoundState) -> RoundTransition {
    RoundTransition { from, step, to, of_dry_run: false }
}

/// Every step there is. What is not here is refused: a dry run that is solved has ended.
pub const TRANSITIONS: &[RoundTransition] = &[
    any(Pending, RoundStep::Begin, Running),
    any(Pending, RoundStep::Cancel, Cancelled),
    any(Pending, RoundStep::Fail, Failed),
    any(Running, RoundStep::Resume, Running),
    any(Running, RoundStep::Solve, Solved),
    any(Running, RoundStep::Cancel, Cancelled),
    any(Running, RoundStep::Fail, Failed),
    commit(Solved, RoundStep::Resume, Solved),
    commit(Solved, RoundStep::Commit, Committing),
    commit(Solved, RoundStep::Cancel, Cancelled),
    commit(Solved, RoundStep::Fail, Failed),
    commit(Committing, RoundStep::Resume, Committing),
    commit(Committing, RoundStep::Finish, Committed),
    commit(Committing, RoundStep::Cancel, Cancelled),
    commit(Committing, RoundStep::Fail, Failed),
];

/// Where a step leads; none where it cannot be taken.
#[must_use]
pub fn transition(from: RoundState, step: RoundStep, dry_run: bool) -> Option<RoundState> {
    let line = TRANSITIONS.iter().find(|line| line.from == from && line.step == step)?;
    (line.of_dry_run || !dry_run).then_some(line.to)
}
