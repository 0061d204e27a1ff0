//! The closed loop: a need is referred, declined, offered to the next, accepted, delivered and confirmed.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use wishwell_api::v1;
use wishwell_scenarios::told::{metadata, point, quantity, reason, text, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const CASE_WORKER: &str = "demo-case-worker";
const PARTNER: &str = "demo-partner";
const OPERATOR: &str = "demo-operator";
/// The organization that `demo-partner` acts for, and another one.
const NEAR: &str = "org-xq-nuanyang";
const FAR: &str = "org-xq-xinqiao";

async fn pool(served: &Served, organization: &str, total: i64) -> String {
    let pool = v1::CapacityPool {
        organization_external: Some(external("demo", organization)),
        title: "trunks".to_owned(),
        kind: v1::CapacityKind::Stock.into(),
        unit: "piece".to_owned(),
        total: Some(total),
        ..v1::CapacityPool::default()
    };
    let request = v1::CreateCapacityPoolRequest { capacity_pool: Some(pool), request_id: String::new() };
    told(served.catalog(OPERATOR).create_capacity_pool(request).await).expect("created").capacity_pool.unwrap().name
}

async fn resource(served: &Served, organization: &str, pool: &str, latitude: f64) -> String {
    let resource = v1::Resource {
        organization_external: Some(external("demo", organization)),
        title: text("a trunk"),
        content: "a trunk".to_owned(),
        responsible_party: "the centre".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["test.trunk".to_owned()],
        unit: "piece".to_owned(),
        place: point(latitude, 106.20),
        areas: vec![v1::ServiceArea { everywhere: Some(v1::EverywhereArea {}), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        draws: vec![v1::CapacityDraw { pool: pool.to_owned(), quantity_per_unit: 1, ..v1::CapacityDraw::default() }],
        ..v1::Resource::default()
    };
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    told(served.catalog(OPERATOR).create_resource(request).await).expect("created").resource.expect("one").name
}

async fn category(served: &Served) {
    let category = v1::Category { code: "test.trunk".to_owned(), title: text("trunk"), ..v1::Category::default() };
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_categories(request).await).expect("put");
}

async fn need(served: &Served, pieces: i64) -> String {
    let need = v1::Need {
        items: vec![v1::NeedItem {
            category: "test.trunk".to_owned(),
            quantity: quantity(pieces, "piece"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        place: point(38.40, 106.20),
        division: "640104001".to_owned(),
        ..v1::Need::default()
    };
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
    told(served.needs(HOTLINE).submit_need(request).await).expect("submitted").need.expect("one").name
}

async fn stored_need(served: &Served, name: &str) -> v1::Need {
    let request = v1::GetNeedRequest { name: name.to_owned(), ..Default::default() };
    told(served.needs(HOTLINE).get_need(request).await).expect("there").need.expect("one")
}

async fn stored_pool(served: &Served, name: &str) -> v1::CapacityPool {
    let request = v1::GetCapacityPoolRequest { name: name.to_owned(), ..Default::default() };
    told(served.catalog(OPERATOR).get_capacity_pool(request).await).expect("there").capacity_pool.expect("one")
}

fn figures(pool: &v1::CapacityPool) -> (i64, i64, i64, Option<i64>) {
    (pool.pending, pool.committed, pool.consumed, pool.remaining)
}

/// The referral of a need that follows another one, once the server has made it.
async fn following(served: &Served, need: &str, previous: &str) -> v1::Referral {
    let started = Instant::now();
    loop {
        let filter = v1::ReferralFilter { need: need.to_owned(), ..Default::default() };
        let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
        let listed = told(served.referrals(HOTLINE).list_referrals(request).await).expect("listed").referrals;
        if let Some(found) = listed.into_iter().find(|referral| referral.previous == previous) {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "nobody else was asked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_need_is_referred_declined_offered_to_the_next_accepted_delivered_and_confirmed() {
    let served = Served::demo().await;
    category(&served).await;
    let (near_pool, far_pool) = (pool(&served, NEAR, 2).await, pool(&served, FAR, 5).await);
    let near = resource(&served, NEAR, &near_pool, 38.401).await;
    let far = resource(&served, FAR, &far_pool, 38.45).await;
    let need = need(&served, 1).await;

    let refer = v1::AutoReferRequest { need: need.clone(), item_ordinal: 1, ..Default::default() };
    let first = told(served.referrals(HOTLINE).auto_refer(refer).await).expect("offered").referral.expect("one");
    assert_eq!((first.resource.as_str(), first.state(), first.attempt), (near.as_str(), v1::ReferralState::Offered, 1));
    assert_eq!(first.decision.as_ref().expect("decided").rank, Some(1));
    assert_eq!(figures(&stored_pool(&served, &near_pool).await), (1, 0, 0, Some(1)));
    assert_eq!(stored_need(&served, &need).await.items[0].referred_units, 1);

    // The partner sees what it was offered, without the need's name.
    let mut partner = served.referrals(PARTNER);
    let list = v1::ListReferralsRequest::default();
    let seen = told(partner.list_referrals(list).await).expect("listed").referrals;
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].need.as_str(), seen[0].wish.starts_with("wishes/")), ("", true), "{:?}", seen[0]);

    let decline = v1::DeclineReferralRequest {
        name: first.name.clone(),
        reason: v1::StepReason::NoSuitableTime.into(),
        ..Default::default()
    };
    let declined = told(partner.decline_referral(decline).await).expect("declined").referral.expect("one");
    assert_eq!(declined.state(), v1::ReferralState::Declined);
    assert_eq!(figures(&stored_pool(&served, &near_pool).await), (0, 0, 0, Some(2)));

    let second = following(&served, &need, &first.name).await;
    assert_eq!((second.resource.as_str(), second.attempt), (far.as_str(), 2));
    let accept = v1::AcceptReferralRequest { name: second.name.clone(), ..Default::default() };
    let status = partner.accept_referral(accept.clone()).await.expect_err("another's referral");
    assert_eq!(reason(&status), "NOT_FOUND");
    // A provider that answers by telephone: the case worker says it for it.
    let accepted = told(served.referrals(CASE_WORKER).accept_referral(accept.clone()).await).expect("accepted");
    assert_eq!(accepted.referral.expect("one").state(), v1::ReferralState::Accepted);
    assert_eq!(figures(&stored_pool(&served, &far_pool).await), (0, 1, 0, Some(4)));
    let status = served.referrals(CASE_WORKER).accept_referral(accept).await.expect_err("accepted already");
    assert_eq!((reason(&status).as_str(), status.code()), ("ILLEGAL_STATE", tonic::Code::FailedPrecondition));
    assert_eq!(metadata(&status, "state"), "accepted");

    let deliver = v1::DeliverReferralRequest { name: second.name.clone(), ..Default::default() };
    told(served.referrals(CASE_WORKER).deliver_referral(deliver).await).expect("delivered");
    assert_eq!(figures(&stored_pool(&served, &far_pool).await), (0, 0, 1, Some(4)));
    let confirm = v1::ConfirmReferralRequest { name: second.name.clone(), rating: Some(5), ..Default::default() };
    let confirmed = told(served.referrals(HOTLINE).confirm_referral(confirm).await).expect("confirmed");
    let confirmed = confirmed.referral.expect("one");
    assert_eq!((confirmed.state(), confirmed.rating), (v1::ReferralState::Confirmed, 5));
    let served_need = stored_need(&served, &need).await;
    assert_eq!(served_need.state(), v1::NeedState::Served);
    assert_eq!((served_need.items[0].referred_units, served_need.items[0].served_units), (0, 1));
}
