//! Contact data of whose wish or need it was: who is told, and who is not.

use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, NEAR, OPERATOR, PARTNER, STREET, Step, demo, offer, submit, to, trunks, wanting,
};
use wishwell_scenarios::told::{mask, metadata, refused, told};

async fn contact(served: &Served, key: &'static str, name: &str) -> Result<Option<v1::Contact>, Status> {
    let request = v1::GetReferralRequest { name: name.to_owned(), include_contact: true, ..Default::default() };
    told(served.referrals(key).get_referral(request).await).map(|answer| answer.contact)
}

fn consent(purpose: v1::ConsentPurpose) -> v1::Consent {
    v1::Consent {
        purpose: purpose.into(),
        give_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
        given_by: "herself".to_owned(),
        withdraw_time: None,
    }
}

/// A person with these consents, who can be reached.
async fn somebody(served: &Served, consents: Vec<v1::Consent>) -> v1::Beneficiary {
    let personal = v1::PersonalData {
        name: "a name".to_owned(),
        phone: "000-7".to_owned(),
        address: "a street".to_owned(),
        ..Default::default()
    };
    let residence_division = STREET.to_owned();
    let beneficiary = v1::Beneficiary { personal: Some(personal), residence_division, consents, ..Default::default() };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
    told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one")
}

#[tokio::test]
async fn contact_data_is_shown_to_whoever_promised_help_while_there_is_consent() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let sharing = vec![consent(v1::ConsentPurpose::Matching), consent(v1::ConsentPurpose::ContactSharing)];
    let consenting = somebody(&served, sharing.clone()).await;
    let silent = somebody(&served, sharing[..1].to_vec()).await;
    let of = |beneficiary: &str| v1::Need { beneficiary: beneficiary.to_owned(), ..wanting(1) };
    let need = submit(&served, of(&consenting.name)).await.name;
    let name = offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered").name;
    let status = refused("before it is promised", contact(&served, PARTNER, &name).await, "ILLEGAL_STATE", "");
    assert_eq!(metadata(&status, "state"), "offered");
    Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
    let shown = contact(&served, PARTNER, &name).await.expect("promised").expect("shown");
    assert_eq!(
        (shown.display_name.as_str(), shown.phone.as_str(), shown.address.as_str()),
        ("a name", "000-7", "a street")
    );
    for key in [HOTLINE, CASE_WORKER, OPERATOR] {
        refused("who did not promise", contact(&served, key, &name).await, "PERMISSION_DENIED", "");
    }
    let plain = told(
        served
            .referrals(PARTNER)
            .get_referral(v1::GetReferralRequest { name: name.clone(), ..Default::default() })
            .await,
    );
    assert_eq!(plain.expect("there").contact, None, "only when it is asked for");
    let output = served.process.output();
    let recorded =
        output.lines().find(|line| line.contains("personal data was asked for") && line.contains(&consenting.name));
    assert!(recorded.is_some_and(|line| line.contains(PARTNER)), "asking leaves a trace");

    let mut withdrawn = sharing;
    withdrawn[1].withdraw_time = Some(prost_types::Timestamp { seconds: 1_770_000_000, nanos: 0 });
    let update = v1::UpdateBeneficiaryRequest {
        name: consenting.name.clone(),
        beneficiary: Some(v1::Beneficiary { consents: withdrawn, ..Default::default() }),
        update_mask: mask(&["consents"]),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_beneficiary(update).await).expect("withdrawn");
    refused("withdrawn", contact(&served, PARTNER, &name).await, "CONSENT_MISSING", "");
    for beneficiary in [silent.name.as_str(), ""] {
        let need = submit(&served, of(beneficiary)).await.name;
        let name = offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered").name;
        Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
        let status = refused("no consent", contact(&served, PARTNER, &name).await, "CONSENT_MISSING", "");
        assert!(!format!("{status:?}").contains(need.trim_start_matches("needs/")), "{status:?}");
    }
}

