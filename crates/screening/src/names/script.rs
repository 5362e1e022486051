//! Latin readings of names in other scripts: as passports write them, not letter by letter.
//!
//! Greek, Cyrillic and the like write their vowels and have a few readings. Arabic, Hebrew and Thai words are kept as they
//! are: [`fits`] holds a Latin spelling against their letters, each of which may be written in several ways, with vowels
//! wherever nobody wrote one.

/// Scripts whose words are compared letter by letter with Latin spellings.
pub(super) fn is_abjad(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{7bf}' | '\u{860}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{e00}'..='\u{e7f}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// Whether a name is written in characters of whole syllables, each with one spelling in each system.
pub(super) fn is_syllables(text: &str) -> bool {
    text.chars().any(is_han)
}

pub(super) fn is_korean(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'))
}

/// The texts that a name may be read as in Latin letters; what is not Greek or Cyrillic stays.
pub(super) fn readings(text: &str) -> Vec<String> {
    let has = |range: std::ops::RangeInclusive<char>| text.chars().any(|c| range.contains(&c));
    if has('\u{370}'..='\u{3ff}') || has('\u{1f00}'..='\u{1fff}') {
        return distinct(vec![greek(text, false), greek(text, true)]);
    }
    if has('\u{900}'..='\u{d7f}') {
        return vec![indic(text)];
    }
    if has('\u{3041}'..='\u{30ff}') {
        return distinct(vec![kana(text, true), kana(text, false)]);
    }
    if text.chars().any(is_han) {
        // A person's name of one word: each syllable may be a word in Latin letters.
        let name = (2..=4).contains(&text.chars().count()) && text.chars().all(is_han);
        let text = if name { text.chars().map(|c| format!("{c} ")).collect() } else { text.to_owned() };
        let old = wade_giles(&text);
        return distinct(vec![text, old]);
    }
    if !has('\u{400}'..='\u{52f}') {
        return vec![text.to_owned()];
    }
    let any = |letters: &str| text.to_lowercase().chars().any(|c| letters.contains(c));
    let mut all = vec![text.to_owned()];
    // Letters that only some of the languages have tell which one it is; without any, each is possible.
    let russian = any("ыэё") || text.to_lowercase().contains("обществ");
    let (ukrainian, southern) = (any("іїєґ"), any("ђјљњћџѓќѕ"));
    if !russian && !southern {
        all.push(spelled(text, ukrainian_letter));
    }
    if !russian && !ukrainian && any("гхщъцж") {
        all.push(spelled(text, bulgarian_letter));
    }
    if !ukrainian && !southern && any("йюяехц") {
        all.push(spelled(text, passport_letter));
    }
    distinct(all)
}

fn distinct(all: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for text in all {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// Each letter by a table that knows whether it begins a word; others stay.
fn spelled(text: &str, letter: fn(char, bool) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    let mut before = ' ';
    for c in text.chars().flat_map(char::to_lowercase) {
        match letter(c, first) {
            // Cabinet of Ukraine, resolution 55: зг is zgh.
            Some("h") if before == 'з' && c == 'г' => out.push_str("gh"),
            Some(latin) => out.push_str(latin),
            None => out.push(c),
        }
        first = !c.is_alphanumeric() && !matches!(c, '\'' | '’' | 'ʼ');
        before = c;
    }
    out
}

/// Ukrainian passports: resolution 55 of the Cabinet of Ministers, 27 January 2010.
fn ukrainian_letter(c: char, first: bool) -> Option<&'static str> {
    Some(match c {
        'г' => "h",
        'ґ' => "g",
        'и' => "y",
        'і' => "i",
        'ї' => {
            if first {
                "yi"
            } else {
                "i"
            }
        }
        'є' => {
            if first {
                "ye"
            } else {
                "ie"
            }
        }
        'й' => {
            if first {
                "y"
            } else {
                "i"
            }
        }
        'ю' => {
            if first {
                "yu"
            } else {
                "iu"
            }
        }
        'я' => {
            if first {
                "ya"
            } else {
                "ia"
            }
        }
        'х' => "kh",
        'ц' => "ts",
        'щ' => "shch",
        'ь' | '\'' | '’' | 'ʼ' => "",
        _ => return None,
    })
}

/// Bulgarian passports: the Transliteration Act of 2009.
fn bulgarian_letter(c: char, _: bool) -> Option<&'static str> {
    Some(match c {
        'г' => "g",
        'х' => "h",
        'щ' => "sht",
        'ъ' => "a",
        'ц' => "ts",
        'й' => "y",
        'ь' => "y",
        'ж' => "zh",
        'ю' => "yu",
        'я' => "ya",
        _ => return None,
    })
}

/// Russian passports: ICAO Doc 9303 part 3, table of Cyrillic.
fn passport_letter(c: char, _: bool) -> Option<&'static str> {
    Some(match c {
        'е' | 'ё' | 'э' => "e",
        'й' => "i",
        'ю' => "iu",
        'я' => "ia",
        'х' => "kh",
        'ц' => "ts",
        'ъ' => "ie",
        'ь' => "",
        _ => return None,
    })
}

