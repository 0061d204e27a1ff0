//! One call of the contract, and one route that leads to it.

use std::sync::Arc;

use http::{Method, Uri};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use super::path::{self, MalformedPath, Slashes};
use super::template::Template;
use super::{Rule, Variable};
use crate::answer::{AnswerWriter, Answers, WireError};
use crate::request::PlainReader;

/// One method of the contract.
#[derive(Debug, Clone)]
pub struct Call {
    path: String,
    target: Uri,
    method: MethodDescriptor,
    plain: PlainReader,
    answer: AnswerWriter,
}

impl Call {
    /// None when `answers` does not know the messages of the method, or its name is no part of a path.
    pub(super) fn new(method: MethodDescriptor, answers: &Answers) -> Option<Self> {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let target = path.parse().ok()?;
        let plain = PlainReader::new(answers.tables(), &method.input())?;
        let answer = answers.writer(&method.output())?;
        Some(Self { path, target, method, plain, answer })
    }

    /// What reads its request where that is plain.
    pub(crate) fn plain(&self) -> &PlainReader {
        &self.plain
    }

    /// The path of a gRPC or Connect request, such as `/wishwell.v1.NeedService/GetNeed`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// [`Self::path`] as the target of a request. Clones are cheap.
    #[must_use]
    pub fn target(&self) -> &Uri {
        &self.target
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &MethodDescriptor {
        &self.method
    }

    /// Whether it takes one request and gives one answer.
    #[must_use]
    pub fn is_unary(&self) -> bool {
        !self.method.is_client_streaming() && !self.method.is_server_streaming()
    }

    /// Writes one answer, given as protobuf bytes, as JSON behind what is in `out`.
    ///
    /// # Errors
    /// When the bytes are no message of this type; `out` is then as it was.
    pub fn answer(&self, wire: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
        self.answer.write(wire, out)
    }
}

/// What of the request stands in the body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Nothing; all that is not in the path is a query parameter.
    None,
    /// Everything that is not in the path.
    Whole,
    /// One field; all other ones are query parameters.
    Field(FieldDescriptor),
}

/// One HTTP method and path template that lead to a call.
#[derive(Debug, Clone)]
pub struct Route {
    call: Arc<Call>,
    http_method: Method,
    pub(super) template: Template,
    /// For each variable of the template, the fields from the request to the one it sets.
    bound: Vec<Vec<FieldDescriptor>>,
    /// For each variable the index of its field, if all of them are plain texts of the request itself.
    plain_bound: Option<Vec<usize>>,
    body: Body,
    response_body: Option<FieldDescriptor>,
    answer: AnswerWriter,
}

impl Route {
    pub(super) fn compile(call: Arc<Call>, rule: &Rule) -> Result<Self, String> {
        let template =
            Template::parse(&rule.template).map_err(|message| format!("template {}: {message}", rule.template))?;
        let http_method = Method::from_bytes(rule.method.as_bytes())
            .map_err(|_| format!("`{}` is no method of HTTP", rule.method))?;
        let input = call.method.input();
        let bound: Vec<Vec<FieldDescriptor>> =
            template.variables.iter().map(|variable| bound_fields(&input, variable)).collect::<Result<_, _>>()?;
        let plain_bound = bound.iter().map(|fields| match fields.as_slice() {
            [field] => call.plain.text_field(field.number()),
            _ => None,
        });
        let plain_bound = plain_bound.collect();
        let body = match rule.body.as_str() {
            "" => Body::None,
            "*" => Body::Whole,
            name => {
                let field = input.get_field_by_name(name);
                Body::Field(field.ok_or_else(|| format!("body `{name}` is no field of the request"))?)
            }
        };
        if let Body::Field(field) = &body
            && template.variables.iter().any(|variable| variable.field_path.split('.').next() == Some(field.name()))
        {
            return Err(format!("`{}` is in the path and in the body", field.name()));
        }
        let response_body = match rule.response_body.as_str() {
            "" => None,
            name => {
                let field = call.method.output().get_field_by_name(name);
                Some(field.ok_or_else(|| format!("response_body `{name}` is no field of the answer"))?)
            }
        };
        let answer = match &response_body {
            Some(field) => call.answer.of_field(field).ok_or("response_body has no table")?,
            None => call.answer.clone(),
        };
        Ok(Self { call, http_method, template, bound, plain_bound, body, response_body, answer })
    }

