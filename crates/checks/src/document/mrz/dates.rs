//! Two-digit years. ICAO 9303 leaves the century to the reader.

use jiff::civil::Date;

fn parts(text: &str) -> Option<(i16, i8, i8)> {
    let b = text.as_bytes();
    if b.len() != 6 || !b.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((text.get(..2)?.parse().ok()?, text.get(2..4)?.parse().ok()?, text.get(4..)?.parse().ok()?))
}

/// A birth date `YYMMDD`: the latest such day that is not after today. `None` when a part is unknown
/// (filler) or there is no such day.
pub fn birth_date(text: &str, today: Date) -> Option<Date> {
    let (yy, month, day) = parts(text)?;
    let century = today.year() / 100 * 100;
    [century + yy, century - 100 + yy]
        .into_iter()
        .filter_map(|year| Date::new(year, month, day).ok())
        .find(|date| *date <= today)
}

/// An expiry date `YYMMDD`: the year nearest to today's, from 49 years back to 50 years ahead.
pub fn expiry_date(text: &str, today: Date) -> Option<Date> {
    let (yy, month, day) = parts(text)?;
    let century = today.year() / 100 * 100;
    [century - 100 + yy, century + yy, century + 100 + yy]
        .into_iter()
        .find(|year| (-49..=50).contains(&(year - today.year())))
        .and_then(|year| Date::new(year, month, day).ok())
}

/// Whether six digits can be no day of any year. A month or day of `00` is one that is not known.
pub(super) fn is_impossible(text: &str) -> bool {
    parts(text).is_some_and(|(yy, month, day)| {
        // Of these years every fourth has a 29 February.
        month != 0 && day != 0 && Date::new(2000 + yy, month, day).is_err()
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn centuries() {
        let today = date(2026, 11, 21);
        assert_eq!(birth_date("740812", today), Some(date(1974, 8, 12)));
        assert_eq!(birth_date("261121", today), Some(date(2026, 11, 21)));
        assert_eq!(birth_date("261122", today), Some(date(1926, 11, 22)));
        assert_eq!(birth_date("000229", today), Some(date(2000, 2, 29)));
        assert_eq!(birth_date("83<<<<", today), None);
        assert_eq!(birth_date("991332", today), None);
        assert_eq!(expiry_date("940623", today), Some(date(1994, 6, 23)));
        assert_eq!(expiry_date("351016", today), Some(date(2035, 10, 16)));
        assert_eq!(expiry_date("760101", today), Some(date(2076, 1, 1)));
        assert_eq!(expiry_date("770101", today), Some(date(1977, 1, 1)));
    }
}
