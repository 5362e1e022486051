//! What one document tells by itself: is it one, can it be read, do its words and digits give it away.

use bonafide_core::{
    document::{DocumentReading, DocumentType, FieldName, Side},
    finding::{Check, Code, Finding, Outcome as Verdict, reaches},
};

use super::{classify::Class, portrait::Portrait, seen::Seen, text::plain};
use crate::{face::compare::could_not_run, models::RunError};

/// A score at or above this is an identity document; below the other it is none; between, a person should
/// look.
const IS_DOCUMENT: f64 = 0.5;
const IS_NONE: f64 = 0.2;
/// Share of the three things every document tells (number, surname, birth date) that must be readable.
const READABLE: f64 = 0.6;

/// Words that a genuine document in use does not bear, in normal form. A word that is also a name
/// (`SAMPLE` is one) only asks for a second look.
static SUSPICIOUS: &[&str] = &[
    "SPECIMEN",
    "SPECIMENS",
    "SPECIMENEN",
    "SAMPLE",
    "VOID",
    "NOVELTY",
    "MUSTER",
    "MUSTERMANN",
    "MUSTERFRAU",
    "MUESTRA",
    "ESPECIMEN",
    "FACSIMILE",
    "REPLICA",
    "NOT VALID",
    "NON VALIDE",
    "NOT A GOVERNMENT DOCUMENT",
    "NOT AN OFFICIAL",
    "FOR TRAINING",
    "TEST CARD",
    "TEMPLATE",
    "EXEMPLE",
    "VZOR",
    "WZOR",
    "VOORBEELD",
    "CAMPIONE",
    "MODELO",
    "FAC SIMILE",
    "PROP",
    "CANCELLED",
    "ANNULE",
];

/// Of one side: is it an identity document, does it bear suspicious words. `declared` is the type of document
/// the person chose.
pub(super) fn side_findings(seen: &Seen, problem: Option<&RunError>, declared: DocumentType) -> Vec<Finding> {
    let mut out = vec![];
    let nothing = seen.lines.is_empty() && seen.mrz.is_none() && seen.barcode.is_none();
    let is_document = if let (Some(problem), true) = (problem, nothing) {
        could_not_run(Check::IsIdentityDocument, problem)
    } else {
        is_document(seen)
    };
    out.push(is_document.on(seen.side));
    out.push(as_asked(seen, problem, declared).on(seen.side));
    let words = if nothing {
        match problem {
            Some(problem) => could_not_run(Check::SuspiciousWords, problem),
            None => Finding::not_assessed(
                Check::SuspiciousWords,
                Code::NoText,
                "no text was found in the picture",
            ),
        }
    } else {
        suspicious_words(seen)
    };
    out.push(words.on(seen.side));
    out
}

fn is_document(seen: &Seen) -> Finding {
    let score = seen.class.score;
    // The back of some cards bears nothing that would tell it.
    let is_none = !reaches(score, IS_NONE);
    let below = if seen.side == Side::Front && is_none { Verdict::Fail } else { Verdict::Consider };
    let finding = Finding::scored(Check::IsIdentityDocument, score, IS_DOCUMENT, below);
    if finding.outcome != Verdict::Clear {
        let cues: Vec<&str> =
            seen.class.contributions.iter().filter(|c| c.logits > 0.0).map(|c| c.cue).collect();
        let seen = if cues.is_empty() { "nothing".to_owned() } else { cues.join(", ") };
        return finding.because(
            Code::NoDocument,
            format!(
                "the picture does not look like an identity document (found: {seen}); show the whole document"
            ),
        );
    }
    finding
}

/// Whether the picture shows the side that was asked for, of the type that was declared, and nothing else. Another side or
/// another document beside it is a reason to ask again, another type one to look.
fn as_asked(seen: &Seen, problem: Option<&RunError>, declared: DocumentType) -> Finding {
    let check = Check::DocumentAsAsked;
    if !reaches(seen.class.score, IS_DOCUMENT) {
        return Finding::not_assessed(
            check,
            Code::NoDocument,
            "what is not told to be a document has no sides",
        );
    }
    let mut finding = Finding::new(check, Verdict::Clear);
    match (seen.alone, problem) {
        (Some(true), _) => {}
        (None, Some(problem)) => return could_not_run(check, problem),
        _ => {
            finding.outcome = Verdict::Fail;
            finding = finding.because(
                Code::NotAlone,
                "another document or another person is in the picture; show the document alone",
            );
        }
    }
    if let Some(kind) = contradicts(&seen.class, declared) {
        if finding.outcome == Verdict::Clear {
            finding.outcome = Verdict::Consider;
        }
        finding = finding.because(
            Code::OtherDocumentType,
            format!("the document is {} and another type was declared", type_words(kind)),
        );
    }
    match (seen.side, seen.class.side) {
        (Side::Front, Some(Side::Back)) => {
            finding.outcome = Verdict::Fail;
            finding.because(
                Code::FrontNotCaptured,
                "this is the back of the document; show the side with the portrait",
            )
        }
        (Side::Back, Some(Side::Front)) => {
            finding.outcome = Verdict::Fail;
            finding.because(Code::BackNotCaptured, "this is the front of the document; turn it over")
        }
        _ => finding,
    }
}

/// The type of the document where it surely is another than the declared one.
fn contradicts(class: &Class, declared: DocumentType) -> Option<DocumentType> {
    use DocumentType::{IdentificationCard, Other, PassportCard, ResidencePermit, Unknown};
    let kind = class.document_type;
    let card = |t| matches!(t, IdentificationCard | ResidencePermit | PassportCard | Other);
    let same = kind == declared || (card(kind) && card(declared));
    (!same && class.type_sure && ![kind, declared].contains(&Unknown)).then_some(kind)
}

