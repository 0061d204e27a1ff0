//! States of the United States: bounding boxes and main time zones, to check a point against its address.
//!
//! Directories of 211 services name the state and leave the rest to the reader. The boxes are rounded outwards to a tenth of a
//! degree; where a state has two time zones, the one in which most people live stands.

use crate::directory::Point;

/// A state: code, south, north, west, east in degrees, main time zone.
type State = (&'static str, f64, f64, f64, f64, &'static str);

const EASTERN: &str = "America/New_York";
const CENTRAL: &str = "America/Chicago";
const MOUNTAIN: &str = "America/Denver";
const PACIFIC: &str = "America/Los_Angeles";

#[rustfmt::skip]
const STATES: [State; 53] = [
    ("AK", 51.0, 71.5, -180.0, -129.9, "America/Anchorage"), ("AL", 30.1, 35.1, -88.5, -84.8, CENTRAL),
    ("AR", 32.9, 36.6, -94.7, -89.6, CENTRAL), ("AZ", 31.3, 37.1, -114.9, -109.0, "America/Phoenix"),
    ("CA", 32.4, 42.1, -124.5, -114.1, PACIFIC), ("CO", 36.9, 41.1, -109.1, -102.0, MOUNTAIN),
    ("CT", 40.9, 42.1, -73.8, -71.7, EASTERN), ("DC", 38.7, 39.1, -77.2, -76.8, EASTERN),
    ("DE", 38.4, 39.9, -75.8, -75.0, EASTERN), ("FL", 24.3, 31.1, -87.7, -79.8, EASTERN),
    ("GA", 30.3, 35.1, -85.7, -80.7, EASTERN), ("GU", 13.2, 13.7, 144.6, 145.0, "Pacific/Guam"),
    ("HI", 18.8, 28.5, -178.4, -154.7, "Pacific/Honolulu"), ("IA", 40.3, 43.6, -96.7, -90.1, CENTRAL),
    ("ID", 41.9, 49.1, -117.3, -111.0, "America/Boise"), ("IL", 36.9, 42.6, -91.6, -87.0, CENTRAL),
    ("IN", 37.7, 41.8, -88.2, -84.7, "America/Indiana/Indianapolis"), ("KS", 36.9, 40.1, -102.1, -94.5, CENTRAL),
    ("KY", 36.4, 39.2, -89.6, -81.9, EASTERN), ("LA", 28.9, 33.1, -94.1, -88.7, CENTRAL),
    ("MA", 41.2, 42.9, -73.6, -69.9, EASTERN), ("MD", 37.8, 39.8, -79.5, -75.0, EASTERN),
    ("ME", 42.9, 47.5, -71.1, -66.9, EASTERN), ("MI", 41.6, 48.4, -90.5, -82.3, "America/Detroit"),
    ("MN", 43.4, 49.4, -97.3, -89.4, CENTRAL), ("MO", 35.9, 40.7, -95.8, -89.0, CENTRAL),
    ("MS", 30.1, 35.1, -91.7, -88.0, CENTRAL), ("MT", 44.3, 49.1, -116.1, -104.0, MOUNTAIN),
    ("NC", 33.8, 36.7, -84.4, -75.4, EASTERN), ("ND", 45.9, 49.1, -104.1, -96.5, CENTRAL),
    ("NE", 39.9, 43.1, -104.1, -95.3, CENTRAL), ("NH", 42.6, 45.4, -72.6, -70.6, EASTERN),
    ("NJ", 38.9, 41.4, -75.6, -73.8, EASTERN), ("NM", 31.3, 37.1, -109.1, -103.0, MOUNTAIN),
    ("NV", 35.0, 42.1, -120.1, -114.0, PACIFIC), ("NY", 40.4, 45.1, -79.8, -71.8, EASTERN),
    ("OH", 38.3, 42.4, -84.9, -80.5, EASTERN), ("OK", 33.6, 37.1, -103.1, -94.4, CENTRAL),
    ("OR", 41.9, 46.4, -124.7, -116.4, PACIFIC), ("PA", 39.7, 42.6, -80.6, -74.6, EASTERN),
    ("PR", 17.8, 18.6, -68.0, -65.2, "America/Puerto_Rico"), ("RI", 41.1, 42.1, -71.9, -71.1, EASTERN),
    ("SC", 32.0, 35.3, -83.4, -78.4, EASTERN), ("SD", 42.4, 46.0, -104.1, -96.4, CENTRAL),
    ("TN", 34.9, 36.7, -90.4, -81.6, CENTRAL), ("TX", 25.8, 36.6, -106.7, -93.5, CENTRAL),
    ("UT", 36.9, 42.1, -114.1, -109.0, MOUNTAIN), ("VA", 36.5, 39.5, -83.7, -75.2, EASTERN),
    ("VT", 42.7, 45.1, -73.5, -71.4, EASTERN), ("WA", 45.5, 49.1, -124.8, -116.9, PACIFIC),
    ("WI", 42.4, 47.1, -92.9, -86.7, CENTRAL), ("WV", 37.1, 40.7, -82.7, -77.7, EASTERN),
    ("WY", 40.9, 45.1, -111.1, -104.0, MOUNTAIN),
];

