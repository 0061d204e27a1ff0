//! Attacks on the wishing pool: whoever reads it, filters it and asks it with resources wherever he likes, takes ten households at
//! least for each wish.

use std::collections::{BTreeMap, BTreeSet};

use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::made::Random;
use wishwell_scenarios::referring::{
    HOTLINE, NEAR, PARTNER, STREET, TRUNK, VISITOR, demo, draw, neighbours, offer, pool, resource, seen, stock, submit,
    to, trunk, trunks, wanting, wishing,
};
use wishwell_scenarios::told::{mask, metadata, point, quantity, refused, text, told};

/// Fewest households that show the same.
const HOUSEHOLDS_MIN: usize = 10;
/// Categories that these households lack, and nobody in the demo; all are pieces.
const CATEGORIES: [&str; 3] = [TRUNK, "goods.infant", "housing.repair"];

/// Key of the partner whose organization is vetted for home visits and not for minors, and the organization.
const UNVETTED: (&str, &str) = ("demo-volunteer", "org-xq-hongmajia");

/// A household as the attacker knows it from elsewhere: where it lives and what it lacks, but not whether it published that.
struct Household {
    /// From the street up to the top.
    chain: Vec<String>,
    latitude: f64,
    longitude: f64,
    lacks: BTreeSet<&'static str>,
    need: String,
}

async fn divisions(served: &Served) -> BTreeMap<String, v1::Division> {
    let request = v1::ListDivisionsRequest { page_size: 1_000, ..Default::default() };
    let listed = told(served.catalog(PARTNER).list_divisions(request).await).expect("listed").divisions;
    listed.into_iter().map(|division| (division.code.clone(), division)).collect()
}

fn chain(tree: &BTreeMap<String, v1::Division>, code: &str) -> Vec<String> {
    let above = |code: &String| tree.get(code).map(|division| division.parent.clone()).filter(|code| !code.is_empty());
    std::iter::successors(Some(code.to_owned()), above).collect()
}

/// So many households, few streets crowded and many nearly empty, each with a need that is no wish yet.
async fn populate(
    served: &Served,
    tree: &BTreeMap<String, v1::Division>,
    dice: &mut Random,
    count: usize,
) -> Vec<Household> {
    let streets: Vec<&String> = tree.keys().filter(|code| code.len() == 9).collect();
    let mut households = Vec::with_capacity(count);
    for _ in 0..count {
        let widest = [2, 4, 8, streets.len()][dice.below(4)];
        let street = streets[dice.below(widest)];
        let lacks: BTreeSet<&str> = match dice.below(10) {
            0..6 => BTreeSet::from([CATEGORIES[dice.below(3)]]),
            6..9 => BTreeSet::from([CATEGORIES[0], CATEGORIES[1 + dice.below(2)]]),
            _ => CATEGORIES.into(),
        };
        let centre = tree[street].centre.expect("a street has a centre");
        let off = |dice: &mut Random| (f64::from(u32::try_from(dice.below(2_000)).unwrap()) - 1_000.0) / 100_000.0;
        let (latitude, longitude) = (centre.latitude + off(dice), centre.longitude + off(dice));
        let item = |category: &&str| v1::NeedItem {
            category: (*category).to_owned(),
            quantity: quantity(1, "piece"),
            ..v1::NeedItem::default()
        };
        let need = v1::Need {
            items: lacks.iter().map(item).collect(),
            place: point(latitude, longitude),
            division: street.clone(),
            // Nothing of these may be found out either.
            mobility: Some(v1::Mobility {
                max_travel_metres: Some(500 + i32::try_from(dice.below(20_000)).unwrap()),
                delivery: true,
                ..v1::Mobility::default()
            }),
            involves_minors: dice.below(2) == 0,
            group_tags: vec![if dice.below(2) == 0 { v1::GroupTag::Minor } else { v1::GroupTag::Elderly }.into()],
            ..wanting(1)
        };
        let need = submit(served, need).await.name;
        households.push(Household { chain: chain(tree, street), latitude, longitude, lacks, need });
    }
    households
}

