//! Offers and steps, in the books.

use jiff::{SignedDuration, Timestamp};

use super::books::{Books, Contacts, Done, Follower};
use super::deadlines::answer_until;
use super::plan::Plan;
use super::said::Said;
use super::share::{Chosen, choose};
use super::{Arrived, CLOCK_PRINCIPAL, Escalation, Offer, Offering, Pledge, Refusal, Step, later};
use crate::beneficiary::Sealed;
use crate::error::{Error, Precondition, Violation};
use crate::ids::{NeedId, OrganizationId, ReferralId, Version};
use crate::limits::{AUTO_OFFERS_DAY_HOURS, AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX};
use crate::need::{Ending, Need, NeedItem, NeedState};
use crate::occurrence::{self, TakenPeriod};
use crate::referral::hold::{after, movements};
use crate::referral::transition::transition;
use crate::referral::{Action, HoldLine, LastStep, Moves, Origin, Referral, ReferralState, SeenAs, Side, StepReason};
use crate::resource::ResourceLifecycle;

impl Books {
    /// Holds capacity and makes the referral.
    pub(super) fn offer(&mut self, principal: &str, offer: &Offer) -> Result<Done, Refusal> {
        let now = self.now;
        if self.referrals.get(offer.id).is_some() {
            return Err(Error::AlreadyExists { name: offer.id.name() }.into());
        }
        let (previous, attempt) = self.follow(offer)?;
        let need = self.need(offer.need)?;
        must_be_open(need)?;
        let item = item_of(need, offer.item_ordinal)?;
        let offering = &self.offering(offer.resource)?;
        must_be_offered(offering, now)?;
        must_count_alike(offering, item)?;
        let Chosen { quantity, plan: Plan { lines, enquiry, periods }, due_at } =
            choose(offer, offering, (need, item), now, |id| self.pools.get(id))?;
        let occurrences = u32::try_from(periods.len()).unwrap_or(u32::MAX).max(1);
        let units = quantity.saturating_mul(i64::from(occurrences));
        let mut referral = Referral {
            id: offer.id,
            need: offer.need,
            item_ordinal: offer.item_ordinal,
            resource: offer.resource,
            organization: offering.organization,
            category: Some(item.category.clone()),
            division: need.division.clone(),
            seen_as: seen_as(need, offer)?,
            urgency: need.urgency,
            origin: offer.origin,
            round: offer.round,
            enquiry,
            unit: item.unit,
            quantity,
            occurrences,
            every: item.recurrence.map(|recurrence| recurrence.every),
            periods,
            units,
            arrived: 0,
            returned: 0,
            state: ReferralState::Offered,
            lines,
            expires_at: answer_until(now, offer.answer_within, due_at),
            due_at,
            last: LastStep { action: None, reason: None, side: None, at: now, by: principal.to_owned() },
            decision: offer.decision.clone(),
            previous,
            attempt,
            next_is_due: false,
            answered_at: None,
            escalated_at: None,
            rating: None,
            noted: false,
            version: Version(1),
            created_at: now,
            updated_at: now,
        };
        self.ask_once(offer, referral.organization)?;
        self.move_capacity(&[], &referral.lines)?;
        if let Some(refusal) = &offer.refusal {
            return Err(Refusal::from(Error::clone(refusal)));
        }
        if offer.origin.is_claim() {
            // Whoever picks a wish has answered already.
            let held = referral.lines;
            referral.lines = after(&held, Moves::Commit, units);
            self.move_capacity(&held, &referral.lines)?;
            referral.state = ReferralState::Accepted;
            (referral.last.action, referral.last.side) = (Some(Action::Accept), Some(Side::Provider));
            referral.enquiry = false;
        }
        self.count(&referral, &Counted::default())?;
        self.referrals.add(offer.id, referral);
        Ok(Done::Referral(offer.id))
    }

    /// Holds automatic offers to resources that were not asked for the item before, and to what an organization may get in a day; and claims to
    /// what it may claim.
    fn ask_once(&mut self, offer: &Offer, organization: OrganizationId) -> Result<(), Error> {
        let asked = (offer.need, offer.item_ordinal, offer.resource);
        let before = self.asked.get(asked).is_some();
        self.asked.add(asked, ());
        if offer.origin.is_claim() {
            return self.claim(organization);
        }
        if offer.origin != Origin::Automatic {
            return Ok(());
        }
        if before {
            return Err(Error::AlreadyExists { name: offer.resource.name() });
        }
        let none = Contacts { offers: 0, first_at: self.now };
        let Contacts { offers, first_at } = self.contacts.get(organization).copied().unwrap_or(none);
        if offers >= AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX {
            let free_at = later(first_at, SignedDuration::from_hours(AUTO_OFFERS_DAY_HOURS));
            return Err(Error::ContactBudgetSpent { name: organization.name(), free_at });
        }
        self.contacts.add(organization, Contacts { offers: offers + 1, first_at });
        Ok(())
    }

