//! What only a file can do: be damaged, full, read-only, killed in the middle.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wishwell_domain::beneficiary::WrappedKey;
use wishwell_domain::event::Change;
use wishwell_domain::ids::LogPosition;
use wishwell_store::{Durability, Mutation, SqliteStore, StoreError};
use wishwell_test_support::skip;

use crate::samples::{self, context, create, update, upsert};

/// Where a child process finds its store.
const STORE_VARIABLE: &str = "WISHWELL_TEST_CHILD_STORE";

async fn grounded_file(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("wishwell.db");
    let store = SqliteStore::open(&path, Durability::Full).await.unwrap();
    store.write(&context(), samples::ground()).await.unwrap();
    let batch = (0..200).map(|n| upsert(Change::Resource(Box::new(samples::resource(1_000 + n, 1))))).collect();
    store.write(&context(), batch).await.unwrap();
    store.close().await;
    path
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_and_its_companions_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wishwell.db");
    let store = SqliteStore::open(&path, Durability::Full).await.unwrap();
    store.write(&context(), samples::ground()).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        seen += 1;
    }
    assert_eq!(seen, 3, "the file, its write-ahead log and that one's index");
    store.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "Not a database, but somebody's notes. ".repeat(500);
    std::fs::write(&path, &text).unwrap();
    let refused = SqliteStore::open(&path, Durability::Full).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Corrupt(reason) if reason.contains("not a Wishwell store")), "{refused}");
    assert!(refused.to_string().contains("notes.txt"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wishwell.db");
    // Tables of the same name as ours, made by somebody else.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::raw_sql("CREATE TABLE resources (theirs TEXT); INSERT INTO resources VALUES ('kept')")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = SqliteStore::open(&path, Durability::Full).await.unwrap_err();
    assert!(matches!(refused, StoreError::AnotherProgram { .. }), "{refused:?}");
    assert!(std::fs::read(&path).unwrap() == before, "the file was touched");
}

#[tokio::test]
async fn a_file_cut_short_is_refused_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = grounded_file(folder.path()).await;
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 3]).unwrap();
    let refused = match SqliteStore::open(&path, Durability::Full).await {
        Err(refused) => refused,
        Ok(store) => store.load_catalog(&samples::tenant(), &|_| {}).await.unwrap_err(),
    };
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
}

/// Every page in turn is overwritten: what is read is either what was written, or refused. Never a panic.
#[tokio::test]
async fn a_damaged_page_is_refused_and_never_read_as_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = grounded_file(folder.path()).await;
    let good = std::fs::read(&path).unwrap();
    let store = SqliteStore::open(&path, Durability::Full).await.unwrap();
    let expected = store.load_catalog(&samples::tenant(), &|_| {}).await.unwrap();
    store.close().await;
    let (mut refusals, pages) = (0, good.len() / 4_096);
    for page in (0..pages).step_by(pages.div_ceil(40)) {
        let mut bytes = good.clone();
        bytes[page * 4_096..(page + 1) * 4_096].fill(0xA5);
        std::fs::write(&path, bytes).unwrap();
        let found = match SqliteStore::open(&path, Durability::Full).await {
            Err(refused) => Err(refused),
            Ok(store) => {
                let found = store.load_catalog(&samples::tenant(), &|_| {}).await;
                store.close().await;
                found
            }
        };
        match found {
            Ok(catalog) => {
                assert_eq!(catalog.resources, expected.resources);
                assert_eq!(catalog.organizations, expected.organizations);
            }
            Err(StoreError::Corrupt(_)) => refusals += 1,
            Err(other) => panic!("page {page}: {other:?}"),
        }
    }
    assert!(refusals > 5, "{refusals} of {pages} pages");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("missing/wishwell.db"), folder.path().to_owned()] {
        let refused = SqliteStore::open(&path, Durability::Full).await.unwrap_err();
        assert!(matches!(refused, StoreError::CannotWrite(_)), "{refused:?}");
        assert!(refused.to_string().contains(&path.display().to_string()), "{refused}");
    }
}

#[tokio::test]
async fn a_destroyed_key_leaves_no_trace_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wishwell.db");
    let store = SqliteStore::open(&path, Durability::Full).await.unwrap();
    store.write(&context(), samples::ground()).await.unwrap();
    let (person, marker) = (samples::beneficiary(5, None), b"the key that must not be found again".to_vec());
    let mutations = vec![
        create(Change::Beneficiary(person.clone())),
        Mutation::PutKey { subject: person.id.name(), key: WrappedKey(marker.clone()) },
    ];
    store.write(&context(), mutations).await.unwrap();
    let traces = || {
        let files =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        files.filter(|bytes| bytes.windows(marker.len()).any(|window| window == marker)).count()
    };
    assert!(traces() > 0);
    store.write(&context(), vec![Mutation::EraseBeneficiary { id: person.id }]).await.unwrap();
    assert_eq!(traces(), 0);
    store.close().await;
}

/// The command that runs a test of this program again, in a process of its own that finds its store by
/// [`STORE_VARIABLE`]. So a test with a child begins by asking whether it is the child.
fn child(test: &str, store: &Path) -> Vec<String> {
    let program = std::env::current_exe().unwrap().display().to_string();
    let assignment = format!("{STORE_VARIABLE}={}", store.display());
    let test = format!("sqlite_file::{test}");
    ["env", &assignment, &program, "--exact", &test, "--nocapture"].map(str::to_owned).to_vec()
}

