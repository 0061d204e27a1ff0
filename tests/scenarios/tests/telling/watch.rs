//! Watching what happens: in order, without a gap or a double, each watcher what it may see, and nobody at others' cost.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tonic::transport::Endpoint;
use tonic::{Code, Request, Status, Streaming};
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;
use wishwell_scenarios::Served;
use wishwell_scenarios::catalogue::jinfeng;
use wishwell_scenarios::referring::{
    CASE_WORKER, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, PATIENCE, STREET, Step, TRUNK, demo, draw, offer, pool, seen,
    sharing, stock, submit, to, trunk, trunks, wanting, wishing,
};
use wishwell_scenarios::told::{mask, metadata, reason, refused, text, told};

/// Most watchers of one organization.
const WATCHERS_PER_CALLER_MAX: usize = 200;
/// How often a watcher hears something, whatever happens.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// How long a batch waits for a watcher to read.
const WAIT: Duration = Duration::from_secs(10);

type Watch = Streaming<v1::WatchEventsResponse>;

async fn watch(
    served: &Served,
    key: &'static str,
    after_position: i64,
    filter: v1::EventFilter,
) -> Result<Watch, Status> {
    let request = v1::WatchEventsRequest { after_position, filter: Some(filter), ..Default::default() };
    told(served.referrals(key).watch_events(request).await)
}

async fn next(watch: &mut Watch) -> v1::WatchEventsResponse {
    let answer = tokio::time::timeout(PATIENCE, watch.message()).await.expect("something within twenty seconds");
    answer.expect("no refusal").expect("no end")
}

/// Everything up to a position.
async fn read_to(watch: &mut Watch, position: i64) -> Vec<v1::Event> {
    let mut events = Vec::new();
    let mut reached = i64::MIN;
    while reached < position {
        let batch = next(watch).await;
        assert!(batch.log_position >= reached, "{} after {reached}", batch.log_position);
        assert!(batch.events.iter().all(|event| event.log_position <= batch.log_position));
        reached = batch.log_position;
        events.extend(batch.events);
    }
    events
}

/// Everything that somebody sees after a position, up to another one.
async fn history(served: &Served, key: &'static str, after: i64, filter: v1::EventFilter, to: i64) -> Vec<v1::Event> {
    let mut watch = watch(served, key, after, filter).await.expect("watched");
    let events = read_to(&mut watch, to).await;
    events.into_iter().filter(|event| event.log_position <= to).collect()
}

/// Where the log is.
async fn position(served: &Served) -> i64 {
    let mut watch = watch(served, OPERATOR, -1, v1::EventFilter::default()).await.expect("watched");
    next(&mut watch).await.log_position
}

fn positions(events: &[v1::Event]) -> Vec<i64> {
    events.iter().map(|event| event.log_position).collect()
}

fn assert_in_order(events: &[v1::Event]) {
    let told = positions(events);
    assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "{told:?}");
}

#[tokio::test]
async fn whoever_watches_from_anywhere_sees_the_rest_of_the_same_story() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(50)).await;
    // The demo has followed a need of its own already.
    let before = position(&served).await;
    for _ in 0..5 {
        let need = submit(&served, wanting(1)).await.name;
        let name = offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered").name;
        Step::Accept(None).take(&served, PARTNER, &name).await.expect("accepted");
    }
    let end = position(&served).await;
    let all = history(&served, OPERATOR, 0, v1::EventFilter::default(), end).await;
    assert_in_order(&all);
    assert!(all.len() > 200, "the demo and what followed: {}", all.len());
    let referrals = all.iter().filter(|event| event.kind() == v1::EventKind::Referral && event.log_position > before);
    assert_eq!(referrals.count(), 10);
    for event in &all {
        assert!(event.event_time.is_some() && !event.principal.is_empty() && event.subject.contains('/'), "{event:?}");
        assert_eq!(event.referral.is_some(), event.kind() == v1::EventKind::Referral, "{event:?}");
        assert_eq!(event.need_state != 0, event.kind() == v1::EventKind::Need, "{event:?}");
    }
    for after in [1, end / 3, end / 2, end - 7, end - 1, end] {
        let rest = history(&served, OPERATOR, after, v1::EventFilter::default(), end).await;
        let expected: Vec<_> = all.iter().filter(|event| event.log_position > after).cloned().collect();
        assert_eq!(rest, expected, "after {after}");
    }
    for far in [end + 1_000_000, i64::MAX] {
        let status = refused(
            "the future",
            watch(&served, OPERATOR, far, v1::EventFilter::default()).await,
            "POSITION_NOT_REACHED",
            "",
        );
        assert_eq!((status.code(), metadata(&status, "asked")), (Code::Unavailable, far.to_string()));
    }
    refused(
        "before the beginning",
        watch(&served, OPERATOR, -2, v1::EventFilter::default()).await,
        "INVALID_FIELDS",
        "after_position",
    );
}

