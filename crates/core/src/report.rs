//! What the report of a verification says, gathered for one reader: data alone, drawn elsewhere.

use std::collections::BTreeMap;

use crate::{
    compare,
    document::{DocumentReading, DocumentType, FieldName, Side, Source},
    evidence::EvidenceKind,
    finding::{Finding, Reason},
    holder::SAME_NAME,
    id::VerificationId,
    review::Grounds,
    text::plain,
    time::Timestamp,
    verification::Status,
    words::words,
};

/// The longest side of a picture on a page, in pixels.
pub const LONGEST_SIDE: u32 = 1_000;
/// The largest file of a picture, in bytes.
pub const LARGEST_PICTURE: usize = 1 << 20;
/// Most pictures in a report.
pub const MOST_PICTURES: usize = 8;

/// Draws a report as a PDF file.
pub type Draw = fn(&Report) -> Result<Vec<u8>, Undrawn>;

/// Why a report could not be drawn. Holds nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undrawn {
    #[error("a picture is too large for a report, or there are too many")]
    Picture,
    #[error("the report could not be drawn: failed at {0}")]
    Failed(&'static str),
}

/// All that a report says. Personal data, so it does not print itself. What is absent is not known.
#[derive(Clone)]
pub struct Report {
    /// Who asked for the verification.
    pub organization: String,
    /// Whether nothing in it is about a real person.
    pub sandbox: bool,
    pub verification: VerificationId,
    /// The caller's word for the person.
    pub user_id: Option<String>,
    /// Approved or declined.
    pub status: Status,
    pub created_at: Timestamp,
    pub handed_in_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    /// When it last changed: the date of the report, so that one state of it makes one file.
    pub as_of: Timestamp,
    pub decision: Option<Decision>,
    pub document: Option<Document>,
    pub facts: Vec<Fact>,
    pub pictures: Vec<Picture>,
    /// Pictures whose files cannot be decoded any more.
    pub damaged: Vec<EvidenceKind>,
    pub findings: Vec<Finding>,
    pub history: Vec<Line>,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Report(..)")
    }
}

/// The decision that counts.
#[derive(Debug, Clone)]
pub struct Decision {
    pub at: Timestamp,
    pub by: By,
    /// What the checks came to, 0 to 1, and what it had to reach.
    pub score: Option<(f64, f64)>,
    /// Why the checks do not speak for an approval, the gravest first.
    pub reasons: Vec<Reason>,
}

/// Who decided.
#[derive(Debug, Clone)]
pub enum By {
    /// The checks alone.
    Checks,
    Reviewer {
        /// The public name of their credential.
        name: String,
        grounds: Option<Grounds>,
        note: Option<String>,
    },
}

/// What the person handed in.
#[derive(Debug, Clone)]
pub struct Document {
    pub document_type: DocumentType,
    /// The issuer's code, ISO 3166-1 alpha-3 or ICAO 9303.
    pub issuer: Option<String>,
}

/// One thing that is said of the person or the document.
#[derive(Clone)]
pub struct Fact {
    pub name: FieldName,
    /// By the person or the caller.
    pub declared: Option<String>,
    /// By the document: the best first.
    pub read: Vec<Read>,
    pub agreement: Agreement,
}

/// One value of a document.
#[derive(Clone)]
pub struct Read {
    pub value: String,
    pub source: Source,
    pub side: Side,
}

words! {
    /// Whether all who say something say the same.
    pub enum Agreement {
        Agree = "agree",
        Differ = "differ",
        /// Only one says anything.
        Single = "single",
        /// They are written in scripts that are not compared.
        NotComparable = "not_comparable",
    }
}

/// A picture, as JPEG.
#[derive(Clone)]
pub struct Picture {
    pub kind: EvidenceKind,
    pub given_at: Timestamp,
    pub width: u32,
    pub height: u32,
    pub jpeg: Vec<u8>,
}

/// A line of the history.
#[derive(Debug, Clone)]
pub struct Line {
    pub at: Timestamp,
    /// A stable word.
    pub event: String,
}

/// What says who somebody is comes first.
const FIRST: [FieldName; 12] = [
    FieldName::FullName,
    FieldName::LastName,
    FieldName::FirstName,
    FieldName::MiddleName,
    FieldName::NameSuffix,
    FieldName::BirthName,
    FieldName::MarriedName,
    FieldName::BirthDate,
    FieldName::BirthPlace,
    FieldName::Gender,
    FieldName::Nationality,
    FieldName::PersonalNumber,
];

