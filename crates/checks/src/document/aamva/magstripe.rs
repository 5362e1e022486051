//! The magnetic stripe form (annex F of the standard): three tracks, each from `%`, `;` or `#` to `?`.

use std::collections::BTreeMap;

use bonafide_core::document::DocumentType;
use jiff::civil::Date;

use super::{licence::Licence, values};

/// `None` where the text is not of this form.
pub(super) fn parse(text: &str) -> Option<Licence> {
    let tracks: Vec<&str> = text.trim().split('?').map(str::trim).collect();
    let track1 = tracks.first()?.strip_prefix('%')?;
    let track2 = tracks.get(1)?.strip_prefix(';')?;
    let mut elements = BTreeMap::new();
    let mut set = |tag: &str, value: &str| {
        if !value.trim().is_empty() {
            elements.insert(tag.to_owned(), value.trim().to_owned());
        }
    };

    // State, city (13 characters, or fewer and a ^), name, address lines between $.
    set("DAJ", track1.get(..2)?);
    let rest = track1.get(2..)?;
    let (city, rest) = match rest.find('^') {
        Some(at) if at <= 13 => (rest.get(..at)?, rest.get(at + 1..)?),
        _ => (rest.get(..13)?, rest.get(13..)?),
    };
    set("DAI", city);
    let mut parts = rest.split('^');
    set("DAA", parts.next().unwrap_or_default());
    let mut lines = parts.next().unwrap_or_default().split('$');
    set("DAG", lines.next().unwrap_or_default());
    set("DAH", lines.next().unwrap_or_default());

    // IIN and number, =, expiry YYMM, birth date CCYYMMDD, the rest of a long number.
    let (number, rest) = track2.split_once('=')?;
    let iin = number.get(..6).filter(|iin| iin.bytes().all(|b| b.is_ascii_digit()))?;
    let overflow = rest.get(12..).unwrap_or_default().trim_end_matches('=');
    set("DAQ", &format!("{}{}", number.get(6..)?, overflow));
    let born = rest.get(4..12).unwrap_or_default();
    set("DBB", born);
    if let Some(expires) = expiry(rest.get(..4).unwrap_or_default(), values::date(born)) {
        set("DBA", &expires.strftime("%Y%m%d").to_string());
    }

    // Two digits of versions, then fields of fixed width.
    if let Some(track3) = tracks.get(2).and_then(|t| t.strip_prefix(['#', '%', '+', '!'])) {
        let mut at = 2;
        for (tag, width) in [
            ("DAK", 11),
            ("DAR", 2),
            ("DAS", 10),
            ("DAT", 4),
            ("DBC", 1),
            ("DAU", 3),
            ("DAW", 3),
            ("DAZ", 3),
            ("DAY", 3),
        ] {
            set(tag, track3.get(at..at + width).unwrap_or_default());
            at += width;
        }
    }
    let document_type = DocumentType::DriverLicense;
    Some(Licence { iin: Some(iin.to_owned()), version: None, document_type, elements })
}

/// The month of expiry: 77 never, 88 the end of the birth month, 99 the birthday, else the month's end.
fn expiry(yymm: &str, born: Option<Date>) -> Option<Date> {
    let year: i16 = yymm.get(..2)?.parse().ok()?;
    let month: i8 = yymm.get(2..)?.parse().ok()?;
    let first = |month| Date::new(2000 + year, month, 1).ok();
    match month {
        88 => Some(first(born?.month())?.last_of_month()),
        // A birthday on 29 February falls on the 28th in a year without one.
        99 => {
            let month = first(born?.month())?;
            Date::new(month.year(), month.month(), born?.day().min(month.days_in_month())).ok()
        }
        1..=12 => Some(first(month)?.last_of_month()),
        _ => None,
    }
}