    /// The call it leads to.
    #[must_use]
    pub fn call(&self) -> &Arc<Call> {
        &self.call
    }

    /// The path of the gRPC request, such as `/wishwell.v1.NeedService/GetNeed`.
    #[must_use]
    pub fn call_path(&self) -> &str {
        self.call.path()
    }

    /// The method of the contract.
    #[must_use]
    pub fn method(&self) -> &MethodDescriptor {
        self.call.method()
    }

    /// Whether the answer is a stream of messages.
    #[must_use]
    pub fn server_streaming(&self) -> bool {
        self.call.method.is_server_streaming()
    }

    /// The method of HTTP.
    #[must_use]
    pub fn http_method(&self) -> &Method {
        &self.http_method
    }

    /// The path template as the contract spells it, such as `/v1/{name=needs/*}`: a label with few values.
    #[must_use]
    pub fn path_template(&self) -> &str {
        &self.template.text
    }

    /// What of the request stands in the body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The field of the answer that is the whole response, where there is one.
    #[must_use]
    pub fn response_body(&self) -> Option<&FieldDescriptor> {
        self.response_body.as_ref()
    }

    /// Writes one answer, given as protobuf bytes, as JSON behind what is in `out`. Of a stream, each message is one answer.
    ///
    /// # Errors
    /// When the bytes are no message of this type; `out` is then as it was.
    pub fn answer(&self, wire: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
        self.answer.write(wire, out)
    }

    /// The variables with the fields that they set.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&Variable, &[FieldDescriptor])> {
        self.template.variables.iter().zip(self.bound.iter().map(Vec::as_slice))
    }

    /// For each variable the field that it sets, as what reads plain requests knows it; none when one of them is not plain.
    pub(crate) fn plain_bound(&self) -> Option<&[usize]> {
        self.plain_bound.as_deref()
    }

    pub(super) fn capture(&self, segments: &[&str]) -> Result<Captures, MalformedPath> {
        let mut values = Vec::with_capacity(self.template.variables.len());
        for variable in &self.template.variables {
            let slashes = if variable.multi { Slashes::Keep } else { Slashes::Decode };
            let mut value = String::new();
            for (at, segment) in self.template.captured(variable, segments).iter().enumerate() {
                if at > 0 {
                    value.push('/');
                }
                value.push_str(&path::decode(segment, slashes)?);
            }
            values.push(value);
        }
        Ok(Captures { values })
    }
}

/// What the variables of a route captured, percent-decoded, in the order of the template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures {
    pub(crate) values: Vec<String>,
}

impl Captures {
    /// The captured values, in the order of the template.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }
}

/// The fields from the request to the one that a variable sets.
fn bound_fields(input: &MessageDescriptor, variable: &Variable) -> Result<Vec<FieldDescriptor>, String> {
    let mut message = Some(input.clone());
    let mut fields = Vec::new();
    for name in variable.field_path.split('.') {
        let field = message.as_ref().and_then(|message| message.get_field_by_name(name));
        let field = field.ok_or_else(|| format!("`{}` is no field of the request", variable.field_path))?;
        if field.is_list() || field.is_map() {
            return Err(format!("`{}` is repeated and cannot be in a path", variable.field_path));
        }
        message = field.kind().as_message().cloned();
        fields.push(field);
    }
    match fields.last().map(FieldDescriptor::kind) {
        None | Some(Kind::Message(_) | Kind::Bytes) => {
            Err(format!("`{}` has a type that cannot be in a path", variable.field_path))
        }
        Some(_) => Ok(fields),
    }
}
