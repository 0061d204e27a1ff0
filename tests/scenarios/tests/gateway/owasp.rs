//! The OWASP API Security Top 10 of 2023 over REST: a test named for each item that applies. What each holds is
//! in docs/security.md.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wishwell_scenarios::Served;
use wishwell_scenarios::deployment::{self, CALLERS, folder};
use wishwell_scenarios::gateway::Gateway;
use wishwell_scenarios::made::{OPENAPI, operations};
use wishwell_scenarios::referring::{AUDITOR, CASE_WORKER, HOTLINE, OPERATOR, PARTNER, VISITOR};
use wishwell_scenarios::web::Plain;

/// The demo's other partner.
const VOLUNTEER: &str = "demo-volunteer";

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

fn example(call: &str) -> Value {
    operations().into_iter().find(|operation| operation.name() == call).expect("an operation").body
}

/// A need and a referral of it to a resource of this partner; their names.
async fn referred_to(web: &mut Plain, partner: &str) -> (String, String) {
    let organization = web.get(partner, "/v1/principal").await.ok();
    let organization = text(&organization, "/principal/organization").to_owned();
    let mut need = example("NeedService.SubmitNeed");
    need["need"]["external"]["externalId"] = format!("owasp-{partner}").into();
    need["need"]["items"][0] =
        json!({ "category": "living-care.regular-visit", "quantity": { "unit": "visit", "value": "1" } });
    let need = text(&web.post(HOTLINE, "/v1/needs", &need).await.ok(), "/need/name").to_owned();
    let found = web.post(HOTLINE, "/v1/resources:find", &json!({ "need": need, "topK": 100 })).await.ok();
    for candidate in found["items"][0]["candidates"].as_array().cloned().unwrap_or_default() {
        let resource = candidate["resource"].as_str().unwrap_or_else(|| text(&candidate, "/resource/name")).to_owned();
        let owner = web.get(OPERATOR, &format!("/v1/{resource}")).await.ok();
        if text(&owner, "/resource/organization") == organization {
            let offer = json!({ "offer": { "need": need, "itemOrdinal": 1, "resource": resource } });
            let offered = web.post(CASE_WORKER, "/v1/referrals", &offer).await.ok();
            return (need, text(&offered, "/referral/name").to_owned());
        }
    }
    panic!("{partner} has nothing for it: {found}")
}

#[tokio::test]
async fn api1_a_partner_reaches_no_object_of_another_by_its_id() {
    let served = Served::demo().await;
    let mut web = served.web();
    let (need, referral) = referred_to(&mut web, PARTNER).await;
    web.get(PARTNER, &format!("/v1/{referral}")).await.ok();
    let read = web.get(VOLUNTEER, &format!("/v1/{referral}")).await;
    assert!([403, 404].contains(&read.status), "{}", read.text());
    // One that is not there is refused in the same words, so that nobody learns which ids are.
    let absent = web.get(VOLUNTEER, "/v1/referrals/0197f000-0000-7000-8000-0000000000ff").await;
    assert_eq!((read.status, read.reason()), (absent.status, absent.reason()));
    for step in ["accept", "start", "deliver", "decline"] {
        let body = if step == "decline" { json!({ "reason": "STEP_REASON_OTHER" }) } else { json!({}) };
        let answer = web.post(VOLUNTEER, &format!("/v1/{referral}:{step}"), &body).await;
        assert!([403, 404].contains(&answer.status), "{step}: {}", answer.text());
    }
    for partner in [PARTNER, VOLUNTEER] {
        let answer = web.get(partner, &format!("/v1/{need}")).await;
        assert!([403, 404].contains(&answer.status), "{partner} reads a need: {}", answer.text());
    }
    let listed = web.get(VOLUNTEER, "/v1/referrals?pageSize=1000").await.ok();
    assert!(!listed.to_string().contains(&referral), "{listed}");
    let after = web.get(PARTNER, &format!("/v1/{referral}")).await.ok();
    assert_eq!(text(&after, "/referral/state"), "REFERRAL_STATE_OFFERED", "nothing of it did anything");
}

