//! A name taken apart: script, marks, titles, legal forms and numbers set aside or brought to one form.

use any_ascii::any_ascii_char;
use unicode_normalization::UnicodeNormalization;

use super::{arabic, script, words};

/// Longest name that is looked at, in characters; the rest is left out.
pub(crate) const MAX_CHARS: usize = 300;
/// Most tokens of one name.
pub const MAX_TOKENS: usize = 24;

/// What the bearer of a name is. It decides which words of a name count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Person,
    Organization,
    Vessel,
    Aircraft,
    /// Not known: may be any.
    Unknown,
}

impl Kind {
    /// The kind that a word of a table means; what is left open may be any.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.trim().to_lowercase().as_str() {
            "person" | "individual" | "pep" => Self::Person,
            "organization" | "organisation" | "entity" | "company" | "publicbody" => Self::Organization,
            "vessel" | "ship" => Self::Vessel,
            "aircraft" | "airplane" => Self::Aircraft,
            "" | "unknown" | "legalentity" => Self::Unknown,
            _ => return None,
        })
    }

    /// Whether two may be the same bearer.
    pub fn may_be(self, other: Self) -> bool {
        self == other || self == Self::Unknown || other == Self::Unknown
    }
}

/// What a word does in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Carries the name.
    Name,
    /// One letter that stands for a name.
    Initial,
    /// `al`, `bin`, `de`, `van`: comes and goes with the spelling.
    Particle,
    /// `bank`, `trading`, `industries`: says what, not who.
    Common,
    /// `ltd`, `gmbh`, `ooo`, in one form for each kind of company.
    LegalForm,
    Number,
}

/// One word of a name in normal form.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// ASCII, lower case, letters and digits.
    pub text: String,
    /// Consonants by sound, for spellings that differ between languages.
    pub sound: String,
    pub kind: TokenKind,
    /// How distinctive it is, 0..1: 1 unless an index knows how many names contain it.
    pub rarity: f32,
    /// The groups of given names it belongs to, where it may be one.
    pub(crate) groups: &'static [u16],
    /// The word with letters that are one sound in most languages' spellings as one.
    pub(super) fold: Box<str>,
    /// The word as it was written, where its script leaves vowels out.
    pub(super) origin: Option<Box<str>>,
}

impl Token {
    fn new(text: String, kind: TokenKind, foreign: bool) -> Self {
        let sound = sound(&text, foreign);
        let groups = if kind == TokenKind::Name { words::nickname_groups(&text) } else { &[] };
        let fold = fold(&text).into();
        Self { text, sound, kind, rarity: 1.0, groups, fold, origin: None }
    }

    /// Several words that are one name.
    pub(super) fn compound(text: String, origin: Option<String>) -> Self {
        let origin = origin.map(String::into_boxed_str);
        Self { origin, ..Self::new(text, TokenKind::Name, false) }
    }
}

/// A name taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub tokens: Vec<Token>,
    /// Whether it came in a script that writes few vowels (Arabic, Hebrew, …): only its consonants can be compared.
    pub foreign: bool,
    /// Whether it came in Chinese characters, whose Latin spelling leaves nothing open.
    pub(super) syllables: bool,
    /// Runs of words that are one name, and the word they are compared as.
    pub(super) compounds: Vec<(std::ops::Range<usize>, Token)>,
}

impl Name {
    /// Takes a name apart as that of a person, an organisation and so on, by its first reading.
    pub fn new(text: &str, kind: Kind) -> Self {
        Self::all(text, kind).into_iter().next().unwrap_or_else(Self::nothing)
    }

    pub(crate) fn nothing() -> Self {
        Self { tokens: vec![], foreign: false, syllables: false, compounds: vec![] }
    }

    /// Takes a name apart in every way it may be read in Latin letters.
    pub(crate) fn all(text: &str, kind: Kind) -> Vec<Self> {
        let text: String = text.chars().take(MAX_CHARS).collect();
        if text.is_ascii() {
            return vec![Self::of(&text, kind)];
        }
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let foreign = text.chars().filter(|c| c.is_alphabetic() && script::is_abjad(*c)).count();
        let all: Vec<Self> = if foreign * 2 > letters {
            script::Reading::ALL.iter().map(|reading| Self::abjad(&turned(&text, kind), *reading)).collect()
        } else if kind == Kind::Person && script::is_korean(&text) {
            script::KOREAN.iter().map(|system| Self::korean(&text, system)).collect()
        } else {
            let syllables = script::is_syllables(&text);
            let of = |reading: &String| Self { syllables, ..Self::of(reading, kind) };
            script::readings(&text).iter().map(of).collect()
        };
        let mut distinct: Vec<Self> = vec![];
        for name in all {
            if !distinct.iter().any(|d| d.tokens == name.tokens) {
                distinct.push(name);
            }
        }
        distinct
    }

