//! Tables: what every drawing says, in figures.

use maud::{Markup, html};

use crate::language::Language;

/// Longest table of a page: what a person still scrolls through.
const ROWS_MAX: usize = 300;

/// A column: its heading, and whether it holds figures.
pub(crate) struct Column<'a> {
    heading: &'a str,
    is_figure: bool,
}

/// A column of words.
pub(crate) const fn words(heading: &str) -> Column<'_> {
    Column { heading, is_figure: false }
}

/// A column of figures.
pub(crate) const fn figures(heading: &str) -> Column<'_> {
    Column { heading, is_figure: true }
}

/// A table that unfolds below its drawing. The first cell of a row is its heading. Rows past [`ROWS_MAX`] are counted, not shown; the
/// row of totals is always there.
pub(crate) fn unfolding(
    language: Language,
    caption: &str,
    columns: &[Column<'_>],
    rows: &[Vec<String>],
    total: Option<Vec<String>>,
) -> Markup {
    html! {
        details class="figures" {
            summary { (language.pick("数据表：", "Table: ")) (caption) }
            (open(language, caption, columns, rows, total))
        }
    }
}

/// A table that is there at once.
pub(crate) fn open(
    language: Language,
    caption: &str,
    columns: &[Column<'_>],
    rows: &[Vec<String>],
    total: Option<Vec<String>>,
) -> Markup {
    html! {
        // A wide table scrolls in itself, and can be scrolled with the keyboard.
        div class="scroll" tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { (caption) }
                thead {
                    tr {
                        @for column in columns {
                            th scope="col" class=[column.is_figure.then_some("figure")] { (column.heading) }
                        }
                    }
                }
                tbody {
                    @for row in rows.iter().take(ROWS_MAX) { (cells(columns, row)) }
                }
                @if let Some(total) = &total { tfoot { (cells(columns, total)) } }
            }
        }
        @if rows.len() > ROWS_MAX {
            @let rest = rows.len() - ROWS_MAX;
            p class="note" {
                (language.pick(format!("其余 {rest} 行未列出。"), format!("{rest} more rows are not listed.")))
            }
        }
    }
}

fn cells(columns: &[Column<'_>], row: &[String]) -> Markup {
    html! {
        tr {
            @for (place, (cell, column)) in row.iter().zip(columns).enumerate() {
                @let class = column.is_figure.then_some("figure");
                @if place == 0 { th scope="row" class=[class] { (cell) } } @else { td class=[class] { (cell) } }
            }
        }
    }
}
