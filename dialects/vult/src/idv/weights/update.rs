//! `POST /idv/weights`, also `PUT`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Result, operation};

use super::Knobs;
use crate::{extract::whose, idv::sdk::Done};

/// update weights
///
/// Adds a version of the weights. It applies to sessions created from now on; existing ones keep theirs.
///
/// Tolerances may be made stricter than the product's and weights raised to twice theirs with the scope `settings`. What
/// weakens decisions, such as a larger face distance or a smaller session tolerance, takes the scope `policy` as well.
#[operation(method(post, put), "/idv/weights", tag = "IDV", id = "idv_weights_update", scope = "settings")]
pub(crate) async fn update(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<Knobs>,
) -> Result<Json<Done>> {
    let weights = new.weights();
    let of = whose(new.client_id, new.user_id)?;
    tuning::set_weights(&engine, &caller, &of, &weights).await?;
    Ok(Json(Done {}))
}
