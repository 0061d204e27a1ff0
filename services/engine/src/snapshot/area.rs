//! Service areas that one word does not say.

use wishwell_domain::geo::Point;
use wishwell_domain::polygon;

/// Several areas, or polygons: any one of them serves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct AreaSet {
    /// The largest radius, in metres; 0 for none.
    pub(crate) radius_metres: u32,
    /// Places of divisions, in the order given.
    pub(crate) divisions: Box<[u32]>,
    pub(crate) polygons: Box<[Polygon]>,
}

/// A polygon with its box.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Polygon {
    south_west: Point,
    north_east: Point,
    vertices: Box<[Point]>,
}

impl Polygon {
    pub(crate) fn new(vertices: &[Point]) -> Self {
        let latitudes = || vertices.iter().map(|vertex| vertex.latitude_e7);
        let longitudes = || vertices.iter().map(|vertex| vertex.longitude_e7);
        let corner = |latitude: Option<i32>, longitude: Option<i32>| Point {
            latitude_e7: latitude.unwrap_or_default(),
            longitude_e7: longitude.unwrap_or_default(),
        };
        Self {
            south_west: corner(latitudes().min(), longitudes().min()),
            north_east: corner(latitudes().max(), longitudes().max()),
            vertices: vertices.into(),
        }
    }

    /// Latitude of its southern end, in units of 1e-7 degree.
    #[inline]
    pub(crate) const fn south(&self) -> i32 {
        self.south_west.latitude_e7
    }

    /// Whether the point lies inside or on the border.
    pub(crate) fn contains(&self, point: Point) -> bool {
        (self.south_west.latitude_e7..=self.north_east.latitude_e7).contains(&point.latitude_e7)
            && (self.south_west.longitude_e7..=self.north_east.longitude_e7).contains(&point.longitude_e7)
            && polygon::contains(&self.vertices, point)
    }

    /// Metres to the nearest edge.
    pub(crate) fn edge_distance_metres(&self, point: Point) -> f64 {
        polygon::edge_distance_metres(&self.vertices, point)
    }
}

impl AreaSet {
    /// Bytes this set points to.
    pub(crate) fn memory_bytes(&self) -> usize {
        let vertices: usize = self.polygons.iter().map(|polygon| size_of_val(&*polygon.vertices)).sum();
        size_of_val(&*self.divisions) + size_of_val(&*self.polygons) + vertices
    }
}
