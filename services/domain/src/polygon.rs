//! Polygons of points whose edges are straight in longitude and latitude. Predicates are exact: they compute in integers.

use crate::error::{Violation, Violations};
use crate::geo::{Disclosure, Point, UnitVector};
use crate::limits::POLYGON_VERTICES_MAX;

/// Fewest vertices that enclose anything.
pub const POLYGON_VERTICES_MIN: usize = 3;

const LONGITUDE_SPAN_E7_MAX: i64 = 1_800_000_000;

/// Whether the polygon contains the point. Points on an edge or vertex are inside: a border street is served.
///
/// Even-odd rule along the parallel eastwards; `vertices` is not closed (the last joins the first).
#[must_use]
pub fn contains(vertices: &[Point], point: Point) -> bool {
    let mut inside = false;
    for (a, b) in edges(vertices) {
        let (low, high) = (a.latitude_e7.min(b.latitude_e7), a.latitude_e7.max(b.latitude_e7));
        if point.latitude_e7 < low || point.latitude_e7 > high {
            continue;
        }
        let side = orientation(a, b, point);
        if side == 0 && in_box(a, b, point) {
            return true;
        }
        // Counting each edge without its upper end counts a vertex on the ray once.
        let crosses = (a.latitude_e7 > point.latitude_e7) != (b.latitude_e7 > point.latitude_e7);
        if crosses && (side > 0) == (b.latitude_e7 > a.latitude_e7) {
            inside = !inside;
        }
    }
    inside
}

/// Great-circle metres from the point to the nearest edge, from within or without; infinite without vertices.
///
/// The nearest place on an edge is found on a plane that touches the point's parallel, then measured on the sphere: never less than
/// the truth, and within 1 % of it up to 500 km at the latitudes people live at.
#[must_use]
pub fn edge_distance_metres(vertices: &[Point], point: Point) -> f64 {
    let from = UnitVector::from(point);
    edges(vertices)
        .map(|(a, b)| from.distance_metres(&UnitVector::from(nearest_on_edge(a, b, point))))
        .fold(f64::INFINITY, f64::min)
}

/// Checks that the polygon encloses one area: enough vertices and not too many, each in range, none twice in a row, no edge over
/// the date line, no crossing or touching edges, an area other than zero.
pub fn check(field: &str, vertices: &[Point], violations: &mut Violations) {
    let count = vertices.len();
    if !(POLYGON_VERTICES_MIN..=POLYGON_VERTICES_MAX).contains(&count) {
        let message = format!("must have {POLYGON_VERTICES_MIN} to {POLYGON_VERTICES_MAX} vertices");
        violations.add(Violation::new(field, "polygon.vertices", message).with_value(count));
        return;
    }
    for (index, vertex) in vertices.iter().enumerate() {
        vertex.check(&format!("{field}[{index}]"), Disclosure::Shown, violations);
    }
    for (index, (a, b)) in edges(vertices).enumerate() {
        if a == b {
            let message = "must not repeat the vertex before it; the last joins the first by itself";
            violations.add(Violation::new(
                format!("{field}[{}]", (index + 1) % count),
                "polygon.repeated_vertex",
                message,
            ));
        }
        if (i64::from(a.longitude_e7) - i64::from(b.longitude_e7)).abs() > LONGITUDE_SPAN_E7_MAX {
            let message = "must not have an edge across the date line; split the area into two";
            violations.add(Violation::new(format!("{field}[{index}]"), "polygon.date_line", message));
        }
    }
    if all_on_one_line(vertices) {
        violations.add(Violation::new(field, "polygon.area", "must enclose an area"));
    } else if let Some((first, second)) = first_crossing(vertices) {
        let message = "must not have edges that cross or touch each other";
        let edges = format!("edges after vertices {first} and {second}");
        violations.add(Violation::new(field, "polygon.self_intersection", message).with_value(edges));
    }
}

fn edges(vertices: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    vertices.iter().copied().zip(vertices.iter().copied().cycle().skip(1))
}

