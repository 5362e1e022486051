//! What was captured: the document with what was read from it, and the face.

use bonafide_core::{
    document::{DocumentReading, FieldName, Side},
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome, Reason},
};
use bonafide_engine::verifications::View;
use serde::Serialize;
use utoipa::ToSchema;

/// A document that was captured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    /// What it was recognised as, or else said to be.
    #[schema(example = "passport")]
    r#type: &'static str,
    /// The issuer's code, ISO 3166-1 alpha-3 or ICAO 9303.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    front_given: bool,
    back_given: bool,
    /// Every value that every source gave; of a field the one that counts comes first.
    fields: Vec<DocumentField>,
    /// What its sources, or the document and the person's word, do not agree on.
    mismatches: Vec<Mismatch>,
}

/// One value and where it comes from.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentField {
    #[schema(example = "last_name")]
    name: &'static str,
    value: String,
    /// `visual`, `mrz`, `barcode`, `registry` or `declared`.
    source: &'static str,
    /// 0 to 1; 1 only where a check digit or an error-correcting code vouches for every character.
    confidence: f64,
}

/// A comparison that did not come out clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct Mismatch {
    #[schema(example = "name_crosscheck")]
    check: &'static str,
    /// `consider` or `fail`.
    outcome: &'static str,
    reasons: Vec<Why>,
}

/// A reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct Why {
    /// Stable, for programs.
    #[schema(example = "face_mismatch")]
    code: String,
    /// For people.
    detail: String,
}

impl Why {
    pub(super) fn all(reasons: &[Reason]) -> Vec<Self> {
        let of = |reason: &Reason| Self { code: reason.code.to_string(), detail: reason.detail.clone() };
        reasons.iter().map(of).collect()
    }
}

/// The checks that compare values with each other.
const COMPARISONS: [Check; 8] = [
    Check::MrzCheckDigits,
    Check::DocumentSeal,
    Check::DateConsistency,
    Check::DocumentNumberCrosscheck,
    Check::NameCrosscheck,
    Check::AddressCrosscheck,
    Check::BirthDateCrosscheck,
    Check::Declaration,
];

impl Document {
    /// None until a picture of it was given, and after the person was erased.
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let Some(private) = &view.private else { return vec![] };
        let given = |side| view.evidence(EvidenceKind::document(side)).is_some();
        let (front_given, back_given) = (given(Side::Front), given(Side::Back));
        if !front_given && !back_given {
            return vec![];
        }
        let mismatch = |finding: &Finding| Mismatch {
            check: finding.check.as_str(),
            outcome: finding.outcome.as_str(),
            reasons: Why::all(&finding.reasons),
        };
        let is_mismatch = |finding: &&Finding| {
            COMPARISONS.contains(&finding.check)
                && matches!(finding.outcome, Outcome::Consider | Outcome::Fail)
        };
        let reading = private.reading.as_ref();
        vec![Self {
            r#type: view.document_type.as_str(),
            issuer: reading.and_then(|reading| reading.issuer.clone()),
            front_given,
            back_given,
            fields: reading.map(fields).unwrap_or_default(),
            mismatches: view.findings.iter().filter(is_mismatch).map(mismatch).collect(),
        }]
    }
}

fn fields(reading: &DocumentReading) -> Vec<DocumentField> {
    let of = |(name, values): (&FieldName, &Vec<bonafide_core::document::Field>)| {
        let name = name.as_str();
        let field = move |field: &bonafide_core::document::Field| DocumentField {
            name,
            value: field.value.clone(),
            source: field.source.as_str(),
            confidence: field.confidence,
        };
        values.iter().map(field).collect::<Vec<_>>()
    };
    reading.fields.iter().flat_map(of).collect()
}

/// The person's face.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Biometrics {
    selfie_given: bool,
    /// Whether a live person was in front of the camera; absent until that is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_passed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    face_match: Option<FaceMatch>,
}

/// How alike the face and the document's portrait are.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaceMatch {
    /// `clear`, `consider`, `fail` or `not_assessed`.
    outcome: &'static str,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// At or above it is clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    reasons: Vec<Why>,
}

impl Biometrics {
    /// Absent where no face is asked for and none was given, and after the person was erased.
    pub(crate) fn of(view: &View, is_required: bool) -> Option<Self> {
        let selfie_given = view.private.is_some() && view.evidence(EvidenceKind::Selfie).is_some();
        (selfie_given || is_required && view.private.is_some()).then(|| Self {
            selfie_given,
            liveness_passed: view.live(),
            face_match: view.finding(Check::FaceMatch, None).map(|finding| FaceMatch {
                outcome: finding.outcome.as_str(),
                score: finding.score,
                threshold: finding.threshold,
                reasons: Why::all(&finding.reasons),
            }),
        })
    }
}
