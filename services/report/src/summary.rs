//! The round in plain words, before any chart.

use maud::{Markup, html};

use crate::bars::stacked;
use crate::figures::{count, counted, distance, percent};
use crate::language::Language;
use crate::picture::{Certified, OfferFigures, ReasonFigures, RoundKind, RoundPicture};
use crate::proof;
use crate::reconcile::disagreements;
use crate::tiers::{key, named_tier, segments};
use crate::{fairness, gaps};

/// What a reader in a hurry takes along.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let total = picture.outcome.total();
    let wrong = disagreements(picture);
    html! {
        @if !wrong.is_empty() {
            div class="alarm" role="alert" {
                p { strong { (language.pick("本报告的数字互相矛盾，请勿使用：", "Figures of this report contradict each other; do not use it:")) } }
                ul { @for sentence in &wrong { li { (language.of(sentence)) } } }
            }
        }
        section aria-labelledby={ "summary-" (language.suffix()) } {
            h2 id={ "summary-" (language.suffix()) } { (language.pick("摘要", "In short")) }
            div class="plain" { @for sentence in sentences(picture, language) { p { (sentence) } } }
            (tiles(picture, language))
            figure class="whole" {
                (key(language))
                svg class="bar whole" width="100%" height="22" role="img" aria-label=(adds_up(picture, language)) {
                    (stacked(&segments(language, &picture.outcome, total), 22.0))
                }
                figcaption class="sum" { (adds_up(picture, language)) }
            }
        }
    }
}

/// The sum that everything else on the page goes back to.
fn adds_up(picture: &RoundPicture, language: Language) -> String {
    let [served, partly, unserved, all] =
        [picture.outcome.served, picture.outcome.partly, picture.outcome.unserved, picture.outcome.total()].map(count);
    language.pick(
        format!("全部满足 {served} + 部分满足 {partly} + 未满足 {unserved} = {all} 项"),
        format!("{served} wholly served + {partly} partly served + {unserved} not served = {all} items"),
    )
}

fn sentences(picture: &RoundPicture, language: Language) -> Vec<String> {
    let outcome = picture.outcome;
    let total = outcome.total();
    if total == 0 {
        return vec![language.pick("本轮次没有需求。", "There is no need in this round.").to_owned()];
    }
    let served = percent(outcome.served, total);
    let mut text = vec![language.pick(
        format!(
            "{} 个需求共 {} 项，其中 {} 项全部满足（{served}），{} 项部分满足，{} 项未满足。",
            count(picture.needs),
            count(total),
            count(outcome.served),
            count(outcome.partly),
            count(outcome.unserved)
        ),
        format!(
            "{} with {}: {} wholly served ({served}), {} partly, {} not at all.",
            counted(language, picture.needs, "", "need", "needs"),
            counted(language, total, "", "item", "items"),
            count(outcome.served),
            count(outcome.partly),
            count(outcome.unserved)
        ),
    )];
    text.extend(picture.offers.as_ref().map(|offers| offered(offers, language)));
    text.extend(most_urgent(picture, language));
    if let Some(gap) = picture.gaps.first() {
        let (sentence, up_to) = (gaps::sentence(gap, language), gaps::up_to(gap, language));
        text.push(language.pick(
            format!("最要紧的缺口：{sentence}，{up_to}。"),
            format!("The most pressing gap: {}; {up_to}.", sentence.replacen("One", "one", 1)),
        ));
    }
    text.extend(fairness::sentence(picture, language));
    text.push(proof::verdict(picture, language).to_owned());
    text
}

/// What became of the offers.
fn offered(offers: &OfferFigures, language: Language) -> String {
    let refused: u64 = offers.refused.iter().map(|reason| reason.items).sum();
    let (planned, made) = (count(offers.planned), count(offers.made));
    let reason = |reason: &ReasonFigures| {
        let (text, items) = (language.of(&reason.text), count(reason.items));
        language.pick(format!("{text} {items}"), format!("{text}: {items}"))
    };
    let reasons: Vec<String> = offers.refused.iter().map(reason).collect();
    let why = if reasons.is_empty() {
        String::new()
    } else {
        language.pick(format!("（{}）", reasons.join("；")), format!(" ({})", reasons.join("; ")))
    };
    let refused = count(refused);
    let short = match offers.short {
        0 => String::new(),
        short => language
            .pick(format!("（其中 {} 次少于计划）", count(short)), format!(" ({} of less than planned)", count(short))),
    };
    language.pick(
        format!(
            "计划转介 {planned} 次，已转介 {made} 次{short}，因情况变化未成 {refused} 次{why}。本报告按已转介的计，未成的不算满足。"
        ),
        format!(
            "Offers planned: {planned}, made: {made}{short}, refused: {refused}{why}. This report counts what was offered; what was refused \
             is not served."
        ),
    )
}

