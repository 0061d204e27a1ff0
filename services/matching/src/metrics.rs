//! Figures for operators, in the Prometheus text format. Names follow OpenTelemetry's semantic conventions for RPC; labels
//! hold method names, status codes and tenants, never anything of a beneficiary.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tonic::Code;

use wishwell_domain::ids::TenantId;

use crate::access::{Method, Outcome, Refusal, known_methods};
use crate::certificate_end::CertificateEnd;
use crate::trouble::Work;

/// Upper bounds of the duration histogram, in seconds: fine where a match is (tens of microseconds), as advised elsewhere.
const DURATION_BUCKETS_SECONDS: [f64; 17] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0,
];
/// gRPC has 17 status codes, 0 to 16.
const STATUS_CODES: usize = 17;
/// Method label of calls to methods that do not exist, so that callers cannot make labels up.
pub(crate) const OTHER_METHOD: &str = "_OTHER";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
    rpc_response_status_code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TenantLabels {
    tenant: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IssuerLabels {
    issuer: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchLabels {
    issuer: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CertificateLabels {
    setting: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkLabels {
    work: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabels {
    limit: &'static str,
}

/// What can become of a token, in the order in which [`Metrics::token`] counts.
const TOKEN_OUTCOMES: [&str; 5] = ["known", "verified", "invalid", "expired", "key_unknown"];

type Durations = Family<CallLabels, Histogram>;

/// Histograms of one method, one for each status code that it has answered, looked up by index on the path of a call.
#[derive(Debug)]
struct MethodMetrics {
    name: &'static str,
    durations: Durations,
    by_code: [OnceLock<Histogram>; STATUS_CODES],
}

impl MethodMetrics {
    /// Its answers with OK are there from the start, as 0, so that the first of them is seen as an increase. Codes that a
    /// method has never answered have no series: most never come.
    fn new(name: &'static str, durations: &Durations) -> Self {
        let metrics = Self { name, durations: durations.clone(), by_code: Default::default() };
        metrics.histogram(Code::Ok);
        metrics
    }

    fn histogram(&self, code: Code) -> Option<&Histogram> {
        let labels =
            || CallLabels { rpc_system_name: "grpc", rpc_method: self.name, rpc_response_status_code: code_name(code) };
        let kept = self.by_code.get(code as usize)?;
        Some(kept.get_or_init(|| self.durations.get_or_create_owned(&labels())))
    }
}

/// All figures of the process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// In the order of [`known_methods`], and one for all others after them.
    methods: Vec<MethodMetrics>,
    /// Calls refused because too many were under way.
    pub calls_shed: Counter,
    /// Calls under way, until they are answered or begin to stream.
    pub calls_active: Gauge,
    /// Streams of answers under way.
    pub streams_active: Gauge,
    /// Connections of callers that are open.
    pub connections_active: Gauge,
    /// Handlers that panicked.
    pub handler_panics: Counter,
    shares_refused: Family<LimitLabels, Counter>,
    work_failures: Family<WorkLabels, Counter>,
    work_failing: Family<WorkLabels, Gauge>,
    snapshot_position: Family<TenantLabels, Gauge<i64, AtomicI64>>,
    snapshot_resources: Family<TenantLabels, Gauge<i64, AtomicI64>>,
    snapshot_memory_bytes: Family<TenantLabels, Gauge<f64, AtomicU64>>,
    /// In the order of [`TOKEN_OUTCOMES`].
    tokens: [Counter; TOKEN_OUTCOMES.len()],
    token_keys: Family<IssuerLabels, Gauge<i64, AtomicI64>>,
    token_keys_age_seconds: Family<IssuerLabels, Gauge<i64, AtomicI64>>,
    token_keys_fetches: Family<FetchLabels, Counter>,
    certificate_expiration: Family<CertificateLabels, Gauge<i64, AtomicI64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Registers everything.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let durations = Durations::new_with_constructor(|| Histogram::new(DURATION_BUCKETS_SECONDS));
        registry.register_with_unit(
            "rpc_server_call_duration",
            "Time from a call's first byte to its answer, or to the end of a stream of answers",
            Unit::Seconds,
            durations.clone(),
        );
        let names = known_methods().chain(std::iter::once(OTHER_METHOD));
        let methods = names.map(|name| MethodMetrics::new(name, &durations)).collect();
        let metrics = Self {
            methods,
            calls_shed: Counter::default(),
            calls_active: Gauge::default(),
            streams_active: Gauge::default(),
            connections_active: Gauge::default(),
            handler_panics: Counter::default(),
            shares_refused: Family::default(),
            work_failures: Family::default(),
            work_failing: Family::default(),
            snapshot_position: Family::default(),
            snapshot_resources: Family::default(),
            snapshot_memory_bytes: Family::default(),
            tokens: Default::default(),
            token_keys: Family::default(),
            token_keys_age_seconds: Family::default(),
            token_keys_fetches: Family::default(),
            certificate_expiration: Family::default(),
            registry: Registry::default(),
        };
        registry.register(
            "wishwell_calls_shed",
            "Calls refused because too many were under way",
            metrics.calls_shed.clone(),
        );
        let until = "Calls under way, until they are answered or begin to stream";
        registry.register("wishwell_calls_active", until, metrics.calls_active.clone());
        registry.register("wishwell_streams_active", "Streams of answers under way", metrics.streams_active.clone());
        let connections = "Connections of callers to the gRPC port that are open, 10,000 at most";
        registry.register("wishwell_connections_active", connections, metrics.connections_active.clone());
        registry.register("wishwell_handler_panics", "Handlers that panicked", metrics.handler_panics.clone());
        let refused = "Watchers and plans refused because a caller, its tenant or all together had as many as they may";
        registry.register("wishwell_shares_refused", refused, metrics.shares_refused.clone());
        registry.register(
            "wishwell_snapshot_position",
            "Log position the snapshot has reached",
            metrics.snapshot_position.clone(),
        );
        registry.register(
            "wishwell_snapshot_resources",
            "Resources in the snapshot",
            metrics.snapshot_resources.clone(),
        );
        registry.register_with_unit(
            "wishwell_snapshot_memory",
            "Memory of the snapshot",
            Unit::Bytes,
            metrics.snapshot_memory_bytes.clone(),
        );
        registry.register_with_unit(
            "wishwell_certificate_expiration_timestamp",
            "When the first certificate of a setting's file ends, since 1970",
            Unit::Seconds,
            metrics.certificate_expiration.clone(),
        );
        metrics.register_work(&mut registry);
        let tokens = metrics.register_tokens(&mut registry);
        Self { registry, tokens, ..metrics }
    }

    /// All of it is there from the start, as 0.
    fn register_work(&self, registry: &mut Registry) {
        for work in Work::ALL {
            let labels = WorkLabels { work: work.name() };
            drop(self.work_failures.get_or_create(&labels));
            drop(self.work_failing.get_or_create(&labels));
        }
        let failures = "Tries of work that is tried again, and failed, mostly for the store";
        registry.register("wishwell_work_failures", failures, self.work_failures.clone());
        let failing = "Tenants whose work of this kind has failed for half a minute or longer, with none done since";
        registry.register("wishwell_work_failing", failing, self.work_failing.clone());
    }

    fn register_tokens(&self, registry: &mut Registry) -> [Counter; TOKEN_OUTCOMES.len()] {
        let outcomes = Family::<TokenLabels, Counter>::new_with_constructor(Counter::default);
        let counters = TOKEN_OUTCOMES.map(|outcome| outcomes.get_or_create_owned(&TokenLabels { outcome }));
        registry.register("wishwell_tokens", "Bearer tokens, by what became of them", outcomes);
        let keys = self.token_keys.clone();
        registry.register("wishwell_token_keys", "Keys of a token issuer that hold now", keys);
        registry.register_with_unit(
            "wishwell_token_keys_age",
            "Time since the keys of a token issuer were last fetched, at the last attempt",
            Unit::Seconds,
            self.token_keys_age_seconds.clone(),
        );
        let fetches = self.token_keys_fetches.clone();
        registry.register("wishwell_token_keys_fetches", "Attempts to fetch the keys of a token issuer", fetches);
        counters
    }

    /// A limit by which somebody may be refused is there from the start, as 0, so that the first refusal is seen as an increase.
    pub(crate) fn share_may_be_refused(&self, limit: &'static str) {
        drop(self.shares_refused.get_or_create(&LimitLabels { limit }));
    }

    /// Counts somebody who holds as many of something as this limit lets it.
    pub(crate) fn share_refused(&self, limit: &'static str) {
        self.shares_refused.get_or_create(&LimitLabels { limit }).inc();
    }

    /// Counts a try that failed.
    pub(crate) fn work_failed(&self, work: Work) {
        self.work_failures.get_or_create(&WorkLabels { work: work.name() }).inc();
    }

    /// Notes that one more tenant's work fails, or one fewer's.
    pub(crate) fn work_is_failing(&self, work: Work, fails: bool) {
        let tenants = self.work_failing.get_or_create(&WorkLabels { work: work.name() });
        if fails {
            tenants.inc()
        } else {
            tenants.dec()
        };
    }

    /// Counts what became of a token. Keys are none.
    pub(crate) fn token(&self, outcome: Result<Outcome, Refusal>) {
        let place = match outcome {
            Ok(Outcome::Key) => return,
            Ok(Outcome::Known) => 0,
            Ok(Outcome::Verified) => 1,
            Err(Refusal::Invalid(_)) => 2,
            Err(Refusal::Expired) => 3,
            Err(Refusal::KeyUnknown) => 4,
        };
        if let Some(counter) = self.tokens.get(place) {
            counter.inc();
        }
    }

    /// Notes an attempt to fetch an issuer's keys: how many hold after it, and how old they are, in seconds, if there ever were any.
    pub(crate) fn token_keys(&self, issuer: &str, fetched: bool, keys: usize, age: Option<i64>) {
        let labels = IssuerLabels { issuer: issuer.to_owned() };
        self.token_keys.get_or_create(&labels).set(i64::try_from(keys).unwrap_or(i64::MAX));
        if let Some(age) = age {
            self.token_keys_age_seconds.get_or_create(&labels).set(age);
        }
        for (outcome, count) in [("fetched", u64::from(fetched)), ("failed", u64::from(!fetched))] {
            self.token_keys_fetches.get_or_create(&FetchLabels { issuer: issuer.to_owned(), outcome }).inc_by(count);
        }
    }

    /// Notes when certificates end.
    pub(crate) fn certificate_ends(&self, end: &CertificateEnd) {
        let labels = CertificateLabels { setting: end.of.setting() };
        self.certificate_expiration.get_or_create(&labels).set(end.at.as_second());
    }

    /// Records a finished call.
    pub(crate) fn record(&self, method: Method, code: Code, seconds: f64) {
        if let Some(histogram) = self.methods.get(method.place).and_then(|method| method.histogram(code)) {
            histogram.observe(seconds);
        }
    }

    /// Notes where a tenant's snapshot stands.
    pub fn snapshot(&self, tenant: &TenantId, position: i64, resources: usize, memory_bytes: usize) {
        let labels = TenantLabels { tenant: tenant.to_string() };
        self.snapshot_position.get_or_create(&labels).set(position);
        self.snapshot_resources.get_or_create(&labels).set(i64::try_from(resources).unwrap_or(i64::MAX));
        // Exact up to 2^53 bytes.
        self.snapshot_memory_bytes.get_or_create(&labels).set(memory_bytes as f64);
    }

    /// Everything in the Prometheus text format.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let written = encode(&mut text, &self.registry);
        debug_assert!(written.is_ok());
        text
    }
}

/// Name of a status code as gRPC writes it.
#[must_use]
pub const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const OPERATIONS: &str = include_str!("../../../docs/operations.md");
    const RULES: &str = include_str!("../../../deploy/prometheus/wishwell.rules.yml");

    /// Names of the figures of a process that has issuers, certificates and a tenant, without what histograms put behind them.
    fn names() -> BTreeSet<String> {
        let metrics = Metrics::new();
        metrics.snapshot(&TenantId::parse("tenant", "main").expect("a tenant"), 7, 1, 400);
        metrics.token_keys("https://id.example.org", true, 1, Some(0));
        metrics.share_may_be_refused("watchers_max");
        metrics.certificate_expiration.get_or_create(&CertificateLabels { setting: "tls_cert" }).set(0);
        let text = metrics.encode();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        samples.filter_map(|line| line.split(['{', ' ']).next()).map(of_histogram).map(ToOwned::to_owned).collect()
    }

    fn of_histogram(name: &str) -> &str {
        ["_bucket", "_sum", "_count"].into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
    }

    #[test]
    fn every_figure_stands_in_the_table_for_operators() {
        for name in names() {
            assert!(OPERATIONS.contains(&format!("| `{name}` |")), "docs/operations.md does not explain {name}");
        }
    }

    #[test]
    fn alert_rules_ask_for_figures_that_there_are() {
        let names = names();
        let asked = RULES.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        let figures = asked.filter(|word| word.starts_with("rpc_server_") || word.starts_with("wishwell_"));
        let asked: BTreeSet<_> = figures.map(of_histogram).collect();
        assert!(asked.len() > 5, "{asked:?}");
        for name in asked {
            assert!(names.contains(name), "no figure is called {name}");
        }
    }
}
