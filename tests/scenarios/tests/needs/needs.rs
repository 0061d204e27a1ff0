//! Needs from outside: one need whatever the channel, likely the same pointed out, changed and ended by its state,
//! published with consent only.

use std::collections::BTreeSet;

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::needing::{item, need};
use wishwell_scenarios::told::{mask, metadata, point, refused, request_id, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const CASE_WORKER: &str = "demo-case-worker";
/// A time at which consents were given.
const CONSENTED: i64 = 1_760_000_000;

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

fn wish(title: &str) -> Option<v1::Wish> {
    Some(v1::Wish {
        title: title.to_owned(),
        consent_time: at(CONSENTED),
        consent_given_by: "guardian".to_owned(),
        publish_time: None,
        division: String::new(),
    })
}

/// Needs as the hotline brings them.
struct Hotline<'s>(&'s Served);

impl Hotline<'_> {
    async fn submit(&self, need: v1::Need) -> Result<v1::SubmitNeedResponse, Status> {
        self.submit_as(need, "").await
    }

    async fn submit_as(&self, need: v1::Need, request_id: &str) -> Result<v1::SubmitNeedResponse, Status> {
        let request = v1::SubmitNeedRequest { need: Some(need), request_id: request_id.to_owned() };
        told(self.0.needs(HOTLINE).submit_need(request).await)
    }

    async fn update(&self, name: &str, need: v1::Need, paths: &[&str], etag: &str) -> Result<v1::Need, Status> {
        let request = v1::UpdateNeedRequest {
            name: name.to_owned(),
            need: Some(need),
            update_mask: mask(paths),
            etag: etag.to_owned(),
            request_id: String::new(),
        };
        told(self.0.needs(HOTLINE).update_need(request).await).map(|answer| answer.need.expect("one"))
    }

    async fn withdraw(&self, name: &str, request_id: &str) -> Result<v1::WithdrawNeedResponse, Status> {
        let request = v1::WithdrawNeedRequest {
            name: name.to_owned(),
            reason: "found help".to_owned(),
            arrived: Vec::new(),
            etag: String::new(),
            request_id: request_id.to_owned(),
        };
        told(self.0.needs(HOTLINE).withdraw_need(request).await)
    }

    async fn get(&self, name: &str) -> v1::Need {
        let request = v1::GetNeedRequest { name: name.to_owned(), min_position: 0, include_personal: true };
        told(self.0.needs(HOTLINE).get_need(request).await).expect("read").need.expect("one")
    }

    async fn person(&self, id: &str, person: v1::Beneficiary) -> String {
        let person =
            v1::Beneficiary { external: Some(external("test", id)), residence_division: "640104".to_owned(), ..person };
        let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: String::new() };
        told(self.0.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one").name
    }

    async fn household(&self, id: &str, members: &[String]) -> Result<v1::CreateHouseholdResponse, Status> {
        let household = v1::Household {
            external: Some(external("test", id)),
            members: members.to_vec(),
            residence_division: "640104".to_owned(),
            ..v1::Household::default()
        };
        let request = v1::CreateHouseholdRequest { household: Some(household), request_id: String::new() };
        told(self.0.needs(HOTLINE).create_household(request).await)
    }
}

