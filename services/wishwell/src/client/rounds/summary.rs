//! What a round came to, on a page of text.

use wishwell_api::v1::{FairnessSpread, RoundReached, RoundTally, RoundTotals, UnservedReason};
use wishwell_domain::text::LocalizedText;
use wishwell_gateway::round_picture::{NamedReport, ToldRound};
use wishwell_report::{FairnessRow, Outcome, ReasonFigures, gap_holds_for, gap_in_words};

use super::words::{failure, level, reason, state, tier};
use crate::client::words::{distance, time_alone};
use crate::lang::Lang;
use crate::table::{Align, Table, terminal_width};

/// Gaps that are shown; the report has more.
const GAPS_SHOWN_MAX: usize = 8;
/// Rows of fairness that are shown of each kind.
const FIGURES_SHOWN_MAX: usize = 12;
/// Names of so many of each kind are enough.
pub(super) const NAMED_MAX: usize = FIGURES_SHOWN_MAX;

/// The page.
pub(super) fn render(told: &ToldRound, named: &NamedReport, lang: Lang) -> String {
    let round = &told.round;
    let dry =
        if round.dry_run { lang.pick(" · dry run: nothing was offered", " · 试算：未作转介") } else { "" };
    let mut page = format!("{} · {}{dry}\n", round.name, state(round.state(), lang));
    let why = failure(round.failure(), lang);
    if !why.is_empty() {
        page += &format!("{why}\n");
    }
    let Some(reached) = &round.reached else { return page };
    let planned = time_alone(reached.evaluation_time.as_ref());
    page += &format!("{} {planned}\n", lang.pick("planned for", "统筹时刻"));
    if let Some(totals) = &reached.totals {
        if !round.dry_run {
            let first =
                lang.pick("what the first plan was to do; offers are told below", "第一次方案的打算；实际转介见下");
            page += &format!("{first}\n");
        }
        page += &served(totals, lang);
    }
    page += &proof(reached, lang);
    if !round.dry_run {
        let figures = round.progress.unwrap_or_default();
        page += &came_to(told, lang);
        let short = match (figures.short_offers, lang) {
            (0, _) => String::new(),
            (short, Lang::En) => format!(" ({short} of less than planned)"),
            (short, Lang::Zh) => format!("（其中 {short} 次少于计划）"),
        };
        page += &format!(
            "{}{}{short} · {}{} · {}{}\n",
            lang.pick("offers made: ", "已转介："),
            figures.made_offers,
            lang.pick("refused: ", "未成："),
            figures.refused_offers,
            lang.pick("items planned anew: ", "重新统筹的需求项："),
            figures.replanned_items,
        );
        page += &refusals(told, lang);
    }
    if let Some(mean) = told.mean_distance_metres() {
        page += &format!(
            "{}{}\n",
            lang.pick("mean distance of what serves: ", "平均服务距离："),
            metres_in_words(mean, lang)
        );
    }
    page += &gaps(told, named, lang);
    page += &fairness(told, named, lang);
    page
}

/// What the round is about, and the rules that are not the usual ones.
pub(super) fn made_by(scope: &[LocalizedText], rules: &[LocalizedText], lang: Lang) -> String {
    let line = |what: &str, texts: &[LocalizedText], usual: &str| format!("{what}{}\n", about(texts, usual, lang));
    let scope = line(lang.pick("about: ", "范围："), scope, lang.pick("all open needs", "全部未满足的需求"));
    format!("\n{scope}{}", line(lang.pick("rules: ", "规则："), rules, lang.pick("the usual ones", "通常的规则")))
}

/// How items came out, by what was offered.
fn came_to(told: &ToldRound, lang: Lang) -> String {
    let Some(Outcome { served, partly, unserved }) = told.came_to() else { return String::new() };
    match lang {
        Lang::En => format!("items by what was offered: {served} served, {partly} partly, {unserved} not\n"),
        Lang::Zh => format!("按实际转介：全部满足 {served} 项，部分满足 {partly} 项，未满足 {unserved} 项\n"),
    }
}

/// What a round is about, or its rules, one after the other; `usual` where nothing is said.
pub(super) fn about(texts: &[LocalizedText], usual: &str, lang: Lang) -> String {
    let texts: Vec<&str> = texts.iter().map(|text| lang.pick(text.en_first(), text.zh_first())).collect();
    if texts.is_empty() { usual.to_owned() } else { texts.join(lang.pick("; ", "；")) }
}

