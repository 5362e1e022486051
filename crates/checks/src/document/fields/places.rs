//! States and provinces, countries by name, and addresses.

use std::sync::LazyLock;

use super::super::text::{edits, plain};

/// States and provinces that issue driving licences by AAMVA's standard: name, postal code, country.
static STATES: &[(&str, &str, &str)] = &[
    ("ALABAMA", "AL", "USA"),
    ("ALASKA", "AK", "USA"),
    ("ARIZONA", "AZ", "USA"),
    ("ARKANSAS", "AR", "USA"),
    ("CALIFORNIA", "CA", "USA"),
    ("COLORADO", "CO", "USA"),
    ("CONNECTICUT", "CT", "USA"),
    ("DELAWARE", "DE", "USA"),
    ("DISTRICT OF COLUMBIA", "DC", "USA"),
    ("FLORIDA", "FL", "USA"),
    ("GEORGIA", "GA", "USA"),
    ("HAWAII", "HI", "USA"),
    ("IDAHO", "ID", "USA"),
    ("ILLINOIS", "IL", "USA"),
    ("INDIANA", "IN", "USA"),
    ("IOWA", "IA", "USA"),
    ("KANSAS", "KS", "USA"),
    ("KENTUCKY", "KY", "USA"),
    ("LOUISIANA", "LA", "USA"),
    ("MAINE", "ME", "USA"),
    ("MARYLAND", "MD", "USA"),
    ("MASSACHUSETTS", "MA", "USA"),
    ("MICHIGAN", "MI", "USA"),
    ("MINNESOTA", "MN", "USA"),
    ("MISSISSIPPI", "MS", "USA"),
    ("MISSOURI", "MO", "USA"),
    ("MONTANA", "MT", "USA"),
    ("NEBRASKA", "NE", "USA"),
    ("NEVADA", "NV", "USA"),
    ("NEW HAMPSHIRE", "NH", "USA"),
    ("NEW JERSEY", "NJ", "USA"),
    ("NEW MEXICO", "NM", "USA"),
    ("NEW YORK", "NY", "USA"),
    ("NORTH CAROLINA", "NC", "USA"),
    ("NORTH DAKOTA", "ND", "USA"),
    ("OHIO", "OH", "USA"),
    ("OKLAHOMA", "OK", "USA"),
    ("OREGON", "OR", "USA"),
    ("PENNSYLVANIA", "PA", "USA"),
    ("RHODE ISLAND", "RI", "USA"),
    ("SOUTH CAROLINA", "SC", "USA"),
    ("SOUTH DAKOTA", "SD", "USA"),
    ("TENNESSEE", "TN", "USA"),
    ("TEXAS", "TX", "USA"),
    ("UTAH", "UT", "USA"),
    ("VERMONT", "VT", "USA"),
    ("WEST VIRGINIA", "WV", "USA"),
    ("VIRGINIA", "VA", "USA"),
    ("WASHINGTON", "WA", "USA"),
    ("WISCONSIN", "WI", "USA"),
    ("WYOMING", "WY", "USA"),
    ("PUERTO RICO", "PR", "USA"),
    ("ALBERTA", "AB", "CAN"),
    ("BRITISH COLUMBIA", "BC", "CAN"),
    ("MANITOBA", "MB", "CAN"),
    ("NEW BRUNSWICK", "NB", "CAN"),
    ("NEWFOUNDLAND", "NL", "CAN"),
    ("NOVA SCOTIA", "NS", "CAN"),
    ("NORTHWEST TERRITORIES", "NT", "CAN"),
    ("NUNAVUT", "NU", "CAN"),
    ("ONTARIO", "ON", "CAN"),
    ("PRINCE EDWARD ISLAND", "PE", "CAN"),
    ("QUEBEC", "QC", "CAN"),
    ("SASKATCHEWAN", "SK", "CAN"),
    ("YUKON", "YT", "CAN"),
];

/// Countries by the names that documents bear and by what their people are called.
struct Country {
    code: &'static str,
    names: Vec<String>,
    people: Vec<String>,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.txt").lines().filter(|l| !l.starts_with('#'));
    let list = |part: Option<&str>| {
        part.unwrap_or("").split(',').map(plain).filter(|n| !n.is_empty()).collect::<Vec<_>>()
    };
    lines
        .filter_map(|line| {
            let mut parts = line.split('|');
            let code = parts.next()?.trim();
            Some(Country { code, names: list(parts.next()), people: list(parts.next()) })
        })
        .collect()
});

/// Names of fewer letters are also parts of other words' phrases; they count where they stand alone.
const TELLING: usize = 6;

