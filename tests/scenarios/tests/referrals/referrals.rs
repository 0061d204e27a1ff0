//! The closed loop: a need is referred, declined, offered to the next, accepted, delivered and confirmed.

use wishwell_api::v1;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, PARTNER, Step, TRUNK, auto_refer, demo, draw, figures, following, pool, resource,
    stock, stored_need, submit, trunk, units, wanting,
};
use wishwell_scenarios::told::{metadata, reason, text, told};

#[tokio::test]
async fn a_need_is_referred_declined_offered_to_the_next_accepted_delivered_and_confirmed() {
    let served = demo().await;
    let near_pool = pool(&served, stock(NEAR, Some(2))).await;
    let far_pool = pool(&served, stock(FAR, Some(5))).await;
    let near = resource(&served, trunk(NEAR, vec![draw(&near_pool, 1)], 38.401)).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.45)).await;
    let need = submit(&served, wanting(1)).await.name;

    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!((first.resource.as_str(), first.state(), first.attempt), (near.as_str(), v1::ReferralState::Offered, 1));
    assert_eq!(first.decision.as_ref().expect("decided").rank, Some(1));
    assert_eq!(figures(&served, &near_pool).await, (1, 0, 0, Some(1)));
    assert_eq!(units(&served, &need).await, (1, 0));

    // The partner sees what it was offered, by no name but its own.
    let list = v1::ListReferralsRequest::default();
    let seen = told(served.referrals(PARTNER).list_referrals(list).await).expect("listed").referrals;
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].need.as_str(), seen[0].wish.as_str()), ("", ""), "{:?}", seen[0]);
    // And what it is for, without asking for more.
    assert_eq!((seen[0].category.as_str(), &seen[0].resource_title), (TRUNK, &text("a trunk")));
    assert_eq!((&first.category, &first.resource_title), (&seen[0].category, &None), "a write says what it wrote");

    let declined = Step::Decline.take(&served, PARTNER, &first.name).await.expect("declined");
    assert_eq!(declined.state(), v1::ReferralState::Declined);
    assert_eq!(figures(&served, &near_pool).await, (0, 0, 0, Some(2)));

    let second = following(&served, &need, &first.name).await;
    assert_eq!((second.resource.as_str(), second.attempt), (far.as_str(), 2));
    let accept = Step::Accept(None);
    let status = accept.take(&served, PARTNER, &second.name).await.expect_err("another's referral");
    assert_eq!(reason(&status), "NOT_FOUND");
    // A provider that answers by telephone: the case worker says it for it.
    let accepted = accept.take(&served, CASE_WORKER, &second.name).await.expect("accepted");
    assert_eq!(accepted.state(), v1::ReferralState::Accepted);
    assert_eq!(figures(&served, &far_pool).await, (0, 1, 0, Some(4)));
    let status = accept.take(&served, CASE_WORKER, &second.name).await.expect_err("accepted already");
    assert_eq!((reason(&status).as_str(), status.code()), ("ILLEGAL_STATE", tonic::Code::FailedPrecondition));
    assert_eq!(metadata(&status, "state"), "accepted");

    Step::Deliver(None).take(&served, CASE_WORKER, &second.name).await.expect("delivered");
    assert_eq!(figures(&served, &far_pool).await, (0, 0, 1, Some(4)));
    let confirmed = Step::Confirm(Some(5)).take(&served, HOTLINE, &second.name).await.expect("confirmed");
    assert_eq!((confirmed.state(), confirmed.rating), (v1::ReferralState::Confirmed, 5));
    let served_need = stored_need(&served, &need).await;
    assert_eq!(served_need.state(), v1::NeedState::Served);
    assert_eq!((served_need.items[0].referred_units, served_need.items[0].served_units), (0, 1));
}
