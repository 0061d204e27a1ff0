//! What is below everything on a map: tiles where there are any, parallels and meridians, the other divisions as dots, and the scale.

use maud::{Markup, html};

use super::labels::Area;
use super::plate::Plate;
use super::tiled::tiled;
use crate::figures;
use crate::language::Language;
use crate::svg::{number, width_em};
use crate::tiles::Tiles;

/// Size of the ground's figures in pixels.
const FONT: f64 = 10.0;
/// Steps of the grid in thousandths of a degree.
const STEPS: [i32; 11] = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
/// Lines of the grid in each direction, at most.
const LINES_MAX: f64 = 5.0;

/// The ground of a map, and what names must not cover of it.
pub(crate) fn ground(
    plate: &Plate,
    context: &[(f64, f64)],
    language: Language,
    tiles: Option<&Tiles>,
) -> (Markup, Vec<Area>) {
    let frame = &plate.frame;
    let (metres, pixels) = frame.scale_bar();
    let (left, base) = (12.0, frame.height - 12.0);
    let says = figures::distance(language, metres).replace(".0 ", " ");
    let mut taken = vec![Area {
        left: left - 4.0,
        top: base - 22.0,
        right: left + pixels.max(width_em(&says) * FONT * 1.1) + 6.0,
        bottom: frame.height,
    }];
    let (grid, figures) = grid(plate);
    taken.extend(figures);
    let dots: Vec<(f64, f64)> =
        context.iter().map(|at| frame.at(plate.projection.project(*at))).filter(|at| frame.shows(*at)).collect();
    let drawn = html! {
        rect class="ground" width=(number(frame.width)) height=(number(frame.height)) rx="6" {}
        @if let Some(tiles) = tiles { (tiled(plate, tiles)) }
        (grid)
        @for (x, y) in dots { circle class="context" cx=(number(x)) cy=(number(y)) r="1.6" {} }
        g class="scale" {
            path d={ "M" (number(left)) " " (number(base - 5.0)) "v5h" (number(pixels)) "v-5" } {}
            text x=(number(left + 1.0)) y=(number(base - 9.0)) { (says) }
        }
    };
    (drawn, taken)
}

/// Parallels and meridians with their degrees where no circle is in the way, and where the degrees stand.
fn grid(plate: &Plate) -> (Markup, Vec<Area>) {
    let frame = &plate.frame;
    let (latitudes, longitudes) = window(plate);
    let mut taken = Vec::new();
    let mut lines = Vec::new();
    let is_free = |area: &Area| !plate.circles.iter().any(|circle| area.meets_circle(circle));
    for latitude in ticks(latitudes) {
        let line: Vec<(f64, f64)> = samples(longitudes).map(|longitude| at(plate, latitude, longitude)).collect();
        let y = line.iter().map(|point| point.1).sum::<f64>() / line.len().max(1) as f64;
        if (24.0..frame.height - 44.0).contains(&y) {
            let area = Area { left: frame.width - 50.0, top: y - 14.0, right: frame.width, bottom: y };
            let says = if is_free(&area) { degrees(latitude, "N", "S") } else { String::new() };
            lines.push((path(&line), says, "end", frame.width - 5.0, y - 3.0));
            taken.push(area);
        }
    }
    for longitude in ticks(longitudes) {
        let line: Vec<(f64, f64)> = samples(latitudes).map(|latitude| at(plate, latitude, longitude)).collect();
        let x = line.iter().map(|point| point.0).sum::<f64>() / line.len().max(1) as f64;
        if (10.0..frame.width - 56.0).contains(&x) {
            let area = Area { left: x, top: 0.0, right: x + 50.0, bottom: 16.0 };
            let says = if is_free(&area) { degrees(longitude, "E", "W") } else { String::new() };
            lines.push((path(&line), says, "start", x + 4.0, 13.0));
            taken.push(area);
        }
    }
    let drawn = html! {
        g class="grid" {
            @for (path, says, anchor, x, y) in &lines {
                path d=(path) {}
                @if !says.is_empty() { text x=(number(*x)) y=(number(*y)) text-anchor=(anchor) { (says) } }
            }
        }
    };
    (drawn, taken)
}

/// The degrees that a map's window spans, near enough to lay a grid over it: latitudes, longitudes.
pub(super) fn window(plate: &Plate) -> ((f64, f64), (f64, f64)) {
    let frame = &plate.frame;
    let origin = at(plate, plate.projection.middle().0, plate.projection.middle().1);
    let (latitude, longitude) = plate.projection.middle();
    let per_degree = frame.scale * 111_195.0;
    let around = latitude.to_radians().cos().max(0.1) * per_degree;
    (
        (latitude - (frame.height - origin.1) / per_degree, latitude + origin.1 / per_degree),
        (longitude - origin.0 / around, longitude + (frame.width - origin.0) / around),
    )
}

fn at(plate: &Plate, latitude: f64, longitude: f64) -> (f64, f64) {
    plate.frame.at(plate.projection.project((latitude, longitude)))
}

fn samples((from, to): (f64, f64)) -> impl Iterator<Item = f64> {
    (0..=8).map(move |n| from + (to - from) * f64::from(n) / 8.0)
}

/// Round degrees within a range.
fn ticks((from, to): (f64, f64)) -> Vec<f64> {
    let step = STEPS.into_iter().find(|step| (to - from) * 1_000.0 / f64::from(*step) <= LINES_MAX);
    let Some(step) = step.map(|step| f64::from(step) / 1_000.0) else { return Vec::new() };
    let first = (from / step).ceil() as i64;
    (first..).map(|n| n as f64 * step).take_while(|tick| *tick <= to).collect()
}

fn degrees(value: f64, positive: &str, negative: &str) -> String {
    let thousandths = (value.abs() * 1_000.0).round() as u64;
    let fraction = format!("{:03}", thousandths % 1_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let side = if value < 0.0 { negative } else { positive };
    format!("{}{point}{fraction}°{side}", thousandths / 1_000)
}

fn path(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (nth, (x, y)) in points.iter().enumerate() {
        text.push(if nth == 0 { 'M' } else { 'L' });
        text.push_str(&format!("{} {}", number(*x), number(*y)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_has_round_degrees_and_few_of_them() {
        let rounded: Vec<String> = ticks((38.32, 38.71)).into_iter().map(|tick| degrees(tick, "N", "S")).collect();
        assert_eq!(rounded, ["38.4°N", "38.5°N", "38.6°N", "38.7°N"]);
        assert_eq!(degrees(-0.005, "E", "W"), "0.005°W");
        assert_eq!(ticks((-200.0, 200.0)), Vec::<f64>::new());
    }
}
