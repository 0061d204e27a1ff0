//! The one place where errors become gRPC statuses.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{BadRequest, ErrorDetails, FieldViolation, StatusExt};

use wishwell_api::ERROR_DOMAIN;
use wishwell_api::v1::ErrorReason;
use wishwell_domain::Error;
use wishwell_domain::error::{Precondition, Violation};

/// When a caller is told to try again what is unavailable: longer than a reader's delay, shorter than a person's patience.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A status with `ErrorInfo`; `UNAVAILABLE` also says when to try again, and so do a full store, which goes on as soon as there is
/// space, and a token whose key is not known, because the keys of its issuer are being asked for meanwhile.
#[must_use]
pub(crate) fn status_with_reason(
    code: Code,
    reason: ErrorReason,
    message: impl Into<String>,
    metadata: &[(&str, String)],
) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(
        reason.reason(),
        ERROR_DOMAIN,
        // An empty value says nothing, and an entry without one, as it is on the wire, ends Envoy's transcoder (1.40).
        metadata
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect::<std::collections::HashMap<_, _>>(),
    );
    if code == Code::Unavailable || matches!(reason, ErrorReason::StoreFull | ErrorReason::TokenKeyUnknown) {
        details.set_retry_info(Some(RETRY_AFTER));
    }
    Status::with_error_details(code, message, details)
}

