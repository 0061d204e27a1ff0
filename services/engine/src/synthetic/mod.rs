//! A made-up catalogue of any size, for benchmarks and tests: the same seed gives the same entities, each by its number alone.
//!
//! A province of 5 prefectures, 25 counties and 200 townships; resources gather around township centres, in 30 categories. All area
//! kinds, all pool kinds, schedules on four fifths, eligibility on a third (50 distinct rules), a third of the pools used up, an
//! organization for each ten resources. Nothing in it is anybody's real data.

mod needs;
mod random;
mod resources;

use jiff::Timestamp;
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CategoryCode, DivisionCode, Version};
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::Resource;
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::{UNITS, Unit};

use crate::snapshot::CatalogInput;
pub use needs::SyntheticNeed;
use random::{Random, Stream};

/// Categories that resources are in; above each six stands a group, above all the root.
pub const CATEGORIES: usize = 30;
/// Resources for each organization.
pub const RESOURCES_PER_ORGANIZATION: usize = 10;

const PREFECTURES: usize = 5;
const COUNTIES_EACH: usize = 5;
const TOWNSHIPS_EACH: usize = 8;
const GROUP_CATEGORIES: usize = 6;

/// Makes up entities.
#[derive(Debug, Clone)]
pub struct Synthetic {
    /// The same seed makes the same entities.
    pub seed: u64,
    /// How many resources.
    pub resources: usize,
    /// The present, in which a third of the pools is used up.
    pub now: Timestamp,
    townships: Vec<(DivisionCode, Point)>,
    codes: Vec<CategoryCode>,
    units: Vec<Unit>,
}

impl Synthetic {
    /// A catalogue of so many resources. The present is 2026-11-23T02:00:00Z, a Monday morning in Yinchuan.
    #[must_use]
    pub fn new(seed: u64, resources: usize) -> Self {
        let now = Timestamp::from_second(1_795_399_200).unwrap_or(Timestamp::UNIX_EPOCH);
        let units = UNITS.iter().filter_map(|unit| Unit::parse("unit", unit.0).ok()).collect();
        let mut made = Self { seed, resources, now, townships: Vec::new(), codes: Vec::new(), units };
        made.codes = (0..CATEGORIES).filter_map(|at| CategoryCode::parse("code", &format!("leaf-{at}")).ok()).collect();
        made.townships = made
            .divisions()
            .into_iter()
            .filter(|division| division.code.as_str().len() == 9)
            .filter_map(|division| Some((division.code, division.centre?)))
            .collect();
        made
    }

    /// The whole catalogue in memory.
    #[must_use]
    pub fn catalog(&self) -> CatalogInput {
        CatalogInput {
            categories: self.categories(),
            divisions: self.divisions(),
            organizations: (0..self.organization_count()).map(|at| self.organization(at)).collect(),
            pools: (0..self.resources).filter_map(|at| self.pool(at)).collect(),
            resources: (0..self.resources).map(|at| self.resource(at)).collect(),
            needs: Vec::new(),
        }
    }

    /// Number of organizations.
    #[must_use]
    pub const fn organization_count(&self) -> usize {
        self.resources.div_ceil(RESOURCES_PER_ORGANIZATION)
    }

    /// All categories: a root, five groups, thirty leaves.
    #[must_use]
    pub fn categories(&self) -> Vec<Category> {
        let category = |code: String, parent: Option<String>, unit: Option<Unit>| {
            Some(Category {
                name: LocalizedText::new(format!("类别 {code}"), format!("Category {code}")),
                code: CategoryCode::parse("code", &code).ok()?,
                parent: parent.and_then(|parent| CategoryCode::parse("parent", &parent).ok()),
                synonyms: Vec::new(),
                default_unit: unit,
                source: None,
                version: Version(1),
            })
        };
        let root = category("root".into(), None, None);
        let groups =
            (0..CATEGORIES / GROUP_CATEGORIES).map(|at| category(format!("group-{at}"), Some("root".into()), None));
        let leaf = |at| {
            category(format!("leaf-{at}"), Some(format!("group-{}", at / GROUP_CATEGORIES)), Some(self.unit_of(at)))
        };
        std::iter::once(root).chain(groups).chain((0..CATEGORIES).map(leaf)).flatten().collect()
    }

    /// The code of a leaf category.
    #[must_use]
    pub fn category_code(&self, at: usize) -> &CategoryCode {
        &self.codes[at % self.codes.len()]
    }

    fn unit_of(&self, category: usize) -> Unit {
        self.units[category % self.units.len()]
    }

    /// All divisions, parents first.
    #[must_use]
    pub fn divisions(&self) -> Vec<Division> {
        let mut divisions = Vec::new();
        let mut put = |code: String, parent: Option<&str>, centre: Option<Point>| {
            let Ok(parsed) = DivisionCode::parse("code", &code) else { return };
            divisions.push(Division {
                name: LocalizedText::new(format!("区划 {code}"), format!("Division {code}")),
                code: parsed,
                edition_year: 2024,
                parent: parent.and_then(|parent| DivisionCode::parse("parent", parent).ok()),
                centre,
                version: Version(1),
            });
        };
        put("64".into(), None, None);
        for prefecture in 1..=PREFECTURES {
            let prefecture_code = format!("64{prefecture:02}");
            let mut random = Random::new(self.seed, Stream::Division, prefecture);
            let (latitude, longitude) = (35.6 + 3.4 * random.fraction(), 104.6 + 2.6 * random.fraction());
            put(prefecture_code.clone(), Some("64"), random::point(latitude, longitude));
            for county in 1..=COUNTIES_EACH {
                let county_code = format!("{prefecture_code}{county:02}");
                let (latitude, longitude) = (latitude + 0.3 * random.signed(), longitude + 0.4 * random.signed());
                put(county_code.clone(), Some(&prefecture_code), random::point(latitude, longitude));
                for township in 1..=TOWNSHIPS_EACH {
                    let centre = random::point(latitude + 0.08 * random.signed(), longitude + 0.1 * random.signed());
                    put(format!("{county_code}{township:03}"), Some(&county_code), centre);
                }
            }
        }
        divisions
    }

    /// A township and a place in it: towns are dense in the middle.
    fn place(&self, random: &mut Random) -> (&DivisionCode, Point) {
        let (code, centre) = &self.townships[random.below(self.townships.len())];
        let spread = |random: &mut Random| (random.signed() + random.signed()) * random.fraction() * 0.06;
        let (latitude, longitude) = centre.degrees();
        let place = random::point(latitude + spread(random), longitude + spread(random) * 1.25);
        (code, place.unwrap_or(*centre))
    }

    /// The organization with a number below [`Self::organization_count`].
    #[must_use]
    pub fn organization(&self, at: usize) -> Organization {
        resources::organization(self, at)
    }

    /// The pool with a number below the count of resources; some numbers have none.
    #[must_use]
    pub fn pool(&self, at: usize) -> Option<CapacityPool> {
        resources::pool(self, at)
    }

    /// The resource with a number below the count of resources.
    #[must_use]
    pub fn resource(&self, at: usize) -> Resource {
        resources::resource(self, at)
    }

    /// A need to ask with.
    #[must_use]
    pub fn need(&self, at: usize) -> SyntheticNeed {
        needs::need(self, at)
    }
}
