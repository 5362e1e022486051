//! `POST /ida/session/location/read`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};

use crate::{
    extract::ida,
    location::{Location, ReadLocation},
};

/// session location read
///
/// Where the selfie was captured (an authentication has no other picture): by the address of the request that brought
/// it, and by the position the device gave.
#[operation(
    post,
    "/ida/session/location/read",
    tag = "IDA",
    id = "ida_session_location_read",
    scope = "verifications:read"
)]
pub(crate) async fn location_read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ReadLocation>,
) -> Result<Json<Location>> {
    let kind = asked.kind()?;
    let id = ida(&engine, &caller, &asked.session_id).await?;
    Ok(Json(verifications::location(&engine, &caller, id, kind).await?.into()))
}
