//! A thousand browsers that listen to events while things happen: does the server's memory stay where it is?

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use wishwell_api::v1;

use crate::wishwell::{Wishwell, keyed};

/// Changes of figures in a second, each told to everybody.
const CHANGES_PER_SECOND: u64 = 20;
const MIB: f64 = (1 << 20) as f64;

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Listening {
    pub(super) listeners: usize,
    pub(super) changes: u64,
    /// Bytes that all of them were told.
    pub(super) bytes: u64,
    /// Memory before they came, and in each second while they listened.
    pub(super) before_mib: f64,
    pub(super) seconds_mib: Vec<f64>,
}

/// Listens for a while. Blocks.
pub(super) fn measure(wishwell: &Wishwell, listeners: usize, duration: Duration) -> Listening {
    let resident = || wishwell.process.resident_bytes() as f64 / MIB;
    let before_mib = resident();
    let told = Arc::new(AtomicU64::new(0));
    let ended = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..listeners)
        .map(|_| {
            let (told, ended) = (Arc::clone(&told), Arc::clone(&ended));
            let (address, key) = (wishwell.web, wishwell.operator_key());
            let builder = std::thread::Builder::new().stack_size(64 * 1024);
            builder.spawn(move || listen(address, key, &told, &ended)).expect("a thread")
        })
        .collect();
    let (changes, seconds_mib) = change_things(wishwell, duration, resident);
    ended.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().expect("a listener ends");
    }
    Listening { listeners, changes, bytes: told.load(Ordering::Relaxed), before_mib, seconds_mib }
}

fn listen(address: SocketAddr, key: &str, told: &AtomicU64, ended: &AtomicBool) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(
        stream,
        "GET /v1/events:watch?afterPosition=-1 HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\nauthorization: Bearer {key}\r\n\r\n"
    )
    .expect("a request");
    stream.set_read_timeout(Some(Duration::from_millis(500))).expect("a timeout");
    let mut buffer = [0; 16 * 1024];
    while !ended.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => panic!("the stream ended"),
            Ok(count) => {
                told.fetch_add(count as u64, Ordering::Relaxed);
            }
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => panic!("the stream broke: {error}"),
        }
    }
}

/// Sets figures of pools, evenly, and looks at memory each second.
fn change_things(wishwell: &Wishwell, duration: Duration, resident: impl Fn() -> f64) -> (u64, Vec<f64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut catalog = wishwell.catalog();
        let list = v1::ListCapacityPoolsRequest { page_size: 100, ..Default::default() };
        let pools = catalog.list_capacity_pools(keyed(wishwell.operator_key(), list)).await.expect("pools");
        let mut pools = pools.into_inner().capacity_pools;
        // Of an unbounded pool no total can be set.
        pools.retain(|pool| pool.kind() != v1::CapacityKind::Unbounded);
        let (started, mut changes, mut seconds) = (Instant::now(), 0, Vec::new());
        let mut ticker = tokio::time::interval(Duration::from_secs(1) / u32::try_from(CHANGES_PER_SECOND).unwrap_or(1));
        while started.elapsed() < duration {
            ticker.tick().await;
            let pool = &pools[usize::try_from(changes).unwrap_or(0) % pools.len()];
            let set = v1::SetCapacityRequest {
                name: pool.name.clone(),
                total: Some(1_000_000 + changes as i64),
                ..Default::default()
            };
            catalog.set_capacity(keyed(wishwell.operator_key(), set)).await.expect("a figure can be set");
            changes += 1;
            if changes % CHANGES_PER_SECOND == 0 {
                seconds.push(resident());
            }
        }
        (changes, seconds)
    })
}
