//! What referrals hold: visits over weeks, money beside them, and totals that are said anew while something is promised.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    FAR, HOTLINE, NEAR, OPERATOR, PARTNER, Step, budget, category, demo, draw, figures, offer, pool, resource, seen,
    sharing, stored_need, stored_pool, submit, to, trunk, trunks, units, wanting, weekly,
};
use wishwell_scenarios::told::{metadata, quantity, refused, told};

const WEEKS: i64 = 8;
const DAY_SECONDS: i64 = 86_400;
/// Shanghai is eight hours ahead.
const AHEAD_SECONDS: i64 = 8 * 3_600;

/// The Mondays in Shanghai of the coming weeks, as days since 1 January 1970, a Thursday.
fn mondays(now: i64) -> Vec<i64> {
    let today = (now + AHEAD_SECONDS) / DAY_SECONDS;
    let first = today + 7 - (today + 3) % 7;
    (0..WEEKS).map(|week| first + 7 * week).collect()
}

fn date(day: i64) -> String {
    prost_types::Timestamp { seconds: day * DAY_SECONDS, nanos: 0 }.to_string()[..10].to_owned()
}

fn midnight(day: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: day * DAY_SECONDS - AHEAD_SECONDS, nanos: 0 })
}

/// One visit in each of eight weeks.
fn visits(mondays: &[i64]) -> v1::Need {
    let mut need = wanting(1);
    need.items[0].quantity = quantity(1, "visit");
    need.items[0].splittable = true;
    need.items[0].recurrence =
        Some(v1::Recurrence { every: v1::RecurrencePeriod::Week.into(), occurrences: i32::try_from(WEEKS).unwrap() });
    let (start_time, end_time) = (midnight(mondays[0]), midnight(mondays[0] + 7 * WEEKS));
    v1::Need { window: Some(v1::TimeWindow { start_time, end_time }), ..need }
}

/// What is held in each of the weeks: pending, committed, consumed.
async fn by_week(served: &Served, pool: &str, mondays: &[i64]) -> Vec<(i64, i64, i64)> {
    let pool = stored_pool(served, pool).await;
    let of = |day: &i64| {
        let found = pool.overrides.iter().find(|period| period.period_start == date(*day));
        found.map_or((0, 0, 0), |period| (period.pending, period.committed, period.consumed))
    };
    mondays.iter().map(of).collect()
}

