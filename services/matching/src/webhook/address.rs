//! Where a message goes, as a URL says it.

use std::net::{IpAddr, SocketAddr};

use http::Uri;
use tokio_rustls::rustls::pki_types::ServerName;
use wishwell_domain::limits::{URL_CHARS_MAX, WEBHOOK_PORT_MIN};

use super::reach::Reach;

/// Addresses of one name that are looked at.
const ADDRESSES_MAX: usize = 16;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// As it stands in the URL, with its port when that is not the usual one.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: String,
    /// The name that the receiver's certificate must have; none over plain HTTP.
    pub(super) tls: Option<ServerName<'static>>,
    host: String,
    port: u16,
}

impl Address {
    /// Reads a URL: `https` to any host but an address that is not public, port 443 or one that no system's service has; in development
    /// also `http` and any port on this machine.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn parse(url: &str, reach: &Reach) -> Result<Self, String> {
        if url.chars().count() > URL_CHARS_MAX {
            return Err(format!("must have at most {URL_CHARS_MAX} characters"));
        }
        let uri: Uri = url.parse().map_err(|_| "must be a URL".to_owned())?;
        if url.contains('#') {
            return Err("must not have a fragment".to_owned());
        }
        let authority = uri.authority().ok_or("must name a host")?;
        if authority.as_str().contains('@') {
            return Err("must not hold a name or a password".to_owned());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let number: Option<IpAddr> = host.parse().ok();
        let here = host.eq_ignore_ascii_case("localhost") || number.is_some_and(|ip| ip.is_loopback());
        let here = here && *reach == Reach::PublicAndThisMachine;
        if number.is_some_and(|ip| !reach.allows(ip)) {
            return Err("must lead to a public address".to_owned());
        }
        let (usual, tls) = match uri.scheme_str() {
            Some("https") => {
                let name = ServerName::try_from(host.clone());
                (443, Some(name.map_err(|_| "must name a host that can have a certificate")?))
            }
            Some("http") if here => (80, None),
            _ => return Err("must begin with https://".to_owned()),
        };
        let port = authority.port_u16().unwrap_or(usual);
        if !here && port != 443 && port < WEBHOOK_PORT_MIN {
            return Err(format!("must have port 443, or one from {WEBHOOK_PORT_MIN}"));
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        Ok(Self { authority: authority.to_string(), target, tls, host, port })
    }

    /// The addresses behind the host, looked up once: what is checked here is what is connected to. One that may not be reached spoils
    /// all of them, because a name that leads to both is no accident.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) async fn resolve(&self, reach: &Reach) -> Result<Vec<SocketAddr>, String> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found = found.map_err(|_| "the host's address cannot be looked up".to_owned())?;
        let addresses: Vec<SocketAddr> = found.take(ADDRESSES_MAX).collect();
        if addresses.is_empty() {
            return Err("the host has no address".to_owned());
        }
        if addresses.iter().any(|address| !reach.allows(address.ip())) {
            return Err("the host leads to an address that is not public".to_owned());
        }
        Ok(addresses)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_message_goes_over_tls_to_a_public_host() {
        for good in [
            "https://tools.example.org/wishes?team=1",
            "https://tools.example.org",
            "https://tools.example.org:8443/",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(Address::parse(good, &Reach::Public).is_ok(), "{good}");
        }
        let address = Address::parse("https://tools.example.org:8443/wishes?team=1", &Reach::Public).unwrap();
        assert_eq!((address.authority.as_str(), address.port), ("tools.example.org:8443", 8443));
        assert_eq!((address.host.as_str(), address.target.as_str()), ("tools.example.org", "/wishes?team=1"));
    }

    #[test]
    fn whatever_else_a_url_says_is_refused() {
        let long = format!("https://tools.example.org/{}", "a".repeat(URL_CHARS_MAX));
        for bad in [
            "http://tools.example.org/",
            "http://127.0.0.1:8000/",
            "https://127.0.0.1/",
            "https://127.0.0.1:8443/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://somebody:secret@tools.example.org/",
            "https://somebody@tools.example.org/",
            "https://tools.example.org:22/",
            "https://tools.example.org:80/",
            "https://tools.example.org:0/",
            "https://tools.example.org/#part",
            "https:///wishes",
            "https://",
            "ftp://tools.example.org/",
            "file:///etc/passwd",
            "gopher://tools.example.org/",
            "//tools.example.org/",
            "/wishes",
            "tools.example.org",
            "https://tools example.org/",
            "",
            &long,
        ] {
            assert!(Address::parse(bad, &Reach::Public).is_err(), "{bad}");
        }
    }

    #[test]
    fn in_development_this_machine_is_reached_over_http_and_nothing_else_is() {
        for good in ["http://127.0.0.1:81/", "http://localhost:8000/a", "http://[::1]:8000/", "https://localhost:1/"] {
            assert!(Address::parse(good, &Reach::PublicAndThisMachine).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1:8000/", "https://10.0.0.1/", "http://tools.example.org/", "http://0.0.0.0:80/"] {
            assert!(Address::parse(bad, &Reach::PublicAndThisMachine).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
        let address = Address::parse("https://localhost:8443/", &Reach::Public).unwrap();
        assert!(address.resolve(&Reach::Public).await.unwrap_err().contains("not public"));
        let found = address.resolve(&Reach::PublicAndThisMachine).await.unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 8443));
    }
}
