//! Categories and divisions in tables: the two trees of data.

use jiff::Timestamp;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{ExternalId, Version};
use wishwell_domain::text::LocalizedText;

use super::record::{Key, Part, Record, Reference, point_values, read_point};
use super::session::Fields;
use super::statement::Value;
use crate::error::StoreError;

/// What a record that is known by its code has in common; it carries no times.
macro_rules! code_identity {
    ($entity:ident, $kind:literal, $collection:literal) => {
        const KIND: &'static str = $kind;
        const KEY: &'static str = "code";

        fn key(&self) -> Key {
            Key::Code(self.code.as_str().to_owned())
        }
        fn name(&self) -> String {
            format!(concat!($collection, "/{}"), self.code)
        }
        fn external(&self) -> Option<&ExternalId> {
            None
        }
        fn version(&self) -> Version {
            self.version
        }
        fn from_change(change: &Change) -> Option<&Self> {
            if let Change::$entity(entity) = change { Some(entity) } else { None }
        }
        fn into_change(self) -> Change {
            Change::$entity(self)
        }
        fn found(&mut self, _now: Timestamp) {
            self.version = Version(1);
        }
        fn succeed(&mut self, known: &Self, _now: Timestamp) {
            self.version = Version(known.version.0 + 1);
        }
    };
}

impl Record for Category {
    code_identity!(Category, "category", "categories");

    const TABLE: &'static str = "categories";
    const COLUMNS: &'static [&'static str] =
        &["code", "parent_code", "name_zh", "name_en", "default_unit", "source", "version"];
    const PARTS: &'static [Part] =
        &[Part { table: "category_synonyms", owner: "category_code", columns: &["ordinal", "synonym"] }];

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        Ok(vec![
            Value::text(self.code.as_str()),
            Value::opt_text(self.parent.as_ref().map(|parent| parent.as_str())),
            Value::text(&self.name.zh),
            Value::text(&self.name.en),
            Value::opt_text(self.default_unit.map(|unit| unit.code())),
            Value::opt_text(self.source.as_deref()),
            Value::Int(Some(self.version.0)),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            code: fields.parse()?,
            parent: fields.opt_parse()?,
            name: LocalizedText { zh: fields.text()?, en: fields.text()? },
            synonyms: Vec::new(),
            default_unit: fields.opt_word()?,
            source: fields.opt_text()?,
            version: Version(fields.int()?),
        })
    }

    fn part_rows(&self, _part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        Ok((1..)
            .zip(&self.synonyms)
            .map(|(ordinal, synonym)| vec![Value::Int(Some(ordinal)), Value::text(synonym)])
            .collect())
    }

    fn read_part(&mut self, _part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let _ordinal = fields.int()?;
        self.synonyms.push(fields.text()?);
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        self.parent.iter().map(|parent| Reference::code("parent", "categories", parent.as_str())).collect()
    }
}

impl Record for Division {
    code_identity!(Division, "division", "divisions");

    const TABLE: &'static str = "divisions";
    const COLUMNS: &'static [&'static str] = &[
        "code",
        "edition_year",
        "parent_code",
        "name_zh",
        "name_en",
        "centre_latitude_e7",
        "centre_longitude_e7",
        "version",
    ];

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [latitude, longitude] = point_values(self.centre);
        Ok(vec![
            Value::text(self.code.as_str()),
            Value::Int(Some(i64::from(self.edition_year))),
            Value::opt_text(self.parent.as_ref().map(|parent| parent.as_str())),
            Value::text(&self.name.zh),
            Value::text(&self.name.en),
            latitude,
            longitude,
            Value::Int(Some(self.version.0)),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            code: fields.parse()?,
            edition_year: fields.number()?,
            parent: fields.opt_parse()?,
            name: LocalizedText { zh: fields.text()?, en: fields.text()? },
            centre: read_point(fields)?,
            version: Version(fields.int()?),
        })
    }

    fn references(&self) -> Vec<Reference> {
        self.parent.iter().map(|parent| Reference::code("parent", "divisions", parent.as_str())).collect()
    }
}
