//! The gateway's port spoken to in HTTP/2, as an edge does that keeps one connection for many callers.

use std::time::Duration;

use h2::client::SendRequest;
use http::{Method, Request, Version};
use prost::bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use wishwell_scenarios::Served;

/// A little more than a head may have, a thousand bytes each.
const HEADERS: usize = 20;
const SOON: Duration = Duration::from_secs(20);

async fn connected(served: &Served) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(served.web.expect("pages are served")).await.expect("somebody listens");
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    client
}

fn request(method: Method, target: &str) -> http::request::Builder {
    Request::builder()
        .version(Version::HTTP_2)
        .method(method)
        .uri(format!("http://localhost{target}"))
        .header("authorization", "Bearer demo-operator")
}

/// Asks on a connection and reads the whole answer.
async fn ask(client: SendRequest<Bytes>, request: http::request::Builder, body: &Value) -> (u16, String) {
    let mut client = client.ready().await.expect("a stream");
    let has_body = !body.is_null();
    let (answer, mut sending) = client.send_request(request.body(()).unwrap(), !has_body).expect("it is sent");
    if has_body {
        sending.send_data(Bytes::from(body.to_string()), true).expect("the body is sent");
    }
    let answer = tokio::time::timeout(SOON, answer).await.expect("soon").expect("an answer");
    let status = answer.status().as_u16();
    let (mut reading, mut bytes) = (answer.into_body(), Vec::new());
    while let Some(part) = reading.data().await {
        let part = part.expect("more of it");
        reading.flow_control().release_capacity(part.len()).expect("what was read");
        bytes.extend_from_slice(&part);
    }
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn one_connection_carries_pages_calls_and_a_live_stream_beside_each_other() {
    let served = Served::demo().await;
    let client = connected(&served).await;
    let mut ready = client.clone().ready().await.expect("a stream");
    let watch =
        request(Method::GET, "/v1/events:watch?filter.kinds=EVENT_KIND_NEED").header("accept", "text/event-stream");
    let (live, _) = ready.send_request(watch.body(()).unwrap(), true).expect("it is sent");
    let live = tokio::time::timeout(SOON, live).await.expect("soon").expect("an answer");
    assert_eq!((live.status().as_u16(), live.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));

    let find = json!({"need": served.demo_need("need-three-grandchildren").await});
    let asked: Vec<_> = (0..60)
        .map(|number| {
            let (client, find) = (client.clone(), find.clone());
            tokio::spawn(async move {
                match number % 3 {
                    0 => ask(client, request(Method::GET, "/wishes"), &Value::Null).await,
                    1 => ask(client, request(Method::GET, "/v1/needs?pageSize=2"), &Value::Null).await,
                    _ => {
                        let find_it =
                            request(Method::POST, "/v1/resources:find").header("content-type", "application/json");
                        ask(client, find_it, &find).await
                    }
                }
            })
        })
        .collect();
    for (number, asked) in asked.into_iter().enumerate() {
        let (status, said) = asked.await.expect("nobody panicked");
        let expected = ["许愿池", "\"needs\"", "\"candidates\""][number % 3];
        assert!(status == 200 && said.contains(expected), "{number}: {status} {said:.300}");
    }

    let (status, said) = ask(client.clone(), request(Method::GET, "/v1/needs/none"), &Value::Null).await;
    assert_eq!(status, 400, "{said}");
    // The live stream is still there, and hears of what is written on the same connection.
    let need = json!({"need": {
        "items": [{"category": "education.desk", "quantity": {"value": 1, "unit": "piece"}}],
        "urgency": "URGENCY_NORMAL", "division": "640104", "channel": "CHANNEL_HOTLINE", "mobility": {"delivery": true},
    }});
    let mut submit = request(Method::POST, "/v1/needs").header("content-type", "application/json");
    submit.headers_mut().unwrap().insert("authorization", "Bearer demo-hotline".parse().unwrap());
    let (status, said) = ask(client, submit, &need).await;
    assert_eq!(status, 200, "{said}");
    let mut heard = String::new();
    let mut reading = live.into_body();
    while !heard.contains("EVENT_KIND_NEED") {
        let part =
            tokio::time::timeout(SOON, reading.data()).await.expect("soon").expect("it goes on").expect("a part");
        reading.flow_control().release_capacity(part.len()).expect("what was read");
        heard.push_str(&String::from_utf8_lossy(&part));
    }
}

#[tokio::test]
async fn too_much_of_a_head_ends_one_stream_and_not_the_connection() {
    let served = Served::demo().await;
    let client = connected(&served).await;
    let mut ready = client.clone().ready().await.expect("a stream");
    let mut heavy = request(Method::GET, "/wishes");
    for number in 0..HEADERS {
        heavy = heavy.header(format!("x-much-{number}"), "m".repeat(1_000));
    }
    let (answer, _) = ready.send_request(heavy.body(()).unwrap(), true).expect("it is sent");
    match tokio::time::timeout(SOON, answer).await.expect("soon") {
        Ok(answer) => assert_eq!(answer.status().as_u16(), 431),
        Err(error) => assert!(error.is_reset(), "{error}"),
    }
    let (status, _) = ask(client, request(Method::GET, "/wishes"), &Value::Null).await;
    assert_eq!(status, 200, "the others are answered");
}
