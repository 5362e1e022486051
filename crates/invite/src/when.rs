//! Points in time as people write them.

use bonafide_core::time::Timestamp;
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::YMDT,
    input::{Date, DateTime, Time},
    options::{Length, TimePrecision},
};
use icu_locale_core::Locale;
use jiff::tz::TimeZone;

/// A day and a time to the minute, in UTC, as people of a language (BCP 47) write it.
///
/// With `short` it is made for text messages: months shortened, and no spaces from outside the GSM alphabet, of which
/// a single one would more than halve the letters that a message holds.
pub(crate) fn written(at: Timestamp, language: &str, short: bool) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX);
    let local = at.to_zoned(TimeZone::UTC).datetime();
    let text =
        in_words(local, language, short).unwrap_or_else(|| local.strftime("%Y-%m-%d %H:%M").to_string());
    let text = if short { text.replace(['\u{202f}', '\u{a0}'], " ") } else { text };
    format!("{text} UTC")
}

fn in_words(at: jiff::civil::DateTime, language: &str, short: bool) -> Option<String> {
    let locale: Locale = language.parse().ok()?;
    let length = if short { Length::Medium } else { Length::Long };
    let fields = YMDT::for_length(length).with_time_precision(TimePrecision::Minute);
    let at = DateTime {
        date: Date::try_new_iso(at.year().into(), at.month().unsigned_abs(), at.day().unsigned_abs()).ok()?,
        time: Time::try_new(at.hour().unsigned_abs(), at.minute().unsigned_abs(), 0, 0).ok()?,
    };
    Some(DateTimeFormatter::try_new(locale.into(), fields).ok()?.format(&at).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_people_of_the_language_do() {
        let at = Timestamp::parse("2026-11-23T14:05:59Z").unwrap();
        for (language, long, short) in [
            ("en", "November 23, 2026 at 2:05\u{202f}PM UTC", "Nov 23, 2026, 2:05 PM UTC"),
            ("en-GB", "23 November 2026 at 14:05 UTC", "23 Nov 2026, 14:05 UTC"),
            ("fr", "23 novembre 2026 à 14:05 UTC", "23 nov. 2026, 14:05 UTC"),
            ("de-AT", "23. November 2026 um 14:05 UTC", "23.11.2026, 14:05 UTC"),
            ("fa", "۲ آذر ۱۴۰۵ ساعت ۱۴:۰۵ UTC", "۲ آذر ۱۴۰۵، ۱۴:۰۵ UTC"),
            ("not a language", "2026-11-23 14:05 UTC", "2026-11-23 14:05 UTC"),
        ] {
            assert_eq!(written(at, language, false), long);
            assert_eq!(written(at, language, true), short);
        }
    }
}