#[tokio::test]
async fn api2_what_is_no_credential_opens_nothing() {
    let served = Served::demo().await;
    let mut web = served.web();
    let tokens = [
        "Bearer",
        "Bearer ",
        "Bearer  demo-operator",
        "Basic ZGVtby1vcGVyYXRvcjo=",
        "demo-operator",
        "Bearer demo-operator ,x",
        "Bearer DEMO-OPERATOR",
        "Bearer demo-operato",
        "Bearer demo-operatorr",
        "Bearer null",
        "Bearer undefined",
        // {"alg":"none"} . {"sub":"demo-operator"} .
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vLW9wZXJhdG9yIn0.",
    ];
    for token in tokens {
        let answer = web.ask("GET", "/v1/principal", &[("authorization", token)], b"").await;
        assert_eq!((answer.status, answer.reason().as_str()), (401, "UNAUTHENTICATED"), "{token}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert!(!answer.text().contains("demo-operator"), "what was shown is not said again");
    }
    for target in [
        "/v1/principal?access_token=demo-operator",
        "/v1/principal?key=demo-operator",
        "/v1/principal?authorization=Bearer%20demo-operator",
    ] {
        assert!([400, 401].contains(&web.get("", target).await.status), "{target}");
    }
    for operation in operations() {
        let path = operation.path.replace("{id}", operation.id.as_deref().unwrap_or_default());
        let body = if operation.has_body { operation.body.to_string() } else { String::new() };
        let answer = web.ask(&operation.verb, &path, &[("content-type", "application/json")], body.as_bytes()).await;
        assert_eq!(answer.status, 401, "{} is open to all", operation.name());
    }
}

#[tokio::test]
async fn api3_fields_that_are_not_ones_own_are_neither_shown_nor_taken() {
    let served = Served::demo().await;
    let mut web = served.web();
    let (_, referral) = referred_to(&mut web, PARTNER).await;
    let seen = web.get(PARTNER, &format!("/v1/{referral}")).await.ok().to_string();
    for field in ["contact", "phone", "displayName", "address", "beneficiary", "household\"", "idNumber"] {
        assert!(!seen.contains(&format!("\"{field}")), "{field} before it is accepted: {seen}");
    }
    let pool = web.get(VISITOR, "/v1/wishes?pageSize=1000").await.ok().to_string();
    for field in ["beneficiary", "household", "description", "note", "place", "latitude", "facts", "phone"] {
        assert!(!pool.contains(&format!("\"{field}\":")), "{field} in the public pool");
    }
    // What the service decides is not the caller's to set.
    let mut organization = example("CatalogService.CreateOrganization");
    organization["organization"]["external"]["externalId"] = "owasp-3".into();
    organization["organization"]["state"] = "ORGANIZATION_STATE_VERIFIED".into();
    let made = web.post(OPERATOR, "/v1/organizations", &organization).await;
    if made.status == 200 {
        assert_ne!(text(&made.json(), "/organization/state"), "ORGANIZATION_STATE_VERIFIED", "verified by itself");
    } else {
        assert_eq!(made.status, 400, "{}", made.text());
    }
    let mut need = example("NeedService.SubmitNeed");
    need["need"]["external"]["externalId"] = "owasp-3".into();
    need["need"]["state"] = "NEED_STATE_SERVED".into();
    let made = web.post(HOTLINE, "/v1/needs", &need).await;
    assert!(made.status == 400 || text(&made.json(), "/need/state") == "NEED_STATE_OPEN", "{}", made.text());
    let own = text(&web.get(PARTNER, "/v1/principal").await.ok(), "/principal/organization").to_owned();
    let patch = json!({ "organization": { "state": "ORGANIZATION_STATE_VERIFIED" }, "updateMask": "state" });
    let answer = web
        .ask(
            "PATCH",
            &format!("/v1/{own}"),
            &[("authorization", "Bearer demo-partner"), ("content-type", "application/json")],
            patch.to_string().as_bytes(),
        )
        .await;
    assert!([400, 403].contains(&answer.status), "{}", answer.text());
}

#[tokio::test]
async fn api4_what_one_request_may_cost_is_bounded() {
    let served = Served::demo().await;
    let mut web = served.web();
    let answer = web.get(HOTLINE, "/v1/needs?pageSize=1001").await;
    assert_eq!((answer.status, answer.violations()[0].0.as_str()), (400, "page_size"));
    let mut question = example("MatchingService.FindResources");
    question["topK"] = 101.into();
    assert_eq!(web.post(HOTLINE, "/v1/resources:find", &question).await.status, 400);
    let many = json!({ "resources": vec![json!({}); 501] });
    assert_eq!(web.post(OPERATOR, "/v1/resources:batchUpsert", &many).await.status, 400);
    let wide = json!({ "need": { "items": vec![json!({}); 33] } });
    assert_eq!(web.post(HOTLINE, "/v1/needs", &wide).await.status, 400);
    let deep = format!("{}{}", "{\"need\":".repeat(2_000), "}".repeat(2_000));
    let headers = [("authorization", "Bearer demo-hotline"), ("content-type", "application/json")];
    let asked = Instant::now();
    assert_eq!(web.ask("POST", "/v1/needs", &headers, deep.as_bytes()).await.status, 400);
    assert!(asked.elapsed() < Duration::from_secs(5));
    let served = deployment::serve(
        folder(CALLERS),
        "sqlite:wishwell.db",
        &["--http-listen", "127.0.0.1:0", "--http-secure=false", "--http-requests-per-second=2"],
    )
    .await;
    let mut statuses = BTreeSet::new();
    let mut web = served.web();
    for _ in 0..20 {
        statuses.insert(web.get(deployment::HOTLINE, "/v1/principal").await.status);
    }
    assert_eq!(statuses, BTreeSet::from([200, 429]));
}

#[tokio::test]
async fn api5_calls_of_other_roles_are_refused_whatever_the_protocol() {
    let served = Served::demo().await;
    let mut web = served.web();
    for (key, allowed) in [
        (VISITOR, &["ListWishes", "ListCategories", "ListDivisions", "GetCategory", "GetDivision", "GetPrincipal"][..]),
        (AUDITOR, &[]),
        (PARTNER, &[]),
    ] {
        for operation in operations().iter().filter(|operation| !operation.method.is_server_streaming()) {
            let method = operation.method.name();
            let is_read = ["Get", "List", "Find"].iter().any(|word| method.starts_with(word));
            let path = operation.path.replace("{id}", operation.id.as_deref().unwrap_or_default());
            let body = if operation.has_body { operation.body.to_string() } else { String::new() };
            let credentials = format!("Bearer {key}");
            let headers = [("authorization", credentials.as_str()), ("content-type", "application/json")];
            let rest = web.ask(&operation.verb, &path, &headers, body.as_bytes()).await;
            let must_be_refused = match key {
                VISITOR => !allowed.contains(&method),
                AUDITOR => !is_read,
                _ => {
                    ["NeedService", "AuditService"].contains(&operation.method.parent_service().name())
                        || [
                            "VerifyOrganization",
                            "SuspendOrganization",
                            "CreateRound",
                            "CancelRound",
                            "BatchUpsertDivisions",
                            "BatchUpsertCategories",
                            "ConfirmReferral",
                        ]
                        .contains(&method)
                }
            };
            if must_be_refused {
                assert_eq!(
                    (rest.status, rest.reason().as_str()),
                    (403, "PERMISSION_DENIED"),
                    "{key} {method}: {}",
                    rest.text()
                );
            }
            // A method that REST refuses, no other protocol opens.
            if rest.status == 403 {
                let name = format!("/{}/{method}", operation.method.parent_service().full_name());
                let connect = web.post(key, &name, &json!({})).await;
                assert_eq!(connect.status, 403, "{key} {method} over Connect: {}", connect.text());
                let headers = [("authorization", credentials.as_str()), ("content-type", "application/grpc-web+proto")];
                let answer = web.ask("POST", &name, &headers, &[0; 5]).await;
                let said = format!("{:?} {}", answer.header("grpc-status"), answer.text());
                assert!(said.contains('7') && !said.contains("grpc-status:0"), "{key} {method} over gRPC-Web: {said}");
            }
        }
    }
    // Verbs of HTTP are no way around it.
    for header in ["x-http-method-override", "x-method-override", "x-http-method"] {
        let answer =
            web.ask("GET", "/v1/rounds", &[("authorization", "Bearer demo-visitor"), (header, "POST")], b"").await;
        assert_eq!(answer.status, 403, "{header}");
    }
}

#[tokio::test]
async fn api6_one_wish_is_claimed_once_however_many_ask_for_it_at_once() {
    let served = Served::demo().await;
    let listed = served.web().get(PARTNER, "/v1/wishes?pageSize=1000").await.ok();
    let wishes = listed["items"].as_array().cloned().unwrap_or_default();
    let mut is_claimed = false;
    for wish in &wishes {
        let name = text(wish, "/wish").to_owned();
        let claim = json!({ "itemOrdinal": wish["itemOrdinal"], "pledge": { "title": { "zh": "一次", "en": "once" }, "content": "x", "responsibleParty": "x", "serviceStandard": "x" } });
        let claims = (0..12).map(|number| {
            let (mut web, claim, path) = (served.web(), claim.clone(), format!("/v1/{name}:claim"));
            let key = if number % 2 == 0 { PARTNER } else { VOLUNTEER };
            tokio::spawn(async move { web.post(key, &path, &claim).await })
        });
        let mut statuses = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            statuses.push(claim.await.expect("an answer").status);
        }
        let successes = statuses.iter().filter(|status| **status == 200).count();
        assert!(successes <= 1, "{name} was claimed {successes} times");
        assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
        is_claimed |= successes == 1;
        if is_claimed {
            break;
        }
    }
    assert!(is_claimed, "no wish of the demo could be claimed: {listed}");
}

