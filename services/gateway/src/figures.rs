//! Figures for whoever watches over a gateway: how many requests were answered, by status.

use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Labels as OpenTelemetry's semantic conventions for HTTP name them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    http_response_status_code: u16,
}

/// What a gateway counts.
#[derive(Debug)]
pub struct Figures {
    answers: Family<AnswerLabels, Counter>,
    registry: Registry,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let (answers, mut registry) = (Family::default(), Registry::default());
        registry.register("http_server_responses", "Requests that were answered", Family::clone(&answers));
        Self { answers, registry }
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.answers.get_or_create(&AnswerLabels { http_response_status_code: status.as_u16() }).inc();
    }

    /// As OpenMetrics text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let written = encode(&mut text, &self.registry);
        debug_assert!(written.is_ok());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_status() {
        let figures = Figures::new();
        let samples = |figures: &Figures| {
            let text = figures.encode();
            assert!(text.ends_with("# EOF\n"), "{text}");
            let mut lines: Vec<String> =
                text.lines().filter(|line| !line.starts_with('#')).map(ToOwned::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(samples(&figures), [""; 0]);
        for status in [200, 429, 200, 503, 599, 999] {
            figures.answered(StatusCode::from_u16(status).unwrap());
        }
        let sample =
            |status, count| format!("http_server_responses_total{{http_response_status_code=\"{status}\"}} {count}");
        assert_eq!(samples(&figures), [sample(200, 2), sample(429, 1), sample(503, 1), sample(599, 1), sample(999, 1)]);
    }
}
