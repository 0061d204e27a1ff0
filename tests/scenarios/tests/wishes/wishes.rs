//! The wishing pool: what partners see of it, what they claim of it, and when they learn whose wish it was.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use tokio::task::JoinSet;
use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, STREET, Step, TRUNK, demo, draw, figures, neighbours, offer,
    pool, referrals, resource, stock, submit, to, trunk, trunks, units, wanting, wishing,
};
use wishwell_scenarios::told::{mask, metadata, reason, refused, request_id, text, told};
use wishwell_scenarios::{Served, external, partners};

/// The uuid in a name.
fn id(name: &str) -> &str {
    name.split_once('/').expect("a name").1
}

pub(crate) async fn page(served: &Served, key: &'static str, request: v1::ListWishesRequest) -> v1::ListWishesResponse {
    told(served.referrals(key).list_wishes(request).await).expect("listed")
}

/// Every wish for a trunk, page by page.
pub(crate) async fn pool_of_wishes(served: &Served, key: &'static str, page_size: i32) -> Vec<v1::WishItem> {
    let (mut items, mut token) = (Vec::new(), String::new());
    loop {
        let request =
            v1::ListWishesRequest { category: TRUNK.to_owned(), page_size, page_token: token, ..Default::default() };
        let page = page(served, key, request).await;
        assert!(i32::try_from(page.items.len()).unwrap() <= page_size);
        items.extend(page.items);
        token = page.next_page_token;
        if token.is_empty() {
            return items;
        }
    }
}

pub(crate) fn pledge() -> Option<v1::Pledge> {
    Some(v1::Pledge {
        title: text("a trunk of ours"),
        content: "a trunk, used once".to_owned(),
        responsible_party: "the shop".to_owned(),
        service_standard: "within a week".to_owned(),
    })
}

pub(crate) fn pledging(wish: &str, quantity: Option<i64>) -> v1::ClaimWishRequest {
    v1::ClaimWishRequest { wish: wish.to_owned(), item_ordinal: 1, pledge: pledge(), quantity, ..Default::default() }
}

fn claiming(wish: &str, resource: &str, quantity: Option<i64>) -> v1::ClaimWishRequest {
    let resource = resource.to_owned();
    v1::ClaimWishRequest { wish: wish.to_owned(), item_ordinal: 1, resource, quantity, ..Default::default() }
}

pub(crate) async fn claim(
    served: &Served,
    key: &'static str,
    request: v1::ClaimWishRequest,
) -> Result<v1::Referral, Status> {
    told(served.referrals(key).claim_wish(request).await).map(|answer| answer.referral.expect("one"))
}

/// The wish of a need, as partners know it: the only one in the pool.
pub(crate) async fn only_wish(served: &Served) -> String {
    let items = pool_of_wishes(served, PARTNER, 10).await;
    assert_eq!(items.len(), 1, "{items:?}");
    items.into_iter().next().expect("one").wish
}

#[tokio::test]
async fn a_page_of_wishes_is_full_however_many_before_it_want_nothing_any_more() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(99)).await;
    let mut needs = Vec::new();
    for number in 0..7 {
        needs.push(submit(&served, wishing(1, &format!("trunk {number}"))).await.name);
    }
    for need in &needs[..5] {
        offer(&served, HOTLINE, to(need, &trunk)).await.expect("offered");
    }
    let listing = |token: String| v1::ListWishesRequest {
        category: TRUNK.to_owned(),
        page_size: 2,
        page_token: token,
        ..Default::default()
    };
    let first = page(&served, PARTNER, listing(String::new())).await;
    let titles: BTreeSet<_> = first.items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, BTreeSet::from(["trunk 5", "trunk 6"]), "the first page has all there is");
    assert_eq!(first.next_page_token, "");
}