async fn publish(served: &Served, need: &str) -> v1::Need {
    let wish = wishing(1, "a wish").wish;
    let request = v1::UpdateNeedRequest {
        name: need.to_owned(),
        need: Some(v1::Need { wish, ..v1::Need::default() }),
        update_mask: mask(&["wish"]),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("published").need.expect("one")
}

async fn listed(served: &Served, key: &'static str, category: &str, division: &str) -> Vec<v1::WishItem> {
    let (mut items, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = v1::ListWishesRequest {
            category: category.to_owned(),
            division: division.to_owned(),
            page_size: 7,
            page_token,
            ..Default::default()
        };
        let page = told(served.referrals(key).list_wishes(request).await).expect("listed");
        items.extend(page.items);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return items;
        }
    }
}

/// What one wish shows, items together: categories, place, week.
type Shown = (BTreeSet<String>, String, String);

fn by_wish(items: &[v1::WishItem]) -> BTreeMap<String, Shown> {
    let mut wishes: BTreeMap<String, Shown> = BTreeMap::new();
    for item in items.iter().filter(|item| CATEGORIES.contains(&item.category.as_str())) {
        let shown = wishes
            .entry(item.wish.clone())
            .or_insert_with(|| (BTreeSet::new(), item.division.clone(), item.published_week.clone()));
        assert_eq!((&shown.1, &shown.2), (&item.division, &item.published_week), "one wish, one place");
        shown.0.insert(item.category.clone());
    }
    wishes
}

/// Those of these households that show `division`, by the rule said anew: those who live in it and show nothing below, if they are ten.
fn settled<'h>(
    households: &[&'h Household],
    tree: &BTreeMap<String, v1::Division>,
    division: &str,
) -> (Vec<&'h Household>, bool) {
    let mut rest: Vec<&Household> = households
        .iter()
        .copied()
        .filter(|household| household.chain.first().is_some_and(|at| at == division))
        .collect();
    for below in tree.values().filter(|below| below.parent == division) {
        let (theirs, enough) = settled(households, tree, &below.code);
        if !enough {
            rest.extend(theirs);
        }
    }
    let enough = rest.len() >= HOUSEHOLDS_MIN;
    (rest, enough)
}

/// A resource of the partner's with an area and a place of its choice.
async fn probe(served: &Served, at: (f64, f64), area: v1::ServiceArea, eligibility: &str) -> String {
    let resource = v1::Resource {
        place: point(at.0, at.1),
        areas: vec![area],
        categories: CATEGORIES.map(str::to_owned).to_vec(),
        modes: vec![v1::DeliveryMode::OnSite.into(), v1::DeliveryMode::Delivery.into()],
        eligibility: (!eligibility.is_empty())
            .then(|| v1::Eligibility { expression: eligibility.to_owned(), statement: text("a rule") }),
        ..trunk(NEAR, Vec::new(), at.0)
    };
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    told(served.catalog(PARTNER).create_resource(request).await).expect("created").resource.expect("one").name
}

/// What FindNeeds tells of each kind of wish: how many of them match, in which bands and modes, how urgent.
type Told = BTreeMap<(String, String), BTreeMap<(i32, i32, String), usize>>;

async fn told_by(served: &Served, resource: &str) -> Told {
    let request =
        v1::FindNeedsRequest { resource: resource.to_owned(), page_size: 1_000, ..v1::FindNeedsRequest::default() };
    let found = told(served.matching(PARTNER).find_needs(request).await).expect("an answer").matches;
    let mut told = Told::new();
    for wish in found.into_iter().filter(|found| CATEGORIES.contains(&found.category.as_str())) {
        let said = (wish.distance_band, wish.urgency, format!("{:?} {}", wish.modes, wish.served_quantity));
        *told.entry((wish.category, wish.division)).or_default().entry(said).or_default() += 1;
    }
    told
}

