//! What maps that lead somewhere have in common: for pages that list what is in a place, in a column as wide as a telephone.

use maud::{Markup, html};

use super::plate::{Plate, Screen, Sizes, Spot, plates};
use super::sheets;
use crate::tiles::Tiles;

/// A page of lists has a column for its map.
const SCREEN: Screen = Screen::Narrow;
/// Radius in pixels within which a touch counts as one of the circle's: a finger is wider than a small circle.
pub(crate) const REACH: f64 = 14.0;

/// Where a circle leads.
pub(crate) enum Way {
    /// To what is in one place, by its index among the spots.
    Place(usize),
    /// To the map on the same page that takes a crowd apart.
    Detail(String),
    /// A crowd too many to be taken apart: lists and tables have it.
    Nowhere,
}

/// The overview and its details, each drawn by `draw`, which is given all of them and which one it is; below them whose the tiles are
/// that they lie on.
pub(crate) fn maps(spots: &[Spot], tiles: Option<&Tiles>, draw: impl Fn(&[Plate], usize, &Plate) -> Markup) -> Markup {
    let whole: f64 = spots.iter().map(|spot| spot.weight).sum();
    let plates = plates(spots, SCREEN, Sizes::of(SCREEN, whole));
    let drawn = plates.iter().enumerate().map(|(nth, plate)| draw(&plates, nth, plate)).collect();
    html! {
        (sheets(SCREEN, drawn))
        @if let Some(tiles) = tiles { p class="note credit" { (tiles.credit()) } }
    }
}

/// The name of a map within its page.
pub(crate) fn id(nth: usize) -> String {
    format!("map-{nth}")
}

/// Where a circle of one of these maps leads.
pub(crate) fn way(plates: &[Plate], plate: &Plate, circle: usize) -> Way {
    let detail = plates.iter().position(|other| plate.of.is_none() && other.of == Some(circle));
    match (detail, plate.groups.get(circle).map(Vec::as_slice)) {
        (Some(nth), _) => Way::Detail(format!("#{}", id(nth))),
        (None, Some([only])) => Way::Place(*only),
        (None, _) => Way::Nowhere,
    }
}

/// So many crowds of three streets each, far from each other, for tests: the points of their streets.
#[cfg(test)]
pub(crate) fn crowds(count: usize) -> Vec<(f64, f64)> {
    let crowd = |nth: usize| {
        let (row, column) = (nth / 4, nth % 4);
        let at = (38.0 + 0.5 * row as f64, 106.0 + 0.5 * column as f64);
        (0..3).map(move |street| (at.0 + 0.002 * f64::from(street), at.1))
    };
    (0..count).flat_map(crowd).collect()
}
