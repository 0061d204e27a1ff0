//! Whether help is spread fairly: served share, waiting and distance, by group and by division.

use maud::{Markup, html};

use crate::bars::{Dot, DotRow, dots};
use crate::figures::{count, days, distance};
use crate::language::Language;
use crate::picture::{FairnessRow, RoundPicture};
use crate::tables::{figures, unfolding, words};

/// Rows that are drawn of a way to divide people; the table has all.
const DRAWN_MAX: usize = 14;

/// What is compared.
#[derive(Clone, Copy)]
enum Measure {
    Share,
    Waiting,
    Distance,
}

impl Measure {
    const ALL: [Self; 3] = [Self::Share, Self::Waiting, Self::Distance];

    fn title(self, language: Language) -> &'static str {
        match self {
            Self::Share => language.pick("满足比例", "Share served"),
            Self::Waiting => language.pick("平均等候", "Mean waiting"),
            Self::Distance => language.pick("平均距离", "Mean distance"),
        }
    }

    /// What is shown of a row: its main figure, and for waiting that of those who get nothing.
    fn of(self, row: &FairnessRow) -> [Option<u64>; 2] {
        match self {
            Self::Share => [Some(u64::from(row.share_permille)), None],
            Self::Waiting => [row.waiting_served_seconds, row.waiting_unserved_seconds],
            Self::Distance => [row.distance_metres, None],
        }
    }

    fn says(self, language: Language, value: u64) -> String {
        match self {
            Self::Share => permille(value),
            Self::Waiting => days(language, value),
            Self::Distance => distance(language, value),
        }
    }

    /// How far the lowest and the highest figure are apart.
    fn apart(self, language: Language, value: u64) -> String {
        match self {
            Self::Share => {
                let number = permille(value);
                let number = number.trim_end_matches('%');
                language.pick(format!("{number} 个百分点"), format!("{number} points"))
            }
            Self::Waiting | Self::Distance => self.says(language, value),
        }
    }
}

fn permille(value: u64) -> String {
    match value % 10 {
        0 => format!("{}%", value / 10),
        tenth => format!("{}.{tenth}%", value / 10),
    }
}

/// The chapter.
pub(crate) fn chapter(picture: &RoundPicture, language: Language) -> Markup {
    let fairness = &picture.fairness;
    html! {
        section aria-labelledby={ "fairness-" (language.suffix()) } {
            h2 id={ "fairness-" (language.suffix()) } { (language.pick("公平性", "Fairness")) }
            p class="lead" {
                (language.pick(
                    "每个圆点是一个群体或一个区划；竖线是全体；浅色带是最低与最高之间的差距。等候图中，实心点是已满足者，空心点是未满足者。",
                    "Each dot is a group or a division; the line is everybody; the pale band reaches from the lowest to the highest. \
                     In the waiting charts, full dots are those who are served, hollow ones those who get nothing.",
                ))
            }
            (division_of_people(
                language,
                language.pick("按群体", "By group"),
                language.pick("一项需求可属于几个群体。", "A need may belong to several groups."),
                &fairness.by_group,
                &fairness.overall,
            ))
            (division_of_people(language, language.pick("按区划", "By division"), "", &fairness.by_division, &fairness.overall))
        }
    }
}

/// How far groups are apart in what they are served, in a sentence; none where there is nothing to compare.
pub(crate) fn sentence(picture: &RoundPicture, language: Language) -> Option<String> {
    let groups = || picture.fairness.by_group.iter().filter(|row| row.items > 0);
    let (worst, best) =
        (groups().min_by_key(|row| row.share_permille)?, groups().max_by_key(|row| row.share_permille)?);
    let [low, high] = [worst, best].map(|row| u64::from(row.share_permille));
    if groups().count() < 2 {
        return None;
    }
    let apart = Measure::Share.apart(language, high - low);
    let [worst, best] = [worst, best].map(|row| language.of(&row.name));
    let [low_says, high_says] = [low, high].map(permille);
    Some(if low == high {
        language.pick(
            format!("各群体的满足比例相同（{low_says}）。"),
            format!("All groups have the same share served ({low_says})."),
        )
    } else {
        language.pick(
            format!("各群体的满足比例最低 {low_says}（{worst}），最高 {high_says}（{best}），相差 {apart}。"),
            format!("Between groups, the share served runs from {low_says} ({worst}) to {high_says} ({best}): {apart} apart."),
        )
    })
}

