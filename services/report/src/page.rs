//! The page around the chapters.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::language::Language;
use crate::picture::RoundPicture;
use crate::{fairness, flows, gaps, map, proof, reasons, summary, tiers};

/// The style, inlined.
const STYLE: &str = include_str!("page.css");
/// The script, inlined: it tells the browser which language is shown, and keeps the choice in the page's address.
pub(crate) const SCRIPT: &str = include_str!("page.js");
/// What the page may do: show itself, and run this one script. It says so itself; whoever serves it can say so too.
pub const CONTENT_SECURITY_POLICY: &str = concat!(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-",
    include_str!("page.js.sha256"),
    "'; base-uri 'none'; form-action 'none'"
);

/// A round as one page of HTML that needs nothing else, opened in `language`, with the other a click away.
///
/// The same picture makes the same bytes. Everything in it is escaped; nothing it holds can become markup.
#[must_use]
pub fn render(picture: &RoundPicture, language: Language) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_SECURITY_POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title(picture, language)) }
                // An icon of its own, so that no browser goes looking for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (switch(language))
                    @for each in Language::ALL { (article(picture, each)) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn title(picture: &RoundPicture, language: Language) -> String {
    format!("{} · {}", language.pick("统筹轮次报告", "Round report"), picture.planned_at)
}

/// Two radio buttons in front of the articles: which of them is chosen decides, by style alone, which article is shown.
fn switch(language: Language) -> Markup {
    html! {
        div class="switch-name" id="switch-name" { "语言 / Language" }
        @for each in Language::ALL {
            input class="switch" type="radio" name="language" id={ "show-" (each.suffix()) } checked[each == language]
                aria-describedby="switch-name";
            label class="switch" for={ "show-" (each.suffix()) } lang=(each.tag()) { (each.pick("中文", "English")) }
        }
    }
}

fn article(picture: &RoundPicture, language: Language) -> Markup {
    html! {
        article class=(language.suffix()) lang=(language.tag()) data-title=(title(picture, language)) {
            header {
                h1 { (language.pick("统筹轮次报告", "Round report")) }
                p class="of" {
                    (scope(picture, language))
                    @if !picture.name.is_empty() { " · " code { (picture.name) } }
                    " · " (picture.planned_at)
                }
                @if !picture.rules.is_empty() { p class="of rules" { (rules(picture, language)) } }
            }
            (summary::chapter(picture, language))
            (tiers::chapter(picture, language))
            (map::chapter(picture, language))
            (flows::chapter(picture, language))
            (gaps::chapter(picture, language))
            (reasons::chapter(picture, language))
            (fairness::chapter(picture, language))
            (proof::chapter(picture, language))
            (footer(picture, language))
        }
    }
}

fn scope(picture: &RoundPicture, language: Language) -> String {
    if picture.scope.is_empty() {
        return language.pick("全部未满足的需求", "all open needs").to_owned();
    }
    let names: Vec<String> = picture.scope.iter().map(|name| language.of(name).to_owned()).collect();
    language.list(&names)
}

fn rules(picture: &RoundPicture, language: Language) -> String {
    let rules: Vec<&str> = picture.rules.iter().map(|rule| language.of(rule)).collect();
    let (before, between) = language.pick(("规则：", "；"), ("Rules: ", "; "));
    format!("{before}{}", rules.join(between))
}

fn footer(picture: &RoundPicture, language: Language) -> Markup {
    html! {
        footer {
            p {
                (language.pick(
                    "本页只有汇总数字：没有救助对象的身份、文字描述和确切位置，需求只到区划。数量很小时仍可能认出人来，仅供内部使用。",
                    "This page holds sums alone: no identity, no free text and no exact place of anybody who is helped; a need is in a division, no closer. \
                     Very small numbers may still point at a person: for internal use.",
                ))
            }
            p { "Wishwell · " (language.pick("引擎", "engine")) " " (picture.engine_version) }
        }
    }
}
