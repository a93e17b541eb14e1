//! Address classes: which addresses are never fetched unless the operator allows their range by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses that hand out credentials of the machine or cluster that hinomi runs on. An allowed range opens them only
/// when it names exactly the one address.
const METADATA: [IpAddr; 8] = [
    v4(169, 254, 169, 254),
    v4(169, 254, 170, 2),
    v4(169, 254, 170, 23),
    v4(100, 100, 100, 200),
    v4(192, 0, 0, 192),
    v4(168, 63, 129, 16),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// IPv4 blocks that are not public (IANA special-purpose registry), with the reason.
const V4: [(Ipv4Addr, u8, &str); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified (0.0.0.0/8)"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private (10.0.0.0/8)"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by carriers (100.64.0.0/10)"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback (127.0.0.0/8)"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local (169.254.0.0/16)"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private (172.16.0.0/12)"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments (192.0.0.0/24)"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation (192.0.2.0/24)"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "AS112 (192.31.196.0/24)"),
    (Ipv4Addr::new(192, 52, 193, 0), 24, "AMT relays (192.52.193.0/24)"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays (192.88.99.0/24)"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private (192.168.0.0/16)"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarks (198.18.0.0/15)"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation (198.51.100.0/24)"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation (203.0.113.0/24)"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast (224.0.0.0/4)"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved (240.0.0.0/4)"),
];

/// IPv6 blocks that are not public, with the reason; the first that matches counts.
const V6: [(Ipv6Addr, u8, &str); 18] = [
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified (::)"),
    (Ipv6Addr::LOCALHOST, 128, "loopback (::1)"),
    (Ipv6Addr::UNSPECIFIED, 96, "IPv4-compatible (::/96)"),
    (block(0x64, 0xff9b, 1), 48, "local NAT64 (64:ff9b:1::/48)"),
    (block(0x100, 0, 0), 64, "discarded (100::/64)"),
    (block(0x2001, 0, 0), 32, "Teredo (2001::/32)"),
    (block(0x2001, 2, 0), 48, "benchmarks (2001:2::/48)"),
    (block(0x2001, 0x10, 0), 28, "ORCHID (2001:10::/28)"),
    (block(0x2001, 0x20, 0), 28, "ORCHIDv2 (2001:20::/28)"),
    (block(0x2001, 0, 0), 23, "protocol assignments (2001::/23)"),
    (block(0x2001, 0xdb8, 0), 32, "documentation (2001:db8::/32)"),
    (block(0x2002, 0, 0), 16, "6to4 (2002::/16)"),
    (block(0x3fff, 0, 0), 20, "documentation (3fff::/20)"),
    (block(0x5f00, 0, 0), 16, "segment routing (5f00::/16)"),
    (block(0xfc00, 0, 0), 7, "unique local (fc00::/7)"),
    (block(0xfe80, 0, 0), 10, "link-local (fe80::/10)"),
    (block(0xfec0, 0, 0), 10, "site-local (fec0::/10)"),
    (block(0xff00, 0, 0), 8, "multicast (ff00::/8)"),
];

const fn v4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

const fn block(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// A block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: IpAddr,
    bits: u8,
}

impl Range {
    fn contains(&self, ip: IpAddr) -> bool {
        match (self.first, ip) {
            (IpAddr::V4(first), IpAddr::V4(ip)) => in_v4(first, self.bits, ip),
            (IpAddr::V6(first), IpAddr::V6(ip)) => in_v6(first, self.bits, ip),
            _ => false,
        }
    }

    const fn is_one_address(&self) -> bool {
        self.bits == if self.first.is_ipv4() { 32 } else { 128 }
    }
}

fn in_v4(first: Ipv4Addr, bits: u8, ip: Ipv4Addr) -> bool {
    let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
    first.to_bits() & mask == ip.to_bits() & mask
}

fn in_v6(first: Ipv6Addr, bits: u8, ip: Ipv6Addr) -> bool {
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    first.to_bits() & mask == ip.to_bits() & mask
}

/// Ranges that the operator allows by name although they are not public; none by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedRanges(Vec<Range>);

/// The text names no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address range: write an address, or an address and its prefix length, as in 10.20.0.0/16")]
pub struct InvalidRange(pub String);

impl AllowedRanges {
    /// Reads ranges such as `10.20.0.0/16`, `fd12::/16` or a single address.
    ///
    /// # Errors
    /// The first text that is no range, or whose address has bits beyond the prefix.
    pub fn parse<S: AsRef<str>>(ranges: &[S]) -> Result<Self, InvalidRange> {
        ranges.iter().map(|text| text.as_ref().parse()).collect::<Result<_, _>>().map(Self)
    }

    fn contains(&self, ip: IpAddr) -> bool {
        let metadata = METADATA.contains(&ip);
        self.0.iter().any(|range| range.contains(ip) && (!metadata || range.is_one_address()))
    }
}

impl FromStr for Range {
    type Err = InvalidRange;
    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let invalid = || InvalidRange(text.to_owned());
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let first: IpAddr = address.parse().map_err(|_| invalid())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| invalid())?;
        let clean = match first {
            IpAddr::V4(ip) => bits <= most && ip.to_bits().checked_shl(bits.into()).unwrap_or(0) == 0,
            IpAddr::V6(ip) => bits <= most && ip.to_bits().checked_shl(bits.into()).unwrap_or(0) == 0,
        };
        clean.then_some(Self { first, bits }).ok_or_else(invalid)
    }
}