/// The country (ISO 3166-1 alpha-3 or ICAO 9303) that a text names alone: its code, its name or what its
/// people are called.
pub(super) fn nation(text: &str) -> Option<&'static str> {
    let normal = plain(text);
    let code = if normal == "D" { "DEU" } else { normal.as_str() };
    if let Some(country) = COUNTRIES.iter().find(|c| c.code == code) {
        return Some(country.code);
    }
    let whole = |c: &&Country| c.names.iter().chain(&c.people).any(|n| *n == normal);
    let found = COUNTRIES.iter().find(whole).or_else(|| {
        let misread =
            |n: &String| n.len() >= 6 && n.len().abs_diff(normal.len()) <= 1 && edits(n, &normal) == 1;
        COUNTRIES.iter().find(|c| c.names.iter().chain(&c.people).any(misread))
    });
    found.map(|c| c.code)
}

fn contains_words(normal: &str, words: &str) -> bool {
    normal.match_indices(words).any(|(at, _)| {
        let before = at == 0 || normal.as_bytes().get(at - 1) == Some(&b' ');
        before && matches!(normal.as_bytes().get(at + words.len()), None | Some(b' '))
    })
}

/// The state or province named in a line in normal form, and its country.
pub(super) fn state(normal: &str) -> Option<(&'static str, &'static str)> {
    STATES.iter().find(|(name, ..)| contains_words(normal, name)).map(|(_, code, country)| (*code, *country))
}

/// The country whose people a text names.
pub(super) fn people(text: &str) -> Option<&'static str> {
    let normal = plain(text);
    COUNTRIES.iter().find(|c| c.people.contains(&normal)).map(|c| c.code)
}

/// The country named in a line in normal form, and the letters of its name: the longest name wins.
pub(super) fn country(normal: &str) -> Option<(&'static str, usize)> {
    let inside = |n: &&String| match n.len() {
        TELLING.. => contains_words(normal, n),
        _ => normal == n.as_str(),
    };
    let longest = |c: &'static Country| Some((c.code, c.names.iter().filter(inside).map(String::len).max()?));
    COUNTRIES.iter().filter_map(longest).max_by_key(|c| c.1)
}

fn is_state_code(word: &str) -> bool {
    STATES.iter().any(|(_, code, _)| *code == word)
}

/// An address taken apart. All parts upper case, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    pub street: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
}

/// Postal codes of two parts, 9 for a digit and A for a letter.
static TWO_PARTS: &[&str] =
    &["A9A 9A9", "A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA", "9999 AA"];

/// Whether a line is what comes last in an address: it holds a postal code.
pub(super) fn postal_code(line: &str) -> Option<String> {
    let normal = plain(line);
    let words: Vec<&str> = normal.split(' ').collect();
    let form = |w: &str| -> String {
        let kind = |c| match c {
            b' ' => ' ',
            b'0'..=b'9' => '9',
            _ => 'A',
        };
        w.bytes().map(kind).collect()
    };
    for (i, word) in words.iter().enumerate().rev() {
        // Canada, the United Kingdom, the Netherlands.
        if form(word) == "A9A9A9" {
            return Some(format!("{} {}", word.get(..3)?, word.get(3..)?));
        }
        let Some(next) = words.get(i + 1) else { continue };
        let two = format!("{word} {next}");
        if TWO_PARTS.contains(&form(&two).as_str()) {
            return Some(two);
        }
    }
    let digits = |w: &&str| (4..=6).contains(&w.len()) && w.bytes().all(|c| c.is_ascii_digit());
    // United States, after the state; elsewhere before the city. A house number alone is not one.
    let plus_four = |i: usize| {
        let five = i > 0 && words.get(i - 1).is_some_and(|w| w.len() == 5 && digits(w));
        five && words.get(i).is_some_and(|w| w.len() == 4)
    };
    let at = (0..words.len()).rev().find(|i| words.get(*i).is_some_and(digits) && !plus_four(*i))?;
    let lonely = words.len() == 1 || (at == 0 && words.get(1).is_some_and(|w| is_street_word(w)));
    if lonely && words[at].len() < 5 {
        return None;
    }
    match words.get(at + 1) {
        Some(plus) if words[at].len() == 5 && plus.len() == 4 && plus.bytes().all(|c| c.is_ascii_digit()) => {
            Some(format!("{}-{plus}", words[at]))
        }
        _ => Some(words[at].to_owned()),
    }
}

fn is_street_word(word: &str) -> bool {
    matches!(
        word,
        "STREET"
            | "ST"
            | "AVENUE"
            | "AVE"
            | "ROAD"
            | "RD"
            | "DRIVE"
            | "DR"
            | "LANE"
            | "LN"
            | "BLVD"
            | "COURT"
            | "CT"
            | "WAY"
            | "RUE"
            | "CHEMIN"
            | "PLACE"
            | "PL"
            | "HIGHWAY"
            | "HWY"
            | "CIRCLE"
            | "BOULEVARD"
            | "APT"
    )
}

