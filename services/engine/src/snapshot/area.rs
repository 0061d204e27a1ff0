//! Service areas that one word does not say.

use wishwell_domain::geo::{Point, UnitVector, round_metres};
use wishwell_domain::polygon;

use crate::ahead;

/// Half a turn, in units of 1e-7 degree.
const HALF_TURN_E7: i64 = 1_800_000_000;

/// Several areas, or polygons: any one of them serves. One cache line, so that of a single polygon only the vertices lie elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[repr(align(64))]
pub(crate) struct AreaSet {
    /// The largest radius, in metres; 0 for none.
    pub(crate) radius_metres: u32,
    /// Places of divisions, in the order given.
    pub(crate) divisions: Box<[u32]>,
    polygon: Option<Polygon>,
    more: Option<Box<Polygons>>,
}

const _: () = assert!(size_of::<AreaSet>() == 64, "an area set is one cache line");

/// Polygons after the first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Polygons(Box<[Polygon]>);

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

    /// Whether the point lies inside or on the border.
    pub(crate) fn contains(&self, point: Point) -> bool {
        (self.south_west.latitude_e7..=self.north_east.latitude_e7).contains(&point.latitude_e7)
            && (self.south_west.longitude_e7..=self.north_east.longitude_e7).contains(&point.longitude_e7)
            && polygon::contains(&self.vertices, point)
    }

    /// Metres within which all of it lies, seen from a place; none when it is too wide to tell.
    ///
    /// Seen from a place, what is farthest in a box of parallels and meridians is one of its corners, as long as no meridian of it is
    /// more than a quarter turn away: along a parallel distance grows with the turn, and along such a meridian it has no greatest value
    /// but at an end.
    fn reach_metres(&self, place: &UnitVector) -> Option<f64> {
        let (south_west, north_east) = (self.south_west, self.north_east);
        if i64::from(north_east.longitude_e7) - i64::from(south_west.longitude_e7) >= HALF_TURN_E7 {
            return None;
        }
        let latitudes = [south_west.latitude_e7, north_east.latitude_e7];
        let corners = latitudes.into_iter().flat_map(|latitude_e7| {
            [south_west, north_east].map(|corner| UnitVector::from(Point { latitude_e7, ..corner }))
        });
        let mut farthest = 0.0_f64;
        for corner in corners {
            if corner.x * place.x + corner.y * place.y < 0.0 {
                return None;
            }
            farthest = farthest.max(place.distance_metres(&corner));
        }
        Some(farthest)
    }

    /// Metres to the nearest edge.
    pub(crate) fn edge_distance_metres(&self, point: Point) -> f64 {
        polygon::edge_distance_metres(&self.vertices, point)
    }
}

impl AreaSet {
    /// A set of what was given.
    pub(crate) fn new(radius_metres: u32, divisions: Vec<u32>, polygons: Vec<Polygon>) -> Self {
        let mut polygons = polygons.into_iter();
        let polygon = polygons.next();
        let more: Box<[Polygon]> = polygons.collect();
        let more = (!more.is_empty()).then(|| Box::new(Polygons(more)));
        Self { radius_metres, divisions: divisions.into(), polygon, more }
    }

    /// Asks for what says where its first polygon is: see [`ahead`].
    #[inline]
    pub(crate) fn send_for_polygon(&self) {
        if let Some(polygon) = &self.polygon {
            ahead::element(&polygon.vertices, 0);
            ahead::element(&polygon.vertices, polygon.vertices.len().saturating_sub(1));
        }
    }

    /// Its polygons, in the order given.
    pub(crate) fn polygons(&self) -> impl Iterator<Item = &Polygon> {
        self.polygon.iter().chain(self.more.iter().flat_map(|more| more.0.iter()))
    }

    /// Whole metres from a place beyond which it serves nobody; none when there is no telling.
    pub(crate) fn reach_metres(&self, place: &UnitVector) -> Option<u32> {
        if !self.divisions.is_empty() {
            return None;
        }
        let mut polygons = self.polygons().map(|polygon| polygon.reach_metres(place));
        let farthest = polygons.try_fold(0.0, |farthest, reach| Some(f64::max(farthest, reach?)))?;
        // A metre for the rounding of distances.
        Some(self.radius_metres.max(round_metres(farthest).saturating_add(1)))
    }

    /// Bytes this set points to.
    pub(crate) fn memory_bytes(&self) -> usize {
        let vertices: usize = self.polygons().map(|polygon| size_of_val(&*polygon.vertices)).sum();
        let more = self.more.as_ref().map_or(0, |more| size_of::<Polygons>() + size_of_val(&*more.0));
        size_of_val(&*self.divisions) + more + vertices
    }
}
