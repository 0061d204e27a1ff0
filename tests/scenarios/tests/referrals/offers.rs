//! Offers: what can be offered to whom, and several at once.

use prost::Message as _;
use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, STREET, Step, demo, draw, figures, offer, pool, referrals,
    resource, seen, sharing, stock, stored_need, submit, to, trunk, trunks, units, wanting,
};
use wishwell_scenarios::told::{mask, metadata, quantity, refused, request_id, told, violations};
use wishwell_scenarios::{catalogue, deployment, external, partners};

fn some(need: &str, resource: &str, pieces: i64) -> v1::ReferralOffer {
    v1::ReferralOffer { quantity: Some(pieces), ..to(need, resource) }
}

#[tokio::test]
async fn a_chosen_resource_that_does_not_fit_is_refused_with_every_reason() {
    let served = demo().await;
    let draws = vec![draw(&pool(&served, stock(NEAR, Some(5))).await, 1)];
    let need = submit(&served, wanting(1)).await.name;
    let elsewhere = vec![v1::ServiceArea { division: "6402".to_owned(), ..Default::default() }];
    let cases = [
        (
            v1::Resource { categories: vec!["education.desk".to_owned()], ..trunk(NEAR, draws.clone(), 38.4) },
            "CATEGORY",
        ),
        (v1::Resource { areas: elsewhere.clone(), ..trunk(NEAR, draws.clone(), 38.4) }, "OUTSIDE_AREA"),
        (
            v1::Resource {
                modes: vec![v1::DeliveryMode::Remote.into()],
                areas: elsewhere,
                ..trunk(NEAR, draws.clone(), 38.4)
            },
            "MODE,OUTSIDE_AREA",
        ),
    ];
    for (entry, expected) in cases {
        let what = format!("{:?} {:?}", entry.categories, entry.modes);
        let name = resource(&served, entry).await;
        let status = refused(&what, offer(&served, HOTLINE, to(&need, &name)).await, "RESOURCE_DOES_NOT_FIT", "");
        assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, name), "{what}");
        assert_eq!(metadata(&status, "reasons"), expected, "{what}");
    }
    let paused = resource(&served, trunk(NEAR, draws.clone(), 38.4)).await;
    let pause = v1::UpdateResourceRequest {
        name: paused.clone(),
        resource: Some(v1::Resource { lifecycle: v1::ResourceLifecycle::Paused.into(), ..Default::default() }),
        update_mask: mask(&["lifecycle"]),
        ..Default::default()
    };
    told(served.catalog(PARTNER).update_resource(pause).await).expect("paused");
    let status = refused("paused", offer(&served, HOTLINE, to(&need, &paused)).await, "RESOURCE_DOES_NOT_FIT", "");
    assert_eq!(metadata(&status, "reasons"), "PAUSED");
    // An organization that nobody has verified.
    let operator = catalogue::Operator(&served);
    operator.create_organization(catalogue::organization("unknown")).await.expect("created");
    let applied =
        v1::Resource { organization_external: Some(external("test", "unknown")), ..trunk(NEAR, vec![], 38.4) };
    let applied = resource(&served, applied).await;
    let status = refused("unverified", offer(&served, HOTLINE, to(&need, &applied)).await, "RESOURCE_DOES_NOT_FIT", "");
    assert_eq!(metadata(&status, "reasons"), "ORGANIZATION_NOT_VERIFIED");
    assert_eq!((units(&served, &need).await, referrals(&served, &need).await.len()), ((0, 0), 0));
}