/// Maps an error to its status.
#[must_use]
pub(crate) fn to_status(error: Error) -> Status {
    let message = error.to_string();
    match error {
        Error::InvalidArgument(violations) => invalid_argument(message, violations),
        Error::NotFound { name } => {
            status_with_reason(Code::NotFound, ErrorReason::NotFound, message, &[("name", name)])
        }
        Error::AlreadyExists { name } => {
            status_with_reason(Code::AlreadyExists, ErrorReason::ExternalIdTaken, message, &[("name", name)])
        }
        Error::EtagMismatch { name, expected, actual } => status_with_reason(
            Code::Aborted,
            ErrorReason::EtagMismatch,
            message,
            &[("name", name), ("expected", expected.to_string()), ("actual", actual.to_string())],
        ),
        Error::RequestIdReused { request_id } => status_with_reason(
            Code::InvalidArgument,
            ErrorReason::RequestIdReused,
            message,
            &[("request_id", request_id)],
        ),
        Error::FailedPrecondition { precondition, name, .. } => {
            let reason = match precondition {
                Precondition::NeedNotOpen | Precondition::OrganizationState | Precondition::StillReferenced => {
                    ErrorReason::IllegalState
                }
                Precondition::Erased => ErrorReason::Erased,
                Precondition::NeedOfBeneficiary => ErrorReason::NeedOfBeneficiary,
                Precondition::ResourceNotOffered => ErrorReason::ResourceNotOffered,
                Precondition::NobodyLeftToAsk => ErrorReason::NobodyLeftToAsk,
                Precondition::LeftToNextRound => ErrorReason::LeftToNextRound,
                Precondition::ConsentMissing => ErrorReason::ConsentMissing,
                Precondition::VerifiedIdentity => ErrorReason::VerifiedIdentity,
                Precondition::ResultsNotKept => ErrorReason::ResultsNotKept,
            };
            status_with_reason(Code::FailedPrecondition, reason, message, &[("name", name)])
        }
        Error::IllegalStep { name, state, action } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::IllegalState,
            message,
            &[("name", name), ("state", state.to_owned()), ("action", action.to_owned())],
        ),
        Error::CapacityExhausted { pool, period_start, asked, left } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::CapacityExhausted,
            message,
            &[
                ("name", pool),
                ("period_start", period_start.map(|start| start.to_string()).unwrap_or_default()),
                ("asked", asked.to_string()),
                ("left", left.to_string()),
            ],
        ),
        Error::ItemCovered { name, item, asked, left } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::ItemCovered,
            message,
            &[
                ("name", name),
                ("item_ordinal", item.to_string()),
                ("asked", asked.to_string()),
                ("left", left.to_string()),
            ],
        ),
        Error::ResourceDoesNotFit { name, reasons } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::ResourceDoesNotFit,
            message,
            &[("name", name), ("reasons", reasons.join(","))],
        ),
        Error::OrganizationNotCleared { name, reasons } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::OrganizationNotCleared,
            message,
            &[("name", name), ("reasons", reasons.join(","))],
        ),
        // It never passes: who asks again gets the same answer.
        Error::TooManyHoldLines { name, lines, max } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::ResourceDoesNotFit,
            message,
            &[
                ("name", name),
                ("reasons", "HOLD_LINES_MAX".to_owned()),
                ("lines", lines.to_string()),
                ("max", max.to_string()),
            ],
        ),
        Error::OneOfSeveral { index, error } => {
            let of_one = to_status(*error);
            let mut details = of_one.get_error_details();
            if let Some(info) = details.error_info().cloned() {
                let metadata = info.metadata.into_iter().chain([("index".to_owned(), index.to_string())]);
                details.set_error_info(info.reason, info.domain, metadata.collect::<std::collections::HashMap<_, _>>());
            }
            Status::with_error_details(of_one.code(), message, details)
        }
        Error::CapacityHeld { name, taken, referrals, .. } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::CapacityBelowUse,
            message,
            &[("name", name), ("taken", taken.to_string()), ("referrals", referrals.join(","))],
        ),
        Error::WatchTooSlow { position } => status_with_reason(
            Code::Aborted,
            ErrorReason::WatchTooSlow,
            message,
            &[("log_position", position.to_string())],
        ),
        Error::LogReplaced { position } => status_with_reason(
            Code::Aborted,
            ErrorReason::LogReplaced,
            message,
            &[("log_position", position.to_string())],
        ),
        Error::Unauthenticated => status_with_reason(Code::Unauthenticated, ErrorReason::Unauthenticated, message, &[]),
        Error::TokenExpired => status_with_reason(Code::Unauthenticated, ErrorReason::TokenExpired, message, &[]),
        Error::TokenKeyUnknown => status_with_reason(Code::Unauthenticated, ErrorReason::TokenKeyUnknown, message, &[]),
        Error::PermissionDenied { role, method, how } => status_with_reason(
            Code::PermissionDenied,
            ErrorReason::PermissionDenied,
            message,
            &[("role", role.to_owned()), ("method", method), ("how", how.to_owned())],
        ),
        Error::UnknownMethod { method } => {
            status_with_reason(Code::Unimplemented, ErrorReason::Unimplemented, message, &[("method", method)])
        }
        Error::TooMuchAtOnce { limit, max } => status_with_reason(
            Code::ResourceExhausted,
            ErrorReason::Overloaded,
            message,
            &[("limit", limit.to_owned()), ("max", max.to_string())],
        ),
        Error::AnswerTooLarge { max, .. } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::AnswerTooLarge,
            message,
            &[("max", max.to_string())],
        ),
        Error::TooManyClaims { limit, max, wait } => {
            let metadata = [("limit", limit.to_owned()), ("max", max.to_string())];
            let refused = |code, reason| status_with_reason(code, reason, message, &metadata);
            match wait {
                Some(wait) => {
                    with_wait(&refused(Code::ResourceExhausted, ErrorReason::Overloaded), wait.unsigned_abs())
                }
                // It delivers first.
                None => refused(Code::FailedPrecondition, ErrorReason::LimitReached),
            }
        }
        Error::NoRoom { limit, max, .. } => status_with_reason(
            Code::FailedPrecondition,
            ErrorReason::LimitReached,
            message,
            &[("limit", limit.to_owned()), ("max", max.to_string())],
        ),
        Error::SentTooMuch { limit, max } => status_with_reason(
            Code::ResourceExhausted,
            ErrorReason::MessageTooLarge,
            message,
            &[("limit", limit.to_owned()), ("max", max.to_string())],
        ),
        Error::ContactBudgetSpent { name, free_at } => status_with_reason(
            Code::ResourceExhausted,
            ErrorReason::ContactBudgetSpent,
            message,
            &[("name", name), ("free_time", free_at.to_string())],
        ),
        Error::PositionNotReached { asked, reached } => status_with_reason(
            Code::Unavailable,
            ErrorReason::PositionNotReached,
            message,
            &[("asked", asked.to_string()), ("reached", reached.to_string())],
        ),
        Error::DeadlineExceeded => {
            status_with_reason(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message, &[])
        }
        Error::NotServing => status_with_reason(Code::Unavailable, ErrorReason::NotServing, message, &[]),
        Error::Unavailable(_) => status_with_reason(Code::Unavailable, ErrorReason::StoreUnavailable, message, &[]),
        Error::StoreFull(_) => status_with_reason(Code::ResourceExhausted, ErrorReason::StoreFull, message, &[]),
        Error::DataLoss(detail) => {
            tracing::error!(detail, "stored data cannot be read");
            status_with_reason(Code::DataLoss, ErrorReason::DataLoss, "stored data cannot be read", &[])
        }
        Error::Internal(detail) => {
            tracing::error!(detail, "internal error");
            status_with_reason(Code::Internal, ErrorReason::Internal, "internal error", &[])
        }
    }
}

