//! How fast a store takes a catalogue in and gives it back.
//!
//! `cargo run --release -p wishwell-store --example store_speed -- [RESOURCES] [sqlite:FILE | postgres://...]`
//!
//! Fills an empty store with organizations, pools and resources (in batches as large as the API takes), then loads the
//! catalogue as a starting server does, and prints what each took. Without a place it uses a SQLite file that is gone afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{
    CapacityPoolId, CategoryCode, DivisionCode, ExternalId, OrganizationId, ResourceId, TenantId, Version,
};
use wishwell_domain::limits::BATCH_ENTRIES_MAX;
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState};
use wishwell_domain::resource::{DeliveryMode, Draw, Eligibility, Resource, ResourceLifecycle};
use wishwell_domain::schedule::{DayInterval, Schedule, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_store::{
    Durability, Mutation, PostgresOptions, PostgresStore, SqliteStore, Store, WriteContext, WriteMode,
};

const RESOURCES_DEFAULT: usize = 100_000;
const CATEGORIES: usize = 30;
const RESOURCES_PER_ORGANIZATION: usize = 50;
const LOADS: usize = 5;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let asked = arguments.next().map_or(Ok(RESOURCES_DEFAULT), |count| count.parse());
    let Some(resources) = asked.ok().filter(|count| *count > 0) else {
        eprintln!("usage: store_speed [RESOURCES, 1 or more] [sqlite:FILE | postgres://...]");
        return ExitCode::from(2);
    };
    let place = arguments.next();
    let folder = tempfile::tempdir().unwrap();
    let store = open(place.as_deref(), folder.path()).await;
    let description = store.describe();
    println!("{} {}, {}", description.backend, description.backend_version, description.durability);

    let context = WriteContext {
        tenant: TenantId::parse("tenant", "speed").unwrap(),
        principal: "speed".to_owned(),
        request: None,
    };
    if store.position(&context.tenant).await.unwrap().0 == 0 {
        fill(store.as_ref(), &context, resources).await;
    }
    let again: Vec<Mutation> = (0..BATCH_ENTRIES_MAX.min(resources)).map(|n| upsert(resource(n))).collect();
    let started = Instant::now();
    store.write(&context, again).await.unwrap();
    println!("{:>34} {:>9.1?}", "upsert of 500, nothing changed", started.elapsed());

    store.close().await;
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        let started = Instant::now();
        let store = open(place.as_deref(), folder.path()).await;
        let opened = started.elapsed();
        let catalog = store.load_catalog(&context.tenant, &|_| {}).await.unwrap();
        loads.push(started.elapsed());
        println!(
            "{:>34} {:>9.1?} (opened in {opened:.1?}; {} resources, {} pools)",
            "open and load",
            started.elapsed(),
            catalog.resources.len(),
            catalog.capacity_pools.len()
        );
        store.close().await;
    }
    loads.sort();
    println!("{:>34} {:>9.1?}", "median of open and load", loads[LOADS / 2]);
    ExitCode::SUCCESS
}

async fn open(place: Option<&str>, folder: &std::path::Path) -> Arc<dyn Store> {
    match place {
        Some(url) if url.starts_with("postgres") => {
            PostgresStore::connect(url, PostgresOptions::default()).await.unwrap()
        }
        Some(file) => SqliteStore::open(file.trim_start_matches("sqlite:"), Durability::Full).await.unwrap(),
        None => SqliteStore::open(folder.join("speed.db"), Durability::Full).await.unwrap(),
    }
}

async fn fill(store: &dyn Store, context: &WriteContext, resources: usize) {
    let mut ground = vec![upsert(Change::Division(division()))];
    ground.extend((0..CATEGORIES).map(|n| upsert(Change::Category(category(n)))));
    store.write(context, ground).await.unwrap();
    let organizations = resources.div_ceil(RESOURCES_PER_ORGANIZATION);
    for (what, count, make) in [
        ("organizations", organizations, organization as fn(usize) -> Change),
        ("pools", resources, pool),
        ("resources", resources, resource),
    ] {
        let mut batches = Vec::new();
        let numbers: Vec<usize> = (0..count).collect();
        for batch in numbers.chunks(BATCH_ENTRIES_MAX) {
            let mutations = batch.iter().map(|n| upsert(make(*n))).collect();
            let started = Instant::now();
            store.write(context, mutations).await.unwrap();
            batches.push(started.elapsed());
        }
        let total: Duration = batches.iter().sum();
        batches.sort();
        let (median, slowest) = (batches[batches.len() / 2], batches[batches.len() - 1]);
        println!("{count:>20} {what:<13} {total:>9.1?} (batches of 500: median {median:.1?}, slowest {slowest:.1?})");
    }
}

fn upsert(entity: Change) -> Mutation {
    Mutation::Put { entity, mode: WriteMode::Upsert }
}

