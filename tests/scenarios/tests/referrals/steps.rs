//! The life of a referral, step by step: which step can be taken where, by whom, and what it does with what is held.

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    AUDITOR, CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, STREET, Step, VISITOR, auto_refer, demo, draw,
    figures, following, offer, pool, referrals, resource, seen, sharing, stock, submit, to, trunk, trunks, units,
    wanting,
};
use wishwell_scenarios::told::{metadata, refused, request_id, text, told, violations};

use v1::ReferralState as State;

/// Roles in the order of the table's columns: internal service, partner, case worker, operator, auditor, visitor.
const KEYS: [&str; 6] = [HOTLINE, PARTNER, CASE_WORKER, OPERATOR, AUDITOR, VISITOR];

/// A way to each state, by steps of a case worker.
const WAYS: &[(State, &str, &[Step])] = &[
    (State::Offered, "offered", &[]),
    (State::Accepted, "accepted", &[Step::Accept(None)]),
    (State::Declined, "declined", &[Step::Decline]),
    (State::Withdrawn, "withdrawn", &[Step::Withdraw]),
    (State::InProgress, "in_progress", &[Step::Accept(None), Step::Start]),
    (State::Delivered, "delivered", &[Step::Accept(None), Step::Deliver(None)]),
    (State::Confirmed, "confirmed", &[Step::Accept(None), Step::Deliver(None), Step::Confirm(None)]),
    (State::Disputed, "disputed", &[Step::Accept(None), Step::Deliver(None), Step::Dispute]),
    (State::Cancelled, "cancelled", &[Step::Accept(None), Step::Cancel]),
    (State::Failed, "failed", &[Step::Accept(None), Step::Fail]),
];

/// Every step that can be taken, where it leads, who may take it; written down once more, so that neither table changes by
/// mistake. What is not here is refused.
const TABLE: &[(State, Step, State, &str)] = &[
    (State::Offered, Step::Accept(None), State::Accepted, "-pc---"),
    (State::Offered, Step::Decline, State::Declined, "-pc---"),
    (State::Offered, Step::Withdraw, State::Withdrawn, "i-co--"),
    (State::Accepted, Step::Start, State::InProgress, "-pc---"),
    (State::Accepted, Step::Deliver(None), State::Delivered, "-pc---"),
    (State::Accepted, Step::Cancel, State::Cancelled, "ipco--"),
    (State::Accepted, Step::Fail, State::Failed, "ipco--"),
    (State::InProgress, Step::Deliver(None), State::Delivered, "-pc---"),
    (State::InProgress, Step::Cancel, State::Cancelled, "ipco--"),
    (State::InProgress, Step::Fail, State::Failed, "ipco--"),
    (State::Delivered, Step::Confirm(None), State::Confirmed, "i-c---"),
    (State::Delivered, Step::Dispute, State::Disputed, "i-c---"),
    (State::Disputed, Step::Confirm(None), State::Confirmed, "i-c---"),
    (State::Disputed, Step::Fail, State::Failed, "i-c---"),
];

/// A new referral of one piece, led to a state.
async fn led(served: &Served, resource: &str, way: &[Step]) -> v1::Referral {
    let need = submit(served, wanting(1)).await.name;
    let mut referral = offer(served, CASE_WORKER, to(&need, resource)).await.expect("offered");
    for step in way {
        referral = step.take(served, CASE_WORKER, &referral.name).await.expect("a step of the way");
    }
    referral
}

fn way_to(state: State) -> &'static [Step] {
    WAYS.iter().find(|way| way.0 == state).expect("there is a way to each state").2
}

#[tokio::test]
async fn a_step_that_cannot_be_taken_where_a_referral_stands_says_where_it_stands_and_changes_nothing() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(1_000)).await;
    let mut illegal = 0;
    for (state, name, way) in WAYS {
        let before = led(&served, &resource, way).await;
        assert_eq!(before.state(), *state);
        let held = figures(&served, &pool).await;
        for step in Step::ALL {
            if TABLE.iter().any(|line| (line.0, line.1) == (*state, step)) {
                continue;
            }
            let what = format!("{} from {name}", step.name());
            let status = refused(&what, step.take(&served, CASE_WORKER, &before.name).await, "ILLEGAL_STATE", "");
            assert_eq!(status.code(), Code::FailedPrecondition, "{what}");
            let told = ["name", "state", "action"].map(|key| metadata(&status, key));
            assert_eq!(told, [before.name.as_str(), name, step.name()], "{what}");
            illegal += 1;
        }
        let now = seen(&served, CASE_WORKER, &before.name).await.expect("there");
        assert_eq!(v1::Referral { resource_title: None, ..now }, before, "{name} is as it was");
        assert_eq!(figures(&served, &pool).await, held, "{name} holds what it held");
    }
    assert_eq!(illegal, WAYS.len() * Step::ALL.len() - TABLE.len());
}

