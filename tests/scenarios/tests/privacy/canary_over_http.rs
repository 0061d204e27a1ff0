//! Nothing that identifies a beneficiary leaves by logs, spans, figures or errors when it comes in over plain HTTP: by the calls of the
//! contract as JSON, and by the pages' forms.

use prost_reflect::DynamicMessage;
use serde_json::Value;
use wishwell_scenarios::Served;
use wishwell_scenarios::canary::leaks::{Leaks, talkative};
use wishwell_scenarios::canary::{Canaries, LATITUDE, LONGITUDE, NUMBER, Spirit, TURNS, in_order, may_be_refused};
use wishwell_scenarios::made::{Operation, operations};
use wishwell_scenarios::receiver::Receiver;
use wishwell_scenarios::web::{Answer, Plain};

/// Who asks, one after the other until one may.
const KEYS: [&str; 4] = ["demo-hotline", "demo-operator", "demo-case-worker", "demo-partner"];
/// Requests that are taken, at least: the search proves nothing of what was turned away at the door.
const TAKEN_MIN: usize = 60;

/// Path, query and body that carry a message.
fn over_http(operation: &Operation, message: &DynamicMessage) -> (String, Vec<u8>) {
    let mut json = serde_json::to_value(message).expect("JSON");
    let mut target = operation.path.clone();
    if target.contains("{id}") {
        let name = take_name(&mut json, operation.collection());
        let id = name.split_once('/').map_or(name.as_str(), |(_, id)| id);
        target = target.replace("{id}", &encoded(&[("", id)])[1..]);
    }
    if operation.has_body {
        return (target, json.to_string().into_bytes());
    }
    let mut pairs = Vec::new();
    parameters("", &json, &mut pairs);
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    (format!("{target}?{}", encoded(&pairs)), Vec::new())
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).expect("text")
}

/// Takes the name out that belongs into the path: the one of that collection, or whatever stands where it would.
fn take_name(json: &mut Value, collection: &str) -> String {
    let fields = json.as_object_mut().expect("a message");
    let singular = if collection == "wishes" { "wish" } else { collection.trim_end_matches('s') };
    let key = ["name", singular].into_iter().find(|key| fields.get(*key).is_some_and(Value::is_string));
    if let Some(name) = key.and_then(|key| fields.remove(key)) {
        return name.as_str().expect("text").to_owned();
    }
    let mut parts = fields.values_mut().filter_map(Value::as_object_mut);
    let name = parts.find_map(|part| part.remove("name"));
    name.and_then(|name| name.as_str().map(ToOwned::to_owned)).unwrap_or_else(|| "nothing".to_owned())
}

/// Fields as parameters; messages in lists can be none.
fn parameters(prefix: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if prefix.is_empty() { "" } else { "." };
                parameters(&format!("{prefix}{dot}{name}"), value, pairs);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| parameters(prefix, value, pairs)),
        Value::String(text) => pairs.push((prefix.to_owned(), text.clone())),
        other => pairs.push((prefix.to_owned(), other.to_string())),
    }
}

/// Asks as the first of the keys that may.
async fn ask(web: &mut Plain, operation: &Operation, target: &str, body: &[u8]) -> Answer {
    let mut denied = None;
    for key in KEYS {
        let credentials = format!("Bearer {key}");
        let headers = [("authorization", credentials.as_str()), ("content-type", "application/json")];
        let answer = web.ask(&operation.verb, target, &headers, body).await;
        if ![401, 403].contains(&answer.status) {
            return answer;
        }
        denied = Some(answer);
    }
    denied.expect("a key was tried")
}

/// The fields of the form for a need, with marked values in those that take any text.
fn form(canaries: &mut Canaries) -> Vec<(&'static str, String)> {
    let figure = |figure: f64| figure.to_string();
    vec![
        ("do", "submit".to_owned()),
        ("whose", "beneficiary".to_owned()),
        ("source", canaries.marked("form.source", false)),
        ("external_id", canaries.marked("form.external_id", false)),
        ("items.0.category", "education.desk".to_owned()),
        ("items.0.quantity", "1".to_owned()),
        ("items.0.unit", "piece".to_owned()),
        ("items.0.note", canaries.marked("form.note", true)),
        ("urgency", "urgent".to_owned()),
        ("timing", "any".to_owned()),
        ("division", "640104".to_owned()),
        ("latitude", figure(LATITUDE)),
        ("longitude", figure(LONGITUDE)),
        ("datum", "wgs84".to_owned()),
        ("delivery", "on".to_owned()),
        ("groups", canaries.marked("form.groups", true)),
        ("channel", "hotline".to_owned()),
        ("description", canaries.marked("form.description", true)),
        ("wish", "on".to_owned()),
        ("wish_title", canaries.marked("form.wish_title", false)),
        ("wish_consent_by", canaries.marked("form.wish_consent_by", true)),
        ("wish_consent_date", "2026-10-01".to_owned()),
        ("fact.monthly_income_per_person_fen", format!("{}.{:02}", NUMBER / 100, NUMBER % 100)),
        ("fact.age_years", canaries.marked("form.fact", true)),
    ]
}

