//! What is open and served by place.

use maud::{Markup, html};
use wishwell_api::v1;
use wishwell_report::{LinkedFigure, SplitPlace, split_map};

use super::{Row, Sheet};
use crate::pages::desk::needs::list::NeedQuery;

/// Where the table is that has all figures of the map.
const TABLE: &str = "places-table";

/// The section: a map whose figures lead to their lists, and a table of the same figures, and of those that no map can show.
pub(super) fn section(sheet: &Sheet<'_>) -> Markup {
    let rows = sheet.figures.divisions.iter().map(|tally| Row {
        name: sheet.names.place(sheet.visit, &tally.division),
        open: (tally.open_needs, there(sheet, &tally.division, NeedQuery::open())),
        served: (tally.served_needs, there(sheet, &tally.division, NeedQuery::served())),
        disputed: (tally.disputed_needs, there(sheet, &tally.division, NeedQuery::disputed())),
    });
    let drawn = map(sheet);
    html! {
        section class="places" aria-labelledby="places-title" {
            h2 id="places-title" { (sheet.say("按街道乡镇", "By street and town")) (sheet.kind()) }
            @if !drawn.0.is_empty() {
                p class="note" {
                    (sheet.say(
                        "圆的大小是需求数，位置是街道或乡镇的中心。名称旁先是待满足的，后是已满足的；点数字看清单。有异议的和只知道在哪个区县的需求不在图上，见下表。",
                        "The size of a circle is how many needs there are; it stands in the middle of a street or town. Beside a name stands how many are open, then how many are served: choose a figure to see them. What is disputed, or known no closer than by district, is in the table alone.",
                    ))
                }
                ul class="key" aria-hidden="true" {
                    li { span class="swatch unserved" {} (sheet.say("待满足", "open")) }
                    li { span class="swatch served" {} (sheet.say("已满足", "served")) }
                }
                a class="past" href={ "#" (TABLE) } { (sheet.say("跳过地图，看表格", "Past the map to the table")) }
                (drawn)
            }
            @if sheet.figures.divisions.is_empty() {
                p class="empty" { (sheet.say("没有这样的需求。", "There is no such need.")) }
            } @else {
                (sheet.open_and_served(TABLE, sheet.say("街道乡镇", "Street or town"), rows))
            }
        }
    }
}

/// A list of needs, of one place.
fn there(sheet: &Sheet<'_>, division: &str, query: NeedQuery) -> NeedQuery {
    let query = sheet.of_kind(query);
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
    let figure = |tally: &v1::DivisionTally, count: i64, query: NeedQuery| LinkedFigure {
        count: count.unsigned_abs(),
        address: there(sheet, &tally.division, query).address(),
    };
    let places: Vec<SplitPlace> = sheet
        .figures
        .divisions
        .iter()
        .filter(|tally| !has_rows_below(&tally.division))
        .filter_map(|tally| {
            Some(SplitPlace {
                division: *index.get(tally.division.as_str())?,
                open: figure(tally, tally.open_needs, NeedQuery::open()),
                served: figure(tally, tally.served_needs, NeedQuery::served()),
            })
        })
        .collect();
    split_map(&divisions, &places, sheet.visit.language, sheet.visit.app.options().map_tiles.as_ref())
}
