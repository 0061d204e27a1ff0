//! Planning a round again: the same picture, facts, time and rules must decide the same about every item.

use std::collections::HashMap;
use std::sync::Arc;

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, RoundId, TenantId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::round::ItemOutcome;
use wishwell_engine::ENGINE_VERSION;
use wishwell_solver::Watch;
use wishwell_store::Store;

use super::past::Past;
use crate::cases::consents::withholding_of;
use crate::cases::known_of_needs::{KnownOfNeeds, People};
use crate::cases::rounds::{Digest, Question, Stopped, decide_each};
use crate::privacy::MasterKey;

/// What planning a round again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundReplay {
    /// Digest of what was decided, as it was recorded: 64 hexadecimal digits.
    pub recorded: String,
    /// Digest of what comes out now.
    pub replayed: String,
    /// Version of the engine that decided, and of this one.
    pub engines: (u32, u32),
    /// Items that it decided about.
    pub items: usize,
    /// Whether facts that it was decided upon are gone, because somebody, or a need, was erased.
    pub erased: bool,
    /// The items of which something else comes out, by need and ordinal, where their outcomes are kept and were not planned anew.
    pub different: Vec<(NeedId, u16)>,
}

impl RoundReplay {
    /// Whether the same comes out.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.recorded == self.replayed
    }
}

/// Plans a round again from the log and the keys of those it was about: its first plan, the one that was proven. `None` for a round that
/// has not been planned.
///
/// # Errors
/// [`Error::NotFound`] for an unknown round, what the store answers, and [`Error::Internal`] when it cannot be planned at all.
pub async fn replay_round(
    store: &dyn Store,
    master_key: &MasterKey,
    tenant: &TenantId,
    id: RoundId,
    threads: usize,
) -> Result<Option<RoundReplay>, Error> {
    let round = store.round(tenant, id).await?.ok_or_else(|| Error::NotFound { name: id.name() })?;
    let Some(reached) = round.reached else { return Ok(None) };
    let past = Past::at(store, tenant, reached.position, &|_| true).await?;
    let mut known = KnownOfNeeds::default();
    let withholding = withholding_of(past.beneficiaries.values()).collect();
    let people = People { beneficiaries: &past.beneficiaries, households: &past.households, withholding: &withholding };
    let open = past.needs.into_values().filter(|need| need.state.is_open()).collect();
    known.add(store, tenant, &master_key.tenant(tenant), open, people).await?;
    if round.rules.partners_per_need_max.is_some() {
        past.helping.values().for_each(|(need, organization)| known.add_helping(*need, *organization));
    }
    let erased = known.erased;
    let question = Question {
        snapshot: Arc::new(past.snapshot),
        rules: round.rules,
        known,
        contacted: HashMap::new(),
        at: reached.evaluated_at,
        threads: threads.max(1),
        watch: Arc::new(Watch::default()),
    };
    let decided = tokio::task::spawn_blocking(move || {
        let (mut digest, mut prints, mut trouble) = (Digest::default(), Prints::new(), Ok(()));
        let decided = decide_each(&question, &mut |outcomes| {
            trouble = digest.add(&outcomes).and_then(|()| {
                outcomes.iter().try_for_each(|outcome| {
                    prints.insert((outcome.need, outcome.item_ordinal), print(outcome)?);
                    Ok(())
                })
            });
            trouble.is_ok()
        });
        trouble?;
        decided.map_err(failed)?;
        Ok::<_, Error>((digest.finish(), prints))
    });
    let decided = decided.await.map_err(|_| Error::Internal("the solver has panicked".to_owned()))?;
    let (replayed, prints) = decided?;
    let items = prints.len();
    let different = match reached.outcomes_digest == replayed {
        true => Vec::new(),
        false => different(store, tenant, id, prints).await?,
    };
    Ok(Some(RoundReplay {
        recorded: reached.outcomes_digest,
        replayed,
        engines: (reached.engine_version, ENGINE_VERSION),
        items,
        erased,
        different,
    }))
}

/// What was decided of each item, in a few bytes: a round may have two million.
type Prints = HashMap<(NeedId, u16), [u8; 16]>;

fn print(outcome: &ItemOutcome) -> Result<[u8; 16], Error> {
    let mut digest = Digest::default();
    digest.add(std::slice::from_ref(outcome))?;
    let mut print = [0; 16];
    for (byte, digit) in print.iter_mut().zip(digest.finish().bytes()) {
        *byte = digit;
    }
    Ok(print)
}

/// The items of the first plan whose outcomes are kept and are not these, in the order of the round.
async fn different(
    store: &dyn Store,
    tenant: &TenantId,
    id: RoundId,
    mut prints: Prints,
) -> Result<Vec<(NeedId, u16)>, Error> {
    let (mut different, mut after) = (Vec::new(), 0);
    loop {
        let page = store.round_outcomes(tenant, id, &[], after, PAGE_SIZE_MAX).await?;
        let Some(last) = page.last() else { break };
        after = last.ordinal;
        for outcome in &page {
            let of = (outcome.need(), outcome.item_ordinal());
            let replayed = prints.remove(&of);
            if outcome.pass == 1 && replayed != Some(print(&outcome.item)?) {
                different.push(of);
            }
        }
    }
    // What was no part of the round, and is one now.
    if after > 0 {
        let mut beside: Vec<(NeedId, u16)> = prints.into_keys().collect();
        beside.sort_unstable();
        different.append(&mut beside);
    }
    Ok(different)
}

fn failed(stopped: Stopped) -> Error {
    match stopped {
        Stopped::Trouble(error) => error,
        Stopped::Failed(_, what) => Error::Internal(what),
        Stopped::Left => Error::Internal("the plan was left".to_owned()),
    }
}
