//! Texts read into the values of settings. An error says what would be right.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::lang::Lang;

/// No bound on calls under way is higher: each may hold a request body of megabytes.
const CALLS_ACTIVE_MAX: usize = 1_000_000;

/// What is wrong with a value, and a value that would be right.
pub(crate) type Wrong = (String, String);

fn wrong<T>(what: &str, remedy: &str) -> Result<T, Wrong> {
    Err((what.to_owned(), remedy.to_owned()))
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server, by its URL. May hold a password: never shown as it is.
    Postgres(String),
}

impl Database {
    /// The URL without a password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => without_password(url),
        }
    }
}

/// A URL with `***` in the place of its password. Errs on the side of hiding too much.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) if query.to_ascii_lowercase().contains("password") => (rest, "?***".to_owned()),
        Some((rest, query)) => (rest, format!("?{query}")),
        None => (rest, String::new()),
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:***"));
            format!("{scheme}://{user}@{host}{query}")
        }
        None => format!("{scheme}://{rest}{query}"),
    }
}

/// An address and a port. `localhost` is the loopback address of IPv4.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Wrong> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let what = "must be an address and a port";
    match text.rsplit_once(':') {
        Some(("localhost", port)) if port.parse::<u16>().is_ok() => {
            Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse().unwrap_or_default()))
        }
        Some(("", port)) if port.parse::<u16>().is_ok() => wrong(what, &format!("for all interfaces: 0.0.0.0:{port}")),
        _ if text.parse::<IpAddr>().is_ok() => wrong(what, &format!("for example {}", example_port(text))),
        _ => wrong(what, "for example 127.0.0.1:50051 or [::1]:50051; of names, only localhost is understood"),
    }
}

fn example_port(ip: &str) -> String {
    if ip.contains(':') { format!("[{ip}]:50051") } else { format!("{ip}:50051") }
}

/// An address and a port, or `off`.
pub(crate) fn optional_address(text: &str) -> Result<Option<SocketAddr>, Wrong> {
    if text == "off" { Ok(None) } else { address(text).map(Some) }
}

/// `true` or `false`.
pub(crate) fn switch(text: &str) -> Result<bool, Wrong> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => wrong("must be true or false", ""),
    }
}

/// A share from 0 to 1.
pub(crate) fn ratio(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => wrong("must be a number from 0 to 1", "0.01 records one trace in a hundred"),
    }
}

/// A bound on calls.
pub(crate) fn calls(text: &str) -> Result<usize, Wrong> {
    match text.parse::<usize>() {
        Ok(calls) if (1..=CALLS_ACTIVE_MAX).contains(&calls) => Ok(calls),
        _ => wrong(&format!("must be a whole number from 1 to {CALLS_ACTIVE_MAX}"), "4096 is the default"),
    }
}

/// 256 bits of a secret as 64 hexadecimal digits. What is wrong with it never shows it.
pub(crate) fn key(text: &str) -> Result<[u8; 32], &'static str> {
    let text = text.trim();
    let wrong = "must be 64 hexadecimal digits";
    let mut key = [0; 32];
    if text.len() != 2 * key.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong);
    }
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| wrong)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong)?;
    }
    if key == [0; 32] { Err("is all zeros") } else { Ok(key) }
}

/// A whole number above 0.
pub(crate) fn positive(text: &str) -> Result<NonZeroU32, Wrong> {
    text.parse().map_err(|_| ("must be a whole number above 0".to_owned(), "for example 50".to_owned()))
}

/// The origin of a site: scheme, host and port if it is not the usual one, and nothing else.
pub(crate) fn origin(text: &str) -> Result<http::HeaderValue, Wrong> {
    let is_origin = ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' ']))
    });
    let value = http::HeaderValue::from_str(text).ok().filter(|_| is_origin);
    value.ok_or_else(|| (format!("{text:?} is no origin"), "for example https://portal.example".to_owned()))
}

/// The name or address of a host, without a scheme or a port.
pub(crate) fn host(text: &str) -> Result<String, Wrong> {
    let remedy = "for example wishwell.example.org, without https:// and without a port";
    wishwell_gateway::Hosts::name(text).ok_or_else(|| (format!("{text:?} is no name of a host"), remedy.to_owned()))
}

/// A file or folder.
pub(crate) fn path(text: &str) -> Result<PathBuf, Wrong> {
    if text.is_empty() { wrong("must not be empty", "") } else { Ok(PathBuf::from(text)) }
}

