//! Where a little more would help.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::bars::{Bar, Segment, bars};
use crate::figures::{amount, parts};
use crate::language::Language;
use crate::picture::{GapFigures, RoundPicture};
use crate::tables::{figures, unfolding, words};
use crate::tiers::{named_tier, tier_name};

/// Gaps that are drawn; the table has all.
const DRAWN_MAX: usize = 12;

/// The chapter.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    html! {
        section aria-labelledby={ "gaps-" (language.suffix()) } {
            h2 id={ "gaps-" (language.suffix()) } { (language.pick("缺口：再加一份能帮到谁", "Gaps: what one more would do")) }
            @if picture.gaps.is_empty() {
                p class="lead" {
                    (language.pick(
                        "没有一处增加现有供给就能多满足需求；未满足的原因见下。",
                        "More of what there is would serve nobody more, anywhere; the reasons below say what is in the way.",
                    ))
                }
            } @else {
                p class="lead" {
                    (language.pick(
                        "数字由影子价格得出：在所示数量以内，每增加一份，就多满足一份该级需求；超过后不再成立。最紧急、最大的缺口在前。",
                        "Read from the plan's shadow prices: within the number shown, each further unit serves one more unit of that tier; \
                         beyond it, no longer. The most urgent and largest gaps come first.",
                    ))
                }
                figure {
                    (key(picture, language))
                    (bars("long", &rows(picture, language)))
                    @if picture.gaps.len() > DRAWN_MAX {
                        p class="note" {
                            (language.pick(
                                format!("图中为前 {DRAWN_MAX} 个，共 {} 个，全部见数据表。", picture.gaps.len()),
                                format!("The first {DRAWN_MAX} of {}; the table has all of them.", picture.gaps.len()),
                            ))
                        }
                    }
                    (table(picture, language))
                }
            }
        }
    }
}

fn rows(picture: &RoundPicture, language: Language) -> Vec<Bar> {
    let drawn = picture.gaps.iter().take(DRAWN_MAX);
    let size = |gap: &GapFigures| gap.units as f64 / gap.per.max(1) as f64;
    let most = drawn.clone().map(size).fold(f64::MIN_POSITIVE, f64::max);
    drawn
        .map(|gap| Bar {
            label: html! { (sentence(gap, language)) },
            value: up_to(gap, language),
            segments: vec![Segment { class: class_of(gap.tier), share: size(gap) / most, says: up_to(gap, language) }],
        })
        .collect()
}

/// The key to the tiers that are drawn.
fn key(picture: &RoundPicture, language: Language) -> Markup {
    let tiers: BTreeSet<u8> = picture.gaps.iter().take(DRAWN_MAX).map(|gap| gap.tier).collect();
    html! {
        ul class="key" {
            @for tier in tiers {
                li {
                    svg width="14" height="14" aria-hidden="true" focusable="false" {
                        rect class=(class_of(tier)) width="14" height="14" rx="2" {}
                    }
                    " " (tier_name(language, tier))
                }
            }
        }
    }
}

/// Darker is more urgent.
fn class_of(tier: u8) -> &'static str {
    match tier {
        1 => "tier-1",
        2 => "tier-2",
        3 => "tier-3",
        _ => "tier-4",
    }
}

/// What one more would do, in a sentence, and of what there is to be one more.
#[must_use]
pub fn sentence(gap: &GapFigures, language: Language) -> String {
    let category = language.of(&gap.category);
    let unit = language.of(&gap.unit);
    let tier = named_tier(language, gap.tier, &gap.tier_name);
    let place = gap.division.as_ref().map(|division| language.of(division));
    let mut text = match language {
        Language::Zh => {
            let place = place.unwrap_or_default();
            format!("{place}再增加 1 {unit}“{category}”，可多满足 1 {unit}{tier}需求")
        }
        Language::En => {
            let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
            format!("One more {unit} of “{category}”{place} serves one more {unit} of {tier} need")
        }
    };
    match &gap.resource {
        None => text.push_str(
            language
                .pick("（当地没有可用资源，需要新的）", " (nothing there is within reach: it takes a new resource)"),
        ),
        Some(resource) => {
            text.push_str(language.pick("：", ": "));
            text.push_str(language.of(resource));
        }
    }
    if let Some(start) = &gap.period {
        text.push_str(&language.pick(format!("，{start} 起的时段"), format!(", in the period from {start}")));
    }
    text
}

/// For how many units it is true.
#[must_use]
pub fn up_to(gap: &GapFigures, language: Language) -> String {
    let units = amount(language, gap.units, gap.per, &gap.unit);
    let about = if gap.exact { "" } else { language.pick("约", "about ") };
    language.pick(format!("至多再加{about} {units}"), format!("true for up to {about}{units} more"))
}

fn table(picture: &RoundPicture, language: Language) -> Markup {
    let caption = language.pick("供给缺口", "Supply gaps");
    let columns = [
        words(language.pick("类别", "Category")),
        words(language.pick("区划", "Division")),
        words(language.pick("级别", "Tier")),
        figures(language.pick("至多再加", "Up to so many more")),
        words(language.pick("单位", "Unit")),
        words(language.pick("可扩充的资源", "Resource that would need more")),
        words(language.pick("时段起", "Period from")),
        words(language.pick("精确", "Exact")),
    ];
    let none = || "–".to_owned();
    let rows: Vec<Vec<String>> = picture
        .gaps
        .iter()
        .map(|gap| {
            vec![
                language.of(&gap.category).to_owned(),
                gap.division.as_ref().map_or_else(none, |division| language.of(division).to_owned()),
                tier_name(language, gap.tier),
                parts(gap.units.into(), gap.per),
                language.of(&gap.unit).to_owned(),
                gap.resource.as_ref().map_or_else(
                    || language.pick("需要新的", "a new one").to_owned(),
                    |resource| language.of(resource).to_owned(),
                ),
                gap.period.clone().unwrap_or_else(none),
                if gap.exact { language.pick("是", "yes") } else { language.pick("约数", "about") }.to_owned(),
            ]
        })
        .collect();
    unfolding(language, caption, &columns, &rows, None)
}
