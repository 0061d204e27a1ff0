//! The rules of `buf.validate` and `google.api.field_behavior`, and what of them JSON Schema can say.

use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value};
use serde_json::{Map, json};

/// Numbers of `google.api.FieldBehavior`.
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;
const INPUT_ONLY: i32 = 4;

/// What the contract asks of one field.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// A `buf.validate.FieldRules`.
    rules: Option<DynamicMessage>,
    /// Callers must give it.
    pub(super) is_required: bool,
    /// Only the server gives it.
    pub(super) is_output: bool,
    /// Only callers give it.
    pub(super) is_input: bool,
}

impl Rules {
    pub(super) fn of(field: &FieldDescriptor) -> Self {
        let options = field.options();
        let extension = |name: &str| {
            let extension = field.parent_file().parent_pool().get_extension_by_name(name)?;
            options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
        };
        let behaviors = extension("google.api.field_behavior");
        let behaves = |number| {
            behaviors.as_ref().and_then(Value::as_list).is_some_and(|list| list.contains(&Value::EnumNumber(number)))
        };
        let rules = extension("buf.validate.field").and_then(|value| value.as_message().cloned());
        let ruled = rules.as_ref().and_then(|rules| member(rules, "required")).and_then(|value| value.as_bool());
        Self {
            is_required: behaves(REQUIRED) || ruled == Some(true),
            is_output: behaves(OUTPUT_ONLY),
            is_input: behaves(INPUT_ONLY),
            rules,
        }
    }

    /// The rules of the entries of a list.
    pub(super) fn items(&self) -> Self {
        let items = self.part("repeated").and_then(|rules| member(&rules, "items"));
        Self { rules: items.and_then(|value| value.as_message().cloned()), ..Self::default() }
    }

    /// The rules of one type, such as `string`.
    pub(super) fn part(&self, name: &str) -> Option<DynamicMessage> {
        member(self.rules.as_ref()?, name)?.as_message().cloned()
    }

    /// Whether an empty value is exempt from the rules (`IGNORE_IF_ZERO_VALUE`).
    pub(super) fn ignores_zero(&self) -> bool {
        const IGNORE_IF_ZERO_VALUE: i32 = 1;
        let ignore = self.rules.as_ref().and_then(|rules| member(rules, "ignore"));
        ignore.and_then(|value| value.as_enum_number()) == Some(IGNORE_IF_ZERO_VALUE)
    }

    /// The pattern of a text.
    pub(super) fn pattern(&self) -> Option<String> {
        member(&self.part("string")?, "pattern")?.as_str().map(str::to_owned)
    }

    /// Adds to the schema of one value what its rules ask for.
    pub(super) fn constrain(&self, kind: &Kind, schema: &mut Map<String, serde_json::Value>) {
        match kind {
            Kind::String => self.constrain_text(schema),
            Kind::Enum(kind) => self.constrain_enum(kind, schema),
            Kind::Message(_) | Kind::Bytes | Kind::Bool => {}
            number => self.constrain_number(number, schema),
        }
    }

    fn constrain_text(&self, schema: &mut Map<String, serde_json::Value>) {
        let Some(rules) = self.part("string") else { return };
        let number = |name: &str| member(&rules, name).and_then(|value| value.as_u64());
        let exact = number("len");
        if let Some(most) = exact.or_else(|| number("max_len")) {
            schema.insert("maxLength".to_owned(), most.into());
        }
        if let Some(least) = exact.or_else(|| number("min_len"))
            && !self.ignores_zero()
        {
            schema.insert("minLength".to_owned(), least.into());
        }
        if let Some(pattern) = self.pattern() {
            let pattern = if self.ignores_zero() { format!("^$|{pattern}") } else { pattern };
            schema.insert("pattern".to_owned(), pattern.into());
        }
        for format in ["uuid", "email", "uri"] {
            if member(&rules, format).and_then(|value| value.as_bool()) == Some(true) {
                schema.insert("format".to_owned(), format.into());
            }
        }
        if let Some(allowed) = member(&rules, "in") {
            let allowed = allowed.as_list().unwrap_or_default().iter().filter_map(Value::as_str);
            schema.insert("enum".to_owned(), allowed.collect::<Vec<_>>().into());
        }
    }

    fn constrain_number(&self, kind: &Kind, schema: &mut Map<String, serde_json::Value>) {
        let Some(rules) = self.part(type_name(kind)) else { return };
        // 64 bits are a text in JSON, where a schema knows no bounds of numbers.
        let prefix = if schema.get("type").is_some_and(|kind| kind == "string") { "x-" } else { "" };
        for (rule, keyword) in
            [("gte", "minimum"), ("gt", "exclusiveMinimum"), ("lte", "maximum"), ("lt", "exclusiveMaximum")]
        {
            let Some(bound) = member(&rules, rule) else { continue };
            let bound = number(&bound);
            let excludes_zero = matches!(rule, "gte" | "gt") && bound.as_f64().is_some_and(|bound| bound > 0.0);
            if !(excludes_zero && self.ignores_zero()) {
                schema.insert(format!("{prefix}{keyword}"), bound);
            }
        }
    }

