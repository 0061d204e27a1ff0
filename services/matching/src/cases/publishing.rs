//! Publishing a need: under which name, and what its wish shows of where, found once and from then on never more exactly.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::Beneficiary;
use wishwell_domain::ids::{CategoryCode, DivisionCode, NeedId};
use wishwell_domain::limits::WISH_PLACE_DIGITS_MAX;
use wishwell_domain::need::{Need, Wish};
use wishwell_domain::publication::{Publication, SharedPlace, Sharing, coarse_place};

use super::places::chain;
use super::{Caller, Platform};

impl Platform {
    /// Completes the wish of a need that is about to be written, and notes that it came or went. Whoever asks for other things than
    /// before publishes anew: under a name that nothing is remembered under.
    pub(crate) async fn publish(
        &self,
        caller: &Caller,
        need: &mut Need,
        beneficiary: Option<&Beneficiary>,
        stored: Option<&Need>,
    ) -> Result<(), Error> {
        let known = stored.and_then(|stored| stored.publication.clone());
        let before = stored.and_then(|stored| Some((stored, stored.wish.as_ref()?)));
        let Some(mut wish) = need.wish.take() else {
            need.publication = match before {
                Some((stored, before)) => Some(Publication::ended(known, before, stored.version)),
                None => known,
            };
            return Ok(());
        };
        if let Some((stored, before)) = before {
            if stored.categories() == need.categories() {
                let lot = before.lot.or_else(|| Some(self.keys(caller).wish_of(need.id.as_uuid())));
                need.wish = Some(Wish { place: before.place.clone(), lot, ..wish });
                need.publication = known.or_else(|| Some(Publication::first(before.published_at)));
                return Ok(());
            }
            // A week that has passed would tell that it is not new.
            wish.published_at = self.clock.now();
        }
        let published_at = wish.published_at;
        let known = match before {
            Some((stored, before)) => Some(Publication::ended(known, before, stored.version)),
            None => known,
        };
        let sharing = match &known {
            None => self.sharing_first(caller, need, beneficiary, published_at).await?,
            Some(known) => self.sharing_again(caller, need, beneficiary, known.sharing.as_ref()).await?,
        };
        let place = sharing.as_ref().map(|sharing| sharing.place.clone());
        let lot = Some(self.keys(caller).wish_name(self.new_uuid()));
        need.publication = Some(Publication { sharing, ..known.unwrap_or_else(|| Publication::first(published_at)) });
        need.wish = Some(Wish { place, lot, ..wish });
        Ok(())
    }

    /// A name as partners know it, of a publication's lot; of one that had none, the name that follows from its need.
    pub(crate) fn name_of_lot(&self, caller: &Caller, need: NeedId, lot: Option<Uuid>) -> Uuid {
        lot.unwrap_or_else(|| self.keys(caller).wish_of(need.as_uuid()))
    }

    /// The published needs that have these names now, by name. A name that a need had once is nobody's.
    pub(crate) async fn needs_of_wishes(&self, caller: &Caller, names: &[Uuid]) -> Result<BTreeMap<Uuid, Need>, Error> {
        let keys = self.keys(caller);
        let lots: Vec<Uuid> = names.iter().flat_map(|name| [*name, keys.need_of(*name)]).collect();
        let found = self.store.needs_by_lot(caller.tenant(), &lots).await?;
        let named = found.into_iter().filter_map(|need| {
            let name = self.name_of_lot(caller, need.id, need.wish.as_ref()?.lot);
            names.contains(&name).then_some((name, need))
        });
        Ok(named.collect())
    }

    /// Among whom a need hides that is published for the first time: those who lack the same by needs that were there by then.
    async fn sharing_first(
        &self,
        caller: &Caller,
        need: &Need,
        beneficiary: Option<&Beneficiary>,
        published_at: Timestamp,
    ) -> Result<Option<Sharing>, Error> {
        let shared = self.place_found(caller, need, beneficiary, &need.categories(), published_at).await?;
        let keys = self.keys(caller);
        Ok(shared.map(|shared| Sharing::first(&shared, |who| keys.sharer(need.id.as_uuid(), who))))
    }

    /// Among whom a need hides that is published again: whoever remembers what it showed before and takes the two for one, for they are
    /// likely to be alike, takes those who shared it then and lack what it asks for now. It shows the place of then, or none when they
    /// are too few; never another one, which would be known of fewer.
    async fn sharing_again(
        &self,
        caller: &Caller,
        need: &Need,
        beneficiary: Option<&Beneficiary>,
        known: Option<&Sharing>,
    ) -> Result<Option<Sharing>, Error> {
        let Some(known) = known else { return Ok(None) };
        let categories = need.categories();
        let codes: Vec<CategoryCode> = categories.iter().copied().cloned().collect();
        let lacks = self.store.lacks(caller.tenant(), &codes, Timestamp::MAX, need.id).await?;
        let mut lacked: BTreeMap<Uuid, BTreeSet<&CategoryCode>> = BTreeMap::new();
        for lack in &lacks {
            lacked.entry(lack.who).or_default().insert(&lack.category);
        }
        // It counts itself by what the others count by.
        if need.division.is_some() && need.items.iter().all(|item| item.left() > 0) {
            lacked.insert(who(need, beneficiary), categories.clone());
        }
        let all = lacked.into_iter().filter(|(_, lacked)| lacked.len() == categories.len());
        let keys = self.keys(caller);
        Ok(known.again(all.map(|(who, _)| keys.sharer(need.id.as_uuid(), who))))
    }

    /// The place that enough households share that lack all these categories now, by needs that were there at an instant.
    async fn place_found(
        &self,
        caller: &Caller,
        need: &Need,
        beneficiary: Option<&Beneficiary>,
        categories: &BTreeSet<&CategoryCode>,
        until: Timestamp,
    ) -> Result<Option<SharedPlace>, Error> {
        let Some(division) = &need.division else { return Ok(None) };
        let codes: Vec<CategoryCode> = categories.iter().copied().cloned().collect();
        let lacks = self.store.lacks(caller.tenant(), &codes, until, need.id).await?;
        let snapshot = self.fresh_snapshot(caller).await?;
        // From the street or town that it lies in, or is, upwards.
        let chain = |division: &DivisionCode| chain(division, WISH_PLACE_DIGITS_MAX, &snapshot).collect::<Vec<_>>();
        Ok(coarse_place(who(need, beneficiary), &chain(division), categories, &lacks, chain))
    }
}

/// Who counts once, however many needs there are: the need's household, else its beneficiary's, else its beneficiary, else the need.
fn who(need: &Need, beneficiary: Option<&Beneficiary>) -> Uuid {
    let household = need.household.or(beneficiary.and_then(|found| found.household)).map(|id| id.as_uuid());
    household.or(need.beneficiary.map(|id| id.as_uuid())).unwrap_or(need.id.as_uuid())
}
