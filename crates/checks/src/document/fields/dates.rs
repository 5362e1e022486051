//! Dates as documents print them.

use jiff::civil::Date;

use super::super::text::plain;

/// Month names by their beginnings, in English, French, German, Spanish, Italian, Portuguese, Dutch and
/// some Nordic and Slavic forms. Longer beginnings first where one is a prefix of another month's.
static MONTHS: &[(&str, i8)] = &[
    ("JANV", 1),
    ("JAN", 1),
    ("GEN", 1),
    ("ENE", 1),
    ("SIJ", 1),
    ("FEB", 2),
    ("FEV", 2),
    ("FEVR", 2),
    ("MARS", 3),
    ("MARC", 3),
    ("MAR", 3),
    ("MRT", 3),
    ("MAE", 3),
    ("MRZ", 3),
    ("APR", 4),
    ("AVR", 4),
    ("ABR", 4),
    ("AVRIL", 4),
    ("MAY", 5),
    ("MAI", 5),
    ("MEI", 5),
    ("MAG", 5),
    ("MAJ", 5),
    ("JUIN", 6),
    ("JUN", 6),
    ("GIU", 6),
    ("JUIL", 7),
    ("JUL", 7),
    ("LUG", 7),
    ("AUG", 8),
    ("AOU", 8),
    ("AGO", 8),
    ("SEP", 9),
    ("SET", 9),
    ("OCT", 10),
    ("OKT", 10),
    ("OTT", 10),
    ("OUT", 10),
    ("NOV", 11),
    ("DEC", 12),
    ("DEZ", 12),
    ("DIC", 12),
    ("DES", 12),
];

/// Which of two numbers is the day where both could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
}

/// A date in some text with the byte range of its normal form ([`plain`]) that it takes up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub date: Date,
    /// Characters of the normal form before the date.
    pub before: usize,
}

fn month(word: &str) -> Option<i8> {
    let letters = word.len() >= 3 && word.bytes().all(|c| c.is_ascii_uppercase());
    MONTHS.iter().find(|(name, _)| letters && word.starts_with(name)).map(|m| m.1)
}

fn year(text: &str, today: Date) -> Option<i16> {
    let value: i16 = text.parse().ok()?;
    match text.len() {
        4 => (1900..=2100).contains(&value).then_some(value),
        // Two digits: up to 20 years ahead is this century.
        2 if value <= today.year() % 100 + 20 => Some(today.year() / 100 * 100 + value),
        2 => Some(today.year() / 100 * 100 - 100 + value),
        _ => None,
    }
}

/// Every date in a line of text, in order.
pub(crate) fn dates(text: &str, order: Order, today: Date) -> Vec<Found> {
    // OCR reads a zero between digits as a letter now and then, and drops the space around a month.
    let normal = plain(text);
    let words = split(&normal);
    let mut found = vec![];
    let mut at = 0;
    while at < words.len() {
        match date_at(&words[at..], order, today) {
            Some((date, used)) => {
                found.push(Found { date, before: words[at].0 });
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// Runs of digits and runs of letters, with where they begin.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut out: Vec<(usize, &str)> = vec![];
    let bytes = text.as_bytes();
    let mut start = 0;
    for at in 1..=bytes.len() {
        let ends = at == bytes.len()
            || bytes[at].is_ascii_digit() != bytes[at - 1].is_ascii_digit()
            || bytes[at] == b' ';
        if ends {
            let word = text.get(start..at).unwrap_or("").trim();
            if !word.is_empty() {
                out.push((start + usize::from(bytes[start] == b' '), word));
            }
            start = at;
        }
    }
    out
}

fn date_at(words: &[(usize, &str)], order: Order, today: Date) -> Option<(Date, usize)> {
    let word = |i: usize| words.get(i).map(|w| w.1);
    let number = |i: usize| word(i).filter(|w| w.len() <= 2).and_then(|w| w.parse::<i8>().ok());
    let first = word(0)?;
    if !first.bytes().all(|c| c.is_ascii_digit()) {
        // July 4 1976
        let m = month(first)?;
        let date = Date::new(year(word(2)?, today)?, m, number(1)?).ok()?;
        return (word(2)?.len() == 4).then_some((date, 3));
    }
    if first.len() == 8 {
        let (y, m, d) = (first.get(..4)?, first.get(4..6)?, first.get(6..)?);
        let iso = year(y, today).and_then(|y| Date::new(y, m.parse().ok()?, d.parse().ok()?).ok());
        let (d, m, y) = (first.get(..2)?, first.get(2..4)?, first.get(4..)?);
        let (d, m) = if order == Order::DayFirst { (d, m) } else { (m, d) };
        let late = || year(y, today).and_then(|y| Date::new(y, m.parse().ok()?, d.parse().ok()?).ok());
        return iso.or_else(late).map(|date| (date, 1));
    }
    if first.len() == 4 {
        // 1986 10 16, 1986 OCT 16
        let m = number(1).or_else(|| month(word(1)?))?;
        return Some((Date::new(year(first, today)?, m, number(2)?).ok()?, 3));
    }
    let one = number(0)?;
    if let Some(m) = word(1).and_then(month) {
        // 12 AUG 1974, and bilingual 12 AUG AOU 1974
        for (skip, used) in [(2, 3), (3, 4)] {
            if let Some(y) = word(skip).and_then(|w| year(w, today))
                && let Ok(date) = Date::new(y, m, one)
            {
                return Some((date, used));
            }
            if !word(2).is_some_and(|w| w.bytes().all(|c| c.is_ascii_uppercase())) {
                break;
            }
        }
        return None;
    }
    let (two, last) = (number(1)?, word(2)?);
    if last.len() != 4 && last.len() != 2 {
        return None;
    }
    let y = year(last, today)?;
    let (d, m) = match order {
        Order::DayFirst => (one, two),
        Order::MonthFirst => (two, one),
    };
    let date = Date::new(y, m, d).or_else(|_| Date::new(y, d, m)).ok()?;
    Some((date, 3))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn one(text: &str, order: Order) -> Option<String> {
        dates(text, order, date(2026, 11, 21)).first().map(|f| f.date.to_string())
    }

    #[test]
    fn printed_forms() {
        for text in [
            "1986-10-16",
            "16.10.1986",
            "16/10/1986",
            "16 OCT 1986",
            "16 OCT/OCT 1986",
            "16OKT1986",
            "16 10 1986",
            "October 16, 1986",
            "19861016",
            "16 octobre 1986",
            "Date de naissance (A-M-J) : 1986-10-16",
            "16.10.86",
        ] {
            assert_eq!(one(text, Order::DayFirst).as_deref(), Some("1986-10-16"), "{text}");
        }
        assert_eq!(one("10/16/1986", Order::MonthFirst).as_deref(), Some("1986-10-16"));
        assert_eq!(one("03/04/1986", Order::MonthFirst).as_deref(), Some("1986-03-04"));
        assert_eq!(one("03/04/1986", Order::DayFirst).as_deref(), Some("1986-04-03"));
        assert_eq!(one("12 JUIL/JUL 2031", Order::DayFirst).as_deref(), Some("2031-07-12"));
    }

    #[test]
    fn not_dates() {
        for text in ["", "L1234-1234561-12", "H3A 1S8", "31.02.1990", "123 ANYWHERE STREET", "99 99 9999"] {
            assert_eq!(one(text, Order::DayFirst), None, "{text}");
        }
        assert_eq!(dates("2017-12-15 4b Expire le : 2025-10-16", Order::DayFirst, date(2026, 1, 1)).len(), 2);
    }
}
