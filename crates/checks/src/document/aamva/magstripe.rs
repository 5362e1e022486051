//! The magnetic stripe form (annex F of the standard): three tracks, each from `%`, `;` or `#` to `?`.
//!
//! Readers hand tracks on with and without these marks, and British Columbia prints them as a PDF417. So the second track,
//! which is digits, is looked for first: what stands before it is the first, what stands behind it the third.

use std::collections::BTreeMap;

use bonafide_core::document::DocumentType;
use jiff::civil::Date;

use super::{
    issuers::{by_state, issuer},
    licence::Licence,
    values,
};

/// `None` where the text is not of this form.
pub(super) fn parse(text: &str) -> Option<Licence> {
    let second = Second::find(text);
    let mark = |c: char| c.is_whitespace() || c.is_control() || c == '|';
    let (first, third) = match &second {
        Some(second) => (text.get(..second.from)?, text.get(second.to..)?),
        None => (text, ""),
    };
    let first = first.trim_matches(|c| mark(c) || c == '?' || c == ';');
    let first = first.strip_prefix('%').unwrap_or(first);
    // Without the second track, only a first one that is whole and has its mark or its issuer's letters.
    let has_first = first.matches('^').count() >= 1 && by_state(first.get(..2).unwrap_or_default()).is_some();
    if second.is_none() && !(has_first && first.matches('^').count() >= 2)
        || second.is_some() && !first.is_empty() && !has_first
    {
        return None;
    }
    let mut elements = BTreeMap::new();
    let mut set = |tag: &str, value: &str| {
        if !value.trim().is_empty() {
            elements.insert(tag.to_owned(), value.trim().to_owned());
        }
    };
    if has_first {
        first_track(first, &mut set);
    }
    if let Some(second) = &second {
        set("DAQ", &second.number);
        set("DBB", second.born);
        let by_birthday = issuer(second.iin.parse().ok()?).is_some_and(|i| i.state == "BC");
        if let Some(expires) = expiry(second.expires, values::date(second.born), by_birthday) {
            set("DBA", &expires.strftime("%Y%m%d").to_string());
        }
    }
    let canadian = match &second {
        Some(second) => issuer(second.iin.parse().ok()?),
        None => by_state(first.get(..2).unwrap_or_default()),
    }
    .is_some_and(|i| i.country == "CAN");
    third_track(
        third.trim_start_matches(|c| c == '?' || c == '=' || (mark(c) && c != ' ')),
        canadian,
        &mut set,
    );
    Some(Licence {
        iin: second.map(|s| s.iin.to_owned()),
        version: None,
        document_type: DocumentType::DriverLicense,
        elements,
    })
}

/// Issuer and number, `=`, expiry `YYMM`, birth date `CCYYMMDD`, the rest of a long number.
struct Second<'a> {
    from: usize,
    to: usize,
    iin: &'a str,
    number: String,
    expires: &'a str,
    born: &'a str,
}

impl<'a> Second<'a> {
    fn find(text: &'a str) -> Option<Self> {
        text.match_indices('=').find_map(|(at, _)| Self::around(text, at))
    }

