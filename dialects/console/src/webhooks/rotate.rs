//! `POST /console/webhooks/{id}/rotate`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{Engine, webhooks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, Json, webhook_id},
};

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
#[utoipa::path(post, path = "/console/webhooks/{id}/rotate", tag = "Webhooks", operation_id = "webhook_rotate",
    params(("id" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Rotated), (status = 400, body = ProblemDocument), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn rotate(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
    bonafide_http::Valid(asked, _): Json<Rotation>,
) -> Result<Body<Rotated>, Error> {
    let overlap_s = asked.overlap_s.unwrap_or(24 * 3600);
    let secret = webhooks::rotate(&engine, &caller, webhook_id(&id)?, overlap_s).await?;
    Ok(Body(Rotated { secret: secret.to_string() }))
}
