//! Results as a page.

use std::fmt::Write as _;

use super::on_sqlite;
use super::report::{Cpu, Results, Side, verdict};
use crate::report::about;

fn times(side: &Side) -> String {
    format!("{:.1} / {:.1}", side.p50_micros / 1_000.0, side.p99_micros / 1_000.0)
}

fn cpu_of_all(side: &Side) -> String {
    side.cpu.map_or_else(String::new, |Cpu { clients_micros, server_micros, database_micros }| {
        format!("{clients_micros:.0} + {server_micros:.0} + {database_micros:.0}")
    })
}

fn cpu(side: &Side) -> String {
    side.cpu.map_or_else(String::new, |cpu| format!("{:.0}", cpu.server_micros))
}

/// On PostgreSQL.
pub(super) fn postgres(results: &Results) -> String {
    let mut text =
        format!("# Durable holds beside pgbench, {}\n\n{}.\n\n", results.machine.date, about(&results.machine));
    let _ = write!(
        text,
        "{}. {} rounds of {} s each side, clients and servers on the same cores. Medians; ratios are medians of the rounds' ratios. \
         pgbench takes positions of events from a sequence, with gaps and out of the order of commits; in order, from a row with the log's head, as whoever follows the log needs them and \
         Wishwell gives them.\n\n\
         | pools | clients | pgbench/s | p50 / p99 ms | pgbench's best/s (clients) | Wishwell/s | p50 / p99 ms | CPU us/hold: clients + Wishwell + PostgreSQL | ratio | required | pgbench in order/s | p50 / p99 ms | ratio |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|\n",
        results.server, results.rounds, results.round_seconds
    );
    for case in &results.cases {
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {} | {:.0} ({}) | {:.0} | {} | {} | {:.2} | >= {:.0}: {} | {:.0} | {} | {:.2} |",
            case.pools,
            case.clients,
            case.pgbench.per_second,
            times(&case.pgbench),
            case.pgbench_best_per_second,
            case.pgbench_best_clients,
            case.wishwell.per_second,
            times(&case.wishwell),
            cpu_of_all(&case.wishwell),
            case.ratio,
            case.ratio_min,
            verdict(case.ratio >= case.ratio_min),
            case.pgbench_in_order.per_second,
            times(&case.pgbench_in_order),
            case.ratio_in_order
        );
    }
    for case in &results.cases {
        if let Some(max) = case.p99_share_max {
            let share = case.p99_share();
            let _ = write!(
                text,
                "\np99 on {} pools with {} clients: {share:.2} of pgbench's, <= {max:.2}: {}.\n",
                case.pools,
                case.clients,
                verdict(share <= max)
            );
        }
    }
    let exhaustion = &results.exhaustion;
    let _ = write!(
        text,
        "\nExhaustion: {} there, {} asked, {} held, {} refused, {} discrepancies: {}.\n",
        exhaustion.there,
        exhaustion.asked,
        exhaustion.held,
        exhaustion.refused,
        exhaustion.discrepancies,
        verdict(exhaustion.is_exact())
    );
    text
}

/// Holds for each commit of one row, at the least.
const ROWS_RATIO_MIN: f64 = 10.0;

/// On SQLite.
pub(super) fn sqlite(results: &on_sqlite::Results) -> String {
    let mut text = format!(
        "# Durable holds beside single commits on SQLite, {}\n\n{}.\n\n",
        results.machine.date,
        about(&results.machine)
    );
    let rows = results.rows_of_a_hold;
    if results.disk_delay_micros > 0 {
        let _ = write!(
            text,
            "Not the disk that is there: every fsync and fdatasync of both sides took {} us longer.\n\n",
            results.disk_delay_micros
        );
    }
    let _ = write!(
        text,
        "WAL and synchronous=FULL on both sides, the same disk, {} pools. {} rounds of {} s each side. Medians. The rivals are loops in \
         one process without gRPC; a hold of Wishwell writes {rows} rows. What a commit waits for is the disk: beside each line, how long it takes to have one page \
         of a file that is written over (fdatasync).\n\n\
         | clients | disk us | one-row commits/s | one-hold commits/s | Wishwell/s | p50 / p99 ms | its CPU us/hold | holds by one-row commits | rows by \
         one-row commits | holds by one-hold commits |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        results.pools, results.rounds, results.round_seconds
    );
    for case in &results.cases {
        let rows_ratio = case.ratio_to_rows * rows as f64;
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {} | {} | {:.2} (>= {ROWS_RATIO_MIN:.0}: {}) | {rows_ratio:.1} (>= {ROWS_RATIO_MIN:.0}: {}) | {:.2} |",
            case.clients,
            case.sync_micros,
            case.single_rows_per_second,
            case.single_holds_per_second,
            case.wishwell.per_second,
            times(&case.wishwell),
            cpu(&case.wishwell),
            case.ratio_to_rows,
            verdict(case.ratio_to_rows >= ROWS_RATIO_MIN),
            verdict(rows_ratio >= ROWS_RATIO_MIN),
            case.ratio_to_holds
        );
    }
    text
}
