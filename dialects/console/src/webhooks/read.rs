//! `GET /console/webhooks/{id}`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{Engine, webhooks};

use super::Webhook;
use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, webhook_id},
};

/// Read a webhook
#[utoipa::path(get, path = "/console/webhooks/{id}", tag = "Webhooks", operation_id = "webhook_read",
    params(("id" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Webhook), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<Body<Webhook>, Error> {
    Ok(Body(Webhook::of(webhooks::read(&engine, &caller, webhook_id(&id)?).await?)))
}
