//! Judging one resource: which constraints it fails, and what its score is made of.

use wishwell_domain::geo::whole_metres;
use wishwell_domain::resource::DeliveryMode;

use crate::capacity::{self, View, When};
use crate::context::{Context, Somewhere, Span};
use crate::periods::PeriodMemo;
use crate::reason::{ModeSet, ReasonCode};
use crate::recurring::recurring;
use crate::score::{Millionths, ScoreTerm, Terms};
use crate::snapshot::area::AreaSet;
use crate::snapshot::hours::{Hours, WholeDays};
use crate::snapshot::row::{ANY_UNIT, AreaKind, Row};

/// Marks an unknown distance; sorts after every known one.
pub(crate) const UNKNOWN_DISTANCE: u32 = u32::MAX;

/// A set of failed constraints, by their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Failed {
    codes: u16,
    count: u8,
}

impl Failed {
    #[inline]
    pub(crate) const fn add(&mut self, code: ReasonCode) {
        if !self.contains(code) {
            self.codes |= 1 << code as u16;
            self.count += 1;
        }
    }
    #[inline]
    pub(crate) const fn contains(self, code: ReasonCode) -> bool {
        self.codes >> code as u16 & 1 == 1
    }
    #[inline]
    pub(crate) const fn is_empty(self) -> bool {
        self.codes == 0
    }
    #[inline]
    pub(crate) const fn len(self) -> u8 {
        self.count
    }
    /// Adds constraints of which none is in the set yet.
    #[inline]
    const fn add_all(&mut self, others: Self) {
        self.codes |= others.codes;
        self.count += others.count;
    }
}

/// What is known of eligibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Eligible {
    #[default]
    Anyone,
    Yes,
    No,
    Unknown,
}

/// The judgement on one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assessment {
    pub(crate) failed: Failed,
    /// Modes that reach the beneficiary.
    pub(crate) modes: ModeSet,
    pub(crate) eligible: Eligible,
    pub(crate) capacity: View,
}

/// What was found out once in this query and holds for many resources.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    pub(crate) periods: PeriodMemo,
    query: u32,
    open: Vec<(u32, bool)>,
    days: Option<WholeDays>,
    /// By rule, and at the end for whatever has none.
    eligible: Vec<(u32, Eligible)>,
    no_rule: usize,
}

impl Memo {
    /// Forgets everything, for the next query.
    pub(crate) fn begin(&mut self, context: &Context<'_>) {
        self.periods.begin(context);
        self.days = None;
        self.query = self.query.wrapping_add(1);
        if self.query == 0 {
            self.open.clear();
            self.eligible.clear();
            self.query = 1;
        }
        let (schedules, programs) = (context.tables.schedules.len(), context.tables.programs.len());
        self.open.resize(self.open.len().max(schedules), (0, false));
        self.eligible.resize(self.eligible.len().max(programs + 1), (0, Eligible::Anyone));
        self.no_rule = programs;
        self.eligible[programs] = (self.query, Eligible::Anyone);
    }

    /// What the rule at `program` says.
    ///
    /// Which of two resources beside one another has a rule nobody can foresee: there is no branch for it.
    #[inline]
    pub(crate) fn eligible(&mut self, context: &Context<'_>, program: u32) -> Eligible {
        let at = (program as usize).min(self.no_rule);
        let (query, eligible) = self.eligible[at];
        if query == self.query { eligible } else { self.find_out(context, at) }
    }

    #[inline(never)]
    fn find_out(&mut self, context: &Context<'_>, at: usize) -> Eligible {
        let program = || context.tables.programs.get(u32::try_from(at).ok()?);
        let holds = match context.somewhere {
            // Whose wish it is nobody is to learn from what fits.
            Some(_) => None,
            None => program().and_then(|program| program.holds(&context.facts)),
        };
        let eligible = match holds {
            Some(true) => Eligible::Yes,
            Some(false) => Eligible::No,
            None => Eligible::Unknown,
        };
        self.eligible[at] = (self.query, eligible);
        eligible
    }

