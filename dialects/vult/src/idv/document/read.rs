//! `POST /idv/document/read`

use axum::extract::State;
use bonafide_core::{document::FieldName, evidence::EvidenceKind};
use bonafide_engine::{
    Engine,
    verifications::{self, View},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::idv,
    idv::session::SessionRef,
    words::{self, DocumentTypeE},
};

/// What was read from the document. What was not read is absent. Days are ISO 8601, countries ISO 3166-1
/// alpha-3, heights `<n> in` or `<n> cm`, weights `<n> lb` or `<n> kg`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Document {
    session_id: String,
    document_id: String,
    type_e: DocumentTypeE,
    /// The source that vouches for the reading: `ocr`, `barcode` or `mrz`.
    data_source_e: String,
    /// `unknown`, `male`, `female` or `non_binary`.
    gender_e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ref_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuing_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuing_state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_suffix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eye_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hair_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restrictions: Option<String>,
}

/// document read
///
/// The fields of the session's document, once it was handed in and read.
#[operation(post, "/idv/document/read", tag = "IDV", id = "idv_document_read", scope = "verifications:read")]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Document>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let unread = "no document was read yet; finalize the session first";
    let document =
        Document::of(&view).ok_or_else(|| bonafide_engine::Error::conflict("document_not_read", unread))?;
    Ok(Json(document))
}

impl Document {
    /// The session's document, once it was read.
    pub(crate) fn of(view: &View) -> Option<Self> {
        let evidence = view.evidence(EvidenceKind::DocumentFront)?;
        let reading = view.private.as_ref()?.reading.as_ref()?;
        let field = |name| reading.get(name).map(|f| f.value.clone());
        Some(Self {
            session_id: view.id.to_string(),
            document_id: evidence.id.to_string(),
            type_e: words::document_type(reading.document_type),
            data_source_e: words::data_source(reading).to_owned(),
            gender_e: words::gender(field(FieldName::Gender).as_deref()).to_owned(),
            document_number: field(FieldName::DocumentNumber),
            ref_number: field(FieldName::RefNumber),
            issued_at: field(FieldName::IssuedAt),
            expires_at: field(FieldName::ExpiresAt),
            issuing_country: field(FieldName::IssuingCountry),
            issuing_state: field(FieldName::IssuingState),
            first_name: field(FieldName::FirstName),
            middle_name: field(FieldName::MiddleName),
            last_name: field(FieldName::LastName),
            name_suffix: field(FieldName::NameSuffix),
            street: field(FieldName::Street),
            city: field(FieldName::City),
            state: field(FieldName::State),
            postal_code: field(FieldName::PostalCode),
            birth_date: field(FieldName::BirthDate),
            height: field(FieldName::Height),
            weight: field(FieldName::Weight),
            eye_color: field(FieldName::EyeColor),
            hair_color: field(FieldName::HairColor),
            class: field(FieldName::Class),
            restrictions: field(FieldName::Restrictions),
        })
    }
}
