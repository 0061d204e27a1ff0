//! Pledges: what a partner gives once that was in no catalogue, and what becomes of it when it is over.

use wishwell_api::v1;
use wishwell_scenarios::referring::{
    HOTLINE, NEAR, OPERATOR, PARTNER, Step, TRUNK, category, demo, figures, offer, seen_from, stored_pool, submit, to,
    units, wanting, wishing,
};
use wishwell_scenarios::told::{metadata, quantity, refused, told};
use wishwell_scenarios::{Served, external};

use crate::wishes::{claim, only_wish, page, pledging, pool_of_wishes};

#[tokio::test]
async fn a_pledge_brings_its_own_resource_and_pool_and_is_used_up_exactly() {
    let served = demo().await;
    let need = submit(&served, wishing(3, "trunks")).await.name;
    let wish = only_wish(&served).await;
    let claimed = claim(&served, PARTNER, pledging(&wish, Some(2))).await.expect("pledged");
    assert_eq!((claimed.state(), claimed.origin()), (v1::ReferralState::Accepted, v1::ReferralOrigin::Pledge));
    assert_eq!((claimed.lines.len(), claimed.decision.clone()), (1, None));
    let pool = claimed.lines[0].capacity_pool.clone();
    assert_eq!(figures(&served, &pool).await, (0, 2, 0, Some(0)), "as much as is claimed, and no more");
    let get = v1::GetResourceRequest { name: claimed.resource.clone(), ..Default::default() };
    let brought =
        told(served.catalog(PARTNER).get_resource(get).await).expect("in the catalogue").resource.expect("one");
    assert_eq!(
        (brought.organization.as_str(), brought.content.as_str()),
        (claimed.organization.as_str(), "a trunk, used once")
    );
    assert_eq!(brought.categories, [TRUNK]);
    assert_eq!(claimed.category, TRUNK);
    let reached = category(&served, OPERATOR).await;
    let shown = seen_from(&served, PARTNER, &claimed.name, reached).await.expect("there");
    assert_eq!(shown.resource_title, brought.title);
    Step::Deliver(Some(1)).take(&served, PARTNER, &claimed.name).await.expect("one of them");
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 0, 1, Some(0)), (0, 1)));
    let rest = claim(&served, PARTNER, pledging(&wish, None)).await.expect("what is left");
    assert_eq!(rest.units, 2);
    Step::Deliver(None).take(&served, PARTNER, &rest.name).await.expect("delivered");
    assert_eq!(figures(&served, &rest.lines[0].capacity_pool).await, (0, 0, 2, Some(0)));
    assert!(pool_of_wishes(&served, PARTNER, 10).await.is_empty(), "nothing is wished for any more");
    for (what, spoilt, field) in [
        ("nothing", v1::ClaimWishRequest { pledge: None, ..pledging(&wish, None) }, ""),
        ("both", v1::ClaimWishRequest { resource: rest.resource.clone(), ..pledging(&wish, None) }, ""),
        (
            "an empty pledge",
            v1::ClaimWishRequest { pledge: Some(v1::Pledge::default()), ..pledging(&wish, None) },
            "pledge.content",
        ),
        ("none of it", pledging(&wish, Some(0)), "quantity"),
        ("less than none", pledging(&wish, Some(-5)), "quantity"),
        ("more than there can be", pledging(&wish, Some(i64::MAX)), "quantity"),
        ("item 0", v1::ClaimWishRequest { item_ordinal: 0, ..pledging(&wish, None) }, "item_ordinal"),
        ("item 2", v1::ClaimWishRequest { item_ordinal: 2, ..pledging(&wish, None) }, "item_ordinal"),
        ("a need", pledging(&need, None), "wish"),
    ] {
        refused(what, claim(&served, PARTNER, spoilt).await, "INVALID_FIELDS", field);
    }
}

