//! Ports nobody listens on.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use tokio::net::TcpSocket;

/// A loopback address whose port was free a moment ago. Another program may take it before it is used, so where a
/// server can be told to take port 0 and say what it got, prefer that, and where somebody is to listen later, [`KeptAddress`].
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

/// An address that is kept for whoever will listen there: until then connections are refused, and no other program gets its port.
#[derive(Debug)]
pub struct KeptAddress(TcpSocket);

impl KeptAddress {
    /// Takes one. It is bound and does not listen.
    ///
    /// # Panics
    /// When the system hands out no port.
    #[must_use]
    pub fn take() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("the system hands out a free port");
        Self(socket)
    }

    /// Which.
    ///
    /// # Panics
    /// When the system does not say.
    #[must_use]
    pub fn get(&self) -> SocketAddr {
        self.0.local_addr().expect("its address")
    }

    /// Gives it up, for somebody who listens there right away.
    #[must_use]
    pub fn give(self) -> SocketAddr {
        self.get()
    }
}