/// Greek by ELOT 743 (ISO 843), as passports of Greece and Cyprus have it; `usual`: as people write it elsewhere.
fn greek(text: &str, usual: bool) -> String {
    use unicode_normalization::UnicodeNormalization;
    // A diaeresis keeps two vowels apart, an accent does not.
    let letters: Vec<(char, bool)> = {
        let mut out: Vec<(char, bool)> = vec![];
        for c in text.nfd() {
            match c {
                '\u{308}' => out.iter_mut().last().into_iter().for_each(|l| l.1 = true),
                '\u{300}'..='\u{36f}' => {}
                _ => out.extend(c.to_lowercase().map(|c| (c, false))),
            }
        }
        out
    };
    let at = |i: usize| letters.get(i).map_or(' ', |l| l.0);
    let apart = |i: usize| letters.get(i).is_some_and(|l| l.1);
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < letters.len() {
        let first = i == 0 || !at(i - 1).is_alphabetic();
        let ends = !at(i + 2).is_alphabetic();
        let (latin, taken) = match (at(i), at(i + 1)) {
            ('α' | 'ε' | 'η', 'υ') if !apart(i + 1) => {
                let dull = ends || "θκξπστφχψς".contains(at(i + 2));
                let vowel = match at(i) {
                    'α' => "a",
                    'ε' => "e",
                    _ => "i",
                };
                out.push_str(vowel);
                (if dull { "f" } else { "v" }, 2)
            }
            ('ο', 'υ') if !apart(i + 1) => ("ou", 2),
            ('α', 'ι') if usual && !apart(i + 1) => ("e", 2),
            ('ε' | 'ο', 'ι') if usual && !apart(i + 1) => ("i", 2),
            ('γ', 'γ') => ("ng", 2),
            ('γ', 'ξ') => ("nx", 2),
            ('γ', 'χ') => ("nch", 2),
            ('γ', 'κ') if usual => ("g", 2),
            ('γ', 'κ') => ("gk", 2),
            ('μ', 'π') if first || usual || ends => ("b", 2),
            ('μ', 'π') => ("mp", 2),
            ('ν', 'τ') if usual => (if first { "d" } else { "nd" }, 2),
            ('ν', 'τ') => ("nt", 2),
            ('τ', 'ζ') => ("tz", 2),
            ('α', _) => ("a", 1),
            ('β', _) => ("v", 1),
            ('γ', 'ι' | 'ε' | 'η' | 'υ') if usual => ("y", 1),
            ('γ', _) => ("g", 1),
            ('δ', _) => ("d", 1),
            ('ε', _) => ("e", 1),
            ('ζ', _) => ("z", 1),
            ('η' | 'ι', _) => ("i", 1),
            ('θ', _) => ("th", 1),
            ('κ', _) => ("k", 1),
            ('λ', _) => ("l", 1),
            ('μ', _) => ("m", 1),
            ('ν', _) => ("n", 1),
            ('ξ', _) => ("x", 1),
            ('ο' | 'ω', _) => ("o", 1),
            ('π', _) => ("p", 1),
            ('ρ', _) => ("r", 1),
            ('σ' | 'ς', _) => ("s", 1),
            ('τ', _) => ("t", 1),
            ('υ', _) => (if usual { "i" } else { "y" }, 1),
            ('φ', _) => ("f", 1),
            ('χ', _) if usual => ("h", 1),
            ('χ', _) => ("ch", 1),
            ('ψ', _) => ("ps", 1),
            (c, _) => {
                out.push(c);
                ("", 1)
            }
        };
        out.push_str(latin);
        i += taken;
    }
    out
}

