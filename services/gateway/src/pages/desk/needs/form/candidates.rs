//! Who could help with what is filled in so far: the ranking with its terms, what nearly fits with what would have to change, and the
//! questions whose answers would settle who is eligible.

use std::collections::BTreeSet;

use maud::{Markup, html};
use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_domain::fact::{FactDefinition, FactType};
use wishwell_domain::fact_catalogue::{FACTS, definition};

use super::filled::Filled;
use super::problems::Problems;
use super::read::{read_item, rest, widened};
use crate::pages::apart::apart;
use crate::pages::desk::names::Names;
use crate::pages::desk::needs::ranking;
use crate::pages::desk::pickers::Found;
use crate::pages::failure::Failure;
use crate::pages::visit::{SignedIn, Visit};
use crate::pages::words::refusal::{Reader, refused};

/// Candidates of an item that are shown.
const CANDIDATES_SHOWN: i32 = 5;
/// Near misses of an item that are shown.
const NEAR_MISSES_SHOWN: i32 = 3;

/// What stands there before anything is looked for.
pub(super) fn nothing_yet(visit: &Visit, filled: &Filled) -> Markup {
    html! {
        p class="note" {
            (visit.say("填好服务类别后，这里会显示谁能帮、为什么。", "As soon as you say what is needed, this shows who could help, and why."))
        }
        (questions(visit, filled, &BTreeSet::new()))
    }
}

/// Asks the service, which stores nothing of it. `edited` is the need that the form changes, as it is stored.
pub(super) async fn of(
    user: &SignedIn,
    filled: &Filled,
    kinds: &[Found],
    edited: Option<&v1::Need>,
) -> Result<Markup, Failure> {
    let visit = &user.visit;
    let mut need = rest(filled).need;
    if let Some(edited) = edited {
        // Whose it is stays, whatever a browser says: what is on record of them counts, and what they agreed to.
        (need.beneficiary_external, need.household_external) = (None, None);
        need.beneficiary.clone_from(&edited.beneficiary);
        need.household.clone_from(&edited.household);
    }
    let mut names = Names::default();
    for (nth, (item, kind)) in filled.items.iter().zip(kinds).enumerate() {
        if let Some(category) = kind.one() {
            let field = format!("items[{nth}]");
            need.items.push(read_item(&field, item, Some(category), &mut Problems::default()));
            names.catalogue.categories.insert(category.code.clone(), category.clone());
        }
    }
    let mut need = widened(need);
    if need.items.is_empty() {
        return Ok(nothing_yet(visit, filled));
    }
    let assumed = assume_place(&mut need, &user.session.divisions);
    names.ask_divisions(&user.calls, assumed.as_deref()).await?;
    let asked = need.items.clone();
    let request = v1::FindResourcesRequest {
        inline_need: Some(need),
        top_k: Some(CANDIDATES_SHOWN),
        near_miss_limit: Some(NEAR_MISSES_SHOWN),
        ..v1::FindResourcesRequest::default()
    };
    let answer = match user.calls.matching().find_resources(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) if matches!(status.code(), Code::InvalidArgument | Code::PermissionDenied) => {
            return Ok(not_yet(visit, filled, edited.is_some(), &status));
        }
        // Of who was erased nothing is known any more; who has taken a consent back is not looked for.
        Err(status) if status.code() == Code::FailedPrecondition => {
            let why = refused(visit.language, Reader::Staff, &status).ok_or(status)?;
            return Ok(not_looked_for(visit, filled, &why));
        }
        Err(status) => return Err(status.into()),
    };
    let missing: BTreeSet<&str> = answer
        .items
        .iter()
        .flat_map(|item| &item.candidates)
        .flat_map(|candidate| candidate.missing_facts.iter().map(String::as_str))
        .collect();
    let called = apart(visit.language, asked.iter().map(|item| names.category(visit, &item.category).to_owned()));
    let partly = edited.is_some_and(|need| need.items.iter().any(|item| item.referred_units + item.served_units > 0));
    Ok(html! {
        @if partly {
            p class="note" {
                (visit.say(
                    "这里按全部数量查找，转介中和已提供的也算在内。",
                    "This looks for all of it, with what is under way and what has arrived.",
                ))
            }
        }
        @if let Some(division) = &assumed {
            p class="note" {
                (visit.say(
                    format!("还没有选区划，暂按{}查找。", names.place(visit, division)),
                    format!("No division is chosen yet; this looks in {}.", names.place(visit, division)),
                ))
            }
        }
        (questions(visit, filled, &missing))
        @for ((item, matches), called) in asked.iter().zip(&answer.items).zip(&called) {
            section class="matches" {
                h3 { (names.category(visit, &item.category)) }
                (ranking::ranking(visit, matches, called, &answer.score_weights, |_, _| html! {}))
            }
        }
    })
}

