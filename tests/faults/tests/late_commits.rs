//! The log while transactions commit late. `WISHWELL_FAULTS_SEED` and `WISHWELL_LATE_EVENTS` make it another run.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use wishwell_faults::late::{Backend, Settings, run};
use wishwell_faults::setting;

fn settings() -> Settings {
    Settings { seed: setting("WISHWELL_FAULTS_SEED", 1), ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_of_interleaved_slow_transactions_is_lost_or_doubled() {
    let events = i64::try_from(setting("WISHWELL_LATE_EVENTS", 1_000_000)).expect("a number of events");
    let report = run(Settings { events, ..settings() }).await;
    println!("{report}");
    assert!(report.violations.is_empty(), "{report}");
    assert!(report.events >= events, "{report}");
    // The ledger's events lie in rows of their own kind, where its transactions are not in the way of others.
    assert!(report.moved > 1_000 && report.rows_of_moves.is_some_and(|rows| rows > 50), "{report}");
    // Transactions that commit in the order of their beginnings prove nothing.
    assert!(report.overtaken > 50 && report.latest > Duration::from_millis(200), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_of_several_processes_on_one_file_is_lost_or_doubled() {
    let settings = Settings { events: 10_000, writers: 8, backend: Backend::Sqlite, ..settings() };
    let report = run(settings).await;
    println!("{report}");
    assert!(report.violations.is_empty(), "{report}");
    assert!(report.events >= settings.events && report.moved > 100, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_hands_out_numbers_before_their_turn_is_caught() {
    let lie =
        Settings { events: 2_000, batch_events_max: 1, movers: 0, replicas: 0, hand_out_early: true, ..settings() };
    let report = run(lie).await;
    assert!(report.violations.iter().any(|found| found.contains("came")), "{report}");
    let true_one = run(Settings { hand_out_early: false, ..lie }).await;
    assert!(true_one.violations.is_empty(), "{true_one}");
}