#[tokio::test]
async fn api6_claims_that_are_refused_are_few_and_leave_a_trace() {
    let served = Served::demo().await;
    let mut web = served.web();
    let listed = web.get(PARTNER, "/v1/wishes?pageSize=1000").await.ok();
    let own = web.get(PARTNER, "/v1/resources?pageSize=1000").await.ok();
    let resource = text(&own, "/resources/0/name").to_owned();
    let wishes: Vec<Value> = listed["items"].as_array().cloned().unwrap_or_default();
    let (mut refused, mut limited) = (0, None);
    'probing: for _ in 0..40 {
        for wish in &wishes {
            let claim = json!({ "itemOrdinal": wish["itemOrdinal"], "resource": resource });
            let answer = web.post(PARTNER, &format!("/v1/{}:claim", text(wish, "/wish")), &claim).await;
            let reason = if answer.status == 200 { String::new() } else { answer.reason() };
            match reason.as_str() {
                "RESOURCE_DOES_NOT_FIT" | "NOT_FOUND" => refused += 1,
                "OVERLOADED" => {
                    limited = Some(answer);
                    break 'probing;
                }
                _ => {}
            }
        }
    }
    let limited = limited.expect("a limit");
    assert_eq!((limited.status, refused), (429, 30), "{}", limited.text());
    let told = limited.json()["details"].to_string();
    assert!(told.contains("refused_claims_per_hour_max"), "{told}");
    // What fits is not claimed either, by no way round; others are not held up, and the partner does all else as before.
    let pledge = json!({ "title": { "zh": "一次" }, "content": "x", "responsibleParty": "x", "serviceStandard": "x" });
    let claim = json!({ "itemOrdinal": wishes[0]["itemOrdinal"], "pledge": pledge });
    let path = format!("/v1/{}:claim", text(&wishes[0], "/wish"));
    assert_eq!(web.post(PARTNER, &path, &claim).await.status, 429);
    assert_ne!(web.post(VOLUNTEER, &path, &claim).await.status, 429);
    web.get(PARTNER, "/v1/referrals").await.ok();
    let log = served.process.output();
    // The volunteers' claim may have been refused as well: they may not come near minors, and which wish is listed first is drawn by lot.
    let partner_s = |line: &&str| line.contains("a claim was refused") && line.contains("demo-partner");
    assert_eq!(log.lines().filter(partner_s).count(), refused, "each leaves a line");
    let line = log.lines().find(|line| line.contains("too many claims")).expect("a line of the limit");
    for part in ["demo-partner", "organizations/", "refused_claims_per_hour_max"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!log.contains("needs/"), "a trace names wishes, and whose they are not");
}

