//! `DELETE /webhooks/{id}`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{Engine, webhooks};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, webhook},
};

#[derive(Serialize, ToSchema)]
pub(crate) struct DeletedWebhook {
    message: &'static str,
}

/// Delete a webhook
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "Webhooks", operation_id = "webhook_delete",
    params(("id" = String, Path)), security(("X-API-Key" = ["webhooks"])),
    responses((status = 200, body = DeletedWebhook), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<Body<DeletedWebhook>, Error> {
    let id = webhook(&engine, &caller, &id).await?;
    webhooks::delete(&engine, &caller, id).await?;
    Ok(Body(DeletedWebhook { message: "Webhook deleted" }))
}
