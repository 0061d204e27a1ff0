//! Judging one resource from the entities.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::area::ServiceArea;
use wishwell_domain::geo::Point;
use wishwell_domain::organization::{OrganizationState, Vetting};
use wishwell_domain::polygon;
use wishwell_domain::resource::{DeliveryMode, Resource, ResourceLifecycle};
use wishwell_domain::zone::Zone;

use super::capacity::Offer;
use super::{BruteForce, Judgement};
use crate::answer::Capacity;
use crate::eligibility::{BoundFacts, Program, Verdict};
use crate::query::Query;
use crate::reason::{ModeSet, ReasonCode};
use crate::score::{ScoringRules, Terms};

impl BruteForce {
    pub(super) fn judge_in_category(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        rules: &ScoringRules,
    ) -> Option<Judgement> {
        let codes = resource.categories.iter().map(ToString::to_string);
        let levels = self.levels_below(codes, query.category.as_str())?;
        Some(self.judge(resource, levels, query, rules))
    }

    /// Judges a resource that lies so many levels below the asked category.
    fn judge(&self, resource: &Resource, levels: u8, query: &Query<'_>, rules: &ScoringRules) -> Judgement {
        let chain = query.division.map_or_else(Vec::new, |code| self.path_of_division(code.to_string()));
        let centre = || chain.iter().find_map(|code| self.divisions.get(code)?.centre);
        let point = query.place.or_else(centre);
        let distance = point.zip(resource.place).map(|(from, to)| from.distance_metres(&to));
        let start = query.window.start.max(query.now);
        let mut failed = Vec::new();
        if resource.lifecycle == ResourceLifecycle::Paused {
            failed.push(ReasonCode::Paused);
        }
        if resource.unit.is_some_and(|unit| unit != query.unit) {
            failed.push(ReasonCode::Unit);
        }
        if !resource.areas.iter().any(|area| serves(area, &chain, point, distance)) {
            failed.push(ReasonCode::OutsideArea);
        }
        let (offered, never) = offered(resource, query, start);
        failed.extend(never);
        let modes = self.modes(resource, query, distance, offered, &mut failed);
        let offer = self.offer(resource, query, start, offered, &mut failed);
        let (eligible, missing_facts) = eligibility(resource, query);
        if eligible == Some(false) {
            failed.push(ReasonCode::Ineligible);
        }
        failed.sort_unstable();
        let hours = |at: Timestamp| u32::try_from(at.as_second().max(0) / 3600).unwrap_or(u32::MAX);
        let far = u64::from(distance.unwrap_or(rules.distance_assumed_metres));
        let half = u64::from(rules.distance_half_metres);
        let age = u64::from(hours(query.now).saturating_sub(offer.confirmed.map_or(0, hours)));
        let stale = u64::from(rules.capacity_stale_hours);
        let fresh = u64::from(rules.capacity_freshness) * stale.saturating_sub(age) / stale;
        let (left, total) = offer.share;
        let spare =
            u128::from(rules.capacity_spare) * left.unsigned_abs() as u128 / total.unsigned_abs().max(1) as u128;
        let known = !offer.unknown;
        let terms = Terms([
            (u64::from(rules.distance) * half / (half + far)) as u32,
            if known { rules.capacity_known + spare as u32 } else { 0 },
            if known { fresh as u32 } else { 0 },
            if eligible.is_some() { rules.eligibility_certain } else { 0 },
            rules.category_exact - rules.category_per_level * u32::from(levels),
            rules.track_record_neutral,
            rules.recent_contact_neutral,
            rules.scarcity_neutral + self.scarcity_spared(resource, query, rules),
        ]);
        let capacity = match (offer.unknown, offer.served) {
            (true, _) => Capacity::Unknown,
            (false, None) => Capacity::Unbounded,
            (false, Some(remaining)) => Capacity::Known { remaining, period_start: offer.period_start },
        };
        Judgement {
            id: resource.id,
            failed,
            terms,
            distance,
            modes,
            capacity,
            serves: offer.served.unwrap_or(i64::MAX).min(query.quantity),
            occurrences: offer.occurrences,
            missing_facts,
            reachable: resource.place.is_some() || reaches(&resource.areas, &chain),
        }
    }