    /// A name of a script that leaves vowels out.
    fn abjad(text: &str, reading: script::Reading) -> Self {
        use unicode_normalization::UnicodeNormalization as _;
        let text: String = text.nfkc().collect();
        let token = |word: String| {
            if word.chars().all(|c| c.is_numeric()) {
                let digits = any_ascii::any_ascii(&word);
                return (!digits.is_empty()).then(|| Token::new(digits, TokenKind::Number, true));
            }
            if !word.chars().any(script::is_abjad) {
                let plain: String = ascii(&word).chars().filter(char::is_ascii_alphanumeric).collect();
                return (!plain.is_empty()).then(|| Token::new(plain, TokenKind::Name, false));
            }
            let known = script::known(&word);
            let text = known.map_or_else(|| script::consonants(&word, reading), str::to_owned);
            let kind = match known {
                Some("al" | "bin" | "bint" | "abu" | "ben") => TokenKind::Particle,
                _ => TokenKind::Name,
            };
            (!text.is_empty()).then(|| Token { origin: Some(word.into()), ..Token::new(text, kind, true) })
        };
        let tokens: Vec<Token> =
            script::words(&text).into_iter().filter_map(token).take(MAX_TOKENS).collect();
        let compounds = arabic::compounds(&tokens);
        Self { tokens, foreign: true, syllables: false, compounds }
    }

    /// A person's name in Korean letters.
    fn korean(text: &str, system: &script::Korean) -> Self {
        let words = script::korean(text, system).into_iter().filter(|(latin, _)| !latin.is_empty());
        let token = |(latin, letters): (String, String)| Token {
            origin: Some(letters.into()),
            ..Token::new(latin, TokenKind::Name, false)
        };
        Self { tokens: words.map(token).take(MAX_TOKENS).collect(), ..Self::nothing() }
    }

    /// A name in a script with vowels.
    fn of(text: &str, kind: Kind) -> Self {
        let foreign = false;
        let plain = ascii(&turned(&unglued(text, kind), kind));
        let mut words: Vec<String> = split(&plain);
        if kind != Kind::Person {
            words = words::legal_forms(words);
        }
        words = words::numbers(words::abbreviations(words));
        let count = words.len();
        let mut tokens: Vec<Token> = words
            .into_iter()
            .enumerate()
            .filter_map(|(place, word)| token(word, kind, place, count, foreign))
            .take(MAX_TOKENS)
            .collect();
        // A name of titles and legal forms alone is still a name.
        if tokens.is_empty() {
            let all = split(&plain).into_iter().take(MAX_TOKENS);
            tokens = all.map(|text| Token::new(text, TokenKind::Name, foreign)).collect();
        }
        let compounds = if kind == Kind::Person { arabic::compounds(&tokens) } else { vec![] };
        Self { tokens, foreign, syllables: false, compounds }
    }

    /// The words that several of its words are compared as.
    pub(crate) fn compounds(&self) -> impl Iterator<Item = &str> {
        self.compounds.iter().map(|(_, word)| word.text.as_str())
    }

    /// The words that say who it is.
    pub fn has_name(&self) -> bool {
        self.tokens.iter().any(|t| t.kind == TokenKind::Name)
    }
}

/// `Doe, John` is `John Doe`; in names of organisations a comma stands before the legal form.
fn turned(text: &str, kind: Kind) -> String {
    match text.split_once(',') {
        Some((last, given)) if kind == Kind::Person && !given.trim().is_empty() => format!("{given} {last}"),
        _ => text.to_owned(),
    }
}

/// `SiemensAG` is `Siemens AG`.
fn unglued(text: &str, kind: Kind) -> String {
    if kind == Kind::Person {
        return text.to_owned();
    }
    let apart = |word: &str| {
        let tail = word.len() - word.chars().rev().take_while(char::is_ascii_uppercase).count();
        match word.split_at_checked(tail) {
            Some((name, form))
                if form.len() >= 2
                    && name.chars().last().is_some_and(char::is_lowercase)
                    && words::is_company_mark(&form.to_lowercase()) =>
            {
                format!("{name} {form}")
            }
            _ => word.to_owned(),
        }
    };
    text.split(' ').map(apart).collect::<Vec<_>>().join(" ")
}

