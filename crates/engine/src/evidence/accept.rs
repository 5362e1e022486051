//! Taking a picture in: through the gate, without its metadata, encrypted, recorded.

use std::net::IpAddr;

use bonafide_checks::{image::manipulation::Traces, pdf::Line};
use bonafide_core::{
    audit::AuditAction,
    document::{DocumentType, Side},
    evidence::{EvidenceKind, Position},
    id::{EvidenceId, LivenessSessionId, OrganizationId, VerificationId},
    problem::{Problem, Rule},
    step::StepKind,
};
use bonafide_inspect::{
    Failed,
    jobs::{self, Admit, File},
};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    evidence as rows,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::gate::{may_capture, must_ask};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// A picture as it came in.
pub struct Picture {
    /// The request's field, for the answer when it is refused.
    pub field: String,
    pub bytes: Vec<u8>,
}

/// What is known of a picture beside its pixels, sealed in its row.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Private {
    #[serde(flatten)]
    pub(crate) origin: Origin,
    #[serde(default)]
    pub(crate) traces: Option<Traces>,
    /// Of frames of a liveness capture.
    #[serde(default)]
    pub(crate) frame: Option<Frame>,
    /// Of the front of a document that was handed over whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) said: Option<Said>,
    /// Of a page of a PDF: what it says in letters, by the file's own word. Nobody saw that it is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) text: Vec<Line>,
}

/// What was said of a document that was handed over whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) document_type: DocumentType,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
    /// The picture of its back.
    pub(crate) back: Option<EvidenceId>,
}

/// Where a picture came from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// As the device said, if it did.
    pub(crate) position: Option<Position>,
    /// Of the request that brought it.
    #[serde(default)]
    pub(crate) address: Option<IpAddr>,
    /// The device that sent it, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
}

impl Origin {
    pub(crate) fn of(caller: &Caller, position: Option<Position>) -> Self {
        Self {
            position,
            address: caller.address.map(|a| a.0),
            device: caller.device.as_ref().map(|d| d.0.clone()),
        }
    }
}

/// Where a frame belongs in its liveness capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub(crate) session: LivenessSessionId,
    /// Index of the movement it answers; none for the straight look before the first.
    pub(crate) step: Option<usize>,
    /// When it was taken, in milliseconds after the movements were asked for, if the device said so.
    pub(crate) at_ms: Option<i64>,
}

/// A picture that passed the gate: decoded once, upright, metadata gone, encoded anew.
pub(crate) struct Admitted {
    pub(crate) jpeg: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What the file as it came in shows of editing: it is not kept. Of documents only.
    pub(crate) traces: Option<Traces>,
    /// Set by the liveness capture.
    pub(crate) frame: Option<Frame>,
}

impl From<jobs::Admitted> for Admitted {
    fn from(jobs::Admitted { jpeg, width, height, traces }: jobs::Admitted) -> Self {
        Self { jpeg, width, height, traces, frame: None }
    }
}

/// The answer names the field and says what to do.
pub(crate) async fn admit(
    engine: &Engine,
    organization: OrganizationId,
    picture: Picture,
) -> Result<Admitted> {
    admit_with(engine, organization, picture, false).await
}

/// The same, and looks for traces of editing in the file.
pub(crate) async fn admit_document(
    engine: &Engine,
    organization: OrganizationId,
    picture: Picture,
) -> Result<Admitted> {
    admit_with(engine, organization, picture, true).await
}

async fn admit_with(
    engine: &Engine,
    organization: OrganizationId,
    picture: Picture,
    examine: bool,
) -> Result<Admitted> {
    let Picture { field, bytes } = picture;
    let admitted = engine.inspect(organization, Admit { file: File(bytes), examine }).await;
    taken(&field, admitted).map(Admitted::from)
}

