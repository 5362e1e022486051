//! This dialect's error envelope.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::{
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_http::Refusal;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody {
    #[schema(example = 422)]
    status_code: u16,
    /// What the status means.
    error: &'static str,
    /// One sentence; with 422 a list, one for each field.
    message: Value,
    #[schema(format = DateTime)]
    timestamp: String,
}

pub(crate) fn refuse(refusal: &Refusal, now: Timestamp) -> Response {
    let unreadable = |p: &Problem| p.rule == Rule::NotJson;
    let (status, message) = if refusal.fields.is_empty() || refusal.fields.iter().all(unreadable) {
        (refusal.status, json!(refusal.message))
    } else {
        let all = refusal.fields.iter().map(|p| format!("{} {}", p.field, p.message).trim().to_owned());
        (StatusCode::UNPROCESSABLE_ENTITY, json!(all.collect::<Vec<_>>()))
    };
    let body = ErrorBody {
        status_code: status.as_u16(),
        error: status.canonical_reason().unwrap_or("Refused"),
        message,
        timestamp: now.to_string(),
    };
    (status, Json(body)).into_response()
}
