//! The command line as people meet it: help, completions, keys, refusals and their exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Output};

/// Set to anything to write what is printed into the snapshots instead of comparing.
const UPDATE: &str = "WISHWELL_TEST_UPDATE_SNAPSHOTS";

fn wishwell(arguments: &[&str], environment: &[(&str, &str)], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wishwell"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
        command.env_remove(name);
    }
    command.env_remove("LC_ALL").env_remove("COLUMNS").env("LANG", "C.UTF-8").envs(environment.iter().copied());
    command.args(arguments).current_dir(folder).output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_reads_as_it_was_agreed() {
    let folder = tempfile::tempdir().unwrap();
    let commands: [(&str, &[&str]); 12] = [
        ("wishwell", &["--help"]),
        ("serve", &["serve", "--help"]),
        ("find", &["find", "--help"]),
        ("import-hsds", &["import", "hsds", "--help"]),
        ("doctor", &["doctor", "--help"]),
        ("key", &["key", "--help"]),
        ("refer", &["refer", "--help"]),
        ("referrals", &["referrals", "--help"]),
        ("referral", &["referral", "--help"]),
        ("round", &["round", "--help"]),
        ("watch", &["watch", "--help"]),
        ("verify", &["verify", "--help"]),
    ];
    for (name, arguments) in commands {
        let output = wishwell(arguments, &[], folder.path());
        let printed = text(&output.stdout);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/help/{name}.txt"));
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&path, &printed).unwrap();
        }
        let agreed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(printed, agreed, "help of {name} changed; {UPDATE}=1 takes it into {}", path.display());
    }
}

#[test]
fn completions_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let printed = text(&wishwell(&["completions", shell], &[], folder.path()).stdout);
        for word in ["find", "serve", "import", "doctor", "trace-sample-ratio"] {
            assert!(printed.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn each_kind_of_refusal_has_its_exit_code_and_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("not.db"), "not a database ".repeat(100)).unwrap();
    std::fs::write(folder.path().join("master.key"), "ab".repeat(32)).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let store = [
        "serve",
        "--master-key-file",
        "master.key",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "off",
        "--database-url",
    ];
    let serve = |url: &'static str| store.iter().copied().chain([url]).collect::<Vec<_>>();
    let cases: [(Vec<&str>, i32, &str); 9] = [
        (vec!["serv"], 2, "similar"),
        (vec!["serve", "--lisen", "127.0.0.1:1"], 2, "--listen"),
        (vec!["find"], 2, "--need"),
        (vec!["serve"], 78, "database_url is not set"),
        (vec!["--listen", "0.0.0.0:50051"], 78, "on this machine only"),
        (vec!["--listen", &taken], 69, "--listen 127.0.0.1:0"),
        (vec!["needs", "--server", "http://127.0.0.1:1"], 69, "start one with `wishwell`"),
        (serve("sqlite:not.db"), 74, "restore a backup"),
        (serve("sqlite:missing/w.db"), 74, "mkdir -p missing"),
    ];
    for (arguments, code, said) in cases {
        let output = wishwell(&arguments, &[], folder.path());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{stderr}");
        assert!(stderr.contains(said), "{arguments:?}\n{stderr}");
    }
}

#[test]
fn all_settings_that_are_wrong_are_told_in_one_block() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("WISHWELL_LISTN", "127.0.0.1:1"), ("WISHWELL_TRACE_SAMPLE_RATIO", "2")];
    let output = wishwell(&["serve", "--database-url", "mysql://h/d"], &environment, folder.path());
    let expected = "\
error: wishwell serve cannot start: 4 settings are wrong

  1. the environment variable WISHWELL_LISTN is no setting of Wishwell
     -> did you mean WISHWELL_LISTEN?

  2. WISHWELL_TRACE_SAMPLE_RATIO \"2\" must be a number from 0 to 1
     -> 0.01 records one trace in a hundred

  3. --database-url \"mysql://h/d\" is no store Wishwell knows
     -> sqlite:PATH for a file, postgres://USER@HOST/DATABASE for a server

  4. there is no master key: personal fields cannot be sealed
     -> `wishwell key master > FILE` makes one; keep it apart from backups of the store
";
    assert_eq!(text(&output.stderr), expected);
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn a_key_hashes_to_the_digest_it_was_printed_with() {
    let folder = tempfile::tempdir().unwrap();
    let new = wishwell(&["key", "new", "--role", "operator"], &[], folder.path());
    let (shown, printed) = (text(&new.stderr), text(&new.stdout));
    let key = shown.lines().find(|line| line.starts_with("wishwell_")).unwrap();
    assert!(!printed.contains(key), "a file of the table has no key in it");
    let hash = |piped: &str| {
        std::fs::write(folder.path().join("key"), piped).unwrap();
        Command::new(env!("CARGO_BIN_EXE_wishwell"))
            .args(["key", "hash"])
            .env_remove("WISHWELL_DATA")
            .stdin(std::fs::File::open(folder.path().join("key")).unwrap())
            .output()
            .unwrap()
    };
    let hashed = hash(key);
    assert!(printed.contains(text(&hashed.stdout).trim()), "{printed}");
    for piped in [shown.as_str(), "\n", "two\nkeys\n"] {
        let refused = hash(piped);
        let told = text(&refused.stderr);
        assert!(refused.stdout.is_empty() && told.contains("more than one line"), "{piped:?}: {told}");
        assert_eq!(refused.status.code(), Some(2), "{piped:?}");
        assert!(!told.contains(key), "it repeats the key");
    }
    let master = text(&wishwell(&["key", "master"], &[], folder.path()).stdout);
    assert_eq!(master.trim().len(), 64);
}