/// Whether a partner's list of what it has to give, or of what it pledged, has the pool and the resource of a pledge.
async fn listed(served: &Served, referral: &v1::Referral, pledged: bool) -> (bool, bool) {
    let filter = v1::CapacityPoolFilter { pledged: Some(pledged), ..Default::default() };
    let request = v1::ListCapacityPoolsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
    let pools = told(served.catalog(PARTNER).list_capacity_pools(request).await).expect("listed").capacity_pools;
    let organization = referral.organization.clone();
    let filter = v1::ResourceFilter { organization, pledged: Some(pledged), ..Default::default() };
    let request = v1::ListResourcesRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
    let resources = told(served.catalog(PARTNER).list_resources(request).await).expect("listed").resources;
    let pool = &referral.lines[0].capacity_pool;
    (pools.iter().any(|found| found.name == *pool), resources.iter().any(|found| found.name == referral.resource))
}

/// What is nearest of what does not fit the item of a need.
async fn nearest_misses(served: &Served, need: &str) -> Vec<String> {
    let request = v1::FindResourcesRequest {
        need: need.to_owned(),
        item_ordinal: 1,
        near_miss_limit: Some(50),
        min_position: category(served, OPERATOR).await,
        ..Default::default()
    };
    let found = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
    let misses = found.items.into_iter().flat_map(|item| item.near_misses);
    misses.filter_map(|miss| miss.resource).map(|resource| resource.name).collect()
}

#[tokio::test]
async fn money_that_is_pledged_is_a_budget_and_all_else_a_stock() {
    let served = demo().await;
    for (title, category, amount, kind, currency) in [
        ("the fees of a term", "education.school-aid", quantity(10_000, "fen"), v1::CapacityKind::Budget, "CNY"),
        ("two trunks", TRUNK, quantity(2, "piece"), v1::CapacityKind::Stock, ""),
    ] {
        let mut need = wishing(1, title);
        (need.items[0].category, need.items[0].quantity) = (category.to_owned(), amount);
        submit(&served, need).await;
        let request = v1::ListWishesRequest { category: category.to_owned(), ..Default::default() };
        let wished = page(&served, PARTNER, request).await.items;
        let wish = wished.into_iter().find(|item| item.title == title).expect("in the pool").wish;
        let claimed = claim(&served, PARTNER, pledging(&wish, None)).await.expect("pledged");
        let pool = stored_pool(&served, &claimed.lines[0].capacity_pool).await;
        assert_eq!((pool.kind(), pool.currency.as_str(), pool.pledged), (kind, currency, true), "{title}");
    }
}

#[tokio::test]
async fn a_wish_of_which_a_part_is_taken_recurs_as_often_as_is_left() {
    let served = demo().await;
    let mut need = wishing(1, "visits");
    let week = v1::RecurrencePeriod::Week.into();
    need.items[0].recurrence = Some(v1::Recurrence { every: week, occurrences: 12 });
    submit(&served, need).await;
    let wished = async || {
        let item = pool_of_wishes(&served, PARTNER, 10).await.remove(0);
        (item.left.expect("said").value, item.recurrence.expect("it recurs").occurrences)
    };
    assert_eq!(wished().await, (12, 12));
    let pledged = claim(&served, PARTNER, pledging(&only_wish(&served).await, None)).await.expect("pledged");
    Step::CancelAfter(5).take(&served, PARTNER, &pledged.name).await.expect("five had arrived");
    assert_eq!(wished().await, (7, 7));
    let rest = claim(&served, PARTNER, pledging(&only_wish(&served).await, None)).await.expect("pledged");
    assert_eq!((rest.units, rest.recurrence.expect("it recurs").occurrences), (7, 7));
}

