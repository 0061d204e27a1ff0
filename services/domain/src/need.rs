//! Needs: what a beneficiary or household lacks.

mod check;
mod continuity;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::beneficiary::{GroupTag, Sealed};
use crate::capacity_pool::PeriodLength;
use crate::error::Error;
use crate::fact::Facts;
use crate::geo::Point;
use crate::ids::{BeneficiaryId, CategoryCode, DivisionCode, ExternalId, HouseholdId, NeedId, ReferralId, Version};
use crate::limits;
use crate::occurrence::{Asked, Share, TakenPeriod};
use crate::publication::Publication;
use crate::unit::Unit;

pub use continuity::Departure;

/// Urgency tier, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Tier 1: life or safety at risk.
    Emergency,
    /// Tier 2: harm within days.
    Urgent,
    /// Tier 3: the usual.
    Normal,
    /// Tier 4: can wait.
    Low,
}

/// When help is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// At the latest then.
    Deadline(Timestamp),
    /// Between the two, `start` before `end`.
    Window {
        /// Not before.
        start: Timestamp,
        /// Not after.
        end: Timestamp,
    },
}

impl Timing {
    /// The instant at which help comes too late.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        match self {
            Self::Deadline(end) | Self::Window { end, .. } => end,
        }
    }
}

/// How the beneficiary can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mobility {
    /// Can travel so far; none: cannot travel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_travel_metres: Option<u32>,
    /// Someone may come to the home.
    pub home_visit: bool,
    /// Goods may be brought to the door.
    pub delivery: bool,
    /// Phone or online is fine.
    pub remote: bool,
}

/// The way a need came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 宁夏救助通 mini-programme.
    MiniProgramme,
    /// 12349 hotline.
    Hotline,
    /// A volunteer consultant's lead (救助顾问).
    Consultant,
    /// A home visit (三级走访).
    HomeVisit,
    /// One form (一类事一次办).
    OneForm,
    /// Case management.
    CaseManagement,
    /// A partner organization.
    Partner,
    /// An import.
    Import,
}

/// Where a need stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedState {
    /// Nothing delivered yet.
    Open,
    /// Some of it delivered.
    PartlyServed,
    /// All of it delivered.
    Served,
    /// Taken back.
    Withdrawn,
    /// Closed by whoever looks after it, without being served in full.
    Closed,
}

/// How a need ends before all of it was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Whoever asked takes it back.
    Withdrawn,
    /// Whoever looks after it closes it: nothing more is to come of it.
    Closed,
}

impl Ending {
    /// Where the need stands then.
    #[must_use]
    pub const fn state(self) -> NeedState {
        match self {
            Self::Withdrawn => NeedState::Withdrawn,
            Self::Closed => NeedState::Closed,
        }
    }
}

impl NeedState {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::PartlyServed => "partly_served",
            Self::Served => "served",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }

    /// Whether the need still looks for help.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::PartlyServed)
    }
}

/// That something is wanted again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recurrence {
    /// Once in each of these.
    pub every: PeriodLength,
    /// How many times, 1..=`RECURRENCE_OCCURRENCES_MAX`.
    pub occurrences: u32,
}

/// One thing that is lacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedItem {
    /// Place among the need's items, counted from 1.
    pub ordinal: u16,
    /// What.
    pub category: CategoryCode,
    /// How much, each time when recurring; 1..=`QUANTITY_MAX`.
    pub quantity: i64,
    /// In which unit.
    pub unit: Unit,
    /// Again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// May be served by several resources together.
    pub splittable: bool,
    /// Units in live referrals, over all occurrences. Kept by the ledger.
    #[serde(default)]
    pub referred: i64,
    /// Units that have arrived, over all occurrences. Kept by the ledger.
    #[serde(default)]
    pub served: i64,
    /// When recurring: what of both is in which calendar period, in order. Kept by the ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<TakenPeriod>,
}

