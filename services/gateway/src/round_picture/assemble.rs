//! From what the server says of a round to its picture. Everything about a person is dropped here: of a need, only its division and
//! what it asks stay.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use wishwell_api::v1::{
    FairnessFigure, GroupTag, RoundCounting, RoundLevel, RoundLevelKind, RoundOutcome, RoundOutcomeState, RoundRules,
    RoundScope, RoundState, RoundTally, SupplyGap, UnservedReason,
};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::zone::told as told_in;
use wishwell_report::{
    Certified, DivisionFigures, FairnessFigures, FairnessRow, GapFigures, LevelFigures, LevelKind, Outcome,
    ReasonFigures, RoundKind, RoundPicture, TierFigures,
};

use super::catalogue::Catalogue;
use super::offered::{came_to, offers, why_not};
use super::places::{Mean, divisions, flows, share_millionths, units};
use super::rules::rules;
use super::words::{group_tag, name, per, reason, tier, unit};
use super::{NamedReport, ToldRound};

/// Parts of an item where people count, as the contract says.
const PARTS_OF_AN_ITEM: u64 = 2520;

/// The picture of a round.
pub(super) fn picture(told: &ToldRound, catalogue: &Catalogue) -> RoundPicture {
    let ToldRound { round, report, .. } = told;
    let outcomes = &*came_to(told, catalogue);
    let reached = round.reached.clone().unwrap_or_default();
    let totals = reached.totals.unwrap_or_default();
    let counted = outcome(outcomes.iter());
    // What was offered, and what was planned anew since, is told by the outcomes, and no longer by the first plan's totals.
    let is_first_plan = round.dry_run && outcomes.iter().all(|outcome| outcome.pass <= 1);
    let whole = totals.all.as_ref().filter(|_| is_first_plan).map_or(counted, of_tally);
    let (divisions, nth_division) = divisions(catalogue);
    let (places, flows) = flows(catalogue, outcomes, &nth_division);
    let named = named_report(catalogue, &report.gaps, &report.group_tags, &report.divisions);
    let needs: BTreeSet<&str> = outcomes.iter().map(|outcome| outcome.need.as_str()).collect();
    RoundPicture {
        name: round.name.clone(),
        planned_at: planned_at(reached.evaluation_time.as_ref()),
        kind: kind(told),
        scope: scope(round.rules.as_ref(), catalogue),
        rules: rules(round.rules.as_ref(), catalogue),
        needs: needs.len() as u64,
        outcome: whole,
        offers: offers(told),
        allocations: outcomes.iter().map(|outcome| outcome.servings.len() as u64).sum(),
        distance_metres: mean_distance(outcomes),
        tiers: tiers(outcomes),
        by_division: by_division(outcomes, &nth_division),
        divisions,
        places,
        flows,
        reasons: reasons(outcomes),
        gaps: named.gaps,
        fairness: FairnessFigures {
            overall: everybody(outcomes),
            by_group: named.by_group,
            by_division: named.by_division,
        },
        levels: reached.levels.iter().filter_map(|figures| level(figures, told)).collect(),
        optimal: reached.optimal,
        certified: if reached.certificate_verified { Certified::Verified } else { Certified::Unchecked },
        engine_version: reached.engine_version.to_string(),
    }
}

/// Gaps and fairness in names.
pub(super) fn named_report(
    catalogue: &Catalogue,
    gaps: &[SupplyGap],
    groups: &[FairnessFigure],
    divisions: &[FairnessFigure],
) -> NamedReport {
    let rows = |figures: &[FairnessFigure]| figures.iter().map(|figure| fairness_row(figure, catalogue)).collect();
    NamedReport {
        gaps: gaps.iter().map(|figures| gap(figures, catalogue)).collect(),
        by_group: rows(groups),
        by_division: rows(divisions),
    }
}

fn planned_at(instant: Option<&prost_types::Timestamp>) -> String {
    let instant = instant.and_then(|instant| Timestamp::new(instant.seconds, instant.nanos).ok());
    let Some(instant) = instant else { return String::new() };
    let local = instant.to_zoned_datetime(told_in());
    format!("{} {}", local.strftime("%Y-%m-%d %H:%M"), local.offset())
}

fn kind(told: &ToldRound) -> RoundKind {
    match RoundState::try_from(told.round.state).unwrap_or_default() {
        RoundState::Cancelled => RoundKind::Cancelled,
        _ if told.round.dry_run => RoundKind::DryRun,
        RoundState::Committed => RoundKind::Committed,
        _ => RoundKind::Committing,
    }
}

