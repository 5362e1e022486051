//! Where a verification and what belongs to it are.

use bonafide_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Link;

/// Where a verification and its applicant are.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationLinks {
    #[serde(rename = "self")]
    this: Link,
    applicant: Link,
    /// Where the person goes; only in the answer that made the attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    verification_url: Option<Link>,
}

impl VerificationLinks {
    pub(crate) fn of(engine: &Engine, path: &str, applicant: &str, verification_url: Option<String>) -> Self {
        Self {
            this: Link::to(engine, path),
            applicant: Link::to(engine, &format!("/applicants/{applicant}")),
            verification_url: verification_url.map(Link::at),
        }
    }
}
