//! The reverse question: which open needs can a resource serve?

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{NeedId, OrganizationId, ResourceId};
use wishwell_domain::need::useful_window;
use wishwell_domain::occurrence::Outstanding;

use crate::answer::{NeedMatch, NeedRank, NeedsAnswer};
use crate::context::{Asked, Context};
use crate::find::shown;
use crate::near_miss::eligibility;
use crate::query::{NeedsQuery, QueryError, Scratch, TimeWindow};
use crate::round::tier_worth;
use crate::score::ScoringRules;
use crate::snapshot::need::{OpenItem, OpenNeed};
use crate::snapshot::row::Row;
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
        let asked_for =
            |need: &&OpenNeed| (need.has_wish || !query.wishes_only) && (query.divisions.is_empty() || is_within(need));
        let place = self.resource(resource);
        let found = place.and_then(|place| Some((place, self.row(place)?)));
        let (place, row) = found.ok_or(QueryError::UnknownResource(resource))?;
        let mut answer = NeedsAnswer::default();
        let mut found: Vec<NeedMatch> = Vec::new();
        let mut scratch = Scratch::default();
        let facts = Facts::default();
        for category in self.categories_served(place) {
            for need in self.needs.in_category(category).filter(asked_for) {
                for item in need.items.iter().filter(|item| item.category == category) {
                    answer.considered += 1;
                    let matched = self.match_need(place, row, need, item, &facts, now, &mut scratch);
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
        let place = self.resource(resource);
        let found = place.and_then(|place| Some((place, self.row(place)?)));
        let (place, row) = found.ok_or(QueryError::UnknownResource(resource))?;
        let categories = self.categories_served(place);
        let (mut scratch, facts) = (Scratch::default(), Facts::default());
        let mut found: Vec<NeedMatch> = Vec::new();
        for need in wishes.iter().filter_map(|id| self.needs.get(*id)).filter(|need| need.has_wish) {
            let items = need.items.iter().filter(|item| categories.binary_search(&item.category).is_ok());
            let matches = items.filter_map(|item| self.match_need(place, row, need, item, &facts, now, &mut scratch));
            found.extend(matches);
        }
        found.sort_unstable_by_key(|matched| matched.rank);
        Ok(found)
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

    #[allow(clippy::too_many_arguments)]
    fn match_need(
        &self,
        place: ResourceRef,
        row: &Row,
        need: &OpenNeed,
        item: &OpenItem,
        facts: &Facts,
        now: Timestamp,
        scratch: &mut Scratch,
    ) -> Option<NeedMatch> {
        let urgency = need.urgency.aged(now.duration_since(need.created_at));
        let (start, end) = useful_window(need.timing, urgency, now);
        let Outstanding { quantity, recurrence, start } = item.as_asked().outstanding(start, None);
        let asked = Asked {
            category: item.category,
            quantity,
            unit: item.unit,
            splittable: item.splittable,
            recurrence,
            window: TimeWindow { start, end },
            now,
            place: need.place,
            division: need.division,
            mobility: need.mobility,
            involves_minors: need.involves_minors,
            group_tags: &need.group_tags,
            facts,
            worth: tier_worth(urgency),
        };
        let rules = ScoringRules::default();
        let context = Context::new(&asked, &self.tables, &rules);
        scratch.memo.begin(&context);
        let hit = self.judge(&context, item.category, place, row, scratch);
        let distance_metres = shown(hit.distance);
        hit.assessment.failed.is_empty().then(|| NeedMatch {
            rank: NeedRank {
                effective_urgency: urgency,
                distance_metres: distance_metres.unwrap_or(u32::MAX),
                waiting_since: need.created_at,
                need: need.id,
                item_ordinal: item.ordinal,
            },
            distance_metres,
            serves: hit.assessment.capacity.served.min(quantity),
            eligibility: eligibility(&context, row, hit.assessment.eligible),
            modes: hit.assessment.modes,
            has_wish: need.has_wish,
        })
    }
}
