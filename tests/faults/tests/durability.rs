//! The embedded store under a server that is killed in the middle of writes. `WISHWELL_FAULTS_SEED` and
//! `WISHWELL_DURABILITY_ROUNDS` make it another run.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use wishwell_faults::checker::Violation;
use wishwell_faults::durability::{Settings, run};
use wishwell_faults::setting;

fn settings(rounds: u64) -> Settings {
    let rounds = usize::try_from(rounds).expect("a small number");
    Settings { seed: setting("WISHWELL_FAULTS_SEED", 1), rounds, clients: 16 }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_write_is_lost_in_200_kills_amid_writes() {
    let settings = settings(setting("WISHWELL_DURABILITY_ROUNDS", 200));
    let report = run(settings, |_, _| {}).await;
    println!("{report}");
    assert!(report.violations.is_empty(), "{report}");
    // Kills between writes, or of requests that never came back, prove nothing.
    assert!(report.rounds_amid_writes * 4 > settings.rounds * 3, "{report}");
    let (unknown, happened) = report.tally.unknown();
    assert!(happened > 0 && unknown > happened, "cut off before and after their commit: {report}");
}

/// Copies the store as it is on disk.
fn copy(from: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let with_suffix = |path: &Path| format!("{}{suffix}", path.display());
        let (from, to) = (with_suffix(from), with_suffix(to));
        let _ = std::fs::remove_file(&to);
        if Path::new(&from).exists() {
            std::fs::copy(from, to).expect("the store is copied");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_acknowledged_writes_back_is_caught() {
    let aside = tempfile::tempdir().expect("a scratch folder");
    let earlier = aside.path().join("earlier.db");
    let report = run(settings(5), |round, store| match round {
        2 => copy(store, &earlier),
        4 => {
            copy(&earlier, store);
            let _ = std::fs::remove_file(format!("{}-shm", store.display()));
        }
        _ => {}
    })
    .await;
    let lost = report.violations.iter().find(|(_, found)| matches!(found, Violation::LostAnswer { .. }));
    assert_eq!(lost.map(|(round, _)| *round), Some(4), "{report}");
}