    /// The scarcity term beyond the neutral one, by the prices of the pools drawn on.
    fn scarcity_spared(&self, resource: &Resource, query: &Query<'_>, rules: &ScoringRules) -> u32 {
        let mut pools: Vec<_> = resource.draws.iter().map(|draw| draw.pool).collect();
        pools.sort_unstable();
        pools.dedup();
        let price: u64 = pools.iter().filter_map(|pool| self.scarcity.get(pool)).map(|price| u64::from(*price)).sum();
        let worth = u64::from(query.worth.max(1));
        (u64::from(rules.scarcity) * worth.saturating_sub(price) / worth) as u32
    }

    fn modes(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        distance: Option<u32>,
        (start, end): (Timestamp, Timestamp),
        failed: &mut Vec<ReasonCode>,
    ) -> ModeSet {
        let organization = self.organizations.get(&resource.organization);
        if organization.is_none_or(|organization| organization.state != OrganizationState::Verified) {
            failed.push(ReasonCode::OrganizationNotVerified);
        }
        let enough = |day| match (query.recurrence, query.until) {
            (None, None) => start < day_end(&shanghai(), day),
            _ => end <= day_end(&shanghai(), day),
        };
        let holds = |vetting: Option<&Vetting>| vetting.is_some_and(|vetting| vetting.valid_until.is_none_or(enough));
        let minors = !query.involves_minors || holds(organization.and_then(|o| o.vetted_for_minors.as_ref()));
        let homes = holds(organization.and_then(|o| o.vetted_for_home_visits.as_ref()));
        let mut outcomes: Vec<(DeliveryMode, Vec<ReasonCode>)> = Vec::new();
        let is_wanted = |mode: &DeliveryMode| match mode {
            DeliveryMode::OnSite => query.mobility.max_travel_metres.is_some(),
            DeliveryMode::HomeVisit => query.mobility.home_visit,
            DeliveryMode::Delivery => query.mobility.delivery,
            DeliveryMode::Remote => query.mobility.remote,
        };
        let all_offered = || DeliveryMode::ALL.into_iter().filter(|mode| resource.modes.contains(mode));
        let some_wanted = all_offered().any(|mode| is_wanted(&mode));
        if !some_wanted {
            failed.push(ReasonCode::Mode);
        }
        for mode in all_offered().filter(|mode| !some_wanted || is_wanted(mode)) {
            let mut fails = Vec::new();
            if mode != DeliveryMode::Delivery && !minors {
                fails.push(ReasonCode::NotVettedForMinors);
            }
            if mode == DeliveryMode::HomeVisit && !homes {
                fails.push(ReasonCode::NotVettedForHomeVisits);
            }
            let limit = query.mobility.max_travel_metres;
            if mode == DeliveryMode::OnSite && distance.zip(limit).is_some_and(|(distance, limit)| distance > limit) {
                fails.push(ReasonCode::TooFar);
            }
            outcomes.push((mode, fails));
        }
        let reaching =
            outcomes.iter().filter(|(_, fails)| fails.is_empty()).map(|(mode, _)| *mode).collect::<ModeSet>();
        if reaching.is_empty()
            && let Some((_, fewest)) = outcomes.into_iter().min_by_key(|(_, fails)| fails.len())
        {
            failed.extend(fewest);
        }
        if some_wanted { reaching } else { ModeSet::NONE }
    }

    fn offer(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        start: Timestamp,
        offered: (Timestamp, Timestamp),
        failed: &mut Vec<ReasonCode>,
    ) -> Offer {
        let schedule = resource.schedule.as_ref().and_then(|schedule| schedule.compile().ok());
        match query.recurrence {
            None => {
                let open = schedule.as_ref().is_none_or(|schedule| schedule.open_between(offered.0, offered.1));
                if !open {
                    failed.push(ReasonCode::ClosedInWindow);
                }
                let offer = self.best_offer(resource, query, offered, schedule.as_ref().filter(|_| open));
                let served = offer.served.unwrap_or(i64::MAX);
                let too_little = served < query.quantity && (!query.splittable || served < 1);
                if too_little && !failed.contains(&ReasonCode::Unit) {
                    failed.push(ReasonCode::NoCapacity);
                }
                offer
            }
            Some(recurrence) => {
                let mut offer = self.recurring_offer(resource, query, recurrence, start, offered, schedule.as_ref());
                if offer.open_occurrences == 0 {
                    failed.push(ReasonCode::ClosedInWindow);
                    offer =
                        self.recurring_offer_any_time(resource, query, recurrence, start, offered, schedule.as_ref());
                }
                let wanted = recurrence.occurrences.min(offer.open_occurrences.max(1));
                let too_few = offer.occurrences < wanted && (!query.splittable || offer.occurrences == 0);
                if too_few && !failed.contains(&ReasonCode::Unit) {
                    failed.push(ReasonCode::NoCapacity);
                }
                offer
            }
        }
    }
}

