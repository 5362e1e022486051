//! A liveness capture: a session is generated, then answered once with frames of the live person. The
//! first frame is also the selfie.

use bonafide_core::{
    evidence::{EvidenceKind, Position},
    id::{LivenessSessionId, VerificationId},
    problem::Rule,
};
use bonafide_store::{evidence as rows, liveness_sessions, secrets::PlainSecret};
use serde_json::json;

use super::{
    accept::{self, Picture, check_position, load_capturing},
    may_capture,
};
use crate::{Caller, Engine, Error, Result, record::Record};

/// Most frames of one capture.
pub const MAX_FRAMES: usize = 16;

/// Opens a capture; an unanswered earlier one is closed. The token names it to the caller.
pub async fn start_liveness(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    position: Position,
) -> Result<PlainSecret> {
    check_position(position)?;
    let token = PlainSecret::new("lvs", &*engine.entropy);
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let record = Record::load(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let session = liveness_sessions::LivenessSession {
        id: LivenessSessionId::new(now, &*engine.entropy),
        organization: caller.organization,
        verification: id,
        token_sha256: token.hash(),
        created_at: now,
        expires_at: now.plus_secs(engine.settings.liveness_lifetime_s),
        used_at: None,
    };
    liveness_sessions::insert(&mut tx, caller.organization, &session).await?;
    record.note(engine, &mut tx, "liveness_started", &caller.actor(), &json!({})).await?;
    tx.commit().await?;
    Ok(token)
}

/// Answers the open capture with its frames. If a frame is refused, the capture stays open.
pub async fn accept_liveness(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    frames: Vec<Picture>,
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
    let mut tx = engine.db.read().await?;
    open_session(engine, caller, &mut tx, id).await?;
    drop(tx);

    let mut admitted = Vec::with_capacity(frames.len());
    for frame in frames {
        admitted.push(accept::admit(frame).await?);
    }
    let mut stored = vec![];
    for (sequence, frame) in (0..).zip(admitted) {
        if sequence == 0 {
            let copy = accept::Admitted { jpeg: frame.jpeg.clone(), traces: None, ..frame };
            stored.push(accept::store(engine, &record, EvidenceKind::Selfie, 0, copy, Some(position)).await?);
        }
        let kind = EvidenceKind::LivenessFrame;
        stored.push(accept::store(engine, &record, kind, sequence, frame, Some(position)).await?);
    }

    let mut tx = engine.db.begin().await?;
    let mut record = Record::load(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let session = open_session(engine, caller, &mut tx, id).await?;
    let won = liveness_sessions::redeem(&mut tx, caller.organization, id, session.token_sha256, engine.now());
    won.await?.ok_or_else(no_session)?;
    for kind in [EvidenceKind::Selfie, EvidenceKind::LivenessFrame] {
        rows::supersede(&mut tx, caller.organization, id, kind.as_str(), engine.now()).await?;
    }
    for row in &stored {
        rows::insert(&mut tx, caller.organization, row).await?;
    }
    record.save(engine, &mut tx).await?;
    let detail = json!({"kind": EvidenceKind::LivenessFrame, "frames": stored.len() - 1});
    record.note(engine, &mut tx, "evidence_given", &caller.actor(), &detail).await?;
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
