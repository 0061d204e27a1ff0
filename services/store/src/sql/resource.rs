//! Resources in tables, with their categories, areas and draws.

use jiff::Timestamp;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, ExternalId, OrganizationId, ResourceId, Version};
use wishwell_domain::resource::{Draw, Eligibility, Resource};
use wishwell_domain::text::LocalizedText;

use super::record::{
    Key, Part, Record, Reference, entity_identity, external_values, point_values, read_external, read_point,
};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::contract::ResourceFilter;
use crate::error::StoreError;

const CATEGORIES: usize = 0;
const AREAS: usize = 1;
const DRAWS: usize = 2;

impl Record for Resource {
    entity_identity!(Resource, "resource", Resource, Box);

    const TABLE: &'static str = "resources";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "external_id",
        "organization_id",
        "title_zh",
        "title_en",
        "unit",
        "latitude_e7",
        "longitude_e7",
        "division_code",
        "modes",
        "schedule",
        "eligibility_expression",
        "eligibility_zh",
        "eligibility_en",
        "lifecycle",
        "valid_from",
        "valid_until",
        "version",
        "created_at",
        "updated_at",
        "content",
        "responsible_party",
        "service_standard",
    ];
    const LEFT_OUT_OF_CATALOG: &'static [(&'static str, &'static str)] =
        &[("content", "''"), ("responsible_party", "''"), ("service_standard", "''")];
    const PARTS: &'static [Part] = &[
        Part { table: "resource_categories", owner: "resource_id", columns: &["ordinal", "category_code"] },
        Part {
            table: "resource_areas",
            owner: "resource_id",
            columns: &["ordinal", "kind", "division_code", "radius_metres", "polygon"],
        },
        Part {
            table: "resource_draws",
            owner: "resource_id",
            columns: &["ordinal", "capacity_pool_id", "quantity_per_unit"],
        },
    ];

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [source, external_id] = external_values(self.external.as_ref());
        let [latitude, longitude] = point_values(self.place);
        let eligibility = self.eligibility.as_ref();
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            source,
            external_id,
            Value::Uuid(Some(self.organization.as_uuid())),
            Value::text(&self.title.zh),
            Value::text(&self.title.en),
            Value::opt_text(self.unit.map(|unit| unit.code())),
            latitude,
            longitude,
            Value::opt_text(self.division.as_ref().map(|code| code.as_str())),
            Value::json(&self.modes)?,
            self.schedule.as_ref().map_or(Ok(Value::Json(None)), Value::json)?,
            Value::opt_text(eligibility.map(|eligibility| eligibility.expression.as_str())),
            Value::opt_text(eligibility.map(|eligibility| eligibility.statement.zh.as_str())),
            Value::opt_text(eligibility.map(|eligibility| eligibility.statement.en.as_str())),
            Value::word(self.lifecycle)?,
            Value::opt_date(self.valid_from),
            Value::opt_date(self.valid_until),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
            Value::text(&self.content),
            Value::text(&self.responsible_party),
            Value::text(&self.service_standard),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: ResourceId::from_uuid(fields.uuid()?),
            external: read_external(fields)?,
            organization: OrganizationId::from_uuid(fields.uuid()?),
            title: LocalizedText { zh: fields.text()?, en: fields.text()? },
            unit: fields.opt_word()?,
            place: read_point(fields)?,
            division: fields.opt_parse()?,
            modes: fields.json()?,
            schedule: fields.opt_json()?,
            eligibility: {
                let expression = fields.opt_text()?;
                let zh = fields.opt_text()?.unwrap_or_default();
                let en = fields.opt_text()?.unwrap_or_default();
                expression.map(|expression| Eligibility { expression, statement: LocalizedText { zh, en } })
            },
            lifecycle: fields.word()?,
            valid_from: fields.opt_date()?,
            valid_until: fields.opt_date()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
            content: fields.text()?,
            responsible_party: fields.text()?,
            service_standard: fields.text()?,
            categories: Vec::new(),
            areas: Vec::new(),
            draws: Vec::new(),
        })
    }

    fn part_rows(&self, part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        match part {
            CATEGORIES => Ok((1..)
                .zip(&self.categories)
                .map(|(ordinal, code)| vec![Value::Int(Some(ordinal)), Value::text(code.as_str())])
                .collect()),
            AREAS => (1..).zip(&self.areas).map(|(ordinal, area)| area_values(ordinal, area)).collect(),
            _ => Ok((1..)
                .zip(&self.draws)
                .map(|(ordinal, draw)| {
                    vec![
                        Value::Int(Some(ordinal)),
                        Value::Uuid(Some(draw.pool.as_uuid())),
                        Value::Int(Some(draw.quantity_per_unit)),
                    ]
                })
                .collect()),
        }
    }

    fn read_part(&mut self, part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let _ordinal = fields.int()?;
        match part {
            CATEGORIES => self.categories.push(fields.parse()?),
            AREAS => self.areas.push(read_area(fields)?),
            DRAWS => self
                .draws
                .push(Draw { pool: CapacityPoolId::from_uuid(fields.uuid()?), quantity_per_unit: fields.int()? }),
            _ => {}
        }
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        let mut references = vec![Reference::id("organization", "organizations", self.organization.as_uuid())];
        references.extend(self.categories.iter().map(|c| Reference::code("categories", "categories", c.as_str())));
        references.extend(self.division.iter().map(|d| Reference::code("division", "divisions", d.as_str())));
        references.extend(self.areas.iter().filter_map(|area| match area {
            ServiceArea::Division(code) => Some(Reference::code("areas.division", "divisions", code.as_str())),
            _ => None,
        }));
        references.extend(self.draws.iter().map(|d| Reference::id("draws.pool", "capacity_pools", d.pool.as_uuid())));
        references
    }
}

