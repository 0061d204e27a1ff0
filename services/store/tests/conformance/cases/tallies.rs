//! Figures: how many a list shows, and how long answers take.

use jiff::SignedDuration;
use wishwell_domain::event::Change;
use wishwell_domain::ledger::Command;
use wishwell_domain::need::{Need, NeedState, Urgency};
use wishwell_domain::referral::{Action, ReferralState};
use wishwell_store::{AnswerTimes, NeedFilter, PageRequest, ReferralFilter};

use crate::fixture::Fixture;
use crate::ledger_world::{MONDAY, giving, item, lacking, offering, step, stock};
use crate::samples::{self, create, division_code, instant};

const ALL: PageRequest = PageRequest { after: None, limit: 100 };

pub async fn needs_are_counted_as_they_are_listed(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let nowhere = Need { division: None, timing: None, ..samples::need(21, None) };
    let served = Need { state: NeedState::Served, urgency: Urgency::Low, ..samples::need(22, None) };
    let needs = [samples::need(20, None), nowhere, served, samples::need(23, None)];
    fixture.write(needs.into_iter().map(|need| create(Change::Need(Box::new(need)))).collect()).await;
    let (tenant, store) = (fixture.tenant(), &fixture.store);
    let counted = async |filter: &NeedFilter| {
        let tallies = store.tally_needs(&tenant, filter).await.unwrap();
        let listed = store.list_needs(&tenant, filter, &ALL).await.unwrap().entries;
        for tally in &tallies {
            let alike = |need: &&Need| {
                (&need.division, need.state, need.urgency) == (&tally.division, tally.state, tally.urgency)
            };
            assert_eq!(tally.needs, listed.iter().filter(alike).count() as u64, "{filter:?} {tally:?}");
        }
        assert_eq!(tallies.iter().map(|tally| tally.needs).sum::<u64>(), listed.len() as u64, "{filter:?}");
        listed.len()
    };
    fixture.set_clock(instant("2026-12-24T00:00:00Z")).await;
    let late = NeedFilter { overdue_only: true, ..NeedFilter::default() };
    for (filter, expected) in [
        (NeedFilter::default(), 4),
        (NeedFilter { without_division: true, ..NeedFilter::default() }, 1),
        (NeedFilter { divisions: vec![division_code("640104001")], ..NeedFilter::default() }, 3),
        (late.clone(), 0),
    ] {
        assert_eq!(counted(&filter).await, expected, "{filter:?}");
    }
    // What is served, and what has no end, is never late.
    fixture.set_clock(instant("2026-12-24T00:00:00.000001Z")).await;
    assert_eq!(counted(&late).await, 2);
}

pub async fn what_is_disputed_is_counted_and_listed_apart_from_what_is_served(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 1)]), lacking(61, vec![item(1, 1)]), lacking(62, vec![item(1, 2)])];
    let fixture = fixture.with(vec![stock(20, Some(10))], vec![giving(30, &[(20, 1)])], needs).await;
    let (tenant, store) = (fixture.tenant(), &fixture.store);
    fixture.ask((0..3).map(|n| offering(100 + n, 60 + n, 30, 1)).collect::<Vec<Command>>()).await;
    for action in [Action::Accept, Action::Deliver] {
        fixture.ask((100..103).map(|n| step(n, action)).collect()).await;
    }
    let figures = async || {
        let tallies = store.tally_needs(&tenant, &NeedFilter::default()).await.unwrap();
        let count = |state, disputed| -> u64 {
            let alike = tallies.iter().filter(|tally| (tally.state, tally.disputed) == (state, disputed));
            alike.map(|tally| tally.needs).sum()
        };
        let figures = (
            count(NeedState::Served, false),
            count(NeedState::Served, true),
            count(NeedState::PartlyServed, false),
            count(NeedState::PartlyServed, true),
        );
        for (disputed, expected) in [(true, figures.1), (false, figures.0)] {
            let states = vec![NeedState::Served];
            let filter = NeedFilter { states, disputed: Some(disputed), ..NeedFilter::default() };
            let listed = store.list_needs(&tenant, &filter, &ALL).await.unwrap().entries;
            assert_eq!(listed.len() as u64, expected, "{filter:?}");
        }
        figures
    };
    assert_eq!(figures().await, (2, 0, 1, 0));
    // One is served by what its provider says, the other still open for its rest.
    fixture.ask(vec![step(101, Action::Dispute), step(102, Action::Dispute)]).await;
    assert_eq!(figures().await, (1, 1, 1, 0));
    let of_any_state = NeedFilter { disputed: Some(true), ..NeedFilter::default() };
    assert_eq!(store.list_needs(&tenant, &of_any_state, &ALL).await.unwrap().entries.len(), 2);
    fixture.ask(vec![step(101, Action::Confirm), step(102, Action::Confirm)]).await;
    assert_eq!(figures().await, (2, 0, 1, 0));
}

pub async fn half_and_nine_tenths_of_answers_come_within_their_times(fixture: Fixture) {
    let needs = (60..66).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(10))], vec![giving(30, &[(20, 1)])], needs).await;
    let minute = |minutes| instant(MONDAY) + SignedDuration::from_mins(minutes);
    fixture.set_clock(minute(0)).await;
    let (tenant, any) = (fixture.tenant(), ReferralFilter::default());
    assert_eq!(fixture.store.answer_times(&tenant, &any).await.unwrap(), AnswerTimes::default());
    fixture.ask((0..6).map(|n| offering(100 + n, 60 + n, 30, 1)).collect::<Vec<Command>>()).await;
    for (minutes, n, action) in [
        (10, 100, Action::Accept),
        (11, 101, Action::Withdraw),
        (20, 102, Action::Decline),
        (30, 103, Action::Accept),
        // Later steps are no answers.
        (40, 100, Action::Deliver),
    ] {
        fixture.set_clock(minute(minutes)).await;
        fixture.ask(vec![step(n, action)]).await;
    }
    let times = fixture.store.answer_times(&tenant, &any).await.unwrap();
    let (median, ninth_decile) = (SignedDuration::from_mins(20), SignedDuration::from_mins(30));
    assert_eq!(times, AnswerTimes { answered: 3, median: Some(median), ninth_decile: Some(ninth_decile) });
    let mut tallies = fixture.store.tally_referrals(&tenant, &any).await.unwrap();
    tallies.sort_by_key(|tally| ReferralState::ALL.iter().position(|state| *state == tally.state));
    let tallies: Vec<_> = tallies.into_iter().map(|tally| (tally.state, tally.referrals)).collect();
    let expected = [
        (ReferralState::Offered, 2),
        (ReferralState::Accepted, 1),
        (ReferralState::Declined, 1),
        (ReferralState::Withdrawn, 1),
        (ReferralState::Delivered, 1),
    ];
    assert_eq!(tallies, expected);
}
