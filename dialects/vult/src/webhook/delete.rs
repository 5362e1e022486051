//! `POST /webhook/delete`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::idv::sdk::Done;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WebhookRef {
    id: String,
}

/// webhook delete
///
/// Sends no more events to this address.
#[operation(post, "/webhook/delete", tag = "Webhook", id = "webhook_delete", scope = "webhooks")]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<WebhookRef>,
) -> Result<Json<Done>> {
    let id = asked.id.parse().map_err(|_| bonafide_engine::Error::NotFound("webhook"))?;
    webhooks::delete(&engine, &caller, id).await?;
    Ok(Json(Done {}))
}
