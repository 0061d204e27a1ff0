//! The round as an entity: what it covers, where it stands, how far it came and what it reached.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::kept::RoundReached;
use super::transition::{RoundStep, transition};
use super::{RoundRules, Scope};
use crate::error::Error;
use crate::ids::{RoundId, Version};
use crate::limits::ROUND_PRICES_DAYS_MAX;

/// Where a round stands. Which step leads where, [`super::transition::TRANSITIONS`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    /// Asked for; nobody works on it yet.
    Pending,
    /// It is being planned.
    Running,
    /// The plan is made and its certificate accepted. A dry run ends here.
    Solved,
    /// The plan is being turned into offers.
    Committing,
    /// Everything that could be offered has been.
    Committed,
    /// Called off; offers made before that stand.
    Cancelled,
    /// It came to nothing more; [`Round::failure`] says why. Offers made before that stand.
    Failed,
}

impl RoundState {
    /// Every state, in the order of a round's life.
    pub const ALL: [Self; 7] =
        [Self::Pending, Self::Running, Self::Solved, Self::Committing, Self::Committed, Self::Cancelled, Self::Failed];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Solved => "solved",
            Self::Committing => "committing",
            Self::Committed => "committed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// Why a round failed. A closed set, each with a stable name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundFailure {
    /// More needs, resources or pairs than a round may have.
    TooLarge,
    /// Its rules cannot be met with the needs there are, such as figures that span more than fits.
    Rules,
    /// The check did not accept the certificate: nothing was offered.
    Uncertified,
    /// Whoever worked on it stopped, again and again.
    Interrupted,
    /// A defect, or a store that did not answer for long.
    Internal,
}

impl RoundFailure {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::TooLarge, Self::Rules, Self::Uncertified, Self::Interrupted, Self::Internal];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Rules => "rules",
            Self::Uncertified => "uncertified",
            Self::Interrupted => "interrupted",
            Self::Internal => "internal",
        }
    }
}

/// How far a round came. Figures only grow, but for those of a plan that is made anew after an interruption.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundProgress {
    /// Times somebody began or took it up again.
    pub attempts: u32,
    /// Plans made: 1, and one more each time that what was refused was planned anew. After an interruption amid that, those whose refusals
    /// were all planned anew and the next one, until the round has ended or planned again.
    pub passes: u32,
    /// Need items in it.
    pub items: u64,
    /// Offers that its plans asked for.
    pub planned: u64,
    /// Offers made.
    pub offered: u64,
    /// Offers that the ledger refused, because something had changed since the plan was made.
    pub refused: u64,
    /// Items that were planned anew because something of them had been refused, or offered for fewer occurrences than planned.
    pub replanned: u64,
    /// Offers made of fewer units than planned, because something had changed since the plan was made; they are among those made.
    #[serde(default)]
    pub short: u64,
}

/// One whole-pool allocation of many open needs at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Identifier.
    pub id: RoundId,
    /// Which needs it covers, what is to be reached and what binds.
    pub rules: RoundRules,
    /// Whether nothing is offered.
    pub dry_run: bool,
    /// The principal's name: in whose name offers are made.
    pub requested_by: String,
    /// Where it stands.
    pub state: RoundState,
    /// Why it failed; there exactly when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<RoundFailure>,
    /// How far it came.
    pub progress: RoundProgress,
    /// What its first plan reaches; there once it is solved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<RoundReached>,
    /// When work on it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When its plan was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved_at: Option<Timestamp>,
    /// When it ended, one way or another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Round {
    /// Whether nothing more becomes of it.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        match self.state {
            RoundState::Pending | RoundState::Running | RoundState::Committing => false,
            RoundState::Solved => self.dry_run,
            RoundState::Committed | RoundState::Cancelled | RoundState::Failed => true,
        }
    }

    /// Whether what was scarce in it says what is: it was about every open need, and carried out to its end. Whom a round leaves out
    /// would count as wanting nothing, and a dry run is to change nothing.
    #[must_use]
    pub fn prices_capacity(&self) -> bool {
        self.state == RoundState::Committed && !self.dry_run && self.rules.scope == Scope::default()
    }

    /// When its prices are not looked at any more; none when it prices nothing.
    #[must_use]
    pub fn prices_until(&self) -> Option<Timestamp> {
        let ended = self.finished_at.filter(|_| self.prices_capacity())?;
        Some(ended.saturating_add(SignedDuration::from_hours(24 * ROUND_PRICES_DAYS_MAX)).unwrap_or(Timestamp::MAX))
    }

    /// Takes a step at `now`.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where it stands; then nothing of it changed.
    pub fn step(&mut self, step: RoundStep, now: Timestamp) -> Result<(), Error> {
        let illegal = Error::IllegalStep { name: self.id.name(), state: self.state.name(), action: step.name() };
        let Some(to) = transition(self.state, step, self.dry_run) else { return Err(illegal) };
        self.state = to;
        if let RoundStep::Begin | RoundStep::Resume = step {
            self.progress.attempts += 1;
            self.started_at.get_or_insert(now);
        }
        if to == RoundState::Solved {
            self.solved_at = Some(now);
        }
        if self.is_finished() {
            self.finished_at = Some(now);
        }
        Ok(())
    }

    /// Ends it for a reason at `now`.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where it stands; then nothing of it changed.
    pub fn fail(&mut self, failure: RoundFailure, now: Timestamp) -> Result<(), Error> {
        self.step(RoundStep::Fail, now)?;
        self.failure = Some(failure);
        Ok(())
    }
}