/// The store of this process, when it is a child.
fn store_of_child() -> Option<PathBuf> {
    std::env::var_os(STORE_VARIABLE).map(PathBuf::from)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_before_kill_9_is_there_afterwards() {
    if let Some(path) = store_of_child() {
        return write_until_killed(&path).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = grounded_file(folder.path()).await;
    for round in 1..=3 {
        let command = child("what_was_answered_before_kill_9_is_there_afterwards", &path);
        let mut process = Command::new(&command[0]).args(&command[1..]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut answered = 0;
        for line in lines {
            // The harness prints before the child does.
            if let Some(position) = line.strip_prefix("answered ") {
                answered = position.parse().unwrap();
                if answered >= 206 + round * 60 {
                    break;
                }
            }
        }
        process.kill().unwrap();
        process.wait().unwrap();

        let store = SqliteStore::open(&path, Durability::Full).await.unwrap();
        let position = store.position(&samples::tenant()).await.unwrap();
        assert!(position.0 >= answered, "answered {answered}, found {position:?}");
        let organization = store.organization(&samples::tenant(), samples::organization(1).id).await.unwrap().unwrap();
        let pool = store.capacity_pool(&samples::tenant(), samples::pool(2, 1).id).await.unwrap().unwrap();
        assert_eq!(organization.contact.phone, pool.name, "both halves of a write, or none");
        let last = store.events(&samples::tenant(), LogPosition(position.0 - 1), 10).await.unwrap();
        assert_eq!(last.len(), 1);
        store.close().await;
    }
}

async fn write_until_killed(path: &Path) {
    let store = SqliteStore::open(path, Durability::Full).await.unwrap();
    for n in 0.. {
        let mut organization = samples::organization(1);
        organization.contact.phone = format!("{}-{n}", std::process::id());
        let mut pool = samples::pool(2, 1);
        pool.name = organization.contact.phone.clone();
        let mutations = vec![update(Change::Organization(organization), None), upsert(Change::CapacityPool(pool))];
        let written = store.write(&context(), mutations).await.unwrap();
        println!("answered {}", written.position.0);
    }
}

/// Runs a child test on a small disk of its own, in a mount namespace that ends with it.
fn on_a_small_disk(test: &str) -> Option<std::process::Output> {
    let namespace = ["--map-root-user", "--mount"];
    let allowed = Command::new("unshare").args(namespace).args(["mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=2m none \"$0\" && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(namespace).args(["sh", "-c", script]).arg(folder.path());
    Some(command.args(child(test, &folder.path().join("wishwell.db"))).output().unwrap())
}

fn assert_child_passed(output: &std::process::Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn on_a_full_disk_writes_are_refused_and_nothing_is_lost() {
    if let Some(path) = store_of_child() {
        return fill_the_disk(&path).await;
    }
    match on_a_small_disk("on_a_full_disk_writes_are_refused_and_nothing_is_lost") {
        Some(output) => assert_child_passed(&output),
        None => skip!("this machine gives no mount namespace"),
    }
}

async fn fill_the_disk(path: &Path) {
    let ballast = path.with_file_name("ballast");
    std::fs::write(&ballast, vec![0; 300_000]).unwrap();
    let store = SqliteStore::open(path, Durability::Full).await.unwrap();
    let mut position = store.write(&context(), samples::ground()).await.unwrap().position;
    let batch = |from: u128| -> Vec<Mutation> {
        (from..from + 20).map(|n| upsert(Change::Resource(Box::new(samples::resource(n, 1))))).collect()
    };
    let mut from = 1_000;
    let refused = loop {
        match store.write(&context(), batch(from)).await {
            Ok(written) => position = written.position,
            Err(refused) => break refused,
        }
        from += 20;
        assert!(from < 10_000, "the disk never fills");
    };
    assert!(matches!(&refused, StoreError::CannotWrite(reason) if reason.contains("no space")), "{refused:?}");
    // Reading goes on, with everything that was answered and nothing else.
    assert_eq!(store.position(&samples::tenant()).await.unwrap(), position);
    let found = store.resource(&samples::tenant(), samples::resource(from - 1, 1).id).await.unwrap();
    assert!(found.is_some());
    assert_eq!(store.resource(&samples::tenant(), samples::resource(from, 1).id).await.unwrap(), None);
    // With space again, writing goes on.
    std::fs::remove_file(ballast).unwrap();
    let written = store.write(&context(), batch(from)).await.unwrap();
    assert_eq!(written.position.0, position.0 + 20);
    store.close().await;
    let store = SqliteStore::open(path, Durability::Full).await.unwrap();
    assert_eq!(store.position(&samples::tenant()).await.unwrap(), written.position);
}

#[tokio::test]
async fn on_a_read_only_disk_a_store_says_that_it_cannot_write() {
    if let Some(path) = store_of_child() {
        return open_read_only(&path).await;
    }
    match on_a_small_disk("on_a_read_only_disk_a_store_says_that_it_cannot_write") {
        Some(output) => assert_child_passed(&output),
        None => skip!("this machine gives no mount namespace"),
    }
}

async fn open_read_only(path: &Path) {
    let folder = path.parent().unwrap();
    let store = SqliteStore::open(path, Durability::Full).await.unwrap();
    store.write(&context(), samples::ground()).await.unwrap();
    store.close().await;
    assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(folder).status().unwrap().success());
    for path in [path.to_owned(), folder.join("new.db")] {
        let refused = SqliteStore::open(&path, Durability::Full).await.unwrap_err();
        assert!(matches!(refused, StoreError::CannotWrite(_)), "{refused:?}");
        assert!(refused.to_string().contains(&path.display().to_string()), "{refused}");
    }
}
