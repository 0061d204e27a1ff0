//! What a client does next: mostly what makes sense, sometimes what does not.

use uuid::Uuid;
use wishwell_api::v1;

use crate::ask::{Ask, Message};
use crate::board::Board;
use crate::history::Kind;
use crate::random::Random;
use crate::world::{self, BUSY_ORGANIZATIONS, HOTLINE, OPERATOR, PLANNER, PLANNERS, World};

/// Needs that a round is about at most, where it is not about all there are.
const NEEDS_PER_ROUND_MAX: usize = 12;

/// The next request at an instant of the database's clock, in seconds since 1970; none when what it would be about is not there yet.
#[must_use]
pub fn next(random: &mut Random, world: &World, board: &Board, now: i64) -> Option<Ask> {
    let id = random.uuid();
    match random.below(100) {
        0..12 => Some(submit(random, id)),
        12..24 => create(random, world, board, id),
        24..37 => auto_refer(random, board, id),
        37..40 => Some(list_wishes(random, world, id)),
        40..47 => claim(random, world, board, id),
        47..79 => step(random, world, board, id),
        79..84 => set_capacity(random, world, board, id),
        84..89 => update(random, board, id, now),
        89..92 => end(random, board, id),
        92..94 => round(random, board, id),
        94..98 => {
            let name = board.some_referral(random)?.name;
            let message = v1::GetReferralRequest { name, ..Default::default() };
            Some(ask(id, Kind::GetReferral, HOTLINE, Message::GetReferral(message)))
        }
        _ => {
            let name = random.pick(&world.pools)?.clone();
            let message = v1::GetCapacityPoolRequest { name, ..Default::default() };
            Some(ask(id, Kind::GetPool, OPERATOR, Message::GetPool(message)))
        }
    }
}

fn ask(request: Uuid, kind: Kind, caller: &str, message: Message) -> Ask {
    Ask { request, kind, caller: caller.to_owned(), message }
}

fn submit(random: &mut Random, id: Uuid) -> Ask {
    let message = v1::SubmitNeedRequest { need: Some(world::need(random)), request_id: id.to_string() };
    ask(id, Kind::SubmitNeed, HOTLINE, Message::SubmitNeed(message))
}

/// More or less is asked, or at another time, or at any.
fn update(random: &mut Random, board: &Board, id: Uuid, now: i64) -> Option<Ask> {
    let known = board.some_need(random)?;
    let (mut need, fields) = (v1::Need::default(), random.below(100));
    let paths: &[&str] = match fields {
        0..60 => {
            need.items.clone_from(&known.items);
            for item in &mut need.items {
                let value = 1 + i64::try_from(random.below(4)).unwrap_or_default();
                item.quantity = item.quantity.take().map(|quantity| v1::Quantity { value, ..quantity });
            }
            &["items"]
        }
        60..75 => {
            need.deadline = Some(later(random, now));
            &["deadline"]
        }
        75..90 => {
            let start_time = Some(at(now - 60 * i64::try_from(random.below(60)).unwrap_or_default()));
            need.window = Some(v1::TimeWindow { start_time, end_time: Some(later(random, now)) });
            &["window"]
        }
        _ => &["deadline", "window"],
    };
    let message = v1::UpdateNeedRequest {
        name: known.name.clone(),
        need: Some(need),
        update_mask: Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        etag: etag(random, &known.etag),
        request_id: id.to_string(),
    };
    Some(ask(id, Kind::UpdateNeed, HOTLINE, Message::UpdateNeed(message)))
}

/// Within the hour, the day or the week, so that in a campaign some pass and others do not.
fn later(random: &mut Random, now: i64) -> prost_types::Timestamp {
    let hours = random.pick(&[1, 24, 7 * 24]).copied().unwrap_or(1);
    at(now + 60 + i64::try_from(random.below(hours * 3_600)).unwrap_or_default())
}

const fn at(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}

/// Sometimes only from the version that was seen.
fn etag(random: &mut Random, seen: &str) -> String {
    if random.percent(25) { seen.to_owned() } else { String::new() }
}

