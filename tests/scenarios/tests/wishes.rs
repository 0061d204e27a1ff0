//! The wishing pool: what partners see of it, and that a claim is a promise nobody else can make.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::partners::{self, Partner};
use wishwell_scenarios::referring::{self, HOTLINE, NEAR, PARTNER, Step, TRUNK};
use wishwell_scenarios::told::{metadata, reason, request_id, text, told};

async fn wishes(served: &Served, key: &'static str) -> Vec<v1::WishItem> {
    let request = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 1_000, ..Default::default() };
    told(served.referrals(key).list_wishes(request).await).expect("listed").items
}

fn pledge() -> v1::Pledge {
    v1::Pledge {
        title: text("a trunk from the attic"),
        content: "a trunk".to_owned(),
        responsible_party: "the partner".to_owned(),
        service_standard: "within a week".to_owned(),
    }
}

fn pledging(wish: &str) -> v1::ClaimWishRequest {
    v1::ClaimWishRequest {
        wish: wish.to_owned(),
        item_ordinal: 1,
        pledge: Some(pledge()),
        request_id: request_id(),
        ..v1::ClaimWishRequest::default()
    }
}

async fn claim(served: &Served, key: &'static str, claim: v1::ClaimWishRequest) -> Result<v1::Referral, Status> {
    told(served.referrals(key).claim_wish(claim).await).map(|answer| answer.referral.expect("one"))
}

/// Sends all claims at once; those that were taken, and the reasons of the others.
async fn at_once(
    served: &Served,
    claims: Vec<(&'static str, v1::ClaimWishRequest)>,
) -> (Vec<v1::Referral>, Vec<String>) {
    let mut asking = tokio::task::JoinSet::new();
    for (key, request) in claims {
        let mut client = served.referrals(key);
        asking.spawn(async move { told(client.claim_wish(request).await) });
    }
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    while let Some(answer) = asking.join_next().await {
        match answer.expect("no claim panics") {
            Ok(answer) => taken.push(answer.referral.expect("one")),
            Err(status) => {
                assert_eq!(status.code(), Code::FailedPrecondition, "{status:?}");
                refused.push(reason(&status));
            }
        }
    }
    (taken, refused)
}

#[tokio::test]
async fn a_wish_is_claimed_with_a_pledge_and_the_pledge_is_used_up_when_it_arrives() {
    let served = referring::demo().await;
    let need = referring::submit(&served, referring::wishing(2, "two trunks for school")).await;
    let seen = wishes(&served, PARTNER).await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    let wish = &seen[0];
    assert_eq!((wish.title.as_str(), wish.left.as_ref().unwrap().value), ("two trunks for school", 2));
    let said = format!("{seen:?}");
    let id = need.name.trim_start_matches("needs/");
    assert!(wish.wish.starts_with("wishes/") && !said.contains(id) && !said.contains("herself"), "{said}");

    let taken = claim(&served, PARTNER, pledging(&wish.wish)).await.expect("claimed");
    assert_eq!((taken.state(), taken.origin()), (v1::ReferralState::Accepted, v1::ReferralOrigin::Pledge));
    assert_eq!((taken.need.as_str(), taken.wish.as_str()), ("", wish.wish.as_str()));
    let pool = taken.lines[0].capacity_pool.clone();
    assert_eq!(referring::figures(&served, &pool).await, (0, 2, 0, Some(0)), "as much as was claimed");
    assert!(wishes(&served, PARTNER).await.is_empty(), "nothing of it is left to claim");

    let status = claim(&served, PARTNER, pledging(&wish.wish)).await.expect_err("claimed already");
    assert_eq!(reason(&status), "ITEM_COVERED");
    assert_eq!(metadata(&status, "name"), wish.wish, "the wish is named, never the need");
    let unknown = "wishes/01890000-0000-7000-8000-000000000000";
    let status = claim(&served, PARTNER, pledging(unknown)).await.expect_err("no such wish");
    assert_eq!((reason(&status).as_str(), metadata(&status, "name").as_str()), ("NOT_FOUND", unknown));

    Step::Deliver(None).take(&served, PARTNER, &taken.name).await.expect("delivered");
    assert_eq!(referring::figures(&served, &pool).await, (0, 0, 2, Some(0)));
    Step::Confirm(None).take(&served, HOTLINE, &taken.name).await.expect("confirmed");
    assert_eq!(referring::units(&served, &need.name).await, (0, 2));
}

#[tokio::test]
async fn a_hundred_claims_for_one_slot_are_one_promise_and_ninety_nine_refusals() {
    let served = referring::demo().await;
    let (pool, resource) = referring::trunks(&served, NEAR, Some(1)).await;
    for _ in 0..100 {
        referring::submit(&served, referring::wishing(1, "a trunk")).await;
    }
    let claims = wishes(&served, PARTNER).await.into_iter().map(|wish| {
        let request = v1::ClaimWishRequest {
            wish: wish.wish,
            item_ordinal: 1,
            resource: resource.clone(),
            request_id: request_id(),
            ..v1::ClaimWishRequest::default()
        };
        (PARTNER, request)
    });
    let claims: Vec<_> = claims.collect();
    assert_eq!(claims.len(), 100);
    let (taken, refused) = at_once(&served, claims).await;
    assert_eq!((taken.len(), refused.len()), (1, 99));
    assert!(refused.iter().all(|reason| reason == "CAPACITY_EXHAUSTED"), "{refused:?}");
    assert_eq!(referring::figures(&served, &pool).await, (0, 1, 0, Some(0)));
}

#[tokio::test]
async fn thirty_partners_claim_a_hundred_and_thirty_seven_wishes_and_every_one_of_them_once() {
    let (served, partners) = partners::served(30).await;
    for number in 0..137 {
        referring::submit(&served, referring::wishing(1, &format!("wish {number}"))).await;
    }
    let known: BTreeSet<String> = wishes(&served, partners[0].key).await.into_iter().map(|wish| wish.wish).collect();
    assert_eq!(known.len(), 137);
    // Everybody wants what it sees, from a place of its own: most wishes are wanted by several at once.
    let mut claims = Vec::new();
    for (at, partner) in partners.iter().enumerate() {
        claims.extend(known.iter().skip(at * 4).take(12).map(|wish| (partner.key, pledging(wish))));
    }
    let asked = claims.len();
    let (taken, refused) = at_once(&served, claims).await;
    assert_eq!(taken.len() + refused.len(), asked);
    assert!(refused.iter().all(|reason| reason == "ITEM_COVERED"), "{refused:?}");
    // What nobody reached for goes to whoever comes back.
    for wish in wishes(&served, partners[0].key).await {
        claim(&served, partners[29].key, pledging(&wish.wish)).await.expect("claimed");
    }
    let mut claimed: BTreeMap<String, u32> = BTreeMap::new();
    let mut sum = 0;
    for Partner { key, organization, .. } in &partners {
        let request = v1::ListReferralsRequest { page_size: 1_000, ..Default::default() };
        let own = told(served.referrals(key).list_referrals(request).await).expect("listed").referrals;
        assert!(own.iter().all(|referral| referral.organization == *organization));
        let promised: i64 = own.iter().map(|referral| referral.units).sum();
        assert_eq!(promised, i64::try_from(own.len()).unwrap(), "one trunk each");
        sum += own.len();
        own.into_iter().for_each(|referral| *claimed.entry(referral.wish).or_default() += 1);
    }
    assert_eq!(sum, 137);
    assert_eq!(claimed.into_keys().collect::<BTreeSet<_>>(), known);
}
