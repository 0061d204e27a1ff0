//! What time makes of referrals, by the database's clock; and the questions about them.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::error::Error;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{OrganizationId, ReferralId};
use wishwell_domain::ledger::{Command, Offer};
use wishwell_domain::limits::AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX;
use wishwell_domain::need::{Need, Urgency};
use wishwell_domain::referral::{Action, Origin, Referral, ReferralState};
use wishwell_domain::resource::Resource;
use wishwell_store::{Due, DueReferral, Effect, Mutation, PageRequest, ReferralFilter, Turn, WriteMode};

use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, budget, caseload, giving, item, lacking, late, need_id, nobody_left, offer, offering, referral_id,
    resource_id, step, stock, weekly,
};
use crate::samples::{self, create, division_code, uuid};

pub(super) fn in_minutes(minutes: i64) -> Timestamp {
    samples::instant(MONDAY) + SignedDuration::from_mins(minutes)
}

/// One piece, that three resources give, and ten needs of one.
pub(super) async fn one_for_ten(fixture: Fixture) -> Fixture {
    let needs = (60..70).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let resources = (30..33).map(|n| giving(n, &[(20, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(1))], resources, needs).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture
}

pub(super) fn automatic(id: u128, need: u128, resource: u128, previous: Option<u128>) -> Command {
    Command::Offer(Box::new(Offer {
        origin: Origin::Automatic,
        previous: previous.map(referral_id),
        ..offer(id, need, resource, Some(1))
    }))
}

pub async fn an_offer_lapses_by_the_databases_clock_and_the_next_one_takes_its_capacity(fixture: Fixture) {
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture.set_clock(in_minutes(60) - SignedDuration::from_micros(1)).await;
    let refused = fixture.refused(vec![offering(101, 61, 30, 1)]).await;
    assert_eq!(refused.to_string(), format!("{} has 0 left, 1 asked", crate::ledger_world::pool_id(20).name()));
    fixture.set_clock(in_minutes(60)).await;
    let taken = fixture.ask_one(offering(101, 61, 30, 1)).await;
    assert_eq!(taken.state, ReferralState::Offered);
    let lapsed = fixture.referral(100).await;
    assert_eq!(
        (lapsed.state, lapsed.last.action, lapsed.last.at),
        (ReferralState::Expired, Some(Action::Expire), in_minutes(60))
    );
    let events = fixture.store.events(&fixture.tenant(), wishwell_domain::ids::LogPosition(0), 1_000).await.unwrap();
    let by = events
        .iter()
        .rev()
        .find(|event| event.change.subject() == referral_id(100).name())
        .map(|event| &*event.principal);
    assert_eq!(by, Some("wishwell"), "the clock acts in nobody's name");
    assert_eq!(fixture.need(60).await.items[0].referred, 0);
    fixture.everything_adds_up().await;
}

/// Whoever answers too late is refused, whether somebody has swept or not, and what was held is free from then on.
pub async fn an_answer_after_the_time_is_too_late(fixture: Fixture) {
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture.set_clock(in_minutes(60)).await;
    let refused = fixture.refused(vec![step(100, Action::Accept)]).await;
    assert!(refused.to_string().contains("is expired"), "{refused}");
    assert_eq!(fixture.referral(100).await.state, ReferralState::Expired);
    assert_eq!(fixture.pool(20).await.figures.pending, 0);
    fixture.everything_adds_up().await;
}

/// A database's clock that is set back by a day, or forward by a year, and right again.
pub async fn a_clock_that_jumps_takes_nothing_away_and_holds_nothing_for_ever(fixture: Fixture) {
    const DAY: i64 = 24 * 60;
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture.set_clock(in_minutes(-DAY)).await;
    fixture.refused(vec![offering(101, 61, 30, 1)]).await;
    fixture.ask(vec![step(100, Action::Withdraw)]).await;
    fixture.ask(vec![offering(101, 61, 30, 1)]).await;
    // What was offered in the past has lapsed in the present, and what was offered in the future can be called off.
    fixture.set_clock(in_minutes(365 * DAY)).await;
    fixture.ask(vec![offering(102, 62, 30, 1)]).await;
    assert_eq!(fixture.referral(101).await.state, ReferralState::Expired);
    fixture.set_clock(in_minutes(0)).await;
    fixture.refused(vec![offering(103, 63, 30, 1)]).await;
    fixture.ask(vec![step(102, Action::Withdraw)]).await;
    fixture.ask(vec![offering(103, 63, 30, 1)]).await;
    fixture.ask(vec![step(103, Action::Accept)]).await;
    // What was promised stays promised at any time.
    for minutes in [365 * DAY, -DAY, 10] {
        fixture.set_clock(in_minutes(minutes)).await;
        fixture.refused(vec![offering(104, 64, 30, 1)]).await;
        assert_eq!(fixture.referral(103).await.state, ReferralState::Accepted);
    }
    fixture.ask(vec![step(103, Action::Deliver)]).await;
    assert_eq!(fixture.pool(20).await.figures.consumed, 1);
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

/// An item whose offer has lapsed can be offered again, also where no pool is in common.
pub async fn a_lapsed_offer_frees_its_item_too(fixture: Fixture) {
    let pools = vec![stock(20, Some(1)), stock(21, Some(1))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let fixture = fixture.with(pools, resources, vec![lacking(60, vec![item(1, 1)])]).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture.set_clock(in_minutes(61)).await;
    fixture.ask(vec![offering(101, 60, 31, 1)]).await;
    assert_eq!((fixture.pool(20).await.figures.pending, fixture.pool(21).await.figures.pending), (0, 1));
    fixture.everything_adds_up().await;
}

pub(super) async fn due(fixture: &Fixture, due: Due, limit: usize) -> Vec<ReferralId> {
    let found = fixture.store.due(&fixture.tenant(), due, None, limit).await.unwrap();
    assert_eq!(in_pages_of_one(fixture, due).await[..found.len()], found);
    for due in &found {
        let referral = fixture.store.referral(&fixture.tenant(), due.id).await.unwrap().unwrap();
        assert_eq!((due.need, due.item_ordinal), (referral.need, referral.item_ordinal));
    }
    found.into_iter().map(|referral| referral.id).collect()
}

/// All that is due, each asked for after the one before it.
async fn in_pages_of_one(fixture: &Fixture, due: Due) -> Vec<DueReferral> {
    let mut found: Vec<DueReferral> = Vec::new();
    loop {
        let page = fixture.store.due(&fixture.tenant(), due, found.last(), 1).await.unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

pub async fn what_is_due_is_found_beside_a_damaged_row(fixture: Fixture) {
    let pools = vec![stock(20, Some(9)), stock(21, Some(9))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let fixture =
        fixture.with(pools, resources, vec![lacking(60, vec![item(1, 1)]), lacking(61, vec![item(1, 1)])]).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![automatic(100, 60, 30, None)]).await;
    fixture.ask(vec![automatic(101, 61, 31, None)]).await;
    fixture.set_clock(fixture.referral(101).await.expires_at).await;
    fixture
        .execute("UPDATE referrals SET unit = 'nonsense' WHERE resource_id = (SELECT resource_id FROM referrals ORDER BY resource_id LIMIT 1)")
        .await;
    let found = in_pages_of_one(&fixture, Due::Lapsed).await;
    assert_eq!(found.iter().map(|due| due.id).collect::<Vec<_>>(), [referral_id(100), referral_id(101)]);
    let look = |n| vec![Command::Look { referral: referral_id(n) }];
    assert!(fixture.try_ask(look(100)).await.is_err());
    fixture.ask(look(101)).await;
    assert_eq!(fixture.referral(101).await.state, ReferralState::Expired);
}

/// By when somebody is to confirm it, nothing says: a case goes on until it is closed.
pub async fn what_was_delivered_is_overdue_no_more_whatever_it_was_taken_from(fixture: Fixture) {
    let pools = vec![stock(20, Some(9)), weekly(21, Some(9)), caseload(22, 9), budget(23, 9)];
    let resources = (30..34).map(|n| giving(n, &[(n - 10, 1)])).collect();
    let needs = (60..64).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(pools, resources, needs).await;
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask((0..4).map(|n| offering(100 + n, 60 + n, 30 + n, 1)).collect()).await;
    fixture.ask((100..104).map(|n| step(n, Action::Accept)).collect()).await;
    fixture.set_clock(fixture.referral(100).await.due_at).await;
    let overdue = ReferralFilter { overdue_only: true, ..ReferralFilter::default() };
    assert_eq!(fixture.referrals(overdue.clone()).await.len(), 4);
    assert_eq!(due(&fixture, Due::Overdue, 10).await.len(), 4);
    fixture.ask((100..104).map(|n| step(n, Action::Deliver)).collect()).await;
    assert_eq!(fixture.referrals(overdue).await, []);
    assert_eq!(due(&fixture, Due::Overdue, 10).await, []);
    let to_confirm = ReferralFilter { states: vec![ReferralState::Delivered], ..ReferralFilter::default() };
    assert_eq!(fixture.referrals(to_confirm).await.len(), 4, "there they wait to be confirmed");
    assert_eq!(fixture.pool(22).await.figures.committed, 1, "a case keeps its place until then");
}

pub async fn what_is_due_comes_in_the_order_of_waiting(fixture: Fixture) {
    let needs = (60..70).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(10))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.set_clock(in_minutes(0)).await;
    // The later the identifier, the earlier it lapses.
    for n in 0..4_u128 {
        let answer_within = SignedDuration::from_mins(60 - n as i64 * 10);
        let asked = Offer { origin: Origin::Automatic, answer_within, ..offer(100 + n, 60 + n, 30, Some(1)) };
        fixture.ask(vec![Command::Offer(Box::new(asked))]).await;
    }
    fixture.ask(vec![offering(110, 65, 30, 1), offering(111, 66, 30, 1)]).await;
    fixture.ask(vec![step(110, Action::Accept), step(111, Action::Accept)]).await;
    let ids = |numbers: &[u128]| numbers.iter().map(|n| referral_id(*n)).collect::<Vec<_>>();
    fixture.set_clock(in_minutes(50)).await;
    assert_eq!(due(&fixture, Due::Lapsed, 10).await, ids(&[103, 102, 101]));
    assert_eq!(due(&fixture, Due::Lapsed, 2).await, ids(&[103, 102]));
    assert_eq!(due(&fixture, Due::Overdue, 10).await, []);
    // Any request that names them lets them go.
    for (n, minute) in [(103, 51), (101, 52), (102, 53)] {
        fixture.refused(vec![step(n, Action::Accept)]).await;
        fixture.set_clock(in_minutes(minute)).await;
    }
    assert_eq!(due(&fixture, Due::Lapsed, 10).await, []);
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, ids(&[103, 101, 102]));
    let next_is_due = ReferralFilter { next_is_due_only: true, ..ReferralFilter::default() };
    assert_eq!(fixture.referrals(next_is_due).await.len(), 3);

    fixture.set_clock(fixture.referral(110).await.due_at).await;
    assert_eq!(due(&fixture, Due::Overdue, 10).await, ids(&[110, 111]));
    let overdue = ReferralFilter { overdue_only: true, ..ReferralFilter::default() };
    assert_eq!(fixture.referrals(overdue.clone()).await.len(), 2);
    let escalated = fixture.ask_one(late(110)).await;
    assert!(escalated.escalated_at.is_some());
    let again = fixture.ask(vec![late(110)]).await;
    assert_eq!((again[0].effect, &again[0].after), (Effect::Unchanged, &None));
    assert_eq!(due(&fixture, Due::Overdue, 10).await, ids(&[111]), "once");
    assert_eq!(fixture.referrals(overdue).await.len(), 2, "it is overdue all the same");
    fixture.ask(vec![nobody_left(103)]).await;
    assert_eq!(due(&fixture, Due::ToFollow, 10).await, ids(&[101, 102]), "nobody is asked any more");
    fixture.everything_adds_up().await;
}

pub async fn referrals_are_filtered_by_each_field(fixture: Fixture) {
    let other = |mut resource: Resource| {
        resource.organization = OrganizationId::from_uuid(uuid(2));
        resource
    };
    let far = Need { division: Some(division_code("640104")), ..lacking(61, vec![item(1, 5), item(2, 5)]) };
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(Change::Organization(samples::organization(2)))]).await;
    let resources = vec![giving(30, &[(20, 1)]), other(giving(31, &[(20, 1)]))];
    let mut mutations = vec![create(Change::CapacityPool(stock(20, Some(100))))];
    mutations.extend(resources.into_iter().map(|resource| create(Change::Resource(Box::new(resource)))));
    mutations.extend([lacking(60, vec![item(1, 5)]), far].map(|need| create(Change::Need(Box::new(need)))));
    fixture.write(mutations).await;
    let second_item = Offer { item_ordinal: 2, ..offer(103, 61, 31, Some(1)) };
    fixture
        .ask(vec![
            offering(100, 60, 30, 1),
            offering(101, 60, 31, 1),
            offering(102, 61, 30, 1),
            Command::Offer(Box::new(second_item)),
        ])
        .await;
    fixture.ask(vec![step(101, Action::Accept), step(102, Action::Withdraw)]).await;

    let any = ReferralFilter::default;
    let cases: Vec<(&str, ReferralFilter, &[u128])> = vec![
        ("all", any(), &[100, 101, 102, 103]),
        ("need", ReferralFilter { need: Some(need_id(61)), ..any() }, &[102, 103]),
        ("item", ReferralFilter { need: Some(need_id(61)), item_ordinal: Some(2), ..any() }, &[103]),
        ("resource", ReferralFilter { resource: Some(resource_id(31)), ..any() }, &[101, 103]),
        (
            "organization",
            ReferralFilter { organization: Some(OrganizationId::from_uuid(uuid(1))), ..any() },
            &[100, 102],
        ),
        (
            "states",
            ReferralFilter { states: vec![ReferralState::Offered, ReferralState::Withdrawn], ..any() },
            &[100, 102, 103],
        ),
        ("divisions", ReferralFilter { divisions: vec![division_code("640104001")], ..any() }, &[100, 101]),
        ("overdue", ReferralFilter { overdue_only: true, ..any() }, &[]),
        ("next is due", ReferralFilter { next_is_due_only: true, ..any() }, &[]),
        ("escalated", ReferralFilter { escalated_only: true, ..any() }, &[]),
        ("answered", ReferralFilter { answered_only: true, ..any() }, &[101]),
        ("unattended", ReferralFilter { unattended_only: true, ..any() }, &[]),
        ("ids", ReferralFilter { ids: [103, 101, 99].map(referral_id).to_vec(), ..any() }, &[101, 103]),
    ];
    for (name, filter, expected) in cases {
        let found: Vec<_> = fixture.referrals(filter).await.into_iter().map(|referral| referral.id).collect();
        assert_eq!(found, expected.iter().map(|n| referral_id(*n)).collect::<Vec<_>>(), "{name}");
    }
    let mut paged: Vec<Referral> = Vec::new();
    let mut page = PageRequest { after: None, limit: 3 };
    loop {
        let found = fixture.store.list_referrals(&fixture.tenant(), &any(), &page).await.unwrap();
        paged.extend(found.entries);
        page.after = found.next_after;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(paged, fixture.referrals(any()).await);
}

/// All that a filter leaves, in turn, by pages of so many.
async fn in_turn(fixture: &Fixture, filter: &ReferralFilter, limit: usize) -> Vec<Referral> {
    let mut found: Vec<Referral> = Vec::new();
    let mut page = PageRequest { after: None, limit };
    loop {
        let next = fixture.store.referrals_in_turn(&fixture.tenant(), filter, &page).await.unwrap();
        assert!(next.entries.len() <= limit);
        found.extend(next.entries);
        page.after = next.next_after;
        if page.after.is_none() {
            return found;
        }
    }
}

pub async fn the_most_urgent_referral_has_its_turn_first_and_of_those_the_soonest_due_over_all_pages(fixture: Fixture) {
    use Urgency::{Emergency, Low, Normal, Urgent};
    let urgencies = [Normal, Emergency, Emergency, Low, Urgent, Emergency, Normal, Normal];
    let needs = (60..).zip(urgencies).map(|(n, urgency)| Need { urgency, ..lacking(n, vec![item(1, 1)]) }).collect();
    let fixture = fixture.with(vec![stock(20, Some(99))], vec![giving(30, &[(20, 1)])], needs).await;
    // What is made later, with a greater identifier, is due later, but for 102.
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![offering(102, 62, 30, 1)]).await;
    for (n, need) in [(100, 60), (101, 61), (103, 63), (104, 64), (105, 65), (106, 66), (107, 67)] {
        fixture.set_clock(in_minutes(i64::try_from(n - 99).unwrap())).await;
        fixture.ask(vec![offering(n, need, 30, 1)]).await;
    }
    fixture.ask(vec![step(105, Action::Accept), step(106, Action::Decline)]).await;
    let all = ReferralFilter::default();
    let mut expected = fixture.referrals(all.clone()).await;
    expected.sort_by_key(Turn::of);
    for limit in [1, 3, 8, 100] {
        assert_eq!(in_turn(&fixture, &all, limit).await, expected, "{limit}");
    }
    let offered = ReferralFilter { states: vec![ReferralState::Offered], ..all };
    let found: Vec<_> = in_turn(&fixture, &offered, 2).await.into_iter().map(|referral| referral.id).collect();
    assert_eq!(found, [102, 101, 104, 100, 107, 103].map(referral_id));
}

pub async fn referrals_are_read_together_each_once_in_order_of_id(fixture: Fixture) {
    let fixture = one_for_ten(fixture).await;
    fixture.ask(vec![offering(101, 60, 30, 1)]).await;
    fixture.ask(vec![step(101, Action::Decline), offering(100, 61, 31, 1)]).await;
    let asked = [101, 99, 100, 101].map(referral_id);
    let found = fixture.store.referrals(&fixture.tenant(), &asked).await.unwrap();
    assert_eq!(found, [fixture.referral(100).await, fixture.referral(101).await]);
    assert_eq!(fixture.store.referrals(&fixture.tenant(), &[]).await.unwrap(), []);
}

async fn unattended(fixture: &Fixture) -> Vec<ReferralId> {
    let filter = ReferralFilter { unattended_only: true, ..ReferralFilter::default() };
    fixture.referrals(filter).await.into_iter().map(|referral| referral.id).collect()
}

pub async fn what_came_to_nothing_is_unattended_until_somebody_looks_after_it(fixture: Fixture) {
    let needs = vec![lacking(60, vec![item(1, 2), item(2, 5)]), lacking(61, vec![item(1, 5)])];
    let fixture = fixture.with(vec![stock(20, Some(100))], vec![giving(30, &[(20, 1)])], needs).await;
    let ids = |numbers: &[u128]| numbers.iter().map(|number| referral_id(*number)).collect::<Vec<_>>();
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![offering(100, 60, 30, 1), offering(101, 60, 30, 1), automatic(102, 61, 30, None)]).await;
    fixture.set_clock(in_minutes(1)).await;
    fixture.ask(vec![step(102, Action::Decline)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[]), "automatic offers go on by themselves");
    fixture.ask(vec![step(100, Action::Decline)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[100]), "the other one was asked for its own part, and before");
    fixture.set_clock(in_minutes(2)).await;
    fixture.ask(vec![step(101, Action::Decline)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[101]), "the last of an item stands for it");
    let second_item = Offer { item_ordinal: 2, ..offer(103, 60, 30, Some(1)) };
    fixture.set_clock(in_minutes(3)).await;
    fixture.ask(vec![Command::Offer(Box::new(second_item))]).await;
    assert_eq!(unattended(&fixture).await, ids(&[101]), "another item is another matter");
    fixture.ask(vec![offering(104, 60, 30, 1)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[]), "somebody was asked since");
    fixture.ask(vec![step(104, Action::Withdraw)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[101]), "what was withdrawn looks after nothing");
    fixture.ask(vec![offering(105, 60, 30, 1)]).await;
    fixture.ask(vec![step(105, Action::Accept)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[]));
    fixture.set_clock(in_minutes(4)).await;
    fixture.ask(vec![step(105, Action::Cancel)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[105]), "also what was promised");
}

