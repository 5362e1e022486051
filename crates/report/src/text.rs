//! Text of people and documents, made fit to be shown.

use std::collections::BTreeSet;

use typst::foundations::Str;

/// Longest text that is shown whole, in characters.
const LONGEST: usize = 1_000;
/// Longer words than this are given places to break at.
const LONGEST_WORD: usize = 28;
/// What stands for a character that no font of the report has.
pub(crate) const MISSING: char = '□';

/// How texts are shown: which characters no font has, and whether one of them was met.
pub(crate) struct Texts<'a> {
    /// None: all but ASCII.
    missing: Option<&'a BTreeSet<char>>,
    pub(crate) replaced: bool,
    pub(crate) cut: bool,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(missing: &'a BTreeSet<char>) -> Self {
        Self { missing: Some(missing), replaced: false, cut: false }
    }

    /// As if no font had anything else.
    pub(crate) fn ascii() -> Self {
        Self { missing: None, replaced: false, cut: false }
    }

    fn is_missing(&self, c: char) -> bool {
        self.missing.map_or(!c.is_ascii(), |missing| missing.contains(&c))
    }

    /// In one line, with what cannot be drawn replaced: also marks that would turn the text around them.
    pub(crate) fn show(&mut self, text: &str) -> Str {
        let mut shown = String::with_capacity(text.len());
        let mut word = 0;
        for (n, c) in text.chars().enumerate() {
            if n == LONGEST {
                self.cut = true;
                shown.push('…');
                break;
            }
            let c = match c {
                c if c.is_whitespace() => ' ',
                c if is_hidden(c) || self.is_missing(c) => {
                    self.replaced = true;
                    MISSING
                }
                c => c,
            };
            word = if c == ' ' { 0 } else { word + 1 };
            if word > LONGEST_WORD {
                shown.push('\u{200B}');
                word = 1;
            }
            shown.push(c);
        }
        shown.into()
    }
}

/// Whether a character has no shape of its own: controls, marks that turn or hide text, and private use, which an archived
/// file may not hold.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{10FFFF}')
        || matches!(u32::from(c) & 0xFFFF, 0xFFFE | 0xFFFF)
        || matches!(c, '\u{FDD0}'..='\u{FDEF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_seen_to_be_missing() {
        let missing = BTreeSet::from(['王']);
        let mut texts = Texts::new(&missing);
        assert_eq!(texts.show("Anna\n Maria").as_str(), "Anna  Maria");
        assert!(!texts.replaced);
        assert_eq!(texts.show("王a\u{202E}\u{E000}\u{0}").as_str(), "□a□□□");
        assert!(texts.replaced && !texts.cut);
        assert_eq!(Texts::ascii().show("Ána 王").as_str(), "□na □");
    }

    #[test]
    fn long_texts_are_cut_and_long_words_broken() {
        let missing = BTreeSet::new();
        let mut texts = Texts::new(&missing);
        let shown = texts.show(&"x".repeat(2 * LONGEST));
        assert!(texts.cut && shown.as_str().ends_with('…'));
        assert_eq!(shown.as_str().chars().filter(|c| *c == 'x').count(), LONGEST);
        assert!(shown.as_str().split('\u{200B}').all(|part| part.chars().count() <= LONGEST_WORD + 1));
    }
}
