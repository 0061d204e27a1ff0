use proptest::prelude::*;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::geo::{Point, UnitVector};
use wishwell_domain::limits;
use wishwell_domain::polygon::{contains, edge_distance_metres};

use crate::fixtures::{Expected, broken, division_code, point, rules};

fn e7(latitude_e7: i32, longitude_e7: i32) -> Point {
    Point { latitude_e7, longitude_e7 }
}

/// A polygon from (latitude, longitude) in units.
fn polygon(vertices: &[(i32, i32)]) -> Vec<Point> {
    vertices.iter().map(|(latitude, longitude)| e7(*latitude, *longitude)).collect()
}

/// A letter C that opens to the east.
fn letter_c() -> Vec<Point> {
    polygon(&[(0, 0), (0, 30), (10, 30), (10, 10), (20, 10), (20, 30), (30, 30), (30, 0)])
}

#[test]
fn border_points_are_inside() {
    let square = polygon(&[(0, 0), (0, 10), (10, 10), (10, 0)]);
    for step in 0..=10 {
        for border in [e7(0, step), e7(10, step), e7(step, 0), e7(step, 10)] {
            assert!(contains(&square, border), "{border:?}");
        }
    }
    for outside in [e7(-1, 5), e7(11, 5), e7(5, -1), e7(5, 11), e7(0, -1), e7(0, 11), e7(10, 11), e7(-1, 0)] {
        assert!(!contains(&square, outside), "{outside:?}");
    }
    // A slanted border: only exact arithmetic sees that the point lies on it.
    let slanted = polygon(&[(0, 0), (300_000_001, 900_000_003), (300_000_001, 0)]);
    assert!(contains(&slanted, e7(100_000_000, 300_000_000 + 1)) || contains(&slanted, e7(100_000_000, 300_000_000)));
    let thirds = polygon(&[(0, 0), (3, 9), (3, 0)]);
    assert!(contains(&thirds, e7(1, 3)) && contains(&thirds, e7(2, 6)));
    assert!(!contains(&thirds, e7(1, 4)) && contains(&thirds, e7(1, 2)));
}

#[test]
fn the_bay_of_a_concave_polygon_is_outside() {
    let c = letter_c();
    let cases = [
        (5, 15, true),
        (25, 15, true),
        (15, 5, true),
        (15, 10, true),
        (15, 11, false),
        (15, 29, false),
        (15, 31, false),
    ];
    for (latitude, longitude, inside) in cases {
        assert_eq!(contains(&c, e7(latitude, longitude)), inside, "{latitude} {longitude}");
    }
    // The same the other way around.
    let reversed: Vec<Point> = c.iter().rev().copied().collect();
    for latitude in -1..=31 {
        for longitude in -1..=31 {
            let place = e7(latitude, longitude);
            assert_eq!(contains(&c, place), contains(&reversed, place), "{place:?}");
        }
    }
}

#[test]
fn nothing_is_inside_a_polygon_without_vertices() {
    assert!(!contains(&[], e7(0, 0)));
    assert_eq!(edge_distance_metres(&[], e7(0, 0)), f64::INFINITY);
    assert!(contains(&[e7(1, 1)], e7(1, 1)));
}

fn check(vertices: Vec<Point>) -> Vec<(String, String)> {
    broken(|violations| ServiceArea::Polygon(vertices).check("areas[0]", false, violations))
}