#[tokio::test]
async fn visits_over_eight_weeks_hold_one_place_in_each_and_the_money_for_all() {
    let served = demo().await;
    let visiting = pool(&served, weekly(NEAR, 1)).await;
    let money = pool(&served, budget(NEAR, 100_000)).await;
    let mondays = mondays(stored_pool(&served, &money).await.create_time.expect("stored").seconds);
    let visit =
        v1::Resource { unit: "visit".to_owned(), ..trunk(NEAR, vec![draw(&visiting, 1), draw(&money, 5_000)], 38.4) };
    let visit = resource(&served, visit).await;
    let need = submit(&served, visits(&mondays)).await.name;
    let offered = offer(&served, HOTLINE, to(&need, &visit)).await.expect("offered");
    assert_eq!((offered.units, offered.quantity.as_ref().expect("said").value), (WEEKS, 1));
    let (weeks, rest): (Vec<_>, Vec<_>) = offered.lines.iter().partition(|line| line.capacity_pool == visiting);
    let told: Vec<_> = weeks.iter().map(|line| (line.period_start.clone(), line.quantity)).collect();
    assert_eq!(told, mondays.iter().map(|day| (date(*day), 1)).collect::<Vec<_>>());
    assert_eq!(rest.len(), 1);
    assert_eq!(
        (rest[0].capacity_pool.as_str(), rest[0].period_start.as_str(), rest[0].quantity),
        (money.as_str(), "", 40_000)
    );
    assert_eq!(by_week(&served, &visiting, &mondays).await, [(1, 0, 0); 8]);
    assert_eq!(figures(&served, &money).await, (40_000, 0, 0, Some(60_000)));

    // Each week has one place, and it is taken.
    let other = submit(&served, visits(&mondays)).await.name;
    let status = refused("taken", offer(&served, HOTLINE, to(&other, &visit)).await, "CAPACITY_EXHAUSTED", "");
    let told = ["name", "period_start", "asked", "left"].map(|key| metadata(&status, key));
    assert_eq!(told, [visiting.as_str(), date(mondays[0]).as_str(), "1", "0"]);
    assert_eq!(figures(&served, &money).await.0, 40_000, "all lines or none");

    // The first five weeks are promised; the last three are free again.
    Step::Accept(Some(5)).take(&served, PARTNER, &offered.name).await.expect("accepted in part");
    let held =
        |promised: (i64, i64, i64), number: usize| [vec![promised; number], vec![(0, 0, 0); 8 - number]].concat();
    assert_eq!(by_week(&served, &visiting, &mondays).await, held((0, 1, 0), 5));
    assert_eq!(figures(&served, &money).await, (0, 25_000, 0, Some(75_000)));
    let delivered = Step::Deliver(Some(4)).take(&served, PARTNER, &offered.name).await.expect("delivered in part");
    assert_eq!(by_week(&served, &visiting, &mondays).await, held((0, 0, 1), 4));
    assert_eq!((figures(&served, &money).await, units(&served, &need).await), ((0, 0, 20_000, Some(80_000)), (0, 4)));
    let states = |wanted: v1::HoldLineState| delivered.lines.iter().filter(|line| line.state() == wanted).count();
    assert_eq!(
        (states(v1::HoldLineState::Consumed), states(v1::HoldLineState::Returned), states(v1::HoldLineState::Released)),
        (5, 1, 3)
    );

    // The rest is for the next one, in the weeks that are left; nothing is served twice.
    let others = pool(&served, weekly(FAR, 1)).await;
    let next = v1::Resource { unit: "visit".to_owned(), ..trunk(FAR, vec![draw(&others, 1)], 38.4) };
    let next = resource(&served, next).await;
    let rest = offer(&served, HOTLINE, to(&need, &next)).await.expect("offered");
    assert_eq!(rest.occurrence_periods, mondays[4..].iter().map(|day| date(*day)).collect::<Vec<_>>());
    assert_eq!((rest.units, rest.recurrence.as_ref().expect("weekly").occurrences), (4, 4));
    assert_eq!(units(&served, &need).await, (4, 4));
    refused("nothing is left", offer(&served, HOTLINE, to(&need, &next)).await, "ITEM_COVERED", "");
}

#[tokio::test]
async fn money_that_does_not_suffice_holds_no_visit_of_what_cannot_be_split_and_as_many_as_it_lasts_for_otherwise() {
    let served = demo().await;
    let visiting = pool(&served, weekly(NEAR, 5)).await;
    let money = pool(&served, budget(NEAR, 39_999)).await;
    let mondays = mondays(stored_pool(&served, &money).await.create_time.expect("stored").seconds);
    let visit =
        v1::Resource { unit: "visit".to_owned(), ..trunk(NEAR, vec![draw(&visiting, 1), draw(&money, 5_000)], 38.4) };
    let visit = resource(&served, visit).await;
    let mut whole = visits(&mondays);
    whole.items[0].splittable = false;
    let whole = submit(&served, whole).await.name;
    let status = refused("one fen short", offer(&served, HOTLINE, to(&whole, &visit)).await, "CAPACITY_EXHAUSTED", "");
    let told = ["name", "asked", "left"].map(|key| metadata(&status, key));
    assert_eq!(told, [money.as_str(), "40000", "39999"]);
    assert_eq!(by_week(&served, &visiting, &mondays).await, [(0, 0, 0); 8]);
    let shared = submit(&served, visits(&mondays)).await.name;
    let seven = offer(&served, HOTLINE, to(&shared, &visit)).await.expect("offered");
    assert_eq!((seven.units, figures(&served, &money).await), (7, (35_000, 0, 0, Some(4_999))));
}

