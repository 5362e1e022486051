//! `POST /console/webhooks/{id}/replay`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{
    Engine,
    webhooks::history::{self, Again},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, Json, event_id, time, webhook_id},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// One event.
    event: Option<String>,
    /// Events at or after this time (RFC 3339).
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Events before this time (RFC 3339).
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Events after this position: the `next` of another call.
    after: Option<i64>,
    /// Also those that arrived; only those that did not when absent.
    delivered_too: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// How many messages are on their way.
    messages: usize,
    /// The `after` of the next call; absent when that was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Replay to a webhook
///
/// Sends events again under the ids they had, also those that happened while the webhook was switched off, and now what
/// waits for another attempt.
#[utoipa::path(post, path = "/console/webhooks/{id}/replay", tag = "Webhooks", operation_id = "webhook_replay",
    params(("id" = String, Path)), security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Replayed), (status = 400, body = ProblemDocument), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub(crate) async fn replay(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
    bonafide_http::Valid(asked, _): Json<Replay>,
) -> Result<Body<Replayed>, Error> {
    let what = Again {
        endpoint: Some(webhook_id(&id)?),
        event: asked.event.as_deref().map(event_id).transpose()?,
        from: time("from", asked.from.as_deref())?,
        until: time("until", asked.until.as_deref())?,
        after: asked.after,
        undelivered: !asked.delivered_too.unwrap_or(false),
    };
    let done = history::replay(&engine, &caller, &what).await?;
    Ok(Body(Replayed { messages: done.messages, next: done.next }))
}
