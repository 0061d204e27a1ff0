//! Organizations, pools and resources.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CapacityPoolId, DivisionCode, OrganizationId, ResourceId, Version};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState, Vetting};
use wishwell_domain::resource::{DeliveryMode, Draw, Eligibility, Resource, ResourceLifecycle};
use wishwell_domain::schedule::{DayInterval, Schedule, ScheduleException, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_domain::zone::date_of_day;

use super::random::{Random, Stream, point, uuid};
use super::{CATEGORIES, RESOURCES_PER_ORGANIZATION, Synthetic};

const ZONE: &str = "Asia/Shanghai";
const DISTINCT_SCHEDULES: usize = 200;
const DISTINCT_RULES: usize = 50;

pub(super) fn organization(made: &Synthetic, at: usize) -> Organization {
    let mut random = Random::new(made.seed, Stream::Organization, at);
    let vetted = |vetted: bool| vetted.then(|| Vetting { valid_until: None, note: String::new() });
    let state = match random.below(100) {
        0..95 => OrganizationState::Verified,
        95..98 => OrganizationState::Applied,
        _ => OrganizationState::Suspended,
    };
    Organization {
        id: OrganizationId::from_uuid(uuid(made.seed, Stream::Organization, at)),
        external: None,
        name: LocalizedText::new(format!("示例机构 {at}"), format!("Example organization {at}")),
        kind: OrganizationKind::Charity,
        state,
        social_credit_code: None,
        division: None,
        contact: Contact::default(),
        vetted_for_minors: vetted(random.percent(80)),
        vetted_for_home_visits: vetted(random.percent(75)),
        suspension_reason: String::new(),
        version: Version(1),
        created_at: made.now,
        updated_at: made.now,
    }
}

/// One in eight resources shares the pool before it, one in ten has none.
fn own_pool(at: usize) -> bool {
    at % 8 != 7 && at % 10 != 9
}

pub(super) fn pool(made: &Synthetic, at: usize) -> Option<CapacityPool> {
    if !own_pool(at) {
        return None;
    }
    let mut random = Random::new(made.seed, Stream::Pool, at);
    let kind = match random.below(100) {
        0..35 => PoolKind::Stock,
        35..70 => PoolKind::Slots,
        70..90 => PoolKind::Caseload,
        90..94 => PoolKind::Budget,
        _ => PoolKind::Unbounded,
    };
    let used_up = kind != PoolKind::Unbounded && random.below(93) < 31;
    let total = 2 + i64::try_from(random.below(40)).unwrap_or(0);
    let slots = kind == PoolKind::Slots;
    let length = if random.percent(60) { PeriodLength::Week } else { PeriodLength::Day };
    let by_period = slots && random.percent(60);
    let taken = |used_up: bool, random: &mut Random| {
        if used_up { total } else { i64::try_from(random.below(usize::try_from(total).unwrap_or(1))).unwrap_or(0) }
    };
    let committed = taken(used_up && !by_period, &mut random);
    let figures = |committed| Figures { total: Some(total), committed, ..Figures::default() };
    let figure = if kind == PoolKind::Unbounded { Figures::default() } else { figures(committed) };
    let (today, step) = (made.now.as_second().div_euclid(86_400), if length == PeriodLength::Week { 7 } else { 1 });
    let periods = (0..if by_period { 24 / step } else { 0 }).map(|period| PeriodFigures {
        inherits: false,
        // The present is a Monday.
        period_start: date_of_day(today + period * step),
        figures: figures(taken(used_up, &mut random)),
    });
    Some(CapacityPool {
        id: CapacityPoolId::from_uuid(uuid(made.seed, Stream::Pool, at)),
        external: None,
        organization: OrganizationId::from_uuid(uuid(made.seed, Stream::Organization, at / RESOURCES_PER_ORGANIZATION)),
        name: format!("容量 {at}"),
        kind,
        unit: Unit::parse("unit", if kind == PoolKind::Budget { "fen" } else { "place" }).ok()?,
        currency: (kind == PoolKind::Budget).then(|| "CNY".into()),
        period: slots.then(|| PeriodRule { length, time_zone: ZONE.into() }),
        figures: figure,
        periods: periods.collect(),
        pledged: false,
        confirmed_at: hours_before(made.now, Random::new(made.seed, Stream::Pool, at).below(24 * 120)),
        version: Version(1),
        created_at: made.now,
        updated_at: made.now,
    })
}

fn hours_before(now: Timestamp, hours: usize) -> Timestamp {
    let seconds = i64::try_from(hours).unwrap_or(0) * 3600;
    Timestamp::from_second(now.as_second() - seconds).unwrap_or(now)
}

pub(super) fn resource(made: &Synthetic, at: usize) -> Resource {
    let mut random = Random::new(made.seed, Stream::Resource, at);
    let (township, place) = made.place(&mut random);
    let category = random.below(CATEGORIES);
    let placed = random.percent(95);
    let areas = areas(&mut random, township, place, placed);
    let mut categories = vec![made.category_code(category).clone()];
    if random.percent(10) {
        categories.push(made.category_code(category + 1 + random.below(CATEGORIES - 1)).clone());
    }
    Resource {
        id: ResourceId::from_uuid(uuid(made.seed, Stream::Resource, at)),
        external: None,
        organization: OrganizationId::from_uuid(uuid(made.seed, Stream::Organization, at / RESOURCES_PER_ORGANIZATION)),
        title: LocalizedText::new(format!("示例服务 {at} 号"), format!("Example service no. {at}")),
        content: "示例内容".into(),
        responsible_party: "示例责任主体".into(),
        service_standard: "示例标准".into(),
        unit: random.percent(85).then(|| made.unit_of(category)),
        categories,
        place: placed.then_some(place),
        division: Some(township.clone()),
        areas,
        modes: modes(&mut random, placed),
        schedule: random.percent(80).then(|| schedule(made, random.below(DISTINCT_SCHEDULES))),
        eligibility: random.percent(33).then(|| rule(made.seed, random.below(DISTINCT_RULES))),
        draws: draws(made, at, &mut random),
        lifecycle: if random.percent(98) { ResourceLifecycle::Active } else { ResourceLifecycle::Paused },
        valid_from: None,
        valid_until: if random.percent(5) { Date::new(2026, 12, 31).ok() } else { None },
        version: Version(1),
        created_at: made.now,
        updated_at: made.now,
    }
}

fn draws(made: &Synthetic, at: usize, random: &mut Random) -> Vec<Draw> {
    let pool = if at % 8 == 7 { at - 1 } else { at };
    let draw = |pool| Draw {
        pool: CapacityPoolId::from_uuid(uuid(made.seed, Stream::Pool, pool)),
        quantity_per_unit: if random.percent(90) { 1 } else { 2 },
    };
    let second = (at % 20 == 10 && own_pool(at + 1) && at + 1 < made.resources).then_some(at + 1);
    own_pool(pool).then_some(pool).into_iter().chain(second).map(draw).collect()
}

fn areas(random: &mut Random, township: &DivisionCode, place: Point, placed: bool) -> Vec<ServiceArea> {
    let division = |digits: usize| {
        let code = township.as_str().get(..digits).unwrap_or("64");
        DivisionCode::parse("division", code).map(ServiceArea::Division).unwrap_or(ServiceArea::Everywhere)
    };
    let kind = if placed { random.below(100) } else { 40 + random.below(60) };
    match kind {
        0..40 => vec![ServiceArea::RadiusMetres(2_000 + 500 * u32::try_from(random.below(30)).unwrap_or(0))],
        40..65 => vec![division(6)],
        65..72 => vec![division(4)],
        72..75 => vec![division(9), division(6)],
        75..90 => vec![polygon(random, place)],
        _ => vec![ServiceArea::Everywhere],
    }
}

/// A ring around a place.
fn polygon(random: &mut Random, place: Point) -> ServiceArea {
    let vertices = 5 + random.below(6);
    let (latitude, longitude) = place.degrees();
    let vertex = |at: usize| {
        let angle = std::f64::consts::TAU * at as f64 / vertices as f64;
        let radius = 0.03 + 0.05 * random.fraction();
        point(latitude + radius * angle.sin(), longitude + 1.25 * radius * angle.cos())
    };
    ServiceArea::Polygon((0..vertices).filter_map(vertex).collect())
}

fn modes(random: &mut Random, placed: bool) -> Vec<DeliveryMode> {
    let share = [if placed { 60 } else { 0 }, 40, 30, if placed { 15 } else { 70 }];
    let modes =
        DeliveryMode::ALL.into_iter().zip(share).filter(|(_, share)| random.percent(*share)).map(|(mode, _)| mode);
    let modes: Vec<DeliveryMode> = modes.collect();
    if modes.is_empty() { vec![if placed { DeliveryMode::OnSite } else { DeliveryMode::Remote }] } else { modes }
}

fn schedule(made: &Synthetic, at: usize) -> Schedule {
    let mut random = Random::new(made.seed, Stream::Schedule, at);
    let hour = |hours: usize| u16::try_from(hours * 60).unwrap_or(0);
    let days: Vec<u8> = (1..=7).filter(|day| random.percent(if *day <= 5 { 70 } else { 30 })).collect();
    let days = if days.is_empty() { vec![2] } else { days };
    let (opens, closes) = (7 + random.below(4), 15 + random.below(6));
    let weekly = days.into_iter().flat_map(|weekday| {
        [(opens, 12), (13, closes)].map(|(from, to)| WeeklyInterval {
            weekday,
            interval: DayInterval { opens_minute: hour(from), closes_minute: hour(to) },
        })
    });
    let exception = |day: i8| Some(ScheduleException { date: Date::new(2026, 12, day).ok()?, intervals: Vec::new() });
    Schedule {
        time_zone: ZONE.into(),
        weekly: weekly.collect(),
        valid_from: None,
        valid_until: None,
        exceptions: (1..=28).filter(|_| random.percent(5)).filter_map(exception).collect(),
    }
}

fn rule(seed: u64, at: usize) -> Eligibility {
    let mut random = Random::new(seed, Stream::Rule, at);
    let mut pick = |from: usize, to: usize| from + random.below(to - from);
    let expression = match at % 10 {
        0 => format!("age_years >= {}", pick(50, 75)),
        1 => format!("has_disability_certificate && disability_level <= {}", pick(1, 4)),
        2 => format!("receives_minimum_living_allowance || monthly_income_per_person_fen < {}", pick(50, 200) * 1_000),
        3 => format!("'elderly' in group_tags || age_years >= {}", pick(55, 70)),
        4 => format!("residence_division.startsWith('640{}')", pick(1, 6)),
        5 => format!("minors_in_household >= {} && !is_orphan", pick(1, 3)),
        6 => format!("is_veteran || has_severe_illness || household_size > {}", pick(2, 6)),
        7 => format!("gender == 'female' && age_years < {}", pick(30, 60)),
        8 => format!("disability_level in [1, {}] || lives_alone", pick(2, 5)),
        _ => format!("age_years < 18 ? is_student : (seeks_work && !is_employed && age_years < {})", pick(45, 66)),
    };
    Eligibility { statement: LocalizedText::new(format!("条件 {at}"), format!("Rule {at}")), expression }
}
