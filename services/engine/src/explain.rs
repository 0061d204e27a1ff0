//! Judging one resource for one need item.

use wishwell_domain::ids::ResourceId;

use crate::answer::Answer;
use crate::assess::Assessment;
use crate::context::{Asked, Context};
use crate::find::Hit;
use crate::query::{Query, QueryError, Scratch};
use crate::reason::ReasonCode;
use crate::score::ScoringRules;
use crate::snapshot::row::Row;
use crate::snapshot::{ResourceRef, Snapshot};

impl Snapshot {
    /// Judges one resource for a need item: the answer holds it as its only candidate, or as its only near miss with all constraints it
    /// fails.
    ///
    /// # Errors
    /// An unknown category, division or resource.
    pub fn explain<'s>(
        &self,
        resource: ResourceId,
        query: &Query<'_>,
        rules: &ScoringRules,
        scratch: &'s mut Scratch,
    ) -> Result<&'s Answer, QueryError> {
        let place = self.resource(resource);
        let found = place.and_then(|place| Some((place, self.row(place)?)));
        let (place, row) = found.ok_or(QueryError::UnknownResource(resource))?;
        let asked = Asked::new(query, &self.tables)?;
        let context = Context::new(&asked, &self.tables, rules);
        scratch.memo.begin(&context);
        let hit = self.judge(&context, asked.category, place, row, scratch);
        scratch.hits.clear();
        scratch.misses.clear();
        if hit.assessment.failed.is_empty() {
            scratch.hits.push(hit)
        } else {
            scratch.misses.push(hit)
        }
        self.write_answer(&context, scratch);
        scratch.answer.considered = 1;
        Ok(&scratch.answer)
    }

    /// Judges a resource, in the category or not.
    pub(crate) fn judge(
        &self,
        context: &Context<'_>,
        category: u32,
        place: ResourceRef,
        row: &Row,
        scratch: &mut Scratch,
    ) -> Hit {
        let distance = context.distance(row);
        let levels = self.levels_below(place, category);
        let eligible = scratch.memo.eligible(context, row.eligibility);
        let mut assessment: Assessment = context.assess(row, distance, eligible, None, &mut scratch.memo);
        if levels.is_none() {
            assessment.failed.add(ReasonCode::Category);
        }
        let levels_below = levels.unwrap_or_default();
        let score = context.terms(row, distance, levels_below, &assessment).sum();
        Hit { score, distance, resource: place, levels_below, assessment }
    }

    /// Fewest levels that one of the resource's categories lies below `category`; none when none does.
    pub(crate) fn levels_below(&self, resource: ResourceRef, category: u32) -> Option<u8> {
        let set = self.tables.category_sets.get(self.cold(resource)?.category_set)?;
        let above = |member: &u32| {
            self.tables.category_ancestors(*member).find(|(at, _)| *at == category).map(|(_, levels)| levels)
        };
        set.iter().filter_map(above).min()
    }
}
