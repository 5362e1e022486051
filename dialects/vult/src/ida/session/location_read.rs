//! `POST /ida/session/location/read`

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, ida},
    location::{Location, ReadLocation},
};
use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, verifications};

/// session location read
///
/// Where the selfie was captured (an authentication has no other picture): by the address of the request that brought
/// it, and by the position the device gave.
#[utoipa::path(post, path = "/ida/session/location/read", tag = "IDA", operation_id = "ida_session_location_read",
    security(("oauth2" = ["verifications:read"])),
    responses((status = 200, body = Location), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn location_read(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<ReadLocation>,
) -> Result<Body<Location>, Error> {
    let kind = asked.kind()?;
    let id = ida(&engine, &caller, &asked.session_id).await?;
    Ok(Body(verifications::location(&engine, &caller, id, kind).await?.into()))
}
