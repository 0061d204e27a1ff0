//! Supervision: figures, and the lists that they count.

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    AUDITOR, CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, Step, TRUNK, auto_refer, demo, draw, following, pool,
    resource, sharing, stock, submit, to, trunk, trunks, wanting,
};
use wishwell_scenarios::told::{reason, told};

async fn figures(
    served: &Served,
    key: &'static str,
    division: &str,
) -> Result<v1::GetSupervisionResponse, tonic::Status> {
    figures_of(served, key, division, "").await
}

async fn figures_of(
    served: &Served,
    key: &'static str,
    division: &str,
    category: &str,
) -> Result<v1::GetSupervisionResponse, tonic::Status> {
    let request =
        v1::GetSupervisionRequest { division: division.to_owned(), category: category.to_owned(), min_position: 0 };
    told(served.referrals(key).get_supervision(request).await)
}

/// How many needs a list shows, all pages of it.
async fn needs(served: &Served, key: &'static str, filter: v1::NeedFilter) -> i64 {
    let mut request = v1::ListNeedsRequest { filter: Some(filter), page_size: 7, ..Default::default() };
    let mut count = 0;
    loop {
        let page = told(served.needs(key).list_needs(request.clone()).await).expect("listed");
        count += page.needs.len() as i64;
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return count;
        }
    }
}

async fn referrals(served: &Served, key: &'static str, filter: v1::ReferralFilter) -> i64 {
    let request = v1::ListReferralsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
    told(served.referrals(key).list_referrals(request).await).expect("listed").referrals.len() as i64
}

fn open(filter: v1::NeedFilter) -> v1::NeedFilter {
    v1::NeedFilter { states: vec![v1::NeedState::Open.into(), v1::NeedState::PartlyServed.into()], ..filter }
}

fn served_ones(filter: v1::NeedFilter) -> v1::NeedFilter {
    v1::NeedFilter { states: vec![v1::NeedState::Served.into()], disputed: Some(false), ..filter }
}

fn disputed_ones(filter: v1::NeedFilter) -> v1::NeedFilter {
    v1::NeedFilter { disputed: Some(true), ..served_ones(filter) }
}

/// Every figure against its list.
async fn every_figure_is_as_many_as_its_list_shows(
    served: &Served,
    key: &'static str,
    division: &str,
    category: &str,
) -> v1::GetSupervisionResponse {
    let told = figures_of(served, key, division, category).await.expect("told");
    let of_kind = || v1::NeedFilter { category: category.to_owned(), ..Default::default() };
    let within = || v1::NeedFilter { division: division.to_owned(), ..of_kind() };
    assert_eq!(told.urgencies.len(), 4);
    for tally in &told.urgencies {
        let urgent = || v1::NeedFilter { urgency: tally.urgency, ..within() };
        assert_eq!(tally.open_needs, needs(served, key, open(urgent())).await, "{tally:?}");
        let late = v1::NeedFilter { overdue_only: true, ..open(urgent()) };
        assert_eq!(tally.overdue_needs, needs(served, key, late).await, "{tally:?}");
        assert_eq!(tally.disputed_needs, needs(served, key, disputed_ones(urgent())).await, "{tally:?}");
    }
    for tally in &told.divisions {
        let there = || match tally.division.as_str() {
            "" => v1::NeedFilter { without_division: true, ..of_kind() },
            code => v1::NeedFilter { division: code.to_owned(), ..of_kind() },
        };
        assert_eq!(tally.open_needs, needs(served, key, open(there())).await, "{key} {tally:?}");
        assert_eq!(tally.served_needs, needs(served, key, served_ones(there())).await, "{key} {tally:?}");
        assert_eq!(tally.disputed_needs, needs(served, key, disputed_ones(there())).await, "{key} {tally:?}");
    }
    for tally in &told.categories {
        let of = || v1::NeedFilter { category: tally.category.clone(), ..within() };
        assert_eq!(tally.open_needs, needs(served, key, open(of())).await, "{tally:?}");
        assert_eq!(tally.served_needs, needs(served, key, served_ones(of())).await, "{tally:?}");
        assert_eq!(tally.disputed_needs, needs(served, key, disputed_ones(of())).await, "{tally:?}");
    }
    let referred = || v1::ReferralFilter { division: division.to_owned(), ..Default::default() };
    for tally in &told.referrals {
        let filter = v1::ReferralFilter { states: vec![tally.state], ..referred() };
        assert_eq!(tally.referrals, referrals(served, key, filter).await, "{tally:?}");
    }
    let all: i64 = told.referrals.iter().map(|tally| tally.referrals).sum();
    assert_eq!(all, referrals(served, key, referred()).await);
    let overdue = v1::ReferralFilter { overdue_only: true, ..referred() };
    assert_eq!(told.overdue_referrals, referrals(served, key, overdue).await);
    let escalated = v1::ReferralFilter { escalated_only: true, ..referred() };
    assert_eq!(told.escalated_referrals, referrals(served, key, escalated).await);
    let unattended = v1::ReferralFilter { unattended_only: true, ..referred() };
    assert_eq!(told.unattended_referrals, referrals(served, key, unattended).await);
    let answered = v1::ReferralFilter { answered_only: true, ..referred() };
    assert_eq!(told.answer_times.expect("told").answered_referrals, referrals(served, key, answered).await);
    told
}

