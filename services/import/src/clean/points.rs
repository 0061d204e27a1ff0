//! Coordinates as directories give them, checked against the address they come with.

use std::collections::{BTreeMap, BTreeSet};

use super::places;
use crate::directory::Point;
use crate::rules::Rule;

/// How far a point may lie from the median of its city, in kilometres: larger than the largest of cities.
const CITY_KILOMETRES_MAX: f64 = 50.0;
/// How many points of a city it takes to trust their median.
const CITY_POINTS_MIN: usize = 5;
/// In how many cities one exact point must be given before it is a geocoder's way of saying that it does not know.
const DEFAULT_POINT_CITIES_MIN: usize = 3;
/// How far apart points of one address may lie to count as one place, in kilometres.
const SAME_PLACE_KILOMETRES_MAX: f64 = 0.25;

/// What an address says, as far as points are concerned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Address {
    pub street: String,
    pub city: String,
    pub state: String,
    pub postal_code: String,
}

/// What became of one location's coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// Taken as given.
    Given(Point),
    /// Taken after a repair.
    Repaired(Point, Rule),
    /// None given, and none found.
    Missing,
    /// Given, and not believed.
    Refused(Rule),
}

impl Verdict {
    /// The point, where there is one.
    pub(crate) fn point(self) -> Option<Point> {
        match self {
            Self::Given(point) | Self::Repaired(point, _) => Some(point),
            Self::Missing | Self::Refused(_) => None,
        }
    }
}

/// Judges the coordinates of a whole directory: each by itself, then against its city, then fills in from the same address.
pub(crate) fn judge(locations: &[(String, String, Address)]) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = locations.iter().map(|(lat, lon, address)| alone(lat, lon, address)).collect();
    refuse_default_points(locations, &mut verdicts);
    refuse_far_from_city(locations, &mut verdicts);
    fill_from_same_address(locations, &mut verdicts);
    verdicts
}

fn alone(latitude: &str, longitude: &str, address: &Address) -> Verdict {
    let (latitude, longitude) = (latitude.trim(), longitude.trim());
    if latitude.is_empty() && longitude.is_empty() {
        return Verdict::Missing;
    }
    let (Ok(latitude), Ok(longitude)) = (latitude.parse::<f64>(), longitude.parse::<f64>()) else {
        return Verdict::Refused(Rule::CoordinateNotANumber);
    };
    if !latitude.is_finite() || !longitude.is_finite() {
        return Verdict::Refused(Rule::CoordinateNotANumber);
    }
    if latitude == 0.0 && longitude == 0.0 {
        return Verdict::Refused(Rule::CoordinateNull);
    }
    if places::is_post_box(&address.street) {
        return Verdict::Refused(Rule::CoordinatePostBox);
    }
    let given = Point { latitude, longitude };
    let lies = |point: Point| in_range(point) && places::inside(&address.state, point) == Some(true);
    if lies(given) || (in_range(given) && places::inside(&address.state, given).is_none()) {
        return Verdict::Given(given);
    }
    for (latitude, longitude) in [(latitude, -longitude), (-latitude, longitude), (-latitude, -longitude)] {
        if lies(Point { latitude, longitude }) {
            return Verdict::Repaired(Point { latitude, longitude }, Rule::CoordinateSign);
        }
    }
    let swapped = Point { latitude: longitude, longitude: latitude };
    if lies(swapped) {
        return Verdict::Repaired(swapped, Rule::CoordinateSwapped);
    }
    Verdict::Refused(if in_range(given) { Rule::CoordinateOutsideState } else { Rule::CoordinateOutOfRange })
}

fn in_range(point: Point) -> bool {
    (-90.0..=90.0).contains(&point.latitude) && (-180.0..=180.0).contains(&point.longitude)
}

