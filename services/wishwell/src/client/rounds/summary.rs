//! What a round came to, on a page of text.

use jiff::tz::TimeZone;
use wishwell_api::v1::{
    FairnessFigure, FairnessSpread, GroupTag, RoundReached, RoundReport, RoundTally, RoundTotals, SupplyGap,
    UnservedReason,
};

use super::GatheredRound;
use super::words::{failure, group, level, reason, state, tier};
use crate::client::words::{amount, distance, instant, text};
use crate::lang::Lang;
use crate::table::{Align, Table, terminal_width};

/// Gaps that are shown; the report has more.
const GAPS_SHOWN_MAX: usize = 8;
/// Rows of fairness that are shown of each kind.
const FIGURES_SHOWN_MAX: usize = 12;

/// The page.
pub(super) fn render(gathered: &GatheredRound, lang: Lang, zone: &TimeZone) -> String {
    let round = &gathered.round;
    let dry = if round.dry_run { lang.pick(" · dry run: nothing was offered", " · 试算:未作转介") } else { "" };
    let mut page = format!("{} · {}{dry}\n", round.name, state(round.state(), lang));
    let why = failure(round.failure(), lang);
    if !why.is_empty() {
        page += &format!("{why}\n");
    }
    let Some(reached) = &round.reached else { return page };
    let planned = instant(reached.evaluation_time.as_ref(), zone);
    page += &format!("{} {planned}\n", lang.pick("planned for", "统筹时刻"));
    if let Some(totals) = &reached.totals {
        page += &served(totals, lang);
    }
    if let Some(mean) = gathered.mean_distance_metres() {
        page += &format!("{}: {}\n", lang.pick("mean distance of what serves", "平均服务距离"), distance(mean));
    }
    page += &proof(reached, lang);
    if !round.dry_run {
        let figures = round.progress.unwrap_or_default();
        page += &format!(
            "{}: {} · {}: {} · {}: {}\n",
            lang.pick("offers made", "已转介"),
            figures.made_offers,
            lang.pick("refused", "被拒"),
            figures.refused_offers,
            lang.pick("items planned anew", "重新统筹的需求项"),
            figures.replanned_items,
        );
    }
    if let Some(report) = &gathered.report {
        page += &gaps(gathered, report, lang);
        page += &fairness(gathered, report, lang);
    }
    page
}

fn served(totals: &RoundTotals, lang: Lang) -> String {
    let mut table = Table::new([
        (lang.pick("tier", "紧急程度"), Align::Left),
        (lang.pick("items", "需求项"), Align::Right),
        (lang.pick("served", "全部满足"), Align::Right),
        (lang.pick("partly", "部分满足"), Align::Right),
        (lang.pick("not", "未满足"), Align::Right),
    ]);
    let mut row = |name: String, tally: &RoundTally| {
        table.row([
            name,
            tally.items.to_string(),
            tally.served_items.to_string(),
            tally.partly_served_items.to_string(),
            tally.unserved_items.to_string(),
        ]);
    };
    for of in &totals.tiers {
        row(tier(of.tier, lang), &of.tally.unwrap_or_default());
    }
    let all = totals.all.unwrap_or_default();
    row(lang.pick("all", "合计").to_owned(), &all);
    let mut page = format!("\n{}\n", table.render(terminal_width()));
    for count in &totals.reasons {
        let why = reason(UnservedReason::try_from(count.reason).unwrap_or_default(), lang);
        page += &format!("{} {}: {why}\n", count.items, lang.pick("not or only partly served", "项未满足或部分满足"));
    }
    page
}

/// Whether the certificate was verified, and how far from the bound the plan is.
fn proof(reached: &RoundReached, lang: Lang) -> String {
    let verified = if reached.certificate_verified {
        lang.pick("certificate verified", "证书已校验")
    } else {
        lang.pick("certificate NOT verified", "证书未校验")
    };
    let gap = reached.levels.iter().find(|level| level.gap != "0");
    let proven = match gap {
        None => lang.pick("no plan is better", "已证明最优").to_owned(),
        Some(open) => format!(
            "{} {}: {} {} {}",
            lang.pick("on", "在"),
            level(open, lang),
            open.reached,
            lang.pick("of at most", "不超过"),
            open.bound
        ),
    };
    format!("{verified} · {proven}\n")
}

fn gaps(gathered: &GatheredRound, report: &RoundReport, lang: Lang) -> String {
    if report.gaps.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}\n", lang.pick("Where capacity is missing", "供给缺口"));
    for gap in report.gaps.iter().take(GAPS_SHOWN_MAX) {
        page += &gap_line(gathered, gap, lang);
    }
    let more = report.gaps.len().saturating_sub(GAPS_SHOWN_MAX);
    if more > 0 {
        page += &format!("  … {more} {}\n", lang.pick("more", "项未列出"));
    }
    page
}

