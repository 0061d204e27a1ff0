//! Resources.

use std::fmt::Arguments;

use jiff::Timestamp;
use uuid::Uuid;

use wishwell_api::v1;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::geo::{Disclosure, Point};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, ResourceId, Version};
use wishwell_domain::resource::{DeliveryMode, Draw, Eligibility, Resource, ResourceLifecycle};
use wishwell_domain::unit::Unit;
use wishwell_domain::{Violation, Violations};

use super::common;

pub(crate) fn mode(value: i32) -> Option<DeliveryMode> {
    match v1::DeliveryMode::try_from(value) {
        Ok(v1::DeliveryMode::OnSite) => Some(DeliveryMode::OnSite),
        Ok(v1::DeliveryMode::HomeVisit) => Some(DeliveryMode::HomeVisit),
        Ok(v1::DeliveryMode::Delivery) => Some(DeliveryMode::Delivery),
        Ok(v1::DeliveryMode::Remote) => Some(DeliveryMode::Remote),
        _ => None,
    }
}

pub(crate) const fn mode_out(mode: DeliveryMode) -> v1::DeliveryMode {
    match mode {
        DeliveryMode::OnSite => v1::DeliveryMode::OnSite,
        DeliveryMode::HomeVisit => v1::DeliveryMode::HomeVisit,
        DeliveryMode::Delivery => v1::DeliveryMode::Delivery,
        DeliveryMode::Remote => v1::DeliveryMode::Remote,
    }
}

pub(crate) fn lifecycle(value: i32) -> Option<ResourceLifecycle> {
    match v1::ResourceLifecycle::try_from(value) {
        Ok(v1::ResourceLifecycle::Active) => Some(ResourceLifecycle::Active),
        Ok(v1::ResourceLifecycle::Paused) => Some(ResourceLifecycle::Paused),
        _ => None,
    }
}

/// What a resource refers to, already looked up: ids by the position of the reference in the message.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResolvedReferences {
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) pools: Vec<Option<CapacityPoolId>>,
}

fn area(field: Arguments<'_>, area: v1::ServiceArea, violations: &mut Violations) -> Option<ServiceArea> {
    if !area.division.is_empty() {
        let field = format!("{field}.division");
        return common::division(&field, &area.division, violations).map(ServiceArea::Division);
    }
    if let Some(radius) = area.radius {
        let field = format!("{field}.radius.metres");
        return violations
            .take(u32::try_from(radius.metres).map_err(|_| {
                Violation::new(field, "radius.positive", "must be at least 1 metre").with_value(radius.metres)
            }))
            .map(ServiceArea::RadiusMetres);
    }
    if let Some(polygon) = area.polygon {
        return vertices(format_args!("{field}.polygon.vertices"), polygon, violations).map(ServiceArea::Polygon);
    }
    Some(ServiceArea::Everywhere)
}

/// Reads the corners of a polygon. Some that are in another datum than the first lie half a kilometre beside the shape that was meant:
/// whoever mixed them has taken one map's numbers for another's.
fn vertices(field: Arguments<'_>, polygon: v1::Polygon, violations: &mut Violations) -> Option<Vec<Point>> {
    let count = polygon.vertices.len();
    let named = |vertex: &v1::GeoPoint| Some(vertex.datum()).filter(|datum| *datum != v1::Datum::Unspecified);
    let first = polygon.vertices.iter().find_map(named);
    let read = polygon.vertices.into_iter().enumerate().filter_map(|(index, vertex)| {
        let field = format!("{field}[{index}]");
        if let (Some(first), Some(datum)) = (first, named(&vertex))
            && datum != first
        {
            let message = format!("must be {}, as that of the corners before", first.as_str_name());
            let violation = Violation::new(format!("{field}.datum"), "polygon.datum", message);
            violations.add(violation.with_value(datum.as_str_name()));
            return None;
        }
        common::point(&field, Some(vertex), Disclosure::Shown, violations)
    });
    let read: Vec<Point> = read.collect();
    // With a vertex missing, further findings about the shape would only mislead.
    (read.len() == count).then_some(read)
}

fn area_out(area: &ServiceArea) -> v1::ServiceArea {
    let mut message = v1::ServiceArea::default();
    match area {
        ServiceArea::Division(code) => message.division = code.to_string(),
        ServiceArea::RadiusMetres(metres) => {
            message.radius = Some(v1::RadiusArea { metres: i32::try_from(*metres).unwrap_or(i32::MAX) });
        }
        ServiceArea::Polygon(vertices) => {
            let vertices = vertices.iter().filter_map(|vertex| common::point_out(Some(*vertex))).collect();
            message.polygon = Some(v1::Polygon { vertices });
        }
        ServiceArea::Everywhere => message.everywhere = Some(v1::EverywhereArea {}),
    }
    message
}

