//! What an e-mail address is, whoever takes one: the steps, the operations that send to it, and the schemas (`idn-email`).

use email_address::EmailAddress;

use crate::text::turns;

/// Longest one of RFC 5321 (a path of 256 octets with its brackets).
const LONGEST: usize = 254;

/// The address as mail is sent to it: the domain in lower case and ASCII. `None` for what is none. Both parts may have letters of
/// any script (RFC 6531); people have their mail at a domain with a dot, and an address of the network would let a caller choose
/// any host near the server.
pub fn sendable(address: &str) -> Option<String> {
    let address = address.trim();
    if address.len() > LONGEST || address.contains(|c: char| c.is_control() || c.is_whitespace() || turns(c))
    {
        return None;
    }
    let (user, domain) = address.rsplit_once('@')?;
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    // What ends in a number is an address of the network to some programs.
    let (_, top) = domain.rsplit_once('.')?;
    let right = EmailAddress::is_valid_local_part(user) && top.starts_with(|c: char| c.is_ascii_alphabetic());
    (right && user.len() + 1 + domain.len() <= LONGEST).then(|| format!("{user}@{domain}"))
}

pub fn is_address(address: &str) -> bool {
    sendable(address).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_one_way() {
        for (given, expected) in [
            (" Anna.Smith+id@Example.ORG ", "Anna.Smith+id@example.org"),
            ("jörg@münchen.example", "jörg@xn--mnchen-3ya.example"),
            ("用户@例え.example", "用户@xn--r8jz45g.example"),
            ("o'brien@example.org", "o'brien@example.org"),
            ("δοκιμή@παράδειγμα.δοκιμή", "δοκιμή@xn--hxajbheg2az3al.xn--jxalpdlp"),
        ] {
            assert_eq!(sendable(given).as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@{}.example", "a".repeat(64), "b".repeat(60).repeat(4));
        // Too long only in ASCII.
        let longer = format!("{}@{}.example", "a".repeat(64), ["ü".repeat(28), "ö".repeat(28)].join("."));
        for given in [
            "",
            "anna",
            "anna@",
            "@example.org",
            "anna@org",
            "anna@example..org",
            "a..b@example.org",
            "anna@example.org, bert@example.org",
            "anna@example.org\r\nBcc: bert@example.org",
            "\"anna\r\nRCPT TO:<bert@example.org>\"@example.org",
            "\"anna smith\"@example.org",
            "Anna <anna@example.org>",
            "anna@exa mple.org",
            "anna\u{202e}@example.org",
            "anna@127.0.0.1",
            "anna@127.1",
            "anna@example.org.",
            "anna@-example.org",
            "anna@exa!mple.org",
            "anna@[127.0.0.1]",
            "anna@[IPv6:::1]",
            "anna@[::1]",
            &long,
        ] {
            assert_eq!(sendable(given), None, "{given}");
        }
        assert!(longer.len() < LONGEST && sendable(&longer).is_none_or(|sent| sent.len() <= LONGEST));
    }
}
