use bonafide_core::finding::Outcome;
use bonafide_specimen::{
    Fonts,
    bill::{
        Bill, bill,
        seal::{CERTIFICATES, signed},
    },
};
use jiff::civil::date;

use super::*;
use crate::address_document::{extract, layout::line};

const SIGNER: &str = "CERTIFICAT DE TEST";

fn examples() -> Certificates {
    let end = "-----END CERTIFICATE-----\n";
    let first = include_str!("test.pem").split_inclusive(end).next().unwrap();
    Certificates::with_examples(first.as_bytes()).unwrap()
}

/// The page that the example of a bill belongs to, by this name and in this street.
fn page(name: &str, street: &str) -> Vec<TextLine> {
    vec![
        line("CERTIFICAT DE TEST SA", 40.0, 20.0),
        line("Date de facture", 40.0, 200.0),
        line("13/10/2012", 260.0, 200.0),
        line(name, 700.0, 200.0),
        line("Appartement 12", 700.0, 226.0),
        line(street, 700.0, 252.0),
        line("75000 PARIS", 700.0, 278.0),
        line("Facture d'électricité", 40.0, 500.0),
        line("CERTIFICAT DE TEST SA - 240 avenue Jean Jaurès, 69003 LYON - RCS B 512 847 339", 40.0, 1300.0),
    ]
}

fn printed(text: &str) -> Printed {
    let quad = Quad([[40.0, 40.0], [140.0, 40.0], [140.0, 140.0], [40.0, 140.0]]);
    Printed { text: text.to_owned(), side: Side::Front, quad }
}

fn judged(
    certificates: &Certificates,
    texts: &[&str],
    lines: &[TextLine],
) -> (Vec<Finding>, DocumentReading) {
    let mut reading = extract(lines, date(2012, 11, 30));
    let seals: Vec<Printed> = texts.iter().map(|text| printed(text)).collect();
    let findings = judge(certificates, &seals, lines, &mut reading);
    for finding in &findings {
        assert!(finding.reasons.iter().all(|r| finding.check.may_say(&r.code)), "{finding:?}");
        // Nothing of the person.
        let told = format!("{:?}", finding.reasons);
        assert!(!told.contains("SPECIMEN") && !told.contains("Natacha"), "{told}");
    }
    (findings, reading)
}

fn one(certificates: &Certificates, text: &str, lines: &[TextLine]) -> (Outcome, Vec<Code>) {
    let (findings, _) = judged(certificates, &[text], lines);
    assert_eq!(findings.len(), 1);
    (findings[0].outcome, findings[0].reasons.iter().map(|r| r.code.clone()).collect())
}

#[test]
fn a_verified_seal_speaks_first_and_a_page_that_says_otherwise_is_doubted() {
    let own = page("Mme Natacha Specimen", "145 avenue des Spécimens");
    let (findings, reading) = judged(&examples(), &[published::BILL, published::BILL], &own);
    assert_eq!(findings.len(), 1, "the same on two pages");
    assert_eq!((findings[0].outcome, findings[0].reasons.len()), (Outcome::Clear, 0), "{findings:?}");
    let parts: Vec<(&str, bool)> = findings[0].parts.iter().map(|(name, ok)| (name.as_str(), *ok)).collect();
    assert_eq!(parts, [("address", true), ("issued_at", true), ("issuing_authority", true), ("name", true)]);
    for (name, value, source) in [
        (FieldName::FullName, "SPECIMEN NATACHA", Source::Barcode),
        (FieldName::Street, "145 AVENUE DES SPECIMENS", Source::Barcode),
        (FieldName::PostalCode, "75000", Source::Barcode),
        (FieldName::IssuedAt, "2012-10-15", Source::Barcode),
        (FieldName::DocumentSubtype, "utility_bill", Source::Barcode),
        (FieldName::AddressExtra, "Appartement 12", Source::Visual),
        (FieldName::City, "PARIS", Source::Visual),
    ] {
        let field = reading.get(name).unwrap();
        assert_eq!((field.value.as_str(), field.source), (value, source), "{name}");
        assert!(field.region.is_some());
    }
    let visual = reading.from_source(FieldName::FullName, Source::Visual).unwrap();
    assert_eq!(visual.value, "Natacha Specimen");
    assert_eq!(reading.barcode.as_deref(), Some(published::BILL));

    let doubt = |lines: &[TextLine]| one(&examples(), published::BILL, lines);
    let consider = (Outcome::Consider, vec![Code::SourcesDisagree]);
    assert_eq!(doubt(&page("Mme Hannah Bret", "145 avenue des Spécimens")), consider);
    assert_eq!(doubt(&page("Mme Natacha Specimen", "12 rue des Lilas")), consider);
    let mut other_issuer = own.clone();
    for line in &mut other_issuer {
        line.text = line.text.replace(SIGNER, "LUMENOR ENERGIE");
    }
    assert_eq!(doubt(&other_issuer), consider);
    let mut newer = own.clone();
    newer[2].text = "13/11/2012".into();
    assert_eq!(doubt(&newer), consider);
    // Only what both say can be compared.
    assert_eq!(doubt(&[]), (Outcome::NotAssessed, vec![Code::NothingToCompareWith]));
}

