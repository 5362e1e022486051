//! Documents that show where somebody lives: a utility's bill, a bank's letter, a tax notice, a letter of an authority.
//!
//! [`text::lines`] gives the lines of a page with their places, [`extract`] makes a reading of them: what kind of document it is,
//! who issued it and when, to whom it is addressed, and the address in the parts that its country writes. Lines are turned level
//! and stacked into blocks (`layout`); of the blocks with an address (`postal`, `locality`) the recipient's is the one that
//! names people and no company. Every value keeps the pixels it was read from. The seal that French issuers print is read and
//! verified by `seal`.

mod country;
mod issued;
mod issuer;
mod kind;
mod layout;
mod locality;
mod people;
mod postal;
mod recipient;
mod seal;
pub mod text;

use bonafide_core::{
    document::{DocumentReading, DocumentType, Field, FieldName, Quad, Side, Source},
    finding::{Check, Code, Finding, Outcome as Verdict},
};
use jiff::civil::Date;

use self::{layout::Page, recipient::Recipient};
pub use self::{
    seal::{CertificateError, Certificates},
    text::{Embedded, TextLine},
};
use crate::{
    face::compare::could_not_run,
    image::{Picture, quality},
    models::Models,
};

/// One page as it came.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    pub picture: &'a Picture,
    /// The first page is the front.
    pub side: Side,
    /// Text that a PDF brings along; empty for a picture.
    pub embedded: &'a [Embedded],
}

/// The result of reading an address document.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub reading: DocumentReading,
    pub findings: Vec<Finding>,
}

/// Fewer lines are no letter.
const FEWEST: usize = 5;
/// What every one of these documents tells.
const REQUIRED: [FieldName; 6] = [
    FieldName::FullName,
    FieldName::Street,
    FieldName::City,
    FieldName::PostalCode,
    FieldName::IssuedAt,
    FieldName::IssuingAuthority,
];

