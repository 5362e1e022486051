//! `GET /id-document-verifications/{id_document_verification_id}/pdf-report`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{IDDV, KIND};
use crate::shapes::report::PdfReport;

/// Get the report of an ID document verification
///
/// A link to a PDF file, good for a quarter of an hour, of one that is approved or declined: the event
/// `id_document_verification_report_created` says when there is one. Both attributes are the same link. Before, and after the
/// holder was anonymized, the answer is 404 with `report__not_available`.
#[operation(
    get,
    "/id-document-verifications/{id_document_verification_id}/pdf-report",
    tag = "ID document verifications",
    id = "getIdDocumentVerificationReport",
    scope = "verifications:read",
    params(("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$")),
)]
pub(crate) async fn pdf_report(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PdfReport>> {
    let told = "id_document_verification_report_created";
    Ok(Json(PdfReport::read(&engine, &caller, KIND, IDDV.read(&id)?, told).await?))
}