#[tokio::test]
async fn the_pool_shows_what_is_wished_for_and_nothing_of_whose_wish_it_is() {
    let served = demo().await;
    let community = "640104001777";
    let division = v1::Division {
        code: community.to_owned(),
        edition: 2020,
        parent: STREET.to_owned(),
        title: text("a community"),
        ..v1::Division::default()
    };
    let request = v1::BatchUpsertDivisionsRequest { divisions: vec![division], request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_divisions(request).await).expect("put");
    neighbours(&served).await;
    submit(&served, v1::Need { description: "secret".to_owned(), ..wanting(1) }).await;
    let secret =
        || v1::Need { description: "secret".to_owned(), division: community.to_owned(), ..wishing(3, "a trunk") };
    let need = submit(&served, secret()).await;
    let seen = pool_of_wishes(&served, PARTNER, 10).await;
    assert_eq!(seen.len(), 1, "only what is published: {seen:?}");
    let item = &seen[0];
    assert_eq!((item.title.as_str(), item.category.as_str(), item.item_ordinal), ("a trunk", TRUNK, 1));
    assert_eq!((item.left.as_ref().expect("said").value, item.splittable, item.division.as_str()), (3, true, STREET));
    assert_eq!(item.published_week.len(), 10, "{}", item.published_week);
    let said = format!("{seen:?}");
    for hidden in [id(&need.name), "secret", "herself", "38.4", community] {
        assert!(!said.contains(hidden), "{hidden} is shown: {said}");
    }
    // Tokens are opaque: none holds the name of a need, plain or as bytes.
    let mut needs = vec![need.name];
    for _ in 0..4 {
        needs.push(submit(&served, secret()).await.name);
    }
    let (mut token, mut wishes) = (String::new(), BTreeSet::new());
    loop {
        let request =
            v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 2, page_token: token, ..Default::default() };
        let page = page(&served, PARTNER, request).await;
        wishes.extend(page.items.into_iter().map(|item| item.wish));
        token = page.next_page_token;
        for need in &needs {
            let bytes = uuid::Uuid::parse_str(id(need)).expect("a UUID").into_bytes();
            let decoded = base64_url(&token);
            assert!(!decoded.windows(16).any(|window| window == bytes), "a token tells of {need}");
            assert!(!token.contains(id(need)));
        }
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(wishes.len(), 5, "each once");
    assert!(needs.iter().all(|need| !wishes.contains(&format!("wishes/{}", id(need)))));
    let anywhere = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 2, ..Default::default() };
    let token = page(&served, PARTNER, anywhere.clone()).await.next_page_token;
    let other = v1::ListWishesRequest { category: String::new(), page_token: token.clone(), ..anywhere.clone() };
    refused(
        "the token of another list",
        served.referrals(PARTNER).list_wishes(other).await,
        "INVALID_PAGE_TOKEN",
        "page_token",
    );
    let forged = v1::ListWishesRequest { page_token: format!("{token}A"), ..anywhere };
    refused("a forged token", served.referrals(PARTNER).list_wishes(forged).await, "INVALID_PAGE_TOKEN", "page_token");
    let far = v1::ListWishesRequest { division: "6402".to_owned(), category: TRUNK.to_owned(), ..Default::default() };
    assert!(page(&served, PARTNER, far).await.items.is_empty());
}

/// Bytes of base64 in either alphabet, as far as they can be read.
fn base64_url(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let digits: Vec<u32> = text.bytes().filter_map(digit).collect();
    let whole = digits.chunks(4).flat_map(|chunk| {
        let bits = chunk.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len().max(1)].to_vec()
    });
    whole.collect()
}

