//! What is served of each urgency tier.

use maud::{Markup, html};
use wishwell_domain::text::LocalizedText;

use crate::bars::{Bar, Segment, bars};
use crate::figures::{count, counted, percent};
use crate::language::Language;
use crate::picture::{Outcome, RoundPicture};
use crate::tables::{figures, unfolding, words};

/// The words for the three ways an item can come out, in the order in which they are drawn.
pub(crate) fn outcome_words(language: Language) -> [(&'static str, &'static str); 3] {
    [
        ("served", language.pick("全部满足", "wholly served")),
        ("partly", language.pick("部分满足", "partly served")),
        ("unserved", language.pick("未满足", "not served")),
    ]
}

/// The key to the three colours.
pub(crate) fn key(language: Language) -> Markup {
    html! {
        ul class="key" {
            @for (class, says) in outcome_words(language) {
                li {
                    svg width="14" height="14" aria-hidden="true" focusable="false" {
                        rect class=(class) width="14" height="14" rx="2" {}
                    }
                    " " (says)
                }
            }
        }
    }
}

/// An outcome as the parts of a bar.
pub(crate) fn segments(language: Language, outcome: &Outcome, whole: u64) -> Vec<Segment> {
    let parts = [outcome.served, outcome.partly, outcome.unserved];
    outcome_words(language)
        .into_iter()
        .zip(parts)
        .map(|((class, says), part)| Segment {
            class,
            share: part as f64 / whole.max(1) as f64,
            says: format!("{says}: {}", counted(language, part, "项", "item", "items")),
        })
        .collect()
}

/// The chapter.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let rows: Vec<Bar> = picture
        .tiers
        .iter()
        .map(|tier| {
            let name = language.of(&tier.name);
            let total = tier.outcome.total();
            let served = count(tier.outcome.served);
            Bar {
                label: html! { (tier_name(language, tier.tier)) " · " (name) },
                value: language.pick(
                    format!("{} 项中 {served} 项全部满足（{}）", count(total), percent(tier.outcome.served, total)),
                    format!("{served} of {} wholly served ({})", count(total), percent(tier.outcome.served, total)),
                ),
                segments: segments(language, &tier.outcome, total),
            }
        })
        .collect();
    html! {
        section aria-labelledby={ "tiers-" (language.suffix()) } {
            h2 id={ "tiers-" (language.suffix()) } { (language.pick("按紧急程度", "Served by urgency")) }
            p class="lead" {
                (language.pick(
                    "先满足最紧急的一级，再满足下一级；等候越久，级别越高。每条横条代表该级的全部需求项。",
                    "The most urgent tier is served first, then the next; waiting makes a need more urgent. Each bar is all items of its tier.",
                ))
            }
            figure {
                (key(language))
                (bars("short", &rows))
                (table(picture, language))
            }
        }
    }
}

/// What a tier is called by its number.
pub(crate) fn tier_name(language: Language, tier: u8) -> String {
    language.pick(format!("第 {tier} 级"), format!("Tier {tier}"))
}

/// A tier within a sentence, by its number and its name.
pub(crate) fn named_tier(language: Language, tier: u8, name: &LocalizedText) -> String {
    let name = language.of(name);
    language.pick(format!("第 {tier} 级（{name}）"), format!("tier {tier} ({})", name.to_lowercase()))
}

fn table(picture: &RoundPicture, language: Language) -> Markup {
    let caption = language.pick("各紧急程度的需求项", "Items by urgency");
    let columns = [
        words(language.pick("级别", "Tier")),
        figures(language.pick("需求项", "Items")),
        figures(language.pick("全部满足", "Wholly served")),
        figures(language.pick("部分满足", "Partly served")),
        figures(language.pick("未满足", "Not served")),
        figures(language.pick("全部满足占比", "Share wholly served")),
    ];
    let row = |name: String, outcome: &Outcome| {
        let total = outcome.total();
        let mut cells = vec![name, count(total)];
        cells.extend([outcome.served, outcome.partly, outcome.unserved].map(count));
        cells.push(percent(outcome.served, total));
        cells
    };
    let rows: Vec<Vec<String>> = picture
        .tiers
        .iter()
        .map(|tier| row(format!("{} · {}", tier_name(language, tier.tier), language.of(&tier.name)), &tier.outcome))
        .collect();
    let total = row(language.pick("合计", "All").to_owned(), &picture.outcome);
    unfolding(language, caption, &columns, &rows, Some(total))
}