/// Devanagari, Bengali and the other scripts of India, whose blocks have one order: a consonant brings an `a` along unless a
/// sign says another vowel, and at the end of a word none.
fn indic(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let place = |c: char| ('\u{900}'..='\u{d7f}').contains(&c).then_some(c as u32 & 0x7f);
    let mut out = String::with_capacity(text.len());
    for (i, c) in letters.iter().enumerate() {
        let Some(at) = place(*c) else {
            out.push(*c);
            continue;
        };
        let next = letters.get(i + 1).copied().and_then(place);
        let latin = match at {
            0x15 => "k",
            0x16 => "kh",
            0x17 => "g",
            0x18 => "gh",
            0x19 => "ng",
            0x1a => "ch",
            0x1b => "chh",
            0x1c => "j",
            0x1d => "jh",
            0x1e => "n",
            0x1f | 0x24 => "t",
            0x20 | 0x25 => "th",
            0x21 | 0x26 => "d",
            0x22 | 0x27 => "dh",
            0x23 | 0x28 | 0x29 => "n",
            0x2a => "p",
            0x2b => "ph",
            0x2c => "b",
            0x2d => "bh",
            0x2e => "m",
            0x2f | 0x5f => "y",
            0x30 | 0x31 => "r",
            0x32..=0x34 => "l",
            0x35 => "v",
            0x36 | 0x37 => "sh",
            0x38 => "s",
            0x39 => "h",
            0x05 | 0x06 | 0x3e => "a",
            0x07 | 0x08 | 0x3f | 0x40 => "i",
            0x09 | 0x0a | 0x41 | 0x42 => "u",
            0x0b | 0x43 => "ri",
            0x0e | 0x0f | 0x46 | 0x47 => "e",
            0x10 | 0x48 => "ai",
            0x12 | 0x13 | 0x4a | 0x4b => "o",
            0x14 | 0x4c => "au",
            0x01 | 0x02 => "n",
            0x66..=0x6f => {
                out.extend(char::from_digit(at - 0x66, 10));
                ""
            }
            _ => "",
        };
        out.push_str(latin);
        let consonant = matches!(at, 0x15..=0x39 | 0x58..=0x5f);
        // A sign of a vowel or of silence, or the mark that makes another consonant.
        let carried = matches!(next, Some(0x3e..=0x4d | 0x56 | 0x57)) || next == Some(0x3c);
        let nukta = at == 0x3c && !matches!(next, Some(0x3e..=0x4d));
        if (consonant && !carried || nukta) && next.is_some() {
            out.push('a');
        } else if consonant
            && next.is_none()
            && i > 0
            && letters.get(i - 1).copied().and_then(place) == Some(0x4d)
        {
            // After another consonant the vowel at the end is spoken.
            out.push('a');
        }
    }
    out
}

/// A way to write Korean: initial consonants, vowels, final consonants, and whether family names have their usual forms.
pub(super) struct Korean {
    initials: [&'static str; 19],
    vowels: [&'static str; 21],
    finals: [&'static str; 28],
    family: &'static [(char, &'static str)],
}

const FINALS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
    "ng", "t", "t", "k", "t", "p", "t",
];

