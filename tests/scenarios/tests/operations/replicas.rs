//! The loop over two replicas, one PostgreSQL and hints by Redis: whichever is asked, everything happens once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use prost::Message as _;
use tokio::task::JoinSet;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::partners::{self, Partner};
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, OPERATOR, Step, TRUNK, auto_refer, draw, figures, following, offer, pool, referrals,
    resource, seen, sharing, stock, submit, to, trunk, units, wanting, wishing,
};
use wishwell_scenarios::rounds::{Scarce, about_everything, run};
use wishwell_scenarios::told::{reason, request_id, text, told};
use wishwell_test_support::postgres::TestDatabase;
use wishwell_test_support::redis::RedisServer;

const DRAIN: Duration = Duration::from_secs(10);
/// How often a replica looks for what is due, at the most.
const SWEEP: Duration = Duration::from_millis(1_500);

/// Two replicas, and what they share.
struct Pair {
    replicas: [Served; 2],
    partners: Vec<Partner>,
    _shared: (TestDatabase, RedisServer),
}

impl Pair {
    async fn start(partners: usize) -> Self {
        let (database, redis) = (TestDatabase::create().await, RedisServer::start());
        let mut first = deployment::serve(deployment::folder(CALLERS), database.url(), &["--demo-principals"]).await;
        let partners = partners::found(&first, partners).await;
        first.process.terminate();
        assert!(first.process.wait_until_ended(DRAIN).await.success());
        let url = redis.url();
        let more = ["--demo-principals", "--redis-url", url.as_str()];
        let replica = || deployment::serve(partners::folder(&partners), database.url(), &more);
        let (one, two) = tokio::join!(replica(), replica());
        Self { replicas: [one, two], partners, _shared: (database, redis) }
    }

    /// The replica whose turn it is.
    fn by(&self, turn: usize) -> &Served {
        &self.replicas[turn % 2]
    }

    /// A pool of so many pieces of a partner, and a trunk drawing on it.
    async fn trunks(&self, partner: usize, total: i64, latitude: f64) -> (String, String) {
        let organization = &self.partners[partner].external_id;
        let pool = pool(self.by(0), stock(organization, Some(total))).await;
        let resource = resource(self.by(1), trunk(organization, vec![draw(&pool, 1)], latitude)).await;
        (pool, resource)
    }
}

/// How often each answer came.
fn counted(answers: impl IntoIterator<Item = Result<(), tonic::Status>>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.map_or_else(|status| reason(&status), |()| "taken".to_owned())).or_insert(0) += 1;
    }
    counts
}

#[tokio::test]
async fn any_replica_takes_any_step_and_tells_what_happened_on_the_other() {
    let pair = Pair::start(2).await;
    let (stock, near) = pair.trunks(0, 5, 38.401).await;
    let partner = pair.partners[0].key;
    let request = v1::WatchEventsRequest { after_position: -1, ..Default::default() };
    let mut watch = told(pair.by(1).referrals(OPERATOR).watch_events(request).await).expect("watched");
    let begin = watch.message().await.expect("no refusal").expect("no end").log_position;
    let need = submit(pair.by(0), sharing(2)).await.name;
    let name = offer(pair.by(1), HOTLINE, to(&need, &near)).await.expect("offered").name;
    let steps = [
        (Step::Accept(None), partner),
        (Step::Start, CASE_WORKER),
        (Step::Deliver(None), partner),
        (Step::Dispute, HOTLINE),
        (Step::Confirm(Some(3)), CASE_WORKER),
    ];
    for (turn, (step, key)) in steps.into_iter().enumerate() {
        let after = step.take(pair.by(turn), key, &name).await.expect("a step");
        let there = seen(pair.by(turn + 1), key, &name).await.expect("there");
        assert_eq!(v1::Referral { resource_title: None, ..there }, after, "the other says the same");
    }
    assert_eq!((figures(pair.by(0), &stock).await, units(pair.by(1), &need).await), ((0, 0, 2, Some(3)), (0, 2)));
    let mut states = Vec::new();
    let mut reached = begin;
    while states.len() < 6 {
        let batch = tokio::time::timeout(Duration::from_secs(20), watch.message()).await.expect("something");
        let batch = batch.expect("no refusal").expect("no end");
        assert!(batch.events.iter().all(|event| event.log_position > reached));
        reached = batch.log_position;
        states.extend(batch.events.into_iter().filter_map(|event| event.referral).map(|referral| referral.state()));
    }
    use v1::ReferralState::{Accepted, Confirmed, Delivered, Disputed, InProgress, Offered};
    assert_eq!(states, [Offered, Accepted, InProgress, Delivered, Disputed, Confirmed]);
}

