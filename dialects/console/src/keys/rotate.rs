//! `POST /console/keys/{id}/rotate`

use axum::extract::State;
use bonafide_engine::{Engine, access::credentials};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::NewKey;

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
#[operation(post, "/console/keys/{id}/rotate", tag = "Keys", id = "key_rotate", scope = "keys",
    params(("id" = String, Path)))]
pub(crate) async fn rotate(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<KeyRotation>,
) -> Result<Json<NewKey>> {
    let overlap_s = asked.overlap_s.unwrap_or(24 * 3600);
    let new = credentials::rotate(&engine, &caller, &id, overlap_s).await?;
    Ok(Json(NewKey::of(&new)))
}
