//! Keys of an issuer of tokens over HTTPS: from whoever the named authority vouches for, kept while it is away, and from nobody else.

use std::time::{Duration, Instant};

use serde_json::json;
use wishwell_scenarios::Served;
use wishwell_scenarios::authority::Authority;
use wishwell_scenarios::deployment::{self, OPERATOR};
use wishwell_scenarios::issuer::{Publisher, REFRESH_PATIENCE, call, claims, is_refused, serve};
use wishwell_test_support::process::Wishwell;
use wishwell_test_support::tokens::{Signer, key_set};

/// The names by which the publisher is asked.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// Shortest time between two questions of a server for keys.
const REFRESH_SECONDS_MIN: f64 = 5.0;

/// A deployment that believes the publisher's keys by this authority.
async fn serve_trusting(publisher: &Publisher, authority: &Authority) -> Served {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), authority.pem()).expect("written");
    serve(&format!("jwks_url = \"{}\"\njwks_ca = \"{}\"", publisher.url(), file.path().display())).await
}

async fn until_accepted(served: &Served, token: &str) {
    let started = Instant::now();
    while call(served, token).await.is_err() {
        assert!(started.elapsed() < REFRESH_PATIENCE, "it is not known:\n{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn keys_change_over_tls_hold_while_the_issuer_is_away_and_are_asked_for_no_more_often_than_every_five_seconds() {
    let authority = Authority::new();
    let (old, new) = (Signer::rs256("2026-1"), Signer::es256("2026-2"));
    let publisher = Publisher::start_over_tls(&key_set(&[old.jwk()]), authority.acceptor(&NAMES)).await;
    let served = serve_trusting(&publisher, &authority).await;
    let (by_old, by_new) = (old.token(&claims(&json!({}))), new.token(&claims(&json!({}))));
    call(&served, &by_old).await.expect("the keys were asked for at start");
    assert_eq!(publisher.asked(), 1);

    publisher.publish(&key_set(&[old.jwk(), new.jwk()]));
    until_accepted(&served, &by_new).await;
    call(&served, &by_old).await.expect("the old one holds beside it");

    // Away for as long as two questions: whoever comes with whatever makes it no more often, and what is there holds.
    publisher.answer("HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n");
    let (before, started) = (publisher.asked(), Instant::now());
    let unknown = Signer::es256("unknown").token(&claims(&json!({})));
    let mut number = 0;
    while started.elapsed() < Duration::from_secs(12) {
        number += 1;
        assert!(is_refused(&call(&served, &unknown).await, "TOKEN_KEY_UNKNOWN"));
        let fresh = new.token(&claims(&json!({ "jti": number.to_string() })));
        call(&served, &fresh).await.expect("its keys are kept, also for tokens that were not seen before");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let asked = publisher.asked() - before;
    let bound = (started.elapsed().as_secs_f64() / REFRESH_SECONDS_MIN).floor() + 1.0;
    assert!(asked >= 1 && (asked as f64) <= bound, "asked {asked} times while {number} came");

    // A key that was taken back goes with the next answer.
    publisher.publish(&key_set(&[new.jwk()]));
    let started = Instant::now();
    while call(&served, &by_old).await.is_ok() {
        assert!(is_refused(&call(&served, &unknown).await, "TOKEN_KEY_UNKNOWN"), "it makes the server ask");
        assert!(started.elapsed() < 3 * REFRESH_PATIENCE, "the old key still holds:\n{}", served.process.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    call(&served, &by_new).await.expect("the new one holds");
}

#[tokio::test]
async fn keys_of_a_host_that_nobody_trusted_vouches_for_are_not_believed() {
    let (authority, other) = (Authority::new(), Authority::new());
    let signer = Signer::eddsa("a");
    let token = signer.token(&claims(&json!({})));
    for (what, acceptor, trusted) in [
        ("another authority", authority.acceptor(&NAMES), &other),
        ("a certificate of another host", authority.acceptor(&["id.example.org"]), &authority),
        ("a certificate that has expired", authority.expired(&NAMES), &authority),
    ] {
        let publisher = Publisher::start_over_tls(&key_set(&[signer.jwk()]), acceptor).await;
        let served = serve_trusting(&publisher, trusted).await;
        assert!(is_refused(&call(&served, &token).await, "TOKEN_KEY_UNKNOWN"), "{what}");
        assert_eq!(publisher.asked(), 0, "{what}: nothing is said to it");
        call(&served, OPERATOR).await.expect("keys hold without it");
        let output = served.process.output();
        assert!(output.contains("the keys of a token issuer cannot be asked for"), "{what}:\n{output}");
    }
    // The system's authorities do not vouch for it either.
    let publisher = Publisher::start_over_tls(&key_set(&[signer.jwk()]), authority.acceptor(&NAMES)).await;
    let served = serve(&format!("jwks_url = \"{}\"", publisher.url())).await;
    assert!(is_refused(&call(&served, &token).await, "TOKEN_KEY_UNKNOWN"));
    assert_eq!(publisher.asked(), 0);
}

#[tokio::test]
async fn authorities_that_cannot_be_read_are_told_at_start() {
    for (named, expected) in [
        ("nowhere.pem", "jwks_ca nowhere.pem cannot be read"),
        ("master.key", "token_issuers[0].jwks_url the certificates of authorities cannot be used"),
    ] {
        let folder = deployment::folder(deployment::CALLERS);
        let file = folder.path().join("principals.toml");
        let issuer = format!(
            "[[token_issuers]]\nissuer = \"https://id\"\naudiences = [\"w\"]\nalgorithms = [\"RS256\"]\ntenant = \"main\"\n\
             jwks_url = \"https://localhost:1/keys\"\njwks_ca = \"{named}\"\n"
        );
        let text = std::fs::read_to_string(&file).expect("callers") + &issuer;
        std::fs::write(file, text).expect("written");
        let arguments = ["serve", "--master-key-file", "master.key", "--principals-file", "principals.toml"];
        let environment = [("WISHWELL_DATABASE_URL", "sqlite:wishwell.db")];
        let mut process = Wishwell::spawn_in(folder, arguments, &environment);
        let status = process.wait_until_ended(Duration::from_secs(30)).await;
        let output = process.output();
        assert!(status.code() == Some(78) && output.contains(expected), "{expected}: {status}\n{output}");
    }
}
