//! `POST /console/webhooks/{id}/test`

use axum::{extract::State, http::StatusCode};
use bonafide_engine::{Engine, events::message_id, webhooks};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::webhook_id;

#[derive(Serialize, ToSchema)]
pub(crate) struct Tested {
    /// The event that is on its way.
    event: String,
}

/// Test a webhook
///
/// Sends one message that nothing happened for.
#[operation(post, "/console/webhooks/{id}/test", tag = "Webhooks", id = "webhook_test", scope = "webhooks",
    params(("id" = String, Path)), responses((status = 202, body = Tested)))]
pub(crate) async fn test(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Tested>)> {
    let event = webhooks::test(&engine, &caller, webhook_id(&id)?).await?;
    Ok((StatusCode::ACCEPTED, Json(Tested { event: message_id(event) })))
}
