//! `POST /verifications/identity/{id}/review`

use axum::extract::State;
use bonafide_core::review::{Grounds, Verdict};
use bonafide_engine::{
    Engine, Error,
    reviews::{self, Saying},
    verifications,
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::IdentityVerification;
use crate::{extract::verification, words};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReviewVerification {
    decision: ReviewDecision,
    /// Who decided, in your words. Kept sealed with the person.
    #[schema(min_length = 1, max_length = 120, pattern = r"\S", example = "admin_john")]
    reviewed_by: String,
    /// Why. Kept sealed with the person.
    #[schema(min_length = 1, max_length = 1800, pattern = r"\S")]
    review_notes: String,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ReviewDecision {
    Verified,
    Rejected,
}

/// Review an identity verification
///
/// For one that is `MANUAL_REVIEW`, or `PENDING`: then it is decided on the reviewer's word alone, and an approval makes
/// nobody known, since there is nothing to know them by. 409 in every other state, and for `VERIFIED` while a hit of a
/// sanctions list counts: dismiss it first (`POST /console/verifications/{id}/hits/{hit}/dismiss`).
///
/// The key needs the permission `identity:review`; none of the others grants it. Where the server asks for the word of two,
/// the first review is kept as a proposal, and the status stays until another key says the same.
#[operation(post, "/verifications/identity/{id}/review", tag = "Identity Verification",
    id = "identity_verification_review", scope = "reviews", params(("id" = String, Path)))]
pub(crate) async fn review(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<ReviewVerification>,
) -> Result<Json<IdentityVerification>> {
    let view = verification(&engine, &caller, &id).await?;
    let verdict = match asked.decision {
        ReviewDecision::Verified => Verdict::Approve,
        ReviewDecision::Rejected => Verdict::Decline,
    };
    let note = format!("{}: {}", asked.reviewed_by.trim(), asked.review_notes.trim());
    let seen = reviews::last_decision(&engine, &caller, view.id).await?;
    let said =
        Saying { verdict, grounds: Grounds::Other, note: Some(&note), captures: &[], seen: seen.as_deref() };
    match words::status(view.status) {
        "MANUAL_REVIEW" => reviews::review(&engine, &caller, view.id, &said).await?,
        "PENDING" => reviews::review_unfinished(&engine, &caller, view.id, &said).await?,
        other => {
            let message = format!("only what is MANUAL_REVIEW or PENDING is reviewed; this is {other}");
            return Err(Error::conflict("wrong_state", message).into());
        }
    };
    let view = verifications::read(&engine, &caller, view.id).await?;
    Ok(Json(IdentityVerification::of(&engine, &caller, &view).await?))
}