/// A refusal that says after how long to try again.
fn with_wait(status: &Status, wait: Duration) -> Status {
    let mut details = status.get_error_details();
    details.set_retry_info(Some(wait));
    Status::with_error_details(status.code(), status.message(), details)
}

fn invalid_argument(message: String, violations: Vec<Violation>) -> Status {
    let reason = common_reason(&violations);
    let fields: Vec<FieldViolation> = violations
        .into_iter()
        .map(|violation| {
            let description = match &violation.value {
                Some(value) => format!("{} (got {value:?})", violation.message),
                None => violation.message,
            };
            let mut field = FieldViolation::new(violation.field, description);
            field.reason = violation.rule.to_ascii_uppercase().replace(['.', '-'], "_");
            field
        })
        .collect();
    let mut details = ErrorDetails::new();
    details.set_error_info(reason.reason(), ERROR_DOMAIN, std::collections::HashMap::<String, String>::new());
    details.set_bad_request(BadRequest::new(fields).field_violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// The reason that all violations share, or the general one.
fn common_reason(violations: &[Violation]) -> ErrorReason {
    let mut reasons = violations.iter().map(|violation| reason_of_rule(&violation.rule));
    match reasons.next() {
        Some(first) if reasons.all(|reason| reason == first) => first,
        _ => ErrorReason::InvalidFields,
    }
}

fn reason_of_rule(rule: &str) -> ErrorReason {
    match rule {
        "category.unknown" => ErrorReason::UnknownCategory,
        "division.unknown" => ErrorReason::UnknownDivision,
        "unit" => ErrorReason::UnknownUnit,
        "page_token" => ErrorReason::InvalidPageToken,
        "reference" => ErrorReason::UnknownReference,
        "tree.cycle" => ErrorReason::HierarchyCycle,
        "draw.organization" => ErrorReason::PoolOfOtherOrganization,
        "pool.budget_unit" | "unit.mismatch" => ErrorReason::UnitMismatch,
        rule if rule.starts_with("eligibility.") => ErrorReason::InvalidExpression,
        _ => ErrorReason::InvalidFields,
    }
}

/// Gives a status made by tonic itself (undecodable bytes, too large a message, unknown method or encoding) its reason and its right
/// code; statuses that already carry details stay as they are.
#[must_use]
pub(crate) fn explain_transport_status(status: Status) -> Status {
    if !status.details().is_empty() {
        return status;
    }
    let (code, reason) = match status.code() {
        // tonic answers INTERNAL to bytes that are not the message; the fault is the caller's.
        Code::Internal => (Code::InvalidArgument, ErrorReason::MalformedMessage),
        // Too large as sent, or once decompressed.
        Code::OutOfRange | Code::ResourceExhausted => (Code::ResourceExhausted, ErrorReason::MessageTooLarge),
        Code::Unimplemented => (Code::Unimplemented, ErrorReason::Unimplemented),
        Code::Cancelled => (Code::Cancelled, ErrorReason::DeadlineExceeded),
        code => (code, ErrorReason::Internal),
    };
    let mut explained = status_with_reason(code, reason, status.message(), &[]);
    // What comes with it says what would be understood: the encodings of messages, where one is not.
    *explained.metadata_mut() = status.metadata().clone();
    explained
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_says_when_to_try_again_and_what_is_refused_does_not() {
        let waiting = |wait| Error::TooManyClaims { limit: "claims", max: 10, wait };
        let passing = [
            (Error::NotServing, Code::Unavailable),
            (Error::Unavailable("away".to_owned()), Code::Unavailable),
            (Error::PositionNotReached { asked: 2, reached: 1 }, Code::Unavailable),
            (Error::StoreFull("no space is left".to_owned()), Code::ResourceExhausted),
            (Error::TokenKeyUnknown, Code::Unauthenticated),
            (waiting(Some(jiff::SignedDuration::from_mins(20))), Code::ResourceExhausted),
        ];
        for (error, code) in passing {
            let status = to_status(error);
            assert_eq!(status.code(), code);
            let retry = status.get_error_details().retry_info().unwrap().retry_delay.unwrap();
            assert!(retry > Duration::ZERO, "{status:?}");
        }
        let status = to_status(Error::NotFound { name: "needs/none".to_owned() });
        assert!(status.get_error_details().retry_info().is_none(), "{status:?}");
    }

    #[test]
    fn a_bound_says_whether_waiting_helps_by_its_reason() {
        use wishwell_domain::limits::{PLAN_NEEDS_MAX, SUBSCRIPTIONS_PER_ORGANIZATION_MAX};
        let claims = |limit, wait| Error::TooManyClaims { limit, max: 10, wait };
        let day = jiff::SignedDuration::from_hours(24);
        let subscriptions = Error::NoRoom {
            limit: "subscriptions_per_organization_max",
            max: SUBSCRIPTIONS_PER_ORGANIZATION_MAX,
            instead: "delete one first",
        };
        let cases = [
            // What goes on at once: it passes.
            (Error::TooMuchAtOnce { limit: "calls_active_max", max: 9 }, "OVERLOADED", None),
            (Error::TooMuchAtOnce { limit: "watchers_per_caller_max", max: 9 }, "OVERLOADED", None),
            (Error::TooMuchAtOnce { limit: "rounds_unfinished_max", max: 9 }, "OVERLOADED", None),
            (claims("claims_given_up_per_organization_and_day_max", Some(day)), "OVERLOADED", Some(day.unsigned_abs())),
            // What is kept: it does not.
            (claims("claims_live_per_organization_max", None), "LIMIT_REACHED", None),
            (subscriptions, "LIMIT_REACHED", None),
            // What was sent: it stays too much.
            (Error::SentTooMuch { limit: "plan_needs_max", max: PLAN_NEEDS_MAX }, "MESSAGE_TOO_LARGE", None),
            // What would be answered.
            (Error::AnswerTooLarge { max: 4_194_304, instead: "ask for one item" }, "ANSWER_TOO_LARGE", None),
        ];
        for (error, reason, wait) in cases {
            let of_limit = !matches!(error, Error::AnswerTooLarge { .. });
            let status = to_status(error);
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!(info.reason, reason, "{status:?}");
            assert_eq!(details.retry_info().and_then(|retry| retry.retry_delay), wait, "{status:?}");
            assert_eq!((info.metadata.contains_key("limit"), info.metadata.contains_key("max")), (of_limit, true));
            // What clients of gRPC may try again by themselves.
            let exhausted = matches!(reason, "OVERLOADED" | "MESSAGE_TOO_LARGE");
            let code = if exhausted { Code::ResourceExhausted } else { Code::FailedPrecondition };
            assert_eq!(status.code(), code, "{status:?}");
            if code == Code::FailedPrecondition {
                assert!(status.message().contains(": "), "it says what to do: {status:?}");
            }
        }
    }

    #[test]
    fn violations_of_one_kind_share_its_reason_and_each_tells_its_value() {
        let of = |rule: &str| Violation::new("field", rule, "is wrong").with_value("value");
        for (rules, reason) in [
            (&["unit.mismatch"][..], "UNIT_MISMATCH"),
            (&["unit.mismatch", "pool.budget_unit"], "UNIT_MISMATCH"),
            (&["category.unknown", "category.unknown"], "UNKNOWN_CATEGORY"),
            (&["eligibility.expression"], "INVALID_EXPRESSION"),
            (&["category.unknown", "division.unknown"], "INVALID_FIELDS"),
            (&["quantity.range"], "INVALID_FIELDS"),
        ] {
            let status = to_status(Error::InvalidArgument(rules.iter().map(|rule| of(rule)).collect()));
            let details = status.get_error_details();
            assert_eq!(details.error_info().unwrap().reason, reason, "{rules:?}");
            let told = &details.bad_request().unwrap().field_violations;
            assert_eq!(told.len(), rules.len());
            assert!(told.iter().all(|told| told.description == "is wrong (got \"value\")"), "{told:?}");
        }
    }

    #[test]
    fn metadata_without_a_value_is_left_out() {
        let pairs = [("name", "capacityPools/one".to_owned()), ("referrals", String::new())];
        let status = status_with_reason(Code::FailedPrecondition, ErrorReason::CapacityBelowUse, "", &pairs);
        let details = status.get_error_details();
        let metadata = &details.error_info().unwrap().metadata;
        assert_eq!(metadata.iter().collect::<Vec<_>>(), [(&"name".to_owned(), &"capacityPools/one".to_owned())]);
    }
}
