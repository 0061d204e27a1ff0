//! Deadlines of needs: no offer outlives them, promises follow them, and whoever supervises is told when they pass.

use std::time::Duration;

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::behind::changed;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, Step, auto_refer, demo, draw, escalated, following, pool,
    resource, seen, stock, submit, trunk, trunks, wanting,
};
use wishwell_scenarios::told::{seconds_now, told};

const HOUR: Duration = Duration::from_secs(3_600);
/// How soon a deadline is that passes in a test.
const SOON: Duration = Duration::from_secs(3);
/// How often the server looks for what is due, at the most.
const SWEEP: Duration = Duration::from_millis(1_500);

/// An instant that lies so far ahead.
fn ahead(time: Duration) -> Option<prost_types::Timestamp> {
    let time = i64::try_from(time.as_secs()).expect("a while");
    Some(prost_types::Timestamp { seconds: seconds_now() + time, nanos: 0 })
}

/// Says anew by when a need is wanted.
async fn put_off(served: &Served, need: &str, deadline: Option<prost_types::Timestamp>) {
    let request = v1::UpdateNeedRequest {
        name: need.to_owned(),
        need: Some(v1::Need { deadline, ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["deadline".to_owned()] }),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("updated");
}

/// Referrals that are overdue.
async fn overdue(served: &Served) -> Vec<String> {
    let filter = v1::ReferralFilter { overdue_only: true, ..Default::default() };
    let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
    let listed = told(served.referrals(OPERATOR).list_referrals(request).await).expect("listed").referrals;
    listed.into_iter().map(|referral| referral.name).collect()
}

/// Needs whose deadline has passed.
async fn overdue_needs(served: &Served) -> Vec<String> {
    let filter = v1::NeedFilter { overdue_only: true, ..Default::default() };
    let request = v1::ListNeedsRequest { filter: Some(filter), ..Default::default() };
    let listed = told(served.needs(OPERATOR).list_needs(request).await).expect("listed").needs;
    listed.into_iter().map(|need| need.name).collect()
}

#[tokio::test]
async fn offers_and_promises_follow_the_deadline_of_their_need() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let deadline = ahead(3 * HOUR);
    let need = submit(&served, v1::Need { deadline, ..wanting(1) }).await.name;
    let times = async |name: &str| {
        let referral = seen(&served, OPERATOR, name).await.expect("there");
        (referral.due_time.map(|time| time.seconds), referral.expire_time.map(|time| time.seconds))
    };
    let seconds = |time: Option<prost_types::Timestamp>| time.map(|time| time.seconds);
    let name = auto_refer(&served, &need).await.expect("offered").name;
    assert_eq!(times(&name).await, (seconds(deadline), seconds(deadline)), "two days to answer would be too long");
    let later = ahead(5 * HOUR);
    put_off(&served, &need, later).await;
    assert_eq!(times(&name).await, (seconds(later), seconds(deadline)));
    let sooner = ahead(HOUR);
    put_off(&served, &need, sooner).await;
    assert_eq!(times(&name).await, (seconds(sooner), seconds(sooner)));

    Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
    put_off(&served, &need, ahead(SOON)).await;
    assert_eq!(overdue(&served).await, [""; 0]);
    let told_of = escalated(&served, &name).await;
    assert_eq!(overdue(&served).await, [name.as_str()]);
    assert!(told_of.escalate_time.unwrap().seconds >= told_of.due_time.unwrap().seconds);
    put_off(&served, &need, later).await;
    assert_eq!(overdue(&served).await, [""; 0]);
    tokio::time::sleep(3 * SWEEP).await;
    assert_eq!(seen(&served, OPERATOR, &name).await.expect("there").escalate_time, None, "it is in time again");
}

#[tokio::test]
async fn a_deadline_that_passes_while_an_offer_waits_is_told_once_and_the_next_one_is_asked() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let pool = pool(&served, stock(FAR, Some(9))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&pool, 1)], 38.46)).await;
    let need = submit(&served, v1::Need { deadline: ahead(SOON), ..wanting(1) }).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!(first.resource, near);
    tokio::time::sleep(SOON).await;
    // Nobody is given less than a minute, which is over now.
    let served = changed(served, "UPDATE referrals SET expires_at = due_at".to_owned()).await;
    let told_of = escalated(&served, &first.name).await;
    assert_eq!(told_of.state(), v1::ReferralState::Expired);
    assert_eq!(overdue_needs(&served).await, [need.as_str()]);
    let second = following(&served, &need, &first.name).await;
    assert_eq!((&second.resource, second.escalate_time), (&far, None), "help that comes late is better than none");
    let fortnight = 14 * 24 * 3_600;
    assert_eq!(second.due_time.unwrap().seconds - second.create_time.unwrap().seconds, fortnight);
    Step::Decline.take(&served, CASE_WORKER, &second.name).await.expect("declined");
    escalated(&served, &second.name).await;
    tokio::time::sleep(2 * SWEEP).await;
    let first = seen(&served, OPERATOR, &first.name).await.expect("there");
    assert_eq!(first.escalate_time, told_of.escalate_time, "it is told once");
}
