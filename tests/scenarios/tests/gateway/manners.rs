//! Manners of HTTP: HEAD, conditional reads, compression, other origins, methods and paths that are none, and headers that claim too much.

use wishwell_scenarios::Served;
use wishwell_scenarios::gateway::Gateway;
use wishwell_scenarios::referring::{HOTLINE, OPERATOR, PARTNER};

const NEEDS: &str = "/v1/needs?pageSize=5";
const KEY: (&str, &str) = ("authorization", "Bearer demo-hotline");

#[tokio::test]
async fn a_head_is_a_get_without_its_content() {
    let served = Served::demo().await;
    let mut web = served.web();
    let get = web.ask("GET", NEEDS, &[KEY], b"").await;
    let head = web.ask("HEAD", NEEDS, &[KEY], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for header in ["content-type", "etag"] {
        assert_eq!(head.header(header), get.header(header), "{header}");
    }
    let length = head.header("content-length").map(str::to_owned);
    assert_eq!(length, Some(get.body.len().to_string()), "the length that a GET would have");
    let missing = web.ask("HEAD", "/v1/nothing", &[KEY], b"").await;
    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

#[tokio::test]
async fn what_a_reader_has_already_is_not_sent_again() {
    let served = Served::demo().await;
    let mut web = served.web();
    let first = web.ask("GET", NEEDS, &[KEY], b"").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = web.ask("GET", NEEDS, &[KEY, ("if-none-match", &tag)], b"").await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag.as_str())));
    let other = web.ask("GET", "/v1/needs?pageSize=6", &[KEY, ("if-none-match", &tag)], b"").await;
    assert_eq!(other.status, 200, "another content has another tag");
    // Who may not read learns nothing from a tag.
    let stranger = web.ask("GET", NEEDS, &[("authorization", "Bearer nobody"), ("if-none-match", &tag)], b"").await;
    assert_eq!(stranger.status, 401);
    assert!(first.header("cache-control").unwrap().contains("private"));
}

#[tokio::test]
async fn a_write_under_a_condition_of_http_is_refused_and_not_made() {
    let served = Served::demo().await;
    let mut web = served.web();
    let listed = web.ask("GET", "/v1/needs?pageSize=1", &[KEY], b"").await.json();
    let path = format!("/v1/{}", listed["needs"][0]["name"].as_str().expect("a need"));
    let read = web.ask("GET", &path, &[KEY], b"").await;
    let tag = read.header("etag").expect("a tag").to_owned();
    let change = br#"{"need": {"urgency": "URGENCY_EMERGENCY"}, "updateMask": "urgency"}"#;
    let json = ("content-type", "application/json");
    for condition in
        [("if-match", tag.as_str()), ("if-match", "*"), ("if-unmodified-since", "Mon, 30 Nov 2026 00:00:00 GMT")]
    {
        let refused = web.ask("PATCH", &path, &[KEY, json, condition], change).await;
        assert_eq!((refused.status, refused.reason().as_str()), (400, "MALFORMED_MESSAGE"), "{condition:?}");
    }
    let kept = web.ask("GET", &path, &[KEY, ("if-match", "*")], b"").await;
    assert_eq!((kept.status, kept.json()), (200, read.json()), "nothing was changed");
}

#[tokio::test]
async fn long_answers_travel_compressed_to_those_who_take_them_so() {
    let served = Served::demo().await;
    let mut web = served.web();
    let plain = web.ask("GET", "/v1/resources?pageSize=100", &[KEY], b"").await;
    let packed = web.ask("GET", "/v1/resources?pageSize=100", &[KEY, ("accept-encoding", "gzip")], b"").await;
    assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]), "gzip by its first bytes");
    assert!(packed.body.len() * 3 < plain.body.len(), "{} of {} bytes", packed.body.len(), plain.body.len());
    assert_eq!(packed.header("etag"), plain.header("etag"), "the tag is a weak one");
    assert!(packed.header("vary").is_some_and(|vary| vary.to_lowercase().contains("accept-encoding")), "{packed:?}");
    assert_eq!(plain.header("content-encoding"), None);
}

