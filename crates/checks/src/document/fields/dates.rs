//! Dates as documents print them.

use jiff::civil::Date;

use super::{
    folded::Folded,
    months::{month, roman},
};

/// Which of two numbers is the day where both could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
}

/// A date in a line of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub date: Date,
    /// The characters of the line it takes up.
    pub from: usize,
    pub to: usize,
    /// The year was printed with two digits, so that the century is an assumption.
    pub short_year: bool,
    /// Day and month could be the other way round.
    pub ambiguous: bool,
}

/// Digits or letters without a change of kind between them.
struct Word {
    text: String,
    from: usize,
    to: usize,
    digits: bool,
}

impl Word {
    fn number(&self, most: usize) -> Option<i16> {
        (self.digits && self.text.len() <= most).then(|| self.text.parse().ok()).flatten()
    }
}

/// Every date in a line of text, in order.
pub(crate) fn dates(text: &str, order: Order, today: Date) -> Vec<Found> {
    let words = split(text);
    let mut found = vec![];
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        match date_at(rest, order, today) {
            Some(Read { date, used, short_year, ambiguous }) => {
                let to = used.checked_sub(1).and_then(|l| rest.get(l)).map_or(first.to, |w| w.to);
                found.push(Found { date, from: first.from, to, short_year, ambiguous });
                rest = rest.get(used.max(1)..).unwrap_or_default();
            }
            None => rest = rest.get(1..).unwrap_or_default(),
        }
    }
    found
}

/// Whether the dates of some lines show which number is the day: one above twelve can be no month.
pub(crate) fn order_of<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Order> {
    let mut votes = 0i32;
    for line in lines {
        let words = split(line);
        for three in words.windows(3) {
            let [a, b, c] = three else { continue };
            let (Some(x), Some(y), true) = (a.number(2), b.number(2), c.digits && c.text.len() == 4) else {
                continue;
            };
            if (13..=31).contains(&x) && (1..=12).contains(&y) {
                votes += 1;
            } else if (13..=31).contains(&y) && (1..=12).contains(&x) {
                votes -= 1;
            }
        }
    }
    match votes {
        0 => None,
        1.. => Some(Order::DayFirst),
        _ => Some(Order::MonthFirst),
    }
}

/// Runs of digits and runs of letters. Letters that are misread digits are made digits, and the reverse,
/// where what they are joined to leaves no doubt.
fn split(text: &str) -> Vec<Word> {
    let line = Folded::of(text);
    let mut words: Vec<Word> = vec![];
    for (i, c) in line.letters.iter().enumerate() {
        let (digit, at) = (c.is_ascii_digit(), line.char_at(i));
        let joined = !line.starts_word(i) || words.last().is_some_and(|w| w.to == at && w.digits == digit);
        match words.last_mut() {
            Some(word) if joined && word.digits == digit && i > 0 => {
                word.text.push(char::from(*c));
                word.to = at + 1;
            }
            _ => words.push(Word { text: char::from(*c).into(), from: at, to: at + 1, digits: digit }),
        }
    }
    mend(words)
}

/// `2O12` is 2012, `0CT` is OCT.
fn mend(words: Vec<Word>) -> Vec<Word> {
    let as_digits = |t: &str| -> String {
        t.chars()
            .map(|c| match c {
                'O' | 'Q' | 'D' => '0',
                'I' | 'L' => '1',
                'S' => '5',
                'Z' => '2',
                'B' => '8',
                c => c,
            })
            .collect()
    };
    let mut out: Vec<Word> = vec![];
    for word in words {
        let Some(last) = out.last_mut().filter(|l| l.to == word.from && l.digits != word.digits) else {
            out.push(word);
            continue;
        };
        let few = |w: &Word| w.text.len() <= 2 && as_digits(&w.text).bytes().all(|c| c.is_ascii_digit());
        if last.digits && few(&word) && !matches!(word.text.as_str(), "D" | "B") {
            // The digits after it, if any, join in the next turn.
            last.text.push_str(&as_digits(&word.text));
            last.to = word.to;
        } else if last.digits && last.text == "0" && word.text == "CT" {
            *last = Word { text: "OCT".into(), from: last.from, to: word.to, digits: false };
        } else if !last.digits && few(last) && last.text.len() == 1 && word.digits {
            *last =
                Word { text: as_digits(&last.text) + &word.text, from: last.from, to: word.to, digits: true };
        } else {
            out.push(word);
        }
    }
    // Digits that a mended letter stood between.
    let mut joined: Vec<Word> = vec![];
    for word in out {
        match joined.last_mut() {
            Some(last) if last.to == word.from && last.digits && word.digits => {
                last.text.push_str(&word.text);
                last.to = word.to;
            }
            _ => joined.push(word),
        }
    }
    joined
}

