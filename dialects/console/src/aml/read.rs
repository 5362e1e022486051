//! `GET /console/aml-verifications/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, aml};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::AmlVerification;
use crate::extract::aml_id;

/// Read an AML verification
///
/// With every hit, and what was decided.
#[operation(get, "/console/aml-verifications/{id}", tag = "Screening", id = "aml_read",
    scope = "verifications:read", params(("id" = String, Path)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AmlVerification>> {
    Ok(Json(aml::read(&engine, &caller, aml_id(&id)?).await?.into()))
}
