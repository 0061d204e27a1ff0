//! The ledger: what is asked of capacity, needs and referrals, decided on values alone.
//!
//! A store brings what some commands concern ([`Books`]), with the rows locked, lets them decide one after the other, and writes
//! what changed together with the difference of every figure. Nothing here knows a database or a clock.

mod books;
mod claims;
mod deadlines;
mod figures;
mod moment;
mod plan;
mod provider;
mod said;
mod share;
mod shelf;
mod steps;
pub mod sweep;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::beneficiary::Sealed;
use crate::capacity_pool::CapacityPool;
use crate::error::{Error, Precondition};
use crate::ids::{CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId, RoundId, Version};
use crate::need::Ending;
use crate::principal::Role;
use crate::referral::{Action, Decision, Origin, StepReason};
use crate::resource::{Draw, Resource, ResourceLifecycle};
use crate::schedule::Schedule;
use crate::unit::Unit;
use crate::zone::Zone;

pub use books::{Books, Changed, Changes, Done};
pub use claims::Claims;
pub use deadlines::retimed;
pub use plan::{Ask, Plan, plan};
pub use provider::{NOT_VERIFIED, NOT_VETTED_FOR_HOME_VISITS, NOT_VETTED_FOR_MINORS, Provider};

/// One thing asked of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Hold capacity and offer a need item to a resource.
    Offer(Box<Offer>),
    /// Bring a resource that was in no catalogue, with the pool it draws on: what follows in the request can be offered from it.
    Pledge(Box<Pledge>),
    /// Take a step of a referral.
    Step(Step),
    /// Say anew how much a pool has.
    SetFigures(SetFigures),
    /// End a need before all of it was delivered, with everything that is under way for it.
    EndNeed {
        /// Which.
        need: NeedId,
        /// How.
        ending: Ending,
        /// What had arrived of referrals that end with it, each named once; of the others nothing had.
        arrived: Vec<Arrived>,
        /// What is sealed in it from now on, with the reason; none leaves it.
        personal: Option<Sealed>,
        /// Only from this version.
        expected: Option<Version>,
    },
    /// Put something else in place of what is sealed in a need. What follows in the request may have more to do with it.
    Reseal {
        /// Which.
        need: NeedId,
        /// What is sealed in it from now on.
        personal: Sealed,
        /// Only from this version: what was sealed then is in it.
        expected: Version,
    },
    /// Look whether time has made something of a referral. Lapsed offers are let go by looking.
    Look {
        /// Which referral.
        referral: ReferralId,
    },
    /// Note once that a chain of offers waits so long for somebody who may be asked that somebody else is to look at it. It goes on.
    TellOfWaiting {
        /// The referral that it goes on from.
        referral: ReferralId,
    },
    /// Note that somebody is to look at a referral, once for each reason.
    Escalate {
        /// Which referral.
        referral: ReferralId,
        /// Why.
        why: Escalation,
    },
}

/// What had arrived of a referral that ends with its need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Which: accepted and under way.
    pub referral: ReferralId,
    /// Units over all occurrences, 0 to less than all of it.
    pub units: i64,
}

/// Why somebody is to look at a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escalation {
    /// Promised help is late. A chain of offers goes on all the same.
    Overdue,
    /// Nobody is left to ask: its chain of offers ends.
    NobodyLeft,
}

/// A resource given once, checked by whoever asks. The ledger sets versions and times. What its referral gives back is taken off the
/// pool's total: it was promised to this need, and is on offer for nobody else.
#[derive(Debug, Clone, PartialEq)]
pub struct Pledge {
    /// What is given, drawing on the pool alone.
    pub resource: Resource,
    /// How much of it there is.
    pub pool: CapacityPool,
}

/// Asks to hold capacity for a need item.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Identifier of the new referral.
    pub id: ReferralId,
    /// The need.
    pub need: NeedId,
    /// Which of its items, counted from 1.
    pub item_ordinal: u16,
    /// The resource.
    pub resource: ResourceId,
    /// Quantity of each occurrence, at least 1; none for what the next occurrence of the item lacks.
    pub quantity: Option<i64>,
    /// How it comes about. A claim or pledge is accepted at once.
    pub origin: Origin,
    /// The round that makes it; there exactly where that is how it comes about.
    pub round: Option<RoundId>,
    /// How long the provider has to answer.
    pub answer_within: SignedDuration,
    /// What it was decided upon.
    pub decision: Option<Decision>,
    /// The referral whose next offer is due, and that this one follows: it came to nothing, or gives a part.
    pub previous: Option<ReferralId>,
    /// Name of the wish that is claimed: it must be the need's still. None for what is offered.
    pub wish: Option<Uuid>,
    /// Why it is refused when nothing else speaks against it; none when it may go ahead. A refusal that comes first would tell, of
    /// whatever is asked in vain, that there is this reason.
    pub refusal: Option<Box<Error>>,
}

