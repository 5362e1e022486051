//! `GET /address-document-verifications/{address_document_verification_id}/pdf-report`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{ADV, KIND};
use crate::shapes::report::PdfReport;

/// Get the report of an address document verification
///
/// A link to a PDF file, good for a quarter of an hour, of one that is approved or declined: the event
/// `address_document_verification_report_created` says when there is one. Both attributes are the same link. Before, and after the
/// holder was anonymized, the answer is 404 with `report__not_available`.
#[operation(
    get,
    "/address-document-verifications/{address_document_verification_id}/pdf-report",
    tag = "Address document verifications",
    id = "getAddressDocumentVerificationReport",
    scope = "verifications:read",
    params(("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$")),
)]
pub(crate) async fn pdf_report(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PdfReport>> {
    let told = "address_document_verification_report_created";
    Ok(Json(PdfReport::read(&engine, &caller, KIND, ADV.read(&id)?, told).await?))
}
