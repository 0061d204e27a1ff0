//! REST/JSON, live events, the public wishing pool, the partner portal and the desk on one port. A caller of the matching service like
//! any other: it forwards its callers' credentials and decides nothing about them.

mod upstream;

pub use upstream::Upstream;
