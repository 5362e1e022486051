//! `GET /console/webhooks`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Webhook;
use crate::extract::number;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListWebhooks {
    /// How many to leave out.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    skip: Option<String>,
    /// How many, 1 to 200; 200 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    data: Vec<Webhook>,
    /// The `skip` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List webhooks
///
/// Those that were registered, then those that stand for addresses given per verification, each newest first.
#[operation(
    get,
    "/console/webhooks",
    tag = "Webhooks",
    id = "webhooks_list",
    scope = "webhooks",
    params(ListWebhooks)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListWebhooks>,
) -> Result<Json<Webhooks>> {
    let most = webhooks::MOST_LISTED;
    let skip = number("skip", asked.skip.as_deref())?.unwrap_or(0).max(0);
    let limit = number("limit", asked.limit.as_deref())?.unwrap_or(most).clamp(1, most);
    let found = webhooks::list(&engine, &caller, skip, limit).await?;
    let next = (found.len() as i64 == limit).then(|| skip.saturating_add(limit).to_string());
    Ok(Json(Webhooks { data: found.into_iter().map(Webhook::of).collect(), next }))
}