#[tokio::test]
async fn every_figure_counts_what_its_list_shows_for_whoever_asks() {
    let served = demo().await;
    let near_pool = pool(&served, stock(NEAR, Some(2))).await;
    resource(&served, trunk(NEAR, vec![draw(&near_pool, 1)], 38.401)).await;
    trunks(&served, FAR, Some(10)).await;
    let need = submit(&served, wanting(1)).await.name;
    submit(&served, sharing(3)).await;
    submit(&served, v1::Need { division: String::new(), ..wanting(1) }).await;
    let first = auto_refer(&served, &need).await.expect("offered");
    Step::Decline.take(&served, PARTNER, &first.name).await.expect("declined");
    let second = following(&served, &need, &first.name).await;
    Step::Accept(None).take(&served, CASE_WORKER, &second.name).await.expect("accepted");
    Step::Deliver(None).take(&served, CASE_WORKER, &second.name).await.expect("delivered");

    for key in [OPERATOR, AUDITOR, CASE_WORKER, HOTLINE] {
        every_figure_is_as_many_as_its_list_shows(&served, key, "", "").await;
    }
    for division in ["6401", "640104", "640104001"] {
        every_figure_is_as_many_as_its_list_shows(&served, OPERATOR, division, "").await;
    }
    every_figure_is_as_many_as_its_list_shows(&served, CASE_WORKER, "640104", "").await;

    // Of one kind of help: the rows are those right below it, and other kinds are in no figure of needs.
    let all = figures(&served, OPERATOR, "").await.expect("told");
    for (key, division) in [(OPERATOR, ""), (CASE_WORKER, "640104")] {
        let told = every_figure_is_as_many_as_its_list_shows(&served, key, division, TRUNK).await;
        assert!(told.divisions.iter().any(|tally| tally.served_needs > 0), "{told:?}");
    }
    let below = every_figure_is_as_many_as_its_list_shows(&served, OPERATOR, "", "education").await.categories;
    assert!(!below.is_empty() && below.iter().all(|tally| tally.category.starts_with("education.")), "{below:?}");
    let of_kind = figures_of(&served, OPERATOR, "", TRUNK).await.expect("told");
    let open = |told: &v1::GetSupervisionResponse| told.urgencies.iter().map(|tally| tally.open_needs).sum::<i64>();
    assert!(open(&of_kind) < open(&all), "{of_kind:?}");
    assert_eq!(of_kind.referrals, all.referrals);

    let told = figures(&served, OPERATOR, "").await.expect("told");
    let trunks = told.categories.iter().find(|tally| tally.category == TRUNK).expect("asked for");
    assert_eq!((trunks.open_needs, trunks.served_needs), (2, 1));
    let times = told.answer_times.expect("told");
    let (median, ninth_decile) = (times.median.expect("some"), times.ninth_decile.expect("some"));
    let order = (median.seconds, median.nanos) <= (ninth_decile.seconds, ninth_decile.nanos);
    assert!(times.answered_referrals >= 2 && order, "{times:?}");
    assert!(told.divisions.iter().any(|tally| tally.division.is_empty() && tally.open_needs >= 1));
    // Who is held to divisions does not hear of what is in none.
    let held = figures(&served, CASE_WORKER, "").await.expect("told");
    assert!(held.divisions.iter().all(|tally| !tally.division.is_empty()));
}

