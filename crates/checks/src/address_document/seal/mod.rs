//! The seal that French issuers print: a 2D-Doc, a DataMatrix with what the document says, signed by who issued it.
//!
//! `content` reads it, `says` puts it in the terms of a reading, `certificate` verifies the signature, `against` holds it against
//! the page. What a seal says is the issuer's word where its signature was verified, and nobody's else.

mod against;
mod certificate;
mod content;
mod says;

use bonafide_core::{
    document::{DocumentReading, Field, FieldName, Quad, Side, Source},
    finding::{Check, Code, Finding, Outcome},
};

use self::{
    against::{Difference, Page},
    certificate::Verified,
    content::{Seal, Unreadable, is_seal},
    says::{Place, Said},
};
use super::text::{TextLine, bounds};
use crate::{document::barcode, image::Picture};

pub use self::certificate::{CertificateError, Certificates};

/// A symbol on a page that begins as a seal does.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Printed {
    text: String,
    side: Side,
    quad: Quad,
}

impl Printed {
    /// Whether something lies within the symbol, by its middle.
    pub(super) fn holds(&self, other: &Quad) -> bool {
        let [left, top, right, bottom] = bounds(&self.quad);
        let [x, y] = [0, 1].map(|axis| other.0.iter().map(|corner| corner[axis]).sum::<f32>() / 4.0);
        (left..=right).contains(&x) && (top..=bottom).contains(&y)
    }
}

/// The seals on a page; mostly none.
pub(super) fn find(picture: &Picture, side: Side) -> Vec<Printed> {
    let symbols = barcode::read_data_matrix(picture, is_seal);
    symbols.into_iter().map(|symbol| Printed { text: symbol.text, side, quad: symbol.quad }).collect()
}

/// Holds the seals of a document against what was read from its pages, and lets those that are verified speak first: their values
/// come before the others in the reading.
pub(super) fn judge(
    certificates: &Certificates,
    seals: &[Printed],
    lines: &[TextLine],
    reading: &mut DocumentReading,
) -> Vec<Finding> {
    let page = Page::of(reading, lines);
    let mut findings = vec![];
    for (i, printed) in seals.iter().enumerate() {
        // The same seal is on every page of some documents.
        if seals.iter().take(i).any(|other| other.text == printed.text) {
            continue;
        }
        reading.barcode.get_or_insert_with(|| printed.text.clone());
        let seal = match Seal::parse(&printed.text) {
            Ok(seal) => seal,
            Err(why) => {
                findings.push(Finding::not_assessed(Check::DocumentSeal, Code::SealUnreadable, why.words()));
                continue;
            }
        };
        let verified = certificates.verify(&seal);
        let said = Said::of(&seal);
        findings.push(finding(certificates, &seal, &said, &verified, &page));
        if let Verified::Valid(organization) = verified {
            speak(reading, &said, organization, printed);
        }
    }
    findings
}

impl Unreadable {
    const fn words(self) -> &'static str {
        match self {
            Self::Version => {
                "the seal on the document is of a version that is not known here, so its signature was not verified"
            }
            Self::Malformed => {
                "the seal on the document is not as its specification has it, so its signature was not verified"
            }
        }
    }
}

fn finding(
    certificates: &Certificates,
    seal: &Seal,
    said: &Said,
    verified: &Verified<'_>,
    page: &Page<'_>,
) -> Finding {
    let check = Check::DocumentSeal;
    let judged =
        |outcome, score| Finding { score: Some(score), threshold: Some(1.0), ..Finding::new(check, outcome) };
    let unverified = match verified {
        Verified::Forged => {
            let detail = "the seal's signature is not by the issuer that it names: what it says was changed or made up";
            return judged(Outcome::Fail, 0.0).because(Code::SealForged, detail);
        }
        Verified::Valid(_) => None,
        Verified::Unknown if certificates.is_empty() => Some((
            Code::SealCertificateUnknown,
            "the seal was not verified: no certificates are installed (setting two_d_doc_certificates)"
                .to_owned(),
        )),
        Verified::Unknown => Some((
            Code::SealCertificateUnknown,
            format!(
                "the seal was not verified: the certificate {} of {} is not among those of two_d_doc_certificates; get it \
                 from that authority",
                seal.certificate, seal.authority
            ),
        )),
        Verified::NotValidThen => Some((
            Code::SealCertificateExpired,
            format!(
                "the certificate {} of {} was not valid on the day that the seal names as that of its signature",
                seal.certificate, seal.authority
            ),
        )),
    };
    let organization = if let Verified::Valid(organization) = verified { *organization } else { None };
    let parts = page.against(said, organization);
    let differences: Vec<Difference> =
        parts.iter().filter(|(_, agrees)| !agrees).map(|(part, _)| *part).collect();
    let mut finding = match (&unverified, differences.as_slice()) {
        (_, [_, ..]) => judged(Outcome::Consider, 0.0),
        (None, []) if parts.is_empty() => {
            let detail = "the seal says nothing that was read from the page too";
            return Finding::not_assessed(check, Code::NothingToCompareWith, detail);
        }
        (None, []) => judged(Outcome::Clear, 1.0),
        (Some(_), []) => Finding::new(check, Outcome::NotAssessed),
    };
    finding.parts = parts.iter().map(|(part, agrees)| (part.name().to_owned(), *agrees)).collect();
    let finding = differences
        .into_iter()
        .fold(finding, |finding, part| finding.because(Code::SourcesDisagree, part.words()));
    unverified.into_iter().fold(finding, |finding, (code, detail)| finding.because(code, detail))
}

