//! From data codewords to bytes: text, byte and numeric compaction (ISO/IEC 15438, 5.4).

const TEXT: u32 = 900;
const BYTES: u32 = 901;
const NUMBERS: u32 = 902;
const ONE_BYTE: u32 = 913;
const BYTES_BY_SIX: u32 = 924;
/// Extended channel interpretations, with one, two and one operands.
const ECI_USER: u32 = 925;
const ECI_GENERAL: u32 = 926;
const ECI_CHARSET: u32 = 927;
/// A block that says how this symbol belongs to others; the data ends here.
const MACRO_BLOCK: u32 = 928;

const MIXED: &[u8; 25] = b"0123456789&\r\t,:#-.$/+%*=^";
const PUNCTUATION: &[u8; 29] = b";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'";

/// What a symbol holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    /// By the character sets the symbol declares; without one, UTF-8 where the bytes are that, else Latin-1.
    pub(super) text: String,
}

/// Decodes the data codewords, without the symbol length descriptor. `None` for what no encoder writes.
pub(super) fn decode(codewords: &[u32]) -> Option<Content> {
    let mut out = Output::default();
    let mut words = codewords.iter().copied().peekable();
    let mut mode = TEXT;
    while let Some(&word) = words.peek() {
        if word >= 900 {
            words.next();
        }
        match word {
            TEXT | BYTES | NUMBERS | BYTES_BY_SIX => mode = word,
            ONE_BYTE => out.push(u8::try_from(words.next()?).ok()?),
            ECI_CHARSET => out.charset(words.next()?),
            ECI_GENERAL => _ = (words.next()?, words.next()?),
            ECI_USER => _ = words.next()?,
            MACRO_BLOCK => break,
            900.. => {} // reserved, reader initialisation
            _ => {
                let mut run = vec![];
                while let Some(w) = words.next_if(|w| *w < 900 || mode == TEXT && *w == ONE_BYTE) {
                    run.push(w);
                    if w == ONE_BYTE {
                        run.push(words.next()?);
                    }
                }
                match mode {
                    TEXT => text(&run, &mut out),
                    NUMBERS => numbers(&run, &mut out)?,
                    _ => bytes(&run, mode == BYTES_BY_SIX, &mut out),
                }
            }
        }
    }
    Some(out.finish())
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    /// Where a character set begins, and its ECI number.
    charsets: Vec<(usize, u32)>,
}

impl Output {
    fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn charset(&mut self, eci: u32) {
        self.charsets.push((self.bytes.len(), eci));
    }

    fn finish(self) -> Content {
        if self.charsets.is_empty() {
            let text = String::from_utf8(self.bytes.clone()).unwrap_or_else(|_| latin1(&self.bytes));
            return Content { bytes: self.bytes, text };
        }
        let ends = self.charsets.iter().map(|(at, _)| *at).chain([self.bytes.len()]);
        let starts = [(0, 3)].into_iter().chain(self.charsets.iter().copied());
        let text = starts
            .zip(ends)
            .map(|((start, eci), end)| in_charset(self.bytes.get(start..end).unwrap_or_default(), eci))
            .collect();
        Content { bytes: self.bytes, text }
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

/// Text by its ECI assignment number (AIM ITS/04-023).
fn in_charset(bytes: &[u8], eci: u32) -> String {
    let name = match eci {
        26 => "utf-8",
        20 => "shift_jis",
        25 => "utf-16be",
        28 => "big5",
        29 | 32 => "gb18030",
        30 => "euc-kr",
        21..=24 => ["windows-1250", "windows-1251", "windows-1252", "windows-1256"][eci as usize - 21],
        4..=18 if eci != 16 => return iso_8859(bytes, eci - 2),
        _ => return latin1(bytes),
    };
    label(bytes, name)
}

fn iso_8859(bytes: &[u8], part: u32) -> String {
    label(bytes, &format!("iso-8859-{part}"))
}

fn label(bytes: &[u8], name: &str) -> String {
    match encoding_rs::Encoding::for_label(name.as_bytes()) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => latin1(bytes),
    }
}

#[derive(Clone, Copy)]
enum Sub {
    Upper,
    Lower,
    Mixed,
    Punctuation,
}

/// Two characters a codeword, in four sub-modes.
fn text(words: &[u32], out: &mut Output) {
    let mut sub = Sub::Upper;
    let mut shift: Option<Sub> = None;
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        if word == ONE_BYTE {
            // A shift before it was padding.
            shift = None;
            if let Some(byte) = words.next().and_then(|b| u8::try_from(*b).ok()) {
                out.push(byte);
            }
            continue;
        }
        for value in [word / 30, word % 30] {
            let letter = |from: u8| from + u8::try_from(value).unwrap_or(0);
            match (shift.take().unwrap_or(sub), value) {
                (Sub::Upper, 0..=25) => out.push(letter(b'A')),
                (Sub::Lower, 0..=25) => out.push(letter(b'a')),
                (Sub::Upper | Sub::Lower | Sub::Mixed, 26) => out.push(b' '),
                (Sub::Upper, 27) | (Sub::Mixed, 27) => sub = Sub::Lower,
                (Sub::Lower, 27) => shift = Some(Sub::Upper),
                (Sub::Upper | Sub::Lower, 28) => sub = Sub::Mixed,
                (Sub::Mixed, 28) | (Sub::Punctuation, 29) => sub = Sub::Upper,
                (Sub::Upper | Sub::Lower | Sub::Mixed, 29) => shift = Some(Sub::Punctuation),
                (Sub::Mixed, 25) => sub = Sub::Punctuation,
                (Sub::Mixed, v) => MIXED.get(v as usize).into_iter().for_each(|c| out.push(*c)),
                (Sub::Punctuation, v) => PUNCTUATION.get(v as usize).into_iter().for_each(|c| out.push(*c)),
                _ => {}
            }
        }
    }
}

