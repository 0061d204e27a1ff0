//! What binds items or pools together: caps and contacts of organizations, partners of a need, bundles.
//!
//! What says nothing new is left out, and what can be said as a cap is: a bound on the items that an organization is asked about is a
//! bound on units where each of them asks for one unit. So a round stays a flow as often as it can.

use std::collections::HashMap;

use wishwell_allocation::{Bundle, Cap, Contacts, Item, Partners, Segment, Split};
use wishwell_domain::ids::{HouseholdId, NeedId, OrganizationId};
use wishwell_domain::round::{Bundling, RoundRules};

use super::Given;
use super::items::Items;
use super::pools::RoundPools;
use crate::snapshot::row::NONE;

/// What a cap of the problem stands for, with the partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CapOf {
    /// What the organization gives.
    Organization(u32),
    /// How many items the organization is asked about.
    Contacts(u32),
}

/// What is known of an organization once the arcs are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach {
    /// Items with an arc to its pools.
    pub(super) items: u32,
    /// Whether any of them asks for several units, or draws on several pools.
    pub(super) several: bool,
    /// Items that it would be asked about, had it anything left, at the most; and whether any of them asks for several units.
    pub(super) more: u32,
    pub(super) more_several: bool,
    /// Items that are pinned to it, and their units.
    pub(super) pinned: (u32, u64),
}

/// Caps of organizations, and contacts where a cap cannot say them.
#[derive(Debug, Default)]
pub(super) struct Caps {
    pub(super) caps: Vec<Cap>,
    pub(super) of: Vec<CapOf>,
    /// The cap above each partner's pools; [`NONE`] without one.
    pub(super) of_partner: Vec<u32>,
    pub(super) contacts: Vec<Contacts>,
    /// Partners, ascending, whose contacts cannot bind, but could where more would serve.
    pub(super) unsure: Vec<u32>,
}

impl Caps {
    pub(super) fn new(rules: &RoundRules, given: &Given<'_>, pools: &RoundPools, reach: &[Reach]) -> Self {
        let mut made = Self { of_partner: vec![NONE; pools.partners.len()], ..Self::default() };
        let bounds: HashMap<OrganizationId, i64> =
            rules.organization_caps.iter().map(|cap| (cap.organization, cap.units)).collect();
        for (partner, ((organization, _), reach)) in (0..).zip(pools.partners.iter().zip(reach)) {
            if let Some(units) = bounds.get(organization) {
                let left = units.max(&0).unsigned_abs().saturating_sub(reach.pinned.1);
                made.cap(partner, left, CapOf::Organization(partner));
            }
            let Some(most) = rules.contacts_per_organization_max else { continue };
            let asked = given.contacted.get(organization).copied().unwrap_or(0).saturating_add(reach.pinned.0);
            let most = most.saturating_sub(asked);
            if reach.items == 0 && reach.more > most && !reach.more_several {
                // It has nothing left at all: how much more of it would serve is all that the bound says.
                made.cap(partner, u64::from(most), CapOf::Contacts(partner));
            } else if reach.items <= most {
                made.unsure.extend((reach.items.saturating_add(reach.more) > most).then_some(partner));
            } else if !reach.several || most == 0 {
                made.cap(partner, u64::from(most), CapOf::Contacts(partner));
            } else {
                made.contacts.push(Contacts { partner, most });
            }
        }
        made
    }

    fn cap(&mut self, partner: u32, units: u64, of: CapOf) {
        let above = self.of_partner[partner as usize];
        let segments = if units == 0 { Vec::new() } else { vec![Segment { units, price: 0 }] };
        self.of_partner[partner as usize] = u32::try_from(self.caps.len()).unwrap_or(NONE);
        self.caps.push(Cap { segments, cap: (above != NONE).then_some(above) });
        self.of.push(of);
    }
}

/// The items that are served together or not at all, by places among the round's: of each bundle in order.
pub(super) fn bundles(bundling: Bundling, items: &Items, given: &Given<'_>) -> Vec<Vec<u32>> {
    #[derive(PartialEq, Eq, Hash)]
    enum Together {
        Need(NeedId),
        Household(HouseholdId),
    }
    if bundling == Bundling::Items {
        return Vec::new();
    }
    let mut places: HashMap<Together, usize> = HashMap::new();
    let mut bundles: Vec<Vec<u32>> = Vec::new();
    for (at, item) in (0..).zip(&items.items) {
        let need = items.need(item);
        let household = need.household.or_else(|| given.households.get(&need.id).copied());
        let together = match household.filter(|_| bundling == Bundling::Households) {
            Some(household) => Together::Household(household),
            None => Together::Need(need.id),
        };
        let place = *places.entry(together).or_insert_with(|| {
            bundles.push(Vec::new());
            bundles.len() - 1
        });
        bundles[place].push(at);
    }
    bundles
}

/// Bundles of rows of the problem; those that say nothing are left out.
pub(super) fn bundles_of_rows(bundles: &[Vec<u32>], row_of: &[u32], rows: &[Item]) -> Vec<Bundle> {
    let rows_of = |bundle: &Vec<u32>| {
        let places = bundle.iter().map(|item| row_of[*item as usize]).filter(|row| *row != NONE);
        places.collect::<Vec<u32>>()
    };
    let says = |items: &Vec<u32>| match items.as_slice() {
        [] => false,
        [one] => rows[*one as usize].split == Split::Any && rows[*one as usize].quantity > 1,
        _ => true,
    };
    bundles.iter().map(rows_of).filter(says).map(|items| Bundle { items }).collect()
}

/// The bounds on the partners of a need; those that say nothing are left out. Each of those who help already is one of them, asked again
/// or not; where they are as many as may be, there are no rows but to them. `pools` knows the organizations by their places among the
/// partners; `others_of` says how many a row could have that do not help its need already.
pub(super) fn partners(
    most: Option<u32>,
    given: &Given<'_>,
    items: &Items,
    pools: &RoundPools,
    rows: &[u32],
    asked: &[Item],
    others_of: impl Fn(u32) -> u32,
) -> Vec<Partners> {
    let Some(most) = most else { return Vec::new() };
    let mut bounds = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let item = &items.items[rows[at] as usize];
        let need = item.need;
        let helping = given.helping(items.need(item).id);
        let mut already: Vec<u32> = helping.iter().filter_map(|organization| pools.partner(*organization)).collect();
        already.sort_unstable();
        // Whoever helps and has nothing that the round draws on takes a place all the same.
        let elsewhere = u32::try_from(helping.len() - already.len()).unwrap_or(u32::MAX);
        let most = most.saturating_sub(elsewhere);
        let left = u64::from(most).saturating_sub(already.len() as u64);
        let same = rows[at..].iter().take_while(|row| items.items[**row as usize].need == need).count();
        let of_need: Vec<u32> = (at..at + same).filter_map(|row| u32::try_from(row).ok()).collect();
        let possible: u64 = of_need
            .iter()
            .map(|row| {
                let item = asked[*row as usize];
                let parts = if item.split == Split::Whole { 1 } else { item.quantity };
                parts.min(u64::from(others_of(*row)))
            })
            .sum();
        if left > 0 && possible > left {
            bounds.push(Partners { items: of_need, most, already });
        }
        at += same;
    }
    bounds
}