/// What was declared against what was read, and the sources of the document against each other.
pub fn facts(reading: Option<&DocumentReading>, declared: &BTreeMap<FieldName, String>) -> Vec<Fact> {
    let none = DocumentReading::default();
    let reading = reading.unwrap_or(&none);
    let mut names: Vec<FieldName> = FieldName::ALL
        .into_iter()
        .filter(|name| declared.contains_key(name) || reading.fields.contains_key(name))
        .collect();
    names.sort_by_key(|name| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    names.into_iter().map(|name| fact(name, reading, declared.get(&name).cloned())).collect()
}

fn fact(name: FieldName, reading: &DocumentReading, declared: Option<String>) -> Fact {
    let mut read: Vec<Read> = vec![];
    for field in reading.fields.get(&name).into_iter().flatten() {
        let value = Read { value: field.value.clone(), source: field.source, side: field.side };
        if !read.iter().any(|r| r.value == value.value && r.source == value.source && r.side == value.side) {
            read.push(value);
        }
    }
    if read.is_empty() && name == FieldName::FullName {
        read = whole_names(reading);
    }
    let said: Vec<&str> = read.iter().map(|r| r.value.as_str()).chain(declared.as_deref()).collect();
    let pairs = said.iter().enumerate().flat_map(|(i, a)| said.iter().skip(i + 1).map(move |b| (a, b)));
    let compared: Vec<Option<bool>> = pairs.map(|(a, b)| agree(name, a, b)).collect();
    let agreement = if compared.is_empty() {
        Agreement::Single
    } else if compared.contains(&Some(false)) {
        Agreement::Differ
    } else if compared.contains(&None) {
        Agreement::NotComparable
    } else {
        Agreement::Agree
    };
    Fact { name, declared, read, agreement }
}

/// The names that each source tells apart, in one.
fn whole_names(reading: &DocumentReading) -> Vec<Read> {
    let parts = [FieldName::FirstName, FieldName::MiddleName, FieldName::LastName];
    let of = |source: Source| {
        let fields: Vec<_> = parts.iter().filter_map(|part| reading.from_source(*part, source)).collect();
        let value = fields.iter().map(|field| field.value.trim()).collect::<Vec<_>>().join(" ");
        Some(Read { value, source, side: fields.first()?.side })
    };
    Source::ALL.into_iter().rev().filter_map(of).collect()
}

/// Whether two ways to write a value are taken for one; `None` where one has no letter or digit that is compared.
fn agree(name: FieldName, a: &str, b: &str) -> Option<bool> {
    use FieldName as F;
    if a.trim() == b.trim() {
        return Some(true);
    }
    if plain(a).is_empty() || plain(b).is_empty() {
        return None;
    }
    let score = match name {
        F::FullName | F::FirstName | F::MiddleName | F::LastName | F::BirthName | F::MarriedName => {
            compare::name(a, b).score
        }
        F::DocumentNumber | F::RefNumber | F::PersonalNumber | F::TaxNumber => compare::number(a, b).score,
        F::Street | F::Address => compare::address(a, b).score,
        F::BirthDate | F::IssuedAt | F::ExpiresAt | F::PermitObtainedAt | F::PermitExpiresAt => 0.0,
        _ => f64::from(u8::from(plain(a) == plain(b))),
    };
    Some(score >= SAME_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Field;

    fn reading(values: &[(FieldName, Source, &str)]) -> DocumentReading {
        let mut reading = DocumentReading::default();
        for (name, source, value) in values {
            let value = (*value).to_owned();
            let field = Field { value, source: *source, side: Side::Front, confidence: 0.9, region: None };
            reading.add(*name, field);
        }
        reading
    }

    #[test]
    fn who_somebody_is_comes_first_and_every_source_is_shown() {
        let reading = reading(&[
            (FieldName::DocumentNumber, Source::Mrz, "L898902C3"),
            (FieldName::LastName, Source::Mrz, "ERIKSSON"),
            (FieldName::LastName, Source::Visual, "Eriksson"),
            (FieldName::FirstName, Source::Mrz, "ANNA MARIA"),
            (FieldName::BirthDate, Source::Mrz, "1974-08-12"),
            (FieldName::BirthDate, Source::Visual, "1974-08-13"),
        ]);
        let declared = BTreeMap::from([
            (FieldName::FullName, "Anna Maria Eriksson".to_owned()),
            (FieldName::TaxNumber, "12".to_owned()),
        ]);
        let facts = facts(Some(&reading), &declared);
        let told: Vec<_> = facts.iter().map(|f| (f.name, f.read.len(), f.agreement)).collect();
        assert_eq!(
            told,
            [
                (FieldName::FullName, 2, Agreement::Agree),
                (FieldName::LastName, 2, Agreement::Agree),
                (FieldName::FirstName, 1, Agreement::Single),
                (FieldName::BirthDate, 2, Agreement::Differ),
                (FieldName::DocumentNumber, 1, Agreement::Single),
                (FieldName::TaxNumber, 0, Agreement::Single),
            ]
        );
        assert_eq!(facts[0].read[0].value, "ANNA MARIA ERIKSSON");
    }

    #[test]
    fn somebody_else_differs() {
        let reading = reading(&[(FieldName::FullName, Source::Visual, "JANE SMITH")]);
        let declared = BTreeMap::from([(FieldName::FullName, "Anna Eriksson".to_owned())]);
        assert_eq!(facts(Some(&reading), &declared)[0].agreement, Agreement::Differ);
        let declared = BTreeMap::from([(FieldName::FullName, "王小明".to_owned())]);
        assert_eq!(facts(Some(&reading), &declared)[0].agreement, Agreement::NotComparable);
        let alone = &facts(None, &declared)[0];
        assert_eq!((alone.agreement, alone.read.len()), (Agreement::Single, 0));
    }

    #[test]
    fn a_report_does_not_print_what_it_says() {
        let report = Report {
            organization: "Canary".into(),
            sandbox: false,
            verification: VerificationId::from_uuid(uuid::Uuid::nil()),
            user_id: None,
            status: Status::Approved,
            created_at: Timestamp(0),
            handed_in_at: None,
            completed_at: None,
            as_of: Timestamp(0),
            decision: None,
            document: None,
            facts: vec![],
            pictures: vec![],
            damaged: vec![],
            findings: vec![],
            history: vec![],
        };
        assert_eq!(format!("{report:?}"), "Report(..)");
    }
}
