//! Why a resource does not fit, with what would have to change.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::fact::FactDefinition;
use wishwell_domain::resource::DeliveryMode;

/// A set of [`DeliveryMode`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ModeSet(u8);

impl ModeSet {
    /// No mode.
    pub const NONE: Self = Self(0);

    const fn bit(mode: DeliveryMode) -> u8 {
        match mode {
            DeliveryMode::OnSite => 1,
            DeliveryMode::HomeVisit => 2,
            DeliveryMode::Delivery => 4,
            DeliveryMode::Remote => 8,
        }
    }

    /// This set and one mode more.
    #[must_use]
    pub const fn with(self, mode: DeliveryMode) -> Self {
        Self(self.0 | Self::bit(mode))
    }

    /// Whether the mode is in the set.
    #[must_use]
    pub const fn contains(self, mode: DeliveryMode) -> bool {
        self.0 & Self::bit(mode) != 0
    }

    /// Whether there is no mode in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// This set but for one mode.
    #[must_use]
    pub const fn without(self, mode: DeliveryMode) -> Self {
        Self(self.0 & !Self::bit(mode))
    }

    /// The modes in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set as four bits.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The modes that fail nothing of their own: near enough to come to, vetted for home visits, vetted for minors (or none involved).
    pub(crate) const fn possible(near: bool, home_visits: bool, minors: bool) -> Self {
        let on_site = if near && minors { 1 } else { 0 };
        let home_visit = if home_visits && minors { 2 } else { 0 };
        let remote = if minors { 8 } else { 0 };
        Self(on_site | home_visit | 4 | remote)
    }

    /// The modes, in [`DeliveryMode::ALL`]'s order.
    pub fn iter(self) -> impl Iterator<Item = DeliveryMode> {
        DeliveryMode::ALL.into_iter().filter(move |mode| self.contains(*mode))
    }

    /// The first mode, in [`DeliveryMode::ALL`]'s order.
    #[must_use]
    pub fn first(self) -> Option<DeliveryMode> {
        self.iter().next()
    }
}

impl FromIterator<DeliveryMode> for ModeSet {
    fn from_iter<I: IntoIterator<Item = DeliveryMode>>(modes: I) -> Self {
        modes.into_iter().fold(Self::NONE, Self::with)
    }
}

/// A set of facts, by their place in the fact catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FactSet(pub(crate) u64);

impl FactSet {
    /// Whether there is no fact in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many facts are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The facts, in the catalogue's order.
    pub fn iter(self) -> impl Iterator<Item = &'static FactDefinition> {
        crate::eligibility::catalogue()
            .iter()
            .enumerate()
            .filter(move |(at, _)| self.0 >> at & 1 == 1)
            .map(|(_, fact)| fact)
    }
}

/// A clause of an eligibility expression: the smallest part whose falsehood settles it. Its text:
/// [`Snapshot::clause_text`](crate::Snapshot::clause_text).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clause {
    pub(crate) program: u32,
    /// First byte of the clause in the expression's source.
    pub start: u16,
    /// Byte after its last.
    pub end: u16,
}

/// Stable code of a [`Reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReasonCode {
    /// Not in the asked category or below it.
    Category,
    /// Counted in another unit.
    Unit,
    /// The organization is not verified.
    OrganizationNotVerified,
    /// Minors are involved and the organization is not vetted for them as long as it might come.
    NotVettedForMinors,
    /// The organization is not vetted for visits to homes as long as it might come.
    NotVettedForHomeVisits,
    /// None of its modes is one that reaches the beneficiary.
    Mode,
    /// Farther than the beneficiary can travel.
    TooFar,
    /// The beneficiary's place is in none of its service areas.
    OutsideArea,
    /// Not open in the window.
    ClosedInWindow,
    /// Not enough left.
    NoCapacity,
    /// Who may have it excludes the beneficiary.
    Ineligible,
    /// Not offered for now.
    Paused,
    /// Offered from a later day on.
    NotValidYet,
    /// Offered until an earlier day.
    Expired,
}

impl ReasonCode {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "CATEGORY",
            Self::Unit => "UNIT",
            Self::OrganizationNotVerified => "ORGANIZATION_NOT_VERIFIED",
            Self::NotVettedForMinors => "NOT_VETTED_FOR_MINORS",
            Self::NotVettedForHomeVisits => "NOT_VETTED_FOR_HOME_VISITS",
            Self::Mode => "MODE",
            Self::TooFar => "TOO_FAR",
            Self::OutsideArea => "OUTSIDE_AREA",
            Self::ClosedInWindow => "CLOSED_IN_WINDOW",
            Self::NoCapacity => "NO_CAPACITY",
            Self::Ineligible => "INELIGIBLE",
            Self::Paused => "PAUSED",
            Self::NotValidYet => "NOT_VALID_YET",
            Self::Expired => "EXPIRED",
        }
    }
}

