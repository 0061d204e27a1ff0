//! `PlanAllocation`: a stream of messages, gathered under bounds, and what they come to.

use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;
use tonic::{Request, Streaming};

use wishwell_api::v1;
use wishwell_api::v1::PlanAllocationRequest;
use wishwell_domain::geo::Disclosure;
use wishwell_domain::limits::{ANSWER_BYTES_MAX, PLAN_ANSWER_BYTES_MAX, REQUEST_BODY_BYTES_MAX};
use wishwell_domain::principal::Principal;
use wishwell_domain::round::{Aim, RoundRules};
use wishwell_domain::{Error, Violation};

use super::broken::Broken;
use super::call::within_answer;
use super::convert::{common, round as convert, round_outcome, round_rules};
use crate::cases::plan::{Gathering, NeedSent, PlanAnswer, PlanRules, ResourceSent};
use crate::cases::{Caller, Platform};

/// What to do about too long an answer.
const INSTEAD_OF_ALL: &str =
    "say in the rules that you take more (answer_bytes_max), and let your client take it; or plan for fewer at once";

/// Tier of a need that says none.
const TIER_USUAL: u8 = 3;

pub(super) async fn plan(
    platform: &Platform,
    method: &'static str,
    request: Request<Streaming<PlanAllocationRequest>>,
) -> Result<v1::PlanAllocationResponse, Error> {
    let (_, mut extensions, mut messages) = request.into_parts();
    let principal = extensions.remove::<Arc<Principal>>().ok_or(Error::Unauthenticated)?;
    let caller = Caller { principal, method, request: None };
    // Before anything is kept.
    let _place = platform.planners.place(&caller)?;
    let mut gathering = Gathering::default();
    while let Some(message) = next(&mut messages).await? {
        let chunk = gathering.next_chunk()?;
        gather(&mut gathering, chunk, message)?;
    }
    let question = gathering.finish()?;
    let max = question.answer_bytes_max();
    let answer = answer_out(platform.plan_allocation(caller.tenant(), question).await?);
    within_answer(answer.encoded_len(), max, INSTEAD_OF_ALL)?;
    Ok(answer)
}

async fn next(messages: &mut Streaming<PlanAllocationRequest>) -> Result<Option<PlanAllocationRequest>, Error> {
    messages.message().await.map_err(|status| match status.code() {
        tonic::Code::Cancelled | tonic::Code::DeadlineExceeded => Error::DeadlineExceeded,
        tonic::Code::OutOfRange | tonic::Code::ResourceExhausted => {
            Error::SentTooMuch { limit: "request_body_bytes_max", max: REQUEST_BODY_BYTES_MAX }
        }
        _ => Violation::new("messages", "message.malformed", "cannot be read").into(),
    })
}

fn gather(gathering: &mut Gathering, chunk: usize, message: PlanAllocationRequest) -> Result<(), Error> {
    let field = format!("messages[{chunk}]");
    let Err(found) = wishwell_api::validate(&message) else { return read(gathering, &field, message) };
    // What breaks the rules of the contract will not be planned with, but places after it stay what they are.
    let before = std::mem::take(&mut gathering.violations);
    let read = read(gathering, &field, message);
    let besides = std::mem::replace(&mut gathering.violations, before);
    gathering.violations.extend(Broken::new(&field, found).with(besides.into_vec()));
    read
}