#[tokio::test]
async fn each_step_is_taken_by_exactly_the_roles_of_the_table_and_a_partner_never_confirms() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(1_000)).await;
    let mut wrong = Vec::new();
    for (from, step, lead, roles) in TABLE {
        let mut referral = led(&served, &resource, way_to(*from)).await;
        for (key, role) in KEYS.into_iter().zip(roles.chars()) {
            let what = format!("{} from {from:?} by {key}", step.name());
            match step.take(&served, key, &referral.name).await {
                Ok(after) if role != '-' => {
                    assert_eq!((after.state(), after.last_action_by.as_str()), (*lead, key), "{what}");
                    referral = led(&served, &resource, way_to(*from)).await;
                }
                Err(status) if role == '-' && status.code() == Code::PermissionDenied => {
                    let now = seen(&served, CASE_WORKER, &referral.name).await.expect("there");
                    assert_eq!(now.etag, referral.etag, "{what}: a refused step changes nothing");
                }
                answer => wrong.push(format!("{what}: {answer:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(TABLE.iter().all(|line| line.1 != Step::Confirm(None) || !line.3.contains('p')));
}

#[tokio::test]
async fn a_referral_of_another_partner_or_of_elsewhere_does_not_exist() {
    let served = demo().await;
    let (_, theirs) = trunks(&served, FAR, Some(10)).await;
    let (_, ours) = trunks(&served, NEAR, Some(10)).await;
    let here = submit(&served, sharing(4)).await.name;
    let theirs = offer(&served, HOTLINE, v1::ReferralOffer { quantity: Some(1), ..to(&here, &theirs) }).await;
    let theirs = theirs.expect("offered").name;
    // Somewhere that the demo's case worker does not work.
    let elsewhere = submit(&served, v1::Need { division: "64".to_owned(), ..wanting(1) }).await.name;
    let elsewhere = offer(&served, HOTLINE, to(&elsewhere, &ours)).await.expect("offered").name;
    let unknown = "referrals/01890000-0000-7000-8000-000000000000";
    for (key, hidden) in [(PARTNER, theirs.as_str()), (CASE_WORKER, &elsewhere), (PARTNER, unknown), (HOTLINE, unknown)]
    {
        let status = refused("reading", seen(&served, key, hidden).await, "NOT_FOUND", "");
        assert_eq!(metadata(&status, "name"), hidden);
    }
    for step in [Step::Accept(None), Step::Decline, Step::Start, Step::Deliver(None), Step::Cancel, Step::Fail] {
        refused(step.name(), step.take(&served, PARTNER, &theirs).await, "NOT_FOUND", "");
    }
    for step in Step::ALL {
        refused(step.name(), step.take(&served, CASE_WORKER, &elsewhere).await, "NOT_FOUND", "");
    }
    let listed = async |key: &'static str, filter: v1::ReferralFilter| {
        let request = v1::ListReferralsRequest { filter: Some(filter), ..Default::default() };
        let listed = served.referrals(key).list_referrals(request).await?.into_inner().referrals;
        // The demo has followed a need of its own already.
        let here = listed.into_iter().filter(|referral| [&theirs, &elsewhere].contains(&&referral.name));
        Ok::<Vec<String>, tonic::Status>(here.map(|referral| referral.name).collect())
    };
    let all = v1::ReferralFilter::default;
    assert_eq!(
        listed(PARTNER, all()).await.unwrap(),
        std::slice::from_ref(&elsewhere),
        "its own, wherever the need is"
    );
    assert_eq!(
        listed(CASE_WORKER, all()).await.unwrap(),
        std::slice::from_ref(&theirs),
        "whoever is asked, where it works"
    );
    assert_eq!(listed(AUDITOR, all()).await.unwrap().len(), 2);
    let other = seen(&served, OPERATOR, &theirs).await.expect("there").organization;
    let asked = v1::ReferralFilter { organization: other, ..all() };
    refused("a list of another's", listed(PARTNER, asked).await, "PERMISSION_DENIED", "");
    let asked = v1::ReferralFilter { need: here, ..all() };
    let status = refused("a list by need", listed(PARTNER, asked).await, "PERMISSION_DENIED", "");
    let told = ["role", "method", "how"].map(|key| metadata(&status, key));
    assert_eq!(told, ["partner", "wishwell.v1.ReferralService/ListReferrals", "by need"]);
    assert!(status.message().ends_with("ListReferrals by need"), "{status:?}");
    let asked = v1::ReferralFilter { division: "64".to_owned(), ..all() };
    refused("a list of elsewhere", listed(CASE_WORKER, asked).await, "PERMISSION_DENIED", "");
}

#[tokio::test]
async fn a_step_with_a_stale_etag_changes_nothing_and_one_with_the_current_does() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(10)).await;
    let offered = led(&served, &resource, &[]).await;
    let accepted = Step::Accept(None).take_at(&served, PARTNER, &offered.name, &offered.etag).await.expect("current");
    for step in [Step::Deliver(None), Step::Cancel, Step::Start] {
        let stale = step.take_at(&served, PARTNER, &offered.name, &offered.etag).await;
        let status = refused(step.name(), stale, "ETAG_MISMATCH", "");
        assert_eq!((status.code(), metadata(&status, "name")), (Code::Aborted, offered.name.clone()));
    }
    let garbled = Step::Start.take_at(&served, PARTNER, &offered.name, "not an etag").await;
    refused("an etag that is none", garbled, "INVALID_FIELDS", "etag");
    assert_eq!(seen(&served, PARTNER, &offered.name).await.expect("there").etag, accepted.etag);
    Step::Start.take_at(&served, PARTNER, &offered.name, &accepted.etag).await.expect("current");
}

#[tokio::test]
async fn what_is_accepted_or_delivered_in_part_gives_the_rest_back() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(8)).await.name;
    let offered = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered");
    assert_eq!((offered.units, figures(&served, &pool).await), (8, (8, 0, 0, Some(2))));
    for (units, field) in [(0, "quantity"), (-1, "quantity"), (9, "quantity"), (i64::MAX, "quantity")] {
        let answer = Step::Accept(Some(units)).take(&served, PARTNER, &offered.name).await;
        refused(&format!("accepting {units}"), answer, "INVALID_FIELDS", field);
    }
    let accepted = Step::Accept(Some(5)).take(&served, PARTNER, &offered.name).await.expect("accepted in part");
    assert_eq!((accepted.units, figures(&served, &pool).await), (5, (0, 5, 0, Some(5))));
    assert_eq!(units(&served, &need).await, (5, 0));
    refused(
        "six of five",
        Step::Deliver(Some(6)).take(&served, PARTNER, &offered.name).await,
        "INVALID_FIELDS",
        "quantity",
    );
    let delivered = Step::Deliver(Some(3)).take(&served, PARTNER, &offered.name).await.expect("delivered in part");
    assert_eq!((delivered.units, figures(&served, &pool).await), (3, (0, 0, 3, Some(7))));
    assert_eq!(units(&served, &need).await, (0, 3));
    // What is left of the item can be referred again, and no more than that.
    let more = offer(&served, HOTLINE, v1::ReferralOffer { quantity: Some(6), ..to(&need, &resource) }).await;
    let status = refused("six of five", more, "ITEM_COVERED", "");
    assert_eq!((metadata(&status, "asked"), metadata(&status, "left")), ("6".to_owned(), "5".to_owned()));
    let rest = offer(&served, HOTLINE, to(&need, &resource)).await.expect("the rest");
    assert_eq!((rest.units, rest.quantity.as_ref().expect("said").value), (5, 5));
    Step::Accept(None).take(&served, PARTNER, &rest.name).await.expect("accepted");
    Step::Deliver(None).take(&served, PARTNER, &rest.name).await.expect("delivered");
    assert_eq!((units(&served, &need).await, figures(&served, &pool).await), ((0, 8), (0, 0, 8, Some(2))));
}

