//! This dialect's error envelope. The vendor documents an empty object for a 400; ours fills it.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::{
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_http::{IN_FLIGHT, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// Stable, for programs.
    #[schema(example = "invalid_request")]
    code: &'static str,
    /// For people.
    message: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldError>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FieldError {
    /// Dotted path of the field.
    field: String,
    #[schema(value_type = String)]
    code: Rule,
    message: String,
}

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    let Refusal { code, message, fields, .. } = refusal.clone();
    let field = |Problem { field, rule, message, .. }| FieldError { field, code: rule, message };
    let error = ErrorDetail { code, message, fields: fields.into_iter().map(field).collect() };
    (status(refusal), Json(ErrorBody { error })).into_response()
}

/// The vendor documents 400 for every refusal of a business operation.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal.status {
        StatusCode::CONFLICT if refusal.code != IN_FLIGHT => StatusCode::BAD_REQUEST,
        status => status,
    }
}
