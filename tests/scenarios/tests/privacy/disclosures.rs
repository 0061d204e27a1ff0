//! Who was answered somebody's personal data is in the log, whether it was read or came with the answer of a write.

use wishwell_api::v1;
use wishwell_scenarios::needing::need;
use wishwell_scenarios::told::{mask, request_id, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const CASE_WORKER: &str = "demo-case-worker";

/// Lines of the log that tell that a principal was answered a subject's personal data.
fn lines(served: &Served, principal: &str, subject: &str) -> usize {
    let output = served.process.output();
    let told = output.lines().filter(|line| line.contains("personal data was asked for"));
    told.filter(|line| line.contains(principal) && line.contains(subject)).count()
}

/// Reads a need with its personal data: what leaves a line for certain, once those before it are in the log.
async fn read(served: &Served, key: &'static str, name: &str) -> v1::Need {
    let request = v1::GetNeedRequest { name: name.to_owned(), include_personal: true, ..Default::default() };
    told(served.needs(key).get_need(request).await).expect("read").need.expect("one")
}

#[tokio::test]
async fn a_write_that_answers_a_need_that_was_there_leaves_the_line_that_reading_it_does() {
    let served = Served::demo().await;
    let called = v1::Need {
        external: Some(external("12349", "case-1")),
        description: "a flood".to_owned(),
        division: "640104".to_owned(),
        ..need()
    };
    let submit = async |key, request_id: &str| {
        let request = v1::SubmitNeedRequest { need: Some(called.clone()), request_id: request_id.to_owned() };
        told(served.needs(key).submit_need(request).await).expect("answered")
    };
    let once = request_id();
    let new = submit(HOTLINE, &once).await;
    let name = new.need.as_ref().expect("one").name.clone();
    assert!(!new.existing);
    assert_eq!(submit(HOTLINE, &once).await, new, "the same request is answered what it brought");
    read(&served, HOTLINE, &name).await;
    assert_eq!(lines(&served, HOTLINE, &name), 1, "who brought all of it was told nothing by it");

    let known = submit(CASE_WORKER, "").await;
    assert!(known.existing);
    assert_eq!(known.need.expect("one").description, "a flood");
    assert_eq!(lines(&served, CASE_WORKER, &name), 1, "of what was there before, it leaves a line");
    let request = v1::UpdateNeedRequest {
        name: name.clone(),
        need: Some(v1::Need { urgency: v1::Urgency::Low.into(), ..v1::Need::default() }),
        update_mask: mask(&["urgency"]),
        ..v1::UpdateNeedRequest::default()
    };
    let updated = told(served.needs(CASE_WORKER).update_need(request).await).expect("changed").need.expect("one");
    assert_eq!((updated.description.as_str(), lines(&served, CASE_WORKER, &name)), ("a flood", 2), "an update");
    let request = v1::WithdrawNeedRequest { name: name.clone(), ..v1::WithdrawNeedRequest::default() };
    told(served.needs(CASE_WORKER).withdraw_need(request).await).expect("withdrawn");
    assert_eq!(lines(&served, CASE_WORKER, &name), 3, "a withdrawal");

    let request = v1::SubmitNeedRequest { need: Some(need()), request_id: String::new() };
    let other = told(served.needs(HOTLINE).submit_need(request).await).expect("submitted").need.expect("one").name;
    let request = v1::CloseNeedRequest { name: other.clone(), ..v1::CloseNeedRequest::default() };
    told(served.needs(HOTLINE).close_need(request).await).expect("closed");
    assert_eq!(lines(&served, HOTLINE, &other), 1, "a closing");

    // What is known by the request that it came in with is shown no less.
    let id = request_id();
    let by_request = async |key| {
        let nameless = v1::Need { external: None, ..called.clone() };
        let request = v1::SubmitNeedRequest { need: Some(nameless), request_id: id.clone() };
        told(served.needs(key).submit_need(request).await).expect("answered").need.expect("one")
    };
    let name = by_request(HOTLINE).await.name;
    assert_eq!(by_request(CASE_WORKER).await.description, "a flood");
    assert_eq!([HOTLINE, CASE_WORKER].map(|key| lines(&served, key, &name)), [0, 1]);
}

#[tokio::test]
async fn a_write_that_answers_somebody_who_was_known_leaves_the_line_that_reading_them_does() {
    let served = Served::demo().await;
    let person = |number: &str| v1::Beneficiary {
        external: Some(external("test", "ma")),
        personal: Some(v1::PersonalData { id_number: number.to_owned(), ..Default::default() }),
        residence_division: "640104".to_owned(),
        ..Default::default()
    };
    let create = async |key, number: &str| {
        let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person(number)), request_id: String::new() };
        told(served.needs(key).create_beneficiary(request).await).expect("answered")
    };
    let name = create(HOTLINE, "00000000000000001X").await.beneficiary.expect("one").name;
    let known = create(CASE_WORKER, "").await;
    assert!(known.existing);
    let shown = known.beneficiary.expect("one").personal.expect("shown");
    assert_eq!(shown.id_number, "00000000000000001X");
    assert_eq!(lines(&served, CASE_WORKER, &name), 1, "whoever knows a number of the case is seen to ask");
    let request = v1::UpdateBeneficiaryRequest {
        name: name.clone(),
        beneficiary: Some(v1::Beneficiary { group_tags: vec![v1::GroupTag::Elderly.into()], ..Default::default() }),
        update_mask: mask(&["group_tags"]),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_beneficiary(request).await).expect("changed");
    assert_eq!(lines(&served, HOTLINE, &name), 1, "an update, and not what was brought before");
}
