//! How often one may ask the gateway of a deployment: by principal, by network where there is none, and whatever is claimed.

use serde_json::json;
use wishwell_scenarios::deployment::{self, CALLERS, HOTLINE, OPERATOR};
use wishwell_scenarios::gateway::Gateway;
use wishwell_scenarios::web::{Answer, Plain};
use wishwell_scenarios::{Served, deployment::folder};
use wishwell_test_support::redis::RedisServer;

/// One a second, and four at once: what is refused stays refused for as long as a test asks.
const SLOW: [&str; 4] = ["--http-listen", "127.0.0.1:0", "--http-secure=false", "--http-requests-per-second=1"];
const BURST: usize = 4;

async fn serve() -> Served {
    deployment::serve(folder(CALLERS), "sqlite:wishwell.db", &SLOW).await
}

/// Asks until it is refused, at most so often.
async fn ask_until_refused(
    web: &mut Plain,
    most: usize,
    mut headers: impl FnMut(usize) -> Vec<(&'static str, String)>,
    target: &str,
) -> (usize, Option<Answer>) {
    for asked in 0..most {
        let headers = headers(asked);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = web.ask("GET", target, &headers, b"").await;
        if answer.status == 429 {
            return (asked, Some(answer));
        }
    }
    (most, None)
}

fn bearer(key: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {key}"))
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back_and_nobody_else_is() {
    let served = serve().await;
    let mut web = served.web();
    let (asked, refused) = ask_until_refused(&mut web, 40, |_| vec![bearer(HOTLINE)], "/v1/principal").await;
    let refused = refused.expect("a limit");
    assert!((BURST..BURST + 6).contains(&asked), "{asked} were answered");
    assert_eq!((refused.reason().as_str(), &refused.json()["code"]), ("OVERLOADED", &8.into()));
    let after: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..=5).contains(&after), "{after}");
    let told = refused.json();
    assert_eq!(told["details"][0]["metadata"], json!({"limit": "http_requests_per_second", "max": "1"}), "{told}");
    assert_eq!(told["details"][1]["retryDelay"], json!(format!("{after}s")), "{told}");
    // Connect has its own form of an error.
    let key = format!("Bearer {HOTLINE}");
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    let mut codes = Vec::new();
    for _ in 0..40 {
        let answer = web.ask("POST", "/wishwell.v1.AccessService/GetPrincipal", &headers, b"{}").await;
        if answer.status == 429 {
            codes.push(answer.json()["code"].clone());
            break;
        }
    }
    assert_eq!(codes, ["resource_exhausted"]);
    web.get(OPERATOR, "/v1/principal").await.ok();
    tokio::time::sleep(std::time::Duration::from_secs(after)).await;
    web.get(HOTLINE, "/v1/principal").await.ok();
}

#[tokio::test]
async fn forwarding_headers_are_no_way_around_the_limit_of_a_network() {
    let served = serve().await;
    for name in ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip"] {
        let forged = |asked: usize| vec![(name, format!("for=10.0.{asked}.1"))];
        let (_, refused) = ask_until_refused(&mut served.web(), 60, forged, "/v1/principal").await;
        assert!(refused.is_some(), "{name} changes what is counted");
    }
}

#[tokio::test]
async fn made_up_credentials_are_no_way_around_the_limit_of_a_network() {
    let served = serve().await;
    for target in [
        "/v1/principal",
        "/v1/nothing",
        "/v1/needs?nothing=1",
        "/v1/needs/%ff",
        "/wishwell.v1.NeedService/Nothing",
        "/sign-in",
        "/",
    ] {
        let (_, refused) =
            ask_until_refused(&mut served.web(), 60, |asked| vec![bearer(&format!("made-up-{asked}"))], target).await;
        assert!(refused.is_some(), "{target} by header");
        let (_, refused) =
            ask_until_refused(&mut served.web(), 60, |asked| vec![("x-api-key", format!("key-{asked}"))], target).await;
        assert!(refused.is_some(), "{target} by key");
        let cookie = |asked: usize| vec![("cookie", format!("wishwell-session={asked}"))];
        let (_, refused) = ask_until_refused(&mut served.web(), 60, cookie, target).await;
        assert!(refused.is_some(), "{target} by cookie");
    }
    // gRPC-Web answers 200 and says in a header that it refused.
    for path in ["/wishwell.v1.AccessService/GetPrincipal", "/grpc.health.v1.Health/Check"] {
        let mut web = served.web();
        let mut refused = false;
        for asked in 0..60 {
            let key = format!("Bearer made-up-{asked}");
            let headers = [("authorization", key.as_str()), ("content-type", "application/grpc-web+proto")];
            refused |= web.ask("POST", path, &headers, &[0; 5]).await.status == 429;
        }
        assert!(refused, "{path} over gRPC-Web");
    }
    // What the network used up, a principal in it still has.
    served.web().get(OPERATOR, "/v1/principal").await.ok();
}

#[tokio::test]
async fn gateways_that_share_redis_count_together_and_serve_on_without_it() {
    let mut redis = RedisServer::start();
    let served = Served::start(&["--demo=false"], &[]).await;
    let url = redis.url();
    let more = ["--redis-url", url.as_str(), "--http-requests-per-second=1", "--http-secure=false"];
    let (first, second) = (Gateway::before(served.address, &more).await, Gateway::before(served.address, &more).await);
    let mut clients = [first.client(), second.client()];
    let mut answered = 0;
    let mut refused = 0;
    for asked in 0..16 {
        let answer = clients[asked % 2].get("demo-hotline", "/v1/principal").await;
        match answer.status {
            200 => answered += 1,
            429 => refused += 1,
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert!(refused > 0 && (BURST..BURST + 5).contains(&answered), "{answered} of both together, as one would answer");
    redis.stop();
    let mut after = Vec::new();
    for client in &mut clients {
        for _ in 0..3 {
            after.push(client.post("demo-operator", "/v1/resources:find", &json!({})).await.status);
        }
    }
    assert!(after.iter().all(|status| [400, 429].contains(status)), "{after:?}");
    assert!(after.contains(&400), "served without Redis: {after:?}");
}

#[tokio::test]
async fn development_mode_stops_what_runs_in_a_circle_and_pages_say_so_in_words() {
    let served = Served::start(&["--http-requests-per-second=1"], &[]).await;
    let mut web = served.web();
    let (_, refused) = ask_until_refused(&mut web, 40, |_| vec![bearer("demo-hotline")], "/v1/principal").await;
    assert_eq!(refused.expect("a limit").reason(), "OVERLOADED");
    for (language, words) in [("zh-CN", "请求太多，请稍后再试"), ("en", "Too many requests; please wait a moment")]
    {
        let preferred = |_| vec![("accept-language", language.to_owned())];
        let (_, refused) = ask_until_refused(&mut served.web(), 40, preferred, "/wishes").await;
        let refused = refused.expect("a limit");
        assert!(refused.text().contains(words), "{}", refused.text());
        assert!(refused.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        assert!(refused.header("content-security-policy").is_some());
        assert_eq!(refused.header("refresh"), refused.header("retry-after"), "it comes back by itself");
        // What would change something is not sent again by itself.
        let headers = [("accept-language", language), ("sec-fetch-site", "same-origin")];
        let refused = web.ask("POST", "/language", &headers, b"lang=en").await;
        assert_eq!((refused.status, refused.header("refresh")), (429, None));
    }
}
