//! Capacity pools.

use wishwell_api::v1;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodFigures};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId};
use wishwell_domain::ledger::{NewTotal, SetFigures};
use wishwell_domain::{Error, Violations};
use wishwell_store::{CapacityPoolFilter, WriteMode, Written};

use super::organizations::require_external;
use super::resources::Externals;
use crate::cases::{Caller, Platform, capacity_pools_of, only};
use crate::grpc::call::{Update, merge_fields, required, update_once};
use crate::grpc::convert::{capacity_pool as convert, common};
use crate::grpc::listing::Listing;
use crate::grpc::matching::position;

/// Where a request carries a pool.
const FIELD: &str = "capacity_pool";

fn new_id(platform: &Platform) -> CapacityPoolId {
    CapacityPoolId::from_uuid(platform.new_uuid())
}

fn id(name: &str) -> Result<CapacityPoolId, Error> {
    Ok(CapacityPoolId::parse_name("name", name)?)
}

fn answer(written: Written) -> Result<(v1::CapacityPool, i64), Error> {
    let log_position = written.position.0;
    let pool = only(capacity_pools_of(written))?;
    Ok((convert::capacity_pool_out(&pool), log_position))
}

/// Reads pools as they were sent, and checks them against what is known.
async fn read_all(
    platform: &Platform,
    caller: &Caller,
    messages: Vec<v1::CapacityPool>,
    field: impl Fn(usize) -> String,
    (mode, known): (WriteMode, Option<&CapacityPool>),
    mut violations: Violations,
) -> Result<Vec<CapacityPool>, Error> {
    let organizations = messages.iter().filter_map(|message| message.organization_external.clone()).collect();
    let externals = Externals::resolve(platform, caller, organizations, Vec::new()).await?;
    if mode == WriteMode::Upsert {
        require_external(&field, messages.iter().map(|message| message.external.as_ref()), &mut violations);
    }
    let mut read = Vec::with_capacity(messages.len());
    for (index, message) in messages.into_iter().enumerate() {
        let field = field(index);
        let external = message.organization_external.as_ref();
        let organization = externals.organization(&field, &message.organization, external, &mut violations);
        let pool = convert::capacity_pool(&field, new_id(platform), organization, message, &mut violations);
        read.extend(pool.map(|pool| (field, pool)));
    }
    platform.check_capacity_pools(caller, &mut read, mode, known, &mut violations).await?;
    violations.into_result()?;
    Ok(read.into_iter().map(|(_, pool)| pool).collect())
}

fn field(_: usize) -> String {
    FIELD.to_owned()
}

/// Reads a new pool.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateCapacityPoolRequest,
) -> Result<Vec<CapacityPool>, Error> {
    let sent = vec![required(FIELD, message.capacity_pool)?];
    read_all(platform, caller, sent, field, (WriteMode::Create, None), Violations::new()).await
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateCapacityPoolRequest,
) -> Result<v1::CreateCapacityPoolResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_new(platform, &caller, message).await?;
            platform.put_capacity_pools(&caller, read, WriteMode::Create).await
        })
        .await?;
    let (capacity_pool, log_position) = answer(written)?;
    Ok(v1::CreateCapacityPoolResponse { capacity_pool: Some(capacity_pool), log_position })
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetCapacityPoolRequest,
) -> Result<v1::GetCapacityPoolResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let pool = platform.capacity_pool(&caller, id(&message.name)?).await?;
    Ok(v1::GetCapacityPoolResponse { capacity_pool: Some(convert::capacity_pool_out(&pool)) })
}

fn asked(message: v1::UpdateCapacityPoolRequest) -> Result<Update<CapacityPoolId, v1::CapacityPool>, Error> {
    let name = CapacityPoolId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.capacity_pool), message.update_mask, &message.etag)
}

/// A pool as an update leaves it, and how it is written.
async fn changed(
    platform: &Platform,
    caller: &Caller,
    asked: &Update<CapacityPoolId, v1::CapacityPool>,
) -> Result<(Vec<CapacityPool>, WriteMode), Error> {
    let stored = platform.capacity_pool(caller, asked.id).await?;
    let mut merged = convert::capacity_pool_out(&stored);
    merge_fields!(asked, merged, [external, title]);
    let mode = WriteMode::Update { expected: Some(asked.etag.unwrap_or(stored.version)) };
    let changed =
        read_all(platform, caller, vec![merged], field, (mode, Some(&stored)), asked.violations.clone()).await?;
    Ok((changed.into_iter().map(|pool| keep_figures(pool, &stored)).collect(), mode))
}