/// Reads the pages and tells whether they can be read, and whether their seal is who issued them. A missing network makes the
/// checks that need it `not_assessed`.
pub fn read(models: &Models, certificates: &Certificates, sheets: &[Sheet<'_>], today: Date) -> Outcome {
    let (mut lines, mut findings, mut problem, mut seals) = (vec![], vec![], None, vec![]);
    for sheet in sheets {
        let on_page = seal::find(sheet.picture, sheet.side);
        let mut found =
            text::lines(models, &sheet.picture.rgb, sheet.side, sheet.embedded).unwrap_or_else(|error| {
                problem.get_or_insert(error);
                vec![]
            });
        // Its pattern may look like print.
        found.retain(|line| !on_page.iter().any(|seal| seal.holds(&line.quad)));
        seals.extend(on_page);
        let places: Vec<Quad> = found.iter().map(|line| line.quad).collect();
        let measured = quality::measure_document(&sheet.picture.rgb, None, &places);
        findings.push(quality::assess(&measured, Some(sheet.side), quality::Kind::Document));
        lines.extend(found);
    }
    let mut reading = extract(&lines, today);
    findings.extend(seal::judge(certificates, &seals, &lines, &mut reading));
    let readable = match &problem {
        Some(problem) => could_not_run(Check::DocumentReadable, problem),
        None => readable(&lines),
    };
    let read = readable.outcome == Verdict::Clear;
    findings.push(readable);
    findings.push(if read {
        required(&reading)
    } else {
        Finding::new(Check::RequiredFields, Verdict::NotAssessed)
    });
    Outcome { reading, findings }
}

/// Whether there is a page of text.
fn readable(lines: &[TextLine]) -> Finding {
    let sure = lines.iter().filter(|l| l.confidence >= 0.7 && l.text.chars().count() > 2).count();
    let score = (sure as f64 / (2 * FEWEST) as f64).min(1.0);
    let finding = Finding::scored(Check::DocumentReadable, score, 0.5, Verdict::Fail);
    match finding.outcome {
        Verdict::Clear => finding,
        _ => finding.because(
            Code::NoText,
            "hardly any text was found in the picture; show the whole page, sharp and upright",
        ),
    }
}

/// Whether everything was read that these documents tell.
fn required(reading: &DocumentReading) -> Finding {
    let missing: Vec<FieldName> = REQUIRED.into_iter().filter(|name| reading.get(*name).is_none()).collect();
    let score = 1.0 - missing.len() as f64 / REQUIRED.len() as f64;
    let finding = Finding::scored(Check::RequiredFields, score, 1.0, Verdict::Fail);
    let lacks = |f: Finding, name: FieldName| {
        f.because(Code::Missing(name), format!("{name} is required and was not read"))
    };
    missing.into_iter().fold(finding, lacks)
}

/// What some lines say: the reading of an address document. Its kind (`AddressDocumentType`) is the document's subtype, its
/// issuer the issuing authority; of several people each is a full name.
pub fn extract(lines: &[TextLine], today: Date) -> DocumentReading {
    let mut pages: Vec<Page> = Side::ALL.into_iter().map(|side| Page::of(lines, side)).collect();
    pages.retain(|page| !page.rows.is_empty());
    let cues = country::Cues::of(pages.iter().flat_map(|p| &p.rows).map(|r| r.text.as_str()));
    let mut reading = DocumentReading { document_type: DocumentType::Other, ..DocumentReading::default() };
    if let Some((kind, sure)) = kind::kind(&pages) {
        let whole = pages.first().map(|p| layout::around(p.rows.iter().map(|r| &r.region)));
        put(&mut reading, FieldName::DocumentSubtype, kind.as_str(), Side::Front, sure, whole);
    }
    let recipient = recipient::find(&pages, &cues);
    if let Some((side, recipient)) = &recipient {
        address(&mut reading, *side, recipient);
    }
    let (names, country) =
        recipient.as_ref().map(|(_, r)| (r.names.clone(), Some(r.address.country))).unwrap_or_default();
    // What the first page says of its issuer and its day stands.
    if let Some((page, found)) = pages.iter().find_map(|page| Some((page, issuer::issuer(page, &names)?))) {
        put(
            &mut reading,
            FieldName::IssuingAuthority,
            &found.name,
            page.side,
            found.confidence,
            Some(found.row.region),
        );
    }
    if let Some((page, found)) =
        pages.iter().find_map(|page| Some((page, issued::issued(page, country, today)?)))
    {
        let day = found.date.to_string();
        put(&mut reading, FieldName::IssuedAt, &day, page.side, found.confidence, Some(found.row.region));
    }
    reading
}

fn address(reading: &mut DocumentReading, side: Side, recipient: &Recipient) {
    let Recipient { address, names, names_region, street_region, region, confidence, .. } = recipient;
    // The first name is the first that is reported.
    for (i, name) in names.iter().enumerate() {
        put(reading, FieldName::FullName, name, side, confidence - 0.001 * i as f64, *names_region);
    }
    put(reading, FieldName::Street, &address.street, side, *confidence, Some(*street_region));
    let parts = [
        (FieldName::AddressExtra, address.extra.as_deref()),
        (FieldName::City, Some(address.city.as_str())),
        (FieldName::State, address.state.as_deref()),
        (FieldName::PostalCode, Some(address.zip.as_str())),
        (FieldName::AddressCountry, Some(address.country.code())),
    ];
    for (name, value) in parts {
        put(reading, name, value.unwrap_or_default(), side, *confidence, Some(*region));
    }
}

fn put(
    reading: &mut DocumentReading,
    name: FieldName,
    value: &str,
    side: Side,
    confidence: f64,
    region: Option<Quad>,
) {
    let confidence = confidence.clamp(0.0, 1.0);
    reading.add(name, Field { value: value.to_owned(), source: Source::Visual, side, confidence, region });
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{layout::line, *};

    fn bill() -> Vec<TextLine> {
        vec![
            line("Lumenor Énergie SA", 40.0, 20.0),
            line("240 avenue Jean Jaurès", 40.0, 60.0),
            line("69003 LYON", 40.0, 84.0),
            line("Date de facture", 40.0, 200.0),
            line("13/10/2026", 260.0, 200.0),
            line("À régler avant le", 40.0, 226.0),
            line("03/11/2026", 260.0, 226.0),
            line("Mme Claire Fontanel", 700.0, 200.0),
            line("Appartement 12", 700.0, 226.0),
            line("12 rue des Lilas", 700.0, 252.0),
            line("75011 PARIS", 700.0, 278.0),
            line("Facture d'électricité", 40.0, 500.0),
            line("Consommation relevée 1 284 kWh", 40.0, 560.0),
            line("Lumenor Énergie SA - 240 avenue Jean Jaurès, 69003 LYON - RCS B 512 847 339", 40.0, 1300.0),
        ]
    }

    fn value(reading: &DocumentReading, name: FieldName) -> &str {
        reading.get(name).map_or("", |f| f.value.as_str())
    }

    #[test]
    fn a_bill_is_read_whole_and_the_issuers_own_address_is_not_taken() {
        let reading = extract(&bill(), date(2026, 11, 30));
        for (name, expected) in [
            (FieldName::DocumentSubtype, "utility_bill"),
            (FieldName::IssuingAuthority, "Lumenor Énergie SA"),
            (FieldName::IssuedAt, "2026-10-13"),
            (FieldName::FullName, "Claire Fontanel"),
            (FieldName::Street, "12 rue des Lilas"),
            (FieldName::AddressExtra, "Appartement 12"),
            (FieldName::City, "PARIS"),
            (FieldName::PostalCode, "75011"),
            (FieldName::AddressCountry, "FR"),
        ] {
            assert_eq!(value(&reading, name), expected, "{name}");
            assert!(reading.get(name).is_some_and(|f| f.region.is_some()), "{name}");
        }
        assert_eq!(required(&reading).outcome, Verdict::Clear);
        assert_eq!(readable(&bill()).outcome, Verdict::Clear);
    }

    #[test]
    fn what_is_no_letter_says_so() {
        let nothing = extract(&[], date(2026, 11, 30));
        assert!(nothing.fields.is_empty());
        let finding = required(&nothing);
        assert_eq!((finding.outcome, finding.reasons.len()), (Verdict::Fail, REQUIRED.len()));
        assert!(finding.reasons.iter().all(|r| Check::RequiredFields.may_say(&r.code)));
        let blank = readable(&[]);
        assert_eq!((blank.outcome, &blank.reasons[0].code), (Verdict::Fail, &Code::NoText));
        let models = Models::default();
        let picture = Picture { rgb: image::RgbImage::new(320, 400) };
        let sheet = Sheet { picture: &picture, side: Side::Front, embedded: &[] };
        let out = read(&models, &Certificates::default(), &[sheet], date(2026, 11, 30));
        let of = |check| out.findings.iter().find(|f| f.check == check).map(|f| f.outcome);
        assert_eq!(of(Check::DocumentReadable), Some(Verdict::NotAssessed));
        assert_eq!(of(Check::RequiredFields), Some(Verdict::NotAssessed));
    }
}
