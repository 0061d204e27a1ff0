//! What one query asks, worked out once before the search.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::Facts;
use wishwell_domain::geo::{Point, UnitVector};
use wishwell_domain::need::{Mobility, Recurrence};
use wishwell_domain::resource::DeliveryMode;
use wishwell_domain::unit::Unit;
use wishwell_domain::zone::Zone;

use crate::eligibility::BoundFacts;
use crate::query::{Query, QueryError, TimeWindow};
use crate::reason::ModeSet;
use crate::score::{Millionths, ScoringRules};
use crate::snapshot::pool::hour;
use crate::snapshot::row::NONE;
use crate::snapshot::tables::Tables;

/// Most divisions above one another.
const CHAIN_MAX: usize = 16;

/// One need item and what matters of its need, by places in tables.
#[derive(Debug)]
pub(crate) struct Asked<'q> {
    pub(crate) category: u32,
    pub(crate) quantity: i64,
    pub(crate) unit: Unit,
    pub(crate) splittable: bool,
    pub(crate) recurrence: Option<Recurrence>,
    pub(crate) window: TimeWindow,
    /// Before when what recurs comes for the last time.
    pub(crate) until: Option<Timestamp>,
    pub(crate) now: Timestamp,
    pub(crate) place: Option<Point>,
    pub(crate) division: u32,
    pub(crate) mobility: Mobility,
    pub(crate) involves_minors: bool,
    pub(crate) group_tags: &'q [GroupTag],
    pub(crate) facts: &'q Facts,
    /// What the need counts, in millionths of an emergency's item.
    pub(crate) worth: Millionths,
    /// That it may be anywhere in its division, or anywhere at all; none when it is where it says.
    pub(crate) somewhere: Option<Somewhere>,
    /// Whether nothing of it can be referred any more: it is asked as if nothing were taken.
    pub(crate) is_covered: bool,
}

/// How much is left open of where a need is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Somewhere {
    /// In its division, whose known parts lie so many metres from its centre at most.
    InDivision(u32),
    /// Nothing is known.
    Anywhere,
}

impl<'q> Asked<'q> {
    /// What a query asks.
    pub(crate) fn new(query: &Query<'q>, tables: &Tables) -> Result<Self, QueryError> {
        let category = tables.category_places.get(query.category.as_str());
        let category = category.ok_or_else(|| QueryError::UnknownCategory(query.category.clone()))?;
        let division = match query.division {
            None => NONE,
            Some(code) => {
                let place = tables.division_places.get(code.as_str());
                place.ok_or_else(|| QueryError::UnknownDivision(code.clone()))?
            }
        };
        Ok(Self {
            category,
            quantity: query.quantity.max(1),
            unit: query.unit,
            splittable: query.splittable,
            recurrence: query.recurrence,
            window: query.window,
            until: query.until,
            now: query.now,
            place: query.place,
            division,
            mobility: query.mobility,
            involves_minors: query.involves_minors,
            group_tags: query.group_tags,
            facts: query.facts,
            worth: query.worth,
            somewhere: None,
            is_covered: false,
        })
    }
}

/// A stretch of time; instants in microseconds, `start` before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Span {
    /// What both have; none when nothing.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        let both = Self { start: self.start.max(other.start), end: self.end.min(other.end) };
        (both.start < both.end).then_some(both)
    }

    pub(crate) fn instants(self) -> (Timestamp, Timestamp) {
        (instant(self.start), instant(self.end))
    }
}

