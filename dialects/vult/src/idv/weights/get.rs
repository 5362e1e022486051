//! `GET /idv/weights`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, tuning};

use super::{Knobs, Whose};
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Query, whose},
};

/// get weights
///
/// The weights and tolerances that apply to the next session. `client_id` and `user_id` in the answer say whom they
/// were set for: the closest setting applies, a user's before a client's before the organization's.
#[utoipa::path(get, path = "/idv/weights", tag = "IDV", operation_id = "idv_weights_get",
    security(("oauth2" = ["verifications:read"])), params(Whose),
    responses((status = 200, body = Knobs), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Query(asked, _): Query<Whose>,
) -> Result<Body<Knobs>, Error> {
    let of = whose(asked.client_id, asked.user_id)?;
    Ok(Body(tuning::weights(&engine, &caller, &of).await?.into()))
}
