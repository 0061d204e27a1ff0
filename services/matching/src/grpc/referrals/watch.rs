//! `WatchEvents`: the log as a stream of batches, for those who may see what happens.

use std::pin::Pin;
use std::sync::Arc;

use futures::stream::{Stream, TryStreamExt as _};
use tonic::Status;

use wishwell_api::v1;
use wishwell_domain::event::{Change, Event, Mark};
use wishwell_domain::ids::{DivisionCode, LogPosition, NeedId, OrganizationId};
use wishwell_domain::limits::WATCH_BATCH_BYTES_MAX;
use wishwell_domain::need::Need;
use wishwell_domain::publication::InPool;
use wishwell_domain::{Error, Violations};
use wishwell_engine::Snapshot;

use super::{division_shown, show, wish_out};
use crate::access::Standing;
use crate::cases::{Caller, Platform};
use crate::grpc::convert::{common, need as convert};
use crate::grpc::listing::fitting_in;
use crate::grpc::status::to_status;
use crate::grpc::within::{self, Within};
use crate::watch::{Batch, Watcher, goes_on};

/// Batches until the caller goes, the server drains or the watcher falls behind.
pub(crate) type EventStream = Pin<Box<dyn Stream<Item = Result<v1::WatchEventsResponse, Status>> + Send>>;

/// `after_position` that means from now on.
const FROM_NOW: i64 = -1;

/// Which events a watcher asked for and may see.
struct Sieve {
    caller: Caller,
    kinds: Vec<v1::EventKind>,
    organization: Option<OrganizationId>,
    need: Option<NeedId>,
    /// In one of these divisions or below it, as the tree is when something happens; empty means anywhere.
    divisions: Vec<DivisionCode>,
    /// Whether these were asked for: who offers help, and what, is in none of them, though everybody whose divisions are bounded may see it.
    only_within: bool,
}

pub(super) async fn start(
    platform: Arc<Platform>,
    caller: Caller,
    standing: Option<Standing>,
    message: v1::WatchEventsRequest,
) -> Result<EventStream, Error> {
    let (snapshot, after) = if message.after_position == FROM_NOW {
        let snapshot = platform.fresh_snapshot(&caller).await?;
        let now = snapshot.position();
        (snapshot, now)
    } else {
        // Whoever resumes here may have read further elsewhere; a position that is not reached is nothing to watch after.
        let after = LogPosition(message.after_position);
        if !message.after_mark.is_empty() {
            let tenant = platform.snapshots.of(caller.tenant()).await?;
            let keys = platform.keys(&caller);
            let is_known = |mark: Option<&Mark>| keys.log_mark(after, mark) == message.after_mark;
            goes_on(platform.store.as_ref(), (caller.tenant(), tenant.as_ref()), after, is_known).await?;
        }
        (platform.snapshot(&caller, Some(after)).await?, after)
    };
    let until = if message.until_now { Some(platform.fresh_snapshot(&caller).await?.position()) } else { None };
    let asked = Asked::read(&platform, &caller, message.filter.unwrap_or_default(), snapshot.position()).await?;
    let sieve = Sieve::new(caller.clone(), asked)?;
    let tenant = platform.snapshots.of(caller.tenant()).await?;
    let shown = Arc::clone(&platform);
    let watcher = Watcher {
        store: Arc::clone(&platform.store),
        tenant_id: caller.tenant().clone(),
        tenant,
        until,
        stop: platform.draining.clone(),
        standing,
        pick: move |batch: &Batch<'_>| sieve.pick(&shown, batch),
    };
    let batches = platform.watchers.start(&caller, watcher, after)?;
    Ok(Box::pin(batches.map_err(to_status)))
}

/// Reads what is asked for.
pub(super) async fn read(platform: &Platform, caller: &Caller, message: v1::WatchEventsRequest) -> Result<(), Error> {
    Asked::read(platform, caller, message.filter.unwrap_or_default(), LogPosition(0)).await.map(drop)
}

/// What a watcher asks for.
struct Asked {
    kinds: Vec<v1::EventKind>,
    organization: Option<OrganizationId>,
    need: Option<NeedId>,
    within: Within,
}

impl Asked {
    /// Reads it by the picture at a position or later.
    async fn read(
        platform: &Platform,
        caller: &Caller,
        sent: v1::EventFilter,
        position: LogPosition,
    ) -> Result<Self, Error> {
        let mut violations = Violations::new();
        let organization = (!sent.organization.is_empty())
            .then(|| violations.take(OrganizationId::parse_name("filter.organization", &sent.organization)))
            .flatten();
        let need =
            (!sent.need.is_empty()).then(|| violations.take(NeedId::parse_name("filter.need", &sent.need))).flatten();
        let codes = (within::NONE, ("filter.division", sent.division.as_str()));
        let within = Within::read(platform, caller, position.0, codes, &mut violations).await?;
        violations.into_result()?;
        Ok(Self { kinds: sent.kinds().collect(), organization, need, within })
    }
}

impl Sieve {
    fn new(caller: Caller, asked: Asked) -> Result<Self, Error> {
        let Asked { kinds, organization, need, within: Within { division, snapshot, .. } } = asked;
        let mut sieve = Self {
            kinds,
            organization,
            need,
            only_within: division.is_some(),
            divisions: division.iter().cloned().collect(),
            caller,
        };
        if sieve.caller.is_partner() {
            let own = sieve.caller.principal.organization.ok_or(Error::Unauthenticated)?;
            sieve.caller.may_keep(sieve.organization.unwrap_or(own))?;
            if sieve.need.is_some() {
                return Err(sieve.caller.denied_so("by need"));
            }
            sieve.organization = Some(own);
        } else {
            sieve.caller.divisions_to_list(division.as_ref(), &snapshot)?;
            if division.is_none() {
                sieve.divisions.clone_from(&sieve.caller.principal.divisions);
            }
        }
        Ok(sieve)
    }

