//! Pictures of needs and resources to plan rounds upon.

use std::collections::HashMap;

use clap::ValueEnum;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodLength, PoolKind};
use wishwell_domain::fact::Facts;
use wishwell_domain::geo::{Datum, Point};
use wishwell_domain::ids::{CapacityPoolId, LogPosition, NeedId, Version};
use wishwell_domain::need::{Mobility, Recurrence, Urgency};
use wishwell_domain::resource::{DeliveryMode, Draw, ResourceLifecycle};
use wishwell_engine::synthetic::Synthetic;
use wishwell_engine::{Snapshot, SnapshotBuilder};
use wishwell_instances::synthetic::{Spot, Synthetic as Province, Variant, World as Made};

/// Where rounds are planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum World {
    /// Twelve towns and 30 categories, one pool each resource, 70% of what is asked: the problems that solvers are compared on.
    Towns,
    /// The engine's made-up catalogue with all kinds of pools, areas, hours and rules. A resource with periods is a pair in each of
    /// several of them.
    Catalogue,
}

impl World {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Towns => "twelve towns, 30 categories, one pool each resource, 70% of what is asked",
            Self::Catalogue => "the engine's made-up catalogue",
        }
    }
}

/// What the needs of the made-up catalogue ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Asks {
    /// One unit, once, of resources that draw on one pool each: a flow.
    Flow,
    /// One unit, once; resources that draw on two pools need whole numbers.
    Unit,
    /// One unit; every second one recurs, in each of three weeks or on each of five days, by one resource throughout.
    Recurring,
    /// Up to three units that may be split.
    Split,
    /// Up to three units that mostly may not.
    Whole,
}

impl Asks {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Flow => "one unit, once, of resources that draw on one pool each",
            Self::Unit => "one unit, once; resources that draw on two pools need whole numbers",
            Self::Recurring => {
                "one unit, every second one in each of three weeks or on each of five days by one resource throughout: whole numbers"
            }
            Self::Split => "up to three units that may be split; resources that draw on two pools need whole numbers",
            Self::Whole => "up to three units that mostly may not be split: whole numbers throughout",
        }
    }
}

/// A picture with the facts of its needs.
pub(super) type Picture = (Snapshot, HashMap<NeedId, Facts>);

/// The picture of a world with so many needs; of a hundred resources of the towns so many have nothing left.
pub(super) fn picture(made: &Synthetic, needs: usize, used_up: usize, world: World, asks: Asks) -> Picture {
    let mut builder = SnapshotBuilder::new();
    made.categories().iter().for_each(|category| builder.category(category));
    made.divisions().iter().for_each(|division| builder.division(division));
    let mut facts = HashMap::new();
    match world {
        World::Towns => towns(made, needs, used_up, &mut builder),
        World::Catalogue => catalogue(made, needs, asks, &mut builder, &mut facts),
    }
    (builder.build(LogPosition(1)), facts)
}

fn catalogue(
    made: &Synthetic,
    needs: usize,
    asks: Asks,
    builder: &mut SnapshotBuilder,
    facts: &mut HashMap<NeedId, Facts>,
) {
    (0..made.organization_count()).for_each(|at| builder.organization(&made.organization(at)));
    (0..made.resources).filter_map(|at| made.pool(at)).for_each(|pool| builder.pool(&pool));
    for at in 0..made.resources {
        let mut resource = made.resource(at);
        if asks == Asks::Flow {
            resource.draws.truncate(1);
        }
        builder.resource(&resource);
    }
    for at in 0..needs {
        let need = made.need(at);
        let mut entity = need.entity(made.seed, at);
        for item in &mut entity.items {
            match asks {
                Asks::Flow => (item.quantity, item.recurrence) = (1, None),
                Asks::Unit => item.quantity = 1,
                Asks::Recurring => (item.quantity, item.recurrence) = (1, recurrence(at)),
                Asks::Split => item.splittable = true,
                Asks::Whole => {}
            }
        }
        facts.insert(entity.id, need.facts);
        builder.need(&entity);
    }
}

