//! The world of a seed: who provides, how much there is, who lacks what.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::beneficiary::{Sealed, WrappedKey};
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CapacityPoolId, CategoryCode, NeedId, OrganizationId, ResourceId, TenantId, Version};
use wishwell_domain::need::{Channel, Mobility, Need, NeedItem, NeedState, Recurrence, Timing, Urgency, Wish};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState, Vetting};
use wishwell_domain::referral::Referral;
use wishwell_domain::resource::{DeliveryMode, Draw, Resource, ResourceLifecycle};
use wishwell_domain::schedule::{DayInterval, Schedule, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_store::{Mutation, WriteMode};

use crate::dice::Dice;

const ZONE: &str = "Asia/Shanghai";

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("tenant", "xingqing").unwrap()
}

/// Monday morning in Yinchuan, when a simulation begins.
pub(crate) fn beginning() -> Timestamp {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

pub(crate) fn unit(code: &str) -> Unit {
    Unit::parse("unit", code).unwrap()
}

fn category_code(code: &str) -> CategoryCode {
    CategoryCode::parse("code", code).unwrap()
}

fn text(zh: &str, en: &str) -> LocalizedText {
    LocalizedText::new(zh, en)
}

/// Everything there is at the beginning, what is referred to first.
pub(crate) fn ground(dice: &mut Dice) -> Vec<Mutation> {
    let now = beginning();
    let mut changes: Vec<Change> = [("care", None), ("care.visit", Some("care")), ("goods", None)]
        .map(|(code, parent)| category(code, parent))
        .into();
    let organizations: Vec<OrganizationId> =
        (0..dice.between(2, 3)).map(|_| OrganizationId::from_uuid(dice.uuid(now))).collect();
    changes.extend(organizations.iter().map(|id| Change::Organization(organization(*id))));
    // One of each kind, so that every line of every table is walked, and one or two more.
    let kinds = [PoolKind::Stock, PoolKind::Slots, PoolKind::Caseload, PoolKind::Budget, PoolKind::Unbounded];
    let mut pools = Vec::new();
    for at in 0..5 + dice.below(3) {
        let kind = if at < kinds.len() { kinds[at] } else { dice.pick(&kinds[..3]) };
        let unknown = kind == PoolKind::Unbounded || (at >= kinds.len() && dice.chance(50)) || dice.chance(8);
        let organization = dice.pick(&organizations);
        pools.push(pool(dice, organization, kind, unknown));
    }
    let resources: Vec<Resource> = (0..dice.between(5, 8))
        .map(|_| {
            let organization = dice.pick(&organizations);
            resource(dice, organization, &pools)
        })
        .collect();
    changes.extend(pools.into_iter().map(Change::CapacityPool));
    changes.extend(resources.into_iter().map(|resource| Change::Resource(Box::new(resource))));
    let put_one = |entity| Mutation::Put { entity, mode: WriteMode::Create };
    let needs: Vec<Need> = (0..dice.between(4, 7)).map(|_| need(dice, now)).collect();
    changes.into_iter().map(put_one).chain(needs.into_iter().flat_map(put)).collect()
}

fn category(code: &str, parent: Option<&str>) -> Change {
    Change::Category(Category {
        code: category_code(code),
        parent: parent.map(category_code),
        name: text(code, code),
        synonyms: Vec::new(),
        default_unit: None,
        source: None,
        version: Version(0),
    })
}

fn organization(id: OrganizationId) -> Organization {
    let vetted = Some(Vetting { valid_until: None, note: String::new() });
    Organization {
        id,
        external: None,
        name: text("社工站", "social work station"),
        kind: OrganizationKind::SocialWorkAgency,
        state: OrganizationState::Verified,
        social_credit_code: None,
        division: None,
        contact: Contact::default(),
        vetted_for_minors: vetted.clone(),
        vetted_for_home_visits: vetted,
        suspension_reason: String::new(),
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A pool of a kind: small enough that its end is always near.
pub(crate) fn pool(dice: &mut Dice, organization: OrganizationId, kind: PoolKind, unknown: bool) -> CapacityPool {
    let now = beginning();
    let length = dice.pick(&[PeriodLength::Week, PeriodLength::Week, PeriodLength::Day]);
    let total = match kind {
        PoolKind::Budget => dice.between(20, 120),
        PoolKind::Slots => dice.between(1, 5),
        _ => dice.between(1, 12),
    };
    CapacityPool {
        id: CapacityPoolId::from_uuid(dice.uuid(now)),
        external: None,
        organization,
        name: "名额".to_owned(),
        kind,
        unit: unit(if kind == PoolKind::Budget { "fen" } else { "piece" }),
        currency: (kind == PoolKind::Budget).then(|| "CNY".to_owned()),
        period: (kind == PoolKind::Slots).then(|| PeriodRule { length, time_zone: ZONE.to_owned() }),
        figures: Figures { total: (!unknown).then_some(total), ..Figures::default() },
        periods: Vec::new(),
        pledged: false,
        confirmed_at: now,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn resource(dice: &mut Dice, organization: OrganizationId, pools: &[CapacityPool]) -> Resource {
    let now = beginning();
    let mut drawn_on: Vec<&CapacityPool> = Vec::new();
    for _ in 0..dice.pick(&[0, 1, 1, 1, 1, 2, 2]) {
        let pool = &pools[dice.below(pools.len())];
        if drawn_on.iter().all(|known| known.id != pool.id) {
            drawn_on.push(pool);
        }
    }
    let draws = drawn_on
        .into_iter()
        .map(|pool| Draw {
            pool: pool.id,
            quantity_per_unit: if pool.kind == PoolKind::Budget {
                dice.between(5, 15)
            } else {
                dice.pick(&[1, 1, 1, 2])
            },
        })
        .collect();
    let weekdays = |days: std::ops::RangeInclusive<u8>| Schedule {
        time_zone: ZONE.to_owned(),
        weekly: days
            .map(|weekday| WeeklyInterval {
                weekday,
                interval: DayInterval { opens_minute: 540, closes_minute: 1_020 },
            })
            .collect(),
        valid_from: None,
        valid_until: None,
        exceptions: Vec::new(),
    };
    Resource {
        draws,
        schedule: dice.pick(&[None, None, Some(weekdays(1..=5)), Some(weekdays(2..=2))]),
        unit: dice.pick(&[Some(unit("piece")), Some(unit("piece")), Some(unit("piece")), None, Some(unit("visit"))]),
        ..plain_resource(ResourceId::from_uuid(dice.uuid(now)), organization)
    }
}

/// A resource for everybody, in pieces, that draws on nothing.
pub(crate) fn plain_resource(id: ResourceId, organization: OrganizationId) -> Resource {
    Resource {
        id,
        external: None,
        organization,
        title: text("物资", "goods"),
        content: "物资".to_owned(),
        responsible_party: "站长".to_owned(),
        service_standard: "按时".to_owned(),
        categories: vec![category_code("goods"), category_code("care.visit")],
        unit: Some(unit("piece")),
        place: None,
        division: None,
        areas: vec![ServiceArea::Everywhere],
        modes: vec![DeliveryMode::HomeVisit, DeliveryMode::Remote],
        schedule: None,
        eligibility: None,
        draws: Vec::new(),
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A need of one or two items, all of it possible: again and again, not to be split, with a window, in the wishing pool.
pub(crate) fn need(dice: &mut Dice, now: Timestamp) -> Need {
    let items = (1..=dice.pick(&[1, 1, 2])).map(|ordinal| item(dice, ordinal)).collect();
    let days = |count: i64| now + SignedDuration::from_hours(24 * count);
    let window = Timing::Window { start: days(dice.between(0, 9)), end: days(dice.between(10, 30)) };
    let deadline = Timing::Deadline(days(dice.between(1, 20)));
    let wish = Wish {
        title: "书桌".to_owned(),
        consented_at: now,
        consent_given_by: "guardian".to_owned(),
        published_at: now,
        place: None,
        lot: None,
    };
    Need {
        id: NeedId::from_uuid(dice.uuid(now)),
        external: None,
        beneficiary: None,
        household: None,
        items,
        urgency: dice.pick(&Urgency::ALL),
        timing: dice.pick(&[None, None, Some(window), Some(deadline)]),
        place: dice.chance(30).then_some(Point { latitude_e7: 384_870_000, longitude_e7: 1_062_300_000 }),
        division: None,
        mobility: Mobility { max_travel_metres: None, home_visit: true, delivery: true, remote: true },
        group_tags: Vec::new(),
        involves_minors: dice.chance(20),
        channel: Channel::Hotline,
        personal: Some(Sealed(dice.next().to_be_bytes().into())),
        wish: dice.chance(40).then_some(wish),
        request_id: None,
        departure: None,
        publication: None,
        erased_at: None,
        state: NeedState::Open,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A new need with the key of what is sealed in it.
pub(crate) fn put(need: Need) -> [Mutation; 2] {
    let key = Mutation::PutKey { subject: need.id.name(), key: WrappedKey(need.id.as_uuid().as_bytes().into()) };
    [key, Mutation::Put { entity: Change::Need(Box::new(need)), mode: WriteMode::Create }]
}

/// Takes what an erasure takes out of each image of a need: what is sealed, where it is, and the wish.
pub(crate) fn take_text_from(need: &mut Need) {
    (need.personal, need.place, need.wish) = (None, None, None);
}

/// Takes what an erasure takes out of each image of a referral of the need: score and terms.
pub(crate) fn take_score_from(referral: &mut Referral) {
    if let Some(decision) = &mut referral.decision {
        decision.erase();
    }
}

fn item(dice: &mut Dice, ordinal: u16) -> NeedItem {
    let every = dice.pick(&[PeriodLength::Week, PeriodLength::Week, PeriodLength::Day]);
    let recurrence = Recurrence { every, occurrences: u32::try_from(dice.between(2, 4)).unwrap() };
    let recurring = dice.chance(30);
    NeedItem {
        ordinal,
        category: category_code(dice.pick(&["goods", "care.visit", "care"])),
        quantity: dice.between(1, if recurring { 2 } else { 6 }),
        unit: unit(dice.pick(&["piece", "piece", "piece", "visit"])),
        recurrence: recurring.then_some(recurrence),
        splittable: dice.chance(65),
        referred: 0,
        served: 0,
        taken: Vec::new(),
    }
}

/// The identifier as SQL writes it.
pub(crate) fn blob(id: Uuid) -> String {
    format!("x'{}'", id.simple())
}
