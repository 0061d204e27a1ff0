//! SIGTERM and SIGINT end the process in order; a second one ends it at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::exit::{Exit, Failure};

/// Exit code after a second signal: what a shell reports of a process that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// Listens for signals from now on. The token is cancelled by the first.
pub(super) fn listen() -> Result<CancellationToken, Failure> {
    let failed =
        |error: std::io::Error| Failure::one(Exit::Defect, "signals cannot be listened for", error.to_string(), "");
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        loop {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if first.is_cancelled() && name == "SIGINT" {
                // Someone at a terminal does not want to wait. What was answered is durable already.
                std::process::exit(INTERRUPTED);
            }
            tracing::info!(signal = name, "stopping: no new calls, those under way are finished");
            first.cancel();
        }
    });
    Ok(stop)
}
