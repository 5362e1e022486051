//! `GET /applicants/{applicant_id}`

use axum::extract::State;
use bonafide_engine::{Engine, clients};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::Applicant;
use crate::extract::applicant_id;

/// Read an applicant
#[operation(get, "/applicants/{applicant_id}", tag = "Applicants", id = "getApplicant", scope = "verifications:read",
    params(("applicant_id" = String, Path, max_length = 255, pattern = r"^aplt_\w+$")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Applicant>> {
    Ok(Json(Applicant::of(&engine, clients::read(&engine, &caller, applicant_id(&id)?).await?)))
}