#[tokio::test]
async fn what_a_pledge_gives_back_is_offered_to_nobody_else() {
    let served = demo().await;
    submit(&served, wishing(6, "trunks")).await;
    let other = submit(&served, wanting(1)).await.name;
    // What was called off, came to nothing or to a part, and how much of it had arrived.
    for (step, arrived) in [(Step::Cancel, 0), (Step::CancelAfter(1), 1), (Step::Fail, 0), (Step::Deliver(Some(1)), 1)]
    {
        let wish = only_wish(&served).await;
        let pledged = claim(&served, PARTNER, pledging(&wish, Some(2))).await.expect("pledged");
        let pool = pledged.lines[0].capacity_pool.clone();
        step.take(&served, PARTNER, &pledged.name).await.expect("taken");
        assert_eq!(figures(&served, &pool).await, (0, 0, arrived, Some(0)), "{step:?}");
        // Nor is it told as something that is missing, or that runs out.
        assert!(stored_pool(&served, &pool).await.pledged, "{step:?}");
        assert!(!nearest_misses(&served, &other).await.contains(&pledged.resource), "{step:?}");
        let supervision = v1::GetSupervisionRequest::default();
        let scarce = told(served.referrals(OPERATOR).get_supervision(supervision).await).expect("told").scarce_pools;
        assert!(scarce.iter().all(|found| found.capacity_pool != pool), "{step:?} {scarce:?}");
        assert_eq!(listed(&served, &pledged, true).await, (true, true), "{step:?}");
        assert_eq!(listed(&served, &pledged, false).await, (false, false), "{step:?}");
        offer(&served, HOTLINE, to(&other, &pledged.resource)).await.expect_err("nothing is left of it");
        // Whoever has more to give says so.
        let set = v1::SetCapacityRequest { name: pool.clone(), total: Some(arrived + 1), ..Default::default() };
        told(served.catalog(PARTNER).set_capacity(set).await).expect("set");
        assert!(!stored_pool(&served, &pool).await.pledged, "{step:?}");
        assert_eq!(listed(&served, &pledged, false).await, (true, true), "{step:?}");
        let given = offer(&served, HOTLINE, to(&other, &pledged.resource)).await.expect("one is left");
        Step::Withdraw.take(&served, HOTLINE, &given.name).await.expect("withdrawn");
    }
}

#[tokio::test]
async fn a_pledge_of_visits_takes_a_vetting_that_holds_until_the_last_of_them() {
    let served = demo().await;
    let mut visits = wishing(1, "a visit each week");
    visits.mobility = Some(v1::Mobility { home_visit: true, ..v1::Mobility::default() });
    visits.items[0].recurrence = Some(v1::Recurrence { every: v1::RecurrencePeriod::Week.into(), occurrences: 4 });
    let need = submit(&served, visits).await;
    let seconds = need.create_time.as_ref().expect("stored").seconds;
    let wish = only_wish(&served).await;
    let filter = v1::OrganizationFilter { external: Some(external("demo", NEAR)), ..Default::default() };
    let request = v1::ListOrganizationsRequest { filter: Some(filter), ..Default::default() };
    let name =
        told(served.catalog(OPERATOR).list_organizations(request).await).expect("listed").organizations.remove(0).name;
    let vet = async |days: i64| {
        let until = prost_types::Timestamp { seconds: seconds + days * 86_400, nanos: 0 };
        let grant = v1::VettingGrant { valid_until: until.to_string()[..10].to_owned(), note: String::new() };
        let vetting = Some(v1::Vetting { home_visits: Some(grant), minors: None });
        let request = v1::VerifyOrganizationRequest { name: name.clone(), vetting, ..Default::default() };
        told(served.catalog(OPERATOR).verify_organization(request).await).expect("verified");
    };
    vet(14).await;
    let status =
        refused("two of four", claim(&served, PARTNER, pledging(&wish, None)).await, "RESOURCE_DOES_NOT_FIT", "");
    assert_eq!(metadata(&status, "reasons"), "NOT_VETTED_FOR_HOME_VISITS");
    vet(29).await;
    claim(&served, PARTNER, pledging(&wish, None)).await.expect("vetted until the fourth week is over");
}