#[tokio::test]
async fn api7_an_address_in_a_request_is_stored_and_never_asked() {
    let served = Served::demo().await;
    let mut web = served.web();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let bait = format!("http://{}/bait", listener.local_addr().unwrap());
    let mut organization = example("CatalogService.CreateOrganization");
    organization["organization"]["external"]["externalId"] = "owasp-7".into();
    organization["organization"]["contact"]["url"] = bait.as_str().into();
    web.post(OPERATOR, "/v1/organizations", &organization).await;
    let headers = [
        ("host", "169.254.169.254"),
        ("x-forwarded-host", "169.254.169.254"),
        ("authorization", "Bearer demo-hotline"),
    ];
    web.ask("GET", "/v1/needs", &headers, b"").await;
    // An absolute target is no request to somewhere else.
    let proxied = format!("GET {bait} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer demo-hotline\r\n\r\n");
    let answer = web.exchange(proxied.as_bytes(), false).await.expect("an answer");
    assert!((300..500).contains(&answer.status), "{answer:?}");
    let connect = Plain::to(served.web.unwrap())
        .exchange(b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: 169.254.169.254:80\r\n\r\n", false)
        .await;
    assert!(connect.is_none_or(|answer| answer.status >= 400));
    assert!(
        tokio::time::timeout(Duration::from_millis(500), listener.accept()).await.is_err(),
        "the server asked the address"
    );
}

#[tokio::test]
async fn api7_a_webhook_reaches_nothing_that_is_not_everybodys_and_follows_no_redirect() {
    let served = Served::demo().await;
    let mut web = served.web();
    for url in [
        "http://tools.example.org/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://somebody:secret@tools.example.org/",
        "https://tools.example.org:22/",
        "file:///etc/passwd",
    ] {
        let subscription = json!({ "subscription": { "dailyBudget": 1, "webhookUrl": url } });
        let answer = web.post(PARTNER, "/v1/subscriptions", &subscription).await;
        assert_eq!((answer.status, answer.violations()[0].0.as_str()), (400, "subscription.webhook_url"), "{url}");
    }
    let inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let location = format!("location: http://{}/inside\r\n", inside.local_addr().unwrap());
    let receiver = answering(format!("HTTP/1.1 302 Found\r\n{location}content-length: 0\r\n\r\n")).await;
    let trial = on_trial(&mut web, &receiver).await;
    assert_eq!(trial["status"], 302, "{trial}");
    let asked = tokio::time::timeout(Duration::from_millis(500), inside.accept()).await;
    assert!(asked.is_err(), "the server went where it was sent");
}

/// An address at which everybody is told the same.
async fn answering(answer: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/wishes", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                tokio::time::sleep(Duration::from_secs(5)).await;
            });
        }
    });
    url
}