/// Why nobody is looked for. What was answered stays on the form.
fn not_looked_for(visit: &Visit, filled: &Filled, why: &str) -> Markup {
    html! {
        p class="note" { (why) }
        (questions(visit, filled, &BTreeSet::new()))
    }
}

/// What is still to be said before anybody can be found.
fn not_yet(visit: &Visit, filled: &Filled, edited: bool, status: &Status) -> Markup {
    let mut problems = Problems::default();
    // Without fields it is about the caller; that is told when the need is submitted.
    let _ = problems.add_said(status, "inline_need.");
    if edited && problems.iter().any(|problem| ["beneficiary", "household"].contains(&problem.field.as_str())) {
        // One may change a need in one's divisions of somebody who lives outside of them, and may not ask about them.
        let why = visit.say(
            "这个需求的对象住在您负责的区划之外，这里不能查找；谁能帮请看需求页。",
            "Whoever it is for lives outside of your divisions, and nobody is looked for here. The need's own page shows who could help.",
        );
        return not_looked_for(visit, filled, why);
    }
    html! {
        p class="note" { (visit.say("补全下面几处后，这里会显示谁能帮：", "This shows who could help as soon as these fit:")) }
        ul class="note" { @for problem in problems.iter() { li { (problem.words(visit)) } } }
        (questions(visit, filled, &BTreeSet::new()))
    }
}

/// Takes a need that is nowhere yet to be where one works; answers where.
fn assume_place(need: &mut v1::Need, divisions: &[String]) -> Option<String> {
    if need.place.is_some() || !need.division.is_empty() {
        return None;
    }
    need.division.clone_from(divisions.first()?);
    Some(need.division.clone())
}

/// Questions whose answers matter, and those that were answered. What is answered goes into the need.
fn questions(visit: &Visit, filled: &Filled, missing: &BTreeSet<&str>) -> Markup {
    let asked: Vec<&FactDefinition> = FACTS
        .iter()
        .filter(|fact| missing.contains(fact.key) || !filled.fact(fact.key).is_empty())
        .filter(|fact| fact.fact_type != FactType::Texts && definition(fact.key).is_some())
        .collect();
    html! {
        @if !asked.is_empty() {
            fieldset id="f-facts" class="questions" tabindex="-1" {
                legend { (visit.say("再问一句，就更有把握", "One more question would settle it")) }
                @for fact in asked { (question(visit, filled, fact)) }
            }
        }
    }
}

fn question(visit: &Visit, filled: &Filled, fact: &FactDefinition) -> Markup {
    let (id, name) = (format!("fact-{}", fact.key), format!("fact.{}", fact.key));
    let answer = filled.fact(fact.key);
    html! {
        div class="field" {
            label for=(id) { (visit.say(fact.zh, fact.en)) @if fact.is_money() { (visit.say("（元）", " (yuan)")) } }
            @if fact.fact_type == FactType::Bool {
                select id=(id) name=(name) {
                    @for (value, text) in [("", visit.say("还不知道", "not known yet")), ("yes", visit.say("是", "yes")), ("no", visit.say("否", "no"))] {
                        option value=(value) selected[value == answer] { (text) }
                    }
                }
            } @else if !fact.codes.is_empty() {
                select id=(id) name=(name) {
                    option value="" { (visit.say("还不知道", "not known yet")) }
                    @for code in fact.codes { option value=(code) selected[*code == answer] { (code) } }
                }
            } @else {
                input id=(id) name=(name) value=(answer) inputmode=(if fact.is_money() { "decimal" } else { "numeric" }) autocomplete="off";
            }
        }
    }
}
