//! Service areas: where a resource serves.

use serde::{Deserialize, Serialize};

use crate::geo::Point;
use crate::ids::DivisionCode;

/// One service area. A resource serves a place that lies in any one of its areas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceArea {
    /// A division with all its descendants.
    Division(DivisionCode),
    /// Within so many metres of the resource's point, 1..=`RADIUS_METRES_MAX`.
    RadiusMetres(u32),
    /// Inside a polygon: 3..=`POLYGON_VERTICES_MAX` vertices, not closed (the last joins the first), edges straight in longitude
    /// and latitude, not crossing the date line.
    Polygon(Vec<Point>),
    /// Not bound to a place.
    Everywhere,
}
