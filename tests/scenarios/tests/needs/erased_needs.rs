//! A need that names no beneficiary is erased by itself: withdrawn, and nothing personal of it left in any file or answer.

use std::path::Path;

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, NEAR, OPERATOR, PARTNER, Step, demo, figures, offer, referrals, sharing, submit, to, trunks,
    units, wishing,
};
use wishwell_scenarios::told::{mask, metadata, point, refused, request_id, told};
use wishwell_scenarios::traces::files_with;
use wishwell_scenarios::{Served, external};

/// Something that stands in every text that tells of somebody.
const MARK: &str = "MARKED-4713";
/// Where the needs lie, as it is spelt in the log.
const LATITUDE: (f64, &str) = (38.400_713_1, "384007131");

fn marked(field: &str) -> String {
    format!("{MARK} {field}")
}

/// A wish of two trunks with marks in all its words.
fn need(household: &str) -> v1::Need {
    let mut need = v1::Need {
        external: Some(external("test", "marked")),
        household: household.to_owned(),
        description: marked("description"),
        place: point(LATITUDE.0, 106.2),
        facts: vec![v1::Fact { key: "disability_level".to_owned(), int_value: Some(2), ..v1::Fact::default() }],
        ..wishing(2, "two trunks")
    };
    need.items[0].note = marked("note");
    need.wish.as_mut().expect("published").consent_given_by = marked("consent");
    need
}

async fn household(served: &Served) -> String {
    let household = v1::Household { residence_division: "640104".to_owned(), ..v1::Household::default() };
    let request = v1::CreateHouseholdRequest { household: Some(household), request_id: String::new() };
    told(served.needs(HOTLINE).create_household(request).await).expect("created").household.expect("one").name
}

async fn erase(
    served: &Served,
    key: &'static str,
    name: &str,
    etag: &str,
    request_id: &str,
) -> Result<v1::EraseNeedResponse, Status> {
    let (name, etag, request_id) = (name.to_owned(), etag.to_owned(), request_id.to_owned());
    told(served.needs(key).erase_need(v1::EraseNeedRequest { name, etag, request_id }).await)
}

async fn erased(served: &Served, name: &str) -> v1::Need {
    erase(served, HOTLINE, name, "", "").await.expect("erased").need.expect("one")
}

async fn get(served: &Served, name: &str) -> v1::Need {
    let request = v1::GetNeedRequest { name: name.to_owned(), include_personal: true, ..Default::default() };
    told(served.needs(HOTLINE).get_need(request).await).expect("read").need.expect("one")
}

/// Files that hold a mark, or the place in figures.
fn traces(folder: &Path) -> [Vec<String>; 2] {
    [files_with(folder, MARK), files_with(folder, LATITUDE.1)]
}

fn assert_nothing_is_left(need: &v1::Need) {
    assert!(!format!("{need:?}").contains(MARK), "{need:?}");
    assert_eq!((need.description.as_str(), need.facts.len(), need.items[0].note.as_str()), ("", 0, ""));
    assert_eq!((&need.place, &need.wish), (&None, &None));
    assert!(need.erase_time.is_some(), "{need:?}");
}