/// Latin letters without marks, lower case.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkc() {
        // Marks that stand inside a word: O'Brien, Qa'ida, Men’s.
        if matches!(c, '\'' | '’' | '‘' | '`' | 'ʼ' | 'ʿ' | 'ʾ' | '´' | '\u{2bb}') {
            continue;
        }
        match c {
            'ä' | 'Ä' => plain.push('a'),
            'ö' | 'Ö' | 'ø' | 'Ø' => plain.push('o'),
            'ü' | 'Ü' => plain.push('u'),
            'å' | 'Å' => plain.push('a'),
            // No sounds of their own.
            'ь' | 'ъ' | 'Ь' | 'Ъ' | 'ء' => {}
            _ => {
                let spelled = any_ascii_char(c);
                // Characters that are whole syllables stand apart only where they are names apart; here they are
                // joined, and the words of the name are those that the writer set apart.
                plain.extend(spelled.chars().map(|c| c.to_ascii_lowercase()));
            }
        }
    }
    plain
}

/// Words of letters and digits. Single letters that are set apart by full stops belong together: `A.B.C.`,
/// `J.-C.`.
fn split(plain: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    let plain = plain.replace('&', " and ").replace('%', " percent ");
    for chunk in plain.split(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '/' | ',' | '"' | '(' | ')' | ';' | ':' | '_' | '|' | '*')
    }) {
        let parts: Vec<String> = chunk
            .split('.')
            .map(|p| p.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
            .filter(|p| !p.is_empty())
            .collect();
        let dotted = chunk.contains('.') && !parts.is_empty() && parts.iter().all(|p| p.len() == 1);
        if dotted && parts.len() > 1 {
            words.push(parts.concat());
        } else {
            words.extend(parts);
        }
    }
    words
}

fn token(word: String, kind: Kind, place: usize, count: usize, foreign: bool) -> Option<Token> {
    use TokenKind as T;
    let of = |text: String, kind| Some(Token::new(text, kind, foreign));
    if word.bytes().all(|c| c.is_ascii_digit()) {
        return of(word, T::Number);
    }
    match kind {
        Kind::Person => {
            if words::is_title(&word) && count > 1 {
                return None;
            }
            // Somebody wrote a company's form behind a person's name.
            if place + 1 == count && count > 2 && words::is_company_mark(&word) {
                return None;
            }
            let word = letters_for_digits(word);
            if word.len() == 1 {
                return of(word, T::Initial);
            }
            let kind = if words::is_particle(&word) { T::Particle } else { T::Name };
            of(word, kind)
        }
        _ => {
            if let Some(form) = word.strip_prefix(words::LEGAL_MARK) {
                return of(form.to_owned(), T::LegalForm);
            }
            if (word == "the" && place == 0 && count > 1)
                || (kind == Kind::Vessel && words::is_ship_prefix(&word) && count > 1)
            {
                return None;
            }
            let kind = match () {
                () if words::is_article(&word) => T::Particle,
                () if words::is_common(&word) => T::Common,
                () => T::Name,
            };
            of(letters_for_digits(word), kind)
        }
    }
}

/// `Sech1n`, `Ig0r`: digits that stand for letters inside a word of letters.
fn letters_for_digits(word: String) -> String {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.len() - digits;
    if digits == 0 || letters < 2 || digits > letters {
        return word;
    }
    let swap = |c: char| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    };
    word.chars().map(swap).collect()
}

/// A word with `y` and `j` as `i`, `w` as `v`, `ou` as `u`, each letter once in a row: `Julija`, `Yulia` and `Iuliia` are one.
pub(crate) fn fold(word: &str) -> String {
    let bytes = word.as_bytes();
    let mut out = String::with_capacity(word.len());
    for (i, b) in bytes.iter().enumerate() {
        let next = bytes.get(i + 1);
        let latin = match b {
            b'y' | b'j' => "i",
            b'w' => "v",
            b'o' if matches!(next, Some(b'u' | b'o')) => continue,
            b'o' if i > 0 && bytes.get(i - 1) == Some(&b'o') => "u",
            b'x' => "ks",
            b'p' if next == Some(&b'h') => "f",
            b'h' if i > 0 && bytes.get(i - 1) == Some(&b'p') => continue,
            b'c' if next == Some(&b'k') => continue,
            b'q' => "k",
            _ => word.get(i..=i).unwrap_or_default(),
        };
        for c in latin.chars() {
            if !out.ends_with(c) {
                out.push(c);
            }
        }
    }
    out
}

