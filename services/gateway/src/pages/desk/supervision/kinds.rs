//! What is open and served by kind of help, and which kind is looked at.

use maud::{Markup, html};

use super::{Row, Scope, Sheet};
use crate::pages::desk::needs::list::NeedQuery;

/// The way to one kind of help and back, level by level. Only kinds that somebody needs are offered.
pub(super) fn choices(sheet: &Sheet<'_>) -> Markup {
    let chosen = sheet.scope.category.as_str();
    let of = |category: &str| Scope { category: category.to_owned(), ..sheet.scope.clone() }.address();
    let name = |code| sheet.names.category(sheet.visit, code);
    let mut line: Vec<&str> = sheet.names.catalogue.category_line(chosen).filter(|code| !code.is_empty()).collect();
    line.reverse();
    html! {
        nav class="kinds" aria-label=(sheet.say("服务类别", "Kind of help")) {
            p {
                @if chosen.is_empty() {
                    strong aria-current="true" { (sheet.say("全部类别", "All kinds of help")) }
                } @else {
                    a href=(of("")) { (sheet.say("全部类别", "All kinds of help")) }
                }
                @for code in &line {
                    span aria-hidden="true" { " › " }
                    @if *code == chosen { strong aria-current="true" { (name(code)) } } @else { a href=(of(code)) { (name(code)) } }
                }
            }
            @if !sheet.figures.categories.is_empty() {
                ul { @for tally in &sheet.figures.categories { li { a href=(of(&tally.category)) { (name(&tally.category)) } } } }
            }
        }
    }
}

/// The table.
pub(super) fn section(sheet: &Sheet<'_>) -> Markup {
    let rows = sheet.figures.categories.iter().map(|tally| {
        let of = |query: NeedQuery| NeedQuery { category: tally.category.clone(), ..sheet.needs(query) };
        Row {
            name: sheet.names.category(sheet.visit, &tally.category).to_owned(),
            open: (tally.open_needs, of(NeedQuery::open())),
            served: (tally.served_needs, of(NeedQuery::served())),
            disputed: (tally.disputed_needs, of(NeedQuery::disputed())),
        }
    });
    html! {
        @if !sheet.figures.categories.is_empty() {
            section aria-labelledby="kinds-title" {
                h2 id="kinds-title" { (sheet.say("按服务类别", "By kind of help")) (sheet.kind()) }
                (sheet.open_and_served("kinds-table", sheet.say("服务类别", "Kind of help"), rows))
            }
        }
    }
}
