//! How old what is known of a list is: when its publisher's file was last taken in or found unchanged, and why the last
//! try did not succeed. Kept in a file beside the versions, because confirming a version does not change it.

use serde::{Deserialize, Serialize};

use crate::entry::Birth;

const DAY_MS: i64 = 86_400_000;
/// A list that its publisher dated longer ago is stale, whenever it was imported: every list that is kept is published
/// more often.
const OLDEST_PUBLICATION_DAYS: i64 = 365;

/// What is known of a list beside its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// When it was last taken in or found unchanged, Unix milliseconds.
    pub confirmed_at: i64,
    /// The last update did not succeed: the version before stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Unix milliseconds.
    pub at: i64,
    pub why: String,
}

/// Why a list is too old to say that somebody is on none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stale {
    /// Days since it was last taken in or found unchanged.
    Unconfirmed(i64),
    /// Days since its publisher's own date.
    Published(i64),
}

impl Standing {
    /// Days since the list was last taken in or found unchanged.
    pub fn age_days(&self, now_ms: i64) -> i64 {
        (now_ms - self.confirmed_at).max(0) / DAY_MS
    }

    /// Whether a list with this publisher's date is too old.
    pub fn stale(&self, published: Option<&str>, now_ms: i64, max_age_days: i64) -> Option<Stale> {
        let age = self.age_days(now_ms);
        if now_ms - self.confirmed_at > max_age_days * DAY_MS {
            return Some(Stale::Unconfirmed(age));
        }
        let days = published_days(published?)?;
        let since = now_ms.div_euclid(DAY_MS) - days;
        (since > OLDEST_PUBLICATION_DAYS.max(max_age_days)).then_some(Stale::Published(since))
    }
}

/// A publisher's date in days since 1970. What it leaves out is taken for the latest it may be.
fn published_days(text: &str) -> Option<i64> {
    let date = text.split('T').next().and_then(Birth::parse)?;
    let month = date.month.unwrap_or(12);
    let day = date.day.unwrap_or(28);
    // Days since 1 March of the year 0: the leap day is the last one of such a year.
    let (year, month) = (i64::from(date.to), i64::from(month));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year / 4 - year / 100 + year / 400;
    Some(year * 365 + leaps + (153 * month + 2) / 5 + i64::from(day) - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_every_publishers_dates() {
        for (text, days) in [
            ("1970-01-01", Some(0)),
            ("2000-02-29", Some(11_016)),
            ("2026-06-01T08:15:00Z", Some(20_605)),
            ("01/06/2026", Some(20_605)),
            ("09/30/2018", Some(17_893)),
            ("30 Sep 2018", Some(17_804)),
            ("soon", None),
        ] {
            assert_eq!(published_days(text), days, "{text}");
        }
    }

    #[test]
    fn a_list_ages_by_its_confirmation_and_by_its_publication() {
        let now = 20_605 * DAY_MS;
        let standing = |days: i64| Standing { confirmed_at: now - days * DAY_MS, failed: None };
        assert_eq!(standing(30).stale(None, now, 30), None);
        assert_eq!(standing(31).stale(None, now, 30), Some(Stale::Unconfirmed(31)));
        assert_eq!(standing(31).stale(Some("2026-06-01"), now, 90), None);
        let stale = standing(0).stale(Some("2018-09-30"), now, 30);
        assert_eq!(stale, Some(Stale::Published(20_605 - 17_804)), "imported today, of 2018");
        assert_eq!(standing(0).stale(Some("2018-09-30"), now, 4000), None, "who allows that gets it");
        assert_eq!(standing(0).stale(Some("an odd date"), now, 30), None);
    }
}