/// The state's rules of 2000; as most people write their names; the North's and McCune and Reischauer's.
pub(super) const KOREAN: [Korean; 3] = [
    Korean {
        initials: [
            "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
            "h",
        ],
        vowels: [
            "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
            "wi", "yu", "eu", "ui", "i",
        ],
        finals: FINALS,
        family: &[
            ('이', "lee"),
            ('김', "kim"),
            ('박', "park"),
            ('최', "choi"),
            ('강', "kang"),
            ('조', "cho"),
            ('임', "lim"),
            ('오', "oh"),
            ('우', "woo"),
            ('안', "ahn"),
            ('신', "shin"),
            ('심', "shim"),
            ('유', "yoo"),
            ('윤', "yoon"),
        ],
    },
    Korean {
        initials: [
            "k", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
            "h",
        ],
        vowels: [
            "a", "ae", "ya", "yae", "u", "e", "yu", "ye", "o", "wa", "wae", "oi", "yo", "oo", "wo", "we",
            "wi", "yoo", "eu", "ee", "i",
        ],
        finals: FINALS,
        family: &[
            ('이', "lee"),
            ('박', "park"),
            ('임', "lim"),
            ('오', "oh"),
            ('우', "woo"),
            ('노', "noh"),
            ('안', "ahn"),
            ('신', "shin"),
            ('심', "shim"),
            ('허', "hur"),
            ('정', "jung"),
            ('전', "jun"),
            ('서', "suh"),
            ('조', "cho"),
            ('강', "kang"),
            ('유', "yoo"),
            ('배', "bae"),
            ('백', "paik"),
        ],
    },
    Korean {
        initials: [
            "k", "kk", "n", "t", "tt", "r", "m", "p", "pp", "s", "ss", "", "ch", "tch", "ch", "k", "t", "p",
            "h",
        ],
        vowels: [
            "a", "ae", "ya", "yae", "o", "e", "yo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
            "wi", "yu", "u", "ui", "i",
        ],
        finals: FINALS,
        family: &[
            ('이', "ri"),
            ('박', "pak"),
            ('임', "rim"),
            ('노', "ro"),
            ('유', "ryu"),
            ('양', "ryang"),
            ('조', "jo"),
        ],
    },
];

/// The words of a Korean name, the family name apart: each in Latin letters, and by its letters.
pub(super) fn korean(text: &str, system: &Korean) -> Vec<(String, String)> {
    use unicode_normalization::UnicodeNormalization;
    let mut out: Vec<(String, String)> = vec![];
    for (n, word) in text.split_whitespace().enumerate() {
        let syllables: Vec<char> = word.chars().collect();
        // `김민지` is a family name of one syllable and a given name of two.
        let apart = n == 0 && (3..=4).contains(&syllables.len());
        let parts = if apart { [&syllables[..1], &syllables[1..]] } else { [&syllables[..], &[]] };
        for part in parts.into_iter().filter(|p| !p.is_empty()) {
            let family = part.len() == 1;
            let mut latin = String::new();
            for c in part {
                let usual = system.family.iter().find(|(f, _)| family && f == c).map(|(_, latin)| *latin);
                match (usual, (*c as u32).checked_sub(0xac00).filter(|at| *at < 11172)) {
                    (Some(usual), _) => latin.push_str(usual),
                    (None, Some(at)) => {
                        let (initial, vowel, last) = (at / 588, at % 588 / 28, at % 28);
                        latin.push_str(system.initials.get(initial as usize).copied().unwrap_or_default());
                        latin.push_str(system.vowels.get(vowel as usize).copied().unwrap_or_default());
                        latin.push_str(system.finals.get(last as usize).copied().unwrap_or_default());
                    }
                    (None, None) => latin.push_str(&any_ascii::any_ascii_char(*c).to_lowercase()),
                }
            }
            latin.retain(|c| c.is_ascii_alphanumeric());
            out.push((latin, part.iter().copied().nfd().collect()));
        }
    }
    out
}

/// Japanese syllables as passports write them (Hepburn); `short`: without the length of vowels.
fn kana(text: &str, short: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut doubled = false;
    for c in text.chars() {
        match c {
            'っ' | 'ッ' => doubled = true,
            'ー' => {}
            'ゃ' | 'ゅ' | 'ょ' | 'ャ' | 'ュ' | 'ョ' => {
                out.pop();
                if !out.ends_with("sh") && !out.ends_with("ch") && !out.ends_with('j') {
                    out.push('y');
                }
                out.push_str(match c {
                    'ゃ' | 'ャ' => "a",
                    'ゅ' | 'ュ' => "u",
                    _ => "o",
                });
            }
            _ => {
                let latin = any_ascii::any_ascii_char(c).to_lowercase();
                // `n` before a lip sound is written `m`.
                if short && out.ends_with('n') && latin.starts_with(['b', 'p', 'm']) {
                    out.pop();
                    out.push('m');
                }
                if doubled {
                    out.push(if latin.starts_with("ch") {
                        't'
                    } else {
                        latin.chars().next().unwrap_or_default()
                    });
                    doubled = false;
                }
                out.push_str(&latin);
            }
        }
    }
    if short { out.replace("ou", "o").replace("oo", "o").replace("uu", "u") } else { out }
}

