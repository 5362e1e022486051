//! What issuers put into a zone that looks like one of ICAO 9303 and means something else: one row an issuer and kind of
//! card. A row counts only for zones with its format, document code and issuer, so it changes the reading of no other.

use super::layout::{CheckKind, Format, Span};

/// How a zone of one issuer differs.
#[derive(Debug)]
pub(super) struct Rule {
    format: Format,
    /// Document codes, as printed; any where there are none.
    codes: &'static [&'static str],
    /// The three places of the issuer.
    code: &'static str,
    /// The issuer's code in ICAO 9303, where the zone bears another.
    pub(super) issuer: Option<&'static str>,
    /// The second date is that of issue, and the document has no time limit.
    pub(super) issue_date: bool,
    /// Dates in the place of expiry that say that there is no time limit.
    pub(super) unlimited: &'static [&'static str],
    /// `H` is a man (hombre) and `M` a woman (mujer).
    pub(super) spanish_sex: bool,
    /// Something else stands in the place of the nationality.
    pub(super) no_nationality: bool,
    /// One filler stands between all names: surname and given names are not told apart.
    pub(super) one_name_field: bool,
    /// A digit that follows no published rule, and so says nothing.
    pub(super) unjudged: Option<CheckKind>,
    /// Where the person's number is looked for, and what of a text it is.
    pub(super) personal: &'static [Span],
    pub(super) personal_form: fn(&str) -> Option<&str>,
    /// The whole document number stands in the optional data and ends in what the number's field holds.
    pub(super) number_in_optional: Option<usize>,
}

static ICAO: Rule = Rule {
    format: Format::Td1,
    codes: &[],
    code: "",
    issuer: None,
    issue_date: false,
    unlimited: &[],
    spanish_sex: false,
    no_nationality: false,
    one_name_field: false,
    unjudged: None,
    personal: &[],
    personal_form: |_| None,
    number_in_optional: None,
};

/// Both fields of optional data of a card.
const OPTIONAL: &[Span] = &[Span(0, 15, 30), Span(1, 18, 29)];

static RULES: [Rule; 8] = [
    // Kenya, second generation. Published lines (several collections of readers' test cases) agree on the fields; their
    // composite digits fit no rule (computed and printed: 8 and 3, 9 and 3, 1 and 6, 2 and 1).
    Rule {
        code: "KYA",
        issuer: Some("KEN"),
        issue_date: true,
        no_nationality: true,
        one_name_field: true,
        unjudged: Some(CheckKind::Composite),
        personal: &[Span(1, 15, 29)],
        personal_form: kenyan,
        ..ICAO
    },
    // Viet Nam, citizen's card of 2021: the card prints "Không thời hạn" where the zone has 991231, and twelve digits of
    // which the zone's field holds the last nine (circular 06/2021/TT-BCA and published specimens).
    Rule { code: "VNM", unlimited: &["991231"], number_in_optional: Some(12), ..ICAO },
    // Peru, electronic identity card: the card prints "NO CADUCA" where the zone has 000101 (specimens of RENIEC).
    Rule { code: "PER", unlimited: &["000101"], ..ICAO },
    // Mexico, voter's card: sex as the card prints it (specimens of INE, models D to H).
    Rule { code: "MEX", codes: &["ID"], spanish_sex: true, ..ICAO },
    // Personal numbers in the optional data, as PRADO's descriptions of these cards show them.
    // Estonia: isikukood, eleven digits.
    Rule { code: "EST", personal: OPTIONAL, personal_form: |text| digits(text, 11), ..ICAO },
    // Belgium: number of the national register, eleven digits.
    Rule { code: "BEL", personal: OPTIONAL, personal_form: |text| digits(text, 11), ..ICAO },
    // Croatia: OIB, eleven digits.
    Rule { code: "HRV", personal: OPTIONAL, personal_form: |text| digits(text, 11), ..ICAO },
    // Spain: NIF, eight digits (foreigners: X, Y or Z and seven) and a letter. The number's field holds that of the card.
    Rule { code: "ESP", personal: OPTIONAL, personal_form: spanish, ..ICAO },
];

