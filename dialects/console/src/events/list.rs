//! `GET /console/events`

use std::time::Duration;

use axum::extract::State;
use bonafide_core::{
    event::EventType,
    problem::{Problem, Rule},
};
use bonafide_engine::{
    Engine,
    events::{self, Filter},
};
use bonafide_http::{Caller, Denied, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Event;
use crate::extract::{number, subject, time};

/// Longest that a request waits for something to happen, in seconds.
const LONGEST_WAIT_S: i64 = 30;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListEvents {
    /// Only those of this verification, applicant, client or webhook.
    #[param(pattern = "^((req|idv|fav|iddv|adv|amlv|ver|clt|aplt|wh|wfa)_)?[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    subject: Option<String>,
    /// Only those of this type, for instance `verification.approved`.
    r#type: Option<String>,
    /// At or after this time (RFC 3339).
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this time (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
    /// After this position; before it with `order=newest`. `latest`: after everything that has happened.
    #[param(pattern = "^(latest|-?[0-9]{1,18})$")]
    after: Option<String>,
    /// `oldest` (default) or `newest` first.
    #[param(pattern = "^(oldest|newest)$")]
    order: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
    /// Seconds to wait for the first event after `after`, 0 to 30.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    wait: Option<String>,
    /// Add the message that this API makes of each: `athenty`, `checkout`, `verifyhq` or `vult`.
    api: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Events {
    data: Vec<Event>,
    /// The `after` of the next page.
    next: String,
}

/// List events
///
/// In the order in which they happened. With `wait` it is a stream: ask again with `next`, and nothing is missed.
#[operation(
    get,
    "/console/events",
    tag = "Events",
    id = "events_list",
    scope = "verifications:read",
    at_once = 32,
    params(ListEvents)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListEvents>,
) -> Result<Json<Events>> {
    let refused = |field: &str, message: String| Err(vec![Problem::new(field, Rule::Enum, message)].into());
    let newest_first = match asked.order.as_deref() {
        None | Some("oldest") => false,
        Some("newest") => true,
        Some(_) => return refused("order", "must be oldest or newest".to_owned()),
    };
    let event_type = match asked.r#type.as_deref().map(EventType::parse) {
        Some(None) => {
            let known: Vec<_> = EventType::ALL.iter().map(|h| h.as_str()).collect();
            return refused("type", format!("must be one of {}", known.join(", ")));
        }
        known => known.flatten(),
    };
    if let Some(api) = &asked.api
        && engine.dialect(api).is_none()
    {
        let known: Vec<_> = engine.dialects.iter().map(|d| d.name()).collect();
        return refused("api", format!("must be one of {}", known.join(", ")));
    }
    let after = match asked.after.as_deref() {
        Some("latest") => Some(events::head(&engine, &caller).await?),
        text => number("after", text)?,
    };
    let filter = Filter {
        subject: asked.subject.as_deref().map(subject).transpose()?.map(|id| id.uuid()),
        event_type,
        from: time("from", asked.from.as_deref())?,
        until: time("until", asked.until.as_deref())?,
        after,
        newest_first,
        limit: number("limit", asked.limit.as_deref())?.unwrap_or(50),
    };
    let wait = number("wait", asked.wait.as_deref())?.unwrap_or(0).clamp(0, LONGEST_WAIT_S);
    let patience = Duration::from_secs(wait.unsigned_abs());
    let found = events::wait(&engine, &caller, &filter, patience).await?.ok_or(Denied::BadToken)?;
    let next = found.last().map_or(after.unwrap_or(0), |e| e.position).to_string();
    let mut data = vec![];
    for row in found {
        let message = match &asked.api {
            Some(api) => events::formatted(&engine, &row, api).await?,
            None => None,
        };
        data.push(Event::of(row, message));
    }
    Ok(Json(Events { data, next }))
}
