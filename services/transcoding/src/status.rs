//! Errors: `google.rpc.Status`, the code of HTTP that goes with it, and how the transcoder's own refusals become one.

use http::StatusCode;
use prost::Message as _;

use crate::answer::{Answers, write_string};
use crate::request::{Rule, Violations};
use crate::routes::{Lookup, hex};

/// What every type of a detail begins with.
const TYPE_PREFIX: &str = "type.googleapis.com/";

/// What an error is told as that says it is none.
const UNKNOWN: i32 = 2;

/// A `google.rpc.Code` by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub i32);

impl Code {
    /// The caller's mistake.
    pub const INVALID_ARGUMENT: Self = Self(3);
    /// There is no such thing.
    pub const NOT_FOUND: Self = Self(5);
    /// More than there may be.
    pub const RESOURCE_EXHAUSTED: Self = Self(8);
    /// Not offered.
    pub const UNIMPLEMENTED: Self = Self(12);
    /// A defect.
    pub const INTERNAL: Self = Self(13);
    /// Try again.
    pub const UNAVAILABLE: Self = Self(14);

    /// Every code by its number, with its name in Connect and the code of HTTP that `google/rpc/code.proto` gives it.
    const ALL: [(&'static str, u16); 17] = [
        ("ok", 200),
        ("canceled", 499),
        ("unknown", 500),
        ("invalid_argument", 400),
        ("deadline_exceeded", 504),
        ("not_found", 404),
        ("already_exists", 409),
        ("permission_denied", 403),
        ("resource_exhausted", 429),
        ("failed_precondition", 400),
        ("aborted", 409),
        ("out_of_range", 400),
        ("unimplemented", 501),
        ("internal", 500),
        ("unavailable", 503),
        ("data_loss", 500),
        ("unauthenticated", 401),
    ];

    fn entry(self) -> (&'static str, u16) {
        let at = usize::try_from(self.0).unwrap_or(usize::MAX);
        Self::ALL.get(at).copied().unwrap_or(("unknown", 500))
    }

    /// The code of HTTP; for a number that is no code, 500.
    #[must_use]
    pub fn http_status(self) -> StatusCode {
        StatusCode::from_u16(self.entry().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The name in `snake_case`, as Connect has it; for a number that is no code, `unknown`.
    #[must_use]
    pub fn snake_case(self) -> &'static str {
        self.entry().0
    }
}

/// One detail of a status: a `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Detail {
    /// Its type, such as `type.googleapis.com/google.rpc.ErrorInfo`.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// Its protobuf bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// A `google.rpc.Status` on the wire.
#[derive(Clone, PartialEq, prost::Message)]
struct WireStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

/// `google.rpc.ErrorInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(btree_map = "string, string", tag = "3")]
    metadata: std::collections::BTreeMap<String, String>,
}

/// `google.rpc.BadRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<FieldViolation>,
}

/// `google.rpc.BadRequest.FieldViolation`.
#[derive(Clone, PartialEq, prost::Message)]
struct FieldViolation {
    #[prost(string, tag = "1")]
    field: String,
    #[prost(string, tag = "2")]
    description: String,
    #[prost(string, tag = "3")]
    reason: String,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// A `google.protobuf.Duration` of whole seconds.
#[derive(Clone, PartialEq, prost::Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// How a call ended that did not succeed.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What kind of error it is.
    pub code: Code,
    /// For people who develop: in English.
    pub message: String,
    /// For programs.
    pub details: Vec<Detail>,
}

impl Status {
    /// A status with a `google.rpc.ErrorInfo`. The reason is one of the contract's, without its prefix, such as `NOT_FOUND`.
    #[must_use]
    pub fn with_reason(
        code: Code,
        message: impl Into<String>,
        domain: &str,
        reason: &str,
        metadata: &[(&str, &str)],
    ) -> Self {
        let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let info = ErrorInfo { reason: reason.to_owned(), domain: domain.to_owned(), metadata };
        Self { code, message: message.into(), details: vec![detail("google.rpc.ErrorInfo", &info)] }
    }

