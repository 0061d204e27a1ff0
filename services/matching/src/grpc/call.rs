//! What every handler begins and ends with: who calls, whether the message holds its rules, and what the answer is.

use std::future::Future;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use tonic::{Response, Status};
use tracing::{Instrument, Span};
use uuid::Uuid;

use wishwell_api::{Request, v1};
use wishwell_domain::limits::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use wishwell_domain::principal::Principal;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{PageRequest, RequestKey};

use super::status::to_status;
use crate::cases::Caller;
use crate::cases::page_tokens::PageScope;

/// A request that changes something, and can be sent again without changing it twice.
pub(crate) trait Repeatable: Request {
    /// The caller's id for it; empty when the caller wants no such promise.
    fn request_id(&self) -> &str;
}

macro_rules! repeatable {
    ($($message:ident),* $(,)?) => {
        $(impl Repeatable for v1::$message {
            fn request_id(&self) -> &str {
                &self.request_id
            }
        })*
    };
}

repeatable!(
    CreateOrganizationRequest,
    UpdateOrganizationRequest,
    BatchUpsertOrganizationsRequest,
    VerifyOrganizationRequest,
    SuspendOrganizationRequest,
    CreateResourceRequest,
    UpdateResourceRequest,
    BatchUpsertResourcesRequest,
    CreateCapacityPoolRequest,
    UpdateCapacityPoolRequest,
    BatchUpsertCapacityPoolsRequest,
    SetCapacityRequest,
    BatchUpsertCategoriesRequest,
    BatchUpsertDivisionsRequest,
    CreateBeneficiaryRequest,
    UpdateBeneficiaryRequest,
    EraseBeneficiaryRequest,
    CreateHouseholdRequest,
    UpdateHouseholdRequest,
    SubmitNeedRequest,
    UpdateNeedRequest,
    WithdrawNeedRequest,
    CloseNeedRequest,
    EraseNeedRequest,
    CreateReferralRequest,
    BatchCreateReferralsRequest,
    BatchTryCreateReferralsRequest,
    AutoReferRequest,
    AcceptReferralRequest,
    DeclineReferralRequest,
    WithdrawReferralRequest,
    StartReferralRequest,
    DeliverReferralRequest,
    ConfirmReferralRequest,
    DisputeReferralRequest,
    CancelReferralRequest,
    FailReferralRequest,
    ClaimWishRequest,
    CreateRoundRequest,
    CancelRoundRequest,
    CreateSubscriptionRequest,
    UpdateSubscriptionRequest,
    DeleteSubscriptionRequest,
    RotateSubscriptionSecretRequest,
    TestSubscriptionRequest,
    MarkNotificationsSeenRequest,
);

/// The span of a use case: below the call's, above those of the engine and the store. It has the method's own name, without
/// its service.
pub(crate) fn use_case_span(method: &'static str) -> Span {
    tracing::info_span!("use_case", otel.name = method.rsplit('/').next().unwrap_or(method))
}

/// Serves a call that reads.
pub(crate) async fn read<M: Request, A, F>(
    method: &'static str,
    request: tonic::Request<M>,
    handle: impl FnOnce(Caller, M) -> F,
) -> Result<Response<A>, Status>
where
    F: Future<Output = Result<A, Error>>,
{
    let (principal, message) = open(request).map_err(to_status)?;
    let caller = Caller { principal, method, request: None };
    handle(caller, message).instrument(use_case_span(method)).await.map(Response::new).map_err(to_status)
}

/// Serves a call that writes.
pub(crate) async fn write<M: Repeatable, A, F>(
    method: &'static str,
    request: tonic::Request<M>,
    handle: impl FnOnce(Caller, M) -> F,
) -> Result<Response<A>, Status>
where
    F: Future<Output = Result<A, Error>>,
{
    let (principal, message) = open(request).map_err(to_status)?;
    let request = request_key(method, &message).map_err(to_status)?;
    let caller = Caller { principal, method, request };
    handle(caller, message).instrument(use_case_span(method)).await.map(Response::new).map_err(to_status)
}

