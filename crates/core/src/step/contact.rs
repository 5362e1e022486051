//! Where the person can be reached.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{address::Address, judge::Judge};
use crate::{problem::Rule, words::words};

words! {
    /// A part of what [`Contact`] holds.
    pub enum ContactPart {
        Email = "email",
        Phone = "phone",
        Address = "address",
    }
}

/// Where the person can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactStep)]
pub struct Contact {
    #[schema(format = IdnEmail, max_length = 254)]
    pub email: Option<String>,
    /// `+`, the country's code and the number (E.164).
    #[schema(
        min_length = 8,
        max_length = 30,
        pattern = r"^\s*\+[ ()./-]*[1-9]([ ()./-]*[0-9]){6,14}[ ()./-]*$"
    )]
    pub phone: Option<String>,
    pub address: Option<Address>,
}

impl Contact {
    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        if let Some(email) = &self.email {
            judge.email("email", email);
        }
        let phone = self.phone.as_deref().map(phone);
        if phone.is_some_and(|phone| !is_phone(&phone)) {
            let message = "is not a phone number; write + and the country's code, then the number, 7 to 15 digits in all";
            judge.wrong("phone", Rule::Format, message);
        }
        if let Some(address) = &self.address {
            address.judge("address", judge);
        }
        for part in judge.config.contact.asked() {
            let is_there = match part {
                ContactPart::Email => self.email.is_some(),
                ContactPart::Phone => self.phone.is_some(),
                ContactPart::Address => self.address.is_some(),
            };
            judge.required(part.as_str(), is_there);
        }
    }

    pub(super) fn normalize(&mut self) {
        if let Some(to) = &mut self.email {
            *to = email(to);
        }
        if let Some(to) = &mut self.phone {
            *to = phone(to);
        }
        if let Some(address) = &mut self.address {
            address.normalize();
        }
    }
}

/// An e-mail address with its domain in lower case.
pub(super) fn email(to: &str) -> String {
    match to.trim().rsplit_once('@') {
        Some((user, domain)) => format!("{user}@{}", domain.to_lowercase()),
        None => to.trim().to_owned(),
    }
}

/// A phone number as E.164 has it: without what people write between the digits.
fn phone(to: &str) -> String {
    to.chars().filter(|c| !(c.is_whitespace() || "-.()/".contains(*c))).collect()
}

fn is_phone(to: &str) -> bool {
    to.strip_prefix('+').is_some_and(|digits| {
        // No country's code starts with 0.
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData, config::ContactConfig};

    fn wrong(contact: &Contact, require: Option<Vec<ContactPart>>) -> Vec<String> {
        let config = StepConfig { contact: ContactConfig { require }, ..StepConfig::default() };
        let problems = StepData::Contact(contact.clone()).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn what_is_asked_for_has_to_be_there_and_right() {
        let none: [&str; 0] = [];
        let nothing = Contact::default();
        assert_eq!(wrong(&nothing, None), ["email"], "somewhere a code can go to");
        assert_eq!(wrong(&nothing, Some(vec![])), none);
        assert_eq!(wrong(&nothing, Some(ContactPart::ALL.to_vec())), ["email", "phone", "address"]);
        let with = |email: &str, phone: &str| Contact {
            email: Some(email.into()),
            phone: Some(phone.into()),
            address: None,
        };
        assert_eq!(wrong(&with("a@example.org", "+1 (416) 555-0100"), None), none);
        for good in ["jörg@münchen.example", "用户@例え.example"] {
            assert_eq!(wrong(&with(good, "+14165550100"), None), none, "{good}");
        }
        for bad in ["a", "@example.org", "a@", "a@org", "a b@example.org", "a@example..org"] {
            assert_eq!(wrong(&with(bad, "+14165550100"), None), ["email"], "{bad}");
        }
        for bad in ["4165550100", "+0165550100", "+1416", "+1416555010012345", "+1416555O100"] {
            assert_eq!(wrong(&with("a@example.org", bad), None), ["phone"], "{bad}");
        }
    }

    #[test]
    fn each_is_written_one_way() {
        let mut contact = Contact {
            email: Some(" Anna@Example.ORG ".into()),
            phone: Some("+44 20 7946-0123".into()),
            address: None,
        };
        contact.normalize();
        assert_eq!(contact.email.as_deref(), Some("Anna@example.org"));
        assert_eq!(contact.phone.as_deref(), Some("+442079460123"));
    }
}
