//! Consents that are taken back: what is not done for somebody any more, and what leaves the pool with them.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, PATIENCE, Step, auto_refer, category, demo, figures, offer,
    referrals, seen, stored_need, submit, to, trunks, wanting, wishing,
};
use wishwell_scenarios::rounds::{outcomes, rules, run};
use wishwell_scenarios::told::{mask, metadata, refused, seconds_now, told};

use v1::ConsentPurpose::{ContactSharing, Matching, WishPublication};

/// A time at which consents were given.
const GIVEN: i64 = 1_760_000_000;

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

fn given(purpose: v1::ConsentPurpose) -> v1::Consent {
    v1::Consent { purpose: purpose.into(), give_time: at(GIVEN), given_by: "herself".to_owned(), withdraw_time: None }
}

fn withdrawn(purpose: v1::ConsentPurpose) -> v1::Consent {
    v1::Consent { withdraw_time: at(GIVEN + 1), ..given(purpose) }
}

/// Somebody who has said so much.
async fn somebody(served: &Served, consents: &[v1::Consent]) -> Result<String, Status> {
    let beneficiary = v1::Beneficiary {
        residence_division: "640104".to_owned(),
        consents: consents.to_vec(),
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
    told(served.needs(HOTLINE).create_beneficiary(request).await).map(|answer| answer.beneficiary.expect("one").name)
}

/// Somebody says from now on this, and nothing else.
async fn says(served: &Served, who: &str, consents: &[v1::Consent]) -> Result<(), Status> {
    let request = v1::UpdateBeneficiaryRequest {
        name: who.to_owned(),
        beneficiary: Some(v1::Beneficiary { consents: consents.to_vec(), ..v1::Beneficiary::default() }),
        update_mask: mask(&["consents"]),
        ..v1::UpdateBeneficiaryRequest::default()
    };
    told(served.needs(HOTLINE).update_beneficiary(request).await).map(drop)
}

fn of(who: &str, need: v1::Need) -> v1::Need {
    v1::Need { beneficiary: who.to_owned(), ..need }
}

async fn find(served: &Served, request: v1::FindResourcesRequest) -> Result<usize, Status> {
    let answer = told(served.matching(HOTLINE).find_resources(request).await)?;
    Ok(answer.items.iter().map(|item| item.candidates.len()).sum())
}

async fn found_needs(served: &Served, resource: &str) -> Vec<String> {
    let min_position = category(served, OPERATOR).await;
    let request =
        v1::FindNeedsRequest { resource: resource.to_owned(), min_position, ..v1::FindNeedsRequest::default() };
    let found = told(served.matching(HOTLINE).find_needs(request).await).expect("found").matches;
    found.into_iter().map(|found| found.need).collect()
}

/// Names of the wishes in the pool, as the partner sees them.
async fn pool(served: &Served) -> Vec<String> {
    let request = v1::ListWishesRequest { page_size: 1_000, ..v1::ListWishesRequest::default() };
    let listed = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
    listed.into_iter().map(|item| item.wish).collect()
}

fn missing<T: std::fmt::Debug>(what: &str, answer: Result<T, Status>, who: &str) {
    let status = refused(what, answer, "CONSENT_MISSING", "");
    assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, who.to_owned()), "{what}");
}

#[tokio::test]
async fn a_withdrawal_takes_every_wish_out_of_the_pool_whatever_consent_it_was_published_with() {
    let served = demo().await;
    let cases: [(&str, &[v1::Consent], &[v1::Consent]); 4] = [
        ("nothing was said before", &[], &[withdrawn(WishPublication)]),
        ("it stood before", &[given(WishPublication)], &[withdrawn(WishPublication)]),
        ("another was said before", &[given(Matching)], &[given(Matching), withdrawn(WishPublication)]),
        ("a wish asks to be matched", &[given(WishPublication)], &[given(WishPublication), withdrawn(Matching)]),
    ];
    let before = pool(&served).await;
    for (what, first, then) in cases {
        let who = somebody(&served, first).await.expect("created");
        let mut needs = Vec::new();
        for title in ["a trunk", "two trunks"] {
            needs.push(submit(&served, of(&who, wishing(1, title))).await.name);
        }
        assert_eq!(pool(&served).await.len(), before.len() + 2, "{what}");
        says(&served, &who, then).await.expect("said");
        assert_eq!(pool(&served).await, before, "{what}");
        for need in needs {
            assert_eq!(stored_need(&served, &need).await.wish, None, "{what}");
        }
        let request = v1::SubmitNeedRequest { need: Some(of(&who, wishing(1, "again"))), request_id: String::new() };
        missing(what, told(served.needs(HOTLINE).submit_need(request).await), &who);
        says(&served, &who, first).await.expect("said");
        let again = submit(&served, of(&who, wishing(1, "given again"))).await;
        assert!(again.wish.is_some(), "{what}");
        let request = v1::WithdrawNeedRequest { name: again.name, ..v1::WithdrawNeedRequest::default() };
        told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    }

    // A need that is given to somebody else takes her consents with it.
    let who = somebody(&served, &[withdrawn(WishPublication)]).await.expect("created");
    let wish = submit(&served, wishing(1, "a trunk")).await.name;
    let request = v1::UpdateNeedRequest {
        name: wish.clone(),
        need: Some(v1::Need { beneficiary: who.clone(), ..v1::Need::default() }),
        update_mask: mask(&["beneficiary"]),
        ..v1::UpdateNeedRequest::default()
    };
    missing("of somebody else", told(served.needs(HOTLINE).update_need(request).await), &who);
    assert!(stored_need(&served, &wish).await.wish.is_some());
}

