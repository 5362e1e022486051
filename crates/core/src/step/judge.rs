//! What the steps' data are judged by: a day, the settings of the steps, and what was found wrong so far.

use jiff::civil::Date;

use super::config::StepConfig;
use crate::{
    country, email,
    problem::{MAX_PROBLEMS, Problem, Rule},
};

/// Nobody was ever older, in years.
const OLDEST: i16 = 125;

pub(super) struct Judge<'a> {
    pub(super) today: Date,
    pub(super) config: &'a StepConfig,
    pub(super) found: Vec<Problem>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(today: Date, config: &'a StepConfig) -> Self {
        Self { today, config, found: vec![] }
    }

    pub(super) fn wrong(&mut self, field: impl Into<String>, rule: Rule, message: impl Into<String>) {
        if self.found.len() < MAX_PROBLEMS {
            self.found.push(Problem::new(field, rule, message));
        }
    }

    /// A value that has to be there.
    pub(super) fn required(&mut self, field: impl Into<String>, is_there: bool) {
        if !is_there {
            self.wrong(field, Rule::Required, "is required");
        }
    }

    /// A text that has to say something.
    pub(super) fn text(&mut self, field: impl Into<String>, text: &str) {
        if text.trim().is_empty() {
            self.wrong(field, Rule::Length, "must not be empty");
        } else if text.chars().any(|c| c.is_control() && c != '\n') {
            self.wrong(field, Rule::Format, "must not hold control characters");
        }
    }

    /// A name, which has letters.
    pub(super) fn name(&mut self, field: impl Into<String>, name: &str) {
        let field = field.into();
        if !name.trim().is_empty() && !name.chars().any(char::is_alphanumeric) {
            self.wrong(field, Rule::Format, "must hold letters");
        } else {
            self.text(field, name);
        }
    }

    /// A day that is over or today.
    pub(super) fn past(&mut self, field: impl Into<String>, day: Option<Date>) {
        if day.is_some_and(|day| day > self.today) {
            self.wrong(field, Rule::Range, "must not lie in the future");
        }
    }

    /// The birthday of somebody who may be alive.
    pub(super) fn born(&mut self, field: impl Into<String>, day: Option<Date>) {
        let field = field.into();
        if day.is_some_and(|day| self.today.year() - day.year() > OLDEST) {
            self.wrong(field, Rule::Range, format!("must not lie more than {OLDEST} years ago"));
        } else {
            self.past(field, day);
        }
    }

    /// A last day that cannot come before the first.
    pub(super) fn order(&mut self, field: impl Into<String>, first: Option<Date>, last: Option<Date>) {
        if first.zip(last).is_some_and(|(first, last)| last < first) {
            self.wrong(field, Rule::Range, "must not lie before the day it began");
        }
    }

    /// A country of ISO 3166-1, alpha-2.
    pub(super) fn country(&mut self, field: impl Into<String>, code: Option<&str>) {
        if code.is_some_and(|code| country::country(code).is_none_or(|known| known.code != code)) {
            self.wrong(field, Rule::Enum, "must be the code of a country (ISO 3166-1 alpha-2)");
        }
    }

    /// A nationality: a country as above, or what documents write where there is none (ICAO 9303).
    pub(super) fn nationality(&mut self, field: impl Into<String>, code: &str) {
        if country::of_documents(code).is_none() {
            let message =
                "must be the code of a country (ISO 3166-1 alpha-2 or alpha-3), or one of ICAO 9303";
            self.wrong(field, Rule::Enum, message);
        }
    }

    pub(super) fn email(&mut self, field: impl Into<String>, address: &str) {
        if !email::is_address(address) {
            self.wrong(field, Rule::Format, "is not an e-mail address; write name@domain");
        }
    }

    /// A share in percent.
    pub(super) fn share(&mut self, field: impl Into<String>, share: f64) {
        if !(0.0..=100.0).contains(&share) {
            self.wrong(field, Rule::Range, "must be between 0 and 100");
        }
    }
}

/// Full years. Whoever was born on 29 February is a year older on 1 March.
pub(super) fn age(born: Date, today: Date) -> i64 {
    let before = (today.month(), today.day()) < (born.month(), born.day());
    i64::from(today.year() - born.year()) - i64::from(before)
}
