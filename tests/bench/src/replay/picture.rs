//! The trade-off between fill, miles and shipments as a picture.

use super::chart::{Axis, Panel, Rule, Scale, Series, svg};
use super::study::{FILL_RATIO_MIN, Row, Study};

const COLOURS: [&str; 5] = ["#1f6fb2", "#d9730d", "#2a8c55", "#8a4fbf", "#a08000"];
const GREY: &str = "#555";
const FRONTIER: &str = "#aaa";
const RECOMMENDED: &str = "#c2185b";

/// Fill against average unit-miles, and against shipments per donor.
pub(super) fn picture(study: &Study) -> String {
    let nearest = &study.baselines[2].figures;
    let fill = || Axis { label: "fill", scale: Scale::Linear, ticks: vec![0.0, 0.1, 0.2, 0.3, 0.4] };
    let across = || {
        vec![
            Rule::Across(study.hindsight.figures.fill, "hindsight bound".to_owned()),
            Rule::Across(nearest.fill * FILL_RATIO_MIN, "twice nearest recipient".to_owned()),
        ]
    };
    let mut rules = across();
    rules.push(Rule::Down(nearest.unit_miles, "nearest recipient".to_owned()));
    let miles = Axis {
        label: "average unit-miles (logarithmic)",
        scale: Scale::Logarithmic,
        ticks: vec![5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0],
    };
    let shipments =
        Axis { label: "shipments per donor", scale: Scale::Linear, ticks: vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0] };
    let mut by_miles = series(study, |row| row.figures.unit_miles, |curve| curve.points_are_miles);
    by_miles.insert(
        0,
        Series {
            name: "Nobody fills more, not even in hindsight".to_owned(),
            colour: FRONTIER,
            joined: true,
            points: study.frontier.iter().map(|(miles, fill)| (*miles, *fill, String::new())).collect(),
        },
    );
    let by_shipments = series(study, |row| row.figures.shipments_per_donor, |curve| !curve.points_are_miles);
    let panels = [
        Panel { title: "Fill and miles".to_owned(), x: miles, y: fill(), rules, series: by_miles },
        Panel {
            title: "Fill and shipments".to_owned(),
            x: shipments,
            y: fill(),
            rules: across(),
            series: by_shipments,
        },
    ];
    svg(&panels, "Fill against average unit-miles, and against shipments per donor")
}

/// Curves and single rules; points of curves are named where `named` says so, each second one.
fn series(study: &Study, x: fn(&Row) -> f64, named: fn(&super::study::Curve) -> bool) -> Vec<Series> {
    let curves = study.curves.iter().zip(COLOURS).map(|(curve, colour)| {
        let label = |nth: usize, row: &Row| {
            if named(curve) && nth.is_multiple_of(2) { row.name.clone() } else { String::new() }
        };
        let point = |(nth, row): (usize, &Row)| (x(row), row.figures.fill, label(nth, row));
        Series {
            name: curve.name.clone(),
            colour,
            joined: true,
            points: curve.rows.iter().enumerate().map(point).collect(),
        }
    });
    // The first of a pair is named, its variant lies beside it.
    let names = ["first come", "", "nearest", ""];
    let baselines = study.baselines.iter().zip(names);
    let single = [
        Series {
            name: "Without an optimizer: first come, first matched, and nearest recipient, each in both variants"
                .to_owned(),
            colour: GREY,
            joined: false,
            points: baselines.map(|(row, label)| (x(row), row.figures.fill, label.to_owned())).collect(),
        },
        Series {
            name: study.recommended.name.clone() + ": recommended",
            colour: RECOMMENDED,
            joined: false,
            points: vec![(x(&study.recommended), study.recommended.figures.fill, String::new())],
        },
    ];
    curves.chain(single).collect()
}