#[tokio::test]
async fn what_is_said_of_consents_has_happened() {
    let served = demo().await;
    let soon = seconds_now() + 3_600;
    let ahead = v1::Consent { withdraw_time: at(soon), ..given(WishPublication) };
    let later = v1::Consent { give_time: at(soon), ..given(Matching) };
    let created = somebody(&served, std::slice::from_ref(&ahead)).await;
    refused("a withdrawal of tomorrow", created, "INVALID_FIELDS", "beneficiary.consents[0].withdraw_time");
    let who = somebody(&served, &[given(Matching)]).await.expect("created");
    let wish = submit(&served, of(&who, wishing(1, "a trunk"))).await.name;
    let said = says(&served, &who, &[given(Matching), ahead]).await;
    refused("a withdrawal of tomorrow", said, "INVALID_FIELDS", "beneficiary.consents[1].withdraw_time");
    let said = says(&served, &who, &[later]).await;
    refused("a consent of tomorrow", said, "INVALID_FIELDS", "beneficiary.consents[0].give_time");
    assert!(stored_need(&served, &wish).await.wish.is_some(), "what was refused changed nothing");
}

#[tokio::test]
async fn nothing_is_offered_for_somebody_who_has_taken_the_consent_to_matching_back() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    trunks(&served, FAR, Some(9)).await;
    let who = somebody(&served, &[given(Matching)]).await.expect("created");
    let need = submit(&served, of(&who, wanting(1))).await.name;
    let stored = || v1::FindResourcesRequest { need: need.clone(), ..v1::FindResourcesRequest::default() };
    let inline =
        || v1::FindResourcesRequest { inline_need: Some(of(&who, wanting(1))), ..v1::FindResourcesRequest::default() };
    assert_eq!(find(&served, stored()).await.expect("found"), 2);
    assert_eq!(found_needs(&served, &near).await, std::slice::from_ref(&need));
    // From here on the need is at hand, and so is what was known of her.
    let chosen = v1::ReferralOffer { quantity: Some(1), ..to(&need, &near) };
    let first = offer(&served, HOTLINE, chosen.clone()).await.expect("offered");
    Step::Decline.take(&served, CASE_WORKER, &first.name).await.expect("declined");

    says(&served, &who, &[withdrawn(Matching)]).await.expect("said");
    missing("FindResources", find(&served, stored()).await, &who);
    missing("FindResources inline", find(&served, inline()).await, &who);
    missing("CreateReferral", offer(&served, HOTLINE, chosen.clone()).await, &who);
    missing("CreateReferral of what is left", offer(&served, HOTLINE, to(&need, &near)).await, &who);
    missing("AutoRefer", auto_refer(&served, &need).await, &who);
    assert_eq!(found_needs(&served, &near).await, Vec::<String>::new());
    let other = submit(&served, wanting(1)).await.name;
    let round = run(&served, rules(), false).await;
    let planned: Vec<String> = outcomes(&served, &round.name).await.into_iter().map(|outcome| outcome.need).collect();
    assert_eq!(planned, [other], "a round leaves her out");
    assert_eq!(referrals(&served, &need).await.len(), 1, "nothing was offered since");

    says(&served, &who, &[withdrawn(Matching), given(Matching)]).await.expect("said");
    assert!(find(&served, stored()).await.expect("found") > 0, "once it is given again, help is looked for");
    offer(&served, HOTLINE, chosen).await.expect("offered");
    let silent = somebody(&served, &[]).await.expect("created");
    let silent = submit(&served, of(&silent, wanting(1))).await.name;
    auto_refer(&served, &silent).await.expect("whoever said nothing is served");
}

