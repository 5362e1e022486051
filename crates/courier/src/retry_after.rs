//! How long a receiver asks to be left alone.

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// Longest pause that is granted, in seconds: a day.
const LONGEST: u32 = 24 * 60 * 60;

/// The header `retry-after` in seconds. A point in time counts from the answer's own `date`, so that only the
/// receiver's clock matters; without one it is ignored, as is all that is not understood.
pub(crate) fn retry_after_s(headers: &HeaderMap) -> Option<u32> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let wish = text(&RETRY_AFTER)?;
    if !wish.is_empty() && wish.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a number has are still a long time.
        return Some(wish.parse().map_or(LONGEST, |seconds: u32| seconds.min(LONGEST)));
    }
    let until = httpdate::parse_http_date(wish).ok()?;
    let now = httpdate::parse_http_date(text(&DATE)?).ok()?;
    // A moment that has passed is no pause.
    let pause = until.duration_since(now).unwrap_or_default();
    Some(u32::try_from(pause.as_secs()).map_or(LONGEST, |seconds| seconds.min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";

    fn wish(retry_after: &str, date: Option<&str>) -> Option<u32> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        retry_after_s(&headers)
    }

    #[test]
    fn seconds_or_a_moment() {
        assert_eq!(retry_after_s(&HeaderMap::new()), None);
        assert_eq!(wish("120", None), Some(120));
        assert_eq!(wish("0", None), Some(0));
        assert_eq!(wish("86401", None), Some(86400));
        assert_eq!(wish("99999999999999999999", None), Some(86400));
        assert_eq!(wish("Sun, 06 Nov 1994 12:01:30 GMT", Some(NOON)), Some(90));
        assert_eq!(wish("Sunday, 06-Nov-94 12:01:30 GMT", Some(NOON)), Some(90));
        assert_eq!(wish("Sun, 06 Nov 1994 11:00:00 GMT", Some(NOON)), Some(0));
        assert_eq!(wish("Fri, 31 Dec 9999 23:59:59 GMT", Some(NOON)), Some(86400));
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        for text in ["", "-1", "1.5", "+5", "soon", "1 2", "Sun, 06 Nov"] {
            assert_eq!(wish(text, Some(NOON)), None, "{text}");
        }
        assert_eq!(wish("Sun, 06 Nov 1994 12:01:30 GMT", None), None);
        assert_eq!(wish("Sun, 06 Nov 1994 12:01:30 GMT", Some("today")), None);
    }
}
