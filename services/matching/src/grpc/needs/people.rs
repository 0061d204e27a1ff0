//! People named by what they are called where they came from, instead of by their resource names.

use wishwell_api::v1;
use wishwell_domain::ids::ExternalId;
use wishwell_domain::{Error, Violation, Violations};

use crate::cases::references::dangling;
use crate::cases::{Caller, Platform};
use crate::grpc::convert::common;

/// Writes the name of the household that an external identity names; one that leads nowhere is a violation.
pub(in crate::grpc) async fn household(
    platform: &Platform,
    caller: &Caller,
    field: &str,
    external: Option<v1::ExternalId>,
    name: &mut String,
    violations: &mut Violations,
) -> Result<(), Error> {
    if let Some(external) = common::external(external) {
        let found = platform.household_called(caller, &external).await?.map(|id| id.name());
        *name = named(&format!("{field}.household_external"), found, &external, violations);
    }
    Ok(())
}

/// Writes the name of the beneficiary that an external identity names; one that leads nowhere is a violation.
pub(in crate::grpc) async fn beneficiary(
    platform: &Platform,
    caller: &Caller,
    field: &str,
    external: Option<v1::ExternalId>,
    name: &mut String,
    violations: &mut Violations,
) -> Result<(), Error> {
    if let Some(external) = common::external(external) {
        let found = platform.beneficiary_called(caller, &external).await?.map(|id| id.name());
        *name = named(&format!("{field}.beneficiary_external"), found, &external, violations);
    }
    Ok(())
}

fn named(field: &str, found: Option<String>, external: &ExternalId, violations: &mut Violations) -> String {
    violations
        .require(found.is_some(), || dangling(field, format_args!("{}/{}", external.source, external.external_id)));
    found.unwrap_or_default()
}

/// Whether an update sets or clears a reference by external identity: its mask names `{reference}_external`, and `{reference}` is
/// not what sets it. Both ways at once are a violation.
pub(super) fn renames(
    mask: &[String],
    (field, reference): (&str, &str),
    name: &str,
    external: &Option<v1::ExternalId>,
    violations: &mut Violations,
) -> bool {
    let by_external = format!("{reference}_external");
    let masked = |path: &str| mask.iter().any(|masked| masked == path);
    if masked(reference) && masked(&by_external) && !name.is_empty() && external.is_some() {
        let message = format!("must not be set together with {reference}");
        violations.add(Violation::new(format!("{field}.{by_external}"), "reference.one", message));
    }
    masked(&by_external) && (external.is_some() || !masked(reference))
}