/// The consonants of a word by sound. `foreign` words lack what their script does not write.
pub(crate) fn sound(word: &str, foreign: bool) -> String {
    let bytes = word.as_bytes();
    let mut out = String::with_capacity(word.len());
    let mut i = 0;
    let at = |i: usize| bytes.get(i).copied().unwrap_or(b' ');
    while i < bytes.len() {
        let (class, taken) = match (at(i), at(i + 1), at(i + 2), at(i + 3)) {
            (b's', b'h', b'c', b'h') | (b's', b'c', b'h', _) => (b's', if at(i + 3) == b'h' { 4 } else { 3 }),
            (b't', b's', b'c', b'h') => (b's', 4),
            (b't', b'c', b'h', _) | (b'd', b'z', b'h', _) => (b's', 3),
            (b's' | b'c' | b'z', b'h', _, _) | (b't' | b'd', b's' | b'z', _, _) => (b's', 2),
            (b'd', b'j', _, _) | (b'c', b's', _, _) => (b's', 2),
            (b'p', b'h', _, _) => (b'f', 2),
            (b'k' | b'g', b'h', _, _) => (b'k', 2),
            (b't' | b'd', b'h', _, _) => (b't', 2),
            (b'c', b'k', _, _) => (b'k', 2),
            (b'q', b'u', _, _) => (b'k', 2),
            (b'x', _, _, _) if i == 0 => (b's', 1),
            (b'x', _, _, _) => (b'k', 1),
            (b'c', b'e' | b'i' | b'y', _, _) => (b's', 1),
            (b's' | b'z' | b'j', _, _, _) => (b's', 1),
            (b'c' | b'k' | b'q' | b'g', _, _, _) => (b'k', 1),
            (b'b' | b'p', _, _, _) => (b'p', 1),
            (b'f' | b'v', _, _, _) => (b'f', 1),
            (b'd' | b't', _, _, _) => (b't', 1),
            (b'l', _, _, _) => (b'l', 1),
            (b'r', _, _, _) => (b'r', 1),
            (b'm', _, _, _) => (b'm', 1),
            (b'n', _, _, _) => (b'n', 1),
            (b'0'..=b'9', _, _, _) => (at(i), 1),
            // Vowels, and what comes and goes: h, w, y.
            _ => (0, 1),
        };
        // A doubled consonant is one.
        if class != 0 && out.as_bytes().last() != Some(&class) {
            out.push(char::from(class));
        } else if class == 0 && !foreign {
            // A vowel between two equal consonants keeps them apart: `Lili`.
            if i > 0 && !out.ends_with('.') && i + 1 < bytes.len() {
                out.push('.');
            }
        }
        i += taken;
    }
    out.retain(|c| c != '.');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, kind: Kind) -> Vec<String> {
        Name::new(text, kind).tokens.into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn persons() {
        assert_eq!(words("Dr. ERIKSSON, Anna-María", Kind::Person), ["anna", "maria", "eriksson"]);
        assert_eq!(words("Ig0r Sech1n", Kind::Person), ["igor", "sechin"]);
        assert_eq!(words("Сергей Лавров", Kind::Person), ["sergey", "lavrov"]);
        assert_eq!(words("'Abd al-Aziz", Kind::Person), ["abd", "al", "aziz"]);
        assert!(words("", Kind::Person).is_empty());
        assert_eq!(words("Mr.", Kind::Person), ["mr"]);
    }

    #[test]
    fn organisations() {
        assert_eq!(words("Siemens Aktiengesellschaft", Kind::Organization), ["siemens", "plc"]);
        assert_eq!(words("A.B.C. Company", Kind::Organization), ["abc", "company"]);
        assert_eq!(words("Brigade Forty-Four", Kind::Organization), ["brigade", "44"]);
        assert_eq!(words("ООО \"БАЙ\"", Kind::Organization), ["llc", "bay"]);
    }

    #[test]
    fn sounds() {
        for (a, b) in [
            ("friedrich", "fridrich"),
            ("qaddafi", "gadhafi"),
            ("sergei", "serghey"),
            ("mohammed", "muhamad"),
        ] {
            assert_eq!(sound(a, false), sound(b, false), "{a} {b}");
        }
        assert_ne!(sound("lavrov", false), sound("petrov", false));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_apart(text in "\\PC{0,80}") {
            for kind in [Kind::Person, Kind::Organization, Kind::Vessel, Kind::Unknown] {
                let name = Name::new(&text, kind);
                proptest::prop_assert!(name.tokens.len() <= MAX_TOKENS);
                proptest::prop_assert!(name.tokens.iter().all(|t| !t.text.is_empty() && t.text.is_ascii()));
            }
        }
    }
}
