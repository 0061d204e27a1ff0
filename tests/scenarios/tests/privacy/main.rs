//! What of a person is shown to whom, kept where, and gone after an erasure.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod canary;
mod canary_over_http;
mod consents;
mod disclosures;
mod erasure;
