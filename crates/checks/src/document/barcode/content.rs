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
/// In that block: something more about the whole, and the mark of the last symbol.
const MACRO_FIELD: u32 = 923;
const MACRO_END: u32 = 922;
/// Which field tells the number of symbols.
const SEGMENTS: u32 = 1;

const MIXED: &[u8; 25] = b"0123456789&\r\t,:#-.$/+%*=^";
const PUNCTUATION: &[u8; 29] = b";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'";

/// What a symbol holds.
#[derive(Debug, PartialEq)]
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    /// By the character sets the symbol declares; without one, UTF-8 where the bytes are that, else Latin-1.
    pub(super) text: String,
    /// How sure the letters beyond ASCII are, see [`Symbol::letters`](super::Symbol::letters).
    pub(super) letters: f64,
    /// Which part of a text in several symbols it is (Macro PDF417).
    pub(super) part: Option<Part>,
}

/// A symbol's place among those that hold one text (ISO/IEC 15438, annex H).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The same in all symbols of the text.
    pub(super) file: Vec<u32>,
    /// From 0 on.
    pub(super) index: usize,
    /// How many there are, where this symbol tells.
    pub(super) of: Option<usize>,
}

impl Part {
    /// From the codewords behind the block's mark.
    fn read(words: &[u32]) -> Option<Self> {
        let (index, rest) = words.split_at_checked(2)?;
        let index = number(index)?;
        let end = rest.iter().position(|w| *w == MACRO_FIELD || *w == MACRO_END).unwrap_or(rest.len());
        let (file, rest) = rest.split_at_checked(end)?;
        let last = rest.last() == Some(&MACRO_END);
        let mut fields = rest.split(|w| *w == MACRO_FIELD || *w == MACRO_END);
        let told = fields.find_map(|f| f.strip_prefix(&[SEGMENTS]).and_then(number));
        // The latches of a file id that is written as text or bytes are no part of it.
        let file = file.iter().copied().filter(|w| *w < 900).collect();
        Some(Self { file, index, of: told.or_else(|| last.then_some(index + 1)) })
    }
}

/// A number in numeric compaction, with or without its latch.
fn number(words: &[u32]) -> Option<usize> {
    let mut digits = Output::default();
    numbers(words.strip_prefix(&[NUMBERS]).unwrap_or(words), &mut digits)?;
    String::from_utf8(digits.bytes).ok()?.parse().ok()
}

/// Decodes the data codewords, without the symbol length descriptor. `None` for what no encoder writes.
pub(super) fn decode(codewords: &[u32]) -> Option<Content> {
    let mut out = Output::default();
    let mut part = None;
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
            MACRO_BLOCK => {
                let block: Vec<u32> = words.by_ref().collect();
                part = Part::read(&block);
                break;
            }
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
    Some(Content { part, ..out.finish() })
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
            let (text, letters) = undeclared(&self.bytes);
            return Content { bytes: self.bytes, text, letters, part: None };
        }
        let ends = self.charsets.iter().map(|(at, _)| *at).chain([self.bytes.len()]);
        let starts = [(0, 3)].into_iter().chain(self.charsets.iter().copied());
        let text = starts
            .zip(ends)
            .map(|((start, eci), end)| in_charset(self.bytes.get(start..end).unwrap_or_default(), eci))
            .collect();
        Content { bytes: self.bytes, text, letters: 1.0, part: None }
    }
}

/// Text of a symbol that declares no character set, and how sure its letters beyond ASCII are. Latin-1 is the standard's own,
/// but has no letters from 0x80 to 0x9f: where there are bytes of these, it is one of Windows' sets, and which cannot be known.
pub(super) fn undeclared(bytes: &[u8]) -> (String, f64) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), 1.0),
        Err(_) if bytes.iter().any(|b| (0x80..0xa0).contains(b)) => (label(bytes, "windows-1252"), 0.5),
        Err(_) => (latin1(bytes), 0.9),
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

    #[test]
    fn undeclared_letters_are_less_sure() {
        let letters = |bytes: &[u8]| undeclared(bytes).1;
        assert_eq!(letters(b"COTE"), 1.0);
        assert_eq!(letters("CÔTÉ".as_bytes()), 1.0);
        assert_eq!(letters(b"C\xd4T\xc9"), 0.9);
        // Windows-1250, as Croatian issuers print it.
        assert_eq!(letters(b"\x8aIME"), 0.5);
        assert_eq!(decode(&[927, 26, 901, 195, 169]).unwrap().letters, 1.0);
    }

    /// The codewords of ISO/IEC 15438, annex H: index 0 of file 53, and the last symbol's end.
    #[test]
    fn the_block_of_a_part() {
        let part = |words: &[u32]| decode(words).unwrap().part;
        let data = [453, 178, 121, 239];
        let with = |block: &[u32]| part(&[&data, block].concat());
        assert_eq!(part(&data), None);
        assert_eq!(with(&[928, 111, 100, 53]), Some(Part { file: vec![53], index: 0, of: None }));
        assert_eq!(with(&[928, 111, 101, 53, 922]), Some(Part { file: vec![53], index: 1, of: Some(2) }));
        // The number of symbols as a field.
        let told = with(&[928, 111, 100, 53, 54, 923, 1, 111, 103]);
        assert_eq!(told, Some(Part { file: vec![53, 54], index: 0, of: Some(3) }));
        assert_eq!(with(&[928, 1]), None);
    }

    proptest::proptest! {
        #[test]
        fn any_codewords_decode_or_not(words in proptest::collection::vec(0u32..929, 0..60)) {
            let _ = decode(&words);
        }
    }
}