#[tokio::test]
async fn sixty_four_duplicates_over_both_replicas_have_one_effect_and_one_answer() {
    let pair = Pair::start(1).await;
    let (stock, near) = pair.trunks(0, 500, 38.401).await;
    let need = submit(pair.by(0), sharing(100)).await.name;
    for pieces in [1, 2, 3] {
        let part = v1::ReferralOffer { quantity: Some(pieces), ..to(&need, &near) };
        let message = v1::CreateReferralRequest { offer: Some(part), request_id: request_id() }.encode_to_vec();
        let calls = (0..64).map(|turn| {
            let message = message.clone();
            let served = pair.by(turn);
            async move { served.call_raw("/wishwell.v1.ReferralService/CreateReferral", HOTLINE, message).await }
        });
        let answers = at_once(calls).await;
        let answers: BTreeSet<Vec<u8>> = answers.into_iter().map(|answer| answer.expect("answered")).collect();
        assert_eq!(answers.len(), 1, "{pieces}: one answer");
    }
    assert_eq!(referrals(pair.by(1), &need).await.len(), 3);
    assert_eq!((figures(pair.by(0), &stock).await, units(pair.by(1), &need).await), ((6, 0, 0, Some(494)), (6, 0)));
}

#[tokio::test]
async fn one_request_that_two_channels_bring_to_both_replicas_at_once_is_one_need() {
    let pair = Pair::start(1).await;
    for _ in 0..5 {
        let id = request_id();
        let channels = [(HOTLINE, v1::Channel::Hotline), (CASE_WORKER, v1::Channel::OneForm)];
        let calls = (0..32).map(|turn| {
            // Each channel asks both replicas.
            let (key, channel) = channels[turn / 2 % 2];
            let need = v1::Need { channel: channel.into(), ..sharing(2) };
            let request = v1::SubmitNeedRequest { need: Some(need), request_id: id.clone() };
            let mut needs = pair.by(turn).needs(key);
            async move { (key, told(needs.submit_need(request).await).expect("answered")) }
        });
        let answers = at_once(calls).await;
        let named = |answer: &v1::SubmitNeedResponse| answer.need.as_ref().expect("one").name.clone();
        let needs: BTreeSet<String> = answers.iter().map(|(_, answer)| named(answer)).collect();
        assert_eq!(needs.len(), 1, "one need");
        let by = |key: &str| answers.iter().filter(|(by, _)| *by == key).map(|(_, answer)| answer).collect::<Vec<_>>();
        let (hotline, case_worker) = (by(HOTLINE), by(CASE_WORKER));
        assert!(hotline.iter().all(|answer| *answer == hotline[0]), "one answer to each channel");
        assert!(case_worker.iter().all(|answer| *answer == case_worker[0]), "one answer to each channel");
        assert_ne!(hotline[0].existing, case_worker[0].existing, "one of them has made it");
    }
}

