//! The donations, requests and distances of a replay, and what is odd about them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use super::distances::Distances;

/// Donations of more units are set aside as erroneous, as whoever published them did.
pub(super) const DONATION_UNITS_MAX: u64 = 1_000;
/// Requests of more units are told: no donation here comes near.
const REQUEST_UNITS_TOLD: u64 = 100_000;
/// Most units that can be planned with.
const REQUEST_UNITS_MAX: u64 = wishwell_allocation::limits::UNITS_MAX;

/// Names with their numbers, in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    #[cfg(test)]
    pub(super) fn of<const N: usize>(names: [&str; N]) -> Self {
        let mut all = Self::default();
        names.into_iter().for_each(|name| {
            all.number(name);
        });
        all
    }

    /// The number of a name, a new one if it is new.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("fewer names than rows");
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.names.iter().map(String::as_str).zip(0..)
    }
}

/// A donation, or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Who gives or asks, by number.
    pub(super) party: u32,
    /// What kind of thing, by number.
    pub(super) category: u32,
    /// Since when.
    pub(super) at: Timestamp,
    /// How much, at least 1.
    pub(super) units: u64,
}

/// Everything there is to replay.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) donors: Names,
    pub(super) recipients: Names,
    pub(super) categories: Names,
    /// Oldest first.
    pub(super) donations: Vec<Entry>,
    /// Oldest first.
    pub(super) requests: Vec<Entry>,
    pub(super) distances: Distances,
    /// What is odd about the data and what was done about it, a sentence each.
    pub(super) findings: Vec<String>,
}

/// A list as it was read.
#[derive(Debug, Default)]
struct Read {
    entries: Vec<Entry>,
    rows: usize,
    /// Rows that could not be read, as they stand.
    unreadable: Vec<String>,
    /// Rows above the most units.
    above: Vec<f64>,
    /// Rows that say the same as one before.
    repeated: usize,
}

impl World {
    /// What is in a folder: `donors.csv`, `recipients.csv` (columns: who, when, what, how much) and `distance_miles.csv.gz`.
    pub(super) fn read(folder: &Path) -> Self {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        Self::of(&text("donors.csv"), &text("recipients.csv"), |donors, recipients| {
            Distances::read(&folder.join("distance_miles.csv.gz"), donors, recipients)
        })
    }

    /// What two lists say, with distances that are looked up once all are known.
    pub(super) fn of(donors: &str, recipients: &str, distances: impl FnOnce(&Names, &Names) -> Distances) -> Self {
        let mut categories = Names::default();
        let (mut giving, mut asking) = (Names::default(), Names::default());
        let given = read(donors, DONATION_UNITS_MAX, &mut giving, &mut categories);
        let asked = read(recipients, REQUEST_UNITS_MAX, &mut asking, &mut categories);
        let distances = distances(&giving, &asking);
        let mut findings = told("donations", &given, DONATION_UNITS_MAX);
        findings.extend(told("requests", &asked, REQUEST_UNITS_MAX));
        let huge = asked.entries.iter().filter(|entry| entry.units > REQUEST_UNITS_TOLD);
        let (count, most) = huge.fold((0, 0), |(count, most), entry| (count + 1, entry.units.max(most)));
        findings.push(format!("{count} requests of more than {REQUEST_UNITS_TOLD} units, up to {most}: kept"));
        for (name, number) in categories.iter() {
            let has = |entries: &[Entry]| entries.iter().any(|entry| entry.category == number);
            match (has(&given.entries), has(&asked.entries)) {
                (false, _) => findings.push(format!("nobody gives {name}: its fill is 0 whoever matches")),
                (_, false) => findings.push(format!("nobody asks for {name}")),
                _ => {}
            }
        }
        let pairs = giving.len() * asking.len();
        findings.push(format!(
            "{} of {pairs} pairs have a distance, {} rows of distances mean nothing; a pair without one cannot be matched",
            distances.known, distances.unusable
        ));
        Self {
            donors: giving,
            recipients: asking,
            categories,
            donations: given.entries,
            requests: asked.entries,
            distances,
            findings,
        }
    }
}

