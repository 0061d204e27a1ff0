//! Where marked values were found that must not be there.

use std::time::Duration;

use tonic::Status;

use super::{Canaries, FIGURES, Figure, Marker};
use crate::receiver::Receiver;
use crate::{Served, admin};

const PATIENCE: Duration = Duration::from_secs(20);

/// What a caller is told when it is refused, in full.
#[must_use]
pub fn told(status: &Status) -> Vec<u8> {
    [status.message().as_bytes(), status.details()].concat()
}

/// Markers that are found, each with its field. One pass, because there are thousands of markers and megabytes of text.
fn found<'a>(text: &[u8], markers: &'a [Marker], of_interest: impl Fn(&Marker) -> bool) -> Vec<&'a str> {
    const WIDTH: usize = "canary00000".len();
    let hits = text.windows(WIDTH).filter(|window| window.starts_with(b"canary"));
    let hits = hits.filter_map(|window| std::str::from_utf8(&window[6..]).ok()?.parse::<usize>().ok());
    let mut fields: Vec<_> =
        hits.filter_map(|index| markers.get(index)).filter(|m| of_interest(m)).map(|m| m.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// Fields with figures that are found in a text.
fn figures(text: &str, of_interest: impl Fn(&Figure) -> bool) -> Vec<&'static str> {
    let is_there = |figure: &&Figure| figure.spelt.iter().any(|spelt| text.contains(spelt));
    FIGURES.iter().filter(|figure| of_interest(figure)).filter(is_there).map(|figure| figure.field).collect()
}

/// Everything that was found where it must not be.
#[derive(Debug, Default)]
pub struct Leaks(Vec<String>);

impl Leaks {
    fn add(&mut self, place: &str, fields: Vec<&str>) {
        self.0.extend(fields.into_iter().map(|field| format!("{field} in {place}")));
    }

    /// What somebody is shown for whom nothing sensitive is.
    pub fn of_shown(&mut self, place: &str, shown: &[u8], canaries: &Canaries) {
        self.add(place, found(shown, &canaries.markers, |marker| marker.sensitive));
        self.add(place, figures(&String::from_utf8_lossy(shown), |_| true));
    }

    /// What the store holds: nothing sensitive, and enough of the rest to know that the search would find it.
    ///
    /// # Panics
    /// When what must be there was not found.
    pub fn of_store(&mut self, bytes: &[u8], canaries: &Canaries) {
        self.add("the store", found(bytes, &canaries.markers, |marker| marker.sensitive));
        let text = String::from_utf8_lossy(bytes);
        self.add("the store", figures(&text, |figure| !figure.stored));
        let stored = figures(&text, |figure| figure.stored).len();
        assert_eq!(stored, 2, "where needs are is found, so that the rest would be");
        let kept = found(bytes, &canaries.markers, |marker| !marker.sensitive).len();
        assert!(kept > 10, "what is not sensitive is found in the store, so what is sensitive would be: {kept}");
    }

    /// Ends a server that was [`talkative`] and looks through everything it said.
    ///
    /// # Panics
    /// When it said too little to tell anything.
    pub async fn of_output(&mut self, served: &mut Served, receiver: &Receiver, canaries: &Canaries) {
        let (_, metrics) = admin::get(served.admin, "/metrics").await;
        served.process.terminate();
        assert!(served.process.wait_until_ended(PATIENCE).await.success());
        let spans = format!("{:?}", receiver.received());
        let log = served.process.output();
        for (place, text) in [("the log", &log), ("the spans", &spans), ("the figures", &metrics)] {
            self.add(place, found(text.as_bytes(), &canaries.markers, |_| true));
            self.add(place, figures(text, |_| true));
            for made_up in ["canaryMethod", "canaryBody", "Bearer"] {
                if let Some(line) = text.lines().find(|line| line.starts_with('{') && line.contains(made_up)) {
                    self.0.push(format!("{made_up} in {place}: {line}"));
                }
            }
        }
        assert!(spans.contains("SubmitNeed") && metrics.contains("SubmitNeed"), "the calls were watched");
        assert!(log.contains("\"severity_text\":\"TRACE\""), "the log was at its most talkative");
        let sensitive = canaries.markers.iter().filter(|marker| marker.sensitive).count();
        assert!(sensitive > 50, "{sensitive} sensitive values were sent");
    }

    /// Holds that there are none.
    ///
    /// # Panics
    /// With all that there are.
    pub fn assert_none(mut self) {
        self.0.sort();
        self.0.dedup();
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

/// Flags that make a server tell all it can, in its log and of every call to where spans are received.
#[must_use]
pub fn talkative(endpoint: &str) -> [&str; 8] {
    ["--otlp-endpoint", endpoint, "--trace-sample-ratio", "1", "--log-format", "json", "--log-level", "trace"]
}
