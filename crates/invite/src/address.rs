//! Where a message goes.

use bonafide_core::email::sendable;
use lettre::Address;
use serde::{Deserialize, Serialize};

/// A way to reach a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
}

impl Channel {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// Why nothing can be sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    #[error("is not an e-mail address; write name@domain")]
    NotEmail,
    #[error("is not a phone number; write + and the country's code, then the number, 7 to 15 digits in all")]
    NotPhone,
}

/// The address as it is used: of an e-mail address the domain in lower case and ASCII, of a phone number E.164.
pub fn check(channel: Channel, to: &str) -> Result<String, AddressProblem> {
    match channel {
        Channel::Email => email(to).map(|address| address.to_string()),
        Channel::Sms => phone(to),
    }
}

pub(crate) fn email(to: &str) -> Result<Address, AddressProblem> {
    let to = sendable(to).ok_or(AddressProblem::NotEmail)?;
    to.parse().map_err(|_| AddressProblem::NotEmail)
}

fn phone(to: &str) -> Result<String, AddressProblem> {
    let kept: String = to.chars().filter(|c| !(c.is_whitespace() || "-.()[]/‐‑–".contains(*c))).collect();
    let digits = kept.strip_prefix('+').ok_or(AddressProblem::NotPhone)?;
    // No country's code starts with 0.
    let right = (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    if right { Ok(kept) } else { Err(AddressProblem::NotPhone) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_one_way() {
        for (channel, given, expected) in [
            (Channel::Email, " Anna.Smith+id@Example.ORG ", "Anna.Smith+id@example.org"),
            (Channel::Email, "jörg@münchen.example", "jörg@xn--mnchen-3ya.example"),
            (Channel::Sms, "+44 20 7946-0123", "+442079460123"),
            (Channel::Sms, "+1 (212) 555.0100", "+12125550100"),
            (Channel::Sms, "\u{a0}+33\u{a0}1\u{202f}99 00 12 34", "+33199001234"),
        ] {
            assert_eq!(check(channel, given).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for given in [
            "",
            "anna@example.org, bert@example.org",
            "anna@example.org\r\nBcc: bert@example.org",
            "anna@[127.0.0.1]",
        ] {
            assert_eq!(check(Channel::Email, given), Err(AddressProblem::NotEmail), "{given}");
        }
        for given in [
            "",
            "+",
            "442079460123",
            "0049301234567",
            "+123456",
            "+1234567890123456",
            "+44x2079460123",
            "+0441234567",
            "++442079460123",
            "+٤٤٢٠٧٩٤٦٠١٢",
        ] {
            assert_eq!(check(Channel::Sms, given), Err(AddressProblem::NotPhone), "{given}");
        }
    }
}
