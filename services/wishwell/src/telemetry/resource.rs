//! What this process is, in the words of OpenTelemetry's semantic conventions.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_semantic_conventions::resource::{SERVICE_INSTANCE_ID, SERVICE_VERSION};
use ring::rand::{SecureRandom as _, SystemRandom};
use uuid::Uuid;

/// Name of the service in traces, also when `OTEL_SERVICE_NAME` says nothing.
pub(crate) const SERVICE_NAME: &str = "wishwell";

/// `OTEL_RESOURCE_ATTRIBUTES` adds to it, for the deployment's own words.
pub(super) fn of_this_process() -> Resource {
    let builder = Resource::builder();
    let named_elsewhere = std::env::var_os("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty());
    let builder = if named_elsewhere { builder } else { builder.with_service_name(SERVICE_NAME) };
    builder
        .with_attribute(KeyValue::new(SERVICE_VERSION, env!("CARGO_PKG_VERSION")))
        // A random identity for each run, as the convention prefers: replicas and restarts are told apart.
        .with_attribute(KeyValue::new(SERVICE_INSTANCE_ID, instance_id().to_string()))
        .build()
}

/// A random UUID; nil when the system gives no randomness, which is no reason to run without traces.
fn instance_id() -> Uuid {
    let mut bytes = [0; 16];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => uuid::Builder::from_random_bytes(bytes).into_uuid(),
        Err(_) => Uuid::nil(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_names_service_version_and_instance() {
        let resource = of_this_process();
        let value = |key: &'static str| resource.get(&opentelemetry::Key::from_static_str(key)).map(|v| v.to_string());
        assert_eq!(value("service.name").as_deref(), Some("wishwell"));
        assert_eq!(value("service.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
        assert!(value("service.instance.id").is_some_and(|id| Uuid::try_parse(&id).is_ok()));
    }
}
