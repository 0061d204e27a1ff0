//! The leaves of trees: what gives most resources up, side by side in two cache lines.

use wishwell_domain::geo::EARTH_RADIUS_METRES;

use super::tree::ROUNDING_MARGIN;
use crate::reason::ModeSet;
use crate::snapshot::row::{AreaKind, NONE, Row};
use crate::snapshot::tables::Tables;

/// Most entries of a leaf.
pub(crate) const LEAF_ENTRIES: usize = 8;

/// The entries of a leaf; those beyond its count are empty.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Leaf(pub(crate) [Entry; LEAF_ENTRIES]);

const _: () = assert!(size_of::<Leaf>() == 128, "a leaf is two cache lines");

/// One resource in a tree: its row, levels below the tree's category, and as much of what it asks and offers as fits. It is never
/// stricter than the row: what an entry fails the row fails, what it passes the row decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Row and levels.
    word: u32,
    /// From the centre of the leaf's ball, in steps of a 127th of its radius.
    offset: [i8; 3],
    pub(crate) unit: u8,
    /// Where it serves, in [`AREA_BITS`] bits, below flags.
    area: u32,
    /// Place of the rule of eligibility.
    program: u16,
    paused: bool,
}

const _: () = assert!(size_of::<Entry>() == 16);

/// Where a resource serves, as far as its entry knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Serves {
    /// Everywhere, or where only the row says.
    Anywhere,
    /// Nowhere farther than so many metres.
    Within(u32),
    /// In the division.
    Division(u32),
}

/// The rule of a resource, as far as its entry knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// None, or one that only the row says.
    Unsaid,
    /// The program at this place.
    Program(u32),
}

/// Steps of an [`Entry`]'s offset in the radius of its leaf.
const STEPS: f32 = 127.0;
/// How far a place may lie from where its entry says, in steps: half a step along each axis, and rounding.
const STEP_ERROR: f32 = 0.9;
/// The Earth's radius, of 24 bits.
#[allow(clippy::cast_possible_truncation)]
const RADIUS_METRES: f32 = EARTH_RADIUS_METRES as f32;
/// Taken off bounds of distances, in metres: for rounding to whole ones, and of 24 bits.
const METRES_MARGIN: f32 = 2.0;

/// Bits of the row in an [`Entry`]; four remain for the levels (`TREE_DEPTH_MAX` is 8).
const ROW_BITS: u32 = 28;
const ROW_MASK: u32 = (1 << ROW_BITS) - 1;

/// Bits of the area; above them two of its kind, four of the modes and two of the class.
const AREA_BITS: u32 = 24;
const AREA_MASK: u32 = (1 << AREA_BITS) - 1;
const KIND_SHIFT: u32 = AREA_BITS;
const MODES_SHIFT: u32 = AREA_BITS + 2;
const CLASS_SHIFT: u32 = AREA_BITS + 6;
const KIND_WITHIN: u32 = 1;
const KIND_DIVISION: u32 = 2;

/// A rule's place where the entry does not say it.
const UNSAID: u16 = u16::MAX;

impl Entry {
    /// Stands where a leaf has no entry.
    pub(crate) const EMPTY: Self =
        Self { word: u32::MAX, offset: [0; 3], unit: 0, area: 0, program: UNSAID, paused: true };

    /// The entry of a row, without levels and offset.
    pub(crate) fn of(at: u32, row: &Row, tables: &Tables) -> Self {
        let (kind, area) = match serves(row, tables) {
            Serves::Anywhere => (0, 0),
            Serves::Within(metres) => (KIND_WITHIN, metres),
            Serves::Division(division) => (KIND_DIVISION, division),
        };
        // What does not fit, only the row says.
        let (kind, area) = if area > AREA_MASK { (0, 0) } else { (kind, area) };
        // Four classes.
        let class = row.class() as u32;
        Self {
            word: at & ROW_MASK,
            offset: [0; 3],
            unit: row.unit,
            area: area | kind << KIND_SHIFT | u32::from(row.modes.bits()) << MODES_SHIFT | class << CLASS_SHIFT,
            program: u16::try_from(row.eligibility).unwrap_or(UNSAID),
            paused: row.paused,
        }
    }