/// Reads an update.
pub(super) async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateCapacityPoolRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateCapacityPoolRequest,
) -> Result<v1::UpdateCapacityPoolResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let (changed, mode) = changed(platform, &caller, &asked).await?;
        platform.put_capacity_pools(&caller, changed, mode).await
    })?;
    let (capacity_pool, log_position) = answer(written)?;
    Ok(v1::UpdateCapacityPoolResponse { capacity_pool: Some(capacity_pool), log_position })
}

/// Figures are set by `SetCapacity` only; an update of other fields leaves them as they are.
fn keep_figures(changed: CapacityPool, stored: &CapacityPool) -> CapacityPool {
    let periods: Vec<PeriodFigures> = stored.periods.clone();
    CapacityPool { id: stored.id, figures: stored.figures, periods, confirmed_at: stored.confirmed_at, ..changed }
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListCapacityPoolsRequest,
) -> Result<v1::ListCapacityPoolsResponse, Error> {
    let listing = Listing::of(platform, &caller, &message)?;
    let sent = message.filter.unwrap_or_default();
    platform.snapshot(&caller, position(message.min_position)).await?;
    let mut organization = None;
    if !sent.organization.is_empty() {
        organization = Some(OrganizationId::parse_name("filter.organization", &sent.organization)?);
    }
    if caller.is_partner() {
        // Partners see their own pools; asking for another's is refused rather than answered with nothing.
        let own = caller.principal.organization.ok_or(Error::Unauthenticated)?;
        caller.may_keep(organization.unwrap_or(own))?;
        organization = Some(own);
    }
    let filter = CapacityPoolFilter {
        organization,
        kind: convert::kind(sent.kind),
        external: common::external(sent.external),
        pledged: sent.pledged,
        ..CapacityPoolFilter::default()
    };
    let found = platform.store.list_capacity_pools(caller.tenant(), &filter, &listing.by_uuid()).await?;
    let (capacity_pools, next_page_token) =
        listing.shown(&found, |pool| pool.id.as_uuid(), convert::capacity_pool_out)?;
    Ok(v1::ListCapacityPoolsResponse { capacity_pools, next_page_token })
}

/// Reads a batch.
pub(super) async fn read_batch(
    platform: &Platform,
    caller: &Caller,
    message: v1::BatchUpsertCapacityPoolsRequest,
) -> Result<Vec<CapacityPool>, Error> {
    let field = |index| format!("capacity_pools[{index}]");
    read_all(platform, caller, message.capacity_pools, field, (WriteMode::Upsert, None), Violations::new()).await
}

pub(super) async fn batch_upsert(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertCapacityPoolsRequest,
) -> Result<v1::BatchUpsertCapacityPoolsResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_batch(platform, &caller, message).await?;
            platform.put_capacity_pools(&caller, read, WriteMode::Upsert).await
        })
        .await?;
    let (results, log_position) = (super::upsert_results(&written), written.position.0);
    Ok(v1::BatchUpsertCapacityPoolsResponse { results, log_position })
}

/// Reads new figures.
pub(super) async fn read_figures(
    _: &Platform,
    _: &Caller,
    message: v1::SetCapacityRequest,
) -> Result<SetFigures, Error> {
    let mut violations = Violations::new();
    let pool = violations.take(CapacityPoolId::parse_name("name", &message.name));
    let etag = common::etag("etag", &message.etag, &mut violations);
    let period_start = common::date("period_start", &message.period_start, &mut violations);
    violations.into_result()?;
    let total = match message.total {
        Some(total) => NewTotal::Known(total),
        None if message.total_unknown => NewTotal::Unknown,
        None => NewTotal::Unchanged,
    };
    Ok(SetFigures {
        pool: required("name", pool)?,
        period_start,
        total,
        used_elsewhere: message.used_elsewhere,
        force: message.force,
        expected: etag,
    })
}

pub(super) async fn set_capacity(
    platform: &Platform,
    caller: Caller,
    message: v1::SetCapacityRequest,
) -> Result<v1::SetCapacityResponse, Error> {
    let figures = read_figures(platform, &caller, message).await?;
    let written = platform.set_capacity(&caller, figures).await?;
    let (capacity_pool, log_position) = answer(written)?;
    Ok(v1::SetCapacityResponse { capacity_pool: Some(capacity_pool), log_position })
}