#[tokio::test]
async fn what_had_arrived_is_kept_where_a_promise_ends_early() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(8)).await.name;
    let promised = async || {
        let offered = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered");
        Step::Accept(None).take(&served, PARTNER, &offered.name).await.expect("accepted");
        Step::Start.take(&served, PARTNER, &offered.name).await.expect("begun").name
    };
    let first = promised().await;
    // More than was promised, all of it, which is a delivery, and less than nothing.
    for units in [9, 8, -1, i64::MAX] {
        for step in [Step::CancelAfter(units), Step::FailAfter(units)] {
            let answer = step.take(&served, PARTNER, &first).await;
            refused(&format!("{step:?}"), answer, "INVALID_FIELDS", "quantity");
        }
    }
    assert_eq!(figures(&served, &pool).await, (0, 8, 0, Some(2)), "nothing of it was done");
    let ended = Step::CancelAfter(3).take(&served, PARTNER, &first).await.expect("called off");
    assert_eq!((ended.state(), ended.units, ended.arrived_units), (State::Cancelled, 8, 3));
    assert_eq!((units(&served, &need).await, figures(&served, &pool).await), ((0, 3), (0, 0, 3, Some(7))));
    let listed = referrals(&served, &need).await;
    assert_eq!((listed.len(), listed[0].state(), listed[0].arrived_units), (1, State::Cancelled, 3));
    for step in [Step::Confirm(Some(5)), Step::Dispute, Step::Deliver(None)] {
        refused("its end", step.take(&served, CASE_WORKER, &first).await, "ILLEGAL_STATE", "");
    }
    // The rest is asked for anew, and may end early as well.
    let second = promised().await;
    let ended = Step::FailAfter(2).take(&served, CASE_WORKER, &second).await.expect("failed");
    assert_eq!((ended.state(), ended.units, ended.arrived_units), (State::Failed, 5, 2));
    assert_eq!((units(&served, &need).await, figures(&served, &pool).await), ((0, 5), (0, 0, 5, Some(5))));
    let third = promised().await;
    let ended = Step::CancelAfter(0).take(&served, CASE_WORKER, &third).await.expect("called off");
    assert_eq!((ended.arrived_units, units(&served, &need).await), (0, (0, 5)));
}

