//! `GET /console/verifications/{id}`

use axum::extract::State;
use bonafide_core::{recapture::Capture, review::Verdict};
use bonafide_engine::{
    Engine,
    verifications::{self, Entry, Whole},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    VerificationKind, VerificationStatus,
    shapes::{Decision, Document, EarlierVerification, Picture, Screening, VerificationFinding, WouldFlip},
};
use crate::extract::verification_id;

/// All that is known of a verification. What has no value is absent; what is personal is, too, after it was erased.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verification {
    id: String,
    #[schema(value_type = VerificationKind)]
    kind: &'static str,
    /// The API it was created through.
    api: String,
    #[schema(value_type = VerificationStatus)]
    status: &'static str,
    /// What a reviewer can do now: `approve`, `decline`, `ask_again`, `cancel`, `reopen`.
    possible: Vec<&'static str>,
    /// The decision that counts now; a reviewer says with it what they saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// The review that waits for another credential's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// Submissions so far.
    attempt: u32,
    /// What a reviewer asked the person for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_again: Option<AskedForAgain>,
    document_type: &'static str,
    liveness_mode: &'static str,
    /// The key or client it was created with.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    applicant: String,
    /// Who the person turned out to be, or says they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    /// Whether what says who the person is was erased.
    anonymized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    consented: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consented_at: Option<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    pictures: Vec<Picture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Document>,
    /// What the checks say now; a decision has those it was made of.
    findings: Vec<VerificationFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_flip: Option<WouldFlip>,
    #[serde(skip_serializing_if = "Option::is_none")]
    screening: Option<Screening>,
    /// The earlier submissions that have something in common with this one: what contradicts it first, then the newest.
    earlier: Vec<EarlierVerification>,
    /// Every decision, oldest first.
    decisions: Vec<Decision>,
    /// What happened, oldest first.
    history: Vec<HistoryLine>,
    #[schema(value_type = Object)]
    metadata: Value,
    #[schema(value_type = Object)]
    settings: Value,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AskedForAgain {
    captures: Vec<&'static str>,
    reason: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryLine {
    at: String,
    event: String,
    #[schema(value_type = Object)]
    detail: Value,
}

/// Read a verification
///
/// The whole truth: every value with its source, confidence and place in the picture, every finding with score, threshold,
/// reasons and models, what it came to and by which policy and weights, what would flip it, hits, earlier verifications of
/// the same person or document, every decision, and what happened.
#[operation(get, "/console/verifications/{id}", tag = "Verifications", id = "verification_read",
    scope = "verifications:read", params(("id" = String, Path, description = "As it is, or with its API's prefix")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Verification>> {
    Ok(Json(verifications::whole(&engine, &caller, verification_id(&id)?).await?.into()))
}

impl From<Whole> for Verification {
    fn from(whole: Whole) -> Self {
        let view = &whole.view;
        let private = view.private.as_ref();
        let object = |value: Option<&Value>| {
            value.filter(|v| v.is_object()).cloned().unwrap_or_else(|| Value::Object(Default::default()))
        };
        let time = |at: Option<bonafide_core::time::Timestamp>| at.map(|at| at.to_string());
        let line = |entry: &Entry| HistoryLine {
            at: entry.at.to_string(),
            event: entry.event.clone(),
            detail: entry.detail.clone(),
        };
        // Of somebody who was forgotten nothing more is decided.
        let possible = |verdict: &Verdict| private.is_some() && verdict.action(view.status).is_some();
        let asked_again = private.and_then(|p| p.asked_again.as_ref()).map(|asked| AskedForAgain {
            captures: asked.captures.iter().map(|c| Capture::as_str(*c)).collect(),
            reason: asked.grounds.as_str(),
        });
        Self {
            id: view.id.to_string(),
            kind: view.kind.as_str(),
            api: whole.dialect.clone(),
            status: view.status.as_str(),
            possible: Verdict::ALL.into_iter().filter(possible).map(Verdict::as_str).collect(),
            decision: whole.decision.clone(),
            proposal: whole.proposal.map(|id| id.to_string()),
            verified: view.verified,
            score: view.score,
            attempt: private.map_or(0, |p| p.attempt),
            asked_again,
            document_type: view.document_type.as_str(),
            liveness_mode: view.liveness_mode.as_str(),
            client: view.client_id.clone(),
            user_id: Some(view.user_id.clone()).filter(|id| !id.is_empty()),
            applicant: whole.applicant.to_string(),
            identity: view.identity.map(|id| id.to_string()),
            anonymized: private.is_none(),
            consented: view.consent.map(|(given, _)| given),
            consented_at: view.consent.map(|(_, at)| at.to_string()),
            created_at: view.created_at.to_string(),
            judged_at: time(view.judged_at),
            completed_at: time(view.completed_at),
            expires_at: time(whole.expires_at),
            pictures: Picture::all(&whole),
            document: Document::of(&whole),
            findings: view.findings.iter().map(|f| VerificationFinding::of(f, Some(&whole.policy))).collect(),
            would_flip: whole.flip.as_ref().map(WouldFlip::of),
            screening: whole.screened.as_ref().map(|screened| Screening::of(screened, &whole.dismissals)),
            earlier: EarlierVerification::all(&whole),
            decisions: Decision::all(&whole),
            history: view.history.iter().map(line).collect(),
            metadata: object(private.map(|p| &p.metadata)),
            settings: object(private.map(|p| &p.settings)),
        }
    }
}
