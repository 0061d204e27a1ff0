//! People named by what they are called where they came from; why a need was withdrawn; answers that stay the same.

use prost::Message as _;
use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::told::{mask, quantity, refused, request_id, told, violations};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const OPERATOR: &str = "demo-operator";
const CASE_WORKER: &str = "demo-case-worker";

fn need() -> v1::Need {
    v1::Need {
        items: vec![v1::NeedItem {
            category: "education.desk".to_owned(),
            quantity: quantity(1, "piece"),
            note: "a note".to_owned(),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        ..v1::Need::default()
    }
}

async fn submit(
    served: &Served,
    key: &'static str,
    need: v1::Need,
    id: &str,
) -> Result<v1::SubmitNeedResponse, Status> {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: id.to_owned() };
    told(served.needs(key).submit_need(request).await)
}

async fn household(served: &Served, id: &str, division: &str) -> String {
    let household = v1::Household {
        external: Some(external("test", id)),
        residence_division: division.to_owned(),
        ..v1::Household::default()
    };
    let request = v1::CreateHouseholdRequest { household: Some(household), request_id: String::new() };
    told(served.needs(HOTLINE).create_household(request).await).expect("created").household.expect("one").name
}

async fn create(
    served: &Served,
    key: &'static str,
    person: v1::Beneficiary,
    id: &str,
) -> Result<v1::CreateBeneficiaryResponse, Status> {
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: id.to_owned() };
    told(served.needs(key).create_beneficiary(request).await)
}

fn person(id: &str) -> v1::Beneficiary {
    v1::Beneficiary {
        external: Some(external("test", id)),
        residence_division: "640104".to_owned(),
        ..v1::Beneficiary::default()
    }
}

async fn get(served: &Served, key: &'static str, name: &str, include_personal: bool) -> Result<v1::Need, Status> {
    let request = v1::GetNeedRequest { name: name.to_owned(), min_position: 0, include_personal };
    told(served.needs(key).get_need(request).await).map(|answer| answer.need.expect("one"))
}

async fn withdraw(served: &Served, name: &str, reason: &str) -> Result<v1::Need, Status> {
    let request = v1::WithdrawNeedRequest { name: name.to_owned(), reason: reason.to_owned(), ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).map(|answer| answer.need.expect("one"))
}

#[tokio::test]
async fn a_household_and_a_person_are_named_by_external_identity_as_well_as_by_name() {
    let served = Served::demo().await;
    let family = household(&served, "family", "640104").await;
    let afar = household(&served, "afar", "640106").await;
    let called = |id: &str| Some(external("test", id));

    let sent = v1::Beneficiary { household_external: called("family"), ..person("child") };
    let request = request_id();
    let made = create(&served, HOTLINE, sent.clone(), &request).await.expect("created");
    let child = made.beneficiary.clone().expect("one");
    assert_eq!((child.household.as_str(), &child.household_external), (family.as_str(), &None));
    assert_eq!(create(&served, HOTLINE, sent, &request).await.expect("answered"), made, "the same call again");

    let sent = v1::Need { household_external: called("family"), ..need() };
    let of_family = submit(&served, HOTLINE, sent, "").await.expect("submitted").need.expect("one");
    assert_eq!((of_family.household.as_str(), of_family.beneficiary.as_str()), (family.as_str(), ""));
    let sent = v1::Need { beneficiary_external: called("child"), ..need() };
    let of_child = submit(&served, HOTLINE, sent, "").await.expect("submitted").need.expect("one");
    assert_eq!((of_child.household.as_str(), of_child.beneficiary.as_str()), ("", child.name.as_str()));

    // What leads nowhere is told with its identity, and so is what lies outside of a caller's divisions.
    let lost = v1::Need { household_external: called("nobody"), beneficiary_external: called("nobody"), ..need() };
    let status = refused("nobody", submit(&served, HOTLINE, lost, "").await, "UNKNOWN_REFERENCE", "");
    let fields: Vec<_> = violations(&status).into_iter().map(|told| (told.field, told.description)).collect();
    let expected = "refers to something that does not exist (got \"test/nobody\")".to_owned();
    assert_eq!(
        fields,
        [("need.beneficiary_external".to_owned(), expected.clone()), ("need.household_external".to_owned(), expected)]
    );
    let outside = v1::Need { household_external: called("afar"), ..need() };
    let status = submit(&served, CASE_WORKER, outside.clone(), "").await;
    let status = refused("out of reach", status, "UNKNOWN_REFERENCE", "need.household_external");
    assert!(!format!("{:?}", violations(&status)).contains(&afar), "its name is not given away: {status:?}");
    submit(&served, HOTLINE, outside, "").await.expect("the hotline works everywhere");
    let outside = v1::Beneficiary { household_external: called("afar"), ..person("neighbour") };
    let status = create(&served, CASE_WORKER, outside, "").await;
    refused("out of reach", status, "UNKNOWN_REFERENCE", "beneficiary.household_external");

    // Both ways at once would leave open which one counts.
    let both = v1::Need { household: family.clone(), household_external: called("family"), ..need() };
    refused("both", submit(&served, HOTLINE, both, "").await, "INVALID_FIELDS", "need");

    // An update names the field it means.
    let update = async |need: v1::Need, paths: &[&str]| {
        let (name, update_mask) = (of_child.name.clone(), mask(paths));
        let request = v1::UpdateNeedRequest { name, need: Some(need), update_mask, ..Default::default() };
        told(served.needs(HOTLINE).update_need(request).await).map(|answer| answer.need.expect("one").household)
    };
    let moved = v1::Need { household_external: called("family"), ..v1::Need::default() };
    assert_eq!(update(moved.clone(), &["household_external"]).await.expect("updated"), family);
    // What the mask does not name is not read: here it is the name that counts, and it is empty.
    assert_eq!(update(moved.clone(), &["household"]).await.expect("cleared"), "");
    assert_eq!(update(moved.clone(), &["household_external"]).await.expect("updated"), family);
    let both = v1::Need { household: family.clone(), ..moved };
    let status = update(both, &["household", "household_external"]).await;
    refused("both", status, "INVALID_FIELDS", "need.household_external");
    assert_eq!(update(v1::Need::default(), &["household_external"]).await.expect("cleared"), "");
    let (name, paths) = (child.name.clone(), mask(&["household_external"]));
    let beneficiary = Some(v1::Beneficiary { household_external: called("afar"), ..v1::Beneficiary::default() });
    let request = v1::UpdateBeneficiaryRequest { name, beneficiary, update_mask: paths, ..Default::default() };
    let moved = told(served.needs(HOTLINE).update_beneficiary(request).await).expect("moved");
    assert_eq!(moved.beneficiary.expect("one").household, afar);
}