/// Reads a resource. As long as there are violations it is good for further checks, and for nothing else: whose it is may be unknown,
/// and entries of lists that could not be read are missing.
pub(crate) fn resource(
    field: &str,
    id: ResourceId,
    references: &ResolvedReferences,
    message: v1::Resource,
    violations: &mut Violations,
) -> Resource {
    let place = common::point(&format!("{field}.place"), message.place, Disclosure::Shown, violations);
    let areas = common::readable(format_args!("{field}.areas"), message.areas, violations, area);
    let categories = common::categories(format_args!("{field}.categories"), &message.categories, violations);
    let unit = (!message.unit.is_empty())
        .then(|| violations.take(Unit::parse(&format!("{field}.unit"), &message.unit)))
        .flatten();
    let draws = message.draws.iter().zip(&references.pools);
    let draws = common::readable(format_args!("{field}.draws"), draws, violations, |_, (draw, pool), _| {
        pool.map(|pool| Draw { pool, quantity_per_unit: draw.quantity_per_unit })
    });
    let modes =
        common::readable(format_args!("{field}.modes"), message.modes, violations, |path, value, violations| {
            violations.take(mode(value).ok_or_else(|| common::undefined(path, value)))
        });
    let resource = Resource {
        id,
        external: common::external(message.external),
        organization: references.organization.unwrap_or_else(|| OrganizationId::from_uuid(Uuid::nil())),
        title: common::text(message.title),
        content: message.content,
        responsible_party: message.responsible_party,
        service_standard: message.service_standard,
        division: common::division(&format!("{field}.division"), &message.division, violations),
        schedule: common::schedule(&format!("{field}.schedule"), message.schedule, violations),
        eligibility: message.eligibility.map(|eligibility| Eligibility {
            expression: eligibility.expression,
            statement: common::text(eligibility.statement),
        }),
        valid_from: common::date(&format!("{field}.valid_from"), &message.valid_from, violations),
        valid_until: common::date(&format!("{field}.valid_until"), &message.valid_until, violations),
        modes,
        lifecycle: lifecycle(message.lifecycle).unwrap_or(ResourceLifecycle::Active),
        categories,
        unit,
        place,
        areas,
        draws,
        version: Version::default(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    resource.check(field, violations);
    resource
}

pub(crate) fn resource_out(resource: &Resource) -> v1::Resource {
    v1::Resource {
        name: resource.id.name(),
        external: common::external_out(resource.external.as_ref()),
        organization: resource.organization.name(),
        organization_external: None,
        title: Some(common::text_out(&resource.title)),
        content: resource.content.clone(),
        responsible_party: resource.responsible_party.clone(),
        service_standard: resource.service_standard.clone(),
        categories: resource.categories.iter().map(ToString::to_string).collect(),
        unit: resource.unit.map(|unit| unit.code().to_owned()).unwrap_or_default(),
        place: common::point_out(resource.place),
        division: common::code_out(resource.division.as_ref()),
        areas: resource.areas.iter().map(area_out).collect(),
        modes: resource.modes.iter().map(|mode| mode_out(*mode).into()).collect(),
        schedule: common::schedule_out(resource.schedule.as_ref()),
        eligibility: resource.eligibility.as_ref().map(|eligibility| v1::Eligibility {
            expression: eligibility.expression.clone(),
            statement: Some(common::text_out(&eligibility.statement)),
        }),
        draws: resource
            .draws
            .iter()
            .map(|draw| v1::CapacityDraw {
                pool: draw.pool.name(),
                pool_external: None,
                quantity_per_unit: draw.quantity_per_unit,
            })
            .collect(),
        lifecycle: match resource.lifecycle {
            ResourceLifecycle::Active => v1::ResourceLifecycle::Active,
            ResourceLifecycle::Paused => v1::ResourceLifecycle::Paused,
        }
        .into(),
        valid_from: common::date_out(resource.valid_from),
        valid_until: common::date_out(resource.valid_until),
        etag: common::etag_out(resource.version),
        create_time: Some(common::timestamp_out(resource.created_at)),
        update_time: Some(common::timestamp_out(resource.updated_at)),
    }
}
