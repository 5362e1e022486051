//! One person, organisation, vessel or aircraft of a list.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::names::Kind;

/// What a list says of one bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The publisher's own number.
    pub id: String,
    pub kind: Kind,
    /// The first is the main one.
    pub names: Vec<ListedName>,
    /// Birth dates, as exact as they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub births: Vec<Birth>,
    /// Nationalities, citizenships and countries of residence: as written, in capitals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Programmes or regimes it is listed under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<String>,
    /// Numbers of passports and the like, letters and digits only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedName {
    pub text: String,
    pub quality: Quality,
}

/// How reliable the publisher says a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    Main,
    Alias,
    /// Broad or rarely used: a match on it alone says little.
    Weak,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Female,
    Male,
}

impl Gender {
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "female" | "f" => Some(Self::Female),
            "male" | "m" => Some(Self::Male),
            _ => None,
        }
    }

    /// Whether somebody says with this word that it is not said, or that it is neither.
    pub fn is_open(text: &str) -> bool {
        ["", "x", "unspecified", "unknown", "non_binary"].contains(&text.trim().to_ascii_lowercase().as_str())
    }
}

/// A birth date: a span of years, and month and day where they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Birth {
    pub from: u16,
    pub to: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u8>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Words that stand beside dates.
const BESIDE_DATES: [&str; 8] = ["circa", "c", "approximately", "approx", "to", "between", "and", "or"];

impl Birth {
    pub fn year(year: u16) -> Option<Self> {
        (1850..=2100).contains(&year).then_some(Self { from: year, to: year, month: None, day: None })
    }

    /// Reads `1962`, `1962-05`, `1962-05-17`, `17/05/1962`, `17 May 1962`, `May 1962`, `circa 1962`,
    /// `1960 to 1962`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let parts: Vec<&str> =
            text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).collect();
        let years: Vec<u16> = parts
            .iter()
            .filter(|p| p.len() == 4)
            .filter_map(|p| p.parse().ok())
            .filter(|y| (1850..=2100).contains(y))
            .collect();
        if years.is_empty() {
            return Self::of_two_digits(&parts);
        }
        let (from, to) = (*years.iter().min()?, *years.iter().max()?);
        if from != to {
            return Some(Self { from, to, month: None, day: None });
        }
        let circa = parts.iter().any(|p| ["circa", "c", "approximately", "approx"].contains(p));
        let mut birth = if circa {
            return Some(Self { from: from - 1, to: to + 1, month: None, day: None });
        } else {
            Self { from, to, month: None, day: None }
        };
        let mut named = parts.iter().filter_map(|p| {
            let at = MONTHS.iter().position(|m| p.starts_with(&m[..3]))?;
            u8::try_from(at + 1).ok()
        });
        let (named, another) = (named.next(), named.next());
        if another.is_some() {
            return Some(birth);
        }
        let small: Vec<u8> = parts.iter().filter(|p| p.len() <= 2).filter_map(|p| p.parse().ok()).collect();
        let year_first = parts.first().is_some_and(|p| p.len() == 4);
        let (month, day) = match (named, small.as_slice()) {
            (Some(month), [day, ..]) => (Some(month), Some(*day)),
            (Some(month), []) => (Some(month), None),
            (None, [month]) => (Some(*month), None),
            (None, [a, b, ..]) if year_first => (Some(*a), Some(*b)),
            (None, [a, b, ..]) => (Some(*b), Some(*a)),
            (None, []) => (None, None),
        };
        birth.month = month.filter(|m| (1..=12).contains(m));
        birth.day = day.filter(|d| (1..=31).contains(d) && birth.month.is_some());
        Some(birth)
    }

    /// Whether a remark is nothing but a date, or a part of one.
    pub fn is_all_of(remark: &str) -> bool {
        let remark = remark.to_ascii_lowercase();
        let mut parts = remark.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
        parts.all(|p| {
            let is_month = || p.len() >= 3 && MONTHS.iter().any(|m| m.starts_with(p));
            let is_number = || p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit());
            BESIDE_DATES.contains(&p) || is_number() || is_month()
        })
    }

    /// `16-07-68`, where the last number can be nothing but a year.
    fn of_two_digits(parts: &[&str]) -> Option<Self> {
        let [day, month, year] = parts else { return None };
        let [day, month, year] = [day, month, year].map(|p| p.parse::<u8>().ok());
        let (day, month, year) = (day?, month?, year.filter(|y| (32..=99).contains(y))?);
        let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
        is_day.then_some(Self { day: Some(day), month: Some(month), ..Self::year(1900 + u16::from(year))? })
    }

    /// The same, and nothing of the text may be left over: a date that is asked for by somebody, who can be told that it is
    /// none. Lists write what they know.
    pub fn strict(text: &str) -> Option<Self> {
        let birth = Self::parse(text)?;
        let text = text.trim().to_ascii_lowercase();
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
        let (mut years, mut small, mut months) = (0, 0, 0);
        for part in parts {
            match part.parse::<u16>() {
                Ok(year) if part.len() == 4 => {
                    Self::year(year)?;
                    years += 1;
                }
                Ok(_) if part.len() <= 2 => small += 1,
                _ if BESIDE_DATES.contains(&part) => {}
                _ if MONTHS.iter().any(|m| part.starts_with(&m[..3])) => months += 1,
                _ => return None,
            }
        }
        let parts = usize::from(birth.month.is_some()) + usize::from(birth.day.is_some());
        // Zeros stand for what is not known.
        let unknown =
            text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| *p == "00" || *p == "0").count();
        let whole = months <= 1 && small + months == parts + unknown && (1..=2).contains(&years);
        let last = match birth.month {
            Some(2) if birth.from % 4 == 0 && (birth.from % 100 != 0 || birth.from % 400 == 0) => 29,
            Some(2) => 28,
            Some(4 | 6 | 9 | 11) => 30,
            _ => 31,
        };
        let circa = birth.from != birth.to;
        ((whole || circa && small + months == 0) && birth.day.is_none_or(|d| d <= last)).then_some(birth)
    }
}

