//! Planning a round again: the same picture, facts, time and rules must decide the same about every item.

use std::collections::HashMap;
use std::sync::Arc;

use wishwell_domain::Error;
use wishwell_domain::ids::{RoundId, TenantId};
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
        let (mut digest, mut items, mut trouble) = (Digest::default(), 0, Ok(()));
        let decided = decide_each(&question, &mut |outcomes| {
            items += outcomes.len();
            trouble = digest.add(&outcomes);
            trouble.is_ok()
        });
        trouble?;
        decided.map_err(failed)?;
        Ok::<_, Error>((digest.finish(), items))
    });
    let decided = decided.await.map_err(|_| Error::Internal("the solver has panicked".to_owned()))?;
    let (replayed, items) = decided?;
    Ok(Some(RoundReplay {
        recorded: reached.outcomes_digest,
        replayed,
        engines: (reached.engine_version, ENGINE_VERSION),
        items,
        erased,
    }))
}

fn failed(stopped: Stopped) -> Error {
    match stopped {
        Stopped::Trouble(error) => error,
        Stopped::Failed(_, what) => Error::Internal(what),
        Stopped::Left => Error::Internal("the plan was left".to_owned()),
    }
}
