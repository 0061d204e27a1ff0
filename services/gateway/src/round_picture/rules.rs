//! By which rules a round was made, in words: those that are not the usual ones.

use tonic::Status;
use wishwell_api::v1::{
    GroupTag, Round, RoundAim, RoundBundling, RoundCounting, RoundGuarantee, RoundRules, RoundScope,
};
use wishwell_domain::round::RoundRules as Usual;
use wishwell_domain::text::LocalizedText;

use super::asking::{Catalog, Transport};
use super::assemble::{limited_to, scope};
use super::catalogue::Catalogue;
use super::words::group_tag;

/// Caps, guarantees and load steps that are told one by one; of more, how many there are.
const TOLD_MAX: usize = 5;
/// Divisions, and categories, of a round that a list of rounds names; of more, how many there are.
const NAMED_IN_LIST_MAX: usize = 3;

/// What a round is limited to, and the rules that are not the usual ones, in words.
///
/// # Errors
/// What the service answers. What is no longer in the catalogue is called by its code.
pub async fn scope_and_rules<T: Transport>(
    catalog: &Catalog<T>,
    round: &Round,
) -> Result<(Vec<LocalizedText>, Vec<LocalizedText>), Status> {
    let told = round.rules.as_ref();
    let catalogue = Catalogue::of_rules(catalog, told).await?;
    Ok((scope(told, &catalogue), rules(told, &catalogue)))
}

/// What each of some rounds is limited to, in words and in their order: of divisions and categories the first few by name, and how many more
/// there are. Empty for a round about everything.
///
/// # Errors
/// What the service answers. What is no longer in the catalogue is called by its code.
pub async fn scopes<T: Transport>(catalog: &Catalog<T>, rounds: &[Round]) -> Result<Vec<Vec<LocalizedText>>, Status> {
    let (short, more): (Vec<RoundScope>, Vec<usize>) = rounds.iter().map(shortened).unzip();
    let catalogue = Catalogue::of_scopes(catalog, &short).await?;
    let told = |(short, more): (&RoundScope, usize)| {
        let mut names = limited_to(short, &catalogue);
        if more > 0 {
            names.push(LocalizedText::new(format!("另有 {more} 项"), format!("{more} more")));
        }
        names
    };
    Ok(short.iter().zip(more).map(told).collect())
}

/// A round's scope with what is named of it, and how much is left out.
fn shortened(round: &Round) -> (RoundScope, usize) {
    let mut scope = round.rules.as_ref().and_then(|rules| rules.scope.clone()).unwrap_or_default();
    let all = scope.divisions.len() + scope.categories.len();
    scope.divisions.truncate(NAMED_IN_LIST_MAX);
    scope.categories.truncate(NAMED_IN_LIST_MAX);
    let named = scope.divisions.len() + scope.categories.len();
    (scope, all - named)
}

/// What rules name that has a name in the catalogue, as far as it is told one by one: divisions, and organizations.
pub(super) fn named(rules: Option<&RoundRules>) -> (impl Iterator<Item = &String>, impl Iterator<Item = &String>) {
    let guarantees = rules.into_iter().flat_map(|rules| &rules.guarantees).take(TOLD_MAX);
    let caps = rules.into_iter().flat_map(|rules| &rules.organization_caps).take(TOLD_MAX);
    (guarantees.map(|of| &of.division), caps.map(|cap| &cap.organization))
}