/// The principal that authentication left, and the message if it holds all rules of the contract.
pub(crate) fn open<M: Request>(request: tonic::Request<M>) -> Result<(Arc<Principal>, M), Error> {
    let (_, mut extensions, message) = request.into_parts();
    let principal = extensions.remove::<Arc<Principal>>().ok_or(Error::Unauthenticated)?;
    wishwell_api::validate(&message).map_err(|violations| {
        Error::InvalidArgument(
            violations
                .into_iter()
                .map(|found| Violation {
                    field: found.field,
                    rule: found.rule,
                    message: found.message,
                    value: found.value,
                })
                .collect(),
        )
    })?;
    Ok((principal, message))
}

fn request_key<M: Repeatable>(method: &'static str, message: &M) -> Result<Option<RequestKey>, Error> {
    if message.request_id().is_empty() {
        return Ok(None);
    }
    let request_id = Uuid::try_parse(message.request_id())
        .map_err(|_| Violation::new("request_id", "string.uuid", "must be a UUID").with_value(message.request_id()))?;
    let mut body_digest = [0; 32];
    body_digest.copy_from_slice(digest(&SHA256, &message.encode_to_vec()).as_ref());
    Ok(Some(RequestKey { method, request_id, body_digest }))
}

/// The page of a list that is ordered by UUID.
pub(crate) fn page(scope: &PageScope, page_size: i32, page_token: &str) -> Result<PageRequest, Error> {
    Ok(PageRequest { after: scope.uuid_cursor(page_token)?, limit: page_size_of(page_size) })
}

/// Entries of a page: what was asked, within bounds.
pub(crate) fn page_size_of(page_size: i32) -> usize {
    match usize::try_from(page_size) {
        Ok(0) | Err(_) => PAGE_SIZE_DEFAULT,
        Ok(size) => size.min(PAGE_SIZE_MAX),
    }
}

/// The token of the next page, empty at the end.
pub(crate) fn next_token(scope: &PageScope, next_after: Option<Uuid>) -> Result<String, Error> {
    next_after.map_or_else(|| Ok(String::new()), |id| scope.token(id.as_bytes()))
}

/// A part of a message that validation has found to be there.
pub(crate) fn required<T>(field: &str, part: Option<T>) -> Result<T, Error> {
    part.ok_or_else(|| Violation::new(field, "required", "is required").into())
}

/// What was read of a message, with or without violations; all of these where it could not be read.
pub(crate) fn legible<T>(field: &str, read: Option<T>, violations: &mut Violations) -> Result<T, Error> {
    if read.is_none() {
        std::mem::take(violations).into_result()?;
    }
    required(field, read)
}

/// The fields that an update changes: at least one, each as a whole. A path into a field is refused: only that part of it was
/// checked, and taking the whole would overwrite the parts that were not sent.
pub(crate) fn mask_paths(mask: Option<prost_types::FieldMask>) -> Result<Vec<String>, Error> {
    let paths = required("update_mask", mask)?.paths;
    let mut violations = Violations::new();
    violations.require(!paths.is_empty(), || {
        Violation::new("update_mask", "field_mask.required", "must name at least one field")
    });
    for path in paths.iter().filter(|path| path.contains('.')) {
        let message = "must name whole fields, not parts of them";
        violations.add(Violation::new("update_mask", "field_mask.whole", message).with_value(path));
    }
    violations.into_result()?;
    Ok(paths)
}

/// Copies the fields that a mask names from one message to another.
macro_rules! merge_fields {
    ($mask:expr, $target:expr, $source:expr, [$($field:ident),* $(,)?]) => {
        for path in &$mask {
            match path.as_str() {
                $(stringify!($field) => $target.$field = $source.$field.clone(),)*
                _ => {}
            }
        }
    };
}
pub(crate) use merge_fields;

/// Repeats an update that lost against another one, as long as the caller did not say which version it means.
macro_rules! retry_update {
    ($etag:expr, $attempt:expr) => {{
        let mut attempts = $crate::cases::UPDATE_ATTEMPTS_MAX;
        loop {
            attempts -= 1;
            match $attempt.await {
                Err(wishwell_domain::Error::EtagMismatch { .. }) if $etag.is_none() && attempts > 0 => {}
                done => break done,
            }
        }
    }};
}
pub(crate) use retry_update;
