//! A liveness capture: a session is generated, then answered once with frames of the live person. The
//! first frame is also the selfie.

use bonafide_core::{
    audit::AuditAction,
    evidence::{EvidenceKind, Position},
    id::{LivenessSessionId, VerificationId},
    liveness::{Challenge, MAX_STEPS, Movements},
    policy::LivenessMode,
    problem::Rule,
    step::StepKind,
    time::Timestamp,
};
use bonafide_store::{Tx, evidence as rows, liveness_sessions, secrets::PlainSecret};
use serde_json::json;

use super::{
    accept::{self, Picture, check_position, load_capturing, quota},
    gate::{may_capture, must_ask},
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// Most frames of one capture.
pub const MAX_FRAMES: usize = 16;

/// How many movements are asked for: as many as the storage types of the vendors number.
const STEPS: usize = MAX_STEPS;

/// An opened capture.
#[derive(Debug)]
pub struct Started {
    /// Names the capture to the caller; good for one answer.
    pub token: PlainSecret,
    /// The movements to make, in this order; none when the verification's mode judges the frames alone.
    pub challenge: Option<Challenge>,
    pub expires_at: Timestamp,
}

/// One frame of a capture.
pub struct LivenessFrame {
    pub picture: Picture,
    /// Index of the movement it answers; none for the straight look before the first.
    pub step: Option<usize>,
    /// When it was taken, in milliseconds after the capture was opened, if the device says so.
    pub at_ms: Option<i64>,
}

impl From<Picture> for LivenessFrame {
    fn from(picture: Picture) -> Self {
        Self { picture, step: None, at_ms: None }
    }
}

/// Opens a capture; an unanswered earlier one is closed. Where the mode asks for movements, their order is drawn
/// here. People who cannot turn their head are asked for other ones when the verification's settings hold
/// `"liveness_movements": "without_head"`.
pub async fn start_liveness(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    position: impl Into<Option<Position>>,
) -> Result<Started> {
    check_position(position.into())?;
    let mut tx = engine.db().begin().await?;
    let record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    must_ask(&mut tx, &record, StepKind::BiometricFace).await?;
    let seconds = engine.settings.liveness_lifetime_s;
    let challenge = match record.policy()?.liveness_mode {
        LivenessMode::Passive => None,
        LivenessMode::PassiveActive => Some(draw(engine, &record, STEPS, seconds)),
    };
    let (session, token) = open(engine, &mut tx, caller, &record, challenge.as_ref(), seconds).await?;
    tx.commit().await?;
    Ok(Started { token, challenge, expires_at: session.expires_at })
}

/// Opens a capture that the person has some seconds for, in the place of an unanswered earlier one.
pub(super) async fn open(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    record: &Record,
    challenge: Option<&Challenge>,
    seconds: i64,
) -> Result<(liveness_sessions::LivenessSession, PlainSecret)> {
    let token = PlainSecret::new("lvs", &*engine.entropy);
    let now = engine.now();
    let session = liveness_sessions::LivenessSession {
        id: LivenessSessionId::new(now, &*engine.entropy),
        organization: caller.organization,
        verification: record.row.id,
        token_sha256: token.hash(),
        created_at: now,
        expires_at: now.plus_secs(seconds),
        used_at: None,
        challenge: challenge.map(|c| json!(c).to_string()),
    };
    liveness_sessions::insert(tx, caller.organization, &session).await?;
    record.note(engine, tx, AuditAction::VerificationLivenessStarted, &caller.actor(), &json!({})).await?;
    Ok((session, token))
}

/// Movements for the person in front of the camera.
pub(super) fn draw(engine: &Engine, record: &Record, steps: usize, seconds: i64) -> Challenge {
    let asked = record.private.settings.get("liveness_movements").cloned();
    let movements = asked.and_then(|m| serde_json::from_value(m).ok()).unwrap_or(Movements::All);
    Challenge::draw(movements, steps, u32::try_from(seconds).unwrap_or(u32::MAX), &*engine.entropy)
}

/// The movements that the open capture of a verification waits for.
pub async fn open_challenge(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
) -> Result<Option<Challenge>> {
    let mut tx = engine.db().read().await?;
    let session = liveness_sessions::open(&mut tx, caller.organization, id, engine.now()).await?;
    Ok(session.as_ref().and_then(asked))
}

/// What a capture asked for.
pub(crate) fn asked(session: &liveness_sessions::LivenessSession) -> Option<Challenge> {
    session.challenge.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

/// Answers the open capture with its frames. If a frame is refused, the capture stays open.
///
/// When movements were asked for and no frame says which one it answers, the first is the straight look and the
/// others are divided evenly over the movements, in order: so there have to be as many for each.
pub async fn accept_liveness(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    frames: Vec<LivenessFrame>,
    position: impl Into<Option<Position>>,
) -> Result<LivenessSessionId> {
    let position = position.into();
    check_position(position)?;
    if frames.is_empty() {
        return Err(Error::invalid("images", Rule::Required, "must hold at least one picture of the face"));
    }
    if frames.len() > MAX_FRAMES {
        return Err(Error::invalid(
            "images",
            Rule::Length,
            format!("must hold at most {MAX_FRAMES} pictures"),
        ));
    }
    let record = load_capturing(engine, caller.organization, id).await?;
    let mut tx = engine.db().read().await?;
    let session = open_session(engine, caller, &mut tx, id).await?;
    drop(tx);
    let bound = bind(asked(&session).as_ref(), &frames)?;

    let mut admitted = Vec::with_capacity(frames.len());
    for (frame, step) in frames.into_iter().zip(bound) {
        let place = accept::Frame { session: session.id, step, at_ms: frame.at_ms };
        let picture = accept::admit(engine, caller.organization, frame.picture).await?;
        admitted.push(accept::Admitted { frame: Some(place), ..picture });
    }
    let origin = accept::Origin::of(caller, position);
    let mut stored = vec![];
    for (sequence, frame) in (0..).zip(admitted) {
        if sequence == 0 {
            let copy = accept::Admitted { jpeg: frame.jpeg.clone(), traces: None, frame: None, ..frame };
            stored.push(accept::store(engine, &record, EvidenceKind::Selfie, 0, copy, origin.clone()).await?);
        }
        let kind = EvidenceKind::LivenessFrame;
        stored.push(accept::store(engine, &record, kind, sequence, frame, origin.clone()).await?);
    }

    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    quota(engine, &mut tx, &record).await?;
    // The capture that the frames were bound to: another may have been opened meanwhile.
    let won = liveness_sessions::redeem(&mut tx, caller.organization, id, session.token_sha256, engine.now());
    won.await?.ok_or_else(no_session)?;
    for kind in [EvidenceKind::Selfie, EvidenceKind::LivenessFrame] {
        rows::supersede(&mut tx, caller.organization, id, kind, engine.now()).await?;
    }
    for row in &stored {
        rows::insert(&mut tx, caller.organization, row).await?;
    }
    record.save(engine, &mut tx).await?;
    let detail = json!({"kind": EvidenceKind::LivenessFrame, "frames": stored.len() - 1});
    record.note(engine, &mut tx, AuditAction::VerificationEvidenceGiven, &caller.actor(), &detail).await?;
    tx.commit().await?;
    Ok(session.id)
}

/// Which movement each frame answers; refuses frames that cannot answer what was asked.
fn bind(challenge: Option<&Challenge>, frames: &[LivenessFrame]) -> Result<Vec<Option<usize>>> {
    let refuse = |rule, message: String| Err(Error::invalid("images", rule, message));
    let named: Vec<Option<usize>> = frames.iter().map(|f| f.step).collect();
    let steps = challenge.map_or(0, |c| c.steps.len());
    if named.iter().flatten().any(|step| *step >= steps) {
        return refuse(Rule::Range, "a picture names a movement that was not asked for".to_owned());
    }
    let Some(challenge) = challenge else { return Ok(named) };
    if named.iter().all(Option::is_none) {
        if challenge.takes(frames.len()) {
            return Ok(challenge.bind(frames.len()));
        }
        let fitting: Vec<String> =
            (1..=MAX_FRAMES).filter(|n| challenge.takes(*n)).map(|n| n.to_string()).collect();
        return refuse(
            Rule::Length,
            format!(
                "must hold one straight look and then, for each of the {steps} movements, as many pictures as for \
                 the others: {} in all, not {}",
                fitting.join(" or "),
                frames.len()
            ),
        );
    }
    if named.first().is_some_and(Option::is_some) {
        return refuse(
            Rule::Required,
            "must begin with a straight look, before the first movement".to_owned(),
        );
    }
    match (0..steps).find(|step| !named.contains(&Some(*step))) {
        Some(missing) => refuse(
            Rule::Required,
            format!(
                "must hold a picture of each of the {steps} movements; none is of number {}",
                missing + 1
            ),
        ),
        None => Ok(named),
    }
}

async fn open_session(
    engine: &Engine,
    caller: &Caller,
    tx: &mut Tx,
    id: VerificationId,
) -> Result<liveness_sessions::LivenessSession> {
    liveness_sessions::open(tx, caller.organization, id, engine.now()).await?.ok_or_else(no_session)
}

fn no_session() -> Error {
    Error::conflict(
        "no_liveness_session",
        "there is no open liveness session: generate one, then process it once before it expires",
    )
}

#[cfg(test)]
mod tests {
    use bonafide_core::liveness::Step;

    use super::*;

    fn frames(steps: &[Option<usize>]) -> Vec<LivenessFrame> {
        let picture = || Picture { field: String::new(), bytes: vec![] };
        steps.iter().map(|step| LivenessFrame { picture: picture(), step: *step, at_ms: None }).collect()
    }

    fn refused(challenge: Option<&Challenge>, steps: &[Option<usize>]) -> Option<String> {
        match bind(challenge, &frames(steps)) {
            Ok(bound) => {
                assert_eq!(bound.len(), steps.len());
                None
            }
            Err(Error::Invalid(problems)) => Some(problems[0].message.clone()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn frames_have_to_fit_the_movements() {
        let four =
            Challenge { steps: vec![Step::Smile, Step::Blink, Step::TurnLeft, Step::LookUp], seconds: 60 };
        for n in 1..=MAX_FRAMES {
            let refused = refused(Some(&four), &vec![None; n]);
            assert_eq!(refused.is_none(), [5, 9, 13].contains(&n), "{n}: {refused:?}");
            if let Some(message) = refused {
                assert!(
                    message.contains("5 or 9 or 13") && message.ends_with(&format!("not {n}")),
                    "{message}"
                );
            }
        }
        let named = |steps: &[usize]| -> Vec<Option<usize>> {
            std::iter::once(None).chain(steps.iter().copied().map(Some)).collect()
        };
        assert_eq!(refused(Some(&four), &named(&[0, 1, 1, 2, 3])), None);
        assert!(refused(Some(&four), &named(&[0, 1, 3])).unwrap().ends_with("number 3"));
        assert!(refused(Some(&four), &named(&[0, 1, 2, 4])).unwrap().contains("not asked for"));
        assert!(
            refused(Some(&four), &[Some(0), Some(1), Some(2), Some(3)]).unwrap().contains("straight look")
        );
        // Nothing was asked for: the frames are judged alone.
        assert_eq!(refused(None, &[None, None, None]), None);
        assert!(refused(None, &[None, Some(0)]).is_some());
    }
}
