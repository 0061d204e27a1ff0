//! `MatchingService`: the way of a question through the snapshot.

use std::cell::RefCell;
use std::sync::Arc;

use jiff::Timestamp;
use prost::Message;
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument;

use wishwell_api::answer::{AnswerWriter, Basis};
use wishwell_api::v1::matching_service_server::MatchingService;
use wishwell_api::{Encoded, v1};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{LogPosition, NeedId, ResourceId};
use wishwell_domain::limits::{ANSWER_BYTES_MAX, NEAR_MISSES_DEFAULT, TOP_K_DEFAULT, WISH_PLACE_DIGITS_MAX};
use wishwell_domain::need::{Need, NeedItem};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_engine::{EligibilityState, NeedMatch, NeedRank, Query, Scratch, Snapshot, Wanted};

use super::call::{self, Call, required};
use super::convert::need::ReadNeed;
use super::convert::{candidate, common, need as convert, resource};
use super::listing::{self, Listing, fitting};
use super::needs::people;
use super::status::to_status;
use super::{meant, planning, rounds};
use crate::cases::find::query_error;
use crate::cases::find_needs::NeedCursor;
use crate::cases::needs::Whom;
use crate::cases::places::coarse_division;
use crate::cases::{Caller, Platform, page_tokens};

/// The method that is asked most.
pub(crate) const FIND_RESOURCES: &str = "wishwell.v1.MatchingService/FindResources";

/// Most bytes of what an answer ends with, after its items.
const ANSWER_END_BYTES_MAX: usize = 1024;

/// What to ask instead of what comes to too long an answer.
const INSTEAD_OF_ALL: &str =
    "ask for one item (item_ordinal), or for fewer candidates and near misses (top_k, near_miss_limit)";

/// Room for the usual answer: ten candidates and five near misses.
const ANSWER_BYTES_USUAL: usize = 6 * 1024;

thread_local! {
    /// Memory of the engine and of what writes its answers, one for each worker thread: no question awaits while it uses it.
    static SCRATCH: RefCell<(Scratch, candidate::Room)> = RefCell::default();
}

/// Handlers of `MatchingService`.
#[derive(Debug, Clone)]
pub(crate) struct MatchingHandlers {
    platform: Arc<Platform>,
}

impl MatchingHandlers {
    pub(crate) const fn new(platform: Arc<Platform>) -> Self {
        Self { platform }
    }
}

#[tonic::async_trait]
impl MatchingService for MatchingHandlers {
    async fn find_resources(
        &self,
        request: Request<v1::FindResourcesRequest>,
    ) -> Result<Response<Encoded<v1::FindResourcesResponse>>, Status> {
        let method = FIND_RESOURCES;
        let call = match call::read(method, request) {
            // Nothing of this is in the way of a sound one.
            broken @ Call::Broken(..) => {
                let read = async |caller: Caller, message: v1::FindResourcesRequest| {
                    let snapshot = self.platform.snapshot(&caller, position(message.min_position)).await?;
                    read(&self.platform, &caller, message, &snapshot).await
                };
                Box::pin(broken.besides(read)).await
            }
            call => call,
        };
        let (caller, message) = call.sound().map_err(to_status)?;
        let answer = find_resources(&self.platform, &caller, message).instrument(call::use_case_span(method)).await;
        let answer = answer.map_err(to_status)?;
        Ok(Response::new(answer))
    }

    async fn find_needs(
        &self,
        request: Request<v1::FindNeedsRequest>,
    ) -> Result<Response<v1::FindNeedsResponse>, Status> {
        let method = "wishwell.v1.MatchingService/FindNeeds";
        let call = call::read(method, request);
        let read = async |caller: Caller, message| AskedNeeds::read(&self.platform, &caller, &message);
        call.besides(read).await.handle(|caller, message| find_needs(&self.platform, caller, message)).await
    }

