//! Beneficiaries and households.

use std::fmt::Arguments;

use jiff::Timestamp;

use wishwell_api::v1;
use wishwell_domain::beneficiary::{Beneficiary, Consent, ConsentPurpose, Household, PersonalFields};
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, Version};
use wishwell_domain::{Field, Violations};

use super::common;

/// A beneficiary as it was sent: what is public to the service, and the personal fields still in the clear.
pub(crate) struct ReadBeneficiary {
    pub(crate) beneficiary: Beneficiary,
    pub(crate) personal: PersonalFields,
}

fn consent(field: Arguments<'_>, message: v1::Consent, violations: &mut Violations) -> Option<Consent> {
    let purpose = match message.purpose() {
        v1::ConsentPurpose::Matching => ConsentPurpose::Matching,
        v1::ConsentPurpose::ContactSharing => ConsentPurpose::ContactSharing,
        v1::ConsentPurpose::WishPublication => ConsentPurpose::WishPublication,
        v1::ConsentPurpose::Unspecified => {
            violations.add(common::undefined(format_args!("{field}.purpose"), message.purpose));
            return None;
        }
    };
    let given_at = common::timestamp(format_args!("{field}.give_time"), message.give_time, violations);
    let withdrawn_at = common::timestamp(format_args!("{field}.withdraw_time"), message.withdraw_time, violations);
    Some(Consent { purpose, given_at: given_at?, given_by: message.given_by, withdrawn_at })
}

pub(crate) fn household_name(field: impl Field, name: &str, violations: &mut Violations) -> Option<HouseholdId> {
    if name.is_empty() { None } else { violations.take(HouseholdId::parse_name(field, name)) }
}

/// Reads a beneficiary. As long as there are violations it is good for further checks, and for nothing else.
pub(crate) fn beneficiary(
    field: impl Field,
    id: BeneficiaryId,
    message: v1::Beneficiary,
    violations: &mut Violations,
) -> ReadBeneficiary {
    let personal = message.personal.unwrap_or_default();
    let personal = PersonalFields {
        name: personal.name,
        phone: personal.phone,
        id_number: personal.id_number,
        address: personal.address,
        note: personal.note,
        facts: common::facts(format_args!("{field}.facts"), message.facts, violations),
        consent_givers: Vec::new(),
    };
    let residence = format!("{field}.residence_division");
    let registration = format!("{field}.registration_division");
    let beneficiary = Beneficiary {
        id,
        external: common::external(message.external),
        personal: None,
        identity_digest: None,
        residence_division: common::division(&residence, &message.residence_division, violations),
        registration_division: common::division(&registration, &message.registration_division, violations),
        household: household_name(format_args!("{field}.household"), &message.household, violations),
        group_tags: common::group_tags(format_args!("{field}.group_tags"), &message.group_tags, violations),
        consents: common::readable(format_args!("{field}.consents"), message.consents, violations, consent),
        erased_at: None,
        version: Version::default(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    beneficiary.check(field, violations);
    personal.check(field, violations);
    ReadBeneficiary { beneficiary, personal }
}

/// Writes a beneficiary; `personal` only for callers that may see it.
pub(crate) fn beneficiary_out(beneficiary: &Beneficiary, personal: Option<&PersonalFields>) -> v1::Beneficiary {
    v1::Beneficiary {
        name: beneficiary.id.name(),
        external: common::external_out(beneficiary.external.as_ref()),
        personal: personal.map(|personal| v1::PersonalData {
            name: personal.name.clone(),
            phone: personal.phone.clone(),
            id_number: personal.id_number.clone(),
            address: personal.address.clone(),
            note: personal.note.clone(),
        }),
        residence_division: common::code_out(beneficiary.residence_division.as_ref()),
        registration_division: common::code_out(beneficiary.registration_division.as_ref()),
        household: beneficiary.household.map(|id| id.name()).unwrap_or_default(),
        group_tags: common::group_tags_out(&beneficiary.group_tags),
        facts: personal.map(|personal| common::facts_out(&personal.facts)).unwrap_or_default(),
        consents: beneficiary
            .consents
            .iter()
            .enumerate()
            .map(|(index, consent)| v1::Consent {
                purpose: match consent.purpose {
                    ConsentPurpose::Matching => v1::ConsentPurpose::Matching,
                    ConsentPurpose::ContactSharing => v1::ConsentPurpose::ContactSharing,
                    ConsentPurpose::WishPublication => v1::ConsentPurpose::WishPublication,
                }
                .into(),
                give_time: Some(common::timestamp_out(consent.given_at)),
                // Kept sealed with the personal fields.
                given_by: personal.and_then(|personal| personal.consent_givers.get(index).cloned()).unwrap_or_default(),
                withdraw_time: consent.withdrawn_at.map(common::timestamp_out),
            })
            .collect(),
        erase_time: beneficiary.erased_at.map(common::timestamp_out),
        etag: common::etag_out(beneficiary.version),
        create_time: Some(common::timestamp_out(beneficiary.created_at)),
        update_time: Some(common::timestamp_out(beneficiary.updated_at)),
        household_external: None,
    }
}

/// A household as it was sent, and the members named. As long as there are violations they are good for further checks, and for
/// nothing else.
pub(crate) fn household(
    field: impl Field,
    id: HouseholdId,
    message: v1::Household,
    violations: &mut Violations,
) -> (Household, Vec<BeneficiaryId>) {
    let members =
        common::readable(format_args!("{field}.members"), &message.members, violations, |path, name, violations| {
            violations.take(BeneficiaryId::parse_name(path, name))
        });
    let residence = format!("{field}.residence_division");
    let registration = format!("{field}.registration_division");
    let household = Household {
        id,
        external: common::external(message.external),
        residence_division: common::division(&residence, &message.residence_division, violations),
        registration_division: common::division(&registration, &message.registration_division, violations),
        group_tags: common::group_tags(format_args!("{field}.group_tags"), &message.group_tags, violations),
        version: Version::default(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    household.check(field, violations);
    (household, members)
}

pub(crate) fn household_out(household: &Household, members: &[BeneficiaryId]) -> v1::Household {
    v1::Household {
        name: household.id.name(),
        external: common::external_out(household.external.as_ref()),
        members: members.iter().map(BeneficiaryId::name).collect(),
        residence_division: common::code_out(household.residence_division.as_ref()),
        registration_division: common::code_out(household.registration_division.as_ref()),
        group_tags: common::group_tags_out(&household.group_tags),
        etag: common::etag_out(household.version),
        create_time: Some(common::timestamp_out(household.created_at)),
        update_time: Some(common::timestamp_out(household.updated_at)),
    }
}

/// A beneficiary's name in a field that may be empty.
pub(crate) fn beneficiary_name(field: impl Field, name: &str, violations: &mut Violations) -> Option<BeneficiaryId> {
    if name.is_empty() { None } else { violations.take(BeneficiaryId::parse_name(field, name)) }
}
