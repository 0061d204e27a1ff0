//! A request that can be sent again, to any replica, and what comes back.

use std::time::Duration;

use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::matching_service_client::MatchingServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;

use crate::history::{Answer, Kind, Meant, NeedSeen, Outcome, PoolSeen, ReferralSeen, Refusal, RoundSeen, Seen};

/// How long a caller waits for an answer.
pub const DEADLINE: Duration = Duration::from_secs(4);
/// What a server that keeps the deadline may be late, and a network with it.
const DEADLINE_SLACK: Duration = Duration::from_secs(1);

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Its id.
    pub request: Uuid,
    /// What it calls.
    pub kind: Kind,
    /// Who asks; the key is the name.
    pub caller: String,
    /// What it says.
    pub message: Message,
}

impl Ask {
    /// What is to be true once it is answered.
    #[must_use]
    pub fn meant(&self) -> Meant {
        match &self.message {
            Message::SubmitNeed(message) => meant_of(message.need.as_ref(), |_| true),
            Message::UpdateNeed(message) => {
                let mask = message.update_mask.as_ref();
                meant_of(message.need.as_ref(), |field| {
                    mask.is_some_and(|mask| mask.paths.iter().any(|path| path == field))
                })
            }
            Message::WithdrawNeed(_) => Meant { state: Some("withdrawn"), ..Meant::default() },
            Message::CloseNeed(_) => Meant { state: Some("closed"), ..Meant::default() },
            Message::CreateRound(_) => Meant { state: Some("pending"), ..Meant::default() },
            Message::CancelRound(_) => Meant { state: Some("cancelled"), ..Meant::default() },
            _ => Meant::default(),
        }
    }
}

/// What a need is to say of the fields that are set.
fn meant_of(need: Option<&v1::Need>, is_set: impl Fn(&str) -> bool) -> Meant {
    let Some(told) = need.map(NeedSeen::from) else { return Meant::default() };
    Meant {
        asked: is_set("items").then(|| told.asked()),
        useful: (is_set("deadline") || is_set("window")).then_some(told.useful),
        state: None,
    }
}

