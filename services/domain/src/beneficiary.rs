//! Beneficiaries and households: who is helped, pseudonymously. Personal fields are sealed before they get here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Field, Violation, Violations};
use crate::fact::Facts;
use crate::ids::{BeneficiaryId, DivisionCode, ExternalId, HouseholdId, Version};
use crate::limits::{
    ADDRESS_CHARS_MAX, CONSENTS_MAX, ID_NUMBER_CHARS_MAX, PHONE_CHARS_MAX, ROLE_CHARS_MAX, TEXT_CHARS_MAX,
    TITLE_CHARS_MAX,
};
use crate::text::{check_count, check_length, check_required, check_unique};

/// Groups that assistance looks after first (一老一小一残一困), and two that come up often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupTag {
    /// The elderly.
    Elderly,
    /// Minors.
    Minor,
    /// Disabled people.
    Disabled,
    /// People in financial difficulty.
    InDifficulty,
    /// Veterans.
    Veteran,
    /// People with a severe illness.
    SevereIllness,
}

/// Ciphertext under a beneficiary's own key. Opaque here and in the store; destroying the key erases it everywhere.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(#[serde(with = "hex_bytes")] pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

mod hex_bytes {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        let digits = digits.filter(|d| d.len() % 2 == 0).ok_or_else(|| D::Error::custom("not hexadecimal"))?;
        Ok(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect())
    }
}

/// A data key wrapped by the tenant's master key. Kept apart from what it opens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WrappedKey(#[serde(with = "hex_bytes")] pub Vec<u8>);

impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WrappedKey(..)")
    }
}

/// The personal fields of a beneficiary in the clear. Lives only in memory, never in the store, a log or an event.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonalFields {
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// Identity number.
    #[serde(default)]
    pub id_number: String,
    /// Exact address.
    #[serde(default)]
    pub address: String,
    /// Free text.
    #[serde(default)]
    pub note: String,
    /// Facts for eligibility.
    #[serde(default)]
    pub facts: Facts,
    /// Who gave each consent, in the order of the consents: free text, so sealed with the rest.
    #[serde(default)]
    pub consent_givers: Vec<String>,
}

impl std::fmt::Debug for PersonalFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalFields(..)")
    }
}

/// What a consent is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    /// Being matched with resources.
    Matching,
    /// Contact data going to a partner that accepted.
    ContactSharing,
    /// Publishing a wish.
    WishPublication,
}

/// A consent on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What for.
    pub purpose: ConsentPurpose,
    /// When it was given.
    pub given_at: Timestamp,
    /// Who gave it: the beneficiary or a guardian, by role, never by name.
    pub given_by: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

/// Who is helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beneficiary {
    /// Identifier, the pseudonym.
    pub id: BeneficiaryId,
    /// What it is called where it came from.
    pub external: Option<ExternalId>,
    /// [`PersonalFields`], sealed; none once erased.
    pub personal: Option<Sealed>,
    /// Keyed digest (HMAC-SHA-256, hexadecimal) of the identity number: links the channels; none once erased.
    pub identity_digest: Option<String>,
    /// Where the beneficiary lives.
    pub residence_division: Option<DivisionCode>,
    /// Where the household is registered (户籍).
    pub registration_division: Option<DivisionCode>,
    /// The household.
    pub household: Option<HouseholdId>,
    /// Groups.
    #[serde(default)]
    pub group_tags: Vec<GroupTag>,
    /// Consents on record.
    #[serde(default)]
    pub consents: Vec<Consent>,
    /// When the key was destroyed.
    pub erased_at: Option<Timestamp>,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A household. Its members are the beneficiaries that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// Identifier.
    pub id: HouseholdId,
    /// What it is called where it came from.
    pub external: Option<ExternalId>,
    /// Where it lives.
    pub residence_division: Option<DivisionCode>,
    /// Where it is registered (户籍).
    pub registration_division: Option<DivisionCode>,
    /// Groups.
    #[serde(default)]
    pub group_tags: Vec<GroupTag>,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl PersonalFields {
    /// Checks lengths and facts. No violation shows what a field holds.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        let personal = format!("{field}.personal");
        let texts = [
            ("name", &self.name, TITLE_CHARS_MAX),
            ("phone", &self.phone, PHONE_CHARS_MAX),
            ("id_number", &self.id_number, ID_NUMBER_CHARS_MAX),
            ("address", &self.address, ADDRESS_CHARS_MAX),
            ("note", &self.note, TEXT_CHARS_MAX),
        ];
        for (name, text, chars_max) in texts {
            check_length(&format!("{personal}.{name}"), text, chars_max, violations);
        }
        self.facts.check(format_args!("{field}.facts"), violations);
    }
}