#[tokio::test]
async fn a_chain_of_offers_ends_with_the_consent_and_what_was_promised_goes_on() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    trunks(&served, FAR, Some(9)).await;
    let who = somebody(&served, &[]).await.expect("created");
    let waiting = submit(&served, of(&who, wanting(1))).await.name;
    let promised = submit(&served, of(&who, wanting(1))).await.name;
    let asked = auto_refer(&served, &waiting).await.expect("offered");
    let accepted = auto_refer(&served, &promised).await.expect("offered");
    Step::Accept(None).take(&served, CASE_WORKER, &accepted.name).await.expect("accepted");

    says(&served, &who, &[withdrawn(Matching)]).await.expect("said");
    Step::Decline.take(&served, CASE_WORKER, &asked.name).await.expect("declined");
    let started = std::time::Instant::now();
    while seen(&served, OPERATOR, &asked.name).await.expect("there").escalate_time.is_none() {
        assert!(started.elapsed() < PATIENCE, "somebody is told that nobody else is asked");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(referrals(&served, &waiting).await.len(), 1, "nobody else was asked");
    assert_eq!(seen(&served, OPERATOR, &accepted.name).await.expect("there").state(), v1::ReferralState::Accepted);
    assert_eq!(figures(&served, &accepted.lines[0].capacity_pool).await.1, 1, "what was promised is held");
}

/// A household of these people; its name.
async fn home(served: &Served, members: &[&str]) -> String {
    let household = v1::Household {
        residence_division: "640104".to_owned(),
        members: members.iter().map(|&member| member.to_owned()).collect(),
        ..v1::Household::default()
    };
    let request = v1::CreateHouseholdRequest { household: Some(household), request_id: String::new() };
    told(served.needs(HOTLINE).create_household(request).await).expect("created").household.expect("one").name
}

fn of_home(home: &str, need: v1::Need) -> v1::Need {
    v1::Need { household: home.to_owned(), ..need }
}

#[tokio::test]
async fn whoever_of_a_household_takes_the_consent_back_takes_its_wishes_out_of_the_pool() {
    let served = demo().await;
    let before = pool(&served).await;
    let alone = somebody(&served, &[given(WishPublication)]).await.expect("created");
    for (what, purpose) in [("to publish", WishPublication), ("to be matched", Matching)] {
        let silent = somebody(&served, &[]).await.expect("created");
        let who = somebody(&served, &[given(purpose)]).await.expect("created");
        let home = home(&served, &[&silent, &who]).await;
        let wish = submit(&served, of_home(&home, wishing(1, "a trunk"))).await;
        let own = submit(&served, of(&silent, wishing(1, "a trunk of her own"))).await;
        assert_eq!(pool(&served).await.len(), before.len() + 2, "{what}");
        says(&served, &who, &[withdrawn(purpose)]).await.expect("said");
        assert_eq!(stored_need(&served, &wish.name).await.wish, None, "{what}");
        assert_eq!(pool(&served).await.len(), before.len() + 1, "{what}: what another member wishes for herself stays");
        let again =
            || v1::SubmitNeedRequest { need: Some(of_home(&home, wishing(1, "again"))), request_id: String::new() };
        missing(what, told(served.needs(HOTLINE).submit_need(again()).await), &home);
        says(&served, &who, &[withdrawn(purpose), given(purpose)]).await.expect("said");
        let again = told(served.needs(HOTLINE).submit_need(again()).await).expect("given again").need.expect("one");
        assert!(again.wish.is_some(), "{what}");

        // Whoever withholds it and joins the household, in either way, withholds it of the household.
        let joining = somebody(&served, &[withdrawn(purpose)]).await.expect("created");
        let moved = v1::UpdateBeneficiaryRequest {
            name: joining.clone(),
            beneficiary: Some(v1::Beneficiary { household: home.clone(), ..v1::Beneficiary::default() }),
            update_mask: mask(&["household"]),
            ..v1::UpdateBeneficiaryRequest::default()
        };
        told(served.needs(HOTLINE).update_beneficiary(moved).await).expect("moved");
        assert_eq!(stored_need(&served, &again.name).await.wish, None, "{what}");
        let left = v1::UpdateHouseholdRequest {
            name: home.clone(),
            household: Some(v1::Household { members: vec![silent.clone()], ..v1::Household::default() }),
            update_mask: mask(&["members"]),
            ..v1::UpdateHouseholdRequest::default()
        };
        told(served.needs(HOTLINE).update_household(left.clone()).await).expect("left");
        let third = submit(&served, of_home(&home, wishing(1, "a third time"))).await;
        let mut joined = left;
        joined.household = Some(v1::Household { members: vec![silent, joining], ..v1::Household::default() });
        told(served.needs(HOTLINE).update_household(joined).await).expect("joined");
        assert_eq!(stored_need(&served, &third.name).await.wish, None, "{what}");
        for need in [own.name, again.name, third.name, wish.name] {
            let request = v1::WithdrawNeedRequest { name: need, ..v1::WithdrawNeedRequest::default() };
            told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
        }
    }
    submit(&served, of_home(&home(&served, &[&alone]).await, wishing(1, "a trunk"))).await;
    assert_eq!(pool(&served).await.len(), before.len() + 1, "of others nothing is withheld");
}