pub(super) fn scope(rules: Option<&RoundRules>, catalogue: &Catalogue) -> Vec<LocalizedText> {
    rules.and_then(|rules| rules.scope.as_ref()).map(|scope| limited_to(scope, catalogue)).unwrap_or_default()
}

/// What a round is limited to; nothing of one about everything.
pub(super) fn limited_to(scope: &RoundScope, catalogue: &Catalogue) -> Vec<LocalizedText> {
    let mut names: Vec<LocalizedText> = scope.divisions.iter().map(|code| catalogue.division(code)).collect();
    names.extend(scope.categories.iter().map(|code| catalogue.category(code)));
    names.extend(scope.group_tags.iter().map(|tag| group_tag(GroupTag::try_from(*tag).ok())));
    if !scope.needs.is_empty() {
        let count = scope.needs.len();
        let needs = if count == 1 { "need" } else { "needs" };
        names.push(LocalizedText::new(format!("指定的 {count} 个需求"), format!("{count} chosen {needs}")));
    }
    names
}

/// How items came out.
pub(super) fn outcome<'a>(outcomes: impl Iterator<Item = &'a RoundOutcome>) -> Outcome {
    outcomes.fold(Outcome::default(), |mut sum, outcome| {
        match RoundOutcomeState::try_from(outcome.state).unwrap_or_default() {
            RoundOutcomeState::Served => sum.served += 1,
            RoundOutcomeState::PartlyServed => sum.partly += 1,
            RoundOutcomeState::Unserved | RoundOutcomeState::Unspecified => sum.unserved += 1,
        }
        sum
    })
}

fn of_tally(tally: &RoundTally) -> Outcome {
    Outcome {
        served: positive(tally.served_items),
        partly: positive(tally.partly_served_items),
        unserved: positive(tally.unserved_items),
    }
}

fn positive(value: impl Into<i64>) -> u64 {
    value.into().max(0).unsigned_abs()
}

/// Mean distance of items, each for as much as is served of it, in metres, where it is known.
pub(super) fn mean_distance(outcomes: &[RoundOutcome]) -> Option<u64> {
    let mut mean = Mean::default();
    for outcome in outcomes {
        outcome.servings.iter().for_each(|serving| mean.add(outcome, serving));
    }
    mean.metres()
}

fn tiers(outcomes: &[RoundOutcome]) -> Vec<TierFigures> {
    let numbers: BTreeSet<u8> = outcomes.iter().map(tier_of).collect();
    let of = |number: u8| outcome(outcomes.iter().filter(|outcome| tier_of(outcome) == number));
    numbers.into_iter().map(|number| TierFigures { tier: number, name: tier(number), outcome: of(number) }).collect()
}

fn tier_of(outcome: &RoundOutcome) -> u8 {
    u8::try_from(outcome.tier).unwrap_or_default()
}

fn by_division(outcomes: &[RoundOutcome], nth: &HashMap<String, usize>) -> Vec<DivisionFigures> {
    let mut parts: BTreeMap<Option<usize>, Vec<&RoundOutcome>> = BTreeMap::new();
    for outcome in outcomes {
        parts.entry(nth.get(&outcome.division).copied()).or_default().push(outcome);
    }
    let figures = |(division, items): (Option<usize>, Vec<&RoundOutcome>)| DivisionFigures {
        division,
        outcome: outcome(items.into_iter()),
    };
    parts.into_iter().map(figures).collect()
}

fn reasons(outcomes: &[RoundOutcome]) -> Vec<ReasonFigures> {
    let mut items: BTreeMap<UnservedReason, u64> = BTreeMap::new();
    let mut reasons: Vec<ReasonFigures> = Vec::new();
    for outcome in outcomes {
        if let Some(unserved) = &outcome.unserved {
            *items.entry(UnservedReason::try_from(unserved.reason).unwrap_or_default()).or_default() += 1;
        } else if outcome.state() != RoundOutcomeState::Served {
            let (code, text) = why_not(outcome);
            match reasons.iter_mut().find(|reason| reason.code == code) {
                Some(reason) => reason.items += 1,
                None => reasons.push(ReasonFigures { code, text, items: 1 }),
            }
        }
    }
    let figures = |(why, items): (UnservedReason, u64)| {
        let code = why.as_str_name();
        let code = code.strip_prefix("UNSERVED_REASON_").unwrap_or(code).to_owned();
        ReasonFigures { code, text: reason(why), items }
    };
    reasons.extend(items.into_iter().map(figures));
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.items));
    reasons
}