    async fn plan_allocation(
        &self,
        request: Request<Streaming<v1::PlanAllocationRequest>>,
    ) -> Result<Response<v1::PlanAllocationResponse>, Status> {
        let method = "wishwell.v1.MatchingService/PlanAllocation";
        let answer = planning::plan(&self.platform, method, request).instrument(call::use_case_span(method)).await;
        answer.map(Response::new).map_err(to_status)
    }

    async fn create_round(
        &self,
        request: Request<v1::CreateRoundRequest>,
    ) -> Result<Response<v1::CreateRoundResponse>, Status> {
        let method = "wishwell.v1.MatchingService/CreateRound";
        let call = call::write(method, request);
        let call = call.besides(async |caller, message| rounds::read_new(&self.platform, &caller, message).await).await;
        call.handle(|caller, message| rounds::create(&self.platform, caller, message)).await
    }

    async fn get_round(&self, request: Request<v1::GetRoundRequest>) -> Result<Response<v1::GetRoundResponse>, Status> {
        let method = "wishwell.v1.MatchingService/GetRound";
        call::read(method, request).handle(|caller, message| rounds::get(&self.platform, caller, message)).await
    }

    async fn list_rounds(
        &self,
        request: Request<v1::ListRoundsRequest>,
    ) -> Result<Response<v1::ListRoundsResponse>, Status> {
        let method = "wishwell.v1.MatchingService/ListRounds";
        let call = call::read(method, request);
        let call = call.besides(async |caller, message| listing::read(&self.platform, &caller, message).await).await;
        call.handle(|caller, message| rounds::list(&self.platform, caller, message)).await
    }

    async fn cancel_round(
        &self,
        request: Request<v1::CancelRoundRequest>,
    ) -> Result<Response<v1::CancelRoundResponse>, Status> {
        let method = "wishwell.v1.MatchingService/CancelRound";
        let call = call::write(method, request);
        let call = call.besides(async |caller, message| meant::read(&self.platform, &caller, message).await).await;
        call.handle(|caller, message| rounds::cancel(&self.platform, caller, message)).await
    }

    async fn list_round_outcomes(
        &self,
        request: Request<v1::ListRoundOutcomesRequest>,
    ) -> Result<Response<v1::ListRoundOutcomesResponse>, Status> {
        let method = "wishwell.v1.MatchingService/ListRoundOutcomes";
        let call = call::read(method, request);
        let call = call.besides(async |caller, message| listing::read(&self.platform, &caller, message).await).await;
        call.handle(|caller, message| rounds::outcomes(&self.platform, caller, message)).await
    }

    async fn get_round_report(
        &self,
        request: Request<v1::GetRoundReportRequest>,
    ) -> Result<Response<v1::GetRoundReportResponse>, Status> {
        let method = "wishwell.v1.MatchingService/GetRoundReport";
        call::read(method, request).handle(|caller, message| rounds::report(&self.platform, caller, message)).await
    }
}

/// A log position to wait for; 0 asks for none.
pub(crate) fn position(min_position: i64) -> Option<LogPosition> {
    (min_position > 0).then_some(LogPosition(min_position))
}

async fn find_resources(
    platform: &Platform,
    caller: &Caller,
    message: v1::FindResourcesRequest,
) -> Result<Encoded<v1::FindResourcesResponse>, Error> {
    let snapshot = platform.snapshot(caller, position(message.min_position)).await?;
    let item_ordinal = message.item_ordinal;
    let wanted = Wanted {
        top_k: wanted(message.top_k, TOP_K_DEFAULT),
        near_misses: wanted(message.near_miss_limit, NEAR_MISSES_DEFAULT),
        quantity: None,
    };
    let (now, about) = read(platform, caller, message, &snapshot).await?;
    let (need, facts) = match about {
        About::Inline(inline) => {
            let (read, whom) = *inline;
            platform.inline_need(caller, (read.need, read.personal.facts), whom).await?
        }
        About::Stored(id) => Box::pin(platform.need_with_facts(caller, id, &snapshot)).await?,
    };
    ask(platform, &snapshot, &need, &facts, item_ordinal, now, wanted)
}