/// When a resource may serve: in the window, or while occurrences may come, as far as it is offered; all of that, and why, when it is
/// never offered in it.
fn offered(resource: &Resource, query: &Query<'_>, start: Timestamp) -> ((Timestamp, Timestamp), Option<ReasonCode>) {
    let shortest = start.saturating_add(SignedDuration::from_secs(1)).unwrap_or(start);
    let mut end = query.window.end;
    if let Some(recurrence) = query.recurrence {
        let mut date = recurrence.every.start_of(shanghai().date_at(start));
        let mut periods = recurrence.occurrences + u32::from(shanghai().start_of(date) < start);
        let until = query.until.unwrap_or(Timestamp::MAX);
        while periods > 0 && shanghai().start_of(date) < until {
            date = recurrence.every.next_start(date);
            periods -= 1;
        }
        end = shanghai().start_of(date).min(until);
    }
    let end = end.max(shortest);
    let (from, before) = validity(resource);
    let offered = (start.max(from), end.min(before));
    if offered.0 < offered.1 {
        return (offered, None);
    }
    ((start, end), Some(if from >= end { ReasonCode::NotValidYet } else { ReasonCode::Expired }))
}

/// From when until before when a resource is offered.
pub(super) fn validity(resource: &Resource) -> (Timestamp, Timestamp) {
    let zone = resource.schedule.as_ref().and_then(|s| Zone::named("zone", &s.time_zone).ok()).unwrap_or_else(shanghai);
    let from = resource.valid_from.map_or(Timestamp::MIN, |day| zone.start_of(day));
    let before = resource.valid_until.map_or(Timestamp::MAX, |day| day_end(&zone, day));
    (from, before)
}

fn shanghai() -> std::sync::Arc<Zone> {
    Zone::named("zone", "Asia/Shanghai").unwrap_or_else(|_| Zone::utc())
}

fn day_end(zone: &Zone, day: jiff::civil::Date) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, |next| zone.start_of(next))
}

fn serves(area: &ServiceArea, chain: &[String], point: Option<Point>, distance: Option<u32>) -> bool {
    match area {
        ServiceArea::Everywhere => true,
        ServiceArea::Division(code) => chain.iter().any(|at| at == code.as_str()),
        ServiceArea::RadiusMetres(metres) => distance.is_some_and(|distance| distance <= *metres),
        ServiceArea::Polygon(vertices) => point.is_some_and(|point| polygon::contains(vertices, point)),
    }
}

/// Whether a resource without a place is looked at although enough others fit: not when it serves one other division only, or a
/// radius around no place.
fn reaches(areas: &[ServiceArea], chain: &[String]) -> bool {
    let mut distinct: Vec<&ServiceArea> = Vec::new();
    for area in areas {
        if !distinct.contains(&area) {
            distinct.push(area);
        }
    }
    match distinct.as_slice() {
        [ServiceArea::Division(code)] => chain.iter().any(|at| at == code.as_str()),
        areas => areas.is_empty() || !areas.iter().all(|area| matches!(area, ServiceArea::RadiusMetres(_))),
    }
}

/// True, false or unknown, and the missing facts when unknown.
fn eligibility(resource: &Resource, query: &Query<'_>) -> (Option<bool>, Option<Vec<&'static str>>) {
    let Some(rule) = &resource.eligibility else { return (Some(true), None) };
    let facts = BoundFacts::new(query.facts, query.group_tags);
    match Program::compile(&rule.expression).map(|program| program.evaluate(&facts)) {
        Ok(Verdict::Eligible) => (Some(true), None),
        Ok(Verdict::Ineligible { .. }) => (Some(false), None),
        Ok(Verdict::Unknown { missing }) => (None, Some(missing.iter().map(|fact| fact.key).collect())),
        Err(_) => (None, Some(Vec::new())),
    }
}

impl BruteForce {
    /// The judgements on all resources, with [`ReasonCode::Category`] failed where they are not in the category.
    #[must_use]
    pub fn judge_all(&self, query: &Query<'_>, rules: &ScoringRules) -> Vec<Judgement> {
        let judge = |resource: &Resource| {
            self.judge_in_category(resource, query, rules).unwrap_or_else(|| {
                let mut judgement = self.judge(resource, 0, query, rules);
                judgement.failed.insert(0, ReasonCode::Category);
                judgement
            })
        };
        self.resources.values().map(judge).collect()
    }
}
