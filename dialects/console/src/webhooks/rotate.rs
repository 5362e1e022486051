//! `POST /console/webhooks/{id}/rotate`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::webhook_id;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Seconds for which messages are signed with the secret before as well; a day when absent.
    #[schema(minimum = 0, maximum = 2_592_000)]
    overlap_s: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Rotated {
    /// The new secret; not shown again.
    secret: String,
}

/// Rotate the secret of a webhook
///
/// The Standard Webhooks headers carry a signature under both secrets for a while; a vendor's own header has room for
/// one, which is the new one's.
#[operation(post, "/console/webhooks/{id}/rotate", tag = "Webhooks", id = "webhook_rotate",
    scope = "webhooks", params(("id" = String, Path)))]
pub(crate) async fn rotate(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Rotation>,
) -> Result<Json<Rotated>> {
    let overlap_s = asked.overlap_s.unwrap_or(24 * 3600);
    let secret = webhooks::rotate(&engine, &caller, webhook_id(&id)?, overlap_s).await?;
    Ok(Json(Rotated { secret: secret.to_string() }))
}
