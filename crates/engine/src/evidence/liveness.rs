//! A liveness capture: a session is generated, then answered once with frames of the live person. The
//! first frame is also the selfie.

use bonafide_core::{
    audit::AuditAction,
    evidence::{EvidenceKind, Position},
    id::{LivenessSessionId, VerificationId},
    liveness::{Challenge, MAX_STEPS, Movements},
    policy::LivenessMode,
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{evidence as rows, liveness_sessions, secrets::PlainSecret};
use serde_json::json;

use super::{
    accept::{self, Picture, check_position, load_capturing},
    gate::may_capture,
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
    position: Position,
) -> Result<Started> {
    check_position(position)?;
    let token = PlainSecret::new("lvs", &*engine.entropy);
    let now = engine.now();
    let mut tx = engine.db().begin().await?;
    let record = Record::load(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let challenge = challenge(engine, &record);
    let expires_at = now.plus_secs(engine.settings.liveness_lifetime_s);
    let session = liveness_sessions::LivenessSession {
        id: LivenessSessionId::new(now, &*engine.entropy),
        organization: caller.organization,
        verification: id,
        token_sha256: token.hash(),
        created_at: now,
        expires_at,
        used_at: None,
        challenge: challenge.as_ref().map(|c| json!(c).to_string()),
    };
    liveness_sessions::insert(&mut tx, caller.organization, &session).await?;
    record
        .note(engine, &mut tx, AuditAction::VerificationLivenessStarted, &caller.actor(), &json!({}))
        .await?;
    tx.commit().await?;
    Ok(Started { token, challenge, expires_at })
}

fn challenge(engine: &Engine, record: &Record) -> Option<Challenge> {
    match record.policy().liveness_mode {
        LivenessMode::Passive => None,
        LivenessMode::PassiveActive => {
            let asked = record.private.settings.get("liveness_movements").cloned();
            let movements = asked.and_then(|m| serde_json::from_value(m).ok()).unwrap_or(Movements::All);
            let seconds = u32::try_from(engine.settings.liveness_lifetime_s).unwrap_or(u32::MAX);
            Some(Challenge::draw(movements, STEPS, seconds, &*engine.entropy))
        }
    }
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
/// others are divided evenly over the movements, in order.
pub async fn accept_liveness(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    frames: Vec<LivenessFrame>,
    position: Position,
) -> Result<LivenessSessionId> {
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
    let challenge = asked(&session);
    let steps = challenge.as_ref().map_or(0, |c| c.steps.len());
    if frames.iter().any(|f| f.step.is_some_and(|s| s >= steps)) {
        return Err(Error::invalid(
            "images",
            Rule::Range,
            "a picture names a movement that was not asked for",
        ));
    }
    let bound = match &challenge {
        Some(challenge) if frames.iter().all(|f| f.step.is_none()) => challenge.bind(frames.len()),
        _ => frames.iter().map(|f| f.step).collect(),
    };

    let mut admitted = Vec::with_capacity(frames.len());
    for (frame, step) in frames.into_iter().zip(bound) {
        let place = accept::Frame { session: session.id, step, at_ms: frame.at_ms };
        admitted.push(accept::Admitted { frame: Some(place), ..accept::admit(engine, frame.picture).await? });
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
    let mut record = Record::load(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
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

async fn open_session(
    engine: &Engine,
    caller: &Caller,
    tx: &mut bonafide_store::Tx,
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
