//! From degrees to pixels.

/// Mean radius of the earth, in metres.
const EARTH_METRES: f64 = 6_371_008.8;
/// A map of one point, or of points side by side, still shows so much.
const EXTENT_METRES_MIN: f64 = 2_000.0;

/// Lambert's azimuthal equal-area projection of the sphere around a point (Snyder, Map Projections: A Working Manual, USGS Professional
/// Paper 1395, page 185): areas are true, and over a province so are distances and angles, to what a drawing shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    latitude: f64,
    longitude: f64,
}

impl Projection {
    /// Around the middle of some points, each latitude and longitude in degrees; around 0, 0 without any.
    pub(crate) fn around(points: &[(f64, f64)]) -> Self {
        // The mean of the points as vectors, so that the date line is no edge.
        let vectors = points.iter().map(|(latitude, longitude)| {
            let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
            (latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin())
        });
        let (x, y, z) = vectors.fold((0.0, 0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1, sum.2 + v.2));
        if x == 0.0 && y == 0.0 {
            return Self { latitude: 0.0, longitude: 0.0 };
        }
        Self { latitude: z.atan2(x.hypot(y)), longitude: f64::atan2(y, x) }
    }

    /// Latitude and longitude of the middle, in degrees.
    pub(crate) fn middle(&self) -> (f64, f64) {
        (self.latitude.to_degrees(), self.longitude.to_degrees())
    }

    /// Metres east and north of the middle.
    pub(crate) fn project(&self, (latitude, longitude): (f64, f64)) -> (f64, f64) {
        let (latitude, east) = (latitude.to_radians(), longitude.to_radians() - self.longitude);
        let towards = self.latitude.sin() * latitude.sin() + self.latitude.cos() * latitude.cos() * east.cos();
        // The point opposite is everywhere at the rim.
        let k = EARTH_METRES * (2.0 / (1.0 + towards).max(1e-9)).sqrt();
        let x = k * latitude.cos() * east.sin();
        let y = k * (self.latitude.cos() * latitude.sin() - self.latitude.sin() * latitude.cos() * east.cos());
        (x, y)
    }
}

/// A drawing's window on the map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Width in pixels.
    pub(crate) width: f64,
    /// Height in pixels.
    pub(crate) height: f64,
    /// Pixels to the metre.
    pub(crate) scale: f64,
    west: f64,
    north: f64,
}

impl Frame {
    /// The window of a width that shows all points (metres east and north), with `margin` pixels around; its height follows from what is
    /// shown, within bounds of the width.
    pub(crate) fn fit(points: &[(f64, f64)], width: f64, margin: f64) -> Self {
        let range = |values: &mut dyn Iterator<Item = f64>| {
            let (low, high) =
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
            if low > high { (0.0, 0.0) } else { (low, high) }
        };
        let (x0, x1) = range(&mut points.iter().map(|point| point.0));
        let (y0, y1) = range(&mut points.iter().map(|point| point.1));
        let (across, up) = ((x1 - x0).max(EXTENT_METRES_MIN), (y1 - y0).max(EXTENT_METRES_MIN));
        let inner = width - 2.0 * margin;
        let height = (inner * up / across + 2.0 * margin).clamp(width * 0.6, width * 1.25);
        let scale = (inner / across).min((height - 2.0 * margin) / up);
        let (middle_x, middle_y) = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
        Self { width, height, scale, west: middle_x - width / 2.0 / scale, north: middle_y + height / 2.0 / scale }
    }

    /// Where a point (metres east and north) is drawn.
    pub(crate) fn at(&self, (east, north): (f64, f64)) -> (f64, f64) {
        ((east - self.west) * self.scale, (self.north - north) * self.scale)
    }

    /// Whether something drawn there is seen.
    pub(crate) fn shows(&self, (x, y): (f64, f64)) -> bool {
        (0.0..=self.width).contains(&x) && (0.0..=self.height).contains(&y)
    }

    /// A round distance for the scale bar, at most a third of the width: metres, and as pixels.
    pub(crate) fn scale_bar(&self) -> (u64, f64) {
        let most = self.width / 3.0 / self.scale;
        let mut metres = 1_u64;
        for step in [2, 5, 10].into_iter().cycle().scan(1_u64, |decade, step| {
            let value = *decade * step;
            if step == 10 {
                *decade = value;
            }
            Some(value)
        }) {
            if step as f64 > most {
                break;
            }
            metres = step;
        }
        (metres, metres as f64 * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The great circle's length between two points, by the haversine.
    fn great_circle(a: (f64, f64), b: (f64, f64)) -> f64 {
        let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let h = half(a.0, b.0) + a.0.to_radians().cos() * b.0.to_radians().cos() * half(a.1, b.1);
        2.0 * EARTH_METRES * h.sqrt().asin()
    }

    #[test]
    fn over_a_province_distances_on_the_map_are_those_on_the_ground() {
        let points = [(35.5, 105.0), (39.4, 107.4), (38.47, 106.28), (37.9, 104.9)];
        let projection = Projection::around(&points);
        for a in points {
            for b in points {
                let (p, q) = (projection.project(a), projection.project(b));
                let (drawn, real) = ((p.0 - q.0).hypot(p.1 - q.1), great_circle(a, b));
                assert!((drawn - real).abs() <= real * 0.001, "{a:?} {b:?}: {drawn} {real}");
            }
        }
    }

    #[test]
    fn the_date_line_is_no_edge() {
        let projection = Projection::around(&[(10.0, 179.9), (10.0, -179.9)]);
        let (a, b) = (projection.project((10.0, 179.9)), projection.project((10.0, -179.9)));
        assert!(((b.0 - a.0) - 21_900.0).abs() < 100.0, "{a:?} {b:?}");
    }

    #[test]
    fn a_frame_shows_all_its_points_north_up() {
        let points = [(0.0, 0.0), (30_000.0, 90_000.0), (-10_000.0, 20_000.0)];
        let frame = Frame::fit(&points, 640.0, 50.0);
        for point in points {
            let (x, y) = frame.at(point);
            assert!((50.0..=590.0).contains(&x) && (49.9..=frame.height - 49.9).contains(&y), "{x} {y} {frame:?}");
        }
        assert!(frame.at(points[1]).1 < frame.at(points[0]).1);
        let (metres, pixels) = frame.scale_bar();
        assert_eq!(metres, 20_000);
        assert!(pixels <= 640.0 / 3.0);
    }

    #[test]
    fn a_single_point_is_in_the_middle_of_its_map() {
        let frame = Frame::fit(&[(5.0, 5.0)], 300.0, 40.0);
        assert_eq!(frame.at((5.0, 5.0)), (150.0, frame.height / 2.0));
    }
}
