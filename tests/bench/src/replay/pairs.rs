//! Who may serve whom in a round: what is open, and the pairs that a policy allows.

use serde::Serialize;

use super::clock::{Ask, Offer, Open};
use super::distances::MILE;
use super::world::World;

/// Which pairs are allowed at all. Among those it is people before units, then distance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Policy {
    /// Most unit-miles that a request may cost if it is served wholly: a unit for a request of `n` may travel so many miles by `n`.
    pub(super) unit_miles_of_request: Option<u64>,
    /// Most miles of any unit.
    pub(super) miles: Option<u32>,
    /// Least share of what a donor has of a category that a shipment of it can be, in percent.
    pub(super) percent_of_donation: Option<u64>,
}

impl Policy {
    fn allows(&self, offer: &Offer, ask: &Ask, distance: u32) -> bool {
        let within = |most: u128| u128::from(distance) <= most * u128::from(MILE);
        // A shipment is no more than the smaller of both; what goes on elsewhere can make it less.
        let largest = offer.units.min(ask.left);
        let cost_fits = |most: u64| u128::from(distance) * u128::from(ask.asked) <= u128::from(most) * u128::from(MILE);
        self.unit_miles_of_request.is_none_or(cost_fits)
            && self.miles.is_none_or(|most| within(most.into()))
            && self.percent_of_donation.is_none_or(|least| largest * 100 >= offer.units * least)
    }
}

/// What is open in a round, category after category, and who may serve whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    /// Requests with their category.
    pub(super) asks: Vec<(u32, Ask)>,
    /// Donations with their category.
    pub(super) offers: Vec<(u32, Offer)>,
    /// Request, donation, and how far it is in ten-thousandths of a mile; by request, then donation.
    pub(super) pairs: Vec<(u32, u32, u32)>,
}

impl Pairs {
    /// Those that a policy allows. Requests without any are left out.
    pub(super) fn of(world: &World, open: &[Open], policy: &Policy) -> Self {
        let mut found = Self::default();
        for Open { category, offers, asks } in open {
            let first = number(found.offers.len());
            found.offers.extend(offers.iter().map(|offer| (*category, *offer)));
            for ask in asks {
                let at = number(found.asks.len());
                let before = found.pairs.len();
                for (offer, nth) in offers.iter().zip(first..) {
                    let distance = world.distances.between(offer.donor, ask.recipient);
                    let allowed = distance.filter(|distance| policy.allows(offer, ask, *distance));
                    found.pairs.extend(allowed.map(|distance| (at, nth, distance)));
                }
                if found.pairs.len() > before {
                    found.asks.push((*category, *ask));
                }
            }
        }
        found
    }
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than four thousand million")
}
