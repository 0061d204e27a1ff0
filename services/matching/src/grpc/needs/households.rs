//! Households.

use wishwell_api::v1;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId};
use wishwell_domain::{Error, Violations};
use wishwell_store::{Mutation, WriteMode, Written};

use crate::cases::{Caller, Platform, households_of, only};
use crate::grpc::call::{Update, merge_fields, required, update_once};
use crate::grpc::convert::beneficiary as convert;
use crate::grpc::matching::position;

/// Where a request carries a household.
const FIELD: &str = "household";

fn id(name: &str) -> Result<HouseholdId, Error> {
    Ok(HouseholdId::parse_name("name", name)?)
}

async fn answer(platform: &Platform, caller: &Caller, written: Written) -> Result<(v1::Household, i64), Error> {
    let (log_position, kept) = (written.position.0, written.kept.clone());
    let household = only(households_of(written))?;
    // Whoever joins or leaves later changes the household and not what was answered.
    let members = async {
        let members = platform.members(caller, household.id).await?;
        Ok(members.iter().map(|member| member.id).collect::<Vec<BeneficiaryId>>())
    };
    let members = platform.told_once(caller, kept, members).await?;
    Ok((convert::household_out(&household, &members), log_position))
}

/// Reads a new household: what writes it.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateHouseholdRequest,
) -> Result<Vec<Mutation>, Error> {
    let mut violations = Violations::new();
    let sent = required(FIELD, message.household)?;
    let new_id = HouseholdId::from_uuid(platform.new_uuid());
    let (household, members) = convert::household(FIELD, new_id, sent, &mut violations);
    let members = (!members.is_empty()).then_some(members.as_slice());
    platform.check_household(caller, household, members, WriteMode::CreateOrGet, violations).await
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateHouseholdRequest,
) -> Result<v1::CreateHouseholdResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_new(platform, &caller, message).await?;
            platform.write(&caller, read).await
        })
        .await?;
    let written = platform.within_reach(&caller, written).await?;
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

fn asked(message: v1::UpdateHouseholdRequest) -> Result<Update<HouseholdId, v1::Household>, Error> {
    let name = HouseholdId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.household), message.update_mask, &message.etag)
}

/// What writes a household as an update leaves it.
async fn changed(
    platform: &Platform,
    caller: &Caller,
    asked: &Update<HouseholdId, v1::Household>,
) -> Result<Vec<Mutation>, Error> {
    let (stored, members) = platform.household(caller, asked.id).await?;
    let mut merged = convert::household_out(&stored, &members);
    merge_fields!(asked, merged, [external, members, residence_division, registration_division, group_tags]);
    let mut violations = asked.violations.clone();
    let (changed, members) = convert::household(FIELD, asked.id, merged, &mut violations);
    let mode = WriteMode::Update { expected: Some(asked.etag.unwrap_or(stored.version)) };
    // Members that were not named stay as they are, also those who joined a moment ago.
    let named = asked.mask.iter().any(|path| path == "members");
    let members = named.then_some(members.as_slice());
    platform.check_household(caller, changed, members, mode, violations).await
}

/// Reads an update.
pub(super) async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateHouseholdRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateHouseholdRequest,
) -> Result<v1::UpdateHouseholdResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let changed = changed(platform, &caller, &asked).await?;
        platform.write(&caller, changed).await
    })?;
    let (household, log_position) = answer(platform, &caller, written).await?;
    Ok(v1::UpdateHouseholdResponse { household: Some(household), log_position })
}
