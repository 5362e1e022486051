//! `GET /console/webhooks/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::Webhook;
use crate::extract::webhook_id;

/// Read a webhook
#[operation(get, "/console/webhooks/{id}", tag = "Webhooks", id = "webhook_read", scope = "webhooks",
    params(("id" = String, Path)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Webhook>> {
    Ok(Json(Webhook::of(webhooks::read(&engine, &caller, webhook_id(&id)?).await?)))
}
