//! Weeks that fill between the plan of a round and its offers: what is offered is told, and what is missing is for others.

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    FAR, NEAR, OPERATOR, demo, draw, pool, referrals, resource, stored_pool, submit, trunk, units, wanting, weekly,
};
use wishwell_scenarios::rounds::{outcomes, rules, run, tally};
use wishwell_scenarios::told::{quantity, told};
use wishwell_test_support::process;

use super::under_way::carried_out;

const WEEKS: i64 = 8;
const DAY_SECONDS: i64 = 86_400;
/// Shanghai is eight hours ahead.
const AHEAD_SECONDS: i64 = 8 * 3_600;

/// The next Monday in Shanghai, in days since 1 January 1970, a Thursday.
fn next_monday(now: i64) -> i64 {
    let today = (now + AHEAD_SECONDS) / DAY_SECONDS;
    today + 7 - (today + 3) % 7
}

/// One visit in each of the weeks from a Monday on, by whoever can.
fn visits(monday: i64) -> v1::Need {
    let mut need = wanting(1);
    need.items[0].quantity = quantity(1, "visit");
    need.items[0].splittable = true;
    need.items[0].recurrence =
        Some(v1::Recurrence { every: v1::RecurrencePeriod::Week.into(), occurrences: i32::try_from(WEEKS).unwrap() });
    let midnight = |day: i64| Some(prost_types::Timestamp { seconds: day * DAY_SECONDS - AHEAD_SECONDS, nanos: 0 });
    let window = v1::TimeWindow { start_time: midnight(monday), end_time: midnight(monday + 7 * WEEKS) };
    v1::Need { window: Some(window), ..need }
}

/// Somebody who visits once a week, from this latitude: the pool, and the resource.
async fn visitor(served: &Served, organization: &str, latitude: f64) -> (String, String) {
    let visiting = pool(served, weekly(organization, 1)).await;
    let visit = v1::Resource { unit: "visit".to_owned(), ..trunk(organization, vec![draw(&visiting, 1)], latitude) };
    (visiting, resource(served, visit).await)
}

/// The third of the weeks from a Monday on is full from now on.
async fn fill_third_week(served: &Served, pool: &str, monday: i64) {
    let day = prost_types::Timestamp { seconds: (monday + 14) * DAY_SECONDS, nanos: 0 }.to_string()[..10].to_owned();
    let request = v1::SetCapacityRequest {
        name: pool.to_owned(),
        period_start: day,
        total: Some(0),
        ..v1::SetCapacityRequest::default()
    };
    told(served.catalog(OPERATOR).set_capacity(request).await).expect("said");
}

#[tokio::test]
async fn a_week_that_filled_after_the_plan_is_planned_anew_and_given_by_the_next_one() {
    let served = demo().await;
    let (visiting, near) = visitor(&served, NEAR, 38.4).await;
    let (_, far) = visitor(&served, FAR, 38.45).await;
    let monday = next_monday(stored_pool(&served, &visiting).await.create_time.expect("stored").seconds);
    let need = submit(&served, visits(monday)).await.name;
    let planned = run(&served, rules(), true).await;
    assert_eq!((tally(&planned).served_items, tally(&planned).served_units), (1, WEEKS));
    fill_third_week(&served, &visiting, monday).await;

    let (served, round) = carried_out(served, &planned.name).await;
    let progress = round.progress.expect("told");
    assert_eq!(
        (progress.planned_offers, progress.made_offers, progress.short_offers, progress.refused_offers),
        (2, 2, 1, 0),
        "{progress:?}"
    );
    assert_eq!((progress.passes, progress.replanned_items), (2, 1), "{progress:?}");
    let outcomes = outcomes(&served, &round.name).await;
    let [outcome] = &outcomes[..] else { panic!("{outcomes:?}") };
    let offers: Vec<_> = outcome
        .offers
        .iter()
        .map(|offer| (offer.pass, offer.resource.as_str(), offer.planned_units, offer.offered_units))
        .collect();
    assert_eq!(offers, [(1, near.as_str(), 8, 7), (2, far.as_str(), 1, 1)]);
    let made = referrals(&served, &need).await;
    let told: Vec<_> = outcome.offers.iter().map(|offer| (offer.referral.as_str(), offer.offered_units)).collect();
    for referral in &made {
        assert!(told.contains(&(referral.name.as_str(), referral.units)), "{referral:?}");
    }
    assert_eq!((made.len(), units(&served, &need).await), (2, (WEEKS, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_that_filled_after_the_plan_and_that_nobody_else_has_is_told_as_lacking() {
    let served = demo().await;
    let (visiting, _) = visitor(&served, NEAR, 38.4).await;
    let monday = next_monday(stored_pool(&served, &visiting).await.create_time.expect("stored").seconds);
    let need = submit(&served, visits(monday)).await.name;
    let planned = run(&served, rules(), true).await;
    fill_third_week(&served, &visiting, monday).await;

    let (served, round) = carried_out(served, &planned.name).await;
    let progress = round.progress.expect("told");
    assert_eq!((progress.made_offers, progress.short_offers), (1, 1), "{progress:?}");
    assert_eq!(units(&served, &need).await, (WEEKS - 1, 0));
    let outcomes = outcomes(&served, &round.name).await;
    let [outcome] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!((outcome.pass, outcome.servings.len()), (1, 1), "who serves it, and why, is told still: {outcome:?}");
    assert_eq!((outcome.offers[0].planned_units, outcome.offers[0].offered_units), (WEEKS, WEEKS - 1));

    let server = format!("http://{}", served.address);
    for (lang, printed, drawn) in [
        (
            "en",
            ["items by what was offered: 0 served, 1 partly, 0 not", "offers made: 1 (1 of less than planned)"],
            "full in some of its days, weeks or months by the time it was offered",
        ),
        (
            "zh",
            ["按实际转介：全部满足 0 项，部分满足 1 项，未满足 0 项", "已转介：1（其中 1 次少于计划）"],
            "转介时部分周期已满",
        ),
    ] {
        let mut command = process::command();
        command.env_clear().current_dir(served.process.folder());
        command.args(["round", "show", &round.name, "--report", "round.html", "--lang", lang, "--server", &server]);
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        for words in printed {
            assert!(said.contains(words), "{words} in\n{said}{}", String::from_utf8_lossy(&output.stderr));
        }
        let page = std::fs::read_to_string(served.process.folder().join("round.html")).expect("written");
        assert!(page.contains(drawn), "{drawn}");
    }
}
