//! Changes of a request, one at a time: some leave it right, most make it wrong.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Value, json};

use super::{Draft, Operation, Random, value};

/// A change that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A field is left out.
    Missing,
    /// A field has a value of another type.
    AnotherType,
    /// An object has a field that its message does not have.
    UnknownField,
    /// A field has the name that it has in the contract.
    SnakeCase,
    /// One more field, of its type.
    OneMoreField,
    /// A field is null.
    Null,
    /// A number is written in another way.
    Number,
    /// An enum is given by number, in lower case, or by a name that it does not have.
    Enum,
    /// An instant, a duration or a mask in another form.
    KnownForm,
    /// Another text.
    Text,
    /// A name comes twice.
    Duplicate,
    /// The body is not JSON, or not UTF-8.
    Syntax,
    /// The body is JSON but no object.
    NoObject,
    /// There is no body.
    NoBody,
    /// A body where the route takes none.
    BodyWhereNoneIs,
    /// Another content type, or none.
    ContentType,
    /// A parameter that the request does not have.
    UnknownParameter,
    /// One more parameter, also of a field within a field.
    OneMoreParameter,
    /// A parameter has the name that its field has in the contract.
    SnakeCaseParameter,
    /// A parameter comes twice.
    ParameterTwice,
    /// A parameter with an unusual value.
    ParameterValue,
    /// A parameter that is not percent-encoded as it should be.
    ParameterEncoding,
    /// The id in the path is another text.
    PathId,
    /// The path is another one.
    Path,
    /// Another method of HTTP.
    Verb,
}

use Change::{
    AnotherType, BodyWhereNoneIs, ContentType, Duplicate, Enum, KnownForm, Missing, NoBody, NoObject, Null, Number,
    OneMoreField, OneMoreParameter, ParameterEncoding, ParameterTwice, ParameterValue, Path, PathId, SnakeCase,
    SnakeCaseParameter, Syntax, Text, UnknownField, UnknownParameter, Verb,
};

/// Changes of requests with a body, the frequent ones several times.
const OF_BODIES: &[Change] = &[
    Missing,
    Missing,
    AnotherType,
    AnotherType,
    UnknownField,
    SnakeCase,
    SnakeCase,
    OneMoreField,
    OneMoreField,
    OneMoreField,
    Null,
    Number,
    Number,
    Enum,
    Enum,
    KnownForm,
    Text,
    Duplicate,
    Syntax,
    NoObject,
    NoBody,
    ContentType,
    UnknownParameter,
    OneMoreParameter,
    PathId,
    Path,
    Verb,
];
/// Changes of requests without one.
const OF_QUERIES: &[Change] = &[
    UnknownParameter,
    OneMoreParameter,
    OneMoreParameter,
    OneMoreParameter,
    SnakeCaseParameter,
    SnakeCaseParameter,
    ParameterTwice,
    ParameterValue,
    ParameterValue,
    ParameterEncoding,
    BodyWhereNoneIs,
    PathId,
    PathId,
    Path,
    Verb,
];

/// What is done to the text of a body.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextChange {
    Duplicate,
    Syntax,
    NoObject,
    Empty,
}

impl TextChange {
    pub(super) fn apply(self, body: Vec<u8>, random: &mut Random) -> Vec<u8> {
        match self {
            Self::Empty => Vec::new(),
            Self::NoObject => random.one(&["[]", "null", "17", "\"text\"", "[{}]", "true"]).as_bytes().to_vec(),
            Self::Duplicate => duplicated(&body),
            Self::Syntax => broken(body, random),
        }
    }
}

/// The first member of the object once more.
fn duplicated(body: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(entries)) = serde_json::from_slice(body) else { return body.to_vec() };
    let Some((name, value)) = entries.iter().next() else { return b"{\"requestId\":\"\",\"requestId\":\"\"}".to_vec() };
    let first = format!("{{{}:{value},", Value::from(name.as_str()));
    [first.as_bytes(), body.get(1..).unwrap_or_default()].concat()
}

fn broken(mut body: Vec<u8>, random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => body.truncate(body.len() / 2),
        1 => body.extend_from_slice(b" {}"),
        2 => {
            body.pop();
            body.extend_from_slice(b",}");
        }
        3 => body = b"{'a': 1}".to_vec(),
        4 => {
            let at = random.below(body.len());
            body.insert(at, 0xff);
        }
        5 => body = b"\xef\xbb\xbf{}".to_vec(),
        6 => body = b"{\"requestId\":\"\\ud800\"}".to_vec(),
        _ => body = b"{\"requestId\": NaN}".to_vec(),
    }
    body
}