/// Adds what a verified seal says.
fn speak(reading: &mut DocumentReading, said: &Said, organization: Option<&str>, printed: &Printed) {
    let mut put = |name: FieldName, value: &str, confidence: f64| {
        let (value, region) = (value.to_owned(), Some(printed.quad));
        reading.add(name, Field { value, source: Source::Barcode, side: printed.side, confidence, region });
    };
    if let Some(kind) = said.kind {
        put(FieldName::DocumentSubtype, kind.as_str(), 1.0);
    }
    if let Some(day) = said.issued {
        put(FieldName::IssuedAt, &day.to_string(), 1.0);
    }
    // A seal that leaves somebody out takes nobody's place.
    if said.all_people {
        for (i, name) in said.people.iter().enumerate() {
            put(FieldName::FullName, name, 1.0 - 0.001 * i as f64);
        }
    }
    if let Some(Place { street, extra, zip, city, country }) = said.place.as_ref().or(said.sent_to.as_ref()) {
        let parts = [
            (FieldName::Street, street),
            (FieldName::AddressExtra, extra),
            (FieldName::PostalCode, zip),
            (FieldName::City, city),
            (FieldName::AddressCountry, country),
        ];
        for (name, value) in parts {
            put(name, value.as_deref().unwrap_or_default(), 1.0);
        }
    }
    if reading.get(FieldName::IssuingAuthority).is_none()
        && let Some(organization) = organization
    {
        let (value, region) = (organization.to_owned(), Some(printed.quad));
        let field = Field { value, source: Source::Barcode, side: printed.side, confidence: 1.0, region };
        reading.add(FieldName::IssuingAuthority, field);
    }
}

/// The examples of the specification (3.3.9, annex 9; the oldest of 2.0), whose people and places are invented.
#[cfg(test)]
pub(super) mod published {
    pub(super) const PROOF: &str = "DC03FR000001123F1636000126FR245700010MLLE/SAMPLE/ANGELA\u{1d}20\u{1d}21BAT 2 ETG 3\u{1d}227 PLACE DES SPECIMENS\u{1d}23\u{1d}25METZ\u{1d}\u{1f}3HJIYP3OAJ4LIZNQXCTZMNQPTT5C2XICTEF4UGJ3NDE2CWM7HJOEEK4ACIY4CZOO5ZOFG35APDZMZQFEAEBWRZTW4CBPG35JE2FJ4EY";
    pub(super) const BILL: &str = "DC03FR000001123F1636010126FR247500010MME/SPECIMEN/NATACHA\u{1d}22145 AVENUE DES SPECIMENS\u{1d}\u{1f}FEDMPW5SO5BNZFYP7FIQUYZFV5H3OF6QERDMOBN7BZ4CC4KVJ4XWUH6EW3CSWILAGLN4XQE6AKHX6RNOI3OXVW6X3IKJASZGL62FBUQ";
    pub(super) const OLD: &str = "DC02FR000001125E125B0126FR247500010MME/SPECIMEN/NATACHA\u{1d}22145 AVENUE DES SPECIMENS\u{1d}\u{1f}54LDD5F7JD4JEFPR6WZYVZVB2JZXPZB73SP7WUTN5N44P3GESXW75JZUZD5FM3G4URAJ6IKDSSUB66Y3OWQIEH22G46QOAGWH7YHJWQ";
    pub(super) const STATEMENT: &str = "DC03FR00000112131636110130M EXEMPLE HENRY ET MME SPECIMEN NATACHA\u{1d}31FR7030002005500000157845Z02\u{1d}32CRLYFRPP\u{1d}36121337123038-234,78\u{1d}\u{1f}27SBQHRWLDWFSHQOEBCTVIZMZDHL4UF44K2R7RFSDCAGQIOAB243LPCY66ORXDN7CWHMSV6YKJE5MXN5VGEXSOSEHF2MXUOTQLNE5ZA";
    pub(super) const TAX: &str = "DC04FR000001FFFF25472801FR432,75\u{1d}44227801234567845202146RETI PATRICK\u{1d}4A310720224Y145 RUE JULLIARD/ZA SPECIMEN/78320/LEVIS ST NOM\u{1d}4163198\u{1d}47300112345678948RETI SOPHIE\u{1d}4907019877654324V3542\u{1d}4X3724\u{1d}4Z-182\u{1d}\u{1f}MA2KMBNBSV5WZB6RC5TEP7OCQ2GW7JV2AIYGRCWCOZHM4DMTKPV3SWB2OL25JEW4QUYKTW3HIRALV3XSGWKRVGW7DYQUTW5THUCW4PQ";
}

#[cfg(test)]
mod tests;
