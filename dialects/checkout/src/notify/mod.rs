//! How something stands, told once more because somebody asks.

pub(crate) mod address_document_verification;
pub(crate) mod aml_verification;
pub(crate) mod face_authentication;
pub(crate) mod id_document_verification;
pub(crate) mod identity_verification;

use bonafide_core::{id::VerificationId, verification::Kind};
use bonafide_engine::{Caller, Engine, verifications, webhooks};
use bonafide_http::{NoContent, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::NAME;

/// What is screened.
#[derive(Debug)]
enum Screening {}

/// Where it is told.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Notify {
    /// https; http for networks that the operator allows. Messages there are in the native format.
    #[schema(format = "uri", min_length = 8, max_length = 2048)]
    webhook_url: Option<String>,
}

async fn notify_of(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    id: VerificationId,
    asked: Notify,
) -> Result<NoContent> {
    verifications::expect(engine, caller, kind, id).await?;
    match asked.webhook_url {
        Some(url) => webhooks::notify_at(engine, caller, NAME, id, url).await?,
        None => webhooks::notify(engine, caller, NAME, id.uuid()).await?,
    }
    Ok(NoContent)
}