/// Five codewords are six bytes; what is left over is a byte each, unless the mode says by sixes.
fn bytes(words: &[u32], by_six: bool, out: &mut Output) {
    let mut groups = words.chunks_exact(5);
    let full = words.len() / 5;
    for (i, group) in groups.by_ref().enumerate() {
        let single = group.iter().all(|w| *w < 256);
        if !by_six && single && i + 1 == full && words.len().is_multiple_of(5) {
            // In mode 901 the number of bytes is not a multiple of six: the last five are single bytes, unless
            // they cannot be, where a character set interrupts the run.
            group.iter().for_each(|w| out.push((w % 256) as u8));
            continue;
        }
        let value = group.iter().fold(0u64, |v, w| v * 900 + u64::from(*w));
        value.to_be_bytes().iter().skip(2).for_each(|b| out.push(*b));
    }
    groups.remainder().iter().for_each(|w| out.push((w % 256) as u8));
}

/// Up to fifteen codewords are a number with a leading 1; its other digits are the data.
fn numbers(words: &[u32], out: &mut Output) -> Option<()> {
    for group in words.chunks(15) {
        // 900¹⁵ needs 148 bits, so digits are kept in base 10⁹.
        let mut limbs: Vec<u64> = vec![0];
        for word in group {
            let mut carry = u64::from(*word);
            for limb in &mut limbs {
                let value = *limb * 900 + carry;
                (*limb, carry) = (value % 1_000_000_000, value / 1_000_000_000);
            }
            if carry > 0 {
                limbs.push(carry);
            }
        }
        let mut digits = limbs.iter().rev().map(|l| format!("{l:09}")).collect::<String>();
        digits = digits.trim_start_matches('0').to_owned();
        digits.strip_prefix('1')?.bytes().for_each(|d| out.push(d));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(words: &[u32]) -> String {
        decode(words).unwrap().text
    }

    #[test]
    fn the_examples_of_the_standard() {
        // "PDF417": upper case P D F, mixed latch, 4 1 7
        assert_eq!(text_of(&[453, 178, 121, 239]), "PDF417");
        // numeric compaction of 000213298174000
        assert_eq!(text_of(&[902, 1, 624, 434, 632, 282, 200]), "000213298174000");
        // "alcool" by sixes
        assert_eq!(text_of(&[924, 163, 238, 432, 766, 244]), "alcool");
        // "alcoolique": six bytes and four single ones
        assert_eq!(text_of(&[901, 163, 238, 432, 766, 244, 105, 113, 117, 101]), "alcoolique");
    }

    #[test]
    fn shifts_character_sets_and_what_is_not_data() {
        // A, shift to byte é (Latin-1), B
        assert_eq!(text_of(&[29, 913, 233, 59]), "AéB");
        assert_eq!(text_of(&[927, 26, 901, 195, 169]), "é");
        assert_eq!(text_of(&[901, 927, 3, 163, 238, 432, 766, 244, 927, 26, 195, 169]), "alcoolé");
        assert_eq!(text_of(&[901, 195, 169]), "é");
        assert_eq!(text_of(&[901, 233]), "é");
        assert_eq!(decode(&[901, 233]).unwrap().bytes, [233]);
        assert_eq!(text_of(&[453, 178, 121, 239, 928, 1, 2, 3]), "PDF417");
        assert_eq!(decode(&[913]), None);
        assert_eq!(decode(&[902, 5]), None);
        assert_eq!(text_of(&[]), "");
    }

    proptest::proptest! {
        #[test]
        fn any_codewords_decode_or_not(words in proptest::collection::vec(0u32..929, 0..60)) {
            let _ = decode(&words);
        }
    }
}