/// Positive when `c` lies left of the line from `a` to `b` (east is x, north is y), negative right of it, 0 on it.
fn orientation(a: Point, b: Point, c: Point) -> i128 {
    let along = |from: Point, to: Point| {
        (
            i128::from(i64::from(to.longitude_e7) - i64::from(from.longitude_e7)),
            i128::from(i64::from(to.latitude_e7) - i64::from(from.latitude_e7)),
        )
    };
    let ((edge_x, edge_y), (point_x, point_y)) = (along(a, b), along(a, c));
    edge_x * point_y - edge_y * point_x
}

/// Whether `c` lies in the box that `a` and `b` span, its border included.
fn in_box(a: Point, b: Point, c: Point) -> bool {
    let within = |p: i32, q: i32, r: i32| p.min(q) <= r && r <= p.max(q);
    within(a.latitude_e7, b.latitude_e7, c.latitude_e7) && within(a.longitude_e7, b.longitude_e7, c.longitude_e7)
}

/// Whether the vertices enclose nothing at all. (A figure of eight may have as much area on its left as on its right; it crosses.)
fn all_on_one_line(vertices: &[Point]) -> bool {
    let Some(&first) = vertices.first() else { return true };
    let Some(&other) = vertices.iter().find(|vertex| **vertex != first) else { return true };
    vertices.iter().all(|vertex| orientation(first, other, *vertex) == 0)
}

/// The first two edges, by the index of their first vertex, that share more than the vertex between neighbours.
fn first_crossing(vertices: &[Point]) -> Option<(usize, usize)> {
    let edges: Vec<_> = edges(vertices).collect();
    let count = edges.len();
    for (i, &(a, b)) in edges.iter().enumerate() {
        for (j, &(c, d)) in edges.iter().enumerate().skip(i + 1) {
            let crossing = if j == i + 1 {
                // Neighbours share b: they may not run back over each other.
                overlaps_back(a, b, d)
            } else if i == 0 && j == count - 1 {
                overlaps_back(c, a, b)
            } else {
                segments_meet(a, b, c, d)
            };
            if crossing {
                return Some((i, j));
            }
        }
    }
    None
}

/// Whether the way from `a` over `b` to `c` turns back on itself at `b`.
fn overlaps_back(a: Point, b: Point, c: Point) -> bool {
    orientation(a, b, c) == 0 && (in_box(a, b, c) || in_box(b, c, a))
}

fn segments_meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let (c_side, d_side) = (orientation(a, b, c).signum(), orientation(a, b, d).signum());
    let (a_side, b_side) = (orientation(c, d, a).signum(), orientation(c, d, b).signum());
    (c_side != d_side && a_side != b_side)
        || (c_side == 0 && in_box(a, b, c))
        || (d_side == 0 && in_box(a, b, d))
        || (a_side == 0 && in_box(c, d, a))
        || (b_side == 0 && in_box(c, d, b))
}

fn nearest_on_edge(a: Point, b: Point, point: Point) -> Point {
    let scale = point.degrees().0.to_radians().cos();
    let plane = |p: Point| {
        let east = f64::from(p.longitude_e7) - f64::from(point.longitude_e7);
        (east * scale, f64::from(p.latitude_e7) - f64::from(point.latitude_e7))
    };
    let ((ax, ay), (bx, by)) = (plane(a), plane(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length_squared = dx * dx + dy * dy;
    if length_squared == 0.0 {
        return a;
    }
    let along = (-(ax * dx + ay * dy) / length_squared).clamp(0.0, 1.0);
    Point {
        latitude_e7: between(a.latitude_e7, b.latitude_e7, along),
        longitude_e7: between(a.longitude_e7, b.longitude_e7, along),
    }
}

fn between(from: i32, to: i32, along: f64) -> i32 {
    let value = f64::from(from) + (f64::from(to) - f64::from(from)) * along;
    // Lies between two i32.
    #[allow(clippy::cast_possible_truncation)]
    let value = value.round() as i32;
    value
}
