//! A decision is made again upon the need that was read, which may be older or newer than the snapshot beside it.
#![allow(clippy::expect_used, clippy::unwrap_used, unreachable_pub, missing_docs)]

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{
    CapacityPoolId, CategoryCode, LogPosition, NeedId, OrganizationId, ReferralId, ResourceId, TenantId, Version,
};
use wishwell_domain::ledger::{Command, Offer, Step};
use wishwell_domain::need::{Channel, Mobility, Need, NeedItem, NeedState, Urgency};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, AskedFor, Decision, Origin};
use wishwell_domain::resource::{DeliveryMode, Draw, Resource, ResourceLifecycle};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_matching::MasterKey;
use wishwell_matching::replay::{Replay, replay};
use wishwell_store::{Durability, Mutation, SqliteStore, Store, WriteContext, WriteMode};

const ENTITY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

fn tenant() -> TenantId {
    TenantId::parse("tenant", "replay").unwrap()
}

fn context() -> WriteContext {
    WriteContext { tenant: tenant(), principal: "desk".to_owned(), request: None }
}

fn now() -> Timestamp {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

fn goods() -> CategoryCode {
    CategoryCode::parse("code", "goods").unwrap()
}

fn piece() -> Unit {
    Unit::parse("unit", "piece").unwrap()
}

fn place(latitude_e7: i32) -> Option<Point> {
    Point::from_e7(latitude_e7, 1_062_000_000)
}

fn catalogue() -> Vec<Change> {
    let text = || LocalizedText::new("物资", "goods");
    let organization = OrganizationId::from_uuid(ENTITY);
    vec![
        Change::Category(Category {
            code: goods(),
            parent: None,
            name: text(),
            synonyms: Vec::new(),
            default_unit: None,
            source: None,
            version: Version(0),
        }),
        Change::Organization(Organization {
            id: organization,
            external: None,
            name: text(),
            kind: OrganizationKind::SocialWorkAgency,
            state: OrganizationState::Verified,
            social_credit_code: None,
            division: None,
            contact: Contact::default(),
            vetted_for_minors: None,
            vetted_for_home_visits: None,
            suspension_reason: String::new(),
            version: Version(0),
            created_at: now(),
            updated_at: now(),
        }),
        Change::CapacityPool(CapacityPool {
            id: CapacityPoolId::from_uuid(ENTITY),
            external: None,
            organization,
            name: "物资".to_owned(),
            kind: PoolKind::Stock,
            unit: piece(),
            currency: None,
            period: None,
            figures: Figures { total: Some(5), ..Figures::default() },
            periods: Vec::new(),
            pledged: false,
            confirmed_at: now(),
            version: Version(0),
            created_at: now(),
            updated_at: now(),
        }),
        Change::Resource(Box::new(Resource {
            id: ResourceId::from_uuid(ENTITY),
            external: None,
            organization,
            title: text(),
            content: "物资".to_owned(),
            responsible_party: "站长".to_owned(),
            service_standard: "按时".to_owned(),
            categories: vec![goods()],
            unit: Some(piece()),
            place: place(384_000_000),
            division: None,
            areas: vec![ServiceArea::Everywhere],
            modes: vec![DeliveryMode::Delivery],
            schedule: None,
            eligibility: None,
            draws: vec![Draw { pool: CapacityPoolId::from_uuid(ENTITY), quantity_per_unit: 1 }],
            lifecycle: ResourceLifecycle::Active,
            valid_from: None,
            valid_until: None,
            version: Version(0),
            created_at: now(),
            updated_at: now(),
        })),
    ]
}

fn need_at(latitude_e7: i32, quantity: i64) -> Change {
    Change::Need(Box::new(Need {
        id: NeedId::from_uuid(ENTITY),
        external: None,
        beneficiary: None,
        household: None,
        items: vec![NeedItem {
            ordinal: 1,
            category: goods(),
            quantity,
            unit: piece(),
            recurrence: None,
            splittable: false,
            taken: Vec::new(),
            referred: 0,
            served: 0,
        }],
        urgency: Urgency::Normal,
        timing: None,
        place: place(latitude_e7),
        division: None,
        mobility: Mobility { max_travel_metres: None, home_visit: false, delivery: true, remote: false },
        group_tags: Vec::new(),
        involves_minors: false,
        channel: Channel::Hotline,
        personal: None,
        wish: None,
        request_id: None,
        departure: None,
        publication: None,
        erased_at: None,
        state: NeedState::Open,
        version: Version(0),
        created_at: now(),
        updated_at: now(),
    }))
}

struct World {
    store: Arc<dyn Store>,
    /// Where the log was when the need was new and wanted more than there is, and when it had moved and wanted one piece.
    new: LogPosition,
    moved: LogPosition,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("replay.db"), Durability::Relaxed).await.unwrap();
        let put = |entity, mode| Mutation::Put { entity, mode };
        let created = catalogue().into_iter().chain([need_at(384_000_000, 9)]);
        let created = created.map(|entity| put(entity, WriteMode::Create)).collect();
        let new = store.write(&context(), created).await.unwrap().position;
        let update = put(need_at(386_000_000, 1), WriteMode::Update { expected: None });
        let moved = store.write(&context(), vec![update]).await.unwrap().position;
        Self { store, new, moved, _folder: folder }
    }

    /// Offers what is left, one piece, by a decision at a position upon a version of the need, and makes that decision again. The offer is
    /// withdrawn.
    async fn replayed(
        &self,
        number: u128,
        position: LogPosition,
        need_version: Option<Version>,
        asked: Option<AskedFor>,
    ) -> Replay {
        let id = ReferralId::from_uuid(Uuid::from_u128(ENTITY.as_u128() + number));
        let decision = Decision {
            position,
            need_version,
            asked,
            evaluated_at: now(),
            engine_version: String::new(),
            prices: None,
            rank: None,
            score: None,
            terms: Vec::new(),
            erased: false,
        };
        let offer = Offer {
            id,
            need: NeedId::from_uuid(ENTITY),
            item_ordinal: 1,
            resource: ResourceId::from_uuid(ENTITY),
            quantity: None,
            origin: Origin::Chosen,
            round: None,
            answer_within: SignedDuration::from_hours(1),
            decision: Some(decision),
            previous: None,
            wish: None,
            refusal: None,
        };
        self.store.carry_out(&context(), vec![Command::Offer(Box::new(offer))]).await.unwrap();
        let key = MasterKey::from_bytes([7; 32]);
        let replayed = replay(self.store.as_ref(), &key, &tenant(), id).await.unwrap();
        // So that it is left for the next one.
        let step = Step::new(id, Action::Withdraw, Role::CaseWorker);
        self.store.carry_out(&context(), vec![Command::Step(step)]).await.unwrap();
        replayed.expect("it was decided")
    }
}