/// What was made of a file, or the refusal that names its field. One that nobody could be made to look at is not taken.
pub(crate) fn taken<T>(field: &str, looked_at: Result<Result<T, String>, Failed>) -> Result<T> {
    let refused = |message: String| Error::Invalid(vec![Problem::new(field, Rule::Format, message)]);
    match looked_at {
        Ok(taken) => taken.map_err(refused),
        Err(Failed::TimedOut(_)) => {
            Err(refused("the file takes too long to open; send a smaller picture".to_owned()))
        }
        Err(Failed::Died(_)) => Err(refused(
            "the file cannot be opened; take the picture again, or save it in another format".to_owned(),
        )),
        Err(unavailable) => Err(unavailable.into()),
    }
}

/// Takes one side of the document; a newer picture of the same side takes the older one's place.
pub async fn accept_document(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    side: Side,
    picture: Picture,
    position: impl Into<Option<Position>>,
) -> Result<()> {
    let position = position.into();
    check_position(position)?;
    // Say no before the work of decoding, and again in the transaction that records the picture.
    let record = load_capturing(engine, caller.organization, id).await?;
    let mut tx = engine.db().read().await?;
    must_ask(&mut tx, &record, StepKind::Document).await?;
    drop(tx);
    let admitted = admit_document(engine, caller.organization, picture).await?;
    let kind = EvidenceKind::document(side);
    let stored = store(engine, &record, kind, 0, admitted, Origin::of(caller, position)).await?;

    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    quota(engine, &mut tx, &record).await?;
    rows::supersede(&mut tx, caller.organization, id, kind, engine.now()).await?;
    rows::insert(&mut tx, caller.organization, &stored).await?;
    record.save(engine, &mut tx).await?;
    let detail = json!({"kind": kind, "width": stored.width, "height": stored.height});
    record.note(engine, &mut tx, AuditAction::VerificationEvidenceGiven, &caller.actor(), &detail).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) fn check_position(position: Option<Position>) -> Result<()> {
    let Some(position) = position.filter(|p| !p.is_on_earth()) else { return Ok(()) };
    let mut problems = vec![];
    if !(-90.0..=90.0).contains(&position.latitude) {
        problems.push(Problem::new("latitude", Rule::Range, "must be between -90 and 90 degrees"));
    }
    if !(-180.0..=180.0).contains(&position.longitude) {
        problems.push(Problem::new("longitude", Rule::Range, "must be between -180 and 180 degrees"));
    }
    Err(Error::Invalid(problems))
}

/// The verification, if it takes evidence now and has room for more.
pub(crate) async fn load_capturing(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Record> {
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, organization, id).await?;
    may_capture(&record)?;
    quota(engine, &mut tx, &record).await?;
    Ok(record)
}

/// Refuses more pictures where there are as many as a session takes. Of those that come at once each is counted by the next
/// where the record is held.
pub(crate) async fn quota(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    let (pictures, _) = rows::usage(tx, record.row.organization, record.row.id).await?;
    if pictures >= engine.settings.max_pictures {
        return Err(Error::conflict(
            "too_many_pictures",
            format!("a session takes at most {} pictures; create a new one", engine.settings.max_pictures),
        ));
    }
    Ok(())
}

/// Encrypts and keeps a picture, and makes the row that will point at it. The file comes first: a row
/// without its picture would be worse than a picture without its row.
pub(crate) async fn store(
    engine: &Engine,
    record: &Record,
    kind: EvidenceKind,
    sequence: i64,
    picture: Admitted,
    origin: Origin,
) -> Result<rows::Evidence> {
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let id = EvidenceId::new(now, entropy);
    let bytes = picture.jpeg.len() as i64;
    let private = Private { origin, traces: picture.traces, frame: picture.frame, said: None, text: vec![] };
    let sealed = crypto::seal_json(&record.key, Object::Evidence(id), &private, entropy)?;
    let blob_key = engine.blobs().put(&record.key, id, picture.jpeg, entropy).await?;
    Ok(rows::Evidence {
        id,
        organization: record.row.organization,
        verification: record.row.id,
        applicant: record.row.applicant,
        kind: kind.into(),
        sequence,
        blob_key,
        bytes,
        width: picture.width.into(),
        height: picture.height.into(),
        sealed,
        created_at: now,
        superseded_at: None,
    })
}