/// What a request says.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the request of the call it is named for")]
pub enum Message {
    SubmitNeed(v1::SubmitNeedRequest),
    UpdateNeed(v1::UpdateNeedRequest),
    WithdrawNeed(v1::WithdrawNeedRequest),
    CloseNeed(v1::CloseNeedRequest),
    Create(v1::CreateReferralRequest),
    AutoRefer(v1::AutoReferRequest),
    Claim(v1::ClaimWishRequest),
    Accept(v1::AcceptReferralRequest),
    Decline(v1::DeclineReferralRequest),
    Withdraw(v1::WithdrawReferralRequest),
    Start(v1::StartReferralRequest),
    Deliver(v1::DeliverReferralRequest),
    Confirm(v1::ConfirmReferralRequest),
    Dispute(v1::DisputeReferralRequest),
    Cancel(v1::CancelReferralRequest),
    Fail(v1::FailReferralRequest),
    SetCapacity(v1::SetCapacityRequest),
    CreateRound(v1::CreateRoundRequest),
    CancelRound(v1::CancelRoundRequest),
    GetReferral(v1::GetReferralRequest),
    GetPool(v1::GetCapacityPoolRequest),
    ListWishes(v1::ListWishesRequest),
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub enum Told {
    /// A referral and the log position.
    Referral(v1::Referral, i64),
    /// A pool and the log position; 0 for a read.
    Pool(v1::CapacityPool, i64),
    /// A need and the log position.
    Need(v1::Need, i64),
    /// A round and the log position.
    Round(v1::Round, i64),
    /// What partners may wish to give.
    Wishes(Vec<v1::WishItem>),
}

impl From<&Told> for Answer {
    fn from(told: &Told) -> Self {
        match told {
            Told::Referral(referral, position) => {
                Self { position: *position, seen: Seen::Referral(ReferralSeen::from(referral)) }
            }
            Told::Pool(pool, position) => Self { position: *position, seen: Seen::Pool(PoolSeen::from(pool)) },
            Told::Need(need, position) => Self { position: *position, seen: Seen::Need(NeedSeen::from(need)) },
            Told::Round(round, position) => Self { position: *position, seen: Seen::Round(RoundSeen::from(round)) },
            Told::Wishes(_) => Self { position: 0, seen: Seen::Nothing },
        }
    }
}

/// A request with its key and, where there is one, a deadline that the server knows too.
pub fn keyed<M>(caller: &str, message: M, deadline: Option<Duration>) -> Request<M> {
    let mut request = Request::new(message);
    if let Ok(value) = format!("Bearer {caller}").parse() {
        request.metadata_mut().insert("authorization", value);
    }
    if let Some(deadline) = deadline {
        request.set_timeout(deadline);
    }
    request
}

/// Sends a request, once.
///
/// # Errors
/// The status as it came, or as the client made it when nothing came in time.
pub async fn send(channel: &Channel, ask: &Ask) -> Result<Told, Status> {
    let sent = tokio::time::timeout(DEADLINE + DEADLINE_SLACK, send_and_wait(channel, ask)).await;
    sent.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer came in time")))
}

async fn send_and_wait(channel: &Channel, ask: &Ask) -> Result<Told, Status> {
    let mut referrals = ReferralServiceClient::new(channel.clone());
    let mut catalog = CatalogServiceClient::new(channel.clone());
    let mut needs = NeedServiceClient::new(channel.clone());
    let mut matching = MatchingServiceClient::new(channel.clone());
    macro_rules! need {
        ($method:ident, $message:expr) => {{
            let answer = needs.$method(keyed(&ask.caller, $message.clone(), Some(DEADLINE))).await?.into_inner();
            Told::Need(whole(answer.need)?, answer.log_position)
        }};
    }
    macro_rules! round {
        ($method:ident, $message:expr) => {{
            let answer = matching.$method(keyed(&ask.caller, $message.clone(), Some(DEADLINE))).await?.into_inner();
            Told::Round(whole(answer.round)?, answer.log_position)
        }};
    }
    macro_rules! referral {
        ($method:ident, $message:expr) => {{
            let answer = referrals.$method(keyed(&ask.caller, $message.clone(), Some(DEADLINE))).await?.into_inner();
            Told::Referral(whole(answer.referral)?, answer.log_position)
        }};
    }
    Ok(match &ask.message {
        Message::SubmitNeed(message) => need!(submit_need, message),
        Message::UpdateNeed(message) => need!(update_need, message),
        Message::WithdrawNeed(message) => need!(withdraw_need, message),
        Message::CloseNeed(message) => need!(close_need, message),
        Message::CreateRound(message) => round!(create_round, message),
        Message::CancelRound(message) => round!(cancel_round, message),
        Message::Create(message) => referral!(create_referral, message),
        Message::AutoRefer(message) => referral!(auto_refer, message),
        Message::Claim(message) => referral!(claim_wish, message),
        Message::Accept(message) => referral!(accept_referral, message),
        Message::Decline(message) => referral!(decline_referral, message),
        Message::Withdraw(message) => referral!(withdraw_referral, message),
        Message::Start(message) => referral!(start_referral, message),
        Message::Deliver(message) => referral!(deliver_referral, message),
        Message::Confirm(message) => referral!(confirm_referral, message),
        Message::Dispute(message) => referral!(dispute_referral, message),
        Message::Cancel(message) => referral!(cancel_referral, message),
        Message::Fail(message) => referral!(fail_referral, message),
        Message::SetCapacity(message) => {
            let answer = catalog.set_capacity(keyed(&ask.caller, message.clone(), Some(DEADLINE))).await?.into_inner();
            Told::Pool(whole(answer.capacity_pool)?, answer.log_position)
        }
        Message::GetReferral(message) => {
            let request = keyed(&ask.caller, message.clone(), Some(DEADLINE));
            Told::Referral(whole(referrals.get_referral(request).await?.into_inner().referral)?, 0)
        }
        Message::GetPool(message) => {
            let request = keyed(&ask.caller, message.clone(), Some(DEADLINE));
            Told::Pool(whole(catalog.get_capacity_pool(request).await?.into_inner().capacity_pool)?, 0)
        }
        Message::ListWishes(message) => {
            let request = keyed(&ask.caller, message.clone(), Some(DEADLINE));
            Told::Wishes(referrals.list_wishes(request).await?.into_inner().items)
        }
    })
}

fn whole<T>(part: Option<T>) -> Result<T, Status> {
    part.ok_or_else(|| Status::data_loss("an answer without its entity"))
}

/// What a status means for whoever asked.
#[must_use]
pub fn outcome(answer: &Result<Told, Status>) -> Outcome {
    let status = match answer {
        Ok(told) => return Outcome::Done(told.into()),
        Err(status) => status,
    };
    let details = status.get_error_details();
    let info = details.error_info();
    let reason = info.map(|info| info.reason.clone()).unwrap_or_default();
    let limit = info.and_then(|info| info.metadata.get("limit")).map_or("", String::as_str);
    let refusal = Refusal { code: format!("{:?}", status.code()), reason };
    let says_no = matches!(
        status.code(),
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::Unimplemented
    );
    // Of what is too much, an overload passes; who had enough of a day says so, and so does who has enough rounds, or claims: where servers
    // are killed every second no round ends, and no storm lasts a day.
    let of_a_day = limit == "rounds_unfinished_max" || limit.starts_with("claims_");
    let says_no = says_no || refusal.reason == "CONTACT_BUDGET_SPENT" || of_a_day;
    // What carries no reason was not said by Wishwell but by a connection that broke.
    if says_no && !refusal.reason.is_empty() { Outcome::Refused(refusal) } else { Outcome::Unknown(refusal) }
}