#[tokio::test]
async fn a_wish_is_claimed_with_a_resource_of_ones_own_and_is_promised_at_once() {
    let served = demo().await;
    let (pool, ours) = trunks(&served, NEAR, Some(2)).await;
    let (_, theirs) = trunks(&served, FAR, Some(9)).await;
    let need = submit(&served, wishing(3, "trunks")).await.name;
    let wish = only_wish(&served).await;
    let status =
        refused("another's resource", claim(&served, PARTNER, claiming(&wish, &theirs, None)).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "name"), theirs);
    let status =
        refused("three of two", claim(&served, PARTNER, claiming(&wish, &ours, None)).await, "CAPACITY_EXHAUSTED", "");
    assert_eq!(metadata(&status, "left"), "2");
    let request = v1::ClaimWishRequest { request_id: request_id(), ..claiming(&wish, &ours, Some(2)) };
    let first = served
        .call_raw("/wishwell.v1.ReferralService/ClaimWish", PARTNER, request.encode_to_vec())
        .await
        .expect("claimed");
    let again = served
        .call_raw("/wishwell.v1.ReferralService/ClaimWish", PARTNER, request.encode_to_vec())
        .await
        .expect("again");
    assert!(first == again, "the same request has the same answer");
    let claimed = v1::ClaimWishResponse::decode(first.as_slice()).expect("an answer").referral.expect("one");
    assert_eq!((claimed.state(), claimed.origin()), (v1::ReferralState::Accepted, v1::ReferralOrigin::Claim));
    assert_eq!((claimed.need.as_str(), claimed.wish.as_str(), claimed.units), ("", wish.as_str(), 2));
    assert_eq!(claimed.decision, None, "how near somebody lives is in the terms of a score");
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 2, 0, Some(0)), (2, 0)));
    assert_eq!(pool_of_wishes(&served, PARTNER, 10).await[0].left.as_ref().expect("said").value, 1);
    let status = refused("two of one", claim(&served, PARTNER, pledging(&wish, Some(2))).await, "ITEM_COVERED", "");
    assert_eq!((metadata(&status, "name"), metadata(&status, "left")), (wish.clone(), "1".to_owned()));
    for way in [Step::Start, Step::Deliver(None)] {
        way.take(&served, PARTNER, &claimed.name).await.expect("a step");
    }
    refused("its own work", Step::Confirm(None).take(&served, PARTNER, &claimed.name).await, "PERMISSION_DENIED", "");
    Step::Confirm(Some(5)).take(&served, HOTLINE, &claimed.name).await.expect("confirmed");
    assert_eq!((figures(&served, &pool).await, units(&served, &need).await), ((0, 0, 2, Some(0)), (0, 2)));
    let known = served
        .referrals(OPERATOR)
        .get_referral(v1::GetReferralRequest { name: claimed.name, ..Default::default() })
        .await;
    assert_eq!(told(known).expect("there").referral.expect("one").need, need, "whoever arranges knows the need");
}

#[tokio::test]
async fn refusals_of_claims_name_the_wish_and_never_the_need() {
    let served = demo().await;
    let need = submit(&served, wishing(1, "a trunk")).await;
    let silent = submit(&served, wanting(1)).await;
    let wish = only_wish(&served).await;
    let hidden = |status: &Status| {
        let said = [status.message().as_bytes(), status.details()].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        for need in [&need, &silent] {
            assert!(!said.contains(id(&need.name)), "{said:?} tells of a need");
        }
    };
    // A need's own id is no wish's, and a need that is not published has no wish.
    let by_need = format!("wishes/{}", id(&need.name));
    refused("by the need's id", claim(&served, PARTNER, pledging(&by_need, None)).await, "NOT_FOUND", "");
    let (_, trunk) = trunks(&served, NEAR, Some(5)).await;
    let offered = offer(&served, HOTLINE, to(&silent.name, &trunk)).await.expect("offered").name;
    let seen = told(
        served.referrals(PARTNER).get_referral(v1::GetReferralRequest { name: offered, ..Default::default() }).await,
    );
    assert_eq!(seen.expect("its own").referral.expect("one").wish, "", "what is offered is no wish");
    let unpublished = format!("wishes/{}", id(&silent.name));
    let status = refused("not published", claim(&served, PARTNER, pledging(&unpublished, None)).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "name"), unpublished);
    claim(&served, PARTNER, pledging(&wish, None)).await.expect("claimed");
    let status = refused("covered", claim(&served, PARTNER, pledging(&wish, None)).await, "ITEM_COVERED", "");
    assert_eq!(metadata(&status, "name"), wish);
    hidden(&status);
    let withdraw = v1::WithdrawNeedRequest { name: need.name.clone(), ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(withdraw).await).expect("withdrawn");
    let status = claim(&served, PARTNER, pledging(&wish, None)).await.expect_err("withdrawn");
    assert!(["NOT_FOUND", "ILLEGAL_STATE"].contains(&reason(&status).as_str()), "{status:?}");
    hidden(&status);
    refused("nobody but partners", claim(&served, CASE_WORKER, pledging(&wish, None)).await, "PERMISSION_DENIED", "");
}

