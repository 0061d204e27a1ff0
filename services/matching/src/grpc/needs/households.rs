//! Households.

use wishwell_api::v1;
use wishwell_domain::ids::HouseholdId;
use wishwell_domain::{Error, Violations};
use wishwell_store::{WriteMode, Written};

use crate::cases::{Caller, Platform, households_of, only};
use crate::grpc::call::{mask_paths, merge_fields, required, retry_update};
use crate::grpc::convert::{beneficiary as convert, common};
use crate::grpc::matching::position;

fn id(name: &str) -> Result<HouseholdId, Error> {
    Ok(HouseholdId::parse_name("name", name)?)
}

async fn answer(platform: &Platform, caller: &Caller, written: Written) -> Result<(v1::Household, i64), Error> {
    let log_position = written.position.0;
    let household = only(households_of(written))?;
    let members: Vec<_> = platform.members(caller, household.id).await?.iter().map(|member| member.id).collect();
    Ok((convert::household_out(&household, &members), log_position))
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateHouseholdRequest,
) -> Result<v1::CreateHouseholdResponse, Error> {
    let written = match platform.answered(&caller).await? {
        Some(written) => platform.within_reach(&caller, written).await?,
        None => {
            let mut violations = Violations::new();
            let sent = required("household", message.household)?;
            let new_id = HouseholdId::from_uuid(platform.new_uuid());
            let (household, members) = convert::household("household", new_id, sent, &mut violations);
            violations.into_result()?;
            let members = (!members.is_empty()).then_some(members.as_slice());
            platform.put_household(&caller, household, members, WriteMode::CreateOrGet).await?
        }
    };
    let existing = super::need::was_known(&written);
    let (household, log_position) = answer(platform, &caller, written).await?;
    Ok(v1::CreateHouseholdResponse { household: Some(household), log_position, existing })
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetHouseholdRequest,
) -> Result<v1::GetHouseholdResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let (household, members) = platform.household(&caller, id(&message.name)?).await?;
    Ok(v1::GetHouseholdResponse { household: Some(convert::household_out(&household, &members)) })
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateHouseholdRequest,
) -> Result<v1::UpdateHouseholdResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let id = id(&message.name)?;
    let sent = required("household", message.household)?;
    let mask = mask_paths(message.update_mask)?;
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => retry_update!(etag, async {
            let (stored, members) = platform.household(&caller, id).await?;
            let mut merged = convert::household_out(&stored, &members);
            merge_fields!(
                mask,
                merged,
                sent,
                [external, members, residence_division, registration_division, group_tags]
            );
            let mut violations = Violations::new();
            let (changed, members) = convert::household("household", id, merged, &mut violations);
            violations.into_result()?;
            let mode = WriteMode::Update { expected: Some(etag.unwrap_or(stored.version)) };
            // Members that were not named stay as they are, also those who joined a moment ago.
            let members = mask.iter().any(|path| path == "members").then_some(members.as_slice());
            platform.put_household(&caller, changed, members, mode).await
        })?,
    };
    let (household, log_position) = answer(platform, &caller, written).await?;
    Ok(v1::UpdateHouseholdResponse { household: Some(household), log_position })
}
