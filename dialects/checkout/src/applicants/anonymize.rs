//! `POST /applicants/{applicant_id}/anonymize`

use axum::extract::State;
use bonafide_engine::{Engine, clients};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::Applicant;
use crate::{answer::Nothing, extract::applicant_id};

/// Remove the personal data of an applicant
///
/// What stays is the id, when it was created and changed, and `external_applicant_id`. Asked again, it answers the same. The
/// applicant's verifications are removed by operations of their own.
#[operation(post, "/applicants/{applicant_id}/anonymize", tag = "Applicants", id = "anonymizeApplicant",
    scope = "verifications:write",
    params(("applicant_id" = String, Path, max_length = 255, pattern = r"^aplt_\w+$")))]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Json<Applicant>> {
    Ok(Json(Applicant::of(&engine, clients::anonymize(&engine, &caller, applicant_id(&id)?).await?)))
}