/// Offers that were refused, by reason.
fn refusals(told: &ToldRound, lang: Lang) -> String {
    let line = |refused: ReasonFigures| {
        let why = lang.pick(refused.text.en_first(), refused.text.zh_first());
        format!("  {} × {why}\n", refused.items)
    };
    told.refused_offers().into_iter().map(line).collect()
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
        page += &format!("{} {}{why}\n", count.items, lang.pick("not or only partly served: ", "项未满足或部分满足："));
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
        None if reached.optimal => lang.pick("no plan is better", "已证明最优").to_owned(),
        None => lang
            .pick("the best by a division of pools that was made before the plan", "在先行划分的资金池下最优")
            .to_owned(),
        Some(open) => format!(
            "{}{}{}{}{}",
            lang.pick("on ", ""),
            level(open, lang),
            lang.pick(": ", "："),
            open.reached,
            match lang {
                Lang::En => format!(" of at most {}", open.bound),
                Lang::Zh => format!("，上限 {}", open.bound),
            }
        ),
    };
    format!("{verified} · {proven}\n")
}

fn gaps(told: &ToldRound, named: &NamedReport, lang: Lang) -> String {
    if named.gaps.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}\n", lang.pick("Where capacity is missing", "供给缺口"));
    for gap in named.gaps.iter().take(GAPS_SHOWN_MAX) {
        let (says, holds) = (gap_in_words(gap, lang.into()), gap_holds_for(gap, lang.into()));
        page += &format!("  {says}{}{holds}\n", lang.pick("; ", "；"));
    }
    let more = told.report.gaps.len().saturating_sub(GAPS_SHOWN_MAX);
    if more > 0 {
        page += &match lang {
            Lang::En => format!("  … {more} more; --report FILE tells all\n"),
            Lang::Zh => format!("  … 另有 {more} 项，用 --report 文件 查看全部\n"),
        };
    }
    page
}

fn fairness(told: &ToldRound, named: &NamedReport, lang: Lang) -> String {
    let tables = [
        (lang.pick("group", "群体"), &named.by_group, told.report.group_tags.len()),
        (lang.pick("division", "区划"), &named.by_division, told.report.divisions.len()),
    ];
    let tables: Vec<String> = tables
        .into_iter()
        .filter(|(_, rows, _)| !rows.is_empty())
        .map(|(of, rows, all)| fares(of, rows, all, lang))
        .collect();
    if tables.is_empty() {
        return String::new();
    }
    let spread = |what: &str, spread: Option<&FairnessSpread>| {
        let spread = spread.copied().unwrap_or_default();
        let share = |permille: i32| permille_of(u32::try_from(permille).unwrap_or_default());
        let (low, high) = (share(spread.share_permille_min), share(spread.share_permille_max));
        format!("{what}{}{low} – {high}\n", lang.pick(": ", "："))
    };
    format!(
        "\n{}\n{}{}{}",
        lang.pick("Fairness", "公平性"),
        tables.join("\n"),
        spread(lang.pick("share served over groups", "各群体满足率"), told.report.group_tag_spread.as_ref()),
        spread(lang.pick("share served over divisions", "各区划满足率"), told.report.division_spread.as_ref()),
    )
}

/// How each of some groups or divisions fares.
fn fares(of: &str, rows: &[FairnessRow], all: usize, lang: Lang) -> String {
    let mut table = Table::new([
        (of, Align::Left),
        (lang.pick("items", "需求项"), Align::Right),
        (lang.pick("share served", "满足率"), Align::Right),
        (lang.pick("waited, served", "已满足者等待"), Align::Right),
        (lang.pick("waited, not served", "未满足者等待"), Align::Right),
        (lang.pick("distance", "距离"), Align::Right),
    ]);
    let shown = rows.iter().take(FIGURES_SHOWN_MAX);
    for row in shown {
        table.row([
            lang.pick(row.name.en_first(), row.name.zh_first()).to_owned(),
            row.items.to_string(),
            permille_of(row.share_permille),
            days(row.waiting_served_seconds, lang),
            days(row.waiting_unserved_seconds, lang),
            row.distance_metres.map(|metres| metres_in_words(metres, lang)).unwrap_or_default(),
        ]);
    }
    let more = all.saturating_sub(FIGURES_SHOWN_MAX);
    let more = match lang {
        _ if more == 0 => String::new(),
        Lang::En => format!("… {more} more; --report FILE tells all\n"),
        Lang::Zh => format!("… 另有 {more} 项，用 --report 文件 查看全部\n"),
    };
    table.render(terminal_width()) + &more
}