const fn type_words(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Unknown => "unknown",
        DocumentType::DriverLicense => "a driving licence",
        DocumentType::IdentificationCard => "an identification card",
        DocumentType::Passport => "a passport",
        DocumentType::PassportCard => "a passport card",
        DocumentType::ResidencePermit => "a residence permit",
        DocumentType::Visa => "a visa",
        DocumentType::Other => "of another kind",
    }
}

/// Specimens, samples and novelties say so.
fn suspicious_words(seen: &Seen) -> Finding {
    let zone = seen.mrz.iter().flat_map(|m| m.mrz.lines()).map(|l| l.as_str());
    let mut found: Vec<&str> = vec![];
    for text in seen.lines.iter().map(|l| l.text.as_str()).chain(zone) {
        let normal = format!(" {} ", plain(text));
        found.extend(SUSPICIOUS.iter().filter(|w| normal.contains(&format!(" {w} "))));
    }
    found.sort_unstable();
    found.dedup();
    let score = if found.is_empty() { 1.0 } else { 0.0 };
    let finding = Finding::scored(Check::SuspiciousWords, score, 0.5, Verdict::Consider);
    if found.is_empty() {
        return finding;
    }
    // The words are from the list above, not personal data.
    finding.because(Code::SuspiciousWords, format!("the document bears: {}", found.join(", ").to_lowercase()))
}

/// Whether the document tells what every document tells. `others` are the findings so far: what is wrong with the pictures is
/// why it cannot be read. `incomplete`: a barcode's text goes on in symbols that are in neither picture.
pub(super) fn readable(
    reading: &DocumentReading,
    problem: Option<&RunError>,
    others: &[Finding],
    incomplete: bool,
) -> Finding {
    let check = Check::DocumentReadable;
    if let (Some(problem), true) = (problem, reading.fields.is_empty()) {
        return could_not_run(check, problem);
    }
    let wanted = [FieldName::DocumentNumber, FieldName::LastName, FieldName::BirthDate];
    let get = |name: FieldName| match name {
        // Some people have one name only, and some documents do not tell them apart.
        FieldName::LastName => {
            let only = || reading.get(FieldName::FirstName).filter(|_| reading.is_absent(name));
            reading.get(name).or(reading.get(FieldName::FullName)).or_else(only)
        }
        name => reading.get(name),
    };
    let read: f64 = wanted.iter().filter_map(|n| get(*n)).map(|f| f.confidence).sum();
    let finding = Finding::scored(check, read / wanted.len() as f64, READABLE, Verdict::Fail);
    if finding.outcome == Verdict::Clear {
        return if incomplete {
            Finding { outcome: Verdict::Consider, ..finding }.because(
                Code::BarcodeIncomplete,
                "the barcode's text goes on in other symbols; show all of them in one picture",
            )
        } else {
            finding
        };
    }
    let mut finding = finding.because(
        Code::NoText,
        "document number, name or birth date could not be read; use more light, hold still and fill the frame",
    );
    let pictures = others.iter().filter(|f| f.check == Check::ImageQuality).flat_map(|f| &f.reasons);
    for reason in pictures {
        if !finding.reasons.contains(reason) {
            finding.reasons.push(reason.clone());
        }
    }
    finding
}

pub(super) fn check_digits(sides: &[(Seen, Option<RunError>)], problem: Option<&RunError>) -> Finding {
    let check = Check::MrzCheckDigits;
    let zones = sides.iter().filter_map(|(s, _)| s.mrz.as_ref());
    let Some(found) = zones.max_by_key(|f| f.mrz.checks().iter().filter(|c| c.holds).count()) else {
        return match problem {
            Some(problem) => could_not_run(check, problem),
            None => Finding::not_assessed(check, Code::NoMrz, "no machine readable zone was found"),
        };
    };
    let checks = found.mrz.checks();
    if checks.is_empty() {
        return Finding::not_assessed(check, Code::NoMrz, "this machine readable zone has no check digits");
    }
    let holding = checks.iter().filter(|c| c.holds).count();
    let score = holding as f64 / checks.len().max(1) as f64;
    let mut finding = Finding::scored(check, score, 1.0, Verdict::Consider);
    let repaired = found.repairs.len();
    if repaired > 0 {
        let detail = format!(
            "characters read otherwise than they are reported: {repaired}; the rules of the zone and its check \
             digits ask for the others"
        );
        finding = finding.because(Code::CharactersRepaired, detail);
    }
    if finding.outcome == Verdict::Clear {
        return finding;
    }
    let wrong = checks.len() - holding;
    let why = if found.agreed {
        "several readings agree, so they are wrong on the document"
    } else {
        "the zone could not be read with certainty"
    };
    let detail = format!("{wrong} of {} check digits do not hold: {why}", checks.len());
    let finding = finding.because(Code::CheckDigitsWrong, detail);
    if found.agreed {
        return finding;
    }
    finding.because(Code::TooBlurry, "take the lines of letters and digits again, sharp and whole")
}

pub(super) fn portrait_found(portrait: Option<&Portrait>, problem: Option<&RunError>) -> Finding {
    let check = Check::PortraitFound;
    match (portrait, problem) {
        (Some(p), _) => Finding { score: Some(f64::from(p.score)), ..Finding::new(check, Verdict::Clear) },
        (None, Some(problem)) => could_not_run(check, problem),
        (None, None) => Finding { score: Some(0.0), ..Finding::new(check, Verdict::Consider) }
            .because(Code::NoPortrait, "no portrait was found on the document"),
    }
}
