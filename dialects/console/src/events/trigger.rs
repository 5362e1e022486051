//! `POST /console/events/trigger`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{Engine, trigger as deed};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trigger {
    /// `athenty`, `checkout`, `verifyhq` or `vult`.
    #[schema(example = "vult")]
    api: String,
    /// A name of that API.
    #[schema(example = "idv.session.complete")]
    event: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Triggered {
    /// What happened, in our own words.
    r#type: &'static str,
    /// The verification that was made for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<String>,
}

/// Trigger an event
///
/// With a test key: makes the event happen, on a verification or client made for it. What only checks or people can cause is told
/// with `test` set.
#[operation(
    post,
    "/console/events/trigger",
    tag = "Events",
    id = "event_trigger",
    scope = "verifications:write"
)]
pub(crate) async fn trigger(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<Trigger>,
) -> Result<Json<Triggered>> {
    let Some(dialect) = engine.dialect(&asked.api) else {
        let known: Vec<_> = engine.dialects.iter().map(|d| d.name()).collect();
        let message = format!("must be one of {}", known.join(", "));
        return Err(vec![Problem::new("api", Rule::Enum, message)].into());
    };
    let done = deed::trigger(&engine, &caller, dialect.name(), &asked.event).await?;
    Ok(Json(Triggered {
        r#type: done.event_type.as_str(),
        verification: done.verification.map(|id| id.to_string()),
    }))
}