#[tokio::test]
async fn a_partner_that_is_full_in_later_weeks_is_found_and_offered_the_others_and_the_next_one_these() {
    let served = demo().await;
    let visiting = pool(&served, weekly(NEAR, 1)).await;
    let mondays = mondays(stored_pool(&served, &visiting).await.create_time.expect("stored").seconds);
    let visit = |organization: &str, pool: &str| v1::Resource {
        unit: "visit".to_owned(),
        ..trunk(organization, vec![draw(pool, 1)], 38.4)
    };
    let near = resource(&served, visit(NEAR, &visiting)).await;
    for week in [2, 6, 7] {
        let full = v1::SetCapacityRequest { period_start: date(mondays[week]), ..total(0) };
        set(&served, &visiting, full).await.expect("said");
    }
    let need = submit(&served, visits(&mondays)).await.name;
    let min_position = category(&served, OPERATOR).await;
    let found = v1::FindResourcesRequest { need: need.clone(), min_position, ..v1::FindResourcesRequest::default() };
    let found = told(served.matching(HOTLINE).find_resources(found).await).expect("found");
    let candidate = found.items[0]
        .candidates
        .iter()
        .find(|candidate| candidate.resource.as_ref().is_some_and(|found| found.name == near))
        .expect("a candidate");
    assert_eq!(candidate.served_occurrences, 5, "what is told");
    let offered = offer(&served, HOTLINE, to(&need, &near)).await.expect("offered");
    let weeks = |of: &[usize]| of.iter().map(|week| date(mondays[*week])).collect::<Vec<_>>();
    assert_eq!((offered.units, offered.occurrence_periods), (5, weeks(&[0, 1, 3, 4, 5])), "is what is held");
    let others = pool(&served, weekly(FAR, 1)).await;
    let far = resource(&served, visit(FAR, &others)).await;
    let rest = offer(&served, HOTLINE, to(&need, &far)).await.expect("offered");
    assert_eq!(rest.occurrence_periods, weeks(&[2, 6, 7]));
}

async fn set(served: &Served, pool: &str, change: v1::SetCapacityRequest) -> Result<v1::CapacityPool, Status> {
    let request = v1::SetCapacityRequest { name: pool.to_owned(), ..change };
    told(served.catalog(OPERATOR).set_capacity(request).await).map(|answer| answer.capacity_pool.expect("one"))
}

fn total(total: i64) -> v1::SetCapacityRequest {
    v1::SetCapacityRequest { total: Some(total), ..v1::SetCapacityRequest::default() }
}

