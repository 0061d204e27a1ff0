//! Publishing a need: what its wish shows of where, found once and from then on never more exactly.

use std::collections::BTreeSet;

use jiff::Timestamp;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::Beneficiary;
use wishwell_domain::ids::{CategoryCode, DivisionCode, NeedId};
use wishwell_domain::limits::WISH_PLACE_DIGITS_MAX;
use wishwell_domain::need::{Need, Wish};
use wishwell_domain::publication::{Publication, coarse_place};

use super::places::chain;
use super::{Caller, Platform};

impl Platform {
    /// Completes the wish of a need that is about to be written, and notes that it came or went.
    pub(crate) async fn publish(
        &self,
        caller: &Caller,
        need: &mut Need,
        beneficiary: Option<&Beneficiary>,
        stored: Option<&Need>,
    ) -> Result<(), Error> {
        let before = stored.and_then(|stored| stored.wish.as_ref());
        need.publication = stored.and_then(|stored| stored.publication);
        let Some(wish) = &need.wish else {
            if let Some((stored, before)) = stored.zip(before) {
                need.publication = Some(Publication::ended(stored.publication, before, stored.version));
            }
            return Ok(());
        };
        let published_at = before.map_or(wish.published_at, |before| before.published_at);
        let first_at = need.publication.map_or(published_at, |publication| publication.first_at);
        let place = match stored.zip(before) {
            Some((stored, before)) => self.place_kept(caller, need, beneficiary, (stored, before), first_at).await?,
            // Whoever remembers the place that it showed would compare: published again it shows none.
            None if need.publication.is_some() => None,
            None => self.place_found(caller, need, beneficiary, &need.categories(), first_at).await?,
        };
        let lot = self.lot(caller, need.id);
        need.publication = Some(Publication { first_at, last_version: None });
        if let Some(wish) = &mut need.wish {
            (wish.place, wish.lot) = (place, Some(lot));
        }
        Ok(())
    }

    /// Its name is a keyed permutation of the need's: in that order, nothing tells when it was submitted.
    fn lot(&self, caller: &Caller, need: NeedId) -> uuid::Uuid {
        self.keys(caller).wish_of(need.as_uuid())
    }

    /// What a wish goes on to show: the place where it was published, also when whose it is moved since, for that would tell who moved.
    /// Who asks for more than before is looked for among those who lack all of it, old and new, and shows no smaller place for it.
    async fn place_kept(
        &self,
        caller: &Caller,
        need: &Need,
        beneficiary: Option<&Beneficiary>,
        (stored, before): (&Need, &Wish),
        first_at: Timestamp,
    ) -> Result<Option<DivisionCode>, Error> {
        let Some(kept) = &before.place else { return Ok(None) };
        let (mut all, known) = (need.categories(), stored.categories());
        if all.is_subset(&known) {
            return Ok(Some(kept.clone()));
        }
        all.extend(known);
        let found = self.place_found(caller, need, beneficiary, &all, first_at).await?;
        let snapshot = self.snapshot(caller, None).await?;
        Ok(found.map(|found| if snapshot.division_is_within(kept, &found) { found } else { kept.clone() }))
    }

    /// The place that enough households share that lack all these categories now and did when the need was published first: whoever
    /// remembers it from then still takes each of them for whose wish it may be.
    async fn place_found(
        &self,
        caller: &Caller,
        need: &Need,
        beneficiary: Option<&Beneficiary>,
        categories: &BTreeSet<&CategoryCode>,
        first_at: Timestamp,
    ) -> Result<Option<DivisionCode>, Error> {
        let Some(division) = &need.division else { return Ok(None) };
        let household = need.household.or(beneficiary.and_then(|found| found.household)).map(|id| id.as_uuid());
        let who = household.or(need.beneficiary.map(|id| id.as_uuid())).unwrap_or(need.id.as_uuid());
        let codes: Vec<CategoryCode> = categories.iter().copied().cloned().collect();
        let lacks = self.store.lacks(caller.tenant(), &codes, first_at, need.id).await?;
        let snapshot = self.fresh_snapshot(caller).await?;
        // From the street or town that it lies in, or is, upwards.
        let chain = |division: &DivisionCode| chain(division, WISH_PLACE_DIGITS_MAX, &snapshot).collect::<Vec<_>>();
        Ok(coarse_place(who, &chain(division), categories, &lacks, chain))
    }
}
