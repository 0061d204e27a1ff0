//! Publishing a need as a wish: which place it shows, under which name, and that it came and went.
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
use crate::limits::{WISH_ANONYMITY_HOUSEHOLDS_MIN, WISH_SHARERS_KEPT_MAX};
use crate::need::{Mobility, Need, NeedItem, Urgency, Wish};
use crate::zone::Zone;

/// That a need is, or once was, a wish. Each publication has a name of its own ([`Wish::lot`]): whoever remembers what was shown under
/// one cannot tell that another is of the same need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// When it was published for the first time.
    pub first_at: Timestamp,
    /// The need's version that was the last of the publication that ended last; none as long as the first goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_version: Option<Version>,
    /// The name of that publication; none where that was before names were of publications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_lot: Option<Uuid>,
    /// Among whom it hides, whatever publications of it are put together; none when they show no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharing: Option<Sharing>,
    /// The need's version after which the next one changed nothing of what the pool shows, the latest such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold_after: Option<Version>,
}

/// The place that a need showed when it was published first, and who would have shown it as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// The division.
    pub place: DivisionCode,
    /// Keyed digests of such households, in order, at most [`WISH_SHARERS_KEPT_MAX`]: which they are, nobody can read from them. Of
    /// more, those with the lowest digests are kept, which is a choice by nothing.
    pub by: Vec<u64>,
}

/// Whether a wish can be seen in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InPool {
    /// It is there, perhaps changed.
    Listed,
    /// It was taken out, or wants nothing for now.
    Gone,
}

/// What the pool is told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiding {
    /// The name of the publication; none where that was before names were of publications.
    pub lot: Option<Uuid>,
    /// Whether it can be seen.
    pub state: InPool,
}

/// A place that is shown, and all who would show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPlace {
    /// The division.
    pub place: DivisionCode,
    /// Those who share it, [`WISH_ANONYMITY_HOUSEHOLDS_MIN`] or more.
    pub households: BTreeSet<Uuid>,
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

impl Sharing {
    /// Among whom a need hides that shows a place first, by the digest of each.
    #[must_use]
    pub fn first(shared: &SharedPlace, digest: impl Fn(Uuid) -> u64) -> Self {
        let mut by: Vec<u64> = shared.households.iter().map(|who| digest(*who)).collect();
        by.sort_unstable();
        by.truncate(WISH_SHARERS_KEPT_MAX);
        Self { place: shared.place.clone(), by }
    }

    /// Among whom it hides still when it is published again, where these lack what is asked for now. None when they are too few:
    /// whoever puts the publications together takes nobody else. Whose it is counts as everybody else does, so that it would be
    /// the same whosever it were.
    #[must_use]
    pub fn again(&self, lacking: impl IntoIterator<Item = u64>) -> Option<Self> {
        let lacking: BTreeSet<u64> = lacking.into_iter().collect();
        let by: Vec<u64> = self.by.iter().copied().filter(|who| lacking.contains(who)).collect();
        (by.len() >= WISH_ANONYMITY_HOUSEHOLDS_MIN).then(|| Self { place: self.place.clone(), by })
    }
}

impl Publication {
    /// A first publication.
    #[must_use]
    pub const fn first(first_at: Timestamp) -> Self {
        Self { first_at, last_version: None, last_lot: None, sharing: None, untold_after: None }
    }

    /// What is known of a need whose publication, there until its version `last`, is at its end.
    #[must_use]
    pub fn ended(known: Option<Self>, wish: &Wish, last: Version) -> Self {
        let known = known.unwrap_or_else(|| Self::first(wish.published_at));
        Self { last_version: Some(last), last_lot: wish.lot, ..known }
    }
}

/// What the pool shows of a need.
#[derive(PartialEq)]
struct Shown<'n> {
    wish: (Option<Uuid>, &'n str, Option<&'n DivisionCode>, Date),
    /// Urgency, and how help may reach: how far somebody can travel is not shown, but whether at all.
    how: (Urgency, Mobility),
    items: Vec<NeedItem>,
}

impl Need {
    /// Takes the wish out of the pool; says whether there was one.
    pub fn unpublish(&mut self) -> bool {
        let Some(wish) = self.wish.take() else { return false };
        self.publication = Some(Publication::ended(self.publication.take(), &wish, self.version));
        true
    }

    /// Whether this is the version after one.
    fn follows(&self, version: Option<Version>) -> bool {
        version.is_some_and(|version| version.0 + 1 == self.version.0)
    }

    /// What a change that led to this version is to the pool: nothing when it changed nothing that is shown. Of a publication that has
    /// ended, only the change that ended it is told: what becomes of the need afterwards is nobody's business.
    #[must_use]
    pub fn tidings(&self) -> Vec<Tiding> {
        let known = self.publication.as_ref();
        if self.follows(known.and_then(|known| known.untold_after)) {
            return Vec::new();
        }
        let ended = known.filter(|known| self.follows(known.last_version));
        let mut tidings: Vec<Tiding> =
            ended.map(|known| Tiding { lot: known.last_lot, state: InPool::Gone }).into_iter().collect();
        if let Some(wish) = &self.wish {
            let state = if self.is_listed() { InPool::Listed } else { InPool::Gone };
            // What was never there cannot go.
            if state == InPool::Listed || tidings.is_empty() {
                tidings.push(Tiding { lot: wish.lot, state });
            }
        }
        tidings
    }

    /// Whether the pool has it: published, open, and wanting something.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.wish.is_some() && self.state.is_open() && self.items.iter().any(|item| item.left() > 0)
    }

    /// Notes when the version after `before`, which this one is, changes nothing that the pool shows and would be told. Otherwise there
    /// is nothing to write: an older note is about another version.
    pub fn note_tidings(&mut self, before: &Self) {
        let untold = !self.tidings().is_empty() && before.shown() == self.shown();
        if let Some(publication) = self.publication.as_mut().filter(|_| untold) {
            publication.untold_after = Some(before.version);
        }
    }

    fn shown(&self) -> Option<Shown<'_>> {
        let wish = self.wish.as_ref().filter(|_| self.is_listed())?;
        // How much of an item is referred and how much has arrived is one to the pool.
        let as_shown = |item: &NeedItem| {
            let gone = item.referred + item.served;
            NeedItem { referred: gone, served: 0, taken: Vec::new(), ..item.clone() }
        };
        let max_travel_metres = self.mobility.max_travel_metres.map(|_| 0);
        Some(Shown {
            wish: (wish.lot, &wish.title, wish.place.as_ref(), wish.week()),
            how: (self.urgency, Mobility { max_travel_metres, ..self.mobility }),
            items: self.items.iter().filter(|item| item.left() > 0).map(as_shown).collect(),
        })
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
) -> Option<SharedPlace> {
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
) -> Option<SharedPlace> {
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
                    return chain.first().cloned().map(|place| SharedPlace { place, households });
                }
            } else if let [_, above @ ..] = chain {
                next.extend(households.into_iter().map(|household| (above, household)));
            }
        }
        moving = next;
    }
    None
}
