//! What every handler begins and ends with: who calls, whether the message holds its rules, and what the answer is.

use std::future::Future;
use std::sync::Arc;

use prost::Message;
use ring::digest::{SHA256, digest};
use tonic::{Response, Status};
use tracing::{Instrument, Span};
use uuid::Uuid;

use wishwell_api::{Request, v1};
use wishwell_domain::ids::Version;
use wishwell_domain::limits::ANSWER_BYTES_MAX;
use wishwell_domain::principal::Principal;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::RequestKey;

use super::broken::Broken;
use super::convert::common;
use super::status::to_status;
use crate::cases::Caller;

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

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Writes,
}

/// A call before its handler sees it.
pub(crate) enum Call<M> {
    /// Who calls, a message that holds all rules of the contract, and what it does.
    Sound(Caller, M, Effect),
    /// The message breaks some: it is good for nothing but being read, for what else is wrong with it.
    Broken(Caller, M, Broken),
    /// It fails, whatever may be wrong besides.
    Refused(Error),
}

/// A call that reads.
pub(crate) fn read<M: Request>(method: &'static str, request: tonic::Request<M>) -> Call<M> {
    let (_, mut extensions, message) = request.into_parts();
    let Some(principal) = extensions.remove::<Arc<Principal>>() else { return Call::Refused(Error::Unauthenticated) };
    let caller = Caller { principal, method, request: None };
    match wishwell_api::validate(&message) {
        Ok(()) => Call::Sound(caller, message, Effect::Reads),
        Err(found) => Call::Broken(caller, message, Broken::new("", found)),
    }
}

/// A call that writes.
pub(crate) fn write<M: Repeatable>(method: &'static str, request: tonic::Request<M>) -> Call<M> {
    match read(method, request) {
        Call::Sound(caller, message, _) => match request_key(method, &message) {
            Ok(request) => Call::Sound(Caller { request, ..caller }, message, Effect::Writes),
            Err(error) => Call::Refused(error),
        },
        other => other,
    }
}

impl<M> Call<M> {
    /// Refuses a message that breaks the contract's rules for what reading it finds as well, so that all that is wrong with it is
    /// told at once. A message that holds them is left to its handler.
    pub(crate) async fn besides<T, F>(self, read: impl FnOnce(Caller, M) -> F) -> Self
    where
        F: Future<Output = Result<T, Error>>,
    {
        match self {
            Self::Broken(caller, message, broken) if broken.is_to_be_read() => {
                let method = caller.method;
                let read = Box::pin(read(caller, message).instrument(use_case_span(method))).await;
                Self::Refused(broken.with_end(read).into())
            }
            other => other,
        }
    }

    /// Who calls and the message, if nothing is wrong with it so far.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn sound(self) -> Result<(Caller, M), Error> {
        match self {
            Self::Sound(caller, message, _) => Ok((caller, message)),
            Self::Broken(_, _, broken) => Err(broken.with(Vec::new()).into()),
            Self::Refused(error) => Err(error),
        }
    }

    /// The answer of a handler, which sees sound messages alone.
    ///
    /// # Errors
    /// All that is wrong with the message, and what the handler answers; [`Error::AnswerTooLarge`] for what is read and is longer than
    /// clients take.
    pub(crate) async fn handle<A, F>(self, handle: impl FnOnce(Caller, M) -> F) -> Result<Response<A>, Status>
    where
        A: Message,
        F: Future<Output = Result<A, Error>>,
    {
        let reads = matches!(self, Self::Sound(_, _, Effect::Reads));
        let (caller, message) = self.sound().map_err(to_status)?;
        let method = caller.method;
        let answer = handle(caller, message).instrument(use_case_span(method)).await.map_err(to_status)?;
        // What is written is, whatever its answer comes to: each such answer has bounds of its own.
        if reads {
            within_answer(answer.encoded_len(), ANSWER_BYTES_MAX, "ask for a part of it").map_err(to_status)?;
        }
        Ok(Response::new(answer))
    }
}

