//! `POST /webhook/delete`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, webhooks};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json},
    idv::sdk::Done,
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WebhookRef {
    id: String,
}

/// webhook delete
///
/// Sends no more events to this address.
#[utoipa::path(post, path = "/webhook/delete", tag = "Webhook", operation_id = "webhook_delete",
    security(("oauth2" = ["webhooks"])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<WebhookRef>,
) -> Result<Body<Done>, Error> {
    let id = asked.id.parse().map_err(|_| bonafide_engine::Error::NotFound("webhook"))?;
    webhooks::delete(&engine, &caller, id).await?;
    Ok(Body(Done {}))
}