    /// What of a batch goes into one answer, and how many of its events that looked at.
    fn pick(&self, platform: &Platform, batch: &Batch<'_>) -> (v1::WatchEventsResponse, usize) {
        let shown = |event: &Event| -> Vec<v1::Event> {
            match &event.change {
                Change::Need(need) if self.caller.is_partner() => {
                    self.wishes_out(platform, batch.snapshot, event, need).collect()
                }
                _ => self.event_out(batch.snapshot, event).into_iter().collect(),
            }
        };
        let entries = (1..).zip(batch.events).map(|(looked_at, event)| (looked_at, shown(event)));
        let (events, cut_after) = fitting_in(WATCH_BATCH_BYTES_MAX, entries);
        let looked_at = cut_after.unwrap_or(batch.events.len());
        let (position, mark) = batch.up_to(looked_at);
        let log_mark = platform.keys(&self.caller).log_mark(position, mark.as_ref());
        (v1::WatchEventsResponse { events, log_position: position.0, log_mark }, looked_at)
    }

    fn event_out(&self, snapshot: &Snapshot, event: &Event) -> Option<v1::Event> {
        let kind = kind_of(&event.change)?;
        if !(self.kinds.is_empty() || self.kinds.contains(&kind)) {
            return None;
        }
        let mut shown = v1::Event {
            log_position: event.position.0,
            event_time: Some(common::timestamp_out(event.at)),
            kind: kind.into(),
            subject: event.change.subject(),
            ..v1::Event::default()
        };
        if !self.lets_through(&event.change, snapshot) {
            // By whom, and where it stands, is told where it is now.
            shown.need_left = true;
            return self.loses(&event.change, snapshot).then_some(shown);
        }
        shown.principal.clone_from(&event.principal);
        match &event.change {
            Change::Need(need) => shown.need_state = convert::state_out(need.state).into(),
            Change::Referral(referral) => {
                shown.referral = Some(show(&self.caller, snapshot, referral));
            }
            _ => {}
        }
        Some(shown)
    }

    /// Partners know needs as wishes: that one is in the pool, or no more. Not who did it, nor what it was.
    fn wishes_out(
        &self,
        platform: &Platform,
        snapshot: &Snapshot,
        event: &Event,
        need: &Need,
    ) -> impl Iterator<Item = v1::Event> {
        let asked_for = self.kinds.is_empty() || self.kinds.contains(&v1::EventKind::Wish);
        let place = need.wish.as_ref().and_then(|wish| wish.place.as_ref());
        let tidings = if asked_for { need.tidings() } else { Vec::new() };
        tidings.into_iter().filter_map(move |tiding| {
            let state = match tiding.state {
                InPool::Listed => v1::WishState::Listed,
                InPool::Gone => v1::WishState::Gone,
            };
            // Where it was that is gone is not told: who shows it can drop it by its name.
            (state == v1::WishState::Gone || self.admits(place, snapshot)).then(|| v1::Event {
                log_position: event.position.0,
                kind: v1::EventKind::Wish.into(),
                subject: wish_out(platform.name_of_lot(&self.caller, need.id, tiding.lot)),
                wish_state: state.into(),
                ..v1::Event::default()
            })
        })
    }

    /// Whether what is in a division, or nowhere that is known, is asked for.
    fn admits(&self, division: Option<&DivisionCode>, snapshot: &Snapshot) -> bool {
        let asked_for = |division| self.divisions.iter().any(|root| snapshot.division_is_within(division, root));
        self.divisions.is_empty() || division.is_some_and(asked_for)
    }

    /// Whether a need that is not let through was, until this change, for where it was.
    fn loses(&self, change: &Change, snapshot: &Snapshot) -> bool {
        let Change::Need(need) = change else { return false };
        self.asks_for(need) && need.left().is_some_and(|left| self.admits(Some(left), snapshot))
    }

    /// Whether a need is asked for, wherever it is. Partners know needs as wishes only; with an organization asked for, needs are nobody's.
    fn asks_for(&self, need: &Need) -> bool {
        self.organization.is_none() && self.need.is_none_or(|asked| asked == need.id)
    }

    fn lets_through(&self, change: &Change, snapshot: &Snapshot) -> bool {
        let of = |organization: OrganizationId| self.organization.is_none_or(|asked| asked == organization);
        let within = |division: Option<&DivisionCode>| self.admits(division, snapshot);
        let anywhere = self.need.is_none() && !self.only_within;
        match change {
            Change::Need(need) => self.asks_for(need) && within(need.division.as_ref()),
            Change::Referral(referral) => {
                of(referral.organization)
                    && self.need.is_none_or(|asked| asked == referral.need)
                    && within(division_shown(&self.caller, snapshot, referral).as_ref())
            }
            Change::CapacityPool(pool) => anywhere && of(pool.organization),
            Change::Resource(resource) => anywhere && of(resource.organization),
            Change::Organization(organization) => anywhere && of(organization.id),
            _ => false,
        }
    }
}

const fn kind_of(change: &Change) -> Option<v1::EventKind> {
    match change {
        Change::Need(_) => Some(v1::EventKind::Need),
        Change::Referral(_) => Some(v1::EventKind::Referral),
        Change::CapacityPool(_) => Some(v1::EventKind::CapacityPool),
        Change::Resource(_) => Some(v1::EventKind::Resource),
        Change::Organization(_) => Some(v1::EventKind::Organization),
        Change::Category(_)
        | Change::Division(_)
        | Change::Beneficiary(_)
        | Change::BeneficiaryErased { .. }
        | Change::Household(_)
        | Change::Round(_)
        | Change::Subscription(_) => None,
    }
}
