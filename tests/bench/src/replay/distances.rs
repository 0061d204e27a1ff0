//! Distances of pairs, dense: millions of rows are read in a second, and asking for one is an index.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;

use super::world::Names;

/// A mile in the unit of [`Distances`]: the source has four decimals.
pub(super) const MILE: u32 = 10_000;
/// Longer than any way on earth; what is longer is an error.
const MILES_MAX: f64 = 12_500.0;
const ABSENT: u32 = u32::MAX;

/// How far it is from each donor to each recipient, where that is known, in ten-thousandths of a mile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Distances {
    recipients: usize,
    cells: Vec<u32>,
    /// Pairs that are known.
    pub(super) known: usize,
    /// Rows that name nobody of the lists, carry no distance, or say a pair a second time.
    pub(super) unusable: usize,
}

impl Distances {
    /// None known.
    pub(super) fn none(donors: usize, recipients: usize) -> Self {
        Self { recipients, cells: vec![ABSENT; donors * recipients], known: 0, unusable: 0 }
    }

    /// The rows of a compressed file.
    pub(super) fn read(path: &Path, donors: &Names, recipients: &Names) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut text = Vec::new();
        GzDecoder::new(file).read_to_end(&mut text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(&text, donors, recipients)
    }

    /// The rows `donor,recipient,miles` after a line of headings. Of a pair that is said twice the first row counts.
    pub(super) fn parse(text: &[u8], donors: &Names, recipients: &Names) -> Self {
        let mut distances = Self::none(donors.len(), recipients.len());
        let by_name: HashMap<&[u8], u32> = recipients.iter().map(|(name, at)| (name.as_bytes(), at)).collect();
        // Rows of a donor follow one another: his name is looked up once.
        let mut last: (&[u8], Option<u32>) = (b"", None);
        for line in text.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty()) {
            let mut fields = line.split(|byte| *byte == b',');
            let (donor, recipient, miles) = (fields.next(), fields.next(), fields.next());
            let donor = donor.and_then(|name| {
                if name != last.0 {
                    last = (name, std::str::from_utf8(name).ok().and_then(|name| donors.find(name)));
                }
                last.1
            });
            let recipient = recipient.and_then(|name| by_name.get(name).copied());
            match (donor, recipient, miles.and_then(length)) {
                (Some(donor), Some(recipient), Some(length)) if distances.between(donor, recipient).is_none() => {
                    distances.set(donor, recipient, length);
                }
                _ => distances.unusable += 1,
            }
        }
        distances
    }

    /// How far it is, in ten-thousandths of a mile.
    pub(super) fn between(&self, donor: u32, recipient: u32) -> Option<u32> {
        let cell = self.cells[donor as usize * self.recipients + recipient as usize];
        (cell != ABSENT).then_some(cell)
    }

    pub(super) fn set(&mut self, donor: u32, recipient: u32, length: u32) {
        self.cells[donor as usize * self.recipients + recipient as usize] = length;
        self.known += 1;
    }
}

/// Miles as text, in ten-thousandths.
fn length(miles: &[u8]) -> Option<u32> {
    let miles: f64 = std::str::from_utf8(miles).ok()?.trim().parse().ok()?;
    (0.0..=MILES_MAX).contains(&miles).then(|| (miles * f64::from(MILE)).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_mean_nothing_are_counted_and_an_absent_pair_stays_absent() {
        let (donors, recipients) = (Names::of(["a", "b"]), Names::of(["x", "y"]));
        let text =
            b"don_id,rec_id,distance\na,x,12.5\na,y,0\nb,x,-1\nb,x,inf\nb,x,\nb,nobody,3\na,x,99\r\nb,y,2725.2925\r\n";
        let distances = Distances::parse(text, &donors, &recipients);
        let seen = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(donor, recipient)| distances.between(donor, recipient));
        assert_eq!(seen, [Some(125_000), Some(0), None, Some(27_252_925)]);
        assert_eq!((distances.known, distances.unusable), (3, 5));
    }
}