#[tokio::test]
async fn nothing_is_promised_twice_neither_of_a_pool_nor_for_an_item() {
    let served = demo().await;
    let (pool, small) = trunks(&served, NEAR, Some(3)).await;
    let need = submit(&served, sharing(5)).await.name;
    let all = offer(&served, HOTLINE, to(&need, &small)).await;
    let status = refused("five of three", all, "CAPACITY_EXHAUSTED", "");
    assert_eq!(status.code(), Code::FailedPrecondition);
    let told = ["name", "asked", "left"].map(|key| metadata(&status, key));
    assert_eq!(told, [pool.as_str(), "5", "3"]);
    offer(&served, HOTLINE, some(&need, &small, 3)).await.expect("three of three");
    let status = refused("more", offer(&served, HOTLINE, some(&need, &small, 1)).await, "CAPACITY_EXHAUSTED", "");
    assert_eq!(metadata(&status, "left"), "0");
    let (_, large) = trunks(&served, FAR, Some(100)).await;
    let status = refused("too many", offer(&served, HOTLINE, some(&need, &large, 3)).await, "ITEM_COVERED", "");
    let told = ["name", "item_ordinal", "asked", "left"].map(|key| metadata(&status, key));
    assert_eq!(told, [need.as_str(), "1", "3", "2"]);
    offer(&served, HOTLINE, some(&need, &large, 2)).await.expect("the rest");
    let status = refused("nothing left", offer(&served, HOTLINE, to(&need, &large)).await, "ITEM_COVERED", "");
    assert_eq!(metadata(&status, "left"), "0");
    assert_eq!(figures(&served, &pool).await, (3, 0, 0, Some(0)));

    let whole = submit(&served, wanting(4)).await.name;
    for part in [1, 3] {
        let answer = offer(&served, HOTLINE, some(&whole, &large, part)).await;
        refused("a part of what cannot be split", answer, "INVALID_FIELDS", "offer.quantity");
    }
    let another = submit(&served, wanting(4)).await.name;
    let both = vec![some(&another, &large, 4), some(&whole, &large, 1)];
    refused("a part, among others", batch(&served, both).await, "INVALID_FIELDS", "offers[1].quantity");
    offer(&served, HOTLINE, some(&whole, &large, 4)).await.expect("the whole");
}

#[tokio::test]
async fn an_enquiry_asks_and_its_answer_says_how_much() {
    let served = demo().await;
    let (pool, unknown) = trunks(&served, NEAR, None).await;
    let need = submit(&served, sharing(6)).await.name;
    let asked = offer(&served, HOTLINE, to(&need, &unknown)).await.expect("asked");
    assert!(asked.enquiry);
    assert_eq!(figures(&served, &pool).await, (6, 0, 0, None));
    let status = refused(
        "how much?",
        Step::Accept(None).take(&served, PARTNER, &asked.name).await,
        "INVALID_FIELDS",
        "quantity",
    );
    assert!(status.message().contains("quantity"), "{status:?}");
    let promised = Step::Accept(Some(4)).take(&served, PARTNER, &asked.name).await.expect("answered");
    assert_eq!((promised.enquiry, promised.units), (false, 4));
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 4, 0, None), (4, 0)));
    // Without pools there is nothing to hold; it can only be asked.
    let bare = resource(&served, trunk(NEAR, vec![], 38.4)).await;
    let asked = offer(&served, HOTLINE, to(&need, &bare)).await.expect("asked");
    assert_eq!((asked.enquiry, asked.lines.len(), asked.units), (true, 0, 2));
    Step::Accept(Some(2)).take(&served, PARTNER, &asked.name).await.expect("answered");
    assert_eq!(units(&served, &need).await, (6, 0));
}

async fn batch(served: &Served, offers: Vec<v1::ReferralOffer>) -> Result<Vec<v1::Referral>, Status> {
    let request = v1::BatchCreateReferralsRequest { offers, request_id: String::new() };
    told(served.referrals(HOTLINE).batch_create_referrals(request).await).map(|answer| answer.referrals)
}

