//! The calls of `MatchingService` that are about rounds.

use wishwell_api::v1;
use wishwell_domain::ids::RoundId;
use wishwell_domain::{Error, Violations};
use wishwell_store::{RoundFilter, Written};

use super::call::required;
use super::convert::{round as convert, round_outcome, round_report};
use super::listing::{Listing, fitting};
use super::matching::position;
use super::meant::Meant as _;
use crate::cases::rounds::RoundAsked;
use crate::cases::{Caller, Platform, only, page_tokens, rounds_of};

/// Reads what is wanted of a new round.
pub(super) async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateRoundRequest,
) -> Result<RoundAsked, Error> {
    let mut violations = Violations::new();
    let asked = convert::asked("round", required("round", message.round)?, &mut violations);
    platform.check_round(caller, asked, violations).await
}

pub(super) async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateRoundRequest,
) -> Result<v1::CreateRoundResponse, Error> {
    let written = platform
        .once(&caller, async {
            let asked = read_new(platform, &caller, message).await?;
            platform.create_round(&caller, asked).await
        })
        .await?;
    let (round, log_position) = answer(written)?;
    Ok(v1::CreateRoundResponse { round: Some(round), log_position })
}

fn answer(written: Written) -> Result<(v1::Round, i64), Error> {
    let position = written.position.0;
    let round = only(rounds_of(written))?;
    Ok((convert::round_out(&round), position))
}

pub(super) async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetRoundRequest,
) -> Result<v1::GetRoundResponse, Error> {
    let id = RoundId::parse_name("name", &message.name)?;
    platform.snapshot(&caller, position(message.min_position)).await?;
    let round = platform.round(&caller, id).await?;
    Ok(v1::GetRoundResponse { round: Some(convert::round_out(&round)) })
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListRoundsRequest,
) -> Result<v1::ListRoundsResponse, Error> {
    let listing = Listing::of(platform, &caller, &message)?;
    let sent = message.filter.unwrap_or_default();
    platform.snapshot(&caller, position(message.min_position)).await?;
    let filter = RoundFilter { states: sent.states().filter_map(convert::state).collect(), unfinished_only: false };
    let found = platform.list_rounds(&caller, &filter, &listing.by_uuid()).await?;
    let (rounds, next_page_token) = listing.shown(&found, |round| round.id.as_uuid(), convert::round_out)?;
    Ok(v1::ListRoundsResponse { rounds, next_page_token })
}

pub(super) async fn cancel(
    platform: &Platform,
    caller: Caller,
    message: v1::CancelRoundRequest,
) -> Result<v1::CancelRoundResponse, Error> {
    let (id, etag) = message.meant()?;
    let written = super::call::retry_update!(etag, platform.cancel_round(&caller, id, etag))?;
    let (round, log_position) = answer(written)?;
    Ok(v1::CancelRoundResponse { round: Some(round), log_position })
}

pub(super) async fn outcomes(
    platform: &Platform,
    caller: Caller,
    message: v1::ListRoundOutcomesRequest,
) -> Result<v1::ListRoundOutcomesResponse, Error> {
    let id = RoundId::parse_name("round", &message.round)?;
    let listing = Listing::of(platform, &caller, &message)?;
    let after = match listing.cursor() {
        Some(bytes) => bytes.try_into().map(u32::from_be_bytes).map_err(|_| page_tokens::refused())?,
        None => 0,
    };
    platform.snapshot(&caller, position(message.min_position)).await?;
    let states: Vec<_> = message.states().filter_map(convert::outcome_state).collect();
    let found = platform.round_outcomes(&caller, id, &states, after, listing.size()).await?;
    // A full page may be the last: then the next one is empty.
    let next = found.last().filter(|_| found.len() == listing.size()).map(|last| last.ordinal);
    let (outcomes, cut_after) =
        fitting(found.iter().map(|outcome| (outcome.ordinal, [round_outcome::outcome_out(outcome)])));
    Ok(v1::ListRoundOutcomesResponse {
        outcomes,
        next_page_token: listing.next_token(cut_after.or(next).map(u32::to_be_bytes))?,
    })
}

pub(super) async fn report(
    platform: &Platform,
    caller: Caller,
    message: v1::GetRoundReportRequest,
) -> Result<v1::GetRoundReportResponse, Error> {
    let id = RoundId::parse_name("round", &message.round)?;
    platform.snapshot(&caller, position(message.min_position)).await?;
    let report = platform.round_report(&caller, id).await?;
    Ok(v1::GetRoundReportResponse { report: Some(round_report::report_out(&report)) })
}
