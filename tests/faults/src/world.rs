//! The small world a campaign plays in: a few organizations, pools too small for all, and needs without end.

use tonic::transport::Channel;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_scenarios::told::{point, quantity, text};

use crate::ask::keyed;
use crate::random::Random;
use crate::replica::Caller;

/// The operator's name.
pub const OPERATOR: &str = "operator";
/// The name of who arranges referrals.
pub const HOTLINE: &str = "hotline";
/// How the names of those begin who ask for rounds, and for nothing else: what is offered in such a name, a round offers.
pub const PLANNER: &str = "planner";
/// How many they are.
pub const PLANNERS: usize = 4;
/// Organizations; each may get so many automatic offers in a day that a long campaign needs many.
const ORGANIZATIONS: usize = 30;
/// Organizations that everybody asks first.
pub const BUSY_ORGANIZATIONS: usize = 4;

/// Category of what is given once.
const THING: &str = "faults.thing";
/// Category of what is given each week.
const VISIT: &str = "faults.visit";
/// When consents were given: some day in 2025.
const CONSENTED: i64 = 1_750_000_000;

/// An organization with what it offers.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Full resource name.
    pub organization: String,
    /// Resources for things.
    pub things: Vec<String>,
    /// Resources for visits.
    pub visits: Vec<String>,
}

/// What there is.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Who gives.
    pub providers: Vec<Provider>,
    /// Every pool.
    pub pools: Vec<String>,
}

/// The callers that make a world.
#[must_use]
pub fn makers() -> Vec<Caller> {
    let caller = |name: &str, role| Caller { name: name.to_owned(), role, organization: String::new() };
    vec![caller(OPERATOR, "operator"), caller(HOTLINE, "internal_service")]
}

impl World {
    /// Makes it.
    ///
    /// # Panics
    /// When something of it is refused.
    pub async fn make(channel: &Channel) -> Self {
        let mut catalog = CatalogServiceClient::new(channel.clone());
        let categories = [THING, VISIT].map(|code| v1::Category {
            code: code.to_owned(),
            title: text(code),
            ..v1::Category::default()
        });
        let request = v1::BatchUpsertCategoriesRequest {
            categories: categories.into(),
            ..v1::BatchUpsertCategoriesRequest::default()
        };
        catalog.batch_upsert_categories(keyed(OPERATOR, request, None)).await.expect("categories are put");
        let mut world = Self::default();
        for number in 0..ORGANIZATIONS {
            world.provider(&mut catalog, number).await;
        }
        world
    }

    async fn provider(&mut self, catalog: &mut CatalogServiceClient<Channel>, number: usize) {
        let organization = v1::Organization {
            title: text(&format!("organization {number}")),
            kind: v1::OrganizationKind::Charity.into(),
            ..v1::Organization::default()
        };
        let request = v1::CreateOrganizationRequest { organization: Some(organization), ..Default::default() };
        let made = catalog.create_organization(keyed(OPERATOR, request, None)).await.expect("an organization is made");
        let organization = made.into_inner().organization.expect("it is answered").name;
        let request = v1::VerifyOrganizationRequest { name: organization.clone(), ..Default::default() };
        catalog.verify_organization(keyed(OPERATOR, request, None)).await.expect("it is verified");

        let mut provider = Provider { organization: organization.clone(), things: Vec::new(), visits: Vec::new() };
        let total = i64::try_from(3 + number % 5).expect("a small number");
        let stock = v1::CapacityPool {
            kind: v1::CapacityKind::Stock.into(),
            unit: "piece".to_owned(),
            // One does not say how much it has: offers to it are enquiries.
            total: (number != BUSY_ORGANIZATIONS + 1).then_some(total),
            ..v1::CapacityPool::default()
        };
        let stock = self.pool(catalog, &organization, stock).await;
        let mut draws = vec![stock];
        if number < BUSY_ORGANIZATIONS {
            // Two lines of one hold: taken together or not at all.
            let people = v1::CapacityPool {
                kind: v1::CapacityKind::Caseload.into(),
                unit: "case".to_owned(),
                total: Some(total + 2),
                ..v1::CapacityPool::default()
            };
            draws.push(self.pool(catalog, &organization, people).await);
        }
        provider.things.push(resource(catalog, &organization, THING, "piece", &draws).await);
        if number.is_multiple_of(3) {
            let slots = v1::CapacityPool {
                kind: v1::CapacityKind::Slots.into(),
                unit: "visit".to_owned(),
                total: Some(total),
                period: v1::CapacityPeriod::Week.into(),
                time_zone: "Asia/Shanghai".to_owned(),
                ..v1::CapacityPool::default()
            };
            let slots = self.pool(catalog, &organization, slots).await;
            provider.visits.push(resource(catalog, &organization, VISIT, "visit", &[slots]).await);
        }
        self.providers.push(provider);
    }