#[tokio::test]
async fn of_a_need_of_a_household_or_of_nobody_nothing_personal_is_left_once_it_is_erased() {
    for of_household in [true, false] {
        let served = demo().await;
        let household = if of_household { household(&served).await } else { String::new() };
        let submitted = v1::SubmitNeedRequest { need: Some(need(&household)), request_id: request_id() };
        let stored = told(served.needs(HOTLINE).submit_need(submitted.clone()).await).expect("submitted");
        let stored = stored.need.expect("one");
        assert_eq!((stored.description.as_str(), &stored.erase_time), (marked("description").as_str(), &None));
        // A later version of it, so that the log has more than one.
        let request = v1::UpdateNeedRequest {
            name: stored.name.clone(),
            need: Some(v1::Need { description: marked("more"), ..v1::Need::default() }),
            update_mask: mask(&["description"]),
            ..v1::UpdateNeedRequest::default()
        };
        let changed = told(served.needs(HOTLINE).update_need(request).await).expect("changed").need.expect("one");
        let folder = served.process.folder();
        let [texts, places] = traces(folder);
        assert_eq!(texts, Vec::<String>::new(), "sealed in every file");
        assert!(!places.is_empty(), "the place is found where it is");

        let stale = erase(&served, HOTLINE, &stored.name, &stored.etag, "").await;
        assert_eq!(refused("a stale etag", stale, "ETAG_MISMATCH", "").code(), Code::Aborted);
        assert_eq!(get(&served, &stored.name).await.state(), v1::NeedState::Open, "nothing was changed");
        let id = request_id();
        let first = erase(&served, OPERATOR, &stored.name, &changed.etag, &id).await.expect("erased");
        let left = first.need.clone().expect("one");
        assert_nothing_is_left(&left);
        assert_eq!(left.state(), v1::NeedState::Withdrawn);
        assert_eq!((&left.household, &left.division), (&stored.household, &stored.division));
        assert_eq!(left.external, stored.external, "the pseudonymous reference stays");
        assert_eq!(erase(&served, OPERATOR, &stored.name, &changed.etag, &id).await.expect("asked again"), first);
        assert_eq!(erased(&served, &stored.name).await, left, "erasing twice is erasing once");
        assert_eq!(get(&served, &stored.name).await, left);
        assert_eq!(traces(folder), [Vec::<String>::new(), Vec::new()]);

        // The same submission once more has the same effect, which is none, and tells nothing of what it was.
        let again = told(served.needs(HOTLINE).submit_need(submitted).await).expect("answered");
        assert!(!format!("{again:?}").contains(MARK), "{again:?}");
        assert_eq!(again.need.as_ref().and_then(|need| need.wish.as_ref()), None);
        let anew = v1::SubmitNeedRequest { need: Some(need(&household)), request_id: request_id() };
        let anew = told(served.needs(HOTLINE).submit_need(anew).await).expect("known");
        assert!(anew.existing);
        assert_eq!(anew.need, Some(left.clone()));
        assert_eq!(traces(folder), [Vec::<String>::new(), Vec::new()]);

        // A new start reads what is left.
        let served = Served::start_in(served.process.into_folder(), &[], &[]).await;
        assert_eq!(get(&served, &stored.name).await, left);
    }
}

#[tokio::test]
async fn an_open_need_is_withdrawn_with_what_is_under_way_for_it_and_takes_no_more_changes() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, need("")).await.name;
    let some = |quantity| v1::ReferralOffer { quantity: Some(quantity), ..to(&need, &resource) };
    let promised = offer(&served, CASE_WORKER, some(1)).await.expect("offered").name;
    Step::Accept(None).take(&served, PARTNER, &promised).await.expect("accepted");
    offer(&served, CASE_WORKER, some(1)).await.expect("offered");
    assert_eq!(figures(&served, &pool).await, (1, 1, 0, Some(7)));

    let left = erased(&served, &need).await;
    assert_nothing_is_left(&left);
    assert_eq!(left.state(), v1::NeedState::Withdrawn);
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 0, 0, Some(9)), (0, 0)));
    let ended: Vec<_> = referrals(&served, &need).await.iter().map(v1::Referral::state).collect();
    assert_eq!(ended, [v1::ReferralState::Cancelled, v1::ReferralState::Withdrawn]);
    let request = v1::ListWishesRequest { page_size: 1_000, ..Default::default() };
    let listed = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
    assert!(listed.iter().all(|item| item.title != "two trunks"), "{listed:?}");

    refused("another offer", offer(&served, CASE_WORKER, some(1)).await, "ILLEGAL_STATE", "");
    let request = v1::UpdateNeedRequest {
        name: need.clone(),
        need: Some(v1::Need { description: marked("late"), ..v1::Need::default() }),
        update_mask: mask(&["description"]),
        ..v1::UpdateNeedRequest::default()
    };
    refused("a change", told(served.needs(HOTLINE).update_need(request).await), "ILLEGAL_STATE", "");
    let request = v1::WithdrawNeedRequest { name: need.clone(), reason: marked("why"), ..Default::default() };
    refused("a reason", told(served.needs(HOTLINE).withdraw_need(request).await), "ILLEGAL_STATE", "");
    assert_eq!(files_with(served.process.folder(), MARK), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_served_stays_served_and_whatever_turns_out_of_it_is_never_open_again() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, v1::Need { description: marked("description"), ..sharing(1) }).await.name;
    let referral = offer(&served, CASE_WORKER, to(&need, &resource)).await.expect("offered").name;
    for (step, key) in [(Step::Accept(None), PARTNER), (Step::Deliver(None), PARTNER)] {
        step.take(&served, key, &referral).await.expect("taken");
    }
    assert_eq!(erased(&served, &need).await.state(), v1::NeedState::Served);
    for step in [Step::Dispute, Step::Fail] {
        step.take(&served, CASE_WORKER, &referral).await.expect("taken");
    }
    let left = get(&served, &need).await;
    assert_nothing_is_left(&left);
    assert_eq!((left.state(), left.items[0].served_units), (v1::NeedState::Withdrawn, 0));
}

