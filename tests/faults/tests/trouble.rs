//! A database or a bus in trouble: refused clearly, nothing lost, and well again by itself.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_faults::ask::keyed;
use wishwell_faults::postgres::PostgresServer;
use wishwell_faults::replica::{Ground, Replica, folder};
use wishwell_faults::world::{OPERATOR, makers};

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
    let ground = Ground { database_url: postgres.url(), redis_url: None };
    let replica = Replica::start(folder(&makers()), ground).await;
    replica.wait_until_serving().await;
    let channel = replica.channel();
    write(&channel, "trouble.before").await.expect("taken");

    postgres.kill();
    let status = write(&channel, "trouble.during").await.expect_err("nothing is promised that is not stored");
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    let details = status.get_error_details();
    assert!(details.retry_info().and_then(|retry| retry.retry_delay).is_some(), "{status:?}");
    postgres.start_again();
    let position = write_until_taken(&channel, "trouble.after").await;
    replica.wait_until_serving().await;

    for code in ["trouble.before", "trouble.after"] {
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
    let ground = Ground { database_url: postgres.url(), redis_url: Some(redis_url) };
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
