//! Keys of sealed fields, and their destruction.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use jiff::Timestamp;
use wishwell_domain::beneficiary::{Beneficiary, WrappedKey};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, NeedId, TenantId, Version};
use wishwell_domain::need::Need;

use super::forget::{self, Forgotten};
use super::log;
use super::record::{self, Key, Reading, Record as _};
use super::session::{Failure, Fields, Session};
use super::statement::{Statement, Value};
use super::write::Writing;
use crate::contract::{Effect, WriteMode};
use crate::error::StoreError;

/// Keeps a key unless there is one.
pub(super) async fn put_key(writing: &mut Writing<'_>, subject: &str, key: &WrappedKey) -> Result<Effect, Failure> {
    refuse_key_of_erased(writing, subject).await?;
    let mut statement = writing.session.statement("INSERT INTO sealing_keys (tenant, subject, wrapped) VALUES (");
    statement.bind(Value::text(writing.context.tenant.as_str())).push(", ").bind(Value::text(subject)).push(", ");
    statement.bind(Value::Bytes(Some(key.0.clone()))).push(") ON CONFLICT (tenant, subject) DO NOTHING");
    let inserted = writing.session.execute(statement).await?;
    Ok(if inserted == 0 { Effect::Unchanged } else { Effect::Created })
}

/// A new key would bring back who, or what, was erased.
async fn refuse_key_of_erased(writing: &mut Writing<'_>, subject: &str) -> Result<(), Failure> {
    let tenant = &writing.context.tenant;
    let session = &mut writing.session;
    let mut beneficiary = BeneficiaryId::parse_name("subject", subject).ok();
    let mut erased = false;
    if let Ok(need) = NeedId::parse_name("subject", subject) {
        let mut statement = session.statement("SELECT erased_at, beneficiary_id FROM needs WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND id = ").bind(Value::Uuid(Some(need.as_uuid())));
        statement.push_for_share();
        let found = session.fetch_one(statement, |fields| Ok((fields.opt_time()?, fields.opt_uuid()?))).await?;
        let (erased_at, of) = found.unwrap_or_default();
        (erased, beneficiary) = (erased_at.is_some(), of.map(BeneficiaryId::from_uuid));
    }
    if erased || !erased_among(session, tenant, beneficiary.as_slice()).await?.is_empty() {
        return Err(StoreError::Erased { name: subject.to_owned() }.into());
    }
    Ok(())
}

/// Refuses new needs of an erased beneficiary, and new sealed fields in known ones. Closing a need stays possible. The
/// beneficiaries of these, and those of wishes, stay as they are until the transaction ends.
pub(super) async fn refuse_needs_of_erased(writing: &mut Writing<'_>, step: Range<usize>) -> Result<(), Failure> {
    let (mut adding, mut kept) = (Vec::new(), Vec::new());
    for (_, need, mode) in super::write::entities::<Need>(writing.mutations, step) {
        let adds = need.personal.is_some() || !matches!(mode, WriteMode::Update { .. });
        adding.extend(need.beneficiary.filter(|_| adds));
        kept.extend(need.beneficiary.filter(|_| adds || need.wish.is_some()));
    }
    let erased = erased_among(&mut writing.session, &writing.context.tenant, &kept).await?;
    match adding.iter().find(|id| erased.contains(id)) {
        Some(erased) => Err(StoreError::Erased { name: erased.name() }.into()),
        None => Ok(()),
    }
}

/// Which of these beneficiaries were erased. All stay as they are until the transaction ends.
pub(super) async fn erased_among(
    session: &mut Session,
    tenant: &TenantId,
    beneficiaries: &[BeneficiaryId],
) -> Result<Vec<BeneficiaryId>, Failure> {
    if beneficiaries.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = session.statement("SELECT id, erased_at FROM beneficiaries WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ");
    statement.push_in_uuids("id", beneficiaries.iter().map(BeneficiaryId::as_uuid).collect());
    statement.push(" ORDER BY id").push_for_share();
    let found = session.fetch_all(statement, |fields| Ok((fields.uuid()?, fields.opt_time()?))).await?;
    let erased = found.into_iter().filter(|(_, erased_at)| erased_at.is_some());
    Ok(erased.map(|(id, _)| BeneficiaryId::from_uuid(id)).collect())
}

