//! What all answers of this API have in common: links and times.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::time::Timestamp;
use bonafide_engine::Engine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where something is found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Link {
    #[schema(
        format = "uri-reference",
        example = "https://id.example.com/applicants/aplt_01kt1gw6g0fmj99z5sfwzpmy4a"
    )]
    href: String,
}

impl Link {
    /// To a path of this server; from its root where nobody said what it is called outside.
    pub(crate) fn to(engine: &Engine, path: &str) -> Self {
        Self { href: format!("{}{path}", engine.settings.public_url) }
    }

    /// As it is.
    pub(crate) fn at(href: String) -> Self {
        Self { href }
    }
}

/// The links of what has no others.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SelfLink {
    #[serde(rename = "self")]
    pub(crate) this: Link,
}

/// It is on its way: 202. The vendor's programs read an object where there is a content type.
#[derive(Debug)]
pub(crate) struct Accepted;

/// An empty object: what the vendor's programs send and read where there is nothing to say.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct Nothing {}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(Nothing {})).into_response()
    }
}

/// A time as the vendor writes it: with microseconds.
pub(crate) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}000Z", text.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_microseconds() {
        assert_eq!(time(Timestamp(1_780_315_200_007)), "2026-06-01T12:00:00.007000Z");
    }
}
