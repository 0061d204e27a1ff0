//! Pages that a reader has already: not sent again while nothing has changed, never one person's to another, and the public pool no longer
//! than a withdrawal may take.

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{HOTLINE, submit, wishing};
use wishwell_scenarios::told::told;
use wishwell_scenarios::web::{Answer, Plain};

async fn page(web: &mut Plain, target: &str, cookie: &str, known: Option<&str>) -> Answer {
    let mut headers = Vec::new();
    if !cookie.is_empty() {
        headers.push(("cookie", cookie));
    }
    headers.extend(known.map(|tag| ("if-none-match", tag)));
    web.ask("GET", target, &headers, b"").await
}

/// Holds a 304 to what it may and must say (RFC 9110, 15.4.5).
fn is_unchanged(what: &str, again: &Answer, first: &Answer) {
    assert_eq!((again.status, again.body.len()), (304, 0), "{what}");
    for header in ["etag", "cache-control", "vary"] {
        assert_eq!(again.header(header), first.header(header), "{what}: {header}");
    }
    for header in ["content-type", "content-security-policy", "permissions-policy"] {
        assert_eq!(again.header(header), None, "{what}: the page keeps its own {header}");
    }
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let served = Served::demo().await;
    let mut web = served.web();
    let partner = web.signed_in("demo-partner").await;
    let operator = web.signed_in("demo-operator").await;
    for (cookie, targets) in [
        ("", &["/", "/wishes", "/wishes?lang=en", "/sign-in", "/api", "/api/types/Need"][..]),
        (&partner, &["/wishes", "/portal", "/portal/referrals"][..]),
        (&operator, &["/desk", "/desk/needs", "/desk/referrals", "/desk/supervision"][..]),
    ] {
        for target in targets {
            let first = page(&mut web, target, cookie, None).await;
            if first.status != 200 {
                panic!("{target}: {first:?}");
            }
            let tag = first.header("etag").unwrap_or_else(|| panic!("no tag on {target}")).to_owned();
            assert!(tag.starts_with("W/\""), "{target}: compressed it is the same page");
            let again = page(&mut web, target, cookie, Some(&tag)).await;
            is_unchanged(target, &again, &first);
            assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
            let head = web.ask("HEAD", target, &[("cookie", cookie)], b"").await;
            assert_eq!((head.status, head.header("etag")), (200, Some(tag.as_str())), "{target}");
        }
    }
    let home = page(&mut web, "/", "", None).await.text();
    let asset = home.split("href=\"/assets/").nth(1).and_then(|rest| rest.split('"').next()).expect("an asset");
    let target = format!("/assets/{asset}");
    let first = web.get("", &target).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = page(&mut web, &target, "", Some(&tag)).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("cache-control"), first.header("cache-control"));
}

#[tokio::test]
async fn a_page_that_asks_for_something_once_is_new_each_time() {
    let served = Served::demo().await;
    let mut web = served.web();
    let operator = web.signed_in("demo-operator").await;
    let first = page(&mut web, "/desk/rounds", &operator, None).await;
    assert!(first.text().contains("name=\"request_id\""), "its form counts once");
    let again = page(&mut web, "/desk/rounds", &operator, first.header("etag")).await;
    assert_eq!(again.status, 200, "and the next is another one");
}

#[tokio::test]
async fn another_s_tag_gets_nobody_another_s_page() {
    let served = Served::demo().await;
    let mut web = served.web();
    let partner = web.signed_in("demo-partner").await;
    let volunteer = web.signed_in("demo-volunteer").await;
    for target in ["/wishes", "/portal", "/portal/referrals"] {
        let theirs = page(&mut web, target, &partner, None).await;
        assert_eq!(theirs.header("cache-control"), Some("private, no-cache"), "{target}");
        let tag = theirs.header("etag").expect("a tag").to_owned();
        let others = page(&mut web, target, &volunteer, Some(&tag)).await;
        assert_eq!(others.status, 200, "{target}: it is not the page that this one may see");
        assert_ne!(others.header("etag"), Some(tag.as_str()));
        let nobodys = page(&mut web, target, "", Some(&tag)).await;
        assert_ne!(nobodys.status, 304, "{target}: who is not signed in sees another page, or none");
        for answer in [&theirs, &others] {
            let vary = answer.header("vary").expect("what it depends on");
            assert!(["cookie", "accept-language", "hx-request"].iter().all(|name| vary.contains(name)), "{vary}");
        }
    }
    let moved = page(&mut web, "/portal", "", Some("*")).await;
    assert_eq!(moved.status, 303, "a star is no way past signing in");
}

#[tokio::test]
async fn the_public_pool_may_be_kept_by_caches_for_less_than_a_withdrawal_may_take_and_only_where_nobody_is_signed_in()
{
    let served = Served::demo().await;
    let mut web = served.web();
    let rule = "public, max-age=0, s-maxage=10, must-revalidate";
    let first = page(&mut web, "/wishes", "", None).await;
    assert_eq!(first.header("cache-control"), Some(rule));
    assert!(first.header("set-cookie").is_none());
    for (what, cookie) in
        [("a choice of language", "wishwell-language=en"), ("a made-up session", "wishwell-session=AAAA")]
    {
        let answer = page(&mut web, "/wishes", cookie, None).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some(rule)), "{what}");
        assert!(
            answer.header("vary").is_some_and(|vary| vary.contains("cookie")),
            "{what} is another entry of a cache"
        );
    }
    let partner = web.signed_in("demo-partner").await;
    assert_eq!(page(&mut web, "/wishes", &partner, None).await.header("cache-control"), Some("private, no-cache"));
    for target in ["/", "/sign-in", "/nothing", "/wishes?page=none"] {
        let answer = page(&mut web, target, "", None).await;
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "{target}: {}", answer.status);
    }

    // A wish that comes changes the tag, and its withdrawal changes it again: whoever asks is never told that all is as it was.
    let need = submit(&served, v1::Need { items: first_desk(), ..wishing(1, "an extraordinary desk") }).await;
    let before = page(&mut web, "/wishes?category=education.desk", "", None).await;
    assert!(before.text().contains("an extraordinary desk"));
    let request = v1::WithdrawNeedRequest { name: need.name, ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    let after = page(&mut web, "/wishes?category=education.desk", "", before.header("etag")).await;
    assert_eq!(after.status, 200);
    assert!(!after.text().contains("an extraordinary desk"));
}

fn first_desk() -> Vec<v1::NeedItem> {
    vec![v1::NeedItem {
        category: "education.desk".to_owned(),
        quantity: wishwell_scenarios::told::quantity(1, "piece"),
        ..v1::NeedItem::default()
    }]
}