/// What was asked, within what validation allows.
fn wanted(asked: Option<i32>, default: usize) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(default)
}

/// What a question is about.
enum About {
    /// A need that is stored, or not: the name was well-formed.
    Stored(NeedId),
    /// One that came with the question, and whom it names.
    Inline(Box<(ReadNeed, Whom)>),
}

/// Reads when a question is asked and what it is about: all that is wrong with either comes at once.
async fn read(
    platform: &Platform,
    caller: &Caller,
    message: v1::FindResourcesRequest,
    snapshot: &Snapshot,
) -> Result<(Timestamp, About), Error> {
    let mut violations = Violations::new();
    let now = common::timestamp("evaluation_time", message.evaluation_time, &mut violations)
        .unwrap_or_else(|| platform.clock.now());
    let Some(inline) = message.inline_need else {
        let id = violations.take(NeedId::parse_name("need", &message.need));
        violations.into_result()?;
        return Ok((now, About::Stored(required("need", id)?)));
    };
    let reading = read_inline(platform, caller, inline, message.item_ordinal, now, snapshot, violations);
    Ok((now, About::Inline(Box::new(Box::pin(reading).await?))))
}

/// A need that is not stored, and whom it names.
async fn read_inline(
    platform: &Platform,
    caller: &Caller,
    mut inline: v1::Need,
    item_ordinal: i32,
    now: Timestamp,
    snapshot: &Snapshot,
    mut violations: Violations,
) -> Result<(ReadNeed, Whom), Error> {
    let field = "inline_need";
    let sent_items = inline.items.len();
    let (beneficiary, household) = (inline.beneficiary_external.take(), inline.household_external.take());
    let by_name = !inline.beneficiary.is_empty() || !inline.household.is_empty();
    if (by_name || beneficiary.is_some() || household.is_some()) && !caller.sees_personal() {
        // What a rule makes of somebody's facts tells of them: it is asked by those alone who may submit the need.
        return Err(caller.denied_so("with a beneficiary or household"));
    }
    people::beneficiary(platform, caller, field, beneficiary, &mut inline.beneficiary, &mut violations).await?;
    people::household(platform, caller, field, household, &mut inline.household, &mut violations).await?;
    let read = convert::need(field, NeedId::from_uuid(uuid::Uuid::nil()), inline, now, &mut violations);
    read.need.check(field, &mut violations);
    let known = usize::try_from(item_ordinal).is_ok_and(|ordinal| ordinal <= sent_items);
    violations.require(known, || unknown_item(sent_items, item_ordinal));
    let whom = platform.whom(caller, field, &read.need, None, snapshot, violations).await?;
    Ok((read, whom))
}

fn unknown_item(items: usize, item_ordinal: i32) -> Violation {
    let message = format!("the need has {items} items");
    Violation::new("item_ordinal", "item.unknown", message).with_value(item_ordinal)
}

/// Asks the engine for each item and writes the answer. Never awaits, so the scratch memory of the thread is free to use.
#[tracing::instrument(name = "engine.find", skip_all, fields(wishwell.need.items = need.items.len()))]
fn ask(
    platform: &Platform,
    snapshot: &Snapshot,
    need: &Need,
    facts: &Facts,
    item_ordinal: i32,
    now: Timestamp,
    wanted: Wanted,
) -> Result<Encoded<v1::FindResourcesResponse>, Error> {
    let mut answers = AnswerWriter::with_capacity(ANSWER_BYTES_USUAL);
    let scoring = platform.scoring(snapshot, now);
    let mut answered = 0;
    let asked = need.items.iter().filter(|item| item_ordinal == 0 || i32::from(item.ordinal) == item_ordinal);
    SCRATCH.with_borrow_mut(|(scratch, room)| {
        for item in asked {
            let question = Query::of_item(need, item, facts, now, wanted);
            let asked = candidate::Asked {
                ordinal: item.ordinal,
                unit: item.unit,
                window_start: question.window.start,
                outstanding: outstanding(need, item, now),
            };
            let answer = snapshot
                .find(&question, scoring.rules, scratch)
                .map_err(|error| query_error(&format!("inline_need.items[{}]", item.ordinal - 1), error))?;
            candidate::write_item(&mut answers, snapshot, asked, answer, room);
            call::within_answer(answers.bytes() + ANSWER_END_BYTES_MAX, ANSWER_BYTES_MAX, INSTEAD_OF_ALL)?;
            answered += 1;
        }
        Ok::<_, Error>(())
    })?;
    if answered == 0 {
        return Err(unknown_item(need.items.len(), item_ordinal).into());
    }
    let weights = candidate::weights_out(scoring.rules);
    let prices = scoring.prices.map(|round| round.name()).unwrap_or_default();
    let basis = Basis {
        log_position: snapshot.position().0,
        evaluation_time: common::timestamp_out(now),
        engine_version: &scoring.version(),
        prices: &prices,
    };
    Ok(answers.finish(&weights, &basis))
}

