//! Points in time, and the one door through which the current time comes in.

use serde::{Deserialize, Serialize};

/// A point in time, in milliseconds since the Unix epoch: the form the database stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_ms(secs.saturating_mul(1000))
    }

    /// Reads an RFC 3339 date and time.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    /// The first moment, in UTC, of an ISO 8601 day.
    pub fn start_of_day(text: &str) -> Option<Self> {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        // Counted in days: the last one that can be written, which stands for no end at all, is no time of jiff's.
        let days = day.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days();
        Some(Self(0).plus_secs(i64::from(days) * 24 * 3600))
    }

    /// The calendar day in UTC; documents carry days without a time zone.
    pub fn date(self) -> jiff::civil::Date {
        self.instant().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

/// RFC 3339 in UTC with milliseconds, as every dialect prints times.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.instant())
    }
}

/// Where the current time comes from: the system in the product, a hand-set value in tests.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339_and_knows_its_day() {
        let t = Timestamp(1_566_828_922_005);
        assert_eq!(t.to_string(), "2019-08-26T14:15:22.005Z");
        assert_eq!(t.date(), jiff::civil::date(2019, 8, 26));
        assert_eq!(t.plus_secs(60).0 - t.0, 60_000);
    }

    #[test]
    fn every_day_has_a_start() {
        for (day, at) in [
            ("1970-01-01", "1970-01-01T00:00:00Z"),
            ("1969-12-31", "1969-12-31T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("9999-12-30", "9999-12-30T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::start_of_day(day), Timestamp::parse(at), "{day}");
        }
        assert_eq!(Timestamp::start_of_day("9999-12-31"), Some(Timestamp(253_402_214_400_000)));
        assert_eq!(Timestamp::start_of_day("2026-02-29"), None);
    }
}
