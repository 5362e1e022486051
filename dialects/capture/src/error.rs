//! Problem documents (RFC 9457). A page words them for the person by their code and the fields' rules.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bonafide_core::{
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_http::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// What refusals are sent as.
pub(crate) const MEDIA: &str = "application/problem+json";

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
    /// What is wrong with which field; of what cannot be handed in yet, which step is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FieldError {
    /// Dotted path of the field; or a step.
    field: String,
    /// Stable, for programs: what kind of rule is broken.
    #[schema(value_type = String, example = "required")]
    rule: Rule,
    detail: String,
}

impl From<Problem> for FieldError {
    fn from(problem: Problem) -> Self {
        Self { field: problem.field, rule: problem.rule, detail: problem.message }
    }
}

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    // What is incomplete is well-formed: the person is not done.
    let status = if refusal.code == "incomplete" { StatusCode::CONFLICT } else { refusal.status };
    let body = ProblemDocument {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Refused"),
        status: status.as_u16(),
        detail: refusal.message.clone(),
        code: refusal.code,
        errors: refusal.fields.iter().cloned().map(FieldError::from).collect(),
    };
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    response
}
