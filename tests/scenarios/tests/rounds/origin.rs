//! How an offer of a round is told: that a round made it to everybody, and which one to who may know.

use wishwell_api::v1;
use wishwell_scenarios::referring::{
    AUDITOR, CASE_WORKER, HOTLINE, NEAR, OPERATOR, PARTNER, demo, offer, referrals, seen, submit, to, trunks, wanting,
};
use wishwell_scenarios::rounds::{rules, run};
use wishwell_test_support::process;

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_a_round_is_told_as_one_and_leads_to_the_round_whoever_may_read_it() {
    let served = demo().await;
    let (_, here) = trunks(&served, NEAR, Some(2)).await;
    let need = submit(&served, wanting(1)).await.name;
    let round = run(&served, rules(), false).await.name;
    let made = referrals(&served, &need).await;
    let [made] = &made[..] else { panic!("{made:?}") };
    assert_eq!((made.origin(), &made.round), (v1::ReferralOrigin::Round, &round));
    for (key, told) in [(OPERATOR, round.as_str()), (AUDITOR, &round), (CASE_WORKER, &round), (PARTNER, "")] {
        let seen = seen(&served, key, &made.name).await.expect("theirs");
        assert_eq!((seen.origin(), seen.round.as_str()), (v1::ReferralOrigin::Round, told), "{key}");
    }
    // What somebody chose by hand is another thing.
    let other = submit(&served, wanting(1)).await.name;
    let chosen = offer(&served, HOTLINE, to(&other, &here)).await.expect("offered");
    assert_eq!((chosen.origin(), chosen.round.as_str()), (v1::ReferralOrigin::Chosen, ""));

    let mut web = served.web();
    let (story, offered) = (format!("/desk/{need}"), format!("/portal/{}", made.name));
    let link = format!("<a href=\"/desk/{round}\">统筹转介</a>");
    for (key, target, leads) in [
        (OPERATOR, &story, true),
        (HOTLINE, &story, true),
        (AUDITOR, &story, true),
        (CASE_WORKER, &story, false),
        (PARTNER, &offered, false),
    ] {
        let cookie = web.signed_in(key).await;
        let page = web.ask("GET", target, &[("cookie", &cookie)], b"").await.text();
        assert!(page.contains("统筹转介"), "{key}: {page}");
        // Among the referrals, and in what happened.
        assert_eq!(page.matches(&link).count(), if leads { 2 } else { 0 }, "{key}");
        assert_eq!(page.contains(&round), leads, "{key}");
    }

    let server = format!("http://{}", served.address);
    let told = |arguments: &[&str]| {
        let mut command = process::command();
        command.env_clear().current_dir(served.process.folder()).args(arguments).args(["--server", &server]);
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    for (lang, words) in [("en", "offered by a round"), ("zh", "统筹转介")] {
        let list = told(&["referrals", "--need", &need, "--lang", lang]);
        assert!(list.contains(words), "{list}");
    }
}
