//! Entities to put: whole ones, with every field set, so that whatever a backend loses is missed.

use jiff::Timestamp;
use jiff::civil::date;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::beneficiary::{Beneficiary, Consent, ConsentPurpose, GroupTag, Household, Sealed};
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{
    BeneficiaryId, CapacityPoolId, CategoryCode, DivisionCode, ExternalId, HouseholdId, LogPosition, NeedId,
    OrganizationId, ResourceId, RoundId, SubscriptionId, TenantId, Version,
};
use wishwell_domain::need::{
    Channel, Departure, Mobility, Need, NeedItem, NeedState, Recurrence, Timing, Urgency, Wish,
};
use wishwell_domain::notification::{SecretGeneration, Subscription, SubscriptionState};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState, Vetting};
use wishwell_domain::publication::{Publication, Sharing};
use wishwell_domain::resource::{DeliveryMode, Draw, Eligibility, Resource, ResourceLifecycle};
use wishwell_domain::round::{
    Aim, Guarantee, LevelFigure, Minimum, Round, RoundLevel, RoundProgress, RoundReached, RoundRules, RoundState,
    RoundTotals, Scope, Tally, TierTally,
};
use wishwell_domain::schedule::{DayInterval, Schedule, ScheduleException, WeeklyInterval};
use wishwell_domain::social_credit_code::SocialCreditCode;
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_store::{Mutation, RequestKey, WriteContext, WriteMode};

/// The tenant of most cases.
pub fn tenant() -> TenantId {
    tenant_called("xingqing")
}

pub fn tenant_called(name: &str) -> TenantId {
    TenantId::parse("tenant", name).unwrap()
}

/// A context without a request id.
pub fn context() -> WriteContext {
    context_of(&tenant())
}

pub fn context_of(tenant: &TenantId) -> WriteContext {
    WriteContext { tenant: tenant.clone(), principal: "desk".to_owned(), request: None }
}

/// A context with the request id `n` and a body that digests to `body`.
pub fn request(n: u128, body: u8) -> WriteContext {
    let request = RequestKey {
        method: "/wishwell.v1.CatalogService/BatchUpsertResources",
        request_id: uuid(n),
        body_digest: [body; 32],
    };
    WriteContext { request: Some(request), ..context() }
}

/// A UUID of version 7 whose order is the order of `n`.
pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn category_code(code: &str) -> CategoryCode {
    CategoryCode::parse("code", code).unwrap()
}

pub fn division_code(code: &str) -> DivisionCode {
    DivisionCode::parse("code", code).unwrap()
}

pub fn external(external_id: &str) -> Option<ExternalId> {
    Some(ExternalId { source: "12349".to_owned(), external_id: external_id.to_owned() })
}

pub fn unit(code: &str) -> Unit {
    Unit::parse("unit", code).unwrap()
}

pub fn point(latitude_e7: i32, longitude_e7: i32) -> Point {
    Point { latitude_e7, longitude_e7 }
}

pub fn put(entity: Change, mode: WriteMode) -> Mutation {
    Mutation::Put { entity, mode }
}

pub fn create(entity: Change) -> Mutation {
    put(entity, WriteMode::Create)
}

pub fn upsert(entity: Change) -> Mutation {
    put(entity, WriteMode::Upsert)
}

pub fn update(entity: Change, expected: Option<i64>) -> Mutation {
    put(entity, WriteMode::Update { expected: expected.map(Version) })
}

pub fn category(code: &str, parent: Option<&str>) -> Category {
    Category {
        code: category_code(code),
        parent: parent.map(category_code),
        name: LocalizedText::new(format!("类别 {code}"), format!("category {code}")),
        synonyms: vec!["助老".to_owned(), "elder care".to_owned()],
        default_unit: Some(unit("visit")),
        source: Some("airs".to_owned()),
        version: Version(0),
    }
}

