//! `POST /idv/session/location/read`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};

use crate::{
    extract::idv,
    location::{Location, ReadLocation},
};

/// session location read
///
/// Where one picture was captured: by the address of the request that brought it, and by the position the device
/// gave.
#[operation(
    post,
    "/idv/session/location/read",
    tag = "IDV",
    id = "idv_session_location_read",
    scope = "verifications:read"
)]
pub(crate) async fn location_read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ReadLocation>,
) -> Result<Json<Location>> {
    let kind = asked.kind()?;
    let id = idv(&engine, &caller, &asked.session_id).await?;
    Ok(Json(verifications::location(&engine, &caller, id, kind).await?.into()))
}
