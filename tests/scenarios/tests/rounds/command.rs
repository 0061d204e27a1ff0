//! Rounds from the command line, and what the audits say of a store with rounds in it.

use std::process::Output;

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, Step, TRUNK, demo, figures, offer, referrals, sharing, submit, to, trunks, wanting,
};
use wishwell_scenarios::rounds::{rules, run};
use wishwell_test_support::process;

fn wishwell(served: &Served, arguments: &[&str]) -> Output {
    let mut command = process::command();
    command.env_clear().current_dir(served.process.folder()).args(arguments);
    command.output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What a command that asks the server prints; it must succeed.
fn asked(served: &Served, arguments: &[&str]) -> String {
    let server = format!("http://{}", served.address);
    let output = wishwell(served, &[arguments, &["--server", &server]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_asked_for_followed_and_told_in_both_languages() {
    let served = demo().await;
    trunks(&served, NEAR, Some(1)).await;
    for _ in 0..2 {
        submit(&served, wanting(1)).await;
    }
    let english = asked(&served, &["round", "--category", TRUNK, "--division", "640104"]);
    for words in [
        "dry run: nothing was offered",
        "certificate verified · no plan is better",
        "what fits went to others",
        "Where capacity is missing",
        "of “trunk” in Xingqing District serves one more",
        "of tier 3 (normal) need: a trunk (",
        "true for up to ",
        "Fairness",
        "about: Xingqing District",
        "rules: the usual ones",
    ] {
        assert!(english.contains(words), "{words} in\n{english}");
    }
    let chinese = asked(&served, &["round", "--lang", "zh", "--category", TRUNK, "--commit"]);
    for words in ["已转介：1 · 未成：0", "证书已校验 · 已证明最优", "供给缺口", "第 3 级（一般）", "公平性"]
    {
        assert!(chinese.contains(words), "{words} in\n{chinese}");
    }
    let json = asked(&served, &["round", "--category", TRUNK, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("canonical JSON");
    assert_eq!(json["state"], "ROUND_STATE_SOLVED");
    let listed = asked(&served, &["rounds"]);
    assert_eq!(listed.lines().count(), 4, "{listed}");
    let about: Vec<bool> = listed.lines().map(|line| line.contains("Xingqing District; trunk")).collect();
    assert_eq!(about, [false, true, false, false], "{listed}");
    assert!(listed.lines().skip(2).all(|line| line.contains("trunk")) && !listed.contains("everything"), "{listed}");
    let listed = asked(&served, &["rounds", "--lang", "zh"]);
    assert!(listed.contains("范围") && listed.contains("兴庆区；"), "{listed}");
    let name = json["name"].as_str().expect("a name");
    let shown = asked(&served, &["round", "show", name.trim_start_matches("rounds/")]);
    assert!(shown.starts_with(name), "{shown}");
    let server = format!("http://{}", served.address);
    let late = wishwell(&served, &["round", "cancel", name, "--server", &server]);
    assert_eq!(late.status.code(), Some(1), "{}", said(&late));
    let elderly = asked(&served, &["round", "--category", TRUNK, "--group", "elderly", "--lang", "en"]);
    assert!(elderly.contains("solved"), "{elderly}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_leaves_something_out_says_so_and_how_to_see_it() {
    let served = demo().await;
    asked(&served, &["round", "--commit"]);
    asked(&served, &["round"]);
    for list in ["needs", "referrals"] {
        for (lang, more) in [
            ("en", "… there is more than these 2: --limit N\n"),
            ("zh", "… 未列完，以上为前 2 条，可用 --limit N 多列\n"),
        ] {
            let cut = asked(&served, &[list, "--limit", "2", "--lang", lang]);
            assert!(cut.lines().count() == 4 && cut.ends_with(more), "{list}: {cut}");
        }
        let all = asked(&served, &[list, "--limit", "1000", "--lang", "en"]);
        let count = all.lines().count() - 1;
        assert!(count > 2 && !all.contains("there is more"), "{list}: {all}");
        // As many as there are leave nothing out.
        let exact = asked(&served, &[list, "--limit", &count.to_string(), "--lang", "en"]);
        assert_eq!(exact, all, "{list}");
        // Lines of JSON are for programs; whoever started them is told beside them.
        let server = format!("http://{}", served.address);
        let output = wishwell(&served, &[list, "--limit", "2", "--json", "--server", &server]);
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2, "{list}: {}", said(&output));
        assert!(String::from_utf8_lossy(&output.stderr).contains("there is more"), "{list}: {}", said(&output));
    }
    let newest = asked(&served, &["rounds", "--limit", "1", "--lang", "zh"]);
    assert!(newest.lines().count() == 3 && newest.ends_with("… 更早的 1 轮未列出，可用 --limit N 多列\n"), "{newest}");
    assert!(newest.contains("发起时间（北京时间）"), "{newest}");
    assert!(!asked(&served, &["rounds", "--lang", "zh"]).contains('…'));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audits_of_a_store_speak_the_readers_language() {
    let served = demo().await;
    asked(&served, &["round", "--commit"]);
    let round = asked(&served, &["rounds", "--json"]);
    let round: serde_json::Value = serde_json::from_str(&round).expect("one round");
    let round = round["name"].as_str().expect("a name");
    let referral = asked(&served, &["referrals", "--limit", "1", "--json"]);
    let referral: serde_json::Value = serde_json::from_str(referral.lines().next().unwrap()).expect("a referral");
    let referral = referral["name"].as_str().expect("a name");
    for (command, words) in [
        (&["verify"][..], "笔：账目相符\n"),
        (&["rebuild"], "个事件重建的各表完全一致\n"),
        (&["replay", round], "：完全一致\n"),
        (&["replay", referral], "完全一致\n"),
    ] {
        let output = wishwell(&served, &[command, &["--data-dir", "wishwell-data", "--lang", "zh"]].concat());
        assert!(output.status.success() && said(&output).ends_with(words), "{command:?}: {}", said(&output));
    }
    let missing = ["replay", "rounds/11111111-1111-4111-8111-111111111111", "--data-dir", "wishwell-data"];
    let output = wishwell(&served, &[&missing[..], &["--lang", "zh"]].concat());
    assert!(said(&output).starts_with("错误：") && said(&output).contains("没有这个轮次"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_rounds_adds_up_follows_from_its_log_and_decides_the_same_again() {
    let served = demo().await;
    trunks(&served, NEAR, Some(2)).await;
    trunks(&served, FAR, Some(1)).await;
    let mut needs = Vec::new();
    for _ in 0..4 {
        needs.push(submit(&served, wanting(1)).await.name);
    }
    asked(&served, &["round", "--commit"]);
    asked(&served, &["round"]);
    let mut made = Vec::new();
    for need in &needs {
        made.extend(referrals(&served, need).await);
    }
    assert_eq!(made.len(), 3);
    for command in ["verify", "rebuild"] {
        let output = wishwell(&served, &[command, "--data-dir", "wishwell-data"]);
        assert!(output.status.success(), "{command}: {}", said(&output));
    }
    for referral in made {
        let output = wishwell(&served, &["replay", &referral.name, "--data-dir", "wishwell-data"]);
        assert!(said(&output).contains("identical"), "{}", said(&output));
    }
    // Both rounds were about everything there is, the demo's families with their facts and groups included.
    let list = v1::ListRoundsRequest::default();
    let rounds = served.matching("demo-operator").list_rounds(list).await.expect("listed").into_inner().rounds;
    assert_eq!(rounds.len(), 2);
    for round in rounds {
        let output = wishwell(&served, &["replay", &round.name, "--data-dir", "wishwell-data"]);
        assert!(said(&output).contains("identical"), "{}", said(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_helps_already_counts_among_a_needs_partners_and_comes_out_again_in_a_replay() {
    let served = demo().await;
    let (near, here) = trunks(&served, NEAR, Some(2)).await;
    let (far, _) = trunks(&served, FAR, Some(5)).await;
    let need = submit(&served, sharing(4)).await.name;
    let begun = v1::ReferralOffer { quantity: Some(1), ..to(&need, &here) };
    offer(&served, HOTLINE, begun).await.expect("offered");
    let one = v1::RoundRules { partners_per_need_max: Some(1), ..rules() };
    let round = run(&served, one, false).await;
    assert_eq!(round.state(), v1::RoundState::Committed, "{round:?}");
    assert_eq!((figures(&served, &near).await.0, figures(&served, &far).await.0), (2, 0), "nobody else is asked");
    let output = wishwell(&served, &["replay", &round.name, "--data-dir", "wishwell-data"]);
    assert!(output.status.success() && said(&output).contains("identical"), "{}", said(&output));
    // Where two may help, the other one does.
    let two = v1::RoundRules { partners_per_need_max: Some(2), ..rules() };
    run(&served, two, false).await;
    assert_eq!((figures(&served, &near).await.0, figures(&served, &far).await.0), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gave_a_part_before_the_end_counts_among_a_needs_partners_and_every_audit_goes_by_it() {
    let served = demo().await;
    let (near, here) = trunks(&served, NEAR, Some(2)).await;
    let (far, _) = trunks(&served, FAR, Some(5)).await;
    let need = submit(&served, sharing(4)).await.name;
    let some = v1::ReferralOffer { quantity: Some(2), ..to(&need, &here) };
    let ended = offer(&served, HOTLINE, some).await.expect("offered").name;
    for step in [Step::Accept(None), Step::CancelAfter(1)] {
        step.take(&served, CASE_WORKER, &ended).await.expect("a step");
    }
    let one = v1::RoundRules { partners_per_need_max: Some(1), ..rules() };
    let round = run(&served, one, false).await;
    assert_eq!((figures(&served, &near).await.0, figures(&served, &far).await.0), (1, 0), "nobody else is asked");
    for audit in [&["verify"][..], &["rebuild"], &["replay", &round.name]] {
        let output = wishwell(&served, &[audit, &["--data-dir", "wishwell-data"]].concat());
        assert!(output.status.success(), "{audit:?}: {}", said(&output));
    }
}
