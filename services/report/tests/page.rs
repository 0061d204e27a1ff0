//! The page as a whole: what it holds, and what it never holds.

#![allow(clippy::unwrap_used)]

mod sample;

use std::collections::BTreeSet;

use wishwell_domain::text::LocalizedText;
use wishwell_report::{Amount, Certified, Language, Outcome, RoundPicture, disagreements, render};

/// What stands between two marks, wherever they are.
fn between<'a>(page: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(before).skip(1).filter_map(move |rest| rest.split(after).next())
}

#[test]
fn the_same_picture_is_the_same_bytes() {
    let picture = sample::round(3, 200);
    assert_eq!(render(&picture, Language::Zh), render(&picture.clone(), Language::Zh));
}

#[test]
fn the_page_opens_in_the_language_that_is_asked_for_and_holds_both() {
    let picture = sample::round(3, 60);
    for (language, tag, chosen) in [(Language::Zh, "zh-CN", "show-zh"), (Language::En, "en", "show-en")] {
        let page = render(&picture, language);
        assert!(page.contains(&format!("<html lang=\"{tag}\">")));
        assert!(page.contains(&format!("id=\"{chosen}\" checked")), "{chosen}");
        assert!(page.contains(">摘要</h2>") && page.contains(">In short</h2>"));
    }
}