/// Refuses an answer of more bytes than who asks takes, who may ask `instead` for something.
///
/// # Errors
/// [`Error::AnswerTooLarge`].
pub(crate) const fn within_answer(bytes: usize, max: usize, instead: &'static str) -> Result<(), Error> {
    if bytes <= max { Ok(()) } else { Err(Error::AnswerTooLarge { max, instead }) }
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

/// A part of a message that validation has found to be there.
pub(crate) fn required<T>(field: &str, part: Option<T>) -> Result<T, Error> {
    part.ok_or_else(|| missing(field).into())
}

fn missing(field: &str) -> Violation {
    Violation::new(field, "required", "is required")
}

/// An update as it is asked for, before what is stored is looked at.
pub(crate) struct Update<I, E> {
    /// Of what.
    pub(crate) id: I,
    /// With these values.
    pub(crate) sent: E,
    /// In these fields.
    pub(crate) mask: Vec<String>,
    /// From this version; none from whichever there is.
    pub(crate) etag: Option<Version>,
    /// What is wrong with it so far: told together with what is wrong with the values.
    pub(crate) violations: Violations,
}

impl<I, E> Update<I, E> {
    /// Reads all of an update but its values: the name of what is changed, the field that carries the values and these, the mask and
    /// the etag.
    ///
    /// # Errors
    /// All that is wrong with it, where the values cannot be read for it.
    pub(crate) fn read(
        name: Result<I, Violation>,
        (field, sent): (&'static str, Option<E>),
        mask: Option<prost_types::FieldMask>,
        etag: &str,
    ) -> Result<Self, Error> {
        let mut violations = Violations::new();
        let id = violations.take(name);
        let sent = violations.take(sent.ok_or_else(|| missing(field)));
        let mask = violations.take_all(mask_paths(mask));
        let etag = common::etag("etag", etag, &mut violations);
        match (id, sent, mask) {
            (Some(id), Some(sent), Some(mask)) => Ok(Self { id, sent, mask, etag, violations }),
            _ => Err(violations.into()),
        }
    }
}

/// The fields that an update changes: at least one, each as a whole. A path into a field is refused: only that part of it was
/// checked, and taking the whole would overwrite the parts that were not sent.
fn mask_paths(mask: Option<prost_types::FieldMask>) -> Result<Vec<String>, Violations> {
    let paths = mask.ok_or_else(|| missing("update_mask"))?.paths;
    let mut violations = Violations::new();
    violations.require(!paths.is_empty(), || {
        Violation::new("update_mask", "field_mask.required", "must name at least one field")
    });
    for path in paths.iter().filter(|path| path.contains('.')) {
        let message = "must name whole fields, not parts of them";
        violations.add(Violation::new("update_mask", "field_mask.whole", message).with_value(path));
    }
    if violations.is_empty() { Ok(paths) } else { Err(violations) }
}

/// Copies the fields that an [`Update`]'s mask names into what is stored.
macro_rules! merge_fields {
    ($update:expr, $target:expr, [$($field:ident),* $(,)?]) => {
        for path in &$update.mask {
            match path.as_str() {
                $(stringify!($field) => $target.$field = $update.sent.$field.clone(),)*
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

/// Writes an update once for its request, and anew as [`retry_update`] does.
macro_rules! update_once {
    ($platform:expr, $caller:expr, $etag:expr, $attempt:expr) => {
        $platform.once($caller, async { $crate::grpc::call::retry_update!($etag, $attempt) }).await
    };
}
pub(crate) use update_once;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wishwell_domain::ids::TenantId;
    use wishwell_domain::principal::Role;

    use super::*;

    #[tokio::test]
    async fn what_is_read_and_longer_than_clients_take_is_refused_and_what_is_written_is_answered() {
        let principal = Arc::new(Principal {
            tenant: TenantId::parse("tenant", "demo").unwrap(),
            name: "somebody".to_owned(),
            role: Role::Operator,
            organization: None,
            divisions: Vec::new(),
        });
        // A key, and a length of four bytes.
        let most = ANSWER_BYTES_MAX - 5;
        for (bytes, effect, refused) in
            [(most, Effect::Reads, false), (most + 1, Effect::Reads, true), (most + 1, Effect::Writes, false)]
        {
            let caller = Caller { principal: Arc::clone(&principal), method: "a.Service/Call", request: None };
            let answer = v1::Category { code: "x".repeat(bytes), ..v1::Category::default() };
            let answered = Call::Sound(caller, (), effect).handle(|_, ()| async { Ok(answer) }).await;
            match answered {
                Ok(answer) => assert!(!refused && answer.get_ref().code.len() == bytes, "{effect:?} {bytes}"),
                Err(status) => {
                    assert!(
                        refused && status.message().contains("ask for a part of it"),
                        "{effect:?} {bytes}: {status:?}"
                    );
                }
            }
        }
    }
}