pub async fn what_is_unattended_is_told_by_what_an_item_lacks(fixture: Fixture) {
    let items = vec![item(1, 5), item(2, 3), item(3, 2)];
    let needs = vec![Need { items, ..lacking(60, Vec::new()) }];
    let fixture = fixture.with(vec![stock(20, Some(100))], vec![giving(30, &[(20, 1)])], needs).await;
    let ids = |numbers: &[u128]| numbers.iter().map(|number| referral_id(*number)).collect::<Vec<_>>();
    let of = |id, item_ordinal, quantity| {
        Command::Offer(Box::new(Offer { item_ordinal, ..offer(id, 60, 30, Some(quantity)) }))
    };
    fixture.set_clock(in_minutes(0)).await;
    fixture.ask(vec![of(100, 1, 3), of(101, 1, 2), of(102, 2, 2), of(103, 2, 1), of(104, 3, 2)]).await;
    fixture.set_clock(in_minutes(1)).await;
    // Of each of two items one part arrives and the other is declined, whichever was asked first.
    fixture.ask(vec![step(100, Action::Accept), step(103, Action::Accept)]).await;
    fixture.ask(vec![step(100, Action::Deliver), step(103, Action::Deliver)]).await;
    fixture.ask(vec![step(100, Action::Confirm)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[]), "nothing lacks");
    fixture.ask(vec![step(101, Action::Decline), step(102, Action::Decline), step(104, Action::Decline)]).await;
    assert_eq!(unattended(&fixture).await, ids(&[101, 102, 104]));
    // Of the first no more is wanted than has arrived, and nothing of the last.
    let need = fixture.need(60).await;
    let mut items = need.items.clone();
    items.pop();
    items[0].quantity = 3;
    let mode = WriteMode::Update { expected: Some(need.version) };
    fixture.write(vec![Mutation::Put { entity: Change::Need(Box::new(Need { items, ..need })), mode }]).await;
    assert_eq!(unattended(&fixture).await, ids(&[102]));
    fixture.everything_adds_up().await;
}