/// The public, identity-free projection of a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Neutral wording that identifies nobody.
    pub title: String,
    /// When publication was consented to.
    pub consented_at: Timestamp,
    /// Who consented: the beneficiary or a guardian, by role.
    pub consent_given_by: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// The place it shows: a division that enough households share, as [`crate::publication::coarse_place`] found it when it was
    /// published, and from then on never a smaller one; none when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<DivisionCode>,
    /// Its name, and where it stands among wishes that are alike: drawn for this publication, so that it tells nothing and is no other's.
    /// None for those published before there were lots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Uuid>,
}

/// What a need holds that is personal, in the clear. Lives only in memory.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NeedPersonal {
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// Free text per item, by ordinal.
    #[serde(default)]
    pub item_notes: Vec<(u16, String)>,
    /// Facts for eligibility.
    #[serde(default)]
    pub facts: Facts,
    /// Who consented to the publication as a wish: free text, so sealed with the rest.
    #[serde(default)]
    pub wish_consent_given_by: String,
    /// Why it was withdrawn or closed, in free words about somebody; empty when it was not or nothing was said.
    #[serde(default, rename = "withdrawal_reason")]
    pub ending_reason: String,
    /// What providers said when they delivered, in free words: by referral, the oldest first, at most
    /// [`limits::DELIVERY_NOTES_PER_NEED_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivery_notes: Vec<(ReferralId, String)>,
}

impl std::fmt::Debug for NeedPersonal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NeedPersonal(..)")
    }
}