    /// Adds a resource and its pool.
    pub(super) fn pledge(&mut self, pledge: &Pledge) -> Result<Done, Refusal> {
        let now = self.now;
        let (mut resource, mut pool) = (pledge.resource.clone(), pledge.pool.clone());
        if self.resources.get(resource.id).is_some() || self.pools.get(pool.id).is_some() {
            return Err(Error::AlreadyExists { name: resource.id.name() }.into());
        }
        (resource.version, resource.created_at, resource.updated_at) = (Version(1), now, now);
        // Its version follows when the books are closed.
        (pool.version, pool.created_at, pool.updated_at, pool.confirmed_at) = (Version(0), now, now, now);
        let id = pool.id;
        self.resources.add(resource.id, resource);
        self.pools.add(id, pool);
        Ok(Done::Pool(id))
    }

    /// Takes over from the referral whose next offer is due: instead of what came to nothing, or for the rest of what gives a part. Answers
    /// the offer that comes before this one, the last of their chain by now, and which one of it this is. What gives a part may be followed
    /// more than once: for what it did not accept, for what did not arrive, and for all of it when its provider gives it up.
    fn follow(&mut self, offer: &Offer) -> Result<(Option<ReferralId>, u32), Refusal> {
        let Some(previous) = offer.previous else { return Ok((None, 1)) };
        let before = self.referral(previous)?;
        let same = before.need == offer.need && before.item_ordinal == offer.item_ordinal;
        if !before.next_is_due || !same {
            return Err(illegal(before, "be followed by another offer").into());
        }
        let (last, attempt) = self.end_of_chain(previous, before.attempt)?;
        let attempt = attempt.saturating_add(1);
        let now = self.now;
        let before = self.change_referral(previous)?;
        before.next_is_due = false;
        if before.is_of_use() && !before.is_overdue(now) {
            // Told of for the rest that waited; of its own help it may still be. What is late stays told of.
            before.escalated_at = None;
        }
        self.followers.add(last, Follower { id: offer.id, attempt });
        Ok((Some(last), attempt))
    }

    /// The last offer of a chain from this one on, and which one of it that is. It must be written, so that the log tells of it before it
    /// tells of the next.
    fn end_of_chain(&self, from: ReferralId, attempt: u32) -> Result<(ReferralId, u32), Refusal> {
        let (mut last, mut attempt) = (from, attempt);
        while let Some(next) = self.followers.get(last).filter(|next| next.attempt > attempt) {
            if self.followers.is_unsettled(last) {
                let message = format!("must go on with the chain of {} once at most", from.name());
                return Err(Error::from(Violation::new("commands", "ledger.once", message)).into());
            }
            if self.followers.is_changed(last) {
                return Err(Refusal::Later);
            }
            (last, attempt) = (next.id, next.attempt);
        }
        Ok((last, attempt))
    }

    /// Takes a step.
    pub(super) fn step(&mut self, principal: &str, step: &Step) -> Result<Done, Refusal> {
        let referral = self.referral(step.referral)?;
        if let Some(Version(expected)) = step.expected.filter(|expected| *expected != referral.version) {
            let (name, actual) = (referral.id.name(), referral.version.0);
            return Err(Error::EtagMismatch { name, expected, actual }.into());
        }
        let line = transition(referral.state, step.action).ok_or_else(|| illegal(referral, step.action.name()))?;
        let Some(side) = line.side_of(step.role, step.by_provider) else {
            let method = format!("the step {} of {}", step.action.name(), referral.id.name());
            let how = if step.by_provider { "for the provider" } else { "" };
            return Err(Error::PermissionDenied { role: step.role.name(), method, how }.into());
        };
        if step.action == Action::Accept {
            self.must_be_cleared(referral, step.role)?;
        }
        let said = Said::of(referral, step, line)?;
        self.must_not_split(referral, line.moves, said.units)?;
        let Step { action, reason, rating, noted, .. } = *step;
        let taken = Taken { action, side, reason, said, rating, noted };
        self.take(principal, step.referral, line.to, line.moves, &taken)
    }

