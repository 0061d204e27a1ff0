//! A list that is cut down to a kind of help or a place that the catalogue does not know is refused: an empty one would say that nothing
//! is there.

use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::catalogue::OPERATOR;
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::told::{Violation, all_are_told_at_once, reason, text, told, violations};
use wishwell_test_support::postgres::TestDatabase;

/// Well-formed, and of nothing that the demo has.
const NO_KIND: &str = "education.no-such-kind";
const NO_PLACE: &str = "999999";

fn kind() -> String {
    NO_KIND.to_owned()
}

fn place() -> String {
    NO_PLACE.to_owned()
}

/// Each list cut down to what is unknown, and the fields that say so; on a page of another list, where it has pages.
async fn cut_down(
    served: &Served,
    page_token: &str,
    page_size: i32,
) -> Vec<(&'static str, Result<(), Status>, &'static [&'static str])> {
    macro_rules! list {
        ($service:ident . $method:ident ($request:ident, $filter:ident { $($field:ident : $value:expr),* }), $fields:expr) => {{
            let filter = v1::$filter { $($field: $value,)* ..v1::$filter::default() };
            let page_token = page_token.to_owned();
            let request = v1::$request { filter: Some(filter), page_token, page_size, ..v1::$request::default() };
            let answer = told(served.$service(OPERATOR).$method(request).await).map(drop);
            (stringify!($request), answer, $fields as &'static [&'static str])
        }};
    }
    let both = &["filter.category", "filter.division"];
    let there = &["filter.division"];
    let below = &["filter.subtree_of"];
    let wishes = v1::ListWishesRequest {
        category: kind(),
        division: place(),
        page_token: page_token.to_owned(),
        page_size,
        ..v1::ListWishesRequest::default()
    };
    vec![
        list!(
            catalog.list_resources(ListResourcesRequest, ResourceFilter { category: kind(), division: place() }),
            both
        ),
        list!(catalog.list_organizations(ListOrganizationsRequest, OrganizationFilter { division: place() }), there),
        list!(catalog.list_categories(ListCategoriesRequest, CategoryFilter { subtree_of: kind() }), below),
        list!(catalog.list_divisions(ListDivisionsRequest, DivisionFilter { subtree_of: place() }), below),
        list!(needs.list_needs(ListNeedsRequest, NeedFilter { category: kind(), division: place() }), both),
        list!(needs.list_beneficiaries(ListBeneficiariesRequest, BeneficiaryFilter { division: place() }), there),
        list!(referrals.list_referrals(ListReferralsRequest, ReferralFilter { division: place() }), there),
        (
            "ListWishesRequest",
            told(served.referrals(OPERATOR).list_wishes(wishes).await).map(drop),
            &["category", "division"],
        ),
    ]
}

fn fields(told: &[Violation]) -> Vec<&str> {
    told.iter().map(|told| told.field.as_str()).collect()
}

/// Holds what is told to a rule and a value of each field that is unknown.
fn names_rule_and_value(what: &str, told: &[Violation]) {
    for told in told.iter().filter(|told| told.field != "page_token" && told.field != "page_size") {
        let (rule, value) = match told.rule.as_str() {
            "CATEGORY_UNKNOWN" => ("is not a category of the catalogue", NO_KIND),
            "DIVISION_UNKNOWN" => ("is not a division of the catalogue", NO_PLACE),
            other => panic!("{what}: {other}: {told:?}"),
        };
        assert_eq!(told.description, format!("{rule} (got {value:?})"), "{what}");
    }
}