#[test]
fn what_is_not_verified_says_nothing_and_passes_nothing() {
    let own = page("Mme Natacha Specimen", "145 avenue des Spécimens");
    let certificates = examples();
    let unknown = published::BILL.replacen("FR000001", "FR039999", 1);
    let other = page("Mme Hannah Bret", "145 avenue des Spécimens");
    let cut = published::BILL.get(..60).unwrap();
    for (text, lines, outcome, codes) in [
        (published::BILL.replacen("SPECIMEN/", "SPECIMAN/", 1), &own, Outcome::Fail, vec![Code::SealForged]),
        (unknown.clone(), &own, Outcome::NotAssessed, vec![Code::SealCertificateUnknown]),
        (unknown, &other, Outcome::Consider, vec![Code::SourcesDisagree, Code::SealCertificateUnknown]),
        (published::BILL.replacen("DC03", "DC07", 1), &own, Outcome::NotAssessed, vec![Code::SealUnreadable]),
        (cut.to_owned(), &own, Outcome::NotAssessed, vec![Code::SealUnreadable]),
    ] {
        assert_eq!(one(&certificates, &text, lines), (outcome, codes), "{text}");
        let (_, reading) = judged(&certificates, &[&text], lines);
        assert!(reading.fields.values().flatten().all(|field| field.source == Source::Visual));
        assert!(reading.barcode.is_some(), "a reviewer sees it");
    }
    // Signed long after the certificate of the examples had ended.
    let tax = page("M. Patrick Reti", "145 rue Julliard");
    let (findings, _) = judged(&certificates, &[published::TAX], &tax);
    assert!(findings[0].reasons.iter().any(|r| r.code == Code::SealCertificateExpired), "{findings:?}");
    assert_ne!(findings[0].outcome, Outcome::Clear);
    let none = judged(&Certificates::default(), &[published::BILL], &own).0;
    assert!(none[0].reasons[0].detail.contains("two_d_doc_certificates"), "{none:?}");
    assert_eq!(none[0].outcome, Outcome::NotAssessed);
    assert!(judged(&certificates, &[], &own).0.is_empty(), "of a page without a seal nothing is said");
}

#[test]
fn a_printed_seal_is_found_however_the_page_lies_and_a_changed_one_is_forged() {
    let mut certificates = Certificates::default();
    certificates.add(CERTIFICATES.as_bytes()).unwrap();
    let drawn = Bill::random("FR", "tax_notice", date(2026, 6, 1), 3).unwrap();
    let genuine = signed(&drawn.seal().unwrap());
    let fonts = Fonts::installed().unwrap();
    for (text, turned, code, told) in [
        // The page was not read, so there is nothing to hold it against.
        (genuine.clone(), false, Code::NothingToCompareWith, true),
        (genuine.clone(), true, Code::NothingToCompareWith, true),
        (genuine.replacen(&drawn.zip, "13001", 1), false, Code::SealForged, false),
        (genuine.get(..90).unwrap().to_owned(), false, Code::SealUnreadable, false),
    ] {
        let page = bill(&drawn.clone().bearing(&text), &fonts);
        let rgb = if turned { image::imageops::rotate90(&page) } else { page };
        let found = find(&Picture { rgb }, Side::Front);
        assert_eq!(found.iter().map(|seal| seal.text.as_str()).collect::<Vec<_>>(), [text.as_str()]);
        let mut reading = DocumentReading::default();
        let findings = judge(&certificates, &found, &[], &mut reading);
        assert_eq!((findings.len(), &findings[0].reasons[0].code), (1, &code));
        let zip = reading.get(FieldName::PostalCode).map(|field| field.value.as_str());
        assert_eq!(zip, told.then_some(drawn.zip.as_str()));
    }
    let abroad = Bill::random("GB", "utility_bill", date(2026, 6, 1), 3).unwrap();
    assert_eq!(find(&Picture { rgb: bill(&abroad, &fonts) }, Side::Front), []);
}
