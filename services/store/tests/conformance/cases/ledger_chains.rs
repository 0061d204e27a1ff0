//! Chains of automatic offers: who is asked next, once, and of which ends somebody is told.

use wishwell_domain::ids::ReferralId;
use wishwell_domain::ledger::{Command, Offer, Step};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin, ReferralState, Side};
use wishwell_store::{Due, Effect, ReferralFilter};

use super::ledger_time::{automatic, due, in_minutes, one_for_ten};
use crate::fixture::Fixture;
use crate::ledger_world::{
    giving, item, lacking, late, nobody_left, offer, offering, referral_id, step, step_of, stock, total_of,
};

fn ids(numbers: &[u128]) -> Vec<ReferralId> {
    numbers.iter().map(|n| referral_id(*n)).collect()
}

/// What is listed as escalated and not settled, which is as many as are counted.
async fn escalated(fixture: &Fixture) -> Vec<ReferralId> {
    let filter = ReferralFilter { escalated_only: true, ..ReferralFilter::default() };
    let listed: Vec<_> = fixture.referrals(filter.clone()).await.into_iter().map(|referral| referral.id).collect();
    let counted = fixture.store.tally_referrals(&fixture.tenant(), &filter).await.unwrap();
    assert_eq!(counted.iter().map(|tally| tally.referrals).sum::<u64>(), listed.len() as u64);
    listed
}

pub async fn the_next_candidate_follows_an_offer_that_came_to_nothing_once(fixture: Fixture) {
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![automatic(100, 60, 30, None)]).await;
    fixture.set_clock(in_minutes(60)).await;
    // Lapsed, but nobody has looked: it is let go and followed by the same request.
    let second = fixture.ask_one(automatic(101, 60, 31, Some(100))).await;
    assert_eq!((second.attempt, second.previous), (2, Some(referral_id(100))));
    let events = fixture.store.events(&fixture.tenant(), wishwell_domain::ids::LogPosition(0), 1_000).await.unwrap();
    let names: Vec<_> = events
        .iter()
        .filter(|event| event.change.subject() == referral_id(100).name())
        .map(|event| event.principal.as_str())
        .collect();
    assert_eq!(names, ["desk", "wishwell", "desk"], "offered, lapsed, followed");
    fixture.ask(vec![step(101, Action::Decline)]).await;
    fixture.ask(vec![automatic(102, 60, 32, Some(101))]).await;
    let refused = fixture.refused(vec![automatic(103, 60, 30, Some(101))]).await;
    assert!(refused.to_string().contains("be followed by another offer"), "{refused}");
    fixture.everything_adds_up().await;
}

pub async fn an_item_that_only_a_lapsed_offer_covers_still_needs_somebody(fixture: Fixture) {
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![automatic(100, 60, 30, None)]).await;
    fixture.ask(vec![step(100, Action::Decline)]).await;
    fixture.ask(vec![offering(101, 60, 30, 1)]).await;
    fixture.set_clock(in_minutes(60)).await;
    // Nobody has looked at it since: the tables still count it.
    assert_eq!(fixture.need(60).await.items[0].referred, 1);
    let escalated = fixture.ask_one(nobody_left(100)).await;
    assert_eq!((escalated.escalated_at, escalated.next_is_due), (Some(in_minutes(60)), false));
    assert_eq!(fixture.referral(101).await.state, ReferralState::Expired);
    fixture.everything_adds_up().await;
}