#[tokio::test]
async fn watching_from_now_on_tells_at_once_from_where_and_then_what_happens() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(50)).await;
    let mut now = watch(&served, OPERATOR, -1, v1::EventFilter::default()).await.expect("watched");
    let first = next(&mut now).await;
    assert!(first.events.is_empty() && first.log_position > 0, "{first:?}");
    let need = submit(&served, wanting(1)).await.name;
    let name = offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered").name;
    let asked = Instant::now();
    let mut events = Vec::new();
    while !events.iter().any(|event: &v1::Event| event.subject == name) {
        events.extend(next(&mut now).await.events);
    }
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_in_order(&events);
    assert!(events.iter().all(|event| event.log_position > first.log_position));
    assert_eq!((events[0].subject.as_str(), events[0].need_state()), (need.as_str(), v1::NeedState::Open));
}

#[tokio::test]
async fn a_watcher_that_comes_back_again_and_again_while_others_write_misses_nothing() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(500)).await;
    let begin = position(&served).await;
    let writing = async {
        for _ in 0..60 {
            let need = submit(&served, wanting(1)).await.name;
            offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered");
        }
    };
    let watching = async {
        let (mut events, mut reached) = (Vec::<v1::Event>::new(), begin);
        while events.iter().filter(|event| event.kind() == v1::EventKind::Referral).count() < 60 {
            let mut watch = watch(&served, OPERATOR, reached, v1::EventFilter::default()).await.expect("watched");
            for _ in 0..2 {
                let batch = next(&mut watch).await;
                reached = batch.log_position;
                events.extend(batch.events);
            }
        }
        events
    };
    let (events, ()) = tokio::join!(watching, writing);
    assert_in_order(&events);
    let end = events.last().expect("something").log_position;
    assert_eq!(events, history(&served, OPERATOR, begin, v1::EventFilter::default(), end).await);
}

