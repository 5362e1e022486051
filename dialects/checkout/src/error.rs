//! This dialect's error envelope. The vendor documents one for requests that are not valid; the other words are ours.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use bonafide_core::time::Timestamp;
use bonafide_http::Refusal;
use serde_json::json;

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    let kind = match refusal.status.as_u16() {
        400 | 422 => "invalid_request",
        401 | 403 => "authentication_error",
        404 | 405 => "resource_not_found",
        409 => "conflict",
        429 => "too_many_requests",
        _ => "server_error",
    };
    let body = json!({ "error_type": kind, "error_codes": [refusal.code] });
    (refusal.status, Json(body)).into_response()
}