/// Asks for a step of a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which referral.
    pub referral: ReferralId,
    /// Which step.
    pub action: Action,
    /// Who asks.
    pub role: Role,
    /// Whether the provider says so, whoever records it.
    pub by_provider: bool,
    /// Why.
    pub reason: Option<StepReason>,
    /// Accept, deliver: units over all occurrences, 1 to what was offered or accepted; none for all of it. An enquiry is accepted
    /// with a quantity only. Cancel, fail: those that had arrived, fewer than were promised; none where none had.
    pub units: Option<i64>,
    /// Fail, of what is disputed: units that have not arrived and are there still, with the provider or back with it, at most those that had
    /// not arrived; none where none is.
    pub returned: Option<i64>,
    /// Confirm: how the beneficiary's side rates the help, 1 to 5.
    pub rating: Option<u8>,
    /// Deliver: whether a note comes with it, which is sealed with the need.
    pub noted: bool,
    /// Only from this version.
    pub expected: Option<Version>,
}

impl Step {
    /// A step of which no more is said than who takes it.
    #[must_use]
    pub const fn new(referral: ReferralId, action: Action, role: Role) -> Self {
        Self {
            referral,
            action,
            role,
            by_provider: false,
            reason: None,
            units: None,
            returned: None,
            rating: None,
            noted: false,
            expected: None,
        }
    }
}

/// What becomes of a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTotal {
    /// It stays.
    Unchanged,
    /// Nobody knows it any more.
    Unknown,
    /// So much.
    Known(i64),
}

/// Asks for new figures of a pool or of one of its periods. Without total and used elsewhere it confirms those there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetFigures {
    /// Which pool.
    pub pool: CapacityPoolId,
    /// First day of the one period that is meant; none for the pool's own figures.
    pub period_start: Option<Date>,
    /// The total.
    pub total: NewTotal,
    /// What is taken outside Wishwell.
    pub used_elsewhere: Option<i64>,
    /// Whether referrals that the new total does not cover are called off; otherwise they are in the way.
    pub force: bool,
    /// Only from this version.
    pub expected: Option<Version>,
}

/// What the ledger has to know of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Offering {
    /// Identifier.
    pub resource: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Unit it is counted in; none serves any unit.
    pub unit: Option<Unit>,
    /// What it draws on.
    pub draws: Vec<Draw>,
    /// When it is open; none means by appointment.
    pub schedule: Option<Schedule>,
    /// Whether it is offered.
    pub lifecycle: ResourceLifecycle,
    /// First day it is offered.
    pub valid_from: Option<Date>,
    /// Last day it is offered.
    pub valid_until: Option<Date>,
}

impl Offering {
    /// The clock it goes by.
    pub(crate) fn zone(&self) -> Arc<Zone> {
        let zone = self.schedule.as_ref().and_then(|schedule| Zone::named("time_zone", &schedule.time_zone).ok());
        zone.unwrap_or_else(Zone::of_places)
    }

    /// Before when it is offered for the last time; the end of time when it goes on.
    pub(crate) fn ends(&self) -> Timestamp {
        let after = self.valid_until.and_then(|last| last.tomorrow().ok());
        after.map_or(Timestamp::MAX, |after| self.zone().start_of(after))
    }

    /// That it is not offered when it is asked for.
    pub(crate) fn not_offered(&self) -> Error {
        let name = self.resource.name();
        let message = format!("{name} is not offered now");
        Error::FailedPrecondition { precondition: Precondition::ResourceNotOffered, name, message }
    }
}

impl From<&Resource> for Offering {
    fn from(resource: &Resource) -> Self {
        Self {
            resource: resource.id,
            organization: resource.organization,
            unit: resource.unit,
            draws: resource.draws.clone(),
            schedule: resource.schedule.clone(),
            lifecycle: resource.lifecycle,
            valid_from: resource.valid_from,
            valid_until: resource.valid_until,
        }
    }
}

/// Why some commands were not carried out. Nothing of them was.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// For good, as things are.
    Refused(Error),
    /// They concern a referral that was changed a moment ago in the same books: to be asked again after those are written.
    Later,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// The principal in whose name the database's clock acts.
pub const CLOCK_PRINCIPAL: &str = "wishwell";

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
