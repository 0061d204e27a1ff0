//! Work that takes long says how far it is: on a terminal as a bar in the language of its reader, in the log otherwise.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Transaction};
use wishwell_api::v1;
use wishwell_scenarios::deployment::{self, CALLERS, OPERATOR};
use wishwell_scenarios::{Served, external};
use wishwell_test_support::data_or_skip;
use wishwell_test_support::postgres::TestDatabase;
use wishwell_test_support::process::{self, Wishwell};
use wishwell_test_support::terminal::{self, Terminal};

const PATIENCE: Duration = Duration::from_secs(60);
const SERVE: &str = "serve --master-key-file master.key --principals-file principals.toml --listen 127.0.0.1:0 \
                     --admin-listen 127.0.0.1:0";

/// Two categories and an organization.
async fn three_entries(database: &TestDatabase) -> tempfile::TempDir {
    let served = deployment::serve(deployment::folder(CALLERS), database.url(), &[]).await;
    let categories = ["one", "two"].map(|code| v1::Category {
        code: code.to_owned(),
        title: Some(v1::LocalizedText { en: code.to_owned(), ..v1::LocalizedText::default() }),
        ..v1::Category::default()
    });
    let request = v1::BatchUpsertCategoriesRequest { categories: categories.into(), request_id: String::new() };
    served.catalog(OPERATOR).batch_upsert_categories(request).await.expect("categories");
    let organization = v1::Organization {
        external: Some(external("test", "one")),
        title: Some(v1::LocalizedText { en: "One".to_owned(), ..v1::LocalizedText::default() }),
        kind: v1::OrganizationKind::Other.into(),
        state: v1::OrganizationState::Verified.into(),
        ..v1::Organization::default()
    };
    let request = v1::BatchUpsertOrganizationsRequest { organizations: vec![organization], request_id: String::new() };
    served.catalog(OPERATOR).batch_upsert_organizations(request).await.expect("organizations");
    served.process.into_folder()
}

/// Keeps whoever loads waiting once the categories are read, and before anything else is.
async fn keep_waiting(connection: &mut PgConnection) -> Transaction<'_, sqlx::Postgres> {
    let mut lock = connection.begin().await.expect("a transaction");
    let statement = "LOCK TABLE category_synonyms IN ACCESS EXCLUSIVE MODE";
    sqlx::query(statement).execute(&mut *lock).await.expect("the lock");
    lock
}