fn gap(figures: &SupplyGap, catalogue: &Catalogue) -> GapFigures {
    let resource = catalogue.resources.get(&figures.resource).map(|resource| {
        let (title, organization) = (name(resource.title.as_ref()), catalogue.organization(&resource.organization));
        LocalizedText::new(
            format!("{}（{}）", title.zh_first(), organization.zh_first()),
            format!("{} ({})", title.en_first(), organization.en_first()),
        )
    });
    let somewhere = figures.at.as_ref().map(|_| LocalizedText::new("现有资源", "what there is"));
    let code = catalogue.unit(&figures.resource, &figures.category);
    let number = u8::try_from(figures.tier).unwrap_or_default();
    GapFigures {
        category: catalogue.category(&figures.category),
        division: (!figures.division.is_empty()).then(|| catalogue.division(&figures.division)),
        unit: unit(code),
        per: per(code),
        tier: number,
        tier_name: tier(number),
        resource: resource.or(somewhere),
        period: figures.at.as_ref().map(|at| at.period_start.clone()).filter(|period| !period.is_empty()),
        units: positive(figures.units),
        exact: figures.exact,
    }
}

fn fairness_row(figure: &FairnessFigure, catalogue: &Catalogue) -> FairnessRow {
    let who = match figure.division.as_str() {
        "" if figure.no_division => LocalizedText::new("没有区划", "Without a division"),
        "" => group_tag(GroupTag::try_from(figure.group_tag).ok()),
        division => catalogue.division(division),
    };
    let seconds = |waited: &prost_types::Duration| positive(waited.seconds);
    FairnessRow {
        name: who,
        items: figure.tally.as_ref().map_or(0, |tally| positive(tally.items)),
        share_permille: u32::try_from(figure.share_permille).unwrap_or_default(),
        waiting_served_seconds: figure.mean_served_waiting.as_ref().map(seconds),
        waiting_unserved_seconds: figure.mean_unserved_waiting.as_ref().map(seconds),
        distance_metres: figure.mean_distance_metres.map(positive),
    }
}

/// Everybody together, in the figures that groups and divisions have.
fn everybody(outcomes: &[RoundOutcome]) -> FairnessRow {
    let served = |outcome: &&RoundOutcome| !outcome.servings.is_empty();
    let mean_waiting = |of: Vec<&RoundOutcome>| {
        let seconds =
            of.iter().filter_map(|outcome| outcome.waiting_duration.as_ref()).map(|waited| positive(waited.seconds));
        seconds.fold(0_u64, u64::saturating_add).checked_div(of.len() as u64)
    };
    let given = |outcome: &RoundOutcome| outcome.servings.iter().map(units).fold(0_u64, u64::saturating_add);
    let shares: u128 = outcomes.iter().map(|outcome| share_millionths(outcome, given(outcome))).sum();
    let permille = (shares / 1_000).checked_div(outcomes.len() as u128).unwrap_or_default();
    FairnessRow {
        name: LocalizedText::new("全体", "Everybody"),
        items: outcomes.len() as u64,
        share_permille: u32::try_from(permille).unwrap_or_default(),
        waiting_served_seconds: mean_waiting(outcomes.iter().filter(served).collect()),
        waiting_unserved_seconds: mean_waiting(outcomes.iter().filter(|outcome| !served(outcome)).collect()),
        distance_metres: mean_distance(outcomes),
    }
}

fn level(figures: &RoundLevel, told: &ToldRound) -> Option<LevelFigures> {
    let kind = match RoundLevelKind::try_from(figures.kind).ok()? {
        RoundLevelKind::Tier => LevelKind::Tier(u8::try_from(figures.tier).ok()?),
        RoundLevelKind::Guarantee => LevelKind::Guarantee,
        RoundLevelKind::Distance => LevelKind::Distance,
        RoundLevelKind::Load => LevelKind::Load,
        RoundLevelKind::Unspecified => return None,
    };
    let counting = told.round.rules.as_ref().map_or(RoundCounting::Unspecified, |rules| rules.counting());
    let per = match counting {
        RoundCounting::Units => 1,
        RoundCounting::People | RoundCounting::Unspecified => PARTS_OF_AN_ITEM,
    };
    Some(LevelFigures { kind, reached: figures.reached.parse().ok()?, bound: figures.bound.parse().ok()?, per })
}