#[tokio::test]
async fn the_same_need_through_two_channels_is_one_need() {
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let called_by = |case| Some(external("12349", case));
    let called = v1::Need { external: called_by("case-7"), ..need() };
    let first = hotline.submit(called.clone()).await.expect("submitted");
    assert!(!first.existing);
    let second = v1::Need { channel: v1::Channel::MiniProgramme.into(), urgency: v1::Urgency::Low.into(), ..called };
    let second = hotline.submit(second).await.expect("answered");
    assert!(second.existing);
    assert_eq!(second.need, first.need, "the known need is answered as it is");
    // Another channel with a key of its own, too.
    let by_desk = v1::SubmitNeedRequest {
        need: Some(v1::Need { external: called_by("case-7"), channel: v1::Channel::OneForm.into(), ..need() }),
        request_id: request_id(),
    };
    let third = told(served.needs(CASE_WORKER).submit_need(by_desk).await).expect("answered");
    assert!(third.existing);
    assert_eq!(third.need, first.need, "of two principals, what has one external identity is one need");
    let filter = v1::NeedFilter { external: called_by("case-7"), ..v1::NeedFilter::default() };
    let request = v1::ListNeedsRequest { filter: Some(filter), ..v1::ListNeedsRequest::default() };
    assert_eq!(told(served.needs(HOTLINE).list_needs(request).await).expect("listed").needs.len(), 1);

    // Two channels that bring it at the very same time make one of it, too.
    let calls: Vec<_> = (0..32)
        .map(|call| {
            let channel = if call % 2 == 0 { v1::Channel::Hotline } else { v1::Channel::OneForm };
            let sent = v1::Need { external: called_by("case-8"), channel: channel.into(), ..need() };
            let mut needs = served.needs(HOTLINE);
            let request = v1::SubmitNeedRequest { need: Some(sent), request_id: String::new() };
            tokio::spawn(async move { told(needs.submit_need(request).await).expect("answered") })
        })
        .collect();
    let (mut new, mut names) = (0, BTreeSet::new());
    for call in calls {
        let answer = call.await.expect("no panic");
        new += usize::from(!answer.existing);
        names.insert(answer.need.expect("one").name);
    }
    assert_eq!((new, names.len()), (1, 1), "one call made it, the others found it");

    let count = || async {
        let request = v1::ListNeedsRequest { page_size: 1_000, ..v1::ListNeedsRequest::default() };
        told(served.needs(HOTLINE).list_needs(request).await).expect("listed").needs.len()
    };
    let before = count().await;
    let id = request_id();
    let once = v1::Need { division: "640202".to_owned(), description: "the description".to_owned(), ..need() };
    let calls: Vec<_> = (0..64)
        .map(|_| {
            let (mut needs, request) =
                (served.needs(HOTLINE), v1::SubmitNeedRequest { need: Some(once.clone()), request_id: id.clone() });
            tokio::spawn(async move { told(needs.submit_need(request).await).expect("answered") })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.expect("no panic"));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0], "64 at once have one answer");
    }
    let name = &answers[0].need.as_ref().expect("one").name;
    assert_eq!(count().await, before + 1, "and are one need");
    let other = hotline.submit_as(v1::Need { urgency: v1::Urgency::Low.into(), ..once.clone() }, &id).await;
    assert_eq!(refused("another body", other, "REQUEST_ID_REUSED", "").code(), Code::InvalidArgument);
    // Another method with the same id is another request; another caller's is the same need, whatever became of it.
    hotline.withdraw(name, &id).await.expect("withdrawn");
    let again = hotline.submit_as(once.clone(), &id).await.expect("answered");
    assert_eq!(&again, &answers[0], "what was answered stays the answer");
    let case_worker = v1::SubmitNeedRequest { need: Some(once), request_id: id };
    let other = told(served.needs(CASE_WORKER).submit_need(case_worker).await).expect("answered");
    let known = other.need.expect("one");
    assert_eq!((other.existing, &known.name, known.state()), (true, name, v1::NeedState::Withdrawn));
}

