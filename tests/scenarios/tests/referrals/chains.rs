//! Offering to the best and to the next: until somebody accepts, nobody is left, or time is over.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::behind::{changed, store_in};
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, PATIENCE, Step, auto_refer, demo, draw, escalated, figures,
    following, offer, pool, referrals, resource, seen, sharing, stock, stored_need, submit, to, trunk, trunks, units,
    wanting, weekly,
};
use wishwell_scenarios::told::{metadata, quantity, refused, request_id, seconds_now, told};

/// Most offers of one chain.
const ATTEMPTS_MAX: usize = 10;
/// Most automatic offers that an organization hears of in a day.
const CONTACTS_MAX: usize = 20;
/// Most referrals that one look for what is due comes to, of each kind.
const SWEPT_AT_ONCE: i64 = 100;
/// How long an automatic offer counts among those.
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// How often the server looks for what is due, at the most.
const SWEEP: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn each_is_asked_once_the_best_first_and_when_nobody_is_left_somebody_is_told_once() {
    let served = demo().await;
    let mut expected = Vec::new();
    for (organization, latitude) in [(NEAR, 38.401), (FAR, 38.42), (NEAR, 38.44)] {
        let pool = pool(&served, stock(organization, Some(5))).await;
        expected.push(resource(&served, trunk(organization, vec![draw(&pool, 1)], latitude)).await);
    }
    let need = submit(&served, wanting(1)).await.name;
    let mut offered = auto_refer(&served, &need).await.expect("offered");
    let covered = auto_refer(&served, &need).await;
    refused("while an offer is open", covered, "ITEM_COVERED", "");
    let mut asked = vec![offered.resource.clone()];
    for attempt in 2..=3 {
        Step::Decline.take(&served, CASE_WORKER, &offered.name).await.expect("declined");
        offered = following(&served, &need, &offered.name).await;
        assert_eq!((offered.attempt, offered.origin()), (attempt, v1::ReferralOrigin::Automatic));
        asked.push(offered.resource.clone());
    }
    assert_eq!(asked, expected, "the nearest first");
    Step::Decline.take(&served, CASE_WORKER, &offered.name).await.expect("declined");
    let last = escalated(&served, &offered.name).await;
    let status = refused("nobody", auto_refer(&served, &need).await, "NOBODY_LEFT_TO_ASK", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, need.clone()));
    tokio::time::sleep(3 * SWEEP).await;
    assert_eq!(seen(&served, OPERATOR, &last.name).await.expect("there"), last, "it is told once");
    let all = referrals(&served, &need).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all.iter().filter(|referral| referral.escalate_time.is_some()).count(), 1);
    assert_eq!(stored_need(&served, &need).await.state(), v1::NeedState::Open);
    // Somebody may still be chosen, and a new resource is somebody to ask.
    let (_, fresh) = trunks(&served, FAR, Some(1)).await;
    assert_eq!(auto_refer(&served, &need).await.expect("somebody new").resource, fresh);
}

#[tokio::test]
async fn a_chain_ends_after_ten_offers() {
    let served = demo().await;
    let pool = pool(&served, stock(NEAR, Some(50))).await;
    for number in 0..12 {
        resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.401 + 0.001 * f64::from(number))).await;
    }
    let need = submit(&served, wanting(1)).await.name;
    let mut offered = auto_refer(&served, &need).await.expect("offered");
    for _ in 1..ATTEMPTS_MAX {
        Step::Decline.take(&served, PARTNER, &offered.name).await.expect("declined");
        offered = following(&served, &need, &offered.name).await;
    }
    Step::Decline.take(&served, PARTNER, &offered.name).await.expect("declined");
    escalated(&served, &offered.name).await;
    refused("an eleventh", auto_refer(&served, &need).await, "NOBODY_LEFT_TO_ASK", "");
    let all = referrals(&served, &need).await;
    assert_eq!(all.len(), ATTEMPTS_MAX);
    assert_eq!(all.iter().map(|referral| referral.resource.clone()).collect::<BTreeSet<_>>().len(), ATTEMPTS_MAX);
}