/// A need comes to its end: it is taken back, or nothing more is to come of it.
fn end(random: &mut Random, board: &Board, id: Uuid) -> Option<Ask> {
    let known = board.some_need(random)?;
    let (name, etag, request_id) = (known.name, etag(random, &known.etag), id.to_string());
    let reason = if random.percent(50) { "moved away".to_owned() } else { String::new() };
    // Of what ends with it, something may have arrived.
    let part = |referral: v1::Referral| v1::ArrivedQuantity { referral: referral.name, quantity: 1 };
    let arrived = if random.percent(50) { board.promised(&name).into_iter().map(part).collect() } else { Vec::new() };
    Some(if random.percent(50) {
        let message = v1::WithdrawNeedRequest { name, reason, etag, request_id, arrived };
        ask(id, Kind::WithdrawNeed, HOTLINE, Message::WithdrawNeed(message))
    } else {
        let message = v1::CloseNeedRequest { name, reason, etag, request_id, arrived };
        ask(id, Kind::CloseNeed, HOTLINE, Message::CloseNeed(message))
    })
}

/// A round is asked for, or called off. Mostly it is about a few needs, at which others are at work too.
fn round(random: &mut Random, board: &Board, id: Uuid) -> Option<Ask> {
    let request_id = id.to_string();
    if random.percent(20) {
        let message = v1::CancelRoundRequest { name: board.some_round(random)?, etag: String::new(), request_id };
        return Some(ask(id, Kind::CancelRound, HOTLINE, Message::CancelRound(message)));
    }
    let mut scope = v1::RoundScope::default();
    if random.percent(85) {
        let needs = (0..=random.below(NEEDS_PER_ROUND_MAX)).filter_map(|_| board.some_need(random));
        scope.needs = needs.map(|need| need.name).collect();
    }
    let bundling = if random.percent(25) { v1::RoundBundling::Needs } else { v1::RoundBundling::Items };
    let rules = v1::RoundRules { scope: Some(scope), bundling: bundling.into(), ..v1::RoundRules::default() };
    let round = v1::Round { rules: Some(rules), dry_run: random.percent(15), ..v1::Round::default() };
    let planner = format!("{PLANNER}-{}", random.below(PLANNERS));
    let message = v1::CreateRoundRequest { round: Some(round), request_id };
    Some(ask(id, Kind::CreateRound, &planner, Message::CreateRound(message)))
}

fn create(random: &mut Random, world: &World, board: &Board, id: Uuid) -> Option<Ask> {
    let among = if random.percent(60) { BUSY_ORGANIZATIONS } else { world.providers.len() };
    let provider = world.providers.get(random.below(among))?;
    let resources = if random.percent(20) { &provider.visits } else { &provider.things };
    let offer = v1::ReferralOffer {
        need: board.some_need(random)?.name,
        item_ordinal: 1,
        resource: random.pick(resources)?.clone(),
        quantity: random.percent(40).then_some(1),
        answer_within: answer_within(random),
    };
    let message = v1::CreateReferralRequest { offer: Some(offer), request_id: id.to_string() };
    Some(ask(id, Kind::CreateReferral, HOTLINE, Message::Create(message)))
}

/// Mostly a short time, by the database's clock: whoever comes later than that finds that the offer lapsed.
fn answer_within(random: &mut Random) -> Option<prost_types::Duration> {
    let minutes = random.pick(&[10, 30, 60]).copied().filter(|_| random.percent(80))?;
    Some(prost_types::Duration { seconds: minutes * 60, nanos: 0 })
}

fn auto_refer(random: &mut Random, board: &Board, id: Uuid) -> Option<Ask> {
    let message =
        v1::AutoReferRequest { need: board.some_need(random)?.name, item_ordinal: 1, request_id: id.to_string() };
    Some(ask(id, Kind::AutoRefer, HOTLINE, Message::AutoRefer(message)))
}

fn list_wishes(random: &mut Random, world: &World, id: Uuid) -> Ask {
    let caller = format!("partner-{}", random.below(world.providers.len()));
    let message = v1::ListWishesRequest { page_size: 1000, ..Default::default() };
    ask(id, Kind::ListWishes, &caller, Message::ListWishes(message))
}

fn claim(random: &mut Random, world: &World, board: &Board, id: Uuid) -> Option<Ask> {
    let wish = board.some_wish(random)?;
    let number = random.below(world.providers.len());
    let provider = world.providers.get(number)?;
    let resources = if wish.recurrence.is_some() { &provider.visits } else { &provider.things };
    let mut message = v1::ClaimWishRequest {
        wish: wish.wish,
        item_ordinal: wish.item_ordinal,
        quantity: (wish.splittable && random.percent(50)).then_some(1),
        request_id: id.to_string(),
        ..Default::default()
    };
    match random.pick(resources).filter(|_| random.percent(60)) {
        Some(resource) => message.resource.clone_from(resource),
        None => {
            message.pledge = Some(v1::Pledge {
                title: Some(v1::LocalizedText { en: "a gift".to_owned(), ..Default::default() }),
                content: "a gift".to_owned(),
                responsible_party: "the organization".to_owned(),
                service_standard: "within a week".to_owned(),
            });
        }
    }
    Some(ask(id, Kind::ClaimWish, &format!("partner-{number}"), Message::Claim(message)))
}