#[tokio::test]
async fn what_is_likely_the_same_is_pointed_out_with_its_reasons() {
    use v1::DuplicateReason::{SameBeneficiary, SameHousehold, SameIdentityDocument, SamePlace};
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let document = |number: &str| v1::Beneficiary {
        personal: Some(v1::PersonalData { id_number: number.to_owned(), ..v1::PersonalData::default() }),
        ..v1::Beneficiary::default()
    };
    let ma = hotline.person("ma", document("00000000000000001X")).await;
    let ma_again = hotline.person("ma-again", document("0000 0000 0000 0000 1x")).await;
    let son = hotline.person("son", v1::Beneficiary::default()).await;
    let home =
        hotline.household("home", &[ma.clone(), son.clone()]).await.expect("created").household.expect("one").name;
    let of = |who: &str| v1::Need { beneficiary: who.to_owned(), ..need() };
    let submit = |need: v1::Need| async {
        let answer = hotline.submit(need).await.expect("submitted");
        let reasons = |likely: &v1::LikelyDuplicate| likely.reasons().collect::<BTreeSet<_>>();
        let found = answer.likely_duplicates.iter().map(|likely| (likely.need.clone(), reasons(likely))).collect();
        (answer.need.expect("one").name, found)
    };
    type Found = Vec<(String, BTreeSet<v1::DuplicateReason>)>;
    let (first, found): (String, Found) = submit(of(&ma)).await;
    assert_eq!(found, []);
    let (_, found): (String, Found) = submit(v1::Need { items: vec![item("education.study-lamp")], ..of(&ma) }).await;
    assert_eq!(found, [], "another category is another need");
    let (second, found): (String, Found) = submit(of(&ma)).await;
    assert_eq!(found, [(first.clone(), BTreeSet::from([SameBeneficiary]))]);
    hotline.withdraw(&second, "").await.expect("withdrawn");
    let (third, found): (String, Found) = submit(of(&ma_again)).await;
    assert_eq!(found, [(first.clone(), BTreeSet::from([SameIdentityDocument]))], "withdrawn ones are no duplicates");
    hotline.withdraw(&third, "").await.expect("withdrawn");
    let (fourth, found): (String, Found) = submit(of(&son)).await;
    assert_eq!(found, [(first.clone(), BTreeSet::from([SameHousehold]))], "members of one household");
    hotline.withdraw(&fourth, "").await.expect("withdrawn");
    let (_, found): (String, Found) = submit(v1::Need { household: home.clone(), ..need() }).await;
    assert_eq!(found, [(first, BTreeSet::from([SameHousehold]))], "a household and its member");

    let placed = |latitude| v1::Need { place: point(latitude, 106.2), ..need() };
    let (here, found): (String, Found) = submit(placed(38.4)).await;
    assert_eq!(found, []);
    // 0.0008 degrees of latitude are 89 metres, 0.001 are 111.
    let (_, found): (String, Found) = submit(placed(38.4008)).await;
    assert_eq!(found, [(here, BTreeSet::from([SamePlace]))]);
    let (_, found): (String, Found) = submit(placed(38.4018)).await;
    assert_eq!(found.len(), 0, "{found:?}");
}

#[tokio::test]
async fn whom_a_need_is_for_is_pointed_out_before_neighbours_and_of_these_whoever_is_close_enough() {
    use v1::DuplicateReason::{SameBeneficiary, SamePlace};
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let ma = hotline.person("ma", v1::Beneficiary::default()).await;
    let placed = |latitude, longitude| v1::Need { place: point(latitude, longitude), ..need() };
    let submit = async |need: v1::Need| hotline.submit(need).await.expect("submitted").need.expect("one").name;
    let hers = submit(v1::Need { beneficiary: ma.clone(), ..placed(38.4, 106.2) }).await;
    let close = submit(placed(38.4005, 106.2)).await;
    for _ in 0..10 {
        // 95 metres north and 95 east are 134, in the corner of a square around her.
        submit(placed(38.400_85, 106.201_08)).await;
    }
    let again = v1::Need { beneficiary: ma, ..placed(38.4, 106.2) };
    let told = hotline.submit(again.clone()).await.expect("submitted").likely_duplicates;
    let found: Vec<_> = told.iter().map(|likely| (likely.need.clone(), likely.reasons().collect::<Vec<_>>())).collect();
    assert_eq!(found, [(hers.clone(), vec![SameBeneficiary, SamePlace]), (close, vec![SamePlace])]);
    for _ in 0..10 {
        submit(placed(38.4, 106.2)).await;
    }
    let told = hotline.submit(again).await.expect("submitted").likely_duplicates;
    assert_eq!(told.len(), 10);
    assert_eq!(told[1].need, hers, "her two needs before the ten newer ones of that place");
    assert!(told[..2].iter().all(|likely| likely.reasons().any(|reason| reason == SameBeneficiary)), "{told:?}");
}

