//! What is asked.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::Facts;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::limits::NEED_HORIZON_DAYS_MAX;
use wishwell_domain::need::{Mobility, Need, NeedItem, Recurrence};
use wishwell_domain::occurrence::Outstanding;
use wishwell_domain::unit::Unit;

use crate::answer::{Answer, NeedRank};
use crate::assess::Memo;
use crate::find::Hit;
use crate::nearest::{Pending, PutOffs};
use crate::round::tier_worth;
use crate::score::Millionths;

/// From `start` to `end`, `start` before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    /// Not before.
    pub start: Timestamp,
    /// Not at or after.
    pub end: Timestamp,
}

/// One need item, with what matters of its need.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    /// What, with everything below it.
    pub category: &'a CategoryCode,
    /// How much, each time when recurring; at least 1.
    pub quantity: i64,
    /// In which unit.
    pub unit: Unit,
    /// May be served by several resources together: one that has less is a candidate for what it has.
    pub splittable: bool,
    /// Again and again, the first time in the period in which the window starts.
    pub recurrence: Option<Recurrence>,
    /// When.
    pub window: TimeWindow,
    /// Before when what recurs comes for the last time, by [`wishwell_domain::need::recurs_until`]; none for as long as it takes.
    pub until: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
    /// Where, exactly.
    pub place: Option<Point>,
    /// In which division.
    pub division: Option<&'a DivisionCode>,
    /// How the beneficiary can be reached.
    pub mobility: Mobility,
    /// Whether the organization must be vetted for minors.
    pub involves_minors: bool,
    /// Groups; become the fact `group_tags` unless the facts say it.
    pub group_tags: &'a [GroupTag],
    /// What is known for eligibility.
    pub facts: &'a Facts,
    /// What the need counts beside others, in millionths of an emergency's item: see [`crate::round::tier_worth`].
    pub worth: Millionths,
    /// Most candidates wanted.
    pub top_k: usize,
    /// Most near misses wanted.
    pub near_miss_limit: usize,
}

/// How much of an answer is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Most candidates.
    pub top_k: usize,
    /// Most near misses.
    pub near_misses: usize,
    /// Of each occurrence; none for what the next one lacks.
    pub quantity: Option<i64>,
}

impl<'a> Query<'a> {
    /// The question for what is outstanding of one item of a need.
    #[must_use]
    pub fn of_item(need: &'a Need, item: &'a NeedItem, facts: &'a Facts, now: Timestamp, wanted: Wanted) -> Self {
        let (start, end) = need.window(now);
        let until = need.recurs_until(now);
        let Outstanding { quantity, recurrence, start, .. } =
            item.as_asked().outstanding(start, until, wanted.quantity);
        // Whatever was said, and whenever it is evaluated: a window is never longer than what is looked through for one need.
        let horizon = SignedDuration::from_hours(24 * NEED_HORIZON_DAYS_MAX);
        let end = start.checked_add(horizon).map_or(end, |farthest| end.min(farthest));
        Self {
            category: &item.category,
            quantity,
            unit: item.unit,
            splittable: item.splittable,
            recurrence,
            window: TimeWindow { start, end },
            until,
            now,
            place: need.place,
            division: need.division.as_ref(),
            mobility: need.mobility,
            involves_minors: need.involves_minors,
            group_tags: &need.group_tags,
            facts,
            worth: tier_worth(need.aged_urgency(now)),
            top_k: wanted.top_k,
            near_miss_limit: wanted.near_misses,
        }
    }
}

/// The reverse question: what is asked of the needs that a resource can serve.
#[derive(Debug, Clone, Copy)]
pub struct NeedsQuery<'a> {
    /// The present.
    pub now: Timestamp,
    /// Only needs that have a published wish, judged by what it shows alone: its coarse place and its week instead of the need's own,
    /// and nothing of who it is.
    pub wishes_only: bool,
    /// Needs without their exact places: the centres of their divisions stand in for these.
    pub coarsely: bool,
    /// Only needs in one of these divisions or below it; none means anywhere.
    pub divisions: &'a [DivisionCode],
    /// Also needs that the resource's rule turns away by what they say themselves: whoever asks weighs each by all that is known of whom
    /// it is for ([`Snapshot::weigh_need`](crate::Snapshot::weigh_need)).
    pub whoever: bool,
    /// Only what comes after this rank.
    pub after: Option<NeedRank>,
    /// Most items wanted.
    pub limit: usize,
}

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryError {
    /// The catalogue has no such category.
    UnknownCategory(CategoryCode),
    /// The catalogue has no such division.
    UnknownDivision(DivisionCode),
    /// The snapshot has no such resource.
    UnknownResource(wishwell_domain::ids::ResourceId),
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownCategory(code) => write!(f, "category {code} is not in the catalogue"),
            Self::UnknownDivision(code) => write!(f, "division {code} is not in the catalogue"),
            Self::UnknownResource(id) => write!(f, "{id} is not in the catalogue"),
        }
    }
}

impl std::error::Error for QueryError {}

/// Memory that queries reuse, one per worker. Holds the last answer.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) answer: Answer,
    pub(crate) memo: Memo,
    pub(crate) heap: std::collections::BinaryHeap<u64>,
    pub(crate) waiting: Vec<Pending>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) misses: Vec<Hit>,
    /// What would fit had it more left, in order.
    pub(crate) used_up: Vec<Hit>,
    pub(crate) put_off: PutOffs,
}
