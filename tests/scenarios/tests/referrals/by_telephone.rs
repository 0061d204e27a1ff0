//! What a provider says by telephone and a case worker records: as if the provider had taken the step.

use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, Step, auto_refer, demo, draw, figures, following, offer, pool,
    referrals, resource, seen, stock, submit, to, trunk, trunks, wanting,
};
use wishwell_scenarios::told::{metadata, refused, told};

/// Calls off or fails what was promised, in the name of its provider.
async fn gives_up(served: &Served, key: &'static str, step: Step, referral: &str) -> Result<v1::Referral, Status> {
    let (name, reason, by_provider) = (referral.to_owned(), v1::StepReason::NoSuitableTime.into(), true);
    if step == Step::Cancel {
        let request = v1::CancelReferralRequest { name, reason, by_provider, ..Default::default() };
        return told(served.referrals(key).cancel_referral(request).await).map(|answer| answer.referral.expect("one"));
    }
    let request = v1::FailReferralRequest { name, reason, by_provider, ..Default::default() };
    told(served.referrals(key).fail_referral(request).await).map(|answer| answer.referral.expect("one"))
}

#[tokio::test]
async fn what_a_provider_gives_up_by_telephone_goes_to_the_next_and_is_recorded_as_its_own_step() {
    let served = demo().await;
    let (near_pool, near) = trunks(&served, NEAR, Some(9)).await;
    let far_pool = pool(&served, stock(FAR, Some(9))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    for step in [Step::Cancel, Step::Fail] {
        let need = submit(&served, wanting(1)).await.name;
        let first = auto_refer(&served, &need).await.expect("offered");
        assert_eq!((&first.resource, first.last_side()), (&near, v1::StepSide::Unspecified));
        Step::Accept(None).take(&served, CASE_WORKER, &first.name).await.expect("accepted by telephone");
        let ended = gives_up(&served, CASE_WORKER, step, &first.name).await.expect("recorded");
        assert_eq!((ended.last_side(), ended.last_action_by.as_str()), (v1::StepSide::Provider, CASE_WORKER));
        let second = following(&served, &need, &first.name).await;
        assert_eq!((&second.resource, second.attempt), (&far, 2), "after {}", step.name());
        assert_eq!(figures(&served, &near_pool).await, (0, 0, 0, Some(9)));
        let offers = referrals(&served, &need).await;
        assert_eq!(offers.len(), 2, "it is followed once");
    }
}

#[tokio::test]
async fn nobody_speaks_for_a_provider_but_itself_and_case_workers_and_never_about_a_dispute() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    for step in [Step::Cancel, Step::Fail] {
        let need = submit(&served, wanting(1)).await.name;
        let referral = offer(&served, CASE_WORKER, to(&need, &near)).await.expect("offered").name;
        let accepted = Step::Accept(None).take(&served, PARTNER, &referral).await.expect("accepted");
        for key in [HOTLINE, OPERATOR] {
            let status = refused(key, gives_up(&served, key, step, &referral).await, "PERMISSION_DENIED", "");
            assert_eq!(metadata(&status, "how"), "for the provider");
        }
        assert_eq!(seen(&served, CASE_WORKER, &referral).await.expect("there").etag, accepted.etag);
        let own = gives_up(&served, PARTNER, step, &referral).await.expect("a partner speaks for itself");
        assert_eq!(own.last_side(), v1::StepSide::Provider);
    }
    let need = submit(&served, wanting(1)).await.name;
    let referral = offer(&served, CASE_WORKER, to(&need, &near)).await.expect("offered").name;
    for step in [Step::Accept(None), Step::Deliver(None), Step::Dispute] {
        step.take(&served, CASE_WORKER, &referral).await.expect("a step");
    }
    refused("a dispute", gives_up(&served, CASE_WORKER, Step::Fail, &referral).await, "PERMISSION_DENIED", "");
    let failed = Step::Fail.take(&served, CASE_WORKER, &referral).await.expect("settled");
    assert_eq!(failed.last_side(), v1::StepSide::Recipient);
}
