//! This dialect's error envelope.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bonafide_core::{
    problem::{Problem, trail},
    time::Timestamp,
};
use bonafide_http::{Dated, Denied};
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
                let all = problems.iter().map(|p| format!("{} {}", p.field, p.message).trim().to_owned());
                answer(StatusCode::UNPROCESSABLE_ENTITY, json!(all.collect::<Vec<_>>()))
            }
            Self::Denied(Denied::Internal(error)) => Self::Engine(error).into_response(),
            Self::Denied(denied) => {
                let challenge = match denied {
                    Denied::NoCredentials => Some("Bearer"),
                    Denied::BadToken => Some("Bearer error=\"invalid_token\""),
                    _ => None,
                };
                let status = match denied {
                    Denied::NoCredentials | Denied::BadToken => StatusCode::UNAUTHORIZED,
                    Denied::MissingScope(_) => StatusCode::FORBIDDEN,
                    Denied::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
                    Denied::BadIdempotencyKey => StatusCode::BAD_REQUEST,
                    Denied::InFlight => StatusCode::CONFLICT,
                    Denied::AnotherRequest => StatusCode::UNPROCESSABLE_ENTITY,
                    Denied::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    Denied::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
                };
                let mut response = answer(status, json!(denied.to_string()));
                if let Some(challenge) = challenge {
                    let challenge = HeaderValue::from_static(challenge);
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                }
                response
            }
            Self::Engine(error @ E::NotFound(_)) => answer(StatusCode::NOT_FOUND, json!(error.to_string())),
            Self::Engine(E::Conflict { message, .. }) => answer(StatusCode::CONFLICT, json!(message)),
            Self::Engine(error @ E::Forbidden) => answer(StatusCode::FORBIDDEN, json!(error.to_string())),
            Self::Engine(E::Busy { retry_after_s } | E::Overloaded { retry_after_s }) => {
                let message = json!("too much is asked at once; try again");
                let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, message);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
                response
            }
            Self::Engine(error @ (E::Store(_) | E::Task(_) | E::Lists(_) | E::NotSent(_))) => {
                tracing::error!(error = %trail(&error), "internal error");
                let message = json!("the server could not do this; the request id names the log line");
                answer(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
        }
    }
}

fn answer(status: StatusCode, message: Value) -> Response {
    let error = status.canonical_reason().unwrap_or("Refused");
    let write = move |now: Timestamp| {
        let timestamp = now.to_string();
        let body = ErrorBody { status_code: status.as_u16(), error, message: message.clone(), timestamp };
        Body::from(json!(body).to_string())
    };
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")]).into_response();
    response.extensions_mut().insert(Dated(Arc::new(write)));
    response
}
