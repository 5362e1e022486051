//! `GET /console/policies/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{Policy, policy_id};

/// Read a policy
///
/// Any version, in force or not.
#[operation(get, "/console/policies/{id}", tag = "Policies", id = "policy_read", scope = "verifications:read",
    params(("id" = String, Path)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Policy>> {
    Ok(Json(Policy::of(tuning::policy_by_id(&engine, &caller, policy_id(&id)?).await?)))
}
