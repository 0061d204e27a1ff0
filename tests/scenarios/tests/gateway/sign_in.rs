//! Signing in to pages with an account of one's organization: there and back, a new token in time, signing out at both, and nothing for
//! whoever tries it another way.

use std::time::Duration;

use serde_json::json;
use wishwell_api::v1;
use wishwell_scenarios::deployment::{self, OPERATOR};
use wishwell_scenarios::external;
use wishwell_scenarios::organization_accounts::{Browser, Scene, claims, query};
use wishwell_scenarios::told::{seconds_now, text, told};
use wishwell_scenarios::web::Answer;
use wishwell_test_support::process::Wishwell;
use wishwell_test_support::provider::{CLIENT_SECRET, Tweaks};

const SESSION: &str = "wishwell-session";
const RENEWAL: &str = "wishwell-renewal";
const PENDING: &str = "wishwell-sign-in";

/// An organization, and an account at the provider that acts for it.
async fn partner(scene: &Scene) {
    let organization = v1::Organization {
        external: Some(external("demo", "nuanyang")),
        title: text("Nuanyang"),
        kind: v1::OrganizationKind::Charity.into(),
        ..v1::Organization::default()
    };
    let request = v1::CreateOrganizationRequest { organization: Some(organization), request_id: String::new() };
    let made = told(scene.served.catalog(OPERATOR).create_organization(request).await).expect("created");
    let organization = made.organization.expect("one").name;
    scene.provider.know("li", json!({"wishwell_role": "partner", "wishwell_organization": organization}));
}

#[tokio::test]
async fn staff_of_a_partner_sign_in_with_their_own_account_and_out_at_both() {
    let scene = Scene::start("access_token").await;
    partner(&scene).await;
    let mut browser = scene.browser();
    for (language, button) in [("zh", "使用单位账号登录"), ("en", "Sign in with your organization")] {
        let page = browser.get(&format!("/sign-in?lang={language}&next=/portal/resources")).await.text();
        assert!(page.contains(button) && page.contains("href=\"/sign-in/with/partners?next="), "{page}");
        assert!(page.contains("name=\"token\""), "a key does as well");
    }
    let question = browser.begin("/portal/resources").await;
    let asked = query(&question);
    let issuer = scene.provider.issuer();
    assert!(question.starts_with(&format!("{issuer}/authorize?")), "{question}");
    for (name, value) in [("response_type", "code"), ("scope", "openid+profile"), ("code_challenge_method", "S256")] {
        assert_eq!(asked[name], value, "{name}");
    }
    let back =
        format!("http%3A%2F%2F{}%2Fsign-in%2Fwith%2Fpartners%2Freturn", scene.pages.to_string().replace(':', "%3A"));
    assert_eq!(asked["redirect_uri"], back);
    assert!(!question.contains("secret"), "{question}");
    let back = scene.choose(&question, "li").await;
    let entered = browser.get(&back).await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/portal/resources")), "{}", entered.text());
    assert_eq!(entered.header("cache-control"), Some("no-store"));
    let set: Vec<_> = entered.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value).collect();
    assert!(set.iter().all(|cookie| cookie.contains("; HttpOnly; SameSite=Lax")), "{set:?}");
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), [RENEWAL, SESSION], "what went along is gone");
    let page = browser.get("/portal?lang=en").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("li · partner"), "{}", page.text());
    // Nothing of what was exchanged shows.
    let code = query(&back)["code"].clone();
    let output = scene.served.process.output();
    for secret in [code.as_str(), CLIENT_SECRET, "eyJ"] {
        assert!(!page.text().contains(secret) && !output.contains(secret), "{secret}");
    }

    let left = browser.post("/sign-out", "").await;
    let onward = left.header("refresh").expect("on to the provider").to_owned();
    assert!(onward.starts_with(&format!("0; url={issuer}/logout?")), "{onward}");
    assert!(onward.contains("post_logout_redirect_uri=http%3A%2F%2F") && left.text().contains("/logout?"), "{onward}");
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn an_id_token_opens_the_service_where_that_is_configured() {
    let scene = Scene::start("id_token").await;
    let role = claims(&[("wishwell_role", json!("auditor"))]);
    scene.provider.tweak(Tweaks {
        id_claims: role,
        access_claims: claims(&[("aud", json!("elsewhere"))]),
        ..Tweaks::default()
    });
    let mut browser = scene.browser();
    assert_eq!(scene.sign_in(&mut browser, "auditor", "/desk").await.header("location"), Some("/desk"));
    assert!(browser.is_signed_in().await);
}

