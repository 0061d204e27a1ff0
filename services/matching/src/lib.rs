//! The matching service: use cases, gRPC handlers, the stack around each call.
//!
//! Start with [`Server::start`]; `access` says who may call what, `stack` what happens around a call, `grpc` how the wire becomes
//! a use case, `cases` what a use case does, `snapshots` what it reads.

pub mod access;
mod cases;
mod certificate_end;
mod connection;
mod grpc;
mod health;
mod in_process;
mod known_needs;
pub mod metrics;
pub mod privacy;
mod reflection;
pub mod replay;
mod server;
mod shares;
pub mod snapshots;
pub mod stack;
mod sweeper;
mod tls;
mod transport;
mod trouble;
mod watch;
mod webhook;

pub use access::{ClaimNames, CredentialEntry, Credentials, IssuerEntry, KeySource};
pub use certificate_end::{CertificateEnd, CertificatesOf};
pub use in_process::InProcessCalls;
pub use metrics::Metrics;
pub use privacy::MasterKey;
pub use server::{DRAIN_SECONDS_MAX, Dependencies, Health, Server, ServerOptions};
pub use stack::{Sampling, StackLimits};
pub use tls::{Authorities, ClientCertificates, ServerTls, TlsError};
pub use webhook::{Network, Reach};