/// Letters and digits of a number, in capitals.
pub fn plain_number(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

impl Entry {
    /// SHA-256 of everything the list says about this bearer: it changes when the entry does.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(serde_json::to_vec(self).unwrap_or_default()))
    }

    /// An entry with one name and nothing else.
    pub fn new(id: impl Into<String>, kind: Kind, name: &str) -> Self {
        Self {
            id: id.into(),
            kind,
            names: vec![ListedName { text: tidy(name), quality: Quality::Main }],
            births: vec![],
            countries: vec![],
            gender: None,
            programs: vec![],
            numbers: vec![],
        }
    }

    /// Adds a name unless it is empty or already present.
    pub fn alias(&mut self, name: &str, quality: Quality) {
        let text = tidy(name);
        if text.chars().any(char::is_alphanumeric) && !self.names.iter().any(|n| n.text == text) {
            self.names.push(ListedName { text, quality });
        }
    }

    pub fn country(&mut self, country: &str) {
        let country = tidy(country).to_uppercase();
        if !country.is_empty() && country != "-0-" && !self.countries.contains(&country) {
            self.countries.push(country);
        }
    }

    pub fn birth(&mut self, text: &str) {
        self.births.extend(Birth::parse(text).filter(|b| !self.births.contains(b)));
    }

    pub fn number(&mut self, text: &str) {
        let number = plain_number(text);
        if number.len() >= 4 && number.bytes().any(|c| c.is_ascii_digit()) && !self.numbers.contains(&number)
        {
            self.numbers.push(number);
        }
    }
}

/// Single spaces, none at the ends.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birth_dates_of_every_list() {
        let birth = |from, to, month, day| Some(Birth { from, to, month, day });
        for (text, expected) in [
            ("1962", birth(1962, 1962, None, None)),
            ("10 Dec 1948", birth(1948, 1948, Some(12), Some(10))),
            ("1964-07-17", birth(1964, 1964, Some(7), Some(17))),
            ("17/05/1962", birth(1962, 1962, Some(5), Some(17))),
            ("00/00/1962", birth(1962, 1962, None, None)),
            ("May 1962", birth(1962, 1962, Some(5), None)),
            ("1962-05", birth(1962, 1962, Some(5), None)),
            ("circa 1962", birth(1961, 1963, None, None)),
            ("1955 to 1958", birth(1955, 1958, None, None)),
            ("dd/mm/1950", birth(1950, 1950, None, None)),
            ("Between Aug. and Sep. 1977", birth(1977, 1977, None, None)),
            ("dd/05/1965", birth(1965, 1965, Some(5), None)),
            ("16-07-68", birth(1968, 1968, Some(7), Some(16))),
            ("Approximately 1999, 2003", birth(1999, 2003, None, None)),
            ("01-02-03", None),
            ("15/08/19yy", None),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(Birth::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_date_that_somebody_asks_for_is_one_or_is_none() {
        for text in [
            "1962",
            "1962-05",
            "1962-05-17",
            "17/05/1962",
            "17 May 1962",
            "May 1962",
            "circa 1962",
            "1960 to 1962",
            "1964-02-29",
            "00/00/1962",
            "1962-05-00",
        ] {
            assert_eq!(Birth::strict(text), Birth::parse(text), "{text}");
            assert!(Birth::strict(text).is_some(), "{text}");
        }
        for text in [
            "",
            "soon",
            "62",
            "19620517",
            "1962-13-01",
            "05/17/1962",
            "1962-02-30",
            "1963-02-29",
            "31 Apr 1962",
            "1962-05-17-04",
            "1962 5 17 summer",
            "196",
            "1700-01-01",
            "17 May June 1962",
        ] {
            assert_eq!(Birth::strict(text), None, "{text}");
        }
    }
}
