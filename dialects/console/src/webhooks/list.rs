//! `GET /console/webhooks`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, webhooks};
use serde::Serialize;
use utoipa::ToSchema;

use super::Webhook;
use crate::{
    error::{Error, ProblemDocument},
    extract::Authorized,
};

#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    data: Vec<Webhook>,
}

/// List webhooks
///
/// All of the organization, newest first, with those that stand for addresses given per verification.
#[utoipa::path(get, path = "/console/webhooks", tag = "Webhooks", operation_id = "webhooks_list",
    security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Webhooks), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument)))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
) -> Result<Body<Webhooks>, Error> {
    let all = webhooks::list(&engine, &caller, None).await?;
    Ok(Body(Webhooks { data: all.into_iter().map(Webhook::of).collect() }))
}