async fn nobody_is_found_out(seed: u64) {
    let served = demo().await;
    let tree = divisions(&served).await;
    let mut dice = Random::new(seed);
    let households = populate(&served, &tree, &mut dice, 240).await;
    let mut real: BTreeMap<String, usize> = BTreeMap::new();
    for (at, household) in households.iter().enumerate().filter(|_| dice.below(3) == 0) {
        let published = publish(&served, &household.need).await;
        let again = publish(&served, &household.need).await;
        assert_eq!(published.wish.expect("one").division, again.wish.expect("one").division, "frozen");
        real.insert(household.need.clone(), at);
    }
    let items = listed(&served, VISITOR, "", "").await;
    let wishes = by_wish(&items);
    assert_eq!(wishes.len(), real.len());

    // What is shown: ten households at least show the same, for all items of a wish together.
    let mut placed = 0;
    for (categories, place, _) in wishes.values().filter(|shown| !shown.1.is_empty()) {
        let alike: Vec<&Household> = households
            .iter()
            .filter(|household| categories.iter().all(|category| household.lacks.contains(category.as_str())))
            .collect();
        let (candidates, enough) = settled(&alike, &tree, place);
        assert!(enough, "seed {seed}: {} of {categories:?} in {place}", candidates.len());
        placed += 1;
    }
    assert!(placed > 20, "seed {seed}: {placed} show a place");

    // Intersecting listings: every filter is answered from what is shown.
    for division in tree.keys() {
        for category in CATEGORIES {
            let found: BTreeSet<String> =
                listed(&served, PARTNER, category, division).await.into_iter().map(|item| item.wish).collect();
            let within = |shown: &Shown| shown.0.contains(category) && chain(&tree, &shown.1).contains(division);
            let expected: BTreeSet<String> =
                wishes.iter().filter(|(_, shown)| within(shown)).map(|(wish, _)| wish.clone()).collect();
            assert_eq!(found, expected, "seed {seed}: {category} in {division}");
        }
    }

    // Trilateration: small circles around the very homes, whole divisions, rules about who it is. Wishes that show the same place are
    // told of alike, wherever they are: all of them match, or none, and in the same words.
    let shown_alike = |category: &str, place: &str| {
        wishes.values().filter(|shown| shown.0.contains(category) && shown.1 == place).count()
    };
    let radius = |metres| v1::ServiceArea { radius: Some(v1::RadiusArea { metres }), ..v1::ServiceArea::default() };
    let whole = |code: &str| v1::ServiceArea { division: code.to_owned(), ..v1::ServiceArea::default() };
    let mut probes = Vec::new();
    for at in real.values().take(12) {
        let Household { latitude, longitude, chain, .. } = &households[*at];
        for metres in [300, 2_000, 9_000] {
            probes.push(probe(&served, (*latitude, *longitude), radius(metres), "").await);
        }
        probes.push(probe(&served, (*latitude, *longitude), whole(&chain[0]), "").await);
        probes.push(probe(&served, (*latitude, *longitude), whole(&chain[1]), "age_years < 18").await);
    }
    let mut matched = 0;
    for resource in &probes {
        for ((category, place), said) in told_by(&served, resource).await {
            assert_eq!(said.len(), 1, "seed {seed}: {category} in {place} is told apart: {said:?}");
            let count: usize = said.values().sum();
            assert_eq!(count, shown_alike(&category, &place), "seed {seed}: some of {category} in {place}");
            matched += count;
        }
    }
    assert!(matched > 0, "seed {seed}: probes find something");
}

#[tokio::test]
async fn whoever_lists_filters_and_probes_takes_ten_households_at_least_for_each_wish() {
    for seed in [1, 2] {
        nobody_is_found_out(seed).await;
    }
}

#[tokio::test]
async fn later_publications_and_withdrawals_never_narrow_what_a_wish_shows() {
    let served = demo().await;
    let silent = neighbours(&served).await;
    let street = submit(&served, wishing(1, "a trunk")).await;
    let place = |need: &v1::Need| need.wish.as_ref().expect("published").division.clone();
    assert_eq!(place(&street), STREET);
    for v1::Need { name, .. } in silent {
        let request = v1::WithdrawNeedRequest { name, ..Default::default() };
        told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    }
    // Alone now: what was shown stays shown, and who comes new shows nothing, however many come after.
    let early = submit(&served, wishing(1, "another")).await;
    assert_eq!(place(&early), "");
    for _ in 0..12 {
        submit(&served, wanting(1)).await;
    }
    let shown = by_wish(&listed(&served, PARTNER, TRUNK, "").await);
    let places: Vec<&str> = shown.values().map(|shown| shown.1.as_str()).collect();
    assert_eq!(places.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&"", &STREET]));
    // What showed none shows none when it is published again, whoever lacks the same by then.
    let request = v1::UpdateNeedRequest {
        name: early.name.clone(),
        need: Some(v1::Need::default()),
        update_mask: mask(&["wish"]),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("taken back");
    assert_eq!(
        place(&publish(&served, &early.name).await),
        "",
        "whoever takes it for the one before would leave out who came since"
    );
}