#[tokio::test]
async fn a_batch_is_made_as_a_whole_or_not_at_all_and_a_tried_one_each_for_itself() {
    let served = demo().await;
    let (pool, trunk) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(8)).await.name;
    let unknown = "resources/01890000-0000-7000-8000-000000000000";
    let too_much = batch(&served, vec![some(&need, &trunk, 4), some(&need, &trunk, 4), some(&need, &trunk, 1)]).await;
    let status = refused("nine of eight", too_much, "ITEM_COVERED", "");
    assert_eq!(["index", "name", "left"].map(|key| metadata(&status, key)), ["2", need.as_str(), "0"], "{status:?}");
    let unfit = resource(
        &served,
        v1::Resource {
            categories: vec!["education.desk".to_owned()],
            ..wishwell_scenarios::referring::trunk(NEAR, vec![], 38.4)
        },
    )
    .await;
    let broken = batch(&served, vec![some(&need, &trunk, 1), to(&need, &unfit)]).await;
    let status = refused("one that does not fit", broken, "RESOURCE_DOES_NOT_FIT", "");
    assert_eq!(["index", "name"].map(|key| metadata(&status, key)), ["1", unfit.as_str()], "{status:?}");
    let gone = v1::ReferralOffer { need: "needs/01890000-0000-7000-8000-000000000000".to_owned(), ..to(&need, &trunk) };
    let status = refused("no need", batch(&served, vec![some(&need, &trunk, 1), gone]).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "index"), "1", "{status:?}");
    let broken = batch(&served, vec![some(&need, &trunk, 1), to(&need, unknown)]).await;
    let status = refused("an unknown one", broken, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "index"), "1", "{status:?}");
    let wrong =
        batch(&served, vec![some(&need, &trunk, 1), v1::ReferralOffer { item_ordinal: 2, ..to(&need, &trunk) }]).await;
    refused("an unknown item", wrong, "INVALID_FIELDS", "offers[1].item_ordinal");
    let no_such = |item_ordinal| v1::ReferralOffer { item_ordinal, ..to(&need, &trunk) };
    let both =
        batch(&served, vec![no_such(3), some(&need, &trunk, 1), no_such(2)]).await.expect_err("two unknown items");
    let fields: Vec<_> = violations(&both).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["offers[0].item_ordinal", "offers[2].item_ordinal"], "all at once");
    refused("nothing", batch(&served, vec![]).await, "INVALID_FIELDS", "offers");
    refused("101", batch(&served, vec![some(&need, &trunk, 1); 101]).await, "INVALID_FIELDS", "offers");
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 0, 0, Some(10)), (0, 0)));
    let made = batch(&served, vec![some(&need, &trunk, 3), some(&need, &trunk, 2)]).await.expect("both");
    assert_eq!(made.iter().map(|referral| referral.units).collect::<Vec<_>>(), [3, 2], "in the order of the request");
    assert_eq!(figures(&served, &pool).await, (5, 0, 0, Some(5)));

    let offers = vec![some(&need, &trunk, 4), some(&need, &trunk, 1), to(&need, unknown), some(&need, &trunk, 2)];
    let request = v1::BatchTryCreateReferralsRequest { offers, request_id: request_id() };
    let tried = told(served.referrals(HOTLINE).batch_try_create_referrals(request.clone()).await).expect("tried");
    let outcomes = |tried: &v1::BatchTryCreateReferralsResponse| {
        let outcome = |tried: &v1::TriedReferral| match (&tried.referral, &tried.status) {
            (Some(referral), None) => (0, referral.units),
            (None, Some(status)) => (status.code, 0),
            both => panic!("a referral or a status: {both:?}"),
        };
        tried.results.iter().map(outcome).collect::<Vec<_>>()
    };
    let (covered, not_found) = (Code::FailedPrecondition as i32, Code::NotFound as i32);
    assert_eq!(outcomes(&tried), [(covered, 0), (0, 1), (not_found, 0), (0, 2)]);
    let why = tried.results[0].status.as_ref().expect("refused");
    assert!(why.details.iter().any(|detail| detail.type_url.ends_with("google.rpc.ErrorInfo")), "{why:?}");
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((8, 0, 0, Some(2)), (8, 0)));
    assert_eq!(referrals(&served, &need).await.len(), 4);
}

#[tokio::test]
async fn a_tried_batch_that_comes_again_is_answered_as_it_was_and_another_one_under_its_id_is_not_tried() {
    let served = demo().await;
    let (pool, trunk) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(8)).await.name;
    let try_all = |request: v1::BatchTryCreateReferralsRequest| {
        let mut referrals = served.referrals(HOTLINE);
        async move { told(referrals.batch_try_create_referrals(request).await) }
    };
    let offers = vec![some(&need, &trunk, 6), some(&need, &trunk, 4), some(&need, &trunk, 1)];
    let request = v1::BatchTryCreateReferralsRequest { offers, request_id: request_id() };
    let at_once: Vec<_> = (0..16).map(|_| tokio::spawn(try_all(request.clone()))).collect();
    let mut answers = Vec::new();
    for answer in at_once {
        answers.push(answer.await.expect("asked").expect("tried").encode_to_vec());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one answer, to the byte");
    let tried = v1::BatchTryCreateReferralsResponse::decode(answers[0].as_slice()).expect("an answer");
    let made: Vec<_> = tried.results.iter().map(|tried| tried.referral.is_some()).collect();
    assert_eq!((made, figures(&served, &pool).await), (vec![true, false, true], (7, 0, 0, Some(3))));

    // There is room now for what was refused: it stays refused, under this id.
    let first = tried.results[0].referral.as_ref().expect("made");
    Step::Withdraw.take(&served, HOTLINE, &first.name).await.expect("withdrawn");
    assert_eq!(try_all(request.clone()).await.expect("tried again").encode_to_vec(), answers[0]);
    // Whatever its length: not one of its offers is made.
    for offers in [vec![some(&need, &trunk, 2)], vec![some(&need, &trunk, 1); 5]] {
        let other = v1::BatchTryCreateReferralsRequest { offers, ..request.clone() };
        refused("another body", try_all(other).await, "REQUEST_ID_REUSED", "");
    }
    assert_eq!(figures(&served, &pool).await, (1, 0, 0, Some(9)));
    let anew = v1::BatchTryCreateReferralsRequest { request_id: request_id(), ..request };
    let anew = try_all(anew).await.expect("tried anew");
    assert_eq!(anew.results.iter().filter(|tried| tried.referral.is_some()).count(), 2, "{anew:?}");
}

