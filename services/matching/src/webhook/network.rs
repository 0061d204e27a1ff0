//! A network by its first address and the length of its prefix, as operators write it (RFC 4632, RFC 4291).

use std::net::IpAddr;
use std::str::FromStr;

/// A network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix_bits: u32,
}

impl Network {
    /// Whether an address is one of its.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                shares(first.to_bits().into(), address.to_bits().into(), 32 - self.prefix_bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                shares(first.to_bits(), address.to_bits(), 128 - self.prefix_bits)
            }
            _ => false,
        }
    }
}

/// Whether two addresses are the same but for their last bits.
fn shares(one: u128, other: u128, last_bits: u32) -> bool {
    (one ^ other).checked_shr(last_bits).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = &'static str;

    /// Reads `10.20.0.0/16` or `fd12:3456::/32`; an address alone is a network of one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be a network, an address and the length of its prefix";
        let (first, prefix) = text.split_once('/').map_or((text, None), |(first, prefix)| (first, Some(prefix)));
        let first: IpAddr = first.parse().map_err(|_| FORM)?;
        let bits_max = if first.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(bits_max), |prefix| prefix.parse::<u32>().map_err(|_| FORM))?;
        if prefix_bits > bits_max {
            return Err(FORM);
        }
        if prefix_bits == 0 {
            return Err("must not be every address there is");
        }
        let bits = match first {
            IpAddr::V4(first) => u128::from(first.to_bits()),
            IpAddr::V6(first) => first.to_bits(),
        };
        if bits.trailing_zeros() < bits_max - prefix_bits {
            return Err("must begin with the network's first address");
        }
        Ok(Self { first, prefix_bits })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        for (network, inside, outside) in [
            (
                "10.20.0.0/16",
                vec!["10.20.0.0", "10.20.255.255"],
                vec!["10.19.255.255", "10.21.0.0", "::ffff:10.20.0.1"],
            ),
            ("127.0.0.1", vec!["127.0.0.1"], vec!["127.0.0.2", "::1"]),
            ("192.168.7.128/25", vec!["192.168.7.200"], vec!["192.168.7.127"]),
            ("fd12:3456::/32", vec!["fd12:3456::1"], vec!["fd12:3457::1", "10.0.0.1"]),
            ("::1/128", vec!["::1"], vec!["::2", "0.0.0.1"]),
            ("128.0.0.0/1", vec!["255.255.255.255"], vec!["127.255.255.255"]),
        ] {
            let network: Network = network.parse().unwrap();
            let holds = |address: &str| network.holds(address.parse().unwrap());
            assert!(inside.into_iter().all(holds), "{network:?}");
            assert!(!outside.into_iter().any(holds), "{network:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["", "10.20.0.0/", "10.20.0.0/33", "10.20.0.1/16", "10.20/16", "::/129", "0.0.0.0/0", "::/0", "a/8"]
        {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
