//! `POST /webhook/create`

use axum::{Json as Body, extract::State};
use bonafide_engine::{
    Engine,
    webhooks::{self, NewEndpoint, Registered},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    DIALECT,
    error::{Error, ErrorBody},
    extract::{Authorized, Json},
};

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
#[utoipa::path(post, path = "/webhook/create", tag = "Webhook", operation_id = "webhook_create",
    security(("oauth2" = ["webhooks"])),
    responses((status = 200, body = CreatedWebhook), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn create(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(new, _): Json<NewWebhook>,
) -> Result<Body<CreatedWebhook>, Error> {
    let new = NewEndpoint {
        dialect: DIALECT.to_owned(),
        client_id: new.client_id,
        name: new.name,
        url: new.url,
        ..NewEndpoint::default()
    };
    let Registered { id, secret } = webhooks::create(&engine, &caller, new).await?;
    Ok(Body(CreatedWebhook { id: id.to_string(), secret: secret.to_string() }))
}
