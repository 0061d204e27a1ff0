//! Weekly rounds: what is open in each, what a rule ships, and what that leaves for the next.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::world::{Entry, World};

/// Time from one round to the next.
const INTERVAL: SignedDuration = SignedDuration::from_hours(7 * 24);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// What a donor has to give of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) donor: u32,
    pub(super) units: u64,
}

/// What a recipient asks of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) recipient: u32,
    /// Everything asked so far, received or not.
    pub(super) asked: u64,
    /// What has not been received.
    pub(super) left: u64,
}

/// What is open of a category, first come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) category: u32,
    pub(super) offers: Vec<Offer>,
    pub(super) asks: Vec<Ask>,
}

/// An order to a donor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shipment {
    pub(super) category: u32,
    pub(super) donor: u32,
    pub(super) recipient: u32,
    pub(super) units: u64,
}

/// Who decides what is shipped in a round.
pub(super) trait Rule {
    /// What is shipped of what is open. Nothing else is known: neither what comes later nor that it is the last round.
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment>;
}

/// Units of one donation that went to one recipient in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) round: Timestamp,
    pub(super) category: u32,
    pub(super) donor: u32,
    pub(super) recipient: u32,
    pub(super) units: u64,
    /// In ten-thousandths of a mile.
    pub(super) distance: u32,
    /// Days from the donation's offer to the round, rounded.
    pub(super) days: i64,
}

/// When rounds are: weekly from a minute before the first row, the last right after the last row.
pub(super) fn rounds(world: &World) -> Vec<Timestamp> {
    let all = || world.donations.iter().chain(&world.requests).map(|entry| entry.at);
    let (Some(first), Some(last)) = (all().min(), all().max()) else { return Vec::new() };
    let mut rounds = Vec::new();
    let mut next = first - MINUTE + INTERVAL;
    while next <= last + MINUTE {
        rounds.push(next);
        next += INTERVAL;
    }
    rounds.push(last + MINUTE * 3);
    rounds
}

/// What a rule ships over all rounds.
///
/// # Panics
/// When the rule ships what is not there, what nobody asked for, or over a pair without a distance.
pub(super) fn replay(world: &World, rule: &mut dyn Rule) -> Vec<Delivery> {
    replay_in(world, &rounds(world), rule)
}

/// What a rule ships in a single round at the end, when everything is known.
pub(super) fn replay_once(world: &World, rule: &mut dyn Rule) -> Vec<Delivery> {
    replay_in(world, &rounds(world).last().copied().into_iter().collect::<Vec<_>>(), rule)
}

fn replay_in(world: &World, rounds: &[Timestamp], rule: &mut dyn Rule) -> Vec<Delivery> {
    let mut ledger = Ledger::default();
    let (mut donations, mut requests) = (world.donations.iter().peekable(), world.requests.iter().peekable());
    for round in rounds {
        while let Some(donation) = donations.next_if(|entry| entry.at < *round) {
            ledger.offers.entry((donation.category, donation.party)).or_default().push(*donation);
        }
        while let Some(request) = requests.next_if(|entry| entry.at < *round) {
            let (asked, rows) = ledger.asks.entry((request.category, request.party)).or_default();
            *asked += request.units;
            rows.push(*request);
        }
        let open = ledger.open();
        for shipment in rule.ship(world, &open) {
            ledger.ship(world, *round, &shipment);
        }
    }
    ledger.deliveries
}

/// What is open between rounds.
#[derive(Debug, Default)]
struct Ledger {
    /// By category and donor: donations that are not used up, oldest first.
    offers: BTreeMap<(u32, u32), Vec<Entry>>,
    /// By category and recipient: everything asked so far, and the requests that are not filled, oldest first.
    asks: BTreeMap<(u32, u32), (u64, Vec<Entry>)>,
    deliveries: Vec<Delivery>,
}

impl Ledger {
    /// Categories in which somebody gives and somebody asks.
    fn open(&self) -> Vec<Open> {
        let mut offers: BTreeMap<u32, Vec<(Timestamp, Offer)>> = BTreeMap::new();
        for ((category, donor), rows) in &self.offers {
            let offer = Offer { donor: *donor, units: sum(rows) };
            offers.entry(*category).or_default().extend(rows.first().map(|first| (first.at, offer)));
        }
        let mut asks: BTreeMap<u32, Vec<(Timestamp, Ask)>> = BTreeMap::new();
        for ((category, recipient), (asked, rows)) in &self.asks {
            let ask = Ask { recipient: *recipient, asked: *asked, left: sum(rows) };
            asks.entry(*category).or_default().extend(rows.first().map(|first| (first.at, ask)));
        }
        let both = |(category, mut offers): (u32, Vec<(Timestamp, Offer)>)| {
            let mut asks = asks.remove(&category).unwrap_or_default();
            offers.sort_by_key(|(since, offer)| (*since, offer.donor));
            asks.sort_by_key(|(since, ask)| (*since, ask.recipient));
            (!offers.is_empty() && !asks.is_empty()).then(|| Open {
                category,
                offers: offers.into_iter().map(|(_, offer)| offer).collect(),
                asks: asks.into_iter().map(|(_, ask)| ask).collect(),
            })
        };
        offers.into_iter().filter_map(both).collect()
    }

    fn ship(&mut self, world: &World, round: Timestamp, shipment: &Shipment) {
        let Shipment { category, donor, recipient, units } = *shipment;
        let distance = world.distances.between(donor, recipient);
        let distance = distance.unwrap_or_else(|| panic!("{shipment:?} goes over a pair without a distance"));
        let (_, requests) = self.asks.entry((category, recipient)).or_default();
        assert!(units > 0 && sum(requests) >= units, "{shipment:?} is not what was asked");
        take(requests, units, |_, _| ());
        let donations = self.offers.entry((category, donor)).or_default();
        assert!(sum(donations) >= units, "{shipment:?} is more than was offered");
        take(donations, units, |donation, units| {
            let days = (round.duration_since(donation.at).as_secs_f64() / 86_400.0).round() as i64;
            self.deliveries.push(Delivery { round, category, donor, recipient, units, distance, days });
        });
    }
}

fn sum(rows: &[Entry]) -> u64 {
    rows.iter().map(|row| row.units).sum()
}

/// Takes units off rows, oldest first; rows of which nothing is left go.
fn take(rows: &mut Vec<Entry>, units: u64, mut each: impl FnMut(&Entry, u64)) {
    let mut left = units;
    for row in rows.iter_mut() {
        let taken = left.min(row.units);
        if taken == 0 {
            break;
        }
        left -= taken;
        row.units -= taken;
        each(row, taken);
    }
    rows.retain(|row| row.units > 0);
}