#[tokio::test]
async fn a_need_is_changed_field_by_field_and_only_while_it_is_open() {
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let next_year = 1_828_000_000;
    let sent = v1::Need {
        deadline: at(next_year),
        description: "as it was told".to_owned(),
        facts: vec![v1::Fact { key: "age_years".to_owned(), int_value: Some(71), ..v1::Fact::default() }],
        items: vec![v1::NeedItem { note: "a note".to_owned(), ..item("education.desk") }],
        ..need()
    };
    let stored = hotline.submit(sent).await.expect("submitted").need.expect("one");
    let urgent = v1::Need { urgency: v1::Urgency::Urgent.into(), ..v1::Need::default() };
    let changed = hotline.update(&stored.name, urgent, &["urgency"], &stored.etag).await.expect("changed");
    assert_eq!(changed.urgency(), v1::Urgency::Urgent);
    assert_eq!(
        (&changed.description, &changed.facts, &changed.items),
        (&stored.description, &stored.facts, &stored.items)
    );
    let stale = hotline.update(&stored.name, need(), &["urgency"], &stored.etag).await;
    assert_eq!(refused("a stale etag", stale, "ETAG_MISMATCH", "").code(), Code::Aborted);

    let window = Some(v1::TimeWindow { start_time: at(next_year), end_time: at(next_year + 86_400) });
    let moved = v1::Need { window, ..v1::Need::default() };
    let moved = hotline.update(&stored.name, moved, &["window"], "").await.expect("changed");
    assert_eq!((moved.window, moved.deadline), (window, None), "a window takes the place of a deadline");
    let sooner = v1::Need { deadline: at(next_year), ..v1::Need::default() };
    let sooner = hotline.update(&stored.name, sooner, &["deadline"], "").await.expect("changed");
    assert_eq!((sooner.window, sooner.deadline), (None, at(next_year)), "and a deadline that of a window");
    let both = v1::Need { window, deadline: at(next_year), ..v1::Need::default() };
    let both = hotline.update(&stored.name, both, &["window", "deadline"], "").await;
    refused("a window and a deadline", both, "INVALID_FIELDS", "need.window");
    for (what, seconds) in [("a past deadline", 1_600_000_000), ("a deadline in the year 9999", 253_402_300_799)] {
        let far = v1::Need { deadline: at(seconds), ..v1::Need::default() };
        let answer = hotline.update(&stored.name, far, &["deadline"], "").await;
        refused(what, answer, "INVALID_FIELDS", "need.deadline");
    }
    let none = hotline.update(&stored.name, v1::Need::default(), &["items"], "").await;
    refused("no items", none, "INVALID_FIELDS", "need.items");
    let nobody = v1::Need { beneficiary: "beneficiaries/01890000-0000-7000-8000-000000000000".to_owned(), ..need() };
    let nobody = hotline.update(&stored.name, nobody, &["beneficiary"], "").await;
    refused("a beneficiary nobody knows", nobody, "UNKNOWN_REFERENCE", "need.beneficiary");
    assert_eq!(hotline.get(&stored.name).await, sooner, "what was refused changed nothing");

    let id = request_id();
    let withdrawn = hotline.withdraw(&stored.name, &id).await.expect("withdrawn");
    assert_eq!(withdrawn.need.as_ref().expect("one").state(), v1::NeedState::Withdrawn);
    assert_eq!(hotline.withdraw(&stored.name, &id).await.expect("answered"), withdrawn);
    let twice = hotline.withdraw(&stored.name, "").await;
    let status = refused("withdrawing twice", twice, "ILLEGAL_STATE", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, stored.name.clone()));
    refused("a change after it", hotline.update(&stored.name, need(), &["urgency"], "").await, "ILLEGAL_STATE", "");
}

#[tokio::test]
async fn a_need_of_which_nothing_more_comes_is_closed_with_the_reason_sealed() {
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let stored = hotline.submit(need()).await.expect("submitted").need.expect("one");
    let close = async |etag: &str, request_id: &str| {
        let request = v1::CloseNeedRequest {
            name: stored.name.clone(),
            reason: "moved away".to_owned(),
            arrived: Vec::new(),
            etag: etag.to_owned(),
            request_id: request_id.to_owned(),
        };
        told(served.needs(HOTLINE).close_need(request).await)
    };
    let id = request_id();
    refused("a stale etag", close("99", "").await, "ETAG_MISMATCH", "");
    let closed = close(&stored.etag, &id).await.expect("closed");
    let shown = closed.need.clone().expect("one");
    assert_eq!((shown.state(), shown.withdrawal_reason.as_str()), (v1::NeedState::Closed, "moved away"));
    assert_eq!(close(&stored.etag, &id).await.expect("answered again"), closed);
    assert_eq!(hotline.get(&stored.name).await, shown);
    let filter = v1::NeedFilter { states: vec![v1::NeedState::Closed.into()], ..v1::NeedFilter::default() };
    let request = v1::ListNeedsRequest { filter: Some(filter), ..v1::ListNeedsRequest::default() };
    let listed = told(served.needs(HOTLINE).list_needs(request).await).expect("listed").needs;
    assert_eq!(listed.iter().map(|need| need.name.as_str()).collect::<Vec<_>>(), [stored.name.as_str()]);
    refused("closing twice", close("", "").await, "ILLEGAL_STATE", "");
    refused("withdrawing it", hotline.withdraw(&stored.name, "").await, "ILLEGAL_STATE", "");
    refused("a change after it", hotline.update(&stored.name, need(), &["urgency"], "").await, "ILLEGAL_STATE", "");
}

