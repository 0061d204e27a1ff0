//! What a provider says when it delivers: for the case worker, sealed with the need, gone with an erasure.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, NEAR, OPERATOR, PARTNER, Step, demo, offer, seen, sharing, submit, to, trunks,
};
use wishwell_scenarios::told::{mask, metadata, refused, request_id, told};

const NOTE: &str = "MARKED-NOTE her neighbour took it in";

async fn deliver(served: &Served, referral: &str, note: &str, request: &str) -> Result<v1::Referral, Status> {
    let request = v1::DeliverReferralRequest {
        name: referral.to_owned(),
        request_id: request.to_owned(),
        note: note.to_owned(),
        ..v1::DeliverReferralRequest::default()
    };
    told(served.referrals(PARTNER).deliver_referral(request).await).map(|answer| answer.referral.expect("one"))
}

async fn notes(served: &Served, key: &'static str, need: &str, include_personal: bool) -> Vec<(String, String)> {
    let request = v1::GetNeedRequest { name: need.to_owned(), min_position: 0, include_personal };
    let need = told(served.needs(key).get_need(request).await).expect("there").need.expect("one");
    need.delivery_notes.into_iter().map(|note| (note.referral, note.text)).collect()
}

/// One piece of a need offered and accepted.
async fn promised(served: &Served, need: &str, resource: &str) -> String {
    let asked = v1::ReferralOffer { quantity: Some(1), ..to(need, resource) };
    let referral = offer(served, CASE_WORKER, asked).await.expect("offered").name;
    Step::Accept(None).take(served, PARTNER, &referral).await.expect("accepted");
    referral
}

async fn beneficiary(served: &Served) -> String {
    let request = v1::CreateBeneficiaryRequest {
        beneficiary: Some(v1::Beneficiary::default()),
        ..v1::CreateBeneficiaryRequest::default()
    };
    told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one").name
}

#[tokio::test]
async fn what_a_provider_says_of_a_delivery_is_for_the_case_worker_alone_and_sealed() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    for beneficiary in [String::new(), beneficiary(&served).await] {
        let need =
            submit(&served, v1::Need { beneficiary, description: "a flood".to_owned(), ..sharing(3) }).await.name;
        let first = promised(&served, &need, &resource).await;
        let second = promised(&served, &need, &resource).await;
        let third = promised(&served, &need, &resource).await;
        let request = request_id();
        let delivered = deliver(&served, &first, NOTE, &request).await.expect("delivered");
        assert_eq!(delivered.state(), v1::ReferralState::Delivered);
        assert_eq!(deliver(&served, &first, NOTE, &request).await.expect("answered"), delivered, "sent twice");
        assert!(delivered.has_delivery_note);
        let silent = deliver(&served, &second, "", "").await.expect("nothing need be said");
        assert!(!silent.has_delivery_note);
        deliver(&served, &third, "the last one", "").await.expect("delivered");
        let said = [(first.clone(), NOTE.to_owned()), (third.clone(), "the last one".to_owned())];
        assert_eq!(notes(&served, CASE_WORKER, &need, true).await, said, "in the order of the deliveries");
        assert_eq!(notes(&served, CASE_WORKER, &need, false).await, [], "only when it is asked for");
        assert_eq!(notes(&served, OPERATOR, &need, false).await, []);
        // That there is one is told to whoever looks at the referral, and what it says to nobody there.
        for key in [CASE_WORKER, OPERATOR, PARTNER] {
            let request = v1::ListReferralsRequest { page_size: 1_000, ..Default::default() };
            let listed = told(served.referrals(key).list_referrals(request).await).expect("listed").referrals;
            let noted = listed.iter().filter(|referral| referral.has_delivery_note).map(|referral| &referral.name);
            let mut noted: Vec<&String> = noted.filter(|name| [&first, &second, &third].contains(name)).collect();
            noted.sort();
            assert_eq!(noted, [&first, &third], "{key}");
            assert!(!format!("{listed:?}").contains("MARKED-NOTE"));
        }
        assert!(!format!("{:?}", seen(&served, PARTNER, &first).await).contains("MARKED-NOTE"));
        let request = v1::GetNeedRequest { name: need.clone(), min_position: 0, include_personal: true };
        let read = told(served.needs(HOTLINE).get_need(request).await).expect("there").need.expect("one");
        assert_eq!((read.description.as_str(), read.items[0].served_units), ("a flood", 3), "the rest stays");
    }
    for file in ["wishwell.db", "wishwell.db-wal"] {
        let bytes = std::fs::read(served.process.folder().join("wishwell-data").join(file)).expect("the store's file");
        assert!(!bytes.windows(11).any(|bytes| bytes == b"MARKED-NOTE"), "{file} holds it in the clear");
    }
    assert!(!served.process.output().contains("MARKED-NOTE"));
}

