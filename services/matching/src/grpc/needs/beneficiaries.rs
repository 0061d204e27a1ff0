//! Beneficiaries.

use wishwell_api::v1;
use wishwell_domain::beneficiary::{Beneficiary, PersonalFields};
use wishwell_domain::ids::BeneficiaryId;
use wishwell_domain::{Error, Violations};
use wishwell_store::{BeneficiaryFilter, Effect, Written};

use super::people;
use crate::cases::{Caller, Platform, beneficiaries_of, only};
use crate::grpc::call::{Update, merge_fields, required, update_once};
use crate::grpc::convert::beneficiary::ReadBeneficiary;
use crate::grpc::convert::{beneficiary as convert, common};
use crate::grpc::listing::Listing;
use crate::grpc::matching::position;
use crate::grpc::meant::Meant as _;
use crate::grpc::within::{self, Within};

/// Where a request carries a beneficiary.
const FIELD: &str = "beneficiary";

fn id(name: &str) -> Result<BeneficiaryId, Error> {
    Ok(BeneficiaryId::parse_name("name", name)?)
}

/// A beneficiary as this caller may see it: personal fields only where they were asked for and may be seen.
async fn show(
    platform: &Platform,
    caller: &Caller,
    beneficiary: &Beneficiary,
    with_personal: bool,
) -> Result<v1::Beneficiary, Error> {
    let personal = if with_personal && caller.sees_personal() {
        platform.personal_fields(caller, beneficiary).await?
    } else {
        None
    };
    Ok(convert::beneficiary_out(beneficiary, personal.as_ref()))
}

/// What a write answers. Of somebody who was known before most was said by others, or at another time: that it is answered leaves a
/// trace, as reading it does.
async fn answer(
    platform: &Platform,
    caller: &Caller,
    written: Written,
    is_new: bool,
) -> Result<(v1::Beneficiary, i64), Error> {
    let log_position = written.position.0;
    let beneficiary = only(beneficiaries_of(written))?;
    if !is_new && caller.sees_personal() && beneficiary.personal.is_some() {
        caller.record_disclosure(&beneficiary.id.name());
    }
    Ok((show(platform, caller, &beneficiary, true).await?, log_position))
}

/// Reads a new beneficiary.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateBeneficiaryRequest,
) -> Result<ReadBeneficiary, Error> {
    let mut violations = Violations::new();
    let mut sent = required(FIELD, message.beneficiary)?;
    let household = sent.household_external.take();
    people::household(platform, caller, FIELD, household, &mut sent.household, &mut violations).await?;
    let new_id = BeneficiaryId::from_uuid(platform.new_uuid());
    let read = convert::beneficiary(FIELD, new_id, sent, &mut violations);
    read.beneficiary.check_said(FIELD, platform.store.now().await?, &mut violations);
    platform.check_beneficiary(caller, &read.beneficiary, None, violations).await?;
    Ok(read)
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateBeneficiaryRequest,
) -> Result<v1::CreateBeneficiaryResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_new(platform, &caller, message).await?;
            platform.create_beneficiary(&caller, read.beneficiary, read.personal).await
        })
        .await?;
    let written = platform.within_reach(&caller, written).await?;
    let existing = super::need::was_known(&written);
    let (beneficiary, log_position) = answer(platform, &caller, written, !existing).await?;
    Ok(v1::CreateBeneficiaryResponse { beneficiary: Some(beneficiary), log_position, existing })
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetBeneficiaryRequest,
) -> Result<v1::GetBeneficiaryResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let beneficiary = platform.beneficiary(&caller, id(&message.name)?).await?;
    if message.include_personal && !caller.sees_personal() {
        return Err(caller.denied_so("with personal data"));
    }
    if message.include_personal {
        caller.record_disclosure(&beneficiary.id.name());
    }
    let shown = show(platform, &caller, &beneficiary, message.include_personal).await?;
    Ok(v1::GetBeneficiaryResponse { beneficiary: Some(shown) })
}

fn asked(message: v1::UpdateBeneficiaryRequest) -> Result<Update<BeneficiaryId, v1::Beneficiary>, Error> {
    let name = BeneficiaryId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.beneficiary), message.update_mask, &message.etag)
}

