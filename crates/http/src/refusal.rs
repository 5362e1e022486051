//! Why a request was refused: one type, made from whatever can be wrong, and formatted by the dialect that was asked.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::problem::{Problem, with_causes};
use bonafide_engine::{Contended as _, Error};

use crate::Denied;

pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// A refusal, before a dialect puts it into its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people: what is wrong and what to do. Never repeats a value that a person sent.
    pub message: String,
    /// What is wrong with which field; empty where the request is well-formed.
    pub fields: Vec<Problem>,
    /// Seconds after which asking again may help.
    pub retry_after_s: Option<u32>,
    /// How to say who one is.
    pub challenge: Option<&'static str>,
    /// What the request is called, for an envelope that names it; empty until its answer is formatted.
    pub request_id: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let request_id = String::new();
        Self { status, code, message, fields: vec![], retry_after_s: None, challenge: None, request_id }
    }

    /// Of a path that no operation has.
    pub fn no_such_operation() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no_such_operation", "there is no such operation; see /docs")
    }

    /// Of a path that is asked with other methods.
    pub fn wrong_method() -> Self {
        let message = "this operation is asked with another method; see the Allow header";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    fn fields(code: &'static str, fields: Vec<Problem>) -> Self {
        let all = fields.iter().map(|p| format!("{} {}", p.field, p.message).trim().to_owned());
        let message = all.collect::<Vec<_>>().join("; ");
        Self { fields, ..Self::new(StatusCode::BAD_REQUEST, code, message) }
    }

    /// What went wrong is in the log, where it was written when it happened.
    pub(crate) fn internal() -> Self {
        let message = "the server could not do this; the request id names the log line";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    fn later(code: &'static str, message: &str, seconds: u32) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        Self { retry_after_s: Some(seconds), ..refusal }
    }
}

impl From<Vec<Problem>> for Refusal {
    fn from(problems: Vec<Problem>) -> Self {
        Self::fields("invalid_request", problems)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        vec![problem].into()
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        let message = denied.to_string();
        let (status, code) = match denied {
            Denied::NoCredentials | Denied::WithoutBearer | Denied::BadToken => {
                (StatusCode::UNAUTHORIZED, "unauthorized")
            }
            Denied::MissingScope(_) => (StatusCode::FORBIDDEN, "insufficient_scope"),
            Denied::SubscriptionInactive => (StatusCode::PAYMENT_REQUIRED, "subscription_inactive"),
            Denied::NotInPlan => (StatusCode::FORBIDDEN, "not_in_plan"),
            Denied::TooMany { .. } | Denied::TooManyOpen(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
            }
            Denied::BadIdempotencyKey => (StatusCode::BAD_REQUEST, "invalid_idempotency_key"),
            Denied::InFlight => (StatusCode::CONFLICT, IN_FLIGHT),
            Denied::AnotherRequest => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_used"),
            Denied::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Denied::Engine(error) => return error.into(),
        };
        let retry_after_s = match denied {
            Denied::TooMany { retry_after_s } => Some(retry_after_s),
            Denied::InFlight | Denied::TooManyOpen(_) => Some(1),
            _ => None,
        };
        let challenge = match denied {
            Denied::NoCredentials => Some("Bearer"),
            Denied::WithoutBearer => Some(WITHOUT_BEARER),
            Denied::BadToken => Some("Bearer error=\"invalid_token\""),
            _ => None,
        };
        Self { retry_after_s, challenge, ..Self::new(status, code, message) }
    }
}

/// The challenge to a header `Authorization` that does not say `Bearer`.
pub const WITHOUT_BEARER: &str = "Bearer error=\"invalid_request\"";

/// The code of a request that is being answered already.
pub const IN_FLIGHT: &str = "in_flight";

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(problems) => problems.into(),
            Error::Incomplete(problems) => Self::fields("incomplete", problems),
            Error::NotFound(_) => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            Error::Conflict { code, message } => Self::new(StatusCode::CONFLICT, code, message),
            Error::Gone(_) => Self::new(StatusCode::GONE, "gone", error.to_string()),
            Error::Forbidden => Self::new(StatusCode::FORBIDDEN, "insufficient_scope", error.to_string()),
            Error::Weakens(problems) => {
                let status = StatusCode::FORBIDDEN;
                Self { status, ..Self::fields("insufficient_scope", problems) }
            }
            Error::Busy { retry_after_s } => {
                Self::later("processing", "the checks are still running; ask again later", retry_after_s)
            }
            Error::Stopping { retry_after_s } => {
                Self::later("stopping", "the server is being restarted; ask again", retry_after_s)
            }
            Error::NoRoom { retry_after_s, .. } => {
                tracing::error!(error = %with_causes(&error), "no room to keep what was sent");
                let message = "the server has no room to keep this, and changed nothing; try again later";
                Self::later("no_room", message, retry_after_s)
            }
            Error::Overloaded { retry_after_s } => {
                tracing::warn!("refused for lack of capacity");
                Self::later("overloaded", "too much is asked at once; try again", retry_after_s)
            }
            contended if contended.is_contended() => {
                tracing::warn!(error = %with_causes(&contended), "refused for lack of capacity");
                Self::later("overloaded", "too much is asked at once; try again", 1)
            }
            Error::Store(_)
            | Error::Task(_)
            | Error::Lists(_)
            | Error::NotSent(_)
            | Error::Report(_)
            | Error::NotInspected(_) => {
                tracing::error!(error = %with_causes(&error), "internal error");
                Self::internal()
            }
        }
    }
}

/// Goes out through the layer of the dialect (see [`crate::Dialect`]), which finds it in the extensions.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