#[tokio::test]
async fn a_total_below_what_is_promised_is_refused_naming_who_is_in_the_way_and_by_force_calls_them_off() {
    let served = demo().await;
    let (pool, trunk) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(9)).await.name;
    let mut names = Vec::new();
    for way in [&[Step::Accept(None), Step::Deliver(None)][..], &[Step::Accept(None)], &[]] {
        let part = v1::ReferralOffer { quantity: Some(3), ..to(&need, &trunk) };
        let name = offer(&served, HOTLINE, part).await.expect("offered").name;
        for step in way {
            step.take(&served, PARTNER, &name).await.expect("a step");
        }
        names.push(name);
    }
    let [delivered, accepted, offered] = names.try_into().expect("three");
    assert_eq!(figures(&served, &pool).await, (3, 3, 3, Some(1)));
    assert_eq!(set(&served, &pool, total(9)).await.expect("covers all").remaining, Some(0));
    let status = refused("eight of nine", set(&served, &pool, total(8)).await, "CAPACITY_BELOW_USE", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, pool.clone()));
    assert_eq!(metadata(&status, "referrals"), format!("{offered},{accepted}"), "offers before promises");
    assert_eq!(metadata(&status, "taken"), "9", "the smallest total that can be said");
    let unknown = v1::SetCapacityRequest { total_unknown: true, ..Default::default() };
    refused("unknown while something is held", set(&served, &pool, unknown).await, "CAPACITY_BELOW_USE", "");
    let elsewhere = v1::SetCapacityRequest { used_elsewhere: Some(1), ..Default::default() };
    refused("used elsewhere", set(&served, &pool, elsewhere).await, "CAPACITY_BELOW_USE", "");
    assert_eq!(figures(&served, &pool).await, (3, 3, 3, Some(0)), "nothing has changed");

    let forced = |pieces| v1::SetCapacityRequest { force: true, ..total(pieces) };
    set(&served, &pool, forced(6)).await.expect("a shortfall");
    assert_eq!(figures(&served, &pool).await, (0, 3, 3, Some(0)));
    let now = seen(&served, OPERATOR, &offered).await.expect("there");
    assert_eq!((now.state(), now.last_reason()), (v1::ReferralState::Withdrawn, v1::StepReason::Shortfall));
    assert_eq!(
        (seen(&served, OPERATOR, &accepted).await.expect("there").state(), units(&served, &need).await),
        (v1::ReferralState::Accepted, (3, 3))
    );
    set(&served, &pool, forced(4)).await.expect("a greater one");
    let now = seen(&served, OPERATOR, &accepted).await.expect("there");
    assert_eq!((now.state(), now.last_reason()), (v1::ReferralState::Cancelled, v1::StepReason::Shortfall));
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 0, 3, Some(1)), (0, 3)));
    assert_eq!(stored_need(&served, &need).await.state(), v1::NeedState::PartlyServed);
    // What was given away cannot be called off.
    let status = refused("less than given away", set(&served, &pool, forced(2)).await, "CAPACITY_BELOW_USE", "");
    assert_eq!(metadata(&status, "referrals"), delivered, "who has it is told all the same");
    assert_eq!(seen(&served, OPERATOR, &delivered).await.expect("there").state(), v1::ReferralState::Delivered);
    refused("less than nothing", set(&served, &pool, forced(-1)).await, "INVALID_FIELDS", "total");
    refused("astronomic", set(&served, &pool, total((1 << 40) + 1)).await, "INVALID_FIELDS", "total");
    assert_eq!(set(&served, &pool, forced(3)).await.expect("exactly").remaining, Some(0));
}

#[tokio::test]
async fn a_shortfall_of_one_week_calls_off_what_holds_that_week_only() {
    let served = demo().await;
    let visiting = pool(&served, weekly(NEAR, 2)).await;
    let mondays = mondays(stored_pool(&served, &visiting).await.create_time.expect("stored").seconds);
    let visit = v1::Resource { unit: "visit".to_owned(), ..trunk(NEAR, vec![draw(&visiting, 1)], 38.4) };
    let visit = resource(&served, visit).await;
    let need = submit(&served, visits(&mondays)).await.name;
    let long = offer(&served, HOTLINE, to(&need, &visit)).await.expect("offered").name;
    let mut once = visits(&mondays[7..]);
    once.items[0].recurrence = None;
    once.window = Some(v1::TimeWindow { start_time: midnight(mondays[7]), end_time: midnight(mondays[7] + 7) });
    let once = submit(&served, once).await.name;
    let short = offer(&served, HOTLINE, to(&once, &visit)).await.expect("offered").name;
    let of_week = |day: i64, total: i64, force| v1::SetCapacityRequest {
        period_start: date(day),
        total: Some(total),
        force,
        ..Default::default()
    };
    let status =
        refused("one of two", set(&served, &visiting, of_week(mondays[7], 1, false)).await, "CAPACITY_BELOW_USE", "");
    assert_eq!(metadata(&status, "referrals"), format!("{short},{long}"), "the newest first");
    refused(
        "not a Monday",
        set(&served, &visiting, of_week(mondays[7] + 1, 1, true)).await,
        "INVALID_FIELDS",
        "period_start",
    );
    set(&served, &visiting, of_week(mondays[7], 1, true)).await.expect("a shortfall");
    let state = async |name: &str| seen(&served, OPERATOR, name).await.expect("there").state();
    assert_eq!((state(&short).await, state(&long).await), (v1::ReferralState::Withdrawn, v1::ReferralState::Offered));
    set(&served, &visiting, of_week(mondays[2], 0, true)).await.expect("a shortfall");
    assert_eq!(state(&long).await, v1::ReferralState::Withdrawn);
    assert_eq!(by_week(&served, &visiting, &mondays).await, [(0, 0, 0); 8]);
}