#[test]
fn what_encloses_no_single_area_is_refused() {
    let field = "areas[0].polygon.vertices";
    let many = |count: i32| (0..count).map(|i| e7(i * i, i)).collect::<Vec<_>>();
    let cases: Vec<(&str, Vec<Point>, Expected<'_>)> = vec![
        ("a triangle", polygon(&[(0, 0), (0, 10), (10, 0)]), &[]),
        ("a letter C", letter_c(), &[]),
        ("a parabola's rim", many(256), &[]),
        ("two vertices", polygon(&[(0, 0), (0, 10)]), &[("", "polygon.vertices")]),
        ("none", Vec::new(), &[("", "polygon.vertices")]),
        ("too many", many(257), &[("", "polygon.vertices")]),
        ("a bow tie", polygon(&[(0, 0), (10, 10), (0, 11), (10, 0)]), &[("", "polygon.self_intersection")]),
        ("a line", polygon(&[(0, 0), (5, 5), (10, 10)]), &[("", "polygon.area")]),
        (
            "a closed ring",
            polygon(&[(0, 0), (0, 10), (10, 0), (0, 0)]),
            &[("[0]", "polygon.repeated_vertex"), ("", "polygon.self_intersection")],
        ),
        (
            "a doubled vertex",
            polygon(&[(0, 0), (0, 0), (0, 10), (10, 0)]),
            &[("[1]", "polygon.repeated_vertex"), ("", "polygon.self_intersection")],
        ),
        ("a spike", polygon(&[(0, 0), (0, 20), (0, 10), (10, 0)]), &[("", "polygon.self_intersection")]),
        (
            "a spike at its first vertex",
            polygon(&[(0, 20), (0, 10), (10, 0), (0, 0)]),
            &[("", "polygon.self_intersection")],
        ),
        (
            "a spike at its last vertex",
            polygon(&[(0, 10), (10, 0), (0, 0), (0, 20)]),
            &[("", "polygon.self_intersection")],
        ),
        (
            "two overlapping edges",
            polygon(&[(0, 0), (0, 30), (10, 30), (0, 20), (0, 10), (10, 0)]),
            &[("", "polygon.self_intersection")],
        ),
        (
            "touching itself",
            polygon(&[(0, 0), (0, 10), (10, 10), (0, 5), (10, 0)]),
            &[("", "polygon.self_intersection")],
        ),
        (
            "passing a vertex twice",
            polygon(&[(0, 0), (0, 10), (5, 5), (10, 10), (10, 0), (5, 5)]),
            &[("", "polygon.self_intersection")],
        ),
        (
            "over the date line",
            vec![point(0.0, 179.0), point(0.0, -179.0), point(1.0, -179.0), point(1.0, 179.0)],
            &[("[0]", "polygon.date_line"), ("[2]", "polygon.date_line")],
        ),
        ("off the map", vec![e7(0, 0), e7(900_000_001, 0), e7(0, 10)], &[("[1]", "point.range")]),
    ];
    for (name, vertices, expected) in cases {
        let expected: Vec<(String, String)> =
            expected.iter().map(|(index, rule)| (format!("{field}{index}"), (*rule).to_owned())).collect();
        assert_eq!(check(vertices), expected, "{name}");
    }
}

