//! Figures for whoever watches over a gateway: how many requests were answered, by status.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

/// Statuses from the first one on, 100, to the last one of the classes that HTTP knows.
const STATUSES: usize = 500;
const STATUS_FIRST: usize = 100;
const NAME: &str = "http_server_responses";

/// What a gateway counts.
#[derive(Debug)]
pub struct Figures([AtomicU64; STATUSES]);

impl Figures {
    pub(crate) fn new() -> Self {
        Self([const { AtomicU64::new(0) }; STATUSES])
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        let at = usize::from(status.as_u16()).checked_sub(STATUS_FIRST);
        if let Some(count) = at.and_then(|at| self.0.get(at)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// As OpenMetrics text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = format!("# HELP {NAME} Requests that were answered\n# TYPE {NAME} counter\n");
        for (at, count) in self.0.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                let status = at + STATUS_FIRST;
                // Writing into a text cannot fail.
                let _ = writeln!(text, "{NAME}_total{{http_response_status_code=\"{status}\"}} {count}");
            }
        }
        text.push_str("# EOF\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_status() {
        let figures = Figures::new();
        let empty =
            "# HELP http_server_responses Requests that were answered\n# TYPE http_server_responses counter\n# EOF\n";
        assert_eq!(figures.encode(), empty);
        for status in [200, 429, 200, 503, 599, 999] {
            figures.answered(StatusCode::from_u16(status).unwrap());
        }
        let text = figures.encode();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let sample =
            |status, count| format!("http_server_responses_total{{http_response_status_code=\"{status}\"}} {count}");
        assert_eq!(samples, [sample(200, 2), sample(429, 1), sample(503, 1), sample(599, 1)]);
    }
}
