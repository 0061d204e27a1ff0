//! Why not everything is served.

use maud::{Markup, html};

use crate::bars::{Bar, Segment, bars};
use crate::figures::{count, counted, percent};
use crate::language::Language;
use crate::picture::RoundPicture;
use crate::tables::{figures, unfolding, words};

/// The chapter; nothing where everything is served.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let all: u64 = picture.reasons.iter().map(|reason| reason.items).sum();
    let most = picture.reasons.iter().map(|reason| reason.items).max().unwrap_or(0);
    if most == 0 {
        return html! {};
    }
    let rows: Vec<Bar> = picture
        .reasons
        .iter()
        .map(|reason| Bar {
            label: html! { (language.of(&reason.text)) },
            value: counted(language, reason.items, "项", "item", "items"),
            segments: vec![Segment {
                class: "unserved",
                share: reason.items as f64 / most as f64,
                says: counted(language, reason.items, "项", "item", "items"),
            }],
        })
        .collect();
    let caption = language.pick("未完全满足的原因", "Reasons");
    let columns = [
        words(language.pick("原因", "Reason")),
        words(language.pick("代码", "Code")),
        figures(language.pick("需求项", "Items")),
        figures(language.pick("占比", "Share")),
    ];
    let cells: Vec<Vec<String>> = picture
        .reasons
        .iter()
        .map(|reason| {
            let text = language.of(&reason.text).to_owned();
            vec![text, reason.code.clone(), count(reason.items), percent(reason.items, all)]
        })
        .collect();
    let total = [language.pick("合计", "All"), "–"].map(str::to_owned).into_iter();
    let total: Vec<String> = total.chain([count(all), percent(all, all)]).collect();
    html! {
        section aria-labelledby={ "reasons-" (language.suffix()) } {
            h2 id={ "reasons-" (language.suffix()) } { (language.pick("为什么没有全部满足", "Why not everything is served")) }
            p class="lead" {
                (language.pick(
                    format!("未满足和部分满足的 {} 项需求，各计一个主要原因。", count(all)),
                    format!("Each of the {} items that get nothing, or not all, counts once, by its main reason.", count(all)),
                ))
            }
            figure { (bars("long", &rows)) (unfolding(language, caption, &columns, &cells, Some(total))) }
        }
    }
}
