//! `PATCH /console/webhooks/{id}`

use std::collections::BTreeMap;

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{
    Engine,
    webhooks::{self, Changes},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Chaos, Webhook};
use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, Json, webhook_id},
};

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
#[utoipa::path(patch, path = "/console/webhooks/{id}", tag = "Webhooks", operation_id = "webhook_update",
    params(("id" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Webhook), (status = 400, body = ProblemDocument), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
    bonafide_http::Valid(asked, _): Json<WebhookChanges>,
) -> Result<Body<Webhook>, Error> {
    let id = webhook_id(&id)?;
    let changes = Changes {
        name: asked.name,
        url: asked.url,
        words: asked.events,
        headers: asked.headers,
        chaos: asked.chaos,
        active: asked.active,
    };
    webhooks::update(&engine, &caller, id, changes).await?;
    Ok(Body(Webhook::of(webhooks::read(&engine, &caller, id).await?)))
}