#[tokio::test]
async fn an_offer_shows_the_district_and_a_wish_no_more_than_the_pool_until_help_is_promised() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(5)).await;
    let silent =
        offer(&served, HOTLINE, to(&submit(&served, wanting(1)).await.name, &trunk)).await.expect("offered").name;
    let wished = submit(&served, wishing(1, "a trunk")).await.name;
    let wished = offer(&served, HOTLINE, to(&wished, &trunk)).await.expect("offered").name;
    let shown = async |name: &str| seen(&served, PARTNER, name).await.expect("its own").division;
    assert_eq!((shown(&silent).await.as_str(), shown(&wished).await.as_str()), ("640104", ""));
    let found = async |division: &str| {
        let filter = v1::ReferralFilter { division: division.to_owned(), ..Default::default() };
        let request = v1::ListReferralsRequest { filter: Some(filter), page_size: 1, ..Default::default() };
        let page = told(served.referrals(PARTNER).list_referrals(request).await).expect("listed");
        (page.referrals.into_iter().map(|referral| referral.name).collect::<Vec<_>>(), page.next_page_token)
    };
    assert_eq!(found(STREET).await, (Vec::new(), String::new()), "no filter tells the street");
    assert_eq!(found("640104").await, (vec![silent.clone()], String::new()));
    for name in [&silent, &wished] {
        let request = v1::AcceptReferralRequest { name: name.clone(), ..Default::default() };
        told(served.referrals(PARTNER).accept_referral(request).await).expect("accepted");
        assert_eq!(shown(name).await, STREET, "whoever promised knows the street");
    }
}

#[tokio::test]
async fn claims_tell_neither_where_somebody_is_nor_who_nor_that_minors_are_there() {
    let served = demo().await;
    let wish = async |need: v1::Need| {
        let before = by_wish(&listed(&served, PARTNER, TRUNK, "").await);
        submit(&served, need).await;
        let after = by_wish(&listed(&served, PARTNER, TRUNK, "").await);
        after.into_keys().find(|name| !before.contains_key(name)).expect("a new one")
    };
    let claim = async |wish: &str, resource: &str| {
        let request = v1::ClaimWishRequest {
            wish: wish.to_owned(),
            item_ordinal: 1,
            resource: resource.to_owned(),
            ..Default::default()
        };
        told(served.referrals(PARTNER).claim_wish(request).await)
    };
    let tiny = v1::ServiceArea { radius: Some(v1::RadiusArea { metres: 200 }), ..v1::ServiceArea::default() };
    for (number, at) in [(38.40, 106.20), (39.10, 106.70)].into_iter().enumerate() {
        let name = wish(wishing(1, &format!("wish {number}"))).await;
        let resource = probe(&served, at, tiny.clone(), "").await;
        claim(&name, &resource).await.expect("near or far, it is the same to whoever does not know");
    }
    let name = wish(wishing(1, "for somebody")).await;
    let children_only = probe(&served, (38.40, 106.20), tiny, "age_years < 18").await;
    claim(&name, &children_only).await.expect("whom it is for is not told by a refusal");
    // An organization that is not vetted for minors must not come near them, and is not told why.
    let visit = v1::Mobility { max_travel_metres: Some(90_000), ..v1::Mobility::default() };
    let minors = v1::Need { involves_minors: true, mobility: Some(visit), ..wishing(1, "a child's") };
    let name = wish(minors).await;
    let shown = listed(&served, PARTNER, TRUNK, "").await;
    assert!(!format!("{shown:?}").to_lowercase().contains("minor"));
    let request = v1::ClaimWishRequest { wish: name, item_ordinal: 1, resource: String::new(), ..Default::default() };
    let status =
        refused("nothing given", told(served.referrals(PARTNER).claim_wish(request).await), "INVALID_FIELDS", "");
    assert!(!metadata(&status, "reasons").contains("MINORS"));
}