#[tokio::test]
async fn each_condition_of_a_filter_holds() {
    let served = demo().await;
    let begin = position(&served).await;
    let (near_pool, near) = trunks(&served, NEAR, Some(50)).await;
    let (far_pool, far) = trunks(&served, FAR, Some(50)).await;
    let one = submit(&served, sharing(2)).await.name;
    let other = submit(&served, v1::Need { division: "64".to_owned(), ..wanting(1) }).await.name;
    let part = |to: v1::ReferralOffer| v1::ReferralOffer { quantity: Some(1), ..to };
    let first = offer(&served, HOTLINE, part(to(&one, &near))).await.expect("offered");
    let second = offer(&served, HOTLINE, part(to(&one, &far))).await.expect("offered");
    let third = offer(&served, HOTLINE, to(&other, &near)).await.expect("offered");
    let end = position(&served).await;
    let subjects = async |filter: v1::EventFilter| {
        let events = history(&served, OPERATOR, begin, filter, end).await;
        assert_in_order(&events);
        events.into_iter().map(|event| event.subject).collect::<BTreeSet<_>>()
    };
    let set = |names: &[&String]| names.iter().map(|name| (*name).clone()).collect::<BTreeSet<_>>();
    let kinds = |kinds: &[v1::EventKind]| v1::EventFilter {
        kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        ..Default::default()
    };
    let referrals = set(&[&first.name, &second.name, &third.name]);
    assert_eq!(subjects(kinds(&[v1::EventKind::Referral])).await, referrals);
    assert_eq!(subjects(kinds(&[v1::EventKind::Need])).await, set(&[&one, &other]));
    assert_eq!(
        subjects(kinds(&[v1::EventKind::CapacityPool, v1::EventKind::Resource])).await,
        set(&[&near_pool, &far_pool, &near, &far])
    );
    assert_eq!(
        subjects(v1::EventFilter { need: one.clone(), ..Default::default() }).await,
        set(&[&one, &first.name, &second.name])
    );
    let of_far = v1::EventFilter { organization: second.organization.clone(), ..Default::default() };
    assert_eq!(subjects(of_far.clone()).await, set(&[&far_pool, &far, &second.name]));
    assert_eq!(
        subjects(v1::EventFilter { need: other.clone(), ..of_far }).await,
        BTreeSet::new(),
        "conditions are combined with and"
    );
    let there = v1::EventFilter { division: "640104".to_owned(), ..Default::default() };
    assert_eq!(subjects(there).await, set(&[&one, &first.name, &second.name]), "a division with those below it");
    for (filter, field) in [
        (v1::EventFilter { kinds: vec![0], ..Default::default() }, "filter.kinds[0]"),
        (v1::EventFilter { kinds: vec![99], ..Default::default() }, "filter.kinds[0]"),
        (v1::EventFilter { kinds: vec![1; 7], ..Default::default() }, "filter.kinds"),
        (v1::EventFilter { need: "needs/1".to_owned(), ..Default::default() }, "filter.need"),
        (v1::EventFilter { organization: one, ..Default::default() }, "filter.organization"),
        (v1::EventFilter { division: "Xingqing".to_owned(), ..Default::default() }, "filter.division"),
    ] {
        refused(field, watch(&served, OPERATOR, 0, filter).await, "INVALID_FIELDS", field);
    }
}

