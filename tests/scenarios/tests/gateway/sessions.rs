//! Sessions: who may act with a browser's cookie, what a cookie is worth that somebody changed, and what browsers are told about it.

use wishwell_scenarios::Served;
use wishwell_scenarios::gateway::Gateway;
use wishwell_scenarios::web::{Answer, Plain};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");

/// The cookie that an answer sets, as its attributes and as the pair that a browser sends.
fn cookie(answer: &Answer) -> (String, String) {
    let set = answer
        .header("set-cookie")
        .unwrap_or_else(|| panic!("no cookie: {} {}", answer.status, answer.text()))
        .to_owned();
    let pair = set.split(';').next().expect("a pair").to_owned();
    (set, pair)
}

async fn sign_in(web: &mut Plain, token: &str) -> Answer {
    web.ask("POST", "/sign-in", &[FORM, OWN], format!("token={token}&next=/portal").as_bytes()).await
}

/// Whether a cookie is a session: whoever has one is led from the first page to their work.
async fn is_signed_in(web: &mut Plain, pair: &str) -> bool {
    let answer = web.ask("GET", "/", &[("cookie", pair)], b"").await;
    answer.status == 303
}

#[tokio::test]
async fn other_sites_cannot_sign_anybody_in_or_out_or_change_their_language() {
    let served = Served::demo().await;
    let mut web = served.web();
    let (_, pair) = cookie(&sign_in(&mut web, "demo-partner").await);
    let cookie = ("cookie", pair.as_str());
    for (path, body) in [
        ("/sign-in", "token=demo-partner"),
        ("/sign-in/demo", "user=demo-partner"),
        ("/sign-out", ""),
        ("/language", "lang=en"),
    ] {
        for forged in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://evil.example"), ("x-forwarded-host", "evil.example")],
            &[("referer", "https://evil.example/")],
        ] {
            let headers = [&[FORM, cookie][..], forged].concat();
            let answer = web.ask("POST", path, &headers, body.as_bytes()).await;
            assert_eq!((answer.status, answer.header("set-cookie")), (403, None), "{path} {forged:?}");
        }
        let answer = web.ask("POST", path, &[FORM, cookie, OWN], body.as_bytes()).await;
        assert_eq!(answer.status, 303, "{path} from its own page");
    }
    assert!(is_signed_in(&mut web, &pair).await);
}

#[tokio::test]
async fn a_cookie_opens_no_call_of_the_api() {
    let served = Served::demo().await;
    let mut web = served.web();
    let (_, pair) = cookie(&sign_in(&mut web, "demo-operator").await);
    for (method, path, kind) in [
        ("GET", "/v1/principal", "application/json"),
        ("POST", "/wishwell.v1.AccessService/GetPrincipal", "application/json"),
    ] {
        let answer = web
            .ask(
                method,
                path,
                &[("cookie", &pair), OWN, ("content-type", kind)],
                if method == "GET" { b"" } else { b"{}" },
            )
            .await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_changed_a_foreign_and_a_forgotten_cookie_are_nobodys() {
    let served = Served::demo().await;
    let mut web = served.web();
    let (_, pair) = cookie(&sign_in(&mut web, "demo-partner").await);
    assert!(is_signed_in(&mut web, &pair).await);
    let (name, sealed) = pair.split_once('=').expect("a pair");
    for at in (0..sealed.len()).step_by(7) {
        let mut changed = sealed.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = format!("{name}={}", String::from_utf8(changed).unwrap());
        assert!(!is_signed_in(&mut web, &changed).await, "byte {at}");
    }
    for foreign in [
        String::new(),
        "x".to_owned(),
        sealed[..sealed.len() / 2].to_owned(),
        format!("{sealed}{sealed}"),
        "A".repeat(3_000),
    ] {
        assert!(!is_signed_in(&mut web, &format!("{name}={foreign}")).await);
    }
    // Another process has another key, unless both are given one.
    let other = Served::start(&["--demo=false"], &[]).await;
    assert!(!is_signed_in(&mut other.web(), &pair).await);
    let left = web.ask("POST", "/sign-out", &[FORM, OWN, ("cookie", &pair)], b"").await;
    let (set, forgotten) = cookie(&left);
    assert!(set.contains("Max-Age=0"), "{set}");
    assert!(!is_signed_in(&mut web, &forgotten).await);
}

#[tokio::test]
async fn a_wrong_key_signs_nobody_in_and_is_not_said_again() {
    let served = Served::demo().await;
    let mut web = served.web();
    for token in ["nobody", "%00", "a%0d%0aset-cookie:a=b", "", &"x".repeat(5_000), "%E5%BF%83"] {
        let answer = sign_in(&mut web, token).await;
        assert!([400, 401].contains(&answer.status), "{token:.20}: {}", answer.status);
        assert_eq!(answer.header("set-cookie"), None);
        assert!(token.len() < 3 || !answer.text().contains(token), "the key is not shown again");
    }
    let answer = web.ask("POST", "/sign-in/demo", &[FORM, OWN], b"user=demo-hotline").await;
    assert_eq!(answer.status, 404, "only those that are offered");
    for elsewhere in ["https://evil.example", "//evil.example", "/%5Cevil.example", "/%01", "/%7F"] {
        let body = format!("token=demo-partner&next={elsewhere}");
        let answer = web.ask("POST", "/sign-in", &[FORM, OWN], body.as_bytes()).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{elsewhere}");
        let body = format!("lang=en&back={elsewhere}");
        let answer = web.ask("POST", "/language", &[FORM, OWN], body.as_bytes()).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{elsewhere}");
    }
}

#[tokio::test]
async fn over_tls_cookies_are_for_this_host_and_for_tls_alone() {
    let served = Served::demo().await;
    let gateway = Gateway::before(served.address, &[]).await;
    let mut web = gateway.client();
    let (set, pair) = cookie(&sign_in(&mut web, "demo-partner").await);
    assert!(set.starts_with("__Host-wishwell-session="), "{set}");
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age="] {
        assert!(set.contains(attribute), "{attribute} in {set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    assert!(is_signed_in(&mut web, &pair).await);
    let page = web.get("", "/").await;
    assert!(page.header("strict-transport-security").is_some_and(|value| value.contains("max-age")));
    // Replicas with the same key read each other's.
    let replica = Gateway::before(served.address, &[]).await;
    assert!(is_signed_in(&mut replica.client(), &pair).await);
    // The demo's one-click users are not there.
    let answer = web.ask("POST", "/sign-in/demo", &[FORM, OWN], b"user=demo-operator").await;
    assert_eq!(answer.status, 404);
    assert!(!web.get("", "/sign-in").await.text().contains("/sign-in/demo"));
}

#[tokio::test]
async fn every_page_carries_a_policy_that_lets_nothing_else_run() {
    let served = Served::demo().await;
    let mut web = served.web();
    for path in ["/", "/sign-in", "/nothing", "/api"] {
        let page = web.get("", path).await;
        let policy =
            page.header("content-security-policy").unwrap_or_else(|| panic!("no policy for {path}")).to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("script-src 'self';") && policy.contains("style-src 'self';"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(page.header("x-request-id").is_some());
        let text = page.text();
        assert!(!text.contains(" onclick=") && !text.contains("javascript:"), "{path}");
        assert!(!text.contains("<style") && !text.contains(" style="), "{path}");
        assert_eq!(text.matches("<script").count(), text.matches("<script src=\"/assets/").count(), "{path}");
    }
}