fn set_capacity(random: &mut Random, world: &World, board: &Board, id: Uuid) -> Option<Ask> {
    let name = random.pick(&world.pools)?.clone();
    let room = i64::try_from(random.below(9)).unwrap_or_default();
    let message = v1::SetCapacityRequest {
        total: Some(board.consumed(&name) + room),
        name,
        force: random.percent(50),
        request_id: id.to_string(),
        ..Default::default()
    };
    Some(ask(id, Kind::SetCapacity, OPERATOR, Message::SetCapacity(message)))
}

fn step(random: &mut Random, world: &World, board: &Board, id: Uuid) -> Option<Ask> {
    let referral = board.some_referral(random)?;
    let kind = step_kind(random, referral.state());
    let partner = world.partner(&referral.organization);
    let either = if random.percent(50) { partner.as_str() } else { HOTLINE };
    let (name, request_id) = (referral.name.clone(), id.to_string());
    let etag = etag(random, &referral.etag);
    let reason = v1::StepReason::Other.into();
    // Accepted, delivered, or arrived until it ended early.
    let some = (referral.units > 1 && random.percent(20)).then_some(1);
    Some(match kind {
        Kind::Accept => {
            let quantity = if referral.enquiry { Some(referral.units) } else { some };
            let message = v1::AcceptReferralRequest { name, quantity, etag, request_id };
            ask(id, kind, &partner, Message::Accept(message))
        }
        Kind::Decline => {
            let message = v1::DeclineReferralRequest { name, reason, etag, request_id };
            ask(id, kind, &partner, Message::Decline(message))
        }
        Kind::Withdraw => {
            let message = v1::WithdrawReferralRequest { name, reason, etag, request_id };
            ask(id, kind, HOTLINE, Message::Withdraw(message))
        }
        Kind::Start => ask(id, kind, &partner, Message::Start(v1::StartReferralRequest { name, etag, request_id })),
        Kind::Deliver => {
            let message = v1::DeliverReferralRequest { name, quantity: some, etag, request_id, note: String::new() };
            ask(id, kind, &partner, Message::Deliver(message))
        }
        Kind::Confirm => {
            let message = v1::ConfirmReferralRequest { name, rating: Some(4), etag, request_id };
            ask(id, kind, HOTLINE, Message::Confirm(message))
        }
        Kind::Dispute => {
            let message = v1::DisputeReferralRequest { name, reason, etag, request_id };
            ask(id, kind, HOTLINE, Message::Dispute(message))
        }
        Kind::Cancel => {
            let message =
                v1::CancelReferralRequest { name, reason, quantity: some, etag, request_id, by_provider: false };
            ask(id, kind, either, Message::Cancel(message))
        }
        _ => {
            // Of what is disputed, something is there still.
            let returns = referral.state() == v1::ReferralState::Disputed && random.percent(50);
            let message = v1::FailReferralRequest {
                name,
                reason,
                quantity: some,
                etag,
                request_id,
                by_provider: false,
                returned_quantity: returns.then_some(1),
            };
            ask(id, Kind::Fail, either, Message::Fail(message))
        }
    })
}

/// A step that the state allows, as far as it is known; one in ten is any step.
fn step_kind(random: &mut Random, state: v1::ReferralState) -> Kind {
    use v1::ReferralState as State;
    const ANY: &[Kind] = &[
        Kind::Accept,
        Kind::Decline,
        Kind::Withdraw,
        Kind::Start,
        Kind::Deliver,
        Kind::Confirm,
        Kind::Dispute,
        Kind::Cancel,
        Kind::Fail,
    ];
    let sensible: &[Kind] = match state {
        State::Offered => &[Kind::Accept, Kind::Accept, Kind::Accept, Kind::Decline, Kind::Withdraw],
        State::Accepted => &[Kind::Start, Kind::Deliver, Kind::Deliver, Kind::Cancel, Kind::Fail],
        State::InProgress => &[Kind::Deliver, Kind::Deliver, Kind::Cancel],
        State::Delivered => &[Kind::Confirm, Kind::Confirm, Kind::Dispute],
        State::Disputed => &[Kind::Confirm, Kind::Fail],
        _ => ANY,
    };
    let among = if random.percent(10) { ANY } else { sensible };
    random.pick(among).copied().unwrap_or(Kind::Accept)
}