/// The instant of microseconds; the nearest there is.
pub(crate) fn instant(microsecond: i64) -> Timestamp {
    let limits = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    Timestamp::from_microsecond(microsecond.clamp(limits.0, limits.1)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// One query, ready to judge resources.
#[derive(Debug)]
pub(crate) struct Context<'q> {
    pub(crate) tables: &'q Tables,
    pub(crate) rules: &'q ScoringRules,
    pub(crate) facts: BoundFacts<'q>,
    /// From the window's start, but not before now, to its end, or that of the last occurrence; at least a second.
    pub(crate) window: Span,
    /// Whether it comes once and nobody said by when: the window's end is only how far ahead is looked.
    pub(crate) is_undated: bool,
    pub(crate) now_hour: u32,
    pub(crate) point: Option<Point>,
    pub(crate) vector: Option<UnitVector>,
    chain: [u32; CHAIN_MAX],
    chain_len: usize,
    pub(crate) quantity: i64,
    pub(crate) unit: Unit,
    pub(crate) splittable: bool,
    pub(crate) recurrence: Option<Recurrence>,
    /// Modes that reach the beneficiary.
    pub(crate) modes: ModeSet,
    pub(crate) max_travel_metres: u32,
    pub(crate) involves_minors: bool,
    /// What the need counts, in millionths of an emergency's item.
    pub(crate) worth: Millionths,
    pub(crate) somewhere: Option<Somewhere>,
}

/// One second, in microseconds.
const SECOND: i64 = 1_000_000;

impl<'q> Context<'q> {
    pub(crate) fn new(asked: &Asked<'q>, tables: &'q Tables, rules: &'q ScoringRules) -> Self {
        let mut chain = [NONE; CHAIN_MAX];
        let mut chain_len = 0;
        let mut centre = None;
        if asked.division != NONE {
            for (slot, at) in chain.iter_mut().zip(tables.division_ancestors(asked.division)) {
                *slot = at;
                chain_len += 1;
                let division = tables.divisions.get(at).and_then(|entry| entry.division.as_ref());
                centre = centre.or_else(|| division.and_then(|division| division.centre));
            }
        }
        let start = asked.window.start.max(asked.now).as_microsecond();
        let window = Span { start, end: asked.window.end.as_microsecond().max(start + SECOND) };
        let point = asked.place.or(centre);
        Self {
            tables,
            rules,
            facts: BoundFacts::new(asked.facts, asked.group_tags),
            window: asked.recurrence.map_or(window, |recurrence| horizon(start, asked.until, recurrence)),
            is_undated: asked.recurrence.is_none() && asked.until.is_none(),
            now_hour: hour(asked.now),
            point,
            vector: point.map(UnitVector::from),
            chain,
            chain_len,
            quantity: asked.quantity,
            unit: asked.unit,
            splittable: asked.splittable,
            recurrence: asked.recurrence,
            modes: modes_of(&asked.mobility),
            max_travel_metres: asked.mobility.max_travel_metres.unwrap_or(0),
            involves_minors: asked.involves_minors,
            worth: asked.worth,
            somewhere: asked.somewhere,
        }
    }

    /// The need's division and those above it, the nearest first.
    pub(crate) fn chain(&self) -> &[u32] {
        self.chain.get(..self.chain_len).unwrap_or_default()
    }
}

fn modes_of(mobility: &Mobility) -> ModeSet {
    let modes = [
        (DeliveryMode::OnSite, mobility.max_travel_metres.is_some()),
        (DeliveryMode::HomeVisit, mobility.home_visit),
        (DeliveryMode::Delivery, mobility.delivery),
        (DeliveryMode::Remote, mobility.remote),
    ];
    modes.into_iter().filter(|(_, reaches)| *reaches).map(|(mode, _)| mode).collect()
}

/// From the first occurrence to the end of the last, by the default zone's calendar, but not beyond `until`: one more period than
/// occurrences when the first has begun, because it may turn out to be too short.
fn horizon(start: i64, until: Option<Timestamp>, recurrence: Recurrence) -> Span {
    let zone = Zone::of_places();
    let mut date: Date = recurrence.every.start_of(zone.date_at(instant(start)));
    let begun = u32::from(zone.start_of(date).as_microsecond() < start);
    for _ in 0..recurrence.occurrences.max(1).saturating_add(begun) {
        date = recurrence.every.next_start(date);
    }
    let end = until.map_or(zone.start_of(date), |until| zone.start_of(date).min(until));
    Span { start, end: end.as_microsecond().max(start + SECOND) }
}
