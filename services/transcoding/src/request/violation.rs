//! What is wrong with a request: all of it at once.

use std::fmt;

use prost_reflect::FieldDescriptor;

/// Most violations told in one answer.
pub const VIOLATIONS_MAX: usize = 100;
/// Longest value or name shown in a violation, in characters.
pub const VIOLATION_VALUE_CHARS_MAX: usize = 80;

/// The rule that a part of a request breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The body is not JSON, or not UTF-8.
    Syntax,
    /// Nested deeper than [`super::JSON_DEPTH_MAX`].
    Depth,
    /// The body is not empty although the route takes none.
    NoBody,
    /// The message has no such field.
    UnknownField,
    /// The route has no such query parameter.
    UnknownParameter,
    /// There are more query parameters than [`super::QUERY_PARAMETERS_MAX`].
    Parameters,
    /// A query parameter is not percent-encoded UTF-8.
    Encoding,
    /// The field is given twice.
    Duplicate,
    /// The field is in the path already, with another value.
    PathBound,
    /// Another member of the same choice is given.
    Oneof,
    /// The value has another type than the field.
    Type,
    /// The value does not fit into the field's type.
    Range,
    /// The enum has no such value.
    UnknownValue,
    /// The text is not of the form that the field's type has.
    Format,
}

impl Rule {
    /// Its name, such as `json.unknown_field`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "json.syntax",
            Self::Depth => "json.depth",
            Self::NoBody => "http.no_body",
            Self::UnknownField => "json.unknown_field",
            Self::UnknownParameter => "query.unknown_parameter",
            Self::Parameters => "query.parameters",
            Self::Encoding => "query.encoding",
            Self::Duplicate => "json.duplicate",
            Self::PathBound => "http.path_bound",
            Self::Oneof => "json.oneof",
            Self::Type => "json.type",
            Self::Range => "json.range",
            Self::UnknownValue => "json.unknown_value",
            Self::Format => "json.format",
        }
    }

    /// Whether what was sent is no message at all, so that no field is to blame.
    #[must_use]
    pub fn is_malformed(self) -> bool {
        matches!(self, Self::Syntax | Self::Depth)
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field from the request as the contract spells it, such as `need.items[2].quantity.unit`; the given name where
    /// it is unknown; empty for the request as a whole.
    pub field: String,
    /// The rule.
    pub rule: Rule,
    /// What the rule asks for, in words.
    pub message: String,
    /// The value as text, shortened; absent when the field is marked sensitive or unknown or takes an object or a list, whose fields may
    /// be sensitive, or when the value has no short text.
    pub value: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        match &self.value {
            Some(value) => write!(f, " (got {value:?})"),
            None => Ok(()),
        }
    }
}

/// All that is wrong with a request, in the order in which it was read; at least one, at most [`VIOLATIONS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations(pub(super) Vec<Violation>);

impl Violations {
    /// The violations.
    #[must_use]
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }

    /// Whether what was sent is no message at all.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.0.iter().any(|violation| violation.rule.is_malformed())
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} field violation(s), first: ", self.0.len())?;
        self.0.first().map_or(Ok(()), |first| write!(f, "{first}"))
    }
}

impl std::error::Error for Violations {}

/// Where in a request something stands. It is spelt out only when something is wrong there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'p> {
    /// The request as a whole.
    Request,
    /// A path of fields from the request on.
    Path(&'p [FieldDescriptor]),
    /// A field of the message that stands there.
    Field(&'p Place<'p>, &'p FieldDescriptor),
    /// An entry of the list that stands there.
    Entry(&'p Place<'p>, usize),
    /// An entry of the map that stands there.
    Key(&'p Place<'p>, &'p str),
    /// Something that the message there does not have; what it holds may be anything and is never shown.
    Unknown(&'p Place<'p>, &'p str),
}

impl Place<'_> {
    /// As the contract spells it, such as `need.items[2].quantity.unit`.
    fn path(&self) -> String {
        let join =
            |before: String, name: &str| if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
        match self {
            Self::Request => String::new(),
            Self::Path(fields) => fields.iter().map(FieldDescriptor::name).collect::<Vec<_>>().join("."),
            Self::Field(place, field) => join(place.path(), field.name()),
            Self::Entry(place, at) => format!("{}[{at}]", place.path()),
            Self::Key(place, _) if place.is_sensitive() => format!("{}[\"…\"]", place.path()),
            Self::Key(place, key) => format!("{}[{:?}]", place.path(), shorten(key)),
            Self::Unknown(place, name) => join(place.path(), &shorten(name)),
        }
    }

    /// Whether a value that stands here is not to be shown.
    fn is_sensitive(&self) -> bool {
        match self {
            Self::Request => false,
            Self::Path(fields) => fields.iter().any(is_sensitive),
            Self::Field(place, field) => is_sensitive(field) || place.is_sensitive(),
            Self::Entry(place, _) | Self::Key(place, _) => place.is_sensitive(),
            Self::Unknown(..) => true,
        }
    }
}

/// Collects violations up to the bound.
#[derive(Debug, Default)]
pub(super) struct Collector(Vec<Violation>);

impl Collector {
    /// Adds one without a value.
    pub(super) fn add(&mut self, place: &Place<'_>, rule: Rule, message: impl Into<String>) {
        self.push(place, rule, message.into(), None);
    }

    /// Adds one with the value, unless it is sensitive.
    pub(super) fn add_value(
        &mut self,
        place: &Place<'_>,
        rule: Rule,
        message: impl Into<String>,
        value: Option<String>,
    ) {
        let value = if place.is_sensitive() { None } else { value.map(|value| shorten(&value)) };
        self.push(place, rule, message.into(), value);
    }

    fn push(&mut self, place: &Place<'_>, rule: Rule, message: String, value: Option<String>) {
        if !self.is_full() {
            self.0.push(Violation { field: place.path(), rule, message, value });
        }
    }

    /// Whether no more is told.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= VIOLATIONS_MAX
    }

    pub(super) fn into_result(self) -> Result<(), Violations> {
        if self.0.is_empty() { Ok(()) } else { Err(Violations(self.0)) }
    }
}

/// Whether the contract marks the field as one whose value is not to be shown.
fn is_sensitive(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").and_then(|value| value.as_bool()).unwrap_or(false)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(VIOLATION_VALUE_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