#[tokio::test]
async fn a_wish_is_published_with_consent_and_leaves_the_pool_with_it() {
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let consent = |withdrawn: Option<i64>| v1::Consent {
        purpose: v1::ConsentPurpose::WishPublication.into(),
        give_time: at(CONSENTED),
        given_by: "herself".to_owned(),
        withdraw_time: withdrawn.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
    };
    let with = |consents| v1::Beneficiary { consents, ..v1::Beneficiary::default() };
    let person = hotline.person("ma", with(vec![consent(None)])).await;
    let wished = || v1::Need { beneficiary: person.clone(), wish: wish("a desk"), ..need() };
    let stored = hotline.submit(wished()).await.expect("submitted").need.expect("one");
    let published = stored.wish.as_ref().expect("published");
    assert!(published.publish_time.is_some());
    assert_eq!(published.consent_given_by, "guardian");

    let urgent = v1::Need { urgency: v1::Urgency::Urgent.into(), ..v1::Need::default() };
    let changed = hotline.update(&stored.name, urgent, &["urgency"], "").await.expect("changed");
    assert_eq!(changed.wish, stored.wish, "another change does not publish it anew");
    let future = v1::Wish { consent_time: at(4_000_000_000), ..wish("two desks").expect("a wish") };
    let future = hotline.update(&stored.name, v1::Need { wish: Some(future), ..need() }, &["wish"], "").await;
    refused("a consent of tomorrow", future, "INVALID_FIELDS", "need.wish.consent_time");

    let request = v1::UpdateBeneficiaryRequest {
        name: person.clone(),
        beneficiary: Some(with(vec![consent(Some(CONSENTED + 1))])),
        update_mask: mask(&["consents"]),
        ..v1::UpdateBeneficiaryRequest::default()
    };
    told(served.needs(HOTLINE).update_beneficiary(request).await).expect("withdrawn");
    assert_eq!(hotline.get(&stored.name).await.wish, None, "who takes the consent back takes the wish back");
    let again = hotline.submit(wished()).await;
    let status = refused("a wish after it", again, "CONSENT_MISSING", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, person.clone()));
    hotline.submit(v1::Need { wish: None, ..wished() }).await.expect("the need itself is taken");
    let own = hotline.submit(v1::Need { wish: wish("a lamp"), ..need() }).await.expect("submitted").need.expect("one");
    let withdrawn = hotline.withdraw(&own.name, "").await.expect("withdrawn").need.expect("one");
    assert_eq!(withdrawn.wish, None, "a withdrawn need has no wish in the pool");
}

