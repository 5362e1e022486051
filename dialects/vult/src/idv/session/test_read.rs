//! `POST /idv/session/test/read`

use axum::extract::State;
use bonafide_core::{document::Side, finding::Check};
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::SessionRef;
use crate::{extract::idv, words};

/// The 28 results of a session. The words are `clear`, `consider`, `fail` and `not_assessed`; why is in the
/// session's history. A `dmv_…_match` is absent when the registry was not asked, a crosscheck when there
/// were not two sources to compare.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tests {
    doc_front_image_manipulation: String,
    doc_front_is_identity_document: String,
    doc_front_online_duplication: String,
    doc_front_suspicious_words: String,
    doc_back_image_manipulation: String,
    doc_back_is_identity_document: String,
    doc_back_online_duplication: String,
    doc_back_suspicious_words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_document_number_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_document_expiration_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_document_issue_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_document_category_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_birth_date_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_sex_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_eye_color_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_height_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_weight_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_first_name_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_middle_name_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_last_name_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_suffix_name_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_street_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_city_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_state_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_postal_code_match: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_number_crosscheck: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_crosscheck: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_crosscheck: Option<bool>,
}

/// session test read
///
/// The result of each test on the document.
#[operation(
    post,
    "/idv/session/test/read",
    tag = "IDV",
    id = "idv_session_test_read",
    scope = "verifications:read",
    impersonal = true
)]
pub(crate) async fn test_read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Tests>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let registry = view.finding(Check::Registry, None);
    let dmv = |field: &str| registry.and_then(|finding| finding.parts.get(field).copied());
    let side = |check, side| words::outcome(view.finding(check, Some(side))).to_owned();
    Ok(Json(Tests {
        doc_front_image_manipulation: side(Check::ImageManipulation, Side::Front),
        doc_front_is_identity_document: side(Check::IsIdentityDocument, Side::Front),
        doc_front_online_duplication: side(Check::OnlineDuplication, Side::Front),
        doc_front_suspicious_words: side(Check::SuspiciousWords, Side::Front),
        doc_back_image_manipulation: side(Check::ImageManipulation, Side::Back),
        doc_back_is_identity_document: side(Check::IsIdentityDocument, Side::Back),
        doc_back_online_duplication: side(Check::OnlineDuplication, Side::Back),
        doc_back_suspicious_words: side(Check::SuspiciousWords, Side::Back),
        dmv_document_number_match: dmv("document_number"),
        dmv_document_expiration_match: dmv("document_expiration"),
        dmv_document_issue_match: dmv("document_issue"),
        dmv_document_category_match: dmv("document_category"),
        dmv_birth_date_match: dmv("birth_date"),
        dmv_sex_match: dmv("sex"),
        dmv_eye_color_match: dmv("eye_color"),
        dmv_height_match: dmv("height"),
        dmv_weight_match: dmv("weight"),
        dmv_first_name_match: dmv("first_name"),
        dmv_middle_name_match: dmv("middle_name"),
        dmv_last_name_match: dmv("last_name"),
        dmv_suffix_name_match: dmv("suffix_name"),
        dmv_street_match: dmv("street"),
        dmv_city_match: dmv("city"),
        dmv_state_match: dmv("state"),
        dmv_postal_code_match: dmv("postal_code"),
        document_number_crosscheck: view.passed(Check::DocumentNumberCrosscheck),
        name_crosscheck: view.passed(Check::NameCrosscheck),
        address_crosscheck: view.passed(Check::AddressCrosscheck),
    }))
}
