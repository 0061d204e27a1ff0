//! One need through several channels that each have a key of their own: the request that whoever asked has given it makes them one.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::catalogue::jinfeng;
use wishwell_scenarios::needing::{item, need};
use wishwell_scenarios::told::{mask, metadata, quantity, refused, request_id, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
/// Works in 640104 and 6402.
const CASE_WORKER: &str = "demo-case-worker";

async fn submit(
    served: &Served,
    key: &'static str,
    need: v1::Need,
    request_id: &str,
) -> Result<v1::SubmitNeedResponse, Status> {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: request_id.to_owned() };
    told(served.needs(key).submit_need(request).await)
}

async fn person(served: &Served, id: &str) -> String {
    let beneficiary = v1::Beneficiary {
        external: Some(external("channels", id)),
        residence_division: "640104".to_owned(),
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
    told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one").name
}

async fn needs_of(served: &Served, beneficiary: &str) -> usize {
    let filter = v1::NeedFilter { beneficiary: beneficiary.to_owned(), ..v1::NeedFilter::default() };
    let request = v1::ListNeedsRequest { filter: Some(filter), ..v1::ListNeedsRequest::default() };
    told(served.needs(HOTLINE).list_needs(request).await).expect("listed").needs.len()
}

/// A desk and two lamps, as somebody typed it.
fn typed(beneficiary: &str) -> v1::Need {
    let lamps = v1::NeedItem { quantity: quantity(2, "piece"), ..item("education.study-lamp") };
    v1::Need {
        beneficiary: beneficiary.to_owned(),
        items: vec![item("education.desk"), lamps],
        channel: v1::Channel::MiniProgramme.into(),
        description: "typed on a telephone".to_owned(),
        ..need()
    }
}

/// The same as another channel has it: in its own words and order, and of whom it does not know.
fn told_by_voice() -> v1::Need {
    let mut need = v1::Need {
        channel: v1::Channel::Hotline.into(),
        urgency: v1::Urgency::Urgent.into(),
        description: "told by voice".to_owned(),
        ..typed("")
    };
    need.items.reverse();
    need
}

#[tokio::test]
async fn one_request_is_one_need_whichever_channel_brings_it() {
    let served = Served::demo().await;
    let (somebody, id) = (person(&served, "somebody").await, request_id());
    let first = submit(&served, HOTLINE, typed(&somebody), &id).await.expect("submitted");
    assert!(!first.existing);
    let second = submit(&served, CASE_WORKER, told_by_voice(), &id).await.expect("answered");
    assert!(second.existing);
    assert_eq!(second.need, first.need, "the need that there is, as it is");
    assert_eq!(needs_of(&served, &somebody).await, 1);
    let withdraw = v1::WithdrawNeedRequest {
        name: first.need.as_ref().expect("one").name.clone(),
        ..v1::WithdrawNeedRequest::default()
    };
    told(served.needs(HOTLINE).withdraw_need(withdraw).await).expect("withdrawn");
    for (key, sent, answer) in [(HOTLINE, typed(&somebody), &first), (CASE_WORKER, told_by_voice(), &second)] {
        assert_eq!(&submit(&served, key, sent, &id).await.expect("answered"), answer, "each its own, again");
    }
}

#[tokio::test]
async fn another_need_under_the_request_of_one_is_refused_and_a_corrected_one_is_still_known() {
    let served = Served::demo().await;
    let (somebody, another) = (person(&served, "somebody").await, person(&served, "another").await);
    let id = request_id();
    let first = submit(&served, HOTLINE, typed(&somebody), &id).await.expect("submitted");
    let mut more = told_by_voice();
    more.items[0].quantity = quantity(3, "piece");
    let mut less = told_by_voice();
    less.items.truncate(1);
    let elsewhere = v1::Need { external: Some(external("channels", "known")), ..told_by_voice() };
    submit(&served, HOTLINE, elsewhere.clone(), "").await.expect("submitted");
    for (what, need) in [
        ("more of it", more),
        ("less of it", less),
        ("of another", v1::Need { beneficiary: another.clone(), ..told_by_voice() }),
        ("known as another", elsewhere),
    ] {
        let status = refused(what, submit(&served, CASE_WORKER, need, &id).await, "REQUEST_ID_REUSED", "");
        assert_eq!((status.code(), metadata(&status, "request_id")), (Code::InvalidArgument, id.clone()), "{what}");
    }
    assert_eq!(needs_of(&served, &another).await, 0);

    // What it came in with is what it is known by, not what somebody has corrected since.
    let name = first.need.expect("one").name;
    let request = v1::UpdateNeedRequest {
        name: name.clone(),
        need: Some(v1::Need { items: vec![item("education.desk")], ..v1::Need::default() }),
        update_mask: mask(&["items"]),
        ..v1::UpdateNeedRequest::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("corrected");
    let late = submit(&served, CASE_WORKER, told_by_voice(), &id).await.expect("answered");
    let known = late.need.expect("one");
    assert_eq!((late.existing, known.name, known.items.len()), (true, name, 1), "as it is now");
}

#[tokio::test]
async fn whoever_may_not_read_a_need_learns_nothing_of_what_came_in_under_its_request() {
    let served = Served::demo().await;
    let elsewhere = jinfeng(&served).await;
    let id = request_id();
    let external = Some(external("channels", "theirs"));
    let theirs = v1::Need { division: elsewhere, external, ..typed("") };
    submit(&served, HOTLINE, theirs, &id).await.expect("submitted");
    let list = v1::ListNeedsRequest { page_size: 1_000, ..v1::ListNeedsRequest::default() };
    let count = async || told(served.needs(HOTLINE).list_needs(list.clone()).await).expect("listed").needs.len();
    let before = count().await;
    let mut other = told_by_voice();
    other.items.truncate(1);
    let mut refusals = Vec::new();
    for (what, guess) in [("the same", told_by_voice()), ("another", other)] {
        let status = refused(what, submit(&served, CASE_WORKER, guess, &id).await, "REQUEST_ID_REUSED", "");
        let said = format!("{status:?}");
        assert!(!said.contains("typed") && !said.contains("theirs") && !said.contains("640106"), "{said}");
        refusals.push((status.code(), status.message().to_owned(), status.details().to_vec()));
    }
    assert_eq!(refusals[0], refusals[1], "whether the guess was right is not told");
    assert_eq!(count().await, before);
}
