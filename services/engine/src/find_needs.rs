//! The reverse question: which open needs can a resource serve?

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{NeedId, OrganizationId, ResourceId};
use wishwell_domain::need::{Mobility, Timing, recurs_until, useful_window};
use wishwell_domain::occurrence::Outstanding;

use crate::answer::{NeedMatch, NeedRank, NeedsAnswer};
use crate::context::{Asked, Context, Somewhere};
use crate::find::shown as distance_shown;
use crate::near_miss::eligibility;
use crate::query::{NeedsQuery, QueryError, Scratch, TimeWindow};
use crate::reason::ReasonCode;
use crate::round::tier_worth;
use crate::score::ScoringRules;
use crate::snapshot::need::{OpenItem, OpenNeed, ShownWish};
use crate::snapshot::row::{NONE, Row};
use crate::snapshot::{ResourceRef, Snapshot};

impl Snapshot {
    /// The open need items that a resource can serve, by the same constraints as [`Snapshot::find`], in the order of their
    /// ranks. Looks at every open item in the resource's categories and above.
    ///
    /// # Errors
    /// An unknown resource.
    pub fn find_needs(&self, resource: ResourceId, query: &NeedsQuery<'_>) -> Result<NeedsAnswer, QueryError> {
        let &NeedsQuery { now, limit, .. } = query;
        let within: Vec<u32> =
            query.divisions.iter().filter_map(|code| self.tables.division_places.get(code.as_str())).collect();
        let is_within = |need: &OpenNeed| self.tables.division_ancestors(need.division).any(|at| within.contains(&at));
        let asked_for = |need: &&OpenNeed| {
            (need.wish.is_some() || !query.wishes_only) && (query.divisions.is_empty() || is_within(need))
        };
        let (place, row) = self.known(resource)?;
        let mut answer = NeedsAnswer::default();
        let mut found: Vec<NeedMatch> = Vec::new();
        let (mut scratch, facts) = (Scratch::default(), Facts::default());
        for category in self.categories_served(place) {
            for need in self.needs.in_category(category).filter(asked_for) {
                for item in need.items.iter().filter(|item| item.category == category) {
                    answer.considered += 1;
                    let shown = need.wish.as_ref().filter(|_| query.wishes_only);
                    let asked = self.asked_of(need, item, shown, &facts, now).seen(query.coarsely);
                    let tolerated = query.whoever.then_some(ReasonCode::Ineligible);
                    let matched = self.match_need(place, row, need, item, &asked, tolerated, &mut scratch);
                    found.extend(matched.filter(|matched| query.after.is_none_or(|after| matched.rank > after)));
                }
            }
        }
        answer.more = found.len() > limit;
        if answer.more {
            // Only the first ones are to be in order.
            found.select_nth_unstable_by_key(limit, |matched| matched.rank);
            found.truncate(limit);
        }
        found.sort_unstable_by_key(|matched| matched.rank);
        answer.matches = found;
        Ok(answer)
    }

    /// Which items of these published needs a resource can serve, by the same constraints as [`Snapshot::find_needs`] and in the order
    /// of their ranks. Looks at the needs named and at nothing else.
    ///
    /// # Errors
    /// An unknown resource.
    pub fn find_among_wishes(
        &self,
        resource: ResourceId,
        wishes: &[NeedId],
        now: Timestamp,
    ) -> Result<Vec<NeedMatch>, QueryError> {
        let (place, row) = self.known(resource)?;
        let categories = self.categories_served(place);
        let (mut scratch, facts) = (Scratch::default(), Facts::default());
        let mut found: Vec<NeedMatch> = Vec::new();
        for need in wishes.iter().filter_map(|id| self.needs.get(*id)) {
            let Some(shown) = need.wish.as_ref() else { continue };
            for item in need.items.iter().filter(|item| categories.binary_search(&item.category).is_ok()) {
                let asked = self.asked_of_wish(need, item, shown, &facts, now);
                found.extend(self.match_need(place, row, need, item, &asked, None, &mut scratch));
            }
        }
        found.sort_unstable_by_key(|matched| matched.rank);
        Ok(found)
    }