/// Makes one change that suits the operation.
pub(super) fn apply(draft: &mut Draft, operation: &Operation, random: &mut Random) {
    let change = *random.one(if operation.has_body { OF_BODIES } else { OF_QUERIES });
    let is_made = match change {
        Missing | AnotherType | SnakeCase | Null | Number | Enum | KnownForm | Text => {
            one_field(draft, &operation.input(), change, random)
        }
        UnknownField | OneMoreField => one_more(draft, &operation.input(), change, random),
        Duplicate => text(draft, TextChange::Duplicate),
        Syntax => text(draft, TextChange::Syntax),
        NoObject => text(draft, TextChange::NoObject),
        NoBody => text(draft, TextChange::Empty),
        BodyWhereNoneIs => {
            draft.body = random.one(&[json!({}), json!({ "pageSize": 3 })]).clone();
            true
        }
        ContentType => {
            let kinds = [
                "text/plain",
                "application/json; charset=utf-8",
                "application/xml",
                "application/x-www-form-urlencoded",
            ];
            draft.content_type = if random.chance(25) { None } else { Some((*random.one(&kinds)).to_owned()) };
            true
        }
        Verb => {
            let verbs = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
            draft.verb = (*random.one(&verbs)).to_owned();
            draft.verb != operation.verb
        }
        PathId => path_id(draft, operation, random),
        Path => path(draft, random),
        _ => parameter(draft, operation, change, random),
    };
    if is_made {
        draft.changes.insert(change);
    }
}

fn text(draft: &mut Draft, change: TextChange) -> bool {
    draft.text = Some(change);
    true
}

/// Where a field stands: the names and places that lead to it, as JSON pointers have them.
fn places(message: &MessageDescriptor, value: &Value, at: &str, found: &mut Vec<(String, FieldDescriptor)>) {
    let Value::Object(entries) = value else { return };
    for (name, value) in entries {
        let field = message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name));
        let Some(field) = field else { continue };
        let here = format!("{at}/{name}");
        if let Kind::Message(inner) = field.kind()
            && !inner.full_name().starts_with("google.")
            && !field.is_map()
        {
            match value {
                Value::Array(values) => {
                    for (number, value) in values.iter().enumerate() {
                        places(&inner, value, &format!("{here}/{number}"), found);
                    }
                }
                value => places(&inner, value, &here, found),
            }
        }
        found.push((here, field));
    }
}

/// Changes one field that fits the change; false when there is none.
fn one_field(draft: &mut Draft, input: &MessageDescriptor, change: Change, random: &mut Random) -> bool {
    let mut found = Vec::new();
    places(input, &draft.body, "", &mut found);
    found.retain(|(_, field)| {
        let kind = field.kind();
        match change {
            Enum => matches!(kind, Kind::Enum(_)) && !field.is_list(),
            Text => matches!(kind, Kind::String) && !field.is_list(),
            KnownForm => kind.as_message().is_some_and(|message| message.full_name().starts_with("google.protobuf.")),
            SnakeCase => field.name() != field.json_name(),
            Number => {
                !field.is_list()
                    && !matches!(kind, Kind::Message(_) | Kind::Enum(_) | Kind::String | Kind::Bool | Kind::Bytes)
            }
            _ => true,
        }
    });
    if found.is_empty() {
        return false;
    }
    let (pointer, field) = random.one(&found).clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let Some(Value::Object(entries)) = draft.body.pointer_mut(parent) else { return false };
    let new = match change {
        Missing => {
            entries.remove(name);
            return true;
        }
        SnakeCase => {
            let Some(value) = entries.remove(name) else { return false };
            entries.insert(field.name().to_owned(), value);
            return true;
        }
        AnotherType => value::of_another_type(random),
        Null => Value::Null,
        Number => value::number(&field, random),
        Text => value::text(random),
        KnownForm => value::known(random),
        _ => match entries.get(name).and_then(Value::as_str) {
            Some(text) if random.chance(25) => text.to_ascii_lowercase().into(),
            _ => random
                .one(&[json!(1), json!(2), json!(99), json!("1"), json!("NO_SUCH_VALUE"), json!(0), json!(-1)])
                .clone(),
        },
    };
    entries.insert(name.to_owned(), new);
    true
}

/// Puts one more field into one of the objects.
fn one_more(draft: &mut Draft, input: &MessageDescriptor, change: Change, random: &mut Random) -> bool {
    let mut found = Vec::new();
    places(input, &draft.body, "", &mut found);
    let mut objects = vec![(String::new(), input.clone())];
    for (pointer, field) in found {
        if let (Kind::Message(message), Some(Value::Object(_))) = (field.kind(), draft.body.pointer(&pointer)) {
            objects.push((pointer, message));
        }
    }
    let (pointer, message) = random.one(&objects).clone();
    let Some(Value::Object(entries)) = draft.body.pointer_mut(&pointer) else { return false };
    if change == UnknownField {
        entries.insert("noSuchField".to_owned(), value::of_another_type(random));
        return true;
    }
    let fields: Vec<_> = message.fields().filter(|field| !entries.contains_key(field.json_name())).collect();
    if fields.is_empty() {
        return false;
    }
    let field = random.one(&fields);
    entries.insert(field.json_name().to_owned(), value::of_field(field, random, 0));
    true
}

