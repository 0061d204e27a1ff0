//! Organizations: who provides.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Violation, Violations};
use crate::ids::{DivisionCode, ExternalId, OrganizationId, Version};
use crate::limits::{
    ADDRESS_CHARS_MAX, EMAIL_CHARS_MAX, NOTE_CHARS_MAX, PHONE_CHARS_MAX, REASON_CHARS_MAX, URL_CHARS_MAX,
};
use crate::schedule::check_date;
use crate::social_credit_code::SocialCreditCode;
use crate::text::{LocalizedText, check_length};

/// What sort of organization it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationKind {
    /// Social work agency (社会工作服务机构).
    SocialWorkAgency,
    /// Volunteer team (志愿服务队).
    VolunteerTeam,
    /// Elder care (养老机构).
    ElderCare,
    /// Hospital or clinic (医院).
    Hospital,
    /// Rehabilitation centre (康复机构).
    Rehabilitation,
    /// Law firm or legal aid (律所).
    LawFirm,
    /// Enterprise, also as job provider (企业).
    Enterprise,
    /// Shop (商户).
    Shop,
    /// School or training provider (学校).
    School,
    /// Charity or foundation (慈善组织).
    Charity,
    /// Government department (政府部门).
    Department,
    /// Community or neighbourhood committee (社区).
    Community,
    /// Anything else.
    Other,
}

/// Where an organization stands. Only resources of verified organizations are candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationState {
    /// Has applied, was not checked yet.
    Applied,
    /// Was checked.
    Verified,
    /// Was checked once and is out of the pool for now.
    Suspended,
}

/// That an organization was vetted for a kind of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vetting {
    /// Last day it holds; none when it does not end.
    pub valid_until: Option<Date>,
    /// Who vetted and on what basis.
    #[serde(default)]
    pub note: String,
}

/// How to reach an organization. Public.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// E-mail.
    #[serde(default)]
    pub email: String,
    /// Web page.
    #[serde(default)]
    pub url: String,
    /// Postal address.
    #[serde(default)]
    pub address: String,
}

/// An organization that provides resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier.
    pub id: OrganizationId,
    /// What it is called where it came from.
    pub external: Option<ExternalId>,
    /// Name.
    pub name: LocalizedText,
    /// What sort.
    pub kind: OrganizationKind,
    /// Where it stands.
    pub state: OrganizationState,
    /// Unified social credit code, where given.
    pub social_credit_code: Option<SocialCreditCode>,
    /// Seat.
    pub division: Option<DivisionCode>,
    /// How to reach it.
    pub contact: Contact,
    /// Vetted for work with minors.
    pub vetted_for_minors: Option<Vetting>,
    /// Vetted for visits to homes.
    pub vetted_for_home_visits: Option<Vetting>,
    /// Why it is suspended; empty while it is not, and when nobody said why.
    #[serde(default)]
    pub suspension_reason: String,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl OrganizationState {
    /// Whether an operator may move an organization from here to `next`: an application is verified or turned away, a verified one
    /// suspended, a suspended one verified again. Staying is no step.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Applied | Self::Suspended, Self::Verified) | (Self::Applied | Self::Verified, Self::Suspended)
        )
    }
}

impl Vetting {
    /// Whether it holds on a date.
    #[must_use]
    pub fn holds_on(&self, date: Date) -> bool {
        self.valid_until.is_none_or(|until| date <= until)
    }

    fn check(&self, field: &str, violations: &mut Violations) {
        if let Some(date) = self.valid_until {
            check_date(&format!("{field}.valid_until"), date, violations);
        }
        check_length(&format!("{field}.note"), &self.note, NOTE_CHARS_MAX, violations);
    }
}

impl Organization {
    /// Whether `other` is somebody else by what an organization is verified as: external identity, name, kind and social credit
    /// code.
    #[must_use]
    pub fn differs_in_identity(&self, other: &Self) -> bool {
        self.external != other.external
            || self.name != other.name
            || self.kind != other.kind
            || self.social_credit_code != other.social_credit_code
    }

    /// Checks the name, the contact, the vettings, the reason of a suspension and the external identity.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        if let Some(external) = &self.external {
            external.check(&format!("{field}.external"), violations);
        }
        self.name.check_title(&format!("{field}.title"), violations);
        let contact = format!("{field}.contact");
        check_length(&format!("{contact}.phone"), &self.contact.phone, PHONE_CHARS_MAX, violations);
        check_length(&format!("{contact}.email"), &self.contact.email, EMAIL_CHARS_MAX, violations);
        check_length(&format!("{contact}.url"), &self.contact.url, URL_CHARS_MAX, violations);
        check_length(&format!("{contact}.address"), &self.contact.address, ADDRESS_CHARS_MAX, violations);
        let vettings = [("minors", &self.vetted_for_minors), ("home_visits", &self.vetted_for_home_visits)];
        for (name, vetting) in vettings {
            if let Some(vetting) = vetting {
                vetting.check(&format!("{field}.vetting.{name}"), violations);
            }
        }
        let reason = format!("{field}.suspension_reason");
        check_length(&reason, &self.suspension_reason, REASON_CHARS_MAX, violations);
        violations.require(self.state == OrganizationState::Suspended || self.suspension_reason.is_empty(), || {
            Violation::new(&reason, "organization.suspension_reason", "must be empty unless it is suspended")
        });
    }
}