impl Consent {
    /// Whether it is in force at an instant.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.given_at <= at && self.withdrawn_at.is_none_or(|withdrawn| at < withdrawn)
    }

    /// Checks who gave it and that it was not withdrawn before it was given.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        check_required(format_args!("{field}.given_by"), &self.given_by, ROLE_CHARS_MAX, violations);
        if let Some(withdrawn_at) = self.withdrawn_at {
            violations.require(self.given_at <= withdrawn_at, || {
                Violation::new(format!("{field}.withdraw_time"), "consent.order", "must not be before give_time")
                    .with_value(withdrawn_at)
            });
        }
    }
}

impl Beneficiary {
    /// Whether a consent for `purpose` is in force at an instant.
    #[must_use]
    pub fn consents_to(&self, purpose: ConsentPurpose, at: Timestamp) -> bool {
        self.consents.iter().any(|consent| consent.purpose == purpose && consent.in_force(at))
    }

    /// Whether a consent to `purpose` was withdrawn and none is left that was not. Where nothing was said, nothing is withheld. No clock is
    /// asked: what is on record has happened ([`Self::check_said`]).
    #[must_use]
    pub fn withholds(&self, purpose: ConsentPurpose) -> bool {
        let mut said = self.consents.iter().filter(|consent| consent.purpose == purpose).peekable();
        said.peek().is_some() && said.all(|consent| consent.withdrawn_at.is_some())
    }

    /// Whether a consent was withdrawn that a wish asks for: to publish it, or to matching.
    #[must_use]
    pub fn withholds_wishes(&self) -> bool {
        self.withholds(ConsentPurpose::WishPublication) || self.withholds(ConsentPurpose::Matching)
    }

    /// Whether it withholds `purpose` from what is lacked by the household that it is a member of: any of them may. Of who was erased nothing
    /// counts any more, or nobody could ever give it again.
    #[must_use]
    pub fn withholds_of_household(&self, purpose: ConsentPurpose) -> bool {
        self.erased_at.is_none() && self.withholds(purpose)
    }

    /// As [`Self::withholds_wishes`], from its household.
    #[must_use]
    pub fn withholds_wishes_of_household(&self) -> bool {
        self.erased_at.is_none() && self.withholds_wishes()
    }

    /// Checks in addition what holds for consents that are said at `now`: each was given, and where it was withdrawn, that has happened.
    /// Were something to lie ahead, somebody would have to look again when it comes.
    pub fn check_said(&self, field: impl Field, now: Timestamp, violations: &mut Violations) {
        for (index, consent) in self.consents.iter().enumerate() {
            let times = [("give_time", Some(consent.given_at)), ("withdraw_time", consent.withdrawn_at)];
            for (name, ahead) in
                times.into_iter().filter_map(|(name, time)| Some((name, time.filter(|time| *time > now)?)))
            {
                let path = format!("{field}.consents[{index}].{name}");
                violations.add(Violation::new(path, "consent.said", "must not be in the future").with_value(ahead));
            }
        }
    }

    /// Checks the external identity, the groups and the consents. What is sealed, [`PersonalFields::check`] has checked before.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        if let Some(external) = &self.external {
            external.check(format_args!("{field}.external"), violations);
        }
        check_unique(format_args!("{field}.group_tags"), &self.group_tags, violations);
        let consents = format!("{field}.consents");
        check_count(&consents, self.consents.len(), CONSENTS_MAX, violations);
        for (index, consent) in self.consents.iter().enumerate() {
            consent.check(&format!("{consents}[{index}]"), violations);
        }
        violations.require(
            self.erased_at.is_none() || (self.personal.is_none() && self.identity_digest.is_none()),
            || {
                Violation::new(
                    format!("{field}.personal"),
                    "beneficiary.erased",
                    "must be gone once the key is destroyed",
                )
            },
        );
    }
}

impl Household {
    /// Checks the external identity and the groups.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        if let Some(external) = &self.external {
            external.check(format_args!("{field}.external"), violations);
        }
        check_unique(format_args!("{field}.group_tags"), &self.group_tags, violations);
    }
}
