//! Organizations.

use std::collections::HashSet;

use wishwell_api::v1;
use wishwell_domain::ids::{OrganizationId, Version};
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::ReferralState;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{OrganizationFilter, ReferralFilter, WriteMode, Written};

use crate::cases::catalog::{Step, check_identity};
use crate::cases::{Caller, Platform, only, organizations_of};
use crate::grpc::call::{Update, merge_fields, required, update_once};
use crate::grpc::convert::{common, organization as convert};
use crate::grpc::listing::Listing;
use crate::grpc::matching::position;
use crate::grpc::meant::Meant as _;
use crate::grpc::within::{self, Within};

/// Where a request carries an organization.
const FIELD: &str = "organization";

fn new_id(platform: &Platform) -> OrganizationId {
    OrganizationId::from_uuid(platform.new_uuid())
}

fn id(name: &str) -> Result<OrganizationId, Error> {
    Ok(OrganizationId::parse_name("name", name)?)
}

/// An organization as this caller may see it: what another one is suspended for is none of a partner's business, and how somebody's past was
/// looked into that of nobody but itself and those who vet.
fn show(caller: &Caller, organization: &Organization) -> v1::Organization {
    let principal = &caller.principal;
    let vets = matches!(principal.role, Role::Operator | Role::Auditor);
    let shown = convert::Shown {
        reason: caller.may_keep(organization.id).is_ok(),
        notes: vets || principal.organization == Some(organization.id),
    };
    convert::organization_out(organization, shown)
}

/// What is under way with an organization where the caller works, as it was counted when the request was answered first: offers that wait
/// for its answer, and promises that it has not delivered.
async fn under_way(
    platform: &Platform,
    caller: &Caller,
    id: OrganizationId,
    written: &Written,
) -> Result<(i64, i64), Error> {
    let counting = async {
        let snapshot = platform.snapshot(caller, None).await?;
        let filter = ReferralFilter {
            organization: Some(id),
            divisions: caller.divisions_to_list(None, &snapshot)?,
            ..ReferralFilter::default()
        };
        let tallies = platform.store.tally_referrals(caller.tenant(), &filter).await?;
        let of = |states: &[ReferralState]| {
            let counted = tallies.iter().filter(|tally| states.contains(&tally.state));
            i64::try_from(counted.map(|tally| tally.referrals).sum::<u64>()).unwrap_or(i64::MAX)
        };
        Ok((of(&[ReferralState::Offered]), of(&[ReferralState::Accepted, ReferralState::InProgress])))
    };
    platform.told_once(caller, written.kept.clone(), counting).await
}

fn answer(caller: &Caller, written: Written) -> Result<(v1::Organization, i64), Error> {
    let log_position = written.position.0;
    Ok((show(caller, &only(organizations_of(written))?), log_position))
}

/// An organization that was sent, if nothing is wrong with it or with what it refers to.
async fn checked(
    platform: &Platform,
    caller: &Caller,
    organization: Organization,
    mode: WriteMode,
    known: Option<&Organization>,
    mut violations: Violations,
) -> Result<Organization, Error> {
    let placed = [(FIELD.to_owned(), organization)];
    platform.check_organizations(caller, &placed, mode, known, &mut violations).await?;
    violations.into_result()?;
    let [(_, organization)] = placed;
    Ok(organization)
}

/// Reads a new organization.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateOrganizationRequest,
) -> Result<Organization, Error> {
    let mut violations = Violations::new();
    let sent = required(FIELD, message.organization)?;
    let read = convert::organization(FIELD, new_id(platform), sent, &mut violations);
    // What an organization is vetted for is said by verifying it, not by registering it.
    let organization = Organization {
        state: OrganizationState::Applied,
        vetted_for_minors: None,
        vetted_for_home_visits: None,
        ..read
    };
    checked(platform, caller, organization, WriteMode::Create, None, violations).await
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateOrganizationRequest,
) -> Result<v1::CreateOrganizationResponse, Error> {
    let written = platform
        .once(&caller, async {
            let organization = read_new(platform, &caller, message).await?;
            platform.put_organizations(&caller, vec![organization], WriteMode::Create).await
        })
        .await?;
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

fn asked(message: v1::UpdateOrganizationRequest) -> Result<Update<OrganizationId, v1::Organization>, Error> {
    let name = OrganizationId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.organization), message.update_mask, &message.etag)
}

/// An organization as it is stored and as an update leaves it, and how it is written.
async fn changed(
    platform: &Platform,
    caller: &Caller,
    asked: &Update<OrganizationId, v1::Organization>,
) -> Result<(Organization, Organization, WriteMode), Error> {
    let stored = platform.organization(caller, asked.id).await?;
    let mut merged = convert::organization_out(&stored, convert::Shown::ALL);
    merge_fields!(asked, merged, [external, title, kind, social_credit_code, division, contact]);
    let mut violations = asked.violations.clone();
    let mut changed = convert::organization(FIELD, asked.id, merged, &mut violations);
    changed.suspension_reason.clone_from(&stored.suspension_reason);
    let mode = WriteMode::Update { expected: Some(asked.etag.unwrap_or(stored.version)) };
    let changed = checked(platform, caller, changed, mode, Some(&stored), violations).await?;
    Ok((stored, changed, mode))
}

