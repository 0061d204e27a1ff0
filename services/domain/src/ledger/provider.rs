//! Who may promise: an organization that is verified, and vetted for how its help reaches whom it is for.

use jiff::Timestamp;
use jiff::civil::Date;

use super::books::Books;
use crate::error::Error;
use crate::geo::Point;
use crate::ids::OrganizationId;
use crate::need::Need;
use crate::organization::{Organization, OrganizationState, Vetting};
use crate::principal::Role;
use crate::referral::Referral;
use crate::resource::{DeliveryMode, Resource};
use crate::zone::Zone;

/// Nothing is promised by an organization that is not verified.
pub const NOT_VERIFIED: &str = "ORGANIZATION_NOT_VERIFIED";
/// Nor what comes near minors, unless it is vetted for that.
pub const NOT_VETTED_FOR_MINORS: &str = "NOT_VETTED_FOR_MINORS";
/// Nor what enters a home.
pub const NOT_VETTED_FOR_HOME_VISITS: &str = "NOT_VETTED_FOR_HOME_VISITS";

/// What is to be known of whoever keeps a promise: where the organization stands by now, and how the resource reaches people.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// The organization.
    pub organization: OrganizationId,
    /// Where it stands.
    pub state: OrganizationState,
    /// Vetted for work with minors.
    pub vetted_for_minors: Option<Vetting>,
    /// Vetted for visits to homes.
    pub vetted_for_home_visits: Option<Vetting>,
    /// How the resource reaches people.
    pub modes: Vec<DeliveryMode>,
    /// Where the resource is; none when it has no place.
    pub place: Option<Point>,
}

impl Provider {
    /// An organization with a resource of it.
    #[must_use]
    pub fn of(organization: Organization, resource: &Resource) -> Self {
        Self::reaching(organization, resource.modes.clone(), resource.place)
    }

    /// An organization whose resource reaches people in these ways, from this place.
    #[must_use]
    pub fn reaching(organization: Organization, modes: Vec<DeliveryMode>, place: Option<Point>) -> Self {
        Self {
            organization: organization.id,
            state: organization.state,
            vetted_for_minors: organization.vetted_for_minors,
            vetted_for_home_visits: organization.vetted_for_home_visits,
            modes,
            place,
        }
    }

    /// What bars it from helping a need until the end of a day, by the codes of the engine: nothing where it is verified and one of the ways in
    /// which its help can reach the person asks for no vetting that it lacks. Where its resource comes in none of the ways wanted any more, one
    /// of its own has to do.
    #[must_use]
    pub fn barred_by(&self, need: &Need, until: Date) -> Vec<&'static str> {
        let vetted = |vetting: &Option<Vetting>| vetting.as_ref().is_some_and(|vetting| vetting.holds_on(until));
        let for_minors = !need.involves_minors || vetted(&self.vetted_for_minors);
        let for_homes = vetted(&self.vetted_for_home_visits);
        let lacks = |mode: DeliveryMode| {
            let minors = (mode != DeliveryMode::Delivery && !for_minors).then_some(NOT_VETTED_FOR_MINORS);
            let homes = (mode == DeliveryMode::HomeVisit && !for_homes).then_some(NOT_VETTED_FOR_HOME_VISITS);
            minors.into_iter().chain(homes).collect::<Vec<_>>()
        };
        let offered = || DeliveryMode::ALL.into_iter().filter(|mode| self.modes.contains(mode));
        let wanted: Vec<DeliveryMode> = offered().filter(|mode| self.can_reach(need, *mode)).collect();
        let ways = if wanted.is_empty() { offered().collect() } else { wanted };
        let fewest = ways.into_iter().map(lacks).min_by_key(Vec::len).unwrap_or_default();
        let unverified = (self.state != OrganizationState::Verified).then_some(NOT_VERIFIED);
        unverified.into_iter().chain(fewest).collect()
    }

    /// Whether a way is one that the need allows. A person whose place, or the resource's, is not known may travel there.
    fn can_reach(&self, need: &Need, mode: DeliveryMode) -> bool {
        let mobility = &need.mobility;
        match mode {
            DeliveryMode::OnSite => mobility.max_travel_metres.is_some_and(|limit| {
                let distance = self.place.zip(need.place).map(|(there, here)| there.distance_metres(&here));
                distance.is_none_or(|distance| distance <= limit)
            }),
            DeliveryMode::HomeVisit => mobility.home_visit,
            DeliveryMode::Delivery => mobility.delivery,
            DeliveryMode::Remote => mobility.remote,
        }
    }

    /// Refuses what it is barred from until the end of a day. Partners are not told that minors are why: what is offered to them does not show
    /// it either.
    ///
    /// # Errors
    /// [`Error::OrganizationNotCleared`].
    pub fn must_be_cleared(&self, need: &Need, until: Date, role: Role) -> Result<(), Error> {
        let mut reasons = self.barred_by(need, until);
        if reasons.is_empty() {
            return Ok(());
        }
        reasons.retain(|reason| role != Role::Partner || *reason != NOT_VETTED_FOR_MINORS);
        Err(Error::OrganizationNotCleared { name: self.organization.name(), reasons })
    }
}

impl Books {
    /// Refuses a promise by an organization that is not verified by now, or not vetted for it until the last day on which it may come.
    pub(super) fn must_be_cleared(&self, referral: &Referral, role: Role) -> Result<(), Error> {
        if self.referrals.is_changed(referral.id) {
            // Not to be changed a second time in these books: nobody brought who keeps what is new in them.
            return Ok(());
        }
        let provider = self.provider(referral.id)?;
        let need = self.need(referral.need)?;
        provider.must_be_cleared(need, last_day(referral, need, self.now), role)
    }
}

/// The last day on which what is promised may come, as whoever was asked was judged by it: of the last period of what recurs, of the need's
/// deadline or window otherwise, and where nobody said by when, today.
fn last_day(referral: &Referral, need: &Need, now: Timestamp) -> Date {
    let zone = Zone::of_places();
    let today = zone.date_at(now);
    let recurring = referral.periods.last().zip(referral.every);
    let end = recurring.map(|(last, every)| zone.start_of(every.next_start(*last)).min(referral.due_at));
    let end = end.or_else(|| need.timing.map(|_| referral.due_at));
    end.map_or(today, |end| zone.last_date_before(end).max(today))
}