#[tokio::test]
async fn a_need_of_a_beneficiary_is_refused_with_whom_to_erase_instead() {
    let served = demo().await;
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(v1::Beneficiary::default()), ..Default::default() };
    let beneficiary = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary;
    let beneficiary = beneficiary.expect("one").name;
    let need = submit(&served, v1::Need { beneficiary: beneficiary.clone(), ..need("") }).await;
    let status = refused("not by itself", erase(&served, HOTLINE, &need.name, "", "").await, "NEED_OF_BENEFICIARY", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, beneficiary.clone()));
    assert!(status.message().contains("EraseBeneficiary"), "{status:?}");
    assert_eq!(get(&served, &need.name).await, need, "nothing was changed");
    let request = v1::EraseBeneficiaryRequest { name: beneficiary, ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(request).await).expect("erased");
    assert_eq!(get(&served, &need.name).await.description, "");
}

#[tokio::test]
async fn a_need_that_was_erased_with_its_beneficiary_says_when_in_answers_lists_and_on_its_page() {
    let served = demo().await;
    let mut people = Vec::new();
    for _ in 0..2 {
        let beneficiary = Some(v1::Beneficiary::default());
        let request = v1::CreateBeneficiaryRequest { beneficiary, ..Default::default() };
        let created = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary;
        people.push(created.expect("one").name);
    }
    let of = |beneficiary: &str, id: &str| v1::Need {
        beneficiary: beneficiary.to_owned(),
        external: Some(external("test", id)),
        ..need("")
    };
    let erased = submit(&served, of(&people[0], "erased")).await.name;
    let other = submit(&served, of(&people[1], "other")).await.name;
    let said = async |name: &str| {
        let get = get(&served, name).await.erase_time;
        let request = v1::ListNeedsRequest { page_size: 1_000, ..v1::ListNeedsRequest::default() };
        let listed = told(served.needs(HOTLINE).list_needs(request).await).expect("listed").needs;
        let listed = listed.into_iter().find(|need| need.name == name).expect("in the list");
        assert_eq!(get, listed.erase_time, "{name}");
        get
    };
    assert_eq!((said(&erased).await, said(&other).await), (None, None));
    let request = v1::EraseBeneficiaryRequest { name: people[0].clone(), ..Default::default() };
    let answer = told(served.needs(HOTLINE).erase_beneficiary(request).await).expect("erased");
    let when = answer.beneficiary.expect("one").erase_time;
    assert!(when.is_some());
    assert_eq!((said(&erased).await, said(&other).await), (when, None));
    // It is open still, and stays erased when it is closed.
    assert_eq!(get(&served, &erased).await.state(), v1::NeedState::Open);
    let request = v1::WithdrawNeedRequest { name: erased.clone(), ..v1::WithdrawNeedRequest::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    assert_eq!(said(&erased).await, when);
    let mut desk = served.web();
    let cookie = desk.signed_in(CASE_WORKER).await;
    for (name, tells) in [(&erased, true), (&other, false)] {
        let headers = [("cookie", cookie.as_str()), ("accept-language", "en")];
        let page = desk.ask("GET", &format!("/desk/{name}"), &headers, b"").await.text();
        assert_eq!(page.contains("Personal data was erased, for good"), tells, "{page}");
    }
}
