//! `GET /console/webhooks/{id}/deliveries/{event}`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks::history};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{event_id, webhook_id};

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
#[operation(get, "/console/webhooks/{id}/deliveries/{event}", tag = "Webhooks", id = "webhook_attempts",
    scope = "webhooks", params(("id" = String, Path), ("event" = String, Path)))]
pub(crate) async fn attempts(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, event)): Path<(String, String)>,
) -> Result<Json<Attempts>> {
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
    Ok(Json(Attempts { data }))
}
