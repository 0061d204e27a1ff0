//! Small worlds: every attribute takes one of a few values that meet every case.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CapacityPoolId, CategoryCode, DivisionCode, OrganizationId, ResourceId, RoundId, Version};
use wishwell_domain::need::{Mobility, Recurrence};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState, Vetting};
use wishwell_domain::resource::{DeliveryMode, Draw, Eligibility, Resource, ResourceLifecycle};
use wishwell_domain::round::ScarcityPrice;
use wishwell_domain::schedule::{DayInterval, Schedule, ScheduleException, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;

use crate::query::{Query, TimeWindow};
use crate::snapshot::{CatalogInput, RoundPrices};

/// Draws small numbers; SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub(crate) fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Monday, 2026-11-23T02:00:00Z: ten in the morning in Yinchuan.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T02:00:00Z".parse().expect("a timestamp")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn date(month: i8, day: i8) -> Date {
    Date::new(2026, month, day).expect("a date")
}

pub(crate) fn category(code: &str) -> CategoryCode {
    CategoryCode::parse("code", code).expect("a code")
}

pub(crate) fn division(code: &str) -> DivisionCode {
    DivisionCode::parse("code", code).expect("a code")
}

pub(crate) fn unit(code: &str) -> Unit {
    Unit::parse("unit", code).expect("a unit")
}

pub(crate) fn resource_id(number: usize) -> ResourceId {
    ResourceId::from_uuid(Uuid::from_u128(number as u128 + 1))
}

pub(crate) fn pool_id(number: usize) -> CapacityPoolId {
    CapacityPoolId::from_uuid(Uuid::from_u128(number as u128 + 1))
}

pub(crate) fn organization_id(number: usize) -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(number as u128 + 1))
}

/// A place so many metres north and east of the middle of the small world.
pub(crate) fn place(north: i32, east: i32) -> Point {
    Point { latitude_e7: 384_870_000 + north * 90, longitude_e7: 1_062_300_000 + east * 115 }
}

/// Categories a, a.b, a.b.c, a.d and e.
pub(crate) fn categories() -> Vec<Category> {
    let parents = [("a", None), ("a.b", Some("a")), ("a.b.c", Some("a.b")), ("a.d", Some("a")), ("e", None)];
    let make = |(code, parent): &(&str, Option<&str>)| Category {
        code: category(code),
        parent: parent.map(category),
        name: LocalizedText::new(*code, ""),
        synonyms: Vec::new(),
        default_unit: None,
        source: None,
        version: Version(1),
    };
    parents.iter().map(make).collect()
}

/// A province, two counties, a township each; only the first county has a centre.
pub(crate) fn divisions() -> Vec<Division> {
    let parents = [
        ("64", None),
        ("640104", Some("64")),
        ("640202", Some("64")),
        ("640104001", Some("640104")),
        ("640202001", Some("640202")),
    ];
    let make = |(code, parent): &(&str, Option<&str>)| Division {
        code: division(code),
        edition_year: 2024,
        parent: parent.map(division),
        name: LocalizedText::new(*code, ""),
        centre: (*code == "640104").then(|| place(500, 0)),
        version: Version(1),
    };
    parents.iter().map(make).collect()
}

/// Organizations: fully vetted, not vetted, vetting run out, applied, vetting that ends within windows.
pub(crate) fn organizations() -> Vec<Organization> {
    let vetting = |until: Option<Date>| Some(Vetting { valid_until: until, note: String::new() });
    let make = |number, state, vetting: Option<Vetting>| Organization {
        id: organization_id(number),
        external: None,
        name: LocalizedText::new(format!("机构 {number}"), ""),
        kind: OrganizationKind::Charity,
        state,
        social_credit_code: None,
        division: None,
        contact: Contact::default(),
        vetted_for_minors: vetting.clone(),
        vetted_for_home_visits: vetting,
        suspension_reason: String::new(),
        version: Version(1),
        created_at: now(),
        updated_at: now(),
    };
    vec![
        make(0, OrganizationState::Verified, vetting(None)),
        make(1, OrganizationState::Verified, None),
        make(2, OrganizationState::Verified, vetting(Some(date(11, 22)))),
        make(3, OrganizationState::Applied, vetting(None)),
        make(4, OrganizationState::Verified, vetting(Some(date(11, 24)))),
    ]
}