fn refuse_default_points(locations: &[(String, String, Address)], verdicts: &mut [Verdict]) {
    let mut seen: BTreeMap<(u64, u64), (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for ((_, _, address), verdict) in locations.iter().zip(verdicts.iter()) {
        if let (Some(point), Some(street)) = (verdict.point(), places::address_key(&address.street, "")) {
            let (streets, cities) = seen.entry(bits(point)).or_default();
            streets.insert(street);
            cities.insert(city(address));
        }
    }
    let is_default = |point: Point| {
        seen.get(&bits(point)).is_some_and(|(streets, cities)| {
            streets.len() >= DEFAULT_POINT_CITIES_MIN && cities.len() >= DEFAULT_POINT_CITIES_MIN
        })
    };
    for verdict in verdicts {
        if verdict.point().is_some_and(is_default) {
            *verdict = Verdict::Refused(Rule::CoordinateGeocoderDefault);
        }
    }
}

fn refuse_far_from_city(locations: &[(String, String, Address)], verdicts: &mut [Verdict]) {
    let mut cities: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for ((_, _, address), verdict) in locations.iter().zip(verdicts.iter()) {
        if let Some(point) = verdict.point()
            && !address.city.trim().is_empty()
        {
            cities.entry(city(address)).or_default().push(point);
        }
    }
    let medians: BTreeMap<String, Point> = cities
        .into_iter()
        .filter(|(_, points)| points.len() >= CITY_POINTS_MIN)
        .map(|(city, points)| (city, median(&points)))
        .collect();
    for ((_, _, address), verdict) in locations.iter().zip(verdicts) {
        if let (Some(point), Some(centre)) = (verdict.point(), medians.get(&city(address)))
            && kilometres(point, *centre) > CITY_KILOMETRES_MAX
        {
            *verdict = Verdict::Refused(Rule::CoordinateFarFromCity);
        }
    }
}

fn fill_from_same_address(locations: &[(String, String, Address)], verdicts: &mut [Verdict]) {
    let mut known: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for ((_, _, address), verdict) in locations.iter().zip(verdicts.iter()) {
        if let (Some(point), Some(key)) = (verdict.point(), places::address_key(&address.street, &address.postal_code))
        {
            known.entry(key).or_default().push(point);
        }
    }
    for ((_, _, address), verdict) in locations.iter().zip(verdicts) {
        if *verdict == Verdict::Missing
            && let Some(points) =
                places::address_key(&address.street, &address.postal_code).and_then(|key| known.get(&key))
            && let Some(first) = points.first()
            && points.iter().all(|point| kilometres(*first, *point) <= SAME_PLACE_KILOMETRES_MAX)
        {
            *verdict = Verdict::Repaired(*first, Rule::CoordinateSameAddress);
        }
    }
}

fn city(address: &Address) -> String {
    format!("{}|{}", address.city.trim().to_lowercase(), address.state.trim().to_lowercase())
}

fn bits(point: Point) -> (u64, u64) {
    (point.latitude.to_bits(), point.longitude.to_bits())
}

fn median(points: &[Point]) -> Point {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Point {
        latitude: middle(points.iter().map(|point| point.latitude).collect()),
        longitude: middle(points.iter().map(|point| point.longitude).collect()),
    }
}

/// Distance on a plane that touches the first point: good to a percent at the distances compared here.
fn kilometres(a: Point, b: Point) -> f64 {
    const KILOMETRES_PER_DEGREE: f64 = 111.195;
    let north = b.latitude - a.latitude;
    let east = (b.longitude - a.longitude) * a.latitude.to_radians().cos();
    north.hypot(east) * KILOMETRES_PER_DEGREE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: &str, longitude: &str, street: &str, city: &str, state: &str) -> (String, String, Address) {
        let address = Address {
            street: street.to_owned(),
            city: city.to_owned(),
            state: state.to_owned(),
            postal_code: "33101".to_owned(),
        };
        (latitude.to_owned(), longitude.to_owned(), address)
    }

    fn one(latitude: &str, longitude: &str, street: &str, state: &str) -> Verdict {
        judge(&[at(latitude, longitude, street, "Miami", state)])[0]
    }

    #[test]
    fn a_point_alone_is_judged_by_its_state() {
        let miami = Point { latitude: 25.77, longitude: -80.19 };
        for (latitude, longitude, street, state, verdict) in [
            ("25.77", "-80.19", "1 A St", "FL", Verdict::Given(miami)),
            (" 25.77 ", "-80.19", "1 A St", "", Verdict::Given(miami)),
            ("", "", "1 A St", "FL", Verdict::Missing),
            ("25.77", "", "1 A St", "FL", Verdict::Refused(Rule::CoordinateNotANumber)),
            ("25°46'", "-80.19", "1 A St", "FL", Verdict::Refused(Rule::CoordinateNotANumber)),
            ("NaN", "inf", "1 A St", "FL", Verdict::Refused(Rule::CoordinateNotANumber)),
            ("0", "0.0", "1 A St", "FL", Verdict::Refused(Rule::CoordinateNull)),
            ("25.77", "80.19", "1 A St", "FL", Verdict::Repaired(miami, Rule::CoordinateSign)),
            ("-80.19", "25.77", "1 A St", "FL", Verdict::Repaired(miami, Rule::CoordinateSwapped)),
            ("41.88", "-87.62", "1 A St", "FL", Verdict::Refused(Rule::CoordinateOutsideState)),
            ("91", "-80.19", "1 A St", "FL", Verdict::Refused(Rule::CoordinateOutOfRange)),
            ("91", "-80.19", "1 A St", "", Verdict::Refused(Rule::CoordinateOutOfRange)),
            ("25.77", "-80.19", "P.O. Box 7", "FL", Verdict::Refused(Rule::CoordinatePostBox)),
        ] {
            assert_eq!(one(latitude, longitude, street, state), verdict, "{latitude} {longitude} {street} {state}");
        }
    }

    #[test]
    fn a_missing_point_is_taken_from_the_same_address() {
        let verdicts = judge(&[
            at("25.77", "-80.19", "100 North Main Street", "Miami", "FL"),
            at("", "", "100 N Main St", "Miami", "FL"),
            at("", "", "102 N Main St", "Miami", "FL"),
        ]);
        assert_eq!(
            verdicts[1],
            Verdict::Repaired(Point { latitude: 25.77, longitude: -80.19 }, Rule::CoordinateSameAddress)
        );
        assert_eq!(verdicts[2], Verdict::Missing);
    }

    #[test]
    fn a_point_far_from_its_city_and_a_default_point_are_refused() {
        let mut locations: Vec<_> =
            (0..6).map(|i| at(&format!("25.7{i}"), "-80.19", &format!("{i} A St"), "Miami", "FL")).collect();
        locations.push(at("28.06", "-82.40", "9 B St", "Miami", "FL"));
        for city in ["Doral", "Sunrise", "Weston"] {
            locations.push(at("25.6", "-80.3", &format!("1 {city} Ave"), city, "FL"));
        }
        let verdicts = judge(&locations);
        assert!(verdicts[..6].iter().all(|verdict| matches!(verdict, Verdict::Given(_))));
        assert_eq!(verdicts[6], Verdict::Refused(Rule::CoordinateFarFromCity));
        assert!(verdicts[7..].iter().all(|verdict| *verdict == Verdict::Refused(Rule::CoordinateGeocoderDefault)));
    }
}
