//! `POST /console/keys/{id}/rotate`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{Engine, access::credentials};
use serde::Deserialize;
use utoipa::ToSchema;

use super::NewKey;
use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, Json},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRotation {
    /// Seconds for which the secret before goes on working; a day when absent.
    #[schema(minimum = 0, maximum = 2_592_000)]
    overlap_s: Option<i64>,
}

/// Rotate a key
///
/// A new secret for the same key or client; the one before it goes on working for a while.
#[utoipa::path(post, path = "/console/keys/{id}/rotate", tag = "Keys", operation_id = "key_rotate",
    params(("id" = String, Path)), security(("bearer" = ["keys"])),
    responses((status = 200, body = NewKey), (status = 400, body = ProblemDocument), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub(crate) async fn rotate(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
    bonafide_http::Valid(asked, _): Json<KeyRotation>,
) -> Result<Body<NewKey>, Error> {
    let overlap_s = asked.overlap_s.unwrap_or(24 * 3600);
    let new = credentials::rotate(&engine, &caller, &id, overlap_s).await?;
    Ok(Body(NewKey::of(&new)))
}
