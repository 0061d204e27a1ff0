//! Bearer tokens: the good ones are accepted whatever their algorithm, and nothing that only looks like one is.

use std::time::Duration;

use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::admin::{calls, get};
use wishwell_scenarios::deployment::OPERATOR;
use wishwell_scenarios::issuer::{ISSUER, LIST, Publisher, REFRESH_PATIENCE, call, is_refused, serve, serve_with};
use wishwell_scenarios::told::{reason, seconds_now as now};
use wishwell_test_support::tokens::{Signer, base64url, hs256, key_set, message};

fn claims(changes: Value) -> Value {
    wishwell_scenarios::issuer::claims(&changes)
}

async fn serve_set(keys: &[Value]) -> Served {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), key_set(keys)).expect("written");
    serve(&format!("jwks_file = \"{}\"", file.path().display())).await
}

type Watch = tonic::Streaming<v1::WatchEventsResponse>;

/// Watches everything from now on, and has heard that it does.
async fn watch(served: &Served, token: &str) -> Watch {
    let request = v1::WatchEventsRequest { after_position: -1, ..Default::default() };
    let mut watch = served.referrals(token.to_owned().leak()).watch_events(request).await.expect("good").into_inner();
    watch.message().await.expect("watched");
    watch
}

/// What ends a watch of which nothing is heard otherwise.
async fn end_of(watch: &mut Watch) -> Result<(), Status> {
    tokio::time::timeout(Duration::from_secs(10), watch.message()).await.expect("an end").map(drop)
}

#[tokio::test]
async fn good_tokens_of_every_algorithm_are_accepted_beside_keys_and_mean_what_their_claims_say() {
    let signers = [Signer::rs256("rsa"), Signer::es256("ec"), Signer::eddsa("ed")];
    let served = serve_set(&signers.each_ref().map(Signer::jwk)).await;
    call(&served, OPERATOR).await.expect("keys are accepted as before");
    for signer in signers.iter().chain([&Signer::ps256("rsa")]) {
        let token = signer.token(&claims(json!({})));
        for time in ["first", "second"] {
            call(&served, &token)
                .await
                .unwrap_or_else(|status| panic!("{} the {time} time: {status:?}", signer.header()));
        }
        let create = "/wishwell.v1.CatalogService/CreateOrganization";
        let status = served.call_raw(create, &token, Vec::new()).await.expect_err("auditors change nothing");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "PERMISSION_DENIED"));
    }
    let signer = &signers[1];
    for good in [
        json!({"aud": "wishwell"}),
        json!({"nbf": null, "iat": null}),
        json!({"exp": now() - 5}),
        json!({"nbf": now() + 5, "iat": now() + 5}),
        json!({"wishwell_role": ["auditor"]}),
        json!({"wishwell_role": "visitor"}),
        json!({"wishwell_role": "case_worker", "wishwell_divisions": ["640104"]}),
        json!({"wishwell_role": "partner", "wishwell_organization": "organizations/018f0000-0000-7000-8000-000000000001"}),
    ] {
        call(&served, &signer.token(&claims(good.clone()))).await.unwrap_or_else(|status| panic!("{good}: {status:?}"));
    }
    let mut typed = signer.header();
    typed["typ"] = json!("at+jwt");
    call(&served, &signer.token_with(&typed, &claims(json!({})))).await.expect("an access token by RFC 9068");
    let (_, metrics) = get(served.admin, "/metrics").await;
    for line in ["wishwell_tokens_total{outcome=\"verified\"} 13", "wishwell_tokens_total{outcome=\"known\"} 8"] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

