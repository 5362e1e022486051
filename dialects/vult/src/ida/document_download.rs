//! `POST /ida/document/download`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    evidence::{self, File},
};
use bonafide_http::{Caller, Json, Result, operation};

use crate::{
    extract::ida,
    idv::{document::download::Jpeg, session::SessionRef},
};

/// download ida document
///
/// The selfie of an authentication: JPEG.
#[operation(post, "/ida/document/download", tag = "IDA", id = "ida_document_download",
    scope = "verifications:read", cost = 2,
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn document_download(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Jpeg> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    Ok(Jpeg(evidence::download(&engine, &caller, id, File::Selfie).await?))
}
