//! Ports: taken early, opened late, and who has one that is taken.

use std::fs;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::exit::{Exit, Failure};

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// State of a listening socket in `/proc/net/tcp`.
const LISTENING: &str = "0A";

/// A port that is ours, on which nobody can connect yet.
#[derive(Debug)]
pub(crate) struct Reserved(TcpSocket);

/// Takes a port. That it is taken already is told before a long load, and connections come in only after it.
pub(crate) fn reserve(address: SocketAddr, flag: &str) -> Result<Reserved, Failure> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let bound = socket.and_then(|socket| {
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(socket)
    });
    bound.map(Reserved).map_err(|error| refused(address, flag, &error))
}

impl Reserved {
    /// Lets connections in. Answers the listener with its address, which has a port of its own when 0 was asked for.
    pub(crate) fn open(self, flag: &str) -> Result<(TcpListener, SocketAddr), Failure> {
        let address = self.0.local_addr();
        let listener = self.0.listen(BACKLOG);
        let opened = listener.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
        opened.map_err(|error| match address {
            Ok(address) => refused(address, flag, &error),
            Err(_) => Failure::one(Exit::Unavailable, "the port cannot be opened", error.to_string(), ""),
        })
    }
}

fn refused(address: SocketAddr, flag: &str, error: &std::io::Error) -> Failure {
    let summary = format!("{address} cannot be listened on");
    if error.kind() != std::io::ErrorKind::AddrInUse {
        return Failure::one(
            Exit::Unavailable,
            summary,
            error.to_string(),
            format!("choose another address with {flag}"),
        );
    }
    let (what, stop) = match holder_of(address) {
        Some((process, name)) => {
            (format!("process {process} ({name}) listens there already"), format!("stop it with `kill {process}`, or "))
        }
        None => ("another process listens there already".to_owned(), String::new()),
    };
    Failure::one(Exit::Unavailable, summary, what, format!("{stop}choose another port with {flag} {}:0", address.ip()))
}

/// Id and name of the process that listens on a port, where this user may know.
pub(crate) fn holder_of(address: SocketAddr) -> Option<(u32, String)> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| listening_inode(table, address.port()))?;
    let socket = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .find(|process| has_open(*process, &socket))
        .map(|process| {
            (process, fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default().trim().to_owned())
        })
}

fn listening_inode(table: &str, port: u16) -> Option<String> {
    let text = fs::read_to_string(table).ok()?;
    text.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, local_port) = fields.get(1)?.rsplit_once(':')?;
        let is_it = fields.get(3) == Some(&LISTENING) && u16::from_str_radix(local_port, 16) == Ok(port);
        is_it.then(|| fields.get(9).map(ToString::to_string)).flatten()
    })
}

fn has_open(process: u32, target: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|link| link.to_str() == Some(target)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_refused_with_the_name_of_who_has_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let failure = reserve(address, "--listen").unwrap_err();
        assert_eq!(failure.exit, Exit::Unavailable);
        assert!(failure.problems[0].what.contains(&format!("process {}", std::process::id())), "{failure}");
        assert!(failure.problems[0].remedy.contains("--listen 127.0.0.1:0"), "{failure}");
    }

    #[tokio::test]
    async fn a_reserved_port_refuses_connections_until_it_is_opened() {
        let reserved = reserve("127.0.0.1:0".parse().unwrap(), "--listen").unwrap();
        let address = reserved.0.local_addr().unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
        let (_listener, opened) = reserved.open("--listen").unwrap();
        assert_eq!(opened, address);
        assert!(tokio::net::TcpStream::connect(address).await.is_ok());
    }
}
