//! Conversions between the datums of Chinese maps and WGS-84.
//!
//! GCJ-02 is an undisclosed survey offset; what everyone computes with is the reconstruction published in 2010 as
//! "EvilTransform" (on4wp7, `EvilTransform.cs`; since then googollee/eviltransform and wandergis/coordtransform), on the
//! Krasovsky 1940 ellipsoid. BD-09 is Baidu's polar shift on top of it, from the same sources. Their forward formulas are the
//! definition; the inverses here iterate on them until they agree within [`INVERSE_TOLERANCE_DEGREES`], where the published
//! closed inverses leave up to two metres.

use std::f64::consts::PI;

/// How far the forward conversion of an inverse may lie from what was asked: well under a millimetre.
pub const INVERSE_TOLERANCE_DEGREES: f64 = 1e-9;

/// Most steps of an inverse; each shrinks the error about a hundredfold, five are usual.
const INVERSE_STEPS_MAX: usize = 32;

const KRASOVSKY_SEMI_MAJOR_AXIS_METRES: f64 = 6_378_245.0;
const KRASOVSKY_ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
const BD09_ANGLE: f64 = PI * 3000.0 / 180.0;
const BD09_LATITUDE_SHIFT_DEGREES: f64 = 0.006;
const BD09_LONGITUDE_SHIFT_DEGREES: f64 = 0.0065;

/// Latitude and longitude in degrees, in that order, datum as the function says.
pub type Degrees = (f64, f64);

/// Whether GCJ-02 equals WGS-84 there: outside the rectangle that the published algorithm calls China.
#[must_use]
pub fn outside_gcj02((latitude, longitude): Degrees) -> bool {
    !(72.004..=137.8347).contains(&longitude) || !(0.8293..=55.8271).contains(&latitude)
}

/// WGS-84 to GCJ-02; the same point outside China.
#[must_use]
pub fn wgs84_to_gcj02(point: Degrees) -> Degrees {
    if outside_gcj02(point) { point } else { gcj02_shifted(point) }
}

/// GCJ-02 to WGS-84, by iteration; the same point outside China.
#[must_use]
pub fn gcj02_to_wgs84(point: Degrees) -> Degrees {
    if outside_gcj02(point) { point } else { invert(gcj02_shifted, point) }
}

/// GCJ-02 to BD-09.
#[must_use]
pub fn gcj02_to_bd09((latitude, longitude): Degrees) -> Degrees {
    let radius = longitude.hypot(latitude) + 0.000_02 * (latitude * BD09_ANGLE).sin();
    let angle = latitude.atan2(longitude) + 0.000_003 * (longitude * BD09_ANGLE).cos();
    (radius * angle.sin() + BD09_LATITUDE_SHIFT_DEGREES, radius * angle.cos() + BD09_LONGITUDE_SHIFT_DEGREES)
}

/// BD-09 to GCJ-02, by iteration.
#[must_use]
pub fn bd09_to_gcj02(point: Degrees) -> Degrees {
    invert(gcj02_to_bd09, point)
}

/// WGS-84 to BD-09.
#[must_use]
pub fn wgs84_to_bd09(point: Degrees) -> Degrees {
    gcj02_to_bd09(wgs84_to_gcj02(point))
}

/// BD-09 to WGS-84, by iteration.
#[must_use]
pub fn bd09_to_wgs84(point: Degrees) -> Degrees {
    gcj02_to_wgs84(bd09_to_gcj02(point))
}

/// Finds the point that `forward` sends to `target`. `forward` moves a point by little and smoothly, so that taking back the
/// miss of the last guess converges.
fn invert(forward: impl Fn(Degrees) -> Degrees, target: Degrees) -> Degrees {
    let mut guess = target;
    for _ in 0..INVERSE_STEPS_MAX {
        let reached = forward(guess);
        let miss = (reached.0 - target.0, reached.1 - target.1);
        if miss.0.abs().max(miss.1.abs()) < INVERSE_TOLERANCE_DEGREES {
            break;
        }
        guess = (guess.0 - miss.0, guess.1 - miss.1);
    }
    guess
}

fn gcj02_shifted((latitude, longitude): Degrees) -> Degrees {
    let (east, north) = (longitude - 105.0, latitude - 35.0);
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let curvature = 1.0 - KRASOVSKY_ECCENTRICITY_SQUARED * sin_latitude * sin_latitude;
    let meridian_radius =
        KRASOVSKY_SEMI_MAJOR_AXIS_METRES * (1.0 - KRASOVSKY_ECCENTRICITY_SQUARED) / (curvature * curvature.sqrt());
    let parallel_radius = KRASOVSKY_SEMI_MAJOR_AXIS_METRES / curvature.sqrt() * cos_latitude;
    (
        latitude + (gcj02_metres_north(east, north) / meridian_radius).to_degrees(),
        longitude + (gcj02_metres_east(east, north) / parallel_radius).to_degrees(),
    )
}

/// The wave that both components share.
fn gcj02_wave(east: f64) -> f64 {
    (20.0 * (6.0 * east * PI).sin() + 20.0 * (2.0 * east * PI).sin()) * 2.0 / 3.0
}

fn gcj02_metres_north(east: f64, north: f64) -> f64 {
    let slope = -100.0 + 2.0 * east + 3.0 * north + 0.2 * north * north + 0.1 * east * north + 0.2 * east.abs().sqrt();
    let short = (20.0 * (north * PI).sin() + 40.0 * (north / 3.0 * PI).sin()) * 2.0 / 3.0;
    let long = (160.0 * (north / 12.0 * PI).sin() + 320.0 * (north / 30.0 * PI).sin()) * 2.0 / 3.0;
    slope + gcj02_wave(east) + short + long
}

fn gcj02_metres_east(east: f64, north: f64) -> f64 {
    let slope = 300.0 + east + 2.0 * north + 0.1 * east * east + 0.1 * east * north + 0.1 * east.abs().sqrt();
    let short = (20.0 * (east * PI).sin() + 40.0 * (east / 3.0 * PI).sin()) * 2.0 / 3.0;
    let long = (150.0 * (east / 12.0 * PI).sin() + 300.0 * (east / 30.0 * PI).sin()) * 2.0 / 3.0;
    slope + gcj02_wave(east) + short + long
}
