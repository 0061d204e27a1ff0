//! Pools with a resource each, and needs that want one unit again and again.

use jiff::Timestamp;
use prost::Message as _;
use prost::bytes::{BufMut as _, Bytes, BytesMut};
use uuid::Uuid;
use wishwell_api::v1::{CreateReferralRequest, ReferralOffer};
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PoolKind};
use wishwell_domain::category::Category;
use wishwell_domain::event::Change;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CapacityPoolId, CategoryCode, NeedId, OrganizationId, ResourceId, TenantId, Version};
use wishwell_domain::need::{Channel, Mobility, Need, NeedItem, NeedState, Urgency};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState};
use wishwell_domain::resource::{DeliveryMode, Draw, Resource, ResourceLifecycle};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_store::{Mutation, Store, WriteContext, WriteMode};

use crate::seed::TENANT;

/// Needs, so that no single one is what everybody waits for.
const NEEDS: usize = 10_000;
/// Rows that a hold writes when it shares its pool and need with no other of its transaction: referral, line, movement and request,
/// the events of referral, pool and need; pool, need and item are changed.
pub(super) const ROWS_OF_A_HOLD: usize = 10;
/// Entities of one transaction.
const BATCH: usize = 1_000;
const CATEGORY: &str = "bench.thing";

/// What is in the store.
pub(super) struct World {
    pub(super) tenant: TenantId,
    resources: Vec<ResourceId>,
    needs: Vec<NeedId>,
}

impl World {
    /// Fills a store with pools of so many units.
    pub(super) async fn fill(store: &dyn Store, pools: usize, total: i64) -> Self {
        let tenant = TenantId::parse("tenant", TENANT).expect("a tenant's name");
        let context = WriteContext { tenant: tenant.clone(), principal: "bench".to_owned(), request: None };
        let organization = OrganizationId::from_uuid(id(1, 0));
        let world = Self {
            tenant,
            resources: (0..pools).map(|at| ResourceId::from_uuid(id(3, at))).collect(),
            needs: (0..NEEDS).map(|at| NeedId::from_uuid(id(4, at))).collect(),
        };
        let pool_id = |at| CapacityPoolId::from_uuid(id(2, at));
        write(store, &context, vec![category(), organization_named(organization)]).await;
        let made = (0..pools).map(|at| Change::CapacityPool(pool(pool_id(at), organization, total))).collect();
        write(store, &context, made).await;
        let made = (0..pools).map(|at| resource(world.resources[at], organization, pool_id(at), at)).collect();
        write(store, &context, made).await;
        write(store, &context, world.needs.iter().map(|need| need_of(*need)).collect()).await;
        world
    }

    /// So many requests to hold one unit, each with an id of its own, over all pools and needs in turn.
    pub(super) fn requests(&self, count: usize) -> Vec<Bytes> {
        (0..count)
            .map(|at| {
                // Steps that share no factor with the lengths, so that neighbours want different things.
                let need = self.needs[at.wrapping_mul(7_919) % self.needs.len()];
                let resource = self.resources[at.wrapping_mul(104_729) % self.resources.len()];
                let offer = ReferralOffer {
                    need: need.name(),
                    item_ordinal: 1,
                    resource: resource.name(),
                    quantity: Some(1),
                    answer_within: None,
                };
                frame(&CreateReferralRequest { offer: Some(offer), request_id: id(5, at).to_string() })
            })
            .collect()
    }

    /// Every hold that was answered is there, and everything adds up.
    pub(super) async fn must_add_up(&self, store: &dyn Store, held: i64) {
        let found = store.verify(&self.tenant).await.expect("the ledger can be added up");
        assert!(found.discrepancies.is_empty(), "{:?}", found.discrepancies);
        assert_eq!(i64::try_from(found.referrals).ok(), Some(held), "every answered hold is stored");
    }
}

