//! `GET /idv/weights/{id}`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{Engine, tuning};

use super::Knobs;
use crate::{
    error::{Error, ErrorBody},
    extract::Authorized,
};

/// get weights by id
///
/// Any version of the weights, by the `idv_weights_id` of a session.
#[utoipa::path(get, path = "/idv/weights/{id}", tag = "IDV", operation_id = "idv_weights_by_id",
    security(("oauth2" = ["verifications:read"])), params(("id" = String, Path, description = "A session's `idv_weights_id`")),
    responses((status = 200, body = Knobs), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn by_id(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<Body<Knobs>, Error> {
    let id = id.parse().map_err(|_| bonafide_engine::Error::NotFound("weights"))?;
    Ok(Body(tuning::weights_by_id(&engine, &caller, id).await?.into()))
}
