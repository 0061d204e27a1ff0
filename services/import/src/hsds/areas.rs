//! Service areas: GeoJSON extents to polygons.

use serde_json::Value;

use crate::directory::{Area, Point};
use crate::options::{POLYGON_VERTICES_MAX, RESOURCE_AREAS_MAX, RESOURCE_VERTICES_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::Row;

/// Reads a service area. Empty when it has no shape: its words are kept by the caller.
pub(super) fn read(row: &Row<'_>, ledger: &mut Ledger) -> Vec<Area> {
    let extent = row.key("extent");
    if extent.is_empty() {
        return Vec::new();
    }
    let mut shapes = Vec::new();
    let read = serde_json::from_str::<Value>(extent).ok().and_then(|value| collect(&value, &mut shapes, 0));
    if read.is_none() || shapes.is_empty() {
        ledger.drop_value(row.id, "extent", extent, Rule::AreaUnreadable);
        return Vec::new();
    }
    let mut areas = Vec::with_capacity(shapes.len());
    for shape in shapes {
        if shape.holes {
            ledger.repair(row.id, "extent", extent, Rule::AreaHoles, "");
        }
        let corners = shape.corners.len();
        let simple = simplify(shape.corners, POLYGON_VERTICES_MAX);
        if simple.len() < corners {
            ledger.repair(
                row.id,
                "extent",
                &format!("{corners} corners"),
                Rule::AreaSimplified,
                &format!("{} corners", simple.len()),
            );
        }
        if crosses_itself(&simple) {
            ledger.drop_value(row.id, "extent", extent, Rule::AreaCrossing);
            continue;
        }
        if areas.len() == RESOURCE_AREAS_MAX {
            ledger.drop_value(row.id, "extent", extent, Rule::AreaSurplus);
            break;
        }
        areas.push(Area::Polygon(simple));
    }
    areas
}

/// Simplifies the polygons of one resource, each from its row, so that all of them together have no more corners than the API takes: to an
/// equal share of them.
pub(super) fn together(areas: Vec<(RowId, Area)>, ledger: &mut Ledger) -> Vec<Area> {
    let corners = areas.iter().map(|(_, area)| if let Area::Polygon(corners) = area { corners.len() } else { 0 });
    if corners.sum::<usize>() <= RESOURCE_VERTICES_MAX {
        return areas.into_iter().map(|(_, area)| area).collect();
    }
    let share = RESOURCE_VERTICES_MAX / areas.len();
    let simplified = areas.into_iter().filter_map(|(row, area)| match area {
        Area::Polygon(corners) if corners.len() > share => {
            let before = format!("{} corners", corners.len());
            let simple = simplify(corners, share);
            if crosses_itself(&simple) {
                ledger.drop_value(row, "extent", &before, Rule::AreaCrossing);
                return None;
            }
            ledger.repair(row, "extent", &before, Rule::AreaSimplified, &format!("{share} corners"));
            Some(Area::Polygon(simple))
        }
        other => Some(other),
    });
    simplified.collect()
}

/// Whether any two edges cross or touch, or the corners enclose nothing: the API takes neither. On whole units of 1e-7 degree, as
/// the API keeps points.
fn crosses_itself(corners: &[Point]) -> bool {
    let grid: Vec<(i64, i64)> =
        corners.iter().map(|p| ((p.longitude * 1e7).round() as i64, (p.latitude * 1e7).round() as i64)).collect();
    let n = grid.len();
    let edge = |at: usize| (grid[at], grid[(at + 1) % n]);
    if grid.iter().all(|p| turn(grid[0], grid[1], *p) == 0) || (0..n).any(|at| edge(at).0 == edge(at).1) {
        return true;
    }
    (0..n).any(|i| {
        let (a, b) = edge(i);
        (b.0 - a.0).abs() > 1_800_000_000
            || turn(a, b, grid[(i + 2) % n]) == 0 && !in_box(a, grid[(i + 2) % n], b)
            || (i + 2..n).filter(|j| !(i == 0 && *j == n - 1)).any(|j| meet(a, b, edge(j).0, edge(j).1))
    })
}

/// Positive when `c` lies left of the line from `a` to `b`.
fn turn(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> i128 {
    i128::from(b.0 - a.0) * i128::from(c.1 - a.1) - i128::from(b.1 - a.1) * i128::from(c.0 - a.0)
}

/// Whether `p` lies in the box between `a` and `b`, its border included.
fn in_box(a: (i64, i64), b: (i64, i64), p: (i64, i64)) -> bool {
    (a.0.min(b.0)..=a.0.max(b.0)).contains(&p.0) && (a.1.min(b.1)..=a.1.max(b.1)).contains(&p.1)
}

fn meet(a: (i64, i64), b: (i64, i64), c: (i64, i64), d: (i64, i64)) -> bool {
    let sides = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)].map(i128::signum);
    (sides[0] != sides[1] && sides[2] != sides[3])
        || (sides[0] == 0 && in_box(a, b, c))
        || (sides[1] == 0 && in_box(a, b, d))
        || (sides[2] == 0 && in_box(c, d, a))
        || (sides[3] == 0 && in_box(c, d, b))
}

struct Shape {
    corners: Vec<Point>,
    holes: bool,
}