/// All of them at once, in order.
async fn at_once<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn of_a_hundred_claims_over_both_replicas_for_one_place_one_is_taken() {
    let pair = Pair::start(10).await;
    let need = submit(pair.by(0), wishing(1, "a trunk")).await.name;
    let wishes = async |least: usize| {
        let request = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 1_000, ..Default::default() };
        let listed = told(pair.by(1).referrals(pair.partners[0].key).list_wishes(request).await).expect("listed").items;
        assert_eq!(listed.len(), least);
        listed.into_iter().map(|item| item.wish).collect::<Vec<_>>()
    };
    let wish = wishes(1).await.remove(0);
    let pledge = v1::Pledge {
        title: text("a trunk of ours"),
        content: "a trunk".to_owned(),
        responsible_party: "the shop".to_owned(),
        service_standard: "within a week".to_owned(),
    };
    let mut claims = JoinSet::new();
    for turn in 0..100 {
        let mut client = pair.by(turn).referrals(pair.partners[turn / 2 % 10].key);
        let (wish, pledge) = (wish.clone(), Some(pledge.clone()));
        let request =
            v1::ClaimWishRequest { wish, item_ordinal: 1, pledge, request_id: request_id(), ..Default::default() };
        claims.spawn(async move { client.claim_wish(request).await.map(|_| ()) });
    }
    let counts = counted(claims.join_all().await);
    assert_eq!(counts, BTreeMap::from([("taken".to_owned(), 1), ("ITEM_COVERED".to_owned(), 99)]));
    assert_eq!((units(pair.by(0), &need).await, referrals(pair.by(1), &need).await.len()), ((1, 0), 1));

    let (stock, near) = pair.trunks(0, 1, 38.401).await;
    for number in 0..100 {
        submit(pair.by(number), wishing(1, &format!("wish {number}"))).await;
    }
    let mut claims = JoinSet::new();
    for (turn, wish) in wishes(100).await.into_iter().enumerate() {
        let mut client = pair.by(turn).referrals(pair.partners[0].key);
        let request = v1::ClaimWishRequest { wish, item_ordinal: 1, resource: near.clone(), ..Default::default() };
        claims.spawn(async move { client.claim_wish(request).await.map(|_| ()) });
    }
    let counts = counted(claims.join_all().await);
    assert_eq!(counts, BTreeMap::from([("taken".to_owned(), 1), ("CAPACITY_EXHAUSTED".to_owned(), 99)]));
    assert_eq!(figures(pair.by(1), &stock).await, (0, 1, 0, Some(0)));
}

#[tokio::test]
async fn a_decline_is_followed_exactly_once_by_two_sweepers() {
    const CHAINS: usize = 15;
    let pair = Pair::start(2).await;
    let (_, near) = pair.trunks(0, 100, 38.401).await;
    let (far_pool, far) = pair.trunks(1, 100, 38.46).await;
    let mut chains = Vec::new();
    for turn in 0..CHAINS {
        let need = submit(pair.by(turn), wanting(1)).await.name;
        let first = auto_refer(pair.by(turn + 1), &need).await.expect("offered");
        assert_eq!(first.resource, near);
        chains.push((need, first.name));
    }
    for (turn, (_, name)) in chains.iter().enumerate() {
        Step::Decline.take(pair.by(turn), pair.partners[0].key, name).await.expect("declined");
    }
    for (turn, (need, name)) in chains.iter().enumerate() {
        assert_eq!(following(pair.by(turn), need, name).await.resource, far);
    }
    tokio::time::sleep(3 * SWEEP).await;
    for (need, name) in &chains {
        let all = referrals(pair.by(0), need).await;
        assert_eq!(all.len(), 2, "{need}");
        let declined = all.iter().find(|referral| referral.name == *name).expect("the first");
        assert_eq!(declined.escalate_time, None, "somebody was left");
    }
    assert_eq!(figures(pair.by(0), &far_pool).await.0, i64::try_from(CHAINS).unwrap());
    // Nobody is left then: each chain is told of once.
    for (need, _) in &chains {
        let last = referrals(pair.by(1), need).await.pop().expect("the second");
        Step::Decline.take(pair.by(0), pair.partners[1].key, &last.name).await.expect("declined");
    }
    tokio::time::sleep(4 * SWEEP).await;
    let request = v1::WatchEventsRequest {
        filter: Some(v1::EventFilter { kinds: vec![v1::EventKind::Referral.into()], ..Default::default() }),
        ..Default::default()
    };
    let mut watch = told(pair.by(1).referrals(OPERATOR).watch_events(request).await).expect("watched");
    let batch = watch.message().await.expect("no refusal").expect("no end");
    let told =
        batch.events.into_iter().filter_map(|event| event.referral).filter(|referral| referral.escalate_time.is_some());
    let told: Vec<String> = told.map(|referral| referral.need).collect();
    assert_eq!((told.len(), told.iter().collect::<BTreeSet<_>>().len()), (CHAINS, CHAINS), "once each");
}