#[tokio::test]
async fn why_a_need_was_withdrawn_is_kept_sealed_with_what_else_was_told() {
    const REASON: &str = "MARKED-REASON her son came back";
    let served = Served::demo().await;
    create(&served, HOTLINE, person("mother"), "").await.expect("created");
    let mut names = Vec::new();
    for beneficiary_external in [None, Some(external("test", "mother"))] {
        let sent = v1::Need { description: "a flood".to_owned(), beneficiary_external, ..need() };
        let made = submit(&served, HOTLINE, sent, "").await.expect("submitted").need.expect("one");
        let withdrawn = withdraw(&served, &made.name, REASON).await.expect("withdrawn");
        assert_eq!((withdrawn.state(), withdrawn.withdrawal_reason.as_str()), (v1::NeedState::Withdrawn, REASON));
        let read = get(&served, HOTLINE, &made.name, true).await.expect("read");
        assert_eq!(read, withdrawn);
        assert_eq!((read.description.as_str(), read.items[0].note.as_str()), ("a flood", "a note"), "the rest stays");
        for (key, personal) in [(HOTLINE, false), (OPERATOR, false)] {
            assert_eq!(get(&served, key, &made.name, personal).await.expect("read").withdrawal_reason, "", "{key}");
        }
        names.push(made.name);
    }
    for file in ["wishwell.db", "wishwell.db-wal"] {
        let bytes = std::fs::read(served.process.folder().join("wishwell-data").join(file)).expect("the store's file");
        assert!(!bytes.windows(13).any(|bytes| bytes == b"MARKED-REASON"), "{file} holds it in the clear");
    }
    assert!(!served.process.output().contains("MARKED-REASON"));

    // Without a reason nothing is said, and after an erasure nothing can be.
    let sent = v1::Need { beneficiary_external: Some(external("test", "mother")), ..need() };
    let made = submit(&served, HOTLINE, sent, "").await.expect("submitted").need.expect("one");
    let erase = v1::EraseBeneficiaryRequest { name: made.beneficiary.clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    assert_eq!(get(&served, HOTLINE, &names[1], true).await.expect("read").withdrawal_reason, "");
    refused("a reason for nobody", withdraw(&served, &made.name, REASON).await, "ERASED", "");
    let withdrawn = withdraw(&served, &made.name, "").await.expect("withdrawn");
    assert_eq!((withdrawn.state(), withdrawn.withdrawal_reason.as_str()), (v1::NeedState::Withdrawn, ""));
}

#[tokio::test]
async fn a_submission_that_is_sent_again_is_answered_with_the_same_bytes_whatever_happened_since() {
    let served = Served::demo().await;
    household(&served, "family", "640104").await;
    let sent = || v1::Need { household_external: Some(external("test", "family")), ..need() };
    let earlier = submit(&served, HOTLINE, sent(), "").await.expect("submitted").need.expect("one");
    let request = request_id();
    let first = submit(&served, HOTLINE, sent(), &request).await.expect("submitted");
    let told: Vec<_> = first.likely_duplicates.iter().map(|likely| likely.need.as_str()).collect();
    assert_eq!(told, [earlier.name.as_str()]);
    // Nothing likely the same is an answer as well.
    let alone = request_id();
    let lonely = || v1::Need { division: "640202".to_owned(), ..need() };
    let nothing = submit(&served, HOTLINE, lonely(), &alone).await.expect("submitted");
    assert!(nothing.likely_duplicates.is_empty());

    withdraw(&served, &earlier.name, "").await.expect("withdrawn");
    let name = first.need.as_ref().expect("one").name.clone();
    withdraw(&served, &name, "helped").await.expect("withdrawn");
    submit(&served, HOTLINE, sent(), "").await.expect("submitted");
    for (again, before) in [
        (submit(&served, HOTLINE, sent(), &request).await.expect("answered"), first),
        (submit(&served, HOTLINE, lonely(), &alone).await.expect("answered"), nothing),
    ] {
        assert_eq!(again.encode_to_vec(), before.encode_to_vec(), "{again:?} {before:?}");
    }
    let changed = v1::Need { urgency: v1::Urgency::Low.into(), ..sent() };
    refused("another body", submit(&served, HOTLINE, changed, &request).await, "REQUEST_ID_REUSED", "");
}