/// The store.
pub(crate) fn database(text: &str) -> Result<Database, Wrong> {
    let remedy = "sqlite:PATH for a file, postgres://USER@HOST/DATABASE for a server";
    if let Some(rest) = text.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        return match path {
            "" | "/" => wrong("names no file", "for example sqlite:/var/lib/wishwell/wishwell.db"),
            ":memory:" => wrong("would keep nothing", "a store is a file: sqlite:/var/lib/wishwell/wishwell.db"),
            path if path.contains('?') => wrong("takes no parameters after `?`", remedy),
            path => Ok(Database::Sqlite(PathBuf::from(path))),
        };
    }
    match text.split_once("://") {
        Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => Ok(Database::Postgres(text.to_owned())),
        _ => wrong("is no store Wishwell knows", remedy),
    }
}

/// A URL with one of the given schemes and a host.
pub(crate) fn url(text: &str, schemes: &[&str], example: &str) -> Result<String, Wrong> {
    match text.split_once("://") {
        // A socket's path begins where a host would be.
        Some((scheme, rest))
            if schemes.contains(&scheme) && (scheme.contains("unix") || !rest.starts_with('/')) && !rest.is_empty() =>
        {
            Ok(text.to_owned())
        }
        _ => Err((
            format!("must be a URL that begins with {}://", schemes.join(":// or ")),
            format!("for example {example}"),
        )),
    }
}

/// `json` or `text`.
pub(crate) fn log_format(text: &str) -> Result<LogFormat, Wrong> {
    match text {
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => wrong("must be json or text", ""),
    }
}

/// Directives of `tracing-subscriber`'s filter.
pub(crate) fn log_level(text: &str) -> Result<String, Wrong> {
    match text.parse::<tracing_subscriber::filter::Targets>() {
        Ok(_) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => wrong("must be a level or directives", "error, warn, info, debug or trace; or info,wishwell_store=debug"),
    }
}

/// `en` or `zh`.
pub(crate) fn lang(text: &str) -> Result<Lang, Wrong> {
    Lang::parse(text).ok_or_else(|| ("must be en or zh".to_owned(), String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_near_misses_corrected() {
        let right = [
            ("127.0.0.1:50051", "127.0.0.1:50051"),
            ("localhost:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("0.0.0.0:0", "0.0.0.0:0"),
        ];
        for (text, expected) in right {
            assert_eq!(address(text).map(|address| address.to_string()), Ok(expected.to_owned()), "{text}");
        }
        let corrected = [
            (":50051", "for all interfaces: 0.0.0.0:50051"),
            ("10.0.0.1", "for example 10.0.0.1:50051"),
            ("::1", "for example [::1]:50051"),
        ];
        for (text, remedy) in corrected {
            assert_eq!(address(text).map_err(|(_, remedy)| remedy), Err(remedy.to_owned()), "{text}");
        }
        for text in ["", "example.org:1", "127.0.0.1:99999", "localhost"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn stores_are_told_by_their_scheme() {
        let sqlite = |path: &str| Ok(Database::Sqlite(PathBuf::from(path)));
        assert_eq!(database("sqlite:a/b.db"), sqlite("a/b.db"));
        assert_eq!(database("sqlite:///var/b.db"), sqlite("/var/b.db"));
        assert_eq!(database("postgres://u@h/d"), Ok(Database::Postgres("postgres://u@h/d".to_owned())));
        for text in ["", "sqlite:", "sqlite::memory:", "mysql://h/d", "wishwell.db", "sqlite:a?mode=ro", "postgres://"]
        {
            assert!(database(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        let cases = [
            ("postgres://u:secret@h:5432/d", "postgres://u:***@h:5432/d"),
            ("postgres://u@h/d", "postgres://u@h/d"),
            ("postgres://u:se@cret@h/d", "postgres://u:***@h/d"),
            ("postgres://u:se/cret@h/d", "postgres://u:***@h/d"),
            ("postgres:///d?host=/run&password=secret", "postgres:///d?***"),
            ("redis://:secret@h", "redis://:***@h"),
        ];
        for (url, shown) in cases {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn urls_have_a_known_scheme_and_a_host_or_a_socket() {
        let schemes = ["redis", "redis+unix"];
        for (text, right) in [
            ("redis://h:6379", true),
            ("redis+unix:///run/redis.sock", true),
            ("redis:///run/redis.sock", false),
            ("redis://", false),
            ("h:6379", false),
            ("http://h", false),
        ] {
            assert_eq!(url(text, &schemes, "").is_ok(), right, "{text}");
        }
    }

    #[test]
    fn ratios_lie_between_nothing_and_all() {
        for (text, right) in
            [("0", true), ("1", true), ("0.01", true), ("1.01", false), ("-0.1", false), ("NaN", false), ("x", false)]
        {
            assert_eq!(ratio(text).is_ok(), right, "{text}");
        }
    }
}
