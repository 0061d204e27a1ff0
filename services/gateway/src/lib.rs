//! REST/JSON, live events, the public wishing pool, the partner portal and the desk on one port. A caller of the matching service like
//! any other: it forwards its callers' credentials and decides nothing about them.
//!
//! Start with [`Gateway::new`]; `server` accepts connections, `edge` is what happens around every request, `session` who is signed in, `organization_sign_in` how one gets there with an account of one's own, `rest` the contract over plain HTTP,
//! `pages` what people see, `calls` how pages ask the service.

mod app;
mod calls;
mod case_workers;
mod edge;
mod figures;
mod log_place;
mod options;
mod organization_sign_in;
mod pages;
mod rest;
pub mod round_picture;
mod server;
mod session;
mod upstream;

pub use case_workers::{CaseWorkerContact, CaseWorkers};
pub use edge::{Hosts, REQUEST_SPAN_TARGET};
pub use figures::Figures;
pub use options::{DemoUser, GatewayOptions, Token};
pub use organization_sign_in::{CallToken, SignIn, SignInOptions, SignInProvider};
pub use server::{DRAIN_SECONDS_MAX, Gateway};
pub use session::SessionKey;
pub use upstream::Upstream;
pub use wishwell_report::{Tiles, UnusableTiles};