#[tokio::test]
async fn what_its_provider_gives_up_after_a_part_had_arrived_goes_to_the_next_for_the_rest() {
    let served = demo().await;
    let (near_pool, near) = trunks(&served, NEAR, Some(9)).await;
    let far_pool = pool(&served, stock(FAR, Some(9))).await;
    let far = resource(&served, trunk(FAR, vec![draw(&far_pool, 1)], 38.46)).await;
    let need = submit(&served, sharing(5)).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!((&first.resource, first.units), (&near, 5));
    for step in [Step::Accept(None), Step::CancelAfter(2)] {
        step.take(&served, PARTNER, &first.name).await.expect("a step");
    }
    let second = following(&served, &need, &first.name).await;
    assert_eq!((&second.resource, second.units, second.attempt), (&far, 3, 2));
    assert_eq!((units(&served, &need).await, figures(&served, &near_pool).await), ((3, 2), (0, 0, 2, Some(7))));
}

#[tokio::test]
async fn a_dispute_is_settled_with_a_part_that_had_arrived() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(4)).await.name;
    let name = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered").name;
    for step in [Step::Accept(None), Step::Deliver(None), Step::Dispute] {
        step.take(&served, CASE_WORKER, &name).await.expect("a step");
    }
    refused("all", Step::FailAfter(4).take(&served, CASE_WORKER, &name).await, "INVALID_FIELDS", "quantity");
    let settled = Step::FailAfter(1).take(&served, CASE_WORKER, &name).await.expect("settled");
    assert_eq!((settled.state(), settled.arrived_units), (State::Failed, 1));
    // What was used up stays used up.
    assert_eq!((units(&served, &need).await, figures(&served, &pool).await), ((0, 1), (0, 0, 4, Some(6))));
}

