//! `POST /console/verifications/{id}/cancel`

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
pub(crate) struct Cancel {
    /// `withdrawn`, `created_by_mistake` or, with a note, `other`.
    #[schema(value_type = ReviewReason)]
    reason: Grounds,
    /// For colleagues. Kept sealed with the person, and sent nowhere.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The `decision` of the verification as you read it, if it should not have changed since.
    #[schema(pattern = "^[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    seen: Option<String>,
}

/// Cancel a verification
///
/// Ends one that is not over yet, whatever it waits for. A link to it leads nowhere from then on.
#[operation(post, "/console/verifications/{id}/cancel", tag = "Verifications", id = "verification_cancel",
    scope = "reviews", params(("id" = String, Path)))]
pub(crate) async fn cancel(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Cancel>,
) -> Result<Json<Reviewed>> {
    let said = Saying {
        verdict: Verdict::Cancel,
        grounds: asked.reason,
        note: asked.note.as_deref(),
        captures: &[],
        seen: asked.seen.as_deref(),
    };
    Ok(Json(reviews::review(&engine, &caller, verification_id(&id)?, &said).await?.into()))
}