#[test]
fn the_page_asks_for_nothing_outside_itself() {
    let page = render(&sample::round(3, 200), Language::Zh);
    for outside in
        ["http:", "https:", "src=", "url(", "@import", "//cdn", "<link rel=\"stylesheet\"", "<img", "<iframe"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn the_policy_allows_the_pages_own_script_and_no_other() {
    let page = render(&sample::round(3, 60), Language::Zh);
    let scripts: Vec<&str> = between(&page, "<script>", "</script>").collect();
    assert_eq!(scripts.len(), 1);
    let digest = ring::digest::digest(&ring::digest::SHA256, scripts[0].as_bytes());
    let allowed = between(&page, "script-src 'sha256-", "'").next().unwrap();
    assert_eq!(allowed, base64(digest.as_ref()), "services/report/src/page.js.sha256 is out of date");
    assert!(page.contains("default-src 'none'"));
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = bytes.chunks(3).flat_map(|chunk| {
        let bits = (0..3).fold(0_u32, |bits, nth| bits << 8 | u32::from(chunk.get(nth).copied().unwrap_or(0)));
        (0..4).map(move |nth| match nth <= chunk.len() {
            true => LETTERS[(bits >> (18 - 6 * nth) & 63) as usize] as char,
            false => '=',
        })
    });
    letters.collect()
}

#[test]
fn names_that_look_like_markup_stay_names() {
    let hostile = "\"><script>alert(1)</script><svg onload='x'>&amp;";
    let page = render(&sample::hostile(hostile), Language::En);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("onload='x'>&amp;\"") && !page.contains("<svg onload"));
    assert!(page.contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn no_two_elements_share_an_id_and_no_coordinate_is_no_number() {
    for (seed, items) in [(1, 0), (2, 1), (3, 7), (4, 320), (5, 20_000)] {
        let page = render(&sample::round(seed, items), Language::Zh);
        let ids: Vec<&str> = between(&page, " id=\"", "\"").collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{items} items");
        for named in between(&page, "aria-labelledby=\"", "\"").flat_map(str::split_whitespace) {
            assert!(distinct.contains(named), "{named}");
        }
        assert!(!page.contains("NaN") && !page.contains("\"inf"), "{items} items");
        assert!(page.len() < 2_000_000, "{items} items: {} bytes", page.len());
    }
}

#[test]
fn the_figures_of_a_division_stand_in_its_row() {
    let picture = sample::round(3, 200);
    let page = render(&picture, Language::En);
    for figures in &picture.by_division {
        let division = &picture.divisions[figures.division.unwrap()];
        let Outcome { served, partly, unserved } = figures.outcome;
        let cells =
            [figures.outcome.total(), served, partly, unserved].map(|cell| format!("<td class=\"figure\">{cell}</td>"));
        let row = format!("<th scope=\"row\">{}</th><td>{}</td>{}", division.name.en, division.code, cells.concat());
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn a_picture_that_adds_up_raises_no_alarm_and_any_other_does() {
    let picture = sample::round(3, 200);
    assert_eq!(disagreements(&picture), Vec::<LocalizedText>::new());
    assert!(!render(&picture, Language::Zh).contains("class=\"alarm\""));

    let changes: [fn(&mut RoundPicture); 5] = [
        |picture| picture.tiers[0].outcome.served += 1,
        |picture| picture.by_division[0].outcome.unserved += 1,
        |picture| picture.allocations += 1,
        |picture| picture.reasons[0].items += 1,
        |picture| picture.fairness.overall.items += 1,
    ];
    for (nth, change) in changes.into_iter().enumerate() {
        let mut wrong = picture.clone();
        change(&mut wrong);
        assert_eq!(disagreements(&wrong).len(), 1, "change {nth}");
        assert_eq!(render(&wrong, Language::Zh).matches("class=\"alarm\"").count(), 2, "change {nth}");
    }
}

#[test]
fn the_page_says_what_is_proven_and_no_more() {
    let mut picture = sample::round(3, 200);
    let says = |picture: &RoundPicture| render(picture, Language::En).contains("no plan is better");
    assert!(says(&picture));
    for certified in [Certified::Refused, Certified::Unchecked] {
        picture.certified = certified;
        assert!(!says(&picture), "{certified:?}");
    }
    picture.certified = Certified::Verified;
    picture.optimal = false;
    picture.levels[2].bound += 2_520;
    let page = render(&picture, Language::En);
    assert!(page.contains("no plan is better by more than the gap"));
    // The gap of the level that is open is one item; below it, gaps are about other plans.
    let proof = page.split("id=\"proof-en\"").nth(1).unwrap();
    assert_eq!(proof.matches("<td class=\"figure\">1</td></tr>").count(), 1);
    assert_eq!(proof.matches("<td class=\"figure\">–</td></tr>").count(), 4);
}

#[test]
fn money_is_told_in_yuan_wherever_a_round_counts_it() {
    let mut picture = sample::round(3, 200);
    let yuan = || LocalizedText::new("元", "yuan");
    picture.flows[0].quantities = vec![Amount { unit: yuan(), units: 300_000_050, per: 100 }];
    picture.gaps.truncate(2);
    let gap = &mut picture.gaps[0];
    (gap.unit, gap.units, gap.per, gap.exact) = (yuan(), 12_345_600, 100, true);
    (gap.category, gap.division) = (LocalizedText::new("助学金", "School grant"), None);
    picture.gaps[1].units = 123_456;
    let page = render(&picture, Language::Zh);
    for said in [
        "¥3,000,000.50",
        "再增加 1 元“助学金”，可多满足 1 元第 1 级（特急）需求：上门服务（示例机构），2026-12-01 起的时段",
        "至多再加 ¥123,456.00",
        "One more yuan of “School grant” serves one more yuan of tier 1 (emergency) need: \
         Service at home (demo organization), in the period from 2026-12-01",
        "true for up to ¥123,456.00 more",
        "<td class=\"figure\">123,456</td>",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("12,345,600") && !page.contains("300,000,050"));
    assert!(!page.contains("¥123,456.00 元") && !page.contains("¥123,456.00 yuan"));
    // A yuan is drawn as large as one of anything else.
    let chart = page.split("id=\"gaps-zh\"").nth(1).unwrap();
    let widths: Vec<&str> = between(chart, "<svg class=\"bar", "</svg>").take(2).collect();
    let width = |drawn: &str| between(drawn, "width=\"", "\"").map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(width(widths[0]), width(widths[1]));
}

#[test]
fn a_round_without_needs_is_a_page_that_says_so() {
    let page = render(&sample::round(3, 0), Language::En);
    assert!(page.contains("There is no need in this round."));
    assert!(page.contains("Nothing is allocated in this round."));
}