#[tokio::test]
async fn a_partner_watches_its_own_and_a_case_worker_its_divisions() {
    let served = demo().await;
    let begin = position(&served).await;
    let (near_pool, near) = trunks(&served, NEAR, Some(50)).await;
    let (_, far) = trunks(&served, FAR, Some(50)).await;
    let one = submit(&served, v1::Need { description: "secret".to_owned(), ..wishing(2, "trunks") }).await.name;
    let list = v1::ListWishesRequest { category: TRUNK.to_owned(), ..Default::default() };
    let wish = told(served.referrals(PARTNER).list_wishes(list).await).expect("listed").items.remove(0).wish;
    let elsewhere = submit(&served, v1::Need { division: "64".to_owned(), ..wanting(1) }).await.name;
    let part = |to: v1::ReferralOffer| v1::ReferralOffer { quantity: Some(1), ..to };
    let own = offer(&served, HOTLINE, part(to(&one, &near))).await.expect("offered").name;
    let theirs = offer(&served, HOTLINE, part(to(&one, &far))).await.expect("offered");
    let away = offer(&served, HOTLINE, to(&elsewhere, &near)).await.expect("offered").name;
    let end = position(&served).await;
    let subjects = |events: &[v1::Event]| events.iter().map(|event| event.subject.clone()).collect::<BTreeSet<_>>();
    let set = |names: &[&String]| names.iter().map(|name| (*name).clone()).collect::<BTreeSet<_>>();

    let events = history(&served, PARTNER, begin, v1::EventFilter::default(), end).await;
    assert_eq!(subjects(&events), set(&[&near_pool, &near, &own, &away, &wish]));
    let said = format!("{events:?}");
    let ids = [&one, &elsewhere, &theirs.name].map(|name| name.split_once('/').expect("a name").1);
    for hidden in ids.into_iter().chain(["secret", "herself", "38.4"]) {
        assert!(!said.contains(hidden), "{hidden} is shown: {said}");
    }
    let shown =
        events.iter().find(|event| event.subject == own).and_then(|event| event.referral.as_ref()).expect("shown");
    assert_eq!(*shown, seen(&served, PARTNER, &own).await.expect("there"), "as it is read");
    let by_need = v1::EventFilter { need: one.clone(), ..Default::default() };
    refused("by need", watch(&served, PARTNER, 0, by_need).await, "PERMISSION_DENIED", "");
    let of_another = v1::EventFilter { organization: theirs.organization.clone(), ..Default::default() };
    refused("another's", watch(&served, PARTNER, 0, of_another).await, "PERMISSION_DENIED", "");

    let loops = || v1::EventFilter {
        kinds: vec![v1::EventKind::Need.into(), v1::EventKind::Referral.into()],
        ..Default::default()
    };
    let events = history(&served, CASE_WORKER, begin, loops(), end).await;
    assert_eq!(subjects(&events), set(&[&one, &own, &theirs.name]));
    for (division, expected) in [(STREET, 3), ("640104", 3)] {
        let filter = v1::EventFilter { division: division.to_owned(), ..loops() };
        assert_eq!(subjects(&history(&served, CASE_WORKER, begin, filter, end).await).len(), expected, "{division}");
    }
    // A community that is new belongs to its street at once, also for those who watch already.
    let mut watching = watch(&served, CASE_WORKER, end, loops()).await.expect("watched");
    let division = v1::Division {
        code: "640104001777".to_owned(),
        edition: 2020,
        parent: STREET.to_owned(),
        title: text("a community"),
        ..v1::Division::default()
    };
    let request = v1::BatchUpsertDivisionsRequest { divisions: vec![division], request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_divisions(request).await).expect("put");
    let there = submit(&served, v1::Need { division: "640104001777".to_owned(), ..wanting(1) }).await.name;
    let now = position(&served).await;
    assert_eq!(subjects(&read_to(&mut watching, now).await), set(&[&there]));
    let outside = v1::EventFilter { division: "64".to_owned(), ..Default::default() };
    refused("elsewhere", watch(&served, CASE_WORKER, 0, outside).await, "PERMISSION_DENIED", "");
}

