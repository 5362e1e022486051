//! `POST /capture/steps/document/front` and `/back`

use axum::extract::State;
use bonafide_core::{
    document::{DocumentType, Side},
    problem::{Problem, Rule},
};
use bonafide_engine::{Engine, evidence, verifications};
use bonafide_http::{Form, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Device, picture_of, position_of},
    session::CaptureSession,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct DocumentPicture {
    /// JPEG, PNG or WebP, up to 20 MB.
    #[schema(format = Binary, min_length = 1)]
    image: String,
    /// What the person says the document is; the server tells where it is absent.
    #[schema(value_type = DocumentType, required = false)]
    document_type: Option<DocumentType>,
    /// Where the picture was taken: degrees, WGS 84. Both or none.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 32,
        pattern = r"^[+-]?([0-8]?[0-9](\.[0-9]+)?|90(\.0+)?)$")]
    latitude: Option<String>,
    #[schema(value_type = String, required = false, min_length = 1, max_length = 32,
        pattern = r"^[+-]?((1[0-7][0-9]|[0-9]?[0-9])(\.[0-9]+)?|180(\.0+)?)$")]
    longitude: Option<String>,
}

/// The front of the document
///
/// A newer picture takes the place of an older one.
#[operation(post, "/capture/steps/document/front", tag = "Pictures", id = "capture_document_front", scope = "capture",
    cost = 5, request_body(content = DocumentPicture, content_type = "multipart/form-data"))]
pub(crate) async fn front(
    State(engine): State<Engine>,
    device: Device,
    form: Form,
) -> Result<Json<CaptureSession>> {
    add(&engine, &device, Side::Front, form).await
}

/// The back of the document
///
/// A newer picture takes the place of an older one.
#[operation(post, "/capture/steps/document/back", tag = "Pictures", id = "capture_document_back", scope = "capture",
    cost = 5, request_body(content = DocumentPicture, content_type = "multipart/form-data"))]
pub(crate) async fn back(
    State(engine): State<Engine>,
    device: Device,
    form: Form,
) -> Result<Json<CaptureSession>> {
    add(&engine, &device, Side::Back, form).await
}

async fn add(engine: &Engine, device: &Device, side: Side, mut form: Form) -> Result<Json<CaptureSession>> {
    let mut problems = vec![];
    form.only(&["image", "document_type", "latitude", "longitude"], &mut problems);
    let position = position_of(&form, &mut problems);
    let declared = form.text.get("document_type").map(|word| DocumentType::parse(word));
    if declared == Some(None) {
        let known = DocumentType::ALL.map(DocumentType::as_str).join(", ");
        problems.push(Problem::new("document_type", Rule::Enum, format!("must be one of {known}")));
    }
    let picture = picture_of(&mut form, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into());
    }
    evidence::accept_document(engine, device, device.session, side, picture, position).await?;
    if let Some(declared) = declared.flatten() {
        verifications::set_document_type(engine, device, device.session, declared).await?;
    }
    Ok(Json(CaptureSession::of(engine, device).await?))
}
