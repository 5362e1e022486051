//! Somebody else whom a step names: a person or an organization.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::judge::Judge;
use crate::{problem::Rule, words::words};

words! {
    #[derive(Default)]
    pub enum PartyKind {
        #[default]
        Person = "person",
        Organization = "organization",
    }
}

/// A person or an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepParty)]
pub struct Party {
    pub kind: PartyKind,
    /// The whole legal name.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// Of a person the day of birth, of an organization that of its foundation.
    #[schema(value_type = Option<String>, format = Date)]
    pub born_on: Option<Date>,
    /// Where they live or are registered: ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
    /// Where an invitation to a verification of their own goes.
    #[schema(format = IdnEmail, max_length = 254)]
    pub email: Option<String>,
}

impl Party {
    pub(super) fn judge(&self, at: &str, judge: &mut Judge<'_>) {
        judge.name(format!("{at}.name"), &self.name);
        judge.born(format!("{at}.born_on"), self.born_on);
        judge.country(format!("{at}.country"), self.country.as_deref());
        if let Some(email) = &self.email {
            judge.email(format!("{at}.email"), email);
        }
    }

    /// The same, where a person is wanted.
    pub(super) fn judge_person(&self, at: &str, judge: &mut Judge<'_>) {
        self.judge(at, judge);
        if self.kind != PartyKind::Person {
            judge.wrong(format!("{at}.kind"), Rule::Enum, "must be a person");
        }
    }

    pub(super) fn normalize(&mut self) {
        self.name = self.name.trim().to_owned();
        if let Some(email) = &mut self.email {
            *email = super::contact::email(email);
        }
    }
}

/// Whether several shares, in percent, are more than there is. Shares are told to a hundredth, and thirds do not add up.
pub(super) fn exceed_all(shares: impl IntoIterator<Item = f64>) -> bool {
    shares.into_iter().map(|share| (share * 100.0).round()).sum::<f64>() > 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_hundredth() {
        assert!(!exceed_all([33.33, 33.33, 33.34]));
        assert!(!exceed_all([0.1; 1000]));
        assert!(!exceed_all([]));
        assert!(exceed_all([60.0, 40.01]));
        assert!(exceed_all([50.0, 50.0, 0.01]));
    }
}
