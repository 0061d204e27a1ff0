//! Which addresses a message may go to. A URL comes from a partner, and whoever connects to it stands inside the platform's network:
//! addresses that are not everybody's are not connected to, whatever name led there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::network::Network;

/// How far messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses over TLS.
    Public,
    /// Also to networks that the operator names, over TLS as well.
    PublicAnd(Arc<[Network]>),
    /// Also to this machine, over HTTP as well: for development.
    PublicAndThisMachine,
}

impl Reach {
    /// Whether an address may be connected to.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        is_public(address)
            || match self {
                Self::Public => false,
                Self::PublicAnd(networks) => networks.iter().any(|network| network.holds(address)),
                Self::PublicAndThisMachine => address.is_loopback(),
            }
    }
}

/// Whether an address is reachable by everybody, by the special-purpose registries of IANA (RFC 6890 and its successors). Of IPv6
/// only what is given out as global unicast is; mapped, translated and tunnelled IPv4 addresses are not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|(base, bits)| is_within_v4(address, *base, *bits)),
        IpAddr::V6(address) => {
            is_within_v6(address, Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
                && !NOT_PUBLIC_V6.iter().any(|(base, bits)| is_within_v6(address, *base, *bits))
        }
    }
}

const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    // This network (RFC 791).
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Private (RFC 1918).
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared by carriers (RFC 6598).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback (RFC 1122).
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local (RFC 3927); clouds answer with credentials at one of them.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Protocol assignments (RFC 6890).
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation (RFC 5737).
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Relays of 6to4 (RFC 7526).
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Benchmarks (RFC 2544).
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast (RFC 5771), reserved and broadcast (RFC 1112, RFC 919).
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    // Protocol assignments, with Teredo and ORCHID (RFC 2928).
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4, which holds an IPv4 address (RFC 3056).
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
];

fn is_within_v4(address: Ipv4Addr, base: Ipv4Addr, bits: u32) -> bool {
    (address.to_bits() ^ base.to_bits()) >> (32 - bits) == 0
}

fn is_within_v6(address: Ipv6Addr, base: Ipv6Addr, bits: u32) -> bool {
    (address.to_bits() ^ base.to_bits()) >> (128 - bits) == 0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_everybodys_is_not_reached() {
        for refused in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ] {
            let address: IpAddr = refused.parse().unwrap();
            assert!(!Reach::Public.allows(address), "{refused}");
            let here = Reach::PublicAndThisMachine.allows(address);
            assert_eq!(here, address.is_loopback(), "{refused} in development");
        }
    }

    #[test]
    fn of_what_is_not_everybodys_the_networks_that_are_named_are_reached_and_no_others() {
        let reach = Reach::PublicAnd(["10.20.0.0/16", "fd12::/16"].map(|text| text.parse().unwrap()).into());
        for (address, allowed) in [
            ("10.20.1.2", true),
            ("fd12::1", true),
            ("8.8.8.8", true),
            ("10.21.0.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("::ffff:10.20.1.2", false),
        ] {
            assert_eq!(reach.allows(address.parse().unwrap()), allowed, "{address}");
        }
    }

    #[test]
    fn what_is_everybodys_is_reached() {
        for allowed in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2400:3200::1",
            "2606:4700::1111",
            "2001:4860::8888",
        ] {
            assert!(Reach::Public.allows(allowed.parse().unwrap()), "{allowed}");
        }
    }
}
