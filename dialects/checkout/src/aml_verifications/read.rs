//! `GET /aml-verifications/{aml_verification_id}`

use axum::extract::State;
use bonafide_engine::{Engine, aml};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{AML, AmlVerification};

/// Get an AML verification
#[operation(
    get,
    "/aml-verifications/{aml_verification_id}",
    tag = "AML verifications",
    id = "getAmlVerification",
    scope = "verifications:read",
    params(("aml_verification_id" = String, Path, max_length = 255, pattern = r"^amlv_\w+$")),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AmlVerification>> {
    Ok(Json(AmlVerification::of(&engine, aml::read(&engine, &caller, AML.read(&id)?).await?)))
}