    /// What [`Self::find_needs`] found with the same `query` for whoever it may be, weighed by the groups and facts of whom the need is for;
    /// none when the resource does not serve them.
    ///
    /// # Errors
    /// An unknown resource.
    pub fn weigh_need(
        &self,
        resource: ResourceId,
        rank: &NeedRank,
        group_tags: &[GroupTag],
        facts: &Facts,
        query: &NeedsQuery<'_>,
    ) -> Result<Option<NeedMatch>, QueryError> {
        let (place, row) = self.known(resource)?;
        let Some(need) = self.needs.get(rank.need) else { return Ok(None) };
        let Some(item) = need.items.iter().find(|item| item.ordinal == rank.item_ordinal) else { return Ok(None) };
        let asked = Asked { group_tags, ..asked(need, item, need.timing, need.created_at, facts, query.now) };
        let asked = asked.seen(query.coarsely);
        Ok(self.match_need(place, row, need, item, &asked, None, &mut Scratch::default()))
    }

    /// Whether a resource has a rule about whom it serves.
    #[must_use]
    pub fn has_eligibility(&self, resource: ResourceId) -> bool {
        self.known(resource).is_ok_and(|(_, row)| self.tables.programs.get(row.eligibility).is_some())
    }

    /// The resources of these organizations, by organization, each in the order of their identifiers.
    #[must_use]
    pub fn resources_of(&self, organizations: &HashSet<OrganizationId>) -> HashMap<OrganizationId, Vec<ResourceId>> {
        let base = self.base.ids.iter().enumerate().filter(|(row, _)| !self.mask.contains(*row as u32));
        let mut found: HashMap<OrganizationId, Vec<ResourceId>> = HashMap::new();
        for id in base.map(|(_, id)| *id).chain(self.overlay.ids.iter().copied()) {
            let Some(place) = self.resource(id) else { continue };
            let organization = self.organization_id(place);
            if organizations.contains(&organization) {
                found.entry(organization).or_default().push(id);
            }
        }
        found.values_mut().for_each(|resources| resources.sort_unstable());
        found
    }

    fn known(&self, resource: ResourceId) -> Result<(ResourceRef, &Row), QueryError> {
        let found = self.resource(resource).and_then(|place| Some((place, self.row(place)?)));
        found.ok_or(QueryError::UnknownResource(resource))
    }

    /// The categories a resource serves and all above them, each once.
    fn categories_served(&self, resource: ResourceRef) -> Vec<u32> {
        let set = self.cold(resource).and_then(|cold| self.tables.category_sets.get(cold.category_set));
        let members = set.into_iter().flatten();
        let mut served: Vec<u32> =
            members.flat_map(|at| self.tables.category_ancestors(*at)).map(|(at, _)| at).collect();
        served.sort_unstable();
        served.dedup();
        served
    }

    /// An item as it is asked, where something of it is left and the resource meets every constraint but for the one that is tolerated.
    #[allow(clippy::too_many_arguments)]
    fn match_need(
        &self,
        place: ResourceRef,
        row: &Row,
        need: &OpenNeed,
        item: &OpenItem,
        asked: &Asked<'_>,
        tolerated: Option<ReasonCode>,
        scratch: &mut Scratch,
    ) -> Option<NeedMatch> {
        if asked.is_covered {
            return None;
        }
        let rules = ScoringRules::default();
        let context = Context::new(asked, &self.tables, &rules);
        scratch.memo.begin(&context);
        let hit = self.judge(&context, item.category, place, row, scratch);
        let failed = hit.assessment.failed;
        // Only what is asked by what a wish shows leaves open where it is.
        let shown = need.wish.as_ref().filter(|_| asked.somewhere.is_some());
        let since = shown.map_or(need.created_at, |shown| shown.week_start);
        let distance_metres = distance_shown(hit.distance);
        (failed.len() == u8::from(tolerated.is_some_and(|code| failed.contains(code)))).then(|| NeedMatch {
            rank: NeedRank {
                effective_urgency: need.urgency.aged(asked.now.duration_since(since)),
                distance_metres: distance_metres.unwrap_or(u32::MAX),
                waiting_since: since,
                lot: shown.map_or(Uuid::nil(), |shown| shown.lot),
                need: need.id,
                item_ordinal: item.ordinal,
            },
            distance_metres,
            serves: hit.assessment.capacity.served.min(asked.quantity),
            occurrences: hit.assessment.capacity.occurrences,
            eligibility: eligibility(&context, row, hit.assessment.eligible),
            modes: hit.assessment.modes,
            has_wish: need.wish.is_some(),
        })
    }