#[tokio::test]
async fn what_is_there_still_after_a_dispute_is_free_for_the_same_need() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(4)).await;
    let need = submit(&served, sharing(4)).await.name;
    let disputed = async || {
        let name = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered").name;
        Step::Accept(None).take(&served, CASE_WORKER, &name).await.expect("accepted");
        refused(
            "of what is not disputed",
            Step::SettleAfter(0, 1).take(&served, CASE_WORKER, &name).await,
            "INVALID_FIELDS",
            "returned_quantity",
        );
        for step in [Step::Deliver(None), Step::Dispute] {
            step.take(&served, CASE_WORKER, &name).await.expect("a step");
        }
        name
    };
    let name = disputed().await;
    // More than had not arrived, less than nothing, and both numbers at once.
    for (arrived, returned) in [(0, 5), (1, 4), (0, -1), (0, i64::MAX)] {
        let answer = Step::SettleAfter(arrived, returned).take(&served, CASE_WORKER, &name).await;
        refused("too many", answer, "INVALID_FIELDS", "returned_quantity");
    }
    let both = Step::SettleAfter(4, 5).take(&served, CASE_WORKER, &name).await.expect_err("neither can be");
    let fields: Vec<String> = violations(&both).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["quantity", "returned_quantity"]);
    assert_eq!(figures(&served, &pool).await, (0, 0, 4, Some(0)), "nothing of it was done");
    // One had arrived, one came broken, two never left.
    let settled = Step::SettleAfter(1, 2).take(&served, CASE_WORKER, &name).await.expect("settled");
    assert_eq!((settled.state(), settled.arrived_units, settled.returned_units), (State::Failed, 1, 2));
    assert_eq!((units(&served, &need).await, figures(&served, &pool).await), ((0, 1), (0, 0, 2, Some(2))));
    let listed = referrals(&served, &need).await;
    assert_eq!((listed.len(), listed[0].returned_units), (1, 2));
    let again = offer(&served, HOTLINE, v1::ReferralOffer { quantity: Some(2), ..to(&need, &resource) }).await;
    assert_eq!(again.expect("two are there").units, 2);
    assert_eq!(figures(&served, &pool).await, (2, 0, 2, Some(0)));
}

#[tokio::test]
async fn a_form_that_asks_how_much_had_arrived_does_not_say_that_nothing_had() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(10)).await;
    let mut pages = served.web();
    let (partner, worker) = (pages.signed_in(PARTNER).await, pages.signed_in(CASE_WORKER).await);
    let (part, nothing) = ("It did not all come about", "It came to nothing");
    for (units, says, not) in [(4, part, nothing), (1, nothing, part)] {
        let need = submit(&served, sharing(units)).await.name;
        let name = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered").name;
        let mut said = async |cookie: &str, target: &str| {
            let headers = [("cookie", cookie), ("accept-language", "en")];
            let page = pages.ask("GET", target, &headers, b"").await.text();
            assert!(page.contains(says) && !page.contains(not), "{units} {target}: {page}");
        };
        Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
        said(&partner, &format!("/portal/{name}")).await;
        for step in [Step::Deliver(None), Step::Dispute] {
            step.take(&served, CASE_WORKER, &name).await.expect("a step");
        }
        said(&worker, &format!("/desk/{need}")).await;
    }
}

#[tokio::test]
async fn the_rest_of_an_item_that_cannot_be_split_is_a_whole_again() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, wanting(4)).await.name;
    let first = offer(&served, HOTLINE, to(&need, &resource)).await.expect("the whole").name;
    Step::Accept(None).take(&served, PARTNER, &first).await.expect("accepted");
    Step::Deliver(Some(1)).take(&served, PARTNER, &first).await.expect("delivered in part");
    for part in [1, 2] {
        let answer = offer(&served, HOTLINE, v1::ReferralOffer { quantity: Some(part), ..to(&need, &resource) }).await;
        refused("a part of the rest", answer, "INVALID_FIELDS", "offer.quantity");
    }
    assert_eq!(offer(&served, HOTLINE, to(&need, &resource)).await.expect("the rest").units, 3);
}

#[tokio::test]
async fn called_off_help_gives_everything_back_and_a_failed_dispute_opens_the_item_again() {
    let served = demo().await;
    let (pool, resource) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(4)).await.name;
    let again = async |way: &[Step]| {
        let mut referral = offer(&served, HOTLINE, to(&need, &resource)).await.expect("nothing is referred");
        for step in way {
            referral = step.take(&served, CASE_WORKER, &referral.name).await.expect("a step");
        }
        referral
    };
    for way in [
        &[Step::Decline][..],
        &[Step::Withdraw],
        &[Step::Accept(None), Step::Cancel],
        &[Step::Accept(None), Step::Start, Step::Cancel],
        &[Step::Accept(None), Step::Fail],
        &[Step::Accept(None), Step::Start, Step::Fail],
    ] {
        again(way).await;
        assert_eq!(figures(&served, &pool).await, (0, 0, 0, Some(10)), "after {way:?}");
        assert_eq!(units(&served, &need).await, (0, 0), "after {way:?}");
    }
    // What was used up stays used up; whether it helped is another question.
    let disputed = again(&[Step::Accept(None), Step::Deliver(None), Step::Dispute]).await;
    assert_eq!(disputed.last_reason(), v1::StepReason::NotDelivered);
    assert_eq!(units(&served, &need).await, (0, 4), "a dispute alone opens nothing");
    Step::Fail.take(&served, CASE_WORKER, &disputed.name).await.expect("settled");
    assert_eq!((units(&served, &need).await, figures(&served, &pool).await), ((0, 0), (0, 0, 4, Some(6))));
    let settled = again(&[Step::Accept(None), Step::Deliver(None), Step::Dispute, Step::Confirm(Some(2))]).await;
    assert_eq!((settled.state(), settled.rating), (State::Confirmed, 2));
    assert_eq!(units(&served, &need).await, (0, 4));
    assert_eq!(referrals(&served, &need).await.len(), 8, "all of it is on record");
}

