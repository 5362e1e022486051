//! A step as its device sees it.

use bonafide_core::{
    evidence::EvidenceKind,
    liveness::{Challenge, Step as Movement},
    recapture::{Capture, Wanted},
    step::{StepConfig, StepKind, StepState},
};
use bonafide_engine::{steps::Step, verifications::View};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::words::{self, CaptureChannel, CaptureMovement};

/// A step: how it stands, and what of it is there.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureStep {
    kind: StepKind,
    state: StepState,
    /// What the person said, as the operation of the step takes it. Null before they did, and of pictures.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// What a device kept of it for going on after a break.
    #[schema(value_type = Option<Object>)]
    draft: Option<Value>,
    /// What is set for it: which parts have to be there, and the like.
    #[schema(value_type = Object)]
    config: Value,
    /// Of `consent` and `attestation`: the text to show, in the person's language where there is one.
    text: Option<CaptureText>,
    /// The pictures that are there and not wanted again.
    #[schema(value_type = Vec<String>)]
    pictures: Vec<EvidenceKind>,
    /// The addresses of `contact` that the person proved to be theirs.
    #[schema(value_type = Vec<CaptureChannel>)]
    confirmed: Vec<&'static str>,
    /// What has to be given again, and why.
    wanted: Vec<CaptureWanted>,
    /// The movements that the open capture of the face waits for, in order. Null without an open one, and where none are
    /// asked for.
    #[schema(value_type = Option<Vec<CaptureMovement>>)]
    movements: Option<Vec<Movement>>,
    updated_at: Option<String>,
    submitted_at: Option<String>,
}

/// A text that the person agrees with, or does not.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureText {
    /// Goes into the answer, with the language.
    text_version: String,
    language: String,
    title: String,
    text: String,
}

/// A part of a step that has to be given again.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureWanted {
    /// The picture; null for what the person said.
    #[schema(value_type = Option<String>)]
    part: Option<Capture>,
    /// What was wrong; empty where somebody asked again without saying.
    reasons: Vec<CaptureReason>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureReason {
    /// Stable, for programs.
    #[schema(example = "too_blurry")]
    code: String,
    /// One sentence for the person.
    message: String,
}

impl CaptureStep {
    pub(crate) fn of(step: &Step, view: &View, challenge: Option<&Challenge>) -> Self {
        let mine = |of: Capture| match of {
            Capture::DocumentFront | Capture::DocumentBack => step.kind == StepKind::Document,
            Capture::Liveness => step.kind == StepKind::BiometricFace,
        };
        let pictures = pictures(step.kind).iter().copied().filter(|kind| view.evidence(*kind).is_some());
        let wanted: Vec<_> = view.wanted.iter().filter(|wanted| mine(wanted.capture)).collect();
        let again = |kind: &EvidenceKind| wanted.iter().any(|wanted| wanted.capture.evidence() == *kind);
        let config = view.private.as_ref().map(|private| &private.step_config);
        let is_face = step.kind == StepKind::BiometricFace;
        Self {
            kind: step.kind,
            state: step.state,
            data: step.data.as_ref().map(words::said),
            draft: step.draft.clone(),
            config: json!(config)[step.kind.as_str()].take(),
            text: text(step.kind, config, view),
            pictures: pictures.filter(|kind| !again(kind)).collect(),
            confirmed: step.confirmed.iter().map(|channel| words::channel(*channel)).collect(),
            wanted: wanted.into_iter().map(CaptureWanted::of).collect(),
            movements: challenge.filter(|_| is_face).map(|challenge| challenge.steps.clone()),
            updated_at: step.updated_at.map(|at| at.to_string()),
            submitted_at: step.submitted_at.map(|at| at.to_string()),
        }
    }

    pub(crate) fn is_wanted_again(&self) -> bool {
        self.state == StepState::Returned || !self.wanted.is_empty()
    }
}

impl CaptureWanted {
    fn of(wanted: &Wanted) -> Self {
        let reasons = wanted.reasons.iter();
        let reasons = reasons.map(|r| CaptureReason { code: r.code.to_string(), message: r.detail.clone() });
        Self { part: Some(wanted.capture), reasons: reasons.collect() }
    }
}

fn text(kind: StepKind, config: Option<&StepConfig>, view: &View) -> Option<CaptureText> {
    let answer = match kind {
        StepKind::Consent => &config?.consent,
        StepKind::Attestation => &config?.attestation,
        _ => return None,
    };
    let language = view.private.as_ref().and_then(|private| private.language()).unwrap_or("en");
    let text = answer.shown(kind, &[language, "en"])?;
    Some(CaptureText {
        text_version: answer.version().to_owned(),
        language: text.language.to_owned(),
        title: text.title.to_owned(),
        text: text.text.to_owned(),
    })
}

/// The pictures that belong to a step.
const fn pictures(kind: StepKind) -> &'static [EvidenceKind] {
    match kind {
        StepKind::Document => &[EvidenceKind::DocumentFront, EvidenceKind::DocumentBack],
        StepKind::BiometricFace => &[EvidenceKind::Selfie],
        StepKind::Estate => &[EvidenceKind::DeathCertificate, EvidenceKind::ProofOfAuthority],
        _ => &[],
    }
}
