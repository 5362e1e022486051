//! `PATCH /applicants/{applicant_id}`

use axum::extract::State;
use bonafide_engine::{Engine, clients};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{Applicant, ApplicantFields};
use crate::extract::applicant_id;

/// Change an applicant
///
/// What is absent stays as it is, and null takes away what is there. `modified_on` moves when something is different
/// afterwards.
#[operation(patch, "/applicants/{applicant_id}", tag = "Applicants", id = "updateApplicant", scope = "verifications:write",
    params(("applicant_id" = String, Path, max_length = 255, pattern = r"^aplt_\w+$")))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(fields): Json<ApplicantFields>,
) -> Result<Json<Applicant>> {
    let change = |content: &mut clients::Content| fields.apply(&mut content.details);
    Ok(Json(Applicant::of(&engine, clients::update(&engine, &caller, applicant_id(&id)?, change).await?)))
}