#[tokio::test]
async fn reasons_ratings_and_quantities_are_held_to_their_rules() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(10)).await;
    let name = led(&served, &resource, &[]).await.name;
    // Reasons that only the server gives, none, and one that there is not.
    for reason in [0, v1::StepReason::NeedClosed.into(), v1::StepReason::Shortfall.into(), 99] {
        let request = v1::DeclineReferralRequest { name: name.clone(), reason, ..Default::default() };
        let answer = served.referrals(PARTNER).decline_referral(request).await;
        refused(&format!("reason {reason}"), answer, "INVALID_FIELDS", "reason");
    }
    Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
    Step::Deliver(None).take(&served, PARTNER, &name).await.expect("delivered");
    for rating in [0, -1, 6, i32::MAX] {
        let answer = Step::Confirm(Some(rating)).take(&served, HOTLINE, &name).await;
        refused(&format!("rating {rating}"), answer, "INVALID_FIELDS", "rating");
    }
    for wrong in ["", "referrals/", "referrals/1", "needs/01890000-0000-7000-8000-000000000000"] {
        refused(wrong, Step::Start.take(&served, PARTNER, wrong).await, "INVALID_FIELDS", "name");
    }
    assert_eq!(Step::Confirm(Some(1)).take(&served, HOTLINE, &name).await.expect("confirmed").rating, 1);
}

#[tokio::test]
async fn a_partners_step_is_answered_again_with_the_place_that_it_was_answered_with_whatever_the_tree_is_since() {
    const COURT: &str = "640104001900";
    const OTHER_STREET: &str = "640104900";
    let served = demo().await;
    let put = async |code: &str, parent: &str| {
        let (code, parent) = (code.to_owned(), parent.to_owned());
        let division = v1::Division { title: text(&code), code, parent, edition: 2026, ..v1::Division::default() };
        let request = v1::BatchUpsertDivisionsRequest { divisions: vec![division], request_id: String::new() };
        told(served.catalog(OPERATOR).batch_upsert_divisions(request).await).expect("put").log_position
    };
    put(OTHER_STREET, "640104").await;
    put(COURT, STREET).await;
    let (_, resource) = trunks(&served, NEAR, Some(10)).await;
    let offered = async || {
        let need = submit(&served, v1::Need { division: COURT.to_owned(), ..wanting(1) }).await;
        offer(&served, HOTLINE, to(&need.name, &resource)).await.expect("offered").name
    };
    let accept = v1::AcceptReferralRequest { name: offered().await, request_id: request_id(), ..Default::default() };
    let decline = v1::DeclineReferralRequest {
        name: offered().await,
        reason: v1::StepReason::Other.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let mut partner = served.referrals(PARTNER);
    let accepted = told(partner.accept_referral(accept.clone()).await).expect("accepted");
    let declined = told(partner.decline_referral(decline.clone()).await).expect("declined");
    let shown = |referral: &Option<v1::Referral>| referral.as_ref().expect("one").division.clone();
    assert_eq!((shown(&accepted.referral), shown(&declined.referral)), (STREET.to_owned(), "640104".to_owned()));
    // The court belongs to another street of another district from now on.
    put(OTHER_STREET, "640105").await;
    let min_position = put(COURT, OTHER_STREET).await;
    let read = async |name: &str| {
        let request = v1::GetReferralRequest { name: name.to_owned(), min_position, ..Default::default() };
        let answer = told(served.referrals(PARTNER).get_referral(request).await).expect("there");
        answer.referral.expect("one").division
    };
    assert_eq!((read(&accept.name).await, read(&decline.name).await), (OTHER_STREET.to_owned(), "640105".to_owned()));
    assert_eq!(told(partner.accept_referral(accept).await).expect("accepted"), accepted);
    assert_eq!(told(partner.decline_referral(decline).await).expect("declined"), declined);
}
