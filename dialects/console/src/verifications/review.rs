//! `POST /console/verifications/{id}/review`

use axum::extract::State;
use bonafide_core::{
    problem::{Problem, Rule},
    recapture::Capture,
    review::{Grounds, Verdict},
};
use bonafide_engine::{
    Engine,
    reviews::{self, Saying},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ReviewCapture, ReviewReason, Reviewed};
use crate::extract::verification_id;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Review {
    verdict: ReviewVerdict,
    /// Has to go with the verdict. For an approval `evidence_in_order`, `confirmed_otherwise`, `somebody_else`; for a decline
    /// `document_forged`, `document_altered`, `document_not_accepted`, `not_the_holder`, `not_a_live_person`, `listed`,
    /// `another_identity`, `below_minimum_age`, `suspected_fraud`; for asking again `picture_unclear`, `wrong_side`,
    /// `wrong_document`, `more_pictures_needed`; for all of them `other`, with a note.
    #[schema(value_type = ReviewReason)]
    reason: Grounds,
    /// For colleagues. Kept sealed with the person, and sent nowhere.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// With `ask_again`: what the person is to capture again.
    #[schema(value_type = Option<Vec<ReviewCapture>>, max_items = 3)]
    captures: Option<Vec<Capture>>,
    /// The `decision` of the verification as you read it. When another one was made since, nothing is done: 409.
    #[schema(pattern = "^[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    seen: String,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReviewVerdict {
    Approve,
    Decline,
    /// The person is asked for some captures again, with as many attempts and as much time as at first.
    AskAgain,
}

/// Review a verification
///
/// Approves or declines what waits for a human (`review_required`) or whose attempts are used up (`inconclusive`), or asks
/// the person again. What the machine decided is never changed: the review is a decision of its own beside it. An approval
/// makes the identity as the machine's does, and every webhook is told.
///
/// Nobody is approved while a hit of a list counts: dismiss it first. What is approved or declined is reopened before it is
/// decided otherwise. Where the operator has set `four_eyes`, the first word is a proposal (`decided: false`) and takes
/// effect when another credential says the same.
#[operation(post, "/console/verifications/{id}/review", tag = "Verifications", id = "verification_review",
    scope = "reviews", params(("id" = String, Path)))]
pub(crate) async fn review(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Review>,
) -> Result<Json<Reviewed>> {
    let verdict = match asked.verdict {
        ReviewVerdict::Approve => Verdict::Approve,
        ReviewVerdict::Decline => Verdict::Decline,
        ReviewVerdict::AskAgain => Verdict::AskAgain,
    };
    let captures = asked.captures.unwrap_or_default();
    if (1..captures.len()).any(|i| captures[..i].contains(&captures[i])) {
        return Err(Problem::new("captures", Rule::Other, "names one of them twice").into());
    }
    let said = Saying {
        verdict,
        grounds: asked.reason,
        note: asked.note.as_deref(),
        captures: &captures,
        seen: Some(&asked.seen),
    };
    Ok(Json(reviews::review(&engine, &caller, verification_id(&id)?, &said).await?.into()))
}
