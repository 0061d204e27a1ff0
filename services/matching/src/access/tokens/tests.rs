#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use wishwell_domain::principal::Role;
use wishwell_test_support::tokens::{Signer, key_set, sha256};

use super::*;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.example.org";

fn claims(more: Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "aud": "wishwell", "sub": "somebody", "iat": NOW - 60, "exp": NOW + 600, "wishwell_role": "auditor"
    });
    for (key, value) in more.as_object().unwrap() {
        claims[key] = value.clone();
    }
    claims
}

fn entry(keys: &[Value]) -> IssuerEntry {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let source = KeySource::Set(key_set(keys).into_bytes());
    let mut entry = IssuerEntry::new(ISSUER.to_owned(), texts(&["wishwell", "other"]), texts(&ALGORITHMS), source);
    entry.tenants = texts(&["main"]);
    entry
}

fn tokens(entry: IssuerEntry) -> Tokens {
    let mut violations = Violations::new();
    let tokens = Tokens::from_entries(&[entry], &mut violations);
    assert!(violations.is_empty(), "{violations:?}");
    tokens
}

fn ask(tokens: &Tokens, token: &str, now: i64) -> Result<(Arc<Principal>, Outcome), Refusal> {
    tokens.principal(token.as_bytes(), &sha256(token.as_bytes()), now, |_| false)
}

#[test]
fn a_token_holds_from_its_beginning_to_its_end_and_the_leeway_on_both_sides() {
    let signer = Signer::eddsa("a");
    let tokens = tokens(entry(&[signer.jwk()]));
    let expired = Some(Refusal::Expired);
    let early = Some(Refusal::Invalid("it does not hold yet"));
    let made_later = Some(Refusal::Invalid("it was made in the future"));
    let long = Some(Refusal::Invalid("it holds for too long"));
    let form = Some(Refusal::Invalid("its signature, issuer, audience or form is wrong"));
    let cases = [
        (json!({}), None),
        (json!({"exp": NOW - 29}), None),
        (json!({"exp": NOW - 30}), expired),
        (json!({"exp": 0}), expired),
        (json!({"exp": NOW as f64 + 0.5}), None),
        (json!({"exp": -1}), form),
        (json!({"exp": "1900000000"}), form),
        (json!({"exp": 1e300}), form),
        (json!({"exp": null}), form),
        (json!({"nbf": NOW + 30}), None),
        (json!({"nbf": NOW + 31}), early),
        (json!({"iat": NOW + 30}), None),
        (json!({"iat": NOW + 31}), made_later),
        (json!({"iat": NOW, "exp": NOW + 86_400}), None),
        (json!({"iat": NOW, "exp": NOW + 86_401}), long),
        (json!({"iat": null, "exp": NOW + 86_400}), None),
        (json!({"iat": null, "exp": NOW + 86_401}), long),
    ];
    for (more, refusal) in cases {
        let answer = ask(&tokens, &signer.token(&claims(more.clone())), NOW);
        assert_eq!(answer.map(|(_, outcome)| outcome).err(), refusal, "{more}");
    }
}

#[test]
fn a_verified_token_is_known_until_it_expires_or_its_keys_change() {
    let signer = Signer::es256("a");
    let tokens = tokens(entry(&[signer.jwk()]));
    let token = signer.token(&claims(json!({})));
    let outcome = |now| ask(&tokens, &token, now).map(|(_, outcome)| outcome);
    assert_eq!(outcome(NOW), Ok(Outcome::Verified));
    assert_eq!(outcome(NOW + 600 + 29), Ok(Outcome::Known));
    assert_eq!(outcome(NOW + 600 + 30), Err(Refusal::Expired));
    let set = |keys: &[Value]| keys::KeySet::read(key_set(keys).as_bytes()).unwrap();
    tokens.issuers[0].replace(set(&[Signer::eddsa("b").jwk(), signer.jwk()]));
    assert_eq!(outcome(NOW), Ok(Outcome::Verified), "once more, by the new keys");
    assert_eq!(outcome(NOW), Ok(Outcome::Known));
    tokens.issuers[0].replace(set(&[Signer::eddsa("b").jwk()]));
    assert_eq!(outcome(NOW), Err(Refusal::KeyUnknown), "its key was taken back");
}

