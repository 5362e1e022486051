//! `POST /webhook/create`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::{self, NewEndpoint, Registered},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::NAME;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewWebhook {
    /// Only the events of this client of yours; absent: of all.
    client_id: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// http or https.
    #[schema(
        max_length = 2048,
        pattern = r"^https?://[A-Za-z0-9.-]+(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?(/[A-Za-z0-9._~/?&=%+:@,;-]*)?$"
    )]
    url: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedWebhook {
    id: String,
    /// What messages are signed with (Standard Webhooks), not shown again.
    secret: String,
}

/// webhook create
///
/// Registers an address for events. Its secret, which messages are signed with, is shown this one time.
#[operation(post, "/webhook/create", tag = "Webhook", id = "webhook_create", scope = "webhooks")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewWebhook>,
) -> Result<Json<CreatedWebhook>> {
    let new = NewEndpoint {
        dialect: NAME.to_owned(),
        client_id: new.client_id,
        name: new.name,
        url: new.url,
        ..NewEndpoint::default()
    };
    let Registered { id, secret } = webhooks::create(&engine, &caller, new).await?;
    Ok(Json(CreatedWebhook { id: id.to_string(), secret: secret.to_string() }))
}
