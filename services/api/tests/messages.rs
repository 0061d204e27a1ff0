//! JSON, debugging output and answers that are encoded already.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use prost::Message as _;
use prost::bytes::Bytes;
use wishwell_api::{Encoded, frame_prefix, json, v1};

#[test]
fn json_is_canonical_and_comes_back_the_same() {
    let request =
        v1::BatchUpsertResourcesRequest { resources: vec![support::resource()], request_id: support::UUID.into() };
    let text = json::to_json(&request).unwrap();
    assert!(text.contains(r#""responsibleParty""#), "{text}");
    assert!(text.contains(r#""modes":["DELIVERY_MODE_HOME_VISIT","DELIVERY_MODE_ON_SITE"]"#), "{text}");
    assert_eq!(json::from_json::<v1::BatchUpsertResourcesRequest>(&text).unwrap(), request);
    let pretty = json::to_json_pretty(&request).unwrap();
    assert_eq!(json::from_json::<v1::BatchUpsertResourcesRequest>(&pretty).unwrap(), request);
}

#[test]
fn a_field_that_json_has_and_the_message_has_not_is_refused_by_name() {
    let text = "{\n  \"resources\": [{\"contnet\": \"x\"}]\n}";
    let error = json::from_json::<v1::BatchUpsertResourcesRequest>(text).unwrap_err();
    assert!(error.message.contains("contnet"), "{error}");
    assert_eq!(error.line, 2);
}

#[test]
fn json_that_is_broken_says_where() {
    let error = json::from_json::<v1::Need>("{\"items\": [}").unwrap_err();
    assert_eq!((error.line, error.column), (1, 12));
    assert!(json::from_json::<v1::Need>("{} {}").is_err());
    assert!(json::from_json::<v1::Need>(&"[".repeat(100_000)).is_err());
}

#[test]
fn debugging_output_never_shows_a_sensitive_value() {
    let need = support::need();
    let beneficiary = support::beneficiary();
    let request = v1::WithdrawNeedRequest { reason: "CANARY reason".into(), ..Default::default() };
    let wish = v1::Wish { title: "台灯".into(), consent_given_by: "CANARY mother".into(), ..Default::default() };
    let text = format!("{need:?} {beneficiary:?} {request:?} {wish:?} {:?}", beneficiary.personal);
    assert!(!text.contains("CANARY"), "{text}");
    assert!(text.contains("[redacted]") && text.contains("goods.desk") && text.contains("台灯"));
    assert!(!text.contains("38.47"), "the place of a need is sensitive: {text}");
}

#[test]
fn an_answer_that_is_encoded_already_is_the_same_on_the_wire() {
    let message = v1::FindResourcesResponse { engine_version: "1".into(), log_position: 7, ..Default::default() };
    let bytes = Bytes::from(message.encode_to_vec());
    let frame = Bytes::from([&frame_prefix(bytes.len()).unwrap()[..], &bytes].concat());
    let encoded: Encoded<v1::FindResourcesResponse> = Encoded::Frame(frame.clone());
    let typed = Encoded::from(message.clone());
    assert_eq!(encoded.encoded_len(), typed.encoded_len());
    assert_eq!(encoded.encode_to_vec(), typed.encode_to_vec());
    assert_eq!(encoded.clone().into_message().unwrap(), message);
    assert_eq!((encoded.into_frame().unwrap(), typed.into_frame().unwrap()), (frame.clone(), frame));
    let decoded = Encoded::<v1::FindResourcesResponse>::decode(bytes).unwrap();
    assert_eq!(decoded.into_message().unwrap(), message);
}
