//! What one does without an optimizer.

use std::collections::BTreeMap;

use super::clock::{Ask, Offer, Open, Rule, Shipment};
use super::world::World;

/// First come, first matched: of each category the first open donation goes to the first open request, the second to the second,
/// and so on; what is left of either waits for the next round.
#[derive(Debug)]
pub(super) struct FirstComeFirstMatched;

/// As first come, first matched, but the rest of a donation goes on to the next request at once, until nothing is left of either.
#[derive(Debug)]
pub(super) struct Queue;

/// Each open donation, in the order they came, goes to the nearest recipient with an open request of its category; what is left of
/// it waits for the next round.
#[derive(Debug)]
pub(super) struct NearestRecipient;

/// As nearest recipient, but the rest of a donation goes on to the next nearest at once, until nothing is left of it.
#[derive(Debug)]
pub(super) struct NearestRecipients;

impl Rule for FirstComeFirstMatched {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        let pairs = |open: &Open| -> Vec<Shipment> {
            let pairs = open.offers.iter().zip(&open.asks);
            let known = pairs.filter(|(offer, ask)| world.distances.between(offer.donor, ask.recipient).is_some());
            known.map(|(offer, ask)| shipment(open.category, offer, ask)).collect()
        };
        open.iter().flat_map(pairs).collect()
    }
}

impl Rule for Queue {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        let mut shipments = Vec::new();
        for Open { category, offers, asks } in open {
            let (mut offers, mut asks) = (offers.clone(), asks.clone());
            for offer in &mut offers {
                for ask in asks.iter_mut().filter(|ask| ask.left > 0) {
                    if offer.units == 0 {
                        break;
                    }
                    if world.distances.between(offer.donor, ask.recipient).is_some() {
                        shipments.push(take(*category, offer, ask));
                    }
                }
            }
        }
        shipments
    }
}

impl Rule for NearestRecipient {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        nearest(world, open, 1)
    }
}

impl Rule for NearestRecipients {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        nearest(world, open, usize::MAX)
    }
}

/// Each donation to the nearest recipients, `most` of them at the most.
fn nearest(world: &World, open: &[Open], most: usize) -> Vec<Shipment> {
    let mut shipments = Vec::new();
    for Open { category, offers, asks } in open {
        let mut asks: BTreeMap<u32, Ask> = asks.iter().map(|ask| (ask.recipient, *ask)).collect();
        for offer in offers {
            let mut offer = *offer;
            let way = |recipient: &u32| world.distances.between(offer.donor, *recipient).map(|way| (way, *recipient));
            let mut near: Vec<(u32, u32)> = asks.keys().filter_map(way).collect();
            near.sort_unstable();
            for (_, recipient) in near.into_iter().take(most) {
                let Some(ask) = asks.get_mut(&recipient).filter(|_| offer.units > 0) else { break };
                shipments.push(take(*category, &mut offer, ask));
                if ask.left == 0 {
                    asks.remove(&recipient);
                }
            }
        }
    }
    shipments
}

fn shipment(category: u32, offer: &Offer, ask: &Ask) -> Shipment {
    Shipment { category, donor: offer.donor, recipient: ask.recipient, units: offer.units.min(ask.left) }
}

fn take(category: u32, offer: &mut Offer, ask: &mut Ask) -> Shipment {
    let taken = shipment(category, offer, ask);
    offer.units -= taken.units;
    ask.left -= taken.units;
    taken
}