#[tokio::test]
async fn a_need_that_moves_is_told_where_it_leaves_and_where_it_comes() {
    let served = demo().await;
    let elsewhere = jinfeng(&served).await;
    let elsewhere = elsewhere.as_str();
    let organization = organization(&served).await;
    let need = submit(&served, wanting(1)).await.name;
    let begin = position(&served).await;
    let needs = || v1::EventFilter { kinds: vec![v1::EventKind::Need.into()], ..Default::default() };
    let within = |division: &str| v1::EventFilter { division: division.to_owned(), ..needs() };
    let of_need = v1::EventFilter { need: need.clone(), ..Default::default() };
    let referrals = v1::EventFilter { kinds: vec![v1::EventKind::Referral.into()], ..within(STREET) };
    let of_organization = v1::EventFilter { organization, ..within(STREET) };
    let watchers = [
        (CASE_WORKER, needs()),
        (CASE_WORKER, of_need),
        (OPERATOR, within("640104")),
        (OPERATOR, within(STREET)),
        (OPERATOR, within(elsewhere)),
        (OPERATOR, needs()),
        (OPERATOR, referrals),
        (OPERATOR, of_organization),
    ];
    let mut live = Vec::new();
    for (key, filter) in &watchers {
        live.push(watch(&served, key, begin, filter.clone()).await.expect("watched"));
    }

    // To the district above, to another district, on there, and back.
    let in_division = |division: &str| v1::Need { division: division.to_owned(), ..Default::default() };
    let mut positions = Vec::new();
    for (change, path) in [
        (in_division("640104"), "division"),
        (in_division(elsewhere), "division"),
        (v1::Need { urgency: v1::Urgency::Urgent.into(), ..Default::default() }, "urgency"),
        (in_division(STREET), "division"),
    ] {
        let request = v1::UpdateNeedRequest {
            name: need.clone(),
            need: Some(change),
            update_mask: mask(&[path]),
            ..Default::default()
        };
        positions.push(told(served.needs(HOTLINE).update_need(request).await).expect("updated").log_position);
    }
    let end = positions[3];
    let (told_of, left) = (false, true);
    let within_its_own = vec![(0, told_of), (1, left), (3, told_of)];
    let expected: [Vec<(usize, bool)>; 8] = [
        within_its_own.clone(),
        within_its_own.clone(),
        within_its_own,
        vec![(0, left), (3, told_of)],
        vec![(1, told_of), (2, told_of), (3, left)],
        (0..4).map(|nth| (nth, told_of)).collect(),
        Vec::new(),
        Vec::new(),
    ];
    for (((key, filter), live), expected) in watchers.into_iter().zip(&mut live).zip(expected) {
        let heard = read_to(live, end).await;
        let what = format!("{key}, {filter:?}");
        assert_eq!(history(&served, key, begin, filter, end).await, heard, "{what}: later as it happened");
        let expected: Vec<_> = expected.into_iter().map(|(nth, left)| (positions[nth], left)).collect();
        let told: Vec<_> = heard.iter().map(|event| (event.log_position, event.need_left)).collect();
        assert_eq!(told, expected, "{what}");
        for event in heard {
            assert_eq!((event.kind(), &event.subject), (v1::EventKind::Need, &need), "{what}");
            assert!(event.event_time.is_some());
            let (state, by) = (event.need_state(), event.principal.as_str());
            // Where to and by whom is not told to those whom it leaves.
            assert_eq!(state == v1::NeedState::Unspecified, event.need_left, "{what}: {event:?}");
            assert_eq!(by.is_empty(), event.need_left, "{what}: {event:?}");
        }
    }
}

/// An organization of the demo, `organizations/{uuid}`.
async fn organization(served: &Served) -> String {
    let (_, trunk) = trunks(served, NEAR, Some(1)).await;
    let request = v1::GetResourceRequest { name: trunk, ..Default::default() };
    let found = told(served.catalog(OPERATOR).get_resource(request).await).expect("there");
    found.resource.expect("one").organization
}

#[tokio::test]
async fn a_watcher_to_whom_nothing_happens_is_told_how_far_the_log_was_read() {
    let served = demo().await;
    let organizations = v1::EventFilter { kinds: vec![v1::EventKind::Organization.into()], ..Default::default() };
    let mut watch = watch(&served, OPERATOR, -1, organizations).await.expect("watched");
    let first = next(&mut watch).await;
    let begun = Instant::now();
    submit(&served, wanting(1)).await;
    let end = position(&served).await;
    let second = next(&mut watch).await;
    assert!(begun.elapsed() > KEEPALIVE / 2, "nothing is sent for what was not asked for");
    assert!(second.events.is_empty() && second.log_position >= end && end > first.log_position, "{second:?}");
}

/// Five hundred resources put, so many times: each is an event.
async fn chatter(served: &Served, times: usize) {
    let pool = pool(served, stock(NEAR, Some(1))).await;
    for time in 0..times {
        let entry = |number: usize| v1::Resource {
            external: Some(wishwell_scenarios::external("chatter", &number.to_string())),
            content: format!("the {time}th time"),
            ..trunk(NEAR, vec![draw(&pool, 1)], 38.4)
        };
        let resources = (0..500).map(entry).collect();
        let request = v1::BatchUpsertResourcesRequest { resources, request_id: String::new() };
        told(served.catalog(OPERATOR).batch_upsert_resources(request).await).expect("put");
    }
}