/// Reads an update.
pub(super) async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateOrganizationRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateOrganizationRequest,
) -> Result<v1::UpdateOrganizationResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let (stored, changed, mode) = changed(platform, &caller, &asked).await?;
        check_identity(&caller, &stored, &changed)?;
        platform.put_organizations(&caller, vec![changed], mode).await
    })?;
    let (organization, log_position) = answer(&caller, written)?;
    Ok(v1::UpdateOrganizationResponse { organization: Some(organization), log_position })
}

/// Reads which organizations are asked for, and which page of them.
pub(super) async fn read_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListOrganizationsRequest,
) -> Result<(OrganizationFilter, Listing), Error> {
    let mut violations = Violations::new();
    let sent = message.filter.clone().unwrap_or_default();
    let kind = (sent.kind != 0).then(|| convert::kind("filter.kind", sent.kind, &mut violations)).flatten();
    let codes = (within::NONE, ("filter.division", sent.division.as_str()));
    let (within, listing) = Within::page(platform, caller, &message, codes, violations).await?;
    let filter = OrganizationFilter {
        state: convert::state(sent.state),
        kind,
        divisions: within.divisions(),
        external: common::external(sent.external),
        ..OrganizationFilter::default()
    };
    Ok((filter, listing))
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListOrganizationsRequest,
) -> Result<v1::ListOrganizationsResponse, Error> {
    let (filter, listing) = read_list(platform, &caller, message).await?;
    let found = platform.store.list_organizations(caller.tenant(), &filter, &listing.by_uuid()).await?;
    let (organizations, next_page_token) =
        listing.shown(&found, |found| found.id.as_uuid(), |found| show(&caller, found))?;
    Ok(v1::ListOrganizationsResponse { organizations, next_page_token })
}

/// Reads a batch.
pub(super) async fn read_batch(
    platform: &Platform,
    caller: &Caller,
    message: v1::BatchUpsertOrganizationsRequest,
) -> Result<Vec<Organization>, Error> {
    let mut violations = Violations::new();
    let field = |index: usize| format!("organizations[{index}]");
    require_external(field, message.organizations.iter().map(|sent| sent.external.as_ref()), &mut violations);
    let mut read = Vec::with_capacity(message.organizations.len());
    for (index, sent) in message.organizations.into_iter().enumerate() {
        let field = field(index);
        let organization = convert::organization(&field, new_id(platform), sent, &mut violations);
        read.push((field, organization));
    }
    platform.check_organizations(caller, &read, WriteMode::Upsert, None, &mut violations).await?;
    violations.into_result()?;
    Ok(read.into_iter().map(|(_, organization)| organization).collect())
}

pub(super) async fn batch_upsert(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertOrganizationsRequest,
) -> Result<v1::BatchUpsertOrganizationsResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_batch(platform, &caller, message).await?;
            platform.put_organizations(&caller, read, WriteMode::Upsert).await
        })
        .await?;
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

/// Reads a verification.
pub(super) async fn read_verification(
    _: &Platform,
    _: &Caller,
    message: v1::VerifyOrganizationRequest,
) -> Result<(OrganizationId, Step, Option<Version>), Error> {
    let mut violations = Violations::new();
    let id = violations.take(OrganizationId::parse_name("name", &message.name));
    let etag = common::etag("etag", &message.etag, &mut violations);
    let granted = message.vetting.unwrap_or_default();
    let minors = convert::vetting("vetting.minors", granted.minors, &mut violations);
    let home_visits = convert::vetting("vetting.home_visits", granted.home_visits, &mut violations);
    violations.into_result()?;
    Ok((required("name", id)?, Step::Verify { minors, home_visits }, etag))
}

pub(super) async fn verify(
    platform: &Platform,
    caller: Caller,
    message: v1::VerifyOrganizationRequest,
) -> Result<v1::VerifyOrganizationResponse, Error> {
    let (id, step, etag) = read_verification(platform, &caller, message).await?;
    let written = platform.step_organization(&caller, id, step, etag).await?;
    let (open_offers, live_promises) = under_way(platform, &caller, id, &written).await?;
    let (organization, log_position) = answer(&caller, written)?;
    let organization = Some(organization);
    Ok(v1::VerifyOrganizationResponse { organization, log_position, open_offers, live_promises })
}

pub(super) async fn suspend(
    platform: &Platform,
    caller: Caller,
    message: v1::SuspendOrganizationRequest,
) -> Result<v1::SuspendOrganizationResponse, Error> {
    let (id, etag) = message.meant()?;
    let step = Step::Suspend { reason: message.reason };
    let written = platform.step_organization(&caller, id, step, etag).await?;
    let (open_offers, live_promises) = under_way(platform, &caller, id, &written).await?;
    let (organization, log_position) = answer(&caller, written)?;
    let organization = Some(organization);
    Ok(v1::SuspendOrganizationResponse { organization, log_position, open_offers, live_promises })
}