fn uuid(kind: u128, n: usize) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + (kind << 48) + n as u128)
}

fn external(n: usize) -> Option<ExternalId> {
    Some(ExternalId { source: "speed".to_owned(), external_id: n.to_string() })
}

fn category_code(n: usize) -> CategoryCode {
    CategoryCode::parse("code", &format!("category-{}", n % CATEGORIES)).unwrap()
}

fn division_code() -> DivisionCode {
    DivisionCode::parse("code", "640104").unwrap()
}

fn category(n: usize) -> Category {
    Category {
        code: category_code(n),
        parent: None,
        name: LocalizedText::new("类别", "category"),
        synonyms: Vec::new(),
        default_unit: None,
        source: None,
        version: Version(0),
    }
}

fn division() -> Division {
    Division {
        code: division_code(),
        edition_year: 2024,
        parent: None,
        name: LocalizedText::new("兴庆区", ""),
        centre: None,
        version: Version(0),
    }
}

fn organization(n: usize) -> Change {
    Change::Organization(Organization {
        id: OrganizationId::from_uuid(uuid(1, n)),
        external: external(n),
        name: LocalizedText::new(format!("机构 {n}"), ""),
        kind: OrganizationKind::Charity,
        state: OrganizationState::Verified,
        social_credit_code: None,
        division: Some(division_code()),
        contact: Contact::default(),
        vetted_for_minors: None,
        vetted_for_home_visits: None,
        suspension_reason: String::new(),
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    })
}

fn pool(n: usize) -> Change {
    let slots = n.is_multiple_of(2);
    Change::CapacityPool(CapacityPool {
        id: CapacityPoolId::from_uuid(uuid(2, n)),
        external: external(n),
        organization: OrganizationId::from_uuid(uuid(1, n / RESOURCES_PER_ORGANIZATION)),
        name: "名额".to_owned(),
        kind: if slots { PoolKind::Slots } else { PoolKind::Stock },
        unit: Unit::parse("unit", "visit").unwrap(),
        currency: None,
        period: slots.then(|| PeriodRule { length: PeriodLength::Week, time_zone: "Asia/Shanghai".to_owned() }),
        figures: Figures {
            total: Some(20),
            used_elsewhere: if n.is_multiple_of(3) { 20 } else { 0 },
            ..Figures::default()
        },
        periods: Vec::new(),
        pledged: false,
        confirmed_at: Timestamp::UNIX_EPOCH,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    })
}

fn resource(n: usize) -> Change {
    let shifted = |base: i32, step: usize| base + i32::try_from(n * step % 2_000_000).unwrap();
    let place = Point { latitude_e7: shifted(384_000_000, 7_919), longitude_e7: shifted(1_062_000_000, 104_729) };
    let corner = |latitude: i32, longitude: i32| Point {
        latitude_e7: place.latitude_e7 + latitude,
        longitude_e7: place.longitude_e7 + longitude,
    };
    Change::Resource(Box::new(Resource {
        id: ResourceId::from_uuid(uuid(3, n)),
        external: external(n),
        organization: OrganizationId::from_uuid(uuid(1, n / RESOURCES_PER_ORGANIZATION)),
        title: LocalizedText::new(format!("居家陪伴服务 {n}"), ""),
        content: "每周一次上门陪伴，代购生活用品，陪同就医，定期电话问候。".repeat(4),
        responsible_party: "项目主管".to_owned(),
        service_standard: "每次不少于一小时，记录服务内容。".repeat(2),
        categories: vec![category_code(n)],
        unit: Some(Unit::parse("unit", "visit").unwrap()),
        place: Some(place),
        division: Some(division_code()),
        areas: vec![match n % 4 {
            0 => ServiceArea::Division(division_code()),
            1 => ServiceArea::Polygon(vec![corner(0, 0), corner(0, 90_000), corner(90_000, 90_000), corner(90_000, 0)]),
            2 => ServiceArea::RadiusMetres(8_000),
            _ => ServiceArea::Everywhere,
        }],
        modes: vec![DeliveryMode::OnSite, DeliveryMode::HomeVisit],
        schedule: (n.is_multiple_of(2)).then(|| Schedule {
            time_zone: "Asia/Shanghai".to_owned(),
            weekly: (1..=5)
                .map(|weekday| WeeklyInterval {
                    weekday,
                    interval: DayInterval { opens_minute: 540, closes_minute: 1_020 },
                })
                .collect(),
            valid_from: None,
            valid_until: None,
            exceptions: Vec::new(),
        }),
        eligibility: (n.is_multiple_of(3)).then(|| Eligibility {
            expression: "age_years >= 60 || has_disability_certificate".to_owned(),
            statement: LocalizedText::new("六十岁以上或持残疾证", ""),
        }),
        draws: vec![Draw { pool: CapacityPoolId::from_uuid(uuid(2, n)), quantity_per_unit: 1 }],
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }))
}
