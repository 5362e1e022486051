//! `GET /verifications/liveness/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, evidence::by_challenge};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::LivenessCheck;
use crate::extract::liveness_id;

/// Read a liveness check
///
/// What came of it is there once the checks are done.
#[operation(get, "/verifications/liveness/{id}", tag = "Liveness", id = "liveness_read",
    scope = "verifications:read", impersonal = true, params(("id" = String, Path)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<LivenessCheck>> {
    let capture = by_challenge::capture(&engine, &caller, liveness_id(&id)?).await?;
    Ok(Json(LivenessCheck::of(&engine, &capture)))
}