/// Another text where the id stands; false when the path has none.
fn path_id(draft: &mut Draft, operation: &Operation, random: &mut Random) -> bool {
    let Some((before, after)) = operation.path.split_once("{id}") else { return false };
    let ids = [
        "x",
        "a%20b",
        "%E5%BF%83",
        "a%2Fb",
        "a%2fb",
        "UPPER",
        "a:b",
        "%zz",
        "%",
        "a+b",
        "id%3Averify",
        "%C3%28",
        "a%00b",
        "..",
        "%2e%2e",
        "640104",
        "education",
        "-",
        "~",
        "a;b",
        "a@b",
        "0197F000-0000-7000-8000-000000000001",
        "%30197f000-0000-7000-8000-000000000001",
    ];
    draft.path = format!("{before}{}{after}", random.one(&ids));
    true
}

/// Another path.
fn path(draft: &mut Draft, random: &mut Random) -> bool {
    let path = &draft.path;
    draft.path = match random.below(7) {
        0 => format!("{path}/"),
        1 => format!("{path}:nothing"),
        2 => format!("{path}/more"),
        3 => path.replacen("/v1/", "/v1//", 1),
        4 => path.replacen("/v1/", "/v2/", 1),
        5 => path.to_ascii_uppercase(),
        _ => path.replacen("/v1/", "/v1/../v1/", 1),
    };
    true
}

/// Changes the query.
fn parameter(draft: &mut Draft, operation: &Operation, change: Change, random: &mut Random) -> bool {
    let mut leaves = Vec::new();
    parameters(&operation.input(), "", "", &mut leaves, 0);
    if change == UnknownParameter {
        draft.query.push(
            (*random.one(&["noSuchParameter=1", "filter.noSuch=1", "page_sizes=3", "a.b.c=d", "name.x=1"])).to_owned(),
        );
        return true;
    }
    if leaves.is_empty() {
        return false;
    }
    let (json, snake, field) = random.one(&leaves).clone();
    let value = plain(&field, random);
    match change {
        SnakeCaseParameter => draft.query.push(format!("{snake}={value}")),
        ParameterTwice => {
            draft.query.push(format!("{json}={value}"));
            draft.query.push(format!("{json}={}", plain(&field, random)));
        }
        ParameterValue => {
            let value = match value::number(&field, random) {
                Value::String(text) => text.replace(' ', "%20").replace('+', "%2B"),
                other => other.to_string(),
            };
            draft.query.push(format!("{json}={value}"));
        }
        ParameterEncoding => {
            let endings = ["=%zz", "=%", "=a+b", "=%E5%BF%83", "=%ff", "", "=", "=a=b", "=a%26b", "=%00"];
            draft.query.push(format!("{json}{}", random.one(&endings)));
        }
        _ => draft.query.push(format!("{json}={value}")),
    }
    true
}

/// Every field that a parameter can set, in both spellings.
fn parameters(
    message: &MessageDescriptor,
    json: &str,
    snake: &str,
    leaves: &mut Vec<(String, String, FieldDescriptor)>,
    depth: usize,
) {
    let join = |before: &str, name: &str| if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
    for field in message.fields().filter(|field| !field.is_map()) {
        let (json, snake) = (join(json, field.json_name()), join(snake, field.name()));
        match field.kind() {
            Kind::Message(inner) if !inner.full_name().starts_with("google.") => {
                if depth < 3 && !field.is_list() {
                    parameters(&inner, &json, &snake, leaves, depth + 1);
                }
            }
            _ => leaves.push((json, snake, field)),
        }
    }
}

/// A value of a parameter, percent-encoded as it should be.
fn plain(field: &FieldDescriptor, random: &mut Random) -> String {
    match field.kind() {
        Kind::String => (*random.one(&["640104", "education", "demo", "", "a%20b", "needs/x", "%E5%BF%83"])).to_owned(),
        Kind::Bool => (*random.one(&["true", "false"])).to_owned(),
        Kind::Enum(kind) => {
            let values: Vec<_> = kind.values().collect();
            let value = random.one(&values);
            if random.chance(60) { value.name().to_owned() } else { value.number().to_string() }
        }
        Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
            "2026-05-01T08:00:00Z".to_owned()
        }
        Kind::Message(message) if message.full_name() == "google.protobuf.Duration" => "60s".to_owned(),
        Kind::Message(_) => "title".to_owned(),
        Kind::Float | Kind::Double => "0.5".to_owned(),
        _ => (*random.one(&["0", "1", "3", "10"])).to_owned(),
    }
}
