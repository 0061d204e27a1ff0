//! A refusal of the server as a readable failure: its reason, every violation, and what to do.

use tonic::{Code, Status};
use tonic_types::{ErrorInfo, StatusExt as _};
use wishwell_matching::access::{Access, access_to};

use crate::exit::{Exit, Failure, Problem};
use crate::lang::Lang;

/// What a refused call means to whoever asked.
pub(crate) fn refused(what: impl Into<String>, status: &Status) -> Failure {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
    let violations = details.bad_request().map(|request| request.field_violations.clone()).unwrap_or_default();
    let mut problems: Vec<Problem> = violations
        .into_iter()
        .map(|violation| Problem::new(format!("{}: {}", violation.field, violation.description), ""))
        .collect();
    if problems.is_empty() {
        let shown = if reason.is_empty() { format!("{:?}", status.code()) } else { reason };
        let remedy = match wrong_door(status) {
            Some(remedy) => remedy.to_owned(),
            None => remedy(status, details.error_info()),
        };
        problems.push(Problem::new(format!("{} ({shown})", status.message()), remedy));
    }
    let exit = match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => Exit::Unavailable,
        _ => Exit::Failed,
    };
    Failure { exit, summary: what.into(), problems, lang: Lang::En }
}

/// What to do where nobody understands gRPC, or perhaps not in the clear.
pub(crate) fn wrong_door(status: &Status) -> Option<&'static str> {
    match (status.code(), status.message()) {
        // The first letter of a page, or of an error in JSON, where gRPC has a flag.
        (Code::Internal, message) if message.contains("invalid compression flag") => {
            Some("that is no port of gRPC, it may be the one of pages: name the one of --listen with --server")
        }
        (Code::Unknown, message) if message.ends_with("transport error") => {
            Some("the server broke off, or it speaks TLS: then name it as https:// with --server")
        }
        _ => None,
    }
}

fn remedy(status: &Status, info: Option<&ErrorInfo>) -> String {
    let remedy = match status.code() {
        Code::Unauthenticated => "put the right key into WISHWELL_API_KEY, or its file's name into --api-key-file",
        Code::PermissionDenied => return another_role(info),
        Code::Unavailable | Code::ResourceExhausted => "try again in a moment; `wishwell doctor` looks at the server",
        Code::Unimplemented => "the server is of another version, or it is another server",
        _ => "",
    };
    remedy.to_owned()
}

/// With whose key to ask instead, where it is the role that is in the way.
fn another_role(info: Option<&ErrorInfo>) -> String {
    let said = |name: &str| info.and_then(|info| info.metadata.get(name)).map_or("", String::as_str);
    let roles = match access_to(said("method")) {
        Access::Roles(roles) => roles,
        Access::Open => &[],
    };
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    // A role that may call it may not call it so: the message says how.
    if names.is_empty() || names.contains(&said("role")) {
        return "ask with the key of a role that may do this".to_owned();
    }
    format!("ask with the key of a role that may do this: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, FieldViolation};

    #[test]
    fn every_violation_is_told() {
        let mut details = ErrorDetails::new();
        details.set_error_info("INVALID_FIELDS", "wishwell.v1", std::collections::HashMap::new());
        details.set_bad_request(vec![
            FieldViolation::new("inline_need.place.latitude", "must be at most 90"),
            FieldViolation::new("inline_need.items", "must not be empty"),
        ]);
        let status = Status::with_error_details(Code::InvalidArgument, "2 fields", details);
        let failure = refused("cannot find", &status);
        assert_eq!(failure.exit, Exit::Failed);
        assert_eq!(failure.problems.len(), 2);
        assert_eq!(failure.problems[0].what, "inline_need.place.latitude: must be at most 90");
    }

    #[test]
    fn whoever_knocks_at_the_wrong_door_is_told_of_the_right_one() {
        let page = "protocol error: received message with invalid compression flag: 123 (valid flags are 0 and 1)";
        for (status, told) in [(Status::internal(page), "--listen"), (Status::unknown("transport error"), "https://")] {
            assert!(wrong_door(&status).is_some_and(|remedy| remedy.contains(told)), "{status:?}");
            assert!(refused("cannot find", &status).problems[0].remedy.contains(told), "{status:?}");
        }
        for status in [Status::internal("a defect"), Status::unknown(""), Status::unavailable("transport error")] {
            assert_eq!(wrong_door(&status), None, "{status:?}");
        }
    }

    #[test]
    fn who_has_the_wrong_role_is_told_the_right_ones() {
        let refer = "wishwell.v1.ReferralService/AutoRefer";
        let denied = |role: &str, method: &str| {
            let mut details = ErrorDetails::new();
            let metadata =
                [("role", role), ("method", method)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            details.set_error_info("PERMISSION_DENIED", "wishwell.v1", std::collections::HashMap::from(metadata));
            let status = Status::with_error_details(Code::PermissionDenied, "denied", details);
            refused("the need cannot be referred", &status).problems[0].remedy.clone()
        };
        let named = "ask with the key of a role that may do this: internal_service, case_worker";
        assert_eq!(denied("operator", refer), named);
        let unnamed = "ask with the key of a role that may do this";
        assert_eq!(denied("case_worker", refer), unnamed, "it may, and not so");
        assert_eq!(denied("operator", "wishwell.v1.Newer/Call"), unnamed, "a newer server's");
        assert_eq!(refused("x", &Status::permission_denied("")).problems[0].remedy, unnamed);
    }

    #[test]
    fn a_refusal_without_details_says_what_to_do() {
        let failure = refused("cannot find", &Status::unauthenticated("no such key"));
        assert_eq!(failure.problems[0].what, "no such key (Unauthenticated)");
        assert!(failure.problems[0].remedy.contains("WISHWELL_API_KEY"));
        assert_eq!(refused("x", &Status::unavailable("")).exit, Exit::Unavailable);
    }
}