    /// Whether the schedule is open at some time of the whole window.
    fn open_in_window(&mut self, context: &Context<'_>, schedule: u32, hours: &Hours) -> bool {
        let Some(known) = self.open.get_mut(schedule as usize) else { return false };
        if known.0 != self.query {
            *known = (self.query, hours.open_in(context.window, &mut self.days));
        }
        known.1
    }
}

impl<'q> Context<'q> {
    /// How far a resource is, in whole metres; [`UNKNOWN_DISTANCE`] when either side has no place.
    #[inline]
    pub(crate) fn distance(&self, row: &Row) -> u32 {
        match &self.vector {
            Some(vector) if row.placed => whole_metres(vector.chord_squared(&row.vector)),
            _ => UNKNOWN_DISTANCE,
        }
    }

    /// Judges a resource at a distance. `capacity` is its capacity in the window where that is known to be the same at any time.
    pub(crate) fn assess(
        &self,
        row: &Row,
        distance: u32,
        eligible: Eligible,
        capacity: Option<View>,
        memo: &mut Memo,
    ) -> Assessment {
        let mut failed = Failed::default();
        if row.paused {
            failed.add(ReasonCode::Paused);
        }
        if row.unit != ANY_UNIT && row.unit != self.unit.index() {
            failed.add(ReasonCode::Unit);
        }
        if !self.in_area(row, distance) {
            failed.add(ReasonCode::OutsideArea);
        }
        if eligible == Eligible::No {
            failed.add(ReasonCode::Ineligible);
        }
        let offered = self.offered(row, &mut failed);
        let modes = self.modes_of(row, distance, offered, &mut failed);
        let capacity = self.when_and_how_much(row, offered, capacity, memo, &mut failed);
        Assessment { failed, modes, eligible, capacity }
    }

    /// When in the window it is offered; the whole window when never, for the rest of the judgement.
    fn offered(&self, row: &Row, failed: &mut Failed) -> Span {
        let Some(validity) = self.tables.validities.get(row.validity) else { return self.window };
        let offered = self.window.and(Span { start: validity.from, end: validity.before });
        if offered.is_none() {
            let early = validity.from >= self.window.end;
            failed.add(if early { ReasonCode::NotValidYet } else { ReasonCode::Expired });
        }
        offered.unwrap_or(self.window)
    }

    /// Opening hours and capacity. When it is closed all the time, capacity is judged as if it were open; when it is counted in
    /// another unit, it is not judged.
    fn when_and_how_much(
        &self,
        row: &Row,
        offered: Span,
        capacity: Option<View>,
        memo: &mut Memo,
        failed: &mut Failed,
    ) -> View {
        let hours = self.tables.schedules.get(row.schedule);
        let mut when = When { offered, schedule: hours.map(|hours| &*hours.compiled) };
        if self.recurrence.is_some() {
            return self.recurring(row, when, failed);
        }
        if let Some(hours) = hours {
            let whole = offered == self.window;
            let open = if whole { memo.open_in_window(self, row.schedule, hours) } else { when.open_in(offered) };
            if !open {
                failed.add(ReasonCode::ClosedInWindow);
                when.schedule = None;
            }
        }
        let view = capacity.unwrap_or_else(|| capacity::at_best(self, row, when, &mut memo.periods));
        // Pieces are not hours: what is counted in another unit has neither enough nor too little.
        let too_little = view.served < self.quantity && (!self.splittable || view.served < 1);
        if too_little && !failed.contains(ReasonCode::Unit) {
            failed.add(ReasonCode::NoCapacity);
        }
        view
    }

    fn recurring(&self, row: &Row, when: When<'_>, failed: &mut Failed) -> View {
        let mut view = recurring(self, row, when);
        if view.open_occurrences == 0 {
            failed.add(ReasonCode::ClosedInWindow);
            let open = recurring(self, row, When { schedule: None, ..when });
            view = View { open_occurrences: 0, ..open };
        }
        // A week in which it is closed, such as a holiday, is left out and told, not held against it.
        let asked = self.recurrence.map_or(1, |recurrence| recurrence.occurrences.max(1));
        let wanted = asked.min(view.open_occurrences.max(1));
        let too_few = view.occurrences < wanted && (!self.splittable || view.occurrences == 0);
        if too_few && !failed.contains(ReasonCode::Unit) {
            failed.add(ReasonCode::NoCapacity);
        }
        view
    }