#[test]
fn a_radius_needs_a_length_and_a_place() {
    let cases: [(ServiceArea, bool, Expected<'_>); 7] = [
        (ServiceArea::RadiusMetres(1), true, &[]),
        (ServiceArea::RadiusMetres(limits::RADIUS_METRES_MAX), true, &[]),
        (ServiceArea::RadiusMetres(0), true, &[("a.radius.metres", "radius.range")]),
        (ServiceArea::RadiusMetres(limits::RADIUS_METRES_MAX + 1), true, &[("a.radius.metres", "radius.range")]),
        (
            ServiceArea::RadiusMetres(0),
            false,
            &[("a.radius.metres", "radius.range"), ("a.radius", "radius.place_required")],
        ),
        (ServiceArea::Division(division_code("640104")), false, &[]),
        (ServiceArea::Everywhere, false, &[]),
    ];
    for (area, has_place, expected) in cases {
        assert_eq!(broken(|violations| area.check("a", has_place, violations)), rules(expected), "{area:?}");
    }
}

/// The definition by winding: how often the border goes around the point, with quadrant-wise exact sides; border points counted
/// inside by a separate exact test.
fn contains_by_winding(vertices: &[Point], place: Point) -> bool {
    let relative = |p: Point| {
        (
            i128::from(p.longitude_e7) - i128::from(place.longitude_e7),
            i128::from(p.latitude_e7) - i128::from(place.latitude_e7),
        )
    };
    let mut winding = 0;
    for (index, a) in vertices.iter().enumerate() {
        let (a, b) = (relative(*a), relative(vertices[(index + 1) % vertices.len()]));
        let cross = a.0 * b.1 - a.1 * b.0;
        if cross == 0 && a.0 * b.0 <= 0 && a.1 * b.1 <= 0 {
            return true;
        }
        if a.1 <= 0 && b.1 > 0 && cross > 0 {
            winding += 1;
        } else if a.1 > 0 && b.1 <= 0 && cross < 0 {
            winding -= 1;
        }
    }
    winding != 0
}

/// Star-shaped around the origin and therefore simple: radii at increasing angles.
fn star(radius: i32) -> impl Strategy<Value = Vec<Point>> {
    proptest::collection::vec((0.05_f64..1.0, 0.1_f64..1.0), 3..24).prop_map(move |spokes| {
        let total: f64 = spokes.iter().map(|(_, gap)| gap).sum();
        let mut angle = 0.0;
        let mut vertices = Vec::new();
        for (length, gap) in spokes {
            let (sin, cos) = f64::sin_cos(angle);
            let scale = f64::from(radius) * length;
            #[allow(clippy::cast_possible_truncation)]
            vertices.push(e7((sin * scale).round() as i32, (cos * scale).round() as i32));
            angle += gap / total * std::f64::consts::TAU;
        }
        vertices
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn even_odd_and_winding_agree_on_every_point_around_a_small_simple_polygon(vertices in star(12)) {
        prop_assume!(check(vertices.clone()).is_empty());
        for latitude in -13..=13 {
            for longitude in -13..=13 {
                let place = e7(latitude, longitude);
                prop_assert_eq!(contains(&vertices, place), contains_by_winding(&vertices, place), "{:?}", place);
            }
        }
    }

    #[test]
    fn even_odd_and_winding_agree_on_polygons_as_large_as_the_map(
        vertices in star(899_999_999), latitude_e7 in -900_000_000..=900_000_000_i32, longitude_e7 in -1_800_000_000..=1_800_000_000_i32,
    ) {
        prop_assume!(check(vertices.clone()).is_empty());
        let place = e7(latitude_e7, longitude_e7);
        prop_assert_eq!(contains(&vertices, place), contains_by_winding(&vertices, place));
        for vertex in &vertices {
            prop_assert!(contains(&vertices, *vertex));
        }
    }

    #[test]
    fn a_simple_polygon_is_accepted_and_two_swapped_vertices_that_cross_are_refused(
        vertices in star(10_000), order in any::<prop::sample::Index>(),
    ) {
        let crosses = |vertices: &[Point]| {
            let count = vertices.len();
            let edge = |i: usize| (vertices[i % count], vertices[(i + 1) % count]);
            (0..count).any(|i| (i + 2..count).any(|j| (i, j) != (0, count - 1) && strictly_cross(edge(i), edge(j))))
        };
        prop_assert!(!crosses(&vertices) || !check(vertices.clone()).is_empty());
        let mut swapped = vertices;
        let (i, count) = (order.index(swapped.len()), swapped.len());
        swapped.swap(i, (i + 2) % count);
        if crosses(&swapped) {
            let broken = check(swapped);
            prop_assert!(broken.iter().any(|(_, rule)| rule == "polygon.self_intersection" || rule == "polygon.area"), "{:?}", broken);
        }
    }

    #[test]
    fn the_distance_to_the_border_is_that_of_the_nearest_of_many_points_on_it(
        vertices in star(900_000), bearing in 0.0..std::f64::consts::TAU, degrees in 0.0..4.5_f64, latitude in -60.0..60.0_f64,
    ) {
        // A polygon of some ten kilometres, seen from up to five hundred kilometres away.
        #[allow(clippy::cast_possible_truncation)]
        let shift = |p: &Point| e7(p.latitude_e7 + (latitude * 1e7) as i32, p.longitude_e7 + 1_062_800_000);
        let vertices: Vec<Point> = vertices.iter().map(shift).collect();
        let stretch = latitude.to_radians().cos();
        #[allow(clippy::cast_possible_truncation)]
        let place = shift(&e7((bearing.sin() * degrees * 1e7) as i32, (bearing.cos() * degrees / stretch * 1e7) as i32));
        let nearest = nearest_sample(&vertices, place);
        let measured = edge_distance_metres(&vertices, place);
        // A hundred kilometres away it is right to a thousandth, then to a hundredth; samples lie up to 50 m apart.
        let tolerance = if degrees < 0.9 { 0.001 } else { 0.01 };
        prop_assert!(measured <= nearest * (1.0 + tolerance) + 0.1, "{} against {}", measured, nearest);
        prop_assert!(measured >= nearest - 30.0, "{} against {}", measured, nearest);
    }
}

/// Metres to the nearest of 400 points on each edge.
fn nearest_sample(vertices: &[Point], place: Point) -> f64 {
    let mut nearest = f64::INFINITY;
    for (index, a) in vertices.iter().enumerate() {
        let b = vertices[(index + 1) % vertices.len()];
        for step in 0..=400_i64 {
            let along = |from: i32, to: i32| {
                i32::try_from(i64::from(from) + (i64::from(to) - i64::from(from)) * step / 400).unwrap()
            };
            let sample = e7(along(a.latitude_e7, b.latitude_e7), along(a.longitude_e7, b.longitude_e7));
            nearest = nearest.min(UnitVector::from(place).distance_metres(&sample.into()));
        }
    }
    nearest
}

fn strictly_cross((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let side = |p: Point, q: Point, r: Point| {
        let (px, py) = (i128::from(p.longitude_e7), i128::from(p.latitude_e7));
        let (qx, qy) = (i128::from(q.longitude_e7) - px, i128::from(q.latitude_e7) - py);
        let (rx, ry) = (i128::from(r.longitude_e7) - px, i128::from(r.latitude_e7) - py);
        (qx * ry - qy * rx).signum()
    };
    side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}
