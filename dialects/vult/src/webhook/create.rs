//! `POST /webhook/create`

use axum::{Json as Body, extract::State};
use bonafide_engine::{
    Engine,
    webhooks::{self, NewEndpoint},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    DIALECT,
    error::{Error, ErrorBody},
    extract::{Authorized, Json},
    idv::{sdk::Done, session::create::check_url},
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

/// webhook create
///
/// Registers an address for events; its id is in the list.
#[utoipa::path(post, path = "/webhook/create", tag = "Webhook", operation_id = "webhook_create",
    security(("oauth2" = [])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn create(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(new, _): Json<NewWebhook>,
) -> Result<Body<Done>, Error> {
    check_url("url", &new.url)?;
    let new = NewEndpoint { dialect: DIALECT, client_id: new.client_id, name: new.name, url: new.url };
    webhooks::create(&engine, &caller, new).await?;
    Ok(Body(Done {}))
}