#[tokio::test]
async fn the_version_that_was_read_decides_and_not_the_position() {
    let world = World::new().await;
    let mut number = 0;
    let mut terms = async |position, need_version| {
        number += 1;
        let replay = world.replayed(number, position, need_version, None).await;
        assert_eq!((replay.replayed.position, replay.replayed.need_version), (position, need_version));
        assert!(replay.replayed.score.is_some(), "{replay:?}");
        replay.replayed.terms
    };
    let (near, far) = (terms(world.new, Some(Version(1))).await, terms(world.moved, Some(Version(2))).await);
    assert_ne!(near, far);
    assert_eq!(terms(world.new, Some(Version(2))).await, far, "it moved after the snapshot and before it was read");
    assert_eq!(terms(world.moved, Some(Version(1))).await, near, "it was read, and then it moved");
    // As recorded before versions were.
    assert_eq!(terms(world.new, None).await, near);
    assert_eq!(terms(world.moved, None).await, far);
}

#[tokio::test]
async fn what_was_asked_for_decides_and_not_what_is_held() {
    let world = World::new().await;
    let mut number = 0;
    let mut fits = async |asked| {
        number += 1;
        let replay = world.replayed(number, world.new, Some(Version(1)), asked).await;
        assert_eq!(replay.replayed.asked, asked);
        replay.replayed.score.is_some()
    };
    assert!(!fits(Some(AskedFor::Left)).await, "nine were left, and there are five");
    assert!(!fits(Some(AskedFor::Quantity(6))).await);
    assert!(fits(Some(AskedFor::Quantity(5))).await);
    assert!(fits(None).await, "one is held");
}