#[tokio::test]
async fn the_prices_of_a_round_reach_the_other_replica() {
    let pair = Pair::start(2).await;
    let organizations = [pair.partners[0].external_id.as_str(), pair.partners[1].external_id.as_str()];
    let scarce = Scarce::found(pair.by(0), OPERATOR, organizations).await;
    let round = run(pair.by(0), about_everything(), false).await.name;
    scarce.one_more(pair.by(1)).await;
    let need = submit(pair.by(0), wanting(1)).await.name;
    let mut asked = Vec::new();
    for turn in 0..2 {
        let request = v1::FindResourcesRequest { need: need.clone(), ..v1::FindResourcesRequest::default() };
        let started = std::time::Instant::now();
        asked.push(loop {
            let answer = told(pair.by(turn).matching(HOTLINE).find_resources(request.clone()).await);
            match answer.expect("found") {
                answer if answer.prices == round => break answer.items,
                answer => assert!(started.elapsed() < Duration::from_secs(20), "{answer:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        });
    }
    let best = |items: &[v1::ItemMatches]| items[0].candidates[0].resource.as_ref().expect("one").name.clone();
    assert_eq!([best(&asked[0]), best(&asked[1])], [scarce.plain.clone(), scarce.plain]);
    let normal = submit(pair.by(0), Scarce::wanting(v1::Urgency::Normal)).await.name;
    for turn in 0..2 {
        let answer = auto_refer(pair.by(turn), &normal).await.map(|_| ()).expect_err("others wait more urgently");
        assert_eq!(reason(&answer), "LEFT_TO_NEXT_ROUND", "{turn}");
    }
}

#[tokio::test]
async fn a_wish_that_is_taken_back_on_one_replica_is_gone_from_live_pages_and_lists_of_the_other_within_seconds() {
    let pair = Pair::start(1).await;
    let partner = pair.partners[0].key;
    let need = submit(pair.by(0), wishing(1, "a trunk")).await;
    let list = async || {
        let request = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 1_000, ..Default::default() };
        told(pair.by(1).referrals(partner).list_wishes(request).await).expect("listed").items
    };
    let wish = list().await.remove(0).wish;
    let filter = v1::EventFilter { kinds: vec![v1::EventKind::Wish.into()], ..Default::default() };
    let request = v1::WatchEventsRequest { after_position: 0, filter: Some(filter), ..Default::default() };
    let mut watch = told(pair.by(1).referrals(partner).watch_events(request).await).expect("watched");
    let mut next = async || loop {
        let batch =
            tokio::time::timeout(DRAIN, watch.message()).await.expect("in time").expect("no refusal").expect("more");
        if let Some(event) = batch.events.into_iter().find(|event| event.subject == wish) {
            break event;
        }
    };
    let listed = next().await;
    assert_eq!((listed.wish_state(), listed.principal.as_str()), (v1::WishState::Listed, ""));
    let begin = std::time::Instant::now();
    let request = v1::UpdateNeedRequest {
        name: need.name,
        need: Some(v1::Need::default()),
        update_mask: wishwell_scenarios::told::mask(&["wish"]),
        ..Default::default()
    };
    told(pair.by(0).needs(HOTLINE).update_need(request).await).expect("taken back");
    assert!(list().await.is_empty(), "at once, whichever is asked");
    let gone = next().await;
    let took = begin.elapsed();
    assert_eq!(
        (gone.wish_state(), gone.need_state(), gone.referral),
        (v1::WishState::Gone, v1::NeedState::Unspecified, None)
    );
    println!("gone after {took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}, a minute at most is promised");
}
