//! When certificates end (RFC 5280, 4.1.2.5): what checks chains does not tell it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

/// What a file with certificates is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificatesOf {
    /// What the server shows: its own certificate, and those between it and its authority. Callers refuse what has ended.
    Server,
    /// The authorities by which callers' certificates are believed. What one has signed is believed after its end, too.
    ClientAuthorities,
}

impl CertificatesOf {
    /// The setting that names the file.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Server => "tls_cert",
            Self::ClientAuthorities => "tls_client_ca",
        }
    }
}

/// When the first of a file's certificates ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateEnd {
    /// Which file.
    pub of: CertificatesOf,
    /// From this second on one of them does not hold any more.
    pub at: Timestamp,
}

impl CertificateEnd {
    /// Of a file's text; none where nothing in it says when.
    pub(crate) fn first_of(of: CertificatesOf, pem: &[u8]) -> Option<Self> {
        let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
        certificates.filter_map(|certificate| not_after(&certificate)).min().map(|at| Self { of, at })
    }

    /// Whole days that are left, negative ones when it is over.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        const SECONDS_A_DAY: i64 = 24 * 60 * 60;
        self.at.duration_since(now).as_secs().div_euclid(SECONDS_A_DAY)
    }
}

/// The last second at which a certificate holds.
fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    const VERSION: u8 = 0xa0;
    let (_, certificate, _) = value(certificate)?;
    let (_, mut fields, _) = value(certificate)?;
    // The first version does not say that it is one.
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = value(fields)?;
    }
    for _before in ["serialNumber", "signature", "issuer"] {
        (_, _, fields) = value(fields)?;
    }
    let (_, validity, _) = value(fields)?;
    let (_, _, after_not_before) = value(validity)?;
    let (tag, text, _) = value(after_not_before)?;
    instant(tag, text)
}

/// The tag and the contents of the first value in DER, and what follows it.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    const LONG: u8 = 0x80;
    let (tag, rest) = der.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if *first >= LONG {
        let (digits, after) =
            rest.split_at_checked(usize::from(*first - LONG)).filter(|(digits, _)| digits.len() <= 4)?;
        length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        rest = after;
    }
    let (contents, after) = rest.split_at_checked(length)?;
    Some((*tag, contents, after))
}

/// A UTCTime, whose years are those from 1950 to 2049, or a GeneralizedTime.
fn instant(tag: u8, text: &[u8]) -> Option<Timestamp> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    // The end of the year 9999 stands for none.
    Some(TimeZone::UTC.to_timestamp(at).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(year: i32, month: u8, day: u8) -> rcgen::Certificate {
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, month, day);
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_certificate_ends_when_it_says_in_either_form() {
        for (year, expected) in [(1999, "1999-02-03"), (2049, "2049-02-03"), (2050, "2050-02-03"), (2120, "2120-02-03")]
        {
            let found = not_after(certificate(year, 2, 3).der());
            assert_eq!(found, Some(format!("{expected}T00:00:00Z").parse().unwrap()));
        }
        let never = certificate(9999, 12, 31);
        assert_eq!(not_after(never.der()), Some(Timestamp::MAX));
    }

    #[test]
    fn of_several_the_first_end_counts_and_what_is_cut_off_or_none_says_nothing() {
        let pem =
            [certificate(2031, 1, 1), certificate(2030, 1, 1), certificate(2032, 1, 1)].map(|one| one.pem()).concat();
        let end = CertificateEnd::first_of(CertificatesOf::Server, pem.as_bytes()).unwrap();
        assert_eq!(end.at, "2030-01-01T00:00:00Z".parse().unwrap());
        let whole = certificate(2030, 1, 1);
        for length in 0..whole.der().len() {
            let found = not_after(&whole.der()[..length]);
            assert_eq!(found, None, "the outermost value is not whole");
        }
        assert_eq!(CertificateEnd::first_of(CertificatesOf::Server, b"nothing"), None);
    }

    #[test]
    fn days_left_are_whole_ones() {
        let end = CertificateEnd { of: CertificatesOf::Server, at: "2030-01-10T12:00:00Z".parse().unwrap() };
        for (now, left) in [
            ("2030-01-09T12:00:00Z", 1),
            ("2030-01-09T12:00:01Z", 0),
            ("2030-01-10T12:00:00Z", 0),
            ("2030-01-10T12:00:01Z", -1),
        ] {
            assert_eq!(end.days_left(now.parse().unwrap()), left, "{now}");
        }
    }
}
