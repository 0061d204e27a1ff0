//! The leaves of trees: what gives most resources up, side by side in two cache lines.

use wishwell_domain::geo::EARTH_RADIUS_METRES;
use wishwell_domain::resource::DeliveryMode;

use super::tree::ROUNDING_MARGIN;
use crate::ahead;
use crate::reason::ModeSet;
use crate::snapshot::row::{ANY_UNIT, AreaKind, NONE, Row};
use crate::snapshot::tables::Tables;

/// Most entries of a leaf.
pub(crate) const LEAF_ENTRIES: usize = 8;

/// The entries of a leaf, each part of all of them side by side, so that the processor looks at several entries at once; those beyond
/// its count are empty. Parts are those of [`Entry`].
#[derive(Debug, Clone, Copy)]
#[repr(align(128))]
pub(crate) struct Leaf {
    words: [u32; LEAF_ENTRIES],
    areas: [u32; LEAF_ENTRIES],
    offsets: [[i8; LEAF_ENTRIES]; 3],
    units: [u8; LEAF_ENTRIES],
    programs: [u16; LEAF_ENTRIES],
    paused: [bool; LEAF_ENTRIES],
}

const _: () = assert!(size_of::<Leaf>() == 128, "a leaf is two cache lines");

/// One resource in a tree: its row, levels below the tree's category, and as much of what it asks and offers as fits. It is never
/// stricter than the row: what an entry fails the row fails, what it passes the row decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Row and levels.
    word: u32,
    /// From the centre of the leaf's ball, in steps of a 127th of its radius.
    offset: [i8; 3],
    unit: u8,
    /// Where it serves, in [`AREA_BITS`] bits, below flags.
    area: u32,
    /// Place of the rule of eligibility.
    program: u16,
    paused: bool,
}

/// Where a resource serves, as far as its entry knows.
enum Serves {
    /// Everywhere, or where only the row says.
    Anywhere,
    /// Nowhere farther than so many metres.
    Within(u32),
    /// In the division.
    Division(u32),
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
pub(crate) const LEVEL_BITS: u32 = 32 - ROW_BITS;
/// Most kinds of entries: four classes, each with any levels.
pub(crate) const KINDS: usize = 4 << LEVEL_BITS;

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
    const EMPTY: Self = Self { word: u32::MAX, offset: [0; 3], unit: 0, area: 0, program: UNSAID, paused: true };

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

    pub(crate) const fn row(self) -> u32 {
        self.word & ROW_MASK
    }
    pub(crate) const fn levels(self) -> u8 {
        (self.word >> ROW_BITS) as u8
    }
    /// As [`Row::class`].
    pub(crate) const fn class(self) -> usize {
        (self.area >> CLASS_SHIFT) as usize
    }
}

/// What is asked of the entries of a leaf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The index of a unit.
    pub(crate) unit: u32,
    /// Modes of which one is wanted.
    pub(crate) modes: ModeSet,
    /// Farther away than this nobody comes on site.
    pub(crate) reach_metres: f32,
    /// Places of divisions of which one is to be served.
    pub(crate) divisions: &'a [u32],
}

impl Leaf {
    /// A leaf of at most [`LEAF_ENTRIES`] entries.
    pub(crate) fn new(entries: impl Iterator<Item = Entry>) -> Self {
        let mut all = [Entry::EMPTY; LEAF_ENTRIES];
        all.iter_mut().zip(entries).for_each(|(place, entry)| *place = entry);
        Self {
            words: all.map(|entry| entry.word),
            areas: all.map(|entry| entry.area),
            offsets: std::array::from_fn(|axis| all.map(|entry| entry.offset[axis])),
            units: all.map(|entry| entry.unit),
            programs: all.map(|entry| entry.program),
            paused: all.map(|entry| entry.paused),
        }
    }

    /// Asks for its memory: see [`ahead`].
    #[inline]
    pub(crate) fn send_for(&self) {
        ahead::line_of(&self.words);
        ahead::line_of(&self.offsets);
    }

