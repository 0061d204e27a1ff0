//! Gives refusals made by the transport (undecodable bytes, a message too large, an unknown method) their `ErrorInfo`.

use tonic::Status;

use crate::grpc::status::explain_transport_status;

use super::Response;

/// The answer, with a reason if it is a refusal.
pub(super) fn explain(response: Response) -> Response {
    // A status in the headers is a refusal without a body; successful answers carry theirs in the trailers.
    if !response.headers().contains_key(Status::GRPC_STATUS) {
        return response;
    }
    match Status::from_header_map(response.headers()) {
        Some(status) if status.code() != tonic::Code::Ok => explain_transport_status(status).into_http(),
        _ => response,
    }
}
