//! Attacks on wishes that are published again: whoever remembers everything that was ever shown, in lists, events, offers and
//! notifications, joins no two publications by a name; and were he to join them by what they look like, he is left with ten households.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::made::Random;
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, NEAR, PARTNER, PATIENCE, STREET, Step, TRUNK, demo, neighbours, offer, seen, submit, to,
    trunks, wanting, wishing,
};
use wishwell_scenarios::told::{mask, metadata, quantity, refused, request_id, told};

/// Fewest households that are left of whatever is shown.
const HOUSEHOLDS_MIN: usize = 10;
/// Categories that these households lack, and nobody in the demo; all are pieces.
const CATEGORIES: [&str; 2] = [TRUNK, "goods.infant"];

async fn update(served: &Served, name: &str, need: v1::Need, paths: &[&str]) -> v1::Need {
    let request = v1::UpdateNeedRequest {
        name: name.to_owned(),
        need: Some(need),
        update_mask: mask(paths),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("changed").need.expect("one")
}

async fn publish(served: &Served, name: &str, title: &str) -> v1::Need {
    update(served, name, v1::Need { wish: wishing(1, title).wish, ..Default::default() }, &["wish"]).await
}

async fn take_back(served: &Served, name: &str) {
    update(served, name, v1::Need::default(), &["wish"]).await;
}

fn item(category: &str) -> v1::NeedItem {
    v1::NeedItem { category: category.to_owned(), quantity: quantity(1, "piece"), ..v1::NeedItem::default() }
}

fn place(need: &v1::Need) -> String {
    need.wish.as_ref().expect("published").division.clone()
}

/// The names in the pool, by title.
async fn names(served: &Served) -> BTreeMap<String, String> {
    let request = v1::ListWishesRequest { page_size: 1_000, ..Default::default() };
    let items = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
    items.into_iter().map(|item| (item.title, item.wish)).collect()
}

async fn name(served: &Served, title: &str) -> String {
    names(served).await.remove(title).expect("published")
}

/// What the pool has under a name.
async fn under(served: &Served, wish: &str) -> Vec<v1::WishItem> {
    let request = v1::ListWishesRequest { wish: wish.to_owned(), ..Default::default() };
    told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items
}

/// Claims a wish of one piece.
async fn claim(served: &Served, wish: &str, resource: &str) -> Result<v1::Referral, tonic::Status> {
    let (wish, resource) = (wish.to_owned(), resource.to_owned());
    let request = v1::ClaimWishRequest { wish, item_ordinal: 1, resource, quantity: Some(1), ..Default::default() };
    told(served.referrals(PARTNER).claim_wish(request).await).map(|answer| answer.referral.expect("one"))
}

/// All that partners were told of wishes: name, state, position.
async fn story(served: &Served, after: i64) -> (Vec<(String, v1::WishState)>, i64) {
    let filter = v1::EventFilter { kinds: vec![v1::EventKind::Wish.into()], ..Default::default() };
    let request =
        v1::WatchEventsRequest { after_position: after, filter: Some(filter), until_now: true, ..Default::default() };
    let mut watch = told(served.referrals(PARTNER).watch_events(request).await).expect("watched");
    let (mut story, mut reached) = (Vec::new(), after);
    while let Some(batch) = watch.message().await.expect("no refusal") {
        reached = batch.log_position;
        story.extend(batch.events.into_iter().map(|event| (event.subject.clone(), event.wish_state())));
    }
    (story, reached)
}

/// A household as the attacker knows it from elsewhere.
struct Household {
    chain: Vec<String>,
    need: String,
    lacks: BTreeSet<&'static str>,
    open: bool,
    published: bool,
    /// What is left to an attacker who knows which publications are of one need; none as long as there was none.
    left: Option<Left>,
}

/// The place that a need showed first, and who might have shown all that it did.
struct Left {
    place: String,
    candidates: BTreeSet<usize>,
}

/// Those of these households that show `division`, by the rule said anew: those who live in it and show nothing below, if they are ten.
fn settled(
    households: &[Household],
    alike: &[usize],
    below: &BTreeMap<String, Vec<String>>,
    division: &str,
) -> (Vec<usize>, bool) {
    let lives = |at: &usize| households[*at].chain.first().is_some_and(|here| here == division);
    let mut rest: Vec<usize> = alike.iter().copied().filter(lives).collect();
    for child in below.get(division).into_iter().flatten() {
        let (theirs, enough) = settled(households, alike, below, child);
        if !enough {
            rest.extend(theirs);
        }
    }
    let enough = rest.len() >= HOUSEHOLDS_MIN;
    (rest, enough)
}

/// A population that changes while its wishes come and go.
struct World {
    served: Served,
    chains: BTreeMap<String, Vec<String>>,
    below: BTreeMap<String, Vec<String>>,
    streets: Vec<String>,
    households: Vec<Household>,
    names_seen: BTreeSet<String>,
    /// Publications that show a place: first ones, and later ones.
    placed: (usize, usize),
    /// Later publications of a need that showed a place at first, and show none.
    hidden: usize,
}

impl World {
    async fn new(served: Served) -> Self {
        let request = v1::ListDivisionsRequest { page_size: 1_000, ..Default::default() };
        let listed = told(served.catalog(PARTNER).list_divisions(request).await).expect("listed").divisions;
        let parents: BTreeMap<String, String> =
            listed.into_iter().map(|division| (division.code, division.parent)).collect();
        let above = |code: &String| parents.get(code).filter(|parent| !parent.is_empty()).cloned();
        let chain = |code: &String| std::iter::successors(Some(code.clone()), above).collect::<Vec<_>>();
        let chains = parents.keys().map(|code| (code.clone(), chain(code))).collect();
        let mut below: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (code, parent) in &parents {
            below.entry(parent.clone()).or_default().push(code.clone());
        }
        let streets = parents.keys().filter(|code| code.len() == 9).take(6).cloned().collect();
        let (households, names_seen) = (Vec::new(), BTreeSet::new());
        Self { served, chains, below, streets, households, names_seen, placed: (0, 0), hidden: 0 }
    }

    async fn arrive(&mut self, dice: &mut Random) {
        let widest = [2, 3, 6][dice.below(3)];
        let street = self.streets[dice.below(widest)].clone();
        let lacks = asked(dice);
        let items = lacks.iter().map(|category| item(category)).collect();
        let need = v1::Need { items, place: None, division: street.clone(), ..wanting(1) };
        let need = submit(&self.served, need).await.name;
        let chain = self.chains[&street].clone();
        self.households.push(Household { chain, need, lacks, open: true, published: false, left: None });
    }

    /// The need of somebody was published, or asks for other things since: what is left to whoever remembers all of it?
    async fn published(&mut self, at: usize, shown: String) {
        let title = format!("wish {at}");
        let wish = name(&self.served, &title).await;
        assert!(self.names_seen.insert(wish), "a name that was seen before");
        let wanted = self.households[at].lacks.clone();
        let lacking = |household: &Household| household.open && household.lacks.is_superset(&wanted);
        let alike: Vec<usize> = (0..self.households.len()).filter(|other| lacking(&self.households[*other])).collect();
        let candidates = match &self.households[at].left {
            None => {
                let (candidates, enough) = settled(&self.households, &alike, &self.below, &shown);
                assert!(shown.is_empty() || enough, "{} of {wanted:?} in {shown}", candidates.len());
                self.placed.0 += usize::from(!shown.is_empty());
                candidates.into_iter().collect()
            }
            Some(left) => {
                assert!(shown.is_empty() || shown == left.place, "{shown} after {}", left.place);
                self.placed.1 += usize::from(!shown.is_empty());
                self.hidden += usize::from(shown.is_empty() && !left.place.is_empty());
                left.candidates.iter().copied().filter(|who| alike.contains(who)).collect::<BTreeSet<_>>()
            }
        };
        assert!(shown.is_empty() || candidates.len() >= HOUSEHOLDS_MIN, "{} are left in {shown}", candidates.len());
        assert!(shown.is_empty() || candidates.contains(&at));
        // What shows none once shows none for ever.
        self.households[at].left = Some(Left { place: shown, candidates });
    }

    async fn step(&mut self, dice: &mut Random) {
        let at = dice.below(self.households.len());
        let (need, title) = (self.households[at].need.clone(), format!("wish {at}"));
        if !self.households[at].open {
            return self.arrive(dice).await;
        }
        match (dice.below(10), self.households[at].published) {
            (0..6, false) => {
                let shown = place(&publish(&self.served, &need, &title).await);
                self.households[at].published = true;
                self.published(at, shown).await;
            }
            (0..4, true) => {
                take_back(&self.served, &need).await;
                self.households[at].published = false;
            }
            (4..6, true) => {
                let before = self.households[at].lacks.clone();
                let lacks = asked(dice);
                let items = lacks.iter().map(|category| item(category)).collect();
                let was = name(&self.served, &title).await;
                let changed = update(&self.served, &need, v1::Need { items, ..Default::default() }, &["items"]).await;
                self.households[at].lacks.clone_from(&lacks);
                if lacks == before {
                    assert_eq!(name(&self.served, &title).await, was, "the same publication");
                } else {
                    self.published(at, place(&changed)).await;
                }
            }
            (6..9, false) => {
                let request = v1::WithdrawNeedRequest { name: need, ..Default::default() };
                told(self.served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
                self.households[at].open = false;
            }
            _ => self.arrive(dice).await,
        }
    }
}

fn asked(dice: &mut Random) -> BTreeSet<&'static str> {
    match dice.below(10) {
        0..7 => BTreeSet::from([CATEGORIES[0]]),
        7 => BTreeSet::from([CATEGORIES[1]]),
        _ => CATEGORIES.into(),
    }
}

#[tokio::test]
async fn whoever_remembers_every_publication_joins_none_by_name_and_takes_ten_households_at_least_were_he_to_join_them()
{
    let (mut placed, mut hidden) = ((0, 0), 0);
    for seed in [3, 4] {
        let mut dice = Random::new(seed);
        let mut world = World::new(demo().await).await;
        for _ in 0..70 {
            world.arrive(&mut dice).await;
        }
        for _ in 0..260 {
            world.step(&mut dice).await;
        }
        placed = (placed.0 + world.placed.0, placed.1 + world.placed.1);
        hidden += world.hidden;
        // The events tell of each publication under its own name: it comes once, and once gone it never comes again.
        let mut gone = BTreeSet::new();
        for (wish, state) in story(&world.served, 0).await.0 {
            assert!(!gone.contains(&wish) || !world.names_seen.contains(&wish), "seed {seed}: {wish} comes again");
            if state == v1::WishState::Gone {
                gone.insert(wish);
            }
        }
        let listed: BTreeSet<String> = names(&world.served).await.into_values().collect();
        let open: BTreeSet<&String> = world.names_seen.intersection(&listed).collect();
        for wish in world.names_seen.iter().filter(|wish| !open.contains(wish)).take(20) {
            assert!(gone.contains(wish), "seed {seed}: {wish} was told to be gone");
            assert!(under(&world.served, wish).await.is_empty());
        }
    }
    assert!(placed.0 > 20 && placed.1 > 20 && hidden > 5, "{placed:?} {hidden}");
}

#[tokio::test]
async fn an_old_name_answers_as_one_that_is_gone_and_a_claim_under_it_is_refused() {
    let served = demo().await;
    neighbours(&served).await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, wishing(2, "a trunk")).await;
    assert_eq!(place(&need), STREET);
    let first = name(&served, "a trunk").await;
    take_back(&served, &need.name).await;
    let again = publish(&served, &need.name, "a trunk").await;
    assert_eq!(place(&again), STREET, "the nine lack it still");
    let second = name(&served, "a trunk").await;
    assert_ne!(first, second);
    assert!(under(&served, &first).await.is_empty());
    assert_eq!(under(&served, &second).await.len(), 1);
    let status = refused("the old name", claim(&served, &first, &trunk).await, "NOT_FOUND", "");
    assert_eq!(metadata(&status, "name"), first);
    let claimed = claim(&served, &second, &trunk).await.expect("claimed");
    assert_eq!(claimed.wish, second, "as the partner knows it");
    // What is claimed is still called as it was when it is published a third time.
    take_back(&served, &need.name).await;
    publish(&served, &need.name, "a trunk").await;
    let third = name(&served, "a trunk").await;
    for key in [PARTNER, CASE_WORKER] {
        assert_eq!(seen(&served, key, &claimed.name).await.expect("there").wish, second);
    }
    assert_eq!(claim(&served, &third, &trunk).await.expect("claimed").wish, third);
}

