//! `DELETE /console/webhooks/{id}`

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use bonafide_engine::{Engine, webhooks};

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, webhook_id},
};

/// Delete a webhook
///
/// What still waited to be sent there is not sent.
#[utoipa::path(delete, path = "/console/webhooks/{id}", tag = "Webhooks", operation_id = "webhook_delete",
    params(("id" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 204), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    webhooks::delete(&engine, &caller, webhook_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
