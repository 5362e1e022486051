//! The session as its device sees it.

pub(crate) mod abort;
pub(crate) mod consent;
pub(crate) mod read;
pub(crate) mod submit;
pub(crate) mod withdraw;

use bonafide_core::{
    step::{StepKind, StepState},
    verification::Status,
};
use bonafide_engine::{
    Engine, capture, evidence, shares,
    steps::Step,
    verifications::{self, View},
};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use step::CaptureStep;

use crate::{
    extract::Device,
    share::offer::CaptureThirdParty,
    words::{CaptureNext, SESSION_CONSENT, SUBMIT},
};

mod step;

/// Whether the person is not done with a step. With the pictures that have to be there they are.
fn is_open(step: &Step, view: &View) -> bool {
    match step.state {
        StepState::Pending | StepState::Returned => true,
        StepState::InProgress => step.kind.has_data(),
        StepState::Submitted => step.kind == StepKind::Estate && lacks_papers(view),
        StepState::Accepted => false,
    }
}

/// Whether a paper of an estate is not there that has to be.
fn lacks_papers(view: &View) -> bool {
    let papers = view.private.as_ref().map(|private| private.step_config.estate.files());
    papers.unwrap_or_default().into_iter().any(|kind| view.evidence(kind).is_none())
}

/// What is wanted of the person, and what they gave so far.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureSession {
    #[schema(value_type = String, example = "capturing")]
    status: Status,
    /// The name of the organization that asks.
    organization: String,
    /// The language that the person is spoken to in, as far as it is known: BCP 47.
    language: Option<String>,
    /// When the session ends.
    expires_at: Option<String>,
    /// Null before the person answered.
    consented: Option<bool>,
    /// Null when there is nothing left to do.
    #[schema(value_type = Option<CaptureNext>)]
    next: Option<&'static str>,
    /// In the order in which they are asked for.
    steps: Vec<CaptureStep>,
    /// Who sees what of it once it is approved, if the person agrees in the step `consent`: tell them before they do.
    third_parties: Vec<CaptureThirdParty>,
}

impl CaptureSession {
    pub(crate) async fn of(engine: &Engine, device: &Device) -> Result<Self> {
        let view = verifications::read(engine, device, device.session).await?;
        let all = &view.steps;
        let challenge = evidence::open_challenge(engine, device, device.session).await?;
        let next = match view.status {
            Status::Created | Status::Pending => Some(SESSION_CONSENT),
            status if status.accepts_evidence() => {
                Some(all.iter().find(|step| is_open(step, &view)).map_or(SUBMIT, |step| step.kind.as_str()))
            }
            _ => None,
        };
        let offers = shares::offers(engine, device, device.session).await?;
        Ok(Self {
            status: view.status,
            organization: capture::organization(engine, device).await?,
            language: view.private.as_ref().and_then(|p| p.language()).map(str::to_owned),
            expires_at: view.expires_at.map(|at| at.to_string()),
            consented: view.consent.map(|(given, _)| given),
            next,
            steps: all.iter().map(|step| CaptureStep::of(step, &view, challenge.as_ref())).collect(),
            third_parties: offers.into_iter().map(CaptureThirdParty::from).collect(),
        })
    }

    /// The steps that the person is asked for again.
    pub(crate) fn wanted_again(self) -> Vec<CaptureStep> {
        self.steps.into_iter().filter(CaptureStep::is_wanted_again).collect()
    }
}
