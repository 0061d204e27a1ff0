//! HTTP requests into calls of the contract, and answers back into JSON, by what the descriptor set says: `google.api.http` routes,
//! canonical protobuf JSON, `google.rpc.Status`. No input and output, no hand-written route.
//!
//! [`RouteTable::find`] tells which [`Route`] a request is, [`Route::request`] gives the protobuf bytes of the call,
//! [`Route::answer`] turns the protobuf bytes of the answer into JSON, and [`Status`] does the same for errors.
//! [`openapi::document`] describes all of it.

mod answer;
pub mod connect;
mod names;
pub mod openapi;
mod request;
mod routes;
mod status;
pub mod stream;
mod table;

pub use answer::{AnswerWriter, Answers, WIRE_DEPTH_MAX, WireError};
pub use request::{
    JSON_DEPTH_MAX, QUERY_PARAMETERS_MAX, Rule, VIOLATION_VALUE_CHARS_MAX, VIOLATIONS_MAX, Violation, Violations,
};
pub use routes::{Body, Call, Captures, CompileError, Lookup, MalformedPath, Route, RouteTable};
pub use status::{Code, Detail, Status};
