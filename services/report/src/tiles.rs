//! Pictures of the ground from a tile server, below the maps of pages whose operator has named one. Without one no map asks a network for
//! anything.

use std::fmt;

/// A tile server: squares of 256 pixels in spherical Mercator (EPSG:3857), over WGS 84, counted from the north-west as OpenStreetMap does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiles {
    template: String,
    credit: String,
}

/// Why an address or a credit cannot be used. All that is wrong with them, in the order of the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableTiles {
    /// What is wrong with the address.
    pub template: Vec<&'static str>,
    /// What is wrong with the credit.
    pub credit: Option<&'static str>,
}

impl fmt::Display for UnusableTiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.template.iter().map(|what| format!("the address {what}")).collect();
        let credit = self.credit.iter().map(|what| format!("the credit {what}"));
        f.write_str(&told.into_iter().chain(credit).collect::<Vec<_>>().join("; "))
    }
}

impl std::error::Error for UnusableTiles {}

/// Most characters of a credit.
const CREDIT_CHARACTERS_MAX: usize = 200;
/// Hosts that are this machine, to which tiles may be asked for without TLS.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Tiles {
    /// The server with such an address, in which `{z}`, `{x}` and `{y}` stand once each for the zoom and the tile; `credit` names, below
    /// each map, whose the pictures are.
    ///
    /// # Errors
    /// [`UnusableTiles`]: an address without TLS (but on this machine), without a host, without one of the three or with anything that
    /// does not belong into an address; a credit that is empty or of more than 200 characters.
    pub fn new(template: &str, credit: &str) -> Result<Self, UnusableTiles> {
        let credit = credit.trim();
        let wrong = UnusableTiles {
            template: faults(template),
            credit: match credit.chars().count() {
                0 => Some("is missing: whose the pictures are stands below each map"),
                count if count > CREDIT_CHARACTERS_MAX => Some("is longer than 200 characters"),
                _ => None,
            },
        };
        if wrong.template.is_empty() && wrong.credit.is_none() {
            return Ok(Self { template: template.to_owned(), credit: credit.to_owned() });
        }
        Err(wrong)
    }

    /// Scheme, host and port: what a page that shows tiles must be allowed to load from.
    #[must_use]
    pub fn origin(&self) -> &str {
        let path = self.template.find("://").and_then(|at| self.template[at + 3..].find('/').map(|path| at + 3 + path));
        path.map_or(&self.template, |path| &self.template[..path])
    }

    /// Whose the pictures are.
    pub(crate) fn credit(&self) -> &str {
        &self.credit
    }

    /// The address of a tile.
    pub(crate) fn address(&self, zoom: u32, x: u32, y: u32) -> String {
        let filled = self.template.replace("{z}", &zoom.to_string()).replace("{x}", &x.to_string());
        filled.replace("{y}", &y.to_string())
    }
}

fn faults(template: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let (scheme, rest) = template.split_once("://").unwrap_or(("", template));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host =
        authority.rsplit_once(':').map_or(authority, |(host, port)| if port.contains(']') { authority } else { host });
    let is_host = |host: &str| {
        !host.is_empty() && host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter))
    };
    if scheme != "https" && !(scheme == "http" && LOOPBACK.contains(&host)) {
        faults.push("must begin with https://, or with http:// on this machine");
    }
    if !is_host(authority) {
        faults.push("must name a host, without user, spaces or placeholders in it");
    }
    if path.chars().any(|letter| letter.is_whitespace() || letter.is_control() || "\"'<>\\^`|".contains(letter)) {
        faults.push("must hold no spaces or quotes");
    }
    if ["{z}", "{x}", "{y}"].iter().any(|part| path.matches(part).count() != 1) {
        faults.push("must hold {z}, {x} and {y} once each, behind the host");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_filled_and_its_origin_is_told() {
        let tiles = Tiles::new("https://tiles.example.org:8443/{z}/{x}/{y}.png?key=a", " © Example ").unwrap();
        assert_eq!(tiles.address(12, 3266, 1580), "https://tiles.example.org:8443/12/3266/1580.png?key=a");
        assert_eq!((tiles.origin(), tiles.credit()), ("https://tiles.example.org:8443", "© Example"));
        assert_eq!(Tiles::new("http://[::1]:80/{z}/{x}/{y}", "x").unwrap().origin(), "http://[::1]:80");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let wrong = Tiles::new("http://{x}.example.org; script-src *?a b", "").unwrap_err();
        assert_eq!(wrong.template.len(), 3, "{wrong}");
        assert!(wrong.credit.is_some());
        for address in [
            "https:///{z}/{x}/{y}",
            "https://a.org/{z}/{x}",
            "https://a.org/{z}/{x}/{y}/{y}",
            "ftp://a.org/{z}/{x}/{y}",
        ] {
            assert_eq!(Tiles::new(address, "x").unwrap_err().template.len(), 1, "{address}");
        }
        assert!(Tiles::new("https://a.org/{z}/{x}/{y}\"", "x").is_err());
        assert!(Tiles::new("https://a.org/{z}/{x}/{y}", &"x".repeat(201)).is_err());
    }
}
