//! Process-level set-up of logs and traces. Which calls are traced and what their spans are called is the matching
//! service's affair; here it is decided where spans and log lines go.

mod format;
mod panics;
mod resource;
mod sending;
mod spans;

use std::io::IsTerminal as _;
use std::time::Duration;

use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, TelemetryConfig, without_password};
use crate::exit::{Exit, Failure};

/// Longest time one export may take.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time the last spans may take at the end of the process.
pub(crate) const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
const TRACER: &str = "wishwell";

/// Keeps the export of traces going; `stop` sends what is left.
#[derive(Debug)]
pub(crate) struct Telemetry {
    provider: SdkTracerProvider,
    exports: bool,
}

impl Telemetry {
    /// Installs logs and traces for the process. Call it once, within the runtime that shall carry the export.
    pub(crate) fn start(config: &TelemetryConfig) -> Result<Self, Failure> {
        let provider = provider(config)?;
        global::set_text_map_propagator(TraceContextPropagator::new());
        // Spans are always built: a log line names its trace whether or not traces are sent anywhere.
        let spans = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(TRACER))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_error_events_to_status(false);
        let levels: Targets = config.log_level.parse().unwrap_or_default();
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = match config.log_format {
            LogFormat::Json => lines.fmt_fields(format::NoFields).event_format(format::JsonLines).boxed(),
            LogFormat::Text => {
                let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
                lines.with_ansi(ansi).with_target(false).compact().boxed()
            }
        };
        // Lines need no spans: their trace comes from OpenTelemetry's context.
        let lines = lines.with_filter(filter_fn(|metadata| metadata.is_event()));
        let subscriber = tracing_subscriber::registry().with(spans).with(lines).with(spans::gate(levels));
        subscriber.try_init().map_err(|error| {
            Failure::one(Exit::Defect, "logs cannot be set up", error.to_string(), "please report this")
        })?;
        panics::log_panics();
        Ok(Self { provider, exports: config.otlp_endpoint.is_some() })
    }

    /// Sends what has not been sent yet, within [`FLUSH_TIMEOUT`].
    pub(crate) async fn stop(self) {
        if !self.exports {
            return;
        }
        // The export runs on the runtime while these calls block their thread.
        let stopped = tokio::task::spawn_blocking(move || {
            let flushed = self.provider.force_flush();
            flushed.and_then(|()| self.provider.shutdown_with_timeout(FLUSH_TIMEOUT))
        });
        match tokio::time::timeout(FLUSH_TIMEOUT, stopped).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the last traces were not sent"),
            Ok(Err(_)) | Err(_) => tracing::warn!("the last traces were not sent in time"),
        }
    }
}

fn provider(config: &TelemetryConfig) -> Result<SdkTracerProvider, Failure> {
    // Whether a call is traced is decided before its span exists, so every span that gets here is wanted.
    let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
    let builder = SdkTracerProvider::builder().with_resource(resource::of_this_process()).with_sampler(sampler);
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(builder.build()) };
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_TIMEOUT).build();
    let exporter = exporter.map_err(|error| {
        Failure::one(
            Exit::Configuration,
            "traces cannot be sent",
            format!("otlp_endpoint {}: {error}", without_password(endpoint)),
            "name an OTLP/gRPC receiver such as http://127.0.0.1:4317, or leave otlp_endpoint out",
        )
    })?;
    let exporter = sending::Sending::new(exporter, without_password(endpoint));
    Ok(builder.with_batch_exporter(exporter).build())
}