/// Whether a line looks like a street with a house number, by itself.
pub(super) fn is_street(line: &str) -> bool {
    let normal = plain(line);
    let words: Vec<&str> = normal.split(' ').collect();
    let number = |w: Option<&&str>| {
        w.is_some_and(|w| w.len() <= 6 && w.starts_with(|c: char| c.is_ascii_digit()) && w.len() < 6)
    };
    let letters = words.iter().filter(|w| w.len() > 2 && w.bytes().all(|c| c.is_ascii_uppercase())).count();
    let word = words.iter().any(|w| is_street_word(w));
    number(words.first()) && letters >= 1 && word
        || (number(words.last()) && words.iter().any(|w| w.ends_with("STRASSE") || w.ends_with("STRAAT")))
}

/// Takes the lines of an address apart.
pub(super) fn address(lines: &[String]) -> Address {
    let mut address = Address::default();
    let mut streets: Vec<String> = vec![];
    for line in lines {
        let upper = line.to_uppercase();
        // A street and a city in one line, as in "123 MAIN ST, ANYTOWN, CA 90210".
        let pieces: Vec<&str> = upper.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
        for piece in pieces {
            if address.postal_code.is_none()
                && (!streets.is_empty() || !is_street(piece))
                && let Some(code) = postal_code(piece)
            {
                let squeezed = |s: &str| s.replace([' ', '-'], "");
                let rest: Vec<&str> = piece
                    .split_whitespace()
                    .filter(|w| !squeezed(&code).contains(&squeezed(w)) || w.len() < 2)
                    .collect();
                place(&mut address, &rest);
                address.postal_code = Some(code);
            } else if streets.is_empty() {
                streets.push(piece.to_owned());
            } else {
                place(&mut address, &piece.split_whitespace().collect::<Vec<_>>());
            }
        }
    }
    address.street = (!streets.is_empty()).then(|| streets.join(", "));
    address
}

/// City and state from the words of a line.
fn place(address: &mut Address, words: &[&str]) {
    let mut words = words.to_vec();
    if let Some(at) = words.iter().rposition(|w| is_state_code(w.trim_matches(['(', ')', '.'])))
        && (words.len() > 1 || address.city.is_some())
    {
        let code = words.remove(at);
        address.state = Some(code.trim_matches(['(', ')', '.']).to_owned());
    }
    let text = words.join(" ");
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    if !text.is_empty() && address.city.is_none() {
        address.city = Some(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> [Option<String>; 4] {
        let a = address(&lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>());
        [a.street, a.city, a.state, a.postal_code]
    }

    fn some(parts: [&str; 4]) -> [Option<String>; 4] {
        parts.map(|p| (!p.is_empty()).then(|| p.to_owned()))
    }

    #[test]
    fn addresses() {
        assert_eq!(
            of(&["123 ANYWHERE STREET", "ANYTOWN", "H3A 1S8"]),
            some(["123 ANYWHERE STREET", "ANYTOWN", "", "H3A 1S8"])
        );
        assert_eq!(
            of(&["2570 24TH STREET", "ANYTOWN, CA 95818"]),
            some(["2570 24TH STREET", "ANYTOWN", "CA", "95818"])
        );
        assert_eq!(
            of(&["1 MAIN ST, SPRINGFIELD, IL 62701-1234"]),
            some(["1 MAIN ST", "SPRINGFIELD", "IL", "62701-1234"])
        );
        assert_eq!(of(&["Heidestraße 17", "51147 Köln"]), some(["HEIDESTRASSE 17", "KÖLN", "", "51147"]));
    }

    #[test]
    fn names_of_places() {
        assert_eq!(state("QUEBEC"), Some(("QC", "CAN")));
        assert_eq!(state("WEST VIRGINIA"), Some(("WV", "USA")));
        assert_eq!(country("CANADA"), Some(("CAN", 6)));
        assert_eq!(country("PEOPLES REPUBLIC OF CHINA").map(|c| c.0), Some("CHN"));
        assert_eq!(country("RHODE ISLAND"), None);
        assert_eq!(country("INDIANA"), None);
        assert_eq!(nation("Española"), Some("ESP"));
        assert_eq!(nation("D"), Some("DEU"));
        assert_eq!(nation("UTO"), Some("UTO"));
        assert_eq!(nation("ISLENSKUR"), Some("ISL"));
        assert_eq!(nation("BERLIN"), None);
    }
}