    /// Refuses to accept a part of what cannot be split: nobody could be asked for the rest.
    fn must_not_split(&self, referral: &Referral, moves: Moves, units: i64) -> Result<(), Error> {
        if moves != Moves::Commit || units == referral.units {
            return Ok(());
        }
        if !item_of(self.need(referral.need)?, referral.item_ordinal)?.splittable {
            let message = format!("must be {}: the item cannot be split", referral.units);
            return Err(Violation::new("quantity", "item.not_splittable", message).with_value(units).into());
        }
        Ok(())
    }

    /// The clock's own step.
    pub(super) fn expire(&mut self, id: ReferralId) -> Result<Done, Refusal> {
        let units = self.referral(id)?.units;
        let taken = Taken::of(Action::Expire, Side::Clock, None, units);
        self.take(CLOCK_PRINCIPAL, id, ReferralState::Expired, Moves::Release, &taken)
    }

    fn take(
        &mut self,
        principal: &str,
        id: ReferralId,
        to: ReferralState,
        moves: Moves,
        taken: &Taken,
    ) -> Result<Done, Refusal> {
        let now = self.now;
        let open = self.open_units(self.referral(id)?);
        let referral = self.change_referral(id)?;
        let (counted, was_live_claim) = (Counted::of(referral), referral.is_live_claim());
        let (was_due, units_before) = (referral.next_is_due, referral.units);
        let before = std::mem::take(&mut referral.lines);
        let Said { units, arrived, returned } = taken.said;
        referral.lines = after(&before, moves, taken.said.used_up_by(moves));
        referral.state = to;
        (referral.units, referral.arrived, referral.returned) = (units, arrived, returned);
        if taken.action == Action::Accept {
            referral.enquiry = false;
        }
        if matches!(taken.action, Action::Accept | Action::Decline) {
            referral.answered_at = Some(now);
        }
        referral.rating = taken.rating.or(referral.rating);
        referral.noted |= taken.noted;
        let Taken { action, side, reason, .. } = *taken;
        referral.last = LastStep { action: Some(action), reason, side: Some(side), at: now, by: principal.to_owned() };
        // What came to nothing on its provider's side goes on to the next candidate, what was taken back does not. So does what is left of
        // an item when its offer covered a part of it, was accepted for one, or came to one.
        let part = action == Action::Accept || (action == Action::Deliver && referral.units < units_before);
        let some_left = part && open.is_some_and(|open| open + units_before > referral.units);
        let rest_is_due = referral.is_of_use() && (was_due || some_left);
        referral.next_is_due = referral.origin == Origin::Automatic && (referral.was_let_down() || rest_is_due);
        if referral.next_is_due && !(was_due && referral.is_of_use()) {
            // What was late is waited for no more: from here on somebody is told when nobody is left to ask.
            referral.escalated_at = None;
        }
        if taken.action == Action::Expire && referral.due_at <= referral.expires_at {
            // Its deadline passed while it waited, whenever somebody looks: that is told whoever is asked next.
            referral.escalated_at = Some(now);
        }
        let referral = referral.clone();
        self.move_capacity(&before, &referral.lines)?;
        if referral.origin == Origin::Pledge {
            self.let_go(&before, &referral.lines)?;
        }
        self.count(&referral, &counted)?;
        self.follow_claim(was_live_claim, &referral);
        Ok(Done::Referral(id))
    }

    /// Takes off a pledge's pool what its referral has just given back: it was given once, and nobody else may be promised it. A total that
    /// did not cover it before was said a moment ago by whoever has it, and stays.
    fn let_go(&mut self, before: &[HoldLine], after: &[HoldLine]) -> Result<(), Error> {
        for movement in movements(before, after) {
            let given_back = -(movement.amounts.held() + movement.amounts.consumed);
            let figures = &mut self.change_pool(movement.pool)?.figures;
            let left = figures.total.map(|total| total - given_back);
            figures.total = left.filter(|left| *left >= figures.taken()).or(figures.total);
        }
        Ok(())
    }

    /// What is neither referred nor served of a referral's item; none where its need has ended.
    fn open_units(&self, referral: &Referral) -> Option<i64> {
        let has_ended = |need: &&Need| matches!(need.state, NeedState::Withdrawn | NeedState::Closed);
        let need = self.needs.get(referral.need).filter(|need| !has_ended(need))?;
        need.items.iter().find(|item| item.ordinal == referral.item_ordinal).map(NeedItem::left)
    }