/// Chinese as Taiwan, Hong Kong's papers and older lists write it: the same syllables by Wade and Giles.
fn wade_giles(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for c in text.chars() {
        if !is_han(c) {
            out.push(c);
            continue;
        }
        let pinyin = any_ascii::any_ascii_char(c).to_lowercase();
        let split = pinyin.find(|c| "aeiouv".contains(c)).unwrap_or(0);
        let (initial, last) = pinyin.split_at_checked(split).unwrap_or(("", &pinyin));
        let (old, buzzing) = match initial {
            "b" => ("p", false),
            "d" => ("t", false),
            "g" => ("k", false),
            "j" | "q" | "zh" => ("ch", false),
            "x" => ("hs", false),
            "z" | "c" => ("ts", true),
            "r" => ("j", false),
            other => (other, other == "s"),
        };
        let end = match last {
            "i" if buzzing => "u",
            "i" if matches!(initial, "zh" | "ch" | "sh" | "r") => "ih",
            "ian" => "ien",
            "ie" => "ieh",
            "ue" => "ueh",
            "ong" => "ung",
            "iong" => "iung",
            "e" if matches!(initial, "g" | "k" | "h") => "o",
            "uo" if !matches!(initial, "g" | "k" | "h" | "sh") => "o",
            "ui" if matches!(initial, "g" | "k") => "uei",
            "er" => "erh",
            "ou" if initial == "y" => "u",
            "an" if initial == "y" => "en",
            other => other,
        };
        out.push_str(if buzzing && last == "i" { if initial == "s" { "ss" } else { "tz" } } else { old });
        out.push_str(end);
    }
    out
}