#[test]
fn claims_become_a_principal_as_complete_as_a_configured_one() {
    let signer = Signer::eddsa("a");
    let organization = "organizations/018f0000-0000-7000-8000-000000000001";
    let tokens = tokens(IssuerEntry { tenants: vec!["main".into(), "demo".into()], ..entry(&[signer.jwk()]) });
    let role = |role: &str| json!({"wishwell_tenant": "demo", "wishwell_role": role});
    let with = |mut claims: Value, key: &str, value: Value| {
        claims[key] = value;
        claims
    };
    let partner = with(role("partner"), "wishwell_organization", json!(organization));
    let worker = with(role("case_worker"), "wishwell_divisions", json!(["640104", "6402"]));
    for (more, expected) in [
        (role("auditor"), Role::Auditor),
        (with(role(""), "wishwell_role", json!(["operator"])), Role::Operator),
        (partner.clone(), Role::Partner),
        (worker.clone(), Role::CaseWorker),
        (with(role("case_worker"), "wishwell_divisions", json!("640104 6402")), Role::CaseWorker),
        (role("visitor"), Role::Visitor),
    ] {
        let (principal, _) = ask(&tokens, &signer.token(&claims(more.clone())), NOW).expect("accepted");
        assert_eq!(
            (principal.tenant.as_str(), principal.name.as_str(), principal.role),
            ("demo", "somebody", expected)
        );
        assert_eq!(principal.divisions.len(), if expected == Role::CaseWorker { 2 } else { 0 }, "{more}");
        assert_eq!(principal.organization.is_some(), expected == Role::Partner, "{more}");
    }
    let many: Vec<String> = (0..=DIVISIONS_PER_TOKEN_MAX).map(|n| format!("{}", 640_000 + n)).collect();
    for more in [
        json!({"wishwell_role": "auditor"}),
        with(role("auditor"), "wishwell_tenant", json!("elsewhere")),
        with(role("auditor"), "wishwell_tenant", json!(["demo"])),
        role("Auditor"),
        role("administrator"),
        with(role(""), "wishwell_role", json!(["operator", "auditor"])),
        with(role(""), "wishwell_role", Value::Null),
        role("partner"),
        with(role("partner"), "wishwell_organization", json!("organizations/none")),
        role("case_worker"),
        with(role("case_worker"), "wishwell_divisions", json!([])),
        with(role("case_worker"), "wishwell_divisions", json!([640_104])),
        with(role("case_worker"), "wishwell_divisions", json!(["64010"])),
        with(role("case_worker"), "wishwell_divisions", json!(many)),
        with(partner, "wishwell_role", json!("visitor")),
        with(worker, "wishwell_role", json!("visitor")),
        with(role("auditor"), "sub", json!("  ")),
        with(role("auditor"), "sub", json!("two\nlines")),
        with(role("auditor"), "sub", json!("n".repeat(TOKEN_NAME_CHARS_MAX + 1))),
    ] {
        let refused = ask(&tokens, &signer.token(&claims(more.clone())), NOW).map(|_| ());
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{more}: {refused:?}");
    }
}

#[test]
fn a_refused_name_stays_refused_when_the_token_comes_again() {
    let signer = Signer::eddsa("a");
    let tokens = tokens(entry(&[signer.jwk()]));
    let token = signer.token(&claims(json!({})));
    for _ in 0..2 {
        let taken = |principal: &Principal| principal.name == "somebody";
        let answer = tokens.principal(token.as_bytes(), &sha256(token.as_bytes()), NOW, taken);
        assert_eq!(answer.map(|_| ()), Err(Refusal::Invalid("its name is that of a configured principal")));
    }
}

#[test]
fn every_mistake_in_an_issuer_is_told() {
    let signer = Signer::eddsa("a");
    let good = entry(&[signer.jwk()]);
    let bad = IssuerEntry {
        issuer: " ".to_owned(),
        audiences: Vec::new(),
        algorithms: vec!["HS256".to_owned(), "none".to_owned()],
        tenants: vec!["Main Office".to_owned()],
        leeway_seconds: LEEWAY_SECONDS_MAX + 1,
        lifetime_seconds_max: 0,
        claims: ClaimNames { role: String::new(), ..ClaimNames::default() },
        keys: KeySource::Url { url: "http://id.example.org/keys".to_owned(), trusted: Vec::new() },
        name_prefix: "x:".to_owned(),
        denied_file: None,
    };
    let twice = IssuerEntry { name_prefix: "x:y:".to_owned(), ..good.clone() };
    let mut violations = Violations::new();
    Tokens::from_entries(&[good, bad, twice], &mut violations);
    let told: Vec<_> = violations.as_slice().iter().map(|v| (v.field.as_str(), v.rule.as_str())).collect();
    let expected = [
        ("token_issuers[1].name_prefix", "name_prefix.distinct"),
        ("token_issuers[1].issuer", "issuer.required"),
        ("token_issuers[1].audiences", "audiences.required"),
        ("token_issuers[1].leeway_seconds", "leeway_seconds.range"),
        ("token_issuers[1].lifetime_seconds_max", "lifetime_seconds_max.range"),
        ("token_issuers[1].claims", "claims.required"),
        ("token_issuers[1].algorithms", "algorithms.known"),
        ("token_issuers[1].tenants[0]", "tenant_id"),
        ("token_issuers[1].jwks_url", "jwks_url"),
        ("token_issuers[2].issuer", "issuer.unique"),
        ("token_issuers[2].name_prefix", "name_prefix.distinct"),
        ("token_issuers[2].name_prefix", "name_prefix.distinct"),
    ];
    assert_eq!(told, expected);
}
