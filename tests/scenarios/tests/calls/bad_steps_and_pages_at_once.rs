//! What is wrong with a step or with a page that is asked for is told together with the rules of the contract that it breaks.

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::catalogue::OPERATOR;
use wishwell_scenarios::told::{ToldAtOnce, all_are_told_at_once, told, violations};

const HOTLINE: &str = "demo-hotline";
const PARTNER: &str = "demo-partner";

/// The name of something that is not there: what is wrong with a request comes first.
fn name(collection: &str) -> String {
    format!("{collection}/01890000-0000-7000-8000-00000000dead")
}

/// A step that breaks one rule of the contract, in a version that is none.
macro_rules! step {
    ($client:expr, $method:ident, $request:ident, $collection:literal $(, $field:ident : $value:expr)*) => {{
        let request = v1::$request {
            name: name($collection),
            etag: "no number".to_owned(),
            request_id: "no id".to_owned(),
            $($field: $value,)*
        };
        let case: ToldAtOnce<'_> =
            (stringify!($request), told($client.$method(request).await).map(drop), "request_id", &["etag"]);
        case
    }};
}

#[tokio::test]
async fn a_step_in_a_version_that_is_none_tells_of_it_with_the_contract() {
    let served = Served::demo().await;
    let (mut catalog, mut matching) = (served.catalog(OPERATOR), served.matching(OPERATOR));
    let (mut needs, mut arranging) = (served.needs(HOTLINE), served.referrals(HOTLINE));
    let (mut subscriptions, mut providing) = (served.notifications(PARTNER), served.referrals(PARTNER));
    let reason = i32::from(v1::StepReason::Other);
    all_are_told_at_once(vec![
        step!(catalog, suspend_organization, SuspendOrganizationRequest, "organizations", reason: "a while".to_owned()),
        step!(needs, erase_beneficiary, EraseBeneficiaryRequest, "beneficiaries"),
        step!(needs, withdraw_need, WithdrawNeedRequest, "needs", reason: String::new(), arrived: Vec::new()),
        step!(needs, close_need, CloseNeedRequest, "needs", reason: String::new(), arrived: Vec::new()),
        step!(needs, erase_need, EraseNeedRequest, "needs"),
        step!(matching, cancel_round, CancelRoundRequest, "rounds"),
        step!(subscriptions, delete_subscription, DeleteSubscriptionRequest, "subscriptions"),
        step!(subscriptions, rotate_subscription_secret, RotateSubscriptionSecretRequest, "subscriptions"),
        step!(providing, accept_referral, AcceptReferralRequest, "referrals", quantity: None),
        step!(providing, decline_referral, DeclineReferralRequest, "referrals", reason: reason),
        step!(arranging, withdraw_referral, WithdrawReferralRequest, "referrals", reason: reason),
        step!(providing, start_referral, StartReferralRequest, "referrals"),
        step!(providing, deliver_referral, DeliverReferralRequest, "referrals", quantity: None, note: String::new()),
        step!(arranging, confirm_referral, ConfirmReferralRequest, "referrals", rating: None),
        step!(arranging, dispute_referral, DisputeReferralRequest, "referrals", reason: reason),
        step!(
            providing,
            cancel_referral,
            CancelReferralRequest,
            "referrals",
            reason: reason,
            quantity: None,
            by_provider: false
        ),
        step!(
            arranging,
            fail_referral,
            FailReferralRequest,
            "referrals",
            reason: reason,
            quantity: None,
            by_provider: false,
            returned_quantity: None
        ),
    ]);
}

/// A page of no size, which goes on with another list.
macro_rules! page {
    ($client:expr, $method:ident, $request:ident $(, $field:ident : $value:expr)*) => {{
        let request = v1::$request {
            page_size: -1,
            page_token: "no token".to_owned(),
            $($field: $value,)*
            ..v1::$request::default()
        };
        let case: ToldAtOnce<'_> =
            (stringify!($request), told($client.$method(request).await).map(drop), "page_size", &["page_token"]);
        case
    }};
}

#[tokio::test]
async fn a_page_that_goes_on_with_another_list_tells_of_it_with_the_contract() {
    let served = Served::demo().await;
    let (mut catalog, mut needs) = (served.catalog(OPERATOR), served.needs(OPERATOR));
    let (mut matching, mut referrals) = (served.matching(OPERATOR), served.referrals(OPERATOR));
    let mut subscriptions = served.notifications(OPERATOR);
    all_are_told_at_once(vec![
        page!(catalog, list_organizations, ListOrganizationsRequest),
        page!(catalog, list_resources, ListResourcesRequest),
        page!(catalog, list_capacity_pools, ListCapacityPoolsRequest),
        page!(catalog, list_categories, ListCategoriesRequest),
        page!(catalog, list_divisions, ListDivisionsRequest),
        page!(needs, list_beneficiaries, ListBeneficiariesRequest),
        page!(needs, list_needs, ListNeedsRequest),
        page!(referrals, list_referrals, ListReferralsRequest),
        page!(referrals, list_wishes, ListWishesRequest),
        page!(matching, list_rounds, ListRoundsRequest),
        page!(matching, list_round_outcomes, ListRoundOutcomesRequest, round: name("rounds")),
        page!(matching, find_needs, FindNeedsRequest, resource: name("resources")),
        page!(subscriptions, list_subscriptions, ListSubscriptionsRequest),
        page!(subscriptions, list_notifications, ListNotificationsRequest),
    ]);
    let nowhere = v1::NeedFilter { division: "nowhere".to_owned(), ..v1::NeedFilter::default() };
    let request = v1::ListNeedsRequest {
        filter: Some(nowhere),
        page_token: "no token".to_owned(),
        ..v1::ListNeedsRequest::default()
    };
    let answer = told(needs.list_needs(request).await).map(drop);
    all_are_told_at_once(vec![("a filter that cannot be read", answer, "filter.division", &["page_token"])]);
}

#[tokio::test]
async fn a_time_that_is_none_and_a_page_of_another_list_are_told_together() {
    let served = Served::demo().await;
    let ask = v1::FindNeedsRequest {
        resource: name("resources"),
        evaluation_time: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
        page_token: "no token".to_owned(),
        ..v1::FindNeedsRequest::default()
    };
    let status = told(served.matching(OPERATOR).find_needs(ask).await).expect_err("refused");
    let told = violations(&status);
    let fields: Vec<&str> = told.iter().map(|told| told.field.as_str()).collect();
    assert_eq!(fields, ["evaluation_time", "page_token"], "{told:?}");
}