fn state(code: &str) -> Option<&'static State> {
    let code = code.trim().to_ascii_uppercase();
    STATES.iter().find(|state| state.0 == code)
}

/// Whether a point lies in a state's box; none when the state is not known.
pub(crate) fn inside(code: &str, point: Point) -> Option<bool> {
    let (_, south, north, west, east, _) = state(code)?;
    Some((*south..=*north).contains(&point.latitude) && (*west..=*east).contains(&point.longitude))
}

/// The main time zone of a state.
pub(crate) fn time_zone(code: &str) -> Option<&'static str> {
    state(code).map(|state| state.5)
}

/// An address reduced to what tells it from others: the street without punctuation and with its usual short forms, and the first
/// five letters of the postal code. None without a street.
pub(crate) fn address_key(street: &str, postal_code: &str) -> Option<String> {
    const SHORT: [(&str, &str); 18] = [
        ("north", "n"),
        ("south", "s"),
        ("east", "e"),
        ("west", "w"),
        ("northwest", "nw"),
        ("northeast", "ne"),
        ("southwest", "sw"),
        ("southeast", "se"),
        ("street", "st"),
        ("avenue", "ave"),
        ("road", "rd"),
        ("drive", "dr"),
        ("boulevard", "blvd"),
        ("court", "ct"),
        ("lane", "ln"),
        ("place", "pl"),
        ("terrace", "ter"),
        ("highway", "hwy"),
    ];
    let lower = street.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> =
        words.map(|word| SHORT.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short)).collect();
    if words.is_empty() || is_post_box(street) {
        return None;
    }
    Some(format!("{}|{}", words.join(" "), postal_code.trim().chars().take(5).collect::<String>()))
}

/// Whether a street line is a post box.
pub(crate) fn is_post_box(street: &str) -> bool {
    let letters: String = street.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    letters.starts_with("pobox") || letters.starts_with("postofficebox")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_zones_and_boxes_are_boxes() {
        for (code, south, north, west, east, zone) in STATES {
            assert!(south < north && west < east, "{code}");
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{code}");
        }
    }

    #[test]
    fn a_point_is_checked_against_its_state() {
        let miami = Point { latitude: 25.77, longitude: -80.19 };
        assert_eq!((inside("FL ", miami), inside("NY", miami), inside("ZZ", miami)), (Some(true), Some(false), None));
        assert_eq!(time_zone("fl"), Some("America/New_York"));
    }

    #[test]
    fn the_same_address_in_other_spelling_has_the_same_key() {
        assert_eq!(address_key("8900 North Kendall Drive", "33176"), address_key("8900 N. Kendall Dr", "33176-1234"));
        assert_eq!(address_key("P.O. Box 12", "33176"), None);
        assert_eq!(address_key(" ", "33176"), None);
        assert!(is_post_box("PO Box 10950") && !is_post_box("12 Boxwood Road"));
    }
}
