//! The trace that a command was started in: `TRACEPARENT` and `TRACESTATE` in its environment, as OpenTelemetry hands contexts
//! to processes. It goes on with every call, so that a scheduled import is one trace from the scheduler to the store.

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};

/// Headers that name the trace; none when the command is in none.
#[derive(Clone, Default)]
pub(crate) struct Parent(Vec<(&'static str, MetadataValue<Ascii>)>);

/// The headers of a context, with the variables that carry them.
const CARRIED: [(&str, &str); 2] = [("traceparent", "TRACEPARENT"), ("tracestate", "TRACESTATE")];

impl Parent {
    /// Reads the environment. What is no valid context is left out, as the specification says.
    pub(crate) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let carried = Carrier(CARRIED.iter().filter_map(|(header, name)| Some((*header, variable(name)?))).collect());
        let propagator = TraceContextPropagator::new();
        let context = propagator.extract(&carried);
        if !context.span().span_context().is_valid() {
            return Self::default();
        }
        let mut headers = Carrier(Vec::new());
        propagator.inject_context(&context, &mut headers);
        let parsed = headers.0.into_iter().filter_map(|(header, value)| Some((header, value.parse().ok()?)));
        Self(parsed.collect())
    }

    pub(super) fn add_to(&self, metadata: &mut MetadataMap) {
        for (header, value) in &self.0 {
            metadata.insert(*header, value.clone());
        }
    }
}

struct Carrier(Vec<(&'static str, String)>);

impl Extractor for Carrier {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(header, _)| *header == key).map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(header, _)| *header).collect()
    }
}

impl Injector for Carrier {
    fn set(&mut self, key: &str, value: String) {
        if let Some((header, _)) = CARRIED.iter().find(|(header, _)| *header == key && !value.is_empty()) {
            self.0.push((header, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_context_goes_on_and_anything_else_does_not() {
        let told = |parent: &str| {
            let parent = Parent::of_environment(|name| (name == "TRACEPARENT").then(|| parent.to_owned()));
            let mut metadata = MetadataMap::new();
            parent.add_to(&mut metadata);
            metadata.get("traceparent").map(|value| value.to_str().unwrap_or_default().to_owned())
        };
        let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(told(valid).as_deref(), Some(valid));
        for wrong in ["", "00-0-0-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "nonsense"] {
            assert_eq!(told(wrong), None, "{wrong:?}");
        }
    }
}
