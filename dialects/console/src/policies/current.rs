//! `GET /console/policies/current`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    tuning::{self, DEFAULT, For},
};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Policy, body::PolicyRules};

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhichPolicy {
    /// `default` when absent.
    #[param(max_length = 64)]
    #[schema(max_length = 64)]
    name: Option<String>,
    /// One of your clients.
    client_id: Option<String>,
    /// Your word for one of your users.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    user_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyInForce {
    policy: PolicyRules,
    /// The version that it is; absent where you have set none, so that the preset `standard` applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Policy>,
}

/// Read the policy in force
///
/// What the next verification is judged by: of this user, else of this client, else of everybody. What you require of
/// documents through other APIs comes on top.
#[operation(
    get,
    "/console/policies/current",
    tag = "Policies",
    id = "policy_current",
    scope = "verifications:read",
    params(WhichPolicy)
)]
pub(crate) async fn current(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<WhichPolicy>,
) -> Result<Json<PolicyInForce>> {
    let given = |text: Option<String>| text.filter(|t| !t.is_empty());
    let of = For { client_id: given(asked.client_id), user_id: given(asked.user_id) };
    let name = given(asked.name);
    let name = name.as_deref().unwrap_or(DEFAULT);
    let found = tuning::policy_in_force(&engine, &caller, &of, name).await?;
    let policy = PolicyRules::of(&found.policy);
    Ok(Json(PolicyInForce { policy, version: found.version.map(Policy::of) }))
}
