//! What a 2D-Doc holds: a header, data with an identifier before each value, and a signature over both ("Spécifications
//! techniques des codes à barres 2D-Doc" of France Titres, formerly ANTS, 3.3).

use jiff::{Span, civil::Date};

/// Ends a value that may be of any length.
const GS: char = '\u{1d}';
/// The same, of a value that was cut to its greatest length.
const RS: char = '\u{1e}';
/// Stands between the data and the signature.
const US: char = '\u{1f}';

/// What was read of a seal. Anybody can write this: it is the issuer's word where the signature was verified.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Seal {
    /// Whose certificates its signer's is among, four characters.
    pub(super) authority: String,
    /// Which of them it is, four characters.
    pub(super) certificate: String,
    /// The day of the document; of some kinds there is none.
    pub(super) issued: Option<Date>,
    pub(super) signed_on: Date,
    /// `None` where the specification does not say what kind it is.
    pub(super) document_type: Option<String>,
    pub(super) values: Vec<Value>,
    /// What was signed.
    pub(super) signed: Vec<u8>,
    /// The two numbers of an ECDSA signature, one after the other.
    pub(super) signature: Vec<u8>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seal({} {}, …)", self.authority, self.certificate)
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Value {
    id: String,
    text: String,
    /// Whether it was cut.
    cut: bool,
}

/// Why nothing can be said of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Of a version that this program does not know, or the first, which nobody issues any more.
    Version,
    /// It ends too early, or holds what the specification does not have.
    Malformed,
}

/// Whether the text of a symbol begins as a seal does. Stamps and parcels have such symbols too.
pub(super) fn is_seal(text: &str) -> bool {
    text.strip_prefix("DC").and_then(|rest| rest.get(..2)).is_some_and(digits)
}