/// How the most urgent tier that has anything fared.
fn most_urgent(picture: &RoundPicture, language: Language) -> Option<String> {
    let tier = picture.tiers.iter().find(|tier| tier.outcome.total() > 0)?;
    let most = named_tier(language, tier.tier, &tier.name);
    let (all, served) = (tier.outcome.total(), tier.outcome.served);
    Some(if all == served {
        language.pick(
            format!("最紧急的{most}{} 项全部满足。", count(all)),
            format!("Of the most urgent, {most}, all {} are served.", counted(language, all, "", "item", "items")),
        )
    } else {
        language.pick(
            format!("最紧急的{most}{} 项中有 {} 项全部满足。", count(all), count(served)),
            format!("Of the most urgent, {most}, {} of {} items are wholly served.", count(served), count(all)),
        )
    })
}

fn tiles(picture: &RoundPicture, language: Language) -> Markup {
    let outcome = picture.outcome;
    let dash = || "–".to_owned();
    let kind = match picture.kind {
        RoundKind::DryRun => language.pick("试算，未发出", "dry run, nothing offered"),
        RoundKind::Committing => language.pick("正在发给机构", "being offered to partners"),
        RoundKind::Cancelled => language.pick("已取消", "called off"),
        RoundKind::Committed => language.pick("已发给机构", "offered to partners"),
        RoundKind::WhatIf => language.pick("假设推演，未保存", "what-if, nothing stored"),
    };
    let certificate = match picture.certified {
        Certified::Verified => language.pick("已校验", "verified"),
        Certified::Refused => language.pick("未通过", "refused"),
        Certified::Unchecked => language.pick("未校验", "not checked"),
    };
    let quality = match (picture.certified, picture.optimal) {
        (Certified::Verified, true) => language.pick("没有更好的方案", "no plan is better"),
        (Certified::Verified, false) if picture.is_best_of_a_division() => {
            language.pick("先行划分下最优", "the best by a division made before")
        }
        (Certified::Verified, false) => language.pick("差距见下", "see the gap below"),
        _ => language.pick("尚无证明", "nothing is proven"),
    };
    let places = picture.flows.iter().filter(|flow| flow.allocations > 0).map(|flow| flow.place);
    let places = places.collect::<std::collections::BTreeSet<_>>().len() as u64;
    let (date, time) = picture.planned_at.split_once(' ').unwrap_or((&picture.planned_at, ""));
    let tiles = [
        (
            language.pick("全部满足", "wholly served"),
            percent(outcome.served, outcome.total()),
            language.pick(
                format!("{} 项中的 {} 项", count(outcome.total()), count(outcome.served)),
                format!("{} of {} items", count(outcome.served), count(outcome.total())),
            ),
        ),
        (
            match &picture.offers {
                None => language.pick("分配", "allocations"),
                Some(_) => language.pick("已转介", "offers made"),
            },
            count(picture.allocations),
            match &picture.offers {
                None => language.pick(
                    format!("来自 {} 处", count(places)),
                    format!("from {}", counted(language, places, "", "place", "places")),
                ),
                Some(offers) => language.pick(
                    format!("计划 {} 次，来自 {} 处", count(offers.planned), count(places)),
                    format!(
                        "of {} planned, from {}",
                        count(offers.planned),
                        counted(language, places, "", "place", "places")
                    ),
                ),
            },
        ),
        (
            language.pick("平均距离", "mean distance"),
            picture.distance_metres.map_or_else(dash, |metres| distance(language, metres)),
            language.pick("每项需求，位置已知者", "per item, where it is known").to_owned(),
        ),
        (language.pick("证书", "certificate"), certificate.to_owned(), quality.to_owned()),
        (language.pick("轮次", "round"), date.to_owned(), format!("{time} · {kind}")),
    ];
    html! {
        dl class="tiles" {
            @for (what, figure, note) in &tiles {
                div {
                    dt { (what) }
                    dd { span class="big" { (figure) } span class="small" { (note) } }
                }
            }
        }
    }
}