    /// The track whose first `=` is there.
    fn around(text: &'a str, at: usize) -> Option<Self> {
        let before = text.get(..at)?;
        // Where the mark is lost, letters may stand right before: the track begins with an issuer's number.
        let run = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let from = (run..at.saturating_sub(6)).find(|from| {
            let iin = text.get(*from..from + 6).and_then(|iin| iin.parse().ok());
            iin.is_some_and(|iin| issuer(iin).is_some())
        });
        // With its mark, any issuer's.
        let marked = before.get(..run).is_some_and(|b| b.ends_with(';')).then_some(run);
        let from = marked.or(from)?;
        let (iin, number) = text.get(from..at)?.split_at_checked(6)?;
        let rest = text.get(at + 1..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (expires, born) = (rest.get(..4)?, rest.get(4..12)?);
        if digits < 12 {
            return None;
        }
        let number = format!("{number}{}", rest.get(12..digits)?);
        // The digits may end in another `=`; the mark of the end belongs to the track.
        let mut to = at + 1 + digits;
        to += text.get(to..)?.bytes().take_while(|b| matches!(b, b'=' | b'?')).count();
        Some(Self { from, to, iin, number, expires, born })
    }
}

/// State, city (13 characters, or fewer and a `^`), name, address lines between `$`.
fn first_track(track: &str, set: &mut impl FnMut(&str, &str)) {
    let Some((state, rest)) = track.split_at_checked(2) else { return };
    set("DAJ", state);
    let (city, rest) = match rest.find('^') {
        Some(at) if at <= 13 => (rest.get(..at), rest.get(at + 1..)),
        _ => (rest.get(..13), rest.get(13..)),
    };
    let (Some(city), Some(rest)) = (city, rest) else { return };
    set("DAI", city);
    let mut parts = rest.split('^');
    set("DAA", parts.next().unwrap_or_default());
    let mut lines = parts.next().unwrap_or_default().split('$');
    set("DAG", lines.next().unwrap_or_default());
    set("DAH", lines.next().unwrap_or_default());
}

/// The fields of the third track after its two characters of versions, and their widths.
const THIRD: [(&str, usize); 9] = [
    ("DAK", 11),
    ("DAR", 2),
    ("DAS", 10),
    ("DAT", 4),
    ("DBC", 1),
    ("DAU", 3),
    ("DAW", 3),
    ("DAZ", 3),
    ("DAY", 3),
];

/// The track begins with a mark (`#`, `%`, `+`, `!`; `_%` in British Columbia) or has lost it, and one of the versions may be
/// blank: the beginning from which the fields have their forms is the right one.
fn third_track(track: &str, canadian: bool, set: &mut impl FnMut(&str, &str)) {
    let fields = |skip: usize| -> Option<Vec<(&str, &str)>> {
        let mut at = skip;
        let all = THIRD.iter().map(|(tag, width)| {
            let field = track.get(at..(at + width).min(track.len()))?;
            at += width;
            Some((*tag, field))
        });
        // A short track ends early.
        let all: Vec<_> = all.map_while(|f| f).collect();
        (!all.is_empty()).then_some(all)
    };
    let fits = |fields: &[(&str, &str)]| -> usize {
        let whole = |f: &str, n: usize| f.len() == n && f.bytes().all(|b| b.is_ascii_digit());
        fields
            .iter()
            .filter(|(tag, f)| match *tag {
                "DAK" => {
                    let code = f.trim_end();
                    code.len() >= 5
                        && !code.starts_with(' ')
                        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-')
                }
                "DBC" => matches!(*f, "1" | "2" | "9" | "M" | "F" | "X"),
                "DAU" => whole(f, 3),
                "DAW" => whole(f.trim(), f.trim().len()) && !f.trim().is_empty(),
                "DAZ" => values::hair_colour(f).is_some(),
                "DAY" => values::eye_colour(f).is_some(),
                _ => false,
            })
            .count()
    };
    // The usual beginning where all fit alike.
    let best =
        [3, 4, 2, 1].into_iter().filter_map(fields).rev().max_by_key(|f| fits(f)).filter(|f| fits(f) > 0);
    for (tag, value) in best.into_iter().flatten() {
        set(if tag == "DAW" && canadian { "DAX" } else { tag }, value);
    }
}

/// The month of expiry: 77 never, 88 the end of the birth month, 99 the birthday, else the month's end, or the birthday in it
/// where an issuer prints that.
fn expiry(yymm: &str, born: Option<Date>, by_birthday: bool) -> Option<Date> {
    let year: i16 = yymm.get(..2)?.parse().ok()?;
    let month: i8 = yymm.get(2..)?.parse().ok()?;
    let first = |month| Date::new(2000 + year, month, 1).ok();
    // A birthday on 29 February falls on the 28th in a year without one.
    let birthday = || {
        let month = first(born?.month())?;
        Date::new(month.year(), month.month(), born?.day().min(month.days_in_month())).ok()
    };
    match month {
        88 => Some(first(born?.month())?.last_of_month()),
        99 => birthday(),
        1..=12 if by_birthday && born.is_some_and(|b| b.month() == month) => birthday(),
        1..=12 => Some(first(month)?.last_of_month()),
        _ => None,
    }
}
