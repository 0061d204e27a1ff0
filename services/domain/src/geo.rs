//! Places: points with their datum, unit vectors on the sphere, distances.

use serde::{Deserialize, Serialize};

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
