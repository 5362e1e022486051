//! `GET /identity-verifications/{identity_verification_id}/pdf-report`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::IDV;
use crate::shapes::report::PdfReport;

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
    let told = "identity_verification_report_created";
    Ok(Json(PdfReport::read(&engine, &caller, Kind::IdentityVerification, IDV.read(&id)?, told).await?))
}