#[tokio::test]
async fn households_that_are_helped_already_hide_nobody() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(20)).await;
    for need in neighbours(&served).await {
        offer(&served, HOTLINE, to(&need.name, &trunk)).await.expect("offered");
    }
    let wish = submit(&served, wishing(1, "the last one")).await.wish.expect("published");
    assert_eq!(wish.division, "", "whoever sees the pool and the offers could leave the nine out");
}

#[tokio::test]
async fn a_move_changes_nothing_that_is_shown_also_when_it_is_published_again() {
    let served = demo().await;
    neighbours(&served).await;
    let wished = submit(&served, wishing(1, "a trunk")).await;
    let place = |need: &v1::Need| need.wish.as_ref().map(|wish| wish.division.clone());
    assert_eq!(place(&wished).as_deref(), Some(STREET));
    let change = async |need: v1::Need, paths: &[&str]| {
        let request = v1::UpdateNeedRequest {
            name: wished.name.clone(),
            need: Some(need),
            update_mask: mask(paths),
            ..Default::default()
        };
        told(served.needs(HOTLINE).update_need(request).await).expect("changed").need.expect("one")
    };
    let elsewhere = v1::Need { division: "640202003".to_owned(), place: None, ..Default::default() };
    let moved = change(elsewhere, &["division", "place"]).await;
    assert_eq!(place(&moved).as_deref(), Some(STREET), "the place where it was published");
    let taken_back = change(v1::Need::default(), &["wish"]).await;
    assert_eq!(place(&taken_back), None);
    let again = place(&publish(&served, &wished.name).await);
    assert_eq!(again.as_deref(), Some(STREET), "one that it never showed, or none, would tell who moved");
}

#[tokio::test]
async fn asking_in_vain_tells_nothing_of_minors() {
    let served = demo().await;
    let visit = v1::Mobility { max_travel_metres: Some(90_000), ..v1::Mobility::default() };
    submit(&served, v1::Need { mobility: Some(visit), ..wishing(1, "a grown-up's") }).await;
    submit(&served, v1::Need { mobility: Some(visit), involves_minors: true, ..wishing(1, "a child's") }).await;
    // Not vetted, and with a resource of its own.
    let pool = pool(&served, stock(UNVETTED.1, Some(5))).await;
    let on_site = v1::Resource {
        modes: vec![v1::DeliveryMode::OnSite.into()],
        ..trunk(UNVETTED.1, vec![draw(&pool, 1)], 38.401)
    };
    let trunk = resource(&served, on_site).await;
    let pledge = |quantity| v1::Pledge {
        title: text("a trunk"),
        content: "a trunk".to_owned(),
        responsible_party: "the driver".to_owned(),
        service_standard: if quantity > 1 { "within a week".to_owned() } else { String::new() },
    };
    let mut said: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for wish in listed(&served, UNVETTED.0, TRUNK, "").await {
        let title = if wish.title == "a child's" { "child" } else { "grown-up" };
        for quantity in [0, 2, 999] {
            let asked = |resource: &str, pledge: Option<v1::Pledge>| v1::ClaimWishRequest {
                wish: wish.wish.clone(),
                item_ordinal: 1,
                resource: resource.to_owned(),
                quantity: Some(quantity),
                pledge,
                request_id: String::new(),
            };
            for request in [asked(&trunk, None), asked("", Some(pledge(quantity)))] {
                let status = told(served.referrals(UNVETTED.0).claim_wish(request).await).expect_err("asked in vain");
                let details = status.get_error_details();
                let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
                said.entry(title).or_default().push(format!("{:?} {reason}", status.code()));
            }
        }
    }
    assert_eq!(said["child"], said["grown-up"]);
    assert!(said["child"].iter().any(|reason| reason.contains("ITEM_COVERED")), "{said:?}");
    // What is in order in every other way is refused for a child alone.
    for wish in listed(&served, UNVETTED.0, TRUNK, "").await {
        let request = v1::ClaimWishRequest {
            wish: wish.wish.clone(),
            item_ordinal: 1,
            resource: trunk.clone(),
            ..Default::default()
        };
        let answer = told(served.referrals(UNVETTED.0).claim_wish(request).await);
        assert_eq!(answer.is_err(), wish.title == "a child's", "{answer:?}");
    }
}
