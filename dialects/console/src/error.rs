//! Problem documents (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bonafide_core::time::Timestamp;
use bonafide_http::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDocument {
    /// Always `about:blank`: the code says what it is.
    r#type: &'static str,
    /// What the status means.
    title: &'static str,
    status: u16,
    /// For people: what is wrong and what to do.
    detail: String,
    /// Stable, for programs.
    #[schema(example = "invalid_request")]
    code: &'static str,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FieldError {
    /// Dotted path of the field.
    field: String,
    detail: String,
}

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    let errors = refusal.fields.iter().cloned();
    let body = ProblemDocument {
        r#type: "about:blank",
        title: refusal.status.canonical_reason().unwrap_or("Refused"),
        status: refusal.status.as_u16(),
        detail: refusal.message.clone(),
        code: refusal.code,
        errors: errors.map(|p| FieldError { field: p.field, detail: p.message }).collect(),
    };
    let kind = HeaderValue::from_static("application/problem+json");
    let mut response = (refusal.status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
