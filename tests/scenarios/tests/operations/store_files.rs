//! Store files that are damaged, too new, or on a disk that takes no more: a clear refusal, and nothing lost.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tonic::Code;
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_scenarios::{Served, admin, external};
use wishwell_test_support::mount::Mount;
use wishwell_test_support::ports::free_address;
use wishwell_test_support::process::Wishwell;
use wishwell_test_support::skip;

const PATIENCE: Duration = Duration::from_secs(60);
/// Exit code of a file that cannot be used.
const STORAGE: i32 = 74;

/// A folder with a store in which the demo is, whose server has ended in order.
async fn filled() -> TempDir {
    let mut served = Served::demo().await;
    served.process.terminate();
    assert!(served.process.wait_until_ended(PATIENCE).await.success());
    let folder = served.process.into_folder();
    for output in ["stdout", "stderr"] {
        std::fs::remove_file(folder.path().join(output)).expect("outputs begin anew");
    }
    folder
}

fn store(folder: &Path) -> PathBuf {
    folder.join("wishwell-data/wishwell.db")
}

/// Starts on a folder and waits for the end; exit code and everything that was said.
async fn refused(folder: TempDir, data_dir: &str) -> (Option<i32>, String, TempDir) {
    let listen = free_address().to_string();
    let arguments = ["--listen", &listen, "--admin-listen", "off", "--http-listen", "off", "--data-dir", data_dir];
    let mut process = Wishwell::spawn_in(folder, arguments.map(ToOwned::to_owned), &[]);
    let status = process.wait_until_ended(PATIENCE).await;
    let said = process.output();
    (status.code(), said, process.into_folder())
}