#[tokio::test]
async fn a_wish_that_is_taken_back_is_in_no_pool_and_its_need_goes_on() {
    let served = demo().await;
    let need = submit(&served, wishing(2, "a trunk")).await;
    let wish = only_wish(&served).await;
    claim(&served, PARTNER, pledging(&wish, Some(1))).await.expect("claimed while it was there");
    let request = v1::UpdateNeedRequest {
        name: need.name.clone(),
        need: Some(v1::Need::default()),
        update_mask: mask(&["wish"]),
        ..Default::default()
    };
    let updated = told(served.needs(HOTLINE).update_need(request).await).expect("taken back").need.expect("one");
    assert_eq!((updated.state(), updated.wish), (v1::NeedState::Open, None));
    assert_eq!(pool_of_wishes(&served, PARTNER, 10).await, []);
    refused("taken back", claim(&served, PARTNER, pledging(&wish, Some(1))).await, "NOT_FOUND", "");
    assert_eq!(units(&served, &need.name).await, (1, 0), "what was promised stays promised");
    let (_, trunk) = trunks(&served, NEAR, Some(5)).await;
    offer(&served, HOTLINE, to(&need.name, &trunk)).await.expect("the need still looks for help");
}

#[tokio::test]
async fn an_organization_that_is_not_verified_claims_nothing() {
    let served = demo().await;
    let (_, ours) = trunks(&served, NEAR, Some(5)).await;
    let need = submit(&served, wishing(1, "a trunk")).await.name;
    let wish = only_wish(&served).await;
    let filter = v1::OrganizationFilter { external: Some(external("demo", NEAR)), ..Default::default() };
    let request = v1::ListOrganizationsRequest { filter: Some(filter), ..Default::default() };
    let name =
        told(served.catalog(OPERATOR).list_organizations(request).await).expect("listed").organizations.remove(0).name;
    let suspend =
        v1::SuspendOrganizationRequest { name: name.clone(), reason: "a complaint".to_owned(), ..Default::default() };
    told(served.catalog(OPERATOR).suspend_organization(suspend).await).expect("suspended");
    let status =
        refused("with a pledge", claim(&served, PARTNER, pledging(&wish, None)).await, "RESOURCE_DOES_NOT_FIT", "");
    assert_eq!(
        (metadata(&status, "name"), metadata(&status, "reasons")),
        (name.clone(), "ORGANIZATION_NOT_VERIFIED".to_owned())
    );
    refused(
        "with a resource",
        claim(&served, PARTNER, claiming(&wish, &ours, None)).await,
        "RESOURCE_DOES_NOT_FIT",
        "",
    );
    assert_eq!((units(&served, &need).await, referrals(&served, &need).await.len()), ((0, 0), 0));
    let verify = v1::VerifyOrganizationRequest { name, ..Default::default() };
    told(served.catalog(OPERATOR).verify_organization(verify).await).expect("verified");
    claim(&served, PARTNER, pledging(&wish, None)).await.expect("verified again");
}

#[tokio::test]
async fn of_a_hundred_claims_at_once_for_one_place_one_is_taken() {
    let served = demo().await;
    // One wish, a hundred pledges.
    let need = submit(&served, wishing(1, "a trunk")).await.name;
    let wish = only_wish(&served).await;
    let mut claims = JoinSet::new();
    for _ in 0..100 {
        let (mut client, request) = (served.referrals(PARTNER), pledging(&wish, None));
        claims.spawn(async move { client.claim_wish(request).await.map(|_| ()) });
    }
    let mut outcomes = BTreeMap::new();
    for answer in claims.join_all().await {
        *outcomes.entry(answer.map_or_else(|status| reason(&status), |()| "taken".to_owned())).or_insert(0) += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([("taken".to_owned(), 1), ("ITEM_COVERED".to_owned(), 99)]));
    assert_eq!((units(&served, &need).await, referrals(&served, &need).await.len()), ((1, 0), 1));
    // A hundred wishes, one thing to give.
    let (pool, trunk) = trunks(&served, NEAR, Some(1)).await;
    for number in 0..100 {
        submit(&served, wishing(1, &format!("wish {number}"))).await;
    }
    let wishes = pool_of_wishes(&served, PARTNER, 1_000).await;
    assert_eq!(wishes.len(), 100);
    let mut claims = JoinSet::new();
    for wish in wishes {
        let (mut client, request) = (served.referrals(PARTNER), claiming(&wish.wish, &trunk, None));
        claims.spawn(async move { client.claim_wish(request).await.map(|_| ()) });
    }
    let mut outcomes = BTreeMap::new();
    for answer in claims.join_all().await {
        let told = |status: Status| {
            assert_eq!((status.code(), metadata(&status, "left")), (Code::FailedPrecondition, "0".to_owned()));
            reason(&status)
        };
        *outcomes.entry(answer.map_or_else(told, |()| "taken".to_owned())).or_insert(0) += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([("taken".to_owned(), 1), ("CAPACITY_EXHAUSTED".to_owned(), 99)]));
    assert_eq!(figures(&served, &pool).await, (0, 1, 0, Some(0)));
}