#[tokio::test]
async fn quantities_names_and_terms_that_make_no_sense_are_refused() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(10)).await;
    let need = submit(&served, sharing(5)).await.name;
    for pieces in [0, -1, i64::MIN, (1 << 40) + 1, i64::MAX] {
        let answer = offer(&served, HOTLINE, some(&need, &trunk, pieces)).await;
        refused(&format!("{pieces} pieces"), answer, "INVALID_FIELDS", "offer.quantity");
    }
    refused("astronomic", offer(&served, HOTLINE, some(&need, &trunk, 1 << 40)).await, "ITEM_COVERED", "");
    for item_ordinal in [0, -1, 33, i32::MAX] {
        let answer = offer(&served, HOTLINE, v1::ReferralOffer { item_ordinal, ..to(&need, &trunk) }).await;
        refused(&format!("item {item_ordinal}"), answer, "INVALID_FIELDS", "offer.item_ordinal");
    }
    let second = v1::ReferralOffer { item_ordinal: 2, ..to(&need, &trunk) };
    refused("no such item", offer(&served, HOTLINE, second).await, "INVALID_FIELDS", "offer.item_ordinal");
    for seconds in [-60, 0, 59, 30 * 86_400 + 1, 315_576_000_001] {
        let answer_within = Some(prost_types::Duration { seconds, nanos: 0 });
        let answer = offer(&served, HOTLINE, v1::ReferralOffer { answer_within, ..to(&need, &trunk) }).await;
        refused(&format!("{seconds} seconds"), answer, "INVALID_FIELDS", "offer.answer_within");
    }
    let id = "01890000-0000-7000-8000-000000000000";
    let (no_need, no_resource) = (format!("needs/{id}"), format!("resources/{id}"));
    let status = refused("no need", offer(&served, HOTLINE, to(&no_need, &trunk)).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "name"), no_need);
    let status = refused("no resource", offer(&served, HOTLINE, to(&need, &no_resource)).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "name"), no_resource);
    refused("the wrong kind", offer(&served, HOTLINE, to(&trunk, &need)).await, "INVALID_FIELDS", "offer.need");
    let nothing = v1::CreateReferralRequest::default();
    refused("nothing", served.referrals(HOTLINE).create_referral(nothing).await, "INVALID_FIELDS", "offer");
    // What is counted in visits cannot be given in pieces.
    let visits = v1::Need {
        items: vec![v1::NeedItem { quantity: quantity(1, "visit"), ..wanting(1).items[0].clone() }],
        ..wanting(1)
    };
    let visits = submit(&served, visits).await.name;
    let in_pieces =
        v1::Resource { unit: "piece".to_owned(), ..wishwell_scenarios::referring::trunk(NEAR, vec![], 38.4) };
    let in_pieces = resource(&served, in_pieces).await;
    let status = refused(
        "pieces are no visits",
        offer(&served, HOTLINE, to(&visits, &in_pieces)).await,
        "RESOURCE_DOES_NOT_FIT",
        "",
    );
    assert_eq!(metadata(&status, "reasons"), "UNIT");
    assert_eq!(referrals(&served, &need).await.len(), 0);
}

#[tokio::test]
async fn a_case_worker_refers_only_needs_of_its_divisions() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(10)).await;
    let elsewhere = submit(&served, v1::Need { division: "64".to_owned(), ..wanting(1) }).await.name;
    refused("elsewhere", offer(&served, CASE_WORKER, to(&elsewhere, &trunk)).await, "NOT_FOUND", "");
    let auto = v1::AutoReferRequest { need: elsewhere, item_ordinal: 1, ..Default::default() };
    refused("elsewhere", served.referrals(CASE_WORKER).auto_refer(auto).await, "NOT_FOUND", "");
    let here = submit(&served, wanting(1)).await;
    assert_eq!(here.division, STREET);
    offer(&served, CASE_WORKER, to(&here.name, &trunk)).await.expect("offered");
}

