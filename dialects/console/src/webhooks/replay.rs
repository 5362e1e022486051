//! `POST /console/webhooks/{id}/replay`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::history::{self, Again},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{event_id, time, webhook_id};

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
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
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
#[operation(post, "/console/webhooks/{id}/replay", tag = "Webhooks", id = "webhook_replay",
    scope = "webhooks", params(("id" = String, Path)))]
pub(crate) async fn replay(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Replay>,
) -> Result<Json<Replayed>> {
    let what = Again {
        endpoint: Some(webhook_id(&id)?),
        event: asked.event.as_deref().map(event_id).transpose()?,
        from: time("from", asked.from.as_deref())?,
        until: time("until", asked.until.as_deref())?,
        after: asked.after,
        undelivered: !asked.delivered_too.unwrap_or(false),
        ..Again::default()
    };
    let done = history::replay(&engine, &caller, &what).await?;
    Ok(Json(Replayed { messages: done.messages, next: done.next }))
}