/// Units of an item that can still be referred.
fn outstanding(need: &Need, item: &NeedItem, now: Timestamp) -> i64 {
    let (start, _) = need.window(now);
    let next = item.as_asked().outstanding(start, need.recurs_until(now), None);
    if need.state.is_open() && !next.is_covered { item.left().max(0) } else { 0 }
}

/// Which needs are asked for.
struct AskedNeeds {
    /// Those that this resource could serve.
    resource: ResourceId,
    /// When they are asked for, and on later pages when the first one was; none for now.
    at: Option<Timestamp>,
    listing: Listing,
    /// What the page begins after; none for the first one.
    after: Option<NeedRank>,
}

impl AskedNeeds {
    fn read(platform: &Platform, caller: &Caller, message: &v1::FindNeedsRequest) -> Result<Self, Error> {
        let mut violations = Violations::new();
        let resource = violations.take(ResourceId::parse_name("resource", &message.resource));
        let evaluation_time = common::timestamp("evaluation_time", message.evaluation_time, &mut violations);
        let listing = violations.take(Listing::of(platform, caller, message));
        violations.into_result()?;
        let (resource, listing) = (required("resource", resource)?, required("page_token", listing)?);
        let cursor = match listing.cursor() {
            Some(bytes) => Some(NeedCursor::from_bytes(bytes).ok_or_else(page_tokens::refused)?),
            None => None,
        };
        let at = cursor.map(|cursor| cursor.now).or(evaluation_time);
        Ok(Self { resource, at, listing, after: cursor.map(|cursor| cursor.after) })
    }
}

async fn find_needs(
    platform: &Platform,
    caller: Caller,
    message: v1::FindNeedsRequest,
) -> Result<v1::FindNeedsResponse, Error> {
    let AskedNeeds { resource, at, listing, after } = AskedNeeds::read(platform, &caller, &message)?;
    let snapshot = platform.snapshot(&caller, position(message.min_position)).await?;
    let now = at.unwrap_or_else(|| platform.clock.now());
    let page = platform.find_needs(&caller, &snapshot, resource, now, after, listing.size()).await?;
    let show = |(need, found): &(Need, NeedMatch)| match_out(platform, &caller, &snapshot, need, found);
    let (matches, next) = cut(page.matches.iter().map(|shown| (shown.1.rank, show(shown))), now, page.next);
    Ok(v1::FindNeedsResponse {
        matches,
        next_page_token: listing.next_token(next.map(NeedCursor::to_bytes))?,
        log_position: snapshot.position().0,
    })
}

/// As much of a page, each of its places with what is shown there, as an answer has room for, and where the next page starts: there, or at
/// the page's own `next`.
fn cut<M: Message>(
    page: impl Iterator<Item = (NeedRank, Option<M>)>,
    now: Timestamp,
    next: Option<NeedCursor>,
) -> (Vec<M>, Option<NeedCursor>) {
    let (shown, cut_after) = fitting(page);
    (shown, cut_after.map(|after| NeedCursor { now, after }).or(next))
}

