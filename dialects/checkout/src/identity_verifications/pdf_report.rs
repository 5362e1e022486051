//! `GET /identity-verifications/{identity_verification_id}/pdf-report`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, Error, reports, verifications};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::IDV;
use crate::error::not_available;

/// Where the report is: a link without credentials, under both of its names.
#[derive(Serialize, ToSchema)]
pub(crate) struct PdfReport {
    #[schema(format = "uri-reference")]
    pdf_report: String,
    #[schema(format = "uri-reference")]
    signed_url: String,
}

/// Get the report of an identity verification
///
/// A link to a PDF file, good for a quarter of an hour, of one that is approved or declined: the event
/// `identity_verification_report_created` says when there is one. Both attributes are the same link. Before, and after the
/// person was anonymized, the answer is 404 with `report__not_available`.
#[operation(
    get,
    "/identity-verifications/{identity_verification_id}/pdf-report",
    tag = "Identity verifications",
    id = "getIdentityVerificationReport",
    scope = "verifications:read",
    params(("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$")),
)]
pub(crate) async fn pdf_report(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PdfReport>> {
    let id = IDV.read(&id)?;
    verifications::expect(&engine, &caller, Kind::IdentityVerification, id).await?;
    match reports::link(&engine, &caller, id).await {
        Ok(link) => Ok(Json(PdfReport { pdf_report: link.clone(), signed_url: link })),
        Err(Error::NotFound(_)) => {
            let message = "there is no report of this verification; the event identity_verification_report_created \
                           says when there is one";
            Err(not_available("report__not_available", message))
        }
        Err(other) => Err(other.into()),
    }
}