    /// The row of the entry at `at`.
    #[inline]
    pub(crate) const fn row(&self, at: usize) -> u32 {
        self.words[at] & ROW_MASK
    }

    /// Its levels below the tree's category.
    #[inline]
    pub(crate) const fn levels(&self, at: usize) -> u8 {
        (self.words[at] >> ROW_BITS) as u8
    }

    /// Of each entry its class, as [`Row::class`], and below it its levels, in [`LEVEL_BITS`] bits.
    #[inline]
    pub(crate) fn kinds(&self) -> [u32; LEAF_ENTRIES] {
        std::array::from_fn(|at| self.areas[at] >> CLASS_SHIFT << LEVEL_BITS | self.words[at] >> ROW_BITS)
    }

    /// The place of its rule; [`NONE`] where it has none, or one that only the row says.
    #[inline]
    pub(crate) const fn program(&self, at: usize) -> u32 {
        if self.programs[at] == UNSAID { NONE } else { self.programs[at] as u32 }
    }

    /// Of each entry, at least so many metres away, how much of what is asked it fails. Metres that are not a number are neither within
    /// a radius nor out of reach.
    ///
    /// Everything is counted in words of one width, without a branch: so several entries are looked at by one instruction.
    #[inline]
    pub(crate) fn failures(&self, asked: &Asked<'_>, metres: &[f32; LEAF_ENTRIES]) -> [u32; LEAF_ENTRIES] {
        let mut inside = [0; LEAF_ENTRIES];
        for division in asked.divisions {
            inside = std::array::from_fn(|at| inside[at] | u32::from(self.areas[at] & AREA_MASK == *division));
        }
        let near = u32::from(asked.modes.bits());
        let far = u32::from(asked.modes.without(DeliveryMode::OnSite).bits());
        std::array::from_fn(|at| {
            let (area, unit) = (self.areas[at], u32::from(self.units[at]));
            let kind = area >> KIND_SHIFT & 3;
            // 24 bits, as the distance.
            let radius = (area & AREA_MASK).cast_signed() as f32;
            let modes = if metres[at] > asked.reach_metres { far } else { near };
            let other_unit = (unit != u32::from(ANY_UNIT)) & (unit != asked.unit);
            let within = metres[at] <= radius;
            let outside = (kind == KIND_DIVISION) & (inside[at] == 0);
            let not_reaching = area >> MODES_SHIFT & modes == 0;
            u32::from(self.paused[at])
                + u32::from(other_unit)
                + u32::from((kind == KIND_WITHIN) & !within)
                + u32::from(outside)
                + u32::from(not_reaching)
        })
    }

    /// For each entry a lower bound of the metres, rounded to whole ones, from a place given relative to the centre of the leaf's ball, of
    /// this radius.
    #[inline]
    pub(crate) fn metres_at_least(&self, relative: [f32; 3], radius: f32) -> [f32; LEAF_ENTRIES] {
        let step = radius * (1.0 / STEPS);
        let mut squares = [0.0; LEAF_ENTRIES];
        for (from, offsets) in relative.into_iter().zip(&self.offsets) {
            for (square, offset) in squares.iter_mut().zip(offsets) {
                let along = from - f32::from(*offset) * step;
                *square += along * along;
            }
        }
        // The rounding of centres is in the radius, of which a step is too small a part.
        let error = STEP_ERROR * step + ROUNDING_MARGIN as f32;
        squares.map(|square| metres_of_chord(square.sqrt() - error))
    }

    /// All entries, the empty ones too.
    pub(crate) fn entries(&self) -> [Entry; LEAF_ENTRIES] {
        std::array::from_fn(|at| Entry {
            word: self.words[at],
            offset: std::array::from_fn(|axis| self.offsets[axis][at]),
            unit: self.units[at],
            area: self.areas[at],
            program: self.programs[at],
            paused: self.paused[at],
        })
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
