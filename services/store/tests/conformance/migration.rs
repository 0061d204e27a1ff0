//! Data of an earlier program under this one: it is all there, and the ledger works on it.

use std::sync::Arc;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqlSafeStr as _, SqliteConnection};
use wishwell_domain::capacity_pool::Figures;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, ReferralId, SubscriptionId, Version};
use wishwell_domain::notification::{Fit, Kind, Subject};
use wishwell_domain::referral::Action;
use wishwell_store::{
    Durability, NotificationFilter, PageRequest, PostgresOptions, PostgresStore, Schema, SqliteStore, Store, StoreError,
};
use wishwell_test_support::postgres::TestDatabase;

use crate::ledger_world::{need_id, offering, pool_id, step};
use crate::samples::{context, tenant, uuid};

/// What the program of the foundation left behind: a stock of ten, a pool of five a week with two weeks of their own, a
/// resource that draws on both, a need of three and a need of four a week, and the event of a need.
const DATA: &str = "
INSERT INTO categories VALUES ('xingqing', 'goods', NULL, '物资', 'goods', NULL, NULL, 1);
INSERT INTO organizations VALUES ('xingqing', {1}, NULL, NULL, '阳光', '', 'charity', 'verified', NULL, NULL, '', '', '', '',
    NULL, NULL, NULL, NULL, 1, 5, 5);
INSERT INTO capacity_pools VALUES
    ('xingqing', {20}, NULL, NULL, {1}, '库存', 'stock', 'piece', NULL, NULL, NULL, 10, 2, 0, 0, 5, 3, 5, 5),
    ('xingqing', {21}, NULL, NULL, {1}, '名额', 'slots', 'piece', NULL, 'week', 'Asia/Shanghai', 5, 0, 0, 0, 5, 1, 5, 5);
INSERT INTO capacity_pool_periods VALUES
    ('xingqing', {21}, '2020-01-06', 7, 7, 0, 0), ('xingqing', {21}, '2020-01-13', NULL, 1, 0, 0);
INSERT INTO resources VALUES ('xingqing', {30}, NULL, NULL, {1}, '书桌', '', 'piece', NULL, NULL, NULL, '[\"delivery\"]', NULL,
    NULL, NULL, NULL, 'active', NULL, NULL, 1, 5, 5, '书桌', '阳光', '新');
INSERT INTO resource_categories VALUES ('xingqing', {30}, 0, 'goods');
INSERT INTO resource_draws VALUES ('xingqing', {30}, 0, {20}, 1), ('xingqing', {30}, 1, {21}, 1);
INSERT INTO needs VALUES
    ('xingqing', {60}, NULL, NULL, NULL, NULL, 'normal', NULL, NULL, NULL, 384900000, 1062300000, NULL, 1000,
    {no}, {no}, {no}, {no}, 'hotline', NULL, NULL, NULL, NULL, 'open', 2, 5, 5, NULL);
INSERT INTO need_items VALUES
    ('xingqing', {60}, 1, 'goods', 3, 'piece', NULL, NULL, {yes}), ('xingqing', {60}, 2, 'goods', 4, 'piece', 'week', 5, {no});
