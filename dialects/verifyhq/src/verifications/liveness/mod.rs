//! Liveness: a live face, photographed while the person does what they are asked.

pub(crate) mod challenge;
pub(crate) mod photo;
pub(crate) mod read;
pub(crate) mod reference_selfie;
pub(crate) mod session;
pub(crate) mod submit;

use bonafide_core::{
    finding::{Check, Outcome},
    id::LivenessSessionId,
    liveness::Step,
    verification::Status,
};
use bonafide_engine::{
    Caller, Engine, Error,
    evidence::{
        Picture,
        by_challenge::{self, Capture, Photo, Shows},
    },
    verifications,
};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    hand_in,
    identity::{face_match, user_id},
    link,
};
use crate::words::{self, LivenessStatus, Movement, movement};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LivenessCheck {
    #[schema(example = "liv_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    user_id: String,
    session_token: String,
    challenges: Vec<AnsweredChallenge>,
    #[serde(flatten)]
    judged: Judged,
    status: LivenessStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    completed_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What the checks say; absent until they are done.
#[derive(Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Judged {
    #[serde(skip_serializing_if = "Option::is_none")]
    is_alive: Option<bool>,
    /// Of the photos by themselves and of the movements the lesser, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    /// How sure it is that the photos show a person and no picture of one, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    anti_spoof_score: Option<f64>,
    /// How alike the reference selfie and the document's portrait are, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    face_match_score: Option<f64>,
    /// Why nobody alive was found, as a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnsweredChallenge {
    #[serde(flatten)]
    asked: Challenge,
    /// Where the photo is: the request needs your key, as any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    photo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
    /// Whether the movements were seen; they are judged together.
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Challenge {
    #[schema(example = "ch_001")]
    id: String,
    #[serde(rename = "type")]
    movement: Movement,
    instruction: &'static str,
}

impl Challenge {
    fn of(index: usize, step: Step) -> Self {
        Self { id: challenge_id(index), movement: movement(step), instruction: step.instruction() }
    }

    fn all(capture: &Capture) -> Vec<Self> {
        let steps = capture.challenge.iter().flat_map(|challenge| &challenge.steps);
        steps.enumerate().map(|(index, step)| Self::of(index, *step)).collect()
    }
}

fn challenge_id(index: usize) -> String {
    format!("ch_{:03}", index + 1)
}

/// The movement that an id of ours names.
fn challenge(id: &str) -> Result<usize> {
    let index = id.strip_prefix("ch_").and_then(|n| n.parse::<usize>().ok()?.checked_sub(1));
    Ok(index.filter(|index| challenge_id(*index) == id).ok_or(Error::NotFound("challenge"))?)
}

impl Judged {
    /// Nothing before the checks are done, and of a capture that does not count.
    fn of(capture: &Capture) -> Self {
        let view = &capture.view;
        let since = capture.completed_at.zip(view.judged_at).is_some_and(|(done, judged)| judged >= done);
        if !capture.counts || !since || view.status == Status::Processing {
            return Self::default();
        }
        let finding = |check| view.finding(check, None).filter(|f| f.outcome != Outcome::NotAssessed);
        let score = |check| finding(check).and_then(|f| f.score);
        let alone = score(Check::PassiveLiveness);
        let moved = score(Check::ActiveLiveness);
        let is_alive = view.live();
        let speaks = [Check::PassiveLiveness, Check::ActiveLiveness, Check::SelfieSource];
        let against =
            view.findings.iter().filter(|f| speaks.contains(&f.check) && f.outcome != Outcome::Clear);
        let reason = against.flat_map(|f| &f.reasons).map(|reason| reason.code.word()).next();
        Self {
            is_alive,
            confidence: [alone, moved].into_iter().flatten().reduce(f64::min),
            anti_spoof_score: alone,
            face_match_score: face_match(view),
            failure_reason: reason.filter(|_| is_alive == Some(false)).map(|word| word.to_string()),
        }
    }
}

impl LivenessCheck {
    fn of(engine: &Engine, capture: &Capture) -> Self {
        let id = format!("liv_{}", capture.id);
        let judged = Judged::of(capture);
        let moved = capture.view.passed(Check::ActiveLiveness).filter(|_| judged.is_alive.is_some());
        let given = capture.steps.iter().copied();
        let answered = |(asked, given): (Challenge, Option<Photo>)| AnsweredChallenge {
            photo_url: given.map(|_| link(engine, &format!("liveness/{id}/challenges/{}/photo", asked.id))),
            submitted_at: given.map(|photo| photo.at.to_string()),
            passed: moved.filter(|_| given.is_some()),
            asked,
        };
        Self {
            user_id: user_id(&capture.view),
            session_token: token(capture.id),
            challenges: Challenge::all(capture).into_iter().zip(given).map(answered).collect(),
            judged,
            status: status(engine, capture),
            completed_at: capture.completed_at.map(|at| at.to_string()),
            created_at: capture.created_at.to_string(),
            id,
        }
    }
}

/// How a capture stands: as the verification's face where it counts, by itself where it does not.
fn status(engine: &Engine, capture: &Capture) -> LivenessStatus {
    let begun = capture.straight.is_some() || capture.steps.iter().any(Option::is_some);
    match capture.completed_at {
        Some(_) if capture.counts => match words::liveness(&capture.view) {
            // All of it is there, though the document may not be.
            LivenessStatus::Pending if capture.view.wanted.is_empty() => LivenessStatus::InProgress,
            other => other,
        },
        None if capture.expires_at > engine.now() && !capture.view.status.is_final() => match begun {
            true => LivenessStatus::InProgress,
            false => LivenessStatus::Pending,
        },
        _ => LivenessStatus::Expired,
    }
}

fn token(id: LivenessSessionId) -> String {
    format!("ses_{id}")
}

/// Takes a photo. With the last one, and where nothing else is missing, the checks run, and their result is waited for as
/// long as clients usually do.
async fn take(
    engine: &Engine,
    caller: &Caller,
    id: LivenessSessionId,
    shows: Shows,
    picture: Picture,
) -> Result<Capture> {
    by_challenge::answer(engine, caller, id, shows, picture).await?;
    let capture = by_challenge::capture(engine, caller, id).await?;
    if capture.completed_at.is_none() {
        return Ok(capture);
    }
    hand_in(engine, caller, capture.view.id).await?;
    match verifications::wait(engine, caller, capture.view.id).await {
        // They go on; who reads later finds what came of them.
        Ok(_) | Err(Error::Busy { .. }) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(by_challenge::capture(engine, caller, id).await?)
}