    /// The entry in a tree of a category so many levels above.
    #[must_use]
    pub(crate) const fn below(mut self, levels: u8) -> Self {
        self.word = (levels as u32) << ROW_BITS | (self.word & ROW_MASK);
        self
    }

    /// The entry in a leaf whose ball has this radius; its place is given relative to the ball's centre.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn at(mut self, relative: [f64; 3], radius: f32) -> Self {
        let step = f64::from(radius / STEPS);
        self.offset = relative.map(|along| (along / step).round() as i8);
        self
    }

    #[inline]
    pub(crate) const fn row(self) -> u32 {
        self.word & ROW_MASK
    }
    #[inline]
    pub(crate) const fn levels(self) -> u8 {
        (self.word >> ROW_BITS) as u8
    }
    /// As [`Row::class`].
    #[inline]
    pub(crate) const fn class(self) -> usize {
        (self.area >> CLASS_SHIFT) as usize
    }
    #[inline]
    pub(crate) const fn modes(self) -> ModeSet {
        ModeSet::from_bits((self.area >> MODES_SHIFT) as u8)
    }
    #[inline]
    pub(crate) const fn is_paused(self) -> bool {
        self.paused
    }
    #[inline]
    pub(crate) const fn serves(self) -> Serves {
        let area = self.area & AREA_MASK;
        match self.area >> KIND_SHIFT & 3 {
            KIND_WITHIN => Serves::Within(area),
            KIND_DIVISION => Serves::Division(area),
            _ => Serves::Anywhere,
        }
    }
    #[inline]
    pub(crate) const fn rule(self) -> Rule {
        if self.program == UNSAID { Rule::Unsaid } else { Rule::Program(self.program as u32) }
    }
}

impl Leaf {
    /// For each entry a lower bound of the metres, rounded to whole ones, from a place given relative to the centre of the leaf's ball, of
    /// this radius. All at once, so that the processor computes several together.
    #[inline]
    pub(crate) fn metres_at_least(&self, relative: [f32; 3], radius: f32) -> [f32; LEAF_ENTRIES] {
        let step = radius * (1.0 / STEPS);
        let mut squares = [0.0; LEAF_ENTRIES];
        for (square, entry) in squares.iter_mut().zip(&self.0) {
            let [x, y, z]: [f32; 3] = std::array::from_fn(|axis| relative[axis] - f32::from(entry.offset[axis]) * step);
            *square = x * x + y * y + z * z;
        }
        // The rounding of centres is in the radius, of which a step is too small a part.
        let error = STEP_ERROR * step + ROUNDING_MARGIN as f32;
        squares.map(|square| metres_of_chord(square.sqrt() - error))
    }
}

/// A lower bound of the metres, rounded to whole ones, along the arc over a chord, in Earth radii: the arc is never shorter.
#[inline]
pub(crate) fn metres_of_chord(chord: f32) -> f32 {
    (chord * RADIUS_METRES - METRES_MARGIN).max(0.0)
}

fn serves(row: &Row, tables: &Tables) -> Serves {
    match row.area_kind {
        AreaKind::Everywhere => Serves::Anywhere,
        AreaKind::Radius => Serves::Within(row.area),
        AreaKind::Division => Serves::Division(row.area),
        AreaKind::Set => {
            let set = if row.placed { tables.area_sets.get(row.area) } else { None };
            set.and_then(|set| set.reach_metres(&row.vector)).map_or(Serves::Anywhere, Serves::Within)
        }
    }
}

const _: () = assert!(NONE as u64 > u16::MAX as u64, "no rule is no place of one");