/// How a letter of these scripts is written in Latin letters, the most usual first; an empty one: at times not at all.
fn spellings(c: char) -> &'static [&'static str] {
    match c {
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ى' => &["a", "e", "i", "u", "o", ""],
        'ع' => &["", "a", "e", "i", "o", "u"],
        'ء' | 'ئ' | 'ؤ' => &["", "i", "e", "y", "o", "u"],
        'ب' => &["b", "p"],
        'پ' => &["p"],
        'ت' | 'ط' => &["t", "th"],
        'ث' => &["th", "s", "t"],
        'ج' => &["j", "g", "dj", "dsch", "dzh"],
        'چ' => &["ch", "tch", "c"],
        'ح' => &["h", "kh"],
        'خ' => &["kh", "h", "k", "ch"],
        'د' => &["d"],
        'ذ' => &["dh", "z", "th", "d"],
        'ر' => &["r"],
        'ز' => &["z", "s"],
        'ژ' => &["zh", "j", "z"],
        'س' => &["s", "c"],
        'ش' => &["sh", "ch", "sch"],
        'ص' => &["s", "c"],
        'ض' => &["d", "dh", "z"],
        'ظ' => &["z", "dh", "th"],
        'غ' => &["gh", "g", "q", "rh"],
        'ف' => &["f", "ph", "v"],
        'ڤ' => &["v", "f"],
        'ق' => &["q", "gh", "k", "g", "c", "ck"],
        'ك' | 'ک' => &["k", "c", "ck"],
        'گ' => &["g"],
        'ل' => &["l"],
        'م' => &["m"],
        'ن' | 'ں' => &["n"],
        'ه' | 'ہ' | 'ھ' => &["h", "eh", "ah", ""],
        'ة' | 'ۀ' => &["a", "ah", "eh", "e", "t", "at", "et", "h", ""],
        'و' => &["w", "ou", "oo", "u", "o", "v", "au", "aw", "ow"],
        'ي' | 'ی' | 'ے' => &["y", "i", "ee", "ei", "ai", "e", "ie", "iy", "j"],
        // Hebrew.
        'א' => &["a", "e", "i", "o", "u", ""],
        'ב' => &["b", "v"],
        'ג' => &["g", "j"],
        'ד' => &["d"],
        'ה' => &["h", ""],
        'ו' => &["v", "o", "u", "w", "oo", "ou"],
        'ז' => &["z", "s"],
        'ח' => &["h", "ch", "kh"],
        'ט' | 'ת' => &["t", "th"],
        'י' => &["y", "i", "j", "ee", "e", ""],
        'כ' | 'ך' => &["k", "kh", "ch", "c", "h"],
        'ל' => &["l"],
        'מ' | 'ם' => &["m"],
        'נ' | 'ן' => &["n"],
        'ס' => &["s"],
        'ע' => &["", "a", "e", "i", "o"],
        'פ' | 'ף' => &["p", "f", "ph"],
        'צ' | 'ץ' => &["ts", "tz", "z", "c"],
        'ק' => &["k", "c", "q"],
        'ר' => &["r"],
        'ש' => &["sh", "s", "sch"],
        // Thai: at the beginning of a syllable, then at its end.
        'ก' => &["k", "g"],
        'ข' | 'ฃ' | 'ค' | 'ฅ' | 'ฆ' => &["kh", "k", "c", "g"],
        'ง' => &["ng"],
        'จ' => &["ch", "j", "c", "t"],
        'ฉ' | 'ช' | 'ฌ' => &["ch", "sh", "t", "c", "j"],
        'ซ' | 'ศ' | 'ษ' | 'ส' => &["s", "t", "z", "sh", ""],
        'ญ' => &["y", "n"],
        'ฎ' | 'ด' => &["d", "t"],
        'ฏ' | 'ต' => &["t", "d"],
        'ฐ' | 'ฑ' | 'ฒ' | 'ถ' | 'ท' | 'ธ' => &["th", "t", "d", "s"],
        'ณ' | 'น' => &["n"],
        'บ' => &["b", "p"],
        'ป' => &["p", "b"],
        'ผ' | 'พ' | 'ภ' => &["ph", "p", "bh", "b"],
        'ฝ' | 'ฟ' => &["f", "p"],
        'ม' => &["m"],
        'ย' => &["y", "i", ""],
        'ร' => &["r", "n", ""],
        'ล' | 'ฬ' => &["l", "n"],
        'ว' => &["w", "v", "u", "o", ""],
        'ห' | 'ฮ' => &["h", ""],
        'อ' => &["o", "a", "e", "u", "i", ""],
        'ำ' => &["am", "um"],
        'ไ' | 'ใ' => &["ai", "ay", "i"],
        // Korean letters: initial consonants, vowels, final consonants.
        'ᄀ' => &["g", "k", "c"],
        'ᄁ' => &["kk", "gg", "k"],
        'ᄂ' => &["n", "r", ""],
        'ᄃ' => &["d", "t"],
        'ᄄ' => &["tt", "dd"],
        'ᄅ' => &["r", "l", "n"],
        'ᄆ' => &["m"],
        'ᄇ' => &["b", "p"],
        'ᄈ' => &["pp", "bb"],
        'ᄉ' => &["s", "sh"],
        'ᄊ' => &["ss", "s"],
        'ᄋ' => &["", "l", "r", "y", "w"],
        'ᄌ' => &["j", "ch", "z"],
        'ᄍ' => &["jj", "tch", "j"],
        'ᄎ' => &["ch"],
        'ᄏ' => &["k"],
        'ᄐ' => &["t"],
        'ᄑ' => &["p"],
        'ᄒ' => &["h", "wh"],
        'ᅡ' => &["a", "ah", "ar"],
        'ᅢ' => &["ae", "ai", "e", "ay"],
        'ᅣ' => &["ya"],
        'ᅤ' => &["yae"],
        'ᅥ' => &["eo", "u", "o", "e", "ur", "uh"],
        'ᅦ' => &["e"],
        'ᅧ' => &["yeo", "yu", "you", "yo", "ye", "u"],
        'ᅨ' => &["ye", "e"],
        'ᅩ' => &["o", "oh"],
        'ᅪ' => &["wa", "oa"],
        'ᅫ' => &["wae"],
        'ᅬ' => &["oe", "oi", "we"],
        'ᅭ' => &["yo"],
        'ᅮ' => &["u", "oo", "woo", "ou", "wu"],
        'ᅯ' => &["wo", "weo", "won"],
        'ᅰ' => &["we"],
        'ᅱ' => &["wi", "wee"],
        'ᅲ' => &["yu", "yoo", "you", "u"],
        'ᅳ' => &["eu", "u", "e"],
        'ᅴ' => &["ui", "ee", "i", "eui", "hee"],
        'ᅵ' => &["i", "ee", "ie", "ih"],
        'ᆨ' | 'ᆩ' | 'ᆪ' | 'ᆰ' | 'ᆿ' => &["k", "g", "ck", "c", "rk"],
        'ᆫ' | 'ᆬ' | 'ᆭ' => &["n"],
        'ᆯ' | 'ᆲ' | 'ᆳ' | 'ᆴ' | 'ᆶ' => &["l", "r"],
        'ᆷ' | 'ᆱ' => &["m"],
        'ᆸ' | 'ᆹ' | 'ᇁ' | 'ᆵ' => &["p", "b"],
        'ᆼ' => &["ng"],
        'ᆮ' | 'ᆺ' | 'ᆻ' | 'ᆽ' | 'ᆾ' | 'ᇀ' | 'ᇂ' => &["t", "s", "d"],
        _ => &[""],
    }
}

