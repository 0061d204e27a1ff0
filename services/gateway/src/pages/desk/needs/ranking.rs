//! Who could serve an item, each with its terms as bars, and who nearly could, with what would have to change.

use maud::{Markup, html};
use wishwell_api::v1;
use wishwell_domain::fact_catalogue::definition;

use crate::pages::apart::about;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, referral as words};

/// Width of a term's bar, in the units of its drawing.
const BAR_WIDTH: i64 = 60;

/// The ranking of an item that is called so. `action` is what can be done with a candidate, the nth.
pub(in crate::pages::desk) fn ranking(
    visit: &Visit,
    matches: &v1::ItemMatches,
    name: &str,
    weights: &[v1::ScoreWeight],
    action: impl Fn(usize, &v1::Candidate) -> Markup,
) -> Markup {
    let nearly = {
        let count = matches.near_misses.len();
        visit.say(format!("差一点就合适（{count}）"), format!("Nearly fits ({count})"))
    };
    html! {
        @if matches.candidates.is_empty() {
            p class="empty" { (visit.say("目前没有合适的资源。", "Nothing fits at the moment.")) }
        } @else {
            ol class="candidates" {
                @for (nth, candidate) in matches.candidates.iter().enumerate() {
                    (one(visit, candidate, weights, &action(nth, candidate)))
                }
            }
        }
        @if !matches.near_misses.is_empty() {
            details class="misses" open[matches.candidates.is_empty()] {
                summary aria-label=(about(visit, &nearly, name)) { (nearly) }
                ul { @for miss in &matches.near_misses { (near_miss(visit, miss)) } }
            }
        }
    }
}

/// What a candidate is called: whose it is, and what.
pub(in crate::pages::desk) fn called(visit: &Visit, candidate: &v1::Candidate) -> String {
    let resource = candidate.resource.clone().unwrap_or_default();
    format!("{} · {}", visit.name(resource.organization_title.as_ref()), visit.name(resource.title.as_ref()))
}

fn one(visit: &Visit, candidate: &v1::Candidate, weights: &[v1::ScoreWeight], action: &Markup) -> Markup {
    let language = visit.language;
    let resource = candidate.resource.clone().unwrap_or_default();
    html! {
        li class="candidate" {
            div class="candidate-head" {
                strong { (visit.name(resource.title.as_ref())) }
                " " span class="note" { (visit.name(resource.organization_title.as_ref())) }
                span class="score" { (visit.say("匹配度 ", "fit ")) (candidate.score / 10_000) "%" }
            }
            p class="facts" { (facts(visit, candidate).join(" · ")) }
            @if candidate.eligibility() == v1::EligibilityVerdict::Unknown {
                p class="ask" { (unsettled(visit, &candidate.missing_facts)) }
            }
            ul class="terms" {
                @for (weight, value) in weights.iter().zip(&candidate.term_values).filter(|(weight, _)| weight.weight > 0) {
                    @let share = i64::from(*value) * 100 / i64::from(weight.weight);
                    li {
                        span class="term" { (words::term(language, weight.term())) }
                        svg class="bar" width=(BAR_WIDTH) height="8" role="img" aria-label={ (share) "%" } {
                            rect class="bar-room" width=(BAR_WIDTH) height="8" rx="2" {}
                            rect class="bar-full" width=(BAR_WIDTH * share / 100) height="8" rx="2" {}
                        }
                    }
                }
            }
            (action)
        }
    }
}

/// How it comes, how far it is, what is left, when it opens.
fn facts(visit: &Visit, candidate: &v1::Candidate) -> Vec<String> {
    let language = visit.language;
    let modes: Vec<String> = candidate.modes().map(|mode| words::mode(language, mode).to_owned()).collect();
    let mut facts = vec![modes.join(visit.say("、", ", "))];
    facts.extend(candidate.distance_metres.map(|metres| figures::distance(language, metres)));
    facts.push(match &candidate.capacity {
        None => visit.say("余量未知", "capacity unknown").to_owned(),
        Some(capacity) => match capacity.remaining {
            None => visit.say("不限量", "without limit").to_owned(),
            Some(left) => {
                let left = figures::amount(language, left, &capacity.unit);
                visit.say(format!("余 {left}"), format!("{left} left"))
            }
        },
    });
    let opens = figures::clock(candidate.next_opening_time.as_ref());
    if !opens.is_empty() {
        facts.push(visit.say(format!("最近开放 {opens}"), format!("open from {opens}")));
    }
    facts
}

/// What an eligibility that is unknown hangs on, in words.
fn unsettled(visit: &Visit, missing: &[String]) -> String {
    if missing.is_empty() {
        return visit
            .say(
                "资格待定：按已知情况算不出条件是否满足",
                "eligibility unknown: its rule cannot be computed from what is known",
            )
            .to_owned();
    }
    let name = |key: &String| definition(key).map_or(key.clone(), |fact| visit.say(fact.zh, fact.en).to_owned());
    let names = missing.iter().map(name).collect::<Vec<_>>().join(visit.say("、", ", "));
    format!("{}{names}", visit.say("资格还需确认：", "eligibility depends on: "))
}

fn near_miss(visit: &Visit, miss: &v1::NearMiss) -> Markup {
    let resource = miss.resource.clone().unwrap_or_default();
    html! {
        li {
            strong { (visit.name(resource.title.as_ref())) }
            " " span class="note" { (visit.name(resource.organization_title.as_ref())) }
            ul { @for reason in &miss.reasons { li { (visit.name(reason.text.as_ref())) } } }
        }
    }
}
