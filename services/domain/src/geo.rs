//! Places: points with their datum, unit vectors on the sphere, distances.

use serde::{Deserialize, Serialize};

use crate::datum;
use crate::error::{Field, Violation, Violations};

/// Mean Earth radius (IUGG 2R1+R2 over 3), in metres.
pub const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// The datum a pair of coordinates is given in. Chinese map services publish shifted coordinates: unconverted they are off by
/// about 500 m.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// World Geodetic System 1984, as satellites give it.
    Wgs84,
    /// GCJ-02, used by Chinese map services.
    Gcj02,
    /// BD-09, GCJ-02 shifted once more.
    Bd09,
}

/// A WGS-84 point in units of 1e-7 degree (about a centimetre), so that equal places are equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    /// Latitude, -900_000_000..=900_000_000.
    pub latitude_e7: i32,
    /// Longitude, -1_800_000_000..=1_800_000_000.
    pub longitude_e7: i32,
}

/// A point as a unit vector from the Earth's centre: distances become chords, without poles or date line in the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitVector {
    /// Towards latitude 0, longitude 0.
    pub x: f64,
    /// Towards latitude 0, longitude 90 degrees east.
    pub y: f64,
    /// Towards the north pole.
    pub z: f64,
}

/// Units of a [`Point`]'s coordinates in one degree.
const UNITS_PER_DEGREE: f64 = 1e7;
const LATITUDE_E7_MAX: i32 = 900_000_000;
const LONGITUDE_E7_MAX: i32 = 1_800_000_000;

/// Whether a violation may show the offending value. Where a beneficiary lives is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disclosure {
    /// Public, such as the place of a resource.
    Shown,
    /// Sensitive, such as the place of a need.
    Hidden,
}

impl Disclosure {
    pub(crate) fn disclose(self, violation: Violation, value: impl std::fmt::Display) -> Violation {
        match self {
            Self::Shown => violation.with_value(value),
            Self::Hidden => violation,
        }
    }
}

impl Point {
    /// A point from degrees north and east in some datum, converted to WGS-84 and rounded to 1e-7 degree.
    ///
    /// # Errors
    /// A violation each for `{field}.latitude` and `{field}.longitude` that is not finite or not within 90 or 180 degrees.
    pub fn from_degrees(field: impl Field, latitude: f64, longitude: f64, datum: Datum) -> Result<Self, Violations> {
        Self::from_degrees_disclosed(field, latitude, longitude, datum, Disclosure::Shown)
    }

    /// [`Point::from_degrees`], with violations that keep the values to themselves when they are sensitive.
    ///
    /// # Errors
    /// As [`Point::from_degrees`].
    pub fn from_degrees_disclosed(
        field: impl Field,
        latitude: f64,
        longitude: f64,
        datum: Datum,
        disclosure: Disclosure,
    ) -> Result<Self, Violations> {
        let mut violations = Violations::new();
        for (name, value, max) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
            if !value.is_finite() || value.abs() > max {
                let message = format!("must be a number from -{max} to {max} degrees");
                let violation = Violation::new(format!("{field}.{name}"), format!("{name}.range"), message);
                violations.add(disclosure.disclose(violation, value));
            }
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        let (latitude, longitude) = match datum {
            Datum::Wgs84 => (latitude, longitude),
            Datum::Gcj02 => datum::gcj02_to_wgs84((latitude, longitude)),
            Datum::Bd09 => datum::bd09_to_wgs84((latitude, longitude)),
        };
        // A shift at the very edge of the map may step over it.
        let longitude = if longitude.abs() > 180.0 { longitude - 360.0_f64.copysign(longitude) } else { longitude };
        Ok(Self { latitude_e7: to_e7(latitude.clamp(-90.0, 90.0)), longitude_e7: to_e7(longitude) })
    }

    /// A point from units of 1e-7 degree; none when out of range.
    #[must_use]
    pub fn from_e7(latitude_e7: i32, longitude_e7: i32) -> Option<Self> {
        let point = Self { latitude_e7, longitude_e7 };
        point.is_valid().then_some(point)
    }