#[tokio::test]
async fn an_organization_that_is_suspended_or_not_vetted_any_more_promises_nothing_and_reaches_nobody() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let consents = vec![consent(v1::ConsentPurpose::Matching), consent(v1::ConsentPurpose::ContactSharing)];
    let need = v1::Need { beneficiary: somebody(&served, consents).await.name, ..wanting(1) };
    let mut names = Vec::new();
    for _ in 0..3 {
        let need = submit(&served, need.clone()).await.name;
        names.push(offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered"));
    }
    let (promised, open, other) = (&names[0].name, &names[1].name, &names[2].name);
    Step::Accept(None).take(&served, PARTNER, promised).await.expect("accepted");
    assert!(contact(&served, PARTNER, promised).await.expect("promised").is_some());

    let organization = names[0].organization.clone();
    let suspend = v1::SuspendOrganizationRequest {
        name: organization.clone(),
        reason: "a complaint".to_owned(),
        request_id: wishwell_scenarios::told::request_id(),
        ..Default::default()
    };
    let suspended = told(served.catalog(OPERATOR).suspend_organization(suspend.clone()).await).expect("suspended");
    assert!(suspended.open_offers >= 2 && suspended.live_promises >= 1, "{suspended:?}");
    for (what, name, key) in
        [("by the portal", open, PARTNER), ("by telephone", open, CASE_WORKER), ("another", other, PARTNER)]
    {
        let status = refused(what, Step::Accept(None).take(&served, key, name).await, "ORGANIZATION_NOT_CLEARED", "");
        assert_eq!(
            (metadata(&status, "name"), metadata(&status, "reasons")),
            (organization.clone(), "ORGANIZATION_NOT_VERIFIED".to_owned())
        );
    }
    let status =
        refused("what it promised before", contact(&served, PARTNER, promised).await, "ORGANIZATION_NOT_CLEARED", "");
    assert_eq!(metadata(&status, "reasons"), "ORGANIZATION_NOT_VERIFIED");
    // Whatever happens meanwhile, the same request is answered the same.
    Step::Decline.take(&served, PARTNER, other).await.expect("declined all the same");
    let again = told(served.catalog(OPERATOR).suspend_organization(suspend).await).expect("as before");
    assert_eq!(again, suspended);

    let verify = v1::VerifyOrganizationRequest { name: organization, ..Default::default() };
    let verified = told(served.catalog(OPERATOR).verify_organization(verify).await).expect("verified");
    assert!(verified.open_offers < suspended.open_offers, "one was declined: {verified:?}");
    assert_eq!(verified.live_promises, suspended.live_promises);
    Step::Accept(None).take(&served, PARTNER, open).await.expect("verified again");
    assert!(contact(&served, PARTNER, promised).await.expect("verified again").is_some());
}

#[tokio::test]
async fn whoever_gives_up_claim_after_claim_waits_for_a_day() {
    const GIVEN_UP: usize = 10;
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(50)).await;
    for number in 0..=GIVEN_UP {
        submit(&served, wishwell_scenarios::referring::wishing(1, &format!("wish {number}"))).await;
    }
    let asked = v1::ListWishesRequest {
        category: wishwell_scenarios::referring::TRUNK.to_owned(),
        page_size: 100,
        ..Default::default()
    };
    let wishes = told(served.referrals(PARTNER).list_wishes(asked).await).expect("listed").items;
    assert_eq!(wishes.len(), GIVEN_UP + 1);
    let claim = async |number: usize| {
        let request = v1::ClaimWishRequest {
            wish: wishes[number].wish.clone(),
            item_ordinal: 1,
            resource: trunk.clone(),
            ..Default::default()
        };
        told(served.referrals(PARTNER).claim_wish(request).await).map(|claimed| claimed.referral.expect("one").name)
    };
    for number in 0..GIVEN_UP {
        let name = claim(number).await.expect("claimed");
        let reason = v1::StepReason::Other.into();
        let cancel = v1::CancelReferralRequest { name, reason, ..Default::default() };
        told(served.referrals(PARTNER).cancel_referral(cancel).await).expect("given up");
    }
    let status = refused("one more", claim(GIVEN_UP).await, "OVERLOADED", "");
    assert_eq!(status.code(), tonic::Code::ResourceExhausted);
    assert_eq!(
        (metadata(&status, "limit"), metadata(&status, "max")),
        ("claims_given_up_per_organization_and_day_max".to_owned(), "10".to_owned())
    );
    let wait =
        tonic_types::StatusExt::get_error_details(&status).retry_info().expect("when").retry_delay.expect("so long");
    assert!((23 * 3_600..=24 * 3_600).contains(&wait.as_secs()), "{wait:?}");
}
