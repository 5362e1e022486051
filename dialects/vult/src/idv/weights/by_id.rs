//! `GET /idv/weights/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::Knobs;

/// get weights by id
///
/// Any version of the weights, by the `idv_weights_id` of a session.
#[operation(get, "/idv/weights/{id}", tag = "IDV", id = "idv_weights_by_id", scope = "verifications:read",
    params(("id" = String, Path, description = "A session's `idv_weights_id`")))]
pub(crate) async fn by_id(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Knobs>> {
    let id = id.parse().map_err(|_| bonafide_engine::Error::NotFound("weights"))?;
    Ok(Json(tuning::weights_by_id(&engine, &caller, id).await?.into()))
}