    /// Whether both coordinates are in range.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (-LATITUDE_E7_MAX..=LATITUDE_E7_MAX).contains(&self.latitude_e7)
            && (-LONGITUDE_E7_MAX..=LONGITUDE_E7_MAX).contains(&self.longitude_e7)
    }

    /// Checks that both coordinates are in range.
    pub fn check(&self, field: impl Field, disclosure: Disclosure, violations: &mut Violations) {
        if !self.is_valid() {
            let violation =
                Violation::new(field, "point.range", "must be within 90 degrees north and 180 degrees east");
            let (latitude, longitude) = self.degrees();
            violations.add(disclosure.disclose(violation, format!("{latitude}, {longitude}")));
        }
    }

    /// Degrees north and degrees east, WGS-84.
    #[must_use]
    pub fn degrees(&self) -> (f64, f64) {
        (f64::from(self.latitude_e7) / UNITS_PER_DEGREE, f64::from(self.longitude_e7) / UNITS_PER_DEGREE)
    }

    /// Great-circle distance in whole metres, rounded to the nearest, on a sphere of [`EARTH_RADIUS_METRES`] (the true
    /// ellipsoid differs by up to 0.56 %). Points within half a metre are 0 m apart.
    #[must_use]
    pub fn distance_metres(&self, other: &Self) -> u32 {
        round_metres(UnitVector::from(*self).distance_metres(&UnitVector::from(*other)))
    }
}

fn to_e7(degrees: f64) -> i32 {
    // In range by the checks above; the cast saturates.
    #[allow(clippy::cast_possible_truncation)]
    let e7 = (degrees * UNITS_PER_DEGREE).round() as i32;
    e7
}

/// Metres rounded to the nearest whole one.
#[must_use]
pub fn round_metres(metres: f64) -> u32 {
    // No distance on Earth exceeds u32; the cast saturates.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rounded = metres.round() as u32;
    rounded
}

impl From<Point> for UnitVector {
    fn from(point: Point) -> Self {
        let (latitude, longitude) = point.degrees();
        let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
        let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
        Self { x: cos_latitude * cos_longitude, y: cos_latitude * sin_longitude, z: sin_latitude }
    }
}

impl UnitVector {
    /// Square of the straight line through the Earth between the two, in Earth radii: 0 for the same place, 4 for antipodes. Grows
    /// with the distance, so that it can stand in for it in comparisons.
    #[must_use]
    pub fn chord_squared(&self, other: &Self) -> f64 {
        let (x, y, z) = (self.x - other.x, self.y - other.y, self.z - other.z);
        x * x + y * y + z * z
    }

    /// Great-circle distance in metres.
    #[must_use]
    pub fn distance_metres(&self, other: &Self) -> f64 {
        great_circle_metres(self.chord_squared(other).sqrt())
    }
}

/// Great-circle metres of a chord in Earth radii, 0..=2.
#[must_use]
pub fn great_circle_metres(chord: f64) -> f64 {
    2.0 * EARTH_RADIUS_METRES * (chord / 2.0).clamp(0.0, 1.0).asin()
}

/// Chords below this, squared: about 320 km.
const SHORT_CHORD_SQUARED: f64 = 0.0025;

/// Great-circle metres of the square of a chord in Earth radii, 0..=4, rounded to the nearest whole one: exactly [`round_metres`] of
/// [`great_circle_metres`], sooner for short chords.
#[must_use]
#[inline]
pub fn whole_metres(chord_squared: f64) -> u32 {
    if chord_squared < SHORT_CHORD_SQUARED {
        // The arcsine's series; what it leaves out is less than a hundredth of a millimetre.
        let half_squared = chord_squared / 4.0;
        let stretch = 1.0 + half_squared * (1.0 / 6.0 + half_squared * (3.0 / 40.0));
        let metres = EARTH_RADIUS_METRES * chord_squared.sqrt() * stretch;
        // Below 320,000.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = metres as u32;
        let rest = metres - f64::from(whole);
        // Where less than a millimetre decides, the arcsine itself does.
        if (rest - 0.5).abs() > 0.001 {
            return whole + u32::from(rest > 0.5);
        }
    }
    round_metres(great_circle_metres(chord_squared.sqrt()))
}

/// Chord in Earth radii of great-circle metres; the inverse of [`great_circle_metres`], at most 2.
#[must_use]
pub fn chord_of_metres(metres: f64) -> f64 {
    let half_angle = (metres / (2.0 * EARTH_RADIUS_METRES)).clamp(0.0, std::f64::consts::FRAC_PI_2);
    2.0 * half_angle.sin()
}
