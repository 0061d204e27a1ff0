//! Wishes that are asked for by name: what the pool shows of them, in the order asked, and not a word about the others.

use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{HOTLINE, NEAR, PARTNER, TRUNK, VISITOR, demo, submit, trunks, wanting, wishing};
use wishwell_scenarios::told::{refused, told};

async fn page(served: &Served, key: &'static str, request: v1::ListWishesRequest) -> v1::ListWishesResponse {
    told(served.referrals(key).list_wishes(request).await).expect("listed")
}

/// The wishes for a trunk.
async fn pool_of_wishes(served: &Served) -> Vec<v1::WishItem> {
    let request = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 100, ..Default::default() };
    page(served, PARTNER, request).await.items
}

/// Claims all that a wish wants.
async fn claim(served: &Served, wish: &str, resource: &str) -> Result<v1::Referral, Status> {
    let (wish, resource) = (wish.to_owned(), resource.to_owned());
    let request = v1::ClaimWishRequest { wish, item_ordinal: 1, resource, ..Default::default() };
    told(served.referrals(PARTNER).claim_wish(request).await).map(|answer| answer.referral.expect("one"))
}

#[tokio::test]
async fn one_wish_is_asked_for_by_its_name_until_it_wants_nothing_any_more() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(99)).await;
    for title in ["a trunk", "another"] {
        submit(&served, wishing(2, title)).await;
    }
    let pool = pool_of_wishes(&served).await;
    let wish = pool.into_iter().find(|item| item.title == "another").expect("published").wish;
    let asked = || v1::ListWishesRequest { wish: wish.clone(), ..Default::default() };
    let titles = |answer: v1::ListWishesResponse| {
        assert_eq!(answer.next_page_token, "");
        answer.items.into_iter().map(|item| item.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(page(&served, PARTNER, asked()).await), ["another"]);
    let elsewhere = v1::ListWishesRequest { division: "640202".to_owned(), ..asked() };
    assert!(titles(page(&served, PARTNER, elsewhere).await).is_empty(), "conditions are combined");
    claim(&served, &wish, &trunk).await.expect("claimed");
    assert!(titles(page(&served, PARTNER, asked()).await).is_empty(), "it wants nothing any more");
    let nobodys = "wishes/01890000-0000-7000-8000-000000000000".to_owned();
    let nobodys = v1::ListWishesRequest { wish: nobodys, ..Default::default() };
    assert!(titles(page(&served, PARTNER, nobodys).await).is_empty());
}

#[tokio::test]
async fn several_wishes_are_asked_for_by_name_at_once_and_what_the_pool_does_not_show_is_left_out() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(99)).await;
    let mut needs = Vec::new();
    for title in ["one", "two", "three", "taken back", "covered"] {
        needs.push(submit(&served, wishing(2, title)).await);
    }
    let pool = pool_of_wishes(&served).await;
    let name = |title: &str| pool.iter().find(|item| item.title == title).expect("published").wish.clone();
    let request = v1::WithdrawNeedRequest { name: needs[3].name.clone(), ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    claim(&served, &name("covered"), &trunk).await.expect("claimed");
    // A need that was never published, by the name that a wish of its would have, and one that nobody has.
    let silent = submit(&served, wanting(1)).await;
    let silent = silent.name.replace("needs/", "wishes/");
    let nobodys = "wishes/01890000-0000-7000-8000-000000000000".to_owned();
    let asked = |names: &[&str]| v1::ListWishesRequest {
        wishes: names.iter().map(|title| name(title)).collect(),
        ..Default::default()
    };
    let titles = async |key, request| {
        let answer = page(&served, key, request).await;
        assert_eq!(answer.next_page_token, "", "all of them are on one page");
        answer.items.into_iter().map(|item| item.title).collect::<Vec<_>>()
    };
    for key in [PARTNER, VISITOR, HOTLINE] {
        // In the order asked: any other would tell in which they came.
        assert_eq!(titles(key, asked(&["three", "one", "two"])).await, ["three", "one", "two"]);
        let mut all = asked(&["two", "taken back", "covered", "one"]);
        all.wishes.extend([silent.clone(), nobodys.clone()]);
        all.page_size = 1;
        assert_eq!(titles(key, all).await, ["two", "one"], "without a word about the others");
    }
    let both = v1::ListWishesRequest { wish: name("one"), ..asked(&["two", "one"]) };
    assert_eq!(titles(PARTNER, both).await, ["one"], "conditions are combined");
    let neither = v1::ListWishesRequest { wish: name("three"), ..asked(&["two", "one"]) };
    assert!(titles(PARTNER, neither).await.is_empty());
    let elsewhere = v1::ListWishesRequest { division: "640202".to_owned(), ..asked(&["one"]) };
    assert!(titles(PARTNER, elsewhere).await.is_empty());
    let list = async |wishes| {
        told(served.referrals(PARTNER).list_wishes(v1::ListWishesRequest { wishes, ..Default::default() }).await)
    };
    let many = (0..101).map(|n| format!("wishes/01890000-0000-7000-8000-{n:012}")).collect();
    refused("too many", list(many).await, "INVALID_FIELDS", "wishes");
    refused("twice", list(vec![nobodys.clone(), nobodys.clone()]).await, "INVALID_FIELDS", "wishes");
    refused("no name", list(vec![nobodys, "needs/x".to_owned()]).await, "INVALID_FIELDS", "wishes[1]");
}
