//! What there is to know about a need.

use std::time::Duration;

use futures::future::try_join_all;
use tonic::Code;
use wishwell_api::v1;
use wishwell_api::v1::{EventKind, NeedState, ReferralState};

use super::timeline::{Moment, timeline};
use crate::pages::desk::names::Names;
use crate::pages::desk::needs::list::submits;
use crate::pages::failure::Failure;
use crate::pages::visit::SignedIn;
use crate::pages::words::figures;
use crate::pages::words::refusal::{Reader, refused};

/// Referrals of a need that are shown.
const REFERRALS_MAX: i32 = 1_000;
/// Events of a need that are told.
const EVENTS_MAX: usize = 2_000;
/// How long a page waits for the log.
const LOG_PATIENCE: Duration = Duration::from_secs(3);
/// Candidates of an item that are shown.
pub(super) const CANDIDATES_SHOWN: usize = 5;
/// Near misses of an item that are shown.
const NEAR_MISSES_SHOWN: i32 = 3;

/// A need with its story.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) need: v1::Need,
    pub(super) referrals: Vec<v1::Referral>,
    pub(super) moments: Vec<Moment>,
    /// Whether the log was read up to now.
    pub(super) complete: bool,
    /// Who could serve what is lacking, or why nobody is looked for; none where nothing is to be offered any more.
    pub(super) found: Option<Result<v1::FindResourcesResponse, String>>,
    pub(super) names: Names,
}

impl Gathered {
    /// Asks for all of it. Personal data only where it was asked for: asking is recorded.
    pub(super) async fn of(user: &SignedIn, id: &str, personal: bool) -> Result<Self, Failure> {
        let calls = &user.calls;
        let request = v1::GetNeedRequest { name: format!("needs/{id}"), min_position: 0, include_personal: personal };
        let need = calls.needs().get_need(request).await?.into_inner().need.unwrap_or_default();
        let filter = v1::ReferralFilter { need: need.name.clone(), ..v1::ReferralFilter::default() };
        let request = v1::ListReferralsRequest {
            filter: Some(filter),
            page_size: REFERRALS_MAX,
            ..v1::ListReferralsRequest::default()
        };
        let referrals = calls.referrals().list_referrals(request).await?.into_inner().referrals;
        let (events, complete) = events(user, &need.name).await?;
        let moments = timeline(&need, &events);
        let open = matches!(need.state(), NeedState::Open | NeedState::PartlyServed);
        let found = if open && submits(user) { Some(find(user, &need.name).await?) } else { None };
        let mut names = Names::default();
        names.ask_for_needs(calls, std::slice::from_ref(&need)).await?;
        let told = events.iter().filter_map(|event| event.referral.as_ref()).chain(&referrals);
        names.ask_resources(calls, told.map(|referral| referral.resource.as_str())).await?;
        Ok(Self { need, referrals, moments, complete, found, names })
    }

    /// The last referral of an item to a resource, if it was offered there.
    pub(super) fn asked(&self, item: &v1::NeedItem, resource: &str) -> Option<&v1::Referral> {
        let to = |referral: &&v1::Referral| referral.item_ordinal == item.ordinal && referral.resource == resource;
        self.referrals.iter().filter(to).max_by_key(|referral| figures::instant(referral.create_time.as_ref()))
    }

    /// What of an item a provider says has arrived, and whoever speaks for the beneficiary disputes.
    pub(super) fn disputed(&self, item: &v1::NeedItem) -> i64 {
        self.units_in(item, ReferralState::Disputed)
    }

    /// What of an item is offered, and neither promised nor declined yet.
    pub(super) fn offered(&self, item: &v1::NeedItem) -> i64 {
        self.units_in(item, ReferralState::Offered)
    }

    fn units_in(&self, item: &v1::NeedItem, state: ReferralState) -> i64 {
        let of_item = self.referrals.iter().filter(|referral| referral.item_ordinal == item.ordinal);
        of_item.filter(|referral| referral.state() == state).map(|referral| referral.units).sum()
    }

    /// What of an item is neither referred nor served, over all occurrences.
    pub(super) fn lacking(item: &v1::NeedItem) -> i64 {
        let occurrences = item.recurrence.map_or(1, |again| i64::from(again.occurrences));
        let asked = item.quantity.as_ref().map_or(0, |quantity| quantity.value) * occurrences;
        (asked - item.referred_units - item.served_units).max(0)
    }
}

/// Needs that are likely the same.
#[derive(Debug, Default)]
pub(super) struct Likely {
    pub(super) needs: Vec<v1::Need>,
    pub(super) names: Names,
}

impl Likely {
    /// Those with these ids, as far as they are there for who asks.
    pub(super) async fn of(user: &SignedIn, ids: &[&str]) -> Result<Self, Failure> {
        let names: Vec<String> = ids.iter().map(|id| format!("needs/{id}")).collect();
        let asked = names.into_iter().map(async |name| {
            let request = v1::GetNeedRequest { name, ..v1::GetNeedRequest::default() };
            match user.calls.needs().get_need(request).await {
                Ok(answer) => Ok(answer.into_inner().need),
                Err(status)
                    if matches!(status.code(), Code::NotFound | Code::PermissionDenied | Code::InvalidArgument) =>
                {
                    Ok(None)
                }
                Err(status) => Err(status),
            }
        });
        let needs = try_join_all(asked).await?.into_iter().flatten().collect();
        let mut likely = Self { needs, names: Names::default() };
        likely.names.ask_for_needs(&user.calls, &likely.needs).await?;
        Ok(likely)
    }
}

/// Who could serve a need; of somebody who may not be matched, why nobody is looked for.
async fn find(user: &SignedIn, need: &str) -> Result<Result<v1::FindResourcesResponse, String>, Failure> {
    let request = v1::FindResourcesRequest {
        need: need.to_owned(),
        top_k: i32::try_from(CANDIDATES_SHOWN).ok(),
        near_miss_limit: Some(NEAR_MISSES_SHOWN),
        ..v1::FindResourcesRequest::default()
    };
    match user.calls.matching().find_resources(request).await {
        Ok(found) => Ok(Ok(found.into_inner())),
        Err(status) if status.code() == Code::FailedPrecondition => {
            refused(user.visit.language, Reader::Staff, &status).map(Err).ok_or_else(|| status.into())
        }
        Err(status) => Err(status.into()),
    }
}

/// Everything in the log about a need up to now, and whether that is all.
async fn events(user: &SignedIn, need: &str) -> Result<(Vec<v1::Event>, bool), Failure> {
    let filter = v1::EventFilter {
        kinds: vec![EventKind::Need.into(), EventKind::Referral.into()],
        need: need.to_owned(),
        ..v1::EventFilter::default()
    };
    let request = v1::WatchEventsRequest { filter: Some(filter), until_now: true, ..Default::default() };
    let mut batches = user.calls.referrals().watch_events(request).await?.into_inner();
    let mut events = Vec::new();
    let end = tokio::time::Instant::now() + LOG_PATIENCE;
    loop {
        match tokio::time::timeout_at(end, batches.message()).await {
            Ok(Ok(Some(batch))) => events.extend(batch.events),
            Ok(Ok(None)) => return Ok((events, true)),
            // What has come is shown.
            Ok(Err(status)) if status.code() == Code::DeadlineExceeded && !events.is_empty() => {
                return Ok((events, false));
            }
            Ok(Err(status)) => return Err(status.into()),
            Err(_) => return Ok((events, false)),
        }
        if events.len() >= EVENTS_MAX {
            events.truncate(EVENTS_MAX);
            return Ok((events, false));
        }
    }
}