impl Seal {
    /// Reads the text of a symbol.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        use Unreadable::Malformed;
        let length = match text.get(..4).ok_or(Malformed)? {
            "DC02" => 22,
            "DC03" => 24,
            "DC04" => 26,
            _ => return Err(Unreadable::Version),
        };
        let (said, rest) = text.split_once(US).ok_or(Malformed)?;
        // What follows the signature is an annex that nobody signed.
        let signature = rest.split(GS).next().and_then(base32).ok_or(Malformed)?;
        if !said.is_ascii() || signature.is_empty() {
            return Err(Malformed);
        }
        let header = said.get(..length).ok_or(Malformed)?;
        let part = |from: usize, to: usize| {
            let part = header.get(from..to)?;
            part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).then(|| part.to_owned())
        };
        let (Some(authority), Some(certificate), Some(issued), Some(signed_on), Some(document_type)) =
            (part(4, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 22))
        else {
            return Err(Malformed);
        };
        // Identifiers and kinds mean this in the scheme's own perimeter; before version 3 there is no other.
        let own = length < 24 || part(22, 24).as_deref() == Some("01");
        let data = said.get(length..).filter(|_| own).unwrap_or_default();
        Ok(Self {
            authority,
            certificate,
            issued: if issued == "FFFF" { None } else { Some(day(&issued).ok_or(Malformed)?) },
            signed_on: day(&signed_on).ok_or(Malformed)?,
            document_type: own.then_some(document_type),
            values: values(data),
            signed: said.as_bytes().to_vec(),
            signature,
        })
    }

    /// A value that is there, whole or not.
    pub(super) fn value(&self, id: &str) -> Option<&str> {
        let value = self.values.iter().find(|value| value.id == id)?;
        Some(value.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether one of these values was cut.
    pub(super) fn is_cut(&self, ids: &[&str]) -> bool {
        self.values.iter().any(|value| value.cut && ids.contains(&value.id.as_str()))
    }
}

/// Days since the first of 2000, in four hexadecimal digits.
fn day(hex: &str) -> Option<Date> {
    let days = i64::from_str_radix(hex, 16).ok()?;
    jiff::civil::date(2000, 1, 1).checked_add(Span::new().days(days)).ok()
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// A value without an end of its own.
const ANY: usize = usize::MAX;

/// The least and the greatest length of a value. `None` for an identifier of no kind of document that shows where somebody lives.
fn lengths(id: &str) -> Option<(usize, usize)> {
    Some(match id {
        // of the code itself
        "01" | "02" | "03" | "04" | "05" | "0C" => (0, ANY),
        "06" | "08" | "09" => (4, 4),
        "07" => (6, 6),
        "0A" | "0B" => (9, 9),
        "0D" => (36, 36),
        // bills
        "18" | "19" | "1A" | "1B" => (0, ANY),
        "1C" => (8, 8),
        "1D" => (0, 16),
        "1E" | "1F" => (0, 30),
        "1G" | "1H" => (1, 1),
        "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" => (0, 38),
        "1I" | "1J" | "1K" | "1L" | "1M" | "1N" | "1O" | "1P" => (0, 38),
        "20" | "21" | "22" | "23" | "27" | "28" | "29" | "2A" => (0, 38),
        "24" | "2B" => (5, 5),
        "25" | "2C" => (0, 32),
        "26" | "2D" => (2, 2),
        // banks
        "30" => (0, 140),
        "31" => (14, 38),
        "32" => (8, 11),
        "33" => (0, 30),
        "34" => (2, 2),
        "35" => (14, 34),
        "36" | "37" => (4, 4),
        "38" | "39" => (0, 11),
        // taxes
        "40" | "44" | "47" | "49" => (13, 13),
        "41" | "4V" | "4W" | "4X" | "4Z" => (0, 12),
        "42" | "4Y" => (0, ANY),
        "43" => (0, 5),
        "45" | "4S" => (4, 4),
        "46" | "48" | "4N" | "4O" | "4U" => (0, 38),
        "4A" | "4B" | "4C" | "55" => (8, 8),
        "4P" => (5, 5),
        "4Q" => (0, 32),
        "4R" | "4T" => (0, 30),
        // where somebody lives
        "6S" | "6T" | "6U" | "6V" => (0, 38),
        "6W" => (5, 5),
        "6X" => (0, 32),
        "6Y" => (2, 2),
        _ => return None,
    })
}

/// The values, up to the first identifier that is not known: where its value ends is not known either.
fn values(data: &str) -> Vec<Value> {
    let mut all: Vec<Value> = vec![];
    // A mark after a value that has its greatest length is none too many.
    let mut rest = data.trim_start_matches(GS);
    while let Some((id, after)) = rest.split_at_checked(2) {
        let Some((least, most)) = lengths(id) else { break };
        let end = match least == most {
            true => most,
            false => after.find([GS, RS]).unwrap_or(after.len()).min(most),
        };
        let Some((text, after)) = after.split_at_checked(end) else { break };
        let cut = after.starts_with(RS);
        if !all.iter().any(|value| value.id == id) {
            all.push(Value { id: id.to_owned(), text: text.trim().to_owned(), cut });
        }
        rest = after.trim_start_matches([GS, RS]);
    }
    all
}

/// The alphabet of RFC 4648, section 6; the padding is left out.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut held, mut bits) = (0u32, 0);
    let mut bytes = vec![];
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        (held, bits) = (held << 5 | u32::from(value), bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::address_document::seal::published;

    #[test]
    fn the_published_examples_as_they_are_explained() {
        let seal = Seal::parse(published::PROOF).unwrap();
        assert_eq!((seal.authority.as_str(), seal.certificate.as_str()), ("FR00", "0001"));
        assert_eq!((seal.issued, seal.signed_on), (Some(date(2012, 10, 15)), date(2015, 7, 27)));
        assert_eq!(seal.document_type.as_deref(), Some("00"));
        for (id, text) in [
            ("10", Some("MLLE/SAMPLE/ANGELA")),
            ("20", None),
            ("21", Some("BAT 2 ETG 3")),
            ("22", Some("7 PLACE DES SPECIMENS")),
            ("23", None),
            ("24", Some("57000")),
            ("25", Some("METZ")),
            ("26", Some("FR")),
        ] {
            assert_eq!(seal.value(id), text, "{id}");
        }
        assert_eq!(seal.signature.len(), 64);
        assert_eq!(seal.signature[..4], [0xd9, 0xd2, 0x8c, 0x3f]);
        let bank = Seal::parse(published::STATEMENT).unwrap();
        assert_eq!(bank.value("30"), Some("M EXEMPLE HENRY ET MME SPECIMEN NATACHA"));
        assert_eq!((bank.value("36"), bank.value("38")), (Some("1213"), Some("-234,78")));
        let tax = Seal::parse(published::TAX).unwrap();
        assert_eq!(
            (tax.issued, tax.value("46"), tax.value("48")),
            (None, Some("RETI PATRICK"), Some("RETI SOPHIE"))
        );
        let old = Seal::parse(published::OLD).unwrap();
        assert_eq!((old.issued, old.value("24")), (Some(date(2012, 11, 15)), Some("75000")));
    }

    #[test]
    fn what_is_no_seal_or_is_not_whole_says_so() {
        assert!(
            is_seal(published::TAX)
                && is_seal("DC99")
                && !is_seal("DCXX")
                && !is_seal("%000")
                && !is_seal("DC")
        );
        for (text, why) in [
            (published::PROOF.replacen("DC03", "DC05", 1), Unreadable::Version),
            (published::PROOF.replacen("DC03", "DC01", 1), Unreadable::Version),
            (published::PROOF.split('\u{1f}').next().unwrap().to_owned(), Unreadable::Malformed),
            (
                published::PROOF.split_at(published::PROOF.find('\u{1f}').unwrap() + 1).0.to_owned(),
                Unreadable::Malformed,
            ),
            ("DC03FR0000".to_owned(), Unreadable::Malformed),
            ("DC03FR0000\u{1f}MFRA".to_owned(), Unreadable::Malformed),
            (published::PROOF.replacen("1636", "16G6", 1), Unreadable::Malformed),
            (published::PROOF.replacen("FR00", "fr00", 1), Unreadable::Malformed),
            (published::PROOF.replacen("\u{1f}3", "\u{1f}1", 1), Unreadable::Malformed),
            (published::PROOF.replacen("METZ", "MÉTZ", 1), Unreadable::Malformed),
            (String::new(), Unreadable::Malformed),
        ] {
            assert_eq!(Seal::parse(&text), Err(why), "{text}");
        }
    }

    #[test]
    fn what_another_perimeter_means_is_not_known() {
        let text = published::TAX.replacen("2801FR", "2802FR", 1);
        let elsewhere = Seal::parse(&text).unwrap();
        assert!(elsewhere.document_type.is_none() && elsewhere.values.is_empty());
        assert_eq!(Seal::parse(published::OLD).unwrap().document_type.as_deref(), Some("01"));
    }

    #[test]
    fn lengths_and_marks_end_values() {
        let of = |data: &str| values(&data.replace('|', "\u{1d}").replace('~', "\u{1e}"));
        let text = |data: &str, id: &str| {
            let all = of(data);
            all.iter().find(|v| v.id == id).map(|v| (v.text.clone(), v.cut))
        };
        let full = "A".repeat(38);
        for (data, id, expected) in [
            // A value of its greatest length needs no mark, and may have one.
            (format!("10{full}2475011"), "24", Some(("75011".to_owned(), false))),
            (format!("10{full}|2475011"), "24", Some(("75011".to_owned(), false))),
            (format!("10{full}~2475011"), "10", Some((full.clone(), true))),
            ("20|21|2475000PARIS|26FR".to_owned(), "24", Some(("75000".to_owned(), false))),
            // Of what follows an unknown identifier nothing is read.
            ("26FRZZ12|2475011".to_owned(), "24", None),
            ("26F".to_owned(), "26", None),
            ("2475011|2469003".to_owned(), "24", Some(("75011".to_owned(), false))),
        ] {
            assert_eq!(text(&data, id), expected, "{data}");
        }
        assert!(of("é").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "(DC0[0-9]|)[\\x1d-\\x1fA-Z0-9é/ ]{0,120}", any in "\\PC{0,40}") {
            for text in [&text, &any] {
                if let Ok(seal) = Seal::parse(text) {
                    proptest::prop_assert!(seal.values.iter().map(|v| v.text.len() + 2).sum::<usize>() <= text.len());
                    let _ = crate::address_document::seal::says::Said::of(&seal);
                }
            }
        }
    }
}
