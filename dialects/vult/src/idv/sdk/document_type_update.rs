//! `POST /idv/sdk/document/type/update`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, verifications};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller, idv},
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
#[utoipa::path(post, path = "/idv/sdk/document/type/update", tag = "IDV SDK", operation_id = "idv_sdk_document_type_update",
    security(("oauth2" = ["verifications:write"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn document_type_update(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<TypeUpdate>,
) -> Result<Body<Done>, Error> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::set_document_type(&engine, &caller, id, to_document_type(asked.document_type_e)).await?;
    Ok(Body(Done {}))
}
