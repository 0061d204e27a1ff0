//! Connect's unary protocol (<https://connectrpc.com/docs/protocol>): a call is `POST /package.Service/Method`, its body the request
//! as JSON or as protobuf bytes. Calls are found with [`crate::RouteTable::call`] and read with [`crate::Call::request`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::answer::{Answers, write_string};
use crate::status::Status;

/// How the messages of a Connect call are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// `application/json`.
    Json,
    /// `application/proto`.
    Proto,
}

impl Codec {
    /// The codec of a content type; parameters such as the charset do not matter. None when Connect has no such type.
    #[must_use]
    pub fn of_content_type(content_type: &str) -> Option<Self> {
        let name = content_type.split(';').next().unwrap_or_default().trim();
        if name.eq_ignore_ascii_case("application/json") {
            Some(Self::Json)
        } else if name.eq_ignore_ascii_case("application/proto") {
            Some(Self::Proto)
        } else {
            None
        }
    }

    /// The content type of the answer.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Proto => "application/proto",
        }
    }
}

/// Writes an error: `{"code":"not_found","message":"...","details":[{"type":"...","value":"...","debug":{...}}]}`. Errors are JSON
/// whatever the codec, and their codes of HTTP are those of [`crate::Code::http_status`].
pub fn write_error(status: &Status, answers: &Answers, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"code\":");
    write_string(if status.code.0 == 0 { "unknown" } else { status.code.snake_case() }, out);
    out.extend_from_slice(b",\"message\":");
    write_string(&status.message, out);
    if !status.details.is_empty() {
        out.extend_from_slice(b",\"details\":[");
        for (at, detail) in status.details.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let name = detail.type_url.rsplit_once('/').map_or(detail.type_url.as_str(), |(_, name)| name);
            out.extend_from_slice(b"{\"type\":");
            write_string(name, out);
            out.extend_from_slice(b",\"value\":");
            write_string(&STANDARD_NO_PAD.encode(&detail.value), out);
            out.extend_from_slice(b",\"debug\":");
            answers.any(&detail.type_url, &detail.value, out);
            out.push(b'}');
        }
        out.push(b']');
    }
    out.push(b'}');
}