/// Of four needs one asks for three weeks, one for five days.
fn recurrence(at: usize) -> Option<Recurrence> {
    match at % 4 {
        0 => Some(Recurrence { every: PeriodLength::Week, occurrences: 3 }),
        2 => Some(Recurrence { every: PeriodLength::Day, occurrences: 5 }),
        _ => None,
    }
}

/// Entities of the made-up catalogue, put where the province has its needs and resources, with nothing that tells them apart but
/// category, place and capacity.
fn towns(made: &Synthetic, needs: usize, used_up: usize, builder: &mut SnapshotBuilder) {
    let count = |count: usize| u32::try_from(count).expect("limits of a problem are below");
    let province = Province::new(made.seed, count(needs), count(made.resources), Variant::Nearest).world();
    let Made { needs, spots, categories, pools } = province;
    let verified = |organization: &mut wishwell_domain::organization::Organization| {
        organization.state = wishwell_domain::organization::OrganizationState::Verified;
    };
    for at in 0..made.organization_count() {
        let mut organization = made.organization(at);
        verified(&mut organization);
        builder.organization(&organization);
    }
    let model = (0..).find_map(|at| made.pool(at)).expect("most resources have a pool");
    for (at, ((spot, category), pool)) in spots.iter().zip(&categories).zip(&pools).enumerate() {
        let left = || pool.segments.iter().map(|segment| segment.units).sum::<u64>();
        let units = if at % 100 < used_up { 0 } else { left() };
        let mut resource = made.resource(at);
        // A pool for each resource, with an id that follows from the resource's.
        let id = CapacityPoolId::from_uuid(resource.id.as_uuid());
        builder.pool(&CapacityPool {
            id,
            organization: resource.organization,
            kind: PoolKind::Stock,
            currency: None,
            period: None,
            figures: Figures { total: i64::try_from(units).ok(), ..Figures::default() },
            periods: Vec::new(),
            version: Version(1),
            ..model.clone()
        });
        resource.categories = vec![made.category_code(usize::from(*category)).clone()];
        (resource.unit, resource.schedule, resource.eligibility) = (None, None, None);
        (resource.valid_from, resource.valid_until) = (None, None);
        (resource.place, resource.division) = (Some(on_the_map(*spot)), None);
        (resource.areas, resource.modes) = (vec![ServiceArea::Everywhere], vec![DeliveryMode::Delivery]);
        resource.draws = vec![Draw { pool: id, quantity_per_unit: 1 }];
        resource.lifecycle = ResourceLifecycle::Active;
        builder.resource(&resource);
    }
    for (at, need) in needs.iter().enumerate() {
        let mut entity = made.need(at).entity(made.seed, at);
        entity.urgency = Urgency::ALL[usize::from(need.item.tier)];
        // Nobody has aged.
        entity.created_at = made.now;
        (entity.place, entity.group_tags, entity.involves_minors) = (Some(on_the_map(need.spot)), Vec::new(), false);
        entity.mobility = Mobility { max_travel_metres: None, home_visit: true, delivery: true, remote: true };
        for item in &mut entity.items {
            item.category = made.category_code(usize::from(need.accepts[0])).clone();
            item.quantity = i64::try_from(need.item.quantity).expect("quantities are at most eight");
            (item.recurrence, item.splittable) = (None, true);
        }
        builder.need(&entity);
    }
}

/// A place of the province on the map: 240 km from about 36 degrees north and 104 east.
fn on_the_map(spot: Spot) -> Point {
    const METRES_A_DEGREE: f64 = 111_195.0;
    let (east, north) = (spot.x as f64 / METRES_A_DEGREE, spot.y as f64 / METRES_A_DEGREE);
    let middle = 37.1_f64.to_radians().cos();
    Point::from_degrees("place", 36.0 + north, 104.0 + east / middle, Datum::Wgs84).expect("the province is on the map")
}