/// Waits until `output` is as it should be.
async fn until(what: &str, output: impl Fn() -> String, is_there: impl Fn(&str) -> bool) -> String {
    let started = Instant::now();
    loop {
        let said = output();
        if is_there(&said) {
            return said;
        }
        assert!(started.elapsed() < PATIENCE, "{what}: {said:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The log lines with this message.
fn lines(log: &str, message: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"] == message).collect()
}

#[tokio::test]
async fn a_start_that_takes_long_says_how_far_it_is_in_the_log_again_and_again() {
    let database = TestDatabase::create().await;
    let folder = three_entries(&database).await;
    let mut connection = PgConnection::connect(database.url()).await.expect("a connection");
    let lock = keep_waiting(&mut connection).await;
    // The log of the run before lies in the same file.
    std::fs::remove_file(folder.path().join("stderr")).expect("the log goes");
    let environment = [("WISHWELL_DATABASE_URL", database.url())];
    let process = Wishwell::spawn_in(folder, SERVE.split_whitespace(), &environment);
    let often = |log: &str| lines(log, "loading snapshots").len() >= 2;
    let log = until("lines of a load", || process.output(), often).await;
    assert_eq!(lines(&log, "snapshots loaded").len(), 0, "{log}");
    for line in lines(&log, "loading snapshots") {
        assert_eq!(line["attributes"], serde_json::json!({"tenant": "main", "done": 2, "total": 3}), "{line}");
    }
    lock.rollback().await.expect("the lock goes");
    let log = until("the end", || process.output(), |log| !lines(log, "snapshots loaded").is_empty()).await;
    assert!(!log.contains("loading main"), "nothing is drawn into a log: {log}");
}

#[tokio::test]
async fn a_start_that_takes_long_draws_a_bar_on_a_terminal() {
    let database = TestDatabase::create().await;
    let folder = three_entries(&database).await;
    let mut connection = PgConnection::connect(database.url()).await.expect("a connection");
    let environment = [("WISHWELL_DATABASE_URL", database.url())];
    for (lang, name) in [("en", "loading main ["), ("zh", "载入 main [")] {
        let lock = keep_waiting(&mut connection).await;
        let terminal = Terminal::start(&format!("{SERVE} --lang {lang}"), &environment, folder.path());
        let bar = |shown: &str| shown.split(name).skip(1).any(|bar| bar.contains("] 2/3"));
        let shown = until(name, || terminal.shown(), bar).await;
        assert!(!shown.contains("loading snapshots"), "what is drawn is not logged: {shown:?}");
        lock.rollback().await.expect("the lock goes");
        until("the end", || terminal.shown(), |shown| shown.contains("snapshots loaded")).await;
    }
}

/// What a command shows at a terminal, and what it says into pipes, standard output first.
fn shown_and_said(arguments: &str, folder: &Path) -> (String, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown = terminal::command(arguments, folder).output().expect("script runs");
    let piped = process::command().args(arguments.split_whitespace()).current_dir(folder).output().expect("it runs");
    (text(&shown.stdout), text(&piped.stdout), text(&piped.stderr))
}

#[tokio::test]
async fn looking_into_a_store_shows_on_a_terminal_what_it_is_at() {
    let folder = Served::demo().await.process.into_folder();
    let replay = "replay referrals/11111111-1111-4111-8111-111111111111";
    for (command, english, chinese) in [
        ("verify", &["verifying demo"][..], &["核对 demo"][..]),
        ("rebuild", &["rebuilding demo [", "comparing demo"], &["重建 demo [", "比对 demo"]),
        (replay, &["replaying"], &["重演"]),
        ("doctor", &["reading every page"], &["读取每一页"]),
    ] {
        for (lang, words, others) in [("en", english, chinese), ("zh", chinese, english)] {
            let (shown, said, errors) = shown_and_said(&format!("{command} --lang {lang}"), folder.path());
            for word in words {
                assert!(shown.contains(word), "{command} at a terminal: {shown:?}");
                assert!(!said.contains(word) && !errors.contains(word), "{command} into pipes: {said}{errors}");
            }
            assert!(others.iter().all(|word| !shown.contains(word)), "{command} in {lang}: {shown:?}");
        }
    }
    let (_, _, errors) = shown_and_said("verify --lang xx", folder.path());
    assert!(errors.contains("--lang") && errors.contains("\"xx\"") && errors.contains("en or zh"), "{errors}");
}

#[tokio::test]
async fn reading_a_large_directory_shows_on_a_terminal_how_many_of_its_rows_are_clean() {
    let directory = data_or_skip!("hsds_miami");
    let folder = tempfile::tempdir().unwrap();
    for (lang, reading, cleaning) in [("en", "reading ", "cleaning ["), ("zh", "读取 ", "清洗 [")] {
        let import = format!("import hsds '{}' --dry-run --lang {lang}", directory.display());
        let shown = terminal::command(&import, folder.path()).output().expect("script runs").stdout;
        let shown = String::from_utf8_lossy(&shown).into_owned();
        assert!(shown.contains(reading), "{shown:?}");
        let counts = shown.split(cleaning).skip(1).filter_map(|bar| bar.split_once("] ")?.1.split_once('/'));
        let counts: Vec<u64> = counts.filter_map(|(done, _)| done.replace(',', "").parse().ok()).collect();
        // How often it is drawn is the machine's.
        assert!(!counts.is_empty() && counts.is_sorted(), "{counts:?} of {shown:?}");
    }
}
