//! How good the plan is proven to be.

use maud::{Markup, html};

use crate::figures::{count, parts};
use crate::language::Language;
use crate::picture::{Certified, LevelFigures, LevelKind, RoundPicture};
use crate::tables::{figures, open, words};
use crate::tiers::tier_name;

/// The chapter.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let columns = [
        words(language.pick("目标（先后为序）", "Level, the most important first")),
        figures(language.pick("达到", "Reached")),
        figures(language.pick("界", "Bound")),
        figures(language.pick("差距", "Gap")),
    ];
    let rows = rows(picture, language);
    let caption = language.pick("逐级目标值、界与差距", "Objective, bound and gap by level");
    html! {
        section aria-labelledby={ "proof-" (language.suffix()) } {
            h2 id={ "proof-" (language.suffix()) } { (language.pick("这个方案有多好", "How good the plan is")) }
            p class={ "verdict " (class(picture.certified)) } { (verdict(picture, language)) }
            p class="lead" {
                (language.pick(
                    "每一级都绝对优先于下一级：多满足一份更紧急的需求，胜过省下任何距离。“界”是在前面各级同样好的任何方案都不能越过的数值。\
                     占用各周期名额的系列服务在此按其中一次计。",
                    "Each level comes before everything below it: one more unit of a more urgent tier outweighs any distance. The bound is what no \
                     plan that is as good on the levels above exceeds. A series that takes a place in each period counts here as one of its times.",
                ))
            }
            (open(language, caption, &columns, &rows, None))
        }
    }
}

/// Gaps are shown down to the first one that is open: below it, bounds are about other plans.
fn rows(picture: &RoundPicture, language: Language) -> Vec<Vec<String>> {
    let mut comparable = true;
    picture
        .levels
        .iter()
        .map(|level| {
            let gap = if comparable { figure(level, level.bound - level.reached) } else { "–".to_owned() };
            comparable &= level.bound == level.reached;
            // Costs count below zero; people read them as what they cost.
            let sign = if is_cost(level) { -1 } else { 1 };
            vec![
                level_name(level, language),
                figure(level, sign * level.reached),
                figure(level, sign * level.bound),
                gap,
            ]
        })
        .collect()
}

fn is_cost(level: &LevelFigures) -> bool {
    matches!(level.kind, LevelKind::Distance | LevelKind::Load)
}

fn figure(level: &LevelFigures, value: i128) -> String {
    match level.kind {
        LevelKind::Tier(_) if level.per > 1 => parts(value, level.per),
        _ => count(value),
    }
}

fn level_name(level: &LevelFigures, language: Language) -> String {
    match level.kind {
        LevelKind::Tier(tier) => {
            let counted = match level.per {
                0 | 1 => language.pick("满足的数量", "units served"),
                _ => language.pick("满足的需求项", "items served"),
            };
            let tier = tier_name(language, tier);
            language.pick(format!("{tier}{counted}"), format!("{tier}: {counted}"))
        }
        LevelKind::Guarantee => language
            .pick(
                "保障额度内满足的数量（各种单位相加，金额以分计）",
                "Units served within guarantees (of all kinds, money in fen)",
            )
            .to_owned(),
        LevelKind::Distance => {
            language.pick("距离：米 × 数量，越小越好", "Distance: metres × units, less is better").to_owned()
        }
        LevelKind::Load => language.pick("负荷均衡的价格，越小越好", "Price of uneven load, less is better").to_owned(),
    }
}

fn class(certified: Certified) -> &'static str {
    match certified {
        Certified::Verified => "good",
        Certified::Refused => "bad",
        Certified::Unchecked => "open",
    }
}

/// What is known of the plan, in a sentence or two.
pub(crate) fn verdict(picture: &RoundPicture, language: Language) -> &'static str {
    match (picture.certified, picture.optimal) {
        (Certified::Verified, true) => language.pick(
            "证书已校验：独立的检查程序确认方案可行，且没有更好的方案。",
            "Certificate verified: an independent check confirms that the plan is feasible and that no plan is better.",
        ),
        (Certified::Verified, false) if picture.is_best_of_a_division() => language.pick(
            "证书已校验：方案可行。有资金池要按不同数额支取，余额不足以满足全部所求，已先行划分；在这一划分下没有更好的方案，换一种划分也许更好。",
            "Certificate verified: the plan is feasible. A pool from which different amounts are taken for a unit had too little for all and was \
             divided up before; no plan is better by this division, but another division might be.",
        ),
        (Certified::Verified, false) => language.pick(
            "证书已校验：独立的检查程序确认方案可行，且任何方案至多好出下表所列的差距。",
            "Certificate verified: an independent check confirms that the plan is feasible and that no plan is better by more than the gap below.",
        ),
        (Certified::Refused, _) => language.pick(
            "证书未通过校验：请勿据此方案行动。",
            "The certificate was refused: do not act on this plan.",
        ),
        (Certified::Unchecked, _) => language.pick(
            "证书未校验：方案有多好，尚无证明。",
            "The certificate was not checked: how good the plan is remains unproven.",
        ),
    }
}
