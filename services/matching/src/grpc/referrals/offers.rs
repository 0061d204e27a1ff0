//! Offers: to a chosen resource, several at once, or to the best.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use prost::Message as _;
use tonic::Code;
use uuid::Uuid;

use wishwell_api::v1;
use wishwell_domain::ids::NeedId;
use wishwell_domain::limits::PAGE_BYTES_MAX;
use wishwell_domain::{Error, Violations};
use wishwell_store::RequestKey;

use super::{answer, division_shown, show_written};
use crate::cases::referrals::{OfferAsked, derived_uuid, referrals_of};
use crate::cases::{Caller, Platform, unknown_form};
use crate::grpc::call::required;
use crate::grpc::convert::referral as convert;
use crate::grpc::status::to_status;

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateReferralRequest,
) -> Result<v1::CreateReferralResponse, Error> {
    let sent = required("offer", message.offer)?;
    let asked = read_all(vec![sent], |_| "offer".to_owned())?;
    let written = platform.create_referrals(&caller, |_| "offer".to_owned(), asked).await?;
    let (referral, log_position) = answer(platform, &caller, &written).await?;
    Ok(v1::CreateReferralResponse { referral: Some(referral), log_position })
}

pub(super) async fn batch_create(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchCreateReferralsRequest,
) -> Result<v1::BatchCreateReferralsResponse, Error> {
    let asked = read_all(message.offers, place)?;
    let written = platform.create_referrals(&caller, place, asked).await?;
    let snapshot = platform.snapshot(&caller, None).await?;
    let mut referrals: Vec<v1::Referral> = referrals_of(&written)
        .map(|referral| show_written(&caller, referral, division_shown(&caller, &snapshot, referral)))
        .collect();
    shorten(referrals.iter_mut());
    Ok(v1::BatchCreateReferralsResponse { referrals, log_position: written.position.0 })
}

pub(super) async fn batch_try_create(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchTryCreateReferralsRequest,
) -> Result<v1::BatchTryCreateReferralsResponse, Error> {
    let asked = read_all(message.offers, place)?;
    // Under the same id, other offers are not tried at all.
    platform.claim_request(&caller).await?;
    let mut results = Vec::with_capacity(asked.len());
    let mut log_position = 0;
    for (index, offer) in asked.into_iter().enumerate() {
        // Each for itself, and each repeatable for itself.
        let caller = Caller { request: caller.request.clone().map(|key| part_of(key, index)), ..caller.clone() };
        let (tried, position) = try_one(platform, &caller, place(index), offer).await?;
        log_position = log_position.max(position);
        results.push(tried);
    }
    shorten(results.iter_mut().filter_map(|tried| tried.referral.as_mut()));
    Ok(v1::BatchTryCreateReferralsResponse { results, log_position })
}

/// Leaves out of referrals what they hold, once as much is told as a page has room for: who made a hundred of them cannot ask for the rest.
fn shorten<'r>(referrals: impl Iterator<Item = &'r mut v1::Referral>) {
    let mut told = 0;
    for referral in referrals {
        if told + referral.encoded_len() > PAGE_BYTES_MAX {
            referral.lines.clear();
            referral.occurrence_periods.clear();
        }
        told += referral.encoded_len();
    }
}

/// What becomes of one offer, and the position of the log that it reached. What is refused stays refused, as what is made stays made:
/// of two calls with one id that come at once, one may find room and the other none.
async fn try_one(
    platform: &Platform,
    caller: &Caller,
    field: String,
    offer: OfferAsked,
) -> Result<(v1::TriedReferral, i64), Error> {
    let written = match platform.create_referrals(caller, |_| field.clone(), vec![offer]).await {
        Ok(written) => written,
        Err(error) => {
            let refusal = status_out(error);
            if caller.request.is_none() || !is_for_good(&refusal) {
                return Ok((v1::TriedReferral { referral: None, status: Some(refusal) }, 0));
            }
            platform.answer_once(caller, BASE64_STANDARD.encode(refusal.encode_to_vec()).into()).await?
        }
    };
    if referrals_of(&written).next().is_some() {
        let (referral, position) = answer(platform, caller, &written).await?;
        return Ok((v1::TriedReferral { referral: Some(referral), status: None }, position));
    }
    let refusal = refusal_kept(written.kept.as_ref())?;
    Ok((v1::TriedReferral { referral: None, status: Some(refusal) }, 0))
}