/// A refusal reads as one block: what, why, what to do; no panic and no address of a source line.
fn assert_clear(said: &str, words: &[&str]) {
    let block = said.rsplit_once("error: ").unwrap_or_else(|| panic!("no error block in\n{said}")).1;
    assert!(block.contains("  -> "), "a remedy in\n{said}");
    for word in words {
        assert!(block.contains(word), "{word} in\n{said}");
    }
    assert!(!said.contains("panic") && !said.contains(".rs:"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let folder = filled().await;
    let path = store(folder.path());
    let mut bytes = std::fs::read(&path).expect("the store");
    bytes[..100].fill(0x55);
    std::fs::write(&path, &bytes).expect("damaged");
    let (code, said, folder) = refused(folder, "wishwell-data").await;
    assert_eq!(code, Some(STORAGE), "{said}");
    assert_clear(&said, &["wishwell.db", "backup"]);
    assert!(std::fs::read(store(folder.path())).expect("still there") == bytes, "the file was touched");
}

#[tokio::test]
async fn a_file_of_another_program_is_refused_with_what_to_do_by_the_start_and_by_doctor() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = store(folder.path());
    std::fs::create_dir(path.parent().expect("a folder")).expect("made");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("their file");
    sqlx::raw_sql("CREATE TABLE diary (day TEXT)").execute(&mut connection).await.expect("their table");
    connection.close().await.expect("closed");
    let bytes = std::fs::read(&path).expect("their file");
    let (well, said) = doctor(folder.path(), &["--http-listen", "off"]);
    assert!(!well && said.contains("FAIL  store ") && said.contains("another program"), "{said}");
    assert!(said.contains("diary") && said.contains("-> name another file"), "{said}");
    let (code, said, folder) = refused(folder, "wishwell-data").await;
    assert_eq!(code, Some(STORAGE), "{said}");
    assert_clear(&said, &["wishwell.db", "another program", "diary", "--data-dir"]);
    assert!(std::fs::read(store(folder.path())).expect("still there") == bytes, "the file was touched");
}

#[tokio::test]
async fn a_store_with_damaged_pages_is_refused_instead_of_served_in_part() {
    let folder = filled().await;
    let path = store(folder.path());
    let mut bytes = std::fs::read(&path).expect("the store");
    // Everything behind the first pages, where the tables' names are, is torn.
    let from = bytes.len() / 8;
    for byte in bytes[from..].iter_mut() {
        *byte ^= 0xa5;
    }
    std::fs::write(&path, &bytes).expect("damaged");
    let (code, said, folder) = refused(folder, "wishwell-data").await;
    assert_eq!(code, Some(STORAGE), "{said}");
    assert_clear(&said, &["wishwell.db"]);
    let (well, said) = doctor(folder.path(), &[]);
    assert!(!well && said.contains("FAIL  store ") && said.contains("damaged"), "{said}");
}

/// What `doctor` says of development mode in a folder, on ports that nobody has; and whether all is well.
fn doctor(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let listen = free_address().to_string();
    let doctor = wishwell_test_support::process::command()
        .args(["doctor", "--lang", "en", "--listen", &listen, "--admin-listen", "off"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary runs");
    (doctor.status.success(), String::from_utf8_lossy(&[doctor.stdout, doctor.stderr].concat()).into_owned())
}

#[tokio::test]
async fn doctor_finds_a_store_well_and_names_what_keeps_it_from_being_served() {
    let folder = filled().await;
    let path = folder.path();
    let (well, said) = doctor(path, &["--http-listen", "off"]);
    assert!(
        well && said.contains("ok    store") && said.contains("ok    master key     opens what is sealed"),
        "{said}"
    );
    // Somebody else has the port of pages.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let pages = taken.local_addr().expect("it listens").to_string();
    let (well, said) = doctor(path, &["--http-listen", &pages]);
    assert!(!well && said.contains("FAIL  port of pages") && said.contains(&pages), "{said}");
    // Another key, and none.
    let key = path.join("wishwell-data/master.key");
    let kept = std::fs::read(&key).expect("the key");
    std::fs::write(&key, "5a".repeat(32)).expect("another");
    let (well, said) = doctor(path, &["--http-listen", "off"]);
    assert!(!well && said.contains("does not belong to the store"), "{said}");
    std::fs::remove_file(&key).expect("lost");
    let (well, said) = doctor(path, &["--http-listen", "off"]);
    assert!(!well && said.contains("FAIL  master key") && said.contains("backup"), "{said}");
    // A folder that a deployment does not make, a folder in the place of a file, and what belongs to two modes.
    let deployed = |arguments: &[&str]| {
        std::fs::write(&key, &kept).expect("back");
        let of_deployment = ["--master-key-file", "wishwell-data/master.key", "--http-listen", "off"];
        doctor(path, &[&of_deployment, arguments].concat())
    };
    let (well, said) = deployed(&["--database-url", "sqlite:nowhere/wishwell.db"]);
    assert!(!well && said.contains("FAIL  store") && said.contains("mkdir -p nowhere"), "{said}");
    let (well, said) = deployed(&["--database-url", "sqlite:wishwell-data"]);
    assert!(!well && said.contains("is a folder"), "{said}");
    let (well, said) = deployed(&["--data-dir", "wishwell-data"]);
    assert!(!well && said.contains("leave --data-dir out"), "{said}");
    let (well, said) = deployed(&["--database-url", "sqlite:wishwell-data/wishwell.db"]);
    assert!(well && said.contains("ok    master key     opens what is sealed"), "{said}");
}

#[tokio::test]
async fn a_lost_master_key_is_asked_for_and_no_other_is_put_in_its_place() {
    let folder = filled().await;
    let key = folder.path().join("wishwell-data/master.key");
    std::fs::remove_file(&key).expect("lost");
    let (code, said, _folder) = refused(folder, "wishwell-data").await;
    assert_eq!(code, Some(78), "{said}");
    assert_clear(&said, &["master.key", "backup"]);
    assert!(!key.exists(), "a key was made");
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_by_its_number_and_kept() {
    let folder = filled().await;
    let options = SqliteConnectOptions::new().filename(store(folder.path()));
    let mut connection = SqliteConnection::connect_with(&options).await.expect("the store opens");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .expect("a newer version");
    connection.close().await.expect("closed");
    let (code, said, folder) = refused(folder, "wishwell-data").await;
    assert_eq!(code, Some(STORAGE), "{said}");
    assert_clear(&said, &["9999", "version"]);
    let options = SqliteConnectOptions::new().filename(store(folder.path()));
    let mut connection = SqliteConnection::connect_with(&options).await.expect("the store opens");
    let resources: i64 =
        sqlx::query_scalar("SELECT count(*) FROM resources").fetch_one(&mut connection).await.expect("tables");
    assert!(resources >= 150, "nothing was lost");
}

#[tokio::test]
async fn a_log_that_cannot_be_read_on_makes_a_replica_unready_until_it_can() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let ready = async |expected: u16, time: Duration| {
        let started = Instant::now();
        loop {
            let (status, said) = admin::get(served.admin, "/readyz").await;
            if status == expected {
                return;
            }
            assert!(started.elapsed() < time, "{status} {said}\n{}", served.process.output());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    ready(200, PATIENCE).await;
    let options = SqliteConnectOptions::new().filename(store(served.process.folder()));
    let mut connection = SqliteConnection::connect_with(&options).await.expect("the store opens");
    // As from a replica of a later version.
    for sql in [
        "INSERT INTO log_heads (tenant, position) VALUES ('demo', 0) ON CONFLICT DO NOTHING",
        "INSERT INTO events SELECT tenant, position + 1, 0, 'later', 'of_tomorrow', 'it', '{}' FROM log_heads WHERE tenant = 'demo'",
        "UPDATE log_heads SET position = position + 1 WHERE tenant = 'demo'",
    ] {
        sqlx::query(sql).execute(&mut connection).await.expect("logged");
    }
    ready(503, 2 * PATIENCE).await;
    assert!(served.process.output().contains("not kept up with its log"), "{}", served.process.output());
    sqlx::query("UPDATE log_heads SET position = position - 1").execute(&mut connection).await.expect("taken back");
    sqlx::query("DELETE FROM events WHERE kind = 'of_tomorrow'").execute(&mut connection).await.expect("taken back");
    connection.close().await.expect("closed");
    ready(200, PATIENCE).await;
}

#[tokio::test]
async fn a_disk_that_may_not_be_written_is_told_with_what_to_look_at() {
    let Some(disk) = Mount::of_mebibytes(32) else { skip!("this user may not mount a file system of its own") };
    let (mut served, path) = (start_on(&disk).await, disk.path().display().to_string());
    served.process.terminate();
    assert!(served.process.wait_until_ended(PATIENCE).await.success());
    let folder = served.process.into_folder();
    assert!(disk.read_only(), "a file system can be made read-only");
    let (code, said, folder) = refused(folder, &path).await;
    assert_eq!(code, Some(STORAGE), "{said}");
    assert_clear(&said, &["wishwell.db"]);
    let fresh = format!("{path}/other");
    let (code, said, _) = refused(folder, &fresh).await;
    assert_eq!(code, Some(STORAGE), "{said}");
    assert_clear(&said, &["--data-dir"]);
}

async fn start_on(disk: &Mount) -> Served {
    Served::start(&["--data-dir", &disk.path().display().to_string()], &[]).await
}

fn need(number: usize) -> v1::SubmitNeedRequest {
    let item = v1::NeedItem {
        category: "education.desk".to_owned(),
        quantity: Some(v1::Quantity { value: 1, unit: "piece".to_owned() }),
        ..v1::NeedItem::default()
    };
    let need = v1::Need {
        external: Some(external("full", &number.to_string())),
        items: vec![item],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        description: "x".repeat(4_000),
        ..v1::Need::default()
    };
    v1::SubmitNeedRequest { need: Some(need), ..v1::SubmitNeedRequest::default() }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_by_name_answers_reads_and_loses_nothing_that_was_answered() {
    let Some(disk) = Mount::of_mebibytes(32) else { skip!("this user may not mount a file system of its own") };
    let mut served = start_on(&disk).await;
    // What else is on the disk takes all the space there is.
    let filler = disk.path().join("filler");
    let _ = std::fs::write(&filler, vec![0; 64 << 20]);
    let mut needs = served.needs("demo-hotline");
    let (mut taken, mut refusal) = (Vec::new(), None);
    for number in 0..4_000 {
        match needs.submit_need(need(number)).await {
            Ok(answer) => taken.push(answer.into_inner().need.expect("the need").name),
            Err(status) => {
                refusal = Some(status);
                break;
            }
        }
    }
    let status = refusal.expect("at some point the disk is full");
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
    assert!(reason.starts_with("STORE_"), "{status:?}");
    assert!([Code::ResourceExhausted, Code::Unavailable].contains(&status.code()), "{status:?}");
    assert!(!status.message().contains("xxxx"), "{status:?}");
    let need_of_the_demo = served.demo_need("need-three-grandchildren").await;
    let question = v1::FindResourcesRequest { need: need_of_the_demo, ..v1::FindResourcesRequest::default() };
    served.matching("demo-hotline").find_resources(question).await.expect("reads go on");
    std::fs::remove_file(&filler).expect("space again");
    let again = needs.submit_need(need(9_999)).await.expect("writes go on as soon as there is space").into_inner();
    taken.push(again.need.expect("the need").name);
    served.process.kill();
    let folder = served.process.into_folder();
    let served = Served::start_in(folder, &["--data-dir", &disk.path().display().to_string()], &[]).await;
    for name in taken {
        let request = v1::GetNeedRequest { name: name.clone(), ..v1::GetNeedRequest::default() };
        served.needs("demo-hotline").get_need(request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}