fn gap_line(gathered: &GatheredRound, gap: &SupplyGap, lang: Lang) -> String {
    let category = gathered.categories.get(&gap.category);
    let title = category.map_or("", |category| text(category.title.as_ref(), lang));
    let title = if title.is_empty() { &gap.category } else { title };
    let place = division(gathered, &gap.division, lang);
    let tier = tier(gap.tier, lang);
    let start = gap.at.as_ref().map_or("", |at| at.period_start.as_str());
    let about = if gap.exact { "" } else { lang.pick("about ", "约") };
    // Money is told in its main unit.
    let money = category.filter(|category| category.default_unit == "fen");
    let units = money.map_or_else(|| gap.units.to_string(), |money| amount(gap.units, &money.default_unit, lang));
    match lang {
        Lang::En => {
            let period = if start.is_empty() { String::new() } else { format!(" in the period from {start}") };
            let unit = if money.is_some() { "yuan" } else { "unit" };
            format!(
                "  one more {unit} of {title} in {place}{period} serves one more of tier {tier}; true for up to {about}{units}\n"
            )
        }
        Lang::Zh => {
            let period = if start.is_empty() { String::new() } else { format!("在 {start} 起的时段") };
            let (one, serves, counted) =
                if money.is_some() { ("一元", "一元", "") } else { ("一个", "一份", " 份") };
            format!("  {place}{period}每增加{one}“{title}”,可多满足{serves}{tier}需求;最多{about} {units}{counted}\n")
        }
    }
}

fn division(gathered: &GatheredRound, code: &str, lang: Lang) -> String {
    if code.is_empty() {
        return lang.pick("an unknown division", "区划未知处").to_owned();
    }
    let title = gathered.divisions.get(code).map_or("", |division| text(division.title.as_ref(), lang));
    if title.is_empty() { code.to_owned() } else { title.to_owned() }
}

fn fairness(gathered: &GatheredRound, report: &RoundReport, lang: Lang) -> String {
    let mut table = Table::new([
        (lang.pick("group", "群体"), Align::Left),
        (lang.pick("items", "需求项"), Align::Right),
        (lang.pick("share served", "满足率"), Align::Right),
        (lang.pick("waited, served", "已满足者等待"), Align::Right),
        (lang.pick("waited, not served", "未满足者等待"), Align::Right),
        (lang.pick("distance", "距离"), Align::Right),
    ]);
    let rows = report.group_tags.iter().take(FIGURES_SHOWN_MAX);
    let mut empty = true;
    for figure in rows.chain(report.divisions.iter().take(FIGURES_SHOWN_MAX)) {
        empty = false;
        table.row([
            who(gathered, figure, lang),
            figure.tally.unwrap_or_default().items.to_string(),
            permille(figure.share_permille),
            days(figure.mean_served_waiting.as_ref(), lang),
            days(figure.mean_unserved_waiting.as_ref(), lang),
            figure.mean_distance_metres.map(distance).unwrap_or_default(),
        ]);
    }
    if empty {
        return String::new();
    }
    let spread = |what: &str, spread: Option<&FairnessSpread>| {
        let spread = spread.copied().unwrap_or_default();
        let (low, high) = (permille(spread.share_permille_min), permille(spread.share_permille_max));
        format!("{what}: {low} – {high}\n")
    };
    format!(
        "\n{}\n{}{}{}",
        lang.pick("Fairness", "公平性"),
        table.render(terminal_width()),
        spread(lang.pick("share served over groups", "各群体满足率"), report.group_tag_spread.as_ref()),
        spread(lang.pick("share served over divisions", "各区划满足率"), report.division_spread.as_ref()),
    )
}

fn who(gathered: &GatheredRound, figure: &FairnessFigure, lang: Lang) -> String {
    let tag = figure.group_tag();
    if tag != GroupTag::Unspecified {
        group(tag, lang).to_owned()
    } else if figure.no_group_tag {
        lang.pick("no group", "无群体标签").to_owned()
    } else {
        division(gathered, &figure.division, lang)
    }
}

fn permille(share: i32) -> String {
    format!("{}.{} %", share / 10, share % 10)
}

fn days(waiting: Option<&prost_types::Duration>, lang: Lang) -> String {
    waiting.map(|waiting| format!("{} {}", waiting.seconds / 86_400, lang.pick("d", "天"))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use wishwell_api::v1::{Category, LocalizedText, Round};

    use super::*;

    #[test]
    fn money_that_is_missing_is_told_in_yuan() {
        let gathered = |unit: &str| GatheredRound {
            round: Round::default(),
            report: None,
            outcomes: Vec::new(),
            categories: HashMap::from([(
                "grant".to_owned(),
                Category {
                    title: Some(LocalizedText { zh: "助学金".to_owned(), en: "School grant".to_owned() }),
                    default_unit: unit.to_owned(),
                    ..Category::default()
                },
            )]),
            divisions: HashMap::new(),
        };
        let gap = SupplyGap { category: "grant".to_owned(), tier: 2, units: 120_050, ..SupplyGap::default() };
        for (unit, lang, said) in [
            (
                "fen",
                Lang::En,
                "one more yuan of School grant in an unknown division serves one more of tier 2 urgent; true for up to about ¥1200.50",
            ),
            ("fen", Lang::Zh, "区划未知处每增加一元“助学金”,可多满足一元2 紧急需求;最多约 ¥1200.50"),
            (
                "piece",
                Lang::En,
                "one more unit of School grant in an unknown division serves one more of tier 2 urgent; true for up to about 120050",
            ),
            ("piece", Lang::Zh, "区划未知处每增加一个“助学金”,可多满足一份2 紧急需求;最多约 120050 份"),
        ] {
            assert_eq!(gap_line(&gathered(unit), &gap, lang).trim(), said);
        }
    }
}
