//! `POST /idv/document/download`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bonafide_core::document::DocumentType;
use bonafide_engine::{
    Engine, Error,
    evidence::{self, File},
    verifications,
};
use bonafide_http::{Caller, Json, Refusal, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::idv,
    words::{self, DocumentTypeE, StorageFileTypeE},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Download {
    session_id: String,
    /// `unknown` names no picture: 404.
    storage_file_type_e: StorageFileTypeE,
}

/// A JPEG file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Jpeg(pub(crate) Vec<u8>);

impl IntoResponse for Jpeg {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "image/jpeg")], self.0).into_response()
    }
}

/// The picture that is meant and the type its document has to be of; `unknown` is none that there is.
pub(crate) fn file(word: StorageFileTypeE) -> Result<(File, Option<DocumentTypeE>)> {
    words::to_file(word).ok_or_else(no_picture)
}

/// Whether a picture of this type of document is what was asked for.
pub(crate) fn is_of(document: DocumentType, wanted: Option<DocumentTypeE>) -> bool {
    wanted.is_none_or(|wanted| words::document_type(document) == wanted)
}

pub(crate) fn no_picture() -> Refusal {
    Error::NotFound("picture").into()
}

/// document download
///
/// A picture of the session as it was taken in: JPEG, without the metadata of the camera.
#[operation(post, "/idv/document/download", tag = "IDV", id = "idv_document_download",
    scope = "verifications:read", cost = 2,
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn download(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<Download>,
) -> Result<Jpeg> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    let (file, wanted) = file(asked.storage_file_type_e)?;
    let view = verifications::read(&engine, &caller, id).await?;
    if !is_of(view.document_type, wanted) {
        return Err(no_picture());
    }
    Ok(Jpeg(evidence::download(&engine, &caller, id, file).await?))
}
