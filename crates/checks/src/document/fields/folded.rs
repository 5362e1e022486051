//! A line of text as letters to search in, with the way back to its characters.

use crate::document::text::plain;

/// The normal form of a line ([`plain`]) without its spaces.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Folded {
    /// A–Z and 0–9.
    pub(super) letters: Vec<u8>,
    /// For each letter the character of the line it came from.
    at: Vec<usize>,
    /// For each letter whether a word begins there: after a space or a mark, and where case or kind change.
    starts: Vec<bool>,
    /// For each letter whether a colon follows it.
    colons: Vec<bool>,
    /// Whether the line holds the stroke that stands between a label and its translation.
    pub(super) bilingual: bool,
    /// Characters of the line.
    chars: usize,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let mut out = Self::default();
        let (mut apart, mut before) = (true, None::<char>);
        for (i, c) in text.chars().enumerate() {
            out.chars = i + 1;
            out.bilingual |= c == '/';
            let folded = plain(c.encode_utf8(&mut [0; 4]));
            if folded.is_empty() {
                if let (':' | '：', Some(last)) = (c, out.colons.last_mut()) {
                    *last = true;
                }
                apart |= !matches!(c, '\'' | '’' | '`');
                continue;
            }
            let changes = before.is_some_and(|b| {
                b.is_ascii_digit() != c.is_ascii_digit() || (b.is_lowercase() && c.is_uppercase())
            });
            for (n, letter) in folded.bytes().enumerate() {
                out.letters.push(letter);
                out.at.push(i);
                out.colons.push(false);
                out.starts.push(n == 0 && (apart || changes));
            }
            // `4b` belongs to the numbers of a licence: what follows it is a new word.
            apart = before.is_some_and(|b| b.is_ascii_digit()) && matches!(c, 'a'..='d' | 'A'..='D');
            before = Some(c);
        }
        out
    }

    /// Whether a word begins at a letter.
    pub(super) fn starts_word(&self, letter: usize) -> bool {
        self.starts.get(letter).copied().unwrap_or(false)
    }

    /// Whether a word ends before a letter.
    pub(super) fn ends_word(&self, letter: usize) -> bool {
        letter == self.letters.len() || self.starts_word(letter)
    }

    /// Whether a colon ends the word before a letter.
    pub(super) fn ends_in_colon(&self, letter: usize) -> bool {
        letter.checked_sub(1).and_then(|l| self.colons.get(l)).copied().unwrap_or(false)
    }

    /// Whether only a number (of a licence's or a passport's fields) stands before a letter.
    pub(super) fn leads(&self, letter: usize) -> bool {
        letter <= 3
            && self.letters.get(..letter).is_some_and(|before| {
                let digits = before.iter().take_while(|c| c.is_ascii_digit()).count();
                digits <= 2
                    && (digits > 0 || letter == 0)
                    && before.iter().skip(digits).all(|c| matches!(c, b'A'..=b'D'))
                    && before.len() <= digits + 1
            })
    }

    /// The character of the line that a letter came from; past the last letter the line's length.
    pub(super) fn char_at(&self, letter: usize) -> usize {
        self.at.get(letter).copied().unwrap_or(self.chars)
    }

    /// The character after the one that the letter before this came from.
    pub(super) fn char_after(&self, letter: usize) -> usize {
        letter.checked_sub(1).and_then(|l| self.at.get(l)).map_or(0, |i| i + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let line = Folded::of("4bExpire le : Ærø 12");
        assert_eq!(line.letters, b"4BEXPIRELEAERO12");
        assert!(line.starts_word(0) && line.starts_word(2) && line.starts_word(8) && line.starts_word(10));
        assert!(!line.starts_word(3) && line.ends_word(8) && line.ends_word(16));
        assert!(line.leads(0) && line.leads(2) && !line.leads(8));
        assert_eq!((line.char_at(10), line.char_at(11), line.char_after(12)), (14, 14, 15));
        assert_eq!(line.char_at(99), 20);
    }
}
