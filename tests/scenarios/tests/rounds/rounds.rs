//! Rounds: many open needs allocated at once, proven, told, and turned into offers.

use std::collections::{BTreeMap, BTreeSet};

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::referring::{
    AUDITOR, CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, demo, draw, figures, pool, referrals, resource,
    sharing, stock, submit, trunk, trunks, units, wanting,
};
use wishwell_scenarios::rounds::{create, ended, outcomes, rules, run, seen, tally};
use wishwell_scenarios::told::{reason, refused, request_id, text, told};

fn urgent(need: v1::Need) -> v1::Need {
    v1::Need { urgency: v1::Urgency::Emergency.into(), ..need }
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_offers_nothing() {
    let served = demo().await;
    let (stocked, here) = trunks(&served, NEAR, Some(2)).await;
    let first = submit(&served, wanting(1)).await.name;
    let waiting = submit(&served, urgent(sharing(2))).await.name;
    let created = create(&served, HOTLINE, rules(), true).await.expect("taken");
    assert_eq!((created.state(), created.dry_run), (v1::RoundState::Pending, true));
    assert_eq!(created.requested_by, HOTLINE);
    let round = ended(&served, &created.name).await;
    assert_eq!(round.state(), v1::RoundState::Solved, "{round:?}");

    let reached = round.reached.as_ref().expect("solved");
    assert!(reached.certificate_verified && reached.optimal, "{reached:?}");
    assert!(reached.levels.iter().all(|level| level.gap == "0"), "{reached:?}");
    let all = tally(&round);
    assert_eq!((all.items, all.served_items, all.unserved_items), (2, 1, 1));
    assert_eq!((all.asked_units, all.served_units), (3, 2));
    let found = outcomes(&served, &round.name).await;
    let by_need: BTreeMap<&str, &v1::RoundOutcome> = found.iter().map(|one| (one.need.as_str(), one)).collect();
    assert_eq!(by_need.len(), 2);
    let served_one = by_need[waiting.as_str()];
    assert_eq!((served_one.state(), served_one.tier), (v1::RoundOutcomeState::Served, 1));
    assert_eq!((served_one.servings[0].resource.as_str(), served_one.servings[0].quantity), (here.as_str(), 2));
    let left_out = by_need[first.as_str()];
    assert_eq!(left_out.state(), v1::RoundOutcomeState::Unserved);
    assert_eq!(left_out.unserved.as_ref().expect("said").reason(), v1::UnservedReason::Capacity);
    assert!(found.iter().all(|outcome| outcome.offers.is_empty()));

    assert_eq!(figures(&served, &stocked).await, (0, 0, 0, Some(2)));
    assert_eq!(units(&served, &waiting).await, (0, 0));
    let request = v1::GetRoundReportRequest { round: round.name.clone(), min_position: 0 };
    let report = told(served.matching(AUDITOR).get_round_report(request).await).expect("told").report.expect("one");
    let gap = report.gaps.iter().find(|gap| gap.category == "test.trunk").expect("one is missing");
    assert!(gap.units >= 1 && gap.tier == 3, "{gap:?}");
    assert!(!report.divisions.is_empty());
}

#[tokio::test]
async fn a_round_that_is_committed_holds_what_it_planned() {
    let served = demo().await;
    let (near, _) = trunks(&served, NEAR, Some(3)).await;
    let (far, _) = trunks(&served, FAR, Some(2)).await;
    let mut needs = Vec::new();
    for pieces in [1, 2, 1, 2] {
        needs.push(submit(&served, sharing(pieces)).await.name);
    }
    let round = run(&served, rules(), false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let progress = round.progress.expect("told");
    assert_eq!((progress.refused_offers, progress.replanned_items, progress.passes), (0, 0, 1), "{progress:?}");
    assert_eq!(progress.made_offers, progress.planned_offers);
    let all = tally(&round);
    assert_eq!((all.asked_units, all.served_units), (6, 5));
    assert_eq!(figures(&served, &near).await, (3, 0, 0, Some(0)));
    assert_eq!(figures(&served, &far).await, (2, 0, 0, Some(0)));
    let mut made = 0;
    for outcome in outcomes(&served, &round.name).await {
        let named: BTreeSet<String> = outcome.offers.iter().map(|offer| offer.referral.clone()).collect();
        let listed: BTreeSet<String> =
            referrals(&served, &outcome.need).await.into_iter().map(|one| one.name).collect();
        assert_eq!(named, listed, "each offer is the referral it names");
        made += named.len();
    }
    assert_eq!(i64::try_from(made).unwrap(), progress.made_offers);
    let by = referrals(&served, &needs[1]).await.into_iter().next().map(|referral| referral.last_action_by);
    assert!(by.is_none_or(|by| by == round.requested_by));

    // What is covered is not planned again.
    let again = run(&served, rules(), false).await;
    assert_eq!(again.progress.expect("told").made_offers, 0, "{again:?}");
}

#[tokio::test]
async fn of_a_fund_that_gives_kits_too_every_grant_that_it_has_money_for_is_planned() {
    let served = demo().await;
    let categories = ["education.school-aid", "education.stationery"].map(str::to_owned).to_vec();
    let scope = v1::RoundScope { categories, ..v1::RoundScope::default() };
    let round = run(&served, v1::RoundRules { scope: Some(scope), ..rules() }, true).await;
    let aid = served.demo_resource("res-shannuan-aid").await;
    let kits = served.demo_resource("res-shannuan-kit").await;
    let found = outcomes(&served, &round.name).await;
    for (need, quantity) in [("need-school-kit", 150_000), ("need-left-behind-child", 120_000)] {
        let need = served.demo_need(need).await;
        let grant = found.iter().find(|outcome| outcome.need == need && outcome.item_ordinal == 3).expect("asked for");
        assert_eq!((grant.state(), grant.quantity), (v1::RoundOutcomeState::Served, quantity), "{grant:?}");
        assert_eq!(grant.servings[0].resource, aid);
    }
    let of_kits = |outcome: &&v1::RoundOutcome| outcome.servings.iter().any(|serving| serving.resource == kits);
    assert!(found.iter().filter(of_kits).count() > 1, "the fund gives kits in the same plan: {found:?}");
    assert!(round.reached.is_some_and(|reached| reached.optimal), "there is enough for all of them");
}

#[tokio::test]
async fn a_cohort_asked_for_at_once_gets_for_each_a_resource_or_a_reason_and_the_totals_reconcile() {
    let served = demo().await;
    trunks(&served, NEAR, Some(20)).await;
    let mut asked = BTreeSet::new();
    for number in 0..53 {
        let mut need = wanting(1);
        need.division = format!("64010400{}", 1 + number % 4);
        asked.insert(submit(&served, need).await.name);
    }
    let round = run(&served, rules(), false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let all = tally(&round);
    assert_eq!((all.items, all.served_items, all.partly_served_items, all.unserved_items), (53, 20, 0, 33));
    let totals = round.reached.and_then(|reached| reached.totals).expect("solved");
    let of_reasons: i64 = totals.reasons.iter().map(|count| count.items).sum();
    let of_tiers: i64 = totals.tiers.iter().filter_map(|tier| tier.tally).map(|tally| tally.items).sum();
    assert_eq!((of_reasons, of_tiers), (33, 53));
    let found = outcomes(&served, &round.name).await;
    assert_eq!(found.iter().map(|outcome| outcome.need.clone()).collect::<BTreeSet<_>>(), asked);
    assert!(found.is_sorted_by_key(|outcome| outcome.ordinal));
    for outcome in &found {
        match &outcome.unserved {
            None => assert!(!outcome.offers[0].referral.is_empty(), "{outcome:?}"),
            Some(unserved) => assert_eq!(unserved.reason(), v1::UnservedReason::Capacity, "{outcome:?}"),
        }
    }
}

#[tokio::test]
async fn the_same_request_asks_for_one_round_and_another_body_is_refused() {
    let served = demo().await;
    let round = v1::Round { rules: Some(rules()), dry_run: true, ..v1::Round::default() };
    let request = v1::CreateRoundRequest { round: Some(round.clone()), request_id: request_id() };
    let mut client = served.matching(OPERATOR);
    let first = told(client.create_round(request.clone()).await).expect("taken");
    let again = told(client.create_round(request.clone()).await).expect("answered as before");
    assert_eq!(first, again);
    let other = v1::CreateRoundRequest { round: Some(v1::Round { dry_run: false, ..round }), ..request };
    refused("another body", told(client.create_round(other).await), "REQUEST_ID_REUSED", "");
    ended(&served, &first.round.expect("one").name).await;
    let listed = told(client.list_rounds(v1::ListRoundsRequest::default()).await).expect("listed");
    assert_eq!(listed.rounds.len(), 1);
}

#[tokio::test]
async fn rounds_are_listed_in_pages_and_by_state() {
    let served = demo().await;
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(run(&served, rules(), true).await.name);
    }
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListRoundsRequest { page_size: 2, page_token, ..v1::ListRoundsRequest::default() };
        let page = told(served.matching(AUDITOR).list_rounds(request).await).expect("listed");
        listed.extend(page.rounds.into_iter().map(|round| round.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, names);
    let in_state = async |state: v1::RoundState| {
        let filter = v1::RoundFilter { states: vec![state.into()] };
        let request = v1::ListRoundsRequest { filter: Some(filter), ..v1::ListRoundsRequest::default() };
        told(served.matching(OPERATOR).list_rounds(request).await).expect("listed").rounds.len()
    };
    assert_eq!((in_state(v1::RoundState::Solved).await, in_state(v1::RoundState::Committed).await), (3, 0));
}

#[tokio::test]
async fn partners_and_case_workers_never_see_rounds_and_auditors_change_none() {
    let served = demo().await;
    let round = run(&served, rules(), true).await;
    for key in [PARTNER, CASE_WORKER] {
        refused("create", create(&served, key, rules(), true).await, "PERMISSION_DENIED", "");
        refused("get", seen(&served, key, &round.name).await, "PERMISSION_DENIED", "");
    }
    refused("create", create(&served, AUDITOR, rules(), true).await, "PERMISSION_DENIED", "");
    assert_eq!(seen(&served, AUDITOR, &round.name).await.expect("shown"), round);
    let watched = v1::WatchEventsRequest::default();
    let mut events = told(served.referrals(PARTNER).watch_events(watched).await).expect("watched");
    let batch = events.message().await.expect("alive").expect("a batch");
    assert!(batch.events.iter().all(|event| !event.subject.starts_with("rounds/")));
}

#[tokio::test]
async fn everything_wrong_with_a_round_is_told_at_once() {
    let served = demo().await;
    let bad = v1::RoundRules {
        scope: Some(v1::RoundScope {
            divisions: vec!["999999".to_owned()],
            categories: vec!["nowhere".to_owned()],
            ..v1::RoundScope::default()
        }),
        aims: vec![v1::RoundAim::Distance.into(), v1::RoundAim::Distance.into()],
        load_steps: vec![
            v1::RoundLoadStep { from_permille: 500, price: 4 },
            v1::RoundLoadStep { from_permille: 400, price: 1 },
        ],
        ..v1::RoundRules::default()
    };
    let status = refused("bad rules", create(&served, OPERATOR, bad, true).await, "INVALID_FIELDS", "round.rules.aims");
    let fields: BTreeSet<String> =
        wishwell_scenarios::told::violations(&status).into_iter().map(|told| told.field).collect();
    let expected = [
        "round.rules.aims",
        "round.rules.load_steps",
        "round.rules.scope.categories[0]",
        "round.rules.scope.divisions[0]",
    ];
    assert_eq!(fields, expected.map(ToOwned::to_owned).into());
    let unset = v1::RoundRules {
        guarantees: vec![v1::RoundGuarantee::default()],
        pinned: vec![v1::RoundPin::default()],
        candidates_per_item_max: Some(0),
        radius_metres_max: Some(-1),
        ..v1::RoundRules::default()
    };
    let status = create(&served, OPERATOR, unset, true).await.expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(wishwell_scenarios::told::violations(&status).len() >= 6, "{status:?}");
    let missing = "rounds/01890000-0000-7000-8000-0123456789ab";
    refused("unknown", seen(&served, OPERATOR, missing).await, "NOT_FOUND", "");
    let request = v1::ListRoundOutcomesRequest { round: missing.to_owned(), ..Default::default() };
    refused("unknown", told(served.matching(OPERATOR).list_round_outcomes(request).await), "NOT_FOUND", "");
    let request = v1::GetRoundRequest { name: "rounds/x".to_owned(), min_position: 0 };
    let status = told(served.matching(OPERATOR).get_round(request).await).expect_err("no name");
    assert_eq!(reason(&status), "INVALID_FIELDS");
}

#[tokio::test]
async fn a_round_about_what_is_not_there_is_refused_with_every_name_that_leads_nowhere() {
    let served = demo().await;
    let need = submit(&served, wanting(1)).await.name;
    let nothing = |kind: &str| format!("{kind}/01890000-0000-7000-8000-00000000dead");
    let pin = |need: &str, item_ordinal| v1::RoundPin {
        need: need.to_owned(),
        item_ordinal,
        resource: nothing("resources"),
        quantity: 1,
    };
    let cap = v1::RoundOrganizationCap { organization: nothing("organizations"), units: 1 };
    let asked = v1::RoundRules {
        scope: Some(v1::RoundScope { needs: vec![need.clone(), nothing("needs")], ..v1::RoundScope::default() }),
        organization_caps: vec![cap.clone()],
        pinned: vec![pin(&need, 2), pin(&nothing("needs"), 1)],
        ..v1::RoundRules::default()
    };
    let status = create(&served, OPERATOR, asked, true).await.expect_err("refused");
    let fields: BTreeSet<String> =
        wishwell_scenarios::told::violations(&status).into_iter().map(|told| told.field).collect();
    let expected = [
        "round.rules.organization_caps[0].organization",
        "round.rules.pinned[0].item_ordinal",
        "round.rules.pinned[0].resource",
        "round.rules.pinned[1].need",
        "round.rules.pinned[1].resource",
        "round.rules.scope.needs[1]",
    ];
    assert_eq!(fields, expected.map(ToOwned::to_owned).into());
    // A bound on nobody would have bound nobody, without a word.
    let capped = v1::RoundRules { organization_caps: vec![cap], ..rules() };
    let field = "round.rules.organization_caps[0].organization";
    refused("a cap on nobody", create(&served, OPERATOR, capped, true).await, "UNKNOWN_REFERENCE", field);
    // What is there is taken, whatever has become of it.
    let request = v1::WithdrawNeedRequest { name: need.clone(), ..v1::WithdrawNeedRequest::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    let scope = v1::RoundScope { needs: vec![need], ..v1::RoundScope::default() };
    let round = run(&served, v1::RoundRules { scope: Some(scope), ..v1::RoundRules::default() }, true).await;
    assert_eq!(tally(&round), v1::RoundTally::default());
}

#[tokio::test]
async fn a_round_over_nothing_is_solved_and_says_so() {
    let served = demo().await;
    let round = run(&served, rules(), false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    assert_eq!(tally(&round), v1::RoundTally::default());
    assert!(outcomes(&served, &round.name).await.is_empty());
}

#[tokio::test]
async fn what_nobody_can_serve_and_what_is_empty_has_its_reason() {
    let served = demo().await;
    let empty = pool(&served, stock(NEAR, Some(0))).await;
    resource(&served, trunk(NEAR, vec![draw(&empty, 1)], 38.401)).await;
    submit(&served, wanting(1)).await;
    let huge = submit(&served, wanting(1 << 40)).await.name;
    let round = run(&served, rules(), false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    let all = tally(&round);
    assert_eq!((all.items, all.unserved_items, all.asked_units), (2, 2, (1 << 40) + 1));
    let found = outcomes(&served, &round.name).await;
    assert!(found.iter().any(|outcome| outcome.need == huge && outcome.quantity == 1 << 40));
    assert!(found.iter().all(|outcome| outcome.unserved.as_ref().is_some_and(|why| why.units == outcome.quantity)));
}

/// A need of somebody elderly, and one of a household of severely ill: the needs themselves do not say so.
async fn needs_of_groups(served: &wishwell_scenarios::Served) -> [(v1::GroupTag, String); 2] {
    let person = v1::Beneficiary { group_tags: vec![v1::GroupTag::Elderly.into()], ..v1::Beneficiary::default() };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: String::new() };
    let person = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.unwrap();
    let home = v1::Household { group_tags: vec![v1::GroupTag::SevereIllness.into()], ..v1::Household::default() };
    let request = v1::CreateHouseholdRequest { household: Some(home), request_id: String::new() };
    let home = told(served.needs(HOTLINE).create_household(request).await).expect("created").household.unwrap();
    let hers = submit(served, v1::Need { beneficiary: person.name, ..wanting(1) }).await.name;
    let theirs = submit(served, v1::Need { household: home.name, ..wanting(1) }).await.name;
    [(v1::GroupTag::Elderly, hers), (v1::GroupTag::SevereIllness, theirs)]
}

#[tokio::test]
async fn groups_of_whom_a_need_is_for_count_in_a_round_as_they_do_in_a_search() {
    let served = demo().await;
    let stocked = pool(&served, stock(NEAR, Some(1))).await;
    let rule = v1::Eligibility {
        expression: "'elderly' in group_tags || 'severe_illness' in group_tags".to_owned(),
        statement: text("for the old and the ill"),
    };
    let place = v1::Resource { eligibility: Some(rule), ..trunk(NEAR, vec![draw(&stocked, 1)], 38.401) };
    resource(&served, place).await;
    let of_groups = needs_of_groups(&served).await;
    submit(&served, urgent(wanting(1))).await;
    for (tag, need) in &of_groups {
        let request = v1::FindResourcesRequest { need: need.clone(), ..v1::FindResourcesRequest::default() };
        let found = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
        let candidate = &found.items[0].candidates[0];
        assert_eq!(candidate.eligibility(), v1::EligibilityVerdict::Eligible, "{tag:?}");

        // The one place is guaranteed to the group, before somebody more urgent: it goes to whom the search found eligible.
        let guarantee = v1::RoundGuarantee { group_tag: (*tag).into(), units: 1, ..v1::RoundGuarantee::default() };
        let first = v1::RoundRules { guarantees: vec![guarantee], guarantee_first: true, ..rules() };
        let round = run(&served, first, true).await;
        let given: Vec<v1::RoundOutcome> =
            outcomes(&served, &round.name).await.into_iter().filter(|outcome| !outcome.servings.is_empty()).collect();
        assert_eq!(given.iter().map(|outcome| &outcome.need).collect::<Vec<_>>(), [need], "{tag:?}");
        assert!(!given[0].servings[0].eligibility_open, "{tag:?}");
        let request = v1::GetRoundReportRequest { round: round.name.clone(), min_position: 0 };
        let report = told(served.matching(AUDITOR).get_round_report(request).await).expect("told").report.expect("one");
        let group = report.group_tags.iter().find(|figure| figure.group_tag() == *tag).expect("it is told of");
        let tally = group.tally.expect("told");
        assert_eq!((tally.items, tally.served_items), (1, 1), "{tag:?}");

        let scope = v1::RoundScope { group_tags: vec![(*tag).into()], ..rules().scope.expect("one") };
        let scoped = run(&served, v1::RoundRules { scope: Some(scope), ..rules() }, true).await;
        let found = outcomes(&served, &scoped.name).await;
        assert_eq!(found.iter().map(|outcome| &outcome.need).collect::<Vec<_>>(), [need], "{tag:?}");
    }
}