    fn constrain_enum(&self, kind: &EnumDescriptor, schema: &mut Map<String, serde_json::Value>) {
        let excluded = self.excluded();
        let names: Vec<String> =
            excluded.iter().filter_map(|number| kind.get_value(*number)).map(|value| value.name().to_owned()).collect();
        if !names.is_empty() && !self.ignores_zero() {
            schema.insert("not".to_owned(), json!({ "enum": names }));
        }
    }

    /// Numbers of an enum that are refused.
    pub(super) fn excluded(&self) -> Vec<i32> {
        let list = self.part("enum").and_then(|rules| member(&rules, "not_in"));
        list.iter().filter_map(Value::as_list).flatten().filter_map(Value::as_i32).collect()
    }

    /// Fewest and most entries of a list.
    pub(super) fn entries(&self) -> (Option<u64>, Option<u64>) {
        let Some(rules) = self.part("repeated") else { return (None, None) };
        let number = |name: &str| member(&rules, name).and_then(|value| value.as_u64());
        (number("min_items").filter(|_| !self.ignores_zero()), number("max_items"))
    }

    /// Whether the entries of a list must differ.
    pub(super) fn is_unique(&self) -> bool {
        let unique = self.part("repeated").and_then(|rules| member(&rules, "unique"));
        unique.and_then(|value| value.as_bool()) == Some(true)
    }

    /// Paths that a field mask may name.
    pub(super) fn mask_paths(&self) -> Vec<String> {
        let paths = self.part("field_mask").and_then(|rules| member(&rules, "in"));
        let paths = paths.iter().filter_map(Value::as_list).flatten();
        paths.filter_map(|path| path.as_str().map(str::to_owned)).collect()
    }

    /// The smallest number that is allowed and says something.
    pub(super) fn smallest(&self, kind: &Kind) -> f64 {
        let Some(rules) = self.part(type_name(kind)) else { return 1.0 };
        let bound = |name: &str| member(&rules, name).and_then(|bound| number(&bound).as_f64());
        let above = bound("gt").map(|bound| bound + 1.0).or_else(|| bound("gte"));
        let least = above.unwrap_or(1.0).max(1.0);
        bound("lte").map_or(least, |most| least.min(most))
    }
}

/// Groups of fields of which exactly one must be given.
pub(super) fn required_choices(message: &MessageDescriptor) -> Vec<Vec<FieldDescriptor>> {
    let options = message.options();
    let Some(extension) = message.parent_pool().get_extension_by_name("buf.validate.message") else {
        return Vec::new();
    };
    if !options.has_extension(&extension) {
        return Vec::new();
    }
    let rules = options.get_extension(&extension);
    let choices = rules.as_message().and_then(|rules| member(rules, "oneof"));
    let choices = choices.iter().filter_map(Value::as_list).flatten().filter_map(Value::as_message);
    choices
        .filter(|choice| member(choice, "required").and_then(|value| value.as_bool()) == Some(true))
        .map(|choice| {
            let fields = member(choice, "fields");
            let names = fields.iter().filter_map(Value::as_list).flatten().filter_map(Value::as_str);
            names.filter_map(|name| message.get_field_by_name(name)).collect()
        })
        .collect()
}

fn member(message: &DynamicMessage, name: &str) -> Option<Value> {
    message.has_field_by_name(name).then(|| message.get_field_by_name(name).map(|value| value.into_owned()))?
}

fn number(value: &Value) -> serde_json::Value {
    match value {
        Value::I32(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::U32(value) => (*value).into(),
        Value::U64(value) => (*value).into(),
        Value::F32(value) => f64::from(*value).into(),
        Value::F64(value) if value.fract() == 0.0 && value.abs() < 1e15 => (*value as i64).into(),
        Value::F64(value) => (*value).into(),
        _ => serde_json::Value::Null,
    }
}

/// The name of a type of numbers, as the rules have it.
fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Sint32 => "sint32",
        Kind::Sint64 => "sint64",
        Kind::Fixed32 => "fixed32",
        Kind::Fixed64 => "fixed64",
        Kind::Sfixed32 => "sfixed32",
        Kind::Sfixed64 => "sfixed64",
        Kind::Float => "float",
        Kind::Double => "double",
        _ => "",
    }
}
