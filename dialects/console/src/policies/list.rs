//! `GET /console/policies`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Policy;
use crate::extract::number;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListPolicies {
    /// Only this name.
    #[param(max_length = 64)]
    #[schema(max_length = 64)]
    name: Option<String>,
    /// How many to leave out.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    skip: Option<String>,
    /// How many, 1 to 200; 200 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Policies {
    data: Vec<Policy>,
    /// The `skip` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List policies
///
/// Every version, newest first. Of each name, the newest is in force.
#[operation(
    get,
    "/console/policies",
    tag = "Policies",
    id = "policies_list",
    scope = "verifications:read",
    params(ListPolicies)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListPolicies>,
) -> Result<Json<Policies>> {
    let most = tuning::MAX_LISTED;
    let skip = number("skip", asked.skip.as_deref())?.unwrap_or(0).max(0);
    let limit = number("limit", asked.limit.as_deref())?.unwrap_or(most).clamp(1, most);
    let name = asked.name.as_deref().filter(|name| !name.is_empty());
    let found = tuning::policies(&engine, &caller, name, skip, limit).await?;
    let next = (found.len() as i64 == limit).then(|| skip.saturating_add(limit).to_string());
    Ok(Json(Policies { data: found.into_iter().map(Policy::of).collect(), next }))
}