    /// Ends a need: its offers are withdrawn, what was promised for it is cancelled. What has arrived stays served.
    pub(super) fn end_need(
        &mut self,
        principal: &str,
        id: NeedId,
        (ending, arrived): (Ending, &[Arrived]),
        personal: Option<&Sealed>,
        expected: Option<Version>,
    ) -> Result<Done, Refusal> {
        self.need_must_be_current(id, expected)?;
        must_be_open(self.need(id)?)?;
        if personal.is_some() {
            self.must_not_be_erased(id)?;
        }
        self.must_have_arrived(id, arrived)?;
        let live: Vec<ReferralId> = self
            .referrals
            .iter()
            .filter(|referral| referral.need == id && referral.state.is_live())
            .map(|referral| referral.id)
            .collect();
        for referral in live {
            let of_it = arrived.iter().find(|arrived| arrived.referral == referral);
            let units = of_it.map_or(0, |arrived| arrived.units);
            self.call_off(principal, referral, Side::Arranger, (StepReason::NeedClosed, units))?;
        }
        let need = self.change_need(id)?;
        need.state = ending.state();
        if let Some(sealed) = personal {
            need.personal = Some(sealed.clone());
        }
        // A need that has ended has no wish in the pool.
        need.unpublish();
        Ok(Done::Need(id))
    }

    /// Ends a live referral whatever its state, for a reason that lies on this side, when so many units of it had arrived.
    pub(super) fn call_off(
        &mut self,
        principal: &str,
        id: ReferralId,
        side: Side,
        (reason, arrived): (StepReason, i64),
    ) -> Result<Done, Refusal> {
        let referral = self.referral(id)?;
        let (action, to, moves) = match referral.state {
            ReferralState::Offered => (Action::Withdraw, ReferralState::Withdrawn, Moves::Release),
            _ => (Action::Cancel, ReferralState::Cancelled, Moves::Return),
        };
        let said = Said { arrived, ..Said::all(referral.units) };
        let taken = Taken { said, ..Taken::of(action, side, Some(reason), referral.units) };
        self.take(principal, id, to, moves, &taken)
    }

    /// Notes that somebody is to look at a referral.
    pub(super) fn escalate(&mut self, id: ReferralId, why: Escalation) -> Result<Done, Refusal> {
        match why {
            Escalation::Overdue => self.tell_of_lateness(id),
            Escalation::NobodyLeft => self.end_chain(id),
        }
    }

    /// Notes that promised help is late: once, whatever was told of before it was due. Who is to be asked for the rest still is.
    fn tell_of_lateness(&mut self, id: ReferralId) -> Result<Done, Refusal> {
        let referral = self.referral(id)?;
        if !referral.is_overdue(self.now) || referral.escalated_at.is_some_and(|at| at >= referral.due_at) {
            return Ok(Done::Unchanged(id));
        }
        self.change_referral(id)?.escalated_at = Some(self.now);
        Ok(Done::Referral(id))
    }

    /// Ends a chain of offers, and notes that somebody is needed: once, whatever was noted before it but that an offer lapsed with its
    /// deadline, or that it waited for long, which says as much.
    fn end_chain(&mut self, id: ReferralId) -> Result<Done, Refusal> {
        let referral = self.referral(id)?;
        if !referral.next_is_due {
            return Ok(Done::Unchanged(id));
        }
        let now = self.now;
        let need = self.need(referral.need)?;
        let item = need.items.iter().find(|item| item.ordinal == referral.item_ordinal);
        // What was served or called off meanwhile needs nobody any more.
        let wanted = need.state.is_open() && item.is_some_and(|item| item.left() > 0);
        let referral = self.change_referral(id)?;
        // What was told before it came to nothing was something else.
        let (of_use, since) = (referral.is_of_use(), referral.last.at);
        let told = referral.escalated_at.filter(|at| of_use || *at >= since);
        referral.escalated_at = told.or(wanted.then_some(now));
        referral.next_is_due = false;
        Ok(Done::Referral(id))
    }

