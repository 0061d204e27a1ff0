//! `wishwell` without an argument, from its banner to its end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use wishwell_test_support::process::Wishwell;

/// A debug build that loads the demo while other tests run.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts development mode on free ports and waits for its banner; answers where it serves.
async fn start(arguments: &[&str]) -> (Wishwell, SocketAddr) {
    let arguments =
        ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--lang", "en"]
            .iter()
            .chain(arguments);
    let mut process = Wishwell::spawn(arguments.copied(), &[]);
    let address = serving_at(&mut process).await;
    (process, address)
}

async fn serving_at(process: &mut Wishwell) -> SocketAddr {
    let started = Instant::now();
    let address = loop {
        let line = process.output().lines().find(|line| line.starts_with("  gRPC")).map(ToOwned::to_owned);
        if let Some(address) = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()) {
            break address;
        }
        assert!(started.elapsed() < PATIENCE, "no banner:\n{}", process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    process.wait_until_serving(address, PATIENCE).await;
    address
}

/// The program, told nothing by the environment.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wishwell"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
        command.env_remove(name);
    }
    command
}

fn ask(address: SocketAddr, folder: &Path, arguments: &[&str]) -> Output {
    ask_in("en", address, folder, arguments)
}

fn ask_in(lang: &str, address: SocketAddr, folder: &Path, arguments: &[&str]) -> Output {
    let server = format!("http://{address}");
    command()
        .args(arguments)
        .args(["--lang", lang, "--server", &server])
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn admin_address(process: &Wishwell) -> String {
    let output = process.output();
    let line = output.lines().find(|line| line.starts_with("  admin")).expect("the banner names the admin port");
    let start = line.find("http://").expect("an address") + "http://".len();
    line[start..].split('/').next().expect("an address").to_owned()
}

fn get(address: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).expect("the admin port is open");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("it takes requests");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[tokio::test]
async fn one_command_serves_a_demo_that_can_be_asked() {
    let (mut process, address) = start(&[]).await;
    let banner = process.output();
    for said in ["68 organizations", "loaded just now", "durability  full", "wishwell-data/master.key", "demo-hotline"]
    {
        assert!(banner.contains(said), "{said}\n{banner}");
    }
    let folder = process.folder().to_owned();
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.join("wishwell-data/master.key")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);

    let needs = stdout(&ask(address, &folder, &["needs"]));
    assert!(needs.contains("demo/need-sterile-room"), "{needs}");
    let found = stdout(&ask(address, &folder, &["find", "--need", "demo/need-sterile-room"]));
    assert!(found.contains("NOT_VETTED_FOR_HOME_VISITS") && found.contains("distance 0."), "{found}");
    let arguments = [
        "find",
        "--category",
        "课桌",
        "--quantity",
        "2",
        "--division",
        "640104",
        "--place",
        "38.472,106.281",
        "--json",
    ];
    let json: Value = serde_json::from_str(&stdout(&ask(address, &folder, &arguments))).unwrap();
    assert!(json["items"][0]["candidates"].as_array().is_some_and(|candidates| !candidates.is_empty()), "{json}");

    let admin = admin_address(&process);
    assert!(get(&admin, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(&admin, "/healthz").starts_with("HTTP/1.1 200"));
    let metrics = get(&admin, "/metrics");
    assert!(metrics.contains("rpc_server_call_duration_seconds") && metrics.trim_end().ends_with("# EOF"), "{metrics}");

    let asked = Instant::now();
    process.terminate();
    let status = process.wait_until_ended(Duration::from_secs(10)).await;
    assert!(status.success(), "{status}\n{}", process.output());
    assert!(asked.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_second_start_finds_the_demo_and_everything_else_where_it_was() {
    let (mut process, address) = start(&[]).await;
    let folder = process.folder().to_owned();
    let before = stdout(&ask(address, &folder, &["needs", "--json"]));
    process.terminate();
    process.wait_until_ended(PATIENCE).await;
    std::fs::remove_file(folder.join("stdout")).unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--admin-listen", "off", "--http-listen", "off", "--lang", "en"];
    let mut process = Wishwell::spawn_in(process.into_folder(), arguments, &[]);
    let address = serving_at(&mut process).await;
    assert!(process.output().contains("was there already"), "{}", process.output());
    assert_eq!(stdout(&ask(address, process.folder(), &["needs", "--json"])), before);
}

/// `wishwell watch` of a need from its first event on, ended when dropped.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn of(need: &str, address: SocketAddr, folder: &Path) -> Self {
        let server = format!("http://{address}");
        let arguments = ["watch", "--after", "0", "--lang", "en", "--server", &server, "--need", need];
        let mut child = command().args(arguments).current_dir(folder).stdout(Stdio::piped()).spawn().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let (told, lines) = channel();
        std::thread::spawn(move || printed.map_while(Result::ok).all(|line| told.send(line).is_ok()));
        Self { child, lines }
    }

    /// States of referrals in the order in which they are told, up to one that is confirmed: in words, with the attempt.
    fn states_until_confirmed(&self) -> Vec<String> {
        let mut states: Vec<String> = Vec::new();
        while states.last().is_none_or(|state| !state.starts_with("confirmed")) {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{states:?}"));
            let parts: Vec<&str> = line.split(" · ").collect();
            if parts[0].contains("referrals/") {
                let attempt = parts.iter().find(|part| part.starts_with("attempt")).copied().unwrap_or("attempt 1");
                states.push(format!("{}, {attempt}", parts[1]));
            }
        }
        // Who makes an offer also marks the one before it as followed.
        states.dedup();
        states
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Offered, declined, offered to the next, and followed until the help has arrived.
const LOOP: [&str; 6] = [
    "offered, attempt 1",
    "declined, attempt 1",
    "offered, attempt 2",
    "accepted, attempt 2",
    "delivered, attempt 2",
    "confirmed, attempt 2",
];

#[tokio::test]
async fn the_loop_of_the_demo_is_seen_by_who_watches_and_so_is_one_that_is_followed_by_hand() {
    let (process, address) = start(&[]).await;
    let folder = process.folder();
    // Already there, as told from the beginning.
    assert_eq!(Watch::of("demo/need-unpaid-wages", address, folder).states_until_confirmed(), LOOP);

    // As it happens.
    let need = "demo/need-sterile-room";
    let watch = Watch::of(need, address, folder);
    let run = |arguments: &[&str]| stdout(&ask(address, folder, arguments));
    let named =
        |said: &str| said.split(" · ").next().and_then(|name| name.strip_prefix("referrals/")).map(str::to_owned);
    let said = run(&["refer", "--need", need]);
    let first = named(&said).expect("a referral");
    let to = " · to Small Room of Life: sterile room grant (resources/";
    assert!(said.contains(to), "{said}");
    let said = run(&["referral", "decline", &first, "--reason", "no-suitable-time"]);
    assert!(said.contains("declined") && said.contains(to), "{said}");
    let started = Instant::now();
    let second = loop {
        let listed = run(&["referrals", "--need", need, "--json"]);
        let referrals = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let next =
            referrals.filter_map(|referral| Some(referral["name"].as_str()?.strip_prefix("referrals/")?.to_owned()));
        if let Some(next) = next.into_iter().find(|name| *name != first) {
            break next;
        }
        assert!(started.elapsed() < PATIENCE, "nobody else is asked");
    };
    for step in ["accept", "deliver", "confirm"] {
        run(&["referral", step, &second]);
    }
    assert_eq!(watch.states_until_confirmed(), LOOP);
}

#[tokio::test]
async fn another_master_key_than_the_store_s_is_refused_before_anything_is_sealed_with_it() {
    let (mut process, _) = start(&[]).await;
    process.terminate();
    process.wait_until_ended(PATIENCE).await;
    let folder = process.into_folder();
    std::fs::write(folder.path().join("wishwell-data/master.key"), "5a".repeat(32)).unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--admin-listen", "off", "--http-listen", "off", "--lang", "en"];
    let mut process = Wishwell::spawn_in(folder, arguments, &[]);
    let status = process.wait_until_ended(PATIENCE).await;
    assert_eq!(status.code(), Some(78), "{}", process.output());
    for said in ["the master key does not belong to the store", "none of 8 keys of tenant demo opens with it"] {
        assert!(process.output().contains(said), "{said}\n{}", process.output());
    }
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_answered_with_what_would() {
    let (process, address) = start(&["--demo=false"]).await;
    assert!(process.output().contains("demo data   none"), "{}", process.output());
    let folder = process.folder();
    let refused = |arguments: &[&str]| {
        let output = ask(address, folder, arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = refused(&["find", "--category", "desk"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("wishwell categories"), "{said}");
    let (code, said) = refused(&["find", "--need", "demo/nothing"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("wishwell needs"), "{said}");
}

#[tokio::test]
async fn what_the_server_refuses_of_a_question_is_told_by_the_flags_that_say_it() {
    let (process, address) = start(&[]).await;
    let arguments = ["find", "--category", "education.desk", "--delivery", "--top", "0", "--quantity", "0"];
    let output = ask(address, process.folder(), &arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for flag in ["--place: ", "--top: ", "--quantity: ", "--division 640104"] {
        assert!(said.contains(flag), "{flag}\n{said}");
    }
    assert!(!said.contains("inline_need"), "{said}");
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_the_language_of_whoever_asks() {
    let (process, address) = start(&[]).await;
    let told = |lang: &str, arguments: &[&str]| {
        let output = ask_in(lang, address, process.folder(), arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let none = "referrals/01920000-0000-7000-8000-000000000000";
    let accept = ["referral", "accept", none];
    assert_eq!(
        told("en", &accept),
        format!(
            "error: the step cannot be taken\n\n  It was not found: it may be over or removed, or it is not yours to see.\n\n  \
             {none} was not found (NOT_FOUND)\n"
        )
    );
    assert_eq!(
        told("zh", &accept),
        format!(
            "错误：这一步没有办成\n\n  没有找到：可能已经结束或被删除，也可能不归您查看。\n\n  对象 {none}\n  \
             服务器原文：{none} was not found (NOT_FOUND)\n"
        )
    );
    let find = ["find", "--category", "education.desk", "--division", "640104", "--top", "0", "--quantity", "0"];
    let zh = told("zh", &find);
    for said in [
        "错误：无法查找资源",
        "请求的内容不符合要求，没有执行。",
        "--top：应在 1 到 ",
        "（所填为 \"0\"）",
        "--quantity：应大于 0",
    ] {
        assert!(zh.contains(said), "{said}\n{zh}");
    }
    let en = told("en", &find);
    for said in ["--top: must be", "(got \"0\")", "--quantity: must be greater than 0"] {
        assert!(en.contains(said), "{said}\n{en}");
    }
    let elsewhere = told("zh", &["needs", "--division", "12345"]);
    assert!(elsewhere.contains("应是区划代码：2、4、6、9 或 12 位数字"), "{elsewhere}");
}

#[tokio::test]
async fn doctor_finds_a_running_server_well() {
    let (process, address) = start(&["--demo=false"]).await;
    let admin = admin_address(&process);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wishwell"));
    command.args(["doctor", "--lang", "en"]).current_dir(process.folder());
    command.env_clear().env("WISHWELL_LISTEN", address.to_string()).env("WISHWELL_ADMIN_LISTEN", admin);
    let output = command.output().unwrap();
    let said = stdout(&output);
    for line in
        ["ok    master key", "ok    store", "ok    integrity", "ok    durability", "ok    server", "ok    admin port"]
    {
        assert!(said.contains(line), "{line}\n{said}");
    }
}