/// A pool; `figure` picks how much is left.
pub(crate) fn pool(number: usize, kind: PoolKind, figure: usize, overrides: usize, hours_ago: i64) -> CapacityPool {
    let left = |left: i64| Figures { total: Some(10), used_elsewhere: 3, pending: 2, committed: 3 - left, consumed: 2 };
    let figures = |figure: usize| match figure {
        0 => Figures { total: Some(10), used_elsewhere: 3, pending: 2, committed: 3, consumed: 2 },
        1 => left(1),
        2 => Figures { total: Some(10), ..Figures::default() },
        _ => Figures::default(),
    };
    let slots = kind == PoolKind::Slots;
    let length = if overrides.is_multiple_of(2) { PeriodLength::Week } else { PeriodLength::Day };
    let own = |(start, figure): (Date, usize)| PeriodFigures {
        period_start: start,
        inherits: false,
        figures: figures(figure),
    };
    let periods = match (slots, overrides) {
        (true, 2) => vec![own((date(11, 23), 0)), own((date(11, 30), 2))],
        (true, 3) => vec![own((date(11, 24), 2)), own((date(11, 23), 1)), own((date(11, 26), 3))],
        (true, 4) => vec![own((date(12, 28), 2))],
        (true, 5) => (23..=30).map(|day| own((date(11, day), 0))).collect(),
        _ => Vec::new(),
    };
    CapacityPool {
        id: pool_id(number),
        external: None,
        organization: organization_id(0),
        name: format!("容量 {number}"),
        kind,
        unit: unit(if kind == PoolKind::Budget { "fen" } else { "place" }),
        currency: (kind == PoolKind::Budget).then(|| "CNY".into()),
        period: slots.then(|| PeriodRule { length, time_zone: "Asia/Shanghai".into() }),
        figures: if kind == PoolKind::Unbounded { Figures::default() } else { figures(figure) },
        periods,
        pledged: false,
        confirmed_at: Timestamp::from_second(now().as_second() - 3600 * hours_ago).expect("a timestamp"),
        version: Version(1),
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) const KINDS: [PoolKind; 5] =
    [PoolKind::Stock, PoolKind::Slots, PoolKind::Caseload, PoolKind::Budget, PoolKind::Unbounded];

pub(crate) fn areas() -> Vec<Vec<ServiceArea>> {
    let square = |size: i32| vec![place(-size, -size), place(-size, size), place(size, size), place(size, -size)];
    vec![
        vec![ServiceArea::Everywhere],
        vec![ServiceArea::RadiusMetres(1_000)],
        vec![ServiceArea::Division(division("640104"))],
        vec![ServiceArea::Division(division("640202001"))],
        vec![ServiceArea::Polygon(square(800))],
        vec![ServiceArea::RadiusMetres(300), ServiceArea::Division(division("64"))],
        vec![ServiceArea::RadiusMetres(300), ServiceArea::RadiusMetres(1_500)],
        vec![ServiceArea::Polygon(square(200)), ServiceArea::RadiusMetres(100)],
        vec![ServiceArea::Division(division("640104001")), ServiceArea::Division(division("640104"))],
    ]
}

pub(crate) fn modes() -> Vec<Vec<DeliveryMode>> {
    use DeliveryMode::{Delivery, HomeVisit, OnSite, Remote};
    vec![
        vec![OnSite],
        vec![HomeVisit],
        vec![Delivery],
        vec![Remote],
        vec![OnSite, HomeVisit],
        vec![Remote, HomeVisit, Delivery],
    ]
}

pub(crate) fn schedules() -> Vec<Option<Schedule>> {
    let hours = |weekday, opens_minute, closes_minute| WeeklyInterval {
        weekday,
        interval: DayInterval { opens_minute, closes_minute },
    };
    let schedule = |weekly: Vec<WeeklyInterval>, exceptions| Schedule {
        time_zone: "Asia/Shanghai".into(),
        weekly,
        valid_from: None,
        valid_until: None,
        exceptions,
    };
    let closed = |day| ScheduleException { date: day, intervals: Vec::new() };
    vec![
        None,
        Some(schedule((1..=5).map(|day| hours(day, 540, 1_020)).collect(), Vec::new())),
        Some(schedule(vec![hours(3, 840, 900)], vec![closed(date(11, 25))])),
        Some(schedule(vec![hours(7, 0, 1_440)], Vec::new())),
        Some(Schedule {
            time_zone: "America/New_York".into(),
            ..schedule(vec![hours(1, 600, 660), hours(4, 0, 600)], Vec::new())
        }),
        Some(Schedule { valid_from: Some(date(12, 10)), ..schedule(vec![hours(4, 600, 900)], Vec::new()) }),
    ]
}

pub(crate) fn rules() -> Vec<Option<Eligibility>> {
    let rule = |expression: &str| {
        Some(Eligibility {
            expression: expression.into(),
            statement: LocalizedText::new(format!("条件 {expression}"), ""),
        })
    };
    vec![
        None,
        rule("age_years >= 60"),
        rule("is_orphan || age_years < 18"),
        rule("has_disability_certificate && disability_level <= 2"),
        rule("'elderly' in group_tags"),
        rule("true || is_veteran"),
        rule("1 > 2"),
    ]
}

/// A resource with the middle value of everything.
pub(crate) fn plain_resource(number: usize) -> Resource {
    Resource {
        id: resource_id(number),
        external: None,
        organization: organization_id(0),
        title: LocalizedText::new(format!("服务 {number}"), format!("Service {number}")),
        content: "内容".into(),
        responsible_party: "责任主体".into(),
        service_standard: "标准".into(),
        categories: vec![category("a.b")],
        unit: Some(unit("piece")),
        place: Some(place(100, 0)),
        division: None,
        areas: vec![ServiceArea::Everywhere],
        modes: vec![DeliveryMode::Delivery],
        schedule: None,
        eligibility: None,
        draws: Vec::new(),
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
        version: Version(1),
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn draws(pools: &[usize]) -> Vec<Draw> {
    pools.iter().map(|pool| Draw { pool: pool_id(*pool), quantity_per_unit: 1 }).collect()
}

pub(crate) fn random_pool(dice: &mut Dice, number: usize) -> CapacityPool {
    let kind = dice.pick(&KINDS);
    let pool = pool(number, kind, dice.below(4), dice.below(6), dice.pick(&[0, 5, 500, 5_000]));
    let is_used_up = kind == PoolKind::Stock && pool.figures.remaining() == Some(0);
    CapacityPool { pledged: is_used_up && number.is_multiple_of(2), ..pool }
}

pub(crate) fn random_resource(dice: &mut Dice, number: usize, pools: usize, spread: i32) -> Resource {
    let place = |dice: &mut Dice| {
        let metres = |dice: &mut Dice| i32::try_from(dice.below(41)).expect("small") * spread - 20 * spread;
        place(metres(dice), metres(dice))
    };
    let codes = [
        vec!["a"],
        vec!["a.b"],
        vec!["a.b.c"],
        vec!["a.d"],
        vec!["e"],
        vec!["a.d", "a.b.c"],
        vec!["e", "a"],
        vec!["f"],
    ];
    let mut drawn: Vec<usize> = (0..dice.pick(&[0, 1, 1, 1, 2, 3])).map(|_| dice.below(pools + 1)).collect();
    if dice.chance(5) {
        drawn.push(drawn.first().copied().unwrap_or(0));
    }
    Resource {
        organization: organization_id(dice.pick(&[0, 0, 0, 0, 0, 1, 2, 3, 4, 9])),
        categories: dice.pick(&codes).into_iter().map(category).collect(),
        unit: dice.pick(&[None, Some(unit("piece")), Some(unit("piece")), Some(unit("set"))]),
        place: if dice.chance(80) { Some(place(dice)) } else { None },
        areas: dice.pick(&areas()),
        modes: dice.pick(&modes()),
        schedule: dice.pick(&schedules()),
        eligibility: dice.pick(&rules()),
        draws: drawn
            .iter()
            .map(|pool| Draw { pool: pool_id(*pool), quantity_per_unit: dice.pick(&[1, 1, 2]) })
            .collect(),
        lifecycle: if dice.chance(95) { ResourceLifecycle::Active } else { ResourceLifecycle::Paused },
        valid_from: dice.pick(&[None, None, None, Some(date(11, 20)), Some(date(11, 25)), Some(date(12, 20))]),
        valid_until: dice.pick(&[None, None, None, Some(date(11, 22)), Some(date(11, 25)), Some(date(12, 20))]),
        ..plain_resource(number)
    }
}

pub(crate) fn random_world(dice: &mut Dice, resources: usize, spread: i32) -> CatalogInput {
    let pools = 1 + resources / 2;
    CatalogInput {
        categories: categories(),
        divisions: divisions(),
        organizations: organizations(),
        pools: (0..pools).map(|number| random_pool(dice, number)).collect(),
        resources: (0..resources).map(|number| random_resource(dice, number, pools, spread)).collect(),
        needs: Vec::new(),
    }
}

/// What a query borrows.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) category: CategoryCode,
    pub(crate) quantity: i64,
    pub(crate) unit: Unit,
    pub(crate) splittable: bool,
    pub(crate) recurrence: Option<Recurrence>,
    pub(crate) window: TimeWindow,
    pub(crate) until: Option<Timestamp>,
    pub(crate) place: Option<Point>,
    pub(crate) division: Option<DivisionCode>,
    pub(crate) mobility: Mobility,
    pub(crate) involves_minors: bool,
    pub(crate) group_tags: Vec<GroupTag>,
    pub(crate) facts: Facts,
    pub(crate) worth: u32,
    pub(crate) top_k: usize,
    pub(crate) near_miss_limit: usize,
}

impl Asking {
    /// Asks for one piece of a.b, reachable in every way, this week.
    pub(crate) fn plain() -> Self {
        Self {
            category: category("a.b"),
            quantity: 1,
            unit: unit("piece"),
            splittable: false,
            recurrence: None,
            window: TimeWindow { start: now(), end: at("2026-11-27T12:00:00Z") },
            until: None,
            place: Some(place(0, 0)),
            division: Some(division("640104001")),
            mobility: Mobility { max_travel_metres: Some(1_000), home_visit: true, remote: true, delivery: true },
            involves_minors: false,
            group_tags: Vec::new(),
            facts: Facts::default(),
            worth: 250_000,
            top_k: 3,
            near_miss_limit: 3,
        }
    }

    pub(crate) fn query(&self) -> Query<'_> {
        Query {
            category: &self.category,
            quantity: self.quantity,
            unit: self.unit,
            splittable: self.splittable,
            recurrence: self.recurrence,
            window: self.window,
            until: self.until,
            now: now(),
            place: self.place,
            division: self.division.as_ref(),
            mobility: self.mobility,
            involves_minors: self.involves_minors,
            group_tags: &self.group_tags,
            facts: &self.facts,
            worth: self.worth,
            top_k: self.top_k,
            near_miss_limit: self.near_miss_limit,
        }
    }
}

pub(crate) fn facts(age: Option<i64>, orphan: Option<bool>) -> Facts {
    let mut facts = BTreeMap::new();
    facts.extend(age.map(|age| ("age_years".to_owned(), FactValue::Int(age))));
    facts.extend(orphan.map(|orphan| ("is_orphan".to_owned(), FactValue::Bool(orphan))));
    Facts(facts)
}

pub(crate) fn windows() -> Vec<TimeWindow> {
    let window = |start: &str, end: &str| TimeWindow { start: at(start), end: at(end) };
    vec![
        window("2026-11-23T02:00:00Z", "2026-11-27T12:00:00Z"),
        window("2026-11-20T02:00:00Z", "2026-11-23T02:00:00Z"),
        window("2026-11-24T01:00:00Z", "2026-11-24T03:00:00Z"),
        window("2026-11-28T00:00:00Z", "2026-12-09T00:00:00Z"),
        window("2026-11-29T15:30:00Z", "2026-11-29T16:30:00Z"),
    ]
}

pub(crate) fn random_asking(dice: &mut Dice, spread: i32) -> Asking {
    let metres = |dice: &mut Dice| i32::try_from(dice.below(41)).expect("small") * spread - 20 * spread;
    let recurrence = |every, occurrences| Some(Recurrence { every, occurrences });
    let window = dice.pick(&windows());
    Asking {
        category: category(dice.pick(&["a", "a", "a.b", "a.b", "a.b.c", "a.d", "e"])),
        quantity: dice.pick(&[1, 1, 2, 11]),
        unit: unit(dice.pick(&["piece", "piece", "piece", "set"])),
        splittable: dice.chance(30),
        recurrence: dice.pick(&[
            None,
            None,
            None,
            None,
            recurrence(PeriodLength::Week, 3),
            recurrence(PeriodLength::Day, 4),
            recurrence(PeriodLength::Month, 2),
        ]),
        window,
        until: dice.pick(&[None, Some(window.end)]),
        place: if dice.chance(85) { Some(place(metres(dice), metres(dice))) } else { None },
        division: dice.pick(&[None, Some("640104001"), Some("640104001"), Some("640202001"), Some("64")]).map(division),
        mobility: Mobility {
            max_travel_metres: dice.pick(&[None, Some(500), Some(2_000), Some(1_000_000)]),
            home_visit: dice.chance(70),
            remote: dice.chance(60),
            delivery: dice.chance(70),
        },
        involves_minors: dice.chance(30),
        group_tags: dice.pick(&[vec![], vec![GroupTag::Elderly], vec![GroupTag::Minor, GroupTag::Disabled]]),
        facts: facts(dice.pick(&[None, Some(70), Some(12)]), dice.pick(&[None, Some(true), Some(false)])),
        worth: dice.pick(&crate::round::TIER_MILLIONTHS),
        top_k: dice.pick(&[1, 2, 3, 10, 100]),
        near_miss_limit: dice.pick(&[0, 1, 5, 50]),
    }
}

/// Prices of some round that are looked at for ever.
pub(crate) fn priced(scarcity: &[ScarcityPrice]) -> RoundPrices {
    RoundPrices { round: RoundId::from_uuid(Uuid::from_u128(1)), until: Timestamp::MAX, scarcity: scarcity.to_vec() }
}