/// The rule of a zone; one without differences for most.
pub(super) fn rule<L: AsRef<[u8]>>(format: Format, lines: &[L]) -> &'static Rule {
    let first = lines.first().map_or(&[][..], |l| l.as_ref());
    let (code, issuer) = (first.get(..2).unwrap_or_default(), first.get(2..5).unwrap_or_default());
    RULES
        .iter()
        .find(|r| {
            r.format == format
                && r.code.as_bytes() == issuer
                && (r.codes.is_empty() || r.codes.iter().any(|c| c.as_bytes() == code))
        })
        .unwrap_or(&ICAO)
}

/// Whether an issuer uses this code although no list of ICAO has it.
pub(super) fn is_code(code: &str) -> bool {
    RULES.iter().any(|r| r.code == code && r.issuer.is_some())
}

/// A word of exactly so many digits.
fn digits(text: &str, n: usize) -> Option<&str> {
    text.split('<').find(|w| w.len() == n && w.bytes().all(|b| b.is_ascii_digit()))
}

/// `B0` (or `A` and another digit), the number and a letter.
fn kenyan(text: &str) -> Option<&str> {
    let text = text.trim_matches('<');
    let number = text.get(2..)?.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let letter = text.starts_with(|c: char| c.is_ascii_uppercase());
    (letter && (6..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
        .then_some(number)
}

fn spanish(text: &str) -> Option<&str> {
    text.split('<').find(|w| {
        let (Some(first), Some(middle), Some(last)) = (w.get(..1), w.get(1..8), w.get(8..)) else {
            return false;
        };
        first.bytes().all(|b| b.is_ascii_digit() || b"XYZ".contains(&b))
            && middle.bytes().all(|b| b.is_ascii_digit())
            && last.len() == 1
            && last.bytes().all(|b| b.is_ascii_uppercase())
    })
}

/// A name of the Russian internal passport in Latin letters. Its zone writes each Cyrillic letter as one character, digits
/// among them, as published readers have it (MRZParser of R. Mazeev); the Latin spelling is that of Russian travel documents.
pub(super) fn from_russian(field: &str) -> String {
    field
        .chars()
        .map(|c| match c {
            '2' => "E",
            '3' => "CH",
            '4' => "SH",
            '6' => "E",
            '7' => "YU",
            '8' => "YA",
            'J' => "ZH",
            'Q' => "Y",
            'H' => "KH",
            'C' => "TS",
            'W' => "SHCH",
            // The hard and the soft sign.
            'X' | '9' => "",
            other => LETTERS.iter().find(|l| l.starts_with(other)).copied().unwrap_or(""),
        })
        .collect()
}

/// The other characters stand for themselves.
static LETTERS: [&str; 21] =
    ["A", "B", "D", "E", "F", "G", "I", "K", "L", "M", "N", "O", "P", "R", "S", "T", "U", "V", "Y", "Z", "<"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_russian_table() {
        for (zone, name) in [
            ("8NA", "YANA"),
            ("SERGEQ", "SERGEY"),
            ("ANATOL9EVI3", "ANATOLEVICH"),
            ("WERBAKOV", "SHCHERBAKOV"),
        ] {
            assert_eq!(from_russian(zone), name);
        }
        assert_eq!(from_russian("ZDRIL7K<<SERGEQ"), "ZDRILYUK<<SERGEY");
    }

    #[test]
    fn forms_of_personal_numbers() {
        assert_eq!(kenyan("<B031234567M<<"), Some("31234567"));
        assert_eq!(kenyan("<<<<<<<<<<<<<<"), None);
        assert_eq!(spanish("99999999R<<<<<<"), Some("99999999R"));
        assert_eq!(spanish("X1234567L<<<<<<"), Some("X1234567L"));
        assert_eq!(spanish("<<<<<<<<<<<"), None);
        assert_eq!(digits("38001085718<<<<", 11), Some("38001085718"));
        assert_eq!(digits("6135<<<<<<<<<<<", 11), None);
    }

    #[test]
    fn no_rule_touches_another_issuers_zone() {
        for first in ["I<UTOD231458907<<<<<<<<<<<<<<<", "P<VNM", "C1MEX", ""] {
            let found = rule(Format::Td1, &[first]);
            assert!(first == "P<VNM" || found.code.is_empty(), "{first}");
        }
        assert!(rule(Format::Td3, &["P<PERGARCIA<<ANA"]).code.is_empty());
    }
}
