//! JSON objects with their rows in the report, which remember what was asked of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::clean::text::{self, Kind as TextKind};
use crate::json_input::{as_it_stands, plain, scalar};
use crate::json_text;
use crate::options::{TEXT_CHARS_MAX, TITLE_CHARS_MAX, URL_CHARS_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;

/// The records of one kind in a file.
pub(super) struct Records {
    file: String,
    table: usize,
    read: RefCell<Fields>,
}

#[derive(Default)]
struct Fields {
    /// Rows so far.
    count: u64,
    /// Fields with values, and in how many rows.
    given: BTreeMap<String, u64>,
    /// Fields that were asked for.
    asked: BTreeSet<&'static str>,
}

/// A JSON object with its row in the report.
#[derive(Clone, Copy)]
pub(super) struct Record<'v> {
    pub id: RowId,
    object: &'v Map<String, Value>,
    records: &'v Records,
}

impl Records {
    /// Opens an account for the records. `file` is what reports call it.
    pub(super) fn new(file: String, ledger: &mut Ledger) -> Self {
        Self { table: ledger.table(&file), file, read: RefCell::default() }
    }

    /// Brings values to records; what is no object is set aside. The field `apart` has records of its own.
    pub(super) fn read<'v>(&'v self, values: &'v [Value], apart: &str, ledger: &mut Ledger) -> Vec<Record<'v>> {
        let mut records = Vec::with_capacity(values.len());
        for value in values {
            let mut read = self.read.borrow_mut();
            read.count += 1;
            let id = ledger.row(self.table, read.count, &value.get("objectId").map(plain).unwrap_or_default());
            let Some(object) = value.as_object() else {
                ledger.set_aside(id, "", &as_it_stands(value), Rule::RowNotAnObject);
                continue;
            };
            for (field, value) in object.iter().filter(|(_, value)| has_value(value)) {
                let (mut text, mut name) = (scalar(value), field.clone());
                json_text::unmark(&mut name);
                *read.given.entry(name.clone()).or_insert(0) += 1;
                if field != apart
                    && let Some(before) = json_text::unmark(&mut text)
                {
                    ledger.repair(id, &name, &before, Rule::TextNotUtf8, &text);
                }
            }
            records.push(Record { id, object, records: self });
        }
        records
    }

    /// Tells the ledger which fields have values that nobody asked for.
    pub(super) fn close(&self, ledger: &mut Ledger) {
        let read = self.read.borrow();
        for (field, values) in read.given.iter().filter(|(field, _)| !read.asked.contains(field.as_str())) {
            ledger.not_carried(&self.file, field, *values);
        }
    }
}

/// Whether there is anything in a value.
pub(super) fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

impl<'v> Record<'v> {
    /// The value of a field; none for null.
    pub(super) fn get(&self, field: &'static str) -> Option<&'v Value> {
        self.records.read.borrow_mut().asked.insert(field);
        self.object.get(field).filter(|value| !value.is_null())
    }

    /// A field as text; empty when there is none, or when it is a list or an object.
    pub(super) fn plain(&self, field: &'static str) -> String {
        self.get(field).filter(|value| is_text(value)).map(plain).unwrap_or_default()
    }

    /// A field as cleaned text within the length that is taken; the ledger hears of every change.
    pub(super) fn text(&self, ledger: &mut Ledger, field: &'static str, kind: TextKind) -> String {
        if let Some(value) = self.get(field).filter(|value| !is_text(value)) {
            ledger.drop_value(self.id, field, &as_it_stands(value), Rule::TextNotText);
        }
        let (text, changes) = text::clean(&self.plain(field), kind);
        for change in changes {
            ledger.repair(self.id, field, &change.before, change.rule, &change.after);
        }
        let most = match kind {
            TextKind::Line => TITLE_CHARS_MAX,
            TextKind::Prose => TEXT_CHARS_MAX,
            // Half a web address leads nowhere.
            TextKind::Url if text.chars().count() > URL_CHARS_MAX => {
                ledger.drop_value(self.id, field, &text, Rule::TextTooLong);
                return String::new();
            }
            TextKind::Url => URL_CHARS_MAX,
        };
        match text::cut(&text, most) {
            None => text,
            Some(cut) => {
                ledger.repair(self.id, field, &text, Rule::TextTooLong, &cut);
                cut
            }
        }
    }
}

fn is_text(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}
