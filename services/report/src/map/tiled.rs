//! Tiles below a map: each is laid where its corners belong.

use std::f64::consts::{PI, TAU};

use maud::{Markup, html};

use super::ground::window;
use super::plate::Plate;
use crate::tiles::Tiles;

/// Width of a tile in pixels.
const TILE: f64 = 256.0;
/// Drawn so much wider on each side, so that no seam shows.
const OVERLAP: f64 = 2.0;
/// Circumference of the sphere that tiles are made for, in metres.
const AROUND_METRES: f64 = 40_075_016.685_578_5;
/// Tile servers rarely know more.
const ZOOM_MAX: u32 = 18;
/// Most tiles of a map.
const TILES_MAX: u32 = 30;
/// Beyond this latitude there are no tiles.
const LATITUDE_MAX: f64 = 85.051_128;

/// The tiles that a map shows, at the first zoom that is no coarser than its scale.
///
/// Tiles are in Mercator and the map is not: over one tile the two differ by a turn, a scale and about a pixel, which the four corners
/// share.
pub(super) fn tiled(plate: &Plate, tiles: &Tiles) -> Markup {
    let (latitudes, longitudes) = window(plate);
    let across = (longitudes.1 - longitudes.0).min(360.0);
    let flat = f64::midpoint(latitudes.0, latitudes.1).to_radians().cos();
    let zoom = (AROUND_METRES * flat * plate.frame.scale / TILE).log2().ceil().clamp(0.0, f64::from(ZOOM_MAX)) as u32;
    let span = |zoom: u32| {
        let rows = (row(zoom, latitudes.1), row(zoom, latitudes.0));
        let first = column(zoom, longitudes.0);
        (rows, (first, column(zoom, longitudes.0 + across)))
    };
    let count = |zoom: u32| {
        let (rows, columns) = span(zoom);
        (rows.1 - rows.0 + 1) * (columns.1 - columns.0 + 1)
    };
    let zoom = (0..=zoom).rev().find(|zoom| count(*zoom) <= i64::from(TILES_MAX)).unwrap_or(0);
    let (rows, columns) = span(zoom);
    html! {
        g class="base-map" aria-hidden="true" {
            @for y in rows.0..=rows.1 {
                @for x in columns.0..=columns.1 {
                    image href=(tiles.address(zoom, x.rem_euclid(1 << zoom) as u32, y as u32)) x=(-OVERLAP) y=(-OVERLAP)
                        width=(TILE + 2.0 * OVERLAP) height=(TILE + 2.0 * OVERLAP) preserveAspectRatio="none"
                        transform=(laid(plate, zoom, x, y)) {}
                }
            }
        }
    }
}

/// Where a tile's pixels go: its four corners lie equally far from where they belong.
fn laid(plate: &Plate, zoom: u32, x: i64, y: i64) -> String {
    let [origin, east, south, opposite] = corners(plate, zoom, x, y);
    let mean = |parts: [f64; 4]| parts.iter().sum::<f64>() / 4.0;
    let across = [(east.0 - origin.0 + opposite.0 - south.0) / 2.0, (east.1 - origin.1 + opposite.1 - south.1) / 2.0];
    let down = [(south.0 - origin.0 + opposite.0 - east.0) / 2.0, (south.1 - origin.1 + opposite.1 - east.1) / 2.0];
    let middle = [mean([origin.0, east.0, south.0, opposite.0]), mean([origin.1, east.1, south.1, opposite.1])];
    let [left, top] = [0, 1].map(|axis| middle[axis] - (across[axis] + down[axis]) / 2.0);
    let [a, b, c, d] = [across[0], across[1], down[0], down[1]].map(|along| along / TILE);
    format!("matrix({a:.5} {b:.5} {c:.5} {d:.5} {left:.2} {top:.2})")
}

/// Where a tile's corners belong: north-west, north-east, south-west, south-east.
fn corners(plate: &Plate, zoom: u32, x: i64, y: i64) -> [(f64, f64); 4] {
    [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]
        .map(|(x, y)| plate.frame.at(plate.projection.project(corner(zoom, x, y))))
}

/// Latitude and longitude, in degrees, of a tile's north-west corner.
fn corner(zoom: u32, x: i64, y: i64) -> (f64, f64) {
    let tiles = f64::from(1 << zoom);
    let north = PI * (1.0 - 2.0 * y as f64 / tiles);
    (north.sinh().atan().to_degrees(), x as f64 / tiles * 360.0 - 180.0)
}

/// The column of a longitude in degrees; beyond the date line they go on.
fn column(zoom: u32, longitude: f64) -> i64 {
    ((longitude + 180.0) / 360.0 * f64::from(1 << zoom)).floor() as i64
}

/// The row of a latitude in degrees.
fn row(zoom: u32, latitude: f64) -> i64 {
    let latitude = latitude.clamp(-LATITUDE_MAX, LATITUDE_MAX).to_radians();
    let down = 0.5 - latitude.tan().asinh() / TAU;
    let tiles = f64::from(1 << zoom);
    (down * tiles).floor().clamp(0.0, tiles - 1.0) as i64
}

#[cfg(test)]
mod tests {
    use super::super::plate::{Screen, Sizes, Spot, plates};
    use super::*;

    #[test]
    fn a_tile_is_where_its_place_is_and_holds_it() {
        // The Drum Tower of Yinchuan; by the formula of the OpenStreetMap wiki, and the example there.
        let (latitude, longitude) = (38.4664, 106.2782);
        let (x, y) = (column(12, longitude), row(12, latitude));
        assert_eq!((x, y), (3257, 1573));
        assert_eq!((column(18, 139.700_679_3), row(18, 35.659_069_9)), (232_798, 103_246));
        let (north, west) = corner(12, x, y);
        let (south, east) = corner(12, x + 1, y + 1);
        assert!((south..north).contains(&latitude) && (west..east).contains(&longitude));
    }

    #[test]
    fn tiles_cover_a_map_join_and_are_few() {
        for extent in [0.01, 0.3, 4.0] {
            let spots = [(38.2, 106.0), (38.2 + extent, 106.0 + extent)].map(|at| Spot { at, weight: 1.0 });
            let plates = plates(&spots, Screen::Narrow, Sizes::of(Screen::Narrow, 2.0));
            let tiles = Tiles::new("https://tiles.example.org/{z}/{x}/{y}.png", "x").unwrap();
            let drawn = tiled(&plates[0], &tiles).into_string();
            let count = drawn.matches("<image").count();
            assert!((2..=TILES_MAX as usize).contains(&count), "{extent}: {count}");
            // What the map is of lies on tiles that are drawn.
            let zoom: u32 =
                drawn.split("example.org/").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok()).unwrap();
            for (latitude, longitude) in [spots[0].at, spots[1].at] {
                let address = format!("/{zoom}/{}/{}.png", column(zoom, longitude), row(zoom, latitude));
                assert!(drawn.contains(&address), "{extent}: {address}");
            }
            // Where one ends the next begins, to less than the overlap of both.
            let [origin, east, south, opposite] = corners(&plates[0], zoom, column(zoom, 106.0), row(zoom, 38.2));
            let off = (origin.0 + opposite.0 - east.0 - south.0).hypot(origin.1 + opposite.1 - east.1 - south.1) / 4.0;
            assert!(off < 1.5, "{extent}: {off}");
        }
    }
}