fn frame(request: &CreateReferralRequest) -> Bytes {
    let mut bytes = BytesMut::with_capacity(5 + request.encoded_len());
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(request.encoded_len()).expect("a small request"));
    request.encode(&mut bytes).expect("there is room");
    bytes.freeze()
}

/// An identifier of version 7's form.
fn id(kind: u64, at: usize) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000 + kind, 0x8000_0000_0000_0000 + at as u64)
}

async fn write(store: &dyn Store, context: &WriteContext, entities: Vec<Change>) {
    for batch in entities.chunks(BATCH) {
        let put = |entity: &Change| Mutation::Put { entity: entity.clone(), mode: WriteMode::Create };
        store.write(context, batch.iter().map(put).collect()).await.expect("the store takes a batch");
    }
}

fn code() -> CategoryCode {
    CategoryCode::parse("category", CATEGORY).expect("a code")
}

fn unit() -> Unit {
    Unit::parse("unit", "piece").expect("a unit")
}

fn category() -> Change {
    Change::Category(Category {
        code: code(),
        parent: None,
        name: LocalizedText::new("物品", "thing"),
        synonyms: Vec::new(),
        default_unit: Some(unit()),
        source: None,
        version: Version(1),
    })
}

fn organization_named(id: OrganizationId) -> Change {
    let now = Timestamp::UNIX_EPOCH;
    Change::Organization(Organization {
        id,
        external: None,
        name: LocalizedText::new("机构", "organization"),
        kind: OrganizationKind::Charity,
        state: OrganizationState::Verified,
        social_credit_code: None,
        division: None,
        contact: Contact::default(),
        vetted_for_minors: None,
        vetted_for_home_visits: None,
        suspension_reason: String::new(),
        version: Version(1),
        created_at: now,
        updated_at: now,
    })
}

fn pool(id: CapacityPoolId, organization: OrganizationId, total: i64) -> CapacityPool {
    let now = Timestamp::UNIX_EPOCH;
    CapacityPool {
        id,
        external: None,
        organization,
        name: "things".to_owned(),
        kind: PoolKind::Stock,
        unit: unit(),
        currency: None,
        period: None,
        figures: Figures { total: Some(total), ..Figures::default() },
        periods: Vec::new(),
        pledged: false,
        confirmed_at: now,
        version: Version(1),
        created_at: now,
        updated_at: now,
    }
}

fn place(at: usize) -> Point {
    let step = i32::try_from(at % 1_000).unwrap_or(0) * 1_000;
    Point { latitude_e7: 384_000_000 + step, longitude_e7: 1_062_000_000 + step }
}

fn resource(id: ResourceId, organization: OrganizationId, pool: CapacityPoolId, at: usize) -> Change {
    let now = Timestamp::UNIX_EPOCH;
    Change::Resource(Box::new(Resource {
        id,
        external: None,
        organization,
        title: LocalizedText::new("物品", "thing"),
        content: "a thing".to_owned(),
        responsible_party: "the organization".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec![code()],
        unit: Some(unit()),
        place: Some(place(at)),
        division: None,
        areas: vec![ServiceArea::Everywhere],
        modes: vec![DeliveryMode::Delivery],
        schedule: None,
        eligibility: None,
        draws: vec![Draw { pool, quantity_per_unit: 1 }],
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
        version: Version(1),
        created_at: now,
        updated_at: now,
    }))
}

fn need_of(id: NeedId) -> Change {
    let now = Timestamp::UNIX_EPOCH;
    Change::Need(Box::new(Need {
        id,
        external: None,
        beneficiary: None,
        household: None,
        items: vec![NeedItem {
            ordinal: 1,
            category: code(),
            quantity: i64::from(u32::MAX),
            unit: unit(),
            recurrence: None,
            splittable: true,
            referred: 0,
            served: 0,
            taken: Vec::new(),
        }],
        urgency: Urgency::Normal,
        timing: None,
        place: Some(place(0)),
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
        version: Version(1),
        created_at: now,
        updated_at: now,
    }))
}