/// Collects the polygons of a GeoJSON value; none when any part of it cannot be read.
fn collect(value: &Value, shapes: &mut Vec<Shape>, depth: usize) -> Option<()> {
    if depth > 4 {
        return None;
    }
    match value.get("type")?.as_str()? {
        "Polygon" => shapes.push(polygon(value.get("coordinates")?)?),
        "MultiPolygon" => {
            for part in value.get("coordinates")?.as_array()? {
                shapes.push(polygon(part)?);
            }
        }
        "Feature" => collect(value.get("geometry")?, shapes, depth + 1)?,
        "FeatureCollection" => {
            value.get("features")?.as_array()?.iter().try_for_each(|f| collect(f, shapes, depth + 1))?
        }
        "GeometryCollection" => {
            value.get("geometries")?.as_array()?.iter().try_for_each(|g| collect(g, shapes, depth + 1))?
        }
        _ => return None,
    }
    Some(())
}

/// The outer ring, open: GeoJSON closes its rings and puts longitude first.
fn polygon(rings: &Value) -> Option<Shape> {
    let rings = rings.as_array()?;
    let mut corners = Vec::new();
    for position in rings.first()?.as_array()? {
        let [longitude, latitude] = [0, 1].map(|at| position.get(at).and_then(Value::as_f64));
        let point = Point { latitude: latitude?, longitude: longitude? };
        if !(-90.0..=90.0).contains(&point.latitude) || !(-180.0..=180.0).contains(&point.longitude) {
            return None;
        }
        if corners.last() != Some(&point) {
            corners.push(point);
        }
    }
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    (corners.len() >= 3).then_some(Shape { corners, holes: rings.len() > 1 })
}

/// Drops the corners that change the shape least until few enough are left (Visvalingam's algorithm, 1993, by effective area).
fn simplify(mut corners: Vec<Point>, corners_max: usize) -> Vec<Point> {
    // Far more corners than are kept: first every n-th, so that the quadratic part stays small.
    let stride = corners.len().div_ceil(corners_max * 16);
    if stride > 1 {
        corners = corners.into_iter().step_by(stride).collect();
    }
    while corners.len() > corners_max {
        let n = corners.len();
        let area = |at: usize| {
            let (a, b, c) = (corners[(at + n - 1) % n], corners[at], corners[(at + 1) % n]);
            ((b.longitude - a.longitude) * (c.latitude - a.latitude)
                - (c.longitude - a.longitude) * (b.latitude - a.latitude))
                .abs()
        };
        let Some(least) = (0..n).min_by(|a, b| area(*a).total_cmp(&area(*b))) else { break };
        corners.remove(least);
    }
    corners
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_opened_and_parts_become_areas() {
        let mut shapes = Vec::new();
        let value = serde_json::json!({"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [
            [[[-80.0, 25.0], [-80.0, 26.0], [-81.0, 26.0], [-80.0, 25.0]]],
            [[[-82.0, 25.0], [-82.0, 26.0], [-83.0, 26.0], [-82.0, 25.0]], [[-82.1, 25.5], [-82.2, 25.5], [-82.1, 25.6], [-82.1, 25.5]]],
        ]}});
        collect(&value, &mut shapes, 0).unwrap();
        assert_eq!(shapes.iter().map(|s| (s.corners.len(), s.holes)).collect::<Vec<_>>(), [(3, false), (3, true)]);
        assert_eq!(shapes[0].corners[0], Point { latitude: 25.0, longitude: -80.0 });
    }

    #[test]
    fn what_is_no_polygon_is_not_read() {
        for value in [
            serde_json::json!({"type": "Point", "coordinates": [1, 2]}),
            serde_json::json!({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}),
            serde_json::json!({"type": "Polygon", "coordinates": [[[1, 2], [3, 400], [5, 6], [1, 2]]]}),
            serde_json::json!({"type": "Polygon"}),
            serde_json::json!("extent"),
        ] {
            assert!(collect(&value, &mut Vec::new(), 0).is_none(), "{value}");
        }
    }

    #[test]
    fn edges_that_cross_or_run_back_are_found() {
        let at = |corners: &[(f64, f64)]| {
            crosses_itself(
                &corners
                    .iter()
                    .map(|(longitude, latitude)| Point { latitude: *latitude, longitude: *longitude })
                    .collect::<Vec<_>>(),
            )
        };
        assert!(!at(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]));
        assert!(!at(&[(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)]), "a corner on a straight line is no crossing");
        assert!(at(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]), "a bow tie");
        assert!(at(&[(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (1.0, 1.0)]), "an edge that runs back");
        assert!(at(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]), "nothing enclosed");
        assert!(at(&[(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 1.0)]), "a corner twice");
    }

    #[test]
    fn a_circle_of_many_corners_stays_a_circle() {
        let corner = |i: i32| {
            let angle = f64::from(i) / 20_000.0 * std::f64::consts::TAU;
            Point { latitude: angle.sin(), longitude: angle.cos() }
        };
        let simple = simplify((0..20_000).map(corner).collect(), 256);
        assert_eq!(simple.len(), 256);
        assert!(simple.iter().all(|p| (p.latitude.hypot(p.longitude) - 1.0).abs() < 1e-9));
    }
}
