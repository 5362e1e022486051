//! This dialect's error envelope. The vendor documents an empty object for a 400; ours fills it.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bonafide_core::problem::{Problem, trail};
use bonafide_http::Denied;
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
    code: String,
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
    code: String,
    message: String,
}

#[derive(Debug)]
pub(crate) enum Error {
    Invalid(Vec<Problem>),
    Denied(Denied),
    Engine(bonafide_engine::Error),
    NoRoute,
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Invalid(problems)
    }
}
impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}
impl From<bonafide_engine::Error> for Error {
    fn from(error: bonafide_engine::Error) -> Self {
        Self::Engine(error)
    }
}

/// The answer for those who are not let in.
pub fn deny(denied: Denied) -> Response {
    Error::Denied(denied).into_response()
}

/// The answer for a path this dialect does not have.
pub async fn not_found() -> Response {
    Error::NoRoute.into_response()
}

/// The answer for a path this dialect has, asked with another method. `Allow` is added by the router.
pub async fn method_not_allowed() -> Response {
    let message = "this operation is asked with another method; see the Allow header".to_owned();
    plain(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        use bonafide_engine::Error as E;
        match self {
            Self::Invalid(problems) | Self::Engine(E::Invalid(problems)) => {
                invalid("invalid_request", &problems)
            }
            Self::Engine(E::Incomplete(problems)) => invalid("incomplete", &problems),
            Self::Denied(Denied::Internal(error)) => Self::Engine(error).into_response(),
            Self::Denied(denied @ Denied::MissingScope(_)) => {
                plain(StatusCode::FORBIDDEN, "insufficient_scope", denied.to_string())
            }
            Self::Denied(denied @ Denied::TooMany { .. }) => {
                plain(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", denied.to_string())
            }
            Self::Denied(denied @ Denied::InFlight) => {
                plain(StatusCode::CONFLICT, "in_flight", denied.to_string())
            }
            Self::Denied(denied @ Denied::AnotherRequest) => {
                plain(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_used", denied.to_string())
            }
            Self::Denied(denied @ Denied::BadIdempotencyKey) => {
                plain(StatusCode::BAD_REQUEST, "invalid_idempotency_key", denied.to_string())
            }
            Self::Denied(denied @ Denied::BodyTooLarge) => {
                plain(StatusCode::PAYLOAD_TOO_LARGE, "too_large", denied.to_string())
            }
            Self::Denied(denied @ (Denied::NoCredentials | Denied::BadToken)) => {
                let challenge = match denied {
                    Denied::BadToken => "Bearer error=\"invalid_token\"",
                    _ => "Bearer",
                };
                let mut response = plain(StatusCode::UNAUTHORIZED, "unauthorized", denied.to_string());
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
                response
            }
            Self::Engine(error @ E::NotFound(_)) => {
                plain(StatusCode::NOT_FOUND, "not_found", error.to_string())
            }
            // The vendor documents 400 for every refusal of a business operation.
            Self::Engine(E::Conflict { code, message }) => plain(StatusCode::BAD_REQUEST, code, message),
            Self::Engine(error @ E::Forbidden) => {
                plain(StatusCode::FORBIDDEN, "insufficient_scope", error.to_string())
            }
            Self::Engine(E::Busy { retry_after_s }) => {
                later("processing", "the checks are still running; read the session later", retry_after_s)
            }
            Self::Engine(E::Overloaded { retry_after_s }) => {
                tracing::warn!("refused for lack of capacity");
                later("overloaded", "too much is asked at once; try again", retry_after_s)
            }
            Self::Engine(error @ (E::Store(_) | E::Task(_) | E::Lists(_) | E::NotSent(_))) => {
                tracing::error!(error = %trail(&error), "internal error");
                let message = "the server could not do this; the request id names the log line".to_owned();
                plain(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
            }
            Self::NoRoute => plain(StatusCode::NOT_FOUND, "no_such_operation", "see /docs".to_owned()),
        }
    }
}

fn invalid(code: &str, problems: &[Problem]) -> Response {
    let fields: Vec<FieldError> = problems
        .iter()
        .map(|p| FieldError {
            field: p.field.clone(),
            code: serde_json::to_value(p.rule)
                .ok()
                .and_then(|v| v.as_str().map(str::to_owned))
                .unwrap_or_default(),
            message: p.message.clone(),
        })
        .collect();
    let message = problems.iter().map(|p| format!("{} {}", p.field, p.message).trim().to_owned());
    let message = message.collect::<Vec<_>>().join("; ");
    let error = ErrorDetail { code: code.to_owned(), message, fields };
    (StatusCode::BAD_REQUEST, Json(ErrorBody { error })).into_response()
}

fn later(code: &str, message: &str, seconds: u32) -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, code, message.to_owned());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn plain(status: StatusCode, code: &str, message: String) -> Response {
    let error = ErrorDetail { code: code.to_owned(), message, fields: vec![] };
    (status, Json(ErrorBody { error })).into_response()
}
