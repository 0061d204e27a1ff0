//! Service areas: where a resource serves.

use serde::{Deserialize, Serialize};

use crate::error::{Violation, Violations};
use crate::geo::Point;
use crate::ids::DivisionCode;
use crate::limits::RADIUS_METRES_MAX;
use crate::polygon;

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

impl ServiceArea {
    /// Vertices of its polygon, if it is one.
    #[must_use]
    pub const fn vertices(&self) -> usize {
        match self {
            Self::Polygon(vertices) => vertices.len(),
            Self::Division(_) | Self::RadiusMetres(_) | Self::Everywhere => 0,
        }
    }

    /// Checks the area. `has_place` says whether the resource has a point for a radius to lie around.
    pub fn check(&self, field: &str, has_place: bool, violations: &mut Violations) {
        match self {
            Self::Division(_) | Self::Everywhere => {}
            Self::RadiusMetres(metres) => {
                violations.require((1..=RADIUS_METRES_MAX).contains(metres), || {
                    let message = format!("must be 1 to {RADIUS_METRES_MAX} metres");
                    Violation::new(format!("{field}.radius.metres"), "radius.range", message).with_value(metres)
                });
                violations.require(has_place, || {
                    Violation::new(format!("{field}.radius"), "radius.place_required", "needs a place of the resource")
                });
            }
            Self::Polygon(vertices) => polygon::check(&format!("{field}.polygon.vertices"), vertices, violations),
        }
    }
}
