//! What is open and served by place.

use maud::{Markup, html};
use wishwell_report::{LinkedPlace, linked_map};

use super::{Row, Sheet};
use crate::pages::desk::needs::list::NeedQuery;

/// The section: a map of what is open, whose circles lead to their lists, and a table of all figures.
pub(super) fn section(sheet: &Sheet<'_>) -> Markup {
    let rows = sheet.figures.divisions.iter().map(|tally| Row {
        name: sheet.names.place(sheet.visit, &tally.division),
        open: (tally.open_needs, there(&tally.division, NeedQuery::open())),
        served: (tally.served_needs, there(&tally.division, NeedQuery::served())),
    });
    let drawn = map(sheet);
    html! {
        section class="places" aria-labelledby="places-title" {
            h2 id="places-title" { (sheet.say("按街道乡镇", "By street and town")) }
            @if !drawn.0.is_empty() {
                p class="note" {
                    (sheet.say(
                        "圆的大小是待满足的需求数，位置是街道或乡镇的中心。点一个圆，看那里待满足的需求。",
                        "The size of a circle is how many needs are open; it stands in the middle of a street or town. Choose one to see them.",
                    ))
                }
                (drawn)
            }
            (sheet.open_and_served(sheet.say("街道乡镇", "Street or town"), rows))
        }
    }
}

/// A list of needs, of one place.
fn there(division: &str, query: NeedQuery) -> NeedQuery {
    match division {
        "" => NeedQuery { nowhere: "yes".to_owned(), ..query },
        code => NeedQuery { division: code.to_owned(), ..query },
    }
}

/// A row counts what is below it too: only the lowest rows are drawn, so that nothing is drawn twice.
fn map(sheet: &Sheet<'_>) -> Markup {
    let catalogue = &sheet.names.catalogue;
    let (divisions, index) = catalogue.on_map();
    let codes = || sheet.figures.divisions.iter().map(|tally| tally.division.as_str());
    let has_rows_below =
        |code: &str| codes().any(|other| other != code && catalogue.division_line(other).any(|above| above == code));
    let places: Vec<LinkedPlace> = sheet
        .figures
        .divisions
        .iter()
        .filter(|tally| tally.open_needs > 0 && !has_rows_below(&tally.division))
        .filter_map(|tally| {
            let division = *index.get(tally.division.as_str())?;
            let address = there(&tally.division, NeedQuery::open()).address();
            Some(LinkedPlace { division, count: tally.open_needs.unsigned_abs(), address })
        })
        .collect();
    linked_map(&divisions, &places, sheet.visit.language)
}
