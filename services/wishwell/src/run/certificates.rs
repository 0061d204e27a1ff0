//! Certificates that end soon are told of at start and every day: who renews them is not asked, and callers are turned away at once.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use wishwell_domain::clock::Clock as _;
use wishwell_matching::CertificateEnd;

use super::SystemClock;

/// With fewer days left a certificate ends soon.
pub(crate) const ENDS_SOON_DAYS: i64 = 21;
/// How often they are looked at.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether a certificate ends soon, or is over.
pub(crate) fn ends_soon(end: &CertificateEnd, now: Timestamp) -> bool {
    end.days_left(now) < ENDS_SOON_DAYS
}

/// Tells of those that end soon now and every day, until told to stop.
pub(super) async fn watch(ends: Vec<CertificateEnd>, stop: CancellationToken) {
    if ends.is_empty() {
        return;
    }
    loop {
        let now = SystemClock.now();
        ends.iter().filter(|end| ends_soon(end, now)).for_each(|end| warn(end, now));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

fn warn(end: &CertificateEnd, now: Timestamp) {
    let (setting, ends, days_left) = (end.of.setting(), end.at, end.days_left(now));
    if end.at < now {
        tracing::warn!(setting, %ends, days_left, "a certificate has ended: renew it and restart");
    } else {
        tracing::warn!(setting, %ends, days_left, "a certificate ends soon: renew it and restart");
    }
}

#[cfg(test)]
mod tests {
    use wishwell_matching::CertificatesOf;

    use super::*;

    #[test]
    fn three_weeks_before_its_end_a_certificate_ends_soon() {
        let end = CertificateEnd { of: CertificatesOf::Server, at: "2030-01-31T00:00:00Z".parse().unwrap() };
        for (now, soon) in [
            ("2030-01-09T00:00:00Z", false),
            ("2030-01-10T00:00:00Z", false),
            ("2030-01-10T00:00:01Z", true),
            ("2030-02-01T00:00:00Z", true),
        ] {
            assert_eq!(ends_soon(&end, now.parse().unwrap()), soon, "{now}");
        }
    }
}