/// Fills the form in as a case worker, and asks for everything else that pages have.
async fn fill_in_forms(web: &mut Plain, canaries: &mut Canaries) {
    let cookie = web.signed_in("demo-case-worker").await;
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let beneficiary = canaries.names["beneficiaries"].clone();
    let mut taken = 0;
    for left_out in [&[] as &[&str], &["fact.age_years"], &["latitude"], &["fact.age_years", "whose", "groups"]] {
        let mut fields = form(canaries);
        fields.push(("fact.experienced_violence", "yes".to_owned()));
        fields.retain(|(name, _)| !left_out.contains(name));
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for target in ["/desk/needs/new", "/desk/needs/candidates"] {
            let answer = web.ask("POST", target, &headers, encoded(&pairs).as_bytes()).await;
            assert!(answer.status < 500, "{target}: {} {}", answer.status, answer.text());
            taken += usize::from(answer.status == 303);
        }
    }
    assert_eq!(taken, 1, "the last one is a need");
    let marker = canaries.marked("form.word", true);
    for target in [
        format!("/desk/needs?word={marker}"),
        format!("/desk/needs/{marker}"),
        format!("/desk/{marker}"),
        format!("/sign-in?next=/{marker}"),
        format!("/{beneficiary}?{marker}"),
    ] {
        let answer = web.ask("GET", &target, &headers, b"").await;
        assert!(answer.status < 500, "{target}: {}", answer.status);
    }
    let token = canaries.marked("form.token", true);
    let answer = web.ask("POST", "/sign-in", &headers, encoded(&[("token", &token)]).as_bytes()).await;
    assert!(answer.status < 500, "{}", answer.status);
}

#[tokio::test]
async fn no_marked_value_of_any_call_or_form_gets_out_by_plain_http() {
    let receiver = Receiver::start().await;
    let mut served = Served::start(&talkative(&receiver.endpoint()), &[]).await;
    let (mut canaries, mut leaks) = (Canaries::new(), Leaks::default());
    let mut web = served.web();
    let mut operations = operations();
    let order = in_order();
    operations.sort_by_key(|operation| order.iter().position(|method| *method == operation.method));
    let (mut taken, mut refused) = (0, Vec::new());
    let spirits = [Spirit::Valid, Spirit::Wrong, Spirit::TooLong];
    for (spirit, turn) in spirits.into_iter().flat_map(|spirit| (0..TURNS).map(move |turn| (spirit, turn))) {
        for operation in &operations {
            let Some(message) = canaries.request(&operation.input(), spirit, turn) else { continue };
            let (target, body) = over_http(operation, &message);
            let answer = ask(&mut web, operation, &target, &body).await;
            if answer.status < 300 {
                taken += 1;
                let fresh = !["Get", "Find", "Watch"].iter().any(|read| operation.method.name().starts_with(read));
                if fresh && let Ok(answer) = DynamicMessage::deserialize(operation.method.output(), answer.json()) {
                    canaries.learn(&answer);
                }
                continue;
            }
            leaks.of_shown(&format!("the error of {}", operation.name()), &answer.body, &canaries);
            if spirit == Spirit::Valid && turn == 0 && !may_be_refused(&operation.method, &answer.reason()) {
                refused.push(format!("{} {target}: {}", operation.name(), answer.text()));
            }
        }
    }
    assert!(refused.is_empty(), "a valid request of each method is taken, but:\n{}", refused.join("\n"));
    assert!(taken >= TAKEN_MIN, "{taken} were taken");
    fill_in_forms(&mut web, &mut canaries).await;
    leaks.of_output(&mut served, &receiver, &canaries).await;
    leaks.assert_none();
}