fn told(what: &str, read: &Read, most: u64) -> Vec<String> {
    let mut findings = Vec::new();
    if !read.above.is_empty() {
        let largest = read.above.iter().copied().fold(0.0, f64::max);
        findings.push(format!(
            "{} of {} {what} are of more than {most} units, up to {largest:e}: set aside as erroneous",
            read.above.len(),
            read.rows
        ));
    }
    if read.repeated > 0 {
        findings.push(format!("{} {what} say the same as one before, to the second: kept, as two", read.repeated));
    }
    if !read.unreadable.is_empty() {
        let (count, first) = (read.unreadable.len(), &read.unreadable[0]);
        findings.push(format!("{count} {what} cannot be read and are left out, the first: {first:?}"));
    }
    findings
}

fn read(text: &str, most: u64, parties: &mut Names, categories: &mut Names) -> Read {
    let mut read = Read::default();
    let mut seen = HashSet::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        read.rows += 1;
        let Some((party, at, category, units)) = fields(line) else {
            read.unreadable.push(line.to_owned());
            continue;
        };
        // Who only offers too much is still somebody the distances know.
        let party = parties.number(party);
        if units > most as f64 {
            read.above.push(units);
            continue;
        }
        let entry = Entry { party, category: categories.number(category), at, units: units as u64 };
        read.repeated += usize::from(!seen.insert((party, entry.category, at, entry.units)));
        read.entries.push(entry);
    }
    read.entries.sort_by_key(|entry| entry.at);
    read
}

/// Who, when, what, how much; nothing where one of them is missing or no whole number of units above zero.
fn fields(line: &str) -> Option<(&str, Timestamp, &str, f64)> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [party, at, category, units] = fields[..] else { return None };
    let units: f64 = units.parse().ok()?;
    let whole = units >= 1.0 && units.is_finite() && units.fract() == 0.0;
    (whole && !party.is_empty() && !category.is_empty()).then_some((party, at.parse().ok()?, category, units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_doubled_and_broken_rows_are_told_aloud() {
        let donors = "don_id,date,ppe,qty\n\
                      d0,2020-04-02 10:00:00+00:00,gowns,1001.0\n\
                      d1,2020-04-01 10:00:00.5+00:00,gowns,1000.0\n\
                      d1,2020-04-01 10:00:00.5+00:00,gowns,1000.0\n\
                      d2,yesterday,gowns,1.0\n\
                      d2,2020-04-01 10:00:00+00:00,gowns,0.5\n\
                      d2,2020-04-01 10:00:00+00:00,gowns,-3\n\
                      d2,2020-04-01 10:00:00+00:00,gowns,100000000000000.0\n\
                      d2,2020-04-01 10:00:00+00:00,,7\n";
        let recipients = "rec_id,date,ppe,qty\nr0,2020-04-01 10:00:00+00:00,masks,10000000000.0\n";
        let world = World::of(donors, recipients, |donors, recipients| Distances::none(donors.len(), recipients.len()));
        assert_eq!(world.donations.len(), 2);
        assert_eq!(world.requests[0].units, 10_000_000_000);
        assert_eq!(
            world.findings,
            [
                "2 of 8 donations are of more than 1000 units, up to 1e14: set aside as erroneous",
                "1 donations say the same as one before, to the second: kept, as two",
                "4 donations cannot be read and are left out, the first: \"d2,yesterday,gowns,1.0\"",
                "1 requests of more than 100000 units, up to 10000000000: kept",
                "nobody asks for gowns",
                "nobody gives masks: its fill is 0 whoever matches",
                "0 of 3 pairs have a distance, 0 rows of distances mean nothing; a pair without one cannot be matched",
            ]
        );
    }
}
