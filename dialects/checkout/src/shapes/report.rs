//! Where the report of a verification is.

use bonafide_core::{id::VerificationId, verification::Kind};
use bonafide_engine::{Caller, Engine, Error, reports, verifications};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::not_available;

/// Where the report is: a link without credentials, under both of its names.
#[derive(Serialize, ToSchema)]
pub(crate) struct PdfReport {
    #[schema(format = "uri-reference")]
    pdf_report: String,
    #[schema(format = "uri-reference")]
    signed_url: String,
}

impl PdfReport {
    /// `told`: the event that says when there is one.
    pub(crate) async fn read(
        engine: &Engine,
        caller: &Caller,
        kind: Kind,
        id: VerificationId,
        told: &str,
    ) -> Result<Self> {
        verifications::expect(engine, caller, kind, id).await?;
        match reports::link(engine, caller, id).await {
            Ok(link) => Ok(Self { pdf_report: link.clone(), signed_url: link }),
            Err(Error::NotFound(_)) => {
                let message = format!(
                    "there is no report of this verification; the event {told} says when there is one"
                );
                Err(not_available("report__not_available", &message))
            }
            Err(other) => Err(other.into()),
        }
    }
}