/// Destroys keys, ciphertext and digest of a beneficiary and its needs, in the tables and in the log, and what tells there where it
/// lives, also in needs that named it before. [`StoreError::Outdated`] when one of
/// its needs is a wish still: it was published after the needs were read that come before this in the write.
pub(super) async fn beneficiary(writing: &mut Writing<'_>, id: BeneficiaryId) -> Result<(Effect, Change), Failure> {
    let tenant = &writing.context.tenant;
    let session = &mut writing.session;
    let key = vec![Key::Id(id.as_uuid())];
    let found = record::find::<Beneficiary>(session, tenant, key, Reading::ForUpdate).await?;
    let known = found.into_iter().next().ok_or_else(|| StoreError::NotFound { name: id.name() })?;
    if let Some(at) = known.erased_at {
        return Ok((Effect::Unchanged, Change::BeneficiaryErased { id, at }));
    }
    let at = writing.now;
    let mut statement = session.statement(
        "UPDATE beneficiaries SET personal = NULL, identity_digest = NULL, version = version + 1, erased_at = ",
    );
    statement.bind(Value::time(at)).push(", updated_at = ").bind(Value::time(at));
    statement.push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND id = ").bind(Value::Uuid(Some(id.as_uuid())));
    session.execute(statement).await?;

    // The exact place says where somebody lives; the division, where there is one, says enough.
    let mut statement = session.statement(
        "UPDATE needs SET personal = NULL, \
         latitude_e7 = CASE WHEN division_code IS NULL THEN latitude_e7 END, \
         longitude_e7 = CASE WHEN division_code IS NULL THEN longitude_e7 END WHERE tenant = ",
    );
    statement.bind(Value::text(tenant.as_str())).push(" AND beneficiary_id = ");
    statement.bind(Value::Uuid(Some(id.as_uuid()))).push(" RETURNING id, wish_title IS NOT NULL");
    let needs = session.fetch_all(statement, |fields| Ok((fields.uuid()?, fields.bool()?))).await?;
    if needs.iter().any(|(_, is_wish)| *is_wish) {
        return Err(StoreError::Outdated.into());
    }
    let mut forgotten: Forgotten = needs.into_iter().map(|(need, _)| (NeedId::from_uuid(need), None)).collect();
    let mut subjects: Vec<String> = forgotten.keys().map(NeedId::name).collect();
    subjects.push(id.name());
    destroy_keys(session, tenant, subjects.clone()).await?;
    clean_log(session, tenant, subjects, without_sealed).await?;
    let formerly = clean_log_of_former(session, tenant, id, &forgotten).await?;
    forgotten.extend(formerly);
    forget::decisions(session, tenant, &forgotten).await?;
    Ok((Effect::Updated, Change::BeneficiaryErased { id, at }))
}

/// Destroys the key of a need that names no beneficiary, and takes what is personal out of it, in the tables and in the log.
/// [`StoreError::Outdated`] when it names a beneficiary or is open by now.
pub(super) async fn need(
    writing: &mut Writing<'_>,
    id: NeedId,
    expected: Option<Version>,
) -> Result<(Effect, Change), Failure> {
    let tenant = &writing.context.tenant;
    let session = &mut writing.session;
    let key = vec![Key::Id(id.as_uuid())];
    let found = record::find::<Need>(session, tenant, key.clone(), Reading::ForUpdate).await?;
    let known = found.into_iter().next().ok_or_else(|| StoreError::NotFound { name: id.name() })?;
    if let Some(expected) = expected.filter(|expected| *expected != known.version) {
        let (expected, actual) = (expected.0, known.version.0);
        return Err(StoreError::VersionMismatch { name: id.name(), expected, actual }.into());
    }
    if known.erased_at.is_some() {
        return Ok((Effect::Unchanged, known.into_change()));
    }
    if known.beneficiary.is_some() || known.state.is_open() {
        return Err(StoreError::Outdated.into());
    }
    let mut erased = known.clone();
    erased.erase(writing.now);
    erased.succeed(&known, writing.now);
    record::write(session, tenant, &[&erased], &key).await?;
    destroy_keys(session, tenant, vec![id.name()]).await?;
    clean_log(session, tenant, vec![id.name()], without_personal).await?;
    forget::decisions(session, tenant, &Forgotten::from([(id, None)])).await?;
    Ok((Effect::Updated, erased.into_change()))
}

