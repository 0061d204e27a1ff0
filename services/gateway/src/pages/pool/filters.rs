//! Narrowing the pool down: by what is wished for and by where, only to what there is something of.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Filter;
use super::summary::Summary;
use crate::pages::visit::Visit;

/// Choices of one kind that are shown.
const CHOICES_MAX: usize = 40;

/// One way down a tree: what was chosen, from the root, and what is below it.
struct Tree<'t> {
    /// Codes from the root to what is chosen.
    line: Vec<&'t str>,
    /// Codes below it, the most wished for first.
    below: Vec<(&'t str, u64)>,
}

pub(super) fn filters(visit: &Visit, filter: &Filter, summary: &Summary) -> Markup {
    let names = &summary.names;
    let category = Tree {
        line: chosen(names.category_line(&filter.category)),
        below: below(&summary.by_category, &filter.category, |code| {
            names.categories.get(code).map_or("", |found| found.parent.as_str())
        }),
    };
    let division = Tree {
        line: chosen(names.division_line(&filter.division)),
        below: below(&summary.by_division, &filter.division, |code| {
            names.divisions.get(code).map_or("", |found| found.parent.as_str())
        }),
    };
    html! {
        (choices(
            visit.say("需要什么", "What"),
            visit.say("全部类别", "Everything"),
            &category,
            |code| filter.of_category(code).address(),
            |code| names.category(visit, code).to_owned(),
        ))
        (choices(
            visit.say("在哪里", "Where"),
            visit.say("全部地区", "Everywhere"),
            &division,
            |code| filter.in_division(code).address(),
            |code| names.division(visit, code).to_owned(),
        ))
    }
}

fn choices(
    title: &str,
    all: &str,
    tree: &Tree<'_>,
    address: impl Fn(&str) -> String,
    name: impl Fn(&str) -> String,
) -> Markup {
    html! {
        nav class="choices" aria-label=(title) {
            h2 { (title) }
            p class="chosen" {
                @if tree.line.is_empty() {
                    strong { (all) }
                } @else {
                    a href=(address("")) { (all) }
                    @for (nth, code) in tree.line.iter().enumerate() {
                        span aria-hidden="true" { " › " }
                        @if nth + 1 == tree.line.len() { strong aria-current="true" { (name(code)) } } @else { a href=(address(code)) { (name(code)) } }
                    }
                }
            }
            ul {
                @for (code, count) in tree.below.iter().take(CHOICES_MAX) {
                    li { a href=(address(code)) { (name(code)) " " span class="count" { (count) } } }
                }
            }
        }
    }
}

fn chosen<'n>(line: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut line: Vec<&str> = line.filter(|code| !code.is_empty()).collect();
    line.reverse();
    line
}

/// What has something and is right below a code; the roots below none. A root that alone holds everything is stepped over.
fn below<'t>(counts: &'t BTreeMap<String, u64>, chosen: &str, parent: impl Fn(&str) -> &'t str) -> Vec<(&'t str, u64)> {
    let under = |above: &str| {
        let found = counts.iter().filter(|(code, _)| parent(code) == above);
        let mut found: Vec<(&str, u64)> = found.map(|(code, count)| (code.as_str(), *count)).collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        found
    };
    let found = under(chosen);
    match found.as_slice() {
        [(only, _)] if chosen.is_empty() => {
            let deeper = under(only);
            if deeper.is_empty() { found } else { deeper }
        }
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_shows_what_has_something_right_below_it_the_most_wished_for_first() {
        let counts: BTreeMap<String, u64> =
            [("64", 9), ("6401", 6), ("6402", 3), ("640104", 6)].map(|(code, count)| (code.to_owned(), count)).into();
        let parent = |code: &str| match code {
            "6401" | "6402" => "64",
            "640104" => "6401",
            _ => "",
        };
        assert_eq!(below(&counts, "", parent), [("6401", 6), ("6402", 3)], "the only root is stepped over");
        assert_eq!(below(&counts, "6401", parent), [("640104", 6)]);
        assert_eq!(below(&counts, "640104", parent), []);
    }
}
