//! What identifies a person is in no file, and after an erasure in no answer.

use std::path::Path;

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::referring::{AUDITOR, NEAR, PARTNER, Step, TRUNK, demo, offer, submit, to, trunks, wishing};
use wishwell_scenarios::told::{mask, metadata, point, quantity, refused, request_id, told};
use wishwell_scenarios::traces::files_with;
use wishwell_scenarios::webhooks::Tool;
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";

/// Something that stands in every text that tells of a person.
const MARK: &str = "MARKED-4711";

fn marked(field: &str) -> String {
    format!("{MARK} {field}")
}

fn fact(key: &str) -> v1::Fact {
    v1::Fact { key: key.to_owned(), bool_value: Some(true), ..v1::Fact::default() }
}

fn person() -> v1::Beneficiary {
    v1::Beneficiary {
        external: Some(external("test", "ma")),
        personal: Some(v1::PersonalData {
            name: marked("name"),
            phone: marked("phone"),
            id_number: marked("id"),
            address: marked("address"),
            note: marked("note"),
        }),
        residence_division: "640104".to_owned(),
        facts: vec![fact("has_disability_certificate")],
        consents: vec![v1::Consent {
            purpose: v1::ConsentPurpose::Matching.into(),
            give_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
            given_by: marked("consent"),
            withdraw_time: None,
        }],
        ..v1::Beneficiary::default()
    }
}

