//! Identity verifications.

pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod restart;
pub(crate) mod review;
pub(crate) mod start;

use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Outcome},
};
use bonafide_engine::{
    Caller, Engine,
    evidence::by_challenge,
    verifications::{self, NewVerification, View},
};
use bonafide_http::Result;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    NAME,
    words::{self, DocumentStatus, LivenessStatus, Tier, VerificationStatus},
};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentityVerification {
    #[schema(example = "ver_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    /// Of one that was made without, through another API: the id of its applicant.
    user_id: String,
    tier: Tier,
    #[schema(value_type = VerificationStatus)]
    status: &'static str,
    /// The same.
    #[schema(value_type = VerificationStatus)]
    overall_status: &'static str,
    steps: Steps,
    /// The document that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_verification_id: Option<String>,
    /// The newest liveness session.
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_check_id: Option<String>,
    /// 0 to 1; absent until the checks are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    overall_score: Option<f64>,
    /// How alike the selfie and the document's portrait are, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    face_match_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    completed_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Steps {
    document: DocumentStatus,
    liveness: LivenessStatus,
}

impl IdentityVerification {
    async fn of(engine: &Engine, caller: &Caller, view: &View) -> Result<Self> {
        let front = view.evidence(EvidenceKind::DocumentFront);
        let session = match words::asks_for_face(view) {
            true => by_challenge::newest(engine, caller, view.id).await?,
            false => None,
        };
        let status = words::status(view.status);
        Ok(Self {
            id: format!("ver_{}", view.id),
            user_id: user_id(view),
            tier: Tier::of(view),
            status,
            overall_status: status,
            steps: Steps { document: words::document(view), liveness: words::liveness(view) },
            document_verification_id: front.map(|front| format!("doc_{}", front.id)),
            liveness_check_id: session.map(|session| format!("liv_{session}")),
            overall_score: view.score,
            face_match_score: face_match(view),
            completed_at: view.completed_at.map(|at| at.to_string()),
            created_at: view.created_at.to_string(),
        })
    }
}

pub(super) fn user_id(view: &View) -> String {
    if view.user_id.is_empty() { view.applicant.to_string() } else { view.user_id.clone() }
}

pub(super) fn face_match(view: &View) -> Option<f64> {
    let finding = view.finding(Check::FaceMatch, None).filter(|f| f.outcome != Outcome::NotAssessed);
    finding.and_then(|finding| finding.score)
}

/// What a tier asks for. Policies named `basic`, `standard` and `enhanced` are those of the tiers; without, the
/// organization's default one applies, with what the tier leaves out or asks beyond.
fn asked(tier: Tier, user_id: String) -> NewVerification {
    NewVerification {
        dialect: NAME,
        policy: Some(tier.policy().to_owned()),
        screening: tier == Tier::Enhanced,
        user_id,
        settings: json!({ "tier": tier }),
        steps: tier.steps(),
        ..NewVerification::default()
    }
}

/// The verification that a user has not finished, whatever its tier, or a new one.
pub(super) async fn active(
    engine: &Engine,
    caller: &Caller,
    tier: Tier,
    user_id: String,
) -> Result<bonafide_core::id::VerificationId> {
    Ok(verifications::start(engine, caller, asked(tier, user_id)).await?)
}