/// Sends a message to a partner's tool and tells what came back.
async fn on_trial(web: &mut Plain, url: &str) -> Value {
    let subscription = json!({ "subscription": { "dailyBudget": 1, "webhookUrl": url } });
    let made = web.post(PARTNER, "/v1/subscriptions", &subscription).await.ok();
    let name = text(&made, "/subscription/name").to_owned();
    web.post(PARTNER, &format!("/v1/{name}:test"), &json!({})).await.ok()
}

#[tokio::test]
async fn api8_demo_keys_open_nothing_by_the_name_of_another_site() {
    let served = Served::demo().await;
    let mut web = served.web();
    let port = served.web.expect("pages are served").port();
    for (host, status) in [
        ("localhost".to_owned(), 200),
        (format!("localhost:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        (format!("evil.example:{port}"), 421),
        ("127.0.0.1.evil.example".to_owned(), 421),
    ] {
        let key = ("authorization", "Bearer demo-hotline");
        for target in ["/v1/needs", "/wishes", "/portal"] {
            let answer = web.ask("GET", target, &[("host", &host), key], b"").await;
            let expected = if target == "/portal" && status == 200 { 303 } else { status };
            assert_eq!(answer.status, expected, "{host} {target}");
        }
        let json = ("content-type", "application/json");
        let by_name = "/wishwell.v1.NeedService/ListNeeds";
        assert_eq!(web.ask("POST", by_name, &[("host", &host), key, json], b"{}").await.status, status, "{host}");
        let web_call = [("host", host.as_str()), key, ("content-type", "application/grpc-web+proto")];
        assert_eq!(web.ask("POST", by_name, &web_call, &[0; 5]).await.status, status, "{host}");
        let origin = format!("http://{host}");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("host", host.as_str()), ("origin", &origin), ("sec-fetch-site", "same-origin"), form];
        let entry = web.ask("POST", "/sign-in/demo", &headers, b"user=demo-partner&next=/").await;
        assert_eq!(
            (entry.status, entry.header("set-cookie").is_some()),
            if status == 200 { (303, true) } else { (421, false) }
        );
    }
    let answer = web.ask("GET", "/", &[("host", "evil.example")], b"").await;
    assert!(answer.text().contains("http://127.0.0.1") && answer.text().contains("演示密钥"), "{}", answer.text());
}

#[tokio::test]
async fn api8_pages_and_calls_are_answered_by_the_names_that_are_listed_and_by_any_where_none_is() {
    let served = Served::demo().await;
    let key = ("authorization", "Bearer demo-hotline");
    for (more, answered, refused) in [
        (&[][..], &["wish.example", "127.0.0.1", "evil.example"][..], &[][..]),
        (
            &["--http-hosts", "wish.example,10.0.0.7"],
            &["wish.example", "WISH.example:443", "10.0.0.7:80"],
            &["127.0.0.1", "evil.example"],
        ),
        (&["--http-secure=false"], &["127.0.0.1", "localhost:8080"], &["wish.example", "10.0.0.7"]),
        (&["--http-secure=false", "--http-hosts=wish.example"], &["127.0.0.1", "wish.example"], &["evil.example"]),
    ] {
        let gateway = Gateway::before(served.address, more).await;
        let mut web = gateway.client();
        for target in ["/v1/needs", "/wishes"] {
            for host in answered {
                assert_eq!(
                    web.ask("GET", target, &[("host", host), key], b"").await.status,
                    200,
                    "{more:?} {host} {target}"
                );
            }
            for host in refused {
                let answer = web.ask("GET", target, &[("host", host), key], b"").await;
                assert_eq!(answer.status, 421, "{more:?} {host} {target}");
                assert!(answer.text().contains("http_hosts") && answer.text().contains("网址"), "{}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn api8_errors_and_headers_give_nothing_of_the_inside_away() {
    let served = Served::demo().await;
    let mut web = served.web();
    for (method, target) in [
        ("GET", "/v1/needs/x"),
        ("GET", "/v1/nothing"),
        ("POST", "/v1/needs"),
        ("TRACE", "/v1/needs"),
        ("GET", "/nothing"),
        ("GET", "/v1/needs?pageToken=AAAA"),
    ] {
        let headers = [("authorization", "Bearer demo-hotline"), ("x-probe", "reflect-me")];
        let answer = web.ask(method, target, &headers, b"").await;
        let said = format!("{} {:?}", answer.text(), answer.headers).to_lowercase();
        for word in [
            "sqlite",
            "postgres",
            "panicked",
            "src/",
            ".rs:",
            "/root",
            "/work",
            "hyper",
            "axum",
            "tonic",
            "stack backtrace",
            "reflect-me",
            "demo-hotline",
        ] {
            assert!(!said.contains(word), "{method} {target} says {word}: {said}");
        }
        assert_eq!(answer.header("server"), None);
        assert_eq!(answer.header("x-powered-by"), None);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("content-security-policy").is_some() || target.starts_with("/v1/"), "{target}");
    }
    assert_eq!(web.get("", "/metrics").await.status, 404, "metrics are on the other port alone");
}

#[tokio::test]
async fn api9_what_is_served_is_what_the_published_document_lists() {
    let served = Served::demo().await;
    let mut web = served.web();
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    assert_eq!(web.get("", "/api/openapi.json").await.ok(), document, "the document that is served");
    for (path, item) in document["paths"].as_object().unwrap() {
        let listed: BTreeSet<String> = item.as_object().unwrap().keys().map(|verb| verb.to_ascii_uppercase()).collect();
        let path = path.replace("{id}", "0197f000-0000-7000-8000-0000000000ff");
        let answer = web.ask("PROPFIND", &path, &[], b"").await;
        let allowed: BTreeSet<String> =
            answer.header("allow").expect("methods").split(", ").map(str::to_owned).collect();
        assert_eq!(allowed, listed, "{path}");
    }
    for other in [
        "/v0/needs",
        "/v2/needs",
        "/v1beta/needs",
        "/v1alpha1/needs",
        "/api/v1/needs",
        "/internal/needs",
        "/admin",
        "/debug",
        "/actuator",
        "/graphql",
        "/swagger.json",
    ] {
        assert_eq!(web.get(OPERATOR, other).await.status, 404, "{other}");
    }
}

#[tokio::test]
async fn api10_of_what_others_answer_no_more_is_read_than_is_needed_and_nothing_is_believed() {
    let served = Served::demo().await;
    let mut web = served.web();
    // A receiver that never ends its answer, one that answers a mountain of headers, one that speaks no HTTP, and one that reflects a script.
    let endless = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", "400\r\n".repeat(10));
    let mountain = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-filler: 0123456789abcdef\r\n".repeat(4_000));
    let script = "HTTP/1.1 500 <script>alert(1)</script>\r\ncontent-length: 0\r\n\r\n".to_owned();
    let started = Instant::now();
    let told = on_trial(&mut web, &answering(endless).await).await;
    assert_eq!(told["status"], 200, "its status is all that counts: {told}");
    let told = on_trial(&mut web, &answering(mountain).await).await;
    assert_eq!(told.get("status").and_then(Value::as_i64).unwrap_or_default(), 0, "{told}");
    let told = on_trial(&mut web, &answering("SSH-2.0-OpenSSH_9.9\r\n".to_owned()).await).await;
    assert_eq!(told.get("status").and_then(Value::as_i64).unwrap_or_default(), 0, "{told}");
    assert!(!told.to_string().contains("OpenSSH"), "what somebody's port says is told to nobody: {told}");
    let told = on_trial(&mut web, &answering(script).await).await;
    assert!(!told.to_string().contains("script"), "{told}");
    assert!(started.elapsed() < Duration::from_secs(30), "nobody holds the server up");
    // Keys of an issuer that answers nonsense open nothing, and whoever is known otherwise is served on.
    let keys = answering(format!("HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n{}", "[".repeat(300_000))).await;
    let folder = folder(CALLERS);
    let file = folder.path().join("principals.toml");
    let mut callers = std::fs::read_to_string(&file).expect("callers");
    callers.push_str(&format!(
        "[[token_issuers]]\nissuer = \"https://id.example.org\"\naudiences = [\"wishwell\"]\n\
         algorithms = [\"ES256\"]\ntenant = \"main\"\njwks_url = \"{keys}\"\n"
    ));
    std::fs::write(file, callers).expect("written");
    let more = ["--http-listen", "127.0.0.1:0", "--http-secure=false"];
    let served = deployment::serve(folder, "sqlite:wishwell.db", &more).await;
    let signer = wishwell_test_support::tokens::Signer::es256("theirs");
    let token = signer.token(&json!({ "iss": "https://id.example.org", "aud": ["wishwell"], "sub": "somebody", "wishwell_role": "operator" }));
    assert_eq!(served.web().get(&token, "/v1/principal").await.status, 401);
    served.web().get(deployment::HOTLINE, "/v1/principal").await.ok();
}