fn metres_in_words(metres: u64, lang: Lang) -> String {
    distance(i64::try_from(metres).unwrap_or(i64::MAX), lang)
}

fn permille_of(share: u32) -> String {
    format!("{}.{} %", share / 10, share % 10)
}

fn days(waiting_seconds: Option<u64>, lang: Lang) -> String {
    waiting_seconds.map(|seconds| format!("{} {}", seconds / 86_400, lang.pick("d", "天"))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use wishwell_api::v1::{RoundLevel, RoundLevelKind};
    use wishwell_report::GapFigures;

    use super::*;

    fn gap(unit: (&str, &str), per: u64) -> GapFigures {
        GapFigures {
            category: LocalizedText::new("助学金", "School grant"),
            division: Some(LocalizedText::new("兴庆区", "Xingqing District")),
            unit: LocalizedText::new(unit.0, unit.1),
            per,
            tier: 2,
            tier_name: LocalizedText::new("紧急", "Urgent"),
            resource: Some(LocalizedText::new("金秋助学（善缘）", "Autumn grants (Shanyuan)")),
            period: None,
            units: 120_050,
            exact: false,
        }
    }

    #[test]
    fn what_is_missing_is_told_of_its_resource_and_in_its_unit() {
        for (unit, per, lang, said) in [
            (
                ("元", "yuan"),
                100,
                Lang::En,
                "One more yuan of “School grant” in Xingqing District serves one more yuan of tier 2 (urgent) need: \
                 Autumn grants (Shanyuan); true for up to about ¥1,200.50 more",
            ),
            (
                ("元", "yuan"),
                100,
                Lang::Zh,
                "兴庆区再增加 1 元“助学金”，可多满足 1 元第 2 级（紧急）需求：金秋助学（善缘）；至多再加约 ¥1,200.50",
            ),
            (
                ("套", "set"),
                1,
                Lang::En,
                "One more set of “School grant” in Xingqing District serves one more set of tier 2 (urgent) need: \
                 Autumn grants (Shanyuan); true for up to about 120,050 sets more",
            ),
            (
                ("套", "set"),
                1,
                Lang::Zh,
                "兴庆区再增加 1 套“助学金”，可多满足 1 套第 2 级（紧急）需求：金秋助学（善缘）；至多再加约 120,050 套",
            ),
        ] {
            let named = NamedReport { gaps: vec![gap(unit, per)], ..NamedReport::default() };
            let page = gaps(&ToldRound::default(), &named, lang);
            assert_eq!(page.lines().nth(2).unwrap_or_default().trim(), said);
        }
    }

    #[test]
    fn groups_and_divisions_stand_apart_under_heads_of_their_own() {
        let row = |zh: &str, en: &str, metres| FairnessRow {
            name: LocalizedText::new(zh, en),
            items: 3,
            share_permille: 667,
            waiting_served_seconds: Some(3 * 86_400),
            waiting_unserved_seconds: None,
            distance_metres: Some(metres),
        };
        let named = NamedReport {
            by_group: vec![row("老年人", "Old people", 3_594)],
            by_division: vec![row("兴庆区", "Xingqing District", 850)],
            ..NamedReport::default()
        };
        let page = fairness(&ToldRound::default(), &named, Lang::Zh);
        let line = |nth: usize| page.lines().nth(nth).unwrap_or_default().split_whitespace().collect::<Vec<_>>();
        assert_eq!(line(2)[0], "群体");
        assert_eq!(line(3), ["老年人", "3", "66.7", "%", "3", "天", "3.6", "公里"]);
        assert_eq!(line(5)[0], "区划");
        assert_eq!(line(6)[0], "兴庆区");
        let page = fairness(&ToldRound::default(), &named, Lang::En);
        assert!(page.contains("Old people") && page.contains("3.6 km") && page.contains("850 m"), "{page}");
    }

    #[test]
    fn a_tier_is_told_in_words() {
        assert_eq!([tier(1, Lang::Zh), tier(1, Lang::En)], ["第 1 级（特急）", "tier 1 (emergency)"]);
        assert_eq!([tier(9, Lang::Zh), tier(9, Lang::En)], ["第 9 级", "tier 9"]);
        let open = RoundLevel { kind: RoundLevelKind::Tier.into(), tier: 2, ..RoundLevel::default() };
        assert_eq!(level(&open, Lang::Zh), "第 2 级（紧急）");
    }
}
