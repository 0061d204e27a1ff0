//! Sending traces, and telling when they do not arrive: once, now and then while it lasts, and when they do again. The library would tell
//! each batch, every few seconds, in a line that names neither the setting nor what is to be done.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tracing::Metadata;

/// How often it is told again while it lasts.
const REMINDER: Duration = Duration::from_secs(600);
/// The library's own line about a batch that was not taken, by the name of its place.
const OF_THE_LIBRARY: &str = "BatchSpanProcessor.ExportError";

/// Whether a line is the library's about what is told here.
pub(super) fn is_told_here(metadata: &Metadata<'_>) -> bool {
    metadata.name() == OF_THE_LIBRARY
}

/// What is to be told.
#[derive(Debug, PartialEq, Eq)]
enum Telling {
    /// Spans are lost, so many since that was told last.
    Lost(usize),
    /// They arrive again; so many were lost since that was told last.
    Arrive(usize),
}

/// Spans that did not arrive.
#[derive(Debug, Default)]
struct Losses {
    spans: usize,
    told_at: Option<Instant>,
}

impl Losses {
    fn note(&mut self, arrived: bool, spans: usize, now: Instant) -> Option<Telling> {
        if arrived {
            self.told_at.take()?;
            return Some(Telling::Arrive(std::mem::take(&mut self.spans)));
        }
        self.spans = self.spans.saturating_add(spans);
        if self.told_at.is_some_and(|at| now.duration_since(at) < REMINDER) {
            return None;
        }
        self.told_at = Some(now);
        Some(Telling::Lost(std::mem::take(&mut self.spans)))
    }
}

/// An exporter whose failures are told.
#[derive(Debug)]
pub(super) struct Sending<E> {
    exporter: E,
    /// Where it sends to, without a password.
    endpoint: String,
    losses: Mutex<Losses>,
}

impl<E> Sending<E> {
    pub(super) fn new(exporter: E, endpoint: String) -> Self {
        Self { exporter, endpoint, losses: Mutex::default() }
    }
}

impl<E: SpanExporter> SpanExporter for Sending<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let sent = self.exporter.export(batch).await;
        let now = Instant::now();
        let telling = self.losses.lock().unwrap_or_else(PoisonError::into_inner).note(sent.is_ok(), spans, now);
        let endpoint = &self.endpoint;
        match (telling, &sent) {
            (Some(Telling::Lost(spans)), Err(error)) => tracing::warn!(
                otlp_endpoint = endpoint,
                spans,
                %error,
                "traces are lost: look whether otlp_endpoint is right and takes OTLP over gRPC; calls are served all the same"
            ),
            (Some(Telling::Arrive(spans)), _) => {
                tracing::info!(
                    otlp_endpoint = endpoint,
                    spans,
                    "traces are sent again; these were lost since it was told last"
                );
            }
            _ => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_traces_are_told_once_and_now_and_then_and_when_they_arrive_again() {
        let (mut losses, start) = (Losses::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(losses.note(true, 5, at(0)), None, "all is well");
        assert_eq!(losses.note(false, 3, at(5)), Some(Telling::Lost(3)));
        let told: Vec<_> = (2..=121).filter_map(|tries| losses.note(false, 2, at(5 * tries))).collect();
        assert_eq!(told, [Telling::Lost(240)], "of 120 batches in ten minutes");
        assert_eq!(losses.note(false, 7, at(610)), None);
        assert_eq!(losses.note(true, 1, at(615)), Some(Telling::Arrive(7)));
        assert_eq!(losses.note(true, 1, at(620)), None, "once");
    }
}
