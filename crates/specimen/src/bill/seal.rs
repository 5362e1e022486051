//! The seal on French bills and letters: a 2D-Doc by the specification of France Titres (3.3), signed with a key that anybody may
//! have.

use jiff::civil::{Date, date};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use rxing::{
    BarcodeFormat, EncodeHints, Writer, common::BitMatrix, datamatrix::DataMatrixWriter,
    datamatrix::encoder::SymbolShapeHint,
};

use super::{Bill, of_country};
use crate::transliterate;

/// The certificates of the issuers that bills are drawn of, in PEM; all have one key. The first issuer has a second one, [`ENDED`].
pub const CERTIFICATES: &str = include_str!("seals.pem");

/// An authority that does not exist.
pub const AUTHORITY: &str = "FR99";

/// A certificate that was valid until the end of 2023.
pub const ENDED: &str = "SP99";

/// The private half of the key of [`CERTIFICATES`].
const KEY: &[u8; 32] = b"A key of specimens, known to all";

const GS: char = '\u{1d}';
const RS: char = '\u{1e}';
const US: char = '\u{1f}';

impl Bill {
    /// The text of the seal that the issuer prints on it, to be signed: none outside France.
    pub fn seal(&self) -> Option<String> {
        let of = of_country(self.country).filter(|of| of.code == "FR")?;
        let issuers = [&of.utility, &of.bank, &of.tax, &of.government].into_iter().flat_map(|s| &s.issuers);
        let which = issuers.into_iter().position(|issuer| *issuer == self.issuer)? + 1;
        let (kind, dated) = match self.kind {
            "utility_bill" => ("01", true),
            "bank_letter" => ("11", true),
            "tax_notice" => ("28", false),
            _ => ("00", true),
        };
        let issued = if dated { day(self.issued) } else { "FFFF".to_owned() };
        let header = format!("DC04{AUTHORITY}SP{which:02}{issued}{}{kind}01FR", day(self.issued));
        Some(header + &self.data(&of.women))
    }

    fn data(&self, women: &[String]) -> String {
        let names: Vec<(String, String)> = self.names.iter().map(|name| apart(name)).collect();
        let title = |given: &str| {
            let woman = women.iter().any(|name| plain(name) == given);
            if woman { "MME" } else { "M" }
        };
        let extra = self.extra.as_deref().map(plain).unwrap_or_default();
        let (street, city, zip) = (plain(&self.street), plain(&self.city), &self.zip);
        match self.kind {
            "bank_letter" => {
                let of = |(given, surname): &(String, String)| format!("{} {surname} {given}", title(given));
                let all = names.iter().map(of).collect::<Vec<_>>().join(" ET ");
                let period = day(self.issued.saturating_sub(jiff::Span::new().days(31)));
                let iban = cut("FR7630004028379876543210943", 38);
                format!(
                    "30{}31{iban}32{}36{period}37{}38{}",
                    cut(&all, 140),
                    cut("PONAFRPP", 11),
                    day(self.issued),
                    cut("512,30", 11)
                )
            }
            "tax_notice" => {
                let lines = [&street, &extra, zip, &city].map(String::as_str);
                let place = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("/");
                let of = |(id, (given, surname)): (&str, &(String, String))| {
                    format!("{id}{}", cut(&format!("{surname} {given}"), 38))
                };
                let declared: String = ["46", "48"].into_iter().zip(&names).map(of).collect();
                format!(
                    "43{}44227801234567845{}{declared}4A310720264Y{place}{GS}",
                    cut("1,5", 5),
                    self.issued.year() - 1
                )
            }
            _ => {
                let of = |(id, (given, surname)): (&str, &(String, String))| {
                    format!("{id}{}", cut(&format!("{}/{surname}/{given}", title(given)), 38))
                };
                let people: String = ["10", "1I"].into_iter().zip(&names).map(of).collect();
                format!(
                    "26FR24{zip}{people}20{}21{}22{}23{}25{}",
                    cut("", 38),
                    cut(&extra, 38),
                    cut(&street, 38),
                    cut("", 38),
                    cut(&city, 32)
                )
            }
        }
    }

    /// The same bill with a seal of this text, whatever it says.
    #[must_use]
    pub fn bearing(self, seal: &str) -> Self {
        Self { seal: Some(seal.to_owned()), ..self }
    }

    /// What is printed on it.
    pub(super) fn printed_seal(&self) -> Option<String> {
        self.seal.clone().or_else(|| Some(signed(&self.seal()?)))
    }
}

/// A header and its data with their signature.
pub fn signed(said: &str) -> String {
    let Ok(key) = SigningKey::from_slice(KEY) else { return said.to_owned() };
    let signature: Signature = key.sign(said.as_bytes());
    format!("{said}{US}{}", base32(&signature.to_bytes()))
}

/// The symbol of a seal, one module a bit.
pub(super) fn symbol(text: &str) -> Option<BitMatrix> {
    let hints =
        EncodeHints { DataMatrixShape: Some(SymbolShapeHint::FORCE_SQUARE), ..EncodeHints::default() };
    DataMatrixWriter.encode_with_hints(text, &BarcodeFormat::DATA_MATRIX, 0, 0, &hints).ok()
}

/// A value with what ends it: nothing at its greatest length, a mark of its own where it was cut.
fn cut(value: &str, most: usize) -> String {
    match value.len() {
        length if length < most => format!("{value}{GS}"),
        length if length == most => value.to_owned(),
        _ => format!("{}{RS}", value.get(..most).unwrap_or(value)),
    }
}

/// Given names and surname.
fn apart(name: &str) -> (String, String) {
    let (given, surname) = name.split_once(' ').unwrap_or(("", name));
    (plain(given), plain(surname))
}

/// Capital letters without marks.
fn plain(text: &str) -> String {
    let words = transliterate(&text.replace('\'', " ")).replace('<', " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Days since the first of 2000, in four hexadecimal digits.
fn day(of: Date) -> String {
    format!("{:04X}", of.since(date(2000, 1, 1)).map_or(0, |span| span.get_days()))
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    let value =
        |group: &[u8]| (0..5).fold(0, |v, i| v << 1 | usize::from(group.get(i).copied().unwrap_or(0)));
    bits.chunks(5).filter_map(|group| LETTERS.get(value(group))).map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::{COUNTRIES, KINDS};

    #[test]
    fn french_bills_bear_a_seal_and_others_none() {
        assert_eq!(base32(&[0xd9, 0xd2, 0x8c, 0x3f]), "3HJIYPY");
        assert_eq!(
            (day(date(2012, 10, 15)), cut("METZ", 4), cut("METZ", 3)),
            ("123F".into(), "METZ".into(), "MET\u{1e}".into())
        );
        for country in COUNTRIES {
            for (kind, seed) in KINDS.into_iter().flat_map(|kind| (0..8).map(move |seed| (kind, seed))) {
                let bill = Bill::random(country, kind, date(2026, 11, 30), seed).unwrap();
                let Some(seal) = bill.printed_seal() else {
                    assert_ne!(country, "FR");
                    continue;
                };
                let said = bill.seal().unwrap();
                assert!(
                    seal.is_ascii() && seal.starts_with(&said) && seal.len() == said.len() + 104,
                    "{seal}"
                );
                let surname = plain(bill.names[0].split_once(' ').unwrap().1);
                assert!(seal.contains(&surname), "{seal}");
                assert!(
                    symbol(&seal).is_some_and(|m| m.getWidth() == m.getHeight() && m.getWidth() <= 64),
                    "{seal}"
                );
                assert_eq!(bill.clone().bearing("x").printed_seal().unwrap(), "x");
            }
        }
    }
}
