//! What a token costs: verified when it is seen for the first time, and looked up from then on, digest included.
//!
//! `cargo run --release -p wishwell-matching --example token_speed`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;
use wishwell_matching::access::{ALGORITHMS, Credentials, IssuerEntry, KeySource, Outcome};
use wishwell_test_support::tokens::{Signer, key_set};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.example.org";
/// Fewer than are remembered, so that each is verified once.
const TOKENS: u32 = 2_000;

fn main() {
    let now = Timestamp::from_second(NOW).expect("an instant");
    for signer in [Signer::rs256("a"), Signer::ps256("a"), Signer::es256("a"), Signer::eddsa("a")] {
        let keys = KeySource::Set(key_set(&[signer.jwk()]).into_bytes());
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut issuer = IssuerEntry::new(ISSUER.to_owned(), texts(&["wishwell"]), texts(&ALGORITHMS), keys);
        issuer.tenants = texts(&["main"]);
        let credentials = Credentials::default().with_issuers(&[issuer]).expect("an issuer");
        let tokens: Vec<String> = (0..TOKENS)
            .map(|number| {
                signer.token(&json!({
                    "iss": ISSUER, "aud": "wishwell", "sub": format!("somebody-{number:04}"), "iat": NOW - 60,
                    "exp": NOW + 600, "wishwell_role": "auditor"
                }))
            })
            .collect();
        let ask = |expected: Outcome| {
            let started = Instant::now();
            for token in &tokens {
                let found = credentials.bearer(token.as_bytes(), || now).expect("an issuer's");
                assert_eq!(found.expect("good").1, expected);
            }
            started.elapsed() / TOKENS
        };
        let (verified, known) = (ask(Outcome::Verified), ask(Outcome::Known));
        println!("{}, {} bytes: verified in {verified:?}, known in {known:?}", signer.header()["alg"], tokens[0].len());
    }
}
