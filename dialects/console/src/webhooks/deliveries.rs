//! `GET /console/webhooks/{id}/deliveries`

use axum::extract::State;
use bonafide_core::{
    delivery::DeliveryStatus,
    problem::{Problem, Rule},
};
use bonafide_engine::{
    Engine,
    webhooks::history::{self, Filter},
};
use bonafide_http::{Caller, Json, Path, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Delivery;
use crate::extract::{number, webhook_id};

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListDeliveries {
    /// `pending`, `delivered` or `dead`.
    #[param(pattern = "^(pending|delivered|dead)$")]
    status: Option<String>,
    /// How many to leave out, newest first.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    skip: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Deliveries {
    data: Vec<Delivery>,
    /// The `skip` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List the messages of a webhook
///
/// Newest first.
#[operation(get, "/console/webhooks/{id}/deliveries", tag = "Webhooks", id = "webhook_deliveries",
    scope = "webhooks", params(("id" = String, Path), ListDeliveries))]
pub(crate) async fn deliveries(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<ListDeliveries>,
) -> Result<Json<Deliveries>> {
    let id = webhook_id(&id)?;
    let status = asked.status.as_deref().map(DeliveryStatus::parse);
    if status == Some(None) {
        let message = "must be pending, delivered or dead";
        return Err(vec![Problem::new("status", Rule::Enum, message)].into());
    }
    let skip = number("skip", asked.skip.as_deref())?.unwrap_or(0).max(0);
    let limit = number("limit", asked.limit.as_deref())?.unwrap_or(50).clamp(1, history::MOST);
    let filter = Filter { endpoint: Some(id), status: status.flatten(), skip, limit, ..Filter::default() };
    let found = history::deliveries(&engine, &caller, &filter).await?;
    let next = (found.len() as i64 == limit).then(|| (skip + limit).to_string());
    Ok(Json(Deliveries { data: found.into_iter().map(Delivery::of).collect(), next }))
}