/// What a beneficiary or household lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Identifier.
    pub id: NeedId,
    /// What it is called where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalId>,
    /// Who lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<BeneficiaryId>,
    /// Which household lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdId>,
    /// What is lacked, 1..=`NEED_ITEMS_MAX`.
    pub items: Vec<NeedItem>,
    /// How urgent.
    pub urgency: Urgency,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    /// Where, exactly. Never leaves for partners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Point>,
    /// Where, coarsely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<DivisionCode>,
    /// How the beneficiary can be reached.
    pub mobility: Mobility,
    /// Groups.
    #[serde(default)]
    pub group_tags: Vec<GroupTag>,
    /// Whether minors are involved, so that the organization must be vetted for them.
    pub involves_minors: bool,
    /// The way it came in.
    pub channel: Channel,
    /// The id of the request that it came in with: whatever comes under the same one, by whomever, is this need. None where it came without one,
    /// or before these were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// The division that it left last; none as long as it has left none, or before these were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure: Option<Departure>,
    /// [`NeedPersonal`], sealed under the beneficiary's key, or the need's own where it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<Sealed>,
    /// Its public projection, when consented to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// Since when it is known to the pool; none when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<Publication>,
    /// When its own key was destroyed and what was personal taken out of it, by [`Need::erase`]. A need of a beneficiary is erased with
    /// that, which says when: as it is stored, the need says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// Where it stands.
    pub state: NeedState,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Urgency {
    /// Every tier, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Emergency, Self::Urgent, Self::Normal, Self::Low];

    /// The tier's number, 1 the most urgent.
    #[must_use]
    pub const fn tier(self) -> u8 {
        match self {
            Self::Emergency => 1,
            Self::Urgent => 2,
            Self::Normal => 3,
            Self::Low => 4,
        }
    }

    /// How soon a need of the tier is to be served when nothing else is said, in days.
    #[must_use]
    pub const fn horizon_days(self) -> i64 {
        match self {
            Self::Emergency => limits::EMERGENCY_HORIZON_DAYS,
            Self::Urgent => limits::URGENT_HORIZON_DAYS,
            Self::Normal => limits::NORMAL_HORIZON_DAYS,
            Self::Low => limits::LOW_HORIZON_DAYS,
        }
    }

    /// How long a provider has to answer an offer of the tier.
    #[must_use]
    pub fn answer_within(self) -> SignedDuration {
        SignedDuration::from_mins(match self {
            Self::Emergency => limits::EMERGENCY_ANSWER_MINUTES,
            Self::Urgent => limits::URGENT_ANSWER_MINUTES,
            Self::Normal => limits::NORMAL_ANSWER_MINUTES,
            Self::Low => limits::LOW_ANSWER_MINUTES,
        })
    }

    /// The tier after waiting for so long: each horizon that passed unserved moves a need up one tier, up to urgent. Nothing becomes
    /// an emergency by waiting: emergencies are said, so that they keep their way clear.
    #[must_use]
    pub fn aged(self, waited: SignedDuration) -> Self {
        let mut tier = self;
        let mut left = waited;
        while let Some(next) = tier.above() {
            left = left.saturating_sub(days(tier.horizon_days()));
            if left.is_negative() {
                break;
            }
            tier = next;
        }
        tier
    }

    const fn above(self) -> Option<Self> {
        match self {
            Self::Emergency | Self::Urgent => None,
            Self::Normal => Some(Self::Urgent),
            Self::Low => Some(Self::Normal),
        }
    }
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// When help is still useful to a need of this (aged) urgency, seen from `now`: from the first to before the second instant, which is
/// always later. What was said counts from `now` on; without it, or once it has passed, the horizon of the urgency does (a need that
/// missed its deadline looks for help sooner, not never).
#[must_use]
pub fn useful_window(timing: Option<Timing>, urgency: Urgency, now: Timestamp) -> (Timestamp, Timestamp) {
    match timing {
        Some(Timing::Deadline(end)) if end > now => (now, end),
        Some(Timing::Window { start, end }) if end > now.max(start) => (now.max(start), end),
        _ => (now, later(now, days(urgency.horizon_days()))),
    }
}

/// Before when what recurs comes for the last time: by the end of a [`useful_window`] whose timing was said; none without one, because
/// the horizon of an urgency says by when help is to begin.
#[must_use]
pub fn recurs_until(timing: Option<Timing>, (_, end): (Timestamp, Timestamp)) -> Option<Timestamp> {
    timing.map(|_| end)
}

impl Need {
    /// The urgency at `now`: what was said, aged by the time since submission.
    #[must_use]
    pub fn aged_urgency(&self, now: Timestamp) -> Urgency {
        self.urgency.aged(now.duration_since(self.created_at))
    }

    /// When help is still useful, seen from `now`: [`useful_window`] of its timing and aged urgency.
    #[must_use]
    pub fn window(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        useful_window(self.timing, self.aged_urgency(now), now)
    }

    /// When help that is promised at `now` is to have arrived: by the end of the [window](Self::window). What has missed its deadline is
    /// looked for as far ahead as the urgency goes, but is urgent at least: who promises it then is waited for no longer than for that.
    #[must_use]
    pub fn due_at(&self, now: Timestamp) -> Timestamp {
        let (_, end) = self.window(now);
        let is_late = self.timing.is_some_and(|timing| timing.end() <= now);
        if is_late { end.min(later(now, days(Urgency::Urgent.horizon_days()))) } else { end }
    }

    /// Before when what recurs comes for the last time, seen from `now`: [`recurs_until`] of its window.
    #[must_use]
    pub fn recurs_until(&self, now: Timestamp) -> Option<Timestamp> {
        recurs_until(self.timing, self.window(now))
    }

    /// Whether another version of the need asks for the same: whatever a match is judged by is alike. How much is referred and served
    /// so far, and the wish, may differ.
    #[must_use]
    pub fn asks_alike(&self, other: &Self) -> bool {
        self.wants_alike(other)
            && self.items.iter().zip(&other.items).all(|(a, b)| a.taken == b.taken)
            && (self.urgency, self.timing, self.place) == (other.urgency, other.timing, other.place)
            && (self.division == other.division && self.group_tags == other.group_tags)
            && (self.personal == other.personal && self.created_at == other.created_at)
    }

    /// The household that lacks it, where no single beneficiary is named: the consents of all its members count.
    #[must_use]
    pub fn household_alone(&self) -> Option<HouseholdId> {
        self.household.filter(|_| self.beneficiary.is_none())
    }

    /// Whether another version of the need wants the same things, in the same ways and for the same people, whatever is taken of it, known
    /// of it, or said of where and when.
    #[must_use]
    pub fn wants_alike(&self, other: &Self) -> bool {
        let said = |item: &NeedItem| (item.ordinal, item.quantity, item.unit, item.recurrence, item.splittable);
        self.id == other.id
            && self.items.len() == other.items.len()
            && self.items.iter().zip(&other.items).all(|(a, b)| said(a) == said(b) && a.category == b.category)
            && (self.beneficiary, self.household) == (other.beneficiary, other.household)
            && (self.involves_minors == other.involves_minors && self.mobility == other.mobility)
    }

    /// Takes out what is personal, for good: what is sealed, the exact place and the wish.
    pub fn erase(&mut self, now: Timestamp) {
        self.personal = None;
        self.place = None;
        self.unpublish();
        self.erased_at = Some(now);
    }

    /// The state that follows from what was served. Withdrawn and closed needs stay so, and one that was erased never looks for help
    /// again: whoever would help could not be told with what.
    #[must_use]
    pub fn state_by_items(&self) -> NeedState {
        let state = self.state_by_items_alone();
        if self.erased_at.is_some() && state.is_open() { NeedState::Withdrawn } else { state }
    }

    fn state_by_items_alone(&self) -> NeedState {
        if matches!(self.state, NeedState::Withdrawn | NeedState::Closed) {
            self.state
        } else if self.items.iter().all(|item| item.served >= item.asked()) {
            NeedState::Served
        } else if self.items.iter().any(|item| item.served > 0) {
            NeedState::PartlyServed
        } else {
            NeedState::Open
        }
    }
}

impl NeedItem {
    /// How often it is wanted, 1 when not recurring.
    #[must_use]
    pub fn occurrences(&self) -> u32 {
        self.recurrence.map_or(1, |recurrence| recurrence.occurrences)
    }

    /// Units asked for, over all occurrences.
    #[must_use]
    pub fn asked(&self) -> i64 {
        self.quantity.saturating_mul(i64::from(self.occurrences()))
    }

    /// What is to be referred next, in the period that holds `from` at the earliest and that of `last` at the latest, by [`Asked::next`].
    #[must_use]
    pub fn next_share(&self, from: Date, last: Option<Date>, quantity: Option<i64>) -> Option<Share> {
        self.as_asked().next(from, last, quantity)
    }

    /// What is asked and what of it is taken.
    #[must_use]
    pub fn as_asked(&self) -> Asked<'_> {
        Asked { quantity: self.quantity, recurrence: self.recurrence, left: self.left(), taken: &self.taken }
    }

    /// Units that are neither referred nor served.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.asked().saturating_sub(self.referred).saturating_sub(self.served)
    }
}

impl Mobility {
    /// Whether only phone or online help is asked for.
    #[must_use]
    pub const fn is_remote_only(&self) -> bool {
        self.remote && !self.home_visit && !self.delivery && self.max_travel_metres.is_none()
    }
}

impl NeedPersonal {
    /// Keeps what a provider said when it delivered; said again of the same referral, it takes the place of what was said before.
    ///
    /// # Errors
    /// [`Error::NoRoom`] when the need holds as many as it may.
    pub fn note_delivery(&mut self, referral: ReferralId, text: &str) -> Result<(), Error> {
        self.delivery_notes.retain(|(known, _)| *known != referral);
        if self.delivery_notes.len() >= limits::DELIVERY_NOTES_PER_NEED_MAX {
            return Err(Error::NoRoom {
                limit: "delivery_notes_per_need_max",
                max: limits::DELIVERY_NOTES_PER_NEED_MAX,
                instead: "deliver without a note",
            });
        }
        self.delivery_notes.push((referral, text.to_owned()));
        Ok(())
    }
}