fn division_of_people(
    language: Language,
    title: &str,
    note: &str,
    rows: &[FairnessRow],
    overall: &FairnessRow,
) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    html! {
        h3 { (title) }
        @if !note.is_empty() { p class="note" { (note) } }
        figure {
            div class="measures" {
                @for measure in Measure::ALL { (panel(language, measure, rows, overall)) }
            }
            @if rows.len() > DRAWN_MAX {
                p class="note" {
                    (language.pick(
                        format!("图中为需求最多的 {DRAWN_MAX} 个，差距按全部 {} 个计算。", rows.len()),
                        format!("The {DRAWN_MAX} with most items are drawn; the spread is over all {}.", rows.len()),
                    ))
                }
            }
            (table(language, title, rows, overall))
        }
    }
}

fn panel(language: Language, measure: Measure, rows: &[FairnessRow], overall: &FairnessRow) -> Markup {
    let main = || rows.iter().filter_map(|row| measure.of(row)[0]);
    let (lowest, highest) = (main().min(), main().max());
    // The share is seen against all and nothing, the others against the largest figure there is.
    let scale = match measure {
        Measure::Share => 1_000,
        _ => rows.iter().chain([overall]).flat_map(|row| measure.of(row)).flatten().max().unwrap_or(0).max(1),
    } as f64;
    let band = lowest.zip(highest).map(|(low, high)| (low as f64 / scale, high as f64 / scale));
    let spread = match lowest.zip(highest) {
        Some((low, high)) => {
            let (low_says, high_says) = (measure.says(language, low), measure.says(language, high));
            let apart = measure.apart(language, high - low);
            language.pick(
                format!("{low_says} 至 {high_says}，相差 {apart}"),
                format!("{low_says} to {high_says}: {apart} apart"),
            )
        }
        None => language.pick("没有数据", "no figures").to_owned(),
    };
    let mut drawn: Vec<&FairnessRow> = rows.iter().collect();
    if drawn.len() > DRAWN_MAX {
        drawn.sort_by_key(|row| std::cmp::Reverse(row.items));
        drawn.truncate(DRAWN_MAX);
    }
    let marks: Vec<DotRow> = drawn.into_iter().map(|row| dot_row(language, measure, row, scale)).collect();
    html! {
        div class="measure" {
            h4 { (measure.title(language)) }
            p class="spread" { (spread) }
            (dots(&marks, band, measure.of(overall)[0].map(|value| value as f64 / scale)))
        }
    }
}

fn dot_row(language: Language, measure: Measure, row: &FairnessRow, scale: f64) -> DotRow {
    let name = language.of(&row.name);
    let [main, other] = measure.of(row);
    let dot = |class, value: u64| {
        let says = format!("{name}: {}", measure.says(language, value));
        Dot { class, at: value as f64 / scale, says }
    };
    DotRow {
        label: name.to_owned(),
        value: main.map_or_else(|| "–".to_owned(), |value| measure.says(language, value)),
        dots: other.map(|value| dot("hollow", value)).into_iter().chain(main.map(|value| dot("dot", value))).collect(),
    }
}

fn table(language: Language, title: &str, rows: &[FairnessRow], overall: &FairnessRow) -> Markup {
    let caption = format!("{}{title}", language.pick("公平性，", "Fairness, "));
    let columns = [
        words(title.trim_start_matches(language.pick("按", "By "))),
        figures(language.pick("需求项", "Items")),
        figures(language.pick("满足比例", "Share served")),
        figures(language.pick("已满足者等候", "Waiting, served")),
        figures(language.pick("未满足者等候", "Waiting, not served")),
        figures(language.pick("平均距离", "Mean distance")),
    ];
    let cells = |row: &FairnessRow, name: String| {
        let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        vec![
            name,
            count(row.items),
            permille(u64::from(row.share_permille)),
            or_dash(row.waiting_served_seconds.map(|value| days(language, value))),
            or_dash(row.waiting_unserved_seconds.map(|value| days(language, value))),
            or_dash(row.distance_metres.map(|value| distance(language, value))),
        ]
    };
    let all: Vec<Vec<String>> = rows.iter().map(|row| cells(row, language.of(&row.name).to_owned())).collect();
    let everybody = cells(overall, language.pick("全体", "Everybody").to_owned());
    unfolding(language, &caption, &columns, &all, Some(everybody))
}
