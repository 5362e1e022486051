//! Document numbers and dates.

use super::{
    agreement::{Agreement, Note},
    letters,
};
use crate::text::{plain, similarity};

/// Agreement of two document numbers, punctuation ignored. Letters and digits that print alike count as
/// nearly equal, and a number may be the beginning of the other where a part of it (a suffix, a check
/// digit) is printed apart.
pub fn number(a: &str, b: &str) -> Agreement {
    let bare = |s: &str| plain(s).replace(' ', "");
    let (a, b) = (bare(a), bare(b));
    if a == b {
        return Agreement::of(1.0, &[]);
    }
    let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() >= 6 && long.starts_with(short.as_str()) {
        return Agreement::of(0.9, &[Note::Truncated]);
    }
    if alike(&a) == alike(&b) {
        return Agreement::of(0.9, &[Note::Misread]);
    }
    let (cost, _) = letters::distance(&a, &b);
    let note = if cost < 1.0 { Note::Misread } else { Note::Differs };
    Agreement::of(similarity(&a, &b).min(0.84), &[note])
}

/// The number with characters that print the same in most faces made one.
fn alike(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            'O' | 'Q' | 'D' => '0',
            'I' | 'L' => '1',
            'S' => '5',
            'B' => '8',
            'Z' => '2',
            'G' => '6',
            c => c,
        })
        .collect()
}

/// Agreement of two ISO dates: 1 when equal, less by a quarter for each differing digit.
pub fn date(a: &str, b: &str) -> Agreement {
    if a == b {
        return Agreement::of(1.0, &[]);
    }
    let parts = |s: &str| -> Option<(String, String, String)> {
        let mut p = s.split('-').map(str::to_owned);
        Some((p.next()?, p.next()?, p.next()?))
    };
    if let (Some((y1, m1, d1)), Some((y2, m2, d2))) = (parts(a), parts(b))
        && y1 == y2
        && m1 == d2
        && d1 == m2
    {
        return Agreement::of(0.7, &[Note::DayMonth]);
    }
    let differing = a.chars().zip(b.chars()).filter(|(x, y)| x != y).count() + a.len().abs_diff(b.len());
    Agreement::of(1.0 - differing as f64 * 0.25, &[Note::Differs])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("L1234-1234561-12", "L1234123456112").score, 1.0);
        assert_eq!(number("AB1O3456", "AB103456"), Agreement::of(0.9, &[Note::Misread]));
        assert!(number("AB103456", "AB103457").score < 0.85);
        assert_eq!(number("L898902C", "L898902C3").notes, [Note::Truncated]);
        assert_eq!(number("", "X1234567").score, 0.0);
    }

    #[test]
    fn dates() {
        assert_eq!(date("1986-10-16", "1986-10-16").score, 1.0);
        assert!(date("1986-10-16", "1986-10-15").score < 0.85);
        assert_eq!(date("1986-03-04", "1986-04-03").notes, [Note::DayMonth]);
    }
}