/// Letters that stand for a vowel or a breath: what they cost where a spelling lacks them.
fn silent(c: char) -> f32 {
    match c {
        'و' | 'ي' | 'ی' | 'ו' => 0.6,
        'י' | 'ח' | 'ه' | 'ہ' => 0.4,
        _ => 1.2,
    }
}

/// The ways in which a word without vowels is read, for finding candidates.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// As Iranians and Afghans speak Arabic letters; the other sound of Hebrew ones.
    pub(super) eastern: bool,
    /// Thai consonants as at the end of a syllable.
    pub(super) ends: bool,
}

impl Reading {
    pub(super) const ALL: [Self; 4] = [
        Self { eastern: false, ends: false },
        Self { eastern: true, ends: false },
        Self { eastern: false, ends: true },
        Self { eastern: true, ends: true },
    ];
}

/// A word of these scripts in plain Latin letters, without unwritten vowels.
pub(super) fn consonants(word: &str, Reading { eastern, ends }: Reading) -> String {
    let mut out = String::with_capacity(word.len());
    let letters: Vec<char> = word.chars().collect();
    for (i, c) in letters.iter().copied().enumerate() {
        let (first, last) = (i == 0, i + 1 == letters.len());
        out.push_str(match c {
            'ع' | 'א' | 'ע' | 'อ' => {
                if first {
                    "a"
                } else {
                    ""
                }
            }
            'ث' | 'ص' if eastern => "s",
            'ذ' | 'ض' | 'ظ' if eastern => "z",
            'و' if eastern => "v",
            'ו' if !eastern && !first => "",
            'ב' if eastern && !first => "v",
            'פ' | 'ף' if eastern => "f",
            'ש' if eastern => "s",
            'ה' | 'ح' | 'ه' | 'ہ' => "h",
            'ผ' | 'พ' | 'ภ' if eastern => "p",
            'ญ' if !first => "n",
            'ร' if ends && last && i > 0 && matches!(letters.get(i - 1), Some('ต' | 'ท')) => "",
            'ร' if ends && i == 1 => "",
            'ร' | 'ล' if ends && last => "n",
            'ส' | 'ศ' | 'ษ' | 'จ' | 'ช' | 'ซ' if ends && last => "t",
            _ => spellings(c).first().copied().unwrap_or_default(),
        });
    }
    out
}

