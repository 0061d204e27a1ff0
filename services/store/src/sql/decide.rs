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

/// What is stored of what a put may mean.
pub(crate) struct Known<'k, T> {
    /// With its id or code.
    pub(crate) by_key: Option<&'k T>,
    /// With its external identity.
    pub(crate) by_external: Option<&'k T>,
    /// What came in with its request.
    pub(crate) by_request: Option<&'k Requested<T>>,
}

/// What came in with a request.
pub(crate) struct Requested<T> {
    /// As it is.
    pub(crate) entity: T,
    /// As it came in.
    pub(crate) submitted: T,
}

/// Decides about putting `incoming`, where this is known.
pub(crate) fn decide<T: Record>(
    incoming: &T,
    mode: WriteMode,
    known: &Known<'_, T>,
    now: Timestamp,
) -> Result<Decision<T>, StoreError> {
    let &Known { by_key, by_external, by_request } = known;
    // Categories and divisions are called the same wherever they come from: their code is their external identity.
    let by_identity = if T::KEY == "code" || incoming.external().is_none() { by_key } else { by_external };
    match mode {
        WriteMode::Create => create(incoming, known, now),
        WriteMode::CreateOrGet => {
            let by_identity = by_identity.filter(|_| T::KEY == "code" || incoming.external().is_some());
            match (by_identity, by_request) {
                (Some(found), Some(other)) if other.entity.key() != found.key() => Err(request_taken(incoming)),
                (Some(found), _) => Ok(unchanged(found)),
                (None, Some(found)) if incoming.may_be(&found.submitted) => Ok(unchanged(&found.entity)),
                (None, _) => create(incoming, known, now),
            }
        }
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
            None => create(incoming, known, now),
        },
    }
}

fn create<T: Record>(incoming: &T, known: &Known<'_, T>, now: Timestamp) -> Result<Decision<T>, StoreError> {
    if known.by_key.is_some() {
        return Err(StoreError::AlreadyExists { name: incoming.name() });
    }
    if known.by_external.is_some() {
        return Err(external_taken(incoming));
    }
    if known.by_request.is_some() {
        return Err(request_taken(incoming));
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

fn request_taken<T: Record>(incoming: &T) -> StoreError {
    StoreError::RequestIdReused { request_id: incoming.request_id().unwrap_or_default().to_string() }
}

/// An external identity as errors spell it.
pub(crate) fn external_name(external: &ExternalId) -> String {
    format!("{}/{}", external.source, external.external_id)
}
