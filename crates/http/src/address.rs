//! Whom a request came from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, header, request::Parts},
};
use bonafide_engine::{ClientAddress, ForwardedHeader, Settings};

/// The address of the connection; or, where that is one of the operator's proxies, the last hop they name that is
/// none of them. Nobody else's word is taken: anybody can send these headers.
pub(crate) fn of(parts: &Parts, settings: &Settings) -> Option<ClientAddress> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    behind(peer.ip(), &parts.headers, settings).map(ClientAddress)
}

fn behind(peer: IpAddr, headers: &HeaderMap, settings: &Settings) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let is_proxy = |address: &IpAddr| settings.trusted_proxies.iter().any(|net| net.contains(address));
    if !is_proxy(&peer) {
        return Some(peer);
    }
    let mut last = peer;
    for hop in hops(headers, settings.forwarded_header).into_iter().rev() {
        // A hop that is hidden or garbled: beyond it nothing can be believed.
        last = address(hop)?;
        if !is_proxy(&last) {
            break;
        }
    }
    Some(last)
}

/// Every hop named, the farthest first.
fn hops(headers: &HeaderMap, header: ForwardedHeader) -> Vec<&str> {
    let lines = |name| {
        headers.get_all(name).into_iter().flat_map(|line| line.to_str().unwrap_or("unreadable").split(','))
    };
    match header {
        ForwardedHeader::XForwardedFor => lines("x-forwarded-for").map(str::trim).collect(),
        ForwardedHeader::Forwarded => lines(header::FORWARDED.as_str()).map(forwarded_for).collect(),
    }
}

/// The `for` of one element of a `Forwarded` header; empty when there is none.
fn forwarded_for(element: &str) -> &str {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"));
    found.map_or("", |(_, value)| value.trim_matches('"'))
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address.or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, name: &'static str, lines: &[&str], proxies: &[&str]) -> Option<String> {
        let forwarded_header = match name {
            "forwarded" => ForwardedHeader::Forwarded,
            _ => ForwardedHeader::XForwardedFor,
        };
        let trusted_proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
        let settings = Settings { trusted_proxies, forwarded_header, ..Settings::default() };
        let headers = lines.iter().map(|line| (name.parse().unwrap(), line.parse().unwrap())).collect();
        behind(peer.parse().unwrap(), &headers, &settings).map(|a| a.to_string())
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn without_trusted_proxies_the_connection_counts() {
        assert_eq!(seen("198.51.100.1", XFF, &["203.0.113.9"], &[]).as_deref(), Some("198.51.100.1"));
        let proxies = ["10.0.0.0/8"];
        assert_eq!(seen("198.51.100.1", XFF, &["203.0.113.9"], &proxies).as_deref(), Some("198.51.100.1"));
        assert_eq!(seen("::ffff:198.51.100.1", XFF, &[], &[]).as_deref(), Some("198.51.100.1"));
    }

    #[test]
    fn behind_proxies_the_last_hop_that_is_none_counts() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        // The person may have sent a line of their own: what they claim stands farther away.
        let lines = ["1.2.3.4", "203.0.113.9, 10.0.0.7"];
        assert_eq!(seen("10.0.0.1", XFF, &lines, &proxies).as_deref(), Some("203.0.113.9"));
        assert_eq!(seen("fd00::1", XFF, &["203.0.113.9:4711"], &proxies).as_deref(), Some("203.0.113.9"));
        // Somebody inside.
        assert_eq!(seen("10.0.0.1", XFF, &["10.9.9.9, 10.0.0.7"], &proxies).as_deref(), Some("10.9.9.9"));
        assert_eq!(seen("10.0.0.1", XFF, &[], &proxies).as_deref(), Some("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", XFF, &["1.2.3.4, unknown"], &proxies), None);
    }

    #[test]
    fn rfc_7239_is_read() {
        let proxies = ["10.0.0.0/8"];
        let lines = ["for=1.2.3.4, For=\"[2001:db8:cafe::17]:4711\";proto=https", "for=10.0.0.2;by=10.0.0.1"];
        assert_eq!(seen("10.0.0.1", "forwarded", &lines, &proxies).as_deref(), Some("2001:db8:cafe::17"));
        assert_eq!(seen("10.0.0.1", "forwarded", &["for=_hidden"], &proxies), None);
        assert_eq!(seen("10.0.0.1", "forwarded", &["proto=https"], &proxies), None);
        assert_eq!(
            seen("10.0.0.1", "forwarded", &["for=\"[2001:db8::1]\""], &proxies).as_deref(),
            Some("2001:db8::1")
        );
    }
}