/// A beneficiary as it is stored and as an update leaves it.
async fn changed(
    platform: &Platform,
    caller: &Caller,
    asked: &Update<BeneficiaryId, v1::Beneficiary>,
) -> Result<(Beneficiary, ReadBeneficiary), Error> {
    let Update { sent, mask, .. } = asked;
    let stored = platform.beneficiary(caller, asked.id).await?;
    // Refused here when it was erased, before anything is read or merged.
    platform.beneficiary_key(caller, asked.id).await?;
    let personal: PersonalFields = platform.personal_fields(caller, &stored).await?.unwrap_or_default();
    let mut merged = convert::beneficiary_out(&stored, Some(&personal));
    merge_fields!(
        asked,
        merged,
        [external, personal, residence_division, registration_division, household, group_tags, facts, consents,]
    );
    let mut violations = asked.violations.clone();
    if people::renames(mask, (FIELD, "household"), &sent.household, &sent.household_external, &mut violations) {
        let household = sent.household_external.clone();
        merged.household.clear();
        people::household(platform, caller, FIELD, household, &mut merged.household, &mut violations).await?;
    }
    let read = convert::beneficiary(FIELD, asked.id, merged, &mut violations);
    // What was said before stays as it is.
    if mask.iter().any(|path| path == "consents") {
        read.beneficiary.check_said(FIELD, platform.store.now().await?, &mut violations);
    }
    platform.check_beneficiary(caller, &read.beneficiary, Some(&stored), violations).await?;
    Ok((stored, read))
}

/// Reads an update.
pub(super) async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateBeneficiaryRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

pub(super) async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateBeneficiaryRequest,
) -> Result<v1::UpdateBeneficiaryResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let (stored, read) = changed(platform, &caller, &asked).await?;
        let expected = asked.etag.unwrap_or(stored.version);
        platform.update_beneficiary(&caller, read.beneficiary, read.personal, expected).await
    })?;
    let (beneficiary, log_position) = answer(platform, &caller, written, false).await?;
    Ok(v1::UpdateBeneficiaryResponse { beneficiary: Some(beneficiary), log_position })
}

/// Reads which beneficiaries are asked for, and which page of them.
pub(super) async fn read_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListBeneficiariesRequest,
) -> Result<(BeneficiaryFilter, Listing), Error> {
    let mut violations = Violations::new();
    let sent = message.filter.clone().unwrap_or_default();
    let household = convert::household_name("filter.household", &sent.household, &mut violations);
    let codes = (within::NONE, ("filter.division", sent.division.as_str()));
    let (within, listing) = Within::page(platform, caller, &message, codes, violations).await?;
    let filter = BeneficiaryFilter {
        households: household.into_iter().collect(),
        residence_divisions: caller.divisions_to_list(within.division.as_ref(), &within.snapshot)?,
        external: common::external(sent.external),
        group_tag: common::group_tag(sent.group_tag),
        ..BeneficiaryFilter::default()
    };
    Ok((filter, listing))
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListBeneficiariesRequest,
) -> Result<v1::ListBeneficiariesResponse, Error> {
    let (filter, listing) = read_list(platform, &caller, message).await?;
    let found = platform.store.list_beneficiaries(caller.tenant(), &filter, &listing.by_uuid()).await?;
    let (beneficiaries, next_page_token) =
        listing.shown(&found, |found| found.id.as_uuid(), |found| convert::beneficiary_out(found, None))?;
    Ok(v1::ListBeneficiariesResponse { beneficiaries, next_page_token })
}

pub(super) async fn erase(
    platform: &Platform,
    caller: Caller,
    message: v1::EraseBeneficiaryRequest,
) -> Result<v1::EraseBeneficiaryResponse, Error> {
    let (id, etag) = message.meant()?;
    let written = platform.erase_beneficiary(&caller, id, etag).await?;
    debug_assert!(written.outcomes.iter().all(|outcome| outcome.effect != Effect::Created));
    let log_position = written.position.0;
    let beneficiary = platform.beneficiary(&caller, id).await?;
    Ok(v1::EraseBeneficiaryResponse { beneficiary: Some(convert::beneficiary_out(&beneficiary, None)), log_position })
}