fn area_values(ordinal: i64, area: &ServiceArea) -> Result<Vec<Value>, StoreError> {
    let (kind, division, radius, polygon) = match area {
        ServiceArea::Division(code) => ("division", Some(code.as_str()), None, Value::Json(None)),
        ServiceArea::RadiusMetres(metres) => ("radius", None, Some(i64::from(*metres)), Value::Json(None)),
        ServiceArea::Polygon(vertices) => ("polygon", None, None, Value::json(vertices)?),
        ServiceArea::Everywhere => ("everywhere", None, None, Value::Json(None)),
    };
    Ok(vec![Value::Int(Some(ordinal)), Value::text(kind), Value::opt_text(division), Value::Int(radius), polygon])
}

fn read_area(fields: &mut Fields<'_>) -> Result<ServiceArea, StoreError> {
    let kind = fields.str()?;
    let division = fields.opt_parse()?;
    let radius = fields.opt_number()?;
    let polygon = fields.opt_json()?;
    match (kind, division, radius, polygon) {
        ("division", Some(code), _, _) => Ok(ServiceArea::Division(code)),
        ("radius", _, Some(metres), _) => Ok(ServiceArea::RadiusMetres(metres)),
        ("polygon", _, _, Some(vertices)) => Ok(ServiceArea::Polygon(vertices)),
        ("everywhere", ..) => Ok(ServiceArea::Everywhere),
        _ => Err(StoreError::Corrupt("a service area of no known kind".to_owned())),
    }
}

impl ResourceFilter {
    pub(crate) fn push(&self, statement: &mut Statement) -> Result<(), StoreError> {
        if let Some(external) = &self.external {
            statement.push(" AND ").push_external(external);
        }
        if let Some(organization) = self.organization {
            statement.push(" AND organization_id = ").bind(Value::Uuid(Some(organization.as_uuid())));
        }
        if !self.categories.is_empty() {
            statement
                .push(
                    " AND EXISTS (SELECT 1 FROM resource_categories AS part \
                     WHERE part.tenant = resources.tenant AND part.resource_id = resources.id AND ",
                )
                .push_in_texts("part.category_code", super::texts(&self.categories))
                .push(")");
        }
        if !self.divisions.is_empty() {
            statement.push(" AND ").push_in_texts("division_code", super::texts(&self.divisions));
        }
        if let Some(lifecycle) = self.lifecycle {
            statement.push(" AND lifecycle = ").bind(Value::word(lifecycle)?);
        }
        if let Some(source) = &self.source {
            statement.push(" AND source = ").bind(Value::text(source));
        }
        if let Some(part) = &self.title_contains {
            statement.push(" AND ").push_contains(["title_zh", "title_en"], part);
        }
        if let Some(pledged) = self.pledged {
            statement.push(if pledged { " AND EXISTS" } else { " AND NOT EXISTS" });
            statement.push(
                " (SELECT 1 FROM resource_draws AS part JOIN capacity_pools AS pool ON pool.tenant = part.tenant \
                 AND pool.id = part.capacity_pool_id WHERE part.tenant = resources.tenant \
                 AND part.resource_id = resources.id AND pool.pledged)",
            );
        }
        Ok(())
    }
}