#[tokio::test]
async fn an_organization_hears_of_twenty_automatic_offers_a_day_and_no_more() {
    let served = demo().await;
    let (near_pool, near) = trunks(&served, NEAR, Some(100)).await;
    let far_pool = pool(&served, stock(FAR, Some(100))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    let mut asked = Vec::new();
    for _ in 0..CONTACTS_MAX + 2 {
        let need = submit(&served, wanting(1)).await.name;
        asked.push(auto_refer(&served, &need).await.expect("offered").resource);
    }
    assert_eq!(asked[..CONTACTS_MAX], vec![near.clone(); CONTACTS_MAX], "the nearer one, as long as it may be asked");
    assert_eq!(asked[CONTACTS_MAX..], [far.clone(), far]);
    assert_eq!(figures(&served, &near_pool).await.3, Some(80), "though it has enough");
    // Whoever is chosen by a person is not counted.
    let need = submit(&served, wanting(1)).await.name;
    offer(&served, HOTLINE, to(&need, &near)).await.expect("chosen");
}

#[tokio::test]
async fn a_chain_whose_next_got_enough_offers_for_a_day_waits_for_another_day_and_goes_on() {
    let served = demo().await;
    let (_, far) = trunks(&served, FAR, Some(100)).await;
    let before = seconds_now();
    for _ in 0..CONTACTS_MAX {
        let need = submit(&served, wanting(1)).await.name;
        assert_eq!(auto_refer(&served, &need).await.expect("offered").resource, far);
    }
    let alone = submit(&served, wanting(1)).await.name;
    let status = refused("one more", auto_refer(&served, &alone).await, "CONTACT_BUDGET_SPENT", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::ResourceExhausted, alone));
    let free: prost_types::Timestamp = metadata(&status, "free_time").parse().expect("a time");
    let waits = Duration::from_secs(u64::try_from(free.seconds - before).expect("later"));
    assert!(waits.abs_diff(DAY) < PATIENCE, "a day after the first of them: {waits:?}");

    let pool = pool(&served, stock(NEAR, Some(1))).await;
    let near = resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.4001)).await;
    let need = submit(&served, wanting(1)).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!(first.resource, near);
    Step::Decline.take(&served, PARTNER, &first.name).await.expect("declined");
    tokio::time::sleep(3 * SWEEP).await;
    assert_eq!(referrals(&served, &need).await.len(), 1);
    assert_eq!(seen(&served, OPERATOR, &first.name).await.expect("there").escalate_time, None, "somebody is left");
    refused("not today", auto_refer(&served, &need).await, "CONTACT_BUDGET_SPENT", "");
    // A day later.
    let served = changed(served, "UPDATE referrals SET created_at = created_at - 86400000000".to_owned()).await;
    assert_eq!(following(&served, &need, &first.name).await.resource, far);
}

#[tokio::test]
async fn of_what_many_share_those_who_help_are_no_attempts_in_vain() {
    let served = demo().await;
    for number in 0..12 {
        let pool = pool(&served, stock(NEAR, Some(5))).await;
        resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.401 + 0.001 * f64::from(number))).await;
    }
    let need = submit(&served, sharing(60)).await.name;
    for _ in 0..12 {
        let offered = auto_refer(&served, &need).await.expect("somebody is left");
        Step::Accept(None).take(&served, PARTNER, &offered.name).await.expect("accepted");
    }
    refused("all of it", auto_refer(&served, &need).await, "ITEM_COVERED", "");
}

#[tokio::test]
async fn of_what_can_be_shared_each_gives_what_it_has() {
    let served = demo().await;
    let (near_pool, _) = trunks(&served, NEAR, Some(3)).await;
    let far_pool = pool(&served, stock(FAR, Some(100))).await;
    resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    let need = submit(&served, sharing(5)).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    let second = auto_refer(&served, &need).await.expect("offered");
    assert_eq!((first.units + second.units, units(&served, &need).await), (5, (5, 0)), "{first:?} {second:?}");
    assert_eq!(figures(&served, &near_pool).await.0 + figures(&served, &far_pool).await.0, 5);
    refused("nothing left", auto_refer(&served, &need).await, "ITEM_COVERED", "");
}

#[tokio::test]
async fn what_others_leave_of_an_item_while_it_is_offered_is_offered_all_the_same() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let (_, far) = trunks(&served, FAR, Some(9)).await;
    let need = submit(&served, sharing(5)).await.name;
    // As long as somebody else writes, everybody reads the need as it is and nobody's offer is decided.
    let mut database = store_in(served.process.folder()).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut database).await.expect("the store to ourselves");
    let some = v1::ReferralOffer { quantity: Some(2), ..to(&need, &near) };
    let (chosen, automatic, ()) = tokio::join!(
        offer(&served, HOTLINE, some),
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            auto_refer(&served, &need).await
        },
        async {
            tokio::time::sleep(Duration::from_millis(900)).await;
            sqlx::query("ROLLBACK").execute(&mut database).await.expect("the store to all");
        }
    );
    assert_eq!(chosen.expect("offered").units, 2);
    let automatic = automatic.expect("offered");
    assert_eq!((automatic.resource, automatic.units), (far, 3));
    assert_eq!(units(&served, &need).await, (5, 0));
}

