//! Ports nobody listens on.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// A loopback address whose port was free a moment ago. Another program may take it before it is used, so where a
/// server can be told to take port 0 and say what it got, prefer that.
///
/// # Panics
/// When the system hands out no port.
#[must_use]
pub fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("the system hands out a free port")
}

/// The port of [`free_address`].
#[must_use]
pub fn free_port() -> u16 {
    free_address().port()
}