/// How well a Latin spelling fits a word of these scripts, 0..1.
pub(super) fn fits(word: &str, latin: &str) -> f64 {
    const LONGEST: usize = 32;
    /// From here on it is another word.
    const MOST: f32 = 3.0;
    let letters: Vec<char> = word.chars().filter(|c| spellings(*c).iter().any(|s| !s.is_empty())).collect();
    let latin = latin.as_bytes();
    if letters.is_empty() || latin.is_empty() || letters.len() > LONGEST || latin.len() > LONGEST {
        return 0.0;
    }
    if latin.len() > 3 * letters.len() + 3 || letters.len() > latin.len() + 3 {
        return 0.0;
    }
    // Thai signs of vowels are not among the letters; the other scripts write a long vowel at the end.
    let thai = letters.iter().any(|c| ('\u{e00}'..='\u{e7f}').contains(c));
    // Korean writes every vowel.
    let korean = letters.first().is_some_and(|c| ('\u{1100}'..='\u{11ff}').contains(c));
    // The least that it costs to write the first letters as the first bytes.
    let mut cost = [f32::MAX; LONGEST + 1];
    cost[0] = 0.0;
    for i in 0..=letters.len() {
        let mut next = [f32::MAX; LONGEST + 1];
        let mut least = f32::MAX;
        for j in 0..=latin.len() {
            let here = cost[j];
            if here >= MOST {
                continue;
            }
            least = least.min(here);
            if let Some(byte) = latin.get(j) {
                let doubled = j > 0 && latin.get(j - 1) == Some(byte);
                let extra = match byte {
                    _ if doubled => 0.0,
                    b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'w' if korean => 0.8,
                    // Nobody writes the vowels inside; a word seldom begins with one.
                    b'a' | b'e' | b'i' | b'o' | b'u' if i == 0 => 0.5,
                    b'i' | b'o' | b'u' if i == letters.len() && !thai => 1.0,
                    b'a' | b'e' if i == letters.len() && !thai => 0.4,
                    b'a' | b'e' | b'i' | b'o' | b'u' => 0.02,
                    b'y' | b'w' | b'h' => 0.4,
                    _ => 1.2,
                };
                cost[j + 1] = cost[j + 1].min(here + extra);
            }
            if let Some(letter) = letters.get(i) {
                for spelling in spellings(*letter) {
                    let to = j + spelling.len();
                    if latin.get(j..to) == Some(spelling.as_bytes()) {
                        let price = if spelling.is_empty() { 0.05 } else { 0.0 };
                        next[to] = next[to].min(here + price);
                    }
                }
                let last = i > 0 && i + 1 == letters.len() && "ويی".contains(*letter);
                let skipped = if last { 1.6 } else { silent(*letter) };
                next[j] = next[j].min(here + skipped);
            }
        }
        if least >= MOST {
            return 0.0;
        }
        if i < letters.len() {
            cost = next;
        }
    }
    let cost = f64::from(cost[latin.len()].min(MOST));
    let firm = letters.iter().filter(|c| silent(**c) > 1.0 && !spellings(**c).contains(&"")).count();
    match firm {
        // One letter says little, and only where it is all there is.
        0 => 0.0,
        1 => {
            if cost <= 0.3 {
                0.85
            } else {
                0.0
            }
        }
        _ => {
            let fit = 0.95 - 0.8 * cost / (firm as f64 + 1.0);
            if fit > 0.7 { fit } else { 0.0 }
        }
    }
}

/// The words of a name in these scripts, the article apart: `عبدالرحمن` is three.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for word in text.split(|c: char| !c.is_alphanumeric() && !is_mark(c)) {
        // Marks of vowels and of Thai tones; a consonant under the mark of silence is not spoken.
        let mut plain = String::new();
        for c in word.chars() {
            match c {
                '\u{e4c}' => {
                    // With `ร` the consonant before it is silent too: `จันทร์`.
                    if plain.pop() == Some('ร') && plain.ends_with(['ท', 'ต']) {
                        plain.pop();
                    }
                }
                _ if is_mark(c) || c == '\u{640}' => {}
                _ => plain.push(c),
            }
        }
        if plain.is_empty() {
            continue;
        }
        let servant = plain.strip_prefix("عبدال").filter(|rest| rest.chars().count() >= 2);
        if let Some(rest) = servant {
            out.push("عبد".into());
            plain = format!("ال{rest}");
        }
        let bare = plain.strip_prefix("ال").filter(|rest| rest.chars().count() >= 3 || *rest == "له");
        match bare {
            Some("له") => out.push("الله".into()),
            Some(rest) => out.extend(["ال".to_owned(), rest.to_owned()]),
            None => match plain.strip_suffix("الدين").filter(|stem| stem.chars().count() >= 2) {
                Some(stem) => out.extend([stem.to_owned(), "ال".to_owned(), "دين".to_owned()]),
                None => out.push(plain),
            },
        }
    }
    out
}

/// Signs that stand over or under a letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// Words that have one form in Latin names too.
pub(super) fn known(word: &str) -> Option<&'static str> {
    Some(match word {
        "ال" => "al",
        "الله" => "allah",
        "عبد" => "abd",
        "ابو" | "أبو" | "أبي" | "ابي" => "abu",
        "بن" | "ابن" | "إبن" => "bin",
        "بنت" => "bint",
        "دين" | "الدين" => "din",
        "בן" => "ben",
        "בת" => "bat",
        _ => return None,
    })
}