#[tokio::test]
async fn what_a_list_is_cut_down_to_is_told_by_field_rule_and_value_with_the_page_that_is_none() {
    let served = Served::demo().await;
    for (what, answer, unknown) in cut_down(&served, "", 10).await {
        let status = answer.expect_err(what);
        let told = violations(&status);
        assert_eq!(fields(&told), unknown, "{what}: {told:?}");
        names_rule_and_value(what, &told);
        let expected = match told.as_slice() {
            [one] if one.rule == "CATEGORY_UNKNOWN" => "UNKNOWN_CATEGORY",
            [_] => "UNKNOWN_DIVISION",
            _ => "INVALID_FIELDS",
        };
        assert_eq!(reason(&status), expected, "{what}");
    }
    for (what, answer, unknown) in cut_down(&served, "no token", 10).await {
        let told = violations(&answer.expect_err(what));
        assert_eq!(fields(&told), [unknown, &["page_token"]].concat(), "{what}: {told:?}");
    }
    let with_the_contract = cut_down(&served, "", -1).await;
    all_are_told_at_once(
        with_the_contract.into_iter().map(|(what, answer, unknown)| (what, answer, "page_size", unknown)).collect(),
    );
}

#[tokio::test]
async fn figures_and_events_of_what_is_unknown_are_refused_as_lists_are() {
    let served = Served::demo().await;
    let mut referrals = served.referrals(OPERATOR);
    let figures = v1::GetSupervisionRequest { division: place(), category: kind(), min_position: 0 };
    let told_of = violations(&told(referrals.get_supervision(figures).await).expect_err("refused"));
    assert_eq!(fields(&told_of), ["category", "division"], "{told_of:?}");
    names_rule_and_value("figures", &told_of);
    let watch = |kinds: Vec<i32>| v1::WatchEventsRequest {
        filter: Some(v1::EventFilter { division: place(), kinds, ..v1::EventFilter::default() }),
        ..v1::WatchEventsRequest::default()
    };
    let status = told(referrals.watch_events(watch(Vec::new())).await).map(drop).expect_err("refused");
    assert_eq!(reason(&status), "UNKNOWN_DIVISION");
    names_rule_and_value("events", &violations(&status));
    let broken = told(referrals.watch_events(watch(vec![99])).await).map(drop);
    all_are_told_at_once(vec![("events of no kind", broken, "filter.kinds[0]", &["filter.division"])]);
}

#[tokio::test]
async fn a_kind_that_came_a_moment_ago_by_another_replica_is_known_to_lists_without_a_position_to_wait_for() {
    let database = TestDatabase::create().await;
    // Nothing tells one of what the other writes: it looks twice a second.
    let replica = || deployment::serve(deployment::folder(CALLERS), database.url(), &["--demo-principals"]);
    let (writer, reader) = (replica().await, replica().await);
    for number in 0..8 {
        let code = format!("{NO_KIND}-{number}");
        let filter = v1::NeedFilter { category: code.clone(), ..v1::NeedFilter::default() };
        let request = v1::ListNeedsRequest { filter: Some(filter), ..v1::ListNeedsRequest::default() };
        let list = async || told(reader.needs(OPERATOR).list_needs(request.clone()).await);
        assert_eq!(reason(&list().await.expect_err("not yet")), "UNKNOWN_CATEGORY", "{code}");
        let category = v1::Category { code: code.clone(), title: text("a kind of its own"), ..v1::Category::default() };
        let put = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
        told(writer.catalog(OPERATOR).batch_upsert_categories(put).await).expect("put");
        assert!(list().await.unwrap_or_else(|status| panic!("{code}: {status:?}")).needs.is_empty());
    }
}

#[tokio::test]
async fn pages_of_a_place_that_nobody_knows_say_that_nothing_is_there() {
    let served = Served::demo().await;
    let mut web = served.web();
    let operator = web.signed_in("demo-operator").await;
    for target in [
        "/wishes?division=999999",
        "/desk/needs?division=999999",
        "/desk/referrals?division=999999",
        "/desk/supervision?division=999999",
        "/desk/supervision?category=education.no-such-kind",
    ] {
        let page = web.ask("GET", target, &[("cookie", operator.as_str())], b"").await;
        assert_eq!(page.status, 200, "{target}: {}", page.text());
        if target.starts_with("/desk") {
            assert!(page.text().contains("id=\"filter-division\""), "{target}: the way back to what there is");
        }
        if target.starts_with("/desk/supervision") {
            assert!(page.text().contains("没有这样的区划或服务类别。"), "{target}: {}", page.text());
            assert!(!page.text().contains("class=\"tally\""), "{target}: no figure of what nobody asked for");
        }
    }
}
