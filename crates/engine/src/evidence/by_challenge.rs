//! A liveness capture whose photos come one by one, each a request of its own: one for each movement, in their order, and
//! the straight look. They are kept as they come and count together when the last one is there.

use bonafide_core::{
    audit::AuditAction,
    evidence::EvidenceKind,
    id::{EvidenceId, LivenessSessionId, OrganizationId, VerificationId},
    liveness::Challenge,
    policy::LivenessMode,
    time::Timestamp,
};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    evidence as rows,
    liveness_sessions::{self, LivenessSession},
    verifications,
};
use serde_json::json;

use super::{
    accept::{self, Admitted, Origin, Picture, load_capturing, quota, store},
    gate::may_capture,
    liveness::{asked, draw, open},
};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    steps::asks::Asks,
    verifications::{
        View,
        view::{client_names, view},
    },
};

/// How long the person has, in seconds: each photo is sent by itself.
const LIFETIME_S: i64 = 600;

/// How many movements are asked for.
const fn steps(mode: LivenessMode) -> usize {
    match mode {
        LivenessMode::Passive => 2,
        LivenessMode::PassiveActive => 3,
    }
}

/// What a photo of a capture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// The movement with this index.
    Step(usize),
    /// A straight look into the camera; it is also the selfie.
    Straight,
}

/// A photo that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photo {
    pub id: EvidenceId,
    pub at: Timestamp,
}

/// A liveness capture and the verification it belongs to.
#[derive(Debug)]
pub struct Capture {
    pub id: LivenessSessionId,
    /// None where no movements were asked for.
    pub challenge: Option<Challenge>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When the last photo came.
    pub completed_at: Option<Timestamp>,
    pub straight: Option<Photo>,
    /// One for each movement.
    pub steps: Vec<Option<Photo>>,
    /// Whether it is the one that the verification is judged by.
    pub counts: bool,
    pub view: View,
}

impl Capture {
    /// What has to be photographed next.
    pub fn next(&self) -> Option<Shows> {
        next(&self.steps, self.straight.is_some())
    }
}

fn next(steps: &[Option<Photo>], straight: bool) -> Option<Shows> {
    let step = steps.iter().position(Option::is_none).map(Shows::Step);
    step.or_else(|| (!straight).then_some(Shows::Straight))
}

/// Opens a capture that asks for movements, whatever the policy asks; an unanswered earlier one is closed.
///
/// # Errors
/// [`Error::Conflict`] while nothing may be captured, and where no face is asked for.
pub async fn ask(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<LivenessSessionId> {
    let mut tx = engine.db().begin().await?;
    let record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    if !Asks::of(&mut tx, &record.row).await?.face {
        return Err(Error::conflict("no_face_asked", "this verification asks for no live face"));
    }
    let challenge = draw(engine, &record, steps(record.policy()?.liveness_mode), LIFETIME_S);
    let (session, _) = open(engine, &mut tx, caller, &record, Some(&challenge), LIFETIME_S).await?;
    tx.commit().await?;
    Ok(session.id)
}

/// The newest capture of a verification.
pub async fn newest(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
) -> Result<Option<LivenessSessionId>> {
    let mut tx = engine.db().read().await?;
    let session = liveness_sessions::newest(&mut tx, caller.organization, id).await?;
    Ok(session.map(|session| session.id))
}

/// How a capture stands, however its photos came.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn capture(engine: &Engine, caller: &Caller, id: LivenessSessionId) -> Result<Capture> {
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    let session = session(&mut tx, organization, id).await?;
    let row = verifications::get(&mut tx, organization, session.verification).await?;
    let row = row.ok_or_else(no_session)?;
    let given = match Record::open(engine, &mut tx, row.clone()).await {
        Ok(record) => given(&mut tx, &record, id).await?,
        Err(Error::Conflict { code: "anonymized", .. }) => vec![],
        Err(other) => return Err(other),
    };
    let (straight, steps) = sorted(&session, &given);
    let names = client_names(&mut tx, caller).await?;
    Ok(Capture {
        id,
        challenge: asked(&session),
        created_at: session.created_at,
        expires_at: session.expires_at,
        completed_at: session.used_at,
        straight,
        steps,
        counts: given.iter().any(|frame| frame.row.superseded_at.is_none()),
        view: view(engine, &mut tx, row, &names, false).await?,
    })
}

