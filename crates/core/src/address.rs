//! Which internet addresses are somewhere on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address can be a stranger's: not this machine, not a private network, not a cloud's metadata service, not
/// reserved. An IPv6 address that only carries an IPv4 one (mapped, 6to4, Teredo, NAT64) is as public as what it
/// carries. By the IANA special-purpose registries of IPv4 and IPv6 addresses.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b & 0xfe) == 18;
    let protocol = a == 192 && b == 0 && c == 0;
    let relay = a == 192 && b == 88 && c == 99;
    !(a == 0
        || a >= 240
        || shared
        || benchmark
        || protocol
        || relay
        || v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || v4.is_multicast())
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, c, d, .., g, h] = v6.segments();
    let carried = |high: u16, low: u16| {
        let [[w, x], [y, z]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_public_v4(Ipv4Addr::new(w, x, y, z))
    };
    match (a, b) {
        // 6to4.
        (0x2002, _) => carried(b, c),
        // Teredo: the server, and the client with its bits turned over.
        (0x2001, 0) => carried(c, d) && carried(!g, !h),
        // The rest of the protocol assignments, and documentation.
        (0x2001, 1..0x200) | (0x2001, 0xdb8) | (0x3fff, 0..0x1000) => false,
        // NAT64 with the well-known prefix.
        (0x64, 0xff9b) if v6.segments()[2..6] == [0; 4] => carried(g, h),
        // Of the rest, global unicast is 2000::/3.
        _ => (a & 0xe000) == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strangers_are_public() {
        for address in [
            "8.8.8.8",
            "1.1.1.1",
            "2a02:8070::1",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
            "64:ff9b::808:808",
            "2606:4700:4700::1111",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.5",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:808:808::80ff:fffe",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
