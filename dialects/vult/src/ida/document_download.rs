//! `POST /ida/document/download`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    evidence::{self, File},
};

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, ida},
    idv::{document::download::Jpeg, session::SessionRef},
};

/// download ida document
///
/// The selfie of an authentication: JPEG.
#[utoipa::path(post, path = "/ida/document/download", tag = "IDA", operation_id = "ida_document_download",
    security(("oauth2" = ["verifications:read"])), extensions(("x-cost" = json!(2))),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn document_download(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<SessionRef>,
) -> Result<Jpeg, Error> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    Ok(Jpeg(evidence::download(&engine, &caller, id, File::Selfie).await?))
}
