//! Who really sent a request that came through proxies of ours.
//!
//! A header is believed only as far as those who wrote into it are: from the right, each address is
//! what the hop behind it saw, and the first that is none of our proxies is the caller. Whatever stands
//! further left was written by the caller.

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, HeaderName};
use auth::ClientAddress;

use crate::{ForwardedHeader, HttpConfig};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// Addresses with a common beginning (CIDR).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`, `fd00::/8` or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            // a sign or a space is no number here
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().ok()?,
            Some(_) => return None,
            None => most,
        };
        (bits <= most).then_some(Self { address, bits })
    }

    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let rest = 32_u32.saturating_sub(self.bits);
                let mask = u32::MAX.checked_shl(rest).unwrap_or_default();
                (own.to_bits() ^ other.to_bits()) & mask == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let rest = 128_u32.saturating_sub(self.bits);
                let mask = u128::MAX.checked_shl(rest).unwrap_or_default();
                (own.to_bits() ^ other.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

/// Proxies whose word is taken.
#[derive(Debug, Clone)]
pub(crate) struct Proxies {
    networks: Vec<Network>,
    header: ForwardedHeader,
}

impl Proxies {
    /// Reads the configuration, which was checked before.
    pub(crate) fn new(config: &HttpConfig) -> Self {
        let networks = config.trusted_proxies.iter();
        Self {
            networks: networks.filter_map(|text| Network::parse(text)).collect(),
            header: config.forwarded_header,
        }
    }

    /// Who sent the request that `peer` delivered.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return ClientAddress(client);
        }
        let name = match self.header {
            ForwardedHeader::XForwardedFor => X_FORWARDED_FOR,
            ForwardedHeader::Forwarded => FORWARDED,
        };
        // several lines are one list
        let lines: Vec<&str> = headers
            .get_all(name)
            .map(|value| value.to_str().unwrap_or_default())
            .collect();
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let address = match self.header {
                ForwardedHeader::XForwardedFor => address(hop.trim()),
                ForwardedHeader::Forwarded => forwarded_for(hop).and_then(address),
            };
            // what a proxy could not or did not want to name ends the way back
            let Some(address) = address else {
                break;
            };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        ClientAddress(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.holds(address))
    }
}

/// The value of `for` in an element of `Forwarded` (RFC 7239, section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let value = value.trim();
        let bare = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        name.eq_ignore_ascii_case("for")
            .then_some(bare.unwrap_or(value))
    })
}

/// Reads an address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let host = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        // one colon comes before a port, several are within an IPv6 address
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    let address: IpAddr = host.parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    use std::net::IpAddr;

    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{Network, Proxies};
    use crate::{ForwardedHeader, HttpConfig};

    fn proxies(header: ForwardedHeader) -> Proxies {
        Proxies::new(&HttpConfig {
            trusted_proxies: vec!["10.0.0.0/8".to_owned(), "fd00::/8".to_owned()],
            forwarded_header: header,
            ..HttpConfig::default()
        })
    }

    /// The caller of a request from `peer` with these lines of the header `name`.
    fn client(header: ForwardedHeader, peer: &str, name: &'static str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_str(line).expect("a header"),
            );
        }
        let peer: IpAddr = peer.parse().expect("an address");
        proxies(header).client(peer, &headers).0.to_string()
    }

    fn x_forwarded_for(peer: &str, lines: &[&str]) -> String {
        client(
            ForwardedHeader::XForwardedFor,
            peer,
            "x-forwarded-for",
            lines,
        )
    }

    #[test]
    fn whoever_is_no_proxy_speaks_for_itself() {
        assert_eq!(
            x_forwarded_for("203.0.113.7", &["198.51.100.1"]),
            "203.0.113.7"
        );
        assert_eq!(x_forwarded_for("11.0.0.1", &["198.51.100.1"]), "11.0.0.1");
        assert_eq!(x_forwarded_for("fe00::1", &["198.51.100.1"]), "fe00::1");
    }

    #[test]
    fn the_caller_is_the_first_from_the_right_who_is_no_proxy() {
        for (lines, caller) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            // what stands further left came from the caller
            (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (&["10.1.1.1, 203.0.113.7"], "203.0.113.7"),
            (&["203.0.113.7, 10.2.2.2"], "203.0.113.7"),
            (&["198.51.100.1", "203.0.113.7, 10.2.2.2"], "203.0.113.7"),
            (&["203.0.113.7:4711"], "203.0.113.7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
            (&["203.0.113.7, fd00::1"], "203.0.113.7"),
            // through proxies alone: the one furthest away
            (&["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ] {
            assert_eq!(x_forwarded_for("10.0.0.1", lines), caller, "{lines:?}");
            assert_eq!(
                x_forwarded_for("::ffff:10.0.0.1", lines),
                caller,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn what_is_no_address_ends_the_way_back() {
        for lines in [
            &[][..],
            &[""],
            &["unknown"],
            &["203.0.113.7, unknown"],
            &["203.0.113.7,"],
            &["203.0.113.7, 10.0.0.1.evil"],
            &["203.0.113.7, [::1"],
        ] {
            assert_eq!(x_forwarded_for("10.0.0.1", lines), "10.0.0.1", "{lines:?}");
        }
    }

    #[test]
    fn only_the_header_that_the_proxies_write_is_read() {
        let spoofed = client(
            ForwardedHeader::XForwardedFor,
            "10.0.0.1",
            "forwarded",
            &["for=198.51.100.1"],
        );
        assert_eq!(spoofed, "10.0.0.1");
        for (line, caller) in [
            ("for=203.0.113.7;proto=https", "203.0.113.7"),
            ("for=198.51.100.1, For=\"203.0.113.7:80\"", "203.0.113.7"),
            (
                "proto=https;for=\"[2001:db8::7]:4711\", for=10.2.2.2",
                "2001:db8::7",
            ),
            ("for=_hidden", "10.0.0.1"),
            ("by=203.0.113.7", "10.0.0.1"),
        ] {
            let header = ForwardedHeader::Forwarded;
            assert_eq!(
                client(header, "10.0.0.1", "forwarded", &[line]),
                caller,
                "{line}"
            );
        }
    }

    #[test]
    fn a_network_is_an_address_and_a_length() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "10.0.0.1",
            "fd00::/8",
            "::/0",
            "::1/128",
        ] {
            assert!(Network::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "proxy",
        ] {
            assert!(Network::parse(text).is_none(), "{text}");
        }
        let everyone = Network::parse("0.0.0.0/0").expect("a network");
        assert!(everyone.holds("203.0.113.7".parse().expect("an address")));
        assert!(!everyone.holds("::1".parse().expect("an address")));
    }
}