fn match_out(
    platform: &Platform,
    caller: &Caller,
    snapshot: &Snapshot,
    need: &Need,
    found: &NeedMatch,
) -> Option<v1::NeedMatch> {
    let item = need.items.iter().find(|item| item.ordinal == found.rank.item_ordinal)?;
    let wish = need.wish.as_ref();
    let division = if caller.is_partner() {
        wish.and_then(|wish| wish.place.clone())
    } else {
        need.division.as_ref().and_then(|code| coarse_division(code, WISH_PLACE_DIGITS_MAX, snapshot))
    };
    let mut shown = v1::NeedMatch {
        title: wish.map(|wish| wish.title.clone()).unwrap_or_default(),
        category: item.category.to_string(),
        quantity: Some(v1::Quantity { value: item.quantity, unit: item.unit.code().to_owned() }),
        recurrence: item.recurrence.map(convert::recurrence_out),
        urgency: convert::urgency_out(found.rank.effective_urgency).into(),
        distance_band: found.distance_metres.map_or(v1::DistanceBand::Unspecified, distance_band).into(),
        division: common::code_out(division.as_ref()),
        published_week: wish.map(|wish| wish.week().to_string()).unwrap_or_default(),
        served_quantity: found.serves,
        served_occurrences: i32::try_from(found.occurrences).unwrap_or(i32::MAX),
        modes: found.modes.iter().map(|mode| resource::mode_out(mode).into()).collect(),
        item_ordinal: found.rank.item_ordinal.into(),
        wish: platform.wish_name(caller, need).unwrap_or_default(),
        ..v1::NeedMatch::default()
    };
    if !caller.is_partner() {
        shown.need = need.id.name();
        shown.distance_metres = found.distance_metres.and_then(|metres| i32::try_from(metres).ok());
        shown.eligibility = match found.eligibility {
            EligibilityState::Anyone | EligibilityState::Eligible => v1::EligibilityVerdict::Eligible,
            EligibilityState::Unknown { .. } => v1::EligibilityVerdict::Unknown,
        }
        .into();
    }
    Some(shown)
}

const fn distance_band(metres: u32) -> v1::DistanceBand {
    match metres {
        0..2_000 => v1::DistanceBand::Under2Km,
        2_000..5_000 => v1::DistanceBand::From2To5Km,
        5_000..10_000 => v1::DistanceBand::From5To10Km,
        10_000..25_000 => v1::DistanceBand::From10To25Km,
        25_000..100_000 => v1::DistanceBand::From25To100Km,
        _ => v1::DistanceBand::Over100Km,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wishwell_domain::limits::PAGE_BYTES_MAX;
    use wishwell_domain::need::Urgency;

    use super::*;

    fn rank(item_ordinal: u16) -> NeedRank {
        NeedRank {
            effective_urgency: Urgency::Normal,
            distance_metres: 0,
            waiting_since: Timestamp::UNIX_EPOCH,
            lot: Uuid::nil(),
            need: NeedId::from_uuid(Uuid::nil()),
            item_ordinal,
        }
    }

    #[test]
    fn a_page_of_needs_ends_before_it_is_too_long_and_the_next_one_begins_there() {
        let now = Timestamp::UNIX_EPOCH;
        let of_bytes = |bytes| v1::NeedMatch { title: "x".repeat(bytes), ..v1::NeedMatch::default() };
        let third = PAGE_BYTES_MAX / 3;
        let end = NeedCursor { now, after: rank(9) };
        let page = |count: u16| (1..=count).map(|at| (rank(at), (at != 2).then(|| of_bytes(third - 10))));
        let (shown, next) = cut(page(4), now, Some(end));
        assert_eq!((shown.len(), next), (3, Some(end)), "what is not shown takes no room");
        let (shown, next) = cut(page(6), now, Some(end));
        assert_eq!((shown.len(), next), (3, Some(NeedCursor { now, after: rank(4) })));
        let (shown, next) = cut(page(6), now, None);
        assert_eq!((shown.len(), next), (3, Some(NeedCursor { now, after: rank(4) })), "there is a next one now");
    }
}
