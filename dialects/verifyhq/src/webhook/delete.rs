//! `DELETE /webhooks/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::webhook;

#[derive(Serialize, ToSchema)]
pub(crate) struct DeletedWebhook {
    message: &'static str,
}

/// Delete a webhook
#[operation(delete, "/webhooks/{id}", tag = "Webhooks", id = "webhook_delete", scope = "webhooks",
    params(("id" = String, Path)))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<DeletedWebhook>> {
    let id = webhook(&engine, &caller, &id).await?;
    webhooks::delete(&engine, &caller, id).await?;
    Ok(Json(DeletedWebhook { message: "Webhook deleted" }))
}
