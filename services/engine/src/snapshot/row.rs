//! One resource in the form the search reads: a cache line that decides, and the rest apart.

use wishwell_domain::geo::{Point, UnitVector};
use wishwell_domain::ids::ResourceId;

use crate::reason::ModeSet;

/// Marks "none" among places in tables.
pub(crate) const NONE: u32 = u32::MAX;

/// Marks "any unit".
pub(crate) const ANY_UNIT: u8 = u8::MAX;

/// Where a resource serves, when one word says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum AreaKind {
    /// Everywhere.
    Everywhere,
    /// Within `area` metres.
    Radius,
    /// In the division at `area`.
    Division,
    /// In any shape of the area set at `area`.
    Set,
}

/// What the search reads of one resource: one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Row {
    /// Place; not a number where it has none.
    pub(crate) vector: UnitVector,
    pub(crate) organization: u32,
    pub(crate) schedule: u32,
    pub(crate) eligibility: u32,
    /// Meaning by `area_kind`.
    pub(crate) area: u32,
    /// The pool it draws on; the first of its draws in the draw table when `quantity_per_unit` is 0; [`NONE`] for no draws.
    pub(crate) draw: u32,
    /// Taken from the pool for each unit served; 0 for draws in the draw table.
    pub(crate) quantity_per_unit: u32,
    pub(crate) validity: u32,
    pub(crate) unit: u8,
    pub(crate) modes: ModeSet,
    pub(crate) area_kind: AreaKind,
    pub(crate) placed: bool,
    pub(crate) paused: bool,
}

const _: () = assert!(size_of::<Row>() == 64, "a row is one cache line");

impl Row {
    /// Which of the four classes of best possible score it is in: bit 0 set without draws, bit 1 set with a rule of eligibility.
    #[inline]
    pub(crate) const fn class(&self) -> usize {
        (self.draw == NONE) as usize | (((self.eligibility != NONE) as usize) << 1)
    }
}

/// The unit vector of a place, or none.
pub(crate) fn vector_of(place: Option<Point>) -> UnitVector {
    place.map_or(UnitVector { x: f64::NAN, y: f64::NAN, z: f64::NAN }, UnitVector::from)
}

/// What only answers and updates read of one resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cold {
    pub(crate) category_set: u32,
    pub(crate) statement: u32,
    pub(crate) title_start: u32,
    pub(crate) title_zh_bytes: u16,
    pub(crate) title_en_bytes: u16,
}

/// A resource on its way into a segment. Its title lies in a text held by whoever builds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft {
    pub(crate) id: ResourceId,
    pub(crate) row: Row,
    pub(crate) cold: Cold,
}