    /// The modes that reach the beneficiary. When none does, adds what the mode with the fewest failures fails; where it has none of
    /// the modes wanted, of those that it has, since it would have to be vetted for one of them.
    fn modes_of(&self, row: &Row, distance: u32, offered: Span, failed: &mut Failed) -> ModeSet {
        let (verified, minors, home_visits) = self.standing(row.organization, offered);
        let minors = minors || !self.involves_minors;
        if !verified {
            failed.add(ReasonCode::OrganizationNotVerified);
        }
        let wanted = row.modes.and(self.modes);
        let is_wanted = !wanted.is_empty();
        if !is_wanted {
            failed.add(ReasonCode::Mode);
        }
        // How far somebody could travel who cannot, nobody said.
        let near = !is_wanted || distance <= self.max_travel_metres || distance == UNKNOWN_DISTANCE;
        let judged = if is_wanted { wanted } else { row.modes };
        let possible = judged.and(ModeSet::possible(near, home_visits, minors));
        if !possible.is_empty() {
            return if is_wanted { possible } else { ModeSet::NONE };
        }
        let mut fewest: Option<Failed> = None;
        for mode in judged.iter() {
            let mut fails = Failed::default();
            if mode != DeliveryMode::Delivery && !minors {
                fails.add(ReasonCode::NotVettedForMinors);
            }
            if mode == DeliveryMode::HomeVisit && !home_visits {
                fails.add(ReasonCode::NotVettedForHomeVisits);
            }
            if mode == DeliveryMode::OnSite && !near {
                fails.add(ReasonCode::TooFar);
            }
            if fewest.is_none_or(|fewest| fails.len() < fewest.len()) {
                fewest = Some(fails);
            }
        }
        failed.add_all(fewest.unwrap_or_default());
        ModeSet::NONE
    }

    /// Whether an organization is verified, vetted for minors, and for home visits, all the time it may come: nobody asks again when a
    /// vetting ends before the last occurrence, or before the deadline. Where nobody said by when, it has to be when it may come first:
    /// it would have to be for months otherwise, for what comes within days.
    #[inline]
    fn standing(&self, organization: u32, offered: Span) -> (bool, bool, bool) {
        let Some(standing) = self.tables.standings.get(organization) else { return (false, false, false) };
        let (minors, home_visits) = standing.vetted();
        if !standing.ends() {
            return (standing.is_verified(), minors, home_visits);
        }
        let row = self.tables.organizations.get(organization);
        let needed = if self.is_undated { offered.start + 1 } else { offered.end };
        row.map_or((false, false, false), |row| {
            (standing.is_verified(), row.minors_before >= needed, row.home_visits_before >= needed)
        })
    }