    /// Says after how many seconds to try again, by a `google.rpc.RetryInfo`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        let retry_delay = Some(Delay { seconds: seconds.into() });
        self.details.push(detail("google.rpc.RetryInfo", &RetryInfo { retry_delay }));
        self
    }

    /// The status of a gRPC response: the headers `grpc-status` and `grpc-message` as they came, and `grpc-status-details-bin`
    /// decoded from base64. The headers decide; details that are no `google.rpc.Status` are left out.
    #[must_use]
    pub fn from_grpc(grpc_status: i32, grpc_message: &str, details: &[u8]) -> Self {
        let details = WireStatus::decode(details).map(|status| status.details).unwrap_or_default();
        Self { code: Code(grpc_status), message: decode_message(grpc_message), details }
    }

    /// The status in the bytes of a `google.rpc.Status`.
    #[must_use]
    pub fn from_wire(wire: &[u8]) -> Option<Self> {
        let status = WireStatus::decode(wire).ok()?;
        Some(Self { code: Code(status.code), message: status.message, details: status.details })
    }

    /// The bytes of the `google.rpc.Status`, as `grpc-status-details-bin` carries them in base64.
    #[must_use]
    pub fn to_wire(&self) -> Vec<u8> {
        WireStatus { code: self.code.0, message: self.message.clone(), details: self.details.clone() }.encode_to_vec()
    }

    /// What becomes of a request that [`crate::Route::request`] refused: `INVALID_ARGUMENT` with every violation, worded as the
    /// service words its own.
    #[must_use]
    pub fn from_violations(violations: &Violations, domain: &str) -> Self {
        let reason = if violations.is_malformed() { "MALFORMED_MESSAGE" } else { "INVALID_FIELDS" };
        let mut status = Self::with_reason(Code::INVALID_ARGUMENT, violations.to_string(), domain, reason, &[]);
        let field_violations = violations
            .as_slice()
            .iter()
            .map(|violation| FieldViolation {
                field: violation.field.clone(),
                description: match &violation.value {
                    Some(value) => format!("{} (got {value:?})", violation.message),
                    None => violation.message.clone(),
                },
                reason: reason_of(violation.rule),
            })
            .collect();
        status.details.push(detail("google.rpc.BadRequest", &BadRequest { field_violations }));
        status
    }

    /// What becomes of a request without a route, and the code of HTTP. The methods that are allowed go into the header `Allow`, too.
    /// None when the route was found.
    #[must_use]
    pub fn from_lookup(lookup: &Lookup, domain: &str) -> Option<(StatusCode, Self)> {
        match lookup {
            Lookup::Found(..) => None,
            Lookup::NotFound => {
                let message = "there is no call at this path";
                let status = Self::with_reason(Code::NOT_FOUND, message, domain, "NOT_FOUND", &[]);
                Some((StatusCode::NOT_FOUND, status))
            }
            Lookup::MethodNotAllowed(allowed) => {
                let allowed = allowed.iter().map(http::Method::as_str).collect::<Vec<_>>().join(", ");
                let message = format!("this path takes {allowed}");
                let metadata = [("allowed", allowed.as_str())];
                let status = Self::with_reason(Code::UNIMPLEMENTED, message, domain, "UNIMPLEMENTED", &metadata);
                Some((StatusCode::METHOD_NOT_ALLOWED, status))
            }
            Lookup::Malformed(malformed) => {
                let reason = "MALFORMED_MESSAGE";
                let status = Self::with_reason(Code::INVALID_ARGUMENT, malformed.message(), domain, reason, &[]);
                Some((StatusCode::BAD_REQUEST, status))
            }
        }
    }

    /// The code of HTTP.
    #[must_use]
    pub fn http_status(&self) -> StatusCode {
        self.code.http_status()
    }

    /// Writes `{"code":5,"message":"...","details":[...]}`. Details that the contract does not know keep their bytes.
    pub fn write_json(&self, answers: &Answers, out: &mut Vec<u8>) {
        let code = if self.code.0 == 0 { UNKNOWN } else { self.code.0 };
        out.extend_from_slice(format!("{{\"code\":{code},\"message\":").as_bytes());
        write_string(&self.message, out);
        out.extend_from_slice(b",\"details\":[");
        for (at, detail) in self.details.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            answers.any(&detail.type_url, &detail.value, out);
        }
        out.extend_from_slice(b"]}");
    }

    /// As [`Self::write_json`], on its own.
    #[must_use]
    pub fn to_json(&self, answers: &Answers) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.write_json(answers, &mut out);
        out
    }
}

fn detail(name: &str, message: &impl prost::Message) -> Detail {
    Detail { type_url: format!("{TYPE_PREFIX}{name}"), value: message.encode_to_vec() }
}

/// The reason of a field violation, as the service spells those of its own rules: `JSON_UNKNOWN_FIELD`.
fn reason_of(rule: Rule) -> String {
    rule.name().to_ascii_uppercase().replace('.', "_")
}

/// Percent-decodes `grpc-message`; what is broken in it stays as it is.
fn decode_message(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = hex(after.first().copied()).zip(hex(after.get(1).copied()));
        match (first, escaped) {
            (b'%', Some((high, low))) => {
                bytes.push(high * 16 + low);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