#[tokio::test]
async fn scripts_of_allowed_origins_may_ask_and_those_of_others_may_not() {
    let served = Served::demo().await;
    let gateway = Gateway::before(served.address, &["--http-allowed-origins", "https://portal.example"]).await;
    let mut web = gateway.client();
    let preflight = |origin: &'static str| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type"),
        ]
    };
    let allowed = web.ask("OPTIONS", "/v1/needs", &preflight("https://portal.example"), b"").await;
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://portal.example"));
    assert!(allowed.header("access-control-allow-headers").unwrap().contains("authorization"));
    for method in ["GET", "POST", "PATCH", "DELETE"] {
        assert!(allowed.header("access-control-allow-methods").unwrap().contains(method), "{method}");
    }
    assert_eq!(allowed.header("access-control-allow-credentials"), None, "cookies never travel");
    let answer = web.ask("GET", NEEDS, &[KEY, ("origin", "https://portal.example")], b"").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("https://portal.example")));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("etag"));
    for origin in ["https://evil.example", "https://portal.example.evil.example", "http://portal.example", "null"] {
        let refused = web.ask("OPTIONS", "/v1/needs", &preflight(origin), b"").await;
        assert_eq!(refused.header("access-control-allow-origin"), None, "{origin}");
        let answer = web.ask("GET", NEEDS, &[KEY, ("origin", origin)], b"").await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
    // Where no origin is configured, none is allowed.
    let closed = served.web().ask("OPTIONS", "/v1/needs", &preflight("https://portal.example"), b"").await;
    assert_eq!(closed.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_path_that_is_none_and_a_method_that_it_does_not_take_are_told_as_statuses() {
    let served = Served::demo().await;
    let mut web = served.web();
    for path in ["/v1/nothing", "/v1", "/v1/", "/v1/needs/", "/v1/needs:nothing", "/v1/needs/x/y"] {
        let answer = web.get(HOTLINE, path).await;
        assert_eq!((answer.status, answer.reason().as_str()), (404, "NOT_FOUND"), "{path}");
        assert_eq!(answer.json()["code"], 5);
    }
    for (method, path, allowed) in [
        ("DELETE", "/v1/needs", "GET, POST"),
        ("PUT", "/v1/resources:find", "POST"),
        ("POST", "/v1/principal", "GET"),
        ("GET", "/v1/resources:find", "POST"),
        ("PROPFIND", "/v1/categories", "GET"),
    ] {
        let answer = web.ask(method, path, &[KEY], b"").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
        assert_eq!((answer.reason().as_str(), &answer.json()["code"]), ("UNIMPLEMENTED", &12.into()));
    }
}

#[tokio::test]
async fn headers_that_claim_to_be_somebody_change_nothing() {
    let served = Served::demo().await;
    let mut web = served.web();
    let claims = [
        ("x-forwarded-user", "demo-operator"),
        ("x-remote-user", "demo-operator"),
        ("x-wishwell-principal", "demo-operator"),
        ("x-wishwell-role", "operator"),
        ("x-wishwell-tenant", "main"),
        ("wishwell-principal", "demo-operator"),
        ("wishwell-tenant", "main"),
        ("wishwell-role", "PRINCIPAL_ROLE_OPERATOR"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1;proto=https"),
        ("x-original-url", "/v1/organizations"),
        ("x-http-method-override", "DELETE"),
        ("grpc-timeout", "1n"),
        ("grpc-encoding", "gzip"),
        ("x-client-cert", "CN=demo-operator"),
        ("x-forwarded-client-cert", "Subject=\"CN=demo-operator\""),
    ];
    let plain = web.get(PARTNER, "/v1/principal").await.ok();
    for claim in claims {
        let nobody = web.ask("GET", "/v1/principal", &[claim], b"").await;
        assert_eq!(nobody.status, 401, "{claim:?}");
        let partner = web.ask("GET", "/v1/principal", &[("authorization", "Bearer demo-partner"), claim], b"").await;
        assert_eq!(partner.ok(), plain, "{claim:?}");
        // Over gRPC-Web, which passes headers on, as over REST.
        let headers = [("content-type", "application/grpc-web+proto"), claim];
        let nobody = web.ask("POST", "/wishwell.v1.AccessService/GetPrincipal", &headers, &[0; 5]).await;
        let said = format!("{:?} {}", nobody.header("grpc-status"), nobody.text());
        assert!(!said.contains("demo-operator") && !said.contains("grpc-status:0"), "{claim:?}: {said}");
    }
    // Whoever shows several credentials is nobody.
    let two = [("authorization", "Bearer demo-partner"), ("authorization", "Bearer demo-operator")];
    assert_eq!(web.ask("GET", "/v1/principal", &two, b"").await.status, 401);
    assert_eq!(web.get(OPERATOR, "/v1/principal").await.ok()["principal"]["role"], "PRINCIPAL_ROLE_OPERATOR");
}
