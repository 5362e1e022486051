//! `POST /idv/sdk/document/type/update`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::{
    extract::{SdkCaller, idv},
    words::{DocumentTypeE, to_document_type},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TypeUpdate {
    session_id: String,
    document_type_e: DocumentTypeE,
}

/// sdk document type update
///
/// What the person says the document is. `unknown` lets the server tell.
#[operation(
    post,
    "/idv/sdk/document/type/update",
    tag = "IDV SDK",
    id = "idv_sdk_document_type_update",
    scope = "verifications:write",
    or = "capture",
    params(SdkCaller)
)]
pub(crate) async fn document_type_update(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<TypeUpdate>,
) -> Result<Json<Done>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::set_document_type(&engine, &caller, id, to_document_type(asked.document_type_e)).await?;
    Ok(Json(Done {}))
}
