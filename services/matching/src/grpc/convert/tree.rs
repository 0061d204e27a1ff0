//! Categories and divisions.

use std::fmt::Arguments;

use wishwell_api::v1;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::geo::Disclosure;
use wishwell_domain::ids::Version;
use wishwell_domain::unit::Unit;
use wishwell_domain::{Violation, Violations};

use super::common;

pub(crate) fn category(field: Arguments<'_>, message: v1::Category, violations: &mut Violations) -> Option<Category> {
    let code = common::category(&format!("{field}.code"), &message.code, violations);
    let parent = (!message.parent.is_empty())
        .then(|| common::category(&format!("{field}.parent"), &message.parent, violations))
        .flatten();
    let default_unit = (!message.default_unit.is_empty())
        .then(|| violations.take(Unit::parse(&format!("{field}.default_unit"), &message.default_unit)))
        .flatten();
    let category = Category {
        code: code?,
        parent,
        name: common::text(message.title),
        synonyms: message.synonyms,
        default_unit,
        source: (!message.source.is_empty()).then_some(message.source),
        version: Version::default(),
    };
    category.check(&field.to_string(), violations);
    Some(category)
}

pub(crate) fn category_out(category: &Category) -> v1::Category {
    v1::Category {
        name: format!("categories/{}", category.code),
        code: category.code.to_string(),
        parent: category.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
        title: Some(common::text_out(&category.name)),
        synonyms: category.synonyms.clone(),
        default_unit: category.default_unit.map(|unit| unit.code().to_owned()).unwrap_or_default(),
        source: category.source.clone().unwrap_or_default(),
    }
}

pub(crate) fn division(field: Arguments<'_>, message: v1::Division, violations: &mut Violations) -> Option<Division> {
    let code = common::division(&format!("{field}.code"), &message.code, violations);
    let parent = common::division(&format!("{field}.parent"), &message.parent, violations);
    let centre = common::point(&format!("{field}.centre"), message.centre, Disclosure::Shown, violations);
    let edition_year = violations.take(i16::try_from(message.edition).map_err(|_| {
        Violation::new(format!("{field}.edition"), "edition", "must be a year").with_value(message.edition)
    }));
    let division = Division {
        code: code?,
        // One that cannot be read is told of; what lies below the division finds it all the same.
        edition_year: edition_year.unwrap_or_default(),
        parent,
        name: common::text(message.title),
        centre,
        version: Version::default(),
    };
    division.check(&field.to_string(), violations);
    Some(division)
}

pub(crate) fn division_out(division: &Division) -> v1::Division {
    v1::Division {
        name: format!("divisions/{}", division.code),
        code: division.code.to_string(),
        edition: division.edition_year.into(),
        parent: common::code_out(division.parent.as_ref()),
        title: Some(common::text_out(&division.name)),
        centre: common::point_out(division.centre),
    }
}
