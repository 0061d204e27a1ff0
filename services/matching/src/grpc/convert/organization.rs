//! Organizations.

use jiff::Timestamp;

use wishwell_api::v1;
use wishwell_domain::Violations;
use wishwell_domain::ids::{OrganizationId, Version};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState, Vetting};
use wishwell_domain::social_credit_code::SocialCreditCode;

use super::common;

pub(crate) fn kind(field: &str, value: i32, violations: &mut Violations) -> Option<OrganizationKind> {
    use v1::OrganizationKind as Wire;
    violations.take(match Wire::try_from(value) {
        Ok(Wire::SocialWorkAgency) => Ok(OrganizationKind::SocialWorkAgency),
        Ok(Wire::VolunteerTeam) => Ok(OrganizationKind::VolunteerTeam),
        Ok(Wire::ElderCare) => Ok(OrganizationKind::ElderCare),
        Ok(Wire::Hospital) => Ok(OrganizationKind::Hospital),
        Ok(Wire::Rehabilitation) => Ok(OrganizationKind::Rehabilitation),
        Ok(Wire::LawFirm) => Ok(OrganizationKind::LawFirm),
        Ok(Wire::Enterprise) => Ok(OrganizationKind::Enterprise),
        Ok(Wire::Shop) => Ok(OrganizationKind::Shop),
        Ok(Wire::School) => Ok(OrganizationKind::School),
        Ok(Wire::Charity) => Ok(OrganizationKind::Charity),
        Ok(Wire::Department) => Ok(OrganizationKind::Department),
        Ok(Wire::Community) => Ok(OrganizationKind::Community),
        Ok(Wire::Other) => Ok(OrganizationKind::Other),
        _ => Err(common::undefined(field, value)),
    })
}

const fn kind_out(kind: OrganizationKind) -> v1::OrganizationKind {
    use v1::OrganizationKind as Wire;
    match kind {
        OrganizationKind::SocialWorkAgency => Wire::SocialWorkAgency,
        OrganizationKind::VolunteerTeam => Wire::VolunteerTeam,
        OrganizationKind::ElderCare => Wire::ElderCare,
        OrganizationKind::Hospital => Wire::Hospital,
        OrganizationKind::Rehabilitation => Wire::Rehabilitation,
        OrganizationKind::LawFirm => Wire::LawFirm,
        OrganizationKind::Enterprise => Wire::Enterprise,
        OrganizationKind::Shop => Wire::Shop,
        OrganizationKind::School => Wire::School,
        OrganizationKind::Charity => Wire::Charity,
        OrganizationKind::Department => Wire::Department,
        OrganizationKind::Community => Wire::Community,
        OrganizationKind::Other => Wire::Other,
    }
}

pub(crate) fn state(value: i32) -> Option<OrganizationState> {
    match v1::OrganizationState::try_from(value) {
        Ok(v1::OrganizationState::Applied) => Some(OrganizationState::Applied),
        Ok(v1::OrganizationState::Verified) => Some(OrganizationState::Verified),
        Ok(v1::OrganizationState::Suspended) => Some(OrganizationState::Suspended),
        _ => None,
    }
}

pub(crate) const fn state_out(state: OrganizationState) -> v1::OrganizationState {
    match state {
        OrganizationState::Applied => v1::OrganizationState::Applied,
        OrganizationState::Verified => v1::OrganizationState::Verified,
        OrganizationState::Suspended => v1::OrganizationState::Suspended,
    }
}

pub(crate) fn vetting(field: &str, grant: Option<v1::VettingGrant>, violations: &mut Violations) -> Option<Vetting> {
    let grant = grant?;
    let valid_until = common::date(&format!("{field}.valid_until"), &grant.valid_until, violations);
    Some(Vetting { valid_until, note: grant.note })
}

fn vetting_out(vetting: Option<&Vetting>, with_note: bool) -> Option<v1::VettingGrant> {
    vetting.map(|vetting| v1::VettingGrant {
        valid_until: common::date_out(vetting.valid_until),
        note: if with_note { vetting.note.clone() } else { String::new() },
    })
}

/// What of an organization is not for everybody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// Why it is suspended.
    pub(crate) reason: bool,
    /// What was checked for its vettings, and by whom.
    pub(crate) notes: bool,
}

impl Shown {
    /// All of it.
    pub(crate) const ALL: Self = Self { reason: true, notes: true };
}

pub(crate) fn organization(
    field: &str,
    id: OrganizationId,
    message: v1::Organization,
    violations: &mut Violations,
) -> Organization {
    let kind = kind(&format!("{field}.kind"), message.kind, violations);
    let social_credit_code = (!message.social_credit_code.is_empty())
        .then(|| {
            let field = format!("{field}.social_credit_code");
            violations.take(SocialCreditCode::parse(&field, &message.social_credit_code))
        })
        .flatten();
    let division = common::division(&format!("{field}.division"), &message.division, violations);
    let contact = message.contact.unwrap_or_default();
    let granted = message.vetting.unwrap_or_default();
    let organization = Organization {
        id,
        external: common::external(message.external),
        name: common::text(message.title),
        // As long as there are violations it is good for further checks, and for nothing else.
        kind: kind.unwrap_or(OrganizationKind::Other),
        state: state(message.state).unwrap_or(OrganizationState::Applied),
        social_credit_code,
        division,
        contact: Contact { phone: contact.phone, email: contact.email, url: contact.url, address: contact.address },
        vetted_for_minors: vetting(&format!("{field}.vetting.minors"), granted.minors, violations),
        vetted_for_home_visits: vetting(&format!("{field}.vetting.home_visits"), granted.home_visits, violations),
        // Said by suspending it, and by nothing else.
        suspension_reason: String::new(),
        version: Version::default(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    organization.check(field, violations);
    organization
}

/// Writes an organization, with what its reader may know.
pub(crate) fn organization_out(organization: &Organization, shown: Shown) -> v1::Organization {
    v1::Organization {
        name: organization.id.name(),
        external: common::external_out(organization.external.as_ref()),
        title: Some(common::text_out(&organization.name)),
        kind: kind_out(organization.kind).into(),
        state: state_out(organization.state).into(),
        social_credit_code: organization
            .social_credit_code
            .as_ref()
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        division: common::code_out(organization.division.as_ref()),
        contact: Some(v1::OrganizationContact {
            phone: organization.contact.phone.clone(),
            email: organization.contact.email.clone(),
            url: organization.contact.url.clone(),
            address: organization.contact.address.clone(),
        }),
        vetting: Some(v1::Vetting {
            minors: vetting_out(organization.vetted_for_minors.as_ref(), shown.notes),
            home_visits: vetting_out(organization.vetted_for_home_visits.as_ref(), shown.notes),
        }),
        etag: common::etag_out(organization.version),
        create_time: Some(common::timestamp_out(organization.created_at)),
        update_time: Some(common::timestamp_out(organization.updated_at)),
        suspension_reason: if shown.reason { organization.suspension_reason.clone() } else { String::new() },
    }
}
