//! `DELETE /console/keys/{id}`

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use bonafide_engine::{Engine, access::credentials};

use crate::{
    error::{Error, ProblemDocument},
    extract::Authorized,
};

/// Revoke a key
///
/// Or an OAuth client with its tokens; they stop working at once, on every machine.
#[utoipa::path(delete, path = "/console/keys/{id}", tag = "Keys", operation_id = "key_revoke",
    params(("id" = String, Path)), security(("bearer" = ["keys"])),
    responses((status = 204), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    credentials::revoke(&engine, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