/// The rules that are not the usual ones.
pub(super) fn rules(rules: Option<&RoundRules>, catalogue: &Catalogue) -> Vec<LocalizedText> {
    let Some(rules) = rules else { return Vec::new() };
    // The service tells the usual ones, too, of a round that named none.
    let usual = Usual::default();
    let number = |most: u32| i32::try_from(most).ok();
    let mut told: Vec<LocalizedText> = Vec::new();
    let mut say = |zh: String, en: String| told.push(LocalizedText::new(zh, en));
    if rules.counting() == RoundCounting::Units {
        say("按数量计，不按项计".to_owned(), "each unit counts alike, not each item".to_owned());
    }
    if !rules.aims.is_empty() && !rules.aims().eq([RoundAim::Guarantee, RoundAim::Distance, RoundAim::Load]) {
        let order = |of: fn(RoundAim) -> &'static str| rules.aims().map(of).collect::<Vec<_>>();
        let (zh, en) = (order(|aim| aim_words(aim).0).join("、"), order(|aim| aim_words(aim).1).join(", "));
        say(format!("紧急程度之后依次：{zh}"), format!("after the tiers: {en}"));
    }
    if rules.guarantee_first {
        say("保障先于紧急程度".to_owned(), "guarantees come before the tiers".to_owned());
    }
    for guarantee in rules.guarantees.iter().take(TOLD_MAX) {
        let (zh, en) = guaranteed(guarantee, catalogue);
        say(zh, en);
    }
    for cap in rules.organization_caps.iter().take(TOLD_MAX) {
        let (who, units) = (catalogue.organization(&cap.organization), cap.units);
        say(
            format!("{}至多 {units}（各种单位相加，金额以分计）", who.zh_first()),
            format!("{} gives at most {units} units (of all kinds, money in fen)", who.en_first()),
        );
    }
    for (zh, en, all) in [
        ("项保障", "guarantees", rules.guarantees.len()),
        ("家机构的上限", "caps of organizations", rules.organization_caps.len()),
    ] {
        if let Some(more @ 1..) = all.checked_sub(TOLD_MAX) {
            say(format!("另有 {more} {zh}"), format!("{more} more {en}"));
        }
    }
    match rules.bundling() {
        RoundBundling::Needs => {
            say("同一需求的各项一起满足".to_owned(), "all items of a need together or none".to_owned())
        }
        RoundBundling::Households => {
            say("同一家庭的需求一起满足".to_owned(), "all needs of a household together or none".to_owned());
        }
        RoundBundling::Items | RoundBundling::Unspecified => {}
    }
    if let Some(most) = rules.partners_per_need_max {
        say(format!("一个需求至多 {most} 家机构"), format!("at most {most} organizations for a need"));
    }
    match rules.contacts_per_organization_max {
        None => {}
        most if most == usual.contacts_per_organization_max.and_then(number) => {}
        Some(i32::MAX) => say("每家机构联系次数不限".to_owned(), "any number of items for an organization".to_owned()),
        Some(most) => say(format!("每家机构至多联系 {most} 项"), format!("at most {most} items for an organization")),
    }
    if let Some(most) =
        rules.candidates_per_item_max.filter(|most| Some(*most) != number(usual.candidates_per_item_max))
    {
        say(format!("每项取最近的 {most} 个候选"), format!("the nearest {most} candidates of an item"));
    }
    if let Some(most) = rules.radius_metres_max {
        say(format!("至多 {most} 米远"), format!("at most {most} metres away"));
    }
    let of_steps = rules.load_steps.iter().map(|step| (Some(step.from_permille), Some(step.price)));
    let usual_steps = usual.load_steps.iter().map(|step| (number(step.from_permille.into()), number(step.price)));
    if !rules.load_steps.is_empty() && !of_steps.eq(usual_steps) {
        let steps = rules.load_steps.iter().map(|step| format!("{}‰: {}", step.from_permille, step.price));
        let steps = steps.collect::<Vec<_>>().join(", ");
        say(format!("负荷价格 {steps}"), format!("prices of load: {steps}"));
    }
    if !rules.pinned.is_empty() {
        let count = rules.pinned.len();
        say(format!("{count} 处事先指定"), format!("decided before: {count}"));
    }
    told
}

const fn aim_words(aim: RoundAim) -> (&'static str, &'static str) {
    match aim {
        RoundAim::Guarantee => ("保障", "guarantees"),
        RoundAim::Distance => ("距离", "distance"),
        RoundAim::Load => ("负荷均衡", "even load"),
        RoundAim::Unspecified => ("", ""),
    }
}

fn guaranteed(guarantee: &RoundGuarantee, catalogue: &Catalogue) -> (String, String) {
    let group = (guarantee.group_tag() != GroupTag::Unspecified).then(|| group_tag(Some(guarantee.group_tag())));
    let division = (!guarantee.division.is_empty()).then(|| catalogue.division(&guarantee.division));
    let who: Vec<LocalizedText> = division.into_iter().chain(group).collect();
    let zh = who.iter().map(LocalizedText::zh_first).collect::<Vec<_>>().join("");
    let en = who.iter().map(LocalizedText::en_first).collect::<Vec<_>>().join(", ");
    match guarantee.share_permille {
        0 => (
            format!("保障{zh}至少 {} （各种单位相加，金额以分计）", guarantee.units),
            format!("guaranteed to {en}: {} units (of all kinds, money in fen)", guarantee.units),
        ),
        share => {
            (format!("保障{zh}所求数量的 {share}‰"), format!("guaranteed to {en}: {share} in 1000 of the units asked"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_the_first_of_what_a_round_is_limited_to_and_counts_the_rest() {
        let codes = |prefix: &str, count: usize| (0..count).map(|number| format!("{prefix}{number}")).collect();
        for (divisions, categories, named, more) in [(0, 0, 0, 0), (3, 1, 4, 0), (4, 0, 3, 1), (5, 6, 6, 5)] {
            let scope = RoundScope {
                divisions: codes("64", divisions),
                categories: codes("c", categories),
                ..RoundScope::default()
            };
            let rules = RoundRules { scope: Some(scope), ..RoundRules::default() };
            let (short, left_out) = shortened(&Round { rules: Some(rules), ..Round::default() });
            assert_eq!((limited_to(&short, &Catalogue::default()).len(), left_out), (named, more));
        }
        assert_eq!(shortened(&Round::default()), (RoundScope::default(), 0));
    }
}
