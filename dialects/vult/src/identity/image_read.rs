//! `POST /identity/image/read`

use axum::extract::State;
use bonafide_engine::{Engine, identities};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::identity_id,
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
#[operation(post, "/identity/image/read", tag = "Identity", id = "identity_image_read",
    scope = "verifications:read", cost = 2,
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn image_read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ReadImage>,
) -> Result<Jpeg> {
    let id = identity_id(&asked.identity_id)?;
    let (file, wanted) = file(asked.storage_file_type_e)?;
    Ok(Jpeg(identities::image(&engine, &caller, id, file, wanted.map(to_document_type)).await?))
}
