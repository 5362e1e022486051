//! `GET /console/webhooks/{id}/deliveries/{event}`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{Engine, webhooks::history};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, event_id, webhook_id},
};

#[derive(Serialize, ToSchema)]
pub(crate) struct Attempts {
    data: Vec<Attempt>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Attempt {
    /// 1 for the first.
    number: i64,
    at: String,
    /// Milliseconds until the answer.
    ms: i64,
    /// The status that was answered; absent when there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    /// Why it did not arrive, as a stable word; absent when it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// The first 4 KiB of what was answered.
    response: String,
}

/// List the attempts of a message
///
/// Oldest first, with what was answered.
#[utoipa::path(get, path = "/console/webhooks/{id}/deliveries/{event}", tag = "Webhooks", operation_id = "webhook_attempts",
    params(("id" = String, Path), ("event" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Attempts), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn attempts(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path((id, event)): Path<(String, String)>,
) -> Result<Body<Attempts>, Error> {
    let all = history::attempts(&engine, &caller, webhook_id(&id)?, event_id(&event)?).await?;
    let data = all
        .into_iter()
        .map(|a| Attempt {
            number: a.number,
            at: a.at.to_string(),
            ms: a.ms,
            status: a.http_status,
            failure: a.failure,
            response: String::from_utf8_lossy(&a.response).into_owned(),
        })
        .collect();
    Ok(Body(Attempts { data }))
}
