//! Organizations.

use std::collections::HashSet;

use prost::Message;

use wishwell_api::v1;
use wishwell_domain::ids::OrganizationId;
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{OrganizationFilter, WriteMode, Written};

use crate::cases::catalog::{Step, check_identity};
use crate::cases::{Caller, Platform, only, organizations_of};
use crate::grpc::call::{mask_paths, merge_fields, next_token, page, required, retry_update};
use crate::grpc::convert::{common, organization as convert};
use crate::grpc::matching::position;

fn new_id(platform: &Platform) -> OrganizationId {
    OrganizationId::from_uuid(platform.new_uuid())
}

fn id(name: &str) -> Result<OrganizationId, Error> {
    Ok(OrganizationId::parse_name("name", name)?)
}

/// An organization as this caller may see it: what another one is suspended for is none of a partner's business.
fn show(caller: &Caller, organization: &Organization) -> v1::Organization {
    convert::organization_out(organization, caller.may_keep(organization.id).is_ok())
}

fn answer(caller: &Caller, written: Written) -> Result<(v1::Organization, i64), Error> {
    let log_position = written.position.0;
    Ok((show(caller, &only(organizations_of(written))?), log_position))
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateOrganizationRequest,
) -> Result<v1::CreateOrganizationResponse, Error> {
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => {
            let mut violations = Violations::new();
            let sent = required("organization", message.organization)?;
            let read = convert::organization("organization", new_id(platform), sent, &mut violations);
            violations.into_result()?;
            // What an organization is vetted for is said by verifying it, not by registering it.
            let organization = Organization {
                state: OrganizationState::Applied,
                vetted_for_minors: None,
                vetted_for_home_visits: None,
                ..required("organization", read)?
            };
            platform
                .put_organizations(&caller, |_| "organization".to_owned(), vec![organization], WriteMode::Create)
                .await?
        }
    };
    let (organization, log_position) = answer(&caller, written)?;
    Ok(v1::CreateOrganizationResponse { organization: Some(organization), log_position })
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetOrganizationRequest,
) -> Result<v1::GetOrganizationResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let organization = platform.organization(&caller, id(&message.name)?).await?;
    Ok(v1::GetOrganizationResponse { organization: Some(show(&caller, &organization)) })
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateOrganizationRequest,
) -> Result<v1::UpdateOrganizationResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let id = id(&message.name)?;
    let sent = required("organization", message.organization)?;
    let mask = mask_paths(message.update_mask)?;
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => retry_update!(etag, async {
            let stored = platform.organization(&caller, id).await?;
            let mut merged = convert::organization_out(&stored, true);
            merge_fields!(mask, merged, sent, [external, title, kind, social_credit_code, division, contact]);
            let mut violations = Violations::new();
            let changed = convert::organization("organization", id, merged, &mut violations);
            violations.into_result()?;
            let mode = WriteMode::Update { expected: Some(etag.unwrap_or(stored.version)) };
            let mut changed = required("organization", changed)?;
            changed.suspension_reason.clone_from(&stored.suspension_reason);
            check_identity(&caller, &stored, &changed)?;
            platform.put_organizations(&caller, |_| "organization".to_owned(), vec![changed], mode).await
        })?,
    };
    let (organization, log_position) = answer(&caller, written)?;
    Ok(v1::UpdateOrganizationResponse { organization: Some(organization), log_position })
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListOrganizationsRequest,
) -> Result<v1::ListOrganizationsResponse, Error> {
    let sent = message.filter.unwrap_or_default();
    let scope = platform.page_scope(&caller, &sent.encode_to_vec());
    let page = page(&scope, message.page_size, &message.page_token)?;
    let snapshot = platform.snapshot(&caller, position(message.min_position)).await?;
    let mut violations = Violations::new();
    let kind = (sent.kind != 0).then(|| convert::kind("filter.kind", sent.kind, &mut violations)).flatten();
    let division = common::division("filter.division", &sent.division, &mut violations);
    violations.into_result()?;
    let filter = OrganizationFilter {
        state: convert::state(sent.state),
        kind,
        divisions: division.map(|code| snapshot.division_subtree(&code)).unwrap_or_default(),
        external: common::external(sent.external),
        ..OrganizationFilter::default()
    };
    let found = platform.store.list_organizations(caller.tenant(), &filter, &page).await?;
    Ok(v1::ListOrganizationsResponse {
        organizations: found.entries.iter().map(|found| show(&caller, found)).collect(),
        next_page_token: next_token(&scope, found.next_after)?,
    })
}

pub(super) async fn batch_upsert(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertOrganizationsRequest,
) -> Result<v1::BatchUpsertOrganizationsResponse, Error> {
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => {
            let mut violations = Violations::new();
            let field = |index: usize| format!("organizations[{index}]");
            let externals = message.organizations.iter().map(|sent| sent.external.as_ref());
            require_external(field, externals, &mut violations);
            let mut read = Vec::with_capacity(message.organizations.len());
            for (index, sent) in message.organizations.into_iter().enumerate() {
                read.extend(convert::organization(&field(index), new_id(platform), sent, &mut violations));
            }
            violations.into_result()?;
            platform.put_organizations(&caller, field, read, WriteMode::Upsert).await?
        }
    };
    let (results, log_position) = (super::upsert_results(&written), written.position.0);
    Ok(v1::BatchUpsertOrganizationsResponse { results, log_position })
}

/// Entries of a batch are told apart by what they are called where they came from.
pub(super) fn require_external<'a>(
    field: impl Fn(usize) -> String,
    entries: impl Iterator<Item = Option<&'a v1::ExternalId>>,
    violations: &mut Violations,
) {
    let mut seen = HashSet::new();
    for (index, external) in entries.enumerate() {
        let path = || format!("{}.external", field(index));
        match external {
            None => {
                violations.add(Violation::new(path(), "required", "is required in a batch, to know the entry again"))
            }
            Some(external) => {
                violations.require(seen.insert((external.source.as_str(), external.external_id.as_str())), || {
                    let value = format!("{}/{}", external.source, external.external_id);
                    Violation::new(path(), "external.unique", "stands twice in the batch").with_value(value)
                });
            }
        }
    }
}

pub(super) async fn verify(
    platform: &Platform,
    caller: Caller,
    message: v1::VerifyOrganizationRequest,
) -> Result<v1::VerifyOrganizationResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    let granted = message.vetting.unwrap_or_default();
    let minors = convert::vetting("vetting.minors", granted.minors, &mut violations);
    let home_visits = convert::vetting("vetting.home_visits", granted.home_visits, &mut violations);
    violations.into_result()?;
    let step = Step::Verify { minors, home_visits };
    let written = platform.step_organization(&caller, id(&message.name)?, step, etag).await?;
    let (organization, log_position) = answer(&caller, written)?;
    Ok(v1::VerifyOrganizationResponse { organization: Some(organization), log_position })
}

pub(super) async fn suspend(
    platform: &Platform,
    caller: Caller,
    message: v1::SuspendOrganizationRequest,
) -> Result<v1::SuspendOrganizationResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let step = Step::Suspend { reason: message.reason };
    let written = platform.step_organization(&caller, id(&message.name)?, step, etag).await?;
    let (organization, log_position) = answer(&caller, written)?;
    Ok(v1::SuspendOrganizationResponse { organization: Some(organization), log_position })
}
