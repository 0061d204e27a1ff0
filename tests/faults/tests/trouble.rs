//! A database or a bus in trouble: refused clearly, nothing lost, and well again by itself.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_faults::ask::{Ask, Message, Told, keyed, outcome, send};
use wishwell_faults::history::Kind;
use wishwell_faults::postgres::PostgresServer;
use wishwell_faults::random::Random;
use wishwell_faults::replica::{Ground, Replica, folder};
use wishwell_faults::world::{self, HOTLINE, OPERATOR, World, makers};
use wishwell_test_support::mount::Mount;
use wishwell_test_support::skip;

const PATIENCE: Duration = Duration::from_secs(60);
/// Longest delay of a replica that hears no hint, and what a busy machine adds.
const DELAY_MAX: Duration = Duration::from_secs(5);

async fn write(channel: &Channel, code: &str) -> Result<i64, Status> {
    let title = Some(v1::LocalizedText { en: code.to_owned(), ..Default::default() });
    let category = v1::Category { code: code.to_owned(), title, ..Default::default() };
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], ..Default::default() };
    let request = keyed(OPERATOR, request, Some(Duration::from_secs(20)));
    let answer = CatalogServiceClient::new(channel.clone()).batch_upsert_categories(request).await?;
    Ok(answer.into_inner().log_position)
}

async fn knows(channel: &Channel, code: &str, min_position: i64) -> bool {
    let request = v1::GetCategoryRequest { name: format!("categories/{code}"), min_position };
    let request = keyed(OPERATOR, request, Some(Duration::from_secs(20)));
    CatalogServiceClient::new(channel.clone()).get_category(request).await.is_ok()
}

/// Refused for now, with a reason and a time to try again.
#[track_caller]
fn assert_passes(status: &Status, code: Code, reason: &str) {
    let details = status.get_error_details();
    assert_eq!(status.code(), code, "{status:?}");
    assert_eq!(details.error_info().map(|info| info.reason.as_str()), Some(reason), "{status:?}");
    assert!(details.retry_info().and_then(|retry| retry.retry_delay).is_some(), "{status:?}");
}

/// Writes until it is refused.
async fn refusal(channel: &Channel) -> Status {
    for number in 0..5_000 {
        if let Err(status) = write(channel, &format!("trouble.n{number}")).await {
            return status;
        }
    }
    panic!("everything is taken");
}

/// A world on a channel, a need for a thing in it, and the request that holds the thing.
async fn want(channel: &Channel) -> Ask {
    let world = World::make(channel).await;
    let is_thing = |need: &v1::Need| need.items[0].recurrence.is_none();
    let need = (1..).map(|seed| world::need(&mut Random::new(seed))).find(is_thing);
    let submit = v1::SubmitNeedRequest { need, request_id: String::new() };
    let made = NeedServiceClient::new(channel.clone()).submit_need(keyed(HOTLINE, submit, None)).await;
    let offer = v1::ReferralOffer {
        need: made.expect("a need is taken").into_inner().need.expect("it is answered").name,
        item_ordinal: 1,
        resource: world.providers[0].things[0].clone(),
        quantity: Some(1),
        answer_within: None,
    };
    let request = Random::new(7).uuid();
    let message = v1::CreateReferralRequest { offer: Some(offer), request_id: request.to_string() };
    Ask { request, kind: Kind::CreateReferral, caller: HOTLINE.to_owned(), message: Message::Create(message) }
}

/// Sends a request twice; it has one effect, which is that of the first time.
async fn has_one_effect(channel: &Channel, ask: &Ask) {
    let answers = [send(channel, ask).await, send(channel, ask).await];
    assert!(matches!(&answers[0], Ok(Told::Referral(referral, _)) if referral.units == 1), "{answers:?}");
    assert_eq!(outcome(&answers[0]), outcome(&answers[1]));
}

