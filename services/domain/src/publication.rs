//! Publishing a need as a wish: which place it shows, and that it came and went.
//!
//! A wish shows the smallest division, from the street upwards, at which [`WISH_ANONYMITY_HOUSEHOLDS_MIN`] households would show it
//! as well. Counting all households of the division is not enough: whoever knows the rule knows that a household of a street that has
//! enough would show the street, and may leave it out. So a household that shows a smaller division counts in no larger one, and
//! those that share what a wish shows are exactly those that the same rule gives the same place (the attack on minimality of Wong,
//! Fu, Wang and Pei 2007, answered by counting equal outputs).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{CategoryCode, DivisionCode, Version};
use crate::limits::WISH_ANONYMITY_HOUSEHOLDS_MIN;
use crate::need::{Need, Wish};
use crate::zone::Zone;

/// That a need is, or once was, a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// When it was published for the first time.
    pub first_at: Timestamp,
    /// The need's version that was the last to be published; none while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_version: Option<Version>,
}

/// Whether a wish can be seen in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InPool {
    /// It is there, perhaps changed.
    Listed,
    /// It was taken out, or wants nothing for now.
    Gone,
}

/// That a household lacks something of a category somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The household; where a need names none, its beneficiary's, else its beneficiary, else the need itself.
    pub who: Uuid,
    /// Of what.
    pub category: CategoryCode,
    /// The need's division, as finely as it is known.
    pub division: DivisionCode,
}

impl Wish {
    /// Monday of the week in which it was published, by the clock of places: all that it says of when.
    #[must_use]
    pub fn week(&self) -> Date {
        let date = Zone::of_places().date_at(self.published_at);
        let since_monday = i32::from(date.weekday().to_monday_zero_offset());
        date.checked_sub(Span::new().days(since_monday)).unwrap_or(date)
    }

    /// When that week began. A wish waits since then: from the day on which its urgency grows nobody learns when it was submitted.
    #[must_use]
    pub fn week_start(&self) -> Timestamp {
        Zone::of_places().start_of(self.week())
    }
}

impl Publication {
    /// What is known of a need whose wish, there until its version `last`, is taken out of the pool.
    #[must_use]
    pub fn ended(known: Option<Self>, wish: &Wish, last: Version) -> Self {
        let first_at = known.map_or(wish.published_at, |known| known.first_at);
        Self { first_at, last_version: Some(last) }
    }
}

impl Need {
    /// Takes the wish out of the pool; says whether there was one.
    pub fn unpublish(&mut self) -> bool {
        let Some(wish) = self.wish.take() else { return false };
        self.publication = Some(Publication::ended(self.publication, &wish, self.version));
        true
    }

    /// What a change that led to this version is to the pool; none when it is nothing to it. Of a need that is a wish no more, only
    /// the change that ended it is told: what becomes of it afterwards is nobody's business.
    #[must_use]
    pub fn in_pool(&self) -> Option<InPool> {
        if self.wish.is_some() {
            let wanting = self.state.is_open() && self.items.iter().any(|item| item.left() > 0);
            return Some(if wanting { InPool::Listed } else { InPool::Gone });
        }
        let last = self.publication.and_then(|publication| publication.last_version)?;
        (last.0 + 1 == self.version.0).then_some(InPool::Gone)
    }

    /// The categories of all items, each once.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<&CategoryCode> {
        self.items.iter().map(|item| &item.category).collect()
    }
}

/// The place that a wish for all of `categories` shows: of `who`, in a division with the chain `own` (street first, then each one above
/// it), beside `others`, whose chains `chain` gives. None when no division is shared by enough.
///
/// Those who lack only some of the categories do not count: the items of a wish are seen together.
#[must_use]
pub fn coarse_place(
    who: Uuid,
    own: &[DivisionCode],
    categories: &BTreeSet<&CategoryCode>,
    others: &[Lack],
    mut chain: impl FnMut(&DivisionCode) -> Vec<DivisionCode>,
) -> Option<DivisionCode> {
    let mut lacked: HashMap<Uuid, BTreeSet<&CategoryCode>> = HashMap::new();
    for lack in others.iter().filter(|lack| categories.contains(&lack.category)) {
        lacked.entry(lack.who).or_default().insert(&lack.category);
    }
    let mut chains: HashMap<&DivisionCode, Vec<DivisionCode>> = HashMap::new();
    let mut places: BTreeSet<(&[DivisionCode], Uuid)> = BTreeSet::from([(own, who)]);
    for lack in others {
        chains.entry(&lack.division).or_insert_with(|| chain(&lack.division));
    }
    for lack in others.iter().filter(|lack| lacked.get(&lack.who).is_some_and(|all| all.len() == categories.len())) {
        places.extend(chains.get(&lack.division).map(|chain| (chain.as_slice(), lack.who)));
    }
    settle(&places, who, own)
}

/// Goes up level by level: where enough have come together they stay, the others go on to the division above.
fn settle<'c>(
    places: &BTreeSet<(&'c [DivisionCode], Uuid)>,
    who: Uuid,
    own: &'c [DivisionCode],
) -> Option<DivisionCode> {
    let deepest = places.iter().map(|(chain, _)| chain.len()).max().unwrap_or_default();
    let mut moving: BTreeSet<(&[DivisionCode], Uuid)> = BTreeSet::new();
    // By how many divisions there are from here to the top: those of one division have the same.
    for levels in (1..=deepest).rev() {
        moving.extend(places.iter().filter(|(chain, _)| chain.len() == levels));
        let mut together: BTreeMap<&[DivisionCode], BTreeSet<Uuid>> = BTreeMap::new();
        for (chain, household) in moving.iter().filter(|(chain, _)| chain.len() == levels) {
            together.entry(chain).or_default().insert(*household);
        }
        let here = own.len().checked_sub(levels).and_then(|below| own.get(below..));
        let mut next = BTreeSet::new();
        for (chain, households) in together {
            if households.len() >= WISH_ANONYMITY_HOUSEHOLDS_MIN {
                if here == Some(chain) && households.contains(&who) {
                    return chain.first().cloned();
                }
            } else if let [_, above @ ..] = chain {
                next.extend(households.into_iter().map(|household| (above, household)));
            }
        }
        moving = next;
    }
    None
}
