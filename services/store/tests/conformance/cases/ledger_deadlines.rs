//! Deadlines of needs by the database's clock, and what of promises and offers follows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, ReferralId, Version};
use wishwell_domain::ledger::{Command, Escalation, Offer};
use wishwell_domain::need::{Need, NeedItem, Recurrence, Timing};
use wishwell_domain::referral::{Action, Origin, Referral, ReferralState};
use wishwell_store::{Due, Mutation, ReferralFilter, StoreError, WriteMode};

use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, giving, item, lacking, late, nobody_left, offer, offering, referral_id, step, stock,
};
use crate::samples::{self, context};

fn in_minutes(minutes: i64) -> Timestamp {
    samples::instant(MONDAY) + SignedDuration::from_mins(minutes)
}

fn deadline(minutes: i64) -> Option<Timing> {
    Some(Timing::Deadline(in_minutes(minutes)))
}

/// A need that is wanted within three hours, and two who give.
async fn wanted_soon(fixture: Fixture, items: Vec<NeedItem>) -> Fixture {
    let pools = vec![stock(20, Some(99)), stock(21, Some(99))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let fixture = fixture.with(pools, resources, vec![Need { timing: deadline(180), ..lacking(60, items) }]).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture
}

fn automatic(id: u128, resource: u128) -> Command {
    let answer_within = SignedDuration::from_hours(48);
    Command::Offer(Box::new(Offer { origin: Origin::Automatic, answer_within, ..offer(id, 60, resource, Some(1)) }))
}

fn wanted_by(need: Need, timing: Option<Timing>, expected: Version) -> Mutation {
    let mode = WriteMode::Update { expected: Some(expected) };
    Mutation::Put { entity: Change::Need(Box::new(Need { timing, ..need })), mode }
}

async fn overdue(fixture: &Fixture) -> Vec<ReferralId> {
    let filter = ReferralFilter { overdue_only: true, ..ReferralFilter::default() };
    let listed: Vec<_> = fixture.referrals(filter).await.into_iter().map(|referral| referral.id).collect();
    let due = fixture.store.due(&fixture.tenant(), Due::Overdue, None, 100).await.unwrap();
    assert!(due.iter().all(|due| listed.contains(&due.id)), "{due:?}");
    listed
}

/// What the log says of a referral, in order.
async fn told(fixture: &Fixture, referral: ReferralId) -> Vec<Referral> {
    let events = fixture.store.events(&fixture.tenant(), LogPosition(0), 1_000).await.unwrap();
    let of = events.into_iter().filter_map(|event| match event.change {
        Change::Referral(told) if told.id == referral => Some(*told),
        _ => None,
    });
    of.collect()
}

pub async fn an_offer_lapses_with_the_deadline_and_that_is_told_once(fixture: Fixture) {
    let fixture = wanted_soon(fixture, vec![item(1, 1)]).await;
    fixture.ask(vec![automatic(100, 30)]).await;
    assert_eq!(fixture.referral(100).await.expires_at, in_minutes(180));
    fixture.set_clock(in_minutes(180)).await;
    let lapsed = fixture.store.due(&fixture.tenant(), Due::Lapsed, None, 10).await.unwrap();
    assert_eq!(lapsed.iter().map(|due| due.id).collect::<Vec<_>>(), [referral_id(100)]);
    fixture.ask(vec![Command::Look { referral: referral_id(100) }]).await;
    let escalated = ReferralFilter { escalated_only: true, ..ReferralFilter::default() };
    assert_eq!(fixture.referrals(escalated.clone()).await.len(), 1);
    let due = fixture.store.due(&fixture.tenant(), Due::ToFollow, None, 10).await.unwrap();
    assert_eq!(due.len(), 1, "the next one is asked all the same");
    fixture.set_clock(in_minutes(200)).await;
    fixture.ask(vec![nobody_left(100)]).await;
    let times: Vec<_> = told(&fixture, referral_id(100)).await.iter().map(|told| told.escalated_at).collect();
    assert_eq!(times, [None, Some(in_minutes(180)), Some(in_minutes(180))]);
    assert_eq!(fixture.referrals(escalated).await.len(), 1);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn what_lapsed_with_its_deadline_is_settled_once_the_next_is_asked(fixture: Fixture) {
    let fixture = wanted_soon(fixture, vec![item(1, 1)]).await;
    fixture.ask(vec![automatic(100, 30)]).await;
    fixture.set_clock(in_minutes(180)).await;
    fixture.ask(vec![Command::Look { referral: referral_id(100) }]).await;
    let escalated = ReferralFilter { escalated_only: true, ..ReferralFilter::default() };
    assert_eq!(fixture.referrals(escalated.clone()).await.len(), 1);
    let (origin, previous) = (Origin::Automatic, Some(referral_id(100)));
    let next = Offer { origin, previous, ..offer(101, 60, 31, Some(1)) };
    fixture.ask(vec![Command::Offer(Box::new(next))]).await;
    assert_eq!(fixture.referrals(escalated).await, []);
}

pub async fn what_is_live_follows_the_deadline_of_its_need(fixture: Fixture) {
    let weekly = Recurrence { every: wishwell_domain::capacity_pool::PeriodLength::Week, occurrences: 8 };
    let items = vec![item(1, 9), NeedItem { recurrence: Some(weekly), ..item(2, 1) }];
    let fixture = wanted_soon(fixture, items).await;
    let visits = Command::Offer(Box::new(Offer { item_ordinal: 2, ..offer(104, 60, 30, None) }));
    fixture.ask(vec![offering(100, 60, 30, 1), offering(101, 60, 31, 1), offering(102, 60, 30, 1), visits]).await;
    fixture.ask(vec![step(101, Action::Accept), step(102, Action::Decline), step(104, Action::Accept)]).await;
    let before = fixture.picture().await;
    // Brought forward.
    fixture.set_clock(in_minutes(10)).await;
    let need = fixture.need(60).await;
    let written = fixture.write(vec![wanted_by(need.clone(), deadline(30), need.version)]).await;
    assert_eq!((written.outcomes.len(), written.position.0), (1, before.position.0 + 4));
    let by = in_minutes(30);
    let (offered, promised) = (fixture.referral(100).await, fixture.referral(101).await);
    assert_eq!((offered.due_at, offered.expires_at, promised.due_at), (by, by, by));
    assert_eq!(fixture.referral(104).await.due_at, by, "visits of the week that goes on");
    assert_eq!((offered.version, promised.version), (Version(2), Version(3)));
    assert_eq!((offered.units, &offered.lines), (1, &told(&fixture, referral_id(100)).await[0].lines));
    let over = referral_id(102).name();
    assert_eq!(fixture.picture().await.entities[&over], before.entities[&over]);
    assert_eq!(overdue(&fixture).await, []);
    fixture.set_clock(by).await;
    let lapsed = [101, 104].map(referral_id);
    assert_eq!(overdue(&fixture).await, lapsed);
    fixture.ask(vec![late(101)]).await;
    // Put off, when it was told of.
    let need = fixture.need(60).await;
    fixture.write(vec![wanted_by(need.clone(), deadline(600), need.version)]).await;
    let promised = fixture.referral(101).await;
    assert_eq!((promised.due_at, promised.escalated_at), (in_minutes(600), None));
    assert_eq!(overdue(&fixture).await, []);
    // What else is said of a need moves nothing.
    let (position, need) = (fixture.store.position(&fixture.tenant()).await.unwrap(), fixture.need(60).await);
    let written = fixture.write(vec![wanted_by(need.clone(), need.timing, need.version)]).await;
    assert_eq!(written.position.0, position.0 + 1);
    fixture.set_clock(in_minutes(600)).await;
    assert_eq!(overdue(&fixture).await, lapsed);
    fixture.ask(vec![step(101, Action::Deliver), step(104, Action::Deliver)]).await;
    assert_eq!(overdue(&fixture).await, []);
    fixture.ask(vec![Command::Look { referral: referral_id(100) }]).await;
    assert_eq!(fixture.referral(100).await.state, ReferralState::Expired);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn of_an_update_that_is_refused_nothing_follows(fixture: Fixture) {
    let fixture = wanted_soon(fixture, vec![item(1, 1)]).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    let (need, before) = (fixture.need(60).await, fixture.picture().await);
    let stale = wanted_by(need.clone(), deadline(30), Version(need.version.0 - 1));
    let refused = fixture.store.write(&context(), vec![stale]).await;
    assert!(matches!(refused, Err(StoreError::VersionMismatch { .. })), "{refused:?}");
    assert_eq!(fixture.picture().await, before);
}

/// Both list what is overdue before either tells of it, and both tell of all.
pub async fn two_who_sweep_at_once_tell_of_each_overdue_referral_once(fixture: Fixture) {
    const LATE: u128 = 40;
    let fixture = wanted_soon(fixture, vec![item(1, 99)]).await;
    for n in 0..LATE {
        fixture.ask(vec![offering(1_000 + n, 60, 30 + n % 2, 1)]).await;
        fixture.ask(vec![step(1_000 + n, Action::Accept)]).await;
    }
    fixture.set_clock(in_minutes(180)).await;
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let mut running = Vec::new();
    for store in stores {
        let due = store.due(&fixture.tenant(), Due::Overdue, None, 100).await.unwrap();
        assert_eq!(due.len(), LATE as usize);
        running.push(async move {
            let mut told = 0;
            for referral in due {
                let late = Command::Escalate { referral: referral.id, why: Escalation::Overdue };
                let tells = store.carry_out(&context(), vec![late]).await.unwrap();
                told += usize::from(tells.outcomes[0].after.is_some());
            }
            told
        });
    }
    let told: Vec<usize> = futures_of(running).await;
    assert_eq!(told.iter().sum::<usize>(), LATE as usize, "{told:?}");
    let mut escalations: BTreeMap<ReferralId, usize> = BTreeMap::new();
    for event in fixture.store.events(&fixture.tenant(), LogPosition(0), 1_000).await.unwrap() {
        if let Change::Referral(referral) = event.change
            && referral.escalated_at.is_some()
        {
            *escalations.entry(referral.id).or_default() += 1;
        }
    }
    let once = (0..LATE).map(|n| (referral_id(1_000 + n), 1)).collect();
    assert_eq!(escalations, once);
    fixture.everything_adds_up().await;
}

/// Runs them at once, each in a task of its own.
async fn futures_of<F>(running: Vec<F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let tasks: Vec<_> = running.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}
