//! `POST /identity/image/read`

use axum::extract::State;
use bonafide_engine::{Engine, identities};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, identity_id},
    idv::document::download::{Jpeg, file},
    words::{StorageFileTypeE, to_document_type},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReadImage {
    identity_id: String,
    /// `unknown` names no picture: 404.
    storage_file_type_e: StorageFileTypeE,
}

/// read identity image
///
/// A picture of the newest session that verified the person and has it: JPEG.
#[utoipa::path(post, path = "/identity/image/read", tag = "Identity", operation_id = "identity_image_read",
    security(("oauth2" = ["verifications:read"])), extensions(("x-cost" = json!(2))),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn image_read(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<ReadImage>,
) -> Result<Jpeg, Error> {
    let id = identity_id(&asked.identity_id)?;
    let (file, wanted) = file(asked.storage_file_type_e)?;
    Ok(Jpeg(identities::image(&engine, &caller, id, file, wanted.map(to_document_type)).await?))
}