#[tokio::test]
async fn an_offer_stays_as_it_is_whatever_its_need_is_published_as() {
    let served = demo().await;
    neighbours(&served).await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, wanting(1)).await;
    // One that was never published, and one that is a wish by now.
    let silent = offer(&served, HOTLINE, to(&need.name, &trunk)).await.expect("offered").name;
    let wished = submit(&served, wishing(1, "a wish")).await;
    let shown = offer(&served, HOTLINE, to(&wished.name, &trunk)).await.expect("offered").name;
    let look = async || {
        let mut looks = Vec::new();
        for name in [&silent, &shown] {
            let one = seen(&served, PARTNER, name).await.expect("its own");
            assert_eq!((one.wish.as_str(), one.need.as_str()), ("", ""), "no name of a wish or a need");
            looks.push(one);
        }
        looks
    };
    let before = look().await;
    assert_eq!(before[0].division, "640104", "the district of what was no wish");
    assert_eq!(before[1].division, place(&wished), "what the pool showed");
    publish(&served, &need.name, "a trunk").await;
    assert_eq!(look().await, before, "published");
    take_back(&served, &need.name).await;
    take_back(&served, &wished.name).await;
    assert_eq!(look().await, before, "taken back");
    publish(&served, &wished.name, "a wish").await;
    assert_eq!(look().await, before, "published again");
}

