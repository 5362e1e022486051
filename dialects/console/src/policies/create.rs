//! `POST /console/policies`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NewPolicy, Policy, backtest::PolicyBacktest};

#[derive(Serialize, ToSchema)]
pub(crate) struct SetPolicy {
    policy: Policy,
    /// What it would have changed.
    backtest: PolicyBacktest,
}

/// Set a policy
///
/// Adds a version, which applies to verifications created from now on; existing ones keep theirs. The sessions that were
/// judged by the policy in force are looked back on first. One that asks less, or would have let through what was stopped,
/// is refused with 409 `weaker_policy` unless `accept_weaker` is true.
#[operation(post, "/console/policies", tag = "Policies", id = "policy_set", scope = "policy")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewPolicy>,
) -> Result<Created<SetPolicy>> {
    let accept_weaker = new.accepts_weaker();
    let (version, tried) = tuning::set_policy(&engine, &caller, new.proposal()?, accept_weaker).await?;
    Ok(Created(SetPolicy { policy: Policy::of(version), backtest: PolicyBacktest::of(tried) }))
}