INSERT INTO log_heads VALUES ('xingqing', 1);
INSERT INTO events VALUES ('xingqing', 1, 5, 'desk', 'capacity_pool', 'capacityPools/{text}', '{\"kind\": \"capacity_pool\",
    \"after\": {\"id\": \"{text}\", \"external\": null, \"organization\": \"{text}\", \"name\": \"x\", \"kind\": \"stock\",
    \"unit\": \"piece\", \"currency\": null, \"period\": null, \"total\": 10, \"used_elsewhere\": 2, \"pending\": 0,
    \"committed\": 0, \"periods\": [], \"confirmed_at\": \"1970-01-01T00:00:00Z\", \"version\": 3,
    \"created_at\": \"1970-01-01T00:00:00Z\", \"updated_at\": \"1970-01-01T00:00:00Z\"}}');
";

/// What the program before offers were told left behind besides: a subscription, a wish that was told and another that waits.
const SUBSCRIBED: &str = "
INSERT INTO subscriptions VALUES ('xingqing', {70}, {1}, '[]', '[]', 3, 'Asia/Shanghai', 'active', 5, NULL, 1, 5, 1, 5, 5);
INSERT INTO notifications (tenant, organization_id, need_id, wish_lot, subscription_id, item_ordinal, resource_id, rank_tier,
    rank_metres, rank_since, found_at, id, told_at, told_day, delivery, attempts) VALUES
    ('xingqing', {1}, {60}, {81}, {70}, 1, {30}, 3, 5, 5, 5, {80}, 5, 20000, 'none', 0),
    ('xingqing', {1}, {60}, {82}, {70}, 1, {30}, 3, 5, 5, 5, NULL, NULL, NULL, 'none', 0);
";

/// The data in one database's spelling of identifiers and truth values.
fn data(identifier: impl Fn(u128) -> String, truths: [&str; 2]) -> String {
    let data = DATA.replace("{no}", truths[0]).replace("{yes}", truths[1]).replace("{text}", &uuid(20).to_string());
    named(data, identifier)
}

/// With identifiers in one database's spelling.
fn named(mut data: String, identifier: impl Fn(u128) -> String) -> String {
    for n in [1, 20, 21, 30, 60, 70, 80, 81, 82] {
        data = data.replace(&format!("{{{n}}}"), &identifier(n));
    }
    data
}

/// Whoever only looks brings nothing up to date: another version may be serving.
fn left_as_it_is(opened: Result<Arc<dyn Store>, StoreError>) {
    let refused = opened.map(|store| store.describe());
    assert!(matches!(refused, Err(StoreError::OlderSchema { found: 1, .. })), "{refused:?}");
}

fn foundation(sql: &'static str) -> Migrator {
    let foundation = Migration::new(1, "foundation".into(), MigrationType::Simple, sql.into_sql_str(), false);
    Migrator::with_migrations(vec![foundation])
}

/// The migrations of the program before offers were told.
fn before_offers(database: &str) -> Migrator {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let migrations = files.into_iter().take(15).zip(1..).map(|(path, version)| {
        let text = AssertSqlSafe(std::fs::read_to_string(&path).unwrap()).into_sql_str();
        Migration::new(version, "earlier".into(), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(migrations.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_subscribed_and_told_before_offers_were_is_of_wishes_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wishwell.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection: SqliteConnection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let identifier = |n| format!("x'{}'", uuid(n).simple());
    foundation(include_str!("../../migrations/sqlite/0001_foundation.sql")).run(&mut connection).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(data(identifier, ["0", "1"]))).execute(&mut connection).await.unwrap();
    before_offers("sqlite").run(&mut connection).await.unwrap();
    let subscribed = named(SUBSCRIBED.to_owned(), identifier);
    sqlx::raw_sql(AssertSqlSafe(subscribed)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    is_of_wishes(SqliteStore::open(&path, Durability::Full).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_subscribed_and_told_before_offers_were_is_of_wishes_on_postgres() {
    let database = TestDatabase::create().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let identifier = |n| format!("'{}'::uuid", uuid(n));
    foundation(include_str!("../../migrations/postgres/0001_foundation.sql")).run(&mut connection).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(data(identifier, ["FALSE", "TRUE"]))).execute(&mut connection).await.unwrap();
    before_offers("postgres").run(&mut connection).await.unwrap();
    let subscribed = named(SUBSCRIBED.to_owned(), identifier);
    sqlx::raw_sql(AssertSqlSafe(subscribed)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    is_of_wishes(PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap()).await;
}

async fn is_of_wishes(store: Arc<dyn Store>) {
    let (tenant, id) = (tenant(), SubscriptionId::from_uuid(uuid(70)));
    let subscription = store.subscription(&tenant, id).await.unwrap().unwrap();
    assert_eq!((subscription.daily_budget, subscription.offers), (3, false));
    let page = PageRequest { after: None, limit: 10 };
    let told = store.list_notifications(&tenant, &NotificationFilter::default(), &page).await.unwrap().entries;
    let subjects: Vec<_> = told.iter().map(|told| (told.id.as_uuid(), told.fit.subject)).collect();
    assert_eq!(subjects, [(uuid(80), Subject::Wish(uuid(81)))]);
    assert_eq!(store.told_on(&tenant, id, 20_000).await.unwrap(), 1);
    let waiting = store.waiting_fits(&tenant, id, Kind::Wish, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|fit| fit.subject).collect::<Vec<_>>(), [Subject::Wish(uuid(82))]);
    // What waits may be told, and an offer beside it.
    let offer = Subject::Offer(ReferralId::from_uuid(uuid(83)));
    let position = store.lease_notices(&tenant, uuid(9), 20).await.unwrap().unwrap();
    let fits = [Fit { subject: offer, ..waiting[0].clone() }];
    assert!(store.keep_fits(&tenant, uuid(9), position, &fits).await.unwrap());
    assert_eq!(store.waiting_fits(&tenant, id, Kind::Offer, 10).await.unwrap(), fits);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_the_foundation_lives_on_in_the_ledgers_tables_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wishwell.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection: SqliteConnection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    foundation(include_str!("../../migrations/sqlite/0001_foundation.sql")).run(&mut connection).await.unwrap();
    let data = data(|n| format!("x'{}'", uuid(n).simple()), ["0", "1"]);
    sqlx::raw_sql(AssertSqlSafe(data)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    left_as_it_is(SqliteStore::open_as_it_is(&path, Durability::Full).await);
    lives_on(SqliteStore::open(&path, Durability::Full).await.unwrap()).await;
    // And stays as it is when it is opened again.
    SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_the_foundation_lives_on_in_the_ledgers_tables_on_postgres() {
    let database = TestDatabase::create().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    foundation(include_str!("../../migrations/postgres/0001_foundation.sql")).run(&mut connection).await.unwrap();
    let data = data(|n| format!("'{}'::uuid", uuid(n)), ["FALSE", "TRUE"]);
    sqlx::raw_sql(AssertSqlSafe(data)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let as_it_is = PostgresOptions { schema: Schema::AsItIs, ..PostgresOptions::default() };
    left_as_it_is(PostgresStore::connect(database.url(), as_it_is).await);
    lives_on(PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap()).await;
}

async fn lives_on(store: Arc<dyn Store>) {
    let tenant = tenant();
    assert_eq!(store.describe().schema_version, 24);
    let pool = async |n| store.capacity_pool(&tenant, pool_id(n)).await.unwrap().unwrap();
    let figures = |total, used_elsewhere| Figures { total, used_elsewhere, ..Figures::default() };
    let (stock, slots) = (pool(20).await, pool(21).await);
    assert_eq!((stock.figures, stock.version), (figures(Some(10), 2), Version(3)));
    let periods: Vec<_> = slots.periods.iter().map(|period| (period.inherits, period.figures)).collect();
    assert_eq!(periods, [(false, figures(Some(7), 7)), (false, figures(None, 1))]);
    let need = store.need(&tenant, need_id(60)).await.unwrap().unwrap();
    let counts: Vec<_> = need.items.iter().map(|item| (item.asked(), item.referred, item.served)).collect();
    assert_eq!(counts, [(3, 0, 0), (20, 0, 0)]);
    let event = store.events(&tenant, LogPosition(0), 10).await.unwrap().remove(0);
    let Change::CapacityPool(logged) = event.change else { panic!("{event:?}") };
    assert_eq!(logged.figures, stock.figures, "what was logged without the new figures is read");

    store.carry_out(&context(), vec![offering(100, 60, 30, 3)]).await.unwrap();
    store.carry_out(&context(), vec![step(100, Action::Accept)]).await.unwrap();
    let delivered = store.carry_out(&context(), vec![step(100, Action::Deliver)]).await.unwrap();
    assert_eq!(delivered.position, LogPosition(12));
    assert_eq!(pool(20).await.figures.consumed, 3);
    assert_eq!(store.verify(&tenant).await.unwrap().discrepancies, []);
    store.close().await;
}