#[tokio::test]
async fn the_same_request_asks_one_and_a_withdrawn_chain_goes_no_further() {
    let served = demo().await;
    let (_, _) = trunks(&served, NEAR, Some(5)).await;
    let (_, _) = trunks(&served, FAR, Some(5)).await;
    let need = submit(&served, wanting(1)).await.name;
    let request = v1::AutoReferRequest { need: need.clone(), item_ordinal: 1, request_id: request_id() };
    let first = told(served.referrals(HOTLINE).auto_refer(request.clone()).await).expect("offered");
    let again = told(served.referrals(HOTLINE).auto_refer(request).await).expect("answered again");
    assert_eq!(first, again);
    let name = first.referral.expect("one").name;
    Step::Withdraw.take(&served, HOTLINE, &name).await.expect("withdrawn");
    tokio::time::sleep(3 * SWEEP).await;
    assert_eq!(referrals(&served, &need).await.len(), 1, "what was taken back is not offered to the next");
    refused("no need", auto_refer(&served, "needs/01890000-0000-7000-8000-000000000000").await, "NOT_FOUND", "");
}

#[tokio::test]
async fn a_shortfall_of_an_automatic_offer_asks_the_next() {
    let served = demo().await;
    let (near_pool, near) = trunks(&served, NEAR, Some(5)).await;
    let far_pool = pool(&served, stock(FAR, Some(5))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    for way in [&[][..], &[Step::Accept(None)]] {
        let need = submit(&served, wanting(1)).await.name;
        let first = auto_refer(&served, &need).await.expect("offered");
        assert_eq!(first.resource, near);
        for step in way {
            step.take(&served, PARTNER, &first.name).await.expect("a step");
        }
        let set = |total| v1::SetCapacityRequest {
            name: near_pool.clone(),
            total: Some(total),
            force: true,
            ..Default::default()
        };
        told(served.catalog(PARTNER).set_capacity(set(0)).await).expect("nothing is left after all");
        assert_eq!(following(&served, &need, &first.name).await.resource, far, "after {way:?}");
        told(served.catalog(PARTNER).set_capacity(set(5)).await).expect("there is again");
    }
}

#[tokio::test]
async fn what_its_provider_gives_up_after_it_was_promised_goes_to_the_next() {
    let served = demo().await;
    let (near_pool, near) = trunks(&served, NEAR, Some(9)).await;
    let far_pool = pool(&served, stock(FAR, Some(9))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    for way in [&[Step::Accept(None), Step::Cancel][..], &[Step::Accept(None), Step::Start, Step::Fail]] {
        let need = submit(&served, wanting(1)).await.name;
        let first = auto_refer(&served, &need).await.expect("offered");
        assert_eq!(first.resource, near);
        for step in way {
            step.take(&served, PARTNER, &first.name).await.expect("a step");
        }
        let second = following(&served, &need, &first.name).await;
        assert_eq!((&second.resource, second.attempt, second.origin()), (&far, 2, v1::ReferralOrigin::Automatic));
        assert_eq!(figures(&served, &near_pool).await, (0, 0, 0, Some(9)), "after {way:?}");
        tokio::time::sleep(2 * SWEEP).await;
        assert_eq!(referrals(&served, &need).await.len(), 2, "it is followed once");
        assert_eq!(seen(&served, OPERATOR, &first.name).await.expect("there").escalate_time, None);
        // Nobody is asked twice, and that nobody is left is told.
        Step::Decline.take(&served, CASE_WORKER, &second.name).await.expect("declined");
        escalated(&served, &second.name).await;
        refused("nobody", auto_refer(&served, &need).await, "NOBODY_LEFT_TO_ASK", "");
    }
}

#[tokio::test]
async fn what_a_case_worker_calls_off_after_it_was_promised_goes_to_nobody_by_itself() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let far_pool = pool(&served, stock(FAR, Some(9))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    let mut ended = Vec::new();
    for (key, way) in [
        (CASE_WORKER, &[Step::Cancel][..]),
        (CASE_WORKER, &[Step::Start, Step::Fail]),
        (OPERATOR, &[Step::Cancel]),
        (CASE_WORKER, &[Step::Deliver(None), Step::Dispute, Step::Fail]),
    ] {
        let need = submit(&served, wanting(1)).await.name;
        let first = auto_refer(&served, &need).await.expect("offered");
        assert_eq!(first.resource, near);
        Step::Accept(None).take(&served, PARTNER, &first.name).await.expect("accepted");
        for step in way {
            step.take(&served, key, &first.name).await.expect("a step");
        }
        ended.push((need, first.name));
    }
    tokio::time::sleep(3 * SWEEP).await;
    for (need, name) in ended {
        assert_eq!(referrals(&served, &need).await.len(), 1);
        assert_eq!(seen(&served, OPERATOR, &name).await.expect("there").escalate_time, None, "whoever did it knows");
        assert_eq!(auto_refer(&served, &need).await.expect("asked for").resource, far, "who was not asked before");
    }
}

/// Lets a time of all referrals lie in the past.
async fn later(served: Served, column: &'static str) -> Served {
    changed(served, format!("UPDATE referrals SET {column} = created_at")).await
}

#[tokio::test]
async fn an_offer_that_nobody_answers_in_time_lapses_and_the_next_is_asked() {
    let served = demo().await;
    let (near_pool, near) = trunks(&served, NEAR, Some(1)).await;
    let far_pool = pool(&served, stock(FAR, Some(5))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    let need = submit(&served, wanting(1)).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!(first.resource, near);
    let chosen = submit(&served, wanting(1)).await.name;
    let other = offer(&served, HOTLINE, to(&chosen, &far)).await.expect("offered").name;
    let served = later(served, "expires_at").await;
    let second = following(&served, &need, &first.name).await;
    assert_eq!(second.resource, far);
    let lapsed = seen(&served, OPERATOR, &first.name).await.expect("there");
    assert_eq!((lapsed.state(), lapsed.last_action()), (v1::ReferralState::Expired, v1::ReferralAction::Expire));
    assert_eq!((lapsed.last_action_by.as_str(), figures(&served, &near_pool).await), ("wishwell", (0, 0, 0, Some(1))));
    let started = Instant::now();
    while seen(&served, OPERATOR, &other).await.expect("there").state() != v1::ReferralState::Expired {
        assert!(started.elapsed() < PATIENCE, "it never lapsed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(referrals(&served, &chosen).await.len(), 1, "whoever chose has to choose again");
    for step in Step::ALL {
        let status = refused(step.name(), step.take(&served, CASE_WORKER, &first.name).await, "ILLEGAL_STATE", "");
        assert_eq!(metadata(&status, "state"), "expired");
    }
    assert_eq!(figures(&served, &far_pool).await, (1, 0, 0, Some(4)));
}

#[tokio::test]
async fn a_damaged_row_keeps_no_other_offer_from_lapsing() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(1)).await;
    let pool = pool(&served, stock(FAR, Some(5))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&pool, 1)], 38.46)).await;
    let mut offered = Vec::new();
    for resource in [&near, &far] {
        let need = submit(&served, wanting(1)).await.name;
        offered.push(offer(&served, HOTLINE, to(&need, resource)).await.expect("offered").name);
    }
    let id = offered[0].trim_start_matches("referrals/").replace('-', "");
    let damage = format!(
        "UPDATE referrals SET expires_at = created_at, unit = CASE id WHEN x'{id}' THEN 'nonsense' ELSE unit END"
    );
    let served = changed(served, damage).await;
    let started = Instant::now();
    while seen(&served, OPERATOR, &offered[1]).await.expect("there").state() != v1::ReferralState::Expired {
        assert!(started.elapsed() < PATIENCE, "it never lapsed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(figures(&served, &pool).await, (0, 0, 0, Some(5)));
    let damaged = seen(&served, OPERATOR, &offered[0]).await.expect_err("it cannot be read");
    assert_eq!(damaged.code(), Code::DataLoss);
}

#[tokio::test]
async fn more_damaged_rows_than_a_sweep_looks_at_keep_no_other_offer_from_lapsing_and_are_told_of_once() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(2 * SWEPT_AT_ONCE)).await;
    let (pool, far) = trunks(&served, FAR, Some(5)).await;
    let need = submit(&served, sharing(2 * SWEPT_AT_ONCE)).await.name;
    let one = v1::ReferralOffer { quantity: Some(1), ..to(&need, &near) };
    let offers = (0..SWEPT_AT_ONCE).map(|_| one.clone()).collect();
    let request = v1::BatchCreateReferralsRequest { offers, request_id: String::new() };
    told(served.referrals(HOTLINE).batch_create_referrals(request).await).expect("offered");
    let need = submit(&served, wanting(1)).await.name;
    let last = offer(&served, HOTLINE, to(&need, &far)).await.expect("offered").name;
    let id = near.trim_start_matches("resources/").replace('-', "");
    let damage = format!(
        "UPDATE referrals SET expires_at = created_at, \
         unit = CASE resource_id WHEN x'{id}' THEN 'nonsense' ELSE unit END"
    );
    let served = changed(served, damage).await;
    let started = Instant::now();
    while seen(&served, OPERATOR, &last).await.expect("there").state() != v1::ReferralState::Expired {
        assert!(started.elapsed() < PATIENCE, "it never lapsed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(figures(&served, &pool).await, (0, 0, 0, Some(5)));
    let told_of = || served.process.output().matches("a referral cannot be swept").count();
    let all = usize::try_from(SWEPT_AT_ONCE).expect("a hundred");
    while told_of() < all {
        assert!(started.elapsed() < PATIENCE, "{} are told of", told_of());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(3 * SWEEP).await;
    assert_eq!(told_of(), all);
}

#[tokio::test]
async fn promised_help_that_does_not_come_in_time_is_listed_and_told_of_once() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let mut names = Vec::new();
    for way in
        [&[][..], &[Step::Accept(None)], &[Step::Accept(None), Step::Start], &[Step::Accept(None), Step::Deliver(None)]]
    {
        let need = submit(&served, wanting(1)).await.name;
        let name = offer(&served, HOTLINE, to(&need, &near)).await.expect("offered").name;
        for step in way {
            step.take(&served, PARTNER, &name).await.expect("a step");
        }
        names.push(name);
    }
    let served = later(served, "due_at").await;
    let filter = v1::ReferralFilter { overdue_only: true, ..Default::default() };
    let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
    let overdue = told(served.referrals(OPERATOR).list_referrals(request).await).expect("listed").referrals;
    assert_eq!(overdue.into_iter().map(|referral| referral.name).collect::<Vec<_>>(), names[1..3]);
    for name in &names[1..3] {
        escalated(&served, name).await;
    }
    let before = seen(&served, OPERATOR, &names[1]).await.expect("there");
    tokio::time::sleep(3 * SWEEP).await;
    assert_eq!(seen(&served, OPERATOR, &names[1]).await.expect("there"), before, "it is told once");
    for name in [&names[0], &names[3]] {
        assert_eq!(seen(&served, OPERATOR, name).await.expect("there").escalate_time, None);
    }
    Step::Deliver(None).take(&served, PARTNER, &names[1]).await.expect("late is better than never");
}

#[tokio::test]
async fn a_chain_that_can_never_go_on_ends_and_costs_no_other_chain() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let far_pool = pool(&served, stock(FAR, Some(9))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    let mut chains = Vec::new();
    for _ in 0..2 {
        let need = submit(&served, wanting(1)).await.name;
        let offered = auto_refer(&served, &need).await.expect("offered").name;
        chains.push((need, offered));
    }
    let [(unreadable, stuck), (need, offered)] = &chains[..] else { panic!("two chains") };
    let id = unreadable.trim_start_matches("needs/").replace('-', "");
    let served = changed(served, format!("UPDATE needs SET personal = x'00' WHERE id = x'{id}'")).await;
    for name in [stuck, offered] {
        Step::Decline.take(&served, CASE_WORKER, name).await.expect("declined");
    }
    assert_eq!(following(&served, need, offered).await.resource, far);
    escalated(&served, stuck).await;
    refused("whose facts nobody can read", auto_refer(&served, unreadable).await, "DATA_LOSS", "");
}

/// So many pools of an organization, each with a visit a day, with a visitor who draws on all of them.
async fn visitor(served: &Served, organization: &str, pools: usize, latitude: f64) -> String {
    let mut draws = Vec::new();
    for _ in 0..pools {
        let daily = v1::CapacityPool { period: v1::CapacityPeriod::Day.into(), ..weekly(organization, 9) };
        draws.push(draw(&pool(served, daily).await, 1));
    }
    resource(served, trunk(organization, draws, latitude)).await
}

#[tokio::test]
async fn whoever_would_need_more_lines_than_a_hold_has_is_passed_over() {
    let served = demo().await;
    let near = visitor(&served, NEAR, 1, 38.401).await;
    let wide = visitor(&served, FAR, 3, 38.41).await;
    let far = visitor(&served, FAR, 1, 38.44).await;
    let mut visits = wanting(1);
    visits.items[0].quantity = quantity(1, "visit");
    visits.items[0].recurrence = Some(v1::Recurrence { every: v1::RecurrencePeriod::Day.into(), occurrences: 300 });
    let need = submit(&served, visits).await.name;
    let status = refused("chosen", offer(&served, HOTLINE, to(&need, &wide)).await, "RESOURCE_DOES_NOT_FIT", "");
    let told = ["name", "reasons", "lines", "max"].map(|key| metadata(&status, key));
    assert_eq!(
        (status.code(), told),
        (Code::FailedPrecondition, [wide.as_str(), "HOLD_LINES_MAX", "900", "800"].map(String::from))
    );
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!(first.resource, near);
    Step::Decline.take(&served, CASE_WORKER, &first.name).await.expect("declined");
    let second = following(&served, &need, &first.name).await;
    assert_eq!(second.resource, far);
    Step::Decline.take(&served, CASE_WORKER, &second.name).await.expect("declined");
    escalated(&served, &second.name).await;
    refused("only who needs too many", auto_refer(&served, &need).await, "NOBODY_LEFT_TO_ASK", "");
}

#[tokio::test]
async fn whoever_supervises_sees_the_chains_that_ended_on_their_providers_side() {
    let served = demo().await;
    let (pool, _) = trunks(&served, NEAR, Some(9)).await;
    let mut names = Vec::new();
    for (way, ending) in [
        (&[][..], None),
        (&[Step::Accept(None)], None),
        (&[Step::Accept(None)], Some((PARTNER, Step::Cancel))),
        (&[Step::Accept(None), Step::Start], Some((PARTNER, Step::Fail))),
        (&[Step::Accept(None)], Some((CASE_WORKER, Step::Cancel))),
        (&[Step::Accept(None)], Some((CASE_WORKER, Step::Fail))),
    ] {
        let need = submit(&served, wanting(1)).await.name;
        let name = auto_refer(&served, &need).await.expect("offered").name;
        for (key, step) in way.iter().map(|step| (PARTNER, *step)).chain(ending) {
            step.take(&served, key, &name).await.expect("a step");
        }
        names.push(name);
    }
    let late = later(served, "due_at").await;
    escalated(&late, &names[1]).await;
    let set = v1::SetCapacityRequest { name: pool, total: Some(0), force: true, ..Default::default() };
    told(late.catalog(PARTNER).set_capacity(set).await).expect("nothing is left after all");
    let mut seen_by_all = Vec::new();
    for name in &names[..4] {
        seen_by_all.push(escalated(&late, name).await);
    }
    let filter = v1::ReferralFilter { escalated_only: true, ..Default::default() };
    let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
    let listed = told(late.referrals(OPERATOR).list_referrals(request).await).expect("listed").referrals;
    assert_eq!(listed.iter().map(|referral| &referral.name).collect::<Vec<_>>(), names[..4].iter().collect::<Vec<_>>());
    let figures = late.referrals(OPERATOR).get_supervision(v1::GetSupervisionRequest::default()).await;
    assert_eq!(told(figures).expect("told").escalated_referrals, 4);
    let cancelled = v1::ReferralState::Cancelled;
    let states = [v1::ReferralState::Withdrawn, cancelled, cancelled, v1::ReferralState::Failed];
    assert_eq!(listed.iter().map(v1::Referral::state).collect::<Vec<_>>(), states);
    // Each is told of once, also the one that was late before.
    tokio::time::sleep(3 * SWEEP).await;
    for before in &seen_by_all {
        assert_eq!(&seen(&late, OPERATOR, &before.name).await.expect("there"), before);
    }
}

#[tokio::test]
async fn the_rest_of_what_is_given_in_part_is_asked_of_the_next_until_nobody_is_left() {
    let served = demo().await;
    let mut expected = Vec::new();
    for (organization, latitude, pieces) in [(NEAR, 38.401, 4), (FAR, 38.42, 4), (FAR, 38.44, 2)] {
        let pool = pool(&served, stock(organization, Some(pieces))).await;
        expected.push(resource(&served, trunk(organization, vec![draw(&pool, 1)], latitude)).await);
    }
    let need = submit(&served, sharing(10)).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!((&first.resource, units(&served, &need).await), (&expected[0], (4, 0)), "as much as it has");
    tokio::time::sleep(2 * SWEEP).await;
    assert_eq!(referrals(&served, &need).await.len(), 1, "until it says what it gives, nobody else is asked");
    Step::Accept(None).take(&served, PARTNER, &first.name).await.expect("accepted");
    let second = following(&served, &need, &first.name).await;
    assert_eq!((&second.resource, second.attempt), (&expected[1], 2));
    assert_eq!(units(&served, &need).await, (8, 0), "of what the first left, as much as it has");
    Step::Accept(Some(3)).take(&served, CASE_WORKER, &second.name).await.expect("accepted");
    let third = following(&served, &need, &second.name).await;
    assert_eq!((&third.resource, units(&served, &need).await), (&expected[2], (9, 0)));
    Step::Accept(None).take(&served, CASE_WORKER, &third.name).await.expect("accepted");
    let told = escalated(&served, &third.name).await;
    assert_eq!(
        told.state(),
        v1::ReferralState::Accepted,
        "what it promised stands, and somebody is told of the last one"
    );
    tokio::time::sleep(2 * SWEEP).await;
    let all = referrals(&served, &need).await;
    assert_eq!((all.len(), all.iter().filter(|one| one.escalate_time.is_some()).count()), (3, 1));
    // What did not arrive is asked of whoever came since; what the first gives up then, of nobody else.
    let pool = pool(&served, stock(FAR, Some(1))).await;
    let fresh = resource(&served, trunk(FAR, vec![draw(&pool, 1)], 38.45)).await;
    Step::Deliver(Some(2)).take(&served, CASE_WORKER, &second.name).await.expect("delivered");
    let started = Instant::now();
    while referrals(&served, &need).await.len() == 3 {
        assert!(started.elapsed() < PATIENCE, "the rest is asked of nobody");
        tokio::time::sleep(SWEEP / 10).await;
    }
    let fourth = referrals(&served, &need).await.remove(3);
    assert_eq!((fourth.resource, fourth.previous, fourth.attempt), (fresh, third.name, 4));
    Step::Cancel.take(&served, PARTNER, &first.name).await.expect("called off");
    escalated(&served, &first.name).await;
    assert_eq!(units(&served, &need).await, (3, 2));
    assert_eq!(referrals(&served, &need).await.len(), 4);
}

#[tokio::test]
async fn an_emergency_that_waits_for_a_contact_budget_is_told_of_once_and_goes_on() {
    let served = demo().await;
    let (_, far) = trunks(&served, FAR, Some(100)).await;
    for _ in 0..CONTACTS_MAX {
        let need = submit(&served, wanting(1)).await.name;
        assert_eq!(auto_refer(&served, &need).await.expect("offered").resource, far);
    }
    let pool = pool(&served, stock(NEAR, Some(1))).await;
    resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.4001)).await;
    let emergency = v1::Need { urgency: v1::Urgency::Emergency.into(), ..wanting(1) };
    let need = submit(&served, emergency).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    Step::Decline.take(&served, PARTNER, &first.name).await.expect("declined");
    let told = escalated(&served, &first.name).await;
    assert_eq!(told.state(), v1::ReferralState::Declined);
    let listed = async |served: &Served| {
        let filter = v1::ReferralFilter { escalated_only: true, ..Default::default() };
        let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
        let listed = wishwell_scenarios::told::told(served.referrals(OPERATOR).list_referrals(request).await);
        listed.expect("listed").referrals.into_iter().any(|referral| referral.name == first.name)
    };
    assert!(listed(&served).await);
    tokio::time::sleep(2 * SWEEP).await;
    assert_eq!(seen(&served, OPERATOR, &first.name).await.expect("there"), told, "once");
    // A day later.
    let served = changed(served, "UPDATE referrals SET created_at = created_at - 86400000000".to_owned()).await;
    assert_eq!(following(&served, &need, &first.name).await.resource, far);
    assert!(!listed(&served).await, "somebody is asked");
}
