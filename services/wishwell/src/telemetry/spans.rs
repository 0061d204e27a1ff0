//! Which spans exist at all.

use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{DynFilterFn, LevelFilter, Targets, dynamic_filter_fn};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;
use wishwell_gateway::REQUEST_SPAN_TARGET;
use wishwell_matching::stack::CALL_SPAN_TARGET;

use super::sending;

/// Crates whose spans may leave the process. Those of libraries are not ours to vouch for.
const OURS: &str = "wishwell";

/// Lets through the spans of calls and of requests, which service and gateway open for sampled ones only, what is opened below it, and log
/// lines of these levels. Any other span would cost each call that is not sampled, and become a trace of its own.
///
/// A layer over all others and not a filter of one of them: a span that only filters refuse is still made.
pub(super) fn gate<S>(levels: Targets) -> impl Layer<S>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    let lines = levels.clone();
    let levels_max = Layer::<S>::max_level_hint(&levels);
    let enabled = move |metadata: &Metadata<'_>, context: &Context<'_, S>| {
        if metadata.is_span() {
            is_ours(metadata) && (begins_a_tree(metadata) || context.lookup_current().is_some())
        } else {
            !sending::is_told_here(metadata) && lines.would_enable(metadata.target(), metadata.level())
        }
    };
    let callsite = move |metadata: &Metadata<'_>| {
        if metadata.is_span() {
            if is_ours(metadata) { Interest::sometimes() } else { Interest::never() }
        } else if !sending::is_told_here(metadata) && levels.would_enable(metadata.target(), metadata.level()) {
            Interest::always()
        } else {
            Interest::never()
        }
    };
    // Spans of ours are of DEBUG at most. HTTP/2 alone has some sixty places for a call to trace in: each is told by this one number.
    let most = levels_max.map_or(LevelFilter::DEBUG, |levels| levels.max(LevelFilter::DEBUG));
    let gate: DynFilterFn<S, _, _> =
        dynamic_filter_fn(enabled).with_callsite_filter(callsite).with_max_level_hint(most);
    gate
}

/// Opened for what is sampled alone: by the service for a call, by the gateway for a request.
fn begins_a_tree(metadata: &Metadata<'_>) -> bool {
    metadata.target() == CALL_SPAN_TARGET || metadata.target() == REQUEST_SPAN_TARGET
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with(OURS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt as _;

    #[derive(Debug, Clone, Default)]
    struct Names(Arc<Mutex<Vec<String>>>);

    impl SpanExporter for Names {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch.into_iter().map(|span| span.name.into_owned()));
            Ok(())
        }
    }

    #[test]
    fn only_the_call_and_what_is_below_it_become_a_trace() {
        let names = Names::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(names.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let levels = Targets::new().with_default(tracing::Level::INFO);
        let subscriber = tracing_subscriber::registry().with(layer).with(gate(levels));
        tracing::subscriber::with_default(subscriber, || {
            assert!(tracing::info_span!(target: "wishwell_store", "alone").is_disabled());
            assert!(tracing::info_span!(target: "hyper", "library").is_disabled());
            tracing::info_span!(target: CALL_SPAN_TARGET, "call").in_scope(|| {
                tracing::debug_span!(target: "wishwell_store", "below").in_scope(|| ());
                tracing::info_span!(target: "sqlx", "library").in_scope(|| ());
            });
        });
        assert_eq!(*names.0.lock().unwrap(), ["below", "call"]);
    }
}
