//! `POST /console/aml-verifications/{id}/review`

use axum::extract::State;
use bonafide_core::review::{Grounds, Verdict};
use bonafide_engine::{
    Engine,
    aml::{self, Saying},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AmlReason, AmlVerification};
use crate::extract::aml_id;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewAml {
    verdict: AmlVerdict,
    /// Has to go with the verdict. For an approval `somebody_else`, `confirmed_otherwise`; for a decline `listed`,
    /// `suspected_fraud`; for both `other`, with a note.
    #[schema(value_type = AmlReason)]
    reason: Grounds,
    /// For colleagues. Kept sealed with the client, and sent nowhere.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The `version` of the AML verification as you read it. When it was changed since, nothing is done: 409.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    seen: i64,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AmlVerdict {
    Approve,
    Decline,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AmlSaid {
    /// False: it is a proposal, and another credential has to say the same.
    decided: bool,
    aml_verification: AmlVerification,
}

/// Review an AML verification
///
/// Approves or declines what waits for a human (`review_required`). The hits of an approval count no more until their entries
/// change. Nobody is approved of whom nobody could say whether they are on a list. Where the operator has set `four_eyes`, the
/// first word is a proposal (`decided: false`) and takes effect when another credential says the same.
#[operation(post, "/console/aml-verifications/{id}/review", tag = "Screening", id = "aml_review",
    scope = "reviews", params(("id" = String, Path)))]
pub(crate) async fn review(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<ReviewAml>,
) -> Result<Json<AmlSaid>> {
    let verdict = match asked.verdict {
        AmlVerdict::Approve => Verdict::Approve,
        AmlVerdict::Decline => Verdict::Decline,
    };
    let said = Saying { verdict, grounds: asked.reason, note: asked.note.as_deref(), seen: asked.seen };
    let said = aml::review(&engine, &caller, aml_id(&id)?, &said).await?;
    Ok(Json(AmlSaid { decided: said.decided, aml_verification: said.aml.into() }))
}
