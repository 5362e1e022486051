//! Attempts that bring their pictures: what is told of them.

use bonafide_core::{attempt::AttemptStatus, id::AttemptId};
use bonafide_engine::{Caller, Engine, attempts, verifications};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    attempt::{Of, codes_of},
    page::{Envelope, Page},
};
use crate::{
    answer::{Link, SelfLink, time},
    response_codes::ResponseCode,
    words::DocumentAttemptState,
};

/// One try: the pictures that came with it, and what came of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentAttempt {
    id: String,
    #[schema(format = DateTime, example = "2025-07-21T17:32:28.000000Z")]
    created_on: String,
    #[schema(format = DateTime, example = "2025-07-21T17:40:32.000000Z")]
    modified_on: String,
    #[schema(value_type = DocumentAttemptState)]
    status: AttemptStatus,
    /// Why it came to nothing; of one that was completed, its verification says what came of it.
    response_codes: Vec<ResponseCode>,
    #[serde(rename = "_links")]
    links: SelfLink,
}

/// A page of attempts.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentAttemptPage {
    data: Vec<DocumentAttempt>,
    #[serde(flatten)]
    envelope: Envelope,
}

impl DocumentAttempt {
    /// One of a verification's attempts, as it was just made.
    pub(crate) fn of(of: Of<'_>, engine: &Engine, attempt: &attempts::Attempt) -> Self {
        let id = of.resource.show(attempt.id);
        Self {
            created_on: time(attempt.created_at),
            modified_on: time(attempt.updated_at),
            status: attempt.status,
            response_codes: codes_of(of.kind, attempt),
            links: SelfLink { this: Link::to(engine, &format!("{}/attempts/{id}", of.path)) },
            id,
        }
    }

    pub(crate) async fn read(of: Of<'_>, engine: &Engine, caller: &Caller, id: AttemptId) -> Result<Self> {
        verifications::expect(engine, caller, of.kind, of.id).await?;
        let found = attempts::read(engine, caller, of.id, id).await?;
        Ok(Self::of(of, engine, &found))
    }
}

impl DocumentAttemptPage {
    pub(crate) async fn read(of: Of<'_>, engine: &Engine, caller: &Caller, page: Page) -> Result<Self> {
        verifications::expect(engine, caller, of.kind, of.id).await?;
        let (found, total) = attempts::list(engine, caller, of.id, page.skip.into(), page.limit).await?;
        let data = found.iter().map(|attempt| DocumentAttempt::of(of, engine, attempt)).collect();
        let envelope = Envelope::of(engine, &format!("{}/attempts", of.path), page, total);
        Ok(Self { data, envelope })
    }
}
