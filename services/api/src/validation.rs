//! Every rule of the contract, checked on a request before anything reads it.

mod pattern;
mod value;
mod words;

use crate::Request;

pub(crate) use pattern::Pattern;
pub(crate) use words::pattern_in_chinese;

/// Most violations told in one answer.
pub const VIOLATIONS_MAX: usize = 100;
/// Longest value shown in a violation, in characters.
pub const VIOLATION_VALUE_CHARS_MAX: usize = 80;

/// A field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path of the field from the request, such as `need.items[2].quantity.unit`; empty for a rule of the request as a whole.
    pub field: String,
    /// Identifier of the rule, such as `string.max_len`.
    pub rule: String,
    /// What the rule asks for, in words.
    pub message: String,
    /// The value as text, shortened; absent when the field is marked sensitive, not set, or has no short text.
    pub value: Option<String>,
}

/// Checks a request against all rules of the contract.
///
/// The entity of an update is checked only in the fields its mask names. What takes more than one field or a catalogue to
/// decide (a schedule that ends before it starts, a code nobody knows) is not checked here.
///
/// # Errors
/// All violations, in the order of the fields, at most [`VIOLATIONS_MAX`].
pub fn validate<M: Request>(request: &M) -> Result<(), Vec<FieldViolation>> {
    match request.validate() {
        Ok(()) => Ok(()),
        Err(error) => explain(request, &error.into_violations()),
    }
}

#[cold]
fn explain<M: Request>(request: &M, violations: &[prost_protovalidate::Violation]) -> Result<(), Vec<FieldViolation>> {
    let mask = request.masked();
    let values = value::Values::of(request);
    let told: Vec<FieldViolation> = violations
        .iter()
        .map(|violation| (violation.field_path(), violation))
        .filter(|(path, _)| mask.is_none_or(|mask| mask.reads(path)))
        .take(VIOLATIONS_MAX)
        .map(|(path, violation)| FieldViolation {
            value: values.get(&path),
            message: words::of(violation.rule_id(), violation.message()),
            rule: violation.rule_id().to_owned(),
            field: path,
        })
        .collect();
    if told.is_empty() { Ok(()) } else { Err(told) }
}
