//! Identifiers: what an entity is called inside Wishwell, and what it is called where it came from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Field, Violation, Violations};
use crate::limits;

macro_rules! entity_id {
    ($(#[$doc:meta])* $name:ident, $collection:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The collection segment of the resource name, without a slash.
            pub const COLLECTION: &'static str = $collection;

            /// Wraps a UUID (version 7 where Wishwell made it).
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// The full resource name, for example `needs/0192...`.
            #[must_use]
            pub fn name(&self) -> String {
                let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
                let id = self.0.hyphenated().encode_lower(&mut buffer);
                let mut name = String::with_capacity(Self::COLLECTION.len() + 1 + id.len());
                name.push_str(Self::COLLECTION);
                name.push('/');
                name.push_str(id);
                name
            }

            /// Reads a full resource name.
            ///
            /// # Errors
            /// A violation of rule `resource_name` for `field` when the text is not `collection/uuid`.
            pub fn parse_name(field: impl Field, name: &str) -> Result<Self, Violation> {
                name.strip_prefix(Self::COLLECTION)
                    .and_then(|rest| rest.strip_prefix('/'))
                    .and_then(|id| Uuid::try_parse(id).ok())
                    .map(Self)
                    .ok_or_else(|| {
                        Violation::new(
                            field,
                            "resource_name",
                            concat!("must be `", $collection, "/` followed by a UUID"),
                        )
                        .with_value(name)
                    })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}", Self::COLLECTION, self.0)
            }
        }
    };
}

entity_id!(/// An organization, `organizations/{uuid}`.
    OrganizationId, "organizations");
entity_id!(/// A resource, `resources/{uuid}`.
    ResourceId, "resources");
entity_id!(/// A capacity pool, `capacityPools/{uuid}`.
    CapacityPoolId, "capacityPools");
entity_id!(/// A need, `needs/{uuid}`.
    NeedId, "needs");
entity_id!(/// A beneficiary, `beneficiaries/{uuid}`.
    BeneficiaryId, "beneficiaries");
entity_id!(/// A household, `households/{uuid}`.
    HouseholdId, "households");
entity_id!(/// A referral, `referrals/{uuid}`.
    ReferralId, "referrals");
entity_id!(/// A round, `rounds/{uuid}`.
    RoundId, "rounds");
entity_id!(/// A subscription, `subscriptions/{uuid}`.
    SubscriptionId, "subscriptions");
entity_id!(/// A notification, `notifications/{uuid}`.
    NotificationId, "notifications");

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $rule:literal, $message:expr, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks and wraps a code.
            ///
            /// # Errors
            /// A violation naming `field`, the rule and the value.
            pub fn parse(field: impl Field, code: &str) -> Result<Self, Violation> {
                let valid: fn(&str) -> bool = $valid;
                if valid(code) {
                    Ok(Self(code.into()))
                } else {
                    Err(Violation::new(field, $rule, $message).with_value(code))
                }
            }

            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Violation;
            fn from_str(code: &str) -> Result<Self, Violation> {
                Self::parse("code", code)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Violation;
            fn try_from(code: String) -> Result<Self, Violation> {
                Self::parse("code", &code)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0.into()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

code!(
    /// A tenant: one installation's customer, such as a district. Comes from the caller's credentials, never from a request.
    TenantId,
    "tenant_id",
    "must be 1 to 63 lower-case letters, digits or hyphens, starting with a letter",
    |code| code.len() <= limits::TENANT_ID_BYTES_MAX
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);

code!(
    /// A category's code, unique per tenant, for example `rehabilitation.electric-wheelchair`.
    CategoryCode,
    "category_code",
    "must be 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or digit",
    |code| code.len() <= limits::CATEGORY_CODE_BYTES_MAX
        && code.starts_with(|c: char| c.is_ascii_alphanumeric())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
);

code!(
    /// A statistical division code: 2, 4, 6, 9 or 12 digits (province, prefecture, county, township, village), not all zero
    /// in its first pair. Codes are names, not paths: the parent is said explicitly, because divisions are redrawn.
    DivisionCode,
    "division_code",
    "must be 2, 4, 6, 9 or 12 digits and not start with 0",
    |code| matches!(code.len(), 2 | 4 | 6 | 9 | 12)
        && !code.starts_with('0')
        && code.bytes().all(|b| b.is_ascii_digit())
);

/// What an entity is called in the system it came from. Unique per tenant and kind of entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExternalId {
    /// The system it came from, for example `hsds:miami` or `12349`.
    pub source: String,
    /// Its identifier there.
    pub external_id: String,
}

impl ExternalId {
    /// Whether the source is one of an organization's own: its identifier, alone or with more after a colon. No other system is called so,
    /// and no other organization.
    #[must_use]
    pub fn is_of(&self, organization: OrganizationId) -> bool {
        let rest = self.source.strip_prefix(&organization.as_uuid().to_string());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }

    /// Checks that both parts are there, not too long and without control characters, and that the source is a plain name.
    pub fn check(&self, field: impl Field, violations: &mut Violations) {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
        let source_valid = self.source.len() <= limits::EXTERNAL_SOURCE_CHARS_MAX
            && self.source.starts_with(|c: char| c.is_ascii_alphanumeric())
            && self.source.bytes().all(plain);
        violations.require(source_valid, || {
            let message = "must be 1 to 64 letters, digits, dots, colons, hyphens or underscores, starting with a letter or digit";
            Violation::new(format!("{field}.source"), "external.source", message).with_value(&self.source)
        });
        let id = &self.external_id;
        let count = id.chars().count();
        let id_valid = (1..=limits::EXTERNAL_ID_CHARS_MAX).contains(&count) && !id.trim().is_empty();
        violations.require(id_valid && !id.chars().any(char::is_control), || {
            let message = "must be 1 to 128 characters, none of them a control character";
            Violation::new(format!("{field}.external_id"), "external.external_id", message)
                .with_value(id.escape_debug())
        });
    }
}

/// The version of an entity, counted from 1 at creation. Travels as the etag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub i64);

/// A position in a tenant's event log: gap-free, counted from 1; 0 is the empty log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogPosition(pub i64);