pub async fn a_chain_that_ends_after_what_was_late_was_called_off_is_due_no_more(fixture: Fixture) {
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![automatic(100, 60, 30, None)]).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    fixture.set_clock(fixture.referral(100).await.due_at).await;
    let escalation = nobody_left(100);
    assert!(fixture.ask_one(late(100)).await.escalated_at.is_some());
    fixture.ask(vec![total_of(20, 0, true)]).await;
    assert_eq!(fixture.referral(100).await.escalated_at, None, "somebody else may be left");
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, [referral_id(100)]);
    let told = fixture.ask_one(escalation.clone()).await;
    assert_eq!((told.escalated_at.is_some(), told.next_is_due), (true, false));
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, []);
    let again = fixture.ask(vec![escalation]).await;
    assert_eq!((again[0].effect, &again[0].after), (Effect::Unchanged, &None));
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn what_was_called_off_is_listed_as_escalated_where_its_chain_ended(fixture: Fixture) {
    let pools = vec![stock(20, Some(9)), stock(21, Some(9))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let needs = (60..66).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(in_minutes(0)).await;
    // Offered, promised, promised and cancelled, promised by whom somebody chose, promised and followed, offered and followed.
    let offers = [101, 102, 104].map(|n| automatic(n, n - 40, 30, None));
    fixture.ask(offers.into_iter().chain([offering(103, 63, 30, 1)]).collect()).await;
    for n in 101..105 {
        fixture.ask(vec![step(n, Action::Accept)]).await;
    }
    fixture.set_clock(fixture.referral(101).await.due_at).await;
    for n in 101..105 {
        fixture.ask(vec![late(n)]).await;
    }
    assert_eq!(escalated(&fixture).await, ids(&[101, 102, 103, 104]), "late");
    fixture.ask([100, 105].map(|n| automatic(n, n - 40, 30, None)).into()).await;
    fixture.ask(vec![step(102, Action::Cancel)]).await;
    fixture.ask(vec![total_of(20, 0, true)]).await;
    assert_eq!(escalated(&fixture).await, [], "called off, and somebody else may be left to ask");
    fixture.ask(vec![automatic(114, 64, 31, Some(104)), automatic(115, 65, 31, Some(105))]).await;
    for n in [100, 101, 102, 103, 104, 105] {
        fixture.ask(vec![nobody_left(n)]).await;
    }
    assert_eq!(escalated(&fixture).await, ids(&[100, 101]), "nobody else was asked");
    let states = [fixture.referral(100).await.state, fixture.referral(101).await.state];
    assert_eq!(states, [ReferralState::Withdrawn, ReferralState::Cancelled]);
    fixture.everything_adds_up().await;
    fixture.execute("UPDATE referrals SET last_side = NULL").await;
    assert_eq!(escalated(&fixture).await, ids(&[100, 101]), "from before the side of a step was kept");
}

pub async fn what_its_provider_gave_up_is_followed_and_listed_as_escalated_where_its_chain_ended(fixture: Fixture) {
    let pools = vec![stock(20, Some(9)), stock(21, Some(9))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let needs = (60..66).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(in_minutes(0)).await;
    for n in 100..105 {
        fixture.ask(vec![automatic(n, n - 40, 30, None)]).await;
    }
    fixture.ask(vec![offering(105, 65, 30, 1)]).await;
    let promised = 100..106;
    fixture.ask(promised.clone().map(|n| step(n, Action::Accept)).collect()).await;
    // All of them are late, and told of as that.
    fixture.set_clock(fixture.referral(100).await.due_at).await;
    fixture.ask(promised.clone().map(late).collect()).await;
    let gives_up = |n, action, role| Command::Step(Step { role, ..step_of(n, action) });
    let (provider, desk) = (Role::Partner, Role::CaseWorker);
    for (n, action, role, side) in [
        (100, Action::Cancel, provider, Side::Provider),
        (101, Action::Fail, provider, Side::Provider),
        (102, Action::Cancel, desk, Side::Arranger),
        (103, Action::Fail, desk, Side::Arranger),
        (104, Action::Cancel, provider, Side::Provider),
        (105, Action::Cancel, provider, Side::Provider),
    ] {
        fixture.ask(vec![gives_up(n, action, role)]).await;
        assert_eq!(fixture.referral(n).await.last.side, Some(side));
    }
    assert_eq!(escalated(&fixture).await, [], "settled, or somebody else may be left to ask");
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, ids(&[100, 101, 104]));
    fixture.refused(vec![automatic(124, 64, 30, Some(104))]).await;
    fixture.ask(vec![automatic(114, 64, 31, Some(104))]).await;
    fixture.refused(vec![automatic(115, 65, 31, Some(105))]).await;
    fixture.ask(promised.map(nobody_left).collect()).await;
    assert_eq!(escalated(&fixture).await, ids(&[100, 101]), "nobody else was asked");
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, []);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

/// An item of ten, of which the first to be asked gives four, and others that may be asked for the rest.
async fn four_of_ten(fixture: Fixture) -> Fixture {
    let pools = (20..24).map(|n| stock(n, Some(9))).collect();
    let resources = (30..34).map(|n| giving(n, &[(n - 10, 1)])).collect();
    let fixture = fixture.with(pools, resources, vec![lacking(60, vec![item(1, 10)])]).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![asked_for(100, 30, 4, None)]).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    fixture
}

