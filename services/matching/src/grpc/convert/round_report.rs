//! Where capacity is missing and how fairly a round shares out, as it is answered.

use wishwell_api::v1;
use wishwell_domain::round::{Cohort, FairnessFigure, RoundReport, Spread, SupplyGap};

use super::common;
use super::round::{number, seconds, tally_out};
use super::round_outcome::{pool_out, price_out};

pub(crate) fn report_out(report: &RoundReport) -> v1::RoundReport {
    let fairness = &report.fairness;
    v1::RoundReport {
        gaps: report.gaps.iter().map(gap_out).collect(),
        group_tags: fairness.by_group_tag.iter().map(figure_out).collect(),
        divisions: fairness.by_division.iter().map(figure_out).collect(),
        group_tag_spread: Some(spread_out(&fairness.group_tag_spread)),
        division_spread: Some(spread_out(&fairness.division_spread)),
    }
}

fn gap_out(gap: &SupplyGap) -> v1::SupplyGap {
    v1::SupplyGap {
        category: gap.category.to_string(),
        division: common::code_out(gap.division.as_ref()),
        tier: gap.tier.into(),
        at: gap.at.as_ref().map(pool_out),
        resource: gap.resource.map(|resource| resource.name()).unwrap_or_default(),
        price: gap.price.iter().map(price_out).collect(),
        units: gap.units,
        exact: gap.exact,
    }
}

fn figure_out(figure: &FairnessFigure) -> v1::FairnessFigure {
    let mut shown = v1::FairnessFigure {
        tally: Some(tally_out(&figure.tally)),
        share_permille: number(figure.share_permille),
        mean_served_waiting: figure.mean_waiting_served_seconds.map(seconds),
        mean_unserved_waiting: figure.mean_waiting_unserved_seconds.map(seconds),
        mean_distance_metres: figure.mean_distance_metres.map(number),
        ..v1::FairnessFigure::default()
    };
    match &figure.cohort {
        Cohort::GroupTag(tag) => shown.group_tag = common::group_tag_out(*tag),
        Cohort::NoGroupTag => shown.no_group_tag = true,
        Cohort::Division(division) => shown.division = division.to_string(),
        Cohort::NoDivision => shown.no_division = true,
    }
    shown
}

fn spread_out(spread: &Spread) -> v1::FairnessSpread {
    v1::FairnessSpread {
        share_permille_min: number(spread.share_permille_min),
        share_permille_max: number(spread.share_permille_max),
        waiting_min: Some(seconds(spread.waiting_seconds_min)),
        waiting_max: Some(seconds(spread.waiting_seconds_max)),
        distance_metres_min: number(spread.distance_metres_min),
        distance_metres_max: number(spread.distance_metres_max),
    }
}
