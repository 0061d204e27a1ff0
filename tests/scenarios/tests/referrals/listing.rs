//! Lists of referrals: in the order in which they want somebody, page by page, and those that are named.

use prost_types::Timestamp;
use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, PARTNER, Step, demo, offer, sharing, submit, to, trunks, wanting,
};
use wishwell_scenarios::told::{refused, told};

use v1::{ReferralOrder, ReferralState, Urgency};

/// An offer of a need of its own that is so urgent.
async fn offered(served: &Served, resource: &str, urgency: Urgency) -> v1::Referral {
    let need = submit(served, v1::Need { urgency: urgency.into(), ..wanting(1) }).await;
    offer(served, HOTLINE, to(&need.name, resource)).await.expect("offered")
}

fn of(resource: &str) -> v1::ReferralFilter {
    v1::ReferralFilter { resource: resource.to_owned(), ..Default::default() }
}

fn by_urgency(filter: v1::ReferralFilter, page_size: i32, page_token: String) -> v1::ListReferralsRequest {
    let order_by = ReferralOrder::Urgency.into();
    v1::ListReferralsRequest { filter: Some(filter), page_size, page_token, order_by, ..Default::default() }
}

/// All that a filter leaves, by pages of so many.
async fn listed(served: &Served, key: &'static str, filter: &v1::ReferralFilter, page_size: i32) -> Vec<v1::Referral> {
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = by_urgency(filter.clone(), page_size, page_token);
        let page = told(served.referrals(key).list_referrals(request).await).expect("listed");
        assert!(page.referrals.len() <= usize::try_from(page_size).expect("it is not negative"));
        found.extend(page.referrals);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

/// What its place goes by.
fn turn(referral: &v1::Referral) -> (i32, (i64, i32), String) {
    let time = match referral.state() {
        ReferralState::Offered => referral.expire_time,
        ReferralState::Accepted | ReferralState::InProgress => referral.due_time,
        _ => referral.last_action_time,
    };
    let Timestamp { seconds, nanos } = time.expect("each has one");
    (referral.urgency, (seconds, nanos), referral.name.clone())
}

#[tokio::test]
async fn the_most_urgent_referral_is_listed_first_and_of_those_the_soonest_due_over_all_pages() {
    use Urgency::{Emergency, Low, Normal, Urgent};
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(99)).await;
    let mut made = Vec::new();
    for urgency in [Low, Normal, Emergency, Urgent, Normal, Emergency, Emergency, Low] {
        made.push(offered(&served, &resource, urgency).await.name);
    }
    for (nth, step) in [(1, Step::Accept(None)), (2, Step::Decline), (5, Step::Accept(None))] {
        step.take(&served, CASE_WORKER, &made[nth]).await.expect("taken");
    }
    for key in [PARTNER, CASE_WORKER] {
        let all = listed(&served, key, &of(&resource), 100).await;
        assert_eq!(all.len(), made.len());
        assert!(all.is_sorted_by_key(turn), "{all:#?}");
        let pages = listed(&served, key, &of(&resource), 3).await;
        assert_eq!(pages, all, "page by page");
        let filter = v1::ReferralFilter { states: vec![ReferralState::Offered.into()], ..of(&resource) };
        let waiting = listed(&served, key, &filter, 2).await;
        let expected = [6, 3, 4, 0, 7].map(|nth| made[nth].as_str());
        assert_eq!(waiting.iter().map(|referral| referral.name.as_str()).collect::<Vec<_>>(), expected);
    }
    // Where a list goes on is a place in its order, and in no other.
    let first = by_urgency(of(&resource), 3, String::new());
    let page = told(served.referrals(CASE_WORKER).list_referrals(first).await).expect("listed");
    let in_another = v1::ListReferralsRequest {
        order_by: ReferralOrder::Unspecified.into(),
        ..by_urgency(of(&resource), 3, page.next_page_token)
    };
    let answer = told(served.referrals(CASE_WORKER).list_referrals(in_another).await);
    assert_eq!(refused("another order", answer, "INVALID_PAGE_TOKEN", "page_token").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn referrals_that_are_named_are_listed_and_of_those_none_that_is_not_the_caller_s() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(99)).await;
    let (_, far) = trunks(&served, FAR, Some(99)).await;
    let mine = offered(&served, &near, Urgency::Normal).await.name;
    offered(&served, &near, Urgency::Normal).await;
    let need = submit(&served, sharing(1)).await.name;
    let theirs = offer(&served, HOTLINE, to(&need, &far)).await.expect("offered").name;
    let unknown = "referrals/01890000-0000-7000-8000-000000000000".to_owned();
    let named = async |key: &'static str, referrals: Vec<String>| {
        let filter = v1::ReferralFilter { referrals, ..Default::default() };
        let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
        told(served.referrals(key).list_referrals(request).await)
    };
    let names = vec![theirs.clone(), unknown, mine.clone()];
    for (key, expected) in [(PARTNER, vec![&mine]), (HOTLINE, vec![&mine, &theirs])] {
        let found = named(key, names.clone()).await.expect("listed").referrals;
        assert_eq!(found.iter().map(|referral| &referral.name).collect::<Vec<_>>(), expected, "{key}");
    }
    let field = "filter.referrals[0]";
    refused("no name", named(HOTLINE, vec!["needs/1".to_owned()]).await, "INVALID_FIELDS", field);
    refused("twice", named(HOTLINE, vec![mine.clone(), mine]).await, "INVALID_FIELDS", "");
}
