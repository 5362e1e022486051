//! `GET /idv/weights`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Query, Result, operation};

use super::{Knobs, Whose};
use crate::extract::whose;

/// get weights
///
/// The weights and tolerances that apply to the next session. `client_id` and `user_id` in the answer say whom they
/// were set for: the closest setting applies, a user's before a client's before the organization's.
#[operation(
    get,
    "/idv/weights",
    tag = "IDV",
    id = "idv_weights_get",
    scope = "verifications:read",
    params(Whose)
)]
pub(crate) async fn get(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<Whose>,
) -> Result<Json<Knobs>> {
    let of = whose(asked.client_id, asked.user_id)?;
    Ok(Json(tuning::weights(&engine, &caller, &of).await?.into()))
}