/// Reads a message at a path and keeps what it says.
fn read(gathering: &mut Gathering, field: &str, message: PlanAllocationRequest) -> Result<(), Error> {
    match message {
        PlanAllocationRequest { rules: Some(sent), .. } => {
            let field = format!("{field}.rules");
            let rules = rules(sent);
            let of_rounds =
                RoundRules { aims: rules.aims.clone(), load_steps: rules.load_steps.clone(), ..RoundRules::default() };
            of_rounds.check(field.as_str(), &mut gathering.violations);
            gathering.rules(&field, rules);
        }
        PlanAllocationRequest { needs: Some(sent), .. } => {
            gathering.expects_rules(&format!("{field}.needs"));
            gathering.room_for_needs(sent.needs.len())?;
            for (at, need) in sent.needs.into_iter().enumerate() {
                let path = format!("{field}.needs.needs[{at}]");
                let place = common::point(
                    format_args!("{path}.place"),
                    need.place,
                    Disclosure::Hidden,
                    &mut gathering.violations,
                );
                gathering.need(&path, need_sent(need, place));
            }
        }
        PlanAllocationRequest { resources: Some(sent), .. } => {
            gathering.expects_rules(&format!("{field}.resources"));
            gathering.room_for_resources(sent.resources.len())?;
            for (at, resource) in sent.resources.into_iter().enumerate() {
                let path = format!("{field}.resources.resources[{at}]");
                let place = common::point(
                    format_args!("{path}.place"),
                    resource.place,
                    Disclosure::Shown,
                    &mut gathering.violations,
                );
                let sent = ResourceSent {
                    id: resource.id,
                    categories: resource.categories,
                    capacity: unsigned(resource.capacity),
                    organization: resource.organization,
                    place,
                };
                gathering.resource(&path, sent);
            }
        }
        PlanAllocationRequest { pairs: Some(sent), .. } => {
            gathering.expects_rules(&format!("{field}.pairs"));
            let resources: Vec<u32> = sent.resource_indexes.iter().map(|index| place(*index)).collect();
            gathering.pairs(&format!("{field}.pairs"), place(sent.need_index), &resources, &sent.distances)?;
        }
        // Validation has said that it says nothing.
        _ => {}
    }
    Ok(())
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn place(index: i32) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn duration(sent: Option<prost_types::Duration>) -> Option<Duration> {
    let sent = sent?;
    Some(Duration::new(unsigned(sent.seconds), u32::try_from(sent.nanos).unwrap_or_default()))
}

fn need_sent(need: v1::PlanNeed, place: Option<wishwell_domain::geo::Point>) -> NeedSent {
    NeedSent {
        id: need.id,
        categories: need.categories,
        quantity: unsigned(need.quantity),
        tier: u8::try_from(need.tier).ok().filter(|tier| *tier > 0).unwrap_or(TIER_USUAL),
        waiting: duration(need.waiting_duration).unwrap_or_default(),
        place,
        group: need.group,
        whole: need.whole,
        bundle: need.bundle,
    }
}

fn rules(sent: v1::PlanRules) -> PlanRules {
    let usual = RoundRules::default();
    let count = |value: i32| u32::try_from(value).unwrap_or_default();
    let aims: Vec<Aim> = sent.aims().filter_map(round_rules::aim).collect();
    PlanRules {
        counting: round_rules::counting(sent.counting()),
        aims: if aims.is_empty() { usual.aims } else { aims },
        guarantee_first: sent.guarantee_first,
        load_steps: if sent.load_steps.is_empty() {
            usual.load_steps
        } else {
            round_rules::load_steps(&sent.load_steps)
        },
        guarantees: sent
            .guarantees
            .into_iter()
            .map(|guarantee| (guarantee.group, u16::try_from(guarantee.share_permille).unwrap_or_default()))
            .collect(),
        organization_caps: sent
            .organization_caps
            .into_iter()
            .map(|cap| (cap.organization, unsigned(cap.units)))
            .collect(),
        partners_per_need_max: sent.partners_per_need_max.map(count),
        contacts_per_organization_max: sent.contacts_per_organization_max.map(count),
        aging: duration(sent.aging_interval),
        given_pairs_only: sent.given_pairs_only,
        distance_max: sent.distance_max,
        answer_bytes_max: usize::try_from(sent.answer_bytes_max)
            .ok()
            .filter(|bytes| *bytes > 0)
            .map_or(ANSWER_BYTES_MAX, |bytes| bytes.min(PLAN_ANSWER_BYTES_MAX)),
    }
}

fn answer_out(answer: PlanAnswer) -> v1::PlanAllocationResponse {
    let units = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
    v1::PlanAllocationResponse {
        levels: answer.levels.iter().map(convert::level_out).collect(),
        optimal: answer.optimal,
        flow: answer.is_flow,
        certificate_verified: true,
        pairs: i64::try_from(answer.pairs).unwrap_or(i64::MAX),
        servings: answer
            .servings
            .iter()
            .map(|serving| v1::PlanServing {
                need_index: convert::number(serving.need),
                resource_index: convert::number(serving.resource),
                units: units(serving.units),
                distance: serving.distance,
            })
            .collect(),
        unserved: answer
            .unserved
            .iter()
            .map(|unserved| v1::PlanUnserved {
                need_index: convert::number(unserved.need),
                units: units(unserved.units),
                reason: convert::reason_out(unserved.reason).into(),
            })
            .collect(),
        tally: Some(convert::tally_out(&answer.tally)),
        tiers: answer.tiers.iter().map(convert::tier_out).collect(),
        prices: answer
            .prices
            .iter()
            .map(|price| v1::PlanPrice {
                resource_index: convert::number(price.resource),
                price: price.price.iter().map(round_outcome::price_out).collect(),
            })
            .collect(),
        gaps: answer
            .gaps
            .iter()
            .map(|gap| v1::PlanGap {
                resource_index: convert::number(gap.resource),
                tier: gap.tier.into(),
                need_index: convert::number(gap.need),
                price: gap.price.iter().map(round_outcome::price_out).collect(),
                units: units(gap.units),
                exact: gap.exact,
            })
            .collect(),
    }
}
