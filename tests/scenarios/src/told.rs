//! What a refusal tells, and the small things that many scenarios say.

use std::sync::atomic::{AtomicU64, Ordering};

use prost_types::FieldMask;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1;

/// One broken rule of a `BadRequest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field.
    pub field: String,
    /// The rule, in capitals.
    pub rule: String,
    /// What is wrong, in words.
    pub description: String,
}

/// All that is wrong with a request.
#[must_use]
pub fn violations(status: &Status) -> Vec<Violation> {
    let details = status.get_error_details();
    let told = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
    told.into_iter()
        .map(|told| Violation { field: told.field, rule: told.reason, description: told.description })
        .collect()
}

/// The enumerated reason that every refusal carries.
///
/// # Panics
/// When it carries none, or not in Wishwell's domain.
#[must_use]
pub fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!(info.domain, "wishwell.v1");
    info.reason.clone()
}

/// Metadata of a refusal.
#[must_use]
pub fn metadata(status: &Status, key: &str) -> String {
    let details = status.get_error_details();
    details.error_info().and_then(|info| info.metadata.get(key).cloned()).unwrap_or_default()
}

/// Holds a refusal to its reason and, where one is named, to a field among those that are wrong.
///
/// # Panics
/// When it is an answer, or another refusal.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(what: &str, answer: Result<T, Status>, expected: &str, field: &str) -> Status {
    let status = match answer {
        Err(status) => status,
        Ok(answer) => panic!("{what}: was answered: {answer:?}"),
    };
    assert_eq!(reason(&status), expected, "{what}: {status:?}");
    if !field.is_empty() {
        let told = violations(&status);
        assert!(told.iter().any(|told| told.field == field), "{what}: {told:?}");
    }
    status
}

/// What was refused, the first field that breaks the contract, and the others in the order of their names: those that only reading
/// finds, and those of the contract behind the first one.
pub type ToldAtOnce<'w> = (&'w str, Result<(), Status>, &'w str, &'w [&'w str]);

/// Holds refusals to all that is wrong, the contract first.
///
/// # Panics
/// When one is an answer, another refusal, or tells of more or fewer fields.
pub fn all_are_told_at_once(cases: Vec<ToldAtOnce<'_>>) {
    for (what, answer, broken, others) in cases {
        let status = answer.expect_err(what);
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        let told = violations(&status);
        assert_eq!(told.first().map(|told| told.field.as_str()), Some(broken), "{what}: the contract first: {told:?}");
        let mut fields: Vec<&str> = told.iter().skip(1).map(|told| told.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, others, "{what}: {told:?}");
    }
}

/// The message of an answer.
///
/// # Errors
/// The refusal as it came.
pub fn told<T>(answer: Result<Response<T>, Status>) -> Result<T, Status> {
    answer.map(Response::into_inner)
}

/// A mask of these paths.
#[must_use]
pub fn mask(paths: &[&str]) -> Option<FieldMask> {
    Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() })
}

/// A text in English.
#[must_use]
pub fn text(en: &str) -> Option<v1::LocalizedText> {
    Some(v1::LocalizedText { zh: String::new(), en: en.to_owned() })
}

/// A request id that this process has not used before.
#[must_use]
pub fn request_id() -> String {
    static USED: AtomicU64 = AtomicU64::new(1);
    format!("01890000-0000-7000-8000-{:012x}", USED.fetch_add(1, Ordering::Relaxed))
}

/// So much of a unit.
#[must_use]
pub fn quantity(value: i64, unit: &str) -> Option<v1::Quantity> {
    Some(v1::Quantity { value, unit: unit.to_owned() })
}

/// A point in WGS-84.
#[must_use]
pub fn point(latitude: f64, longitude: f64) -> Option<v1::GeoPoint> {
    Some(v1::GeoPoint { latitude, longitude, datum: v1::Datum::Wgs84.into() })
}

/// The present in seconds since 1970, by the clock of the machine, which the server has too.
///
/// # Panics
/// Before 1970.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "what is made for a server holds by the clock that it has")]
pub fn seconds_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a while to go")
}
