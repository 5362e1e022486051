//! Text in a form that can be compared: upper case, Latin letters without marks, single spaces. And as a search takes it, which
//! leaves letters of other scripts as they are.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

/// Letters with marks and what they become: first letter by letter, second by the recommendation of
/// ICAO 9303-3, section 6, where that differs.
static LETTERS: &[(&str, &str, &str)] = &[
    ("ÀÁÂÃĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶȺ", "A", "A"),
    ("Ä", "A", "AE"),
    ("Å", "A", "AA"),
    ("Æ", "AE", "AE"),
    ("ÇĆĈĊČ", "C", "C"),
    ("ÐĎĐ", "D", "D"),
    ("ÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆƏ", "E", "E"),
    ("ĜĞĠĢǦ", "G", "G"),
    ("ĤĦ", "H", "H"),
    ("ÌÍÎÏĨĪĬĮİỈỊ", "I", "I"),
    ("Ĳ", "IJ", "IJ"),
    ("Ĵ", "J", "J"),
    ("ĶǨ", "K", "K"),
    ("ĹĻĽĿŁ", "L", "L"),
    ("ÑŃŅŇŊ", "N", "N"),
    ("ÒÓÔÕŌŎŐƠỌỎỐỒỔỖỘỚỜỞỠỢ", "O", "O"),
    ("Ö", "O", "OE"),
    ("Ø", "O", "OE"),
    ("Œ", "OE", "OE"),
    ("ŔŖŘ", "R", "R"),
    ("ŚŜŞŠȘ", "S", "S"),
    ("ẞ", "SS", "SS"),
    ("ŢŤŦȚ", "T", "T"),
    ("Þ", "TH", "TH"),
    ("ÙÚÛŨŪŬŮŰŲƯỤỦỨỪỬỮỰ", "U", "U"),
    ("Ü", "U", "UE"),
    ("Ŵ", "W", "W"),
    ("ÝŶŸỲỴỶỸ", "Y", "Y"),
    ("ŹŻŽ", "Z", "Z"),
];

/// Upper case A–Z and 0–9 with single spaces for everything else; marks dropped (`Müller` → `MULLER`).
pub fn plain(text: &str) -> String {
    fold(text, false)
}

/// The same by the transliteration of ICAO 9303-3 (`Müller` → `MUELLER`).
pub fn icao(text: &str) -> String {
    fold(text, true)
}

fn fold(text: &str, icao: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_uppercase) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if let Some((_, short, long)) = LETTERS.iter().find(|(from, ..)| from.contains(c)) {
            out.push_str(if icao { long } else { short });
        } else if !matches!(c, '\'' | '’' | '`') && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// As names are searched for: small letters without apostrophes, accents and points, whether these are characters of their own
/// or not; every other character as it is.
pub fn searched(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc().filter(|c| !matches!(c, '\'' | '’' | '‘' | '`' | 'ʼ')) {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
            continue;
        }
        let latin = plain(c.encode_utf8(&mut [0; 4]));
        if !latin.is_empty() {
            out.push_str(&latin.to_ascii_lowercase());
            continue;
        }
        // The one letter that has two small forms.
        let small = c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c });
        out.extend(small.nfd().filter(|c| !is_mark(*c)));
    }
    // What was taken apart without a mark, such as Hangul, together again.
    out.nfc().collect()
}

/// Points of Hebrew, Arabic and Syriac, and accents; not the signs of other scripts that are vowels or make another letter.
fn is_mark(c: char) -> bool {
    matches!(canonical_combining_class(c), 10..=36 | 200..)
}

/// Whether a character turns the direction of the text after it around, so that a name reads as another one (Unicode's embeddings,
/// overrides and isolates). Joiners and the marks between two directions are a part of how names are written.
pub const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Least number of insertions, deletions and replacements between two texts, characters beyond 256 ignored.
pub fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(256).collect(), b.chars().take(256).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = before + usize::from(x != y);
            before = row[j + 1];
            row[j + 1] = replaced.min(before + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// 1 for equal texts, 0 for texts with nothing in common.
pub fn similarity(a: &str, b: &str) -> f64 {
    let longer = a.chars().count().max(b.chars().count()).min(256);
    if longer == 0 { 1.0 } else { 1.0 - edits(a, b) as f64 / longer as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        assert_eq!(plain("Müller-Lüdenscheidt, José"), "MULLER LUDENSCHEIDT JOSE");
        assert_eq!(icao("Müller Straße Ångström"), "MUELLER STRASSE AANGSTROEM");
        assert_eq!(plain("O'Brien  "), "OBRIEN");
        assert_eq!(plain("N° de référence :"), "N DE REFERENCE");
        assert_eq!(plain("日本"), "");
    }

    #[test]
    fn a_search_does_not_mind_how_a_letter_is_written() {
        for (a, b) in [
            ("Zoë", "ZOE\u{308}"),
            ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
            ("σισυφοσ", "Σι\u{301}συφος"),
            ("Андрей", "АНДРЕИ\u{306}"),
            ("مُحَمَّد", "محمد"),
            ("שָׁלוֹם", "שלום"),
            ("Straße", "STRASSE"),
            ("O’Brien", "oʼbrien"),
            ("김철수", "\u{1100}\u{1175}\u{11b7}철수"),
            ("ガン", "カ\u{3099}ン"),
        ] {
            assert_eq!(searched(a), searched(b), "{a}");
        }
        for (a, b) in [("ガン", "カン"), ("иван", "йод"), ("क्ष", "कष"), ("สุ", "ส"), ("a-b", "ab")]
        {
            assert_ne!(searched(a), searched(b), "{a}");
        }
        assert_eq!(searched("김 x.y@Z"), "김 x.y@z");
    }

    #[test]
    fn distances() {
        assert_eq!(edits("KITTEN", "SITTING"), 3);
        assert_eq!(similarity("", ""), 1.0);
        assert_eq!(similarity("ABCD", "ABCE"), 0.75);
    }
}
