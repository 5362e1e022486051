//! `POST /console/verifications/{id}/reopen`

use axum::extract::State;
use bonafide_core::review::{Grounds, Verdict};
use bonafide_engine::{
    Engine,
    reviews::{self, Saying},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ReviewReason, Reviewed};
use crate::extract::verification_id;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reopen {
    /// `new_information`, `decided_by_mistake`, `person_asked_for_time` or, with a note, `other`.
    #[schema(value_type = ReviewReason)]
    reason: Grounds,
    /// For colleagues. Kept sealed with the person, and sent nowhere.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The `decision` of the verification as you read it, if it should not have changed since.
    #[schema(pattern = "^[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    seen: Option<String>,
}

/// Reopen a verification
///
/// What was approved or declined waits for a human again (`review_required`): review it. What is inconclusive or expired waits
/// for the person (`retry_required`), with as many attempts and as much time as at first; one whose person never consented
/// cannot be reopened. The identity of an approved person stays until the verification is declined; then it goes, unless
/// another approval stands behind it. Canceled and refused ones are over: create a new one.
#[operation(post, "/console/verifications/{id}/reopen", tag = "Verifications", id = "verification_reopen",
    scope = "reviews", params(("id" = String, Path)))]
pub(crate) async fn reopen(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Reopen>,
) -> Result<Json<Reviewed>> {
    let said = Saying {
        verdict: Verdict::Reopen,
        grounds: asked.reason,
        note: asked.note.as_deref(),
        captures: &[],
        seen: asked.seen.as_deref(),
    };
    Ok(Json(reviews::review(&engine, &caller, verification_id(&id)?, &said).await?.into()))
}