    /// The areas of a row that one word does not say.
    #[inline]
    pub(crate) fn area_set(&self, row: &Row) -> Option<&'q AreaSet> {
        if row.area_kind == AreaKind::Set { self.tables.area_sets.get(row.area) } else { None }
    }

    fn in_area(&self, row: &Row, distance: u32) -> bool {
        self.in_area_exactly(row, distance)
            || self.somewhere.is_some_and(|somewhere| self.may_be_in_area(row, distance, somewhere))
    }

    /// Whether any part of where a wish may be lies in the area: of its division, the parts whose centres are known.
    fn may_be_in_area(&self, row: &Row, distance: u32, somewhere: Somewhere) -> bool {
        let Somewhere::InDivision(extent_metres) = somewhere else { return true };
        let reached = |radius: u32| distance != UNKNOWN_DISTANCE && distance <= radius.saturating_add(extent_metres);
        let holds_part = |division: u32| {
            self.chain().first().is_some_and(|own| self.tables.division_ancestors(division).any(|at| at == *own))
        };
        match row.area_kind {
            AreaKind::Everywhere => true,
            AreaKind::Radius => reached(row.area),
            AreaKind::Division => holds_part(row.area),
            AreaKind::Set => self.area_set(row).is_some_and(|set| {
                (set.radius_metres > 0 && reached(set.radius_metres))
                    || set.divisions.iter().any(|division| holds_part(*division))
                    || self.point.is_some_and(|centre| {
                        set.polygons().any(|polygon| polygon.edge_distance_metres(centre) <= f64::from(extent_metres))
                    })
            }),
        }
    }

    fn in_area_exactly(&self, row: &Row, distance: u32) -> bool {
        match row.area_kind {
            AreaKind::Everywhere => true,
            AreaKind::Radius => distance <= row.area,
            AreaKind::Division => self.chain().contains(&row.area),
            AreaKind::Set => self.area_set(row).is_some_and(|set| {
                (distance != UNKNOWN_DISTANCE && set.radius_metres > 0 && distance <= set.radius_metres)
                    || set.divisions.iter().any(|division| self.chain().contains(division))
                    || self.point.is_some_and(|point| set.polygons().any(|polygon| polygon.contains(point)))
            }),
        }
    }

    /// The terms of the score; of a resource that does not fit, as if it fitted.
    pub(crate) fn terms(&self, row: &Row, distance: u32, levels_below: u8, assessment: &Assessment) -> Terms {
        let rules = self.rules;
        let capacity = &assessment.capacity;
        let mut terms = Terms::default();
        let mut set = |term: ScoreTerm, value| terms.0[term as usize] = value;
        set(ScoreTerm::Distance, self.distance_term(distance));
        if !capacity.unknown {
            set(ScoreTerm::SpareCapacity, rules.capacity_term(capacity.share.remaining, capacity.share.total));
            set(ScoreTerm::CapacityFreshness, self.freshness_term(capacity.confirmed_hour));
        }
        set(ScoreTerm::EligibilityCertainty, self.certainty_term(assessment.eligible));
        set(ScoreTerm::CategoryExactness, rules.exactness_term(levels_below));
        set(ScoreTerm::TrackRecord, rules.track_record_neutral);
        set(ScoreTerm::RecentContact, rules.recent_contact_neutral);
        set(ScoreTerm::Scarcity, rules.scarcity_neutral + self.scarcity_spared(row));
        terms
    }

    /// What others would lose by a unit of a resource, by the prices of the last round, in millionths of an emergency's item.
    #[inline]
    pub(crate) fn scarcity_price(&self, row: &Row) -> Millionths {
        let scarcity = &self.tables.pools.scarcity;
        if scarcity.is_empty() {
            return 0;
        }
        let price = |place: u32| scarcity.get(place as usize).copied().unwrap_or(0);
        crate::capacity::draws(self, row)
            .as_slice()
            .iter()
            .fold(0, |sum: Millionths, (place, _)| sum.saturating_add(price(*place)))
    }

    /// What it adds to the neutral scarcity term.
    #[inline]
    pub(crate) fn scarcity_spared(&self, row: &Row) -> Millionths {
        if self.rules.scarcity == 0 { 0 } else { self.rules.scarcity_spared(self.scarcity_price(row), self.worth) }
    }

    /// The sum of the terms of capacity: spare, and fresh.
    #[inline]
    pub(crate) fn capacity_terms(&self, view: &View) -> u32 {
        if view.unknown {
            return 0;
        }
        let spare = self.rules.capacity_term(view.share.remaining, view.share.total);
        spare + self.freshness_term(view.confirmed_hour)
    }

    /// The term of freshness of a figure confirmed in that hour.
    #[inline]
    pub(crate) fn freshness_term(&self, confirmed_hour: u32) -> u32 {
        self.rules.freshness_term(self.now_hour.saturating_sub(confirmed_hour))
    }

    /// The term of certainty.
    #[inline]
    pub(crate) const fn certainty_term(&self, eligible: Eligible) -> u32 {
        if matches!(eligible, Eligible::Unknown) { 0 } else { self.rules.eligibility_certain }
    }

    #[inline]
    pub(crate) fn distance_term(&self, distance: u32) -> u32 {
        if distance == UNKNOWN_DISTANCE {
            self.rules.distance_term_assumed()
        } else {
            self.rules.distance_term(distance)
        }
    }
}