pub(super) async fn auto_refer(
    platform: &Platform,
    caller: Caller,
    message: v1::AutoReferRequest,
) -> Result<v1::AutoReferResponse, Error> {
    let mut violations = Violations::new();
    let need = violations.take(NeedId::parse_name("need", &message.need));
    let item = convert::item_ordinal("item_ordinal", message.item_ordinal, &mut violations);
    violations.into_result()?;
    let (need, item) = (required("need", need)?, required("item_ordinal", item)?);
    let written = platform.auto_refer(&caller, need, item, None).await?;
    let (referral, log_position) = answer(platform, &caller, &written).await?;
    Ok(v1::AutoReferResponse { referral: Some(referral), log_position })
}

fn place(index: usize) -> String {
    format!("offers[{index}]")
}

fn read_all(sent: Vec<v1::ReferralOffer>, field: impl Fn(usize) -> String) -> Result<Vec<OfferAsked>, Error> {
    let mut violations = Violations::new();
    let read: Vec<Option<OfferAsked>> = sent
        .into_iter()
        .enumerate()
        .map(|(index, offer)| convert::offer(&field(index), offer, &mut violations))
        .collect();
    violations.into_result()?;
    Ok(read.into_iter().flatten().collect())
}

/// The request key of one entry of a batch.
fn part_of(key: RequestKey, index: usize) -> RequestKey {
    let request_id: Uuid = derived_uuid(key.request_id, &(index as u64).to_be_bytes());
    RequestKey { request_id, ..key }
}

/// A refusal as an entry of a batch carries it.
fn status_out(error: Error) -> tonic_types::pb::Status {
    let status = to_status(error);
    // The details of a status are an encoded `google.rpc.Status`; one that cannot be read has code and message all the same.
    let bare = tonic_types::pb::Status {
        code: status.code() as i32,
        message: status.message().to_owned(),
        details: Vec::new(),
    };
    tonic_types::pb::Status::decode(status.details()).unwrap_or(bare)
}

/// Whether a refusal is about what was asked for, and not about trouble that the service has.
fn is_for_good(refusal: &tonic_types::pb::Status) -> bool {
    matches!(
        Code::from_i32(refusal.code),
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::OutOfRange
    )
}

/// A refusal as it is kept with a request.
fn refusal_kept(kept: Option<&serde_json::Value>) -> Result<tonic_types::pb::Status, Error> {
    let bytes = kept.and_then(serde_json::Value::as_str).and_then(|text| BASE64_STANDARD.decode(text).ok());
    let refusal = bytes.and_then(|bytes| tonic_types::pb::Status::decode(bytes.as_slice()).ok());
    refusal.ok_or_else(unknown_form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_tells_what_its_referrals_hold_as_long_as_there_is_room() {
        let line = || v1::HoldLine { capacity_pool: "x".repeat(PAGE_BYTES_MAX / 4), ..v1::HoldLine::default() };
        let referral = |lines: usize| v1::Referral {
            name: "referrals/one".to_owned(),
            lines: std::iter::repeat_with(line).take(lines).collect(),
            occurrence_periods: vec!["2026-11-30".to_owned()],
            ..v1::Referral::default()
        };
        let mut referrals: Vec<v1::Referral> = [1, 2, 1, 0, 4].map(referral).into();
        shorten(referrals.iter_mut());
        let told: Vec<_> = referrals.iter().map(|told| (told.lines.len(), told.occurrence_periods.len())).collect();
        assert_eq!(told, [(1, 1), (2, 1), (0, 0), (0, 1), (0, 0)]);
        assert!(referrals.iter().all(|told| told.name == "referrals/one"));
        assert!(referrals.iter().map(prost::Message::encoded_len).sum::<usize>() <= PAGE_BYTES_MAX);
    }
}
