//! What a put does, given what is stored: no I/O, so that a table of cases says it all.

use jiff::Timestamp;
use wishwell_domain::ids::{ExternalId, Version};

use super::record::Record;
use crate::contract::{Effect, WriteMode};
use crate::error::StoreError;

/// The outcome of a put, before anything is written.
#[derive(Debug, PartialEq)]
pub(crate) struct Decision<T> {
    pub(crate) effect: Effect,
    /// The entity as it shall be, or as it is when nothing changes.
    pub(crate) after: T,
}

/// Decides about putting `incoming`, where `by_key` has its id or code and `by_external` its external identity.
pub(crate) fn decide<T: Record>(
    incoming: &T,
    mode: WriteMode,
    by_key: Option<&T>,
    by_external: Option<&T>,
    now: Timestamp,
) -> Result<Decision<T>, StoreError> {
    // Categories and divisions are called the same wherever they come from: their code is their external identity.
    let by_identity = if T::KEY == "code" || incoming.external().is_none() { by_key } else { by_external };
    match mode {
        WriteMode::Create => create(incoming, by_key, by_external, now),
        WriteMode::CreateOrGet => match by_identity.filter(|_| T::KEY == "code" || incoming.external().is_some()) {
            Some(known) => Ok(unchanged(known)),
            None => create(incoming, by_key, by_external, now),
        },
        WriteMode::Update { expected } => {
            let known = by_key.ok_or_else(|| StoreError::NotFound { name: incoming.name() })?;
            refuse_erased(known)?;
            if let Some(Version(expected)) = expected.filter(|expected| *expected != known.version()) {
                return Err(StoreError::VersionMismatch { name: known.name(), expected, actual: known.version().0 });
            }
            if by_external.is_some_and(|other| other.key() != known.key()) {
                return Err(external_taken(incoming));
            }
            Ok(Decision { effect: Effect::Updated, after: successor(incoming, known, now) })
        }
        WriteMode::Upsert => match by_identity {
            Some(known) => {
                refuse_erased(known)?;
                let mut kept = incoming.clone();
                kept.settle();
                kept.keep(known);
                let after = successor(&kept, known, now);
                let nothing_differs = after == successor(known, known, now);
                Ok(if nothing_differs { unchanged(known) } else { Decision { effect: Effect::Updated, after } })
            }
            None => create(incoming, by_key, by_external, now),
        },
    }
}

fn create<T: Record>(
    incoming: &T,
    by_key: Option<&T>,
    by_external: Option<&T>,
    now: Timestamp,
) -> Result<Decision<T>, StoreError> {
    if by_key.is_some() {
        return Err(StoreError::AlreadyExists { name: incoming.name() });
    }
    if by_external.is_some() {
        return Err(external_taken(incoming));
    }
    let mut after = incoming.clone();
    after.settle();
    after.found(now);
    Ok(Decision { effect: Effect::Created, after })
}

fn unchanged<T: Record>(known: &T) -> Decision<T> {
    Decision { effect: Effect::Unchanged, after: known.clone() }
}

fn successor<T: Record>(incoming: &T, known: &T, now: Timestamp) -> T {
    let mut after = incoming.clone();
    after.keep_ledger(known, now);
    after.settle();
    after.succeed(known, now);
    after
}

fn refuse_erased<T: Record>(known: &T) -> Result<(), StoreError> {
    if known.is_erased() { Err(StoreError::Erased { name: known.name() }) } else { Ok(()) }
}

fn external_taken<T: Record>(incoming: &T) -> StoreError {
    StoreError::AlreadyExists { name: incoming.external().map_or_else(|| incoming.name(), external_name) }
}

/// An external identity as errors spell it.
pub(crate) fn external_name(external: &ExternalId) -> String {
    format!("{}/{}", external.source, external.external_id)
}