    /// Notes that a chain of offers waits for long: once, and not where it was told already that its offer lapsed with its deadline.
    pub(super) fn tell_of_waiting(&mut self, id: ReferralId) -> Result<Done, Refusal> {
        let referral = self.referral(id)?;
        if !referral.next_is_due || referral.escalated_at.is_some() {
            return Ok(Done::Unchanged(id));
        }
        self.change_referral(id)?.escalated_at = Some(self.now);
        Ok(Done::Referral(id))
    }

    /// Adds the difference between two sets of lines to the pools' figures.
    fn move_capacity(&mut self, before: &[HoldLine], after: &[HoldLine]) -> Result<(), Error> {
        for movement in movements(before, after) {
            self.change_pool(movement.pool)?.add(movement.period_start, movement.amounts);
        }
        Ok(())
    }

    /// Counts a referral in its item, in place of what it counted before, and lets the need's state follow.
    fn count(&mut self, referral: &Referral, before: &Counted) -> Result<(), Error> {
        let counted = Counted::of(referral);
        if counted == *before {
            return Ok(());
        }
        let need = self.change_need(referral.need)?;
        if let Some(item) = need.items.iter_mut().find(|item| item.ordinal == referral.item_ordinal) {
            item.referred += counted.referred - before.referred;
            item.served += counted.served - before.served;
            occurrence::give_back(&mut item.taken, &before.taken);
            occurrence::take(&mut item.taken, &counted.taken);
        }
        need.state = need.state_by_items();
        Ok(())
    }
}

/// What a referral counts for in its item.
#[derive(Default, PartialEq, Eq)]
struct Counted {
    referred: i64,
    served: i64,
    taken: Vec<TakenPeriod>,
}

impl Counted {
    fn of(referral: &Referral) -> Self {
        Self { referred: referral.referred_units(), served: referral.served_units(), taken: referral.taken().collect() }
    }
}

/// What a step says beside where it leads.
struct Taken {
    action: Action,
    side: Side,
    reason: Option<StepReason>,
    said: Said,
    rating: Option<u8>,
    /// Whether a note comes with it.
    noted: bool,
}

impl Taken {
    /// A step that nobody says more of.
    const fn of(action: Action, side: Side, reason: Option<StepReason>, units: i64) -> Self {
        Self { action, side, reason, said: Said::all(units), rating: None, noted: false }
    }
}

fn illegal(referral: &Referral, action: &'static str) -> Error {
    Error::IllegalStep { name: referral.id.name(), state: referral.state.name(), action }
}

fn must_be_open(need: &Need) -> Result<(), Error> {
    if need.state.is_open() {
        return Ok(());
    }
    let name = need.id.name();
    let message = format!("{name} is {} and takes no more changes", need.state.name());
    Err(Error::FailedPrecondition { precondition: Precondition::NeedNotOpen, name, message })
}

/// What the pool shows of a need that is offered. One that is claimed must have the name under which it is claimed still.
fn seen_as(need: &Need, offer: &Offer) -> Result<Option<SeenAs>, Error> {
    let wish = need.wish.as_ref();
    if offer.wish.is_some() && wish.is_none_or(|wish| wish.lot.is_some() && wish.lot != offer.wish) {
        return Err(Error::NotFound { name: need.id.name() });
    }
    let was_wish = wish.is_some() || need.publication.is_some();
    Ok(was_wish.then(|| SeenAs { wish: offer.wish, place: wish.and_then(|wish| wish.place.clone()) }))
}

fn item_of(need: &Need, ordinal: u16) -> Result<&NeedItem, Error> {
    need.items.iter().find(|item| item.ordinal == ordinal).ok_or_else(|| {
        let message = format!("the need has {} items", need.items.len());
        Violation::new("item_ordinal", "item.unknown", message).with_value(ordinal).into()
    })
}

fn must_be_offered(offering: &Offering, now: Timestamp) -> Result<(), Error> {
    let today = offering.zone().date_at(now);
    let valid =
        offering.valid_from.is_none_or(|from| from <= today) && offering.valid_until.is_none_or(|until| today <= until);
    if offering.lifecycle == ResourceLifecycle::Active && valid {
        return Ok(());
    }
    Err(offering.not_offered())
}

fn must_count_alike(offering: &Offering, item: &NeedItem) -> Result<(), Error> {
    match offering.unit {
        Some(unit) if unit != item.unit => {
            let message = format!("counts in {}, the item in {}", unit.code(), item.unit.code());
            Err(Violation::new("resource", "unit.mismatch", message).with_value(offering.resource.name()).into())
        }
        _ => Ok(()),
    }
}