async fn destroy_keys(session: &mut Session, tenant: &TenantId, subjects: Vec<String>) -> Result<(), Failure> {
    let mut statement = session.statement("DELETE FROM sealing_keys WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_texts("subject", subjects);
    session.execute(statement).await.map(drop)
}

/// Takes what is personal out of logged after-images; `cleaned` gives them without, and none where there is nothing of it.
async fn clean_log(
    session: &mut Session,
    tenant: &TenantId,
    subjects: Vec<String>,
    cleaned: impl Fn(Change) -> Option<Change>,
) -> Result<(), Failure> {
    let mut statement = session.statement("SELECT position, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_texts("subject", subjects);
    statement.push(" AND kind <> 'referral'");
    let logged = session.fetch_all(statement, |fields| Ok((fields.int()?, fields.json::<Change>()?))).await?;
    for (position, change) in logged {
        let Some(cleaned) = cleaned(change) else { continue };
        log::rewrite(session, tenant, position, Value::json(&cleaned)?).await?;
    }
    Ok(())
}

/// Does so in images of needs that name somebody else by now, or nobody. Answers each with the last version that was of this beneficiary.
async fn clean_log_of_former(
    session: &mut Session,
    tenant: &TenantId,
    id: BeneficiaryId,
    current: &Forgotten,
) -> Result<Forgotten, Failure> {
    let mut statement = session.statement("SELECT position, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND kind = 'need' AND ").push_named_beneficiary();
    statement.push(" = ").bind(Value::text(id.as_uuid().to_string())).push(" ORDER BY position");
    let logged = session.fetch_all(statement, |fields| Ok((fields.int()?, fields.json::<Change>()?))).await?;
    let mut last_named = BTreeMap::new();
    for (position, change) in logged {
        let Change::Need(need) = &change else { continue };
        if current.contains_key(&need.id) {
            continue;
        }
        last_named.insert(need.id, position);
        if let Some(cleaned) = without_sealed(change) {
            log::rewrite(session, tenant, position, Value::json(&cleaned)?).await?;
        }
    }
    let mut former = Forgotten::new();
    for (need, position) in last_named {
        let mut statement = session.statement("SELECT payload FROM events WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND kind <> 'referral' AND subject = ");
        statement.bind(Value::text(need.name())).push(" AND position > ").bind(Value::Int(Some(position)));
        statement.push(" ORDER BY position LIMIT 1");
        // What moves between the two has versions of its own.
        let next = session.fetch_one(statement, |fields| fields.json::<Change>()).await?;
        let next = if let Some(Change::Need(next)) = next { Some(next.version) } else { None };
        former.insert(need, next.map(|next| Version(next.0 - 1)));
    }
    Ok(former)
}

/// The change without sealed fields, digest, exact place and wish, whose words nobody checks; none when it has none of them. The
/// ciphertext could not be opened any more, but a digest links whoever knows the digest's key and the identity number.
fn without_sealed(change: Change) -> Option<Change> {
    match change {
        Change::Beneficiary(mut beneficiary)
            if beneficiary.personal.is_some() || beneficiary.identity_digest.is_some() =>
        {
            beneficiary.personal = None;
            beneficiary.identity_digest = None;
            Some(Change::Beneficiary(beneficiary))
        }
        Change::Need(mut need)
            if need.personal.is_some() || need.wish.is_some() || (need.place.is_some() && need.division.is_some()) =>
        {
            (need.personal, need.wish) = (None, None);
            // Where somebody lives; the division stays to say where help is needed.
            need.place = need.place.filter(|_| need.division.is_none());
            Some(Change::Need(need))
        }
        _ => None,
    }
}

/// The need's image without sealed fields, exact place and wish, which nobody looks for help at any more; none when it has none of them.
fn without_personal(change: Change) -> Option<Change> {
    match change {
        Change::Need(mut need) if need.personal.is_some() || need.place.is_some() || need.wish.is_some() => {
            (need.personal, need.place, need.wish) = (None, None, None);
            Some(Change::Need(need))
        }
        _ => None,
    }
}

/// Which of these beneficiaries were erased, and when.
pub(super) async fn erasures(
    session: &mut Session,
    tenant: &TenantId,
    beneficiaries: Vec<BeneficiaryId>,
) -> Result<HashMap<BeneficiaryId, Timestamp>, Failure> {
    let mut statement = session.statement("SELECT id, erased_at FROM beneficiaries WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND erased_at IS NOT NULL AND ");
    statement.push_in_uuids("id", beneficiaries.iter().map(BeneficiaryId::as_uuid).collect());
    let read = |fields: &mut Fields<'_>| Ok((BeneficiaryId::from_uuid(fields.uuid()?), fields.time()?));
    Ok(session.fetch_all(statement, read).await?.into_iter().collect())
}

/// The wrapped key of a subject.
pub(super) async fn key(
    session: &mut Session,
    tenant: &TenantId,
    subject: &str,
) -> Result<Option<WrappedKey>, Failure> {
    let mut statement = session.statement("SELECT wrapped FROM sealing_keys WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND subject = ").bind(Value::text(subject));
    Ok(session.fetch_one(statement, |fields| fields.bytes()).await?.map(WrappedKey))
}

/// The wrapped keys of many subjects.
pub(super) async fn keys(
    session: &mut Session,
    tenant: &TenantId,
    subjects: Vec<String>,
) -> Result<HashMap<String, WrappedKey>, Failure> {
    let mut statement = session.statement("SELECT subject, wrapped FROM sealing_keys WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_texts("subject", subjects);
    collected(session, statement).await
}

/// The wrapped keys of the first subjects by name.
pub(super) async fn some_keys(
    session: &mut Session,
    tenant: &TenantId,
    limit: usize,
) -> Result<HashMap<String, WrappedKey>, Failure> {
    let mut statement = session.statement("SELECT subject, wrapped FROM sealing_keys WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" ORDER BY subject LIMIT ");
    statement.bind(Value::Int(i64::try_from(limit).ok()));
    collected(session, statement).await
}

async fn collected(session: &mut Session, statement: Statement) -> Result<HashMap<String, WrappedKey>, Failure> {
    let found = session.fetch_all(statement, |fields| Ok((fields.text()?, WrappedKey(fields.bytes()?)))).await?;
    Ok(found.into_iter().collect())
}
