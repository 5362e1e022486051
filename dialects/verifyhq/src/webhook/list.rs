//! `GET /webhooks/client/{clientId}`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::{self, Registrations},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{NAME, extract::client_id};

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
#[operation(get, "/webhooks/client/{clientId}", tag = "Webhooks", id = "webhooks_list", scope = "webhooks",
    params(("clientId" = String, Path)))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(client): Path<String>,
) -> Result<Json<Vec<Webhook>>> {
    let client = client_id(&caller, &client)?;
    let theirs =
        Registrations { dialect: NAME, client: Some(&client), take: u32::MAX, ..Registrations::default() };
    let (theirs, _) = webhooks::registered(&engine, &caller, &theirs).await?;
    let webhooks = theirs.into_iter().map(|e| Webhook {
        id: format!("wh_{}", e.id),
        active: e.is_open(),
        callback_url: e.url,
        events: e.event_types,
        created_at: e.created_at.to_string(),
    });
    Ok(Json(webhooks.collect()))
}