/// One constraint that a resource fails, with what would have to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// See [`ReasonCode::Category`].
    Category,
    /// See [`ReasonCode::Unit`].
    Unit {
        /// The unit it is counted in.
        counted_in: wishwell_domain::unit::Unit,
    },
    /// See [`ReasonCode::OrganizationNotVerified`].
    OrganizationNotVerified {
        /// Where the organization stands.
        state: wishwell_domain::organization::OrganizationState,
    },
    /// See [`ReasonCode::NotVettedForMinors`].
    NotVettedForMinors {
        /// Last day of a vetting that ends before help might still come.
        valid_until: Option<Date>,
    },
    /// See [`ReasonCode::NotVettedForHomeVisits`].
    NotVettedForHomeVisits {
        /// Last day of a vetting that ends before help might still come.
        valid_until: Option<Date>,
    },
    /// See [`ReasonCode::Mode`].
    Mode {
        /// The modes it has.
        offered: ModeSet,
    },
    /// See [`ReasonCode::TooFar`].
    TooFar {
        /// How far it is, in metres.
        distance_metres: u32,
        /// How far the beneficiary can travel, in metres.
        limit_metres: u32,
    },
    /// See [`ReasonCode::OutsideArea`].
    OutsideArea {
        /// How far the beneficiary's place is from the resource's, in metres, where both are known.
        distance_metres: Option<u32>,
        /// The largest radius it serves within, in metres, where it has radius areas.
        radius_metres: Option<u32>,
        /// How far the beneficiary's place is from the nearest edge of its polygons, in metres, where it has any.
        polygon_metres: Option<u32>,
        /// The first division it serves, where it has division areas: name by
        /// [`Snapshot::division_name`](crate::Snapshot::division_name).
        division: Option<u32>,
    },
    /// See [`ReasonCode::ClosedInWindow`].
    ClosedInWindow {
        /// When it opens next after the window's start, within the look-ahead.
        next_opening: Option<Timestamp>,
    },
    /// See [`ReasonCode::NoCapacity`].
    NoCapacity {
        /// The quantity asked for.
        asked: i64,
        /// The most it can serve within the window, in the item's unit.
        remaining: i64,
        /// First day of the next period with enough, for pools that renew; when recurring, of one that would do as the first.
        next_free: Option<Date>,
        /// Occurrences it covers, and occurrences asked for, when recurring.
        occurrences: Option<(u32, u32)>,
    },
    /// See [`ReasonCode::Ineligible`].
    Ineligible {
        /// The first clause that excludes.
        clause: Clause,
        /// The facts that it asks for, and every other part of a conjunction that excludes.
        facts: FactSet,
    },
    /// See [`ReasonCode::Paused`].
    Paused,
    /// See [`ReasonCode::NotValidYet`].
    NotValidYet {
        /// First day it is offered.
        valid_from: Date,
    },
    /// See [`ReasonCode::Expired`].
    Expired {
        /// Last day it is offered.
        valid_until: Date,
    },
}

impl Reason {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> ReasonCode {
        match self {
            Self::Category => ReasonCode::Category,
            Self::Unit { .. } => ReasonCode::Unit,
            Self::OrganizationNotVerified { .. } => ReasonCode::OrganizationNotVerified,
            Self::NotVettedForMinors { .. } => ReasonCode::NotVettedForMinors,
            Self::NotVettedForHomeVisits { .. } => ReasonCode::NotVettedForHomeVisits,
            Self::Mode { .. } => ReasonCode::Mode,
            Self::TooFar { .. } => ReasonCode::TooFar,
            Self::OutsideArea { .. } => ReasonCode::OutsideArea,
            Self::ClosedInWindow { .. } => ReasonCode::ClosedInWindow,
            Self::NoCapacity { .. } => ReasonCode::NoCapacity,
            Self::Ineligible { .. } => ReasonCode::Ineligible,
            Self::Paused => ReasonCode::Paused,
            Self::NotValidYet { .. } => ReasonCode::NotValidYet,
            Self::Expired { .. } => ReasonCode::Expired,
        }
    }
}
