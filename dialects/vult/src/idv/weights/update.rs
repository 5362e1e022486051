//! `POST /idv/weights`, also `PUT`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, tuning};

use super::Knobs;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, whose},
    idv::sdk::Done,
};

/// update weights
///
/// Adds a version of the weights. It applies to sessions created from now on; existing ones keep theirs.
#[utoipa::path(method(post, put), path = "/idv/weights", tag = "IDV", operation_id = "idv_weights_update",
    security(("oauth2" = ["settings"])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(new, _): Json<Knobs>,
) -> Result<Body<Done>, Error> {
    let weights = new.weights();
    let of = whose(new.client_id, new.user_id)?;
    tuning::set_weights(&engine, &caller, &of, &weights).await?;
    Ok(Body(Done {}))
}