#[tokio::test]
async fn a_note_stays_when_the_need_is_changed_and_goes_when_its_beneficiary_is_erased() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, v1::Need { beneficiary: beneficiary(&served).await, ..sharing(3) }).await;
    let first = promised(&served, &need.name, &resource).await;
    let second = promised(&served, &need.name, &resource).await;
    deliver(&served, &first, NOTE, "").await.expect("delivered");
    let other = beneficiary(&served).await;
    let change = v1::Need { beneficiary: other.clone(), description: "more".to_owned(), ..v1::Need::default() };
    let request = v1::UpdateNeedRequest {
        name: need.name.clone(),
        need: Some(change),
        update_mask: mask(&["beneficiary", "description"]),
        ..v1::UpdateNeedRequest::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("changed");
    assert_eq!(notes(&served, CASE_WORKER, &need.name, true).await, [(first.clone(), NOTE.to_owned())]);
    let erase = |name: &str| v1::EraseBeneficiaryRequest { name: name.to_owned(), ..Default::default() };
    // It moved to the other's key with all that is sealed in the need.
    told(served.needs(HOTLINE).erase_beneficiary(erase(&need.beneficiary)).await).expect("erased");
    assert_eq!(notes(&served, CASE_WORKER, &need.name, true).await, [(first, NOTE.to_owned())]);
    told(served.needs(HOTLINE).erase_beneficiary(erase(&other)).await).expect("erased");
    assert_eq!(notes(&served, CASE_WORKER, &need.name, true).await, []);
    let status = refused("a note of nobody", deliver(&served, &second, NOTE, "").await, "ERASED", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, second.clone()));
    for (whose, name) in [("the person", &other), ("the person before", &need.beneficiary), ("the need", &need.name)] {
        // The details as well: they hold the name in bytes.
        let id = name.rsplit('/').next().expect("an id");
        assert!(!status.message().contains(id), "{whose} is no provider's to know: {status:?}");
        assert!(!status.details().windows(id.len()).any(|bytes| bytes == id.as_bytes()), "{whose}: {status:?}");
    }
    deliver(&served, &second, "", "").await.expect("what was promised can be delivered all the same");
}

#[tokio::test]
async fn a_note_that_is_too_long_or_comes_with_a_step_that_cannot_be_taken_is_kept_nowhere() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, sharing(1)).await.name;
    let offered = offer(&served, CASE_WORKER, to(&need, &resource)).await.expect("offered").name;
    refused("not promised", deliver(&served, &offered, NOTE, "").await, "ILLEGAL_STATE", "");
    Step::Accept(None).take(&served, PARTNER, &offered).await.expect("accepted");
    refused("too long", deliver(&served, &offered, &"x".repeat(513), "").await, "INVALID_FIELDS", "note");
    assert_eq!(notes(&served, CASE_WORKER, &need, true).await, []);
    deliver(&served, &offered, &"长".repeat(512), "").await.expect("characters are counted, not bytes");
    assert_eq!(notes(&served, CASE_WORKER, &need, true).await.len(), 1);
}
