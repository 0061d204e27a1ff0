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

#[tokio::test]
async fn contact_data_is_shown_to_whoever_promised_help_while_there_is_consent() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let consent = |purpose: v1::ConsentPurpose| v1::Consent {
        purpose: purpose.into(),
        give_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
        given_by: "herself".to_owned(),
        withdraw_time: None,
    };
    let somebody = async |consents: Vec<v1::Consent>| {
        let personal = v1::PersonalData {
            name: "a name".to_owned(),
            phone: "000-7".to_owned(),
            address: "a street".to_owned(),
            ..Default::default()
        };
        let beneficiary = v1::Beneficiary {
            personal: Some(personal),
            residence_division: STREET.to_owned(),
            consents,
            ..Default::default()
        };
        let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
        told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one")
    };
    let sharing = vec![consent(v1::ConsentPurpose::Matching), consent(v1::ConsentPurpose::ContactSharing)];
    let consenting = somebody(sharing.clone()).await;
    let silent = somebody(sharing[..1].to_vec()).await;
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
