//! Documents.

pub(crate) mod add;
pub(crate) mod image;
pub(crate) mod read;

use bonafide_core::{
    country::country,
    document::{DocumentReading, FieldName},
    verification::Status,
};
use bonafide_engine::{Engine, evidence::Document};
use serde::Serialize;
use utoipa::ToSchema;

use super::{identity::user_id, link};
use crate::words::{self, DocumentKind, DocumentStatus};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentVerification {
    #[schema(example = "doc_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    user_id: String,
    /// As it was said to be; absent where nobody said, and it is not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_type: Option<DocumentKind>,
    /// As it was said, ISO 3166-1 alpha-2; what counts is what the document says itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_country: Option<String>,
    /// Where the picture is: the request needs your key, as any other.
    front_image_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    back_image_url: Option<String>,
    status: DocumentStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    extracted_data: Option<ExtractedData>,
    /// How sure the reading is in its weakest value, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    verified_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What was read; what was not is absent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtractedData {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    date_of_birth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    expiry_date: Option<String>,
    /// ISO 3166-1 alpha-2; as the document has it where that is no country.
    #[serde(skip_serializing_if = "Option::is_none")]
    nationality: Option<String>,
}

/// The fields that [`ExtractedData`] is made of.
const EXTRACTED: [FieldName; 7] = [
    FieldName::FullName,
    FieldName::FirstName,
    FieldName::LastName,
    FieldName::BirthDate,
    FieldName::DocumentNumber,
    FieldName::ExpiresAt,
    FieldName::Nationality,
];

impl ExtractedData {
    fn of(reading: &DocumentReading) -> Self {
        let field = |name| reading.get(name).map(|field| field.value.clone());
        let parts = [FieldName::FirstName, FieldName::MiddleName, FieldName::LastName];
        let name = parts.into_iter().filter_map(field).collect::<Vec<_>>().join(" ");
        let nationality = field(FieldName::Nationality);
        Self {
            full_name: Some(name).filter(|name| !name.is_empty()).or_else(|| field(FieldName::FullName)),
            date_of_birth: field(FieldName::BirthDate),
            document_number: field(FieldName::DocumentNumber),
            expiry_date: field(FieldName::ExpiresAt),
            nationality: nationality.map(|code| country(&code).map_or(code, |found| found.code.to_owned())),
        }
    }
}

impl DocumentVerification {
    fn of(engine: &Engine, document: &Document) -> Self {
        let view = &document.view;
        let status = match document.current {
            true => words::document(view),
            false => DocumentStatus::Expired,
        };
        // What was read was read from the document that counts, once it was looked at.
        let judged = document.current && view.status != Status::Processing;
        let reading = view.private.as_ref().and_then(|private| private.reading.as_ref()).filter(|_| judged);
        let sure = reading.map(|reading| {
            let all = EXTRACTED.into_iter().filter_map(|name| reading.get(name));
            all.map(|field| field.confidence).fold(1.0, f64::min)
        });
        let id = format!("doc_{}", document.id);
        let declared = document.said.as_ref().map(|(document_type, _)| *document_type);
        let verified_at = view.judged_at.filter(|_| status == DocumentStatus::Verified);
        let changed_at = view.judged_at.filter(|at| document.current && *at > document.at);
        Self {
            user_id: user_id(view),
            document_type: DocumentKind::of(declared.unwrap_or(view.document_type)),
            document_country: document.said.as_ref().map(|(_, country)| country.clone()),
            front_image_url: link(engine, &format!("document/{id}/front")),
            back_image_url: document.back.map(|_| link(engine, &format!("document/{id}/back"))),
            status,
            extracted_data: reading.map(ExtractedData::of),
            confidence: sure,
            verified_at: verified_at
                .or(view.completed_at.filter(|_| status == DocumentStatus::Verified))
                .map(|at| at.to_string()),
            created_at: document.at.to_string(),
            updated_at: changed_at.unwrap_or(document.at).to_string(),
            id,
        }
    }
}