/// Why this address must not be fetched; none when it may.
///
/// IPv4 addresses inside `::ffff:0:0/96` (v4-mapped) and `64:ff9b::/96` (NAT64, which DNS64 makes of public addresses)
/// are judged as the IPv4 address they stand for; other wrappings (v4-compatible, 6to4, Teredo) are refused as such.
#[must_use]
pub fn refused(ip: IpAddr, allowed: &AllowedRanges) -> Option<&'static str> {
    let ip = unwrap(ip);
    if allowed.contains(ip) {
        return None;
    }
    if METADATA.contains(&ip) {
        return Some("metadata service of a cloud");
    }
    match ip {
        IpAddr::V4(ip) => V4.iter().find(|(first, bits, _)| in_v4(*first, *bits, ip)).map(|(_, _, why)| *why),
        IpAddr::V6(ip) => refused_v6(ip),
    }
}

fn refused_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let known = V6.iter().find(|(first, bits, _)| in_v6(*first, *bits, ip)).map(|(_, _, why)| *why);
    let global = in_v6(block(0x2000, 0, 0), 3, ip);
    known.or_else(|| (!global).then_some("not global unicast (outside 2000::/3)"))
}

/// The IPv4 address that a v4-mapped or NAT64 address stands for; any other as it is.
fn unwrap(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            let [.., a, b, c, d] = v6.octets();
            v4(a, b, c, d)
        }
        _ => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(ip: &str) -> bool {
        refused(ip.parse().expect(ip), &AllowedRanges::default()).is_some()
    }

    #[test]
    fn what_is_not_public_is_refused() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.1.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "100.100.100.200",
        ] {
            assert!(is_refused(ip), "{ip}");
        }
    }

    #[test]
    fn what_is_not_public_is_refused_in_ipv6_too() {
        for ip in [
            "::",
            "::1",
            "::7f00:1",
            "::808:808",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "8000::1",
            "fc00::1",
            "fd00:ec2::254",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(is_refused(ip), "{ip}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for ip in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2400:4050::1",
            "2001:200::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(!is_refused(ip), "{ip}");
        }
    }

    #[test]
    fn a_range_allowed_by_name_passes_and_no_other() {
        let allowed = AllowedRanges::parse(&["127.0.0.0/8", "fd12::/16", "192.168.1.5"]).expect("ranges");
        for (ip, passes) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("10.0.0.1", false),
            ("fd12::9", true),
            ("fd13::9", false),
            ("192.168.1.5", true),
            ("192.168.1.6", false),
        ] {
            assert_eq!(refused(ip.parse().expect(ip), &allowed).is_none(), passes, "{ip}");
        }
    }

    #[test]
    fn metadata_must_be_named_itself() {
        let metadata: IpAddr = v4(169, 254, 169, 254);
        for (range, passes) in [("0.0.0.0/0", false), ("169.254.0.0/16", false), ("169.254.169.254", true)] {
            let allowed = AllowedRanges::parse(&[range]).expect(range);
            assert_eq!(refused(metadata, &allowed).is_none(), passes, "{range}");
        }
    }

    #[test]
    fn what_is_no_range_is_told() {
        for text in ["", "10.0.0.0/33", "10.0.0.1/8", "fd12::/129", "fd12::1/16", "office", "10.0.0.0/", "10.0.0.0/-1"]
        {
            assert!(AllowedRanges::parse(&[text]).is_err(), "{text}");
        }
    }
}