#[tokio::test]
async fn thirty_partners_claim_137_wishes_and_every_piece_is_counted_once() {
    const PARTNERS: usize = 30;
    const WISHES: i64 = 137;
    const STOCK: i64 = 4;
    let (served, partners) = partners::served(PARTNERS).await;
    let mut needs = BTreeMap::new();
    for number in 0..WISHES {
        let pieces = 1 + number % 5;
        needs.insert(submit(&served, wishing(pieces, &format!("wish {number}"))).await.name, pieces);
    }
    let mut own = Vec::new();
    for partner in &partners {
        let pool = pool(&served, stock(&partner.external_id, Some(STOCK))).await;
        let resource = resource(&served, trunk(&partner.external_id, vec![draw(&pool, 1)], 38.4)).await;
        own.push((pool, resource));
    }
    let mut working = JoinSet::new();
    for (number, (partner, (_, resource))) in partners.iter().zip(&own).enumerate() {
        let (mut client, resource) = (served.referrals(partner.key), resource.clone());
        working.spawn(async move {
            let mut taken = Vec::new();
            let mut round = number;
            loop {
                // A page holds wishes, of which none may want anything any more: only an empty token is the end.
                let (mut wishes, mut token) = (Vec::new(), String::new());
                loop {
                    let request = v1::ListWishesRequest {
                        category: TRUNK.to_owned(),
                        page_size: 50,
                        page_token: token,
                        ..Default::default()
                    };
                    let page = client.list_wishes(request).await.expect("listed").into_inner();
                    wishes.extend(page.items);
                    token = page.next_page_token;
                    if token.is_empty() {
                        break;
                    }
                }
                let Some(wish) = wishes.get(round * 7 % wishes.len().max(1)) else { return (number, taken) };
                let request = if round % 2 == 0 {
                    claiming(&wish.wish, &resource, Some(1))
                } else {
                    pledging(&wish.wish, Some(1))
                };
                round += 1;
                match client.claim_wish(request).await {
                    Ok(answer) => taken.push(answer.into_inner().referral.expect("one")),
                    Err(status) => {
                        let reason = reason(&status);
                        assert!(["ITEM_COVERED", "CAPACITY_EXHAUSTED"].contains(&reason.as_str()), "{status:?}");
                    }
                }
            }
        });
    }
    let mut total = 0;
    for (number, taken) in working.join_all().await {
        let request = v1::ListReferralsRequest { page_size: 1_000, ..Default::default() };
        let listed =
            told(served.referrals(partners[number].key).list_referrals(request).await).expect("listed").referrals;
        let names = |of: &[v1::Referral]| of.iter().map(|referral| referral.name.clone()).collect::<BTreeSet<_>>();
        assert_eq!(names(&listed), names(&taken), "what {number} was told is what is on record");
        let of = |origin| {
            taken.iter().filter(|referral| referral.origin() == origin).map(|referral| referral.units).sum::<i64>()
        };
        let (claimed, pledged) = (of(v1::ReferralOrigin::Claim), of(v1::ReferralOrigin::Pledge));
        assert!(claimed <= STOCK);
        assert_eq!(figures(&served, &own[number].0).await, (0, claimed, 0, Some(STOCK - claimed)), "{number}");
        let filter =
            v1::CapacityPoolFilter { organization: partners[number].organization.clone(), ..Default::default() };
        let request = v1::ListCapacityPoolsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
        let pools = told(served.catalog(OPERATOR).list_capacity_pools(request).await).expect("listed").capacity_pools;
        assert_eq!(pools.iter().map(|pool| pool.committed).sum::<i64>(), claimed + pledged, "{number}");
        total += claimed + pledged;
    }
    assert_eq!(total, needs.values().sum::<i64>(), "everything is claimed, and nothing twice");
    for (need, pieces) in needs {
        assert_eq!(units(&served, &need).await, (pieces, 0), "{need}");
    }
}