#[tokio::test]
async fn of_what_is_published_again_an_organization_is_told_as_of_any_new_wish() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let subscription =
        v1::Subscription { daily_budget: 9, categories: vec![TRUNK.to_owned()], ..v1::Subscription::default() };
    let request = v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id: request_id() };
    told(served.notifications(PARTNER).create_subscription(request).await).expect("subscribed");
    let need = submit(&served, wishing(1, "a trunk")).await;
    let told_of = async |count: usize| {
        let started = Instant::now();
        loop {
            let request = v1::ListNotificationsRequest { page_size: 100, ..Default::default() };
            let found = told(served.notifications(PARTNER).list_notifications(request).await).expect("listed");
            if found.notifications.len() >= count {
                return found.notifications.into_iter().map(|told| told.wish).collect::<Vec<_>>();
            }
            assert!(started.elapsed() < PATIENCE, "{count} were to be told");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let first = name(&served, "a trunk").await;
    assert_eq!(told_of(1).await, std::slice::from_ref(&first));
    take_back(&served, &need.name).await;
    publish(&served, &need.name, "a trunk").await;
    let second = name(&served, "a trunk").await;
    // Were nothing told, whoever was not told would know that it is one that he was told of.
    assert_eq!(told_of(2).await, [second, first], "the newest first, each under its own name");
}

#[tokio::test]
async fn what_the_pool_does_not_show_of_a_wish_changes_without_a_word_to_those_who_watch_it() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let need = submit(&served, wishing(2, "a trunk")).await;
    let wish = name(&served, "a trunk").await;
    let (_, mut position) = story(&served, 0).await;
    let mut told_since = async || {
        let (events, reached) = story(&served, position).await;
        position = reached;
        events
    };
    let listed = vec![(wish.clone(), v1::WishState::Listed)];
    let elsewhere = v1::Need { division: "640104002".to_owned(), place: None, ..Default::default() };
    let hidden = [
        (v1::Need { description: "a secret".to_owned(), ..Default::default() }, vec!["description"]),
        (v1::Need { involves_minors: true, ..Default::default() }, vec!["involves_minors"]),
        (v1::Need { group_tags: vec![v1::GroupTag::Minor.into()], ..Default::default() }, vec!["group_tags"]),
        (elsewhere, vec!["division", "place"]),
        (v1::Need { deadline: Some(in_a_month()), ..Default::default() }, vec!["deadline"]),
    ];
    for (change, paths) in hidden {
        update(&served, &need.name, change, &paths).await;
        assert_eq!(told_since().await, [], "{paths:?}");
    }
    let urgent = v1::Need { urgency: v1::Urgency::Emergency.into(), ..Default::default() };
    update(&served, &need.name, urgent, &["urgency"]).await;
    assert_eq!(told_since().await, listed);
    // A claim of a part is seen, what becomes of it is not.
    let part = claim(&served, &wish, &trunk).await.expect("claimed").name;
    assert_eq!(told_since().await, listed);
    for step in [Step::Start, Step::Deliver(None)] {
        step.take(&served, PARTNER, &part).await.expect("taken");
        assert_eq!(told_since().await, [], "{step:?}");
    }
    claim(&served, &wish, &trunk).await.expect("claimed");
    assert_eq!(told_since().await, [(wish.clone(), v1::WishState::Gone)]);
    take_back(&served, &need.name).await;
    assert_eq!(told_since().await, [], "it was gone already");
}

#[tokio::test]
async fn a_wish_that_comes_to_ask_for_other_things_goes_and_another_one_comes() {
    let served = demo().await;
    let need = submit(&served, wishing(1, "a trunk")).await;
    let old = name(&served, "a trunk").await;
    let (_, position) = story(&served, 0).await;
    let items = vec![item(CATEGORIES[0]), item(CATEGORIES[1])];
    update(&served, &need.name, v1::Need { items, ..Default::default() }, &["items"]).await;
    let new = name(&served, "a trunk").await;
    assert_ne!(old, new);
    let expected = [(old.clone(), v1::WishState::Gone), (new, v1::WishState::Listed)];
    assert_eq!(story(&served, position).await.0, expected);
    assert!(under(&served, &old).await.is_empty());
}

fn in_a_month() -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: wishwell_scenarios::told::seconds_now() + 30 * 86_400, nanos: 0 }
}
