//! Replicas whose clocks are ten minutes off: when an offer lapses, and what is held until then, is the database's to say.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;
use wishwell_faults::ask::keyed;
use wishwell_faults::clock::Clock;
use wishwell_faults::postgres::PostgresServer;
use wishwell_faults::random::Random;
use wishwell_faults::replica::{Ground, Replica, folder};
use wishwell_faults::world::{self, HOTLINE, OPERATOR, World, makers};

/// Shortest time to answer an offer that can be asked for, and far less than clocks are off.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Whose the first resource is.
const PARTNER: &str = "partner-0";
/// What a busy machine adds.
const PATIENCE: Duration = Duration::from_secs(60);

async fn submit(channel: &Channel) -> String {
    let is_thing = |need: &v1::Need| need.items[0].recurrence.is_none();
    let need = (1..).map(|seed| world::need(&mut Random::new(seed))).find(is_thing).map(|mut need| {
        need.items[0].quantity.as_mut().expect("it has one").value = 100;
        need
    });
    let request = v1::SubmitNeedRequest { need, request_id: String::new() };
    let made = NeedServiceClient::new(channel.clone()).submit_need(keyed(HOTLINE, request, None)).await;
    made.expect("a need is taken").into_inner().need.expect("it is answered").name
}

async fn offer(channel: &Channel, need: &str, resource: &str, quantity: i64) -> Result<v1::Referral, Status> {
    let offer = v1::ReferralOffer {
        need: need.to_owned(),
        item_ordinal: 1,
        resource: resource.to_owned(),
        quantity: Some(quantity),
        answer_within: Some(ANSWER_WITHIN.try_into().expect("a minute")),
    };
    let request = v1::CreateReferralRequest { offer: Some(offer), request_id: String::new() };
    let made = ReferralServiceClient::new(channel.clone()).create_referral(keyed(HOTLINE, request, None)).await?;
    Ok(made.into_inner().referral.expect("it is answered"))
}

async fn accept(channel: &Channel, name: &str) -> Result<v1::Referral, Status> {
    let request = v1::AcceptReferralRequest { name: name.to_owned(), ..Default::default() };
    let taken = ReferralServiceClient::new(channel.clone()).accept_referral(keyed(PARTNER, request, None)).await?;
    Ok(taken.into_inner().referral.expect("it is answered"))
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// What the first pool has left that a resource draws on.
async fn left(channel: &Channel, resource: &str) -> i64 {
    let mut catalog = CatalogServiceClient::new(channel.clone());
    let request = v1::GetResourceRequest { name: resource.to_owned(), ..Default::default() };
    let found = catalog.get_resource(keyed(OPERATOR, request, None)).await.expect("it is there").into_inner();
    let name = found.resource.expect("it is answered").draws[0].pool.clone();
    let request = v1::GetCapacityPoolRequest { name, ..Default::default() };
    let found = catalog.get_capacity_pool(keyed(OPERATOR, request, None)).await.expect("it is there").into_inner();
    found.capacity_pool.expect("it is answered").remaining.expect("its total is known")
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_lapse_by_the_database_s_clock_whatever_those_of_the_replicas_say() {
    let postgres = PostgresServer::start();
    let ground = Ground::over(postgres.url());
    let mut maker = Replica::start(folder(&makers()), ground.clone()).await;
    maker.wait_until_serving().await;
    let world = World::make(&maker.channel()).await;
    maker.terminate().await;
    let fast = Replica::start(folder(&world.callers()), ground.with_clock(Clock::FAST)).await;
    let slow = Replica::start(folder(&world.callers()), ground.with_clock(Clock::SLOW)).await;
    fast.wait_until_serving().await;
    slow.wait_until_serving().await;
    let (fast, slow) = (fast.channel(), slow.channel());
    let resource = &world.providers[0].things[0];
    let need = submit(&slow).await;

    // What is offered by one is not over for the other, and what one made is not in its own future.
    for (maker, taker) in [(&fast, &slow), (&slow, &fast)] {
        let made = offer(maker, &need, resource, 1).await.expect("there is enough");
        let accepted = accept(taker, &made.name).await.expect("its time is not over");
        assert_eq!(accepted.state(), v1::ReferralState::Accepted);
    }

    // What nobody answers is over for both after a minute, and what it held is there for others.
    let all = left(&fast, resource).await;
    let made = Instant::now();
    let lapsing = offer(&slow, &need, resource, all).await.expect("there is as much");
    let refused = offer(&fast, &need, resource, 1).await.expect_err("all of it is held");
    assert_eq!(reason(&refused), "CAPACITY_EXHAUSTED", "{refused:?}");
    let taken = loop {
        match offer(&fast, &need, resource, 1).await {
            Ok(taken) => break taken,
            Err(status) => assert_eq!(reason(&status), "CAPACITY_EXHAUSTED", "{status:?}"),
        }
        assert!(made.elapsed() < ANSWER_WITHIN + PATIENCE, "it never lapses");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(made.elapsed() >= ANSWER_WITHIN, "it lapsed after {:?}", made.elapsed());
    for replica in [&slow, &fast] {
        let late = accept(replica, &lapsing.name).await.expect_err("its time is over");
        assert_eq!(late.code(), Code::FailedPrecondition, "{late:?}");
    }
    accept(&slow, &taken.name).await.expect("its time is not over");
}
