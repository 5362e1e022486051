//! The pictures of a verification, and what was read from its document.

use bonafide_core::{
    document::{DocumentReading, FieldName, Quad, Side},
    evidence::EvidenceKind,
};
use bonafide_engine::verifications::{Shown, Whole};
use serde::Serialize;
use utoipa::ToSchema;

/// A picture that was given. Its pixels are behind `href`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Picture {
    id: String,
    /// `document_front`, `document_back`, `selfie`, `liveness_frame` or `portrait`.
    kind: &'static str,
    given_at: String,
    width: i64,
    height: i64,
    bytes: i64,
    /// Whether no newer one took its place.
    current: bool,
    /// Of a frame: the movement it answers, from 0; absent for the straight look.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    href: String,
}

impl Picture {
    pub(crate) fn all(whole: &Whole) -> Vec<Self> {
        let of = |shown: &Shown| Self {
            id: shown.id.to_string(),
            kind: shown.kind.as_str(),
            given_at: shown.at.to_string(),
            width: shown.width,
            height: shown.height,
            bytes: shown.bytes,
            current: shown.current,
            step: shown.step,
            href: href(whole, shown),
        };
        whole.pictures.iter().map(of).collect()
    }
}

fn href(whole: &Whole, shown: &Shown) -> String {
    format!("/console/verifications/{}/pictures/{}", whole.view.id, shown.id)
}

/// What was read from the document.
#[derive(Serialize, ToSchema)]
pub(crate) struct Document {
    r#type: &'static str,
    /// The issuer's code, ISO 3166-1 alpha-3 or ICAO 9303.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// Every value that every source gave; of a field the best comes first.
    fields: Vec<Field>,
    /// The lines of the machine readable zone, after repair.
    #[serde(skip_serializing_if = "Option::is_none")]
    mrz: Option<Vec<String>>,
    /// Whether its check digits hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    mrz_valid: Option<bool>,
    /// The text of the barcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    barcode: Option<String>,
    /// The corners of the document in the picture of its front.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<f32>>>)]
    corners: Option<Vec<[f32; 2]>>,
    /// Where the portrait is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    portrait: Option<String>,
}

/// One value and where it comes from.
#[derive(Serialize, ToSchema)]
pub(crate) struct Field {
    #[schema(example = "last_name")]
    name: &'static str,
    value: String,
    /// `visual`, `mrz`, `barcode`, `registry` or `declared`.
    source: &'static str,
    /// `front` or `back`.
    side: &'static str,
    /// 0 to 1; 1 only where a check digit or an error-correcting code vouches for every character.
    confidence: f64,
    /// Whether it is the value that counts.
    best: bool,
    /// The corners of where it was read, x and y in pixels of the upright picture: top left, top right, bottom right,
    /// bottom left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<f32>>>)]
    region: Option<Vec<[f32; 2]>>,
    /// The picture of that place.
    #[serde(skip_serializing_if = "Option::is_none")]
    crop: Option<String>,
}

impl Document {
    /// Absent until a document was read, and after the person was forgotten.
    pub(crate) fn of(whole: &Whole) -> Option<Self> {
        let reading = whole.view.private.as_ref()?.reading.as_ref()?;
        let corners = |quad: Quad| quad.0.to_vec();
        let front = current(whole, Side::Front);
        let portrait = reading.portrait.and(front).map(|shown| href(whole, shown) + "/crop?field=portrait");
        Some(Self {
            r#type: reading.document_type.as_str(),
            issuer: reading.issuer.clone(),
            fields: fields(whole, reading),
            mrz: reading.mrz.clone(),
            mrz_valid: reading.mrz_valid,
            barcode: reading.barcode.clone(),
            corners: reading.corners.map(corners),
            portrait,
        })
    }
}

fn fields(whole: &Whole, reading: &DocumentReading) -> Vec<Field> {
    let mut all = vec![];
    for (name, values) in &reading.fields {
        for (i, value) in values.iter().enumerate() {
            let crop = value.region.and_then(|_| current(whole, value.side)).map(|shown| {
                format!("{}/crop?field={}&source={}", href(whole, shown), name.as_str(), value.source)
            });
            all.push(Field {
                name: FieldName::as_str(*name),
                value: value.value.clone(),
                source: value.source.as_str(),
                side: value.side.as_str(),
                confidence: value.confidence,
                best: i == 0,
                region: value.region.map(|quad| quad.0.to_vec()),
                crop,
            });
        }
    }
    all
}

/// The picture that a side was read from.
fn current(whole: &Whole, side: Side) -> Option<&Shown> {
    let kind = EvidenceKind::document(side);
    whole.pictures.iter().find(|shown| shown.kind == kind && shown.current)
}
