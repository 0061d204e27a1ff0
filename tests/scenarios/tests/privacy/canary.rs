//! Nothing that identifies a beneficiary leaves by logs, spans, figures, errors or the store's plain text (I8).

use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use sqlx::Connection as _;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::canary::leaks::{Leaks, talkative, told};
use wishwell_scenarios::canary::{
    Canaries, LATITUDE, LONGITUDE, NUMBER, Spirit, TRUE_FACT, TURNS, in_order, may_be_refused,
};
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::raw::RawCodec;
use wishwell_scenarios::receiver::Receiver;
use wishwell_scenarios::referring::{
    HOTLINE, OPERATOR, PARTNER, STREET, Step, TRUNK, category, offer, submit, to, wishing,
};
use wishwell_scenarios::told::{point, reason, text};
use wishwell_test_support::postgres::TestDatabase;

/// Calls a method with bytes, as the first of these keys that may. Of a stream, the first answer counts.
async fn call(served: &Served, path: &str, message: &[u8]) -> Result<Vec<u8>, Status> {
    let mut denied = None;
    for key in ["demo-hotline", "demo-operator", "demo-case-worker", "demo-partner"] {
        let mut client = tonic::client::Grpc::new(served.channel());
        client.ready().await.expect("the server takes calls");
        let mut request = Request::new(message.to_vec());
        let bearer = MetadataValue::try_from(format!("Bearer {key}")).expect("a header");
        request.metadata_mut().insert("authorization", bearer);
        let uri = path.parse().expect("a path");
        let answer = if path.ends_with("/WatchEvents") {
            match client.server_streaming(request, uri, RawCodec).await {
                Ok(mut stream) => stream.get_mut().message().await.map(Option::unwrap_or_default),
                Err(status) => Err(status),
            }
        } else {
            client.unary(request, uri, RawCodec).await.map(tonic::Response::into_inner)
        };
        match answer {
            Err(status) if [Code::PermissionDenied, Code::Unauthenticated].contains(&status.code()) => {
                denied = Some(status);
            }
            answer => return answer,
        }
    }
    Err(denied.expect("a key was tried"))
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

fn error_of(method: &MethodDescriptor) -> String {
    format!("the error of {}", method.name())
}

/// Calls every method with a valid request, then with wrong ones, each once for each of the fields that exclude one another.
async fn send_everything(served: &Served, canaries: &mut Canaries, leaks: &mut Leaks) {
    let mut refused = Vec::new();
    for turn in 0..TURNS {
        for method in in_order() {
            let Some(message) = canaries.request(&method.input(), Spirit::Valid, turn) else { continue };
            match call(served, &path(&method), &message.encode_to_vec()).await {
                Ok(answer) => {
                    let answer =
                        DynamicMessage::decode(method.output(), answer.as_slice()).expect("the answer's message");
                    if !method.name().starts_with("Get") && !method.name().starts_with("Find") {
                        canaries.learn(&answer);
                    }
                }
                Err(status) => {
                    leaks.of_shown(&error_of(&method), &told(&status), canaries);
                    // The other turns' fields need not belong together, or be of what is there.
                    if turn == 0 && !may_be_refused(&method, &reason(&status)) {
                        refused.push(format!("{}: {status:?}", method.name()));
                    }
                }
            }
        }
    }
    assert!(refused.is_empty(), "a valid request of each method is taken, but:\n{}", refused.join("\n"));
    for (spirit, turn) in
        [Spirit::Wrong, Spirit::TooLong].into_iter().flat_map(|s| (0..TURNS).map(move |turn| (s, turn)))
    {
        for method in in_order() {
            let Some(message) = canaries.request(&method.input(), spirit, turn) else { continue };
            let message = message.encode_to_vec();
            // The last byte missing, and text that is not UTF-8: refused by the decoder, in its own words.
            let torn = message[..message.len().saturating_sub(1)].to_vec();
            let latin = message.iter().map(|byte| if *byte == b'z' { 0xff } else { *byte }).collect::<Vec<_>>();
            for message in [message, torn, latin] {
                if let Err(status) = call(served, &path(&method), &message).await {
                    leaks.of_shown(&error_of(&method), &told(&status), canaries);
                }
            }
        }
    }
    call(served, "/wishwell.v1.NeedService/canaryMethod", b"canaryBody").await.expect_err("no such method");
}

/// All requests that are made, as they are when nothing is known of what exists.
fn made(canaries: &mut Canaries, spirit: Spirit) -> Vec<(MethodDescriptor, DynamicMessage)> {
    let mut made = Vec::new();
    for turn in 0..TURNS {
        for method in in_order() {
            let request = canaries.request(&method.input(), spirit, turn);
            made.extend(request.map(|request| (method, request)));
        }
    }
    made
}

#[test]
fn every_field_of_every_request_is_filled_and_a_valid_resource_has_an_area_of_each_kind() {
    let mut canaries = Canaries::new();
    let valid = made(&mut canaries, Spirit::Valid);
    let mut areas = Vec::new();
    for (_, request) in valid.into_iter().filter(|(method, _)| method.name() == "CreateResource") {
        let request = v1::CreateResourceRequest::decode(request.encode_to_vec().as_slice()).expect("the message");
        let wrong = wishwell_api::validate(&request).err().unwrap_or_default();
        assert!(!wrong.iter().any(|wrong| wrong.field.starts_with("resource.areas")), "{wrong:?}");
        areas.extend(request.resource.expect("one").areas);
    }
    assert!(areas.iter().any(|area| !area.division.is_empty()), "{areas:?}");
    assert!(areas.iter().any(|area| area.radius.is_some()), "{areas:?}");
    assert!(areas.iter().any(|area| area.everywhere.is_some()), "{areas:?}");
    assert!(areas.iter().any(|area| area.polygon.is_some()), "{areas:?}");

    for spirit in [Spirit::Wrong, Spirit::TooLong] {
        made(&mut canaries, spirit);
    }
    let never = canaries.never_filled();
    assert!(never.is_empty(), "nothing of these can be found to get out: {never:?}");
}

#[tokio::test]
async fn no_marked_value_of_any_field_of_any_call_gets_out() {
    let receiver = Receiver::start().await;
    let mut served = Served::start(&talkative(&receiver.endpoint()), &[]).await;
    let (mut canaries, mut leaks) = (Canaries::new(), Leaks::default());
    send_everything(&served, &mut canaries, &mut leaks).await;
    leaks.of_output(&mut served, &receiver, &canaries).await;
    let mut store = Vec::new();
    for file in std::fs::read_dir(served.process.folder().join("wishwell-data")).expect("the store's folder") {
        store.extend(std::fs::read(file.expect("an entry").path()).expect("readable"));
    }
    leaks.of_store(&store, &canaries);
    leaks.assert_none();
}

#[tokio::test]
async fn no_marked_value_gets_out_by_way_of_postgresql() {
    let receiver = Receiver::start().await;
    let database = TestDatabase::create().await;
    let endpoint = receiver.endpoint();
    let more = [&talkative(&endpoint), ["--demo-principals"].as_slice()].concat();
    let mut served = deployment::serve(deployment::folder(CALLERS), database.url(), &more).await;
    let (mut canaries, mut leaks) = (Canaries::new(), Leaks::default());
    send_everything(&served, &mut canaries, &mut leaks).await;
    leaks.of_output(&mut served, &receiver, &canaries).await;
    leaks.of_store(&dump(database.url()).await, &canaries);
    leaks.assert_none();
}

#[tokio::test]
async fn nothing_of_a_person_gets_out_on_the_way_from_a_wish_to_its_end() {
    let receiver = Receiver::start().await;
    let mut served = Served::start(&talkative(&receiver.endpoint()), &[]).await;
    category(&served, OPERATOR).await;
    let (mut canaries, mut leaks) = (Canaries::new(), Leaks::default());
    let sensitive = |canaries: &mut Canaries, field: &str| canaries.marked(field, true);
    let consent = |purpose: v1::ConsentPurpose, given_by: String| v1::Consent {
        purpose: purpose.into(),
        give_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
        given_by,
        withdraw_time: None,
    };
    let beneficiary = v1::Beneficiary {
        personal: Some(v1::PersonalData {
            name: sensitive(&mut canaries, "name"),
            phone: sensitive(&mut canaries, "phone"),
            address: sensitive(&mut canaries, "address"),
            ..v1::PersonalData::default()
        }),
        residence_division: STREET.to_owned(),
        consents: vec![consent(v1::ConsentPurpose::ContactSharing, sensitive(&mut canaries, "given_by"))],
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary.clone()), request_id: String::new() };
    let name = served.needs(HOTLINE).create_beneficiary(request).await.expect("created").into_inner();
    let name = name.beneficiary.expect("one").name;
    let mut need = wishing(3, &canaries.marked("title", false));
    need.beneficiary = name;
    need.description = sensitive(&mut canaries, "description");
    need.items[0].note = sensitive(&mut canaries, "note");
    need.wish.as_mut().expect("published").consent_given_by = sensitive(&mut canaries, "consent_given_by");
    need.place = point(LATITUDE, LONGITUDE);
    need.facts = vec![
        v1::Fact { key: "monthly_income_per_person_fen".to_owned(), int_value: Some(NUMBER), ..v1::Fact::default() },
        v1::Fact { key: TRUE_FACT.to_owned(), bool_value: Some(true), ..v1::Fact::default() },
    ];
    let need = submit(&served, need).await.name;

    let list = v1::ListWishesRequest { category: TRUNK.to_owned(), ..Default::default() };
    let listed = served.referrals(PARTNER).list_wishes(list).await.expect("listed").into_inner();
    let shown = format!("{listed:?}").into_bytes();
    leaks.of_shown("the pool", &shown, &canaries);
    let pledge = v1::Pledge {
        title: text(&canaries.marked("pledge.title", false)),
        content: canaries.marked("pledge.content", false),
        responsible_party: canaries.marked("pledge.responsible_party", false),
        service_standard: canaries.marked("pledge.service_standard", false),
    };
    let claim = |quantity| v1::ClaimWishRequest {
        wish: listed.items[0].wish.clone(),
        item_ordinal: 1,
        pledge: Some(pledge.clone()),
        quantity: Some(quantity),
        ..v1::ClaimWishRequest::default()
    };
    let claimed = served.referrals(PARTNER).claim_wish(claim(2)).await.expect("claimed").into_inner();
    let referral = claimed.referral.expect("one");
    let get = v1::GetReferralRequest { name: referral.name.clone(), include_contact: true, ..Default::default() };
    let contact = served.referrals(PARTNER).get_referral(get).await.expect("promised").into_inner().contact;
    let personal = beneficiary.personal.expect("sent");
    assert_eq!(contact.expect("shown").phone, personal.phone);
    let refused = [
        served.referrals(PARTNER).claim_wish(claim(2)).await.expect_err("one is left"),
        offer(&served, HOTLINE, to(&need, &referral.resource)).await.expect_err("nothing is left of the pledge"),
        Step::Confirm(None).take(&served, HOTLINE, &referral.name).await.expect_err("not delivered"),
        Step::Confirm(None).take(&served, PARTNER, &referral.name).await.expect_err("not the partner's"),
    ];
    for status in &refused {
        leaks.of_shown("a refusal", &told(status), &canaries);
    }
    let deliver = v1::DeliverReferralRequest {
        name: referral.name.clone(),
        quantity: Some(1),
        note: sensitive(&mut canaries, "delivery note"),
        ..v1::DeliverReferralRequest::default()
    };
    served.referrals(PARTNER).deliver_referral(deliver).await.expect("delivered");
    Step::Dispute.take(&served, HOTLINE, &referral.name).await.expect("disputed");
    for key in [PARTNER, OPERATOR] {
        let request = v1::WatchEventsRequest::default();
        let mut watch = served.referrals(key).watch_events(request).await.expect("watched").into_inner();
        let batch = watch.message().await.expect("no refusal").expect("no end");
        let shown = format!("{batch:?}").into_bytes();
        leaks.of_shown("an event", &shown, &canaries);
    }
    let withdraw = v1::WithdrawNeedRequest { name: need, ..Default::default() };
    served.needs(HOTLINE).withdraw_need(withdraw).await.expect("withdrawn");
    // Enough else is sent for the search to prove that it searches.
    send_everything(&served, &mut canaries, &mut leaks).await;
    leaks.of_output(&mut served, &receiver, &canaries).await;
    leaks.assert_none();
}

/// Every row of every table as text, bytes as they are.
async fn dump(url: &str) -> Vec<u8> {
    let mut connection = sqlx::PgConnection::connect(url).await.expect("the database answers");
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = current_schema()",
    )
    .fetch_all(&mut connection)
    .await
    .expect("tables");
    let mut all = Vec::new();
    for table in tables {
        let rows = sqlx::AssertSqlSafe(format!("SELECT t::text FROM {table} AS t"));
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.expect("rows");
        for row in rows {
            for digits in row.split("\\x").skip(1) {
                let digits: Vec<u8> = digits.bytes().take_while(u8::is_ascii_hexdigit).collect();
                let pairs = digits.chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
                all.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
                all.push(b'\n');
            }
            all.extend(row.into_bytes());
        }
    }
    all
}
