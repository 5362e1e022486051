//! `GET /webhooks/client/{clientId}`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{
    Engine,
    webhooks::{self, Registrations},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    DIALECT,
    error::{Error, ErrorBody},
    extract::{Authorized, client_id},
};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook {
    id: String,
    callback_url: String,
    events: Vec<String>,
    /// False when it was switched off, by you or because it failed for days.
    active: bool,
    created_at: String,
}

/// List the webhooks of a client
///
/// Newest first. Of another client than yourself with the scope `keys` alone.
#[utoipa::path(get, path = "/webhooks/client/{clientId}", tag = "Webhooks", operation_id = "webhooks_list",
    params(("clientId" = String, Path)), security(("X-API-Key" = ["webhooks"])),
    responses((status = 200, body = Vec<Webhook>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(client): Path<String>,
) -> Result<Body<Vec<Webhook>>, Error> {
    let client = client_id(&caller, &client)?;
    let theirs =
        Registrations { dialect: DIALECT, client: Some(&client), take: u32::MAX, ..Registrations::default() };
    let (theirs, _) = webhooks::registered(&engine, &caller, &theirs).await?;
    let webhooks = theirs.into_iter().map(|e| Webhook {
        id: format!("wh_{}", e.id),
        active: e.is_open(),
        callback_url: e.url,
        events: e.words,
        created_at: e.created_at.to_string(),
    });
    Ok(Body(webhooks.collect()))
}