/// Takes a photo of an open capture. With the last one the capture is answered.
///
/// # Errors
/// [`Error::NotFound`] for a movement that was not asked for; [`Error::Invalid`] for a picture that is refused;
/// [`Error::Conflict`] out of order, for what was photographed already, and when the time is over.
pub async fn answer(
    engine: &Engine,
    caller: &Caller,
    id: LivenessSessionId,
    shows: Shows,
    picture: Picture,
) -> Result<()> {
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    let session = session(&mut tx, organization, id).await?;
    drop(tx);
    let record = load_capturing(engine, organization, session.verification).await?;
    let mut tx = engine.db().read().await?;
    let before = given(&mut tx, &record, id).await?;
    drop(tx);
    let is_last = may_take(engine, &session, &before, shows)?;

    let step = match shows {
        Shows::Step(step) => Some(step),
        Shows::Straight => None,
    };
    let frame = Some(accept::Frame { session: id, step, at_ms: None });
    let photo = Admitted { frame, ..accept::admit(engine, organization, picture).await? };
    let origin = Origin::of(caller, None);
    let selfie = match (is_last, shows) {
        (false, _) => None,
        (true, Shows::Straight) => {
            Some(Admitted { jpeg: photo.jpeg.clone(), traces: None, frame: None, ..photo })
        }
        (true, Shows::Step(_)) => Some(straight_look(engine, &record, &before).await?),
    };
    let selfie = match selfie {
        Some(selfie) => Some(store(engine, &record, EvidenceKind::Selfie, 0, selfie, origin.clone()).await?),
        None => None,
    };
    let sequence = step.map_or(0, |step| i64::try_from(step).unwrap_or(i64::MAX).saturating_add(1));
    let mut row = store(engine, &record, EvidenceKind::LivenessFrame, sequence, photo, origin).await?;
    // Put aside until the others are there.
    row.superseded_at = (!is_last).then_some(row.created_at);

    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, organization, session.verification).await?;
    may_capture(&record)?;
    quota(engine, &mut tx, &record).await?;
    let now = given(&mut tx, &record, id).await?;
    if now.iter().map(|frame| frame.row.id).ne(before.iter().map(|frame| frame.row.id)) {
        return Err(meanwhile());
    }
    if let Some(selfie) = selfie {
        let (verification, token) = (session.verification, session.token_sha256);
        let won = liveness_sessions::redeem(&mut tx, organization, verification, token, engine.now()).await?;
        won.ok_or_else(meanwhile)?;
        for kind in [EvidenceKind::Selfie, EvidenceKind::LivenessFrame] {
            rows::supersede(&mut tx, organization, verification, kind, engine.now()).await?;
        }
        let earlier: Vec<EvidenceId> = now.iter().map(|frame| frame.row.id).collect();
        rows::restore(&mut tx, organization, verification, &earlier).await?;
        rows::insert(&mut tx, organization, &selfie).await?;
    }
    rows::insert(&mut tx, organization, &row).await?;
    record.save(engine, &mut tx).await?;
    let detail = json!({"kind": EvidenceKind::LivenessFrame, "frames": 1, "complete": is_last});
    record.note(engine, &mut tx, AuditAction::VerificationEvidenceGiven, &caller.actor(), &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a photo is the last one; refuses one that is not wanted now.
fn may_take(engine: &Engine, session: &LivenessSession, given: &[Given], shows: Shows) -> Result<bool> {
    let refuse = |code, message: &str| Err(Error::conflict(code, message));
    if session.used_at.is_some() {
        return refuse("liveness_complete", "every photo of this liveness session is there; read its result");
    }
    if session.expires_at <= engine.now() {
        return refuse("liveness_expired", "the time of this liveness session is over; open a new one");
    }
    let (straight, steps) = sorted(session, given);
    let missing = steps.iter().filter(|step| step.is_none()).count() + usize::from(straight.is_none());
    let there = match shows {
        Shows::Straight => straight,
        Shows::Step(step) => *steps.get(step).ok_or(Error::NotFound("challenge"))?,
    };
    if there.is_some() {
        return refuse("given_before", "this photo is there already");
    }
    match (shows, next(&steps, straight.is_some())) {
        (Shows::Step(step), Some(Shows::Step(first))) if step != first => {
            let message = format!("the photos are taken in their order; challenge {} is next", first + 1);
            Err(Error::conflict("out_of_order", message))
        }
        _ => Ok(missing == 1),
    }
}

/// A photo of a capture.
struct Given {
    row: rows::Evidence,
    step: Option<usize>,
}

/// The photos of a capture, in the order they came in.
async fn given(tx: &mut Tx, record: &Record, id: LivenessSessionId) -> Result<Vec<Given>> {
    let mut found = vec![];
    for row in rows::list_all(tx, record.row.organization, record.row.id).await? {
        if row.kind != EvidenceKind::LivenessFrame {
            continue;
        }
        let private: accept::Private = crypto::open_json(&record.key, Object::Evidence(row.id), &row.sealed)?;
        if let Some(frame) = private.frame.filter(|frame| frame.session == id) {
            found.push(Given { row, step: frame.step });
        }
    }
    Ok(found)
}

/// The straight look, and a photo for each movement.
fn sorted(session: &LivenessSession, given: &[Given]) -> (Option<Photo>, Vec<Option<Photo>>) {
    let of = |step: Option<usize>| {
        let frame = given.iter().find(|frame| frame.step == step);
        frame.map(|frame| Photo { id: frame.row.id, at: frame.row.created_at })
    };
    let count = asked(session).map_or(0, |challenge| challenge.steps.len());
    (of(None), (0..count).map(|step| of(Some(step))).collect())
}

/// A copy of the straight look that was taken before.
async fn straight_look(engine: &Engine, record: &Record, given: &[Given]) -> Result<Admitted> {
    let frame = given.iter().find(|frame| frame.step.is_none()).ok_or(Error::NotFound("picture"))?;
    let row = &frame.row;
    let jpeg = engine.blobs().get(&record.key, row.id, &row.blob_key).await?.to_vec();
    let side = |pixels: i64| u32::try_from(pixels).unwrap_or_default();
    Ok(Admitted { jpeg, width: side(row.width), height: side(row.height), traces: None, frame: None })
}

async fn session(
    tx: &mut Tx,
    organization: OrganizationId,
    id: LivenessSessionId,
) -> Result<LivenessSession> {
    liveness_sessions::get(tx, organization, id).await?.ok_or_else(no_session)
}

fn no_session() -> Error {
    Error::NotFound("liveness session")
}

fn meanwhile() -> Error {
    Error::conflict(
        "changed_meanwhile",
        "another photo of this liveness session came at the same time; try again",
    )
}
