//! Where a message may go.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use bonafide_core::address::is_public;
use ipnet::IpNet;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolving},
};

use crate::{Failure, Resolve};

/// Longest URL that is taken, in bytes.
const LONGEST: usize = 2048;
/// Most addresses of one name that are tried: a name's owner does not get to have a whole network knocked at.
const MAX_ADDRESSES: usize = 8;

/// What can be told of a URL without asking DNS, for when an endpoint is registered. A name may still turn out to lead
/// to a forbidden address when a message is sent.
///
/// # Errors
/// Says what is wrong with the URL. Plain http is refused outright only where no network is allowed.
pub fn check_url(url: &str, allow: &[IpNet]) -> Result<(), Failure> {
    parse(url, allow).map(drop)
}

/// The URL as the client will read it: there is one parser, so nothing is judged that is not what is connected to.
pub(crate) fn parse(text: &str, allow: &[IpNet]) -> Result<Url, Failure> {
    if text.len() > LONGEST {
        return Err(Failure::UrlTooLong);
    }
    // The parser forgives these, and then a URL leads elsewhere than it reads.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(Failure::NotUrl);
    }
    let url = Url::parse(text).map_err(|_| Failure::NotUrl)?;
    let plain = match url.scheme() {
        "https" => false,
        "http" => true,
        _ => return Err(Failure::SchemeNotHttp),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::CredentialsInUrl);
    }
    if url.port() == Some(0) {
        return Err(Failure::PortZero);
    }
    // What the client sends is stricter about characters than what a browser takes.
    if url.as_str().parse::<hyper::Uri>().is_err() {
        return Err(Failure::NotUrl);
    }
    let host = url.host_str().ok_or(Failure::NotUrl)?;
    if let Some(literal) = literal(host) {
        judge(literal, plain, allow)?;
    } else if is_localhost(host) {
        let [v4, v6] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        judge(v4, plain, allow).or_else(|_| judge(v6, plain, allow))?;
    } else if plain && allow.is_empty() {
        return Err(Failure::PlainHttp);
    }
    Ok(url)
}

/// A host that is an address: the parser has already undone every disguise and put IPv6 in brackets.
fn literal(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host).parse().ok()
}

/// Names that lead to this machine without DNS (RFC 6761).
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether an address may be connected to, without TLS if `plain`.
fn judge(address: IpAddr, plain: bool, allow: &[IpNet]) -> Result<(), Failure> {
    match (is_allowed(address, allow), is_public(address)) {
        (true, _) => Ok(()),
        (false, true) if plain => Err(Failure::PlainHttp),
        (false, true) => Ok(()),
        (false, false) => Err(Failure::ForbiddenAddress),
    }
}

/// An IPv4 address and the same one mapped into IPv6 are one, in the address as in the network.
fn is_allowed(address: IpAddr, allow: &[IpNet]) -> bool {
    let plain = address.to_canonical();
    let mapped = match plain {
        IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
        v6 => v6,
    };
    allow.iter().any(|net| net.contains(&plain) || net.contains(&mapped))
}

/// Looks names up for one client and leaves only the addresses it may connect to. The client connects to these and asks
/// nobody again, so a name that changes its mind in between gains nothing.
pub(crate) struct Guard {
    pub(crate) names: Arc<dyn Resolve>,
    pub(crate) allow: Arc<[IpNet]>,
    /// Whether the client speaks plain http.
    pub(crate) plain: bool,
}

impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = self.names.resolve(name.as_str());
        let (allow, plain) = (self.allow.clone(), self.plain);
        Box::pin(async move {
            let found = answer.await.map_err(|_| Failure::NameNotFound)?;
            let good = good_ones(found, plain, &allow)?;
            // The client puts the URL's port in the place of 0.
            Ok(Box::new(good.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

fn good_ones(found: Vec<IpAddr>, plain: bool, allow: &[IpNet]) -> Result<Vec<IpAddr>, Failure> {
    let mut why = Failure::NameNotFound;
    let mut good = vec![];
    for address in found {
        match judge(address, plain, allow) {
            Ok(()) => good.push(address),
            Err(failure) => why = failure,
        }
    }
    good.truncate(MAX_ADDRESSES);
    if good.is_empty() { Err(why) } else { Ok(good) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nets(nets: &[&str]) -> Vec<IpNet> {
        nets.iter().map(|net| net.parse().unwrap()).collect()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_a_url_says_by_itself() {
        for url in [
            "https://example.com",
            "https://example.com:8443/a/b?c=d#e",
            "HTTPS://EXAMPLE.COM./",
            "https://bücher.example/",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]/",
            "https://localhost.example/",
            "https://xn--bcher-kva.example/",
            "https://example.com/a@b:c/?d=|{}",
        ] {
            assert_eq!(check_url(url, &[]), Ok(()), "{url}");
        }
        for (url, why) in [
            ("", Failure::NotUrl),
            ("example.com/hooks", Failure::NotUrl),
            ("/hooks", Failure::NotUrl),
            ("https://", Failure::NotUrl),
            ("https:///", Failure::NotUrl),
            ("https://:443/", Failure::NotUrl),
            ("https://?q", Failure::NotUrl),
            ("https://[::1", Failure::NotUrl),
            ("https://[fe80::1%25eth0]/", Failure::NotUrl),
            ("https://[fe80::1%eth0]/", Failure::NotUrl),
            ("https://example.com:65536/", Failure::NotUrl),
            ("https://1.2.3.4.5/", Failure::NotUrl),
            ("https://256.0.0.1/", Failure::NotUrl),
            ("https://a b.example/", Failure::NotUrl),
            (" https://example.com/", Failure::NotUrl),
            ("https://example.com/\n", Failure::NotUrl),
            ("https://exam\tple.com/", Failure::NotUrl),
            ("https://example.com\u{a0}/", Failure::NotUrl),
            ("https://good.example\\@127.0.0.1/", Failure::NotUrl),
            ("https:\\\\127.0.0.1/", Failure::NotUrl),
            ("https://example.com:0/", Failure::PortZero),
            ("ftp://example.com/", Failure::SchemeNotHttp),
            ("file:///etc/passwd", Failure::SchemeNotHttp),
            ("gopher://example.com/", Failure::SchemeNotHttp),
            ("unix:/run/docker.sock", Failure::SchemeNotHttp),
            ("http+unix://%2Frun%2Fdocker.sock/", Failure::SchemeNotHttp),
            ("ws://example.com/", Failure::SchemeNotHttp),
            ("javascript:alert(1)", Failure::SchemeNotHttp),
            ("data:text/plain,x", Failure::SchemeNotHttp),
            ("https://user@example.com/", Failure::CredentialsInUrl),
            ("https://user:secret@example.com/", Failure::CredentialsInUrl),
            ("https://:secret@example.com/", Failure::CredentialsInUrl),
            ("https://good.example@127.0.0.1/", Failure::CredentialsInUrl),
            ("https://good.example%00@127.0.0.1/", Failure::CredentialsInUrl),
            ("http://example.com/", Failure::PlainHttp),
            ("http://8.8.8.8/", Failure::PlainHttp),
            ("http://127.0.0.1/", Failure::ForbiddenAddress),
        ] {
            assert_eq!(check_url(url, &[]), Err(why), "{url:?}");
        }
        let path = "a".repeat(LONGEST - "https://example.com/".len());
        assert_eq!(check_url(&format!("https://example.com/{path}"), &[]), Ok(()));
        assert_eq!(check_url(&format!("https://example.com/{path}a"), &[]), Err(Failure::UrlTooLong));
    }

    #[test]
    fn plain_http_only_where_allowed() {
        let allow = nets(&["10.0.0.0/8", "::1/128"]);
        for url in
            ["http://10.1.2.3/", "https://10.1.2.3:8443/", "http://name.example/", "http://localhost:3000/"]
        {
            assert_eq!(check_url(url, &allow), Ok(()), "{url}");
        }
        assert_eq!(check_url("http://8.8.8.8/", &allow), Err(Failure::PlainHttp));
        assert_eq!(check_url("http://127.0.0.1/", &allow), Err(Failure::ForbiddenAddress));
    }

    #[test]
    fn an_allowed_network_is_the_same_in_either_notation() {
        for net in ["127.0.0.0/8", "::ffff:127.0.0.0/104"] {
            let allow = nets(&[net]);
            for loopback in ["127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"] {
                assert_eq!(judge(address(loopback), true, &allow), Ok(()), "{loopback} in {net}");
            }
            for other in ["10.0.0.1", "::1", "::127.0.0.1", "2002:7f00:1::1", "64:ff9b::7f00:1"] {
                assert_eq!(
                    judge(address(other), false, &allow),
                    Err(Failure::ForbiddenAddress),
                    "{other} in {net}"
                );
            }
        }
    }

    #[test]
    fn of_mixed_answers_only_the_good_ones_are_left() {
        let all = |list: &[&str]| list.iter().map(|a| address(a)).collect::<Vec<_>>();
        let mixed = all(&["10.0.0.1", "8.8.8.8", "169.254.169.254", "2606:4700::1111", "::1"]);
        assert_eq!(good_ones(mixed.clone(), false, &[]), Ok(all(&["8.8.8.8", "2606:4700::1111"])));
        let allow = nets(&["10.0.0.0/8"]);
        assert_eq!(good_ones(mixed, true, &allow), Ok(all(&["10.0.0.1"])));
        assert_eq!(good_ones(all(&["::1", "fc00::1"]), false, &[]), Err(Failure::ForbiddenAddress));
        assert_eq!(good_ones(all(&["8.8.8.8"]), true, &allow), Err(Failure::PlainHttp));
        assert_eq!(good_ones(vec![], false, &[]), Err(Failure::NameNotFound));
        assert_eq!(good_ones(vec![address("8.8.8.8"); 1000], false, &[]).unwrap().len(), MAX_ADDRESSES);
    }

    /// Addresses that are surely not public, by the standard library and not by the rule under test.
    fn private() -> impl Strategy<Value = Ipv4Addr> {
        let any_of = |net: u32, bits: u32| any::<u32>().prop_map(move |n| Ipv4Addr::from(net | (n >> bits)));
        prop_oneof![
            any_of(0x7f00_0000, 8),
            any_of(0x0a00_0000, 8),
            any_of(0xac10_0000, 12),
            any_of(0xc0a8_0000, 16),
            any_of(0xa9fe_0000, 16),
            any_of(0x6440_0000, 10),
            any_of(0xe000_0000, 4),
            any_of(0x0000_0000, 8),
        ]
    }

    /// IPv6 addresses that carry an IPv4 one, with all the rest at random.
    fn carrying(v4: Ipv4Addr, noise: u128, server: u32) -> [u128; 6] {
        let inside = u128::from(u32::from(v4));
        [
            0xffff << 32 | inside,
            inside,
            0x2002 << 112 | inside << 80 | noise >> 48,
            0x0064_ff9b << 96 | inside,
            // Teredo, as the client and as the server.
            0x2001_0000 << 96
                | u128::from(server) << 64
                | (noise & 0xffff_ffff) << 32
                | (inside ^ 0xffff_ffff),
            0x2001_0000 << 96 | inside << 64 | (noise & u128::from(u64::MAX)),
        ]
    }

    proptest! {
        #[test]
        fn nothing_private_passes_inside_ipv6(v4 in private(), noise: u128, server: u32) {
            for bits in carrying(v4, noise, server) {
                let v6 = Ipv6Addr::from(bits);
                prop_assert_eq!(judge(v6.into(), false, &[]), Err(Failure::ForbiddenAddress), "{}", v6);
                prop_assert_eq!(check_url(&format!("https://[{v6}]/"), &[]), Err(Failure::ForbiddenAddress));
            }
        }

        #[test]
        fn outside_global_unicast_nothing_passes(bits: u128) {
            let v6 = Ipv6Addr::from(bits);
            let passes = judge(v6.into(), false, &[]).is_ok();
            let public_inside = |v4: Option<Ipv4Addr>| v4.is_some_and(is_public_by_std);
            let nat64 = (bits >> 32 == 0x0064_ff9b << 64).then(|| Ipv4Addr::from(bits as u32));
            if passes {
                prop_assert!(bits >> 125 == 1 || public_inside(v6.to_ipv4_mapped()) || public_inside(nat64));
            }
        }

        /// All ways of the URL standard to write an IPv4 address: one to four numbers in three bases, the last of
        /// which takes what the others leave.
        #[test]
        fn an_ipv4_address_is_the_same_in_every_disguise(
            v4 in prop_oneof![private(), any::<u32>().prop_map(Ipv4Addr::from)],
            parts in 1usize..=4, bases in prop::array::uniform4(0..3usize), dot in "[.。．｡]", last in "\\.?",
        ) {
            let octets = v4.octets();
            let (front, rest) = octets.split_at(parts - 1);
            let rest = rest.iter().fold(0u32, |number, octet| number << 8 | u32::from(*octet));
            let numbers = front.iter().map(|octet| u32::from(*octet)).chain([rest]);
            let written: Vec<_> = numbers.zip(bases).map(|(number, base)| match base {
                0 => format!("{number}"),
                1 => format!("0x{number:X}"),
                _ => format!("0{number:o}"),
            }).collect();
            let url = format!("https://{}{last}/", written.join(&dot));
            let read = parse(&url, &["0.0.0.0/0".parse().unwrap()]).unwrap();
            prop_assert_eq!(read.host_str(), Some(&*v4.to_string()), "{}", url);
            prop_assert_eq!(check_url(&url, &[]), judge(v4.into(), false, &[]), "{}", url);
        }

        #[test]
        fn any_text_is_judged_without_panic(text: String, tail in "https?:/{0,3}\\PC{0,40}") {
            for text in [text, tail] {
                if let Ok(url) = parse(&text, &[]) {
                    prop_assert_eq!(url.scheme(), "https");
                    prop_assert!(literal(url.host_str().unwrap()).is_none_or(is_public));
                }
            }
        }
    }

    fn is_public_by_std(v4: Ipv4Addr) -> bool {
        !(v4.is_private()
            || v4.is_loopback()
            || v4.is_link_local()
            || v4.is_unspecified()
            || v4.is_multicast())
    }
}
