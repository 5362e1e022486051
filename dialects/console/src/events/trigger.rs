//! `POST /console/events/trigger`

use axum::{Json as Body, extract::State};
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{Engine, trigger as deed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, Json},
};

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
/// With a test key: makes the event happen, on a verification made for it. What only checks or people can cause is told
/// with `test` set.
#[utoipa::path(post, path = "/console/events/trigger", tag = "Events", operation_id = "event_trigger",
    security(("bearer" = ["verifications:write"])),
    responses((status = 200, body = Triggered), (status = 400, body = ProblemDocument), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub(crate) async fn trigger(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<Trigger>,
) -> Result<Body<Triggered>, Error> {
    let Some(dialect) = engine.dialect(&asked.api) else {
        let known: Vec<_> = engine.dialects.iter().map(|d| d.name()).collect();
        let message = format!("must be one of {}", known.join(", "));
        return Err(vec![Problem::new("api", Rule::Enum, message)].into());
    };
    let done = deed::trigger(&engine, &caller, dialect.name(), &asked.event).await?;
    Ok(Body(Triggered {
        r#type: done.happened.as_str(),
        verification: done.verification.map(|id| id.to_string()),
    }))
}