#[tokio::test]
async fn a_withdrawn_need_calls_off_what_is_under_way_and_keeps_what_has_arrived() {
    let served = demo().await;
    let (pool, trunk) = trunks(&served, NEAR, Some(20)).await;
    let need = submit(&served, sharing(10)).await.name;
    let mut names = Vec::new();
    for way in [
        &[][..],
        &[Step::Accept(None)],
        &[Step::Accept(None), Step::Start],
        &[Step::Accept(None), Step::Deliver(None)],
        &[Step::Decline],
    ] {
        let name = offer(&served, HOTLINE, some(&need, &trunk, 2)).await.expect("offered").name;
        for step in way {
            step.take(&served, PARTNER, &name).await.expect("a step");
        }
        names.push(name);
    }
    let withdraw = v1::WithdrawNeedRequest { name: need.clone(), request_id: request_id(), ..Default::default() };
    let withdrawn = told(served.needs(HOTLINE).withdraw_need(withdraw.clone()).await).expect("withdrawn");
    assert_eq!(withdrawn.need.as_ref().expect("one").state(), v1::NeedState::Withdrawn);
    let mut states = Vec::new();
    for name in &names {
        let now = seen(&served, OPERATOR, name).await.expect("there");
        states.push((now.state(), now.last_reason()));
    }
    use v1::{ReferralState as State, StepReason as Because};
    let closed = Because::NeedClosed;
    assert_eq!(states[..3], [(State::Withdrawn, closed), (State::Cancelled, closed), (State::Cancelled, closed)]);
    assert_eq!(states[3..], [(State::Delivered, Because::Unspecified), (State::Declined, Because::NoSuitableTime)]);
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 0, 2, Some(18)), (0, 2)));
    refused("a withdrawn need", offer(&served, HOTLINE, to(&need, &trunk)).await, "ILLEGAL_STATE", "");
    let again = told(served.needs(HOTLINE).withdraw_need(withdraw).await).expect("answered again");
    assert_eq!(again, withdrawn);
    Step::Confirm(None).take(&served, HOTLINE, &names[3]).await.expect("what has arrived can still be confirmed");
    assert_eq!(stored_need(&served, &need).await.state(), v1::NeedState::Withdrawn);
}

#[tokio::test]
async fn the_end_of_a_need_says_how_much_had_arrived_of_what_ends_with_it() {
    let served = demo().await;
    let (pool, trunk) = trunks(&served, NEAR, Some(20)).await;
    let (need, other) = (submit(&served, sharing(10)).await.name, submit(&served, sharing(4)).await.name);
    let promised = async |need: &str, way: &[Step]| {
        let name = offer(&served, HOTLINE, some(need, &trunk, 4)).await.expect("offered").name;
        for step in way {
            step.take(&served, PARTNER, &name).await.expect("a step");
        }
        name
    };
    let first = promised(&need, &[Step::Accept(None)]).await;
    let second = promised(&need, &[Step::Accept(None), Step::Start]).await;
    let elsewhere = promised(&other, &[Step::Accept(None)]).await;
    let of = |referral: &str, quantity| v1::ArrivedQuantity { referral: referral.to_owned(), quantity };
    let close = |arrived: &[v1::ArrivedQuantity]| v1::CloseNeedRequest {
        name: need.clone(),
        reason: "moved away".to_owned(),
        request_id: request_id(),
        arrived: arrived.to_vec(),
        ..Default::default()
    };
    // All of it, more than that, of another need, and of one that is named twice: all at once, and nothing of it is done.
    let wrong = [of(&first, 4), of(&second, 9), of(&elsewhere, 1), of(&first, 1)];
    let status = told(served.needs(HOTLINE).close_need(close(&wrong)).await).expect_err("none of them can be");
    let fields: Vec<String> = violations(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(
        fields,
        ["arrived[0].quantity", "arrived[1].quantity", "arrived[2].referral", "arrived[3].referral"],
        "{status:?}"
    );
    // What breaks the contract is told as well.
    let broken = [of("referrals/none", -1)];
    refused(
        "no name",
        told(served.needs(HOTLINE).close_need(close(&broken)).await),
        "INVALID_FIELDS",
        "arrived[0].referral",
    );
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 12, 0, Some(8)), (8, 0)));
    let closed = close(&[of(&second, 3), of(&first, 1)]);
    let answer = told(served.needs(HOTLINE).close_need(closed.clone()).await).expect("closed");
    assert_eq!(answer.need.as_ref().expect("one").state(), v1::NeedState::Closed);
    for (name, arrived) in [(&first, 1), (&second, 3)] {
        let now = seen(&served, OPERATOR, name).await.expect("there");
        assert_eq!((now.state(), now.arrived_units), (v1::ReferralState::Cancelled, arrived));
    }
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 4, 4, Some(12)), (0, 4)));
    assert_eq!(told(served.needs(HOTLINE).close_need(closed).await).expect("answered again"), answer);
}

