//! This dialect's error envelope, with the vendor's codes.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::time::Timestamp;
use bonafide_http::Refusal;
use serde_json::json;

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    let is_valid = refusal.fields.is_empty();
    let status = if is_valid { refusal.status } else { StatusCode::UNPROCESSABLE_ENTITY };
    let code = match status.as_u16() {
        400 => "BAD_REQUEST".to_owned(),
        401 => "UNAUTHORIZED".to_owned(),
        403 => "FORBIDDEN".to_owned(),
        404 => "NOT_FOUND".to_owned(),
        422 => "VALIDATION_ERROR".to_owned(),
        429 => "RATE_LIMITED".to_owned(),
        _ => refusal.code.to_ascii_uppercase(),
    };
    let mut body = json!({ "code": code, "message": refusal.message, "statusCode": status.as_u16() });
    if !is_valid {
        let errors = refusal.fields.iter().map(|p| json!({ "field": p.field, "message": p.message }));
        body["errors"] = errors.collect();
    }
    (status, Json(body)).into_response()
}
