//! A gateway whose matching service is away: clear answers in every form, and right ones again by itself when the service comes.

use std::time::{Duration, Instant};

use serde_json::json;
use wishwell_scenarios::gateway::Gateway;
use wishwell_scenarios::referring::HOTLINE;
use wishwell_scenarios::{Served, admin};
use wishwell_test_support::ports::KeptAddress;
use wishwell_test_support::process::Wishwell;

/// A service at an address that was kept for it.
async fn serving_at(kept: KeptAddress) -> Wishwell {
    let address = kept.give();
    let listen = address.to_string();
    let arguments = ["--listen", &listen, "--admin-listen", "127.0.0.1:0", "--http-listen", "off", "--demo=false"];
    let mut service = Wishwell::spawn(arguments, &[]);
    service.wait_until_serving(address, Duration::from_secs(60)).await;
    service
}

#[tokio::test]
async fn an_absent_service_is_told_with_a_time_to_come_back_in_the_form_that_was_asked_for() {
    let nobody = KeptAddress::take();
    let gateway = Gateway::before(nobody.get(), &[]).await;
    let mut web = gateway.client();
    for target in ["/v1/needs", "/v1/principal", "/v1/events:watch"] {
        let answer = web.get(HOTLINE, target).await;
        assert_eq!((answer.status, answer.reason().as_str()), (503, "NOT_SERVING"), "{target}");
        assert!(answer.text().contains(r#""retryDelay":"1s""#), "{}", answer.text());
        assert!(answer.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok()), "{answer:?}");
    }
    let answer = web.post(HOTLINE, "/wishwell.v1.AccessService/GetPrincipal", &json!({})).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("unavailable")));
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    let headers = [("content-type", "application/grpc-web+proto")];
    let answer = web.ask("POST", "/wishwell.v1.AccessService/GetPrincipal", &headers, &[0; 5]).await;
    assert!(answer.status == 503 || answer.header("grpc-status") == Some("14"), "{answer:?}");
    // What is wrong by itself needs no service to be told so.
    assert_eq!(web.get(HOTLINE, "/v1/needs?pageSzie=1").await.status, 400);

    let entry = b"token=demo-partner";
    for (language, words) in [("zh", "匹配服务暂时连不上"), ("en", "The matching service cannot be reached")] {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let answer = web.ask("POST", &format!("/sign-in?lang={language}"), &headers, entry).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.text().contains(words), "{}", answer.text());
        assert!(answer.header("retry-after").is_some());
        assert!(!answer.text().contains("transport error") && !answer.text().contains("tcp"), "in plain words");
    }
    assert_eq!(web.get("", "/").await.status, 200, "what needs no service is there");
}

#[tokio::test]
async fn the_gateway_recovers_by_itself_when_the_service_comes() {
    let kept = KeptAddress::take();
    let gateway = Gateway::before(kept.get(), &[]).await;
    let mut web = gateway.client();
    assert_eq!(web.get(HOTLINE, "/v1/needs").await.status, 503);
    let mut service = serving_at(kept).await;
    let started = Instant::now();
    while web.get(HOTLINE, "/v1/needs").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "it does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service.terminate();
    assert!(service.wait_until_ended(Duration::from_secs(15)).await.success());
    assert_eq!(web.get(HOTLINE, "/v1/needs").await.status, 503, "gone again");
}

#[tokio::test]
async fn a_gateway_before_a_service_elsewhere_answers_as_the_one_beside_it() {
    let served = Served::demo().await;
    let gateway = Gateway::before(served.address, &[]).await;
    for target in ["/v1/needs?pageSize=3", "/v1/principal", "/v1/needs/x", "/v1/resources?pageSize=2"] {
        let (near, far) = (served.web().get(HOTLINE, target).await, gateway.client().get(HOTLINE, target).await);
        assert_eq!((near.status, near.json()), (far.status, far.json()), "{target}");
        assert_eq!(near.header("etag"), far.header("etag"));
    }
}

#[tokio::test]
async fn whoever_balances_loads_asks_a_gateway_whether_the_service_behind_it_serves_and_what_it_answered() {
    let kept = KeptAddress::take();
    let port = KeptAddress::take().give();
    let admin = port.to_string();
    let gateway = Gateway::before(kept.get(), &["--admin-listen", &admin]).await;
    assert_eq!(admin::get(port, "/healthz").await, (200, "ok\n".to_owned()), "it need not be started anew");
    let away = (503, "not ready: the matching service does not answer\n".to_owned());
    assert_eq!(admin::get(port, "/readyz").await, away);
    let mut web = gateway.client();
    for _ in 0..2 {
        assert_eq!(web.get(HOTLINE, "/v1/needs").await.status, 503);
    }
    assert_eq!(web.get("", "/").await.status, 200);
    let (status, figures) = admin::get(port, "/metrics").await;
    let answered = |code: &str| admin::figure(&figures, &["http_server_responses_total", code]);
    assert_eq!(
        (status, answered("\"503\""), answered("\"200\""), answered("\"429\"")),
        (200, 2.0, 1.0, 0.0),
        "{figures}"
    );

    let mut service = serving_at(kept).await;
    let started = Instant::now();
    while admin::get(port, "/readyz").await != (200, "ready\n".to_owned()) {
        assert!(started.elapsed() < Duration::from_secs(10), "it does not become ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service.terminate();
    assert!(service.wait_until_ended(Duration::from_secs(15)).await.success());
    assert_eq!(admin::get(port, "/readyz").await, away, "gone again");
}
