//! A door in front of a server: an address that stays while the server comes and goes, and connections that can be cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to wherever the server is now; refuses them while it is nowhere.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    behind: Arc<Mutex<Option<SocketAddr>>>,
    cut: watch::Sender<u64>,
    task: tokio::task::JoinHandle<()>,
}

impl Door {
    /// Opens a door to nowhere.
    ///
    /// # Panics
    /// When the system hands out no port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the system hands out a free port");
        let address = listener.local_addr().expect("it listens");
        let behind: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let cut = watch::Sender::new(0);
        let (target, cuts) = (Arc::clone(&behind), cut.clone());
        let task = tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                let Some(target) = *target.lock().unwrap_or_else(PoisonError::into_inner) else { continue };
                let mut cut = cuts.subscribe();
                cut.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(mut inside) = TcpStream::connect(target).await else { return };
                    let _ = (outside.set_nodelay(true), inside.set_nodelay(true));
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut outside, &mut inside) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, behind, cut, task }
    }

    /// Where to knock.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says where the server is now. Connections that stand are not touched.
    pub fn leads_to(&self, behind: Option<SocketAddr>) {
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = behind;
    }

    /// Ends every connection through the door.
    pub fn cut(&self) {
        self.cut.send_modify(|times| *times += 1);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}