#[tokio::test]
async fn what_did_not_arrive_is_not_counted_as_served() {
    let served = demo().await;
    let (_, giving) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, wanting(1)).await.name;
    let offer = v1::CreateReferralRequest { offer: Some(to(&need, &giving)), request_id: String::new() };
    let offered = told(served.referrals(HOTLINE).create_referral(offer).await).expect("offered").referral.expect("one");
    for step in [Step::Accept(None), Step::Deliver(None)] {
        step.take(&served, PARTNER, &offered.name).await.expect("taken");
    }
    let of_trunks = async || {
        let told = every_figure_is_as_many_as_its_list_shows(&served, OPERATOR, "", "").await;
        let of_urgency: i64 = told.urgencies.iter().map(|tally| tally.disputed_needs).sum();
        let trunks = told.categories.into_iter().find(|tally| tally.category == TRUNK).expect("asked for");
        (trunks.open_needs, trunks.served_needs, trunks.disputed_needs, of_urgency)
    };
    assert_eq!(of_trunks().await, (0, 1, 0, 0));
    Step::Dispute.take(&served, HOTLINE, &offered.name).await.expect("disputed");
    assert_eq!(of_trunks().await, (0, 0, 1, 1));
    Step::Fail.take(&served, HOTLINE, &offered.name).await.expect("it did not arrive");
    assert_eq!(of_trunks().await, (1, 0, 0, 0));
}

#[tokio::test]
async fn a_pool_with_a_tenth_left_is_about_to_run_out() {
    let served = demo().await;
    let (scarce, giving) = trunks(&served, NEAR, Some(10)).await;
    let is_scarce = async || {
        let told = figures(&served, OPERATOR, "").await.expect("told");
        told.scarce_pools.into_iter().find(|pool| pool.capacity_pool == scarce)
    };
    assert_eq!(is_scarce().await, None);
    let need = submit(&served, wanting(9)).await.name;
    let offer = v1::CreateReferralRequest { offer: Some(to(&need, &giving)), request_id: String::new() };
    told(served.referrals(HOTLINE).create_referral(offer).await).expect("offered");
    let found = is_scarce().await.expect("scarce");
    assert_eq!((found.remaining, found.total, found.unit.as_str()), (1, 10, "piece"));
}

#[tokio::test]
async fn nobody_supervises_where_they_do_not_work() {
    let served = demo().await;
    for (key, division) in [(CASE_WORKER, "640105"), (CASE_WORKER, "64"), (PARTNER, "")] {
        let status = figures(&served, key, division).await.expect_err(key);
        assert_eq!(reason(&status), "PERMISSION_DENIED", "{key} {division}");
    }
}

#[tokio::test]
async fn a_watch_until_now_tells_all_of_a_need_and_ends() {
    let served = demo().await;
    trunks(&served, NEAR, Some(1)).await;
    let need = submit(&served, wanting(1)).await.name;
    let referral = auto_refer(&served, &need).await.expect("offered");
    let filter = v1::EventFilter { need: need.clone(), ..v1::EventFilter::default() };
    let request = v1::WatchEventsRequest { filter: Some(filter), until_now: true, ..Default::default() };
    let mut watch = told(served.referrals(CASE_WORKER).watch_events(request).await).expect("watched");
    let mut subjects = Vec::new();
    let mut reached = 0;
    while let Some(batch) = watch.message().await.expect("no refusal") {
        subjects.extend(batch.events.into_iter().map(|event| event.subject));
        reached = batch.log_position;
    }
    assert_eq!(subjects.first(), Some(&need));
    assert!(subjects.contains(&referral.name), "{subjects:?}");
    assert!(reached > 0);
}