pub async fn automatic_offers_are_counted_for_a_day(fixture: Fixture) {
    let most = AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX as u128;
    let needs = (1_000..1_100).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(1_000))], vec![giving(30, &[(20, 1)])], needs).await;
    let (mut next, mut frees) = (1_000, Vec::new());
    let mut asked = async |minutes: i64, offers: u128, more: bool| {
        fixture.set_clock(in_minutes(minutes)).await;
        for _ in 0..offers {
            fixture.ask(vec![automatic(1_000 + next, next, 30, None)]).await;
            next += 1;
        }
        if !more {
            let refused = fixture.refused(vec![automatic(1_000 + next, next, 30, None)]).await;
            let Error::ContactBudgetSpent { free_at, .. } = refused else { panic!("{refused:?}") };
            frees.push(free_at);
        }
        // Whom somebody chooses does not count.
        fixture.ask(vec![offering(2_000 + next, next, 30, 1)]).await;
        next += 1;
    };
    asked(0, 1, true).await;
    asked(60, 1, true).await;
    asked(120, most - 2, false).await;
    // The first one was made a day ago, then the second, then all.
    asked(24 * 60, 1, false).await;
    asked(25 * 60, 1, false).await;
    asked(27 * 60, most - 2, false).await;
    assert_eq!(frees, [24 * 60, 25 * 60, 26 * 60, 48 * 60].map(in_minutes), "a day after the first that counts");
}
