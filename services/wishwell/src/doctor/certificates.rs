//! When the certificates of the configuration end.

use jiff::Timestamp;
use wishwell_matching::{CertificateEnd, CertificatesOf};

use super::Finding;
use super::subject::Subject;
use crate::lang::Lang;
use crate::run::ends_soon;

/// Each file's certificates hold, and do for some weeks.
pub(super) fn look(ends: &[CertificateEnd], now: Timestamp, lang: Lang) -> Vec<Finding> {
    ends.iter().map(|end| of(end, now, lang)).collect()
}

fn of(end: &CertificateEnd, now: Timestamp, lang: Lang) -> Finding {
    let subject = Subject::Certificates;
    let (setting, at, days) = (end.of.setting(), end.at, end.days_left(now));
    let is_over = end.at < now;
    let what = match (lang, is_over) {
        (Lang::En, false) => format!("{setting} ends at {at}, {days} {} left", if days == 1 { "day" } else { "days" }),
        (Lang::En, true) => format!("{setting} has ended at {at}"),
        (Lang::Zh, false) => format!("{setting} 于 {at} 到期，还剩 {days} 天"),
        (Lang::Zh, true) => format!("{setting} 已于 {at} 到期"),
    };
    if !ends_soon(end, now) {
        return Finding::ok(subject, what);
    }
    let remedy = match end.of {
        CertificatesOf::Server => lang.pick(
            "renew it and restart: callers refuse a certificate that has ended",
            "请更新证书并重启：证书到期后，调用方会拒绝连接",
        ),
        CertificatesOf::ClientAuthorities => lang.pick(
            "add the next authority, give callers certificates of it, then take this one out: what it has signed is believed still",
            "请加入新的证书颁发机构，为调用方换发证书，再移除旧机构：旧机构已签发的证书目前仍被信任",
        ),
    };
    match end.of {
        CertificatesOf::Server if is_over => Finding::fail(subject, what, remedy),
        _ => Finding::warn(subject, what, remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_certificate_that_is_over_fails_and_one_that_ends_soon_is_to_be_looked_at() {
        let now = "2030-01-10T00:00:00Z".parse().unwrap();
        for (of, at, state, what) in [
            (
                CertificatesOf::Server,
                "2030-02-10T12:00:00Z",
                State::Ok,
                "tls_cert ends at 2030-02-10T12:00:00Z, 31 days left",
            ),
            (
                CertificatesOf::Server,
                "2030-01-11T12:00:00Z",
                State::Warn,
                "tls_cert ends at 2030-01-11T12:00:00Z, 1 day left",
            ),
            (CertificatesOf::Server, "2030-01-09T23:59:59Z", State::Fail, "tls_cert has ended at 2030-01-09T23:59:59Z"),
            (
                CertificatesOf::ClientAuthorities,
                "2030-01-09T23:59:59Z",
                State::Warn,
                "tls_client_ca has ended at 2030-01-09T23:59:59Z",
            ),
        ] {
            let end = CertificateEnd { of, at: at.parse().unwrap() };
            let found = look(&[end], now, Lang::En);
            let [Finding { state: found, what: told, remedy, .. }] = &found[..] else { panic!("{found:?}") };
            assert_eq!((*found, told.as_str(), remedy.is_empty()), (state, what, state == State::Ok));
        }
    }
}