fn asked_for(id: u128, resource: u128, quantity: i64, previous: Option<u128>) -> Command {
    let (origin, previous) = (Origin::Automatic, previous.map(referral_id));
    Command::Offer(Box::new(Offer { origin, previous, ..offer(id, 60, resource, Some(quantity)) }))
}

fn by_its_provider(id: u128, action: Action, units: Option<i64>) -> Command {
    Command::Step(Step { role: Role::Partner, units, ..step_of(id, action) })
}

pub async fn what_gives_a_part_is_followed_each_time_that_less_comes_of_it(fixture: Fixture) {
    let fixture = four_of_ten(fixture).await;
    fixture.ask(vec![asked_for(101, 31, 3, Some(100))]).await;
    fixture.set_clock(in_minutes(1)).await;
    fixture.ask(vec![by_its_provider(100, Action::Deliver, Some(2))]).await;
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, ids(&[100]), "two did not arrive");
    let third = fixture.ask_one(asked_for(102, 32, 2, Some(100))).await;
    assert_eq!((third.previous, third.attempt), (Some(referral_id(101)), 3), "the last of the chain by now");
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, []);
    // What was promised is given up after the rest of it was asked for: that settles nothing.
    fixture.ask(vec![by_its_provider(101, Action::Accept, None)]).await;
    fixture.ask(vec![asked_for(103, 33, 1, Some(101))]).await;
    fixture.set_clock(in_minutes(2)).await;
    fixture.ask(vec![by_its_provider(101, Action::Cancel, None)]).await;
    fixture.ask(vec![nobody_left(101)]).await;
    assert_eq!(escalated(&fixture).await, ids(&[101]));
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn lateness_of_a_part_ends_no_chain(fixture: Fixture) {
    let fixture = four_of_ten(fixture).await;
    let due_at = fixture.referral(100).await.due_at;
    fixture.set_clock(due_at).await;
    assert_eq!(due(&fixture, Due::Overdue, 10).await, ids(&[100]));
    let told = fixture.ask_one(late(100)).await;
    assert_eq!((told.escalated_at, told.next_is_due), (Some(due_at), true));
    assert_eq!(due(&fixture, Due::Overdue, 10).await, []);
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, ids(&[100]), "the rest is asked for all the same");
    fixture.ask(vec![asked_for(101, 31, 6, Some(100))]).await;
    assert_eq!(escalated(&fixture).await, ids(&[100]), "it is late still");
    assert_eq!(due(&fixture, Due::Overdue, 10).await, [], "once");
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn a_rest_that_nobody_is_left_for_is_told_of_until_somebody_is_asked(fixture: Fixture) {
    let fixture = four_of_ten(fixture).await;
    fixture.ask(vec![nobody_left(100)]).await;
    assert_eq!(escalated(&fixture).await, ids(&[100]));
    fixture.set_clock(fixture.referral(100).await.due_at).await;
    assert_eq!(due(&fixture, Due::Overdue, 10).await, ids(&[100]), "what was told of was the rest");
    fixture.ask(vec![late(100)]).await;
    assert_eq!(due(&fixture, Due::Overdue, 10).await, []);
    fixture.ask(vec![step(100, Action::Deliver)]).await;
    fixture.ask(vec![step(100, Action::Confirm)]).await;
    assert_eq!(escalated(&fixture).await, ids(&[100]), "six are open, whatever became of the four");
    fixture.ask(vec![offering(101, 60, 31, 6)]).await;
    assert_eq!(escalated(&fixture).await, [], "nothing is open");
    fixture.ask(vec![step(101, Action::Withdraw)]).await;
    assert_eq!(escalated(&fixture).await, ids(&[100]));
}