#[tokio::test]
async fn nothing_is_offered_for_a_household_of_which_somebody_has_taken_the_consent_to_matching_back() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let who = somebody(&served, &[given(Matching)]).await.expect("created");
    let other = somebody(&served, &[given(Matching)]).await.expect("created");
    let home = home(&served, &[&who, &other]).await;
    let need = submit(&served, of_home(&home, wanting(1))).await.name;
    let stored = || v1::FindResourcesRequest { need: need.clone(), ..v1::FindResourcesRequest::default() };
    let inline = || v1::FindResourcesRequest {
        inline_need: Some(of_home(&home, wanting(1))),
        ..v1::FindResourcesRequest::default()
    };
    assert_eq!(found_needs(&served, &near).await, std::slice::from_ref(&need));
    let chosen = v1::ReferralOffer { quantity: Some(1), ..to(&need, &near) };
    let first = offer(&served, HOTLINE, chosen.clone()).await.expect("offered");
    Step::Decline.take(&served, CASE_WORKER, &first.name).await.expect("declined");

    says(&served, &who, &[withdrawn(Matching)]).await.expect("said");
    missing("FindResources", find(&served, stored()).await, &home);
    missing("FindResources inline", find(&served, inline()).await, &home);
    missing("CreateReferral", offer(&served, HOTLINE, chosen.clone()).await, &home);
    missing("AutoRefer", auto_refer(&served, &need).await, &home);
    assert_eq!(found_needs(&served, &near).await, Vec::<String>::new());
    let round = run(&served, rules(), false).await;
    assert_eq!(outcomes(&served, &round.name).await.len(), 0, "a round leaves it out");
    // What another member lacks herself is hers to consent to.
    let own = submit(&served, of(&other, wanting(1))).await.name;
    auto_refer(&served, &own).await.expect("offered");

    says(&served, &who, &[withdrawn(Matching), given(Matching)]).await.expect("said");
    offer(&served, HOTLINE, chosen).await.expect("offered");
}

async fn contact(served: &Served, referral: &str) -> Result<v1::Contact, Status> {
    let request = v1::GetReferralRequest { name: referral.to_owned(), include_contact: true, ..Default::default() };
    told(served.referrals(PARTNER).get_referral(request).await).map(|answer| answer.contact.expect("shown"))
}

#[tokio::test]
async fn whoever_promised_help_to_a_household_reaches_a_member_who_consents() {
    let served = demo().await;
    let (_, near) = trunks(&served, NEAR, Some(9)).await;
    let called = async |name: &str, phone: &str, consents: &[v1::Consent]| {
        let who = somebody(&served, consents).await.expect("created");
        let personal = v1::PersonalData { name: name.to_owned(), phone: phone.to_owned(), ..Default::default() };
        let request = v1::UpdateBeneficiaryRequest {
            name: who.clone(),
            beneficiary: Some(v1::Beneficiary { personal: Some(personal), ..v1::Beneficiary::default() }),
            update_mask: mask(&["personal"]),
            ..v1::UpdateBeneficiaryRequest::default()
        };
        told(served.needs(HOTLINE).update_beneficiary(request).await).expect("told");
        who
    };
    let sharing = [given(ContactSharing)];
    let members = [
        called("Ai", "000-1", &[]).await,
        called("Bai", "", &sharing).await,
        called("Chen", "000-3", &sharing).await,
        called("Deng", "000-4", &sharing).await,
    ];
    let home = home(&served, &members.each_ref().map(String::as_str)).await;
    let need = submit(&served, of_home(&home, wanting(1))).await.name;
    let name = offer(&served, HOTLINE, to(&need, &near)).await.expect("offered").name;
    refused("before it is promised", contact(&served, &name).await, "ILLEGAL_STATE", "");
    Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
    // The first by name of those who consent and have a telephone; then whoever is left.
    for (index, expected) in [(2, ("Chen", "000-3")), (3, ("Deng", "000-4")), (1, ("Bai", ""))] {
        let shown = contact(&served, &name).await.expect("shown");
        assert_eq!((shown.display_name.as_str(), shown.phone.as_str()), expected);
        let output = served.process.output();
        let asked_for = |who: &str| {
            let told = |line: &&str| line.contains("personal data was asked for") && line.contains(PARTNER);
            output.lines().filter(told).any(|line| line.contains(who))
        };
        assert!(asked_for(&members[index]), "it leaves a trace of whom was told of");
        assert!(!asked_for(&members[0]) && (index == 1 || !asked_for(&members[1])), "and of nobody else");
        says(&served, &members[index], &[withdrawn(ContactSharing)]).await.expect("said");
    }
    refused("nobody consents any more", contact(&served, &name).await, "CONSENT_MISSING", "");
}
