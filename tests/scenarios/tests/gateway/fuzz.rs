//! Twenty thousand requests that nobody should send, over connections that are kept: no answer is the server's fault, nothing panics, and memory
//! stays what it was.

use std::net::SocketAddr;

use wishwell_scenarios::Served;
use wishwell_scenarios::made::{Known, Maker, Operation, Random, operations};
use wishwell_scenarios::web::Plain;

const REQUESTS: usize = 20_000;
/// Says how many else.
const REQUESTS_VARIABLE: &str = "WISHWELL_GATEWAY_FUZZ_REQUESTS";
const CLIENTS: usize = 4;
const SEED: u64 = 5;
/// What the server may have grown by in the second half of the requests, in KiB: caches and allocator slack, no leak of requests.
const GROWTH_KIB_MAX: i64 = 48 * 1024;
const KEYS: &[&str] = &["demo-operator", "demo-hotline", "demo-partner", "", "nobody", "demo-visitor"];

/// Resident memory in KiB.
fn resident(process: u32) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process of ours");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    line.split_whitespace().nth(1).expect("a figure").parse().expect("a number")
}

/// A few bytes changed, put in, left out or doubled.
fn scrambled(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = random.below(bytes.len());
        let byte = u8::try_from(random.below(256)).expect("a byte");
        match random.below(5) {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at.max(1)),
            _ => {
                let piece = bytes[at..bytes.len().min(at + 40)].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// A path of pages or of nothing.
fn path(random: &mut Random) -> String {
    let paths = [
        "/",
        "/sign-in",
        "/wishes",
        "/portal",
        "/desk",
        "/api",
        "/assets/x",
        "/%",
        "/..",
        "/v1/",
        "/x.y/z",
        "/language?lang=%ff",
        "/wishes?page=-1&category=%00",
        "/api/openapi.json",
    ];
    let mut path = (*random.one(&paths)).to_owned();
    for _ in 0..random.below(3) {
        path.push_str(random.one::<&str>(&[
            "/",
            "?a=b",
            "&lang=en",
            "%20",
            "%E5%BF%83",
            "/..",
            ":verb",
            "//",
            ";x",
            "*",
        ]));
    }
    path
}

const HEADERS: &[(&str, &str)] = &[
    ("accept", "text/event-stream"),
    ("accept-encoding", "gzip;q=0, *"),
    ("accept-language", "zh;q=x,,;,en"),
    ("cookie", "wishwell-session=AAAA; =; ;;"),
    ("if-none-match", "W/\"x\", *, \"\""),
    ("last-event-id", "-1"),
    ("range", "bytes=0-1"),
    ("hx-request", "true"),
    ("traceparent", "00-zz-zz-01"),
    ("x-request-id", "a b\u{e9}"),
    ("origin", "null"),
    ("grpc-timeout", "99999999H"),
    ("expect", "100-continue-not"),
    ("authorization", "Bearer"),
    ("authorization", "\u{ff}"),
    ("content-type", "application/grpc-web+proto"),
    ("content-type", "application/grpc-web-text"),
    ("content-type", "application/proto"),
    ("upgrade", "websocket"),
];

async fn storm(address: SocketAddr, operations: Vec<Operation>, client: usize, requests: usize) -> Vec<String> {
    let mut random = Random::new(SEED + client as u64);
    let mut web = Plain::to(address);
    let known = Known::new();
    let mut makers: Vec<_> = operations
        .iter()
        .enumerate()
        .map(|(at, operation)| Maker::new(operation, &known, KEYS, SEED + (at * 17 + client) as u64))
        .collect();
    let mut faults = Vec::new();
    for _ in 0..requests {
        let at = random.below(makers.len());
        let made = makers[at].request();
        let mut headers: Vec<(&str, &str)> = made.headers();
        if random.chance(40) {
            headers.push(*random.one(HEADERS));
        }
        let target = if random.chance(25) { path(&mut random) } else { made.target.clone() };
        // A stream would have no end.
        let target = target.replace("/v1/events:watch", "/v1/events:watched");
        let body = if random.chance(30) { scrambled(made.body.clone(), &mut random) } else { made.body.clone() };
        let mut bytes = web.request(&made.verb, &target, &headers, &body);
        if random.chance(15) {
            let head = bytes.len() - body.len();
            let (head, body) = (bytes[..head].to_vec(), bytes[head..].to_vec());
            // The end of the head stays, or both sides would wait.
            let mut head = scrambled(head[..head.len() - 4].to_vec(), &mut random);
            head.extend_from_slice(b"\r\nconnection: close\r\n\r\n");
            bytes = [head, body].concat();
            web = Plain::to(address);
            web.finish_after(&bytes).await;
            continue;
        }
        let Some(answer) = web.exchange(&bytes, made.verb == "HEAD").await else { continue };
        // 501 and 503 say that there is no such call, and to come back.
        if answer.status >= 500 && ![501].contains(&answer.status) {
            faults.push(format!(
                "{}: {} {:.300}",
                answer.status,
                String::from_utf8_lossy(&bytes[..bytes.len().min(600)]),
                answer.text()
            ));
        }
    }
    faults
}

async fn storms(address: SocketAddr, round: usize) -> Vec<String> {
    let operations = operations();
    let requests = std::env::var(REQUESTS_VARIABLE).map_or(REQUESTS, |text| text.parse().expect("a number"));
    let clients = (0..CLIENTS).map(|client| {
        tokio::spawn(storm(address, operations.clone(), round * CLIENTS + client, requests / CLIENTS / 2))
    });
    let mut faults = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        faults.extend(client.await.expect("nobody panicked"));
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_thrown_at_it_the_gateway_answers_without_a_fault_and_within_its_memory() {
    let served = Served::start(&["--http-requests-per-second=1000000"], &[]).await;
    let address = served.web.expect("pages and REST are served");
    let mut faults = storms(address, 0).await;
    let before = resident(served.process.id());
    faults.extend(storms(address, 1).await);
    let after = resident(served.process.id());
    println!("resident {before} KiB after half of the requests, {after} KiB after all");
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(after - before < GROWTH_KIB_MAX, "grown from {before} to {after} KiB");
    let log = served.process.output();
    assert!(!log.contains("panicked"), "{log}");
    served.web().get("demo-hotline", "/v1/needs").await.ok();
}
