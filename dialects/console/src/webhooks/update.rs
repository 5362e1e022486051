//! `PATCH /console/webhooks/{id}`

use std::collections::BTreeMap;

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::{self, Changes},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Chaos, Webhook};
use crate::extract::webhook_id;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookChanges {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 2048)]
    url: Option<String>,
    events: Option<Vec<String>>,
    /// All of them anew.
    headers: Option<BTreeMap<String, String>>,
    #[schema(value_type = Option<Vec<Chaos>>, max_items = 4)]
    chaos: Option<Vec<String>>,
    /// Switching on also forgets that the server had switched it off; what waited is sent at once.
    active: Option<bool>,
}

/// Change a webhook
#[operation(patch, "/console/webhooks/{id}", tag = "Webhooks", id = "webhook_update", scope = "webhooks",
    params(("id" = String, Path)))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<WebhookChanges>,
) -> Result<Json<Webhook>> {
    let id = webhook_id(&id)?;
    let changes = Changes {
        name: asked.name,
        url: asked.url,
        event_types: asked.events,
        headers: asked.headers,
        chaos: asked.chaos,
        active: asked.active,
    };
    webhooks::update(&engine, &caller, id, changes).await?;
    Ok(Json(Webhook::of(webhooks::read(&engine, &caller, id).await?)))
}
