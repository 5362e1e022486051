//! `GET /console/verifications/{id}/report`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bonafide_engine::{Engine, reports};
use bonafide_http::{Caller, Path, Result, operation};
use utoipa::ToSchema;

use crate::extract::verification_id;

/// A PDF file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Pdf(Vec<u8>);

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/pdf")], self.0).into_response()
    }
}

/// Get the report of a verification
///
/// A PDF file to read and to keep (PDF/A-2a, PDF/UA-1): the decision with its reasons, what was declared against what was
/// read, the pictures, every check and what happened. Of an identity verification that is approved or declined, after the
/// event `verification.report_created`; otherwise, and after the person was forgotten, 404. The audit log says who took it.
#[operation(get, "/console/verifications/{id}/report", tag = "Verifications", id = "verification_report",
    scope = "verifications:read", cost = 5, params(("id" = String, Path, description = "As it is, or with its API's prefix")),
    responses((status = 200, content_type = "application/pdf", body = Pdf)))]
pub(crate) async fn report(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Pdf> {
    Ok(Pdf(reports::draw(&engine, &caller, verification_id(&id)?).await?))
}