/// Holds an answer to a page that says what is wrong, and the browser to nobody's.
async fn is_refused(what: &str, browser: &mut Browser, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert!(answer.text().contains("role=\"alert\""), "{what}: it is said in words: {}", answer.text());
    assert!(!browser.cookies.contains_key(SESSION), "{what}: {:?}", browser.cookies);
    assert!(!browser.is_signed_in().await, "{what}");
}

#[tokio::test]
async fn an_answer_to_another_question_signs_nobody_in() {
    let scene = Scene::start("access_token").await;
    let mut browser = scene.browser();
    let question = browser.begin("/desk").await;
    let pending = browser.cookies[PENDING].clone();
    let back = scene.choose(&question, "auditor").await;
    let state = query(&back)["state"].clone();
    let issuer = query(&back)["iss"].clone();

    let mut other = scene.browser();
    let answer = other.get(&back).await;
    is_refused("in another browser", &mut other, &answer, 400).await;
    for (what, changed, status) in [
        ("another state", back.replace(&state, &"A".repeat(43)), 400),
        ("no state", back.replace(&format!("&state={state}"), ""), 400),
        ("another issuer", back.replace(&issuer, "https%3A%2F%2Fevil.example"), 400),
        ("no issuer from one that names itself", back.replace(&format!("&iss={issuer}"), ""), 400),
        ("another provider", back.replace("/with/partners/", "/with/others/"), 400),
        ("a made-up code", back.replace(&query(&back)["code"], "made-up"), 502),
        ("no code", back.replace(&query(&back)["code"], ""), 502),
    ] {
        let mut browser = scene.browser();
        browser.cookies.insert(PENDING.to_owned(), pending.clone());
        let answer = browser.get(&changed).await;
        is_refused(what, &mut browser, &answer, status).await;
        assert!(!browser.cookies.contains_key(PENDING), "{what}: it cannot be tried again");
    }
    // Somebody else's code, slipped into this browser: it was given for another verifier.
    let mut attacker = scene.browser();
    let theirs = attacker.begin("/desk").await;
    let stolen = query(&scene.choose(&theirs, "auditor").await)["code"].clone();
    let mut victim = scene.browser();
    victim.cookies.insert(PENDING.to_owned(), pending.clone());
    let answer = victim.get(&back.replace(&query(&back)["code"], &stolen)).await;
    is_refused("another's code", &mut victim, &answer, 502).await;

    let entered = browser.get(&back).await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/desk")));
    // The same answer again: without its question, and by whoever kept that.
    let mut again = scene.browser();
    let answer = again.get(&back).await;
    is_refused("again", &mut again, &answer, 400).await;
    again.cookies.insert(PENDING.to_owned(), pending);
    let answer = again.get(&back).await;
    is_refused("a code that was used", &mut again, &answer, 502).await;
    let mut forged = scene.browser();
    forged.cookies.insert(PENDING.to_owned(), browser.cookies[SESSION].clone());
    let answer = forged.get(&back).await;
    is_refused("a session in the place of a question", &mut forged, &answer, 400).await;
    assert_eq!(forged.get("/sign-in/with/nobody").await.status, 404);
}

