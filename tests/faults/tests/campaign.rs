//! The short form of the campaign. `WISHWELL_FAULTS_SEED` and `WISHWELL_FAULTS_SECONDS` make it another one.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use wishwell_faults::campaign::{Settings, run};
use wishwell_faults::history::Kind;
use wishwell_faults::setting;
use wishwell_faults::storm::Fault;
use wishwell_faults::tally::Lapses;

/// Offers that must lapse in it, and those of them after which somebody else must be asked: fewer prove nothing.
const LAPSES_MIN: usize = 60;
const FOLLOWED_MIN: usize = 20;
/// Calls of each kind that must be answered in it.
const ANSWERED_MIN: &[(Kind, u64)] =
    &[(Kind::UpdateNeed, 25), (Kind::WithdrawNeed, 6), (Kind::CloseNeed, 6), (Kind::CreateRound, 12)];
/// Rounds that must be carried out to their end in it, and the offers that must come of rounds.
const COMMITTED_MIN: usize = 5;
const ROUND_OFFERS_MIN: u64 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_promised_twice_while_replicas_database_and_bus_are_killed() {
    let settings = Settings {
        seed: setting("WISHWELL_FAULTS_SEED", 1),
        time: Duration::from_secs(setting("WISHWELL_FAULTS_SECONDS", 110)),
        clients: 16,
    };
    let report = run(settings).await;
    println!("{report}");
    assert!(report.violations.is_empty(), "{report}");
    // A storm in which nothing happened, or nobody got through, proves nothing.
    assert!(report.tally.answered() > 300, "{report}");
    let Lapses { lapsed, followed } = report.lapses;
    assert!(lapsed >= LAPSES_MIN && followed >= FOLLOWED_MIN, "{report}");
    for (kind, least) in ANSWERED_MIN {
        assert!(report.tally.answered_of(*kind) >= *least, "fewer than {least} of {kind:?} were answered: {report}");
    }
    let rounds = &report.rounds;
    assert!(rounds.in_state("committed") >= COMMITTED_MIN && rounds.offers >= ROUND_OFFERS_MIN, "{report}");
    let struck = report.strikes();
    for fault in [Fault::KillReplica, Fault::PauseReplica, Fault::KillPostgres, Fault::FlushRedis, Fault::KillRedis] {
        assert!(struck.contains_key(&fault), "{fault:?} never struck: {report}");
    }
}
