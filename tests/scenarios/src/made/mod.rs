//! Requests that nobody wrote: made from the contract's descriptors and the examples of its OpenAPI document, right ones and wrong ones.
//!
//! A [`Maker`] starts from an example that the service takes and changes it a few times; each change is told ([`Change`]), so that a test can say
//! what it expects of which.

mod change;
mod random;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{MessageDescriptor, MethodDescriptor};
use serde_json::{Map, Value};

pub use change::Change;
pub use random::Random;

/// The document of the contract over plain HTTP.
pub const OPENAPI: &str = include_str!("../../../../docs/api/openapi.json");

/// The id that stands for an entity that is there, in the examples.
pub const EXAMPLE_ID: &str = "0197f000-0000-7000-8000-000000000001";

/// Ids of entities that are there, by collection (`needs`).
pub type Known = BTreeMap<String, Vec<String>>;

/// One HTTP method and path of the contract.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method of HTTP.
    pub verb: String,
    /// The path with `{id}` where an id stands, such as `/v1/needs/{id}`.
    pub path: String,
    /// The method of the contract.
    pub method: MethodDescriptor,
    /// Whether the request is in the body.
    pub has_body: bool,
    /// The example's id, if there is one in the path.
    pub id: Option<String>,
    /// The example's parameters.
    pub query: Vec<(String, String)>,
    /// The example's body.
    pub body: Value,
}

impl Operation {
    /// The collection that the id in the path is of.
    #[must_use]
    pub fn collection(&self) -> &str {
        self.path.split('/').nth(2).unwrap_or_default().split(':').next().unwrap_or_default()
    }

    /// Name of the call, such as `NeedService.GetNeed`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.method.parent_service().name(), self.method.name())
    }

    /// The message that a request is.
    #[must_use]
    pub fn input(&self) -> MessageDescriptor {
        self.method.input()
    }
}

/// Every operation of the contract, in the order of their paths.
///
/// # Panics
/// When the document is none of this contract.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(OPENAPI).expect("JSON");
    let pool = wishwell_api::descriptor_pool();
    let methods: BTreeMap<String, MethodDescriptor> = pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| (format!("/{}/{}", method.parent_service().full_name(), method.name()), method))
        .collect();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (verb, operation) in item.as_object().expect("operations") {
            let name = operation["x-grpc-method"].as_str().expect("the name of a call");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let mut id = None;
            let mut query = Vec::new();
            for parameter in parameters.iter().filter(|parameter| parameter.get("example").is_some()) {
                let text =
                    parameter["example"].as_str().map_or_else(|| parameter["example"].to_string(), str::to_owned);
                if parameter["in"] == "path" {
                    id = Some(text);
                } else {
                    query.push((parameter["name"].as_str().expect("a name").to_owned(), text));
                }
            }
            let content = operation["requestBody"]["content"]["application/json"].clone();
            found.push(Operation {
                verb: verb.to_ascii_uppercase(),
                path: path.clone(),
                method: methods[name].clone(),
                has_body: !operation["requestBody"].is_null(),
                id,
                query,
                body: content.get("example").cloned().unwrap_or_else(|| Value::Object(Map::new())),
            });
        }
    }
    found
}

/// A request.
#[derive(Debug, Clone)]
pub struct Made {
    /// The method of HTTP.
    pub verb: String,
    /// Path and query.
    pub target: String,
    /// Headers, credentials among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What was changed.
    pub changes: BTreeSet<Change>,
}

impl Made {
    /// The headers as a client takes them.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl std::fmt::Display for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {} {:?} {body} {:?}", self.verb, self.target, self.headers, self.changes)
    }
}

/// What a request is while it is made.
#[derive(Debug)]
pub(crate) struct Draft {
    verb: String,
    path: String,
    query: Vec<String>,
    body: Value,
    /// What is done to the text of the body in the end.
    text: Option<change::TextChange>,
    content_type: Option<String>,
    changes: BTreeSet<Change>,
}

/// Makes requests.
#[derive(Debug)]
pub struct Maker<'o> {
    operation: &'o Operation,
    known: &'o Known,
    random: Random,
    keys: &'o [&'o str],
}

impl<'o> Maker<'o> {
    /// Of this operation, with ids of entities that are there and the keys of those who ask; an empty key is none.
    #[must_use]
    pub fn new(operation: &'o Operation, known: &'o Known, keys: &'o [&'o str], seed: u64) -> Self {
        Self { operation, known, random: Random::new(seed), keys }
    }

    /// The next request.
    pub fn request(&mut self) -> Made {
        let mut draft = self.example();
        let changes = *self.random.one(&[0, 0, 0, 1, 1, 1, 2, 2, 3]);
        for _ in 0..changes {
            change::apply(&mut draft, self.operation, &mut self.random);
        }
        let key = *self.random.one(self.keys);
        let mut headers = Vec::new();
        if !key.is_empty() {
            headers.push(("authorization".to_owned(), format!("Bearer {key}")));
        }
        let mut body = if self.sends_body(&draft) { draft.body.to_string().into_bytes() } else { Vec::new() };
        if let Some(change) = &draft.text {
            body = change.apply(body, &mut self.random);
        }
        if let Some(kind) = draft.content_type.as_ref().filter(|_| !body.is_empty()) {
            headers.push(("content-type".to_owned(), kind.clone()));
        }
        let query = if draft.query.is_empty() { String::new() } else { format!("?{}", draft.query.join("&")) };
        Made { verb: draft.verb, target: format!("{}{query}", draft.path), headers, body, changes: draft.changes }
    }

    fn sends_body(&self, draft: &Draft) -> bool {
        self.operation.has_body || draft.changes.contains(&Change::BodyWhereNoneIs)
    }

    /// The example, of an entity that is there or of one that is not, and with a request id where one is taken: the same request
    /// is then one effect and one answer, however often it is sent.
    fn example(&mut self) -> Draft {
        let operation = self.operation;
        let mut body = operation.body.clone();
        self.put_ids(&mut body);
        if operation.has_body && operation.input().get_field_by_name("request_id").is_some() {
            body["requestId"] = self.random.uuid().into();
        }
        let path = match &operation.id {
            Some(id) if id == EXAMPLE_ID => operation.path.replace("{id}", &self.id(operation.collection())),
            Some(id) => operation.path.replace("{id}", id),
            None => operation.path.clone(),
        };
        let query = operation.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Draft {
            verb: operation.verb.clone(),
            path,
            query,
            body,
            text: None,
            content_type: Some("application/json".to_owned()),
            changes: BTreeSet::new(),
        }
    }

    fn id(&mut self, collection: &str) -> String {
        match self.known.get(collection) {
            Some(ids) if !ids.is_empty() && self.random.chance(80) => self.random.one(ids).clone(),
            _ => self.random.uuid(),
        }
    }

    /// Puts ids in place of the example's.
    fn put_ids(&mut self, value: &mut Value) {
        match value {
            Value::String(text) if text.ends_with(EXAMPLE_ID) => {
                let collection = text.split('/').next().unwrap_or_default().to_owned();
                *text = format!("{collection}/{}", self.id(&collection));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.put_ids(value)),
            Value::Object(entries) => entries.values_mut().for_each(|value| self.put_ids(value)),
            _ => {}
        }
    }
}