/// Everything that is wrong, each with what it is.
fn corpus(rsa: &Signer, ec: &Signer) -> Vec<(&'static str, String)> {
    let good = claims(json!({}));
    let header = |signer: &Signer, changes: Value| {
        let mut header = signer.header();
        for (key, value) in changes.as_object().expect("an object") {
            header[key] = value.clone();
        }
        header
    };
    let stranger = Signer::es256("ec");
    let strange_rsa = Signer::eddsa("rsa");
    let public = rsa.jwk();
    let modulus = public["n"].as_str().expect("a text").to_owned();
    let token = ec.token(&good);
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let other_claims = base64url(claims(json!({"wishwell_role": "operator"})).to_string().as_bytes());
    let head = signed.split('.').next().expect("a header").to_owned();
    let with = |changes: Value| ec.token(&claims(changes));
    let mut corpus = vec![
        ("none", format!("{}.", message(&json!({"alg": "none", "kid": "ec"}), &good))),
        ("none in other letters", format!("{}.", message(&json!({"alg": "nOnE", "kid": "ec"}), &good))),
        ("none with a signature", ec.token_with(&header(ec, json!({"alg": "none"})), &good)),
        ("HS256 by the text of the RSA key", hs256(modulus.as_bytes(), &header(rsa, json!({"alg": "HS256"})), &good)),
        (
            "HS256 by the RSA key as JSON",
            hs256(public.to_string().as_bytes(), &header(rsa, json!({"alg": "HS256"})), &good),
        ),
        ("HS256 by nothing", hs256(b"", &header(rsa, json!({"alg": "HS256"})), &good)),
        ("HS256 by a P-256 key", hs256(public.to_string().as_bytes(), &header(ec, json!({"alg": "HS256"})), &good)),
        ("an algorithm that nobody asked for", rsa.token_with(&header(rsa, json!({"alg": "RS512"})), &good)),
        ("an algorithm of another key", ec.token_with(&header(ec, json!({"alg": "RS256"})), &good)),
        ("EdDSA with a P-256 key", ec.token_with(&header(ec, json!({"alg": "EdDSA"})), &good)),
        ("PS256 that is RS256", rsa.token_with(&header(rsa, json!({"alg": "PS256"})), &good)),
        ("no algorithm", ec.token_with(&json!({"kid": "ec"}), &good)),
        ("jku", stranger.token_with(&header(ec, json!({"jku": "http://127.0.0.1:1/keys"})), &good)),
        ("jku, and signed well", ec.token_with(&header(ec, json!({"jku": "https://id.example.org/keys"})), &good)),
        ("x5u", stranger.token_with(&header(ec, json!({"x5u": "http://127.0.0.1:1/cert"})), &good)),
        ("x5u, and signed well", ec.token_with(&header(ec, json!({"x5u": "https://id.example.org/cert"})), &good)),
        ("x5c", stranger.token_with(&header(ec, json!({"x5c": ["MIIB"]})), &good)),
        ("a key of its own", stranger.token_with(&header(ec, json!({"jwk": stranger.jwk()})), &good)),
        ("a key of its own, and signed well", ec.token_with(&header(ec, json!({"jwk": ec.jwk()})), &good)),
        ("crit", ec.token_with(&header(ec, json!({"crit": ["exp"]})), &good)),
        ("b64", ec.token_with(&header(ec, json!({"crit": ["b64"], "b64": false})), &good)),
        ("zip", ec.token_with(&header(ec, json!({"zip": "DEF"})), &good)),
        ("a token for something else", ec.token_with(&header(ec, json!({"typ": "logout+jwt"})), &good)),
        ("no kid", ec.token_with(&json!({"alg": "ES256"}), &good)),
        ("an empty kid", ec.token_with(&header(ec, json!({"kid": ""})), &good)),
        ("a kid that is a path", ec.token_with(&header(ec, json!({"kid": ["ec"]})), &good)),
        ("another key by the same name", stranger.token(&good)),
        ("another type of key by the same name", strange_rsa.token(&good)),
        ("a signature of other claims", format!("{head}.{other_claims}.{signature}")),
        ("no signature", format!("{signed}.")),
        ("a signature of zeros", format!("{signed}.{}", base64url(&[0; 64]))),
        ("a signature cut short", token[..token.len() - 4].to_owned()),
        ("a signature with more", format!("{token}AAAA")),
        ("padding", format!("{token}==")),
        ("cut in its claims", token[..head.len() + 20].to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("five parts, encrypted", format!("{head}.AA.AA.AA.AA")),
        ("dots", "..".to_owned()),
        ("dots and nothing else between", "a.b.c".to_owned()),
        ("no JSON", format!("{}.{}.AA", base64url(b"{"), base64url(b"["))),
        ("claims that are a list", ec.token(&json!([1]))),
        ("huge", with(json!({"padding": "x".repeat(7_000)}))),
        ("the issuer in another case", with(json!({"iss": ISSUER.to_uppercase()}))),
        ("another issuer", with(json!({"iss": "https://id.example.com"}))),
        ("an issuer and a slash", with(json!({"iss": format!("{ISSUER}/")}))),
        ("two issuers", with(json!({"iss": [ISSUER, "https://id.example.com"]}))),
        ("no issuer", with(json!({"iss": null}))),
        ("another audience", with(json!({"aud": "account"}))),
        ("no audience", with(json!({"aud": null}))),
        ("an empty list of audiences", with(json!({"aud": []}))),
        ("an audience that is a number", with(json!({"aud": 7}))),
        ("not yet", with(json!({"nbf": now() + 90}))),
        ("made tomorrow", with(json!({"iat": now() + 86_400, "exp": now() + 86_700}))),
        ("for a year", with(json!({"exp": now() + 31_536_000}))),
        ("for a year, made by nobody knows when", with(json!({"iat": null, "exp": now() + 31_536_000}))),
        ("no end", with(json!({"exp": null}))),
        ("an end that is a text", with(json!({"exp": (now() + 300).to_string()}))),
        ("an end beyond all time", with(json!({"exp": 1e308}))),
        ("no subject", with(json!({"sub": null}))),
        ("a subject of nothing", with(json!({"sub": ""}))),
        ("a subject that is a number", with(json!({"sub": 7}))),
        ("a subject of two lines", with(json!({"sub": "a\nb"}))),
        ("the name of a configured caller", with(json!({"sub": "operator"}))),
        ("no role", with(json!({"wishwell_role": null}))),
        ("a role that is not known", with(json!({"wishwell_role": "administrator"}))),
        ("two roles", with(json!({"wishwell_role": ["auditor", "operator"]}))),
        ("another tenant", with(json!({"wishwell_tenant": "elsewhere"}))),
        ("a partner of no organization", with(json!({"wishwell_role": "partner"}))),
        (
            "a partner of an organization by another name",
            with(json!({"wishwell_role": "partner", "wishwell_organization": "x"})),
        ),
        ("a case worker of no divisions", with(json!({"wishwell_role": "case_worker"}))),
        ("a case worker of none, as a list", with(json!({"wishwell_role": "case_worker", "wishwell_divisions": []}))),
        (
            "a case worker of no known form of division",
            with(json!({"wishwell_role": "case_worker", "wishwell_divisions": "everywhere"})),
        ),
        ("a visitor of divisions", with(json!({"wishwell_role": "visitor", "wishwell_divisions": ["640104"]}))),
    ];
    // A bit of the signature turned over, anywhere.
    for place in [0, signature.len() / 2] {
        let mut bytes = signature.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        corpus.push(("a changed signature", format!("{signed}.{}", String::from_utf8(bytes).expect("ASCII"))));
    }
    corpus
}

#[tokio::test]
async fn nothing_that_only_looks_like_a_token_is_accepted_and_none_is_ever_written_to_the_log() {
    let (rsa, ec) = (Signer::rs256("rsa"), Signer::es256("ec"));
    let folder_keys = [rsa.jwk(), ec.jwk()];
    let served = serve_set(&folder_keys).await;
    call(&served, &ec.token(&claims(json!({})))).await.expect("a good one");
    let corpus = corpus(&rsa, &ec);
    let mut wrong = Vec::new();
    for (what, token) in &corpus {
        let answer = call(&served, token).await;
        if !is_refused(&answer, "UNAUTHENTICATED") {
            wrong.push(format!("{what}: {answer:?}"));
        }
    }
    for (what, changes) in [("expired", json!({"exp": now() - 31})), ("expired long ago", json!({"exp": 1}))] {
        let answer = call(&served, &ec.token(&claims(changes))).await;
        if !is_refused(&answer, "TOKEN_EXPIRED") {
            wrong.push(format!("{what}: {answer:?}"));
        }
    }
    let unknown = Signer::es256("unknown").token(&claims(json!({})));
    let answer = call(&served, &unknown).await;
    if !is_refused(&answer, "TOKEN_KEY_UNKNOWN") {
        wrong.push(format!("an unknown key: {answer:?}"));
    }
    assert!(answer.expect_err("refused").get_error_details().retry_info().is_some(), "it says when to try again");

    let good = ec.token(&claims(json!({})));
    let bearer = |credential: &str| ("authorization", format!("Bearer {credential}"));
    for (what, headers) in [
        ("two tokens", vec![bearer(&good), bearer(&good)]),
        ("a token and a key", vec![bearer(&good), bearer(OPERATOR)]),
        ("a key and a token", vec![bearer(OPERATOR), bearer(&good)]),
        ("another scheme", vec![("authorization", format!("Basic {good}"))]),
        ("no scheme", vec![("authorization", good.clone())]),
        ("a comma", vec![("authorization", format!("Bearer {good}, Bearer {good}"))]),
        ("two keys", vec![("x-api-key", OPERATOR.to_owned()), ("x-api-key", OPERATOR.to_owned())]),
    ] {
        let answer = served.call_with(LIST, &headers, Vec::new()).await;
        if !is_refused(&answer, "UNAUTHENTICATED") {
            wrong.push(format!("{what}: {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let output = served.process.output();
    for (what, token) in &corpus {
        let signature = token.rsplit('.').next().unwrap_or_default();
        assert!(signature.len() < 20 || !output.contains(signature), "{what} is in the log");
    }
}

#[tokio::test]
async fn who_is_denied_is_refused_within_seconds_with_tokens_and_sessions_that_were_good_before() {
    let signer = Signer::eddsa("ed");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let deny = |denied: Value| {
        std::fs::write(path("next.json"), denied.to_string()).expect("written");
        std::fs::rename(path("next.json"), path("denied.json")).expect("put in place");
    };
    std::fs::write(path("keys.json"), key_set(&[signer.jwk()])).expect("written");
    deny(json!({"tokens": ["stolen before"]}));
    let files = format!("jwks_file = \"{}\"\ndenied_file = \"{}\"", path("keys.json"), path("denied.json"));
    let served = serve_with(&files, &["--http-listen", "127.0.0.1:0"]).await;
    let token = |sub: &str, jti: &str, age: i64| {
        signer.token(&claims(json!({"sub": sub, "jti": jti, "iat": now() - age, "nbf": null})))
    };
    let before = call(&served, &token("somebody", "stolen before", 5)).await;
    assert!(is_refused(&before, "UNAUTHENTICATED"), "{before:?}");
    let (stolen, old, new, other) =
        (token("somebody", "stolen", 5), token("gone", "a", 100), token("gone", "b", 5), token("somebody", "c", 100));
    for good in [&stolen, &old, &new, &other] {
        call(&served, good).await.expect("good");
    }
    let mut web = served.web();
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let signed_in = web.ask("POST", "/sign-in", &form, format!("token={old}&next=/desk").as_bytes()).await;
    let cookies = signed_in.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookies: Vec<&str> = cookies.filter_map(|(_, cookie)| cookie.split(';').next()).collect();
    let cookies = [("cookie", cookies.join("; "))];
    let cookies = cookies.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(web.ask("GET", "/desk", &cookies, b"").await.status, 200);
    let (mut watch_of_stolen, mut watch_of_old) = (watch(&served, &stolen).await, watch(&served, &old).await);
    let mut watch_of_new = watch(&served, &new).await;

    let since = prost_types::Timestamp { seconds: now() - 50, nanos: 0 }.to_string();
    deny(json!({"tokens": ["stolen before", "stolen"], "subjects": {"gone": since}}));
    let started = std::time::Instant::now();
    while call(&served, &stolen).await.is_ok() || call(&served, &old).await.is_ok() {
        assert!(started.elapsed() < Duration::from_secs(10), "they hold still:\n{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for good in [&new, &other] {
        call(&served, good).await.expect("nobody else, and no later token");
    }
    for watch in [&mut watch_of_stolen, &mut watch_of_old] {
        let ended = end_of(watch).await;
        assert!(is_refused(&ended, "UNAUTHENTICATED"), "{ended:?}");
    }
    let goes_on = tokio::time::timeout(Duration::from_secs(5), watch_of_new.message()).await;
    assert!(goes_on.is_err(), "it hears nothing and is not ended: {goes_on:?}");
    let page = web.ask("GET", "/desk", &cookies, b"").await;
    assert!(page.status == 303 && page.header("location").is_some_and(|to| to.starts_with("/sign-in")), "{page:?}");
    // What cannot be read lets nobody in.
    std::fs::write(path("denied.json"), "{").expect("written");
    let started = std::time::Instant::now();
    while !served.process.output().contains("the file of denied tokens cannot be read") {
        assert!(started.elapsed() < Duration::from_secs(10), "{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(is_refused(&call(&served, &stolen).await, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_watch_ends_with_the_token_that_it_began_with() {
    let signer = Signer::eddsa("ed");
    let served = serve_set(&[signer.jwk()]).await;
    // Its time has been over since the leeway of half a minute less three seconds.
    let mut ending = watch(&served, &signer.token(&claims(json!({"exp": now() - 27})))).await;
    let mut lasting = watch(&served, &signer.token(&claims(json!({})))).await;
    let mut by_key = watch(&served, OPERATOR).await;
    let ended = end_of(&mut ending).await;
    assert!(is_refused(&ended, "TOKEN_EXPIRED"), "{ended:?}");
    let figures = get(served.admin, "/metrics").await.1;
    let counted =
        ["UNAUTHENTICATED", "OK"].map(|code| calls(&figures, "wishwell.v1.ReferralService/WatchEvents", code));
    assert_eq!(counted, [1.0, 0.0], "it counts as what it ended with, and those that go on not yet");
    for watch in [&mut lasting, &mut by_key] {
        let goes_on = tokio::time::timeout(Duration::from_secs(3), watch.message()).await;
        assert!(goes_on.is_err(), "it hears nothing and is not ended: {goes_on:?}");
    }
}

#[tokio::test]
async fn an_issuer_changes_its_keys_while_the_server_runs_and_may_be_away_meanwhile() {
    let (old, new) = (Signer::es256("2026-1"), Signer::eddsa("2026-2"));
    let publisher = Publisher::start(&key_set(&[old.jwk()])).await;
    let served = serve(&format!("jwks_url = \"{}\"", publisher.url())).await;
    let (by_old, by_new) = (old.token(&claims(json!({}))), new.token(&claims(json!({}))));
    call(&served, &by_old).await.expect("the keys were asked for at start");
    assert_eq!(publisher.asked(), 1);

    // A key that is not published yet is asked for, and not more often than every few seconds, whoever comes with what.
    publisher.publish(&key_set(&[old.jwk(), new.jwk()]));
    for _ in 0..50 {
        let made_up = Signer::eddsa(&format!("made-up-{}", base64url(&now().to_be_bytes())));
        assert!(is_refused(&call(&served, &made_up.token(&claims(json!({})))).await, "TOKEN_KEY_UNKNOWN"));
    }
    assert!(publisher.asked() <= 2, "asked {} times", publisher.asked());
    let started = std::time::Instant::now();
    while call(&served, &by_new).await.is_err() {
        assert!(started.elapsed() < REFRESH_PATIENCE, "the new key is not known:\n{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    call(&served, &by_old).await.expect("the old one holds beside it");

    // Away, answering errors, nonsense, another place, or too much: the keys that are there hold.
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", publisher.url());
    let huge = format!("HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n{}", " ".repeat(300_000));
    let unknown = Signer::es256("unknown").token(&claims(json!({})));
    for answer in ["HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n", &redirect, &huge] {
        publisher.answer(answer);
        assert!(is_refused(&call(&served, &unknown).await, "TOKEN_KEY_UNKNOWN"));
        publisher.wait_until_asked(REFRESH_PATIENCE).await;
        call(&served, &by_old).await.expect("its keys are kept");
        let fresh = new.token(&claims(json!({"jti": answer.len().to_string()})));
        call(&served, &fresh).await.expect("also for tokens that were not seen before");
    }

    // A key that was taken back takes its tokens with it, those that were seen before included.
    publisher.publish(&key_set(&[new.jwk()]));
    assert!(is_refused(&call(&served, &unknown).await, "TOKEN_KEY_UNKNOWN"));
    let started = std::time::Instant::now();
    while call(&served, &by_old).await.is_ok() {
        assert!(started.elapsed() < 3 * REFRESH_PATIENCE, "the old key still holds:\n{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    call(&served, &by_new).await.expect("the new one holds");
    let (_, metrics) = get(served.admin, "/metrics").await;
    let failed = format!("wishwell_token_keys_fetches_total{{issuer=\"{ISSUER}\",outcome=\"failed\"}}");
    assert!(metrics.contains(&failed) && metrics.contains("wishwell_token_keys_age_seconds"), "{metrics}");
    assert!(served.process.output().contains("the keys of a token issuer cannot be asked for"));
}

#[tokio::test]
async fn a_server_starts_without_an_issuer_that_is_away_and_finds_it_later() {
    let signer = Signer::es256("late");
    let publisher = Publisher::start("").await;
    publisher.answer("HTTP/1.1 500 Error\r\ncontent-length: 0\r\n\r\n");
    let served = serve(&format!("jwks_url = \"{}\"", publisher.url())).await;
    let token = signer.token(&claims(json!({})));
    assert!(is_refused(&call(&served, &token).await, "TOKEN_KEY_UNKNOWN"));
    call(&served, OPERATOR).await.expect("keys hold without it");
    publisher.publish(&key_set(&[signer.jwk()]));
    let started = std::time::Instant::now();
    while call(&served, &token).await.is_err() {
        assert!(started.elapsed() < REFRESH_PATIENCE, "{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
