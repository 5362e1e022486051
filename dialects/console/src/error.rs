//! Problem documents (RFC 9457).

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
    code: String,
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

#[derive(Debug)]
pub(crate) enum Error {
    Invalid(Vec<Problem>),
    Denied(Denied),
    Engine(bonafide_engine::Error),
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

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        use bonafide_engine::Error as E;
        match self {
            Self::Invalid(problems) | Self::Engine(E::Invalid(problems) | E::Incomplete(problems)) => {
                fields(&problems)
            }
            Self::Denied(Denied::Internal(error)) => Self::Engine(error).into_response(),
            Self::Denied(denied) => refused(&denied),
            Self::Engine(error @ E::NotFound(_)) => {
                plain(StatusCode::NOT_FOUND, "not_found", error.to_string())
            }
            Self::Engine(E::Conflict { code, message }) => plain(StatusCode::CONFLICT, code, message),
            Self::Engine(error @ E::Forbidden) => {
                plain(StatusCode::FORBIDDEN, "insufficient_scope", error.to_string())
            }
            Self::Engine(E::Busy { retry_after_s } | E::Overloaded { retry_after_s }) => {
                tracing::warn!("refused for lack of capacity");
                let detail = "too much is asked at once; try again".to_owned();
                let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
                response
            }
            Self::Engine(error @ (E::Store(_) | E::Task(_) | E::Lists(_) | E::NotSent(_))) => {
                tracing::error!(error = %trail(&error), "internal error");
                let detail = "the server could not do this; the request id names the log line".to_owned();
                plain(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
            }
        }
    }
}

fn refused(denied: &Denied) -> Response {
    let (status, code) = match denied {
        Denied::NoCredentials | Denied::BadToken => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Denied::MissingScope(_) => (StatusCode::FORBIDDEN, "insufficient_scope"),
        Denied::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
        Denied::BadIdempotencyKey => (StatusCode::BAD_REQUEST, "invalid_idempotency_key"),
        Denied::InFlight => (StatusCode::CONFLICT, "in_flight"),
        Denied::AnotherRequest => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_used"),
        Denied::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Denied::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    };
    let mut response = plain(status, code, denied.to_string());
    let challenge = match denied {
        Denied::NoCredentials => Some("Bearer"),
        Denied::BadToken => Some("Bearer error=\"invalid_token\""),
        _ => None,
    };
    if let Some(challenge) = challenge {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

fn fields(problems: &[Problem]) -> Response {
    let errors: Vec<FieldError> =
        problems.iter().map(|p| FieldError { field: p.field.clone(), detail: p.message.clone() }).collect();
    let detail = problems.iter().map(|p| format!("{} {}", p.field, p.message).trim().to_owned());
    let detail = detail.collect::<Vec<_>>().join("; ");
    document(StatusCode::BAD_REQUEST, "invalid_request", detail, errors)
}

fn plain(status: StatusCode, code: &str, detail: String) -> Response {
    document(status, code, detail, vec![])
}

fn document(status: StatusCode, code: &str, detail: String, errors: Vec<FieldError>) -> Response {
    let title = status.canonical_reason().unwrap_or("Refused");
    let code = code.to_owned();
    let body =
        ProblemDocument { r#type: "about:blank", title, status: status.as_u16(), detail, code, errors };
    let kind = HeaderValue::from_static("application/problem+json");
    (status, [(header::CONTENT_TYPE, kind)], Json(body).into_response().into_body()).into_response()
}