fn need(beneficiary: &str) -> v1::Need {
    v1::Need {
        beneficiary: beneficiary.to_owned(),
        items: vec![v1::NeedItem {
            category: "education.desk".to_owned(),
            quantity: quantity(1, "piece"),
            note: marked("item"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        place: point(38.4, 106.2),
        division: "640104".to_owned(),
        description: marked("description"),
        facts: vec![v1::Fact { key: "disability_level".to_owned(), int_value: Some(2), ..v1::Fact::default() }],
        wish: Some(v1::Wish {
            title: "a desk".to_owned(),
            consent_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
            consent_given_by: marked("wish"),
            publish_time: None,
            division: String::new(),
        }),
        ..v1::Need::default()
    }
}

/// Files below a folder that contain the mark.
fn files_with_mark(folder: &Path) -> Vec<String> {
    files_with(folder, MARK)
}

async fn get(served: &Served, name: &str) -> v1::Beneficiary {
    let request = v1::GetBeneficiaryRequest { name: name.to_owned(), include_personal: true, ..Default::default() };
    told(served.needs(HOTLINE).get_beneficiary(request).await).expect("read").beneficiary.expect("one")
}

async fn get_need(served: &Served, name: &str) -> v1::Need {
    let request = v1::GetNeedRequest { name: name.to_owned(), include_personal: true, ..Default::default() };
    told(served.needs(HOTLINE).get_need(request).await).expect("read").need.expect("one")
}

/// The verdict on a resource for the disabled.
async fn verdict(served: &Served, need: &str, resource: &str, min_position: i64) -> v1::EligibilityVerdict {
    let request = v1::FindResourcesRequest {
        need: need.to_owned(),
        top_k: Some(100),
        min_position,
        ..v1::FindResourcesRequest::default()
    };
    let found = told(served.matching(HOTLINE).find_resources(request).await).expect("an answer");
    let candidates = found.items.iter().flat_map(|item| &item.candidates);
    let mut of = candidates.filter(|c| c.resource.as_ref().is_some_and(|r| r.name == resource));
    of.next().expect("it is a candidate").eligibility()
}

/// A resource for whoever has a certificate of disability.
async fn resource_for_the_disabled(served: &Served) -> (String, i64) {
    let resource = v1::Resource {
        organization_external: Some(external("demo", "org-xq-nuanyang")),
        title: wishwell_scenarios::told::text("a desk that can be lowered"),
        content: "a desk".to_owned(),
        responsible_party: "the centre".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["education.desk".to_owned()],
        areas: vec![v1::ServiceArea { division: "640104".to_owned(), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        eligibility: Some(v1::Eligibility {
            expression: "has_disability_certificate".to_owned(),
            statement: wishwell_scenarios::told::text("with a certificate of disability"),
        }),
        ..v1::Resource::default()
    };
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    let answer = told(served.catalog("demo-operator").create_resource(request).await).expect("created");
    (answer.resource.expect("one").name, answer.log_position)
}

#[tokio::test]
async fn what_identifies_a_person_is_never_in_the_clear_and_after_an_erasure_not_at_all() {
    let served = Served::demo().await;
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person()), request_id: String::new() };
    let created = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created");
    let created = created.beneficiary.expect("one");
    let sent = person();
    assert_eq!((&created.personal, &created.consents), (&sent.personal, &sent.consents));
    assert_eq!(get(&served, &created.name).await, created);
    let request = v1::SubmitNeedRequest { need: Some(need(&created.name)), request_id: String::new() };
    let stored = told(served.needs(HOTLINE).submit_need(request).await).expect("submitted").need.expect("one");
    assert_eq!(stored.description, marked("description"));
    assert_eq!(stored.wish.as_ref().expect("published").consent_given_by, marked("wish"));
    let (resource, at) = resource_for_the_disabled(&served).await;
    assert_eq!(verdict(&served, &stored.name, &resource, at).await, v1::EligibilityVerdict::Eligible);
    // A later version of the record, so that the log has more than one.
    let request = v1::UpdateBeneficiaryRequest {
        name: created.name.clone(),
        beneficiary: Some(v1::Beneficiary {
            personal: Some(v1::PersonalData { name: marked("new name"), ..v1::PersonalData::default() }),
            ..v1::Beneficiary::default()
        }),
        update_mask: mask(&["personal"]),
        ..v1::UpdateBeneficiaryRequest::default()
    };
    told(served.needs(HOTLINE).update_beneficiary(request).await).expect("changed");
    assert_eq!(files_with_mark(served.process.folder()), Vec::<String>::new(), "in no file, logs included");

    let erase = |etag: &str| v1::EraseBeneficiaryRequest {
        name: created.name.clone(),
        etag: etag.to_owned(),
        request_id: String::new(),
    };
    let stale = told(served.needs(HOTLINE).erase_beneficiary(erase(&created.etag)).await);
    assert_eq!(refused("a stale etag", stale, "ETAG_MISMATCH", "").code(), Code::Aborted);
    let erased = told(served.needs(HOTLINE).erase_beneficiary(erase("")).await).expect("erased");
    assert!(erased.beneficiary.as_ref().expect("one").erase_time.is_some());
    let again = told(served.needs(HOTLINE).erase_beneficiary(erase("")).await).expect("erasing twice is erasing once");
    assert_eq!(again.beneficiary, erased.beneficiary);

    let left = get(&served, &created.name).await;
    assert_eq!((&left.personal, left.facts.len()), (&None, 0));
    assert!(left.consents.iter().all(|consent| consent.given_by.is_empty()));
    assert_eq!(left.external, created.external, "the pseudonymous reference stays");
    let left = get_need(&served, &stored.name).await;
    assert_eq!((left.description.as_str(), left.facts.len(), left.items[0].note.as_str()), ("", 0, ""));
    assert_eq!((left.place, left.wish), (None, None), "so do neither the exact place nor the wish");
    assert_eq!(left.division, "640104");
    let position = erased.log_position;
    assert_eq!(
        verdict(&served, &stored.name, &resource, position).await,
        v1::EligibilityVerdict::Unknown,
        "what was known is not known any more"
    );

    let name = || created.name.clone();
    let request = v1::UpdateBeneficiaryRequest {
        name: name(),
        beneficiary: Some(person()),
        update_mask: mask(&["personal"]),
        ..v1::UpdateBeneficiaryRequest::default()
    };
    let change = told(served.needs(HOTLINE).update_beneficiary(request).await);
    let status = refused("a change of who was erased", change, "ERASED", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, name()));
    let request = v1::SubmitNeedRequest { need: Some(need(&created.name)), request_id: String::new() };
    refused("a need of who was erased", told(served.needs(HOTLINE).submit_need(request).await), "ERASED", "");
    let request = v1::WithdrawNeedRequest { name: stored.name.clone(), ..v1::WithdrawNeedRequest::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("a need that is left can be closed");
    assert_eq!(files_with_mark(served.process.folder()), Vec::<String>::new());

    // A new start reads what is left.
    let folder = served.process.into_folder();
    let served = Served::start_in(folder, &[], &[]).await;
    assert_eq!(get(&served, &created.name).await.personal, None);
    assert_eq!(get_need(&served, &stored.name).await.description, "");
}

#[tokio::test]
async fn what_a_wish_was_called_and_how_near_somebody_lived_is_in_no_file_after_an_erasure() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person()), request_id: String::new() };
    let beneficiary = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created");
    let beneficiary = beneficiary.beneficiary.expect("one").name;
    let theirs = |beneficiary: &str, title: &str, latitude| v1::Need {
        beneficiary: beneficiary.to_owned(),
        place: point(latitude, 106.281_234_7),
        ..wishing(1, title)
    };
    let (mut marks, mut needs) = (Vec::new(), Vec::new());
    let lacking = [
        (theirs(&beneficiary, "WISH-4711", 38.461_234_9), ["WISH-4711", "384612349"]),
        (theirs("", "WISH-4712", 38.471_234_8), ["WISH-4712", "384712348"]),
    ];
    for (need, told_of_it) in lacking {
        let need = submit(&served, need).await.name;
        let referral = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered");
        let decision = referral.decision.expect("decided");
        marks.extend(told_of_it.map(str::to_owned));
        marks.push(format!("\"score\":{},", decision.score.expect("a candidate")));
        Step::Withdraw.take(&served, HOTLINE, &referral.name).await.expect("withdrawn");
        needs.push((need, referral.name));
    }
    let folder = served.process.folder();
    for mark in &marks {
        assert!(!files_with(folder, mark).is_empty(), "{mark}, before");
    }
    let erase = v1::EraseBeneficiaryRequest { name: beneficiary, ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    let erase = v1::EraseNeedRequest { name: needs[1].0.clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_need(erase).await).expect("erased");
    for mark in &marks {
        assert_eq!(files_with(folder, mark), Vec::<String>::new(), "{mark}, after");
    }
    for (_, name) in needs {
        let request = v1::GetReferralRequest { name, ..Default::default() };
        let referral = told(served.referrals(AUDITOR).get_referral(request).await).expect("read").referral;
        let decision = referral.expect("one").decision.expect("who was asked, and when, stays");
        assert_eq!((decision.rank, decision.score, decision.term_values), (None, None, Vec::new()));
        assert!(decision.log_position > 0);
    }
}

#[tokio::test]
async fn an_erased_person_s_wish_leaves_the_pool_its_page_its_watchers_and_the_answers_that_were_kept() {
    let served = Served::demo().await;
    let made = v1::CreateBeneficiaryRequest { beneficiary: Some(person()), request_id: request_id() };
    let created = told(served.needs(HOTLINE).create_beneficiary(made.clone()).await).expect("created");
    let created = created.beneficiary.expect("one");
    let submitted = v1::SubmitNeedRequest { need: Some(need(&created.name)), request_id: request_id() };
    told(served.needs(HOTLINE).submit_need(submitted.clone()).await).expect("submitted");
    let listed = async || {
        let request = v1::ListWishesRequest { page_size: 1_000, ..Default::default() };
        let items = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
        items.into_iter().find(|item| item.title == "a desk").map(|item| item.wish)
    };
    let wish = listed().await.expect("published");
    let mut visitor = served.web();
    assert!(visitor.get("", "/wishes").await.text().contains("a desk"));
    let filter = v1::EventFilter { kinds: vec![v1::EventKind::Wish.into()], ..Default::default() };
    let request = v1::WatchEventsRequest { after_position: -1, filter: Some(filter), ..Default::default() };
    let mut watch = told(served.referrals(PARTNER).watch_events(request).await).expect("watched");

    let erase = v1::EraseBeneficiaryRequest { name: created.name.clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    assert_eq!(listed().await, None, "at once");
    assert!(!visitor.get("", "/wishes").await.text().contains("a desk"), "the page too");
    let gone = async {
        loop {
            let batch = watch.message().await.expect("no refusal").expect("more");
            if let Some(event) = batch.events.into_iter().find(|event| event.subject == wish) {
                break event.wish_state();
            }
        }
    };
    let gone = tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.expect("told in time");
    assert_eq!(gone, v1::WishState::Gone);
    // The same requests once more have the same effect, which is none, and tell nobody who it was.
    let again = told(served.needs(HOTLINE).create_beneficiary(made).await);
    assert!(!format!("{again:?}").contains(MARK), "{again:?}");
    let again = told(served.needs(HOTLINE).submit_need(submitted).await);
    assert!(!format!("{again:?}").contains(MARK), "{again:?}");
}

/// What the partner was told, the newest first, once it is so.
async fn told_once(served: &Served, is_so: impl Fn(&[v1::Notification]) -> bool) -> Vec<v1::Notification> {
    let started = std::time::Instant::now();
    loop {
        let request = v1::ListNotificationsRequest { page_size: 1_000, ..Default::default() };
        let found =
            told(served.notifications(PARTNER).list_notifications(request).await).expect("listed").notifications;
        if is_so(&found) {
            return found;
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(90), "{found:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn of_an_erased_person_s_wishes_nothing_more_is_told_and_no_message_that_waits_is_sent() {
    let served = demo().await;
    trunks(&served, NEAR, Some(99)).await;
    let tool = Tool::start(503).await;
    let asking = |daily_budget| v1::Subscription {
        daily_budget,
        categories: vec![TRUNK.to_owned()],
        webhook_url: tool.url(),
        ..v1::Subscription::default()
    };
    let request = v1::CreateSubscriptionRequest { subscription: Some(asking(1)), request_id: request_id() };
    let made = told(served.notifications(PARTNER).create_subscription(request).await).expect("made");
    let subscription = made.subscription.expect("one");
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person()), request_id: request_id() };
    let beneficiary = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created");
    let beneficiary = beneficiary.beneficiary.expect("one").name;
    let theirs = |title: &str| v1::Need {
        beneficiary: beneficiary.clone(),
        description: marked("description"),
        ..wishing(1, title)
    };
    // One is told and its message is not taken; another waits for the next day, and beside it somebody else's.
    submit(&served, theirs("told")).await;
    tool.once(1).await;
    let tried = told_once(&served, |found| found.first().is_some_and(|told| told.delivery_status == 503)).await;
    assert_eq!(tried[0].delivery(), v1::DeliveryState::Pending);
    submit(&served, theirs("waits")).await;
    submit(&served, wishing(1, "somebody else's")).await;
    let somebody_elses = async || {
        let request = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 1_000, ..Default::default() };
        let items = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
        items.into_iter().map(|item| (item.title, item.wish)).collect::<Vec<_>>()
    };
    assert_eq!(somebody_elses().await.len(), 3);
    // What waits is found by now.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;

    let erase = v1::EraseBeneficiaryRequest { name: beneficiary.clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    let before = tool.received();
    tool.answer(200);
    let request = v1::UpdateSubscriptionRequest {
        name: subscription.name.clone(),
        subscription: Some(asking(10)),
        update_mask: mask(&["daily_budget"]),
        ..Default::default()
    };
    told(served.notifications(PARTNER).update_subscription(request).await).expect("raised");
    let settled = |told: &v1::Notification| told.delivery() != v1::DeliveryState::Pending;
    let found = told_once(&served, |found| found.len() > 1 && found.iter().all(settled)).await;
    let left = somebody_elses().await;
    assert_eq!((left.len(), left[0].0.as_str()), (1, "somebody else's"));
    assert_eq!((found.len(), &found[0].wish, found[0].delivery()), (2, &left[0].1, v1::DeliveryState::Delivered));
    assert_eq!((&found[1].name, found[1].delivery()), (&tried[0].name, v1::DeliveryState::Withdrawn));
    let sent = tool.received();
    assert_eq!(sent.len(), before.len() + 1, "{sent:?}");
    assert!(before.iter().all(|message| message.body.contains("\"title\":\"told\"")), "{before:?}");
    assert!(sent.last().expect("one").body.contains("somebody else's"), "{sent:?}");
    assert!(sent.iter().all(|message| !message.body.contains(MARK)), "{sent:?}");
    assert!(!format!("{found:?}").contains(MARK), "{found:?}");
    assert_eq!(files_with_mark(served.process.folder()), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_told_of_an_offer_tells_nothing_of_a_person_and_of_an_erased_need_no_message_that_waits_is_sent() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(503).await;
    let asking = v1::Subscription { offers: true, webhook_url: tool.url(), ..v1::Subscription::default() };
    let request = v1::CreateSubscriptionRequest { subscription: Some(asking), request_id: request_id() };
    told(served.notifications(PARTNER).create_subscription(request).await).expect("made");
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person()), request_id: request_id() };
    let beneficiary = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created");
    let beneficiary = beneficiary.beneficiary.expect("one").name;
    let theirs =
        v1::Need { beneficiary: beneficiary.clone(), description: marked("description"), ..wishing(1, "a trunk") };
    let (mut needs, mut offers) = (Vec::new(), Vec::new());
    for need in [theirs, v1::Need { description: marked("alone"), ..wishing(1, "another") }] {
        let need = submit(&served, need).await.name;
        offers.push(offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered").name);
        needs.push(need);
    }
    let tried = |told: &v1::Notification| told.delivery_status == 503;
    told_once(&served, |found| found.len() == 2 && found.iter().all(tried)).await;
    let erase = v1::EraseBeneficiaryRequest { name: beneficiary.clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    let erase = v1::EraseNeedRequest { name: needs[1].clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_need(erase).await).expect("erased");
    let before = tool.received().len();
    tool.answer(200);
    let settled = |told: &v1::Notification| told.delivery() != v1::DeliveryState::Pending;
    let found = told_once(&served, |found| found.iter().all(settled)).await;
    // The first still waits for an answer, the second was withdrawn with its need.
    let fared = |offer: &String| found.iter().find(|told| told.referral == *offer).map(v1::Notification::delivery);
    let expected = [v1::DeliveryState::Delivered, v1::DeliveryState::Withdrawn];
    assert_eq!([fared(&offers[0]), fared(&offers[1])], expected.map(Some));
    let sent = tool.received();
    assert_eq!(sent.len(), before + 1, "{sent:?}");
    for hidden in needs.iter().map(String::as_str).chain([MARK, &beneficiary]) {
        assert!(sent.iter().all(|message| !message.body.contains(hidden)), "{hidden} in {sent:?}");
        assert!(!format!("{found:?}").contains(hidden), "{hidden} in {found:?}");
    }
    assert_eq!(files_with_mark(served.process.folder()), Vec::<String>::new());
}
