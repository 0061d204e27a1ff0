//! Log lines as JSON objects, each with the ids of the trace and span it belongs to.
//!
//! Fields of spans are left out of log lines on purpose: they belong to the trace, which has its own retention.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::{MakeVisitor, RecordFields};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// One JSON object a line: `timestamp`, `severity_text`, `target`, `message`, `trace_id`, `span_id`, and the event's fields
/// under `attributes`.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonLines;

/// Formats nothing of a span when it is opened: nothing of it is printed either.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoFields;

impl<'writer> FormatFields<'writer> for NoFields {
    fn format_fields<R: RecordFields>(&self, _: Writer<'writer>, _: R) -> fmt::Result {
        Ok(())
    }
}

impl<'writer> MakeVisitor<Writer<'writer>> for NoFields {
    type Visitor = Fields;

    fn make_visitor(&self, _: Writer<'writer>) -> Fields {
        Fields::default()
    }
}

impl<S> FormatEvent<S, NoFields> for JsonLines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn format_event(&self, _: &FmtContext<'_, S, NoFields>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = Map::new();
        #[expect(clippy::disallowed_methods, reason = "a log line says when it was written")]
        let now = Timestamp::now();
        line.insert("timestamp".to_owned(), Value::String(format!("{now:.6}")));
        line.insert("severity_text".to_owned(), Value::String(event.metadata().level().to_string()));
        line.insert("target".to_owned(), Value::String(event.metadata().target().to_owned()));
        line.insert("message".to_owned(), Value::String(fields.message));
        if let Some((trace_id, span_id)) = current_trace() {
            line.insert("trace_id".to_owned(), Value::String(trace_id));
            line.insert("span_id".to_owned(), Value::String(span_id));
        }
        if !fields.others.is_empty() {
            line.insert("attributes".to_owned(), Value::Object(fields.others));
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// Ids of the trace and span that are open here; the tracing layer keeps them as OpenTelemetry's current context.
fn current_trace() -> Option<(String, String)> {
    Context::map_current(|context| {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| (ids.trace_id().to_string(), ids.span_id().to_string()))
    })
}

/// Collects an event's fields.
#[derive(Debug, Default)]
pub(super) struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.others.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.put(field, Value::String(value.to_owned()));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::from(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // Writing into a String fails only when `value` itself does; what it wrote until then is kept.
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use opentelemetry::trace::TracerProvider as _;
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt as _;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines_of(work: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::registry()
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")))
            .with(
                tracing_subscriber::fmt::layer()
                    .fmt_fields(NoFields)
                    .event_format(JsonLines)
                    .with_writer(move || writer.clone()),
            );
        tracing::subscriber::with_default(subscriber, work);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn lines_within_one_span_share_their_trace_and_hide_its_fields() {
        let lines = lines_of(|| {
            tracing::info_span!("call", secret = "canary").in_scope(|| {
                tracing::info!(count = 3, "loaded");
                tracing::warn!("slow \"quote\"\nline");
            });
        });
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["message"], "loaded");
        assert_eq!(lines[0]["severity_text"], "INFO");
        assert_eq!(lines[0]["attributes"]["count"], 3);
        assert_eq!(lines[1]["message"], "slow \"quote\"\nline");
        assert_eq!(lines[0]["trace_id"].as_str().unwrap().len(), 32);
        assert_eq!(lines[0]["span_id"].as_str().unwrap().len(), 16);
        assert_eq!(lines[0]["trace_id"], lines[1]["trace_id"]);
        assert!(lines.iter().all(|line| !line.to_string().contains("canary")));
    }

    #[test]
    fn a_line_outside_of_spans_has_no_trace() {
        let lines = lines_of(|| tracing::info!(up = true, "started"));
        assert!(lines[0].get("trace_id").is_none());
        assert_eq!(lines[0]["attributes"]["up"], true);
        assert!(lines[0]["timestamp"].as_str().unwrap().parse::<Timestamp>().is_ok());
    }
}