struct Read {
    date: Date,
    used: usize,
    short_year: bool,
    ambiguous: bool,
}

fn year(word: &Word, today: Date) -> Option<(i16, bool)> {
    let value = word.number(4)?;
    match word.text.len() {
        4 => (1900..=2100).contains(&value).then_some((value, false)),
        // Two digits: up to 20 years ahead is this century.
        2 if value <= today.year() % 100 + 20 => Some((today.year() / 100 * 100 + value, true)),
        2 => Some((today.year() / 100 * 100 - 100 + value, true)),
        _ => None,
    }
}

fn date_at(words: &[Word], order: Order, today: Date) -> Option<Read> {
    let first = words.first()?;
    let at = |i: usize| words.get(i);
    let small = |w: &Word| w.number(2).and_then(|n| i8::try_from(n).ok());
    let sure = |date: Date, used| Read { date, used, short_year: false, ambiguous: false };
    if !first.digits {
        // July 4 1976
        let (y, _) = year(at(2)?, today).filter(|y| !y.1)?;
        return Some(sure(Date::new(y, month(&first.text)?, small(at(1)?)?).ok()?, 3));
    }
    if first.text.len() == 8 {
        let part = |r: std::ops::Range<usize>| first.text.get(r)?.parse::<i16>().ok();
        let day = |n: Option<i16>| n.and_then(|n| i8::try_from(n).ok());
        let make = |y: Option<i16>, m: Option<i16>, d: Option<i16>| {
            Date::new(y.filter(|y| (1900..=2100).contains(y))?, day(m)?, day(d)?).ok()
        };
        let iso = make(part(0..4), part(4..6), part(6..8));
        let (a, b, y) = (part(0..2), part(2..4), part(4..8));
        let late = || match order {
            Order::DayFirst => make(y, b, a),
            Order::MonthFirst => make(y, a, b),
        };
        return iso.or_else(late).map(|date| sure(date, 1));
    }
    if first.text.len() == 4 {
        // 1986 10 16, 1986 OCT 16, 1986 OCT/OCT 16
        let (y, _) = year(first, today)?;
        if let Some(m) = at(1).and_then(|w| small(w).or_else(|| month(&w.text))) {
            let used = if at(2).is_some_and(|w| month(&w.text).is_some()) { 4 } else { 3 };
            return Some(sure(Date::new(y, m, small(at(used - 1)?)?).ok()?, used));
        }
        return None;
    }
    let one = small(first)?;
    let second = at(1)?;
    // 01.112007: a mark between month and year was lost.
    if second.digits && second.text.len() == 6 {
        let (m, y) = (second.text.get(..2)?.parse().ok()?, second.text.get(2..)?.parse().ok()?);
        let plausible = (1900..=2100).contains(&y);
        return plausible.then(|| Date::new(y, m, one).ok()).flatten().map(|date| sure(date, 2));
    }
    // 12 AUG 1974; bilingual 12 AUG AOU 1974; 12 de agosto de 1974; 12.VIII.1974
    if !second.digits {
        let mut i = 1;
        let mut named = None;
        while let Some(word) = at(i).filter(|w| !w.digits && i <= 5) {
            let link = matches!(word.text.as_str(), "DE" | "DEL" | "OF" | "TH" | "ST" | "ND" | "RD");
            let this = month(&word.text).or_else(|| roman(&word.text));
            if !link {
                match (this, named) {
                    (None, None) => return None,
                    // A second name that is not known is the same month in another language.
                    (Some(m), _) => named = named.or(Some(m)),
                    (None, Some(_)) => {}
                }
            }
            i += 1;
        }
        let (y, short_year) = year(at(i)?, today)?;
        let date = Date::new(y, named?, one).ok()?;
        return Some(Read { date, used: i + 1, short_year, ambiguous: false });
    }
    let (two, last) = (small(second)?, at(2)?);
    // Digits of one number are closer together than the parts of a date; three numbers far apart are none.
    let near = |a: &Word, b: &Word| b.from.saturating_sub(a.to) <= 3;
    if !near(first, second) || !near(second, last) {
        return None;
    }
    let (y, short_year) = year(last, today)?;
    let (d, m) = match order {
        Order::DayFirst => (one, two),
        Order::MonthFirst => (two, one),
    };
    let (date, turned) = match Date::new(y, m, d) {
        Ok(date) => (date, false),
        Err(_) => (Date::new(y, d, m).ok()?, true),
    };
    let ambiguous = !turned && one != two && one <= 12 && two <= 12;
    Some(Read { date, used: 3, short_year, ambiguous })
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
            "16101986",
            "16 octobre 1986",
            "16.10.86",
            "16 0CT 1986",
            "16.1O.1986",
            "Date de naissance (A-M-J) : 1986-10-16",
            "16 de octubre de 1986",
            "16 Ekim 1986",
            "16.X.1986",
            "16th October 1986",
            "16.101986",
            "1986 OCT/OCT 16",
            "16 DFÓMH/OCT 1986",
            "16 października 1986",
            "16-Okt-86",
        ] {
            assert_eq!(one(text, Order::DayFirst).as_deref(), Some("1986-10-16"), "{text}");
        }
        assert_eq!(one("10/16/1986", Order::MonthFirst).as_deref(), Some("1986-10-16"));
        assert_eq!(one("03/04/1986", Order::MonthFirst).as_deref(), Some("1986-03-04"));
        assert_eq!(one("03/04/1986", Order::DayFirst).as_deref(), Some("1986-04-03"));
        assert_eq!(one("12 JUIL/JUL 2031", Order::DayFirst).as_deref(), Some("2031-07-12"));
        assert_eq!(one("31 DES/DEC 66", Order::DayFirst).as_deref(), Some("1966-12-31"));
        assert_eq!(one("12 AUGUST/AOUT 74", Order::DayFirst).as_deref(), Some("1974-08-12"));
    }

    #[test]
    fn not_dates() {
        for text in
            ["", "L1234-1234561-12", "H3A 1S8", "31.02.1990", "123 ANYWHERE STREET", "99 99 9999", "5 1 2"]
        {
            assert_eq!(one(text, Order::DayFirst), None, "{text}");
        }
        let two = dates("2017-12-15 4b Expire le : 2025-10-16", Order::DayFirst, date(2026, 1, 1));
        assert_eq!(two.len(), 2);
        assert_eq!((two[1].from, two[1].to), (26, 36));
    }

    #[test]
    fn the_order_shows_in_a_day_above_twelve() {
        assert_eq!(order_of(["DOB 10/16/1986", "EXP 03/04/2030"].into_iter()), Some(Order::MonthFirst));
        assert_eq!(order_of(["16.10.1986"].into_iter()), Some(Order::DayFirst));
        assert_eq!(order_of(["03/04/1986", "日本"].into_iter()), None);
    }

    proptest::proptest! {
        /// Every date is found again in every form it can be printed in.
        #[test]
        fn what_is_printed_is_read(days in 0i32..36500, form in 0usize..6) {
            let day = date(1930, 1, 1).saturating_add(jiff::Span::new().days(days));
            let (y, m, d) = (day.year(), day.month(), day.day());
            let name = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"][m as usize - 1];
            let text = match form {
                0 => format!("{d:02}.{m:02}.{y}"),
                1 => format!("{y}-{m:02}-{d:02}"),
                2 => format!("{d:02} {name} {y}"),
                3 => format!("{d:02}{name}/{name}{y}"),
                4 => format!("{d}/{m}/{y}"),
                _ => format!("Date: {d:02} {m:02} {y}."),
            };
            proptest::prop_assert_eq!(one(&text, Order::DayFirst), Some(day.to_string()));
        }

        #[test]
        fn any_text_is_bearable(text in "\\PC{0,60}") {
            let _ = dates(&text, Order::MonthFirst, date(2026, 11, 21));
        }
    }
}