    async fn pool(
        &mut self,
        catalog: &mut CatalogServiceClient<Channel>,
        organization: &str,
        pool: v1::CapacityPool,
    ) -> String {
        let pool = v1::CapacityPool { organization: organization.to_owned(), title: "pool".to_owned(), ..pool };
        let request = v1::CreateCapacityPoolRequest { capacity_pool: Some(pool), ..Default::default() };
        let made = catalog.create_capacity_pool(keyed(OPERATOR, request, None)).await.expect("a pool is made");
        let name = made.into_inner().capacity_pool.expect("it is answered").name;
        self.pools.push(name.clone());
        name
    }

    /// Everybody who calls in a campaign.
    #[must_use]
    pub fn callers(&self) -> Vec<Caller> {
        let partner = |(number, provider): (usize, &Provider)| Caller {
            name: format!("partner-{number}"),
            role: "partner",
            organization: provider.organization.clone(),
        };
        let planner = |number: usize| Caller {
            name: format!("{PLANNER}-{number}"),
            role: "internal_service",
            organization: String::new(),
        };
        let providers = self.providers.iter().enumerate().map(partner);
        makers().into_iter().chain((0..PLANNERS).map(planner)).chain(providers).collect()
    }

    /// The caller that speaks for an organization.
    #[must_use]
    pub fn partner(&self, organization: &str) -> String {
        let number = self.providers.iter().position(|provider| provider.organization == organization);
        format!("partner-{}", number.unwrap_or_default())
    }
}

async fn resource(
    catalog: &mut CatalogServiceClient<Channel>,
    organization: &str,
    category: &str,
    unit: &str,
    pools: &[String],
) -> String {
    let draw = |pool: &String| v1::CapacityDraw { pool: pool.clone(), quantity_per_unit: 1, ..Default::default() };
    let resource = v1::Resource {
        organization: organization.to_owned(),
        title: text(category),
        content: "a thing".to_owned(),
        responsible_party: "the organization".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec![category.to_owned()],
        unit: unit.to_owned(),
        place: point(38.47, 106.27),
        areas: vec![v1::ServiceArea { everywhere: Some(v1::EverywhereArea {}), ..Default::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        draws: pools.iter().map(draw).collect(),
        ..v1::Resource::default()
    };
    let request = v1::CreateResourceRequest { resource: Some(resource), ..Default::default() };
    let made = catalog.create_resource(keyed(OPERATOR, request, None)).await.expect("a resource is made");
    made.into_inner().resource.expect("it is answered").name
}

/// A need, most of them for things, some of them wishes.
#[must_use]
pub fn need(random: &mut Random) -> v1::Need {
    let weekly = random.percent(25);
    let (category, unit) = if weekly { (VISIT, "visit") } else { (THING, "piece") };
    let pieces = 1 + i64::try_from(random.below(3)).unwrap_or_default();
    let weeks = v1::Recurrence {
        every: v1::RecurrencePeriod::Week.into(),
        occurrences: 1 + i32::try_from(random.below(3)).unwrap_or_default(),
    };
    let item = v1::NeedItem {
        category: category.to_owned(),
        quantity: quantity(if weekly { 1 } else { pieces }, unit),
        recurrence: weekly.then_some(weeks),
        splittable: !weekly && random.percent(70),
        ..v1::NeedItem::default()
    };
    let wish = v1::Wish {
        title: "a wish".to_owned(),
        consent_time: Some(prost_types::Timestamp { seconds: CONSENTED, nanos: 0 }),
        consent_given_by: "mother".to_owned(),
        ..v1::Wish::default()
    };
    v1::Need {
        items: vec![item],
        // Whoever is asked automatically has an hour to answer an emergency, and two days otherwise.
        urgency: if random.percent(60) { v1::Urgency::Emergency } else { v1::Urgency::Normal }.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        place: point(38.40, 106.20),
        wish: random.percent(50).then_some(wish),
        ..v1::Need::default()
    }
}