#[tokio::test]
async fn an_item_that_is_referred_keeps_what_it_asks_for() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(20)).await;
    let need = submit(&served, sharing(6)).await;
    offer(&served, HOTLINE, some(&need.name, &trunk, 4)).await.expect("offered");
    let change = async |items: Vec<v1::NeedItem>| {
        let request = v1::UpdateNeedRequest {
            name: need.name.clone(),
            need: Some(v1::Need { items, ..sharing(6) }),
            update_mask: mask(&["items"]),
            ..Default::default()
        };
        told(served.needs(HOTLINE).update_need(request).await).map(|answer| answer.need.expect("one"))
    };
    let item = |pieces| sharing(pieces).items[0].clone();
    let desk = v1::NeedItem { category: "education.desk".to_owned(), ..item(6) };
    refused("another category", change(vec![desk]).await, "INVALID_FIELDS", "need.items[0]");
    let visits = v1::NeedItem { quantity: quantity(6, "visit"), ..item(6) };
    refused("another unit", change(vec![visits]).await, "INVALID_FIELDS", "need.items[0]");
    refused("less than referred", change(vec![item(3)]).await, "INVALID_FIELDS", "need.items[0].quantity.value");
    let less = change(vec![item(4)]).await.expect("exactly what is referred");
    assert_eq!((less.items[0].referred_units, less.items[0].served_units), (4, 0));
    refused("nothing left", offer(&served, HOTLINE, to(&need.name, &trunk)).await, "ITEM_COVERED", "");
    let more = change(vec![item(7), item(2)]).await.expect("more, and another item");
    assert_eq!((more.items.len(), more.items[0].referred_units, more.items[1].referred_units), (2, 4, 0));
    assert_eq!(offer(&served, HOTLINE, to(&need.name, &trunk)).await.expect("the rest").units, 3);
    let second = v1::ReferralOffer { item_ordinal: 2, ..to(&need.name, &trunk) };
    assert_eq!(offer(&served, HOTLINE, second).await.expect("the other item").units, 2);
    refused("a referred item gone", change(vec![item(7)]).await, "INVALID_FIELDS", "need.items[1]");
}

#[tokio::test]
async fn what_another_tenant_has_does_not_exist() {
    let (served, partners) = partners::served(1).await;
    let pool = pool(&served, stock(&partners[0].external_id, Some(5))).await;
    let trunk = resource(&served, trunk(&partners[0].external_id, vec![draw(&pool, 1)], 38.4)).await;
    let need = submit(&served, wanting(1)).await.name;
    let other = deployment::HOTLINE;
    let status = refused("its need", offer(&served, other, to(&need, &trunk)).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "name"), need);
    let name = offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered").name;
    refused("its referral", seen(&served, other, &name).await, "NOT_FOUND", "");
    for step in [Step::Withdraw, Step::Confirm(None), Step::Dispute, Step::Cancel, Step::Fail] {
        refused(step.name(), step.take(&served, other, &name).await, "NOT_FOUND", "");
    }
    let list = v1::ListReferralsRequest::default();
    assert!(told(served.referrals(other).list_referrals(list).await).expect("listed").referrals.is_empty());
    let request = v1::WatchEventsRequest::default();
    let mut watch = told(served.referrals(other).watch_events(request).await).expect("watched");
    let first = watch.message().await.expect("no refusal").expect("no end");
    assert_eq!((first.events, first.log_position), (Vec::new(), 0), "a log of its own");
    Step::Accept(None).take(&served, partners[0].key, &name).await.expect("nothing has changed");
}