pub fn division(code: &str, parent: Option<&str>) -> Division {
    Division {
        code: division_code(code),
        edition_year: 2024,
        parent: parent.map(division_code),
        name: LocalizedText::new(format!("区 {code}"), ""),
        centre: Some(point(384_900_000, 1_062_300_000)),
        version: Version(0),
    }
}

pub fn organization(n: u128) -> Organization {
    Organization {
        id: OrganizationId::from_uuid(uuid(n)),
        external: external(&format!("org-{n}")),
        name: LocalizedText::new("阳光社工服务中心", "Sunshine Social Work"),
        kind: OrganizationKind::SocialWorkAgency,
        state: OrganizationState::Verified,
        social_credit_code: Some(SocialCreditCode::parse("code", "91350100M000100Y43").unwrap()),
        division: Some(division_code("640104")),
        contact: Contact {
            phone: "0951-0000000".to_owned(),
            email: "office@example.org".to_owned(),
            url: "https://example.org".to_owned(),
            address: "虚构路 1 号".to_owned(),
        },
        vetted_for_minors: Some(Vetting { valid_until: Some(date(2099, 6, 30)), note: "查验".to_owned() }),
        vetted_for_home_visits: Some(Vetting { valid_until: None, note: String::new() }),
        suspension_reason: String::new(),
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn pool(n: u128, organization: u128) -> CapacityPool {
    CapacityPool {
        id: CapacityPoolId::from_uuid(uuid(n)),
        external: external(&format!("pool-{n}")),
        organization: OrganizationId::from_uuid(uuid(organization)),
        name: "上门名额".to_owned(),
        kind: PoolKind::Slots,
        unit: unit("visit"),
        currency: None,
        period: Some(PeriodRule { length: PeriodLength::Week, time_zone: "Asia/Shanghai".to_owned() }),
        figures: Figures { total: Some(20), used_elsewhere: 3, ..Figures::default() },
        periods: vec![period(date(2026, 11, 23), Some(10), 10), period(date(2026, 11, 30), None, 4)],
        pledged: false,
        confirmed_at: instant("2026-11-20T08:00:00.123456Z"),
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn period(period_start: jiff::civil::Date, total: Option<i64>, used_elsewhere: i64) -> PeriodFigures {
    PeriodFigures { period_start, inherits: false, figures: Figures { total, used_elsewhere, ..Figures::default() } }
}

pub fn resource(n: u128, organization: u128) -> Resource {
    Resource {
        id: ResourceId::from_uuid(uuid(n)),
        external: external(&format!("resource-{n}")),
        organization: OrganizationId::from_uuid(uuid(organization)),
        title: LocalizedText::new("居家陪伴", "Company at home"),
        content: "每周上门陪伴".to_owned(),
        responsible_party: "项目主管".to_owned(),
        service_standard: "每次不少于一小时".to_owned(),
        categories: vec![category_code("care.visit"), category_code("care")],
        unit: Some(unit("visit")),
        place: Some(point(384_912_345, 1_062_354_321)),
        division: Some(division_code("640104")),
        areas: vec![
            ServiceArea::RadiusMetres(8_000),
            ServiceArea::Division(division_code("640104001")),
            ServiceArea::Polygon(vec![point(1, 2), point(3, 4), point(-5, -6)]),
            ServiceArea::Everywhere,
        ],
        modes: vec![DeliveryMode::Remote, DeliveryMode::HomeVisit],
        schedule: Some(Schedule {
            time_zone: "Asia/Shanghai".to_owned(),
            weekly: vec![WeeklyInterval {
                weekday: 1,
                interval: DayInterval { opens_minute: 540, closes_minute: 1_020 },
            }],
            valid_from: Some(date(2026, 1, 1)),
            valid_until: None,
            exceptions: vec![ScheduleException { date: date(2027, 2, 6), intervals: Vec::new() }],
        }),
        eligibility: Some(Eligibility {
            expression: "age_years >= 60".to_owned(),
            statement: LocalizedText::new("六十岁以上", "sixty or older"),
        }),
        draws: Vec::new(),
        lifecycle: ResourceLifecycle::Active,
        valid_from: Some(date(2026, 1, 1)),
        valid_until: Some(date(2027, 12, 31)),
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn drawing(mut resource: Resource, pool: u128) -> Resource {
    resource.draws = vec![Draw { pool: CapacityPoolId::from_uuid(uuid(pool)), quantity_per_unit: 2 }];
    resource
}

pub fn household(n: u128) -> Household {
    Household {
        id: HouseholdId::from_uuid(uuid(n)),
        external: external(&format!("household-{n}")),
        residence_division: Some(division_code("640104001")),
        registration_division: Some(division_code("440305")),
        group_tags: vec![GroupTag::Minor, GroupTag::Elderly],
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn beneficiary(n: u128, household: Option<u128>) -> Beneficiary {
    Beneficiary {
        id: BeneficiaryId::from_uuid(uuid(n)),
        external: external(&format!("beneficiary-{n}")),
        personal: Some(Sealed(format!("ciphertext of beneficiary {n}").into_bytes())),
        identity_digest: Some(format!("digest-{n}")),
        residence_division: Some(division_code("640104001")),
        registration_division: Some(division_code("440305")),
        household: household.map(|household| HouseholdId::from_uuid(uuid(household))),
        group_tags: vec![GroupTag::Veteran, GroupTag::Disabled],
        consents: vec![
            Consent {
                purpose: ConsentPurpose::Matching,
                given_at: instant("2026-11-01T00:00:00.5Z"),
                given_by: "guardian".to_owned(),
                withdrawn_at: None,
            },
            Consent {
                purpose: ConsentPurpose::WishPublication,
                given_at: instant("2026-11-02T00:00:00Z"),
                given_by: "beneficiary".to_owned(),
                withdrawn_at: Some(instant("2026-11-03T00:00:00Z")),
            },
            Consent {
                purpose: ConsentPurpose::WishPublication,
                given_at: instant("2026-11-04T00:00:00Z"),
                given_by: "beneficiary".to_owned(),
                withdrawn_at: None,
            },
        ],
        erased_at: None,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A need that is in no pool.
pub fn private_need(n: u128, beneficiary: Option<u128>) -> Need {
    Need { wish: None, publication: None, ..need(n, beneficiary) }
}

pub fn need(n: u128, beneficiary: Option<u128>) -> Need {
    Need {
        id: NeedId::from_uuid(uuid(n)),
        external: external(&format!("need-{n}")),
        beneficiary: beneficiary.map(|beneficiary| BeneficiaryId::from_uuid(uuid(beneficiary))),
        household: None,
        items: vec![
            NeedItem {
                ordinal: 1,
                category: category_code("care.visit"),
                quantity: 2,
                unit: unit("visit"),
                recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 8 }),
                splittable: true,
                referred: 0,
                served: 0,
                taken: Vec::new(),
            },
            NeedItem {
                ordinal: 2,
                category: category_code("goods"),
                quantity: 1,
                unit: unit("piece"),
                recurrence: None,
                splittable: false,
                referred: 0,
                served: 0,
                taken: Vec::new(),
            },
        ],
        urgency: Urgency::Urgent,
        timing: Some(Timing::Window {
            start: instant("2026-11-24T00:00:00Z"),
            end: instant("2026-12-24T00:00:00.000001Z"),
        }),
        place: Some(point(384_900_000, 1_062_300_000)),
        division: Some(division_code("640104001")),
        mobility: Mobility { max_travel_metres: Some(1_500), home_visit: true, delivery: false, remote: true },
        group_tags: vec![GroupTag::InDifficulty],
        involves_minors: true,
        channel: Channel::Hotline,
        personal: Some(Sealed(format!("ciphertext of need {n}").into_bytes())),
        wish: Some(Wish {
            title: "两张书桌".to_owned(),
            consented_at: instant("2026-11-20T00:00:00Z"),
            consent_given_by: "guardian".to_owned(),
            published_at: instant("2026-11-21T00:00:00Z"),
            place: Some(division_code("640104")),
            lot: Some(Uuid::from_u128(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))),
        }),
        request_id: None,
        departure: Some(Departure { division: division_code("64"), version: Version(3) }),
        publication: Some(Publication {
            last_version: Some(Version(7)),
            last_lot: Some(uuid(n + 1_000)),
            sharing: Some(Sharing { place: division_code("640104"), by: vec![1, u64::MAX] }),
            untold_after: Some(Version(5)),
            ..Publication::first(instant("2026-11-21T00:00:00Z"))
        }),
        erased_at: None,
        state: NeedState::Open,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A round under way, as large as figures get.
pub fn round(n: u128) -> Round {
    Round {
        id: RoundId::from_uuid(uuid(n)),
        rules: RoundRules {
            scope: Scope {
                divisions: vec![division_code("640104")],
                categories: vec![category_code("care")],
                group_tags: vec![GroupTag::Elderly],
                needs: vec![NeedId::from_uuid(uuid(1))],
            },
            aims: vec![Aim::Distance, Aim::Guarantee, Aim::Load],
            guarantees: vec![Guarantee {
                group_tag: Some(GroupTag::Minor),
                division: Some(division_code("640104")),
                minimum: Minimum::SharePermille(250),
            }],
            ..RoundRules::default()
        },
        dry_run: false,
        requested_by: "desk".to_owned(),
        state: RoundState::Committing,
        failure: None,
        progress: RoundProgress {
            attempts: 1,
            passes: 2,
            items: 3,
            planned: 4,
            offered: 5,
            refused: 6,
            replanned: 7,
            short: 2,
        },
        reached: Some(reached()),
        started_at: Some(instant("2026-01-02T03:04:05.678901Z")),
        solved_at: Some(instant("2026-01-02T03:04:06.5Z")),
        finished_at: None,
        version: Version(1),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A subscription of an organization, with everything set.
pub fn subscription(n: u128, organization: u128) -> Subscription {
    Subscription {
        id: SubscriptionId::from_uuid(uuid(n)),
        organization: self::organization(organization).id,
        categories: vec![category_code("care")],
        divisions: vec![division_code("640104"), division_code("640104001")],
        daily_budget: 3,
        offers: true,
        time_zone: "Asia/Urumqi".to_owned(),
        state: SubscriptionState::Active,
        active_since: instant("2026-01-02T03:04:05.6789Z"),
        webhook_url: Some("https://tools.example.org/wishes".to_owned()),
        secret: SecretGeneration { number: 2, given_at: instant("2026-01-02T03:04:05.678901Z") },
        version: Version(1),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn reached() -> RoundReached {
    let tally = Tally { items: 3, served: 1, partly: 1, unserved: 1, units_asked: 1 << 40, units_served: 1 << 39 };
    RoundReached {
        position: LogPosition(12),
        evaluated_at: instant("2026-01-02T03:04:05Z"),
        engine_version: 1,
        levels: vec![
            LevelFigure { level: RoundLevel::Tier(1), reached: 1 << 100, bound: (1 << 100) + 1 },
            LevelFigure { level: RoundLevel::Distance, reached: -(1 << 90), bound: -7 },
        ],
        optimal: false,
        is_flow: true,
        pairs: 1 << 40,
        totals: RoundTotals {
            all: tally,
            tiers: vec![TierTally { tier: 1, tally }],
            reasons: Vec::new(),
            unit_metres: 1 << 90,
            organizations: 2,
        },
        certificate_verified: true,
        outcomes_digest: "00ff".to_owned(),
    }
}

/// What the entities above refer to: three divisions, three categories, organization 1.
pub fn ground() -> Vec<Mutation> {
    vec![
        create(Change::Division(division("640104", None))),
        create(Change::Division(division("640104001", Some("640104")))),
        create(Change::Category(category("care", None))),
        create(Change::Category(category("care.visit", Some("care")))),
        create(Change::Category(category("goods", None))),
        create(Change::Organization(organization(1))),
    ]
}