#[tokio::test]
async fn tokens_that_are_not_for_here_sign_nobody_in() {
    let scene = Scene::start("access_token").await;
    let now = seconds_now();
    let id = |name, value| Tweaks { id_claims: claims(&[(name, value)]), ..Tweaks::default() };
    let access = |name, value| Tweaks { access_claims: claims(&[(name, value)]), ..Tweaks::default() };
    for (what, tweaks, status) in [
        ("another nonce", id("nonce", json!("another")), 502),
        ("no nonce", id("nonce", json!(null)), 502),
        ("an ID token of another issuer", id("iss", json!("https://evil.example")), 502),
        ("an ID token for another client", id("aud", json!("another")), 502),
        ("an ID token for several, by nobody", id("aud", json!(["wishwell-portal", "another"])), 502),
        ("an ID token that another client asked for", id("azp", json!("another")), 502),
        ("an ID token that has expired", id("exp", json!(now - 120)), 502),
        ("an ID token beside another access token", id("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")), 502),
        ("a token of another audience", access("aud", json!(["another"])), 403),
        ("a token of no audience", access("aud", json!(null)), 403),
        ("a token of another issuer", access("iss", json!("https://evil.example")), 403),
        ("a token without a role", access("wishwell_role", json!(null)), 403),
        ("a token of an unknown role", access("wishwell_role", json!("administrator")), 403),
        ("a token that holds for a year", access("exp", json!(now + 31_536_000)), 403),
        ("nobody", Tweaks { denies: true, ..Tweaks::default() }, 403),
        ("a refusal", Tweaks { token_status: Some(400), ..Tweaks::default() }, 502),
        ("a provider that fails", Tweaks { token_status: Some(500), ..Tweaks::default() }, 503),
        ("a redirect in the place of tokens", Tweaks { token_status: Some(302), ..Tweaks::default() }, 502),
        (
            "an answer of another issuer",
            Tweaks { iss: Some("https://evil.example".to_owned()), ..Tweaks::default() },
            400,
        ),
    ] {
        scene.provider.tweak(tweaks);
        let mut browser = scene.browser();
        let answer = scene.sign_in(&mut browser, "auditor", "/desk").await;
        is_refused(what, &mut browser, &answer, status).await;
    }
    scene.provider.tweak(Tweaks { denies: true, ..Tweaks::default() });
    for (language, words) in [("zh", "您取消了登录"), ("en", "you called it off")] {
        let mut browser = scene.browser();
        browser.cookies.insert("wishwell-language".to_owned(), language.to_owned());
        assert!(scene.sign_in(&mut browser, "auditor", "/desk").await.text().contains(words), "{language}");
    }
}

#[tokio::test]
async fn nobody_is_led_to_another_site_afterwards() {
    let scene = Scene::start("access_token").await;
    for elsewhere in
        ["https://evil.example/", "//evil.example", "/%5Cevil.example", "javascript:alert(1)", "%0d%0a/x", ""]
    {
        let mut browser = scene.browser();
        let entered = scene.sign_in(&mut browser, "auditor", elsewhere).await;
        assert_eq!((entered.status, entered.header("location")), (303, Some("/")), "{elsewhere}");
    }
}

#[tokio::test]
async fn a_token_is_renewed_once_before_it_ends_and_without_that_one_signs_in_again_and_loses_nothing() {
    let scene = Scene::start("access_token").await;
    scene.provider.tweak(Tweaks { access_seconds: Some(9), ..Tweaks::default() });
    let mut browser = scene.browser();
    scene.sign_in(&mut browser, "auditor", "/desk").await;
    let first = browser.cookies.clone();
    assert!(browser.is_signed_in().await);
    assert_eq!(scene.provider.refreshed(), (0, 0), "not before it is time");
    tokio::time::sleep(Duration::from_secs(7)).await;
    // Several tabs at once, with the cookies of before.
    let mut tabs = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut tab = scene.browser_with(&first);
        tabs.spawn(async move { (tab.is_signed_in().await, tab.cookies) });
    }
    let seen = tabs.join_all().await;
    assert!(seen.iter().all(|(is_signed_in, _)| *is_signed_in));
    assert_eq!(scene.provider.refreshed(), (1, 0), "a refresh token is used once");
    let renewed = &seen[0].1;
    assert!(renewed[SESSION] != first[SESSION] && renewed[RENEWAL] != first[RENEWAL]);

    // The token of before has ended by now; the new one holds.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut browser = scene.browser_with(renewed);
    assert!(browser.is_signed_in().await);

    // The provider gives no more: when the token has ended, what was filled in is kept for when one has signed in again.
    scene.provider.tweak(Tweaks { token_status: Some(400), ..Tweaks::default() });
    tokio::time::sleep(Duration::from_secs(41)).await;
    let kept = browser.post("/desk/rounds?lang=en", "request_id=7&note=what+was+filled+in").await;
    assert_eq!(kept.status, 401, "{}", kept.text());
    let page = kept.text();
    assert!(
        page.contains("name=\"note\" value=\"what was filled in\"") && page.contains("href=\"/sign-in\""),
        "{page}"
    );
    assert!(!browser.cookies.contains_key(SESSION));
    assert_eq!(browser.get("/desk").await.header("location"), Some("/sign-in?next=/desk"));
}