async fn write_until_taken(channel: &Channel, code: &str) -> i64 {
    let started = Instant::now();
    loop {
        match write(channel, code).await {
            Ok(position) => return position,
            Err(status) => assert!(started.elapsed() < PATIENCE, "never well again: {status:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_with_a_time_to_try_again_and_loses_nothing() {
    let postgres = PostgresServer::start();
    let ground = Ground::over(postgres.url());
    let replica = Replica::start(folder(&makers()), ground).await;
    replica.wait_until_serving().await;
    let channel = replica.channel();
    write(&channel, "trouble.before").await.expect("taken");

    postgres.kill();
    let status = write(&channel, "trouble.during").await.expect_err("nothing is promised that is not stored");
    assert_passes(&status, Code::Unavailable, "STORE_UNAVAILABLE");
    postgres.start_again();
    let position = write_until_taken(&channel, "trouble.after").await;
    replica.wait_until_serving().await;

    for code in ["trouble.before", "trouble.after"] {
        assert!(knows(&channel, code, position).await, "{code} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_read_only_for_a_while_stays_so_and_takes_writes_again_afterwards() {
    let postgres = PostgresServer::start();
    let ground = Ground::over(postgres.url());
    let replica = Replica::start(folder(&makers()), ground).await;
    replica.wait_until_serving().await;
    let channel = replica.channel();
    let hold = want(&channel).await;
    write(&channel, "trouble.before").await.expect("taken");

    postgres.execute("ALTER SYSTEM SET default_transaction_read_only = on");
    postgres.execute("SELECT pg_reload_conf()");
    // Sessions hear of it one by one.
    assert_passes(&refusal(&channel).await, Code::Unavailable, "STORE_UNAVAILABLE");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let position = postgres.execute("SELECT position FROM log_heads");
    let status = send(&channel, &hold).await.expect_err("nothing is held that is not stored");
    assert_passes(&status, Code::Unavailable, "STORE_UNAVAILABLE");
    assert!(knows(&channel, "trouble.before", 0).await, "a question is answered");
    replica.wait_until_serving().await;
    assert_eq!(postgres.execute("SELECT position FROM log_heads"), position, "nobody writes to it");

    postgres.execute("ALTER SYSTEM RESET default_transaction_read_only");
    postgres.execute("SELECT pg_reload_conf()");
    let position = write_until_taken(&channel, "trouble.after").await;
    has_one_effect(&channel, &hold).await;
    assert!(knows(&channel, "trouble.after", position).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_answers_questions_refuses_writes_for_now_and_takes_them_once_promoted() {
    let primary = PostgresServer::start();
    let on_primary = Replica::start(folder(&makers()), Ground::over(primary.url())).await;
    on_primary.wait_until_serving().await;
    let hold = want(&on_primary.channel()).await;
    let standby = PostgresServer::standby_of(&primary);
    let on_standby = Replica::start(folder(&makers()), Ground::over(standby.url())).await;
    on_standby.wait_until_serving().await;
    let channel = on_standby.channel();

    write(&on_primary.channel(), "trouble.before").await.expect("taken");
    let started = Instant::now();
    while !knows(&channel, "trouble.before", 0).await {
        assert!(started.elapsed() < DELAY_MAX, "a replica on a standby follows the log");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_passes(&refusal(&channel).await, Code::Unavailable, "STORE_UNAVAILABLE");
    let status = send(&channel, &hold).await.expect_err("nothing is held that is not stored");
    assert_passes(&status, Code::Unavailable, "STORE_UNAVAILABLE");

    primary.kill();
    standby.promote();
    let position = write_until_taken(&channel, "trouble.after").await;
    has_one_effect(&channel, &hold).await;
    for code in ["trouble.before", "trouble.after"] {
        assert!(knows(&channel, code, position).await, "{code} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_disk_is_full_refuses_writes_by_name_and_takes_them_as_soon_as_there_is_space() {
    let Some(disk) = Mount::of_mebibytes(16) else { skip!("this user may not mount a file system of its own") };
    let postgres = PostgresServer::start();
    let ground = Ground::over(postgres.url());
    let replica = Replica::start(folder(&makers()), ground).await;
    replica.wait_until_serving().await;
    let channel = replica.channel();
    let hold = want(&channel).await;
    postgres.give(disk.path());
    postgres.execute(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display()));
    postgres.execute("ALTER TABLE events SET TABLESPACE small");
    write(&channel, "trouble.before").await.expect("taken");

    let filler = disk.path().join("filler");
    let _ = std::fs::write(&filler, vec![0; 32 << 20]);
    assert_passes(&refusal(&channel).await, Code::ResourceExhausted, "STORE_FULL");
    let status = send(&channel, &hold).await.expect_err("nothing is held that is not stored");
    assert_passes(&status, Code::ResourceExhausted, "STORE_FULL");
    assert!(knows(&channel, "trouble.before", 0).await, "a question is answered");

    std::fs::remove_file(&filler).expect("space again");
    let position = write_until_taken(&channel, "trouble.after").await;
    has_one_effect(&channel, &hold).await;
    for code in ["trouble.before", "trouble.after", "trouble.n0"] {
        assert!(knows(&channel, code, position).await, "{code} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_talks_nonsense_makes_hints_slower_and_nothing_wrong() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let redis_url = format!("redis://{}", listener.local_addr().expect("it listens"));
    let nonsense = tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                while connection.write_all(b"\x00HTTP/9 \xff\xfe-:$99999999\r\n*7\r\n+?").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
    });
    let postgres = PostgresServer::start();
    let ground = Ground::over(postgres.url()).with_redis(redis_url);
    let one = Replica::start(folder(&makers()), ground.clone()).await;
    let two = Replica::start(folder(&makers()), ground).await;
    one.wait_until_serving().await;
    two.wait_until_serving().await;
    let (here, there) = (one.channel(), two.channel());
    let position = write(&here, "nonsense.by-position").await.expect("taken");
    assert!(knows(&there, "nonsense.by-position", position).await, "a read that names the position sees the write");
    write(&here, "nonsense.by-time").await.expect("taken");
    let started = Instant::now();
    while !knows(&there, "nonsense.by-time", 0).await {
        assert!(started.elapsed() < DELAY_MAX, "without hints the delay has its bound");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    nonsense.abort();
}
