//! What the words on a document say it is.

use bonafide_core::document::{DocumentType, FieldName};
use jiff::civil::Date;

use super::{
    super::{ocr::Line, text::plain},
    dates::{Order, dates},
    folded::Folded,
    labels, places,
};

/// What the words on a document say it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub document_type: DocumentType,
    /// ISO 3166-1 alpha-3.
    pub country: Option<&'static str>,
    pub state: Option<&'static str>,
    /// Number of different fields that labels were found for.
    pub labels: usize,
    /// Number of dates.
    pub dates: usize,
}

/// Words that name a kind of document, in normal form.
static KINDS: &[(DocumentType, &[&str])] = &[
    (
        DocumentType::DriverLicense,
        &[
            "DRIVER LICENSE",
            "DRIVER LICENCE",
            "DRIVERS LICENSE",
            "DRIVERS LICENCE",
            "DRIVING LICENCE",
            "PERMIS DE CONDUIRE",
            "FUHRERSCHEIN",
            "PERMISO DE CONDUCCION",
            "PERMISO DE CONDUCIR",
            "LICENCIA DE CONDUCIR",
            "PATENTE DI GUIDA",
            "CARTA DE CONDUCAO",
            "RIJBEWIJS",
            "OPERATOR LICENSE",
        ],
    ),
    (DocumentType::PassportCard, &["PASSPORT CARD"]),
    (DocumentType::Visa, &["VISA", "VISUM"]),
    (
        DocumentType::ResidencePermit,
        &[
            "RESIDENCE PERMIT",
            "PERMANENT RESIDENT",
            "TITRE DE SEJOUR",
            "AUFENTHALTSTITEL",
            "PERMISO DE RESIDENCIA",
            "PERMESSO DI SOGGIORNO",
            "TITULO DE RESIDENCIA",
            "VERBLIJFSTITEL",
            "EMPLOYMENT AUTHORIZATION",
        ],
    ),
    (
        DocumentType::Passport,
        &[
            "PASSPORT",
            "PASSEPORT",
            "REISEPASS",
            "PASAPORTE",
            "PASSAPORTO",
            "PASSAPORTE",
            "PASPOORT",
            "PAS",
            "PASZPORT",
        ],
    ),
    (
        DocumentType::IdentificationCard,
        &[
            "IDENTIFICATION CARD",
            "IDENTITY CARD",
            "CARTE NATIONALE D IDENTITE",
            "CARTE NATIONALE DIDENTITE",
            "CARTE D IDENTITE",
            "CARTE DIDENTITE",
            "PERSONALAUSWEIS",
            "IDENTITATSKARTE",
            "DOCUMENTO NACIONAL DE IDENTIDAD",
            "CARTA D IDENTITA",
            "CARTA DIDENTITA",
            "CARTAO DE CIDADAO",
            "IDENTITEITSKAART",
            "CEDULA",
            "ID CARD",
            "CARTE DE IDENTITATE",
            "OSOBNA ISKAZNICA",
            "OSEBNA IZKAZNICA",
        ],
    ),
];

/// Kind, issuer and label counts from the words of some lines.
pub fn words(lines: &[Line], today: Date) -> Words {
    let mut out = Words::default();
    let mut fields: Vec<FieldName> = vec![];
    let (mut named, mut state_country) = (0, None);
    for line in lines {
        // The zone at the foot is no place for words.
        if line.text.contains("<<") {
            continue;
        }
        let normal = plain(&line.text);
        if out.document_type == DocumentType::Unknown {
            out.document_type = kind(&normal);
        }
        if let (None, Some((state, country))) = (out.state, places::state(&normal)) {
            out.state = Some(state);
            state_country = Some(country);
        }
        // Countries stand in addresses and places of birth too; the issuer's is the longest, and first.
        for part in line.text.split(['/', '·', '•', '|', '-']).map(plain).chain([normal]) {
            if let Some((country, letters)) = places::country(&part).filter(|c| c.1 > named) {
                (out.country, named) = (Some(country), letters);
            }
        }
        let labels = labels::labels(&Folded::of(&line.text));
        fields.extend(labels.iter().filter(|l| l.to - l.from > 3).filter_map(|l| l.field));
        out.dates += dates(&line.text, Order::DayFirst, today).len();
    }
    fields.sort();
    fields.dedup();
    out.labels = fields.len();
    // A state's name also stands in addresses; it issues only what AAMVA describes.
    if !matches!(out.document_type, DocumentType::DriverLicense | DocumentType::IdentificationCard) {
        out.state = None;
    }
    if out.state.is_some() {
        out.country = state_country;
    }
    out
}

/// The kind of document that a line in normal form names.
pub(super) fn kind(normal: &str) -> DocumentType {
    let named = |names: &&(DocumentType, &[&str])| names.1.iter().any(|n| has_words(normal, n));
    KINDS.iter().find(named).map_or(DocumentType::Unknown, |k| k.0)
}

pub(super) fn has_words(normal: &str, words: &str) -> bool {
    format!(" {normal} ").contains(&format!(" {words} "))
}