#[tokio::test]
async fn a_session_ends_with_a_token_that_cannot_be_renewed() {
    let scene = Scene::start("access_token").await;
    scene.provider.tweak(Tweaks { no_refresh: true, access_seconds: Some(120), ..Tweaks::default() });
    let mut browser = scene.browser();
    let entered = scene.sign_in(&mut browser, "auditor", "/desk").await;
    let session = entered.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with(SESSION));
    let seconds = session.and_then(|(_, value)| value.split("Max-Age=").nth(1)?.split(';').next()?.parse::<i64>().ok());
    assert!(seconds.is_some_and(|seconds| (100..=120).contains(&seconds)), "{session:?}");
    assert!(!browser.cookies.contains_key(RENEWAL));
}

#[tokio::test]
async fn whoever_is_given_another_person_s_token_at_a_renewal_is_signed_out() {
    let scene = Scene::start("access_token").await;
    scene.provider.tweak(Tweaks { access_seconds: Some(6), ..Tweaks::default() });
    let mut browser = scene.browser();
    scene.sign_in(&mut browser, "auditor", "/desk").await;
    scene.provider.tweak(Tweaks { access_claims: claims(&[("sub", json!("somebody else"))]), ..Tweaks::default() });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!browser.is_signed_in().await);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

#[tokio::test]
async fn what_is_incomplete_is_refused_at_start_and_a_provider_that_is_away_is_told_in_words() {
    let provider = |more: &str| {
        format!(
            "public_url = \"http://127.0.0.1:1\"\n[[providers]]\nid = \"a\"\nissuer = \"http://127.0.0.1:1\"\n\
             title = {{zh = \"甲\", en = \"A\"}}\n{more}"
        )
    };
    for (file, expected) in [
        (provider(""), "missing field `client_id`"),
        (provider("client_id = \"a\"\nclient_secrit_file = \"x\"\n"), "line 7: unknown field `client_secrit_file`"),
        (provider("client_id = \"a\"\nclient_secret_file = \"nowhere\"\n"), "nowhere"),
        (
            provider("client_id = \"a\"\nclient_secret_variable = \"NOT_SET_AT_ALL\"\n"),
            "names NOT_SET_AT_ALL, which is not set",
        ),
        (provider("client_id = \"a\"\ncalls_with = \"refresh_token\"\n"), "line 7: unknown variant `refresh_token`"),
        (provider("client_id = \"\"\n"), "providers[0].client_id must not be empty"),
        ("public_url = \"http://127.0.0.1:1\"\n".to_owned(), "from 1 to 16 providers are taken, not 0"),
        (provider("client_id = \"a\"\n").replace("http://127.0.0.1:1", "http://id.example.org"), "https://"),
    ] {
        let folder = deployment::folder(deployment::CALLERS);
        std::fs::write(folder.path().join("sign_in.toml"), file).expect("written");
        let mut arguments = vec!["serve", "--master-key-file", "master.key", "--principals-file", "principals.toml"];
        arguments.extend(["--http-listen", "127.0.0.1:0", "--http-secure=false", "--sign-in-file", "sign_in.toml"]);
        let mut process = Wishwell::spawn_in(folder, arguments, &[("WISHWELL_DATABASE_URL", "sqlite:wishwell.db")]);
        let status = process.wait_until_ended(Duration::from_secs(30)).await;
        let output = process.output();
        assert!(status.code() == Some(78) && output.contains(expected), "{expected}: {status}\n{output}");
    }
    // Nobody listens at port 1: the server starts all the same, and the page says what it is about.
    let folder = deployment::folder(deployment::CALLERS);
    std::fs::write(folder.path().join("sign_in.toml"), provider("client_id = \"a\"\n")).expect("written");
    let more = ["--http-listen", "127.0.0.1:0", "--http-secure=false", "--sign-in-file", "sign_in.toml"];
    let served = deployment::serve(folder, "sqlite:wishwell.db", &more).await;
    let mut web = served.web();
    for (language, words) in [("zh", "单位身份系统暂时连不上"), ("en", "provider cannot be reached")] {
        let answer = web.ask("GET", "/sign-in/with/a?next=/desk", &[("accept-language", language)], b"").await;
        assert_eq!(answer.status, 503);
        assert!(answer.text().contains(words) && answer.text().contains("name=\"token\""), "{}", answer.text());
    }
}