    /// What is asked: of a wish what it shows, else all that the need itself says.
    fn asked_of<'q>(
        &self,
        need: &'q OpenNeed,
        item: &OpenItem,
        shown: Option<&ShownWish>,
        facts: &'q Facts,
        now: Timestamp,
    ) -> Asked<'q> {
        match shown {
            Some(shown) => self.asked_of_wish(need, item, shown, facts, now),
            None => asked(need, item, need.timing, need.created_at, facts, now),
        }
    }

    /// What a wish asks, by what it shows alone, so that which resources fit tells nothing that it does not: its coarse place, its week,
    /// and how help may reach; not how far somebody can travel, by when it must be there, or of which groups somebody is.
    fn asked_of_wish<'q>(
        &self,
        need: &'q OpenNeed,
        item: &OpenItem,
        shown: &ShownWish,
        facts: &'q Facts,
        now: Timestamp,
    ) -> Asked<'q> {
        let somewhere = match shown.place {
            NONE => Somewhere::Anywhere,
            place => Somewhere::InDivision(self.tables.division_extent(place)),
        };
        let max_travel_metres = need.mobility.max_travel_metres.map(|_| u32::MAX);
        Asked {
            place: None,
            division: shown.place,
            mobility: Mobility { max_travel_metres, ..need.mobility },
            involves_minors: false,
            group_tags: &[],
            somewhere: Some(somewhere),
            ..asked(need, item, None, shown.week_start, facts, now)
        }
    }

    /// Whether a resource fits an item of a wish, judged as [`Snapshot::find_needs`] judges wishes, but for capacity, of
    /// which promising has the last word. None when the item is not in the pool.
    ///
    /// # Errors
    /// An unknown resource.
    pub fn wish_fits(
        &self,
        resource: ResourceId,
        need: NeedId,
        item_ordinal: u16,
        now: Timestamp,
    ) -> Result<Option<bool>, QueryError> {
        let (place, row) = self.known(resource)?;
        let wished = self.needs.get(need).and_then(|need| Some((need, need.wish.as_ref()?)));
        let Some((need, shown)) = wished else { return Ok(None) };
        let Some(item) = need.items.iter().find(|item| item.ordinal == item_ordinal) else { return Ok(None) };
        let facts = Facts::default();
        let asked = self.asked_of_wish(need, item, shown, &facts, now);
        let rules = ScoringRules::default();
        let context = Context::new(&asked, &self.tables, &rules);
        let mut scratch = Scratch::default();
        scratch.memo.begin(&context);
        let failed = self.judge(&context, item.category, place, row, &mut scratch).assessment.failed;
        Ok(Some(failed.len() == u8::from(failed.contains(ReasonCode::NoCapacity))))
    }
}

impl Asked<'_> {
    /// The same as it may be seen: coarsely, without the exact place.
    fn seen(self, coarsely: bool) -> Self {
        Self { place: self.place.filter(|_| !coarsely), ..self }
    }
}

/// What a need asks, as it is, with this timing and waiting since then.
fn asked<'q>(
    need: &'q OpenNeed,
    item: &OpenItem,
    timing: Option<Timing>,
    since: Timestamp,
    facts: &'q Facts,
    now: Timestamp,
) -> Asked<'q> {
    let urgency = need.urgency.aged(now.duration_since(since));
    let (start, end) = useful_window(timing, urgency, now);
    let until = recurs_until(timing, (start, end));
    let Outstanding { quantity, recurrence, start, is_covered } = item.as_asked().outstanding(start, until, None);
    Asked {
        category: item.category,
        quantity,
        unit: item.unit,
        splittable: item.splittable,
        recurrence,
        window: TimeWindow { start, end },
        until,
        now,
        place: need.place,
        division: need.division,
        mobility: need.mobility,
        involves_minors: need.involves_minors,
        group_tags: &need.group_tags,
        facts,
        worth: tier_worth(urgency),
        somewhere: None,
        is_covered,
    }
}
