//! Capacity pools.

use prost::Message;

use wishwell_api::v1;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodFigures};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId};
use wishwell_domain::ledger::{NewTotal, SetFigures};
use wishwell_domain::{Error, Violations};
use wishwell_store::{CapacityPoolFilter, WriteMode, Written};

use super::organizations::require_external;
use super::resources::Externals;
use crate::cases::{Caller, Platform, capacity_pools_of, only};
use crate::grpc::call::{mask_paths, merge_fields, next_token, page, required, retry_update};
use crate::grpc::convert::{capacity_pool as convert, common};
use crate::grpc::matching::position;

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

/// Reads pools as they were sent.
async fn read_all(
    platform: &Platform,
    caller: &Caller,
    messages: Vec<v1::CapacityPool>,
    field: impl Fn(usize) -> String,
    batch: bool,
) -> Result<Vec<CapacityPool>, Error> {
    let organizations = messages.iter().filter_map(|message| message.organization_external.clone()).collect();
    let externals = Externals::resolve(platform, caller, organizations, Vec::new()).await?;
    let mut violations = Violations::new();
    if batch {
        require_external(&field, messages.iter().map(|message| message.external.as_ref()), &mut violations);
    }
    let mut read = Vec::with_capacity(messages.len());
    for (index, message) in messages.into_iter().enumerate() {
        let field = field(index);
        let external = message.organization_external.as_ref();
        let organization = externals.organization(&field, &message.organization, external, &mut violations);
        read.extend(convert::capacity_pool(&field, new_id(platform), organization, message, &mut violations));
    }
    violations.into_result()?;
    Ok(read)
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateCapacityPoolRequest,
) -> Result<v1::CreateCapacityPoolResponse, Error> {
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => {
            let sent = vec![required("capacity_pool", message.capacity_pool)?];
            let field = |_| "capacity_pool".to_owned();
            let read = read_all(platform, &caller, sent, field, false).await?;
            platform.put_capacity_pools(&caller, field, read, WriteMode::Create).await?
        }
    };
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

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateCapacityPoolRequest,
) -> Result<v1::UpdateCapacityPoolResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let id = id(&message.name)?;
    let sent = required("capacity_pool", message.capacity_pool)?;
    let mask = mask_paths(message.update_mask)?;
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => retry_update!(etag, async {
            let stored = platform.capacity_pool(&caller, id).await?;
            let mut merged = convert::capacity_pool_out(&stored);
            merge_fields!(mask, merged, sent, [external, title]);
            let changed = read_all(platform, &caller, vec![merged], |_| "capacity_pool".to_owned(), false).await?;
            let mode = WriteMode::Update { expected: Some(etag.unwrap_or(stored.version)) };
            let changed = changed.into_iter().map(|pool| keep_figures(pool, &stored)).collect();
            platform.put_capacity_pools(&caller, |_| "capacity_pool".to_owned(), changed, mode).await
        })?,
    };
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
    let sent = message.filter.unwrap_or_default();
    let scope = platform.page_scope(&caller, &sent.encode_to_vec());
    let page = page(&scope, message.page_size, &message.page_token)?;
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
        ..CapacityPoolFilter::default()
    };
    let found = platform.store.list_capacity_pools(caller.tenant(), &filter, &page).await?;
    Ok(v1::ListCapacityPoolsResponse {
        capacity_pools: found.entries.iter().map(convert::capacity_pool_out).collect(),
        next_page_token: next_token(&scope, found.next_after)?,
    })
}

pub(super) async fn batch_upsert(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertCapacityPoolsRequest,
) -> Result<v1::BatchUpsertCapacityPoolsResponse, Error> {
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => {
            let field = |index| format!("capacity_pools[{index}]");
            let read = read_all(platform, &caller, message.capacity_pools, field, true).await?;
            platform.put_capacity_pools(&caller, field, read, WriteMode::Upsert).await?
        }
    };
    let (results, log_position) = (super::upsert_results(&written), written.position.0);
    Ok(v1::BatchUpsertCapacityPoolsResponse { results, log_position })
}

pub(super) async fn set_capacity(
    platform: &Platform,
    caller: Caller,
    message: v1::SetCapacityRequest,
) -> Result<v1::SetCapacityResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    let period_start = common::date("period_start", &message.period_start, &mut violations);
    violations.into_result()?;
    let total = match message.total {
        Some(total) => NewTotal::Known(total),
        None if message.total_unknown => NewTotal::Unknown,
        None => NewTotal::Unchanged,
    };
    let set = SetFigures {
        pool: id(&message.name)?,
        period_start,
        total,
        used_elsewhere: message.used_elsewhere,
        force: message.force,
        expected: etag,
    };
    let written = platform.set_capacity(&caller, set).await?;
    let (capacity_pool, log_position) = answer(written)?;
    Ok(v1::SetCapacityResponse { capacity_pool: Some(capacity_pool), log_position })
}
