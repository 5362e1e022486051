//! `POST /console/webhooks/{id}/test`

use axum::{
    Json as Body,
    extract::{Path, State},
    http::StatusCode,
};
use bonafide_engine::{Engine, events::message_id, webhooks};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, webhook_id},
};

#[derive(Serialize, ToSchema)]
pub(crate) struct Tested {
    /// The event that is on its way.
    event: String,
}

/// Test a webhook
///
/// Sends one message that nothing happened for.
#[utoipa::path(post, path = "/console/webhooks/{id}/test", tag = "Webhooks", operation_id = "webhook_test",
    params(("id" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 202, body = Tested), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub(crate) async fn test(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<(StatusCode, Body<Tested>), Error> {
    let event = webhooks::test(&engine, &caller, webhook_id(&id)?).await?;
    Ok((StatusCode::ACCEPTED, Body(Tested { event: message_id(event) })))
}