#[tokio::test]
async fn a_watcher_that_does_not_keep_up_is_told_to_resume_and_loses_nothing() {
    let served = demo().await;
    let begin = position(&served).await;
    chatter(&served, 16).await;
    let end = position(&served).await;
    // A client that lets the server send 64 KiB, and does not read them.
    let endpoint = Endpoint::from_shared(format!("http://{}", served.address)).unwrap();
    let slow =
        endpoint.initial_stream_window_size(65_535).initial_connection_window_size(65_535).connect().await.unwrap();
    let mut request = Request::new(v1::WatchEventsRequest { after_position: begin, ..Default::default() });
    request.metadata_mut().insert("authorization", format!("Bearer {OPERATOR}").parse().unwrap());
    let mut watch = ReferralServiceClient::new(slow).watch_events(request).await.expect("watched").into_inner();
    // As long as the server waits, for the batch and then for whatever else it might wait for.
    tokio::time::sleep(2 * WAIT + Duration::from_secs(5)).await;
    // Others are served meanwhile.
    assert_eq!(history(&served, OPERATOR, begin, v1::EventFilter::default(), end).await.len(), 16 * 500 + 1);
    let (mut events, status) = loop_until_refused(&mut watch).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "WATCH_TOO_SLOW"), "{status:?}");
    let reached: i64 = metadata(&status, "log_position").parse().expect("a position");
    assert_eq!(events.last().map(|event| event.log_position), Some(reached), "where to go on");
    assert!(reached < end, "it did not see everything: {reached} of {end}");
    events.extend(history(&served, OPERATOR, reached, v1::EventFilter::default(), end).await);
    assert_eq!(positions(&events), (begin + 1..=end).collect::<Vec<_>>());
}

/// What comes until a stream is refused, and the refusal.
async fn loop_until_refused(watch: &mut Watch) -> (Vec<v1::Event>, Status) {
    let mut events = Vec::new();
    loop {
        match tokio::time::timeout(PATIENCE, watch.message()).await.expect("an end") {
            Ok(Some(batch)) => events.extend(batch.events),
            Ok(None) => panic!("the stream ended without a reason"),
            Err(status) => return (events, status),
        }
    }
}

#[tokio::test]
async fn a_drain_ends_the_watches_and_does_not_wait_for_them() {
    let mut served = demo().await;
    let mut watches = Vec::new();
    for (key, after) in [(OPERATOR, -1), (PARTNER, 0), (CASE_WORKER, 0), (HOTLINE, -1)] {
        let mut watch = watch(&served, key, after, v1::EventFilter::default()).await.expect("watched");
        next(&mut watch).await;
        watches.push(watch);
    }
    let asked = Instant::now();
    served.process.terminate();
    for watch in &mut watches {
        let (_, status) = loop_until_refused(watch).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "NOT_SERVING"), "{status:?}");
        assert!(status.get_error_details().retry_info().is_some(), "{status:?}");
    }
    assert!(served.process.wait_until_ended(Duration::from_secs(10)).await.success());
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn beyond_its_bound_a_caller_is_refused_and_nobody_else_and_each_watcher_that_goes_makes_room() {
    let served = demo().await;
    let organizations = || v1::EventFilter { kinds: vec![v1::EventKind::Organization.into()], ..Default::default() };
    let mut watches = Vec::with_capacity(WATCHERS_PER_CALLER_MAX);
    for _ in 0..WATCHERS_PER_CALLER_MAX {
        watches.push(watch(&served, PARTNER, -1, organizations()).await.expect("there is room"));
    }
    let status = refused("one more", watch(&served, PARTNER, -1, organizations()).await, "OVERLOADED", "");
    let told = ["limit", "max"].map(|key| metadata(&status, key));
    let bound = ["watchers_per_caller_max".to_owned(), WATCHERS_PER_CALLER_MAX.to_string()];
    assert_eq!((status.code(), told), (Code::ResourceExhausted, bound));
    for key in [OPERATOR, HOTLINE, "demo-volunteer"] {
        watch(&served, key, -1, organizations()).await.expect("it has a share of its own");
    }
    submit(&served, wanting(1)).await;
    drop(watches);
    let started = Instant::now();
    while watch(&served, PARTNER, -1, organizations()).await.is_err() {
        assert!(started.elapsed() < PATIENCE, "nobody made room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