#[tokio::test]
async fn a_household_keeps_its_members_unless_it_is_told_which_they_are() {
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let mother = hotline.person("mother", v1::Beneficiary::default()).await;
    let son = hotline.person("son", v1::Beneficiary::default()).await;
    let created = hotline.household("home", std::slice::from_ref(&mother)).await.expect("created");
    assert!(!created.existing);
    let home = created.household.expect("one");
    assert_eq!(home.members, std::slice::from_ref(&mother));
    let again = hotline.household("home", &[mother.clone(), son.clone()]).await.expect("known");
    assert!(again.existing);
    assert_eq!(again.household.as_ref(), Some(&home), "the known household is answered and not changed");

    let update = |household: v1::Household, paths: &'static [&'static str], etag: &str| {
        let request = v1::UpdateHouseholdRequest {
            name: home.name.clone(),
            household: Some(household),
            update_mask: mask(paths),
            etag: etag.to_owned(),
            request_id: String::new(),
        };
        let mut needs = served.needs(HOTLINE);
        async move { told(needs.update_household(request).await).map(|answer| answer.household.expect("one")) }
    };
    let moved = v1::Household { residence_division: "640202".to_owned(), ..v1::Household::default() };
    let moved = update(moved, &["residence_division"], "").await.expect("changed");
    assert_eq!((moved.residence_division.as_str(), &moved.members), ("640202", &home.members));
    let grown = v1::Household { members: vec![son.clone(), mother.clone()], ..v1::Household::default() };
    let grown = update(grown, &["members"], &moved.etag).await.expect("changed");
    assert_eq!(grown.members.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&mother, &son]));
    let gone = v1::Household { members: vec![son.clone()], ..v1::Household::default() };
    assert_eq!(update(gone, &["members"], "").await.expect("changed").members, std::slice::from_ref(&son));
    let get = v1::GetBeneficiaryRequest { name: mother.clone(), ..v1::GetBeneficiaryRequest::default() };
    let read = told(served.needs(HOTLINE).get_beneficiary(get).await).expect("read").beneficiary.expect("one");
    assert_eq!(read.household, "", "who left names it no more");
    let nobody = "beneficiaries/01890000-0000-7000-8000-000000000000".to_owned();
    let nobody = update(v1::Household { members: vec![nobody], ..v1::Household::default() }, &["members"], "").await;
    refused("a member nobody knows", nobody, "UNKNOWN_REFERENCE", "household.members[0]");
    let stale = update(v1::Household::default(), &["members"], &home.etag).await;
    refused("a stale etag", stale, "ETAG_MISMATCH", "");

    let list = |filter| async {
        let request = v1::ListBeneficiariesRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
        told(served.needs(HOTLINE).list_beneficiaries(request).await).expect("listed").beneficiaries
    };
    let members = list(v1::BeneficiaryFilter { household: home.name.clone(), ..Default::default() }).await;
    assert_eq!(members.into_iter().map(|member| member.name).collect::<Vec<_>>(), [son]);
    let all = list(v1::BeneficiaryFilter::default()).await;
    for tag in [v1::GroupTag::Elderly, v1::GroupTag::Disabled, v1::GroupTag::Veteran] {
        let found = list(v1::BeneficiaryFilter { group_tag: tag.into(), ..Default::default() }).await;
        let expected = all.iter().filter(|person| person.group_tags().any(|found| found == tag)).count();
        assert!(found.len() == expected && expected < all.len(), "{tag:?}: {} of {expected}", found.len());
    }
}

#[tokio::test]
async fn members_that_were_read_before_somebody_joined_or_left_are_not_written_over_hers() {
    let served = Served::demo().await;
    let hotline = Hotline(&served);
    let mother = hotline.person("mother", v1::Beneficiary::default()).await;
    let son = hotline.person("son", v1::Beneficiary::default()).await;
    let created = hotline.household("home", std::slice::from_ref(&mother)).await.expect("created");
    let before = created.household.expect("one");
    let name = before.name.as_str();
    let stored = async || {
        let request = v1::GetHouseholdRequest { name: name.to_owned(), min_position: 0 };
        told(served.needs(HOTLINE).get_household(request).await).expect("read").household.expect("one")
    };
    let say = async |etag: &str, members: &[&str]| {
        let members = members.iter().map(|&member| member.to_owned()).collect();
        let request = v1::UpdateHouseholdRequest {
            name: name.to_owned(),
            household: Some(v1::Household { members, ..v1::Household::default() }),
            update_mask: mask(&["members"]),
            etag: etag.to_owned(),
            request_id: String::new(),
        };
        told(served.needs(HOTLINE).update_household(request).await)
    };

    // Another desk registers his wife at the same home, and then she leaves it again.
    let at_home = v1::Beneficiary { household: name.to_owned(), ..v1::Beneficiary::default() };
    let wife = hotline.person("wife", at_home).await;
    let joined = stored().await;
    assert_ne!(joined.etag, before.etag);
    refused("a list without her", say(&before.etag, &[&mother, &son]).await, "ETAG_MISMATCH", "");
    assert_eq!(stored().await, joined, "she is of the household still");
    assert_eq!(joined.members.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&mother, &wife]));
    let leaving = v1::UpdateBeneficiaryRequest {
        name: wife.clone(),
        beneficiary: Some(v1::Beneficiary::default()),
        update_mask: mask(&["household"]),
        ..v1::UpdateBeneficiaryRequest::default()
    };
    told(served.needs(HOTLINE).update_beneficiary(leaving).await).expect("left");
    refused("a list with her", say(&joined.etag, &[&mother, &wife, &son]).await, "ETAG_MISMATCH", "");
    let grown = say(&stored().await.etag, &[&mother, &son]).await.expect("changed").household.expect("one");
    assert_eq!(grown.members.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&mother, &son]));
    assert_eq!(stored().await, grown, "which is one change, with one etag");
}
