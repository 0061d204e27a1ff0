//! What callers were told, counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use uuid::Uuid;

use crate::history::{Attempt, Fact, Kind, Logged, Outcome, RoundSeen};

/// Calls by what became of them.
#[derive(Debug, Clone)]
pub struct Tally {
    calls: BTreeMap<Kind, BTreeMap<String, u64>>,
    unknown_at_first: usize,
    happened: usize,
}

impl Tally {
    /// Counts attempts, which are in the order in which they ended.
    #[must_use]
    pub fn of(attempts: &[Attempt]) -> Self {
        let (unknown_at_first, happened) = unknown(attempts);
        Self { calls: count(attempts), unknown_at_first, happened }
    }

    /// Calls, attempts counted one by one.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.values().flat_map(BTreeMap::values).sum()
    }

    /// Calls of a kind that were answered.
    #[must_use]
    pub fn answered_of(&self, kind: Kind) -> u64 {
        self.calls.get(&kind).and_then(|outcomes| outcomes.get("answered")).copied().unwrap_or_default()
    }

    /// Calls that were answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.calls.values().filter_map(|outcomes| outcomes.get("answered")).sum()
    }

    /// Requests of which nobody knew at first, and how many of them had happened by the time somebody was told.
    #[must_use]
    pub const fn unknown(&self) -> (usize, usize) {
        (self.unknown_at_first, self.happened)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, outcomes) in &self.calls {
            write!(f, "{:>16}", format!("{kind:?}"))?;
            outcomes.iter().try_for_each(|(outcome, count)| write!(f, "  {count} {outcome}"))?;
            writeln!(f)?;
        }
        writeln!(
            f,
            "{} calls, {} answered; {} requests were unknown at first, {} of them had happened",
            self.calls(),
            self.answered(),
            self.unknown_at_first,
            self.happened
        )
    }
}

/// What became of offers whose time was over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lapses {
    /// Offers that nobody answered in time.
    pub lapsed: usize,
    /// Those of them after which somebody else was asked.
    pub followed: usize,
}

impl Lapses {
    /// Counts them in a log.
    #[must_use]
    pub fn of(log: &[Logged]) -> Self {
        let referrals =
            || log.iter().filter_map(|event| if let Fact::Referral(r) = &event.fact { Some(r) } else { None });
        let lapsed = referrals().filter(|referral| referral.seen.state == "expired");
        let lapsed: BTreeSet<&str> = lapsed.map(|referral| referral.seen.name.as_str()).collect();
        let followed = referrals().filter_map(|referral| referral.previous.as_deref());
        let followed: BTreeSet<&str> = followed.filter(|previous| lapsed.contains(previous)).collect();
        Self { lapsed: lapsed.len(), followed: followed.len() }
    }
}

/// What became of rounds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rounds {
    /// How many stand where in the end.
    pub ended: BTreeMap<String, usize>,
    /// Offers that were made by all of them, also by those that were called off or failed.
    pub offers: u64,
    /// Steps of another who took one up after the first had begun.
    pub taken_up: usize,
    /// Plans that were made anew.
    pub planned_anew: usize,
}

impl Rounds {
    /// Counts them in a log.
    #[must_use]
    pub fn of(log: &[Logged]) -> Self {
        let rounds =
            log.iter().filter_map(|event| if let Fact::Round(round) = &event.fact { Some(round) } else { None });
        let last: BTreeMap<&str, &RoundSeen> = rounds.map(|round| (round.name.as_str(), round)).collect();
        let mut counted = Self::default();
        for round in last.values() {
            *counted.ended.entry(round.state.clone()).or_default() += 1;
            counted.offers += round.made;
            counted.taken_up += usize::try_from(round.attempts.saturating_sub(1)).unwrap_or_default();
            counted.planned_anew += usize::try_from(round.passes.saturating_sub(1)).unwrap_or_default();
        }
        counted
    }

    /// How many stand there in the end.
    #[must_use]
    pub fn in_state(&self, state: &str) -> usize {
        self.ended.get(state).copied().unwrap_or_default()
    }
}

impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ended.iter().try_for_each(|(state, count)| write!(f, "{count} {state}  "))?;
        let Self { offers, taken_up, planned_anew, .. } = self;
        write!(f, "{offers} offers, taken up {taken_up} times, {planned_anew} plans made anew")
    }
}

fn count(attempts: &[Attempt]) -> BTreeMap<Kind, BTreeMap<String, u64>> {
    let mut calls: BTreeMap<Kind, BTreeMap<String, u64>> = BTreeMap::new();
    for attempt in attempts {
        let name = match &attempt.outcome {
            Outcome::Done(_) => "answered".to_owned(),
            Outcome::Refused(refusal) => refusal.reason.clone(),
            Outcome::Unknown(refusal) => format!("unknown ({refusal})"),
        };
        *calls.entry(attempt.kind).or_default().entry(name).or_default() += 1;
    }
    calls
}

/// Requests whose first attempt was unknown, and how many of them had happened by the time somebody was told.
fn unknown(attempts: &[Attempt]) -> (usize, usize) {
    let mut first: BTreeMap<Uuid, u64> = BTreeMap::new();
    let mut happened: BTreeMap<Uuid, bool> = BTreeMap::new();
    let mut reached = 0;
    for attempt in attempts.iter().filter(|attempt| !attempt.kind.is_read()) {
        match &attempt.outcome {
            Outcome::Unknown(_) => {
                first.entry(attempt.request).or_insert(reached);
            }
            Outcome::Done(answer) => {
                if first.contains_key(&attempt.request) {
                    // An answer from below what others have reached is one from before.
                    let before = u64::try_from(answer.position).unwrap_or_default() < reached;
                    happened.entry(attempt.request).or_insert(before);
                }
                reached = reached.max(u64::try_from(answer.position).unwrap_or_default());
            }
            Outcome::Refused(_) => {}
        }
    }
    (first.len(), happened.values().filter(|happened| **happened).count())
}
