//! A refusal of the server as a readable failure: its reason, every violation, and what to do.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::exit::{Exit, Failure, Problem};

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
        problems.push(Problem::new(format!("{} ({shown})", status.message()), remedy(status.code())));
    }
    let exit = match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => Exit::Unavailable,
        _ => Exit::Failed,
    };
    Failure { exit, summary: what.into(), problems }
}

fn remedy(code: Code) -> &'static str {
    match code {
        Code::Unauthenticated => "put the right key into WISHWELL_API_KEY, or its file's name into --api-key-file",
        Code::PermissionDenied => "ask with the key of a role that may do this",
        Code::Unavailable | Code::ResourceExhausted => "try again in a moment; `wishwell doctor` looks at the server",
        Code::Unimplemented => "the server is of another version, or it is another server",
        _ => "",
    }
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
    fn a_refusal_without_details_says_what_to_do() {
        let failure = refused("cannot find", &Status::unauthenticated("no such key"));
        assert_eq!(failure.problems[0].what, "no such key (Unauthenticated)");
        assert!(failure.problems[0].remedy.contains("WISHWELL_API_KEY"));
        assert_eq!(refused("x", &Status::unavailable("")).exit, Exit::Unavailable);
    }
}
