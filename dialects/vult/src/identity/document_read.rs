//! `POST /identity/document/read`

use axum::extract::State;
use bonafide_core::document::FieldName;
use bonafide_engine::{Engine, identities};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    extract::identity_id,
    words::{self, DocumentTypeE, to_document_type},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReadDocument {
    identity_id: String,
    /// `unknown`: the newest, of whatever type.
    document_type_e: DocumentTypeE,
}

/// What was read from the document. What was not read is absent. Formats as in document read of a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    document_id: Option<String>,
    document_type_e: DocumentTypeE,
    /// The source that vouches for the reading: `ocr`, `barcode` or `mrz`.
    document_data_source_e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ref_number: Option<String>,
    /// `unknown`, `male`, `female` or `non_binary`.
    gender_e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuing_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuing_state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hair_color: Option<String>,
}

/// read completed identity document
///
/// The newest document of a type that the person was verified with.
#[operation(
    post,
    "/identity/document/read",
    tag = "Identity",
    id = "identity_document_read",
    scope = "verifications:read"
)]
pub(crate) async fn document_read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ReadDocument>,
) -> Result<Json<IdentityDocument>> {
    let identity = identities::read(&engine, &caller, identity_id(&asked.identity_id)?).await?;
    let document = identity
        .document(to_document_type(asked.document_type_e))
        .ok_or(bonafide_engine::Error::NotFound("document of this type"))?;
    let reading = &document.reading;
    let field = |name| reading.get(name).map(|f| f.value.clone());
    Ok(Json(IdentityDocument {
        document_id: document.evidence.map(|id| id.to_string()),
        document_type_e: words::document_type(reading.document_type),
        document_data_source_e: words::data_source(reading).to_owned(),
        document_number: field(FieldName::DocumentNumber),
        issue_date: field(FieldName::IssuedAt),
        expiration_date: field(FieldName::ExpiresAt),
        ref_number: field(FieldName::RefNumber),
        gender_e: words::gender(field(FieldName::Gender).as_deref()).to_owned(),
        issuing_country: field(FieldName::IssuingCountry),
        issuing_state: field(FieldName::IssuingState),
        birth_date: field(FieldName::BirthDate),
        first_name: field(FieldName::FirstName),
        middle_name: field(FieldName::MiddleName),
        last_name: field(FieldName::LastName),
        suffix_name: field(FieldName::NameSuffix),
        street: field(FieldName::Street),
        city: field(FieldName::City),
        state: field(FieldName::State),
        postal_code: field(FieldName::PostalCode),
        height: field(FieldName::Height),
        weight: field(FieldName::Weight),
        eye_color: field(FieldName::EyeColor),
        hair_color: field(FieldName::HairColor),
    }))
}
